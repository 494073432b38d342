//! Every way that a plan can take gives the same numbers: what is kept or made anew, sums by way of the inputs or over pairs, and
//! tiles and chunks of any size.

use super::{GradientShares, Plan, Route, Values, Workspace};
use crate::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use crate::number::Matrix;
use crate::terms::bound::Moments;

fn point(shape: &Shape) -> (ThreeLayer<f64>, Batch<f64>) {
    let wave = |index: usize, step: f64| (index as f64 * step).sin();
    let theta: Vec<f64> = (0..shape.parameters()).map(|index| wave(index + 1, 0.7)).collect();
    let x = Matrix::from_fn(shape.samples, shape.inputs, |n, l| wave(n * shape.inputs + l, 2.1));
    let labels: Vec<i64> = (0..shape.samples).map(|n| (n % shape.classes) as i64).collect();
    let parameters = Parameters::from_flat(shape, &theta).unwrap();
    (
        ThreeLayer { parameters, activation: Activation::Tanh },
        Batch::from_labels(x, &labels, shape.classes).unwrap(),
    )
}

fn run(plan: Plan, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> (Values, Values, Vec<f64>) {
    let mut out = vec![0.0; plan.shape().parameters()];
    let mut workspace = Workspace::new(plan);
    let value = workspace.evaluate(network, batch).unwrap();
    let values = workspace.differentiate(network, batch).unwrap();
    let moments = Moments {
        hidden_trace: 0.3,
        hidden_squared: 0.9,
        output_trace: -0.4,
        output_squared: 0.7,
        coupling_squared: 1.1,
    };
    workspace.gradient(batch, &GradientShares { loss: 0.2, moments }, &mut out).unwrap();
    (value, values, out)
}

/// The other ways from the plan that a shape has by itself.
fn others(plan: &Plan) -> Vec<Plan> {
    let mut ways = Vec::new();
    for (keep, by_inputs, tile, chunk, threads) in [
        (false, false, 3, 2, 1),
        (true, true, 1, 5, 2),
        (false, true, 4, 100, 3),
        (true, false, 100, 3, 2),
        (false, false, 5, 7, 4),
    ] {
        let samples = plan.shape.samples;
        let route = plan.route;
        ways.push(Plan {
            keep: keep && route == Route::Hidden,
            keep_couplings: keep && route != Route::Parameter,
            by_inputs: by_inputs || route == Route::Parameter,
            tile: samples.min(tile),
            chunk: samples.min(chunk),
            threads: samples.min(threads),
            ..plan.clone()
        });
    }
    ways
}

/// Sums of some hundred numbers in another order: a few hundred roundings, relative to the largest.
fn close(one: &[f64], other: &[f64]) -> bool {
    let largest = one.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    one.iter().zip(other).all(|(a, b)| (a - b).abs() <= 1e-13 * largest)
}

#[test]
fn every_way_of_a_plan_gives_the_same_numbers() {
    for [samples, inputs, hidden, classes, biases] in
        [[13, 3, 5, 4, 1], [8, 2, 4, 2, 0], [17, 6, 9, 3, 1], [1, 1, 1, 2, 1], [6, 2, 3, 11, 0]]
    {
        let shape = Shape { samples, inputs, hidden, classes, biases: biases == 1 };
        let (network, batch) = point(&shape);
        for route in Route::ALL {
            let plan = Plan::new(&shape, 1, Some(route)).unwrap();
            let (value, values, gradient) = run(plan.clone(), &network, &batch);
            let numbers = |values: &Values| values.moments.into_values().collect::<Vec<f64>>();
            assert!(close(&numbers(&value), &numbers(&values)), "{route} at {shape}: value alone");
            for other in others(&plan) {
                let (other_value, other_values, other_gradient) = run(other.clone(), &network, &batch);
                assert!(close(&numbers(&values), &numbers(&other_value)), "{route} at {shape}: {other:?}");
                assert!(close(&numbers(&values), &numbers(&other_values)), "{route} at {shape}: {other:?}");
                assert!(close(&gradient, &other_gradient), "{route} at {shape}: {other:?}");
            }
        }
    }
}
