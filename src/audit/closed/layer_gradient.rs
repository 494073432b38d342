//! Chapter 12: gradients and bounds.

use super::any_depth::{form, number, theta};
use crate::audit::LayerForms;
use crate::audit::equation::ClosedForm;
use crate::audit::layer_forms::{Piece, Place};
use crate::model::Layers;
use crate::number::Smooth;
use crate::terms::{OutputLoss, layer_gradient::*};

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    let new = |name, components| form("layer_gradient", name, components);
    vec![
        new("network_trace_gradient", |f| theta(f.trace_gradient())),
        new("network_squared_gradient", |f| theta(f.squared_gradient())),
        new("network_ws_upper", |f| {
            let (t, q) = f.sums();
            number(network_ws_upper(t, q, &f.case.architecture))
        }),
        new("network_ws_reduced", |f| {
            let (t, q) = f.sums();
            number(network_ws_reduced(t, q, &f.case.architecture, &f.case.loss))
        }),
        new("network_ws_upper_gradient", |f| existing(upper_gradient(f))),
        new("network_ws_reduced_gradient", |f| {
            let gradients = (f.trace_gradient(), f.squared_gradient());
            existing(
                network_ws_reduced_gradient(f.sums(), gradients, &f.case.architecture, &f.case.loss).ok(),
            )
        }),
        new("network_descent_direction", |f| {
            existing(upper_gradient(f).and_then(|gradient| network_descent_direction(&gradient).ok()))
        }),
        new("network_null_space", |f| {
            if !f.case.loss.ignores_shifts() {
                return Vec::new();
            }
            // Column after column.
            let entries = network_null_space::<A>(&f.case.architecture).transpose();
            vec![Piece { place: Place::default(), entries }]
        }),
    ]
}

/// A gradient, where it exists.
fn existing<A: Smooth>(gradient: Option<Layers<A>>) -> Vec<Piece<A>> {
    gradient.map(|gradient| theta(&gradient)).unwrap_or_default()
}

fn upper_gradient<A: Smooth>(f: &LayerForms<A>) -> Option<Layers<A>> {
    let gradients = (f.trace_gradient(), f.squared_gradient());
    network_ws_upper_gradient(f.sums(), gradients, &f.case.architecture).ok()
}
