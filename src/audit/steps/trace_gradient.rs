//! Chapter 6: the gradient of the trace, against derivatives of the trace and its terms.

use super::{BY_DELTA, BY_P, BY_PHI1, BY_PHI2, BY_V, BY_Z, Slot};
use crate::audit::checks::Checks;
use crate::number::{Arithmetic, Number};
use crate::terms::{Sample, trace::*};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    all.on_simplex_term("t_out_p", BY_P, |m, d| m.slope_by(Slot::P, d, &|s, _| sum(s, &t_out)));
    all.along_term("t_out_z", BY_Z, |m, d| m.slope_by(Slot::Z, d, &|s, _| sum(s, &t_out)));
    all.on_simplex_term("t_gn_p", BY_P, |m, d| m.slope_by(Slot::P, d, &|s, v| sum(s, &|n| t_gn(n, v))));
    all.along_term("t_gn_phi1", BY_PHI1, |m, d| m.slope_by(Slot::Phi1, d, &|s, v| sum(s, &|n| t_gn(n, v))));
    all.along_term("t_gn_v", BY_V, |m, d| m.slope_by(Slot::V, d, &|s, v| sum(s, &|n| t_gn(n, v))));
    all.along_term("t_res_delta", BY_DELTA, |m, d| {
        m.slope_by(Slot::Delta, d, &|s, v| sum(s, &|n| t_res(n, v)))
    });
    all.along_term("t_res_phi2", BY_PHI2, |m, d| m.slope_by(Slot::Phi2, d, &|s, v| sum(s, &|n| t_res(n, v))));
    all.along_term("t_res_v", BY_V, |m, d| m.slope_by(Slot::V, d, &|s, v| sum(s, &|n| t_res(n, v))));
    all.along_term("t_out_gradient", "the derivative of the mean of t_out", |m, d| {
        m.slope(d, &|s, _| mean(s, &t_out))
    });
    all.along_term("t_gn_gradient", "the derivative of the mean of t_gn", |m, d| {
        m.slope(d, &|s, v| mean(s, &|n| t_gn(n, v)))
    });
    all.along_term("t_res_gradient", "the derivative of the mean of t_res", |m, d| {
        m.slope(d, &|s, v| mean(s, &|n| t_res(n, v)))
    });
    all.along_term("trace_gradient", "the derivative of the trace", |m, d| m.slope(d, &|s, v| trace(s, v)));
}

fn sum<T: Number>(samples: &[Sample<T>], term: &dyn Fn(&Sample<T>) -> T) -> T {
    samples.iter().fold(T::zero(), |sum, n| sum + term(n))
}

fn mean<T: Number>(samples: &[Sample<T>], term: &dyn Fn(&Sample<T>) -> T) -> T {
    sum(samples, term) / T::integer(samples.len() as i64)
}
