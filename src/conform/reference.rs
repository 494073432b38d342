//! The right values of a case, and how far an ordinary program may be from them.
//!
//! Values are those of the closed forms at 106 bits. The tolerance comes from the condition of the case: the same closed
//! forms once more in an arithmetic that carries bounds on rounding errors through every operation, from weights and
//! inputs that are known to a roundoff, and with what an ordinary program loses where it forms `1 - p` and the derivatives
//! of an activation by subtraction, which is off by roundoffs of 1, however small the difference. So where a case is
//! ill-conditioned, the tolerance says so, and where it is not, sixteen digits are asked for.

use super::cases::{Case, CaseError};
use super::forms::Forms;
use super::groups::{Leading, has_kink, leading, partition};
use super::ordinary_loss::OrdinaryLoss;
use super::quantity::{Layout, Quantity, QuantityValues};
use crate::model::{Batch, Loss};
use crate::number::{Matrix, Ordinary, Precise, ROUNDOFF, Rounded, Smooth, norm};
use crate::oracle::refined_largest;
use crate::terms::OutputLoss;
use crate::terms::partition::Partition;
use serde::Serialize;

/// The arithmetic that a program works in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 53 bits.
    Float64,
    /// 24 bits.
    Float32,
}

/// A program may take another road with several times as many operations: automatic differentiation to third order
/// takes each of ours about this often.
const ROADS: f64 = 8.0;
/// Roundoffs of the norm, for each row, that a symmetric eigensolver is off by; [`ROADS`] times that is allowed.
const EIGENSOLVER: f64 = 1.25;

/// Beyond this a Hessian takes seconds at 106 bits, and a line of many megabytes.
const MOST_PARAMETERS: usize = 500;

impl Precision {
    /// Its name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Precision::Float64 => "float64",
            Precision::Float32 => "float32",
        }
    }

    /// Its roundoff in units of that of `f64`.
    fn factor(self) -> f64 {
        match self {
            Precision::Float64 => 1.0,
            Precision::Float32 => f64::from(f32::EPSILON) / f64::EPSILON,
        }
    }
}

/// The right values of a quantity, and how far off an answer may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The quantity.
    pub quantity: Quantity,
    /// The right values.
    pub values: Vec<Precise>,
    /// How far each may be off.
    pub tolerances: Vec<f64>,
}

impl Expected {
    /// The largest value.
    pub fn scale(&self) -> f64 {
        self.values.iter().fold(0.0, |scale: f64, value| scale.max(value.nearest().abs()))
    }

    /// Whether the tolerances leave no digit of the largest value, so that an answer says nothing.
    pub fn is_undecided(&self) -> bool {
        let least = self.tolerances.iter().fold(f64::INFINITY, |least: f64, tolerance| least.min(*tolerance));
        least >= self.scale()
    }

    /// Whether that is so of a value that is not 0.
    pub fn says_nothing(&self) -> bool {
        self.is_undecided() && self.scale() > 0.0
    }
}

/// Computes the right values of quantities of a case, in their order.
///
/// A quantity without a value, such as the gradient at a kink, is left out, and so are the Hessian and its eigenvalue
/// beyond 500 parameters.
///
/// # Errors
/// [`CaseError`] for arrays that make no network and data that fit, and for those whose values fit into no memory.
///
/// ```
/// use hsr::conform::{Case, Precision, Quantity, expected};
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use nalgebra::dmatrix;
/// let layers = Layers(vec![Layer { w: dmatrix![0.5, -1.0], b: None }, Layer { w: dmatrix![1.0], b: None }]);
/// let network = Network::new(layers, vec![Activation::Tanh])?;
/// let batch = Batch::for_loss(dmatrix![1.0, 0.25; -0.25, 0.75], dmatrix![1.0; 0.5], Loss::Squared)?;
/// let case = Case::new(network, batch, Loss::Squared);
/// let trace = &expected(&case, &[Quantity::Trace], Precision::Float64)?[0];
/// assert!(trace.tolerances[0] < 1e-12 * trace.scale());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn expected(
    case: &Case,
    quantities: &[Quantity],
    precision: Precision,
) -> Result<Vec<Expected>, CaseError> {
    case.check()?;
    let (right, ordinary) = (right(case), ordinary(case));
    let factor = ROADS * precision.factor();
    let dense = case.architecture().parameters() <= MOST_PARAMETERS;
    let mut all = Vec::new();
    for &quantity in quantities {
        if !dense && matches!(quantity, Quantity::Hessian | Quantity::LambdaMax) {
            continue;
        }
        let Some(Known { values, errors }) = known(case, quantity, &right, &ordinary) else { continue };
        let tolerances: Vec<f64> = errors.iter().map(|error| factor * error).collect();
        // Beyond the range of `f64` there is nothing to hold an answer against.
        let finite = values.iter().all(|value| value.nearest().is_finite());
        if finite && tolerances.iter().all(|tolerance| !tolerance.is_nan()) {
            all.push(Expected { quantity, values, tolerances });
        }
    }
    Ok(all)
}

/// A number with a bound on its error.
trait Bounded: Smooth {
    fn new(value: f64, error: f64) -> Self;
    fn error(&self) -> f64;
}

impl Bounded for Rounded {
    fn new(value: f64, error: f64) -> Self {
        Rounded { value, error }
    }
    fn error(&self) -> f64 {
        self.error
    }
}

impl Bounded for Ordinary {
    fn new(value: f64, error: f64) -> Self {
        Ordinary(Rounded { value, error })
    }
    fn error(&self) -> f64 {
        self.0.error
    }
}

/// Right values, and how far each `f64` may be off.
struct Known {
    values: Vec<Precise>,
    errors: Vec<f64>,
}

fn known<B: Bounded, L: OutputLoss>(
    case: &Case,
    quantity: Quantity,
    right: &Forms<Precise, Loss>,
    bounded: &Forms<B, L>,
) -> Option<Known> {
    let groups = partition(quantity).map(|partition| (partition, quantity.layout()));
    match groups {
        Some((partition, Layout::Scalar)) => {
            largest(&right.bound_matrix(partition), &bounded.bound_matrix(partition))
        }
        Some((partition, _)) => group_gradient(case, partition, right, bounded),
        None if quantity == Quantity::LambdaMax => largest(&right.hessian(), &bounded.hessian()),
        None => {
            let (values, bounds) = (right.numbers(quantity)?, bounded.numbers(quantity)?);
            Some(Known { values, errors: bounds.iter().map(B::error).collect() })
        }
    }
}

/// The closed forms at 106 bits.
fn right(case: &Case) -> Forms<Precise, Loss> {
    Forms::at(case.network.map(Precise::exact), case.loss, &case.batch.map(Precise::exact))
}

/// The closed forms with bounds on their rounding errors, as an ordinary program finds them: each weight and input known to a roundoff
/// (the condition of the case), and with what such a program loses.
fn ordinary(case: &Case) -> Forms<Ordinary, OrdinaryLoss> {
    let exact = |value: f64| Ordinary(Rounded::exact(value));
    let Batch { x, y, .. } = &case.batch;
    let batch = Batch { x: x.map(Ordinary::known), y: y.map(exact), weights: None };
    Forms::at(case.network.map(Ordinary::known), OrdinaryLoss(case.loss), &batch)
}

/// The nearest `f64` of every quantity that the case has, or the first number whose last digit is open: there the rest
/// that 106 bits give, with what these are off by, reaches the middle between two neighbours.
pub(super) fn right_to_the_last_digit(
    case: &Case,
    quantities: &[Quantity],
) -> Result<QuantityValues, (Quantity, usize)> {
    let bounded: Forms<Rounded, Loss> =
        Forms::at(case.network.map(Rounded::exact), case.loss, &case.batch.map(Rounded::exact));
    let right = right(case);
    let mut all = Vec::new();
    for &quantity in quantities {
        let Some(Known { values, errors }) = known(case, quantity, &right, &bounded) else { continue };
        let open = values.iter().zip(&errors).position(|(value, error)| !is_decided(value, DOUBLED * error));
        match open {
            Some(index) => return Err((quantity, index)),
            None => all.push((quantity, values.iter().map(Precise::nearest).collect())),
        }
    }
    Ok(all)
}

/// Rounding errors at 106 bits for those of `f64`: each operation is off by a few units of `2^-106` where `f64` is off by
/// `2^-53`.
const DOUBLED: f64 = 8.0 * ROUNDOFF;

fn is_decided(value: &Precise, error: f64) -> bool {
    let nearest = value.nearest();
    // A sum of nothing but zeros, whose bound counts underflows that do not happen.
    if nearest == 0.0 {
        return value.rest() == 0.0 && error < f64::MIN_POSITIVE;
    }
    // Towards 0 the neighbour is half as far where the value is a power of two.
    let gap = (nearest.abs() - nearest.abs().next_down()).min(nearest.abs().next_up() - nearest.abs());
    value.rest().abs() + error < gap / 2.0
}

/// The largest eigenvalue moves by no more than the Frobenius norm of the error (Weyl's inequality), and the eigensolver
/// adds its own.
fn largest<B: Bounded>(right: &Matrix<Precise>, bounded: &Matrix<B>) -> Option<Known> {
    let largest = refined_largest(right).ok()?;
    Some(Known { values: vec![largest], errors: vec![moved(right, bounded)] })
}

/// How far eigenvalues may be off.
fn moved<B: Bounded>(right: &Matrix<Precise>, bounded: &Matrix<B>) -> f64 {
    let errors: Vec<f64> = bounded.iter().map(B::error).collect();
    let size: Vec<f64> = right.iter().map(Precise::nearest).collect();
    norm(&errors) + EIGENSOLVER * ROUNDOFF * right.nrows() as f64 * norm(&size)
}

/// The gradient of a bound by groups. Its eigenvector is off by the error of the matrix over the gap.
fn group_gradient<B: Bounded, L: OutputLoss>(
    case: &Case,
    partition: Partition,
    right: &Forms<Precise, Loss>,
    bounded: &Forms<B, L>,
) -> Option<Known> {
    if has_kink(case, partition) {
        return None;
    }
    let matrix = right.bound_matrix(partition);
    let Leading { vector, gap } = leading(&matrix)?;
    let off = moved(&matrix, &bounded.bound_matrix(partition)) / gap;
    // A direction that is hardly known may be any, of length 1.
    let off = if gap == f64::INFINITY { 0.0 } else { off.min(1.0) };
    let rough = vector.map(|entry| B::new(entry.nearest(), off));
    let bounds = bounded.group_gradient(partition, &rough);
    let values = right.group_gradient(partition, &vector);
    Some(Known { values, errors: bounds.iter().map(B::error).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;
    use crate::conform::groups::numbers;
    use crate::model::{Activation, Misfit, Parameters, ThreeLayer};
    use crate::number::Number;
    use nalgebra::dmatrix;

    fn case(saturation: f64, index: usize) -> Case {
        let activations = vec![Activation::Tanh];
        let draws = Draws { activations, biases: vec![true], max_size: 4, cases: 30, ..Draws::default() };
        Draws { saturation, seed: 2, ..draws }.case(index)
    }

    #[test]
    fn arrays_that_make_no_case_have_no_right_values() {
        let mut case = case(1.0, 24);
        case.batch.x = Matrix::zeros(case.batch.samples(), 7);
        let error = expected(&case, &Quantity::ALL, Precision::Float64).unwrap_err();
        assert!(matches!(error, CaseError::Misfit(Misfit::Columns { data_columns: 7, .. })));
    }

    #[test]
    fn an_ordinary_case_asks_for_many_digits_and_float32_for_seven() {
        // The first of its kinds: plain.
        let case = case(1.0, 24);
        for (precision, least, most) in [(Precision::Float64, 1e-17, 1e-11), (Precision::Float32, 1e-8, 1e-2)]
        {
            for expected in expected(&case, &Quantity::BASIC, precision).unwrap() {
                let widest = expected.tolerances.iter().fold(0.0, |a: f64, b| a.max(*b)) / expected.scale();
                assert!((least..most).contains(&widest), "{} {widest:e}", expected.quantity);
            }
        }
    }

    #[test]
    fn where_every_sample_is_saturated_an_answer_says_nothing() {
        let parameters = Parameters { w: dmatrix![1.0], b: None, v: dmatrix![100.0; -100.0], c: None };
        let network = ThreeLayer { parameters, activation: Activation::Tanh };
        let batch = Batch { x: dmatrix![1.0], y: dmatrix![1.0, 0.0], weights: None };
        let case = Case::three_layer(network, batch);
        let trace = expected(&case, &[Quantity::Trace], Precision::Float64).unwrap().pop().unwrap();
        assert!(trace.scale() < 1e-60 && trace.is_undecided());
    }

    /// Entries of `delta` that are off by a roundoff of 1 do not sum to 0, and `V' delta` is off by what all classes share.
    #[test]
    fn what_all_classes_share_is_lost_by_an_ordinary_program() {
        let parameters = Parameters {
            w: Matrix::zeros(2, 1),
            b: None,
            v: Matrix::from_row_slice(2, 2, &[0.0, -72.0, -44.0, -72.0]),
            c: None,
        };
        let batch = Batch {
            x: Matrix::from_element(1, 1, 1.0),
            y: Matrix::from_row_slice(1, 2, &[1.0, 0.0]),
            weights: None,
        };
        let case = Case::three_layer(ThreeLayer { parameters, activation: Activation::Sigmoid }, batch);
        let gradient = &expected(&case, &[Quantity::LossGradient], Precision::Float64).unwrap()[0];
        assert!(gradient.tolerances[1] > 1.1e-15, "{:?}", gradient.tolerances);
    }

    /// The `f64` of the equations themselves is such an ordinary program.
    #[test]
    fn tolerances_cover_the_equations_in_f64() {
        let deep =
            Draws { layers: vec![1, 2, 3, 4], losses: Loss::ALL.to_vec(), max_size: 3, ..Draws::default() };
        let deep = Draws { cases: 40, ..deep };
        for case in (0..30).map(|index| case(16.0, index)).chain((0..60).map(|index| deep.case(index))) {
            let at = Forms::at(case.network.clone(), case.loss, &case.batch);
            for expected in expected(&case, &Quantity::ALL, Precision::Float64).unwrap() {
                let Some(found) = numbers(expected.quantity, &at) else {
                    assert!(expected.is_undecided(), "{case}: {}", expected.quantity);
                    continue;
                };
                for ((found, right), tolerance) in
                    found.iter().zip(&expected.values).zip(&expected.tolerances)
                {
                    let error = right.error_of(*found).abs();
                    assert!(error <= *tolerance, "{case}: {} {error:e} {tolerance:e}", expected.quantity);
                }
            }
        }
    }

    #[test]
    fn a_value_next_to_the_middle_of_two_neighbours_is_not_decided() {
        let half = f64::EPSILON / 2.0;
        let near = Precise::exact(1.5) + Precise::exact(half * (1.0 - 1e-10));
        assert!(is_decided(&near, 1e-27) && !is_decided(&near, 1e-25));
        assert!(is_decided(&Precise::integer(0), 0.0) && !is_decided(&Precise::integer(0), 1e-300));
    }
}
