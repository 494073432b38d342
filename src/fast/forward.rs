//! The forward pass: what each sample gives, in rows.

use super::contrast::contrast;
use super::product::{Then, View, product, view};
use super::share::Rows;
use super::sizes::{Sizes, diagonal, packed};
use super::weights::Weights;
use crate::model::{Batch, ThreeLayer};
use std::f64::consts::SQRT_2;

/// A row a sample.
#[derive(Default)]
pub(super) struct Forward {
    /// `z`, `phi1`, `phi2`, `phi3`: `N x h` each.
    pub z: Vec<f64>,
    pub phi1: Vec<f64>,
    pub phi2: Vec<f64>,
    pub phi3: Vec<f64>,
    /// `p`, `N x C`.
    pub p: Vec<f64>,
    /// `delta` in contrasts, `N x c`.
    pub delta: Vec<f64>,
    /// `S` in contrasts, packed.
    pub s: Vec<f64>,
    /// `u = V' delta`, `N x h`.
    pub u: Vec<f64>,
    /// The diagonal of `K = V' S V`, `N x h`.
    pub k: Vec<f64>,
    /// `|xt|^2` and `|zt|^2`.
    pub nx: Vec<f64>,
    pub nz: Vec<f64>,
    /// Cross entropy.
    pub loss: Vec<f64>,
}

/// How many arrays [`Forward`] has.
const ARRAYS: usize = 12;

/// Some of the rows of all arrays, in their order, to be filled.
pub(super) struct ForwardRows<'a> {
    start: usize,
    count: usize,
    arrays: [&'a mut [f64]; ARRAYS],
}

impl Forward {
    pub(super) fn new(sizes: &Sizes) -> Self {
        let zeros = |width: usize| vec![0.0; sizes.samples * width];
        let (h, c) = (sizes.hidden, sizes.contrasts);
        Forward {
            z: zeros(h),
            phi1: zeros(h),
            phi2: zeros(h),
            phi3: zeros(h),
            p: zeros(sizes.classes),
            delta: zeros(c),
            s: zeros(packed(c)),
            u: zeros(h),
            k: zeros(h),
            nx: zeros(1),
            nz: zeros(1),
            loss: zeros(1),
        }
    }

    pub(super) fn rows(&mut self) -> ForwardRows<'_> {
        let Forward { z, phi1, phi2, phi3, p, delta, s, u, k, nx, nz, loss } = self;
        let count = nx.len();
        ForwardRows { start: 0, count, arrays: [z, phi1, phi2, phi3, p, delta, s, u, k, nx, nz, loss] }
    }
}

impl Rows for ForwardRows<'_> {
    fn count(&self) -> usize {
        self.count
    }

    fn split(self, at: usize) -> (Self, Self) {
        let ForwardRows { start, count, arrays } = self;
        let (mut first, mut second) = (<[&mut [f64]; ARRAYS]>::default(), <[&mut [f64]; ARRAYS]>::default());
        for ((array, first), second) in arrays.into_iter().zip(&mut first).zip(&mut second) {
            let width = array.len() / count.max(1);
            (*first, *second) = array.split_at_mut(at * width);
        }
        (
            ForwardRows { start, count: at, arrays: first },
            ForwardRows { start: start + at, count: count - at, arrays: second },
        )
    }
}

impl ForwardRows<'_> {
    /// Fills the rows. `square` is room for a `C x C` matrix, a row and a column of it.
    pub(super) fn fill(
        &mut self,
        sizes: &Sizes,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        weights: &Weights,
        square: &mut [f64],
    ) {
        let (count, h, classes, c) = (self.count(), sizes.hidden, sizes.classes, sizes.contrasts);
        let [z, phi1, phi2, phi3, p, delta, s, u, k, nx, nz, loss] = &mut self.arrays;
        let parameters = &network.parameters;
        let x = inputs(batch, self.start, count);
        let w = View::from_column_major_slice(parameters.w.as_slice(), h, sizes.inputs);
        product(phi3, Then::Set, 1.0, x, w.transpose());
        for (index, a) in phi3.iter_mut().enumerate() {
            let bias = parameters.b.as_ref().map_or(0.0, |b| b[index % h]);
            let phi = network.activation.derivatives(&(*a + bias));
            (z[index], phi1[index], phi2[index], *a) = (phi.value, phi.first, phi.second, phi.third);
        }
        let v = View::from_column_major_slice(parameters.v.as_slice(), classes, h);
        product(p, Then::Set, 1.0, view(z, count, h), v.transpose());
        for row in 0..count {
            let n = self.start + row;
            let p = &mut p[row * classes..(row + 1) * classes];
            if let Some(bias) = &parameters.c {
                p.iter_mut().zip(bias.iter()).for_each(|(logit, bias)| *logit += bias);
            }
            loss[row] = softmax(p, |k| batch.y[(n, k)]);
            let delta = &mut delta[row * c..(row + 1) * c];
            // p - y without cancellation: both sum to one.
            let (residual, rest) = square.split_at_mut(classes);
            for (k, residual) in residual.iter_mut().enumerate() {
                *residual = (0..classes).map(|l| p[k] * batch.y[(n, l)] - p[l] * batch.y[(n, k)]).sum();
            }
            contrast(delta, |k| residual[k]);
            covariance(&mut s[row * packed(c)..(row + 1) * packed(c)], p, c, rest);
            nx[row] = batch.x.row(n).norm_squared() + sizes.bias as f64;
            let z = &z[row * h..(row + 1) * h];
            nz[row] = z.iter().map(|z| z * z).sum::<f64>() + sizes.bias as f64;
        }
        product(u, Then::Set, 1.0, view(delta, count, c), view(&weights.v, c, h));
        let diagonals = view(&weights.diagonals, packed(c), h);
        product(k, Then::Set, 1.0, view(s, count, packed(c)), diagonals);
    }
}

/// Rows of `X`.
pub(super) fn inputs(batch: &Batch<f64>, start: usize, count: usize) -> View<'_> {
    View::from_column_major_slice(batch.x.as_slice(), batch.x.nrows(), batch.x.ncols()).subrows(start, count)
}

/// Logits to probabilities in place, and the cross entropy, neither of which overflows or cancels.
pub(super) fn softmax(o: &mut [f64], y: impl Fn(usize) -> f64) -> f64 {
    let top = (0..o.len()).fold(0, |top, k| if o[k] > o[top] { k } else { top });
    let highest = o[top];
    let below: f64 = (0..o.len()).map(|k| y(k) * (highest - o[k])).sum();
    let mut others = 0.0;
    for (k, logit) in o.iter_mut().enumerate() {
        *logit = if k == top { 1.0 } else { (*logit - highest).exp() };
        others += if k == top { 0.0 } else { *logit };
    }
    let total: f64 = o.iter().sum();
    o.iter_mut().for_each(|weight| *weight /= total);
    let all: f64 = (0..o.len()).map(y).sum();
    below + all * others.ln_1p()
}

/// `S = diag(p) - p p'` in contrasts, packed, each diagonal entry the sum `p_k sum_{l != k} p_l` that does not cancel.
fn covariance(out: &mut [f64], p: &[f64], c: usize, rest: &mut [f64]) {
    let classes = p.len();
    let (half, row) = rest.split_at_mut(classes * c);
    for k in 0..classes {
        let others: f64 = (0..classes).filter(|l| *l != k).map(|l| p[l]).sum();
        let entry = |l: usize| if l == k { p[k] * others } else { -p[k] * p[l] };
        contrast(&mut half[k * c..(k + 1) * c], entry);
    }
    for j in 0..c {
        contrast(&mut row[..c], |k| half[k * c + j]);
        for i in 0..=j {
            out[diagonal(c, i) + j - i] = if i == j { row[i] } else { SQRT_2 * row[i] };
        }
    }
}
