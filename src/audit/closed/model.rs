//! Chapter 1: the model.

use super::{form, matrices, vectors};
use crate::audit::Forms;
use crate::audit::equation::{Axis, ClosedForm, rows};
use crate::model::{Activation, Group};
use crate::number::{Smooth, Vector};
use crate::terms::model::*;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Class, Item, Sample, Theta, Unit, Within};
    use Group::{B, C, V, W};
    let new = |name, axes, components| form("model", name, axes, components);
    vec![
        new("preactivation", &[Sample, Unit], |f| vectors(f, &|n| at(f, n).0)),
        new("hidden", &[Sample, Unit], |f| vectors(f, &|n| hidden(f.case.network.activation, &at(f, n).0))),
        new("phi1", &[Sample, Unit], |f| vectors(f, &|n| phi1(f.case.network.activation, &at(f, n).0))),
        new("phi2", &[Sample, Unit], |f| vectors(f, &|n| phi2(f.case.network.activation, &at(f, n).0))),
        new("phi3", &[Sample, Unit], |f| vectors(f, &|n| phi3(f.case.network.activation, &at(f, n).0))),
        new("sigmoid_polynomials", &[Item(3), Sample, Unit], |f| {
            polynomials(f, Activation::Sigmoid, sigmoid_polynomials)
        }),
        new("tanh_polynomials", &[Item(3), Sample, Unit], |f| {
            polynomials(f, Activation::Tanh, tanh_polynomials)
        }),
        new("logits", &[Sample, Class], |f| vectors(f, &|n| at(f, n).1)),
        new("softmax", &[Sample, Class], |f| vectors(f, &|n| softmax(&at(f, n).1))),
        new("cross_entropy", &[Sample], |f| {
            (0..f.samples.len()).map(|n| cross_entropy(&at(f, n).1, &y(f, n))).collect()
        }),
        new("loss", &[], |f| vec![loss(&f.case.network, &f.case.batch)]),
        new("residual", &[Sample, Class], |f| vectors(f, &|n| residual(&f.samples[n].p, &y(f, n)))),
        new("softmax_covariance", &[Sample, Class, Class], |f| {
            matrices(f, &|n| softmax_covariance(&f.samples[n].p))
        }),
        new("covariance_times", &[Sample, Class, Unit], |f| {
            matrices(f, &|n| covariance_times(&f.samples[n].p, f.v()))
        }),
        new("third_cumulant", &[Sample, Class, Class, Class], |f| {
            f.samples.iter().map(|n| third_cumulant(&n.p)).collect::<Vec<_>>().concat()
        }),
        new("loss_gradient_w", &[Within(W)], |f| rows(&loss_gradient_w(&f.samples, f.v()))),
        new("loss_gradient_b", &[Within(B)], |f| biased(f, &|| rows(&loss_gradient_b(&f.samples, f.v())))),
        new("loss_gradient_v", &[Within(V)], |f| rows(&loss_gradient_v(&f.samples))),
        new("loss_gradient_c", &[Within(C)], |f| biased(f, &|| rows(&loss_gradient_c(&f.samples)))),
        new("loss_gradient", &[Theta], |f| loss_gradient(&f.samples, f.v()).flat()),
    ]
}

/// Preactivations and logits of a sample.
fn at<A: Smooth>(f: &Forms<A>, n: usize) -> (Vector<A>, Vector<A>) {
    let network = &f.case.network;
    let a = preactivation(network, &f.case.batch.x.row(n).transpose());
    let o = logits(network, &hidden(network.activation, &a));
    (a, o)
}

fn y<A: Smooth>(f: &Forms<A>, n: usize) -> Vector<A> {
    f.case.batch.y.row(n).transpose()
}

fn biased<A: Smooth>(f: &Forms<A>, components: &dyn Fn() -> Vec<A>) -> Vec<A> {
    if f.case.shape.biases { components() } else { Vec::new() }
}

/// The first three derivatives of an activation, each at every preactivation, from its values.
fn polynomials<A: Smooth>(f: &Forms<A>, activation: Activation, slopes: fn(&A) -> [A; 3]) -> Vec<A> {
    let order =
        |order: usize| vectors(f, &|n| at(f, n).0.map(|a| slopes(&activation.value(&a))[order])).into_iter();
    (0..3).flat_map(order).collect()
}
