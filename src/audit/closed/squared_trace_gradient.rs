//! Chapter 7: the gradient of the squared trace. Each term stands for its mean over all ordered pairs of samples.

use super::{flat, form, matrices, total, vectors};
use crate::audit::Forms;
use crate::audit::equation::{Axis, ClosedForm};
use crate::number::{Matrix, Smooth};
use crate::terms::squared_trace_gradient::*;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Class, Sample, Theta, Unit};
    let new = |name, axes, components| form("squared_trace_gradient", name, axes, components);
    vec![
        new("covariance_pullback", &[Sample, Class], |f| {
            // Any C x C matrix that differs from sample to sample and is not symmetric.
            let weights = |n: usize| &f.covectors[n].p * f.covectors[n].delta.transpose();
            vectors(f, &|n| covariance_pullback(&f.samples[n].p, &weights(n)))
        }),
        new("q_out_s", &[Sample, Class, Class], |f| matrices(f, &|n| q_out_s(&f.points[n], &f.points))),
        new("q_out_p", &[Sample, Class], |f| {
            vectors(f, &|n| q_out_p(&f.points[n], &q_out_s(&f.points[n], &f.points)))
        }),
        new("q_out_z", &[Sample, Unit], |f| vectors(f, &|n| q_out_z(&f.points[n], &f.points))),
        new("q_hid_m", &[Sample, Unit, Unit], |f| matrices(f, &|n| f_m(f, n))),
        new("q_hid_p", &[Sample, Class], |f| vectors(f, &|n| q_hid_p(&f.points[n], f.v(), &f_m(f, n)))),
        new("q_hid_delta", &[Sample, Class], |f| {
            vectors(f, &|n| q_hid_delta(&f.points[n], f.v(), &f_m(f, n)))
        }),
        new("q_hid_phi1", &[Sample, Unit], |f| vectors(f, &|n| q_hid_phi1(&f.points[n], &f_m(f, n)))),
        new("q_hid_phi2", &[Sample, Unit], |f| vectors(f, &|n| q_hid_phi2(&f.points[n], &f_m(f, n)))),
        new("q_hid_v", &[Class, Unit], |f| total(f, &|n| q_hid_v(&f.points[n], &f_m(f, n)))),
        new("q_cross_e", &[Sample, Class, Unit], |f| matrices(f, &|n| q_cross_e(&f.points[n], &f.points))),
        new("q_cross_g", &[Sample, Class, Unit], |f| matrices(f, &|n| q_cross_g(&f.points[n], &f.points))),
        new("q_cross_a", &[Sample, Class, Unit], |f| matrices(f, &|n| f_a(f, n))),
        new("q_cross_p", &[Sample, Class], |f| vectors(f, &|n| q_cross_p(&f.points[n], f.v(), &f_a(f, n)))),
        new("q_cross_delta", &[Sample, Class], |f| {
            let g = |n: usize| q_cross_g(&f.points[n], &f.points);
            vectors(f, &|n| q_cross_delta(&f.points[n], &f.points, &g(n)))
        }),
        new("q_cross_z", &[Sample, Unit], |f| {
            let e = |n: usize| q_cross_e(&f.points[n], &f.points);
            vectors(f, &|n| q_cross_z(&f.points[n], &f.points, &e(n)))
        }),
        new("q_cross_phi1", &[Sample, Unit], |f| {
            let g = |n: usize| q_cross_g(&f.points[n], &f.points);
            vectors(f, &|n| q_cross_phi1(&f.points[n], &f.points, &g(n), &f_a(f, n)))
        }),
        new("q_cross_v", &[Class, Unit], |f| total(f, &|n| q_cross_v(&f.points[n], &f_a(f, n)))),
        new("q_out_gradient", &[Theta], |f| flat(q_out_gradient(&f.points, f.v()))),
        new("q_hid_gradient", &[Theta], |f| flat(q_hid_gradient(&f.points, f.v()))),
        new("q_cross_gradient", &[Theta], |f| flat(q_cross_gradient(&f.points, f.v()))),
        new("trace_squared_gradient", &[Theta], |f| flat(trace_squared_gradient(&f.points, f.v()))),
    ]
}

/// `F_M` of the hidden term.
fn f_m<A: Smooth>(f: &Forms<A>, n: usize) -> Matrix<A> {
    q_hid_m(&f.points[n], &f.points)
}

/// `F_A` of the cross term.
fn f_a<A: Smooth>(f: &Forms<A>, n: usize) -> Matrix<A> {
    q_cross_a(&f.points[n], &f.points, &q_cross_e(&f.points[n], &f.points))
}
