//! What the parameters give once for all samples: `V` in contrasts, and the products of its rows.

use super::contrast::{contrast, expand};
use super::sizes::{Sizes, diagonal, upper};
use crate::model::ThreeLayer;
use std::f64::consts::SQRT_2;

/// `V` in contrasts, and what `K = V' S V` is linear in.
#[derive(Default)]
pub(super) struct Weights {
    /// `V` in contrasts, `c x h`.
    pub v: Vec<f64>,
    /// A row for each packed entry `(k, l)` of `S`: the packed `h x h` matrix that it is multiplied by in `K`. Filled
    /// only where a route wants it.
    pub pairs: Vec<f64>,
    /// The diagonals of those matrices, a row for each packed entry of `S`.
    pub diagonals: Vec<f64>,
}

impl Weights {
    pub(super) fn new(sizes: &Sizes, with_pairs: bool) -> Self {
        let pairs = if with_pairs { sizes.packed_contrasts() * sizes.packed_hidden() } else { 0 };
        Weights {
            v: vec![0.0; sizes.coupling()],
            pairs: vec![0.0; pairs],
            diagonals: vec![0.0; sizes.packed_contrasts() * sizes.hidden],
        }
    }

    pub(super) fn set(&mut self, sizes: &Sizes, network: &ThreeLayer<f64>, column: &mut [f64]) {
        let (h, c) = (sizes.hidden, sizes.contrasts);
        let v = &network.parameters.v;
        for i in 0..h {
            let column = &mut column[..c];
            contrast(column, |k| v[(k, i)]);
            for (k, entry) in column.iter().enumerate() {
                self.v[k * h + i] = *entry;
            }
        }
        let packed = sizes.packed_hidden();
        for (entry, (k, l)) in upper(c).enumerate() {
            let (first, second) = (&self.v[k * h..(k + 1) * h], &self.v[l * h..(l + 1) * h]);
            let twice = if k == l { 1.0 } else { SQRT_2 };
            let diagonals = &mut self.diagonals[entry * h..(entry + 1) * h];
            for ((out, a), b) in diagonals.iter_mut().zip(first).zip(second) {
                *out = twice * a * b;
            }
            if self.pairs.is_empty() {
                continue;
            }
            let pairs = &mut self.pairs[entry * packed..(entry + 1) * packed];
            let half = if k == l { 0.5 } else { std::f64::consts::FRAC_1_SQRT_2 };
            for i in 0..h {
                let start = diagonal(h, i);
                let row = &mut pairs[start..start + h - i];
                for ((out, a), b) in row.iter_mut().zip(&first[i..]).zip(&second[i..]) {
                    *out = SQRT_2 * half * (first[i] * b + second[i] * a);
                }
                row[0] = diagonals[i];
            }
        }
    }
}

/// Adds to the gradient by `V` what a gradient by [`Weights::pairs`] makes of it.
pub(super) fn add_through_pairs(gradient: &mut [f64], by_pairs: &[f64], sizes: &Sizes, v: &[f64]) {
    let (h, c, packed) = (sizes.hidden, sizes.contrasts, sizes.packed_hidden());
    for (entry, (k, l)) in upper(c).enumerate() {
        let by = &by_pairs[entry * packed..(entry + 1) * packed];
        let half = if k == l { 0.5 } else { std::f64::consts::FRAC_1_SQRT_2 };
        for i in 0..h {
            let row = &by[diagonal(h, i)..diagonal(h, i) + h - i];
            // The diagonal entry is 2 half V_ki V_li, the others sqrt(2) half (V_ki V_lj + V_li V_kj).
            gradient[k * h + i] += 2.0 * half * row[0] * v[l * h + i];
            gradient[l * h + i] += 2.0 * half * row[0] * v[k * h + i];
            let (mut at_k, mut at_l) = (0.0, 0.0);
            for (offset, value) in row.iter().enumerate().skip(1) {
                let (j, value) = (i + offset, SQRT_2 * half * value);
                at_k += value * v[l * h + j];
                at_l += value * v[k * h + j];
                gradient[l * h + j] += value * v[k * h + i];
                gradient[k * h + j] += value * v[l * h + i];
            }
            gradient[k * h + i] += at_k;
            gradient[l * h + i] += at_l;
        }
    }
}

/// Adds to the gradient by `V` what a gradient by [`Weights::diagonals`] makes of it.
pub(super) fn add_through_diagonals(gradient: &mut [f64], by_diagonals: &[f64], sizes: &Sizes, v: &[f64]) {
    let (h, c) = (sizes.hidden, sizes.contrasts);
    for (entry, (k, l)) in upper(c).enumerate() {
        let twice = if k == l { 1.0 } else { SQRT_2 };
        for i in 0..h {
            let by = twice * by_diagonals[entry * h + i];
            gradient[k * h + i] += by * v[l * h + i];
            gradient[l * h + i] += by * v[k * h + i];
        }
    }
}

/// Adds a gradient by `V` in contrasts, as one by `V` itself, to a row-major `C x h` matrix.
pub(super) fn add_to_classes(out: &mut [f64], gradient: &[f64], sizes: &Sizes, column: &mut [f64]) {
    let (h, c) = (sizes.hidden, sizes.contrasts);
    for i in 0..h {
        for k in 0..c {
            column[k] = gradient[k * h + i];
        }
        expand(|k, value| out[k * h + i] += value, &column[..c]);
    }
}
