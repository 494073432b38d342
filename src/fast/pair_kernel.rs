//! What the class route does to each pair of samples: `tr(S_n T S_m T)` and its gradients by `S_n` and `T`, for as many
//! samples `m` side by side as the processor's vectors have numbers.

use super::lanes::LANES;
use super::sizes::upper;
use pulp::{Simd, WithSimd};
use std::f64::consts::SQRT_2;

/// One sample of the tile against a chunk.
pub(super) struct Row<'a> {
    /// Rows of `T` and `S`.
    pub c: usize,
    /// What the gradient by `S_n` is multiplied by.
    pub scale: f64,
    /// `S_n`, as a matrix.
    pub own: &'a [f64],
    /// `T`, packed without factors, samples of the chunk side by side, and how far its entries are apart.
    pub t: &'a mut [f64],
    pub stride: usize,
    /// `S_m`, in the same way.
    pub chunk_s: &'a [f64],
    /// What each pair counts.
    pub weights: &'a [f64],
    /// Where to add the gradient by `S_n`, packed.
    pub by_s: Option<&'a mut [f64]>,
    /// Where to put the trace of each pair.
    pub traces: Option<&'a mut [f64]>,
    /// Room for four matrices of [`LANES`] pairs.
    pub strip: &'a mut [f64],
}

impl Row<'_> {
    /// The weighted sum of `tr(S_n T S_m T)` over the pairs. With a gradient by `S_n` to add to, `T` becomes the gradient by it.
    pub(super) fn run(self, architecture: pulp::Arch) -> f64 {
        architecture.dispatch(self)
    }
}

/// Four matrices of some pairs, entry by entry.
struct Strip<'a, V> {
    t: &'a mut [V],
    s: &'a mut [V],
    /// `X = T S_m`.
    x: &'a mut [V],
    /// `Y = S_n T S_m`.
    y: &'a mut [V],
}

impl WithSimd for Row<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) -> f64 {
        const { assert!(S::F64_LANES <= LANES) };
        let (c, others) = (self.c, self.weights.len());
        let (numbers, _) = S::as_mut_simd_f64s(std::mem::take(&mut self.strip));
        let (t, rest) = numbers.split_at_mut(c * c);
        let (s, rest) = rest.split_at_mut(c * c);
        let (x, rest) = rest.split_at_mut(c * c);
        let mut strip = Strip { t, s, x, y: &mut rest[..c * c] };
        let mut sum = simd.splat_f64s(0.0);
        for start in (0..others).step_by(S::F64_LANES) {
            let end = others.min(start + S::F64_LANES);
            let weight = load(simd, &self.weights[start..end]);
            self.load(simd, &mut strip, start, end);
            strip.multiply(simd, c, self.own);
            let trace = strip.trace(simd);
            sum = simd.mul_add_e_f64s(weight, trace, sum);
            if let Some(traces) = &mut self.traces {
                store(simd, &mut traces[start..end], trace);
            }
            self.differentiate(simd, &strip, weight, start, end);
        }
        simd.reduce_sum_f64s(sum)
    }
}

impl Row<'_> {
    /// `T` and `S_m` of some pairs.
    #[inline(always)]
    fn load<S: Simd>(&self, simd: S, strip: &mut Strip<S::f64s>, start: usize, end: usize) {
        let (c, others) = (self.c, self.weights.len());
        for (entry, (k, l)) in upper(c).enumerate() {
            let (at, at_s) = (entry * self.stride, entry * others);
            let t = load(simd, &self.t[at + start..at + end]);
            let s = load(simd, &self.chunk_s[at_s + start..at_s + end]);
            (strip.t[k * c + l], strip.t[l * c + k]) = (t, t);
            (strip.s[k * c + l], strip.s[l * c + k]) = (s, s);
        }
    }

    /// Adds the gradient by `S_n`, `T S_m T = X T`; puts that by `T`, which is `Y` and its transpose for each of the two
    /// places of an entry, in the place of `T`.
    #[inline(always)]
    fn differentiate<S: Simd>(
        &mut self,
        simd: S,
        strip: &Strip<S::f64s>,
        weight: S::f64s,
        start: usize,
        end: usize,
    ) {
        let Some(by_s) = &mut self.by_s else { return };
        let (c, stride) = (self.c, self.stride);
        let twice = simd.add_f64s(weight, weight);
        for (place, (k, l)) in upper(c).enumerate() {
            let (x, t) = (&strip.x[k * c..(k + 1) * c], &strip.t[l * c..(l + 1) * c]);
            let entry = dot(simd, x, t);
            let factor = if k == l { self.scale } else { SQRT_2 * self.scale };
            by_s[place] += factor * simd.reduce_sum_f64s(simd.mul_f64s(entry, weight));
            let both = simd.add_f64s(strip.y[k * c + l], strip.y[l * c + k]);
            let by_t = simd.mul_f64s(both, if k == l { weight } else { twice });
            store(simd, &mut self.t[place * stride + start..place * stride + end], by_t);
        }
    }
}

impl<V: Copy> Strip<'_, V> {
    /// `X = T S_m` and `Y = S_n X`.
    #[inline(always)]
    fn multiply<S: Simd<f64s = V>>(&mut self, simd: S, c: usize, own: &[f64]) {
        let Strip { t, s, x, y } = self;
        for k in 0..c {
            let t = &t[k * c..(k + 1) * c];
            for l in 0..c {
                x[k * c + l] = dot(simd, t, &s[l * c..(l + 1) * c]);
            }
        }
        for k in 0..c {
            let own = &own[k * c..(k + 1) * c];
            for l in 0..c {
                let mut sum = simd.splat_f64s(0.0);
                for j in 0..c {
                    sum = simd.mul_add_e_f64s(simd.splat_f64s(own[j]), x[j * c + l], sum);
                }
                y[k * c + l] = sum;
            }
        }
    }

    /// `tr(Y T)`.
    #[inline(always)]
    fn trace<S: Simd<f64s = V>>(&self, simd: S) -> V {
        dot(simd, self.y, self.t)
    }
}

/// As many numbers as there are lanes, or fewer.
#[inline(always)]
fn load<S: Simd>(simd: S, numbers: &[f64]) -> S::f64s {
    if numbers.len() == S::F64_LANES {
        S::as_simd_f64s(numbers).0[0]
    } else {
        simd.partial_load_f64s(numbers)
    }
}

/// Puts as many of them as there is room for.
#[inline(always)]
fn store<S: Simd>(simd: S, room: &mut [f64], numbers: S::f64s) {
    if room.len() == S::F64_LANES {
        S::as_mut_simd_f64s(room).0[0] = numbers;
    } else {
        simd.partial_store_f64s(room, numbers);
    }
}

/// The sum of products, in each lane, in two sums that do not wait for each other.
#[inline(always)]
fn dot<S: Simd>(simd: S, a: &[S::f64s], b: &[S::f64s]) -> S::f64s {
    let b = &b[..a.len()];
    let (mut first, mut second) = (simd.splat_f64s(0.0), simd.splat_f64s(0.0));
    let whole = a.len() / 2 * 2;
    for j in (0..whole).step_by(2) {
        first = simd.mul_add_e_f64s(a[j], b[j], first);
        second = simd.mul_add_e_f64s(a[j + 1], b[j + 1], second);
    }
    for j in whole..a.len() {
        first = simd.mul_add_e_f64s(a[j], b[j], first);
    }
    simd.add_f64s(first, second)
}
