//! What is done to the classes of a sample, eight samples side by side: `delta` and `S` on the way there, and the gradients
//! by them on the way back to the logits.

use super::contrast::Contrasts;
use super::lanes::{LANES, Lanes, vectorised};
use super::memory::Ledger;
use super::sizes::{Sizes, diagonal, packed};
use crate::number::Matrix;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::ops::Range;

/// Room for the classes of eight samples.
pub(super) struct ClassRoom {
    /// `p`, and what goes with each class.
    p: Vec<Lanes>,
    y: Vec<Lanes>,
    by_class: Vec<Lanes>,
    /// A matrix with one index of class and one of contrast.
    half: Vec<Lanes>,
    row: Vec<Lanes>,
}

impl ClassRoom {
    pub fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        let (classes, c) = (sizes.classes, sizes.contrasts);
        ClassRoom {
            p: ledger.lanes(&[classes]),
            y: ledger.lanes(&[classes]),
            by_class: ledger.lanes(&[classes]),
            half: ledger.lanes(&[classes, c]),
            row: ledger.lanes(&[classes]),
        }
    }

    /// `delta = p - y` and `S = diag(p) - p p'` of some samples, in contrasts, `S` packed.
    ///
    /// Neither cancels: with `y` and `p` summing to 1, `p_k - y_k` is `p_k sum_(l != k) y_l - y_k sum_(l != k) p_l`, and
    /// `S_kk` is `p_k sum_(l != k) p_l`.
    pub fn residuals_and_covariances(
        &mut self,
        contrasts: &Contrasts,
        (p, y): (&[f64], &Matrix<f64>),
        samples: Range<usize>,
        (delta, s): (&mut [f64], &mut [f64]),
    ) {
        let (classes, c) = (self.p.len(), self.row.len() - 1);
        if c == 0 {
            return;
        }
        for start in (0..samples.len()).step_by(LANES) {
            let count = LANES.min(samples.len() - start);
            let n = samples.start + start;
            vectorised(
                #[inline(always)]
                || {
                    self.take(&p[start * classes..], count);
                    for k in 0..classes {
                        self.y[k] = Lanes::of_rows(&y.as_slice()[k * y.nrows() + n..], 1, 0, count);
                    }
                    self.forward(contrasts, (&mut delta[start * c..], &mut s[start * packed(c)..]), count);
                },
            );
        }
    }

    /// The probabilities of some samples.
    #[inline(always)]
    fn take(&mut self, p: &[f64], count: usize) {
        let classes = self.p.len();
        for k in 0..classes {
            self.p[k] = Lanes::of_rows(p, classes, k, count);
        }
    }

    #[inline(always)]
    fn forward(&mut self, contrasts: &Contrasts, (delta, s): (&mut [f64], &mut [f64]), count: usize) {
        let ClassRoom { p, y, by_class, half, row } = self;
        let c = row.len() - 1;
        // The sums over all other classes, first of y, then of p.
        sums_of_others(by_class, y);
        for k in 0..=c {
            row[k] = p[k] * by_class[k];
        }
        sums_of_others(by_class, p);
        for k in 0..=c {
            row[k] = row[k] - y[k] * by_class[k];
        }
        contrasts.contrast(&mut half[..c], |k| row[k]);
        for j in 0..c {
            half[j].into_rows(delta, c, j, count);
        }
        for k in 0..=c {
            let (own, minus) = (p[k] * by_class[k], -1.0 * p[k]);
            contrasts.contrast(&mut half[k * c..(k + 1) * c], |l| if l == k { own } else { minus * p[l] });
        }
        for j in 0..c {
            contrasts.contrast(&mut row[..=j], |k| half[k * c + j]);
            for i in 0..=j {
                let factor = if i == j { 1.0 } else { SQRT_2 };
                (factor * row[i]).into_rows(s, packed(c), diagonal(c, i) + j - i, count);
            }
        }
    }

    /// `o* = S (F_p + F_delta)` of some samples, in contrasts, from the gradients by `S` (packed) and by `delta`.
    pub fn pull(
        &mut self,
        contrasts: &Contrasts,
        p: &[f64],
        (by_s, by_delta): (&[f64], &[f64]),
        out: &mut [f64],
        samples: usize,
    ) {
        let (classes, c) = (self.p.len(), self.row.len() - 1);
        if c == 0 {
            return;
        }
        for start in (0..samples).step_by(LANES) {
            let count = LANES.min(samples - start);
            vectorised(
                #[inline(always)]
                || {
                    self.take(&p[start * classes..], count);
                    let given = (&by_s[start * packed(c)..], &by_delta[start * c..]);
                    self.backward(contrasts, given, &mut out[start * c..], count);
                },
            );
        }
    }

    /// Adds a matrix of contrasts, as one of classes, to a row-major `C x width` matrix.
    pub fn add_to_classes(&mut self, contrasts: &Contrasts, out: &mut [f64], given: &[f64], width: usize) {
        let row = &mut self.row[..given.len() / width];
        for i in (0..width).step_by(LANES) {
            let count = LANES.min(width - i);
            for (entry, given) in row.iter_mut().zip(given.chunks_exact(width)) {
                entry.0[..count].copy_from_slice(&given[i..i + count]);
            }
            let add = |k: usize, value: Lanes| {
                let out = &mut out[k * width + i..][..count];
                out.iter_mut().zip(value.0).for_each(|(out, value)| *out += value);
            };
            contrasts.expand(add, row);
        }
    }

    #[inline(always)]
    fn backward(
        &mut self,
        contrasts: &Contrasts,
        (by_s, by_delta): (&[f64], &[f64]),
        out: &mut [f64],
        count: usize,
    ) {
        let ClassRoom { p, y, by_class, half, row } = self;
        let c = row.len() - 1;
        for j in 0..c {
            for i in 0..c {
                let (low, high) = (i.min(j), i.max(j));
                let entry = Lanes::of_rows(by_s, packed(c), diagonal(c, low) + high - low, count);
                row[i] = if i == j { entry } else { FRAC_1_SQRT_2 * entry };
            }
            contrasts.expand(|k, value| half[k * c + j] = value, &row[..c]);
        }
        // By p, up to one number for all classes: F_kk - 2 (F p)_k, F being `half` times the contrasts.
        contrasts.contrast(&mut row[..c], |k| p[k]);
        for k in 0..=c {
            let mut sum = Lanes::default();
            for j in 0..c {
                sum = sum + half[k * c + j] * (Lanes::all(contrasts.entry(k, j)) - 2.0 * row[j]);
            }
            by_class[k] = sum;
        }
        for j in 0..c {
            row[j] = Lanes::of_rows(by_delta, c, j, count);
        }
        contrasts.expand(|k, value| by_class[k] = by_class[k] + value, &row[..c]);
        // S times that: p_k sum_l p_l (F_k - F_l), in which what is the same for all classes does not cancel.
        let by_logit = &mut y[..];
        for k in 0..=c {
            let mut sum = Lanes::default();
            for l in 0..=c {
                sum = sum + p[l] * (by_class[k] - by_class[l]);
            }
            by_logit[k] = p[k] * sum;
        }
        contrasts.contrast(&mut row[..c], |k| by_logit[k]);
        for j in 0..c {
            row[j].into_rows(out, c, j, count);
        }
    }
}

/// For each class the sum over all others, which does not cancel.
#[inline(always)]
fn sums_of_others(out: &mut [Lanes], x: &[Lanes]) {
    let mut before = Lanes::default();
    for k in 0..x.len() {
        out[k] = before;
        before = before + x[k];
    }
    let mut behind = Lanes::default();
    for k in (0..x.len()).rev() {
        out[k] = out[k] + behind;
        behind = behind + x[k];
    }
}
