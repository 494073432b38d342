//! What a wrong answer looks like: the right value of something else.
//!
//! Values of what is commonly forgotten are made by the closed forms with the forgotten part taken out, and their
//! gradients by dual numbers, so that a gradient which was derived correctly from a wrong bound is recognized too.

use super::cases::Case;
use super::quantity::{Layout, Quantity};
use super::reference::Expected;
use crate::model::{Batch, Parameters, Shape, ThreeLayer};
use crate::number::{Matrix, Precise, Smooth};
use crate::oracle::{ClosedForms, refined_largest};
use crate::terms::bound::{mean, moments, spread, ws_upper};
use crate::terms::{Curvature, curvatures, hessian, model, samples};
use num_dual::Dual64;
use std::borrow::Cow;

/// Relative to the largest entry: what a likeness may miss, since it is computed in `f64` and so was the answer.
const ALIKE: f64 = 1e-9;
/// A wrong formula is rarely off by so few tolerances.
const ROUNDING: f64 = 1e3;
/// Relative errors between these are those of 24 bits.
const SINGLE: std::ops::Range<f64> = 1e-9..1e-4;

/// A part that is forgotten or misunderstood.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twist {
    NoResidual,
    NoHiddenResidual,
    FixedBiases,
    NoBiases,
}

const TWISTS: [(Twist, &str); 4] = [
    (Twist::NoResidual, "without the residual part (Gauss-Newton)"),
    (Twist::NoHiddenResidual, "without the residual part of the hidden block"),
    (Twist::FixedBiases, "with the biases held fixed instead of counted as parameters"),
    (Twist::NoBiases, "of the network without biases"),
];

/// Describes what a wrong answer equals, if it is a known mistake.
pub fn resembles(case: &Case, expected: &Expected, answer: &[f64]) -> Option<String> {
    let right: Vec<f64> = expected.values.iter().map(|value| value.nearest()).collect();
    if answer.len() != right.len() || answer.iter().any(|entry| !entry.is_finite()) {
        return None;
    }
    let quantity = expected.quantity;
    let pairs = answer.iter().zip(&expected.values).zip(&expected.tolerances);
    let units = pairs.map(|((answer, right), tolerance)| right.error_of(*answer).abs() / tolerance);
    if units.fold(0.0, f64::max) < ROUNDING {
        let words = "the value with more rounding than the case explains, as where squares or logarithms are subtracted";
        return Some(words.to_string());
    }
    twisted(case, quantity, answer, &right)
        .or_else(|| multiple(&case.shape(), answer, &right))
        .or_else(|| rearranged(case, quantity, answer, &right))
        .or_else(|| another(case, quantity, answer, &right))
        .or_else(|| single(answer, &right))
}

fn scale(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |scale: f64, value| scale.max(value.abs()))
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()))
}

/// Whether the answer is this, which is not the right value as well.
fn is(answer: &[f64], other: &[f64], right: &[f64]) -> bool {
    let size = scale(other).max(scale(right));
    other.len() == answer.len()
        && distance(answer, other) <= ALIKE * size
        && distance(other, right) > ALIKE * size
}

fn twisted(case: &Case, quantity: Quantity, answer: &[f64], right: &[f64]) -> Option<String> {
    let biases = case.shape().biases;
    let about_biases = |twist| matches!(twist, Twist::FixedBiases | Twist::NoBiases);
    let mut known = TWISTS.iter().filter(|(twist, _)| biases || !about_biases(*twist));
    let found =
        known.find(|(twist, _)| value(case, quantity, *twist).is_some_and(|other| is(answer, &other, right)));
    found.map(|(_, words)| format!("the value {words}"))
}

fn value(case: &Case, quantity: Quantity, twist: Twist) -> Option<Vec<f64>> {
    let Case { network, batch } = case;
    let hessian = || hessian::hessian(&points(&seen(network, twist), batch, twist));
    let scalars = || scalars(network, batch, twist);
    Some(match quantity {
        Quantity::Loss => vec![scalars().loss],
        Quantity::Trace => vec![scalars().trace],
        Quantity::TraceSquared => vec![scalars().trace_squared],
        Quantity::WsUpper => vec![scalars().ws_upper],
        Quantity::LossGradient => slopes(case, twist, |scalars| scalars.loss),
        Quantity::TraceGradient => slopes(case, twist, |scalars| scalars.trace),
        Quantity::TraceSquaredGradient => slopes(case, twist, |scalars| scalars.trace_squared),
        Quantity::Gradient => slopes(case, twist, |scalars| scalars.ws_upper),
        Quantity::Hessian => hessian().as_slice().to_vec(),
        Quantity::LambdaMax => {
            vec![refined_largest(&hessian().map(Precise::exact)).ok()?.nearest()]
        }
    })
}

/// The network that a program sees which makes this mistake.
fn seen<T: Smooth>(network: &ThreeLayer<T>, twist: Twist) -> Cow<'_, ThreeLayer<T>> {
    if twist == Twist::NoBiases { Cow::Owned(network.without_biases()) } else { Cow::Borrowed(network) }
}

/// The samples' matrices with the part taken out.
fn points<T: Smooth>(network: &ThreeLayer<T>, batch: &Batch<T>, twist: Twist) -> Vec<Curvature<T>> {
    let mut samples = samples(network, batch);
    for sample in &mut samples {
        match twist {
            Twist::NoResidual => sample.delta.fill(T::zero()),
            Twist::FixedBiases if sample.biases => {
                sample.xt = sample.x();
                sample.biases = false;
            }
            _ => {}
        }
    }
    let mut points = curvatures(&samples, &network.parameters.v);
    if twist == Twist::NoHiddenResidual {
        for point in &mut points {
            point.u.fill(T::zero());
            point.r.fill(T::zero());
            point.m = point.gn.clone();
        }
    }
    points
}

/// The scalars that a program is asked for.
struct Twisted<T> {
    loss: T,
    trace: T,
    trace_squared: T,
    ws_upper: T,
}

/// The scalars with the part taken out.
fn scalars<T: Smooth>(network: &ThreeLayer<T>, batch: &Batch<T>, twist: Twist) -> Twisted<T> {
    let network = seen(network, twist);
    let points = points(&network, batch, twist);
    let v = &network.parameters.v;
    let moments = moments(&points, v);
    // The moments' own trace has the residual part of the hidden block from `delta`, which the coupling still needs.
    let trace = points.iter().fold(T::zero(), |sum, n| {
        let hidden = (0..n.m.nrows()).fold(T::zero(), |sum, i| sum + n.m[(i, i)]);
        sum + n.sample.nx() * hidden + n.sample.nz() * n.s.trace()
    }) / T::integer(points.len() as i64);
    let squared = moments.squared();
    let biases = points.first().is_some_and(|n| n.sample.biases);
    let size = Shape { biases, ..network.shape(points.len()) }.parameters();
    Twisted {
        loss: model::loss(&network, batch),
        trace,
        trace_squared: squared,
        ws_upper: ws_upper(mean(trace, size), spread(trace, squared, size), size),
    }
}

/// The derivative of one of the scalars by every parameter.
fn slopes(case: &Case, twist: Twist, which: fn(Twisted<Dual64>) -> Dual64) -> Vec<f64> {
    let shape = case.shape();
    let theta = case.network.parameters.flat();
    let batch = case.batch.map(Dual64::from_re);
    let slope = |index: usize| {
        let mut lifted: Vec<Dual64> = theta.iter().map(|entry| Dual64::from_re(*entry)).collect();
        lifted[index].eps = 1.0;
        let parameters = Parameters::from_fn(&shape, |index| lifted[index]);
        let network = ThreeLayer { parameters, activation: case.network.activation };
        which(scalars(&network, &batch, twist)).eps
    };
    (0..shape.parameters()).map(slope).collect()
}

fn multiple(shape: &Shape, answer: &[f64], right: &[f64]) -> Option<String> {
    let (n, d) = (shape.samples as f64, shape.parameters() as f64);
    let factors = [
        (n, "N times the value: a sum over samples where the mean is meant"),
        (n * n, "N^2 times the value: a sum over pairs where the mean is meant"),
        (1.0 / n, "the value over N: the mean was taken twice"),
        (-1.0, "the value with the other sign"),
        (2.0, "twice the value"),
        (0.5, "half of the value"),
        (d, "D times the value"),
        (1.0 / d, "the value over D"),
        (0.0, "zero"),
    ];
    let times = |factor: f64| -> Vec<f64> { right.iter().map(|entry| factor * entry).collect() };
    let found = factors.iter().find(|(factor, _)| is(answer, &times(*factor), right));
    found.map(|(_, words)| words.to_string())
}

fn rearranged(case: &Case, quantity: Quantity, answer: &[f64], right: &[f64]) -> Option<String> {
    if quantity.layout() != Layout::Theta {
        return None;
    }
    let Parameters { w, b, v, c } = Parameters::from_flat(&case.shape(), right).ok()?;
    let rows = |matrix: &Matrix<f64>| matrix.transpose().as_slice().to_vec();
    let bias = |bias: &Option<nalgebra::DVector<f64>>| {
        bias.as_ref().map_or_else(Vec::new, |b| b.as_slice().to_vec())
    };
    let orders = [
        (
            [w.as_slice().to_vec(), bias(&b), v.as_slice().to_vec(), bias(&c)].concat(),
            "the value with W and V transposed (column-major)",
        ),
        ([rows(&w), rows(&v), bias(&b), bias(&c)].concat(), "the value in the order W, V, b, c"),
        ([rows(&v), bias(&c), rows(&w), bias(&b)].concat(), "the value in the order V, c, W, b"),
        ([bias(&b), rows(&w), bias(&c), rows(&v)].concat(), "the value in the order b, W, c, V"),
    ];
    orders.iter().find(|(order, _)| is(answer, order, right)).map(|(_, words)| words.to_string())
}

fn another(case: &Case, quantity: Quantity, answer: &[f64], right: &[f64]) -> Option<String> {
    let forms = ClosedForms::at(&case.network, &case.batch).ok()?;
    let others = Quantity::ALL.into_iter().filter(|other| *other != quantity);
    let mut alike = others.filter(|other| other.layout() == quantity.layout());
    let dense =
        || hessian::hessian(&curvatures(&samples(&case.network, &case.batch), &case.network.parameters.v));
    let found = alike.find(|other| other.of(&forms, dense).is_some_and(|value| is(answer, &value, right)));
    found.map(|other| format!("the value of {other}"))
}

fn single(answer: &[f64], right: &[f64]) -> Option<String> {
    let relative = distance(answer, right) / scale(right);
    SINGLE.contains(&relative).then(|| {
        format!(
            "the value in float32 precision (relative error {relative:.0e}): if that is meant, answer \
             \"precision\": \"float32\" to the first line"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::{Draws, Precision, expected};
    use crate::model::Activation;

    /// A case with several of everything.
    fn case() -> Case {
        let draws = Draws {
            activations: vec![Activation::Tanh],
            biases: vec![true],
            max_size: 4,
            cases: 40,
            saturation: 1.0,
            seed: 5,
        };
        let large = |case: &Case| {
            let shape = case.shape();
            shape.samples > 2 && shape.inputs > 1 && shape.hidden > 1 && shape.classes > 2
        };
        (20..40).map(|index| draws.case(index)).find(large).unwrap()
    }

    fn likeness(quantity: Quantity, wrong: impl Fn(&[f64], &Shape) -> Vec<f64>) -> Option<String> {
        let case = case();
        let expected = expected(&case, &[quantity], Precision::Float64).unwrap().pop().unwrap();
        let right: Vec<f64> = expected.values.iter().map(|value| value.nearest()).collect();
        resembles(&case, &expected, &wrong(&right, &case.shape()))
    }

    #[test]
    fn sums_signs_and_orders_are_recognized() {
        let gradient =
            |wrong: &dyn Fn(&[f64], &Shape) -> Vec<f64>| likeness(Quantity::Gradient, wrong).unwrap();
        let times = |right: &[f64], factor: f64| -> Vec<f64> { right.iter().map(|x| factor * x).collect() };
        assert!(gradient(&|right, shape| times(right, shape.samples as f64)).starts_with("N times"));
        assert_eq!(gradient(&|right, _| times(right, -1.0)), "the value with the other sign");
        let single = gradient(&|right, _| right.iter().map(|x| f64::from(*x as f32)).collect());
        assert!(single.starts_with("the value in float32 precision"), "{single}");
        let transposed = gradient(&|right, shape| {
            let Parameters { w, b, v, c } = Parameters::from_flat(shape, right).unwrap();
            let (b, c) = (b.unwrap(), c.unwrap());
            [w.as_slice(), b.as_slice(), v.as_slice(), c.as_slice()].concat()
        });
        assert_eq!(transposed, "the value with W and V transposed (column-major)");
    }

    #[test]
    fn another_quantity_is_recognized_and_nonsense_is_not() {
        let case = case();
        let forms = ClosedForms::at(&case.network, &case.batch).unwrap();
        let trace = likeness(Quantity::WsUpper, |_, _| vec![forms.moments.trace()]);
        assert_eq!(trace.unwrap(), "the value of trace");
        assert_eq!(likeness(Quantity::WsUpper, |right, _| vec![right[0] * 1.2345]), None);
        assert_eq!(likeness(Quantity::WsUpper, |_, _| vec![f64::NAN]), None);
    }

    /// Against the definition: the Hessian of the loss with what is forgotten taken out, by dual numbers of the loss.
    #[test]
    fn a_forgotten_residual_part_is_recognized_from_derivatives_of_the_loss() {
        use crate::witness::{Case as Point, Loss, Part};
        let case = case();
        let point = Point::<f64>::new(case.network.clone(), case.batch.clone(), 0);
        let loss = Loss::new(&point);
        let size = case.shape().parameters();
        let gauss_newton: f64 = (0..size)
            .map(|index| {
                let direction = loss.unit(index);
                loss.curvature(Part::GaussNewton, &direction, &direction)
            })
            .sum();
        assert_eq!(
            likeness(Quantity::Trace, |_, _| vec![gauss_newton]).unwrap(),
            "the value without the residual part (Gauss-Newton)"
        );
    }

    #[test]
    fn biases_that_are_forgotten_or_held_fixed_are_recognized() {
        let case = case();
        let fixed = scalars(&case.network, &case.batch, Twist::FixedBiases).ws_upper;
        let looks = likeness(Quantity::WsUpper, |_, _| vec![fixed]).unwrap();
        assert_eq!(looks, "the value with the biases held fixed instead of counted as parameters");
        let bare = Parameters { b: None, c: None, ..case.network.parameters.clone() };
        let bare = ThreeLayer { parameters: bare, activation: case.network.activation };
        let without = ClosedForms::at(&bare, &case.batch).unwrap().scalars().ws_upper;
        let looks = likeness(Quantity::WsUpper, |_, _| vec![without]).unwrap();
        assert_eq!(looks, "the value of the network without biases");
    }
}
