//! Gradients on their way back: from the quantities of a sample to its logits and preactivations.

use super::contrast::{contrast, expand};
use super::forward::Forward;
use super::product::{Then, product, view};
use super::share::Rows;
use super::sizes::{Sizes, diagonal, packed};
use super::weights::Weights;
use crate::terms::bound::Moments;
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

/// For each moment and sample the gradient by its preactivations, `N x h`, and by its logits in contrasts, `N x c`.
#[derive(Default)]
pub(super) struct Adjoints {
    pub a: Moments<Vec<f64>>,
    pub o: Moments<Vec<f64>>,
}

impl Adjoints {
    pub(super) fn new(sizes: &Sizes) -> Self {
        Adjoints {
            a: Moments::from_fn(|_| vec![0.0; sizes.samples * sizes.hidden]),
            o: Moments::from_fn(|_| vec![0.0; sizes.samples * sizes.contrasts]),
        }
    }

    pub(super) fn rows(&mut self, samples: usize) -> AdjointRows<'_> {
        AdjointRows {
            start: 0,
            count: samples,
            a: self.a.each_mut().map(Vec::as_mut_slice),
            o: self.o.each_mut().map(Vec::as_mut_slice),
        }
    }
}

/// Some of the rows, to be filled.
pub(super) struct AdjointRows<'a> {
    pub start: usize,
    pub count: usize,
    pub a: Moments<&'a mut [f64]>,
    pub o: Moments<&'a mut [f64]>,
}

impl AdjointRows<'_> {
    /// The samples that they belong to.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.count
    }
}

impl Rows for AdjointRows<'_> {
    fn count(&self) -> usize {
        self.count
    }

    fn split(self, at: usize) -> (Self, Self) {
        let count = self.count.max(1);
        let (a, rest_of_a) = cut(self.a, at, count);
        let (o, rest_of_o) = cut(self.o, at, count);
        let rest = self.count - at;
        (
            AdjointRows { start: self.start, count: at, a, o },
            AdjointRows { start: self.start + at, count: rest, a: rest_of_a, o: rest_of_o },
        )
    }
}

/// Arrays of `count` rows, each cut behind `at` rows.
fn cut(mut rows: Moments<&mut [f64]>, at: usize, count: usize) -> (Moments<&mut [f64]>, Moments<&mut [f64]>) {
    let first = rows.each_mut().map(|rows| {
        let width = rows.len() / count;
        let (first, rest) = std::mem::take(rows).split_at_mut(at * width);
        *rows = rest;
        first
    });
    (first, rows)
}

/// The gradient of one moment by the quantities of a tile of samples, each held independent of the others.
#[derive(Default)]
pub(super) struct Partials {
    /// By `S`, packed.
    pub s: Vec<f64>,
    /// By `delta` in contrasts.
    pub delta: Vec<f64>,
    /// By `z`, `phi1` and `phi2`.
    pub z: Vec<f64>,
    pub phi1: Vec<f64>,
    pub phi2: Vec<f64>,
}

impl Partials {
    pub(super) fn new(sizes: &Sizes, tile: usize) -> Self {
        let zeros = |width: usize| vec![0.0; tile * width];
        let (h, c) = (sizes.hidden, sizes.contrasts);
        Partials { s: zeros(packed(c)), delta: zeros(c), z: zeros(h), phi1: zeros(h), phi2: zeros(h) }
    }

    pub(super) fn clear(&mut self) {
        for part in [&mut self.s, &mut self.delta, &mut self.z, &mut self.phi1, &mut self.phi2] {
            part.fill(0.0);
        }
    }

    /// `o* = S (F_p + F_delta)` and `a* = phi1 (V' o* + F_z) + phi2 F_phi1 + phi3 F_phi2` for the samples of `range`.
    /// `square` is room for a `C x C` matrix and two rows.
    pub(super) fn pull(
        &self,
        (a, o): (&mut [f64], &mut [f64]),
        range: Range<usize>,
        forward: &Forward,
        weights: &Weights,
        sizes: &Sizes,
        square: &mut [f64],
    ) {
        let (h, c, classes) = (sizes.hidden, sizes.contrasts, sizes.classes);
        let (by_class, square) = square.split_at_mut(classes);
        for (row, n) in range.clone().enumerate() {
            let p = &forward.p[n * classes..(n + 1) * classes];
            let s = &self.s[row * packed(c)..(row + 1) * packed(c)];
            by_probabilities(by_class, s, p, c, square);
            expand(|k, value| by_class[k] += value, &self.delta[row * c..(row + 1) * c]);
            let by_logit =
                |k: usize| p[k] * (0..classes).map(|l| p[l] * (by_class[k] - by_class[l])).sum::<f64>();
            contrast(&mut o[row * c..(row + 1) * c], by_logit);
        }
        let count = range.len();
        product(a, Then::Set, 1.0, view(o, count, c), view(&weights.v, c, h));
        let rows = range.start * h..range.end * h;
        let slopes = forward.phi1[rows.clone()].iter().zip(&forward.phi2[rows.clone()]);
        let slopes = slopes.zip(&forward.phi3[rows]);
        let partials = self.z.iter().zip(&self.phi1).zip(&self.phi2);
        for ((a, ((z, by_phi1), by_phi2)), ((phi1, phi2), phi3)) in a.iter_mut().zip(partials).zip(slopes) {
            *a = phi1 * (*a + z) + phi2 * by_phi1 + phi3 * by_phi2;
        }
    }
}

/// The gradient by `p` of a function of `S`, up to one number for all classes: `F_kk - 2 (F p)_k`.
fn by_probabilities(out: &mut [f64], s: &[f64], p: &[f64], c: usize, square: &mut [f64]) {
    let classes = p.len();
    let (half, row) = square.split_at_mut(classes * c);
    for j in 0..c {
        let row = &mut row[..c];
        for (i, out) in row.iter_mut().enumerate() {
            let (low, high) = (i.min(j), i.max(j));
            let entry = s[diagonal(c, low) + high - low];
            *out = if i == j { entry } else { FRAC_1_SQRT_2 * entry };
        }
        expand(|k, value| half[k * c + j] = value, row);
    }
    for k in 0..classes {
        let mut sum = 0.0;
        expand(
            |l, value| sum += if l == k { value * (1.0 - 2.0 * p[l]) } else { -2.0 * value * p[l] },
            &half[k * c..(k + 1) * c],
        );
        out[k] = sum;
    }
}
