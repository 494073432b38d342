//! Chapter 2: the pieces of a sample's Hessian, and all blocks.

use super::{form, matrices, vectors};
use crate::audit::Forms;
use crate::audit::equation::{Axis, ClosedForm, rows};
use crate::model::Group;
use crate::number::{Matrix, Smooth};
use crate::terms::{Curvature, hessian::*, model::covariance_times};

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::Theta;
    let mut all = pieces();
    all.extend(blocks());
    all.extend([
        new("hessian", &[Theta, Theta], |f| rows(f.hessian())),
        new("hessian_times", &[Theta], |f| hessian_times(&f.samples, f.v(), &f.case.direction).flat()),
    ]);
    all
}

fn new<A: Smooth>(
    name: &'static str,
    axes: &'static [Axis],
    components: fn(&Forms<A>) -> Vec<A>,
) -> ClosedForm<A> {
    form("hessian", name, axes, components)
}

fn pieces<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Class, Sample, Unit};
    vec![
        new("hidden_covariance", &[Sample, Unit, Unit], |f| {
            matrices(f, &|n| hidden_covariance(&covariance_times(&f.samples[n].p, f.v()), f.v()))
        }),
        new("output_coupling", &[Sample, Class, Unit], |f| {
            matrices(f, &|n| output_coupling(&covariance_times(&f.samples[n].p, f.v()), &f.samples[n].phi1))
        }),
        new("gauss_newton", &[Sample, Unit, Unit], |f| {
            matrices(f, &|n| gauss_newton(&f.points[n].k, &f.samples[n].phi1))
        }),
        new("backpropagated_residual", &[Sample, Unit], |f| {
            vectors(f, &|n| backpropagated_residual(f.v(), &f.samples[n].delta))
        }),
        new("residual_curvature", &[Sample, Unit], |f| {
            vectors(f, &|n| residual_curvature(&f.samples[n].phi2, &f.points[n].u))
        }),
        new("hidden_hessian", &[Sample, Unit, Unit], |f| {
            matrices(f, &|n| hidden_hessian(&f.points[n].gn, &f.points[n].r))
        }),
    ]
}

/// The twenty halves of the ten blocks, each the mean over samples.
fn blocks<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::Within;
    use Group::{B, C, V, W};
    vec![
        new("h_ww_gauss_newton", &[Within(W), Within(W)], |f| mean(f, h_ww_gauss_newton)),
        new("h_ww_residual", &[Within(W), Within(W)], |f| mean(f, h_ww_residual)),
        new("h_wb_gauss_newton", &[Within(W), Within(B)], |f| biased(f, h_wb_gauss_newton)),
        new("h_wb_residual", &[Within(W), Within(B)], |f| biased(f, h_wb_residual)),
        new("h_bb_gauss_newton", &[Within(B), Within(B)], |f| biased(f, h_bb_gauss_newton)),
        new("h_bb_residual", &[Within(B), Within(B)], |f| biased(f, h_bb_residual)),
        new("h_wv_gauss_newton", &[Within(W), Within(V)], |f| mean(f, h_wv_gauss_newton)),
        new("h_wv_residual", &[Within(W), Within(V)], |f| mean(f, h_wv_residual)),
        new("h_wc_gauss_newton", &[Within(W), Within(C)], |f| biased(f, h_wc_gauss_newton)),
        new("h_wc_residual", &[Within(W), Within(C)], |f| biased(f, h_wc_residual)),
        new("h_bv_gauss_newton", &[Within(B), Within(V)], |f| biased(f, h_bv_gauss_newton)),
        new("h_bv_residual", &[Within(B), Within(V)], |f| biased(f, h_bv_residual)),
        new("h_bc_gauss_newton", &[Within(B), Within(C)], |f| biased(f, h_bc_gauss_newton)),
        new("h_bc_residual", &[Within(B), Within(C)], |f| biased(f, h_bc_residual)),
        new("h_vv_gauss_newton", &[Within(V), Within(V)], |f| mean(f, h_vv_gauss_newton)),
        new("h_vv_residual", &[Within(V), Within(V)], |f| mean(f, h_vv_residual)),
        new("h_vc_gauss_newton", &[Within(V), Within(C)], |f| biased(f, h_vc_gauss_newton)),
        new("h_vc_residual", &[Within(V), Within(C)], |f| biased(f, h_vc_residual)),
        new("h_cc_gauss_newton", &[Within(C), Within(C)], |f| biased(f, h_cc_gauss_newton)),
        new("h_cc_residual", &[Within(C), Within(C)], |f| biased(f, h_cc_residual)),
    ]
}

fn mean<A: Smooth>(f: &Forms<A>, block: fn(&Curvature<A>) -> Matrix<A>) -> Vec<A> {
    let count = A::integer(f.points.len() as i64);
    let sum = f.points.iter().map(block).reduce(|sum, next| sum + next);
    sum.map(|sum| rows(&sum.map(|entry| entry / count))).unwrap_or_default()
}

/// A block that exists only where there are biases.
fn biased<A: Smooth>(f: &Forms<A>, block: fn(&Curvature<A>) -> Matrix<A>) -> Vec<A> {
    if f.case.shape.biases { mean(f, block) } else { Vec::new() }
}
