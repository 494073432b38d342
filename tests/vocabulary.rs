//! Every number of an answer is what its name says: the scalars from the dense Hessian, the gradients from differences of
//! the scalars, and the digits from an error in one number at a time. So two names or fields that are exchanged turn a
//! test red.
#![cfg(feature = "files")]

use hsr::conform::Quantity;
use hsr::fast::Route;
use hsr::io::Array;
use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::Matrix;
use hsr::oracle::{Answer, Item, Path, Scalar, Wanted, answer, digits};
use hsr::terms::bound::{Moment, Moments};
use nalgebra::dmatrix;
use std::fmt::Debug;

/// A network without symmetries, in which no two of the numbers are equal.
fn subject() -> (ThreeLayer<f64>, Batch<f64>) {
    let shape = Shape { samples: 4, inputs: 2, hidden: 3, classes: 3, biases: true };
    let theta: Vec<f64> = (0..shape.parameters()).map(|index| (1.3 * index as f64 + 0.4).sin()).collect();
    let network = ThreeLayer::new(Parameters::from_flat(&shape, &theta).unwrap(), Activation::Tanh).unwrap();
    let x = dmatrix![1.0, 0.2; -0.3, 0.8; 0.5, -1.1; -0.7, -0.4];
    (network, Batch::from_labels(x, &[0, 1, 2, 1], 3).unwrap())
}

fn by(path: Path, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Answer {
    let wanted = Wanted::default().with_terms().with_spectrum().with_hessian().by(path);
    answer(network, batch, wanted).unwrap()
}

fn paths() -> Vec<Path> {
    let fast = Route::ALL.map(|route| Path::Fast { route: Some(route), threads: 1 });
    fast.into_iter().chain([Path::Terms]).collect()
}

fn snake_case(variant: impl Debug) -> String {
    let mut name = String::new();
    for c in format!("{variant:?}").chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}

#[test]
fn every_name_is_that_of_its_variant() {
    for moment in Moment::ALL {
        assert_eq!(moment.name(), snake_case(moment));
        assert_eq!(Moments::from_fn(|name| name)[moment], moment);
        assert_eq!(Item::MomentGradient(moment).name(), format!("{}_gradient", Scalar::from(moment)));
    }
    assert_eq!(Scalar::ALL.len(), 19);
    for scalar in Scalar::ALL {
        assert_eq!(scalar.name(), snake_case(scalar));
        assert_eq!(Scalar::from_name(scalar.name()), Some(scalar));
    }
    assert_eq!(Scalar::from_name("ws"), None);
    for quantity in Quantity::ALL {
        assert_eq!(quantity.name(), snake_case(quantity));
        assert_eq!(quantity.name().parse(), Ok(quantity));
    }
    for item in [
        Item::Gradient,
        Item::TraceGradient,
        Item::TraceSquaredGradient,
        Item::LossGradient,
        Item::Eigenvalues,
        Item::Hessian,
        Item::TOut,
        Item::TGn,
        Item::TRes,
    ] {
        assert_eq!(item.name(), snake_case(item));
    }
}

/// Mean and standard deviation of `size` numbers with this sum and this sum of squares, and the bounds on the largest of
/// them.
struct Bounds {
    mean: f64,
    spread: f64,
    lower: f64,
    upper: f64,
}

fn bounds(trace: f64, squared: f64, size: usize) -> Bounds {
    let count = size as f64;
    let (mean, root) = (trace / count, (count - 1.0).sqrt());
    let spread = (squared / count - mean * mean).sqrt();
    Bounds { mean, spread, lower: mean + spread / root, upper: mean + spread * root }
}

/// The scalar of this name from the loss of the samples and the dense Hessian.
fn by_name(name: &str, answer: &Answer, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> f64 {
    let shape = answer.shape;
    let h = answer.hessian.as_ref().unwrap();
    let (d, split, null) = (h.nrows(), shape.hidden * (shape.inputs + 1), shape.hidden + 1);
    let block = |rows: std::ops::Range<usize>, columns| h.view_range(rows, columns).into_owned();
    let (hidden, output, coupling) =
        (block(0..split, 0..split), block(split..d, split..d), block(0..split, split..d));
    let squared = |matrix: &Matrix<f64>| matrix.iter().map(|entry| entry * entry).sum::<f64>();
    let (t, q) = (h.trace(), squared(h));
    let all = bounds(t, q, d);
    let alpha = bounds(hidden.trace(), squared(&hidden), split).upper;
    let beta = bounds(output.trace(), squared(&output), d - split - null).upper;
    match name {
        "loss" => mean_cross_entropy(network, batch),
        "trace" => t,
        "trace_squared" => q,
        "mean" => all.mean,
        "spread" => all.spread,
        "ws_upper" => all.upper,
        "ws_lower" => all.lower,
        // Those on the smallest eigenvalue are those on the largest of `-H`.
        "lambda_min_lower" => -bounds(-t, q, d).upper,
        "lambda_min_upper" => -bounds(-t, q, d).lower,
        "range_upper" => all.spread * (2.0 * d as f64).sqrt(),
        "ws_reduced" => bounds(t, q, d - null).upper,
        "ws_block" => {
            let both = dmatrix![alpha, coupling.norm(); coupling.norm(), beta];
            both.symmetric_eigenvalues().max()
        }
        "hidden_trace" => hidden.trace(),
        "output_trace" => output.trace(),
        "q_hid" => squared(&hidden),
        "q_out" => squared(&output),
        "q_cross" => squared(&coupling),
        "hidden_upper" => alpha,
        "output_upper" => beta,
        _ => panic!("no scalar is named {name}"),
    }
}

fn mean_cross_entropy(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> f64 {
    let Parameters { w, b, v, c } = &network.parameters;
    let of = |n: usize| {
        let a = w * batch.x.row(n).transpose() + b.as_ref().unwrap();
        let o = v * a.map(f64::tanh) + c.as_ref().unwrap();
        o.map(f64::exp).sum().ln() - batch.y.row(n).transpose().dot(&o)
    };
    (0..batch.samples()).map(of).sum::<f64>() / batch.samples() as f64
}

#[test]
fn every_scalar_is_what_its_name_says_on_every_path() {
    let (network, batch) = subject();
    for path in paths() {
        let answer = by(path, &network, &batch);
        let written = answer.arrays();
        let printed: serde_json::Value = serde_json::from_str(&answer.json()).unwrap();
        for (scalar, value) in answer.scalars.iter() {
            let name = scalar.name();
            let expected = by_name(name, &answer, &network, &batch);
            let close = |found: f64| (found - expected).abs() <= 1e-12 * expected.abs();
            assert!(close(*value), "{path:?}, {name}: {value}, not {expected}");
            assert!(close(printed[name].as_f64().unwrap()), "{name} in JSON");
            let array = written.iter().find(|(other, _)| *other == name).map(|(_, array)| array);
            assert_eq!(array, Some(&Array::scalar(*value)), "{name} in npz");
        }
    }
}

#[test]
fn every_gradient_is_that_of_the_scalar_in_its_name_on_every_path() {
    let (network, batch) = subject();
    let theta = network.parameters.flat();
    for path in paths() {
        let arrays = by(path, &network, &batch).arrays();
        let mut gradients = 0;
        for (name, array) in arrays {
            let scalar = if name == "gradient" { "ws_upper" } else { name.trim_end_matches("_gradient") };
            let Some(scalar) = Scalar::from_name(scalar).filter(|scalar| scalar.name() != name) else {
                continue;
            };
            gradients += 1;
            for (index, found) in array.values.iter().enumerate() {
                let at = |step: f64| {
                    let mut moved = theta.clone();
                    moved[index] += step;
                    let parameters = Parameters::from_flat(&network.shape(4), &moved).unwrap();
                    let network = ThreeLayer { parameters, activation: network.activation };
                    answer(&network, &batch, Wanted::default()).unwrap().scalars[scalar]
                };
                let step = 1e-5;
                let difference = (at(step) - at(-step)) / (2.0 * step);
                assert!((found - difference).abs() < 1e-8, "{path:?}, {name}: {found}, not {difference}");
            }
        }
        // Of the bound, of trace, squared trace and loss, and of the five moments.
        assert_eq!(gradients, 9);
    }
}

#[test]
fn the_terms_of_the_trace_are_what_their_names_say() {
    let (network, batch) = subject();
    let answer = by(Path::Terms, &network, &batch);
    let mean = |item: Item| answer.numbers(item).unwrap().iter().sum::<f64>() / 4.0;
    assert!((mean(Item::TOut) - answer.scalars.output_trace).abs() < 1e-14);
    assert!((mean(Item::TGn) + mean(Item::TRes) - answer.scalars.hidden_trace).abs() < 1e-14);
    // The Gauss-Newton part is positive semidefinite; the residual part here has both signs.
    let terms = answer.terms.as_ref().unwrap();
    assert!(terms.t_gn.iter().all(|term| *term > 0.0));
    assert!(terms.t_res.iter().any(|term| *term < 0.0) && terms.t_res.iter().any(|term| *term > 0.0));
    assert_eq!(answer.numbers(Item::TGn).as_ref(), Some(&terms.t_gn));
    assert_eq!(answer.numbers(Item::TRes).as_ref(), Some(&terms.t_res));
}

#[test]
fn an_error_in_one_number_takes_the_digits_of_that_number_alone() {
    let (network, batch) = subject();
    let right = by(Path::Terms, &network, &batch);
    for wrong_one in Scalar::ALL {
        let mut wrong = right.clone();
        wrong.scalars[wrong_one] *= 1.0 + 1e-5;
        for (scalar, counted) in digits(&wrong, &network, &batch).unwrap().scalars.iter() {
            let expected = if scalar == wrong_one { 4.9..5.1 } else { 13.0..16.0 };
            assert!(expected.contains(counted), "{wrong_one} is wrong: {counted} digits of {scalar}");
        }
    }
}
