//! Chapter 3: the trace and its terms, against the diagonal of second derivatives of the loss.

use super::{by_logits, each};
use crate::audit::checks::Checks;
use crate::number::Arithmetic;
use crate::witness::{Loss, Part, unit};
use std::ops::Range;

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    all.values("impurity", "the trace of the second derivative of the cross entropy", |l| {
        let classes = l.shape().classes;
        let twice = |n: usize, k: usize| by_logits(l, n, &unit(classes, k), &unit(classes, k));
        each(l, &|n| vec![(0..classes).fold(A::zero(), |sum, k| sum + twice(n, k))])
    });
    all.values("variance", "the second derivative of the cross entropy along the columns of V", |l| {
        let column = |i: usize| l.v().column(i).into_owned();
        let twice = |n: usize, i: usize| by_logits(l, n, column(i).as_slice(), column(i).as_slice());
        each(l, &|n| (0..l.shape().hidden).map(|i| twice(n, i)).collect())
    });
    all.values("t_out", "the trace of the V, c blocks of the loss", |l| {
        let output = l.shape().hidden_parameters()..l.shape().parameters();
        each(l, &|n| vec![diagonal(l, n, Part::Whole, output.clone())])
    });
    all.values("t_gn", "the trace of the W, b blocks of the loss, Gauss-Newton part", |l| {
        each(l, &|n| vec![diagonal(l, n, Part::GaussNewton, 0..l.shape().hidden_parameters())])
    });
    all.values("t_res", "the trace of the W, b blocks of the loss, residual part", |l| {
        each(l, &|n| vec![diagonal(l, n, Part::Residual, 0..l.shape().hidden_parameters())])
    });
    all.values("trace", "the trace of the Hessian of the loss", |l| {
        vec![l.mean(&|n| diagonal(l, n, Part::Whole, 0..l.shape().parameters()))]
    });
}

/// Sum of the second derivatives of one sample's loss by each parameter in the range.
fn diagonal<A: Arithmetic>(l: &Loss<A>, n: usize, part: Part, range: Range<usize>) -> A {
    range.fold(A::zero(), |sum, index| {
        let direction = l.unit(index);
        sum + l.sample_curvature(n, part, &direction, &direction)
    })
}
