//! `K_i`, the variance of the weights `V_ki` over the classes `k` of one sample, with its gradients, and the way back through softmax.
//!
//! Both are measured from the most likely class, so that nothing cancels where a sample is sure.

use super::lanes::{dot_of_three, row, row_mut};

/// A number a hidden unit of one sample: the mean of `V`, a deviation from it, `K`, the gradient by `K`.
pub(super) struct VarianceRoom {
    mean: Vec<f64>,
    off: Vec<f64>,
    pub k: Vec<f64>,
    pub by_k: Vec<f64>,
}

impl VarianceRoom {
    pub fn new(hidden: usize) -> Self {
        let units = || vec![0.0; hidden];
        VarianceRoom { mean: units(), off: units(), k: units(), by_k: units() }
    }

    /// Computes `K` of a sample, from the gradient by it those by `p` and, added, by `V`, and returns `tr S`. A shift that is common to
    /// the gradients by all `p` is left out.
    #[inline(always)]
    pub fn variances(&mut self, p: &[f64], v: &[f64], by_p: &mut [f64], by_v: &mut [f64]) -> f64 {
        let VarianceRoom { mean, off, k: variance, by_k } = self;
        let h = by_k.len();
        let (mean, off, variance) = (&mut mean[..h], &mut off[..h], &mut variance[..h]);
        let top = largest(p);
        let highest = row(v, top, h);
        let (mut others, mut impurity) = (0.0, 0.0);
        mean.fill(0.0);
        variance.fill(0.0);
        for k in (0..p.len()).filter(|k| *k != top) {
            let v = row(v, k, h);
            for i in 0..h {
                mean[i] += p[k] * (v[i] - highest[i]);
            }
            others += p[k];
            impurity += p[k] * (1.0 - p[k]);
        }
        for k in 0..p.len() {
            let (v, by_v) = (row(v, k, h), row_mut(by_v, k, h));
            for i in 0..h {
                off[i] = (v[i] - highest[i]) - mean[i];
                variance[i] += p[k] * off[i] * off[i];
                by_v[i] += 2.0 * p[k] * by_k[i] * off[i];
            }
            by_p[k] = dot_of_three(by_k, off, off);
        }
        impurity + p[top] * others
    }
}

/// The gradient by probabilities becomes that by the logits, `p_k (by_k - sum_l p_l by_l)`. They sum to 0, and where a class is
/// all but sure its own is what the others leave.
pub(super) fn through_softmax(p: &[f64], by: &mut [f64]) {
    let top = largest(p);
    let reference = by[top];
    let mut mean = 0.0;
    for (p, by) in p.iter().zip(&mut *by) {
        *by -= reference;
        mean += p * *by;
    }
    let mut others = 0.0;
    for k in (0..p.len()).filter(|k| *k != top) {
        by[k] = p[k] * (by[k] - mean);
        others += by[k];
    }
    by[top] = -others;
}

/// The index of the largest entry, the first of several.
#[inline(always)]
fn largest(p: &[f64]) -> usize {
    let mut top = 0;
    for k in 1..p.len() {
        top = if p[k] > p[top] { k } else { top };
    }
    top
}
