//! Chapters 12 and 13: gradients against derivatives of the terms of chapters 10, 12 and 13.

use super::layer_moving::LayerMoving;
use crate::audit::checks::Checks;
use crate::audit::equation::Sides;
use crate::number::Arithmetic;
use crate::terms::layer_gradient::{network_ws_reduced, network_ws_upper};
use crate::terms::partition::{ws_hidden_units, ws_layers, ws_units};

pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    all.layer_along_term("network_trace_gradient", "the derivative of the trace", |m, d| {
        m.slope(d, &|u| u.total_trace())
    });
    all.layer_along_term("network_squared_gradient", "the derivative of the squared trace", |m, d| {
        m.slope(d, &|u| u.total_squared())
    });
    const BOUND: &str = "the derivative of the bound";
    all.layer_along_term("network_ws_upper_gradient", BOUND, upper_slope);
    all.layer_along_term("network_ws_reduced_gradient", BOUND, |m, d| {
        m.slope(d, &|u| network_ws_reduced(u.total_trace(), u.total_squared(), &u.architecture, &m.loss()))
    });
    all.layer_solves_term(
        "network_descent_direction",
        "of length 1, along which the bound falls fastest",
        descends,
    );
    const FIXED: &str = "the derivative of the bound at fixed weights of the groups";
    all.layer_along_term("ws_layers_gradient", FIXED, |m, d| {
        m.slope(d, &|u| ws_layers(u, &m.vectors().layers))
    });
    all.layer_along_term("ws_units_gradient", FIXED, |m, d| m.slope(d, &|u| ws_units(u, &m.vectors().units)));
    all.layer_along_term("ws_hidden_units_gradient", FIXED, |m, d| {
        m.slope(d, &|u| ws_hidden_units(u, &m.vectors().hidden_units))
    });
}

fn upper_slope<A: Arithmetic>(m: &LayerMoving<A>, direction: &[A]) -> A {
    m.slope(direction, &|u| network_ws_upper(u.total_trace(), u.total_squared(), &u.architecture))
}

/// The gradient is along the direction: across it the bound has no slope, and downhill is its own.
fn descends<A: Arithmetic>(m: &LayerMoving<A>, x: &[A]) -> Sides<A> {
    let product = |a: &[A], b: &[A]| a.iter().zip(b).fold(A::zero(), |sum, (a, b)| sum + *a * *b);
    let (slope, direction) = (upper_slope(m, x), m.direction());
    vec![
        (product(x, x), A::one()),
        (upper_slope(m, &direction), slope * product(x, &direction)),
        (slope, -(slope * slope).sqrt()),
    ]
}
