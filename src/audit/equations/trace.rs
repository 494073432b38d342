//! Chapter 3: the trace and its terms, against the diagonal of second derivatives of the loss.

use super::{each, hidden_range, output_range};
use crate::audit::equation::{Axis, Equation};
use crate::number::Arithmetic;
use crate::terms::trace::*;
use crate::witness::{Case, Part, curvature_of_logits, definition, lift, unit};

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Sample, Unit};
    vec![
        new("impurity", &[Sample], |c| each(c, |n| vec![impurity(&c.samples[n].p)])).equals(
            "the trace of the second derivative of the cross entropy",
            |c| {
                each(c, |n| {
                    let entries = (0..c.shape.classes).map(|k| twice_along(c, n, &unit(c.shape.classes, k)));
                    vec![entries.fold(A::zero(), |sum, entry| sum + entry)]
                })
            },
        ),
        new("variance", &[Sample, Unit], |c| {
            each(c, |n| variance(&c.samples[n].p, c.v()).as_slice().to_vec())
        })
        .equals("the second derivative of the cross entropy along the columns of V", |c| {
            each(c, |n| {
                let column = |i| c.v().column(i).iter().copied().collect::<Vec<A>>();
                (0..c.shape.hidden).map(|i| twice_along(c, n, &column(i))).collect()
            })
        }),
        new("t_out", &[Sample], |c| each(c, |n| vec![t_out(&c.samples[n])]))
            .equals("the trace of the V, c blocks of the loss", |c| {
                each(c, |n| vec![diagonal(c, n, Part::Whole, output_range(c))])
            }),
        new("t_gn", &[Sample], |c| each(c, |n| vec![t_gn(&c.samples[n], c.v())]))
            .equals("the trace of the W, b blocks of the loss, Gauss-Newton part", |c| {
                each(c, |n| vec![diagonal(c, n, Part::GaussNewton, hidden_range(c))])
            }),
        new("t_res", &[Sample], |c| each(c, |n| vec![t_res(&c.samples[n], c.v())]))
            .equals("the trace of the W, b blocks of the loss, residual part", |c| {
                each(c, |n| vec![diagonal(c, n, Part::Residual, hidden_range(c))])
            }),
        new("trace", &[], |c| vec![trace(&c.samples, c.v())])
            .equals("the trace of the Hessian of the loss", |c| {
                vec![c.mean(|n| diagonal(c, n, Part::Whole, 0..c.shape.parameters()))]
            }),
    ]
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("trace", name, axes, closed)
}

/// Second derivative of one sample's cross entropy, twice along one direction of its logits.
fn twice_along<A: Arithmetic>(c: &Case<A>, n: usize, direction: &[A]) -> A {
    let o = definition::logits(&c.shape, c.network.activation, &c.theta(), &c.x(n));
    curvature_of_logits(Part::Whole, lift::<A, A::Second>(&o, &[direction, direction]), &c.y(n))
}

/// Sum of the second derivatives of one sample's loss by each parameter in the range.
fn diagonal<A: Arithmetic>(c: &Case<A>, n: usize, part: Part, range: std::ops::Range<usize>) -> A {
    let entries = range.map(|index| {
        let direction = c.unit(index);
        c.sample_curvature(n, part, &direction, &direction)
    });
    entries.fold(A::zero(), |sum, entry| sum + entry)
}
