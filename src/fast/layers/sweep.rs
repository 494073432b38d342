//! The adjoint sweep of chapter 11, for all samples of a tile at once.

use super::features::{Features, multiply, scale_columns};
use super::forward::{Forward, weights};
use super::output::add_third;
use super::partials::Partials;
use super::room::room;
use super::sizes::{Sizes, at};
use crate::fast::product::{Then, add_rows, product, view};
use crate::model::{Loss, Network};

/// A gradient by all weights and biases, a row-major matrix and a vector a layer.
#[derive(Default)]
pub(super) struct Gradient {
    pub w: Vec<Vec<f64>>,
    pub b: Vec<Vec<f64>>,
}

impl Gradient {
    pub fn new(sizes: &Sizes) -> Self {
        let layers = sizes.layers();
        Gradient {
            w: (0..layers).map(|l| vec![0.0; sizes.outputs(l) * sizes.inputs(l)]).collect(),
            b: (0..layers).map(|l| vec![0.0; sizes.outputs(l) * sizes.bias(l)]).collect(),
        }
    }

    pub fn clear(&mut self) {
        self.w.iter_mut().chain(&mut self.b).for_each(|sum| sum.fill(0.0));
    }

    /// Adds it to a flat one: order `W1, b1, W2, ..`.
    pub fn add_to(&self, out: &mut [f64]) {
        let own = self.w.iter().zip(&self.b).flat_map(|(w, b)| w.iter().chain(b));
        out.iter_mut().zip(own).for_each(|(out, own)| *out += own);
    }
}

/// One tile on its way back.
pub(super) struct Sweep<'a> {
    pub sizes: &'a Sizes,
    pub network: &'a Network<f64>,
    pub loss: Loss,
    pub tile: &'a Forward,
    pub own: &'a Features,
    pub by: &'a mut Partials,
    pub gradient: &'a mut Gradient,
    pub scratch: &'a mut [Vec<f64>; 2],
}

impl Sweep<'_> {
    /// Carries all partial derivatives, and `share` times those of the loss, to the weights.
    pub fn run(&mut self, share: f64) {
        let hidden = self.sizes.hidden();
        for l in 0..hidden {
            for k in (l + 1..hidden).rev() {
                self.jacobian(k, l);
            }
        }
        for l in 0..hidden {
            for m in l + 1..=hidden {
                self.coupling(m, l);
            }
            self.curvature(l);
            self.adjoint(l);
        }
        self.preactivations(share);
    }

    /// `F_J^{kl}` to `F_J^{k-1,l}`, `G^k` and `f1`.
    fn jacobian(&mut self, k: usize, l: usize) {
        let Sweep { sizes, network, tile, own, by, gradient, scratch, .. } = self;
        let (count, width, later) = (tile.count(), sizes.outputs(l), sizes.outputs(k));
        let w = &network.layers.0[k];
        let rows = count * width;
        let [slopes, scaled] = &mut **scratch;
        let (before, after) = by.j.split_at_mut(at(k, l));
        let f = &after[0][..rows * later];
        let scaled = room(scaled, rows * later);
        scaled.copy_from_slice(f);
        scaled.chunks_mut(count * later).for_each(|scaled| multiply(scaled, &tile.phi1[k]));
        if k > l + 1 {
            let between = sizes.outputs(k - 1);
            let j = view(&own.j[at(k - 1, l)], rows, between);
            let (f_scaled, w) = (view(scaled, rows, later), weights(w));
            product(&mut before[at(k - 1, l)], Then::Add, 1.0, f_scaled, w);
            product(&mut gradient.w[k], Then::Add, 1.0, f_scaled.transpose(), j);
            let slopes = room(slopes, rows * later);
            product(slopes, Then::Set, 1.0, j, w.transpose());
            for (slopes, f) in slopes.chunks(count * later).zip(f.chunks(count * later)) {
                let entries = by.phi1[k].iter_mut().zip(slopes).zip(f);
                entries.for_each(|((out, slope), f)| *out += slope * f);
            }
            return;
        }
        // J^{ll} is a diagonal.
        for row in 0..rows {
            let (p, n) = (row / count, row % count);
            let (f, scaled) = (&f[row * later..(row + 1) * later], &scaled[row * later..(row + 1) * later]);
            let (phi1, column) = (tile.phi1[l][n * width + p], w.w.column(p));
            let slopes = &mut by.phi1[k][n * later..(n + 1) * later];
            let mut first = 0.0;
            for j in 0..later {
                first += column[j] * scaled[j];
                slopes[j] += column[j] * phi1 * f[j];
                gradient.w[k][j * width + p] += scaled[j] * phi1;
            }
            by.phi1[l][n * width + p] += first;
        }
    }

    /// `F_K^{ml}` of a later layer to `F_K^{m,l+1}`, `G^{l+1}` and `f1^l`.
    fn coupling(&mut self, m: usize, l: usize) {
        let Sweep { sizes, network, tile, own, by, gradient, scratch, .. } = self;
        let (count, outputs) = (tile.count(), sizes.outputs(m));
        let (width, later, rows) = (sizes.outputs(l), sizes.outputs(l + 1), count * outputs);
        let w = weights(&network.layers.0[l + 1]);
        let [slopes, scaled] = &mut **scratch;
        let (before, after) = by.k.split_at_mut(at(m, l + 1));
        let f = &before[at(m, l)][..rows * width];
        let k = view(&own.k[at(m, l + 1)], rows, later);
        let slopes = room(slopes, rows * width);
        product(slopes, Then::Set, 1.0, k, w);
        for n in 0..count {
            let out = &mut by.phi1[l][n * width..(n + 1) * width];
            for i in 0..outputs {
                let row = (n * outputs + i) * width..(n * outputs + i + 1) * width;
                let entries = out.iter_mut().zip(&slopes[row.clone()]).zip(&f[row]);
                entries.for_each(|((out, slope), f)| *out += slope * f);
            }
        }
        let scaled = room(scaled, rows * width);
        scaled.copy_from_slice(f);
        scale_columns(scaled, &tile.phi1[l], count, outputs, width);
        let scaled = view(scaled, rows, width);
        product(&mut after[0], Then::Add, 1.0, scaled, w.transpose());
        product(&mut gradient.w[l + 1], Then::Add, 1.0, k.transpose(), scaled);
    }

    /// `F_K^{ll}`, of which only the symmetric part counts, to `F_K^{l+1,l+1}`, `G^{l+1}`, `f1^l`, `f2^l` and, through `v`, to `F_g^{l+1}`.
    fn curvature(&mut self, l: usize) {
        let Sweep { sizes, network, tile, own, by, gradient, scratch, .. } = self;
        let (count, width, later) = (tile.count(), sizes.outputs(l), sizes.outputs(l + 1));
        let w = weights(&network.layers.0[l + 1]);
        let [inner, scaled] = &mut **scratch;
        let (before, after) = by.k.split_at_mut(at(l + 1, l + 1));
        let f = &mut before[at(l, l)][..count * width * width];
        f.chunks_mut(width * width).for_each(|f| symmetrise(f, width));
        let f = &*f;
        for (row, f) in f.chunks(width).enumerate() {
            let half = &own.half[l][row * width..(row + 1) * width];
            by.phi1[l][row] += 2.0 * f.iter().zip(half).map(|(f, half)| f * half).sum::<f64>();
            by.phi2[l][row] += f[row % width] * tile.v[l][row];
        }
        // W X with X = phi1 F phi1, sample by sample.
        let inner = room(inner, count * later * width);
        let scaled = room(scaled, width * width);
        for n in 0..count {
            let phi1 = &tile.phi1[l][n * width..(n + 1) * width];
            let f = &f[n * width * width..(n + 1) * width * width];
            for ((out, f), own) in scaled.chunks_mut(width).zip(f.chunks(width)).zip(phi1) {
                out.iter_mut().zip(f).zip(phi1).for_each(|((out, f), phi1)| *out = own * f * phi1);
            }
            let out = &mut inner[n * later * width..(n + 1) * later * width];
            product(out, Then::Set, 1.0, w, view(scaled, width, width));
        }
        let inner = view(inner, count * later, width);
        product(&mut after[0], Then::Add, 1.0, inner, w.transpose());
        let k = view(&own.k[at(l + 1, l + 1)], count * later, later);
        product(&mut gradient.w[l + 1], Then::Add, 2.0, k.transpose(), inner);
    }

    /// `F_v^l`, of `K` and of `g`, to `F_g^{l+1}`, `G^{l+1}` and `f1^l`.
    fn adjoint(&mut self, l: usize) {
        let Sweep { sizes, network, tile, by, gradient, scratch, .. } = self;
        let (count, width, later) = (tile.count(), sizes.outputs(l), sizes.outputs(l + 1));
        let f_v = room(&mut scratch[0], count * width);
        for (entry, f_v) in f_v.iter_mut().enumerate() {
            let f_g = by.g[l][entry];
            by.phi1[l][entry] += f_g * tile.v[l][entry];
            let f_k = by.k[at(l, l)][entry * width + entry % width];
            *f_v = f_k * tile.phi2[l][entry] + f_g * tile.phi1[l][entry];
        }
        let f_v = view(f_v, count, width);
        let w = weights(&network.layers.0[l + 1]);
        product(&mut by.g[l + 1], Then::Add, 1.0, f_v, w.transpose());
        let g = view(&tile.g[l + 1], count, later);
        product(&mut gradient.w[l + 1], Then::Add, 1.0, g.transpose(), f_v);
    }

    /// From the outputs back through the preactivations of all layers.
    fn preactivations(&mut self, share: f64) {
        let Sweep { sizes, network, loss, tile, by, gradient, scratch, .. } = self;
        let (count, last) = (tile.count(), sizes.hidden());
        let outputs = sizes.outputs(last);
        let [a, z] = &mut **scratch;
        let rows = room(a, count * outputs);
        for (n, a) in rows.chunks_mut(outputs).enumerate() {
            let row = n * outputs..(n + 1) * outputs;
            let square = n * outputs * outputs..(n + 1) * outputs * outputs;
            let (s, f_g) = (&tile.s[square.clone()], &by.g[last][row.clone()]);
            for (i, a) in a.iter_mut().enumerate() {
                let along = s[i * outputs..(i + 1) * outputs].iter().zip(f_g).map(|(s, f)| s * f);
                *a = share * tile.share[n] * tile.g[last][n * outputs + i] + along.sum::<f64>();
            }
            add_third(*loss, &tile.third[row], s, &by.k[at(last, last)][square], a);
        }
        for l in (0..=last).rev() {
            let (width, inputs) = (sizes.outputs(l), sizes.inputs(l));
            let rows = view(a, count, width);
            let before = view(&tile.z[l], count, inputs);
            product(&mut gradient.w[l], Then::Add, 1.0, rows.transpose(), before);
            add_rows(&mut gradient.b[l], &a[..count * width]);
            if l == 0 {
                return;
            }
            let z = room(z, count * inputs);
            product(z, Then::Set, 1.0, rows, weights(&network.layers.0[l]));
            let a = room(a, count * inputs);
            for (entry, a) in a.iter_mut().enumerate() {
                *a = tile.phi1[l - 1][entry] * (z[entry] + by.z[l][entry])
                    + tile.phi2[l - 1][entry] * by.phi1[l - 1][entry]
                    + tile.phi3[l - 1][entry] * by.phi2[l - 1][entry];
            }
        }
    }
}

/// `(F + F')/2`.
fn symmetrise(f: &mut [f64], width: usize) {
    for i in 0..width {
        for j in 0..i {
            let mean = 0.5 * (f[i * width + j] + f[j * width + i]);
            (f[i * width + j], f[j * width + i]) = (mean, mean);
        }
    }
}
