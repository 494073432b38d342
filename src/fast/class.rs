//! The class route: `<GN_n, GN_m> = tr(S_n T S_m T)` with the `c x c` matrix `T_kl = sum_i phi1_n phi1_m V_ki V_li`
//! of each pair, one product of size `N x N x h` for each of the `c(c+1)/2` entries of `T`.

use super::couplings::unpack;
use super::forward::Seen;
use super::grams::Pair;
use super::hidden_term::HiddenTerm;
use super::lanes::{LANES, dot, row, row_mut, vectorised};
use super::memory::Ledger;
use super::pair_kernel::Row;
use super::pairs::Worker;
use super::plan::Plan;
use super::point::{HiddenBy, Point};
use super::product::{Then, product, view};
use super::share::pieces;
use super::sizes::{Sizes, upper};
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

/// How many numbers are close at hand: half a megabyte.
const NEAR: usize = 1 << 16;

/// Nothing is kept from tile to tile.
pub(super) struct Class;

/// What a worker has for it.
pub(super) struct ClassRoom {
    /// `S` of the tile, as matrices.
    own_s: Vec<f64>,
    /// `S` of the chunk, packed without factors, samples side by side.
    other_s: Vec<f64>,
    /// `[r, diag(GN)]` of the tile and `[diag(GN) + r, r]` of the chunk.
    own: Vec<f64>,
    other: Vec<f64>,
    /// `T` of a tile and a chunk, entry after entry, then the gradient by it.
    t: Vec<f64>,
    /// A number for each hidden unit of each sample of the tile, for a few entries of `T` at once.
    scratch: Vec<f64>,
    at_once: usize,
    strip: Vec<f64>,
    /// The gradients of a tile by `S`, by `phi1` through `T`, and by `r` and `diag(GN)`.
    by_s: Vec<f64>,
    by_phi1: Vec<f64>,
    by_own: Vec<f64>,
    /// By the products of the rows of `V`, of all tiles.
    by_diagonals: Vec<f64>,
}

impl Class {
    /// What a worker has for it.
    pub fn room(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> ClassRoom {
        let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        let at_once = (NEAR / (plan.tile * h)).clamp(1, s.max(1));
        ClassRoom {
            own_s: ledger.zeros(&[plan.tile, c, c]),
            other_s: ledger.zeros(&[s, plan.chunk]),
            own: ledger.zeros(&[plan.tile, 2, h]),
            other: ledger.zeros(&[plan.chunk, 2, h]),
            t: ledger.zeros(&[s, plan.tile, plan.chunk]),
            scratch: ledger.zeros(&[at_once, plan.tile, h]),
            at_once,
            strip: ledger.zeros(&[4, LANES, c, c]),
            by_s: ledger.zeros(&[plan.tile, s]),
            by_phi1: ledger.zeros(&[plan.tile, h]),
            by_own: ledger.zeros(&[plan.tile, 2, h]),
            by_diagonals: ledger.zeros(&[s, h]),
        }
    }
}

/// For each sample the two rows that a function makes of `r` and `diag(GN)`.
fn curvatures(out: &mut [f64], seen: Seen, h: usize, rows: impl Fn(f64, f64) -> [f64; 2]) {
    vectorised(
        #[inline(always)]
        || {
            for n in 0..seen.nx.len() {
                let (first, second) = row_mut(out, n, 2 * h).split_at_mut(h);
                let (phi1, phi2) = (row(seen.phi1, n, h), row(seen.phi2, n, h));
                let (u, k) = (row(seen.u, n, h), row(seen.k, n, h));
                for i in 0..h {
                    [first[i], second[i]] = rows(phi2[i] * u[i], phi1[i] * phi1[i] * k[i]);
                }
            }
        },
    );
}

impl ClassRoom {
    /// `T` of a tile and a chunk, and what the chunk brings beside it.
    fn pair_up(&mut self, point: &Point, pair: &Pair) {
        let (sizes, v) = (point.sizes, &point.weights.v);
        let (tile, chunk) = (point.forward.seen(&pair.tile), point.forward.seen(&pair.chunk));
        let ((rows, columns), h, c, s) =
            (pair.sizes(), sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        curvatures(
            &mut self.other,
            chunk,
            h,
            #[inline(always)]
            |r, gn| [gn + r, r],
        );
        for (column, matrix) in chunk.s.chunks_exact(s.max(1)).enumerate() {
            for (entry, (k, l)) in upper(c).enumerate() {
                let share = if k == l { 1.0 } else { FRAC_1_SQRT_2 };
                self.other_s[entry * columns + column] = share * matrix[entry];
            }
        }
        let phi1 = view(chunk.phi1, columns, h).transpose();
        for entries in pieces(0..s, self.at_once) {
            for (place, (k, l)) in upper(c).skip(entries.start).take(entries.len()).enumerate() {
                let (v_k, v_l) = (row(v, k, h), row(v, l, h));
                let scratch = row_mut(&mut self.scratch, place, rows * h);
                vectorised(
                    #[inline(always)]
                    || {
                        for n in 0..rows {
                            let (out, phi1) = (row_mut(scratch, n, h), row(tile.phi1, n, h));
                            for i in 0..h {
                                out[i] = phi1[i] * (v_k[i] * v_l[i]);
                            }
                        }
                    },
                );
            }
            let t = &mut self.t[entries.start * pair.count()..];
            product(t, Then::Set, 1.0, view(&self.scratch, entries.len() * rows, h), phi1);
        }
    }

    /// `sum xi^2 tr(S_n T S_m T)`; with a gradient `T` becomes that by it.
    fn traces(&mut self, sizes: &Sizes, pair: &Pair, xi_squared: &[f64], with_gradient: bool) -> f64 {
        let ((rows, columns), c, s) = (pair.sizes(), sizes.contrasts, sizes.packed_contrasts());
        if c == 0 {
            return 0.0;
        }
        let architecture = pulp::Arch::new();
        let mut sum = 0.0;
        for n in 0..rows {
            let work = Row {
                c,
                scale: 2.0 * sizes.pair_weight(),
                own: row(&self.own_s, n, c * c),
                t: &mut self.t[n * columns..],
                stride: pair.count(),
                chunk_s: &self.other_s,
                weights: row(xi_squared, n, columns),
                by_s: with_gradient.then_some(row_mut(&mut self.by_s, n, s)),
                traces: None,
                strip: &mut self.strip,
            };
            sum += work.run(architecture);
        }
        sum
    }

    /// Takes the gradient by `T` back to `phi1` of the tile and to `V`.
    fn pull_back(&mut self, point: &Point, pair: &Pair) {
        let (sizes, v) = (point.sizes, &point.weights.v);
        let (tile, chunk) = (point.forward.seen(&pair.tile), point.forward.seen(&pair.chunk));
        let ((rows, columns), h, c, s) =
            (pair.sizes(), sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        let scale = 2.0 * sizes.pair_weight();
        for entries in pieces(0..s, self.at_once) {
            let by_t = view(&self.t[entries.start * pair.count()..], entries.len() * rows, columns);
            product(&mut self.scratch, Then::Set, scale, by_t, view(chunk.phi1, columns, h));
            for (place, (k, l)) in upper(c).skip(entries.start).take(entries.len()).enumerate() {
                let share = if k == l { 0.5 } else { 0.5 * FRAC_1_SQRT_2 };
                let (v_k, v_l) = (row(v, k, h), row(v, l, h));
                let back = row(&self.scratch, place, rows * h);
                let by_product = row_mut(&mut self.by_diagonals, entries.start + place, h);
                vectorised(
                    #[inline(always)]
                    || {
                        for n in 0..rows {
                            let (back, phi1) = (row(back, n, h), row(tile.phi1, n, h));
                            let by_phi1 = row_mut(&mut self.by_phi1, n, h);
                            for i in 0..h {
                                by_phi1[i] += v_k[i] * v_l[i] * back[i];
                                by_product[i] += share * phi1[i] * back[i];
                            }
                        }
                    },
                );
            }
        }
    }
}

impl HiddenTerm for Class {
    type Room = ClassRoom;

    fn keep(&mut self, _: &Point, _: usize, _: &mut [Worker<ClassRoom>]) {}

    fn open(&self, point: &Point, tile: &Range<usize>, room: &mut ClassRoom) {
        let seen = point.forward.seen(tile);
        unpack(&mut room.own_s, seen.s, point.sizes.contrasts);
        curvatures(
            &mut room.own,
            seen,
            point.sizes.hidden,
            #[inline(always)]
            |r, gn| [r, gn],
        );
        room.by_s.fill(0.0);
        room.by_phi1.fill(0.0);
    }

    fn value(
        &self,
        point: &Point,
        pair: &Pair,
        xi_squared: &[f64],
        scratch: &mut [f64],
        room: &mut ClassRoom,
    ) -> f64 {
        room.pair_up(point, pair);
        let ((rows, columns), width) = (pair.sizes(), 2 * point.sizes.hidden);
        let other = view(&room.other, columns, width).transpose();
        product(scratch, Then::Set, 1.0, view(&room.own, rows, width), other);
        let (squares, products) = (&xi_squared[..pair.count()], &scratch[..pair.count()]);
        let residual = vectorised(
            #[inline(always)]
            || dot(squares, products),
        );
        residual + room.traces(point.sizes, pair, xi_squared, false)
    }

    fn add(&self, point: &Point, pair: &Pair, then: Then, xi_squared: &[f64], room: &mut ClassRoom) {
        room.pair_up(point, pair);
        let ((rows, columns), width) = (pair.sizes(), 2 * point.sizes.hidden);
        let (weights, scale) = (view(xi_squared, rows, columns), 2.0 * point.sizes.pair_weight());
        product(&mut room.by_own, then, scale, weights, view(&room.other, columns, width));
        room.traces(point.sizes, pair, xi_squared, true);
        room.pull_back(point, pair);
    }

    fn close(
        &self,
        point: &Point,
        tile: &Range<usize>,
        out: HiddenBy<&mut [f64]>,
        room: &mut ClassRoom,
    ) -> f64 {
        let (sizes, seen, count) = (point.sizes, point.forward.seen(tile), tile.len());
        let (h, s) = (sizes.hidden, sizes.packed_contrasts());
        let ClassRoom { by_s, by_phi1, by_own, own, by_diagonals, scratch, .. } = room;
        let by_k = &mut scratch[..count * h];
        let mut value = 0.0;
        vectorised(
            #[inline(always)]
            || {
                value += 0.5 * (dot(seen.s, by_s) + dot(&own[..count * 2 * h], by_own));
                for n in 0..count {
                    let (by_own_r, by_gn) = row(by_own, n, 2 * h).split_at(h);
                    let (phi1, k) = (row(seen.phi1, n, h), row(seen.k, n, h));
                    let (by_phi1, by_k) = (row(by_phi1, n, h), row_mut(by_k, n, h));
                    let out_phi1 = row_mut(out.phi1, n, h);
                    row_mut(out.r, n, h).copy_from_slice(by_own_r);
                    for i in 0..h {
                        out_phi1[i] = by_phi1[i] + 2.0 * phi1[i] * k[i] * by_gn[i];
                        by_k[i] = by_gn[i] * phi1[i] * phi1[i];
                    }
                }
            },
        );
        out.s.copy_from_slice(&by_s[..count * s]);
        let by_k = view(by_k, count, h);
        product(out.s, Then::Add, 1.0, by_k, view(&point.weights.diagonals, s, h).transpose());
        product(by_diagonals, Then::Add, 1.0, view(seen.s, count, s).transpose(), by_k);
        value
    }

    fn clear(&self, room: &mut ClassRoom) {
        room.by_diagonals.fill(0.0);
    }

    fn add_by_v(&self, point: &Point, rooms: &mut dyn Iterator<Item = &mut ClassRoom>, out: &mut [f64]) {
        for room in rooms {
            point.weights.add_through_diagonals(out, &room.by_diagonals, point.sizes);
        }
    }
}
