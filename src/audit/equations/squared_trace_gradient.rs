//! Chapter 7: the gradient of the squared trace. Each term stands for its mean over all ordered pairs of samples.

use super::trace_gradient::flat;
use super::{BY_DELTA, BY_P, BY_PHI1, BY_PHI2, BY_V, BY_Z, pair_mean};
use crate::audit::equation::{Axis, Equation, rows};
use crate::number::{Arithmetic, Matrix, Nilpotent, Number, Vector};
use crate::terms::{Curvature, Sample, curvature, curvatures, squared_trace::*, squared_trace_gradient::*};
use crate::witness::{Case, Slot, lift, unit};

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    [output_terms(), hidden_terms(), cross_terms(), gradients()].into_iter().flatten().collect()
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("squared_trace_gradient", name, axes, closed)
}

fn output_terms<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Sample, Unit};
    vec![
        new("covariance_pullback", &[Sample, Class], |c| {
            vectors(c, |n| covariance_pullback(&c.samples[n].p, &weights(c, n)))
        })
        .on_simplex("the derivative of <F_S, diag(p) - p p'> by p", |c, direction| {
            let classes = c.shape.classes;
            c.total(|n| {
                let step = &direction[n * classes..(n + 1) * classes];
                let p: Vec<A::First> = lift(c.samples[n].p.as_slice(), &[step]);
                let f_s: Vec<A::First> = lift(&rows(&weights(c, n)), &[]);
                let mut sum = A::First::integer(0);
                for k in 0..classes {
                    sum += f_s[k * classes + k] * p[k];
                    for l in 0..classes {
                        sum -= f_s[k * classes + l] * p[k] * p[l];
                    }
                }
                sum.mixed()
            })
        }),
        new("q_out_s", &[Sample, Class, Class], |c| matrices(c, |n| q_out_s(n, &c.points)))
            .along("the derivative of the term by S", |c, d| {
                c.slope_by_piece(Slot::S, d, |points| pair_mean(points, q_out))
            }),
        new("q_out_p", &[Sample, Class], |c| {
            vectors(c, |n| q_out_p(&c.points[n], &q_out_s(&c.points[n], &c.points)))
        })
        .on_simplex(BY_P, |c, d| term_slope(c, Slot::P, d, q_out)),
        new("q_out_z", &[Sample, Unit], |c| vectors(c, |n| q_out_z(&c.points[n], &c.points)))
            .along(BY_Z, |c, d| term_slope(c, Slot::Z, d, q_out)),
    ]
}

fn hidden_terms<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Sample, Unit};
    vec![
        new("q_hid_m", &[Sample, Unit, Unit], |c| matrices(c, |n| q_hid_m(n, &c.points)))
            .along("the derivative of the term by M", |c, d| {
                c.slope_by_piece(Slot::Gn, d, |points| pair_mean(points, q_hid))
            }),
        new("q_hid_p", &[Sample, Class], |c| {
            vectors(c, |n| q_hid_p(&c.points[n], c.v(), &q_hid_m(&c.points[n], &c.points)))
        })
        .on_simplex(BY_P, |c, d| term_slope(c, Slot::P, d, q_hid)),
        new("q_hid_delta", &[Sample, Class], |c| {
            vectors(c, |n| q_hid_delta(&c.points[n], c.v(), &q_hid_m(&c.points[n], &c.points)))
        })
        .along(BY_DELTA, |c, d| term_slope(c, Slot::Delta, d, q_hid)),
        new("q_hid_phi1", &[Sample, Unit], |c| {
            vectors(c, |n| q_hid_phi1(&c.points[n], &q_hid_m(&c.points[n], &c.points)))
        })
        .along(BY_PHI1, |c, d| term_slope(c, Slot::Phi1, d, q_hid)),
        new("q_hid_phi2", &[Sample, Unit], |c| {
            vectors(c, |n| q_hid_phi2(&c.points[n], &q_hid_m(&c.points[n], &c.points)))
        })
        .along(BY_PHI2, |c, d| term_slope(c, Slot::Phi2, d, q_hid)),
        new("q_hid_v", &[Class, Unit], |c| total(c, |n| q_hid_v(n, &q_hid_m(n, &c.points))))
            .along(BY_V, |c, d| term_slope(c, Slot::V, d, q_hid)),
    ]
}

fn cross_terms<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Sample, Unit};
    vec![
        new("q_cross_e", &[Sample, Class, Unit], |c| matrices(c, |n| q_cross_e(n, &c.points))).along(
            "the derivative of the mixed part by A, where every z is 1",
            |c, d| {
                c.slope_by_piece(Slot::A, d, |points| {
                    let mut points = points.to_vec();
                    for point in &mut points {
                        point.sample.z.fill(A::First::integer(1));
                    }
                    pair_mean(&points, q_cross_mixed)
                })
            },
        ),
        new("q_cross_g", &[Sample, Class, Unit], |c| matrices(c, |n| q_cross_g(n, &c.points)))
            .equals("the second derivative of the mixed part by delta and phi1", |c| {
                let mut entries = Vec::new();
                for n in 0..c.shape.samples {
                    for k in 0..c.shape.classes {
                        for i in 0..c.shape.hidden {
                            entries.push(mixed_by_delta_and_phi1(c, n, k, i));
                        }
                    }
                }
                entries
            })
            .on_small_cases(),
        new("q_cross_a", &[Sample, Class, Unit], |c| matrices(c, |n| f_a(c, n)))
            .along("the derivative of the term by A", |c, d| {
                c.slope_by_piece(Slot::A, d, |points| pair_mean(points, q_cross))
            }),
        new("q_cross_p", &[Sample, Class], |c| {
            vectors(c, |n| q_cross_p(&c.points[n], c.v(), &f_a(c, &c.points[n])))
        })
        .on_simplex(BY_P, |c, d| term_slope(c, Slot::P, d, q_cross)),
        new("q_cross_delta", &[Sample, Class], |c| {
            vectors(c, |n| q_cross_delta(&c.points[n], &c.points, &q_cross_g(&c.points[n], &c.points)))
        })
        .along(BY_DELTA, |c, d| term_slope(c, Slot::Delta, d, q_cross)),
        new("q_cross_z", &[Sample, Unit], |c| {
            vectors(c, |n| q_cross_z(&c.points[n], &c.points, &q_cross_e(&c.points[n], &c.points)))
        })
        .along(BY_Z, |c, d| term_slope(c, Slot::Z, d, q_cross)),
        new("q_cross_phi1", &[Sample, Unit], |c| {
            vectors(c, |n| {
                let point = &c.points[n];
                q_cross_phi1(point, &c.points, &q_cross_g(point, &c.points), &f_a(c, point))
            })
        })
        .along(BY_PHI1, |c, d| term_slope(c, Slot::Phi1, d, q_cross)),
        new("q_cross_v", &[Class, Unit], |c| total(c, |n| q_cross_v(n, &f_a(c, n))))
            .along(BY_V, |c, d| term_slope(c, Slot::V, d, q_cross)),
    ]
}

fn gradients<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::Theta;
    vec![
        new("q_out_gradient", &[Theta], |c| flat(q_out_gradient(&c.points, c.v())))
            .along("the derivative of the term by the parameters", |c, d| mean_slope(c, d, q_out)),
        new("q_hid_gradient", &[Theta], |c| flat(q_hid_gradient(&c.points, c.v())))
            .along("the derivative of the term by the parameters", |c, d| mean_slope(c, d, q_hid)),
        new("q_cross_gradient", &[Theta], |c| flat(q_cross_gradient(&c.points, c.v())))
            .along("the derivative of the term by the parameters", |c, d| mean_slope(c, d, q_cross)),
        new("trace_squared_gradient", &[Theta], |c| flat(trace_squared_gradient(&c.points, c.v())))
            .along("the derivative of the squared trace", |c, d| {
                c.slope_of(d, |s, v| trace_squared(&curvatures(s, v)))
            })
            .along("third derivatives of the loss contracted with 2 H", |c, d| {
                c.third_against(&(c.hessian_from_loss() * A::integer(2)), d)
            })
            .on_small_cases(),
    ]
}

/// Any `C x C` matrix that differs from sample to sample and is not symmetric.
fn weights<A: Arithmetic>(c: &Case<A>, n: usize) -> Matrix<A> {
    &c.covectors[n].p * c.covectors[n].delta.transpose()
}

/// `F_A` of the cross term.
fn f_a<A: Arithmetic>(c: &Case<A>, n: &Curvature<A>) -> Matrix<A> {
    q_cross_a(n, &c.points, &q_cross_e(n, &c.points))
}

type PairTerm<T> = fn(&Curvature<T>, &Curvature<T>) -> T;

/// Derivative of a term's pair mean by one slot of the samples.
fn term_slope<A: Arithmetic>(c: &Case<A>, slot: Slot, direction: &[A], term: PairTerm<A::First>) -> A {
    c.slope_by(slot, direction, |samples, v| pair_mean(&curvatures(samples, v), term))
}

/// Derivative of a term's pair mean by the parameters.
fn mean_slope<A: Arithmetic>(c: &Case<A>, direction: &[A], term: PairTerm<A::First>) -> A {
    c.slope_of(direction, |samples, v| pair_mean(&curvatures(samples, v), term))
}

/// `d^2/(d delta_n[k] d phi1_n[i])` of the mixed part, with `A` held fixed.
fn mixed_by_delta_and_phi1<A: Arithmetic>(c: &Case<A>, n: usize, k: usize, i: usize) -> A {
    let constant = |value: A| A::Second::lift(value, &[]);
    let moving = |values: &Vector<A>, directions: &[&[A]]| -> Vector<A::Second> {
        lift::<A, A::Second>(values.as_slice(), directions).into()
    };
    let points: Vec<Curvature<A::Second>> = (0..c.shape.samples)
        .map(|m| {
            let s = &c.samples[m];
            let here = if m == n { A::one() } else { A::zero() };
            let along_delta = unit::<A>(c.shape.classes, k).into_iter().map(|e| e * here);
            let along_phi1 = unit::<A>(c.shape.hidden, i).into_iter().map(|e| e * here);
            let (along_delta, along_phi1): (Vec<A>, Vec<A>) = (along_delta.collect(), along_phi1.collect());
            let still = vec![A::zero(); c.shape.hidden];
            let sample = Sample {
                delta: moving(&s.delta, &[&along_delta]),
                phi1: moving(&s.phi1, &[&still, &along_phi1]),
                xt: s.xt.map(constant),
                z: s.z.map(constant),
                phi2: s.phi2.map(constant),
                phi3: s.phi3.map(constant),
                p: s.p.map(constant),
                biases: s.biases,
            };
            Curvature { a: c.points[m].a.map(constant), ..curvature(&sample, &c.v().map(constant)) }
        })
        .collect();
    pair_mean(&points, q_cross_mixed).mixed()
}

fn vectors<A: Arithmetic>(c: &Case<A>, term: impl Fn(usize) -> Vector<A>) -> Vec<A> {
    (0..c.shape.samples).flat_map(|n| term(n).as_slice().to_vec()).collect()
}

fn matrices<A: Arithmetic>(c: &Case<A>, term: impl Fn(&Curvature<A>) -> Matrix<A>) -> Vec<A> {
    c.points.iter().flat_map(|n| rows(&term(n))).collect()
}

fn total<A: Arithmetic>(c: &Case<A>, term: impl Fn(&Curvature<A>) -> Matrix<A>) -> Vec<A> {
    c.points.iter().map(term).reduce(|sum, next| sum + next).map(|sum| rows(&sum)).unwrap_or_default()
}
