//! Truths of the chapters on gradients: derivatives of terms of earlier chapters, which are proved there from the loss.

mod bound_gradient;
mod layer_gradient;
mod layer_moving;
mod moving;
mod squared_trace_gradient;
mod sweep;
mod trace_gradient;

pub use layer_moving::{LayerMoving, LayerSlot, OfLayerSamples};
pub use moving::{Moving, OfPieces, OfSamples, Slot};

use super::checks::Checks;
use crate::number::Arithmetic;

/// The truths of all chapters that are derivatives of terms.
pub(super) fn add<A: Arithmetic>(all: &mut Checks<A>) {
    trace_gradient::add(all);
    squared_trace_gradient::add(all);
    bound_gradient::add(all);
    sweep::add(all);
    layer_gradient::add(all);
}

// What the partial derivatives of the terms in chapters 6 and 7 are held against.
const BY_P: &str = "the derivative of the term by p";
const BY_DELTA: &str = "the derivative of the term by delta";
const BY_Z: &str = "the derivative of the term by z";
const BY_PHI1: &str = "the derivative of the term by phi1";
const BY_PHI2: &str = "the derivative of the term by phi2";
const BY_V: &str = "the derivative of the term by V";
