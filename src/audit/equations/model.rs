//! Chapter 1: each equation of the model against its definition or against derivatives of the cross entropy.

use super::each;
use crate::audit::equation::{Axis, Equation, rows};
use crate::model::{Activation, Group};
use crate::number::{Arithmetic, Nilpotent, Vector};
use crate::terms::model::*;
use crate::witness::{Case, definition, lift};

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    [forward(), softmax_and_loss(), loss_gradients()].into_iter().flatten().collect()
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("model", name, axes, closed)
}

fn forward<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Item, Sample, Unit};
    vec![
        new("preactivation", &[Sample, Unit], |c| {
            each(c, |n| preactivation(&c.network, &c.x(n).into()).as_slice().to_vec())
        })
        .equals("the definition", |c| each(c, |n| preactivations(c, n))),
        new("hidden", &[Sample, Unit], |c| {
            each(c, |n| hidden(c.network.activation, &preactivations(c, n).into()).as_slice().to_vec())
        })
        .equals("the definition", |c| each(c, |n| outputs(c, n))),
        new("phi1", &[Sample, Unit], |c| {
            each(c, |n| phi1(c.network.activation, &preactivations(c, n).into()).as_slice().to_vec())
        })
        .equals("the derivative of phi", |c| derivatives_of_phi(c, c.network.activation, 1)),
        new("phi2", &[Sample, Unit], |c| {
            each(c, |n| phi2(c.network.activation, &preactivations(c, n).into()).as_slice().to_vec())
        })
        .equals("the second derivative of phi", |c| derivatives_of_phi(c, c.network.activation, 2)),
        new("phi3", &[Sample, Unit], |c| {
            each(c, |n| phi3(c.network.activation, &preactivations(c, n).into()).as_slice().to_vec())
        })
        .equals("the third derivative of phi", |c| derivatives_of_phi(c, c.network.activation, 3)),
        new("sigmoid_polynomials", &[Item(3), Sample, Unit], |c| {
            polynomials(c, Activation::Sigmoid, sigmoid_polynomials)
        })
        .equals("the derivatives of the sigmoid", |c| {
            [1, 2, 3]
                .into_iter()
                .flat_map(|order| derivatives_of_phi(c, Activation::Sigmoid, order))
                .collect()
        }),
        new("tanh_polynomials", &[Item(3), Sample, Unit], |c| {
            polynomials(c, Activation::Tanh, tanh_polynomials)
        })
        .equals("the derivatives of tanh", |c| {
            [1, 2, 3].into_iter().flat_map(|order| derivatives_of_phi(c, Activation::Tanh, order)).collect()
        }),
        new("logits", &[Sample, Class], |c| {
            each(c, |n| logits(&c.network, &outputs(c, n).into()).as_slice().to_vec())
        })
        .equals("the definition", |c| each(c, |n| logits_of(c, n))),
    ]
}

fn softmax_and_loss<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Class, Sample, Unit};
    vec![
        new("softmax", &[Sample, Class], |c| {
            each(c, |n| softmax(&logits_of(c, n).into()).as_slice().to_vec())
        })
        .equals("the slope of the cross entropy of class 0", |c| {
            each(c, |n| {
                let first_class = one_hot(c, 0);
                let slope = |k| cross_entropy_along::<A, A::First>(c, n, &first_class, &[&one_hot(c, k)]);
                (0..c.shape.classes).map(|k| slope(k) + first_class[k]).collect()
            })
        }),
        new("cross_entropy", &[Sample], |c| {
            each(c, |n| vec![cross_entropy(&logits_of(c, n).into(), &c.y(n).into())])
        })
        .equals("the definition", |c| {
            each(c, |n| vec![definition::cross_entropy(&logits_of(c, n), &c.y(n))])
        }),
        new("loss", &[], |c| vec![loss(&c.network, &c.batch)]).equals("the definition", |c| {
            vec![c.mean(|n| definition::cross_entropy(&logits_of(c, n), &c.y(n)))]
        }),
        new("residual", &[Sample, Class], |c| {
            each(c, |n| residual(&c.samples[n].p, &c.y(n).into()).as_slice().to_vec())
        })
        .equals("the slope of the cross entropy", |c| {
            each(c, |n| {
                let slope = |k| cross_entropy_along::<A, A::First>(c, n, &c.y(n), &[&one_hot(c, k)]);
                (0..c.shape.classes).map(slope).collect()
            })
        }),
        new("softmax_covariance", &[Sample, Class, Class], |c| {
            each(c, |n| rows(&softmax_covariance(&c.samples[n].p)))
        })
        .equals("the second derivative of the cross entropy", |c| {
            each(c, |n| {
                pairs(c.shape.classes, |k, l| {
                    let directions: [&[A]; 2] = [&one_hot(c, k), &one_hot(c, l)];
                    cross_entropy_along::<A, A::Second>(c, n, &c.y(n), &directions)
                })
            })
        }),
        new("covariance_times", &[Sample, Class, Unit], |c| {
            each(c, |n| rows(&covariance_times(&c.samples[n].p, c.v())))
        })
        .equals("the second derivative of the cross entropy along the columns of V", |c| {
            each(c, |n| {
                let mut entries = Vec::new();
                for k in 0..c.shape.classes {
                    for i in 0..c.shape.hidden {
                        let column: Vec<A> = c.v().column(i).iter().copied().collect();
                        let directions: [&[A]; 2] = [&one_hot(c, k), &column];
                        entries.push(cross_entropy_along::<A, A::Second>(c, n, &c.y(n), &directions));
                    }
                }
                entries
            })
        }),
        new("third_cumulant", &[Sample, Class, Class, Class], |c| {
            each(c, |n| third_cumulant(&c.samples[n].p))
        })
        .equals("the third derivative of the cross entropy", |c| {
            each(c, |n| {
                let classes = c.shape.classes;
                let at = |k: usize, l: usize, m: usize| {
                    let directions: [&[A]; 3] = [&one_hot(c, k), &one_hot(c, l), &one_hot(c, m)];
                    cross_entropy_along::<A, A::Third>(c, n, &c.y(n), &directions)
                };
                let matrix = |k: usize| pairs(classes, |l, m| at(k, l, m));
                (0..classes).flat_map(matrix).collect()
            })
        })
        .on_small_cases(),
    ]
}

fn loss_gradients<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Theta, Within};
    use Group::{B, C, V, W};
    vec![
        new("loss_gradient_w", &[Within(W)], |c| rows(&loss_gradient_w(&c.samples, c.v())))
            .along("the slope of the loss", |c, d| slope_within(c, W, d)),
        new("loss_gradient_b", &[Within(B)], |c| biased(c, || rows(&loss_gradient_b(&c.samples, c.v()))))
            .along("the slope of the loss", |c, d| slope_within(c, B, d)),
        new("loss_gradient_v", &[Within(V)], |c| rows(&loss_gradient_v(&c.samples)))
            .along("the slope of the loss", |c, d| slope_within(c, V, d)),
        new("loss_gradient_c", &[Within(C)], |c| biased(c, || rows(&loss_gradient_c(&c.samples))))
            .along("the slope of the loss", |c, d| slope_within(c, C, d)),
        new("loss_gradient", &[Theta], |c| loss_gradient(&c.samples, c.v()).flat())
            .along("the slope of the loss", |c, d| c.loss_slope(d)),
    ]
}

fn biased<A: Arithmetic>(c: &Case<A>, components: impl Fn() -> Vec<A>) -> Vec<A> {
    if c.shape.biases { components() } else { Vec::new() }
}

fn slope_within<A: Arithmetic>(c: &Case<A>, group: Group, direction: &[A]) -> A {
    c.loss_slope(&c.within(group, direction))
}

fn preactivations<A: Arithmetic>(c: &Case<A>, n: usize) -> Vec<A> {
    definition::preactivation(&c.shape, &c.theta(), &c.x(n))
}

fn outputs<A: Arithmetic>(c: &Case<A>, n: usize) -> Vec<A> {
    definition::hidden(c.network.activation, &preactivations(c, n))
}

fn logits_of<A: Arithmetic>(c: &Case<A>, n: usize) -> Vec<A> {
    definition::logits(&c.shape, c.network.activation, &c.theta(), &c.x(n))
}

/// Derivative of phi at every preactivation, by dual numbers of that order.
fn derivatives_of_phi<A: Arithmetic>(c: &Case<A>, activation: Activation, order: usize) -> Vec<A> {
    let one = A::one();
    let at = |a: &A| match order {
        1 => activation.value(&A::First::lift(*a, std::slice::from_ref(&one))).mixed(),
        2 => activation.value(&A::Second::lift(*a, &[one, one])).mixed(),
        _ => activation.value(&A::Third::lift(*a, &[one, one, one])).mixed(),
    };
    each(c, |n| preactivations(c, n).iter().map(at).collect())
}

fn polynomials<A: Arithmetic>(c: &Case<A>, activation: Activation, slopes: fn(&A) -> [A; 3]) -> Vec<A> {
    let of_order = |order: usize| {
        each(c, |n| {
            let at = |a: &A| slopes(&activation.value(a))[order];
            preactivations(c, n).iter().map(at).collect()
        })
    };
    (0..3).flat_map(of_order).collect()
}

/// Derivative of the cross entropy of one sample by its logits, along as many directions as `T` carries.
fn cross_entropy_along<A: Arithmetic, T: Nilpotent<A>>(
    c: &Case<A>,
    n: usize,
    y: &[A],
    directions: &[&[A]],
) -> A {
    let o: Vec<T> = lift(&logits_of(c, n), directions);
    definition::cross_entropy(&o, &lift(y, &[])).mixed()
}

fn one_hot<A: Arithmetic>(c: &Case<A>, k: usize) -> Vec<A> {
    let vector: Vector<A> =
        Vector::from_fn(c.shape.classes, |l, _| if l == k { A::one() } else { A::zero() });
    vector.as_slice().to_vec()
}

/// Entries of a square matrix, row-major.
fn pairs<A>(size: usize, entry: impl Fn(usize, usize) -> A) -> Vec<A> {
    (0..size * size).map(|index| entry(index / size, index % size)).collect()
}
