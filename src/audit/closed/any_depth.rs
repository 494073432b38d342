//! How the closed sides of chapters 9 to 13 hand over their numbers.

use crate::audit::LayerForms;
use crate::audit::equation::{ClosedForm, Components};
use crate::audit::layer_forms::{Piece, Place};
use crate::model::Layers;
use crate::number::{Matrix, Smooth, Vector};
use crate::terms::LayerSample;

pub(super) fn form<A: Smooth>(
    chapter: &'static str,
    name: &'static str,
    components: fn(&LayerForms<A>) -> Vec<Piece<A>>,
) -> ClosedForm<A> {
    ClosedForm { name, chapter, axes: &[], components: Components::AnyDepth(components) }
}

/// A vector as a matrix of one column.
pub(super) fn column<A: Smooth>(vector: &Vector<A>) -> Matrix<A> {
    Matrix::from_column_slice(vector.len(), 1, vector.as_slice())
}

/// A single number.
pub(super) fn number<A: Smooth>(value: A) -> Vec<Piece<A>> {
    vec![Piece { place: Place::default(), entries: Matrix::from_element(1, 1, value) }]
}

/// A list of numbers, one a layer.
pub(super) fn by_layer<A: Smooth>(values: Vec<A>) -> Vec<Piece<A>> {
    let piece = |(layer, value): (usize, A)| Piece {
        place: Place { layer: Some(layer), ..Place::default() },
        entries: Matrix::from_element(1, 1, value),
    };
    values.into_iter().enumerate().map(piece).collect()
}

/// A vector for each layer.
pub(super) fn vectors<A: Smooth>(all: &[Vector<A>]) -> Vec<Piece<A>> {
    let piece = |(layer, vector): (usize, &Vector<A>)| Piece {
        place: Place { layer: Some(layer), ..Place::default() },
        entries: column(vector),
    };
    all.iter().enumerate().map(piece).collect()
}

/// A matrix for each pair of layers.
pub(super) fn lower<A: Smooth>(all: &[Vec<Matrix<A>>]) -> Vec<Piece<A>> {
    let mut pieces = Vec::new();
    for (m, row) in all.iter().enumerate() {
        for (l, entries) in row.iter().enumerate() {
            let place = Place { layer: Some(m), earlier: Some(l), ..Place::default() };
            pieces.push(Piece { place, entries: entries.clone() });
        }
    }
    pieces
}

/// What the first samples give, one after the other.
pub(super) fn each<A: Smooth>(
    forms: &LayerForms<A>,
    of: &dyn Fn(&LayerSample<A>) -> Vec<Piece<A>>,
) -> Vec<Piece<A>> {
    let mut pieces = Vec::new();
    for (n, sample) in forms.few().iter().enumerate() {
        for piece in of(sample) {
            pieces.push(Piece { place: Place { sample: Some(n), ..piece.place }, ..piece });
        }
    }
    pieces
}

/// What two samples give.
type OfPair<'f, A> = &'f dyn Fn(&LayerSample<A>, &LayerSample<A>) -> Vec<Piece<A>>;

/// What the compared pairs of samples give.
pub(super) fn pairs<A: Smooth>(forms: &LayerForms<A>, of: OfPair<A>) -> Vec<Piece<A>> {
    let mut pieces = Vec::new();
    for &(n, m) in &forms.case.pairs {
        for piece in of(&forms.samples[n], &forms.samples[m]) {
            pieces.push(Piece { place: Place { sample: Some(n), other: Some(m), ..piece.place }, ..piece });
        }
    }
    pieces
}

/// A number for each parameter.
pub(super) fn theta<A: Smooth>(gradient: &Layers<A>) -> Vec<Piece<A>> {
    let flat = gradient.flat();
    let place = Place { parameters: true, ..Place::default() };
    vec![Piece { place, entries: Matrix::from_column_slice(flat.len(), 1, &flat) }]
}

/// A row and a column for each parameter.
pub(super) fn square<A: Smooth>(matrix: Matrix<A>) -> Vec<Piece<A>> {
    vec![Piece { place: Place { parameters: true, ..Place::default() }, entries: matrix }]
}
