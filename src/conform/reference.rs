//! The right values of a case, and how far an ordinary program may be from them.
//!
//! Values are those of the closed forms at 106 bits. The tolerance comes from the condition of the case: the same closed
//! forms once more in [`Rounded`], which carries bounds on rounding errors through every operation, from weights and
//! inputs that are known to a roundoff, and with what an ordinary program loses in the forward pass. There it forms
//! `1 - p` and the derivatives of the activation by subtraction, which is off by roundoffs of 1, however small the
//! difference. So where a case is ill-conditioned, the tolerance says so, and where it is not, sixteen digits are asked
//! for.

use super::cases::{Case, CaseError};
use super::quantity::{Quantity, QuantityValues};
use crate::model::{Activation, Batch, Parameters};
use crate::number::{Matrix, Precise, ROUNDOFF, Rounded, Smooth, Vector, norm};
use crate::oracle::{ClosedForms, refined_largest};
use crate::terms::{Curvature, Sample, curvatures, hessian, model, samples};
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

/// Roundoffs of 1 that a subtraction from 1 is off by, and what it subtracts.
const FORMED: f64 = 4.0 * ROUNDOFF;
/// A program may take another road with several times as many operations: automatic differentiation to third order
/// takes each of ours about this often.
const ROADS: f64 = 8.0;
/// Roundoffs of the norm, for each row, that a symmetric eigensolver is off by.
const EIGENSOLVER: f64 = 10.0;

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
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.25; -0.25, 0.75], &[0, 1], 2)?;
/// let case = Case { network, batch };
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
    let (Some(right), Some(bounded)) = (right(case), bounded(case, true)) else { return Ok(Vec::new()) };
    let factor = precision.factor();
    let mut all = Vec::new();
    let dense = case.shape().parameters() <= MOST_PARAMETERS;
    for &quantity in quantities {
        let known = match quantity {
            Quantity::Hessian | Quantity::LambdaMax if !dense => None,
            Quantity::LambdaMax => largest(&right.dense(), &bounded.dense(), factor),
            _ => {
                let values = quantity.of(&right.forms, || right.dense());
                let errors = quantity.of(&bounded.forms, || bounded.dense());
                values.zip(errors).map(|(values, errors)| {
                    (values, errors.iter().map(|bound| ROADS * factor * bound.error).collect())
                })
            }
        };
        // Beyond the range of `f64` there is nothing to hold an answer against.
        let finite = known.filter(|(values, tolerances): &(Vec<Precise>, Vec<f64>)| {
            values.iter().all(|value| value.nearest().is_finite()) && tolerances.iter().all(|t| !t.is_nan())
        });
        all.extend(finite.map(|(values, tolerances)| Expected { quantity, values, tolerances }));
    }
    Ok(all)
}

/// The closed forms at a case, in one arithmetic.
struct At<T> {
    forms: ClosedForms<T>,
    points: Vec<Curvature<T>>,
}

impl<T: Smooth> At<T> {
    fn dense(&self) -> Matrix<T> {
        hessian::hessian(&self.points)
    }
}

fn right(case: &Case) -> Option<At<Precise>> {
    let (network, batch) = (case.network.map(Precise::exact), case.batch.map(Precise::exact));
    let v = &network.parameters.v;
    let points = curvatures(&samples(&network, &batch), v);
    let forms = ClosedForms::of(&points, v, model::loss(&network, &batch)).ok()?;
    Some(At { forms, points })
}

/// The nearest `f64` of every quantity that the case has, or the first number whose last digit is open: there the rest
/// that 106 bits give, with what these are off by, reaches the middle between two neighbours.
pub(super) fn right_to_the_last_digit(case: &Case) -> Result<QuantityValues, (Quantity, usize)> {
    let (Some(right), Some(bounded)) = (right(case), bounded(case, false)) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for quantity in Quantity::ALL {
        let known = match quantity {
            Quantity::LambdaMax => largest(&right.dense(), &bounded.dense(), 1.0),
            _ => quantity.of(&right.forms, || right.dense()).map(|values| {
                let errors = quantity.of(&bounded.forms, || bounded.dense()).unwrap_or_default();
                (values, errors.iter().map(|bound| bound.error).collect())
            }),
        };
        let Some((values, errors)) = known else { continue };
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

/// The closed forms with bounds on their rounding errors: from the numbers of the case as they are, or as an ordinary
/// program meets them, each known to a roundoff (the condition of the case) and with what the forward pass loses.
fn bounded(case: &Case, ordinary: bool) -> Option<At<Rounded>> {
    let known = |value: f64| Rounded { value, error: if ordinary { FORMED * value.abs() } else { 0.0 } };
    let (network, x) = (case.network.map(known), case.batch.x.map(known));
    let batch = Batch { x, y: case.batch.y.map(Rounded::exact), weights: None };
    let v = &network.parameters.v;
    let mut samples = samples(&network, &batch);
    let mut farthest = 1.0_f64;
    for (n, sample) in samples.iter_mut().enumerate().filter(|_| ordinary) {
        let a = model::preactivation(&network, &batch.x.row(n).transpose());
        let o = model::logits(&network, &sample.z);
        let reach = o.iter().fold(1.0, |most: f64, logit| most.max(logit.value.abs()));
        lose(sample, &a, reach, network.activation);
        farthest = farthest.max(reach);
    }
    let mut points = curvatures(&samples, v);
    let mut loss = model::loss(&network, &batch);
    if ordinary {
        // A logarithm of the partition sum, from which a logit is subtracted.
        loss.error += FORMED * farthest;
        points.iter_mut().for_each(|point| form(point, v));
    }
    let mut forms = ClosedForms::of(&points, v, loss).ok()?;
    if ordinary {
        descend(&mut forms.loss_gradient, &points);
    }
    Some(At { forms, points })
}

/// `K = V' S V` and `u = V' delta` as an ordinary program forms them, with what all classes share left in: errors of `S` and
/// of `delta`, whose entries no longer sum to 0, are multiplied by it. What follows from both is formed anew.
fn form(point: &mut Curvature<Rounded>, v: &Matrix<Rounded>) {
    let Sample { phi1, phi2, delta, .. } = &point.sample;
    point.k = v.transpose() * &point.sv;
    point.u = v.transpose() * delta;
    point.gn = hessian::gauss_newton(&point.k, phi1);
    point.r = hessian::residual_curvature(phi2, &point.u);
    point.m = hessian::hidden_hessian(&point.gn, &point.r);
}

/// The loss gradient by `W` and `b` from that `u`: the means of `phi1 * u x'` and of `phi1 * u`.
fn descend(gradient: &mut Parameters<Rounded>, points: &[Curvature<Rounded>]) {
    let count = Rounded::exact(points.len() as f64);
    let slope = |point: &Curvature<Rounded>, i: usize| point.sample.phi1[i] * point.u[i];
    let mean = |term: &dyn Fn(&Curvature<Rounded>) -> Rounded| {
        points.iter().fold(Rounded::exact(0.0), |sum, point| sum + term(point)) / count
    };
    gradient.w = Matrix::from_fn(gradient.w.nrows(), gradient.w.ncols(), |i, l| {
        mean(&|point| slope(point, i) * point.sample.xt[l])
    });
    if let Some(b) = &mut gradient.b {
        *b = Vector::from_fn(b.len(), |i, _| mean(&|point| slope(point, i)));
    }
}

/// What an ordinary program loses in the forward pass, beside the rounding of what it computes. Its probabilities may be
/// exponentials of logits less the logarithm of the partition sum, which rounds as the largest logit does.
fn lose(sample: &mut Sample<Rounded>, a: &Vector<Rounded>, largest_logit: f64, activation: Activation) {
    for (i, a) in a.iter().enumerate() {
        let formed = [&mut sample.z[i], &mut sample.phi1[i], &mut sample.phi2[i], &mut sample.phi3[i]];
        for (formed, reach) in formed.into_iter().zip(reach(activation, a.value.abs())) {
            formed.error += FORMED * reach;
        }
    }
    for (p, delta) in sample.p.iter_mut().zip(sample.delta.iter_mut()) {
        let lost = FORMED * (1.0 + largest_logit * p.value);
        p.error += lost;
        delta.error += lost;
    }
}

/// What the differences from 1 are multiplied by in the activation and in each of its derivatives, where the preactivation has
/// this size.
fn reach(activation: Activation, size: f64) -> [f64; 4] {
    match activation {
        // Products with the preactivation.
        Activation::Gelu | Activation::Silu => [1.0 + size; 4],
        // And, for each derivative, with the slope of the cubic inside the tangent. Beyond 8 every tangent is 1 to the last
        // digit, and the difference nothing.
        Activation::GeluTanh => {
            let slope = 0.8 * (1.0 + 3.0 * 0.044715 * size.min(8.0).powi(2));
            [0, 1, 2, 3].map(|order| 1.0 + size * slope.max(1.0).powi(order))
        }
        _ => [1.0; 4],
    }
}

/// The largest eigenvalue moves by no more than the Frobenius norm of the error (Weyl's inequality), and the eigensolver
/// adds its own.
fn largest(
    right: &Matrix<Precise>,
    bounded: &Matrix<Rounded>,
    factor: f64,
) -> Option<(Vec<Precise>, Vec<f64>)> {
    let largest = refined_largest(right).ok()?;
    let errors: Vec<f64> = bounded.iter().map(|bound| ROADS * bound.error).collect();
    let size: Vec<f64> = right.iter().map(Precise::nearest).collect();
    let solver = EIGENSOLVER * ROUNDOFF * right.nrows() as f64 * norm(&size);
    Some((vec![largest], vec![factor * (norm(&errors) + solver)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::Draws;
    use crate::model::{Misfit, Parameters, ThreeLayer};
    use crate::number::Number;
    use nalgebra::dmatrix;

    fn case(saturation: f64, index: usize) -> Case {
        let activations = vec![Activation::Tanh];
        Draws { activations, biases: vec![true], max_size: 4, cases: 30, saturation, seed: 2 }.case(index)
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
            for expected in expected(&case, &Quantity::ALL, precision).unwrap() {
                let widest = expected.tolerances.iter().fold(0.0, |a: f64, b| a.max(*b)) / expected.scale();
                assert!((least..most).contains(&widest), "{} {widest:e}", expected.quantity);
            }
        }
    }

    #[test]
    fn where_every_sample_is_saturated_an_answer_says_nothing() {
        let parameters = Parameters { w: dmatrix![1.0], b: None, v: dmatrix![100.0; -100.0], c: None };
        let network = ThreeLayer { parameters, activation: Activation::Tanh };
        let case = Case { network, batch: Batch { x: dmatrix![1.0], y: dmatrix![1.0, 0.0], weights: None } };
        let trace = expected(&case, &[Quantity::Trace], Precision::Float64).unwrap().pop().unwrap();
        assert!(trace.scale() < 1e-60 && trace.is_undecided());
    }

    /// Entries of `delta` that are off by a roundoff of 1 do not sum to 0, and `V' delta` is off by what all classes share.
    #[test]
    fn what_all_classes_share_is_lost_by_an_ordinary_program() {
        let mut case = case(1.0, 0);
        case.network.parameters = Parameters {
            w: Matrix::zeros(2, 1),
            b: None,
            v: Matrix::from_row_slice(2, 2, &[0.0, -72.0, -44.0, -72.0]),
            c: None,
        };
        case.network.activation = Activation::Sigmoid;
        case.batch = Batch {
            x: Matrix::from_element(1, 1, 1.0),
            y: Matrix::from_row_slice(1, 2, &[1.0, 0.0]),
            weights: None,
        };
        let gradient = &expected(&case, &[Quantity::LossGradient], Precision::Float64).unwrap()[0];
        assert!(gradient.tolerances[1] > 1.1e-15, "{:?}", gradient.tolerances);
    }

    /// The `f64` of the equations themselves is such an ordinary program.
    #[test]
    fn tolerances_cover_the_equations_in_f64() {
        for case in (0..30).map(|index| case(16.0, index)) {
            let at = ClosedForms::at(&case.network, &case.batch).unwrap();
            for expected in expected(&case, &[Quantity::TraceSquaredGradient], Precision::Float64).unwrap() {
                let found = expected.quantity.of(&at, || Matrix::zeros(0, 0)).unwrap();
                for ((found, right), tolerance) in
                    found.iter().zip(&expected.values).zip(&expected.tolerances)
                {
                    assert!(right.error_of(*found).abs() <= *tolerance);
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
