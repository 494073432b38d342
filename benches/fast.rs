//! The production path: every route, value and gradient, at four shapes; beside each the time of one matrix product of
//! the same arithmetic, a forward and backward pass of the loss, one thread against two, and the dense Hessian by dual
//! numbers where that is feasible. And networks of two hidden layers at two shapes, value and gradient.
//!
//! `cargo bench --bench fast` runs all, `cargo bench --bench fast -- digits` one shape.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use hsr::fast::{LayerObjective, LayerPlan, LayerWorkspace, Objective, Plan, Route, Workspace};
use hsr::model::{
    Activation, Architecture, Batch, Layers, Loss as LayerLoss, Network, Parameters, Shape, ThreeLayer,
};
use hsr::number::Matrix;
use hsr::witness::{Case, Loss};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;
use std::time::Duration;

/// `N, d, h, C`.
const SHAPES: [(&str, [usize; 4]); 4] = [
    ("iris", [150, 4, 16, 3]),
    ("small", [128, 64, 32, 10]),
    ("wide", [128, 784, 256, 10]),
    ("digits", [1797, 64, 64, 10]),
];

fn network(shape: &Shape) -> (ThreeLayer<f64>, Batch<f64>) {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut next = || 2.0 * random.random::<f64>() - 1.0;
    let scale = 1.0 / (shape.inputs as f64).sqrt();
    let theta: Vec<f64> = (0..shape.parameters()).map(|_| scale * next()).collect();
    let x = Matrix::from_fn(shape.samples, shape.inputs, |_, _| next());
    let labels: Vec<i64> = (0..shape.samples).map(|n| (n % shape.classes) as i64).collect();
    let network = ThreeLayer {
        parameters: Parameters::from_flat(shape, &theta).expect("an entry for each parameter"),
        activation: Activation::Tanh,
    };
    let batch = Batch::from_labels(x, &labels, shape.classes).expect("labels of the classes");
    (network, batch)
}

fn routes(criterion: &mut Criterion) {
    for (name, [samples, inputs, hidden, classes]) in SHAPES {
        let shape = Shape { samples, inputs, hidden, classes, biases: true };
        let (network, batch) = network(&shape);
        let mut group = criterion.benchmark_group(name);
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(1));
        let mut out = vec![0.0; shape.parameters()];
        for route in Route::ALL {
            for threads in [1, 2] {
                let Ok(plan) = Plan::new(&shape, threads, Some(route)) else { continue };
                let multiplications = plan.multiplications();
                let mut workspace = Workspace::new(plan);
                let id = format!("{route}, {threads} threads");
                group.bench_function(BenchmarkId::new("value", &id), |bencher| {
                    bencher.iter(|| black_box(workspace.evaluate(&network, &batch)));
                });
                group.bench_function(BenchmarkId::new("gradient", &id), |bencher| {
                    bencher.iter(|| {
                        let values =
                            workspace.differentiate(&network, &batch).expect("the shape of the plan");
                        let shares = Objective::Upper.shares(&values.moments, &shape).unwrap_or_default();
                        workspace.gradient(&batch, &shares, &mut out).expect("a buffer of D entries");
                    });
                });
                let size = multiplications.cbrt().round() as usize;
                let (a, b) = (Mat::<f64>::identity(size, size), Mat::<f64>::identity(size, size));
                let mut product = Mat::<f64>::zeros(size, size);
                let parallel = if threads == 1 { Par::Seq } else { Par::rayon(threads) };
                group.bench_function(BenchmarkId::new("matrix product", &id), |bencher| {
                    bencher.iter(|| matmul(product.as_mut(), Accum::Replace, &a, &b, 1.0, parallel));
                });
            }
        }
        group.bench_function("loss, forward and backward", |bencher| {
            bencher.iter(|| {
                black_box(hsr::terms::model::loss_gradient(
                    &hsr::terms::samples(&network, &batch),
                    &network.parameters.v,
                ))
            });
        });
        // Its gradient takes D times as long; at the larger shapes the matrix alone takes hours.
        if name == "iris" {
            group.bench_function("dense Hessian by dual numbers", |bencher| {
                bencher.iter(|| {
                    let case = Case::new(network.clone(), batch.clone(), 0);
                    let loss = Loss::new(&case);
                    let h = loss.hessian();
                    black_box((h.trace(), h.norm_squared()))
                });
            });
        }
        group.finish();
    }
}

/// Networks of any depth: inputs, then the widths.
const DEEP: [(&str, usize, &[usize]); 2] =
    [("deep-small", 64, &[32, 32, 10]), ("deep-wide", 784, &[256, 128, 10])];

fn any_depth(criterion: &mut Criterion) {
    for (name, inputs, widths) in DEEP {
        let architecture = Architecture::new(inputs, widths, true);
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let mut next = || 2.0 * random.random::<f64>() - 1.0;
        let scale = 1.0 / (inputs as f64).sqrt();
        let layers = Layers::from_fn(&architecture, |_| scale * next());
        let network = Network::new(layers, vec![Activation::Tanh; widths.len() - 1]).expect("fitting layers");
        let x = Matrix::from_fn(128, inputs, |_, _| next());
        let classes = architecture.outputs();
        let labels: Vec<i64> = (0..128).map(|n| (n % classes) as i64).collect();
        let batch = Batch::from_labels(x, &labels, classes).expect("labels of the classes");
        let mut group = criterion.benchmark_group(name);
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(2));
        let mut out = vec![0.0; architecture.parameters()];
        for threads in [1, 2] {
            let plan = LayerPlan::new(&architecture, LayerLoss::Softmax, 128, threads, false);
            let mut workspace = LayerWorkspace::new(plan.expect("room for the buffers"));
            let id = format!("any depth, {threads} threads");
            group.bench_function(BenchmarkId::new("value", &id), |bencher| {
                bencher.iter(|| black_box(workspace.evaluate(&network, &batch).map(|values| values.loss)));
            });
            let objective = Some((LayerObjective::Upper, 1.0));
            group.bench_function(BenchmarkId::new("gradient", &id), |bencher| {
                bencher.iter(|| {
                    workspace.differentiate(&network, &batch).expect("the sizes of the plan");
                    workspace
                        .gradient(&network, &batch, 0.0, objective, &mut out)
                        .expect("a buffer of D entries");
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, routes, any_depth);
criterion_main!(benches);
