//! The closed side of every equation, a file a chapter: what its function in `terms` gives at a case.

mod any_depth;
mod bound;
mod bound_gradient;
mod hessian;
mod layer_gradient;
mod layer_trace;
mod layers;
mod model;
mod partition;
mod squared_trace;
mod squared_trace_gradient;
mod sweep;
mod trace;
mod trace_gradient;

use super::Forms;
use super::equation::{Axis, ClosedForm, Components, rows};
use crate::model::Parameters;
use crate::number::{Matrix, Precise, Smooth, Vector};
use crate::terms::{Curvature, Sample};

/// The closed forms of all chapters, for the arithmetic `A`: any, since no derivative is taken.
///
/// ```
/// let forms = hsr::audit::closed_forms::<f64>();
/// assert!(forms.iter().any(|form| form.name == "ws_upper_gradient"));
/// ```
pub fn closed_forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    [
        model::forms(),
        hessian::forms(),
        trace::forms(),
        squared_trace::forms(),
        bound::forms(),
        trace_gradient::forms(),
        squared_trace_gradient::forms(),
        bound_gradient::forms(),
        layers::forms(),
        layer_trace::forms(),
        sweep::forms(),
        layer_gradient::forms(),
        partition::forms(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// All closed forms at 106 bits, compiled with the library, once for all that use it.
pub fn precise_forms() -> Vec<ClosedForm<Precise>> {
    closed_forms()
}

fn form<A: Smooth>(
    chapter: &'static str,
    name: &'static str,
    axes: &'static [Axis],
    components: fn(&Forms<A>) -> Vec<A>,
) -> ClosedForm<A> {
    ClosedForm { name, chapter, axes, components: Components::ThreeLayer(components) }
}

/// A number that each sample gives.
fn numbers<A: Smooth>(f: &Forms<A>, term: &dyn Fn(&Sample<A>) -> A) -> Vec<A> {
    f.samples.iter().map(term).collect()
}

/// The entries of a vector that each sample gives, one sample after the other.
fn vectors<A: Smooth>(f: &Forms<A>, term: &dyn Fn(usize) -> Vector<A>) -> Vec<A> {
    let mut all = Vec::new();
    for n in 0..f.samples.len() {
        all.extend_from_slice(term(n).as_slice());
    }
    all
}

/// The entries of a matrix that each sample gives, row-major, one sample after the other.
fn matrices<A: Smooth>(f: &Forms<A>, term: &dyn Fn(usize) -> Matrix<A>) -> Vec<A> {
    let mut all = Vec::new();
    for n in 0..f.samples.len() {
        all.extend(rows(&term(n)));
    }
    all
}

/// The entries of the sum of the matrices that the samples give.
fn total<A: Smooth>(f: &Forms<A>, term: &dyn Fn(usize) -> Matrix<A>) -> Vec<A> {
    (0..f.samples.len()).map(term).reduce(|sum, next| sum + next).map(|sum| rows(&sum)).unwrap_or_default()
}

/// The number that each compared pair of samples gives.
fn pairs<A: Smooth>(f: &Forms<A>, term: &dyn Fn(&Curvature<A>, &Curvature<A>) -> A) -> Vec<A> {
    f.case.pairs.iter().map(|&(n, m)| term(&f.points[n], &f.points[m])).collect()
}

/// The entries of a gradient; none where it does not exist.
fn flat<A: Smooth>(gradient: Option<Parameters<A>>) -> Vec<A> {
    gradient.map(|gradient| gradient.flat()).unwrap_or_default()
}
