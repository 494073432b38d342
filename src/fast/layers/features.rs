//! What the Hessian of each sample of a tile is made of, by the recursions of chapter 9.

use super::forward::{Forward, weights};
use super::plan::Route;
use super::sizes::{Sizes, at, blocks};
use crate::fast::product::{Then, product, view};
use crate::model::Network;

/// `K` and `J` of a tile, a row a sample, and what the pairs of samples need of them.
#[derive(Default)]
pub(super) struct Features {
    /// `K^{ml}`, unit of `m` times unit of `l`, at [`at`].
    pub k: Vec<Vec<f64>>,
    /// `(W' K^{l+1,l+1} W) phi1^l` with `W = W^{l+1}`, from which `K^{ll}` comes, a hidden layer each.
    pub half: Vec<Vec<f64>>,
    /// `J^{kl}` for hidden layers `k > l`, at [`at`]: a matrix of samples times units of `k` for each unit of `l`.
    pub j: Vec<Vec<f64>>,
    /// `K^{ml}` in the same order, where layers stand apart and are treated by pairs.
    pub by_unit: Vec<Vec<f64>>,
    /// `g^{l+1} phi1^l'` and `K^{l+1,l} diag(z^l)` of neighbouring layers where a route wants them, at the earlier layer.
    pub d: Vec<Vec<f64>>,
    pub kz: Vec<Vec<f64>>,
}

/// Whether layers stand further apart than neighbours.
pub(super) fn apart(m: usize, l: usize) -> bool {
    m > l + 1
}

impl Features {
    pub fn new(sizes: &Sizes, routes: &[Route], count: usize) -> Self {
        let (layers, hidden) = (sizes.layers(), sizes.hidden());
        let all = |of: &dyn Fn(usize, usize) -> usize, layers: usize| -> Vec<Vec<f64>> {
            let mut all = vec![Vec::new(); blocks(layers)];
            for m in 0..layers {
                for l in 0..=m {
                    all[at(m, l)] = vec![0.0; count * of(m, l)];
                }
            }
            all
        };
        let pairs = |m: usize, l: usize| routes[at(m, l)] == Route::Pairs;
        let neighbours = |l: usize| vec![0.0; count * sizes.units(l + 1, l)];
        Features {
            k: all(&|m, l| sizes.units(m, l), layers),
            half: (0..hidden).map(|l| vec![0.0; count * sizes.units(l, l)]).collect(),
            j: all(&|k, l| if k > l { sizes.units(k, l) } else { 0 }, hidden),
            by_unit: all(&|m, l| if apart(m, l) && pairs(m, l) { sizes.units(m, l) } else { 0 }, layers),
            d: (0..hidden).map(neighbours).collect(),
            kz: (0..hidden).map(neighbours).collect(),
        }
    }

    pub fn fill(&mut self, sizes: &Sizes, network: &Network<f64>, forward: &Forward) {
        let last = sizes.hidden();
        self.k[at(last, last)][..forward.s.len()].copy_from_slice(&forward.s);
        for l in (0..last).rev() {
            self.fill_couplings(sizes, network, forward, l);
            self.fill_diagonal(sizes, network, forward, l);
            self.fill_neighbours(sizes, forward, l);
        }
        for l in 0..last {
            self.fill_jacobians(sizes, network, forward, l);
        }
        for (m, l) in crate::terms::pairs_of_layers(sizes.layers()) {
            let (rows, columns) = (sizes.outputs(m), sizes.outputs(l));
            if !self.by_unit[at(m, l)].is_empty() {
                sort_by_unit(&mut self.by_unit[at(m, l)], &self.k[at(m, l)], forward.count(), rows, columns);
            }
        }
    }

    /// `K^{ml} = K^{m,l+1} W^{l+1} phi1^l` for all later layers.
    fn fill_couplings(&mut self, sizes: &Sizes, network: &Network<f64>, forward: &Forward, l: usize) {
        let (count, w) = (forward.count(), weights(&network.layers.0[l + 1]));
        for m in l + 1..sizes.layers() {
            let (before, from) = self.k.split_at_mut(at(m, l + 1));
            let rows = count * sizes.outputs(m);
            let k = &mut before[at(m, l)];
            product(k, Then::Set, 1.0, view(&from[0], rows, sizes.outputs(l + 1)), w);
            scale_columns(k, &forward.phi1[l], count, sizes.outputs(m), sizes.outputs(l));
        }
    }

    /// `K^{ll} = phi1 (W' K^{l+1,l+1} W) phi1 + diag(phi2 v)`, from `K^{l+1,l}`.
    fn fill_diagonal(&mut self, sizes: &Sizes, network: &Network<f64>, forward: &Forward, l: usize) {
        let (width, later) = (sizes.outputs(l), sizes.outputs(l + 1));
        let w = weights(&network.layers.0[l + 1]);
        let (before, after) = self.k.split_at_mut(at(l + 1, l));
        let (k, coupling) = (&mut before[at(l, l)], &after[0]);
        for n in 0..forward.count() {
            let half = &mut self.half[l][n * width * width..(n + 1) * width * width];
            let coupling = &coupling[n * later * width..(n + 1) * later * width];
            product(half, Then::Set, 1.0, w.transpose(), view(coupling, later, width));
            let phi1 = &forward.phi1[l][n * width..(n + 1) * width];
            let k = &mut k[n * width * width..(n + 1) * width * width];
            for ((k, half), phi1) in k.chunks_mut(width).zip(half.chunks(width)).zip(phi1) {
                k.iter_mut().zip(half).for_each(|(k, half)| *k = phi1 * half);
            }
            for i in 0..width {
                k[i * width + i] += forward.phi2[l][n * width + i] * forward.v[l][n * width + i];
            }
        }
    }

    fn fill_neighbours(&mut self, sizes: &Sizes, forward: &Forward, l: usize) {
        let (width, later) = (sizes.outputs(l), sizes.outputs(l + 1));
        let k = &self.k[at(l + 1, l)];
        let (d, kz) = (&mut self.d[l], &mut self.kz[l]);
        for n in 0..forward.count() {
            let (phi1, z) = (&forward.phi1[l][n * width..][..width], &forward.z[l + 1][n * width..][..width]);
            for i in 0..later {
                let g = forward.g[l + 1][n * later + i];
                let row = (n * later + i) * width..(n * later + i + 1) * width;
                d[row.clone()].iter_mut().zip(phi1).for_each(|(d, phi1)| *d = g * phi1);
                let products = kz[row.clone()].iter_mut().zip(&k[row]).zip(z);
                products.for_each(|((kz, k), z)| *kz = k * z);
            }
        }
    }

    /// `J^{kl} = phi1^k W^k J^{k-1,l}` for all later hidden layers.
    fn fill_jacobians(&mut self, sizes: &Sizes, network: &Network<f64>, forward: &Forward, l: usize) {
        let (count, width) = (forward.count(), sizes.outputs(l));
        for k in l + 1..sizes.hidden() {
            let (w, later) = (&network.layers.0[k], sizes.outputs(k));
            if k == l + 1 {
                let j = &mut self.j[at(k, l)][..count * width * later];
                for (row, j) in j.chunks_mut(later).enumerate() {
                    let (p, n) = (row / count, row % count);
                    let phi1 = forward.phi1[l][n * width + p];
                    j.iter_mut().zip(w.w.column(p).iter()).for_each(|(j, w)| *j = w * phi1);
                }
            } else {
                let (before, after) = self.j.split_at_mut(at(k, l));
                let from = view(&before[at(k - 1, l)], count * width, sizes.outputs(k - 1));
                product(&mut after[0], Then::Set, 1.0, from, weights(w).transpose());
            }
            for j in self.j[at(k, l)].chunks_mut(count * later).take(width) {
                multiply(j, &forward.phi1[k]);
            }
        }
    }
}

/// Multiplies entries by those of another.
pub(super) fn multiply(entries: &mut [f64], by: &[f64]) {
    entries.iter_mut().zip(by).for_each(|(entry, by)| *entry *= by);
}

/// Multiplies each column of each sample's matrix by an entry of the sample's vector.
pub(super) fn scale_columns(matrices: &mut [f64], by: &[f64], count: usize, rows: usize, columns: usize) {
    for n in 0..count {
        let by = &by[n * columns..(n + 1) * columns];
        for row in matrices[n * rows * columns..(n + 1) * rows * columns].chunks_mut(columns) {
            multiply(row, by);
        }
    }
}

/// A matrix of samples times rows for each column, from each sample's matrix.
fn sort_by_unit(out: &mut [f64], of: &[f64], count: usize, rows: usize, columns: usize) {
    for n in 0..count {
        for (i, row) in of[n * rows * columns..(n + 1) * rows * columns].chunks(columns).enumerate() {
            row.iter().enumerate().for_each(|(p, entry)| out[(p * count + n) * rows + i] = *entry);
        }
    }
}
