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

/// Something else that a wrong answer is the right value of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Likeness {
    /// The value itself, with many rounding errors.
    Rounded,
    /// The value with a part that is forgotten or misunderstood.
    Twisted(Twist),
    /// The value times a number.
    Times(Multiple),
    /// The value with its entries in another order.
    Ordered(Order),
    /// Another quantity.
    Another(Quantity),
    /// The value in single precision.
    Single,
}

/// What a value is multiplied by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Multiple {
    Samples,
    Pairs,
    OverSamples,
    Minus,
    Two,
    Half,
    Size,
    OverSize,
    Zero,
}

/// An order of the entries of a gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    ByColumns,
    BiasesLast,
    LayersReversed,
    BiasesFirst,
}

/// Describes what a wrong answer equals, if it is a known mistake.
pub fn resembles(case: &Case, expected: &Expected, answer: &[f64]) -> Option<String> {
    let first = likenesses(case, expected, answer).first().copied();
    first.map(|likeness| likeness.words(case, expected, answer))
}

/// All that a wrong answer equals, the likelier first. In the smallest of cases much is the same.
pub(super) fn likenesses(case: &Case, expected: &Expected, answer: &[f64]) -> Vec<Likeness> {
    if Likeness::Rounded.is_of(case, expected, answer) {
        return vec![Likeness::Rounded];
    }
    let twisted = twists(case).into_iter().map(Likeness::Twisted);
    let times = Multiple::ALL.map(Likeness::Times);
    let ordered = Order::ALL.map(Likeness::Ordered);
    let another = Quantity::ALL.into_iter().map(Likeness::Another);
    let all = twisted.chain(times).chain(ordered).chain(another).chain([Likeness::Single]);
    all.filter(|likeness| likeness.is_of(case, expected, answer)).collect()
}

impl Likeness {
    /// Whether a wrong answer to this case is like it.
    pub fn is_of(self, case: &Case, expected: &Expected, answer: &[f64]) -> bool {
        let right: Vec<f64> = expected.values.iter().map(|value| value.nearest()).collect();
        if answer.len() != right.len() || answer.iter().any(|entry| !entry.is_finite()) {
            return false;
        }
        let quantity = expected.quantity;
        let alike = |value: Option<Vec<f64>>| value.is_some_and(|value| is(answer, &value, &right));
        match self {
            Likeness::Rounded => {
                let pairs = answer.iter().zip(&expected.values).zip(&expected.tolerances);
                let units = pairs.map(|((answer, right), tolerance)| right.error_of(*answer).abs() / tolerance);
                units.fold(0.0, f64::max) < ROUNDING
            }
            Likeness::Twisted(twist) => {
                let shown = scalar_of(quantity).is_some() || !twist.is_of_gradients();
                // Where it leaves a case as it is, it says nothing.
                shown
                    && (alike(value(case, quantity, twist))
                        || is_slope(case, quantity, twist, answer, &right))
            }
            Likeness::Times(multiple) => {
                let (factor, _) = multiple.factor(case);
                alike(Some(right.iter().map(|entry| factor * entry).collect()))
            }
            Likeness::Ordered(order) if quantity.layout() == Layout::Theta => {
                let arrays = order.arrays(case, &right);
                alike(arrays.map(|arrays| arrays.into_iter().flat_map(|(_, entries)| entries).collect()))
            }
            Likeness::Ordered(_) => false,
            Likeness::Another(other) if other != quantity && other.layout() == quantity.layout() => {
                alike(numbers(other, &Forms::at(case.network.clone(), case.loss, &case.batch)))
            }
            Likeness::Another(_) => false,
            Likeness::Single => SINGLE.contains(&(distance(answer, &right) / scale(&right))),
        }
    }

    /// In words, with the answer that it is a likeness of.
    pub fn words(self, case: &Case, expected: &Expected, answer: &[f64]) -> String {
        let right: Vec<f64> = expected.values.iter().map(|value| value.nearest()).collect();
        match self {
            Likeness::Rounded => {
                "the value with more rounding than the case explains, as where squares or logarithms are subtracted"
                    .to_string()
            }
            Likeness::Twisted(twist) => format!("the value {}", twist.words(case.form)),
            Likeness::Times(multiple) => multiple.factor(case).1.to_string(),
            Likeness::Ordered(order) => order.words(case, &right),
            Likeness::Another(other) => format!("the value of {other}"),
            Likeness::Single => format!(
                "the value in float32 precision (relative error {:.0e}): if that is meant, answer \"precision\": \
                 \"float32\" to the first line",
                distance(answer, &right) / scale(&right)
            ),
        }
    }
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

/// Whether an answer is the gradient of the twisted scalar: along some directions, along which few gradients that differ are the same.
fn is_slope(case: &Case, quantity: Quantity, twist: Twist, answer: &[f64], right: &[f64]) -> bool {
    let Some(scalar) = scalar_of(quantity).filter(|_| !twist.is_of_gradients()) else { return false };
    let size = scale(answer).max(scale(right)) * answer.len() as f64;
    (1..=DIRECTIONS).all(|number| {
        let direction: Vec<f64> =
            (0..answer.len()).map(|index| 1.0 + ((index * 37 * number + number) % 17) as f64 / 16.0).collect();
        let told: f64 = answer.iter().zip(&direction).map(|(entry, along)| entry * along).sum();
        slope(case, scalar, twist, &direction).is_some_and(|slope| (slope - told).abs() <= ALIKE * size)
    }) && distance(answer, right) > ALIKE * scale(answer).max(scale(right))
}

/// Directions along which gradients are compared.
const DIRECTIONS: usize = 4;

/// The derivative of a twisted scalar along a direction.
fn slope(case: &Case, scalar: Quantity, twist: Twist, direction: &[f64]) -> Option<f64> {
    let theta = case.network.layers.flat();
    let layers = Layers::from_fn(&case.architecture(), |index| Dual64::new(theta[index], direction[index]));
    let network = Network { layers, activations: case.network.activations.clone() };
    let forms = twist.forms(&network, case.loss, &case.batch.map(Dual64::from_re));
    let value = match partition(scalar) {
        Some(partition) => {
            let matrix = forms.bound_matrix(partition);
            let v = leading_vector(&matrix.map(|entry| entry.re)).ok()?.map(Dual64::from_re);
            v.dot(&(matrix * &v)) / v.dot(&v)
        }
        None if scalar == Quantity::WsUpper => upper(&forms, twist.size(case)),
        None => forms.numbers(scalar)?[0],
    };
    Some(value.eps)
}

impl Multiple {
    const ALL: [Multiple; 9] = [
        Multiple::Samples,
        Multiple::Pairs,
        Multiple::OverSamples,
        Multiple::Minus,
        Multiple::Two,
        Multiple::Half,
        Multiple::Size,
        Multiple::OverSize,
        Multiple::Zero,
    ];

    /// The number, and in words what it stands for.
    fn factor(self, case: &Case) -> (f64, &'static str) {
        let (n, d) = (case.batch.samples() as f64, case.architecture().parameters() as f64);
        match self {
            Multiple::Samples => (n, "N times the value: a sum over samples where the mean is meant"),
            Multiple::Pairs => (n * n, "N^2 times the value: a sum over pairs where the mean is meant"),
            Multiple::OverSamples => (1.0 / n, "the value over N: the mean was taken twice"),
            Multiple::Minus => (-1.0, "the value with the other sign"),
            Multiple::Two => (2.0, "twice the value"),
            Multiple::Half => (0.5, "half of the value"),
            Multiple::Size => (d, "D times the value"),
            Multiple::OverSize => (1.0 / d, "the value over D"),
            Multiple::Zero => (0.0, "zero"),
        }
    }
}

/// Arrays of a gradient by name.
type Named = Vec<(String, Vec<f64>)>;

impl Order {
    const ALL: [Order; 4] =
        [Order::ByColumns, Order::BiasesLast, Order::LayersReversed, Order::BiasesFirst];

    /// The arrays of a gradient in this order.
    fn arrays(self, case: &Case, gradient: &[f64]) -> Option<Named> {
        let layers = Layers::from_flat(&case.architecture(), gradient).ok()?;
        let by_layer = layers.0.iter().enumerate().map(|(index, layer)| -> (Named, Named) {
            let [w, b] = case.array_names(index);
            let entries = if self == Order::ByColumns { layer.w.clone() } else { layer.w.transpose() };
            let bias = layer.b.iter().map(|bias| (b.clone(), bias.as_slice().to_vec()));
            (vec![(w, entries.as_slice().to_vec())], bias.collect())
        });
        let by_layer: Vec<(Named, Named)> = by_layer.collect();
        let (weights, biases): (Vec<Named>, Vec<Named>) = by_layer.iter().cloned().unzip();
        Some(match self {
            Order::ByColumns => by_layer.into_iter().flat_map(|(w, b)| [w, b].concat()).collect(),
            Order::BiasesLast => [weights.concat(), biases.concat()].concat(),
            Order::LayersReversed => by_layer.into_iter().rev().flat_map(|(w, b)| [w, b].concat()).collect(),
            Order::BiasesFirst => by_layer.into_iter().flat_map(|(w, b)| [b, w].concat()).collect(),
        })
    }

    fn words(self, case: &Case, gradient: &[f64]) -> String {
        let arrays = self.arrays(case, gradient).unwrap_or_default();
        let names: Vec<String> = arrays.into_iter().map(|(name, _)| name).collect();
        if self == Order::ByColumns {
            let weights = (0..case.architecture().layers()).map(|layer| case.array_names(layer)[0].clone());
            return format!(
                "the value with {} transposed (column-major)",
                weights.collect::<Vec<_>>().join(" and ")
            );
        }
        format!("the value in the order {}", names.join(", "))
    }
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
