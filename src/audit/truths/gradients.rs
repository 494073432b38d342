//! Chapters 6, 7 and 8, as far as they are held against the loss: the chain to the parameters, and gradients against third
//! derivatives of the loss.

use super::product;
use super::spectrum::{deviation_of, largest_of, mean_of};
use crate::audit::checks::Checks;
use crate::audit::equation::On;
use crate::model::Parameters;
use crate::number::{Arithmetic, Matrix, Nilpotent, Number};
use crate::witness::{Loss, definition, lift};
use std::ops::Range;

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    chain(all);
    third_derivatives(all);
}

/// The chain holds for any scalar: it is checked for a random linear function of the quantities of the samples.
fn chain<A: Arithmetic>(all: &mut Checks<A>) {
    all.along("logits_adjoint", "the derivative by the logits", |l, direction| {
        let classes = l.shape().classes;
        l.total(&|n| {
            let step = &direction[n * classes..(n + 1) * classes];
            through_logits(l, n, &lift::<A, A::First>(&l.logits(n), &[step]))
        })
    });
    all.along("preactivation_adjoint", "the derivative by the preactivations", |l, direction| {
        let hidden = l.shape().hidden;
        let theta: Vec<A::First> = lift(l.theta(), &[]);
        l.total(&|n| {
            let step = &direction[n * hidden..(n + 1) * hidden];
            through_preactivations(l, n, &theta, &lift::<A, A::First>(&l.preactivations(n), &[step]))
        })
    });
    all.along("parameter_gradient", "the derivative by the parameters", |l, direction| {
        let theta: Vec<A::First> = lift(l.theta(), &[direction]);
        let v = Parameters::from_fn(l.shape(), |index| direction[index]).v;
        l.total(&|n| {
            let a = definition::preactivation(l.shape(), &theta, &lift(&l.x(n), &[]));
            through_preactivations(l, n, &theta, &a) + product(&l.covector(n).v, &v)
        })
    });
    all.on_simplex("covariance_pullback", "the derivative of <F_S, diag(p) - p p'> by p", |l, direction| {
        let classes = l.shape().classes;
        l.total(&|n| {
            let step = &direction[n * classes..(n + 1) * classes];
            let p: Vec<A::First> = lift(&definition::softmax(&l.logits(n)), &[step]);
            let covector = l.covector(n);
            let f_s = |k: usize, j: usize| A::First::lift(covector.p[k] * covector.delta[j], &[]);
            let mut sum = A::First::integer(0);
            for k in 0..classes {
                sum += f_s(k, k) * p[k];
                for j in 0..classes {
                    sum -= f_s(k, j) * p[k] * p[j];
                }
            }
            sum.mixed(1)
        })
    });
}

/// Derivative of `F_p . p(o) + F_delta . delta(o)` where the logits move; `delta` moves as `p` does.
fn through_logits<A: Arithmetic>(l: &Loss<A>, n: usize, o: &[A::First]) -> A {
    let covector = l.covector(n);
    linear((&covector.p + &covector.delta).as_slice(), &definition::softmax(o))
}

/// The same, with `F_z . z + F_phi1 . phi1 + F_phi2 . phi2`, where preactivations and parameters may move.
fn through_preactivations<A: Arithmetic>(l: &Loss<A>, n: usize, theta: &[A::First], a: &[A::First]) -> A {
    let covector = l.covector(n);
    let z = definition::hidden(l.activation(), a);
    let o = definition::output(l.shape(), theta, &z);
    let mut sum = through_logits(l, n, &o) + linear(covector.z.as_slice(), &z);
    for (i, a) in a.iter().enumerate() {
        let (at, step, one) = (a.mixed(0), a.mixed(1), A::one());
        let phi1 = l.activation().value(&A::Second::lift(at, &[one, step])).mixed(2);
        let phi2 = l.activation().value(&A::Third::lift(at, &[one, one, step])).mixed(3);
        sum += covector.phi1[i] * phi1 + covector.phi2[i] * phi2;
    }
    sum
}

/// `sum_i weights_i d(values_i)`.
fn linear<A: Arithmetic>(weights: &[A], values: &[A::First]) -> A {
    weights.iter().zip(values).fold(A::zero(), |sum, (weight, value)| sum + *weight * value.mixed(1))
}

fn third_derivatives<A: Arithmetic>(all: &mut Checks<A>) {
    all.along("t_out_gradient", "third derivatives of the loss by V, c, V, c", |l, d| {
        l.third_against(&identity_on(l, l.shape().hidden_parameters()..l.shape().parameters()), d)
    });
    all.only(On::Small);
    all.along("trace_gradient", "third derivatives of the loss contracted with the identity", |l, d| {
        l.third_against(&identity_on(l, 0..l.shape().parameters()), d)
    });
    all.only(On::Small);
    all.along("trace_squared_gradient", "third derivatives of the loss contracted with 2 H", |l, d| {
        l.third_against(&(l.hessian() * A::integer(2)), d)
    });
    all.only(On::Small);
    const THIRD: &str = "third derivatives of the loss";
    all.along("mean_gradient", THIRD, |l, d| slope(l, d, l.shape().parameters(), mean_of));
    all.only(On::Small);
    all.along("spread_gradient", THIRD, |l, d| slope(l, d, l.shape().parameters(), deviation_of));
    all.only(On::Small);
    all.along("ws_upper_gradient", THIRD, |l, d| slope(l, d, l.shape().parameters(), largest_of));
    all.only(On::Small);
    all.along("ws_reduced_gradient", THIRD, |l, d| slope(l, d, l.shape().reduced_parameters(), largest_of));
    all.only(On::Small);
    all.along(
        "ws_envelope_gradient",
        "third derivatives of the loss contracted with the derivative of the bound by the Hessian",
        |l, d| l.third_against(&by_hessian(l), d),
    );
    all.only(On::Small);
}

fn identity_on<A: Arithmetic>(l: &Loss<A>, range: Range<usize>) -> Matrix<A> {
    let size = l.shape().parameters();
    Matrix::from_fn(size, size, |i, j| if i == j && range.contains(&i) { A::one() } else { A::zero() })
}

/// A function of trace, squared trace and size.
type OfSums<T> = fn(&T, &T, usize) -> T;

/// Derivative along a direction of a function of trace and squared trace, from second and third derivatives of the loss.
fn slope<A: Arithmetic>(l: &Loss<A>, direction: &[A], size: usize, value: OfSums<A::First>) -> A {
    let h = l.hessian();
    let along = |weight: &Matrix<A>| l.third_against(weight, direction);
    let trace = A::First::lift(h.trace(), &[along(&identity_on(l, 0..h.nrows()))]);
    let squared = A::First::lift(product(h, h), &[along(&(h * A::integer(2)))]);
    value(&trace, &squared, size).mixed(1)
}

/// The derivative of the bound by each entry of the Hessian: by the trace on the diagonal, by the squared trace everywhere.
fn by_hessian<A: Arithmetic>(l: &Loss<A>) -> Matrix<A> {
    let h = l.hessian();
    let (trace, squared) = (h.trace(), product(h, h));
    let along = |steps: [A; 2]| {
        let [trace, squared] =
            [(trace, steps[0]), (squared, steps[1])].map(|(at, step)| A::First::lift(at, &[step]));
        largest_of(&trace, &squared, h.nrows()).mixed(1)
    };
    let (by_trace, by_squared) = (along([A::one(), A::zero()]), along([A::zero(), A::one()]));
    identity_on(l, 0..h.nrows()) * by_trace + h * (A::integer(2) * by_squared)
}
