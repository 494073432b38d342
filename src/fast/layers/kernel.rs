//! The kernel route of the last hidden layer's block: the Gauss-Newton part of `<K, K'>` is `tr(S Theta S' Theta)` with
//! `Theta = B B'^T`, a matrix of outputs times outputs for each pair of samples, and the residual part of `K` is a diagonal.

use super::forward::{Forward, weights};
use super::output::add_third;
use super::partials::Partials;
use super::room::{cleared, room};
use super::sizes::Sizes;
use crate::fast::lanes::{LANES, add_to, row, row_mut};
use crate::fast::pair_kernel::Row;
use crate::fast::product::{Then, product, view};
use crate::fast::sizes::{packed, upper};
use crate::model::{Loss, Network};
use std::f64::consts::FRAC_1_SQRT_2;

/// Room for a tile against a chunk.
#[derive(Default)]
pub(super) struct Kernel {
    /// What each pair of samples counts, `<K, K'>`, and the derivative by the product of the samples' inputs.
    weight: Vec<f64>,
    gram: Vec<f64>,
    by_ze: Vec<f64>,
    /// `phi1 W_k W_l` of the tile, for each pair of outputs `k <= l`, and the gradient by it.
    left: Vec<f64>,
    back: Vec<f64>,
    /// `Theta` of each pair of samples, packed, then the gradient by it.
    theta: Vec<f64>,
    /// `S` of the chunk, packed, samples side by side; the gradient by the tile's.
    s: Vec<f64>,
    by_s: Vec<f64>,
    strip: Vec<f64>,
    traces: Vec<f64>,
    /// `S W`, and the diagonal of `W' S W`, of the chunk and of the tile.
    sw: Vec<f64>,
    other_half: Vec<f64>,
    half: Vec<f64>,
    /// The residual diagonal `r` and that of the Gauss-Newton part `q`: `[r, q]` of the tile, `[q + r, r]` of the chunk, the gradient by
    /// the former.
    own: Vec<f64>,
    other: Vec<f64>,
    by_own: Vec<f64>,
    /// The gradient by `W_k W_l`.
    by_products: Vec<f64>,
}

/// The samples, and the sizes at hand: the last hidden layer, its units, the outputs, and their packed pairs.
#[derive(Clone, Copy)]
pub(super) struct Extent<'a> {
    sizes: &'a Sizes,
    network: &'a Network<f64>,
    tiles: &'a [Forward],
    layer: usize,
    width: usize,
    outputs: usize,
    pairs: usize,
}

impl<'a> Extent<'a> {
    pub fn of(sizes: &'a Sizes, network: &'a Network<f64>, tiles: &'a [Forward]) -> Self {
        let layer = sizes.hidden() - 1;
        let outputs = sizes.outputs(layer + 1);
        let width = sizes.outputs(layer);
        Extent { sizes, network, tiles, layer, width, outputs, pairs: packed(outputs) }
    }
}

impl Kernel {
    /// Forgets the gradient by the weights.
    pub fn clear(&mut self, extent: Extent) {
        cleared(&mut self.by_products, extent.pairs * extent.width);
    }

    /// The squared norm of the block, as far as a tile has part in it.
    pub fn square(&mut self, extent: Extent, tile: &Forward) -> f64 {
        self.begin(extent, tile);
        extent.tiles.iter().map(|chunk| self.add(extent, tile, chunk, 1.0, false)).sum()
    }

    /// Adds the partial derivatives of `factor / 2` times the squared norm.
    pub fn add_partials(
        &mut self,
        extent: Extent,
        tile: &Forward,
        factor: f64,
        loss: Loss,
        out: &mut Partials,
    ) {
        let (l, inputs) = (extent.layer, extent.sizes.inputs(extent.layer));
        self.begin(extent, tile);
        for chunk in extent.tiles {
            self.add(extent, tile, chunk, factor, true);
            if l > 0 {
                let by_ze = view(&self.by_ze, tile.count(), chunk.count());
                product(&mut out.z[l], Then::Add, 1.0, by_ze, view(&chunk.z[l], chunk.count(), inputs));
            }
        }
        self.finish(extent, tile, loss, out);
    }

    /// What the tile has, before its first chunk.
    fn begin(&mut self, extent: Extent, tile: &Forward) {
        let Extent { network, layer, width, outputs, pairs, .. } = extent;
        let w = &network.layers.0[layer + 1].w;
        let left = room(&mut self.left, tile.count() * pairs * width);
        for (n, left) in left.chunks_mut(pairs * width).enumerate() {
            let phi1 = row(&tile.phi1[layer], n, width);
            for (left, (k, l)) in left.chunks_mut(width).zip(upper(outputs)) {
                for (i, left) in left.iter_mut().enumerate() {
                    *left = phi1[i] * w[(k, i)] * w[(l, i)];
                }
            }
        }
        fill_half(&mut self.half, extent, tile, &mut self.sw);
        diagonals(&mut self.own, extent, tile, &self.half, |r, q| [r, q]);
        cleared(&mut self.back, tile.count() * pairs * width);
        cleared(&mut self.by_s, tile.count() * pairs);
        cleared(&mut self.by_own, tile.count() * 2 * width);
    }

    /// Sets `<K, K'>` of each pair, and returns their sum, weighted. `with_gradient` adds what of the gradient of that sum the tile has.
    fn add(
        &mut self,
        extent: Extent,
        tile: &Forward,
        chunk: &Forward,
        factor: f64,
        with_gradient: bool,
    ) -> f64 {
        let Extent { layer, width, outputs, pairs, .. } = extent;
        let (rows, columns) = (tile.count(), chunk.count());
        self.weigh(extent, tile, chunk, factor);
        fill_half(&mut self.other_half, extent, chunk, &mut self.sw);
        diagonals(&mut self.other, extent, chunk, &self.other_half, |r, q| [q + r, r]);
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
        let gram = room(&mut self.gram, rows * columns);
        let traces = room(&mut self.traces, columns);
        let strip = room(&mut self.strip, 4 * LANES * outputs * outputs);
        product(gram, Then::Set, 1.0, own, other.transpose());
        let architecture = pulp::Arch::new();
        for n in 0..rows {
            let work = Row {
                c: outputs,
                scale: 1.0,
                own: row(&tile.s, n, outputs * outputs),
                t: row_mut(theta, n, pairs * columns),
                stride: columns,
                chunk_s: s,
                weights: row(&self.weight, n, columns),
                by_s: with_gradient.then(|| row_mut(&mut self.by_s, n, pairs)),
                traces: Some(traces),
                strip,
            };
            { work }.run(architecture);
            add_to(row_mut(gram, n, columns), traces);
        }
        if with_gradient {
            let theta = view(theta, rows * pairs, columns);
            product(&mut self.back, Then::Add, 1.0, theta, phi1);
            let weights = view(&self.weight, rows, columns);
            product(&mut self.by_own, Then::Add, 1.0, weights, other);
        }
        self.by_ze.iter_mut().zip(&*gram).for_each(|(by_ze, gram)| *by_ze *= gram);
        gram.iter().zip(&self.weight).map(|(gram, weight)| gram * weight).sum()
    }

    /// Sets the weights to `factor omega omega' ze^2`, and twice that over `ze`.
    fn weigh(&mut self, extent: Extent, tile: &Forward, chunk: &Forward, factor: f64) {
        let Extent { sizes, layer, .. } = extent;
        let (rows, columns, inputs) = (tile.count(), chunk.count(), sizes.inputs(layer));
        let ze = room(&mut self.weight, rows * columns);
        ze.fill(sizes.bias(layer) as f64);
        let z = view(&chunk.z[layer], columns, inputs).transpose();
        product(ze, Then::Add, 1.0, view(&tile.z[layer], rows, inputs), z);
        let by_ze = room(&mut self.by_ze, rows * columns);
        for (n, share) in tile.share.iter().enumerate() {
            let (weight, by_ze) = (row_mut(ze, n, columns), row_mut(by_ze, n, columns));
            for i in 0..columns {
                let counted = factor * share * chunk.share[i] * weight[i];
                weight[i] *= counted;
                by_ze[i] = 2.0 * counted;
            }
        }
    }

    /// Carries the tile's gradient to the outputs, `phi1` and `phi2 v`, and sums that by the weights.
    fn finish(&mut self, extent: Extent, tile: &Forward, loss: Loss, out: &mut Partials) {
        let Extent { network, layer, width, outputs, pairs, .. } = extent;
        let w = &network.layers.0[layer + 1].w;
        // As a matrix, from here on.
        let by_matrix = room(&mut self.strip, outputs * outputs);
        for n in 0..tile.count() {
            let phi1 = row(&tile.phi1[layer], n, width);
            let (by_r, by_q) = row(&self.by_own, n, 2 * width).split_at(width);
            let (by_phi1, half) = (row_mut(&mut out.phi1[layer], n, width), row(&self.half, n, width));
            add_to(row_mut(&mut out.r[layer], n, width), by_r);
            for i in 0..width {
                // q = phi1^2 half.
                by_phi1[i] += 2.0 * by_q[i] * phi1[i] * half[i];
            }
            by_matrix.fill(0.0);
            for (entry, (k, l)) in upper(outputs).enumerate() {
                let both = if k == l { 1.0 } else { 2.0 };
                let s = tile.s[(n * outputs + k) * outputs + l];
                let back = row(&self.back, n * pairs + entry, width);
                let by_products = row_mut(&mut self.by_products, entry, width);
                let mut by_s = self.by_s[n * pairs + entry] * if k == l { 1.0 } else { FRAC_1_SQRT_2 };
                for i in 0..width {
                    let product = w[(k, i)] * w[(l, i)];
                    let weighted = by_q[i] * phi1[i] * phi1[i];
                    by_phi1[i] += product * back[i];
                    by_s += weighted * product;
                    // A product of weights is there once for both samples of a pair, of which each has half.
                    by_products[i] += 0.5 * phi1[i] * back[i] + both * s * weighted;
                }
                by_matrix[k * outputs + l] += by_s;
                if k != l {
                    by_matrix[l * outputs + k] += by_s;
                }
            }
            let (third, s) = (row(&tile.third, n, outputs), row(&tile.s, n, outputs * outputs));
            add_third(loss, third, s, by_matrix, row_mut(&mut out.outputs, n, outputs));
        }
    }

    /// Adds the gradient by the weights of the output layer, once all tiles are done.
    pub fn add_to_weights(&self, extent: Extent, out: &mut [f64]) {
        let Extent { network, layer, width, outputs, .. } = extent;
        let w = &network.layers.0[layer + 1].w;
        for (by, (k, l)) in self.by_products.chunks(width).zip(upper(outputs)) {
            for (i, by) in by.iter().enumerate() {
                out[k * width + i] += by * w[(l, i)];
                out[l * width + i] += by * w[(k, i)];
            }
        }
    }
}

/// The diagonal of `W' S W` of each sample.
fn fill_half(out: &mut Vec<f64>, extent: Extent, samples: &Forward, sw: &mut Vec<f64>) {
    let Extent { network, layer, width, outputs, .. } = extent;
    let layer = &network.layers.0[layer + 1];
    let rows = samples.count() * outputs;
    let sw = room(sw, rows * width);
    product(sw, Then::Set, 1.0, view(&samples.s, rows, outputs), weights(layer));
    let out = cleared(out, samples.count() * width);
    for (n, sw) in sw.chunks(outputs * width).enumerate() {
        let out = row_mut(out, n, width);
        for (k, sw) in sw.chunks(width).enumerate() {
            for i in 0..width {
                out[i] += layer.w[(k, i)] * sw[i];
            }
        }
    }
}

/// Two functions of the residual and the Gauss-Newton diagonal of each sample, side by side.
fn diagonals(
    out: &mut Vec<f64>,
    extent: Extent,
    samples: &Forward,
    half: &[f64],
    of: impl Fn(f64, f64) -> [f64; 2],
) {
    let Extent { layer, width, .. } = extent;
    let out = room(out, samples.count() * 2 * width);
    let [phi1, phi2, v] = [&samples.phi1[layer], &samples.phi2[layer], &samples.v[layer]];
    for (n, out) in out.chunks_mut(2 * width).enumerate() {
        for i in 0..width {
            let unit = n * width + i;
            [out[i], out[width + i]] = of(phi2[unit] * v[unit], phi1[unit] * phi1[unit] * half[unit]);
        }
    }
}
