//! What the parameters give once for all samples: `V` in contrasts, and the products of its rows.

use super::contrast::Contrasts;
use super::lanes::{LANES, Lanes, row, row_mut, vectorised};
use super::memory::Ledger;
use super::sizes::{Sizes, upper};
use super::wheel::add_products;
use crate::model::ThreeLayer;
use std::f64::consts::SQRT_2;

/// `V` in contrasts, and what the diagonal of `K = V' S V` is linear in.
pub(super) struct Weights {
    /// `V` in contrasts, `c x h`.
    pub v: Vec<f64>,
    /// A row for each packed entry `(k, l)` of `S`: what it is multiplied by in the diagonal of `K`.
    pub diagonals: Vec<f64>,
    /// A column of `V` for some hidden units.
    column: Vec<Lanes>,
}

impl Weights {
    pub(super) fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        let (c, h) = (sizes.contrasts, sizes.hidden);
        Weights {
            v: ledger.zeros(&[c, h]),
            diagonals: ledger.zeros(&[sizes.packed_contrasts(), h]),
            column: ledger.lanes(&[c]),
        }
    }

    pub(super) fn set(&mut self, sizes: &Sizes, network: &ThreeLayer<f64>, contrasts: &Contrasts) {
        let (h, c, classes) = (sizes.hidden, sizes.contrasts, sizes.classes);
        let Weights { v, diagonals, column } = self;
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
