//! Chapter 6: the gradient of the trace, and the chain to the parameters.

use super::{BY_DELTA, BY_P, BY_PHI1, BY_PHI2, BY_V, BY_Z, each, output_range};
use crate::audit::equation::{Axis, Equation, rows};
use crate::model::Parameters;
use crate::number::{Arithmetic, Matrix, Nilpotent, Number, Vector};
use crate::terms::{Sample, trace::*, trace_gradient::*};
use crate::witness::{Case, Slot, definition, lift};

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    [chain(), partials(), gradients()].into_iter().flatten().collect()
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("trace_gradient", name, axes, closed)
}

/// The chain holds for any scalar: it is checked for a random linear function of the quantities of the samples.
fn chain<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Sample, Theta, Unit};
    vec![
        new("logits_adjoint", &[Sample, Class], |c| {
            each(c, |n| logits_adjoint(&c.samples[n], &c.covectors[n]).as_slice().to_vec())
        })
        .along("the derivative by the logits", |c, direction| {
            let classes = c.shape.classes;
            c.total(|n| {
                let o = definition::logits(&c.shape, c.network.activation, &c.theta(), &c.x(n));
                let o: Vec<A::First> = lift(&o, &[&direction[n * classes..(n + 1) * classes]]);
                through_logits(c, n, &o).mixed()
            })
        }),
        new("preactivation_adjoint", &[Sample, Unit], |c| {
            each(c, |n| preactivation_adjoint(&c.samples[n], c.v(), &c.covectors[n]).as_slice().to_vec())
        })
        .along("the derivative by the preactivations", |c, direction| {
            let hidden = c.shape.hidden;
            let theta: Vec<A::First> = lift(&c.theta(), &[]);
            c.total(|n| {
                let a = definition::preactivation(&c.shape, &c.theta(), &c.x(n));
                let a: Vec<A::First> = lift(&a, &[&direction[n * hidden..(n + 1) * hidden]]);
                through_preactivations(c, n, &theta, &a).mixed()
            })
        }),
        new("parameter_gradient", &[Theta], |c| {
            flat(parameter_gradient(c.samples.iter().zip(c.covectors.iter().cloned()), c.v()))
        })
        .along("the derivative by the parameters", |c, direction| {
            let theta: Vec<A::First> = lift(&c.theta(), &[direction]);
            let v = Parameters::from_fn(&c.shape, |index| theta[index]).v;
            c.total(|n| {
                let a = definition::preactivation(&c.shape, &theta, &lift(&c.x(n), &[]));
                let f_v: Vec<A> = c.covectors[n].v.iter().copied().collect();
                (through_preactivations(c, n, &theta, &a) + linear(&f_v, v.as_slice())).mixed()
            })
        }),
    ]
}

/// `sum_i weights_i values_i` with constant weights.
fn linear<A: Arithmetic>(weights: &[A], values: &[A::First]) -> A::First {
    let weights: Vec<A::First> = lift(weights, &[]);
    weights.iter().zip(values).fold(A::First::integer(0), |sum, (a, b)| sum + *a * *b)
}

/// `F_p . p(o) + F_delta . delta(o)`.
fn through_logits<A: Arithmetic>(c: &Case<A>, n: usize, o: &[A::First]) -> A::First {
    // p by its definition, e^(o_k) / sum_l e^(o_l), relative to the largest logit; delta moves as p does.
    let p = crate::terms::model::softmax(&Vector::from_column_slice(o));
    let f = &c.covectors[n];
    linear((&f.p + &f.delta).as_slice(), p.as_slice())
}

/// The same, with `F_z . z + F_phi1 . phi1 + F_phi2 . phi2`, where the preactivations may carry a derivative.
fn through_preactivations<A: Arithmetic>(
    c: &Case<A>,
    n: usize,
    theta: &[A::First],
    a: &[A::First],
) -> A::First {
    let activation = c.network.activation;
    let f = &c.covectors[n];
    let z = definition::hidden(activation, a);
    let at = |order: usize| -> Vec<A::First> {
        let slope = |a: &A::First| {
            let all = activation.derivatives(a);
            if order == 1 { all.first } else { all.second }
        };
        a.iter().map(slope).collect()
    };
    through_logits(c, n, &definition::output(&c.shape, theta, &z))
        + linear(f.z.as_slice(), &z)
        + linear(f.phi1.as_slice(), &at(1))
        + linear(f.phi2.as_slice(), &at(2))
}

fn partials<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Sample, Unit};
    vec![
        new("t_out_p", &[Sample, Class], |c| each(c, |n| t_out_p(&c.samples[n]).as_slice().to_vec()))
            .on_simplex(BY_P, |c, d| c.slope_by(Slot::P, d, |s, _| sum(s, t_out))),
        new("t_out_z", &[Sample, Unit], |c| each(c, |n| t_out_z(&c.samples[n]).as_slice().to_vec()))
            .along(BY_Z, |c, d| c.slope_by(Slot::Z, d, |s, _| sum(s, t_out))),
        new("t_gn_p", &[Sample, Class], |c| each(c, |n| t_gn_p(&c.samples[n], c.v()).as_slice().to_vec()))
            .on_simplex(BY_P, |c, d| c.slope_by(Slot::P, d, |s, v| sum(s, |n| t_gn(n, v)))),
        new("t_gn_phi1", &[Sample, Unit], |c| {
            each(c, |n| t_gn_phi1(&c.samples[n], c.v()).as_slice().to_vec())
        })
        .along(BY_PHI1, |c, d| c.slope_by(Slot::Phi1, d, |s, v| sum(s, |n| t_gn(n, v)))),
        new("t_gn_v", &[Class, Unit], |c| total(c, |n| t_gn_v(n, c.v())))
            .along(BY_V, |c, d| c.slope_by(Slot::V, d, |s, v| sum(s, |n| t_gn(n, v)))),
        new("t_res_delta", &[Sample, Class], |c| {
            each(c, |n| t_res_delta(&c.samples[n], c.v()).as_slice().to_vec())
        })
        .along(BY_DELTA, |c, d| c.slope_by(Slot::Delta, d, |s, v| sum(s, |n| t_res(n, v)))),
        new("t_res_phi2", &[Sample, Unit], |c| {
            each(c, |n| t_res_phi2(&c.samples[n], c.v()).as_slice().to_vec())
        })
        .along(BY_PHI2, |c, d| c.slope_by(Slot::Phi2, d, |s, v| sum(s, |n| t_res(n, v)))),
        new("t_res_v", &[Class, Unit], |c| total(c, t_res_v))
            .along(BY_V, |c, d| c.slope_by(Slot::V, d, |s, v| sum(s, |n| t_res(n, v)))),
    ]
}

fn gradients<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::Theta;
    vec![
        new("t_out_gradient", &[Theta], |c| flat(t_out_gradient(&c.samples, c.v())))
            .along("the derivative of the mean of t_out", |c, d| c.slope_of(d, |s, _| mean(s, t_out)))
            .along("third derivatives of the loss by V, c, V, c", |c, d| {
                c.third_against(&identity_on(c, output_range(c)), d)
            })
            .on_small_cases(),
        new("t_gn_gradient", &[Theta], |c| flat(t_gn_gradient(&c.samples, c.v())))
            .along("the derivative of the mean of t_gn", |c, d| {
                c.slope_of(d, |s, v| mean(s, |n| t_gn(n, v)))
            }),
        new("t_res_gradient", &[Theta], |c| flat(t_res_gradient(&c.samples, c.v())))
            .along("the derivative of the mean of t_res", |c, d| {
                c.slope_of(d, |s, v| mean(s, |n| t_res(n, v)))
            }),
        new("trace_gradient", &[Theta], |c| flat(trace_gradient(&c.samples, c.v())))
            .along("the derivative of the trace", |c, d| c.slope_of(d, trace))
            .along("third derivatives of the loss contracted with the identity", |c, d| {
                c.third_against(&identity_on(c, 0..c.shape.parameters()), d)
            })
            .on_small_cases(),
    ]
}

fn identity_on<A: Arithmetic>(c: &Case<A>, range: std::ops::Range<usize>) -> Matrix<A> {
    let size = c.shape.parameters();
    Matrix::from_fn(size, size, |i, j| if i == j && range.contains(&i) { A::one() } else { A::zero() })
}

pub(super) fn flat<A: Arithmetic>(gradient: Option<Parameters<A>>) -> Vec<A> {
    gradient.map(|gradient| gradient.flat()).unwrap_or_default()
}

fn sum<T: Number>(samples: &[Sample<T>], term: impl Fn(&Sample<T>) -> T) -> T {
    samples.iter().fold(T::zero(), |sum, n| sum + term(n))
}

fn mean<T: Number>(samples: &[Sample<T>], term: impl Fn(&Sample<T>) -> T) -> T {
    sum(samples, term) / T::integer(samples.len() as i64)
}

fn total<A: Arithmetic>(c: &Case<A>, term: impl Fn(&Sample<A>) -> Matrix<A>) -> Vec<A> {
    c.samples.iter().map(term).reduce(|sum, next| sum + next).map(|sum| rows(&sum)).unwrap_or_default()
}
