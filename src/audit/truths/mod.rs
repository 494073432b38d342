//! The truth of every equation that is one of the loss, or of the dense Hessian: a file a chapter. Nothing here refers to
//! [`terms`](crate::terms), where the closed forms are; what is a derivative of a term stands in `steps`.

mod bound;
mod gradients;
mod hessian;
mod layer_bounds;
mod layer_trace;
mod layers;
mod model;
mod spectrum;
mod squared_trace;
mod trace;

pub(super) use layers::Steps;

use super::checks::Checks;
use crate::number::{Arithmetic, Matrix};
use crate::witness::{Loss, Part, lift};

/// The truths of all chapters.
pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    model::add(all);
    hessian::add(all);
    trace::add(all);
    squared_trace::add(all);
    bound::add(all);
    gradients::add(all);
    layers::add(all);
    layer_trace::add(all);
    layer_bounds::add(all);
}

/// The components that each sample gives, one sample after the other.
fn each<A: Arithmetic>(loss: &Loss<A>, term: &dyn Fn(usize) -> Vec<A>) -> Vec<A> {
    let mut all = Vec::new();
    for n in 0..loss.shape().samples {
        all.extend(term(n));
    }
    all
}

/// Entries of a matrix, row-major.
fn entries<A>(rows: usize, columns: usize, entry: &dyn Fn(usize, usize) -> A) -> Vec<A> {
    (0..rows * columns).map(|index| entry(index / columns, index % columns)).collect()
}

/// `<a, b>`, written out.
fn product<A: Arithmetic>(a: &Matrix<A>, b: &Matrix<A>) -> A {
    a.iter().zip(b.iter()).fold(A::zero(), |sum, (a, b)| sum + *a * *b)
}

/// Second derivative of one sample's cross entropy along two directions of its logits.
fn by_logits<A: Arithmetic>(loss: &Loss<A>, n: usize, left: &[A], right: &[A]) -> A {
    let o: Vec<A::Second> = lift(&loss.logits(n), &[left, right]);
    loss.curvature_of_logits(Part::Whole, n, &o)
}
