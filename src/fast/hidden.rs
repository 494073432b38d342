//! The hidden route: `M` of every sample, packed into `h(h+1)/2` numbers, and products of size `N x N x h(h+1)/2`.

use super::grams::Pair;
use super::hessians::{self, ByHessian, Hessians};
use super::hidden_term::HiddenTerm;
use super::lanes::{dot, vectorised};
use super::memory::Ledger;
use super::pairs::Worker;
use super::plan::Plan;
use super::point::{HiddenBy, Point};
use super::product::{Then, product, view};
use super::share::{RowsOf, add_up, each_piece, pieces, share};
use super::sizes::Sizes;
use std::ops::Range;

/// Samples whose `K` is made at once where it is not kept.
const AT_ONCE: usize = 64;

/// `K` and `M` of every sample, where there is room.
pub(super) struct Hidden {
    kept: Option<Hessians>,
}

/// What a worker has for it.
pub(super) struct HiddenRoom {
    /// `M` of a tile and of a chunk, and `K` of a few samples, where they are not kept.
    own: Vec<f64>,
    other: Vec<f64>,
    k: Vec<f64>,
    /// The gradient by `M` of a tile, then by `K`.
    by_m: Vec<f64>,
    /// By the packed matrices that `K` is made of.
    by_pairs: Vec<f64>,
    /// Room for two vectors, each twice.
    twice: Vec<f64>,
}

impl Hidden {
    pub fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        Hidden { kept: plan.keep.then(|| Hessians::new(sizes, ledger)) }
    }

    /// What a worker has for it.
    pub fn room(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> HiddenRoom {
        let (s, p) = (sizes.packed_contrasts(), sizes.packed_hidden());
        let made = if plan.keep { [0; 3] } else { [plan.tile, plan.chunk, AT_ONCE] };
        let [own, other, k] = made.map(|samples| ledger.zeros(&[samples, p]));
        let (by_m, by_pairs) = (ledger.zeros(&[plan.tile, p]), ledger.zeros(&[s, p]));
        HiddenRoom { own, other, k, by_m, by_pairs, twice: ledger.zeros(&[4, sizes.hidden]) }
    }

    /// `M` of some samples: kept, or made now.
    fn of_samples<'a>(
        &'a self,
        point: &Point,
        range: &Range<usize>,
        room: &'a mut [f64],
        twice: &mut [f64],
    ) -> &'a [f64] {
        match &self.kept {
            Some(kept) => kept.m(range, point.sizes),
            None => make(point, range, room, twice),
        }
    }
}

/// `M` of some samples.
fn make<'a>(point: &Point, range: &Range<usize>, room: &'a mut [f64], twice: &mut [f64]) -> &'a [f64] {
    let (seen, sizes) = (point.forward.seen(range), point.sizes);
    let rows = &mut room[..range.len() * sizes.packed_hidden()];
    hessians::covariances(rows, seen, point.weights, sizes);
    hessians::hidden_hessians(rows, seen, sizes, twice);
    rows
}

impl HiddenTerm for Hidden {
    type Room = HiddenRoom;

    fn keep(&mut self, point: &Point, tile: usize, workers: &mut [Worker<HiddenRoom>]) {
        let Some(kept) = &mut self.kept else { return };
        let rows = kept.rows(point.sizes.samples);
        share(rows, tile, workers, &|rows: RowsOf<2>, worker: &mut Worker<HiddenRoom>| {
            each_piece(rows, tile, |rows| {
                let seen = point.forward.seen(&rows.range());
                let [k, m] = rows.arrays;
                hessians::covariances(k, seen, point.weights, point.sizes);
                m.copy_from_slice(k);
                hessians::hidden_hessians(m, seen, point.sizes, &mut worker.hidden.twice);
            });
        });
    }

    fn open(&self, point: &Point, tile: &Range<usize>, room: &mut HiddenRoom) {
        if self.kept.is_none() {
            make(point, tile, &mut room.own, &mut room.twice);
        }
    }

    fn value(
        &self,
        point: &Point,
        pair: &Pair,
        xi_squared: &[f64],
        scratch: &mut [f64],
        room: &mut HiddenRoom,
    ) -> f64 {
        let ((rows, columns), p) = (pair.sizes(), point.sizes.packed_hidden());
        let own = match &self.kept {
            Some(kept) => kept.m(&pair.tile, point.sizes),
            None => &room.own,
        };
        let other = self.of_samples(point, &pair.chunk, &mut room.other, &mut room.twice);
        product(scratch, Then::Set, 1.0, view(own, rows, p), view(other, columns, p).transpose());
        let (squares, products) = (&xi_squared[..pair.count()], &scratch[..pair.count()]);
        vectorised(
            #[inline(always)]
            || dot(squares, products),
        )
    }

    fn add(&self, point: &Point, pair: &Pair, then: Then, xi_squared: &[f64], room: &mut HiddenRoom) {
        let ((rows, columns), p) = (pair.sizes(), point.sizes.packed_hidden());
        let scale = 2.0 * point.sizes.pair_weight();
        let other = self.of_samples(point, &pair.chunk, &mut room.other, &mut room.twice);
        let weights = view(xi_squared, rows, columns);
        product(&mut room.by_m, then, scale, weights, view(other, columns, p));
    }

    fn close(
        &self,
        point: &Point,
        tile: &Range<usize>,
        out: HiddenBy<&mut [f64]>,
        room: &mut HiddenRoom,
    ) -> f64 {
        let HiddenRoom { k, by_m, by_pairs, twice, .. } = room;
        let k = match &self.kept {
            Some(kept) => Covariances::Kept(kept.k(tile, point.sizes)),
            None => Covariances::Made(k),
        };
        close(point, tile, k, by_m, (by_pairs, twice), out)
    }

    fn clear(&self, room: &mut HiddenRoom) {
        room.by_pairs.fill(0.0);
    }

    fn add_by_v(&self, point: &Point, rooms: &mut dyn Iterator<Item = &mut HiddenRoom>, out: &mut [f64]) {
        let Some(first) = rooms.next() else { return };
        add_up(&mut first.by_pairs, rooms.map(|room| &room.by_pairs[..]));
        point.weights.add_through_pairs(out, &first.by_pairs, &mut first.twice, point.sizes);
    }
}

/// `K` of a tile.
pub(super) enum Covariances<'a> {
    /// It is there.
    Kept(&'a [f64]),
    /// It is made in this room, of [`AT_ONCE`] samples after the other.
    Made(&'a mut [f64]),
}

/// The gradient of the hidden term at a tile from that by `M`, and the part of its value that comes from the tile.
///
/// Adds the gradient by the packed matrices that `K` is made of.
pub(super) fn close(
    point: &Point,
    tile: &Range<usize>,
    mut k: Covariances,
    by_m: &mut [f64],
    (by_pairs, twice): (&mut [f64], &mut [f64]),
    out: HiddenBy<&mut [f64]>,
) -> f64 {
    let (sizes, mut value) = (point.sizes, 0.0);
    let (h, s, p) = (sizes.hidden, sizes.packed_contrasts(), sizes.packed_hidden());
    for piece in pieces(tile.clone(), AT_ONCE) {
        let (seen, count) = (point.forward.seen(&piece), piece.len());
        let at = piece.start - tile.start..piece.end - tile.start;
        let k = match &mut k {
            Covariances::Kept(k) => &k[at.start * p..at.end * p],
            Covariances::Made(room) => {
                hessians::covariances(room, seen, point.weights, sizes);
                &**room
            }
        };
        let by_m = &mut by_m[at.start * p..at.end * p];
        let rows = at.start * h..at.end * h;
        let by = ByHessian { phi1: &mut out.phi1[rows.clone()], r: &mut out.r[rows] };
        value += 0.5 * hessians::pull(by_m, k, seen, sizes, by, twice);
        let by_k = view(by_m, count, p);
        let by_s = &mut out.s[at.start * s..at.end * s];
        product(by_s, Then::Set, 1.0, by_k, view(&point.weights.pairs, s, p).transpose());
        product(by_pairs, Then::Add, 1.0, view(seen.s, count, s).transpose(), by_k);
    }
    value
}
