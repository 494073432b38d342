//! The hidden term over pairs of samples, whose two ways are the hidden and the class route.

use super::grams::Pair;
use super::pairs::Worker;
use super::point::{HiddenBy, Point};
use super::product::Then;
use std::ops::Range;

/// The hidden term, over pairs.
pub(super) trait HiddenTerm: Send + Sync {
    /// What a worker has for it.
    type Room: Send;

    /// Makes what it wants to have of every sample.
    fn keep(&mut self, point: &Point, tile: usize, workers: &mut [Worker<Self::Room>]);

    /// Makes what it wants to have of a tile before its chunks.
    fn open(&self, point: &Point, tile: &Range<usize>, room: &mut Self::Room);

    /// `sum xi^2 <M_n, M_m>` over a tile and a chunk, `scratch` being room for a number a pair.
    fn value(
        &self,
        point: &Point,
        pair: &Pair,
        xi_squared: &[f64],
        scratch: &mut [f64],
        room: &mut Self::Room,
    ) -> f64;

    /// Adds what a chunk gives to the gradients at a tile; `Then::Set` for the first chunk.
    fn add(&self, point: &Point, pair: &Pair, then: Then, xi_squared: &[f64], room: &mut Self::Room);

    /// The gradient of the hidden term at a tile, and the part of its value that comes from the tile.
    fn close(
        &self,
        point: &Point,
        tile: &Range<usize>,
        out: HiddenBy<&mut [f64]>,
        room: &mut Self::Room,
    ) -> f64;

    /// Forgets what a worker summed.
    fn clear(&self, room: &mut Self::Room);

    /// Adds to the gradient by `V` what the workers summed.
    fn add_by_v(&self, point: &Point, rooms: &mut dyn Iterator<Item = &mut Self::Room>, out: &mut [f64]);
}
