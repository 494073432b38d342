//! What a wrong answer looks like: the right value of something else.
//!
//! Values of what is commonly forgotten are made by the closed forms with the forgotten part taken out. Gradients are made in two
//! ways: by the equations with the part taken out of them, and by dual numbers, so that a gradient which was derived correctly from
//! a wrong bound is recognized too.

use super::cases::Case;
use super::forms::Forms;
use super::groups::{numbers, partition};
use super::quantity::{Layout, Quantity};
use super::reference::Expected;
use super::twists::{Twist, TwistedLoss, twists};
use crate::model::{Layers, Network};
use crate::number::Smooth;
use crate::terms::bound::{mean, spread, ws_upper};
use crate::terms::leading_vector;
use num_dual::Dual64;

/// Relative to the largest entry: what a likeness may miss, since it is computed in `f64` and so was the answer.
const ALIKE: f64 = 1e-9;
/// A wrong formula is rarely off by so few tolerances.
const ROUNDING: f64 = 1e3;
/// Relative errors between these are those of 24 bits.
const SINGLE: std::ops::Range<f64> = 1e-9..1e-4;

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
        .or_else(|| multiple(case, answer, &right))
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
    let of_gradient = scalar_of(quantity).is_some();
    let known = twists(case);
    let mut known = known.iter().filter(|twist| of_gradient || !twist.is_of_gradients());
    let alike = |value: Option<Vec<f64>>| value.is_some_and(|value| is(answer, &value, right));
    let found = known.find(|twist| {
        alike(value(case, quantity, **twist))
            || (of_gradient && alike(slopes(case, quantity, **twist, answer)))
    });
    found.map(|twist| format!("the value {}", twist.words(case.form)))
}

/// The scalar whose gradient a quantity is.
fn scalar_of(quantity: Quantity) -> Option<Quantity> {
    Some(match quantity {
        Quantity::LossGradient => Quantity::Loss,
        Quantity::TraceGradient => Quantity::Trace,
        Quantity::TraceSquaredGradient => Quantity::TraceSquared,
        Quantity::Gradient => Quantity::WsUpper,
        Quantity::WsLayersGradient => Quantity::WsLayers,
        Quantity::WsUnitsGradient => Quantity::WsUnits,
        _ => return None,
    })
}

/// The value by the equations with the part taken out.
fn value(case: &Case, quantity: Quantity, twist: Twist) -> Option<Vec<f64>> {
    let forms = twist.forms(&case.network, case.loss, &case.batch);
    match quantity {
        Quantity::WsUpper => Some(vec![upper(&forms, twist.size(case))]),
        _ if scalar_of(quantity).is_some() && !twist.has_equations() => None,
        _ => numbers(quantity, &forms),
    }
}

fn upper<T: Smooth>(forms: &Forms<T, TwistedLoss>, size: usize) -> T {
    let (trace, squared) = (forms.trace(), forms.squared());
    ws_upper(mean(trace, size), spread(trace, squared, size), size)
}

/// The derivative of the twisted scalar by every parameter, where that along one direction is the answer's.
fn slopes(case: &Case, quantity: Quantity, twist: Twist, answer: &[f64]) -> Option<Vec<f64>> {
    if twist.is_of_gradients() {
        return None;
    }
    let scalar = scalar_of(quantity)?;
    let (sizes, size) = (case.architecture(), twist.size(case));
    let theta = case.network.layers.flat();
    let batch = case.batch.map(Dual64::from_re);
    let v = match partition(quantity) {
        Some(partition) => {
            let forms = twist.forms(&case.network, case.loss, &case.batch);
            Some((partition, leading_vector(&forms.bound_matrix(partition)).ok()?))
        }
        None => None,
    };
    let along = |direction: &dyn Fn(usize) -> f64| {
        let layers = Layers::from_fn(&sizes, |index| Dual64::new(theta[index], direction(index)));
        let network = Network { layers, activations: case.network.activations.clone() };
        let forms = twist.forms(&network, case.loss, &batch);
        let value = match &v {
            Some((partition, v)) => {
                let (matrix, v) = (forms.bound_matrix(*partition), v.map(Dual64::from_re));
                v.dot(&(matrix * &v)) / v.dot(&v)
            }
            None if scalar == Quantity::WsUpper => upper(&forms, size),
            None => forms.numbers(scalar)?[0],
        };
        Some(value.eps)
    };
    // Some direction along which few gradients that differ are the same.
    let direction = |index: usize| 1.0 + ((index * 37) % 17) as f64 / 16.0;
    let told: f64 = answer.iter().enumerate().map(|(index, entry)| direction(index) * entry).sum();
    let most = scale(answer) * answer.len() as f64;
    if (along(&direction)? - told).abs() > ALIKE * most.max(f64::MIN_POSITIVE) {
        return None;
    }
    (0..theta.len()).map(|index| along(&|other| f64::from(other == index))).collect()
}

fn multiple(case: &Case, answer: &[f64], right: &[f64]) -> Option<String> {
    let (n, d) = (case.batch.samples() as f64, case.architecture().parameters() as f64);
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

/// The entries of the value in another order.
fn rearranged(case: &Case, quantity: Quantity, answer: &[f64], right: &[f64]) -> Option<String> {
    if quantity.layout() != Layout::Theta {
        return None;
    }
    let layers = Layers::from_flat(&case.architecture(), right).ok()?;
    // Names and entries of the arrays: of the weights by rows and by columns, and of the biases.
    let arrays = layers.0.iter().enumerate().map(|(index, layer)| {
        let [w, b] = case.array_names(index);
        let bias = layer.b.iter().map(|bias| (b.clone(), bias.as_slice().to_vec())).collect::<Vec<_>>();
        let (rows, columns) = (layer.w.transpose().as_slice().to_vec(), layer.w.as_slice().to_vec());
        ((w.clone(), rows), (w, columns), bias)
    });
    let arrays: Vec<_> = arrays.collect();
    let by_columns =
        arrays.iter().flat_map(|(_, columns, bias)| [vec![columns.clone()], bias.clone()].concat());
    let by_columns = by_columns.flat_map(|(_, entries)| entries).collect::<Vec<f64>>();
    if is(answer, &by_columns, right) {
        let weights: Vec<&str> = arrays.iter().map(|((name, _), ..)| name.as_str()).collect();
        let (last, others) = weights.split_last()?;
        let weights =
            if others.is_empty() { last.to_string() } else { format!("{} and {last}", others.join(", ")) };
        return Some(format!("the value with {weights} transposed (column-major)"));
    }
    let weights = || arrays.iter().map(|(rows, ..)| rows.clone());
    let biases = || arrays.iter().flat_map(|(.., bias)| bias.clone());
    let reversed =
        arrays.iter().rev().flat_map(|(rows, _, bias)| [vec![rows.clone()], bias.clone()].concat());
    let bias_first = arrays.iter().flat_map(|(rows, _, bias)| [bias.clone(), vec![rows.clone()]].concat());
    let orders: [Vec<(String, Vec<f64>)>; 3] =
        [weights().chain(biases()).collect(), reversed.collect(), bias_first.collect()];
    let found = orders.into_iter().find(|order| {
        let entries: Vec<f64> = order.iter().flat_map(|(_, entries)| entries.clone()).collect();
        is(answer, &entries, right)
    })?;
    let names: Vec<String> = found.into_iter().map(|(name, _)| name).collect();
    Some(format!("the value in the order {}", names.join(", ")))
}

fn another(case: &Case, quantity: Quantity, answer: &[f64], right: &[f64]) -> Option<String> {
    let forms = Forms::at(case.network.clone(), case.loss, &case.batch);
    let others = Quantity::ALL.into_iter().filter(|other| *other != quantity);
    let mut alike = others.filter(|other| other.layout() == quantity.layout());
    let found = alike.find(|other| numbers(*other, &forms).is_some_and(|value| is(answer, &value, right)));
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
            ..Draws::default()
        };
        let large = |case: &Case| {
            let sizes = case.architecture();
            case.batch.samples() > 2 && sizes.inputs > 1 && sizes.widths[0] > 1 && sizes.widths[1] > 2
        };
        (20..40).map(|index| draws.case(index)).find(large).unwrap()
    }

    fn likeness(quantity: Quantity, wrong: impl Fn(&[f64], &Case) -> Vec<f64>) -> Option<String> {
        let case = case();
        let expected = expected(&case, &[quantity], Precision::Float64).unwrap().pop().unwrap();
        let right: Vec<f64> = expected.values.iter().map(|value| value.nearest()).collect();
        resembles(&case, &expected, &wrong(&right, &case))
    }

    #[test]
    fn sums_signs_and_orders_are_recognized() {
        let gradient =
            |wrong: &dyn Fn(&[f64], &Case) -> Vec<f64>| likeness(Quantity::Gradient, wrong).unwrap();
        let times = |right: &[f64], factor: f64| -> Vec<f64> { right.iter().map(|x| factor * x).collect() };
        assert!(gradient(&|right, case| times(right, case.batch.samples() as f64)).starts_with("N times"));
        assert_eq!(gradient(&|right, _| times(right, -1.0)), "the value with the other sign");
        let single = gradient(&|right, _| right.iter().map(|x| f64::from(*x as f32)).collect());
        assert!(single.starts_with("the value in float32 precision"), "{single}");
        let transposed = gradient(&|right, case| {
            let layers = Layers::from_flat(&case.architecture(), right).unwrap().0;
            let columns = layers
                .iter()
                .map(|layer| [layer.w.as_slice(), layer.b.as_ref().unwrap().as_slice()].concat());
            columns.collect::<Vec<_>>().concat()
        });
        assert_eq!(transposed, "the value with W and V transposed (column-major)");
    }

    #[test]
    fn another_quantity_is_recognized_and_nonsense_is_not() {
        let case = case();
        let forms = Forms::at(case.network.clone(), case.loss, &case.batch);
        let trace = likeness(Quantity::WsUpper, |_, _| vec![forms.trace()]);
        assert_eq!(trace.unwrap(), "the value of trace");
        assert_eq!(likeness(Quantity::WsUpper, |right, _| vec![right[0] * 1.2345]), None);
        assert_eq!(likeness(Quantity::WsUpper, |_, _| vec![f64::NAN]), None);
    }

    /// Against the definition: the Hessian of the loss with what is forgotten taken out, by dual numbers of the loss.
    #[test]
    fn a_forgotten_residual_part_is_recognized_from_derivatives_of_the_loss() {
        use crate::witness::{Case as Point, Loss, Part};
        let case = case();
        let point = Point::<f64>::new(case.as_three_layer().unwrap(), case.batch.clone(), 0);
        let loss = Loss::new(&point);
        let size = case.architecture().parameters();
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
        let forms = Twist::FixedBiases.forms(&case.network, case.loss, &case.batch);
        let fixed = upper(&forms, Twist::FixedBiases.size(&case));
        let looks = likeness(Quantity::WsUpper, |_, _| vec![fixed]).unwrap();
        assert_eq!(looks, "the value with the biases held fixed instead of counted as parameters");
        let bare = Case::three_layer(case.as_three_layer().unwrap().without_biases(), case.batch.clone());
        let without = numbers(Quantity::WsUpper, &Forms::at(bare.network, bare.loss, &bare.batch)).unwrap();
        let looks = likeness(Quantity::WsUpper, |_, _| without.clone()).unwrap();
        assert_eq!(looks, "the value of the network without biases");
    }
}
