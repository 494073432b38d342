//! The hidden route: `M` of every sample, packed into `h(h+1)/2` numbers, and products of size `N x N x h(h+1)/2`.

use super::couplings::{Couplings, of_samples, pull_through_covariances};
use super::forward::rows;
use super::grams::{Pair, Side};
use super::hessians::{self, ByHessian, HessianRoom, hidden_hessians};
use super::hidden_term::HiddenTerm;
use super::lanes::{dot, vectorised};
use super::memory::Ledger;
use super::pairs::Worker;
use super::plan::Plan;
use super::point::{HiddenBy, Point};
use super::product::{Then, product, view};
use super::share::{RowsOf, add_up, each_piece, share};
use super::sizes::Sizes;

/// `M` of every sample, where there is room.
pub(super) struct Hidden {
    kept: Option<Vec<f64>>,
}

/// What a worker has for it.
pub(super) struct HiddenRoom {
    /// `M` of a chunk, where it is not kept.
    other: Vec<f64>,
    /// `M` of a tile where it is not kept; the gradient by it.
    of_tile: Vec<f64>,
    pub pull: HessianPull,
}

/// Room for the way back from `M`.
pub(super) struct HessianPull {
    pub room: HessianRoom,
    /// By `V` at fixed `S V`, of a tile, and `S` of its samples as matrices.
    by_sv: Vec<f64>,
    square: Vec<f64>,
    /// By `V`, of all tiles.
    pub by_v: Vec<f64>,
}

impl Hidden {
    pub fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        Hidden { kept: plan.keep.then(|| ledger.zeros(&[sizes.samples, sizes.packed_hidden()])) }
    }

    /// What a worker has for it.
    pub fn room(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> HiddenRoom {
        let p = sizes.packed_hidden();
        HiddenRoom {
            other: ledger.zeros(&[if plan.keep { 0 } else { plan.chunk }, p]),
            of_tile: ledger.zeros(&[plan.tile, p]),
            pull: HessianPull::new(sizes, plan, ledger),
        }
    }
}

/// `M` of some samples: kept, or made now.
fn hessians_of<'a>(
    kept: Option<&'a Vec<f64>>,
    point: &Point,
    side: &Side,
    room: &'a mut [f64],
    scratch: &mut HessianRoom,
) -> &'a [f64] {
    let p = point.sizes.packed_hidden();
    match kept {
        Some(kept) => rows(kept, &side.range, p),
        None => {
            let room = &mut room[..side.range.len() * p];
            hidden_hessians(room, point, side, scratch);
            room
        }
    }
}

impl HiddenTerm for Hidden {
    type Room = HiddenRoom;

    fn keep(
        &mut self,
        point: &Point,
        tile: usize,
        couplings: Option<&Couplings>,
        workers: &mut [Worker<HiddenRoom>],
    ) {
        let Some(kept) = &mut self.kept else { return };
        let all = RowsOf::all(point.sizes.samples, [&mut kept[..]]);
        share(all, tile, workers, &|rows: RowsOf<1>, worker: &mut Worker<HiddenRoom>| {
            each_piece(rows, tile, |rows| {
                let Worker { made: [room, _], coupling, hidden, .. } = worker;
                let range = rows.range();
                let own = of_samples(couplings, room, point, &range, &mut coupling.square);
                let [m] = rows.arrays;
                hidden_hessians(m, point, &Side { range, couplings: own }, &mut hidden.pull.room);
            });
        });
    }

    fn open(&self, point: &Point, tile: &Side, room: &mut HiddenRoom) {
        hessians_of(self.kept.as_ref(), point, tile, &mut room.of_tile, &mut room.pull.room);
    }

    fn value(
        &self,
        point: &Point,
        pair: &Pair,
        xi_squared: &[f64],
        scratch: &mut [f64],
        room: &mut HiddenRoom,
    ) -> f64 {
        let ((count, columns), p) = (pair.sizes(), point.sizes.packed_hidden());
        let HiddenRoom { other, of_tile, pull } = room;
        let kept = self.kept.as_ref();
        let own = kept.map_or(&of_tile[..], |kept| rows(kept, &pair.tile.range, p));
        let other = hessians_of(kept, point, pair.chunk, other, &mut pull.room);
        product(scratch, Then::Set, 1.0, view(own, count, p), view(other, columns, p).transpose());
        let (squares, products) = (&xi_squared[..pair.count()], &scratch[..pair.count()]);
        vectorised(
            #[inline(always)]
            || dot(squares, products),
        )
    }

    fn add(&self, point: &Point, pair: &Pair, then: Then, xi_squared: &[f64], room: &mut HiddenRoom) {
        let ((count, columns), p) = (pair.sizes(), point.sizes.packed_hidden());
        let scale = 2.0 * point.sizes.pair_weight();
        let HiddenRoom { other, of_tile, pull } = room;
        let other = hessians_of(self.kept.as_ref(), point, pair.chunk, other, &mut pull.room);
        let weights = view(xi_squared, count, columns);
        product(of_tile, then, scale, weights, view(other, columns, p));
    }

    fn close(&self, point: &Point, tile: &Side, out: HiddenBy<&mut [f64]>, room: &mut HiddenRoom) -> f64 {
        room.pull.close(point, tile, &room.of_tile, out)
    }

    fn clear(&self, room: &mut HiddenRoom) {
        room.pull.by_v.fill(0.0);
    }

    fn add_by_v(&self, _: &Point, rooms: &mut dyn Iterator<Item = &mut HiddenRoom>, out: &mut [f64]) {
        add_up(out, rooms.map(|room| &room.pull.by_v[..]));
    }
}

impl HessianPull {
    pub fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        let (c, coupling) = (sizes.contrasts, sizes.coupling());
        HessianPull {
            room: HessianRoom::new(sizes, ledger),
            by_sv: ledger.zeros(&[plan.tile, coupling]),
            square: ledger.zeros(&[plan.tile, c, c]),
            by_v: ledger.zeros(&[coupling]),
        }
    }

    /// The gradient of the hidden term at a tile from that by `M`, and the part of its value that comes from the tile.
    pub fn close(&mut self, point: &Point, tile: &Side, by_m: &[f64], out: HiddenBy<&mut [f64]>) -> f64 {
        let HessianPull { room, by_sv, square, by_v } = self;
        let seen = point.forward.seen(&tile.range);
        let by = ByHessian { phi1: out.phi1, r: out.r, sv: by_sv };
        let value = hessians::pull(by_m, point, tile, by, room);
        pull_through_covariances(point, seen, (by_sv, 2.0), square, (out.s, by_v));
        0.5 * value
    }
}
