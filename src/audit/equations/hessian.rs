//! Chapter 2: the pieces of a sample's Hessian, and all blocks, against second derivatives of the loss.

use super::each;
use crate::audit::equation::{Axis, Equation, rows};
use crate::model::Group;
use crate::number::{Arithmetic, Matrix, Nilpotent, Vector};
use crate::terms::{Curvature, hessian::*, model::covariance_times};
use crate::witness::{Case, Part, curvature_of_logits, definition, lift, unit};

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    let mut all = pieces();
    all.extend(blocks());
    all.extend([
        new("hessian", &[Axis::Theta, Axis::Theta], |c| rows(c.hessian()))
            .between("the second derivative of the loss", |c, v, w| c.loss_curvature(Part::Whole, v, w)),
        new("hessian_times", &[Axis::Theta], |c| hessian_times(&c.samples, c.v(), &c.direction).flat())
            .along("the second derivative of the loss", |c, v| {
                c.loss_curvature(Part::Whole, &c.direction.flat(), v)
            })
            .equals("the assembled Hessian times the direction", |c| {
                let product: Vector<A> = c.hessian() * Vector::from_vec(c.direction.flat());
                product.as_slice().to_vec()
            }),
    ]);
    all
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("hessian", name, axes, closed)
}

fn pieces<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Sample, Unit};
    vec![
        new("hidden_covariance", &[Sample, Unit, Unit], |c| {
            each(c, |n| rows(&hidden_covariance(&covariance_times(&c.samples[n].p, c.v()), c.v())))
        })
        .equals("the second derivative of the loss by z", |c| {
            each(c, |n| {
                unit_pairs(c, |i, j| by_outputs(c, n, &unit(c.shape.hidden, i), &unit(c.shape.hidden, j)))
            })
        }),
        new("output_coupling", &[Sample, Class, Unit], |c| {
            each(c, |n| {
                let sample = &c.samples[n];
                rows(&output_coupling(&covariance_times(&sample.p, c.v()), &sample.phi1))
            })
        })
        .equals(
            "the second derivative of the loss by o and, through linearised logits, by a",
            |c| {
                each(c, |n| {
                    let mut entries = Vec::new();
                    for k in 0..c.shape.classes {
                        for i in 0..c.shape.hidden {
                            entries.push(by_logit_and_preactivation(c, n, k, i));
                        }
                    }
                    entries
                })
            },
        ),
        new("gauss_newton", &[Sample, Unit, Unit], |c| {
            each(c, |n| rows(&gauss_newton(&c.points[n].k, &c.samples[n].phi1)))
        })
        .equals("the second derivative of the loss by a, Gauss-Newton part", |c| {
            each(c, |n| unit_pairs(c, |i, j| by_preactivations(c, n, Part::GaussNewton, i, j)))
        }),
        new("backpropagated_residual", &[Sample, Unit], |c| {
            each(c, |n| backpropagated_residual(c.v(), &c.samples[n].delta).as_slice().to_vec())
        })
        .equals("the slope of the loss by z", |c| {
            each(c, |n| {
                let slope = |i| {
                    let z: Vec<A::First> = lift(&outputs(c, n), &[&unit(c.shape.hidden, i)]);
                    let o = definition::output(&c.shape, &lift::<A, A::First>(&c.theta(), &[]), &z);
                    definition::cross_entropy(&o, &lift(&c.y(n), &[])).mixed()
                };
                (0..c.shape.hidden).map(slope).collect()
            })
        }),
        new("residual_curvature", &[Sample, Unit], |c| {
            each(c, |n| residual_curvature(&c.samples[n].phi2, &c.points[n].u).as_slice().to_vec())
        })
        .equals("the second derivative of the loss by a, residual part", |c| {
            each(c, |n| (0..c.shape.hidden).map(|i| by_preactivations(c, n, Part::Residual, i, i)).collect())
        }),
        new("hidden_hessian", &[Sample, Unit, Unit], |c| {
            each(c, |n| rows(&hidden_hessian(&c.points[n].gn, &c.points[n].r)))
        })
        .equals("the second derivative of the loss by a", |c| {
            each(c, |n| unit_pairs(c, |i, j| by_preactivations(c, n, Part::Whole, i, j)))
        }),
    ]
}

fn outputs<A: Arithmetic>(c: &Case<A>, n: usize) -> Vec<A> {
    let a = definition::preactivation(&c.shape, &c.theta(), &c.x(n));
    definition::hidden(c.network.activation, &a)
}

/// Second derivative of one sample's loss by its hidden outputs, along two directions.
fn by_outputs<A: Arithmetic>(c: &Case<A>, n: usize, left: &[A], right: &[A]) -> A {
    let z: Vec<A::Second> = lift(&outputs(c, n), &[left, right]);
    let o = definition::output(&c.shape, &lift::<A, A::Second>(&c.theta(), &[]), &z);
    curvature_of_logits(Part::Whole, o, &c.y(n))
}

/// Second derivative of one sample's loss by two of its preactivations, or a part of it.
fn by_preactivations<A: Arithmetic>(c: &Case<A>, n: usize, part: Part, i: usize, j: usize) -> A {
    let a = definition::preactivation(&c.shape, &c.theta(), &c.x(n));
    let a: Vec<A::Second> = lift(&a, &[&unit(c.shape.hidden, i), &unit(c.shape.hidden, j)]);
    let z = definition::hidden(c.network.activation, &a);
    let o = definition::output(&c.shape, &lift::<A, A::Second>(&c.theta(), &[]), &z);
    curvature_of_logits(part, o, &c.y(n))
}

/// Second derivative of one sample's loss by logit `k` and, through the slope of the logits, by preactivation `i`.
fn by_logit_and_preactivation<A: Arithmetic>(c: &Case<A>, n: usize, k: usize, i: usize) -> A {
    let a = definition::preactivation(&c.shape, &c.theta(), &c.x(n));
    let moving: Vec<A::First> = lift(&a, &[&unit(c.shape.hidden, i)]);
    let z = definition::hidden(c.network.activation, &moving);
    let o = definition::output(&c.shape, &lift::<A, A::First>(&c.theta(), &[]), &z);
    let slope: Vec<A> = o.iter().map(Nilpotent::mixed).collect();
    let logits = definition::logits(&c.shape, c.network.activation, &c.theta(), &c.x(n));
    let o: Vec<A::Second> = lift(&logits, &[&unit(c.shape.classes, k), &slope]);
    curvature_of_logits(Part::Whole, o, &c.y(n))
}

fn unit_pairs<A: Arithmetic>(c: &Case<A>, entry: impl Fn(usize, usize) -> A) -> Vec<A> {
    let h = c.shape.hidden;
    (0..h * h).map(|index| entry(index / h, index % h)).collect()
}

/// The twenty halves of the ten blocks, each the mean over samples, against the loss.
fn blocks<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::Within;
    use Group::{B, C, V, W};
    use Part::{GaussNewton, Residual};
    // Function pointers carry no data, so each block names its groups and its part once more where it is compared.
    vec![
        new("h_ww_gauss_newton", &[Within(W), Within(W)], |c| mean(c, h_ww_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (W, v), (W, w))),
        new("h_ww_residual", &[Within(W), Within(W)], |c| mean(c, h_ww_residual))
            .between(RES, |c, v, w| block(c, Residual, (W, v), (W, w))),
        new("h_wb_gauss_newton", &[Within(W), Within(B)], |c| biased(c, h_wb_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (W, v), (B, w))),
        new("h_wb_residual", &[Within(W), Within(B)], |c| biased(c, h_wb_residual))
            .between(RES, |c, v, w| block(c, Residual, (W, v), (B, w))),
        new("h_bb_gauss_newton", &[Within(B), Within(B)], |c| biased(c, h_bb_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (B, v), (B, w))),
        new("h_bb_residual", &[Within(B), Within(B)], |c| biased(c, h_bb_residual))
            .between(RES, |c, v, w| block(c, Residual, (B, v), (B, w))),
        new("h_wv_gauss_newton", &[Within(W), Within(V)], |c| mean(c, h_wv_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (W, v), (V, w))),
        new("h_wv_residual", &[Within(W), Within(V)], |c| mean(c, h_wv_residual))
            .between(RES, |c, v, w| block(c, Residual, (W, v), (V, w))),
        new("h_wc_gauss_newton", &[Within(W), Within(C)], |c| biased(c, h_wc_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (W, v), (C, w))),
        new("h_wc_residual", &[Within(W), Within(C)], |c| biased(c, h_wc_residual))
            .between(RES, |c, v, w| block(c, Residual, (W, v), (C, w))),
        new("h_bv_gauss_newton", &[Within(B), Within(V)], |c| biased(c, h_bv_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (B, v), (V, w))),
        new("h_bv_residual", &[Within(B), Within(V)], |c| biased(c, h_bv_residual))
            .between(RES, |c, v, w| block(c, Residual, (B, v), (V, w))),
        new("h_bc_gauss_newton", &[Within(B), Within(C)], |c| biased(c, h_bc_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (B, v), (C, w))),
        new("h_bc_residual", &[Within(B), Within(C)], |c| biased(c, h_bc_residual))
            .between(RES, |c, v, w| block(c, Residual, (B, v), (C, w))),
        new("h_vv_gauss_newton", &[Within(V), Within(V)], |c| mean(c, h_vv_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (V, v), (V, w))),
        new("h_vv_residual", &[Within(V), Within(V)], |c| mean(c, h_vv_residual))
            .between(RES, |c, v, w| block(c, Residual, (V, v), (V, w))),
        new("h_vc_gauss_newton", &[Within(V), Within(C)], |c| biased(c, h_vc_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (V, v), (C, w))),
        new("h_vc_residual", &[Within(V), Within(C)], |c| biased(c, h_vc_residual))
            .between(RES, |c, v, w| block(c, Residual, (V, v), (C, w))),
        new("h_cc_gauss_newton", &[Within(C), Within(C)], |c| biased(c, h_cc_gauss_newton))
            .between(GN, |c, v, w| block(c, GaussNewton, (C, v), (C, w))),
        new("h_cc_residual", &[Within(C), Within(C)], |c| biased(c, h_cc_residual))
            .between(RES, |c, v, w| block(c, Residual, (C, v), (C, w))),
    ]
}

const GN: &str = "the second derivative of the loss, Gauss-Newton part";
const RES: &str = "the second derivative of the loss, residual part";

fn mean<A: Arithmetic>(c: &Case<A>, block: fn(&Curvature<A>) -> Matrix<A>) -> Vec<A> {
    let count = A::integer(c.shape.samples as i64);
    let sum = c.points.iter().map(block).reduce(|sum, next| sum + next);
    sum.map(|sum| rows(&sum.map(|entry| entry / count))).unwrap_or_default()
}

/// A block that exists only where there are biases.
fn biased<A: Arithmetic>(c: &Case<A>, block: fn(&Curvature<A>) -> Matrix<A>) -> Vec<A> {
    if c.shape.biases { mean(c, block) } else { Vec::new() }
}

/// Second derivative of the loss, one direction in each of two groups.
fn block<A: Arithmetic>(c: &Case<A>, part: Part, left: (Group, &[A]), right: (Group, &[A])) -> A {
    c.loss_curvature(part, &c.within(left.0, left.1), &c.within(right.0, right.1))
}
