//! The reference oracle against automatic differentiation through the dense Hessian, in one run.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hsr::audit::{Forms, Moving, random_network};
use hsr::data::DataSet;
use hsr::model::{Activation, Shape};
use hsr::number::Matrix;
use hsr::oracle::{Wanted, answer};
use hsr::terms::{Sample, curvatures, hessian, model, samples};
use hsr::witness::{Case, unit};
use num_dual::Dual64;
use std::hint::black_box;

/// Closed forms against the dense Hessian, on growing parts of Iris with 4 hidden units.
fn oracle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("value_and_gradient");
    group.sample_size(10);
    for count in [30, 60, 150] {
        let data = DataSet::Iris.load().standardised();
        let Ok(data) = data.subset(count, 0) else { continue };
        let batch = data.batch();
        let shape = Shape { samples: count, inputs: 4, hidden: 4, classes: 3, biases: true };
        let network = random_network(&shape, Activation::Tanh, 0);
        group.bench_function(BenchmarkId::new("closed_form", count), |bencher| {
            bencher.iter(|| answer(black_box(&network), &batch, Wanted::default()));
        });
        let forms = Forms::new(Case::new(network.clone(), batch.clone(), 0));
        group.bench_function(BenchmarkId::new("dense_hessian_by_dual_numbers", count), |bencher| {
            bencher.iter(|| dense_gradient(black_box(&forms)));
        });
        group.bench_function(BenchmarkId::new("loss_and_its_gradient", count), |bencher| {
            bencher.iter(|| {
                let samples = samples(black_box(&network), &batch);
                (model::loss(&network, &batch), model::loss_gradient(&samples, &network.parameters.v))
            });
        });
    }
    group.finish();
}

/// `D` derivatives of the squared norm of the assembled Hessian: what a gradient of `Q` costs by forward mode.
fn dense_gradient(forms: &Forms<f64>) -> Vec<f64> {
    let moving = Moving::new(forms);
    let squared = |samples: &[Sample<Dual64>], v: &Matrix<Dual64>| {
        let h = hessian::hessian(&curvatures(samples, v));
        h.iter().fold(Dual64::from(0.0), |sum, entry| sum + entry * entry)
    };
    let size = moving.shape().parameters();
    (0..size).map(|index| moving.slope(&unit(size, index), &squared)).collect()
}

criterion_group!(benches, oracle);
criterion_main!(benches);
