//! What every sample brings to the hidden block: `K = V' S V` and `M = diag(phi1) K diag(phi1) + diag(r)`, packed.

use super::forward::{Seen, rows};
use super::lanes::{dot, dot_of_three, row, row_mut, vectorised};
use super::memory::Ledger;
use super::product::{Then, product, view};
use super::share::RowsOf;
use super::sizes::{Sizes, packed};
use super::weights::Weights;
use super::wheel::{fold, set_twice, turn, turns};
use std::ops::Range;

/// `K` and `M` of all samples.
pub(super) struct Hessians {
    k: Vec<f64>,
    m: Vec<f64>,
}

impl Hessians {
    pub fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        let size = [sizes.samples, sizes.packed_hidden()];
        Hessians { k: ledger.zeros(&size), m: ledger.zeros(&size) }
    }

    /// All rows, to be filled.
    pub fn rows(&mut self, samples: usize) -> RowsOf<'_, 2> {
        RowsOf::all(samples, [&mut self.k, &mut self.m])
    }

    /// `M` of these numbers.
    pub fn m(&self, range: &Range<usize>, sizes: &Sizes) -> &[f64] {
        rows(&self.m, range, sizes.packed_hidden())
    }

    /// `K` of these numbers.
    pub fn k(&self, range: &Range<usize>, sizes: &Sizes) -> &[f64] {
        rows(&self.k, range, sizes.packed_hidden())
    }
}

/// `K` of some samples.
pub(super) fn covariances(out: &mut [f64], seen: Seen, weights: &Weights, sizes: &Sizes) {
    let (p, s) = (sizes.packed_hidden(), sizes.packed_contrasts());
    product(out, Then::Set, 1.0, view(seen.s, seen.nx.len(), s), view(&weights.pairs, s, p));
}

/// Turns `K` into `M`. `twice` is room for `phi1` of a sample twice.
pub(super) fn hidden_hessians(rows: &mut [f64], seen: Seen, sizes: &Sizes, twice: &mut [f64]) {
    let (h, p) = (sizes.hidden, sizes.packed_hidden());
    let twice = &mut twice[..2 * h];
    vectorised(
        #[inline(always)]
        || {
            for n in 0..seen.nx.len() {
                set_twice(twice, row(seen.phi1, n, h));
                let (m, phi2, u) = (row_mut(rows, n, p), row(seen.phi2, n, h), row(seen.u, n, h));
                for distance in 0..turns(h) {
                    let m = &mut m[turn(h, distance).entries];
                    let (a, b) = (&twice[..m.len()], &twice[distance..distance + m.len()]);
                    for i in 0..m.len() {
                        m[i] *= a[i] * b[i];
                    }
                }
                for i in 0..h {
                    m[i] += phi2[i] * u[i];
                }
            }
        },
    );
}

/// Where the gradient by `M` goes, a row a sample.
pub(super) struct ByHessian<'a> {
    pub phi1: &'a mut [f64],
    pub r: &'a mut [f64],
}

/// Takes the gradient by `M`, which becomes that by `K`, to `phi1` and `r`; `sum <M, F_M>`.
///
/// `twice` is room for two vectors, each twice.
pub(super) fn pull(
    by_m: &mut [f64],
    k: &[f64],
    seen: Seen,
    sizes: &Sizes,
    out: ByHessian,
    twice: &mut [f64],
) -> f64 {
    let (h, p) = (sizes.hidden, sizes.packed_hidden());
    let (phi1, sum) = twice.split_at_mut(2 * h);
    let sum = &mut sum[..2 * h];
    let mut value = 0.0;
    vectorised(
        #[inline(always)]
        || {
            for n in 0..seen.nx.len() {
                let (own, phi2, u) = (row(seen.phi1, n, h), row(seen.phi2, n, h), row(seen.u, n, h));
                let (by, k) = (row_mut(by_m, n, p), row(k, n, p));
                let (by_phi1, by_r) = (row_mut(out.phi1, n, h), row_mut(out.r, n, h));
                set_twice(phi1, own);
                sum.fill(0.0);
                by_r.copy_from_slice(&by[..h]);
                for distance in 0..turns(h) {
                    let turn = turn(h, distance);
                    let (by, k) = (&mut by[turn.entries.clone()], &k[turn.entries]);
                    let (near, far) = (0..by.len(), distance..distance + by.len());
                    let (a, b) = (&phi1[near.clone()], &phi1[far.clone()]);
                    let first = &mut sum[near];
                    for i in 0..by.len() {
                        first[i] += by[i] * k[i] * b[i];
                    }
                    let second = &mut sum[far];
                    for i in 0..by.len() {
                        second[i] += by[i] * k[i] * a[i];
                        by[i] *= a[i] * b[i];
                    }
                }
                by_phi1.copy_from_slice(fold(sum, h));
                // Each entry of M is there for both of its slopes.
                value += 0.5 * dot(by_phi1, own) + dot_of_three(by_r, phi2, u);
            }
        },
    );
    value
}
