//! What every sample brings to the hidden block: `K = V' S V` and `M = diag(phi1) K diag(phi1) + diag(r)`, packed.

use super::forward::{Seen, rows};
use super::lanes::{dot, dot_of_three, vectorised};
use super::memory::Ledger;
use super::product::{Then, product, view};
use super::share::RowsOf;
use super::sizes::{Sizes, packed};
use super::weights::Weights;
use super::wheel::{fold, set_twice, turns};
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
            let samples = rows.chunks_exact_mut(p).zip(seen.phi1.chunks_exact(h));
            for ((m, phi1), (phi2, u)) in samples.zip(seen.phi2.chunks_exact(h).zip(seen.u.chunks_exact(h))) {
                set_twice(twice, phi1);
                for turn in turns(h) {
                    let m = &mut m[turn.entries.clone()];
                    for ((m, a), b) in m.iter_mut().zip(&*twice).zip(&twice[turn.distance..]) {
                        *m *= a * b;
                    }
                }
                for ((m, phi2), u) in m.iter_mut().zip(phi2).zip(u) {
                    *m += phi2 * u;
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
            let samples = by_m.chunks_exact_mut(p).zip(k.chunks_exact(p)).zip(seen.phi1.chunks_exact(h));
            let samples = samples.zip(seen.phi2.chunks_exact(h).zip(seen.u.chunks_exact(h)));
            let out = out.phi1.chunks_exact_mut(h).zip(out.r.chunks_exact_mut(h));
            for ((((by, k), own), (phi2, u)), (by_phi1, by_r)) in samples.zip(out) {
                set_twice(phi1, own);
                sum.fill(0.0);
                by_r.copy_from_slice(&by[..h]);
                for turn in turns(h) {
                    let (by, k) = (&mut by[turn.entries.clone()], &k[turn.entries.clone()]);
                    for (((by, k), sum), b) in by.iter().zip(k).zip(&mut *sum).zip(&phi1[turn.distance..]) {
                        *sum += by * k * b;
                    }
                    let far = sum[turn.distance..].iter_mut().zip(&phi1[turn.distance..]);
                    for (((by, k), a), (sum, b)) in by.iter_mut().zip(k).zip(&*phi1).zip(far) {
                        *sum += *by * k * a;
                        *by *= a * b;
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
