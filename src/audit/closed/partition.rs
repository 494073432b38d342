//! Chapter 13: partition bounds.

use super::any_depth::{form, number, theta};
use crate::audit::equation::ClosedForm;
use crate::audit::layer_forms::{Piece, Place};
use crate::number::{Matrix, Smooth};
use crate::terms::partition::*;

pub(super) fn forms<A: Smooth>() -> Vec<ClosedForm<A>> {
    use Partition::{Layers, Units};
    let new = |name, components| form("partition", name, components);
    vec![
        // Of the layers as groups: the diagonal of their matrix, and what is off it.
        new("group_upper", |f| {
            let matrix = bound_matrix(f.moments(), Layers);
            (0..matrix.nrows()).map(|g| entry(g, None, matrix[(g, g)])).collect()
        }),
        new("group_coupling", |f| {
            let matrix = bound_matrix(f.moments(), Layers);
            let pairs = (0..matrix.nrows()).flat_map(|g| (0..g).map(move |h| (g, h)));
            pairs.map(|(g, h)| entry(g, Some(h), matrix[(g, h)])).collect()
        }),
        new("bound_matrix", |f| {
            let piece =
                |partition| Piece { place: Place::default(), entries: bound_matrix(f.moments(), partition) };
            vec![piece(Layers), piece(Units)]
        }),
        new("ws_layers", |f| number(ws_layers(f.moments(), &f.case.vectors.layers))),
        new("ws_units", |f| number(ws_units(f.moments(), &f.case.vectors.units))),
        new("ws_hidden_units", |f| number(ws_hidden_units(f.moments(), &f.case.vectors.hidden_units))),
        new("ws_entries", |f| number(ws_entries(f.hessian(), &f.case.vectors.entries))),
        new("ws_layers_gradient", |f| {
            let case = &f.case;
            theta(&ws_layers_gradient(
                &case.network,
                &case.loss,
                &f.samples,
                f.moments(),
                &f.case.vectors.layers,
            ))
        }),
        new("ws_units_gradient", |f| {
            let case = &f.case;
            theta(&ws_units_gradient(
                &case.network,
                &case.loss,
                &f.samples,
                f.moments(),
                &f.case.vectors.units,
            ))
        }),
        new("ws_hidden_units_gradient", |f| {
            let (case, v) = (&f.case, &f.case.vectors.hidden_units);
            theta(&ws_hidden_units_gradient(&case.network, &case.loss, &f.samples, f.moments(), v))
        }),
    ]
}

fn entry<A: Smooth>(layer: usize, earlier: Option<usize>, value: A) -> Piece<A> {
    let place = Place { layer: Some(layer), earlier, ..Place::default() };
    Piece { place, entries: Matrix::from_element(1, 1, value) }
}
