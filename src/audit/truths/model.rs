//! Chapter 1: each equation of the model against its definition or against derivatives of the cross entropy.

use super::{by_logits, each, entries};
use crate::audit::checks::Checks;
use crate::audit::equation::On;
use crate::model::{Activation, Group};
use crate::number::{Arithmetic, Nilpotent};
use crate::witness::{Loss, definition, lift, unit};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    forward(all);
    softmax_and_loss(all);
    loss_gradients(all);
}

fn forward<A: Arithmetic>(all: &mut Checks<A>) {
    all.values("preactivation", "the definition", |l| each(l, &|n| l.preactivations(n)));
    all.values("hidden", "the activation of the definition", |l| each(l, &|n| l.outputs(n)));
    all.values("hidden", "the activation written with exponentials and series", |l| {
        each(l, &|n| l.preactivations(n).iter().map(|a| definition::activation(l.activation(), a)).collect())
    });
    all.only(On::Floats);
    all.values("phi1", "the derivative of phi", |l| derivatives_of_phi(l, l.activation(), 1));
    all.values("phi2", "the second derivative of phi", |l| derivatives_of_phi(l, l.activation(), 2));
    all.values("phi3", "the third derivative of phi", |l| derivatives_of_phi(l, l.activation(), 3));
    all.values("sigmoid_polynomials", "the derivatives of the sigmoid", |l| {
        [1, 2, 3].map(|order| derivatives_of_phi(l, Activation::Sigmoid, order)).concat()
    });
    all.values("tanh_polynomials", "the derivatives of tanh", |l| {
        [1, 2, 3].map(|order| derivatives_of_phi(l, Activation::Tanh, order)).concat()
    });
    all.values("logits", "the definition", |l| each(l, &|n| l.logits(n)));
}

fn softmax_and_loss<A: Arithmetic>(all: &mut Checks<A>) {
    all.values("softmax", "the slope of the cross entropy of class 0", |l| {
        each(l, &|n| {
            let first_class = unit(l.shape().classes, 0);
            let slope = |k: usize| slope_by_logit(l, n, &first_class, k) + first_class[k];
            (0..l.shape().classes).map(slope).collect()
        })
    });
    all.values("cross_entropy", "the definition", |l| each(l, &|n| vec![l.of_sample(n)]));
    all.values("loss", "the definition", |l| vec![l.mean(&|n| l.of_sample(n))]);
    all.values("residual", "the slope of the cross entropy", |l| {
        each(l, &|n| (0..l.shape().classes).map(|k| slope_by_logit(l, n, &l.y(n), k)).collect())
    });
    all.values("softmax_covariance", "the second derivative of the cross entropy", |l| {
        let classes = l.shape().classes;
        each(l, &|n| entries(classes, classes, &|k, j| by_logits(l, n, &unit(classes, k), &unit(classes, j))))
    });
    all.values(
        "covariance_times",
        "the second derivative of the cross entropy along the columns of V",
        |l| {
            let (classes, hidden) = (l.shape().classes, l.shape().hidden);
            each(l, &|n| {
                entries(classes, hidden, &|k, i| {
                    by_logits(l, n, &unit(classes, k), l.v().column(i).into_owned().as_slice())
                })
            })
        },
    );
    all.values("third_cumulant", "the third derivative of the cross entropy", |l| {
        let classes = l.shape().classes;
        each(l, &|n| {
            entries(classes, classes * classes, &|k, pair| {
                let directions = [k, pair / classes, pair % classes].map(|class| unit(classes, class));
                let o: Vec<A::Third> = lift(&l.logits(n), &[&directions[0], &directions[1], &directions[2]]);
                definition::cross_entropy(&o, &lift(&l.y(n), &[])).mixed(3)
            })
        })
    });
    all.only(On::Small);
}

fn loss_gradients<A: Arithmetic>(all: &mut Checks<A>) {
    const SLOPE: &str = "the slope of the loss";
    all.along("loss_gradient_w", SLOPE, |l, d| l.slope(&l.within(Group::W, d)));
    all.along("loss_gradient_b", SLOPE, |l, d| l.slope(&l.within(Group::B, d)));
    all.along("loss_gradient_v", SLOPE, |l, d| l.slope(&l.within(Group::V, d)));
    all.along("loss_gradient_c", SLOPE, |l, d| l.slope(&l.within(Group::C, d)));
    all.along("loss_gradient", SLOPE, |l, d| l.slope(d));
}

/// Derivative of phi at every preactivation, by dual numbers of that order.
fn derivatives_of_phi<A: Arithmetic>(l: &Loss<A>, activation: Activation, order: usize) -> Vec<A> {
    let one = A::one();
    let at = |a: &A| match order {
        1 => activation.value(&A::First::lift(*a, &[one])).mixed(1),
        2 => activation.value(&A::Second::lift(*a, &[one, one])).mixed(2),
        _ => activation.value(&A::Third::lift(*a, &[one, one, one])).mixed(3),
    };
    each(l, &|n| l.preactivations(n).iter().map(at).collect())
}

/// Derivative of the cross entropy of one sample with these targets by one of its logits.
fn slope_by_logit<A: Arithmetic>(l: &Loss<A>, n: usize, y: &[A], k: usize) -> A {
    let o: Vec<A::First> = lift(&l.logits(n), &[&unit(l.shape().classes, k)]);
    definition::cross_entropy(&o, &lift(y, &[])).mixed(1)
}
