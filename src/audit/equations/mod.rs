//! The registry: every equation of the derivation with its closed form and its truths, a file a chapter.

mod bound;
mod bound_gradient;
mod hessian;
mod model;
mod squared_trace;
mod squared_trace_gradient;
mod trace;
mod trace_gradient;

use super::equation::Equation;
use crate::number::{Arithmetic, Field, Matrix, Precise, Rounded};
use crate::terms::Curvature;
use crate::witness::Case;

// What the partial derivatives of the terms in chapters 6 and 7 are held against.
const BY_P: &str = "the derivative of the term by p";
const BY_DELTA: &str = "the derivative of the term by delta";
const BY_Z: &str = "the derivative of the term by z";
const BY_PHI1: &str = "the derivative of the term by phi1";
const BY_PHI2: &str = "the derivative of the term by phi2";
const BY_V: &str = "the derivative of the term by V";

/// All equations, chapter by chapter, for the arithmetic `A`.
///
/// ```
/// let equations = hsr::audit::equations::<hsr::number::Field>();
/// assert!(equations.iter().any(|equation| equation.name == "ws_upper_gradient"));
/// ```
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    [
        model::equations(),
        hessian::equations(),
        trace::equations(),
        squared_trace::equations(),
        bound::equations(),
        trace_gradient::equations(),
        squared_trace_gradient::equations(),
        bound_gradient::equations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// All equations in `f64`. Unlike the generic list this one and the next three are compiled with the library, once for
/// all that use it.
///
/// ```
/// assert!(hsr::audit::float_equations().iter().any(|equation| equation.name == "ws_upper_gradient"));
/// ```
pub fn float_equations() -> Vec<Equation<f64>> {
    equations()
}

/// All equations in the prime field.
pub fn field_equations() -> Vec<Equation<Field>> {
    equations()
}

/// All equations in `f64` with bounds on the rounding errors.
pub fn rounded_equations() -> Vec<Equation<Rounded>> {
    equations()
}

/// All equations at 106 bits. Their closed forms only: a truth that is a derivative is NaN there.
pub fn precise_equations() -> Vec<Equation<Precise>> {
    equations()
}

/// The components that each sample gives, one sample after the other.
fn each<A: Arithmetic>(case: &Case<A>, term: impl Fn(usize) -> Vec<A>) -> Vec<A> {
    (0..case.shape.samples).flat_map(term).collect()
}

/// The components that each compared pair of samples gives.
fn each_pair<A: Arithmetic>(case: &Case<A>, term: impl Fn(&Curvature<A>, &Curvature<A>) -> A) -> Vec<A> {
    case.pairs.iter().map(|&(n, m)| term(&case.points[n], &case.points[m])).collect()
}

/// `(1/N^2) sum_{n,m} term(n, m)` over all ordered pairs, with no use of symmetry.
fn pair_mean<T: crate::number::Number>(
    points: &[Curvature<T>],
    term: impl Fn(&Curvature<T>, &Curvature<T>) -> T,
) -> T {
    let mut sum = T::zero();
    for n in points {
        for m in points {
            sum += term(n, m);
        }
    }
    let count = T::integer(points.len() as i64);
    sum / (count * count)
}

/// `<a, b>`, written out.
fn product<A: Arithmetic>(a: &Matrix<A>, b: &Matrix<A>) -> A {
    a.iter().zip(b.iter()).fold(A::zero(), |sum, (a, b)| sum + *a * *b)
}

/// `sum_i a_i b_i`, written out.
fn contract<A: Arithmetic>(a: &[A], b: &[A]) -> A {
    a.iter().zip(b).fold(A::zero(), |sum, (a, b)| sum + *a * *b)
}

/// The indices of the hidden block (`W, b`) in the flat vector.
fn hidden_range<A: Arithmetic>(case: &Case<A>) -> std::ops::Range<usize> {
    0..case.shape.hidden_parameters()
}

/// The indices of the output block (`V, c`) in the flat vector.
fn output_range<A: Arithmetic>(case: &Case<A>) -> std::ops::Range<usize> {
    case.shape.hidden_parameters()..case.shape.parameters()
}
