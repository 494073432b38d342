//! The kernel route of the last hidden layer's block: the Gauss-Newton part of `<K, K'>` is `tr(S Theta S' Theta)` with
//! `Theta = B B'^T`, a matrix of outputs times outputs for each pair of samples, and the residual part of `K` is a diagonal.

use super::features::Features;
use super::forward::Forward;
use super::pair::Pair;
use super::partials::Partials;
use super::room::{cleared, room};
use super::sizes::Sizes;
use crate::fast::lanes::LANES;
use crate::fast::pair_kernel::Row;
use crate::fast::product::{Then, product, view};
use crate::fast::sizes::{packed, upper};
use crate::model::Network;
use std::f64::consts::FRAC_1_SQRT_2;

/// Room for a tile against a chunk.
#[derive(Default)]
pub(super) struct Kernel {
    /// `phi1 W_k W_l` of the tile, for each pair of outputs `k <= l`, and the gradient by it.
    left: Vec<f64>,
    back: Vec<f64>,
    /// `Theta` of each pair of samples, packed, then the gradient by it.
    theta: Vec<f64>,
    /// `S` of the chunk, packed, samples side by side; the gradient by the tile's.
    s: Vec<f64>,
    by_s: Vec<f64>,
    strip: Vec<f64>,
    /// The residual diagonal `r` and that of the Gauss-Newton part `q`: `[r, q]` of the tile, `[q + r, r]` of the chunk, the gradient by
    /// the former.
    own: Vec<f64>,
    other: Vec<f64>,
    by_own: Vec<f64>,
    /// The gradient by `W_k W_l`.
    by_products: Vec<f64>,
}

/// The sizes at hand: the last hidden layer, its units, the outputs, and their packed pairs.
struct Extent {
    layer: usize,
    width: usize,
    outputs: usize,
    pairs: usize,
}

impl Extent {
    fn of(sizes: &Sizes) -> Self {
        let layer = sizes.hidden() - 1;
        let outputs = sizes.outputs(layer + 1);
        Extent { layer, width: sizes.outputs(layer), outputs, pairs: packed(outputs) }
    }
}

impl Kernel {
    /// Forgets the gradient by the weights.
    pub fn clear(&mut self, sizes: &Sizes) {
        let Extent { width, pairs, .. } = Extent::of(sizes);
        cleared(&mut self.by_products, pairs * width);
    }

    /// What the tile has, before its first chunk.
    pub fn begin(&mut self, sizes: &Sizes, network: &Network<f64>, tile: &Forward, features: &Features) {
        let Extent { layer, width, outputs, pairs } = Extent::of(sizes);
        let w = &network.layers.0[layer + 1].w;
        let left = room(&mut self.left, tile.count() * pairs * width);
        for (n, left) in left.chunks_mut(pairs * width).enumerate() {
            let phi1 = &tile.phi1[layer][n * width..(n + 1) * width];
            for (left, (k, l)) in left.chunks_mut(width).zip(upper(outputs)) {
                for (i, left) in left.iter_mut().enumerate() {
                    *left = phi1[i] * w[(k, i)] * w[(l, i)];
                }
            }
        }
        diagonals(&mut self.own, sizes, tile, features, |r, q| [r, q]);
        cleared(&mut self.back, tile.count() * pairs * width);
        cleared(&mut self.by_s, tile.count() * pairs);
        cleared(&mut self.by_own, tile.count() * 2 * width);
    }

    /// `<K, K'>` of each pair into `pair.gram`, and their sum with the weights in `pair.weight`. `with_gradient` adds what of the gradient of
    /// that sum the tile has.
    pub fn add(
        &mut self,
        sizes: &Sizes,
        tile: &Forward,
        (chunk, features): (&Forward, &Features),
        pair: &mut Pair,
        with_gradient: bool,
    ) -> f64 {
        let Extent { layer, width, outputs, pairs } = Extent::of(sizes);
        let (rows, columns) = (tile.count(), chunk.count());
        diagonals(&mut self.other, sizes, chunk, features, |r, q| [q + r, r]);
        let s = room(&mut self.s, pairs * columns);
        for (column, own) in chunk.s.chunks(outputs * outputs).enumerate() {
            for (entry, (k, l)) in upper(outputs).enumerate() {
                s[entry * columns + column] = own[k * outputs + l];
            }
        }
        let theta = room(&mut self.theta, rows * pairs * columns);
        let phi1 = view(&chunk.phi1[layer], columns, width);
        product(theta, Then::Set, 1.0, view(&self.left, rows * pairs, width), phi1.transpose());
        let (own, other) = (view(&self.own, rows, 2 * width), view(&self.other, columns, 2 * width));
        let gram = room(&mut pair.gram, rows * columns);
        let traces = room(&mut pair.more[0], columns);
        let strip = room(&mut self.strip, 4 * LANES * outputs * outputs);
        product(gram, Then::Set, 1.0, own, other.transpose());
        let architecture = pulp::Arch::new();
        for n in 0..rows {
            let by_s = with_gradient.then(|| &mut self.by_s[n * pairs..(n + 1) * pairs]);
            let weights = &pair.weight[n * columns..(n + 1) * columns];
            let row = Row {
                c: outputs,
                scale: 1.0,
                own: &tile.s[n * outputs * outputs..(n + 1) * outputs * outputs],
                t: &mut theta[n * pairs * columns..(n + 1) * pairs * columns],
                stride: columns,
                chunk_s: s,
                weights,
                by_s,
                traces: Some(traces),
                strip,
            };
            { row }.run(architecture);
            let gram = &mut gram[n * columns..(n + 1) * columns];
            gram.iter_mut().zip(&*traces).for_each(|(gram, trace)| *gram += trace);
        }
        if with_gradient {
            let theta = view(theta, rows * pairs, columns);
            product(&mut self.back, Then::Add, 1.0, theta, phi1);
            let weights = view(&pair.weight, rows, columns);
            product(&mut self.by_own, Then::Add, 1.0, weights, other);
        }
        gram.iter().zip(&pair.weight).map(|(gram, weight)| gram * weight).sum()
    }

    /// Carries the tile's gradient to `S`, `phi1` and `phi2 v`, and sums that by the weights.
    pub fn finish(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        tile: &Forward,
        features: &Features,
        out: &mut Partials,
    ) {
        let Extent { layer, width, outputs, pairs } = Extent::of(sizes);
        let w = &network.layers.0[layer + 1].w;
        let (by_phi1, by_r_sum, by_s_sum) = (&mut out.phi1[layer], &mut out.r[layer], &mut out.s);
        for n in 0..tile.count() {
            let own = n * width..(n + 1) * width;
            let phi1 = &tile.phi1[layer][own.clone()];
            let (by_r, by_q) = self.by_own[n * 2 * width..(n + 1) * 2 * width].split_at(width);
            let by_phi1 = &mut by_phi1[own.clone()];
            for i in 0..width {
                by_r_sum[n * width + i] += by_r[i];
                // q = phi1 half, and half has phi1 as a factor.
                by_phi1[i] += 2.0 * by_q[i] * half(sizes, tile, features, n, i);
            }
            for (entry, (k, l)) in upper(outputs).enumerate() {
                let both = if k == l { 1.0 } else { 2.0 };
                let s = tile.s[(n * outputs + k) * outputs + l];
                let back = &self.back[(n * pairs + entry) * width..(n * pairs + entry + 1) * width];
                let by_products = &mut self.by_products[entry * width..(entry + 1) * width];
                let mut by_s = self.by_s[n * pairs + entry] * if k == l { 1.0 } else { FRAC_1_SQRT_2 };
                for i in 0..width {
                    let product = w[(k, i)] * w[(l, i)];
                    let weighted = by_q[i] * phi1[i] * phi1[i];
                    by_phi1[i] += product * back[i];
                    by_s += weighted * product;
                    // A product of weights is there once for both samples of a pair, of which each has half.
                    by_products[i] += 0.5 * phi1[i] * back[i] + both * s * weighted;
                }
                by_s_sum[(n * outputs + k) * outputs + l] += by_s;
                if k != l {
                    by_s_sum[(n * outputs + l) * outputs + k] += by_s;
                }
            }
        }
    }

    /// Adds the gradient by the weights of the output layer, once all tiles are done.
    pub fn add_to_weights(&self, sizes: &Sizes, network: &Network<f64>, out: &mut [f64]) {
        let Extent { layer, width, outputs, .. } = Extent::of(sizes);
        let w = &network.layers.0[layer + 1].w;
        for (by, (k, l)) in self.by_products.chunks(width).zip(upper(outputs)) {
            for (i, by) in by.iter().enumerate() {
                out[k * width + i] += by * w[(l, i)];
                out[l * width + i] += by * w[(k, i)];
            }
        }
    }
}

/// The diagonal of `W' S W phi1`.
fn half(sizes: &Sizes, samples: &Forward, features: &Features, n: usize, i: usize) -> f64 {
    let layer = sizes.hidden() - 1;
    let start = sizes.place((layer, layer), i, samples.count()).start;
    features.half[layer][start + n * sizes.columns(layer, layer, i)]
}

/// Two functions of the residual and the Gauss-Newton diagonal of each sample, side by side.
fn diagonals(
    out: &mut Vec<f64>,
    sizes: &Sizes,
    samples: &Forward,
    features: &Features,
    of: impl Fn(f64, f64) -> [f64; 2],
) {
    let Extent { layer, width, .. } = Extent::of(sizes);
    let out = room(out, samples.count() * 2 * width);
    for (n, out) in out.chunks_mut(2 * width).enumerate() {
        for i in 0..width {
            let unit = n * width + i;
            let q = samples.phi1[layer][unit] * half(sizes, samples, features, n, i);
            [out[i], out[width + i]] = of(features.r[layer][unit], q);
        }
    }
}
