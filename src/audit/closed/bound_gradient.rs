//! Chapter 8: the gradients of the bounds.

use super::{flat, form};
use crate::audit::Forms;
use crate::audit::equation::{Axis, ClosedForm};
use crate::model::Parameters;
use crate::number::Smooth;
use crate::terms::{bound::*, bound_gradient::*};

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Axis::{Item, Theta};
    let new = |name, axes, components| form("bound_gradient", name, axes, components);
    vec![
        new("moment_gradients", &[Item(5), Theta], |f| {
            let Ok(g) = f.moment_gradients() else { return Vec::new() };
            g.clone().into_values().map(|gradient| gradient.flat()).collect::<Vec<_>>().concat()
        }),
        new("mean_gradient", &[Theta], |f| {
            flat(Closed::of(f).map(|g| mean_gradient(&g.trace, f.case.shape.parameters())))
        }),
        new("spread_gradient", &[Theta], |f| {
            let size = f.case.shape.parameters();
            flat(Closed::of(f).and_then(|g| spread_gradient(&g.trace, &g.squared, g.m, g.s, size).ok()))
        }),
        new("ws_upper_gradient", &[Theta], |f| flat(ws_gradient(f))),
        new("ws_envelope_gradient", &[Theta], |f| {
            let (m, s) = f.mean_and_spread(f.case.shape.parameters());
            flat(ws_envelope_gradient(&f.points, f.v(), &support_matrix(f.hessian(), m, s)))
        }),
        new("ws_reduced_gradient", &[Theta], |f| {
            let (m, s) = f.mean_and_spread(f.case.shape.reduced_parameters());
            let of = |g: Closed<A>| ws_reduced_gradient(&g.trace, &g.squared, m, s, &f.case.shape).ok();
            flat(Closed::of(f).and_then(of))
        }),
        new("ws_block_gradient", &[Theta], |f| {
            let gradient = f
                .moment_gradients()
                .and_then(|gradients| ws_block_gradient(&f.moments(), gradients, &f.case.shape));
            flat(gradient.ok())
        }),
        new("descent_direction", &[Theta], |f| {
            flat(ws_gradient(f).and_then(|gradient| descent_direction(&gradient).ok()))
        }),
    ]
}

/// Mean, spread, and the gradients of trace and squared trace.
struct Closed<A> {
    m: A,
    s: A,
    trace: Parameters<A>,
    squared: Parameters<A>,
}

impl<A: Smooth> Closed<A> {
    fn of(f: &Forms<A>) -> Option<Self> {
        let gradients = f.moment_gradients().ok()?;
        let (m, s) = f.mean_and_spread(f.case.shape.parameters());
        Some(Closed { m, s, trace: gradients.trace(), squared: gradients.squared() })
    }
}

fn ws_gradient<A: Smooth>(f: &Forms<A>) -> Option<Parameters<A>> {
    let g = Closed::of(f)?;
    ws_upper_gradient(&g.trace, &g.squared, g.m, g.s, f.case.shape.parameters()).ok()
}
