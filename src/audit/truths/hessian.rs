//! Chapter 2: the pieces of a sample's Hessian, and all blocks, against second derivatives of the loss.

use super::{each, entries};
use crate::audit::checks::Checks;
use crate::model::Group;
use crate::number::{Arithmetic, Nilpotent, Vector};
use crate::witness::{Loss, Part, definition, lift, unit};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    pieces(all);
    blocks(all);
    all.between("hessian", "the second derivative of the loss", |l, v, w| l.curvature(Part::Whole, v, w));
    all.along("hessian_times", "the second derivative of the loss", |l, d| {
        l.curvature(Part::Whole, &l.direction().flat(), d)
    });
    all.of_hessian("hessian_times", "the product with the direction", |d| {
        (d.whole() * Vector::from_vec(d.direction())).as_slice().to_vec()
    });
}

fn pieces<A: Arithmetic>(all: &mut Checks<A>) {
    all.values("hidden_covariance", "the second derivative of the loss by z", |l| {
        of_units(l, &|n, i, j| by_outputs(l, n, i, j))
    });
    all.values(
        "output_coupling",
        "the second derivative of the loss by o and, through linearised logits, by a",
        |l| {
            each(l, &|n| {
                entries(l.shape().classes, l.shape().hidden, &|k, i| by_logit_and_preactivation(l, n, k, i))
            })
        },
    );
    all.values("gauss_newton", "the second derivative of the loss by a, Gauss-Newton part", |l| {
        of_units(l, &|n, i, j| by_preactivations(l, n, Part::GaussNewton, i, j))
    });
    all.values("backpropagated_residual", "the slope of the loss by z", |l| {
        each(l, &|n| (0..l.shape().hidden).map(|i| slope_by_output(l, n, i)).collect())
    });
    all.values("residual_curvature", "the second derivative of the loss by a, residual part", |l| {
        let of_unit = |n: usize, i: usize| by_preactivations(l, n, Part::Residual, i, i);
        each(l, &|n| (0..l.shape().hidden).map(|i| of_unit(n, i)).collect())
    });
    all.values("hidden_hessian", "the second derivative of the loss by a", |l| {
        of_units(l, &|n, i, j| by_preactivations(l, n, Part::Whole, i, j))
    });
}

/// A number for each sample and each pair of hidden units.
fn of_units<A: Arithmetic>(l: &Loss<A>, entry: &dyn Fn(usize, usize, usize) -> A) -> Vec<A> {
    let hidden = l.shape().hidden;
    each(l, &|n| entries(hidden, hidden, &|i, j| entry(n, i, j)))
}

/// Slope of one sample's loss by one of its hidden outputs.
fn slope_by_output<A: Arithmetic>(l: &Loss<A>, n: usize, i: usize) -> A {
    let z: Vec<A::First> = lift(&l.outputs(n), &[&unit(l.shape().hidden, i)]);
    let o = definition::output(l.shape(), &lift::<A, A::First>(l.theta(), &[]), &z);
    definition::cross_entropy(&o, &lift(&l.y(n), &[])).mixed(1)
}

/// Second derivative of one sample's loss by two of its hidden outputs.
fn by_outputs<A: Arithmetic>(l: &Loss<A>, n: usize, i: usize, j: usize) -> A {
    let hidden = l.shape().hidden;
    let z: Vec<A::Second> = lift(&l.outputs(n), &[&unit(hidden, i), &unit(hidden, j)]);
    let o = definition::output(l.shape(), &lift::<A, A::Second>(l.theta(), &[]), &z);
    l.curvature_of_logits(Part::Whole, n, &o)
}

/// Second derivative of one sample's loss by two of its preactivations, or a part of it.
pub(super) fn by_preactivations<A: Arithmetic>(l: &Loss<A>, n: usize, part: Part, i: usize, j: usize) -> A {
    let hidden = l.shape().hidden;
    let a: Vec<A::Second> = lift(&l.preactivations(n), &[&unit(hidden, i), &unit(hidden, j)]);
    let z = definition::hidden(l.activation(), &a);
    l.curvature_of_logits(part, n, &definition::output(l.shape(), &lift(l.theta(), &[]), &z))
}

/// Slopes of one sample's logits by one of its preactivations.
pub(super) fn slopes_of_logits<A: Arithmetic>(l: &Loss<A>, n: usize, i: usize) -> Vec<A> {
    let a: Vec<A::First> = lift(&l.preactivations(n), &[&unit(l.shape().hidden, i)]);
    let z = definition::hidden(l.activation(), &a);
    let o = definition::output(l.shape(), &lift(l.theta(), &[]), &z);
    o.iter().map(|logit| logit.mixed(1)).collect()
}

/// Second derivative of one sample's loss by logit `k` and, through the slope of the logits, by preactivation `i`.
fn by_logit_and_preactivation<A: Arithmetic>(l: &Loss<A>, n: usize, k: usize, i: usize) -> A {
    super::by_logits(l, n, &unit(l.shape().classes, k), &slopes_of_logits(l, n, i))
}

/// The twenty halves of the ten blocks, each the mean over samples.
fn blocks<A: Arithmetic>(all: &mut Checks<A>) {
    use Group::{B, C, V, W};
    use Part::{GaussNewton, Residual};
    const GN: &str = "the second derivative of the loss, Gauss-Newton part";
    const RES: &str = "the second derivative of the loss, residual part";
    // Function pointers carry no data, so each block names its groups and its part where it is compared.
    all.between("h_ww_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (W, v), (W, w)));
    all.between("h_ww_residual", RES, |l, v, w| block(l, Residual, (W, v), (W, w)));
    all.between("h_wb_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (W, v), (B, w)));
    all.between("h_wb_residual", RES, |l, v, w| block(l, Residual, (W, v), (B, w)));
    all.between("h_bb_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (B, v), (B, w)));
    all.between("h_bb_residual", RES, |l, v, w| block(l, Residual, (B, v), (B, w)));
    all.between("h_wv_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (W, v), (V, w)));
    all.between("h_wv_residual", RES, |l, v, w| block(l, Residual, (W, v), (V, w)));
    all.between("h_wc_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (W, v), (C, w)));
    all.between("h_wc_residual", RES, |l, v, w| block(l, Residual, (W, v), (C, w)));
    all.between("h_bv_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (B, v), (V, w)));
    all.between("h_bv_residual", RES, |l, v, w| block(l, Residual, (B, v), (V, w)));
    all.between("h_bc_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (B, v), (C, w)));
    all.between("h_bc_residual", RES, |l, v, w| block(l, Residual, (B, v), (C, w)));
    all.between("h_vv_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (V, v), (V, w)));
    all.between("h_vv_residual", RES, |l, v, w| block(l, Residual, (V, v), (V, w)));
    all.between("h_vc_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (V, v), (C, w)));
    all.between("h_vc_residual", RES, |l, v, w| block(l, Residual, (V, v), (C, w)));
    all.between("h_cc_gauss_newton", GN, |l, v, w| block(l, GaussNewton, (C, v), (C, w)));
    all.between("h_cc_residual", RES, |l, v, w| block(l, Residual, (C, v), (C, w)));
}

/// Second derivative of the loss, one direction in each of two groups.
fn block<A: Arithmetic>(l: &Loss<A>, part: Part, left: (Group, &[A]), right: (Group, &[A])) -> A {
    l.curvature(part, &l.within(left.0, left.1), &l.within(right.0, right.1))
}
