//! Chapter 7: the gradient of the squared trace, against derivatives of the squared trace and its terms. Each term stands for
//! its mean over all ordered pairs of samples.

use super::{BY_DELTA, BY_P, BY_PHI1, BY_PHI2, BY_V, BY_Z, Moving, Slot};
use crate::audit::checks::Checks;
use crate::audit::equation::On;
use crate::number::{Arithmetic, Number};
use crate::terms::{Curvature, curvatures, squared_trace::*};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    partials(all);
    cross_pieces(all);
    gradients(all);
}

fn partials<A: Arithmetic>(all: &mut Checks<A>) {
    all.along_term("q_out_s", "the derivative of the term by S", |m, d| by_piece(m, Slot::S, d, q_out));
    all.on_simplex_term("q_out_p", BY_P, |m, d| by(m, Slot::P, d, q_out));
    all.along_term("q_out_z", BY_Z, |m, d| by(m, Slot::Z, d, q_out));
    all.along_term("q_hid_m", "the derivative of the term by M", |m, d| by_piece(m, Slot::Gn, d, q_hid));
    all.on_simplex_term("q_hid_p", BY_P, |m, d| by(m, Slot::P, d, q_hid));
    all.along_term("q_hid_delta", BY_DELTA, |m, d| by(m, Slot::Delta, d, q_hid));
    all.along_term("q_hid_phi1", BY_PHI1, |m, d| by(m, Slot::Phi1, d, q_hid));
    all.along_term("q_hid_phi2", BY_PHI2, |m, d| by(m, Slot::Phi2, d, q_hid));
    all.along_term("q_hid_v", BY_V, |m, d| by(m, Slot::V, d, q_hid));
    all.along_term("q_cross_a", "the derivative of the term by A", |m, d| by_piece(m, Slot::A, d, q_cross));
    all.on_simplex_term("q_cross_p", BY_P, |m, d| by(m, Slot::P, d, q_cross));
    all.along_term("q_cross_delta", BY_DELTA, |m, d| by(m, Slot::Delta, d, q_cross));
    all.along_term("q_cross_z", BY_Z, |m, d| by(m, Slot::Z, d, q_cross));
    all.along_term("q_cross_phi1", BY_PHI1, |m, d| by(m, Slot::Phi1, d, q_cross));
    all.along_term("q_cross_v", BY_V, |m, d| by(m, Slot::V, d, q_cross));
}

/// The two sums over pairs that the cross term's derivatives share.
fn cross_pieces<A: Arithmetic>(all: &mut Checks<A>) {
    all.along_term("q_cross_e", "the derivative of the mixed part by A, where every z is 1", |m, d| {
        m.slope_by_piece(Slot::A, d, &|points| {
            let mut points = points.to_vec();
            for point in &mut points {
                point.sample.z.fill(A::First::integer(1));
            }
            pair_mean(&points, q_cross_mixed)
        })
    });
    all.of_term("q_cross_g", "the second derivative of the mixed part by delta and phi1", |m| {
        let shape = m.shape();
        let mut entries = Vec::new();
        for n in 0..shape.samples {
            for k in 0..shape.classes {
                for i in 0..shape.hidden {
                    let mixed = |points: &[Curvature<A::Second>]| pair_mean(points, q_cross_mixed);
                    entries.push(m.by_delta_and_phi1(n, (k, i), &mixed));
                }
            }
        }
        entries
    });
    all.only(On::Small);
}

fn gradients<A: Arithmetic>(all: &mut Checks<A>) {
    const BY_PARAMETERS: &str = "the derivative of the term by the parameters";
    all.along_term("q_out_gradient", BY_PARAMETERS, |m, d| by_parameters(m, d, q_out));
    all.along_term("q_hid_gradient", BY_PARAMETERS, |m, d| by_parameters(m, d, q_hid));
    all.along_term("q_cross_gradient", BY_PARAMETERS, |m, d| by_parameters(m, d, q_cross));
    all.along_term("trace_squared_gradient", "the derivative of the squared trace", |m, d| {
        m.slope(d, &|s, v| trace_squared(&curvatures(s, v)))
    });
}

type PairTerm<T> = fn(&Curvature<T>, &Curvature<T>) -> T;

/// Derivative of a term's pair mean by one slot of the samples.
fn by<A: Arithmetic>(m: &Moving<A>, slot: Slot, direction: &[A], term: PairTerm<A::First>) -> A {
    m.slope_by(slot, direction, &|samples, v| pair_mean(&curvatures(samples, v), term))
}

/// Derivative of a term's pair mean by one of the matrices that a sample's Hessian is made of.
fn by_piece<A: Arithmetic>(m: &Moving<A>, slot: Slot, direction: &[A], term: PairTerm<A::First>) -> A {
    m.slope_by_piece(slot, direction, &|points| pair_mean(points, term))
}

/// Derivative of a term's pair mean by the parameters.
fn by_parameters<A: Arithmetic>(m: &Moving<A>, direction: &[A], term: PairTerm<A::First>) -> A {
    m.slope(direction, &|samples, v| pair_mean(&curvatures(samples, v), term))
}

/// `(1/N^2) sum_{n,m} term(n, m)` over all ordered pairs, with no use of symmetry.
fn pair_mean<T: Number>(points: &[Curvature<T>], term: PairTerm<T>) -> T {
    let mut sum = T::zero();
    for n in points {
        for m in points {
            sum += term(n, m);
        }
    }
    let count = T::integer(points.len() as i64);
    sum / (count * count)
}
