//! What an answer says of its own digits is true, on networks of every scale: no more digits are claimed than 106 bits
//! find right, all routes and the terms agree within them, and on ordinary networks many are claimed.

use hsr::audit::{random_network, train};
use hsr::data::DataSet;
use hsr::fast::Route;
use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::Matrix;
use hsr::oracle::{Answer, FEW_DIGITS, Item, OracleError, Path, Scalar, Wanted, answer, digits};
use nalgebra::dmatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A network with data: numbers of order one times a scale for each array, a power of ten up to `reach`, and offsets.
fn drawn(seed: u64, reach: f64) -> (ThreeLayer<f64>, Batch<f64>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut upto = |most: usize| random.random_range(1..=most);
    let shape = Shape {
        samples: upto(7),
        inputs: upto(4),
        hidden: upto(4),
        classes: 1 + upto(4),
        biases: upto(2) == 1,
    };
    let activation = Activation::ALL[upto(Activation::ALL.len()) - 1];
    let offset = upto(4) == 1;
    let soft = upto(3) == 1;
    let mut scale = || {
        let kind: u32 = random.random_range(0..3);
        // Ordinary, or anything.
        if kind == 0 { 1.0 } else { 10_f64.powf(random.random_range(-reach..reach)) }
    };
    let scales = [scale(), scale(), scale(), scale(), scale()];
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0xabcdef);
    let mut array = |rows: usize, columns: usize, scale: f64, shifted: bool| {
        let shift = if shifted { scale * 10_f64.powf(random.random_range(0.0..9.0)) } else { 0.0 };
        Matrix::from_fn(rows, columns, |_, _| shift + scale * random.random_range(-1.0..1.0))
    };
    let Shape { samples, inputs, hidden, classes, biases } = shape;
    let w = array(hidden, inputs, scales[0], false);
    let b = array(hidden, 1, scales[1], offset);
    let v = array(classes, hidden, scales[2], offset);
    let c = array(classes, 1, scales[3], offset);
    let x = array(samples, inputs, scales[4], offset);
    let column = |m: Matrix<f64>| biases.then(|| m.column(0).into_owned());
    let network = ThreeLayer::new(Parameters { w, b: column(b), v, c: column(c) }, activation).unwrap();
    let mut y = Matrix::from_fn(samples, classes, |n, k| f64::from(u8::from((n * 7 + 3) % classes == k)));
    if soft {
        y = Matrix::from_fn(samples, classes, |_, _| random.random_range(0.01..1.0));
        for mut row in y.row_iter_mut() {
            let sum = row.sum();
            row.unscale_mut(sum);
        }
    }
    (network, Batch::new(x, y).unwrap())
}

fn paths() -> Vec<(String, Path)> {
    let fast = Route::ALL.map(|route| (route.to_string(), Path::Fast { route: Some(route), threads: 1 }));
    fast.into_iter().chain([("terms".to_string(), Path::Terms)]).collect()
}

fn by(path: Path, network: &ThreeLayer<f64>, batch: &Batch<f64>, dense: bool) -> Result<Answer, OracleError> {
    let wanted = Wanted::default().with_terms().by(path);
    answer(network, batch, if dense { wanted.with_spectrum().with_hessian() } else { wanted })
}

/// All numbers of an answer whose digits are known.
fn numbers(answer: &Answer) -> Vec<(Item, Vec<f64>)> {
    answer.printed_digits().map(|(item, _)| (item, answer.numbers(item).unwrap())).collect()
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

/// Below this 106 bits are fewer, so that they do not tell the digits of an `f64` either.
const COUNTABLE: f64 = 1e-285;
/// Seeds of networks at five reaches: from ordinary ones to numbers from 1e-160 to 1e160.
const NETWORKS: u64 = 150;
const REACHES: [f64; 5] = [1.0, 3.0, 8.0, 40.0, 160.0];

fn reach(seed: u64) -> f64 {
    REACHES[seed as usize % REACHES.len()]
}

#[test]
fn no_more_digits_are_claimed_than_are_right_at_any_scale_on_any_path() {
    let (mut claims, mut warnings) = (0, 0);
    for seed in 0..NETWORKS {
        let (network, batch) = drawn(seed, reach(seed));
        for (name, path) in paths() {
            let Ok(found) = by(path, &network, &batch, seed % 10 == 0) else { continue };
            let counted = digits(&found, &network, &batch).unwrap();
            for (what, values) in numbers(&found) {
                let claimed = found.digits.of(what).unwrap();
                let right = counted.of(what).unwrap();
                claims += 1;
                warnings += u32::from(claimed < FEW_DIGITS);
                // An error that is a random walk of roundings may once go a little further than it is taken to.
                assert!(
                    claimed <= right + 0.1 || largest(&values) < COUNTABLE,
                    "network {seed} {name}: {what} claims {claimed:.2}, {right:.2} are right: {values:?}"
                );
            }
        }
    }
    assert!(claims > 10_000 && warnings > 1000 && warnings < claims / 2, "{warnings} of {claims}");
}

#[test]
fn all_routes_and_the_terms_agree_within_their_digits_and_on_what_is_an_error() {
    let (mut errors, mut without) = (0, 0);
    for seed in 0..2 * NETWORKS {
        let (network, batch) = drawn(seed, reach(seed));
        let found: Vec<_> =
            paths().into_iter().map(|(name, path)| (name, by(path, &network, &batch, false))).collect();
        let (_, first) = &found[0];
        errors += u32::from(first.is_err());
        without += u32::from(first.as_ref().is_ok_and(|answer| answer.gradient.is_err()));
        for (name, other) in &found[1..] {
            match (first, other) {
                (Ok(first), Ok(other)) => agree(&format!("network {seed}, {name}"), first, other),
                (first, other) => {
                    let message =
                        |found: &Result<Answer, OracleError>| found.as_ref().err().map(ToString::to_string);
                    assert_eq!(message(first), message(other), "network {seed}, {name}");
                }
            }
        }
    }
    assert!(errors > 10 && without > 3, "{errors} errors, {without} without a gradient");
}

fn agree(name: &str, first: &Answer, other: &Answer) {
    assert_eq!(first.gradient.is_ok(), other.gradient.is_ok(), "{name}");
    for ((what, left), (_, right)) in numbers(first).into_iter().zip(numbers(other)) {
        let share = |answer: &Answer| 10_f64.powf(-answer.digits.of(what).unwrap());
        let room = largest(&left) * share(first) + largest(&right) * share(other);
        let apart = left.iter().zip(&right).fold(0.0_f64, |apart, (a, b)| apart.max((a - b).abs()));
        // Of what claims no digit nothing is said.
        let none = share(first).max(share(other)) >= 1.0 || apart < COUNTABLE;
        assert!(
            none || apart <= room,
            "{name}: {what} is {left:?} and {right:?}, apart by {apart:e}, not {room:e}"
        );
        assert!(
            left.iter().chain(&right).all(|value| !(*value == 0.0 && value.is_sign_negative())),
            "{what}"
        );
    }
}

#[test]
fn ordinary_networks_claim_ten_digits() {
    for data in DataSet::ALL {
        let labelled = data.load();
        let count = labelled.labels.len().min(300);
        let batch = labelled.subset(count, 0).unwrap().standardised().batch();
        let (inputs, classes) = (batch.x.ncols(), batch.y.ncols());
        let shape = Shape { samples: count, inputs, hidden: 6, classes, biases: true };
        let start = random_network(&shape, Activation::Tanh, 0);
        for network in [train(&start, &batch), start] {
            let found = answer(&network, &batch, Wanted::default().with_terms()).unwrap();
            for (item, digits) in found.printed_digits() {
                // Of the pixels some are lit in a few images only: 64 inputs, twenty deviations far out.
                let least = if data == DataSet::Digits { 7.0 } else { 10.0 };
                assert!(digits >= least, "{data:?}: {item} claims {digits:.1}");
            }
        }
    }
}

/// The right values are of 450 decimal digits, by the definition of the Hessian, and share no code with this crate.
#[test]
fn what_underflows_before_it_is_multiplied_up_again_claims_no_digit() {
    let parameters = Parameters {
        w: dmatrix![-1.5077863168871274e-28, 2.3857282127913216e-28; 1.4930648801757887e-28, 1.6993600109011393e-28],
        b: None,
        v: dmatrix![2.5267633708639474e45, -4.066142409127974e45; -3.990105994687852e45, -6.24134190353974e44],
        c: None,
    };
    let network = ThreeLayer::new(parameters, Activation::Identity).unwrap();
    let x = dmatrix![1.174948246277746e-92, 3.304526771106305e-92];
    let batch = Batch::from_labels(x, &[0], 2).unwrap();
    for (name, path) in paths() {
        let found = by(path, &network, &batch, false).unwrap();
        for (what, right) in [(Scalar::TraceSquared, 2.739071108e-183), (Scalar::WsUpper, 5.073119794e-92)] {
            let (value, claimed) = (found.scalars[what], found.digits.scalars[what]);
            assert!(
                (value / right - 1.0).abs() <= 10_f64.powf(-claimed),
                "{name}: {what} {value:e} claims {claimed}"
            );
        }
    }
}
