//! What every sample brings to the hidden block: `M = W' A + diag(r)` with `W = V diag(phi1)` and `A = S W`, packed, and
//! the way back from the gradient by it.

use super::forward::Seen;
use super::grams::Side;
use super::lanes::{LANES, Lanes, dot, dot_of_three, row, row_mut};
use super::memory::Ledger;
use super::point::Point;
use super::sizes::Sizes;
use super::vector::{Work, dispatch};
use super::wheel::{products_with, set_twice, turn, turns, twice, unpack_gradient};

/// How many sums go side by side, so that none waits for its last addition.
const TOGETHER: usize = 4;

/// Room for what one sample has, each vector of hidden units twice.
pub(super) struct HessianRoom {
    /// `W` and `A`, `c` rows.
    w: Vec<f64>,
    a: Vec<f64>,
    /// The gradient by `M`, a row a turn.
    by_m: Vec<f64>,
}

impl HessianRoom {
    pub fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        let (c, width) = (sizes.contrasts, twice(sizes.hidden));
        HessianRoom {
            w: ledger.zeros(&[c, width]),
            a: ledger.zeros(&[c, width]),
            by_m: ledger.zeros(&[turns(sizes.hidden), width]),
        }
    }

    /// `W` of a sample.
    #[inline(always)]
    fn take_w(&mut self, sizes: &Sizes, v: &[f64], phi1: &[f64]) {
        let (h, width) = (sizes.hidden, twice(sizes.hidden));
        for k in 0..sizes.contrasts {
            let (out, v) = (row_mut(&mut self.w, k, width), row(v, k, h));
            for i in 0..h {
                out[i] = v[i] * phi1[i];
                out[h + i] = v[i] * phi1[i];
            }
        }
    }

    /// `A` of a sample.
    #[inline(always)]
    fn take_a(&mut self, sizes: &Sizes, a: &[f64]) {
        for k in 0..sizes.contrasts {
            set_twice(row_mut(&mut self.a, k, twice(sizes.hidden)), row(a, k, sizes.hidden));
        }
    }

    /// Puts `K` turns, from this distance on, into `M`: `sum_k W_ki A_kj`.
    #[inline(always)]
    fn put_turns<const FMA: bool, const K: usize>(&self, sizes: &Sizes, m: &mut [f64], distance: usize) {
        let (h, width) = (sizes.hidden, twice(sizes.hidden));
        for i in (0..h).step_by(LANES) {
            let mut sums = [Lanes::default(); K];
            for k in 0..sizes.contrasts {
                let (w, a) = (Lanes::at(&self.w, k * width + i), &self.a[k * width + i + distance..]);
                for next in 0..K {
                    sums[next] = w.times_plus::<FMA>(Lanes::at(a, next), sums[next]);
                }
            }
            for next in 0..K {
                let turn = turn(h, distance + next);
                let (factor, entries) = (turn.factor(), &mut m[turn.entries]);
                if i < entries.len() {
                    (factor * sums[next]).put(&mut entries[i..]);
                }
            }
        }
    }

    /// Puts eight entries of `Z = W B` from `i` on, for `K` classes from the first on, into the rows of a sample.
    #[inline(always)]
    fn put_products<const FMA: bool, const K: usize>(&self, h: usize, z: &mut [f64], first: usize, i: usize) {
        let products = products_with::<FMA, K>(&self.by_m, &self.w[first * twice(h)..], h, i);
        for k in 0..K {
            products[k].put(&mut row_mut(z, first + k, h)[i..]);
        }
    }
}

/// Fills rows with `M` of some samples.
pub(super) fn hidden_hessians(rows: &mut [f64], point: &Point, side: &Side, room: &mut HessianRoom) {
    dispatch(Making { rows, point, seen: point.forward.seen(&side.range), a: side.couplings.a, room });
}

struct Making<'a> {
    rows: &'a mut [f64],
    point: &'a Point<'a>,
    seen: Seen<'a>,
    a: &'a [f64],
    room: &'a mut HessianRoom,
}

impl Work for Making<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Making { rows, point, seen, a, room } = self;
        let sizes = point.sizes;
        let (h, p) = (sizes.hidden, sizes.packed_hidden());
        for n in 0..seen.nx.len() {
            room.take_w(sizes, &point.weights.v, row(seen.phi1, n, h));
            room.take_a(sizes, row(a, n, sizes.coupling()));
            let (m, phi2, u) = (row_mut(rows, n, p), row(seen.phi2, n, h), row(seen.u, n, h));
            let mut distance = 0;
            while distance + TOGETHER <= turns(h) {
                room.put_turns::<FMA, TOGETHER>(sizes, m, distance);
                distance += TOGETHER;
            }
            while distance < turns(h) {
                room.put_turns::<FMA, 1>(sizes, m, distance);
                distance += 1;
            }
            for i in 0..h {
                m[i] += phi2[i] * u[i];
            }
        }
    }
}

/// Where the gradient by `M` goes, a row a sample: to `phi1`, to `r`, and through `K = V' S V` to `V` at fixed `S V`.
pub(super) struct ByHessian<'a> {
    pub phi1: &'a mut [f64],
    pub r: &'a mut [f64],
    pub sv: &'a mut [f64],
}

/// Takes the gradient by `M` of some samples to what it is made of; `sum <M, F_M>`.
///
/// With `B` that gradient and `Z = W B`, the gradient by `phi1` is `2 sum_k (S V)_k Z_k`, and with `X = Z diag(phi1)` that by
/// `V` is `2 S X` and that by `S` is `X V'`. What goes out for `sv` is `X`.
pub(super) fn pull(by_m: &[f64], point: &Point, side: &Side, out: ByHessian, room: &mut HessianRoom) -> f64 {
    dispatch(Pulling { by_m, point, seen: point.forward.seen(&side.range), sv: side.couplings.sv, out, room })
}

struct Pulling<'a> {
    by_m: &'a [f64],
    point: &'a Point<'a>,
    seen: Seen<'a>,
    sv: &'a [f64],
    out: ByHessian<'a>,
    room: &'a mut HessianRoom,
}

impl Work for Pulling<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> f64 {
        let Pulling { by_m, point, seen, sv, out, room } = self;
        let sizes = point.sizes;
        let (h, p, coupling) = (sizes.hidden, sizes.packed_hidden(), sizes.coupling());
        let mut value = 0.0;
        for n in 0..seen.nx.len() {
            let (phi1, by_m) = (row(seen.phi1, n, h), row(by_m, n, p));
            room.take_w(sizes, &point.weights.v, phi1);
            unpack_gradient(&mut room.by_m, by_m, h);
            let (sv, by_sv) = (row(sv, n, coupling), row_mut(out.sv, n, coupling));
            let by_phi1 = row_mut(out.phi1, n, h);
            by_phi1.fill(0.0);
            for i in (0..h).step_by(LANES) {
                let mut k = 0;
                while k + TOGETHER <= sizes.contrasts {
                    room.put_products::<FMA, TOGETHER>(h, by_sv, k, i);
                    k += TOGETHER;
                }
                while k < sizes.contrasts {
                    room.put_products::<FMA, 1>(h, by_sv, k, i);
                    k += 1;
                }
            }
            for k in 0..sizes.contrasts {
                let (sv, by_sv) = (row(sv, k, h), row_mut(by_sv, k, h));
                for i in 0..h {
                    by_phi1[i] += 2.0 * sv[i] * by_sv[i];
                    by_sv[i] *= phi1[i];
                }
            }
            let by_r = row_mut(out.r, n, h);
            by_r.copy_from_slice(&by_m[..h]);
            // Each entry of M is there for both of its slopes.
            value += 0.5 * dot(by_phi1, phi1) + dot_of_three(by_r, row(seen.phi2, n, h), row(seen.u, n, h));
        }
        value
    }
}
