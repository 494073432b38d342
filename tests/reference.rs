//! The oracle and the activations against references in high precision, made by `tests/fixtures/reference.py` from
//! finite differences of the loss with 120 digits.

use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::Matrix;
use hsr::oracle::{Scalar, Wanted, answer};
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("fixtures/reference.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|entry| entry.as_f64().unwrap()).collect()
}

fn matrix(value: &Value) -> Matrix<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Matrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

/// A logit of size `o` is rounded by `eps |o|`, which is the relative error of its probability. A hundred such errors
/// meet in a sum over pairs of samples, classes and units.
fn tolerance(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> f64 {
    let z_bound = 1.0 + batch.x.amax() * network.parameters.w.amax() * batch.x.ncols() as f64;
    let logits = network.parameters.v.amax() * z_bound * network.parameters.v.ncols() as f64;
    100.0 * f64::EPSILON * (1.0 + logits)
}

/// The scalars that the reference has; the other bounds are functions of them.
const SCALARS: [&str; 6] = ["loss", "trace", "trace_squared", "mean", "spread", "ws_upper"];

#[test]
fn the_oracle_agrees_with_finite_differences_in_high_precision() {
    let reference = reference();
    let cases = reference["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let size = |key: &str| case[key].as_u64().unwrap() as usize;
        let shape = Shape {
            samples: size("samples"),
            inputs: size("inputs"),
            hidden: size("hidden"),
            classes: size("classes"),
            biases: case["biases"].as_bool().unwrap(),
        };
        let activation: Activation = case["activation"].as_str().unwrap().parse().unwrap();
        let parameters = Parameters::from_flat(&shape, &numbers(&case["theta"])).unwrap();
        let network = ThreeLayer::new(parameters, activation).unwrap();
        let batch = Batch::new(matrix(&case["x"]), matrix(&case["y"])).unwrap();
        let answer = answer(&network, &batch, Wanted::default()).unwrap();
        let tolerance = tolerance(&network, &batch);
        for name in SCALARS {
            let expected = case[name].as_f64().unwrap();
            let value = answer.scalars[Scalar::from_name(name).unwrap()];
            let error = (value - expected).abs() / expected.abs();
            assert!(error <= tolerance, "{} {name}: {value:e} but {expected:e}", case["name"]);
        }
        let expected = numbers(&case["gradient"]);
        assert_eq!(expected.len(), shape.parameters());
        let norm = expected.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
        for (index, (value, expected)) in
            answer.gradient.as_ref().unwrap().flat().iter().zip(&expected).enumerate()
        {
            let place = shape.parameter_name(index);
            let error = (value - expected).abs() / norm;
            assert!(error <= tolerance, "{} {place}: {value:e} but {expected:e}", case["name"]);
        }
    }
}

/// The polynomials cancel to no less than a fiftieth at these arguments, and the tail of gelu, whose argument is
/// rounded before it is squared, loses a factor `a^2 = 90`: a hundred roundoffs of four operations.
#[test]
fn activations_and_their_derivatives_have_the_values_of_high_precision_far_into_the_tails() {
    let reference = reference();
    let points = reference["activations"].as_array().unwrap();
    for activation in Activation::SMOOTH {
        assert!(
            points.iter().filter(|point| point["activation"] == activation.name()).count() > 5,
            "{activation}"
        );
    }
    for point in points {
        let activation: Activation = point["activation"].as_str().unwrap().parse().unwrap();
        let a = point["a"].as_f64().unwrap();
        let found = activation.derivatives(&a);
        let found = [found.value, found.first, found.second, found.third];
        let expected = numbers(&point["orders"]);
        assert_eq!(expected.len(), found.len());
        for (order, (found, expected)) in found.iter().zip(expected).enumerate() {
            let tolerance = 400.0 * f64::EPSILON * expected.abs() + f64::MIN_POSITIVE;
            assert!(
                (found - expected).abs() <= tolerance,
                "{activation}, derivative {order} at {a}: {found:e} but {expected:e}"
            );
        }
    }
}
