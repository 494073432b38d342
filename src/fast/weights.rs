//! What the parameters give once for all samples: `V` in contrasts, and the products of its rows.

use super::contrast::Contrasts;
use super::lanes::{LANES, Lanes, add_to, row, row_mut, vectorised};
use super::memory::Ledger;
use super::sizes::{Sizes, packed, upper};
use super::wheel::{add_products, fold, set_twice, turn, turns};
use crate::model::ThreeLayer;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

/// `V` in contrasts, and what `K = V' S V` is linear in.
pub(super) struct Weights {
    /// `V` in contrasts, `c x h`.
    pub v: Vec<f64>,
    /// A row for each packed entry `(k, l)` of `S`: the packed `h x h` matrix that it is multiplied by in `K`. Filled
    /// only where a route wants it.
    pub pairs: Vec<f64>,
    /// The diagonals of those matrices, a row for each packed entry of `S`.
    pub diagonals: Vec<f64>,
    /// Two rows of `V`, each twice, or two sums of that size.
    twice: [Vec<f64>; 2],
    /// A column of `V` for some hidden units.
    column: Vec<Lanes>,
}

/// Whether the packed `h x h` matrices are wanted.
pub(super) enum Wanted {
    /// All of them.
    Pairs,
    /// Their diagonals alone.
    Diagonals,
}

impl Weights {
    pub(super) fn new(sizes: &Sizes, wanted: &Wanted, ledger: &mut Ledger) -> Self {
        let (s, h) = (sizes.packed_contrasts(), sizes.hidden);
        Weights {
            v: ledger.zeros(&[sizes.coupling()]),
            pairs: match wanted {
                Wanted::Pairs => ledger.zeros(&[s, packed(h)]),
                Wanted::Diagonals => Vec::new(),
            },
            diagonals: ledger.zeros(&[s, h]),
            twice: [ledger.zeros(&[2, h]), ledger.zeros(&[2, h])],
            column: ledger.lanes(&[sizes.contrasts]),
        }
    }

    pub(super) fn set(&mut self, sizes: &Sizes, network: &ThreeLayer<f64>, contrasts: &Contrasts) {
        let (h, c, classes) = (sizes.hidden, sizes.contrasts, sizes.classes);
        let Weights { v, pairs, diagonals, twice: [first, second], column } = self;
        let by_class = network.parameters.v.as_slice();
        for i in (0..h).step_by(LANES) {
            let count = LANES.min(h - i);
            // Column-major, `V` has a column of classes for each hidden unit.
            contrasts.contrast(column, |k| Lanes::of_rows(&by_class[i * classes..], classes, k, count));
            for (k, entry) in column.iter().enumerate() {
                v[k * h + i..][..count].copy_from_slice(&entry.0[..count]);
            }
        }
        vectorised(
            #[inline(always)]
            || {
                for (entry, (k, l)) in upper(c).enumerate() {
                    let (a, b) = (row(v, k, h), row(v, l, h));
                    let twice = if k == l { 1.0 } else { SQRT_2 };
                    let own = row_mut(diagonals, entry, h);
                    for i in 0..h {
                        own[i] = twice * a[i] * b[i];
                    }
                    if !pairs.is_empty() {
                        set_twice(first, a);
                        set_twice(second, b);
                        pack_products(row_mut(pairs, entry, packed(h)), first, second, half(k, l), h);
                    }
                }
            },
        );
    }

    /// Adds to the gradient by `V` what a gradient by the [`Weights::pairs`] makes of it.
    ///
    /// `twice` is room for two vectors, each twice.
    pub(super) fn add_through_pairs(
        &self,
        gradient: &mut [f64],
        by_pairs: &[f64],
        twice: &mut [f64],
        sizes: &Sizes,
    ) {
        let (h, c) = (sizes.hidden, sizes.contrasts);
        let (v, (other, sum)) = (&self.v, twice.split_at_mut(2 * h));
        vectorised(
            #[inline(always)]
            || {
                for (entry, (k, l)) in upper(c).enumerate() {
                    let by = row(by_pairs, entry, packed(h));
                    for (own, from) in [(k, l), (l, k)] {
                        set_twice(other, row(v, from, h));
                        sum.fill(0.0);
                        add_slopes(sum, by, other, half(k, l), h);
                        add_to(row_mut(gradient, own, h), fold(sum, h));
                    }
                }
            },
        );
    }

    /// Adds to the gradient by `V` what a gradient by [`Weights::diagonals`] makes of it.
    pub(super) fn add_through_diagonals(&self, gradient: &mut [f64], by_diagonals: &[f64], sizes: &Sizes) {
        let (h, c) = (sizes.hidden, sizes.contrasts);
        for (entry, (k, l)) in upper(c).enumerate() {
            let twice = if k == l { 1.0 } else { SQRT_2 };
            let by = row(by_diagonals, entry, h);
            for (own, from) in [(k, l), (l, k)] {
                add_products(row_mut(gradient, own, h), twice, by, row(&self.v, from, h));
            }
        }
    }
}

/// Half of what an entry of `S` outside the diagonal counts, which comes for `(k, l)` and for `(l, k)`.
fn half(k: usize, l: usize) -> f64 {
    if k == l { 0.5 } else { FRAC_1_SQRT_2 }
}

/// Packs `half (a b' + b a')`, both vectors given twice.
#[inline(always)]
fn pack_products(out: &mut [f64], a: &[f64], b: &[f64], half: f64, size: usize) {
    for distance in 0..turns(size) {
        let turn = turn(size, distance);
        let (factor, out) = (half * turn.factor(), &mut out[turn.entries]);
        let (near, far) = (0..out.len(), distance..distance + out.len());
        let (a, a_far) = (&a[near.clone()], &a[far.clone()]);
        let (b, b_far) = (&b[near], &b[far]);
        for i in 0..out.len() {
            out[i] = factor * (a[i] * b_far[i] + b[i] * a_far[i]);
        }
    }
}

/// Adds the gradient by `a` from that by the packed `half (a b' + b a')`, in a sum that has room for it twice.
#[inline(always)]
fn add_slopes(sum: &mut [f64], by: &[f64], b: &[f64], half: f64, size: usize) {
    for distance in 0..turns(size) {
        let turn = turn(size, distance);
        let (factor, by) = (half * turn.factor(), &by[turn.entries]);
        let (near, far) = (0..by.len(), distance..distance + by.len());
        add_products(&mut sum[near.clone()], factor, by, &b[far.clone()]);
        add_products(&mut sum[far], factor, by, &b[near]);
    }
}
