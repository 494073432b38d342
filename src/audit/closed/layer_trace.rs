//! Chapter 10: traces.

use super::any_depth::{by_layer, form, lower, number, pairs, vectors};
use crate::audit::equation::ClosedForm;
use crate::audit::layer_forms::{Piece, Place};
use crate::number::{Matrix, Smooth};
use crate::terms::layer_trace::*;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    let new = |name, components| form("layer_trace", name, components);
    vec![
        // The moments are made by these two functions, once for all that use them.
        new("unit_trace", |f| vectors(&f.moments().trace)),
        // Of the first samples, so that the truth can go over all parameters.
        new("layer_trace_gauss_newton", |f| by_layer(layer_trace_gauss_newton(f.few()))),
        new("layer_trace_residual", |f| by_layer(layer_trace_residual(f.few()))),
        new("network_trace", |f| number(network_trace(&f.samples))),
        new("pair_diagonal", |f| {
            pairs(f, &|n, other| (0..n.layers()).map(|m| of(m, m, pair_diagonal(n, other, m))).collect())
        }),
        new("pair_coupling", |f| {
            pairs(f, &|n, other| {
                let layers = (0..n.layers()).flat_map(|m| (0..m).map(move |l| (m, l)));
                layers.map(|(m, l)| of(m, l, pair_coupling(n, other, m, l))).collect()
            })
        }),
        new("unit_squared", |f| lower(&f.moments().squared)),
        new("network_squared", |f| number(network_squared(&f.samples))),
        new("unit_squared_by_parameters", |f| lower(&unit_squared_by_parameters(&f.samples))),
        new("tangent_kernel", |f| {
            let whole = |entries| vec![Piece { place: Place::default(), entries }];
            pairs(f, &|n, other| whole(tangent_kernel(n, other)))
        }),
        new("gauss_newton_squared_by_kernel", |f| {
            pairs(f, &|n, other| number(gauss_newton_squared_by_kernel(n, other)))
        }),
    ]
}

fn of<A>(m: usize, l: usize, entries: Matrix<A>) -> Piece<A> {
    Piece { place: Place { layer: Some(m), earlier: Some(l), ..Place::default() }, entries }
}
