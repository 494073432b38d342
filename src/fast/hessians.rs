//! What every sample brings to the hidden block: `M = diag(phi1) V' S V diag(phi1) + diag(r)`, packed, and the way back
//! from the gradient by it. `K = V' S V` is made where it is wanted, from `V` and `S V`, and never stored.

use super::forward::Seen;
use super::lanes::{LANES, Lanes, dot, dot_of_three, row, row_mut};
use super::memory::Ledger;
use super::point::Point;
use super::sizes::Sizes;
use super::vector::{Work, dispatch};
use super::weights::Weights;
use super::wheel::{fold, set_twice, turn, turns, twice};

/// Room for what one sample has for each hidden unit, each row twice.
pub(super) struct HessianRoom {
    phi1: Vec<f64>,
    by_phi1: Vec<f64>,
    /// `S V`, and the gradient by it.
    sv: Vec<f64>,
    by_sv: Vec<f64>,
}

impl HessianRoom {
    pub fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        let (h, c) = (twice(sizes.hidden), sizes.contrasts);
        HessianRoom {
            phi1: ledger.zeros(&[h]),
            by_phi1: ledger.zeros(&[h]),
            sv: ledger.zeros(&[c, h]),
            by_sv: ledger.zeros(&[c, h]),
        }
    }

    /// Takes the slopes and `S V` of a sample.
    #[inline(always)]
    fn take(&mut self, sizes: &Sizes, phi1: &[f64], sv: &[f64]) {
        set_twice(&mut self.phi1, phi1);
        for k in 0..sizes.contrasts {
            set_twice(row_mut(&mut self.sv, k, twice(sizes.hidden)), row(sv, k, sizes.hidden));
        }
    }
}

/// Fills rows with `M` of some samples, of which `S V` is given.
pub(super) fn hidden_hessians(rows: &mut [f64], point: &Point, seen: Seen, sv: &[f64], room: &mut HessianRoom) {
    dispatch(Making { rows, sizes: point.sizes, weights: point.weights, seen, sv, room });
}

struct Making<'a> {
    rows: &'a mut [f64],
    sizes: &'a Sizes,
    weights: &'a Weights,
    seen: Seen<'a>,
    sv: &'a [f64],
    room: &'a mut HessianRoom,
}

impl Work for Making<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Making { rows, sizes, weights, seen, sv, room } = self;
        let (h, p) = (sizes.hidden, sizes.packed_hidden());
        for n in 0..seen.nx.len() {
            room.take(sizes, row(seen.phi1, n, h), row(sv, n, sizes.coupling()));
            let (m, phi2, u) = (row_mut(rows, n, p), row(seen.phi2, n, h), row(seen.u, n, h));
            for distance in 0..turns(h) {
                let turn = turn(h, distance);
                let (factor, m) = (turn.factor(), &mut m[turn.entries]);
                for near in (0..m.len()).step_by(LANES) {
                    let far = near + distance;
                    let slopes = Lanes::of(&room.phi1[near..]) * Lanes::of(&room.phi1[far..]);
                    let k = covariance::<FMA>(sizes, &weights.v_twice, &room.sv, near, far);
                    let end = m.len().min(near + LANES);
                    (factor * k * slopes).put(&mut m[near..end]);
                }
            }
            for i in 0..h {
                m[i] += phi2[i] * u[i];
            }
        }
    }
}

/// Eight entries `K_ij = sum_k V_ki (S V)_kj`, `i` and `j` going up from these.
#[inline(always)]
fn covariance<const FMA: bool>(sizes: &Sizes, v: &[f64], sv: &[f64], i: usize, j: usize) -> Lanes {
    let width = twice(sizes.hidden);
    let mut sum = Lanes::default();
    for k in 0..sizes.contrasts {
        let (v, sv) = (Lanes::of(&v[k * width + i..]), Lanes::of(&sv[k * width + j..]));
        sum = v.times_plus::<FMA>(sv, sum);
    }
    sum
}

/// Where the gradient by `M` goes, a row a sample: to `phi1`, to `r`, and to `V` through `K = V' S V` at fixed `S V`.
pub(super) struct ByHessian<'a> {
    pub phi1: &'a mut [f64],
    pub r: &'a mut [f64],
    pub v: &'a mut [f64],
}

/// Takes the gradient by `M` of some samples to what it is made of; `sum <M, F_M>`.
///
/// With `B` the gradient by `K`, that by `V` is `B` times a row of `V`, for each class: `S` times it, twice, is the whole
/// gradient by `V`, and `V'` times it that by `S`.
pub(super) fn pull(by_m: &[f64], point: &Point, seen: Seen, sv: &[f64], out: ByHessian, room: &mut HessianRoom) -> f64 {
    dispatch(Pulling { by_m, sizes: point.sizes, weights: point.weights, seen, sv, out, room })
}

struct Pulling<'a> {
    by_m: &'a [f64],
    sizes: &'a Sizes,
    weights: &'a Weights,
    seen: Seen<'a>,
    sv: &'a [f64],
    out: ByHessian<'a>,
    room: &'a mut HessianRoom,
}

impl Work for Pulling<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<const FMA: bool>(self) -> f64 {
        let Pulling { by_m, sizes, weights, seen, sv, out, room } = self;
        let (h, p, coupling) = (sizes.hidden, sizes.packed_hidden(), sizes.coupling());
        let mut value = 0.0;
        for n in 0..seen.nx.len() {
            let phi1 = row(seen.phi1, n, h);
            room.take(sizes, phi1, row(sv, n, coupling));
            room.by_phi1.fill(0.0);
            room.by_sv.fill(0.0);
            let by_m = row(by_m, n, p);
            for distance in 0..turns(h) {
                let turn = turn(h, distance);
                pull_turn::<FMA>(&by_m[turn.entries.clone()], turn.factor(), distance, sizes, weights, room);
            }
            let (by_phi1, by_r) = (row_mut(out.phi1, n, h), row_mut(out.r, n, h));
            by_phi1.copy_from_slice(fold(&mut room.by_phi1, h));
            by_r.copy_from_slice(&by_m[..h]);
            let by_v = row_mut(out.v, n, coupling);
            for k in 0..sizes.contrasts {
                let sum = row_mut(&mut room.by_sv, k, twice(h));
                row_mut(by_v, k, h).copy_from_slice(fold(sum, h));
            }
            // Each entry of M is there for both of its slopes.
            value += 0.5 * dot(by_phi1, phi1) + dot_of_three(by_r, row(seen.phi2, n, h), row(seen.u, n, h));
        }
        value
    }
}

/// Adds what the entries of one turn give.
#[inline(always)]
fn pull_turn<const FMA: bool>(
    by_m: &[f64],
    factor: f64,
    distance: usize,
    sizes: &Sizes,
    weights: &Weights,
    room: &mut HessianRoom,
) {
    let width = twice(sizes.hidden);
    for near in (0..by_m.len()).step_by(LANES) {
        let far = near + distance;
        let by = factor * Lanes::of_few(&by_m[near..by_m.len().min(near + LANES)]);
        let by_k = by * covariance::<FMA>(sizes, &weights.v_twice, &room.sv, near, far);
        let (a, b) = (Lanes::of(&room.phi1[near..]), Lanes::of(&room.phi1[far..]));
        by_k.times_plus::<FMA>(b, Lanes::of(&room.by_phi1[near..])).put(&mut room.by_phi1[near..near + LANES]);
        by_k.times_plus::<FMA>(a, Lanes::of(&room.by_phi1[far..])).put(&mut room.by_phi1[far..far + LANES]);
        let by = 0.5 * by * (a * b);
        for k in 0..sizes.contrasts {
            let (v, sum) = (row(&weights.v_twice, k, width), row_mut(&mut room.by_sv, k, width));
            let (v_near, v_far) = (Lanes::of(&v[near..]), Lanes::of(&v[far..]));
            by.times_plus::<FMA>(v_far, Lanes::of(&sum[near..])).put(&mut sum[near..near + LANES]);
            by.times_plus::<FMA>(v_near, Lanes::of(&sum[far..])).put(&mut sum[far..far + LANES]);
        }
    }
}
