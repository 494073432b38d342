//! The production path gives the numbers of the closed forms: every route, at every activation, at sizes on both sides
//! of the edges of tiles and chunks, with saturated logits.

use hsr::audit::{random_network, train};
use hsr::data::DataSet;
use hsr::fast::{GradientShares, Plan, Route, Values, Workspace};
use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::Matrix;
use hsr::terms::bound::{Moments, moments};
use hsr::terms::bound_gradient::{MomentGradients, moment_gradients};
use hsr::terms::{curvatures, model, samples};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A network and data with entries of about this size.
fn random(shape: &Shape, activation: Activation, scale: f64, seed: u64) -> (ThreeLayer<f64>, Batch<f64>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut next = |scale: f64| scale * (2.0 * random.random::<f64>() - 1.0);
    let theta: Vec<f64> = (0..shape.parameters()).map(|_| next(scale)).collect();
    let x = Matrix::from_fn(shape.samples, shape.inputs, |_, _| next(1.0));
    let labels: Vec<i64> = (0..shape.samples).map(|n| (n * 7 % shape.classes) as i64).collect();
    let network = ThreeLayer::new(Parameters::from_flat(shape, &theta).unwrap(), activation).unwrap();
    (network, Batch::from_labels(x, &labels, shape.classes).unwrap())
}

struct Truth {
    loss: f64,
    moments: Moments<f64>,
    loss_gradient: Vec<f64>,
    gradients: MomentGradients<f64>,
}

fn truth(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Truth {
    let v = &network.parameters.v;
    let samples = samples(network, batch);
    let points = curvatures(&samples, v);
    Truth {
        loss: model::loss(network, batch),
        moments: moments(&points, v),
        loss_gradient: model::loss_gradient(&samples, v).flat(),
        gradients: moment_gradients(&points, v).unwrap(),
    }
}

/// The two paths add the same few thousand terms in different orders; what a sum may lose is relative to its largest
/// terms, which for a gradient is its norm.
const TOLERANCE: f64 = 1e-12;

fn close(name: &str, fast: f64, slow: f64, scale: f64) {
    assert!(
        (fast - slow).abs() <= TOLERANCE * scale,
        "{name}: {fast:e} by the fast path, {slow:e} by the terms"
    );
}

fn vectors_close(name: &str, fast: &[f64], slow: &[f64]) {
    assert_eq!(fast.len(), slow.len());
    let norm = slow.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
    let off = fast.iter().zip(slow).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    assert!(off <= TOLERANCE * norm, "{name}: off by {off:e}, its norm is {norm:e}");
}

fn values_close(name: &str, values: &Values, truth: &Truth) {
    let (fast, slow) = (&values.moments, &truth.moments);
    close(&format!("{name} loss"), values.loss, truth.loss, truth.loss.abs());
    let curvature = slow.hidden_squared.sqrt();
    let sizes = Moments { hidden_trace: curvature.max(slow.hidden_trace.abs()), ..*slow };
    for (moment, size) in sizes.iter() {
        close(&format!("{name} {moment}"), fast[moment], slow[moment], *size);
    }
}

/// Holds all routes against the terms, with one thread and with two.
fn hold(shape: &Shape, network: &ThreeLayer<f64>, batch: &Batch<f64>) {
    let truth = truth(network, batch);
    for route in Route::ALL {
        for threads in [1, 2] {
            let name = format!("{route}, {threads} threads, {shape}");
            let mut workspace = Workspace::new(Plan::new(shape, threads, Some(route)).unwrap());
            values_close(&name, &workspace.evaluate(network, batch).unwrap(), &truth);
            // A second time, since nothing of the first may be left.
            for _ in 0..2 {
                values_close(&name, &workspace.differentiate(network, batch).unwrap(), &truth);
            }
            let mut gradient = vec![0.0; shape.parameters()];
            for (moment, expected) in truth.gradients.iter() {
                let mut shares = GradientShares::default();
                shares.moments[moment] = 1.0;
                workspace.gradient(batch, &shares, &mut gradient).unwrap();
                vectors_close(&format!("{name}, gradient of {moment}"), &gradient, &expected.flat());
            }
            workspace
                .gradient(batch, &GradientShares { loss: 1.0, ..GradientShares::default() }, &mut gradient)
                .unwrap();
            vectors_close(&format!("{name}, gradient of the loss"), &gradient, &truth.loss_gradient);
        }
    }
}

#[test]
fn every_route_gives_the_numbers_of_the_terms() {
    for (samples, inputs, hidden, classes, biases) in [
        (1, 1, 1, 2, true),
        (7, 3, 4, 3, true),
        (20, 2, 5, 4, false),
        (33, 6, 3, 2, true),
        (140, 4, 6, 3, true),
    ] {
        let shape = Shape { samples, inputs, hidden, classes, biases };
        for activation in Activation::ALL {
            let (network, batch) = random(&shape, activation, 1.0, samples as u64);
            hold(&shape, &network, &batch);
        }
    }
}

#[test]
fn every_route_gives_the_numbers_of_the_terms_on_every_embedded_data_set() {
    for data in DataSet::ALL {
        let labelled = data.load();
        // Time of the terms grows as the square of the samples: of the digits, some.
        let count = labelled.labels.len().min(200);
        let batch = labelled.subset(count, 0).unwrap().standardised().batch();
        let (inputs, classes) = (batch.x.ncols(), batch.y.ncols());
        let shape = Shape { samples: count, inputs, hidden: 5, classes, biases: true };
        let start = random_network(&shape, Activation::Tanh, 0);
        hold(&shape, &start, &batch);
        hold(&shape, &train(&start, &batch), &batch);
    }
}

/// With `W`, `b` and `c` zero, and rows of `V` that sum to zero, all logits are equal. At `a = 0` the activations here
/// and their derivatives are small multiples of powers of two, and so are `1/C` and `1/N`: with small integers for `V`
/// and `X` the terms then compute without any rounding, and what they give is exact.
#[test]
fn where_the_terms_are_exact_every_route_is_within_a_few_roundings() {
    for activation in [Activation::Sigmoid, Activation::Tanh, Activation::Silu, Activation::Identity] {
        for (samples, classes) in [(1, 2), (2, 4), (8, 2), (16, 4)] {
            let shape = Shape { samples, inputs: 3, hidden: 4, classes, biases: true };
            let mut parameters = Parameters::zeros(&shape);
            parameters.v = Matrix::from_fn(classes, 4, |k, i| [1.0, -2.0, 3.0, -2.0][(k + i) % 4]);
            let network = ThreeLayer::new(parameters, activation).unwrap();
            let x = Matrix::from_fn(samples, 3, |n, l| ((n * 5 + l * 3) % 7) as f64 - 3.0);
            let labels: Vec<i64> = (0..samples).map(|n| (n % classes) as i64).collect();
            let batch = Batch::from_labels(x, &labels, classes).unwrap();
            let exact = truth(&network, &batch).moments;
            // Exact results are whole multiples of this power of two.
            let unit = 2.0_f64.powi(-40);
            for value in [exact.trace(), exact.squared()] {
                assert_eq!((value / unit).fract(), 0.0, "{activation}, {shape}: {value:e} is not exact");
            }
            for route in Route::ALL {
                let mut workspace = Workspace::new(Plan::new(&shape, 2, Some(route)).unwrap());
                let found = workspace.differentiate(&network, &batch).unwrap().moments;
                // Contrasts of classes bring in square roots: each entry of S and V is off by a few roundings.
                let few = 32.0 * f64::EPSILON;
                for (fast, exact, size) in [
                    (found.trace(), exact.trace(), exact.squared().sqrt().max(exact.trace().abs())),
                    (found.squared(), exact.squared(), exact.squared()),
                ] {
                    assert!(
                        (fast - exact).abs() <= few * size,
                        "{route}, {activation}, {shape}: {fast:e}, {exact:e}"
                    );
                }
            }
        }
    }
}

#[test]
fn results_are_the_same_from_run_to_run_for_each_number_of_threads() {
    let shape = Shape { samples: 140, inputs: 5, hidden: 9, classes: 4, biases: true };
    let (network, batch) = random(&shape, Activation::Gelu, 1.0, 9);
    for route in Route::ALL {
        for threads in [1, 2, 3, 5] {
            let run = || {
                let mut workspace = Workspace::new(Plan::new(&shape, threads, Some(route)).unwrap());
                let values = workspace.differentiate(&network, &batch).unwrap();
                let mut gradient = vec![0.0; shape.parameters()];
                workspace
                    .gradient(
                        &batch,
                        &GradientShares { loss: 1.0, moments: Moments::from_fn(|_| 1.0) },
                        &mut gradient,
                    )
                    .unwrap();
                (values, gradient)
            };
            let first = run();
            for _ in 0..5 {
                assert_eq!(run(), first, "{route}, {threads} threads");
            }
        }
    }
}

#[test]
fn a_gradient_is_refused_into_a_wrong_buffer_or_before_there_is_one() {
    let shape = Shape { samples: 6, inputs: 3, hidden: 4, classes: 3, biases: true };
    let (network, batch) = random(&shape, Activation::Tanh, 1.0, 3);
    let mut workspace = Workspace::new(Plan::new(&shape, 1, None).unwrap());
    let mut buffer = vec![0.0; shape.parameters()];
    let shares = GradientShares { loss: 1.0, ..GradientShares::default() };
    workspace.evaluate(&network, &batch).unwrap();
    let message = workspace.gradient(&batch, &shares, &mut buffer).unwrap_err().to_string();
    assert!(message.contains("without a call of differentiate"), "{message}");
    workspace.differentiate(&network, &batch).unwrap();
    let message = workspace.gradient(&batch, &shares, &mut buffer[1..]).unwrap_err().to_string();
    assert_eq!(message, "the gradient has 31 entries, the buffer has 30");
    workspace.gradient(&batch, &shares, &mut buffer).unwrap();
    vectors_close("the gradient of the loss", &buffer, &truth(&network, &batch).loss_gradient);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_route_gives_the_numbers_of_the_terms_at_any_size(
        // Around the edges of tiles, chunks and lanes of eight.
        samples in prop_oneof![1..20usize, 63..66usize, 127..131usize],
        inputs in 1..6usize,
        hidden in prop_oneof![1..6usize, 7..10usize, 15..18usize],
        classes in prop_oneof![2..6usize, 8..11usize],
        biases: bool,
        // Weights of 30 saturate most logits.
        scale in prop_oneof![Just(1.0), Just(30.0)],
        seed: u64,
    ) {
        let shape = Shape { samples, inputs, hidden, classes, biases };
        let (network, batch) = random(&shape, Activation::Sigmoid, scale, seed);
        hold(&shape, &network, &batch);
    }
}

#[test]
fn duplicated_samples_change_nothing_but_their_number() {
    let shape = Shape { samples: 6, inputs: 3, hidden: 4, classes: 3, biases: true };
    let (network, batch) = random(&shape, Activation::Tanh, 1.0, 3);
    let twice = Batch {
        x: Matrix::from_fn(12, 3, |n, l| batch.x[(n % 6, l)]),
        y: Matrix::from_fn(12, 3, |n, k| batch.y[(n % 6, k)]),
        weights: None,
    };
    let at = |batch: &Batch<f64>| {
        let mut workspace = Workspace::new(Plan::new(&network.shape(batch.samples()), 1, None).unwrap());
        workspace.evaluate(&network, batch).unwrap()
    };
    let (once, twice) = (at(&batch), at(&twice));
    let expected = Truth {
        loss: once.loss,
        moments: once.moments,
        loss_gradient: Vec::new(),
        gradients: truth(&network, &batch).gradients,
    };
    values_close("each sample twice", &twice, &expected);
}

#[test]
fn a_network_of_another_shape_is_refused_with_both_shapes() {
    let shape = Shape { samples: 6, inputs: 3, hidden: 4, classes: 3, biases: true };
    let (network, batch) = random(&shape, Activation::Tanh, 1.0, 3);
    let mut workspace = Workspace::new(Plan::new(&Shape { hidden: 5, ..shape }, 1, None).unwrap());
    let message = workspace.evaluate(&network, &batch).unwrap_err().to_string();
    assert!(message.contains("h=5") && message.contains("h=4"), "{message}");
}

#[test]
fn a_watcher_can_stop_it() {
    let shape = Shape { samples: 40, inputs: 3, hidden: 4, classes: 3, biases: true };
    let (network, batch) = random(&shape, Activation::Tanh, 1.0, 3);
    let mut workspace = Workspace::new(Plan::new(&shape, 2, Some(Route::Hidden)).unwrap());
    let stopped = workspace.differentiate_watched(&network, &batch, &|_, _| false);
    assert_eq!(stopped.unwrap_err().to_string(), "stopped before the end");
    // What it left half done does no harm.
    let values = workspace.differentiate(&network, &batch).unwrap();
    let mut other = Workspace::new(Plan::new(&shape, 2, Some(Route::Hidden)).unwrap());
    assert_eq!(values, other.differentiate(&network, &batch).unwrap());
}
