//! Chapter 4: the squared trace and its terms, against products of the blocks that they stand for.

use super::hessian::{by_preactivations, slopes_of_logits};
use super::{by_logits, entries, product};
use crate::audit::Dense;
use crate::audit::checks::Checks;
use crate::number::{Arithmetic, Matrix};
use crate::witness::{Loss, Part, unit};
use std::ops::Range;

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    pair_terms(all);
    cross_terms(all);
    totals(all);
}

/// What is held against products of blocks.
const BLOCKS: &str = "the product of the blocks of two samples";
const LOSS: &str = "the product of second derivatives of the loss";

fn pair_terms<A: Arithmetic>(all: &mut Checks<A>) {
    use Part::{GaussNewton, Residual};
    all.values("covariance_product", LOSS, |l| {
        per_pair(l, &|n, m| vec![product(&covariance(l, n), &covariance(l, m))])
    });
    all.of_hessian("q_out", BLOCKS, |d| diagonals(d, d.output()));
    all.values("gn_gn", LOSS, |l| parts(l, GaussNewton, GaussNewton));
    all.values("class_gram", "the product of the slopes of the logits by the preactivations", |l| {
        let classes = l.shape().classes;
        per_pair(l, &|n, m| {
            let gram = jacobian(l, n) * jacobian(l, m).transpose();
            entries(classes, classes, &|k, j| gram[(k, j)])
        })
    });
    all.values("gn_gn_by_classes", LOSS, |l| parts(l, GaussNewton, GaussNewton));
    all.values("gn_res", LOSS, |l| parts(l, GaussNewton, Residual));
    all.values("res_res", LOSS, |l| parts(l, Residual, Residual));
    all.of_hessian("q_hid", BLOCKS, |d| diagonals(d, d.hidden()));
}

fn cross_terms<A: Arithmetic>(all: &mut Checks<A>) {
    use Part::{GaussNewton, Residual, Whole};
    all.of_hessian("q_cross_gauss_newton", BLOCKS, |d| couplings(d, GaussNewton, GaussNewton));
    all.of_hessian("q_cross_mixed", BLOCKS, |d| {
        d.pairs(&|n, m| {
            let one_way = |n, m| product(&d.sample_coupling(n, GaussNewton), &d.sample_coupling(m, Residual));
            one_way(n, m) + one_way(m, n)
        })
    });
    all.of_hessian("q_cross_residual", BLOCKS, |d| couplings(d, Residual, Residual));
    all.of_hessian("q_cross", BLOCKS, |d| couplings(d, Whole, Whole));
}

fn totals<A: Arithmetic>(all: &mut Checks<A>) {
    const ENTRIES: &str = "the squared entries";
    all.of_hessian("trace_squared", ENTRIES, |d| vec![product(d.whole(), d.whole())]);
    all.of_hessian("trace_squared_by_parameters", ENTRIES, |d| vec![product(d.whole(), d.whole())]);
    all.of_hessian("hidden_deviation", "the squared entries, less the shift,", |d| {
        vec![deviation(d, d.hidden(), A::zero())]
    });
    all.of_hessian("output_deviation", "the squared entries, less the shift,", |d| {
        let share = A::one() / A::integer(d.shape().classes as i64);
        vec![deviation(d, d.output(), A::zero()), deviation(d, d.output(), share)]
    });
    all.of_hessian("coupling_squared_by_parameters", ENTRIES, |d| {
        let block = d.whole().view_range(d.hidden(), d.output()).into_owned();
        vec![product(&block, &block)]
    });
}

/// `|H - m (I - share 11')|^2` over a diagonal block, where `11'` links the entries of one column of `(V, c)` and `m` is the
/// first parameter, as good a number as any other.
fn deviation<A: Arithmetic>(d: &Dense<A>, range: Range<usize>, share: A) -> A {
    let shape = d.shape();
    let column = |index: usize| {
        let within = index - shape.hidden_parameters().min(index);
        let weights = shape.classes * shape.hidden;
        if within < weights { within % shape.hidden } else { shape.hidden }
    };
    let mut sum = A::zero();
    for i in range.clone() {
        for j in range.clone() {
            let mut identity = if i == j { A::one() } else { A::zero() };
            if column(i) == column(j) {
                identity -= share;
            }
            let entry = d.whole()[(i, j)] - d.first_parameter() * identity;
            sum += entry * entry;
        }
    }
    sum
}

fn per_pair<A: Arithmetic>(l: &Loss<A>, term: &dyn Fn(usize, usize) -> Vec<A>) -> Vec<A> {
    l.pairs().iter().map(|&(n, m)| term(n, m)).collect::<Vec<_>>().concat()
}

/// One sample's second derivative by the logits.
fn covariance<A: Arithmetic>(l: &Loss<A>, n: usize) -> Matrix<A> {
    let classes = l.shape().classes;
    Matrix::from_fn(classes, classes, |k, j| by_logits(l, n, &unit(classes, k), &unit(classes, j)))
}

/// Products of second derivatives by the preactivations, a part of each.
fn parts<A: Arithmetic>(l: &Loss<A>, left: Part, right: Part) -> Vec<A> {
    let hidden = l.shape().hidden;
    let block = |n: usize, part| Matrix::from_fn(hidden, hidden, |i, j| by_preactivations(l, n, part, i, j));
    per_pair(l, &|n, m| vec![product(&block(n, left), &block(m, right))])
}

/// Slopes of one sample's logits by its preactivations, `C x h`.
fn jacobian<A: Arithmetic>(l: &Loss<A>, n: usize) -> Matrix<A> {
    let columns: Vec<Vec<A>> = (0..l.shape().hidden).map(|i| slopes_of_logits(l, n, i)).collect();
    Matrix::from_vec(l.shape().classes, l.shape().hidden, columns.concat())
}

fn diagonals<A: Arithmetic>(d: &Dense<A>, range: Range<usize>) -> Vec<A> {
    d.pairs(&|n, m| product(&d.sample_diagonal(n, range.clone()), &d.sample_diagonal(m, range.clone())))
}

fn couplings<A: Arithmetic>(d: &Dense<A>, left: Part, right: Part) -> Vec<A> {
    d.pairs(&|n, m| product(&d.sample_coupling(n, left), &d.sample_coupling(m, right)))
}
