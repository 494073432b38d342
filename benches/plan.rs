//! The planner against measurement: value and gradient by every route over a grid of shapes, and how much longer the
//! route that the plan chose takes than the fastest.
//!
//! `cargo bench --bench plan` prints a line a shape, the worst ratio last; `-- 2` with two threads. Each time is the
//! shortest of some runs, which other work on the machine disturbs least.

use hsr::fast::{Plan, Route, Workspace};
use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::Matrix;
use std::time::Instant;

fn network(shape: &Shape) -> (ThreeLayer<f64>, Batch<f64>) {
    let wave = |index: usize, step: f64| (index as f64 * step).sin();
    let scale = 1.0 / (shape.inputs as f64).sqrt();
    let theta: Vec<f64> = (0..shape.parameters()).map(|index| scale * wave(index, 0.7)).collect();
    let x = Matrix::from_fn(shape.samples, shape.inputs, |n, l| wave(n * shape.inputs + l, 2.1));
    let labels: Vec<i64> = (0..shape.samples).map(|n| (n % shape.classes) as i64).collect();
    let network = ThreeLayer {
        parameters: Parameters::from_flat(shape, &theta).expect("an entry for each parameter"),
        activation: Activation::Tanh,
    };
    (network, Batch::from_labels(x, &labels, shape.classes).expect("labels of the classes"))
}

/// Seconds of the fastest run: at least three, more while they are short.
fn seconds(plan: Plan, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> f64 {
    let mut workspace = Workspace::new(plan);
    let mut fastest = f64::INFINITY;
    let started = Instant::now();
    for run in 0..200 {
        let before = Instant::now();
        workspace.differentiate(network, batch).expect("the shape of the plan");
        fastest = fastest.min(before.elapsed().as_secs_f64());
        if run >= 2 && started.elapsed().as_secs_f64() > 0.3 {
            break;
        }
    }
    fastest
}

fn main() {
    let threads = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1);
    let mut worst: f64 = 1.0;
    println!(
        "{:>5} {:>4} {:>4} {:>3}  {:>10} {:>10} {:>10}  chosen      ratio",
        "N", "d", "h", "C", "hidden", "class", "parameter"
    );
    for samples in [16, 64, 150, 512, 1500] {
        for inputs in [4, 30, 200] {
            for hidden in [4, 16, 64] {
                for classes in [2, 3, 10] {
                    let shape = Shape { samples, inputs, hidden, classes, biases: true };
                    // Half a minute for a shape is enough.
                    let cost = Plan::new(&shape, threads, None)
                        .map_or(0.0, |plan| plan.cost(Route::Hidden).min(plan.cost(Route::Class)));
                    if cost > 2e10 {
                        continue;
                    }
                    let (network, batch) = network(&shape);
                    let times = Route::ALL.map(|route| match Plan::new(&shape, threads, Some(route)) {
                        // A route whose estimate is far above the best is not measured.
                        Ok(plan) if plan.cost(route) < 20.0 * cost => seconds(plan, &network, &batch),
                        _ => f64::INFINITY,
                    });
                    let Ok(chosen) = Plan::new(&shape, threads, None) else { continue };
                    let best = times.into_iter().fold(f64::INFINITY, f64::min);
                    let ratio = times[chosen.route() as usize] / best;
                    worst = worst.max(ratio);
                    let cell = |time: f64| {
                        if time.is_finite() { format!("{:.3} ms", 1e3 * time) } else { "-".into() }
                    };
                    println!(
                        "{samples:>5} {inputs:>4} {hidden:>4} {classes:>3}  {:>10} {:>10} {:>10}  {:<10} {ratio:.2}",
                        cell(times[0]),
                        cell(times[1]),
                        cell(times[2]),
                        chosen.route()
                    );
                }
            }
        }
    }
    println!("the chosen route takes at most {worst:.2} times the time of the fastest");
}
