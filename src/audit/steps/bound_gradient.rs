//! Chapter 8: the gradients of the bounds, against derivatives of the bounds.

use super::Moving;
use crate::audit::checks::Checks;
use crate::audit::compare::dot;
use crate::number::{Arithmetic, Nilpotent, Smooth};
use crate::terms::bound::*;

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    all.along_term("moment_gradients", "the derivatives of the moments", |m, direction| {
        let steps = direction.chunks(m.shape().parameters()).zip(Moment::ALL);
        steps.fold(A::zero(), |sum, (step, moment)| sum + slope(m, step, &|own| own[moment]))
    });
    all.along_term("mean_gradient", "the derivative of the mean", |m, d| {
        slope(m, d, &|own| mean(own.trace(), m.shape().parameters()))
    });
    all.along_term("spread_gradient", "the derivative of the spread", |m, d| {
        slope(m, d, &|own| spread(own.trace(), own.squared(), m.shape().parameters()))
    });
    const BOUND: &str = "the derivative of the bound";
    all.along_term("ws_upper_gradient", BOUND, |m, d| slope(m, d, &|own| ws(own, m.shape().parameters())));
    all.along_term("ws_envelope_gradient", BOUND, |m, d| slope(m, d, &|own| ws(own, m.shape().parameters())));
    all.along_term("ws_reduced_gradient", "the derivative of the reduced bound", |m, d| {
        slope(m, d, &|own| ws(own, m.shape().reduced_parameters()))
    });
    all.along_term("ws_block_gradient", "the derivative of the block bound", |m, d| {
        slope(m, d, &|own| {
            let (alpha, beta) = (hidden_upper(own, m.shape()), output_upper(own, m.shape()));
            ws_block(alpha, beta, own.coupling_squared)
        })
    });
    all.solves_term(
        "descent_direction",
        "length 1, along which the bound falls, and at a right angle to which it does not change",
        |m, v| {
            let along = |direction: &[A]| slope(m, direction, &|own| ws(own, m.shape().parameters()));
            let w = m.direction();
            let share = dot(&w, v);
            let aside: Vec<A> = w.iter().zip(v).map(|(w, v)| *w - share * *v).collect();
            let falls = along(v);
            vec![(dot(v, v), A::one()), (along(&aside), A::zero()), (falls, -(falls * falls).sqrt())]
        },
    );
}

/// Derivative along a direction of a function of the moments.
fn slope<A: Arithmetic>(m: &Moving<A>, direction: &[A], value: &dyn Fn(&Moments<A::First>) -> A::First) -> A {
    value(&m.moments(direction)).mixed(1)
}

/// The bound over so many eigenvalues.
fn ws<T: Smooth>(own: &Moments<T>, size: usize) -> T {
    let (t, q) = (own.trace(), own.squared());
    ws_upper(mean(t, size), spread(t, q, size), size)
}
