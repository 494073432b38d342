//! Chapter 8: the gradients of the bounds, against derivatives of the bounds and third derivatives of the loss.

use super::trace_gradient::flat;
use super::{contract, product};
use crate::audit::equation::{Axis, Equation, rows};
use crate::model::Parameters;
use crate::number::{Arithmetic, Matrix, Nilpotent, Smooth};
use crate::terms::{bound::*, bound_gradient::*, curvatures};
use crate::witness::Case;

/// The equations of this chapter.
pub fn equations<A: Arithmetic>() -> Vec<Equation<A>> {
    use Axis::{Item, Theta};
    vec![
        new("moment_gradients", &[Item(5), Theta], |c| {
            let Ok(g) = moment_gradients(&c.points, c.v()) else { return Vec::new() };
            g.into_values().flat_map(|gradient| gradient.flat()).collect()
        })
        .along("the derivatives of the moments", |c, direction| {
            let size = c.shape.parameters();
            let items = Moment::ALL.into_iter().zip(direction.chunks(size));
            items.fold(A::zero(), |sum, (moment, direction)| {
                sum + c.slope_of(direction, |s, v| moments(&curvatures(s, v), v)[moment])
            })
        }),
        new("mean_gradient", &[Theta], |c| {
            Closed::of(c).map(|g| mean_gradient(&g.trace, c.shape.parameters()).flat()).unwrap_or_default()
        })
        .along("the derivative of the mean", |c, d| value_slope(c, d, |t, _, size| mean(t, size)))
        .along("third derivatives of the loss", |c, d| loss_value_slope(c, d, |t, _, size| mean(t, size)))
        .on_small_cases(),
        new("spread_gradient", &[Theta], |c| {
            Closed::of(c)
                .and_then(|g| {
                    spread_gradient(&g.trace, &g.squared, g.m, g.s, c.shape.parameters()).ok()
                })
                .map(|gradient| gradient.flat())
                .unwrap_or_default()
        })
        .along("the derivative of the spread", |c, d| value_slope(c, d, spread))
        .along("third derivatives of the loss", |c, d| loss_value_slope(c, d, spread))
        .on_small_cases(),
        new("ws_upper_gradient", &[Theta], |c| flat(ws_gradient(c)))
            .along("the derivative of the bound", |c, d| value_slope(c, d, ws))
            .along("third derivatives of the loss", |c, d| loss_value_slope(c, d, ws))
            .on_small_cases(),
        new("ws_envelope_gradient", &[Theta], |c| {
            flat(Closed::of(c).and_then(|g| {
                let support = support_matrix(c.hessian(), g.m, g.s);
                ws_envelope_gradient(&c.points, c.v(), &support)
            }))
        })
        .along("the derivative of the bound", |c, d| value_slope(c, d, ws))
        .along("third derivatives of the loss contracted with the support matrix", |c, d| {
            let h = c.hessian_from_loss();
            let (m, s) = (c_mean(h), c_spread(h));
            c.third_against(&support_matrix(h, m, s), d)
        })
        .on_small_cases(),
        new("ws_reduced_gradient", &[Theta], |c| {
            flat(Closed::of(c).and_then(|g| {
                let size = c.shape.reduced_parameters();
                let (m, s) = (mean(g.t, size), spread(g.t, g.q, size));
                ws_reduced_gradient(&g.trace, &g.squared, m, s, &c.shape).ok()
            }))
        })
        .along("the derivative of the reduced bound", |c, d| {
            let size = c.shape.reduced_parameters();
            value_slope(c, d, |t, q, _| ws(t, q, size))
        })
        .along("third derivatives of the loss", |c, d| {
            let size = c.shape.reduced_parameters();
            loss_value_slope(c, d, |t, q, _| ws(t, q, size))
        })
        .on_small_cases(),
        new("ws_block_gradient", &[Theta], |c| {
            let gradient = moment_gradients(&c.points, c.v())
                .and_then(|gradients| ws_block_gradient(&moments(&c.points, c.v()), &gradients, &c.shape));
            flat(gradient.ok())
        })
        .along("the derivative of the block bound", |c, d| {
            c.slope_of(d, |s, v| {
                let m = moments(&curvatures(s, v), v);
                let (alpha, beta) = (hidden_upper(&m, &c.shape), output_upper(&m, &c.shape));
                ws_block(alpha, beta, m.coupling_squared)
            })
        }),
        new("descent_direction", &[Axis::Entry], |c| {
            let Some(gradient) = ws_gradient(c) else { return Vec::new() };
            let Ok(direction) = descent_direction(&gradient) else { return Vec::new() };
            let along = direction.along(&gradient);
            let mut entries = direction.scale(&along).flat();
            entries.push(direction.along(&direction));
            entries.push(value_slope(c, &direction.flat(), ws));
            entries
        })
        .equals("parallel to the gradient, of length 1, along which the bound falls by the length of the gradient", |c| {
            let Some(gradient) = ws_gradient(c) else { return Vec::new() };
            let length = gradient.along(&gradient).sqrt();
            let mut entries = gradient.flat();
            entries.extend([A::one(), -length]);
            entries
        }),
    ]
}

fn new<A: Arithmetic>(
    name: &'static str,
    axes: &'static [Axis],
    closed: fn(&Case<A>) -> Vec<A>,
) -> Equation<A> {
    Equation::new("bound_gradient", name, axes, closed)
}

/// Values and gradients by the closed forms.
struct Closed<A: Arithmetic> {
    t: A,
    q: A,
    m: A,
    s: A,
    trace: Parameters<A>,
    squared: Parameters<A>,
}

impl<A: Arithmetic> Closed<A> {
    fn of(c: &Case<A>) -> Option<Self> {
        let gradients = moment_gradients(&c.points, c.v()).ok()?;
        let moments = moments(&c.points, c.v());
        let (t, q, size) = (moments.trace(), moments.squared(), c.shape.parameters());
        let (m, s) = (mean(t, size), spread(t, q, size));
        Some(Closed { t, q, m, s, trace: gradients.trace(), squared: gradients.squared() })
    }
}

fn ws_gradient<A: Arithmetic>(c: &Case<A>) -> Option<Parameters<A>> {
    let g = Closed::of(c)?;
    ws_upper_gradient(&g.trace, &g.squared, g.m, g.s, c.shape.parameters()).ok()
}

/// The bound from trace, squared trace and size.
fn ws<T: Smooth>(t: T, q: T, size: usize) -> T {
    ws_upper(mean(t, size), spread(t, q, size), size)
}

/// Derivative along a direction of a function of `T`, `Q` and `D`, both by their closed forms.
fn value_slope<A: Arithmetic>(
    c: &Case<A>,
    direction: &[A],
    value: impl Fn(A::First, A::First, usize) -> A::First,
) -> A {
    c.slope_of(direction, |s, v| {
        let m = moments(&curvatures(s, v), v);
        value(m.trace(), m.squared(), c.shape.parameters())
    })
}

/// The same with `T`, `Q` and their derivatives from second and third derivatives of the loss.
fn loss_value_slope<A: Arithmetic>(
    c: &Case<A>,
    direction: &[A],
    value: impl Fn(A::First, A::First, usize) -> A::First,
) -> A {
    let h = c.hessian_from_loss();
    let size = h.nrows();
    let t = A::First::lift(h.trace(), &[c.third_against(&Matrix::identity(size, size), direction)]);
    let q = A::First::lift(product(h, h), &[c.third_against(&(h * A::integer(2)), direction)]);
    value(t, q, size).mixed()
}

fn c_mean<A: Arithmetic>(h: &Matrix<A>) -> A {
    h.trace() / A::integer(h.nrows() as i64)
}

fn c_spread<A: Arithmetic>(h: &Matrix<A>) -> A {
    let shifted = h - Matrix::identity(h.nrows(), h.nrows()) * c_mean(h);
    (contract(&rows(&shifted), &rows(&shifted)) / A::integer(h.nrows() as i64)).sqrt()
}
