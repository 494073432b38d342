//! What a tile of samples meets in all samples: the sums over pairs that both the moments and the gradient are made of.

use super::apart;
use super::features::{self, Features};
use super::forward::Forward;
use super::plan::LayerRoute;
use super::room::room;
use super::sizes::{Sizes, at, blocks};
use super::sums::{Sums, augmented};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;

/// Sums over the samples `n'`, for each sample `n` of a tile. `omega'` is what `n'` counts, `ze` the products of two samples' inputs.
#[derive(Default)]
pub(super) struct Products {
    /// `sum omega' ze^{m-1} ze^{l-1} K'`, at [`at`].
    pub k: Vec<Vec<f64>>,
    /// `sum omega' ze^{l-1} D'` and `sum omega' ze^{l-1} K' z'` of neighbouring layers, at the earlier one.
    pub d: Vec<Vec<f64>>,
    pub kz: Vec<Vec<f64>>,
    /// `sum omega' ze^{l-1} g' (J'^T z)` and `sum omega' ze^{l-1} g' (J^T J')` of layers that stand apart: samples times units of `m` for
    /// each unit of `l`.
    pub g: Vec<Vec<f64>>,
    pub jj: Vec<Vec<f64>>,
}

/// Room for a tile against a chunk of samples.
#[derive(Default)]
pub(super) struct Pair {
    /// `ze` of each layer's inputs.
    pub ze: Vec<Vec<f64>>,
    /// `omega' ze^{l-1}`, and another weight of each pair.
    pub early: Vec<f64>,
    pub weight: Vec<f64>,
    /// What the derivative by the input of each layer has for the other sample's input.
    pub by_z: Vec<Vec<f64>>,
    /// Results, an entry a pair.
    pub gram: Vec<f64>,
    pub more: [Vec<f64>; 4],
}

impl Pair {
    pub fn new(layers: usize) -> Self {
        let empty = || vec![Vec::new(); layers];
        Pair { ze: empty(), by_z: empty(), ..Pair::default() }
    }

    /// `ze` of a tile and a chunk.
    pub fn fill(&mut self, sizes: &Sizes, tile: &Forward, chunk: &Forward) {
        let entries = tile.count() * chunk.count();
        for (l, ze) in self.ze.iter_mut().enumerate() {
            let ze = room(ze, entries);
            ze.fill(sizes.bias(l) as f64);
            let (left, right) = (&tile.z[l], &chunk.z[l]);
            let width = sizes.inputs(l);
            let right = view(right, chunk.count(), width).transpose();
            product(ze, Then::Add, 1.0, view(left, tile.count(), width), right);
        }
    }

    /// Sets the weight of each pair to `omega' ze^{l-1}`.
    pub fn set_early(&mut self, chunk: &Forward, l: usize) {
        let early = room(&mut self.early, self.ze[l].len());
        for (early, ze) in early.chunks_mut(chunk.count()).zip(self.ze[l].chunks(chunk.count())) {
            let both = early.iter_mut().zip(ze).zip(&chunk.share);
            both.for_each(|((early, ze), share)| *early = ze * share);
        }
    }

    /// Sets the weight of each pair to `kappa omega' (ze^{m-1})^2`.
    pub fn set_squares(&mut self, chunk: &Forward, m: usize, kappa: f64) {
        let weight = room(&mut self.weight, self.ze[m].len());
        for (weight, ze) in weight.chunks_mut(chunk.count()).zip(self.ze[m].chunks(chunk.count())) {
            let both = weight.iter_mut().zip(ze).zip(&chunk.share);
            both.for_each(|((weight, ze), share)| *weight = kappa * share * ze * ze);
        }
    }
}

impl Products {
    pub fn new(sizes: &Sizes, routes: &[LayerRoute], count: usize) -> Self {
        let layers = sizes.layers();
        let mut products = Products {
            k: vec![Vec::new(); blocks(layers)],
            d: vec![Vec::new(); sizes.hidden()],
            kz: vec![Vec::new(); sizes.hidden()],
            g: vec![Vec::new(); blocks(layers)],
            jj: vec![Vec::new(); blocks(layers)],
        };
        for (m, l) in pairs_of_layers(layers) {
            let index = at(m, l);
            if !routes[index].is_by_pairs() {
                continue;
            }
            let zeros = || vec![0.0; count * sizes.units(m, l)];
            products.k[index] = zeros();
            if m == l + 1 {
                (products.d[l], products.kz[l]) = (zeros(), zeros());
            } else if features::apart(m, l) {
                (products.g[index], products.jj[index]) = (zeros(), zeros());
            }
        }
        products
    }

    fn clear(&mut self) {
        let Products { k, d, kz, g, jj } = self;
        k.iter_mut().chain(d).chain(kz).chain(g).chain(jj).for_each(|sum| sum.fill(0.0));
    }

    /// Begins the sums of a tile with what goes by way of the inputs.
    pub fn begin(
        &mut self,
        sizes: &Sizes,
        routes: &[LayerRoute],
        tile: &Forward,
        sums: &Sums,
        scratch: &mut Vec<f64>,
    ) {
        self.clear();
        let count = tile.count();
        for l in (0..sizes.hidden()).filter(|&l| routes[at(l + 1, l)] == LayerRoute::Inputs) {
            let (inputs, units) = (sizes.augmented(l), sizes.units(l + 1, l));
            let zt = room(scratch, count * inputs);
            augmented(zt, sizes, tile, l);
            let zt = view(zt, count, inputs);
            product(&mut self.d[l], Then::Set, 1.0, zt, view(&sums.d[l], inputs, units));
            product(&mut self.kz[l], Then::Set, 1.0, zt, view(&sums.kz[l], inputs, units));
        }
    }

    /// Adds the pairs of the tile with a chunk, for which `pair` is filled.
    pub fn add(
        &mut self,
        sizes: &Sizes,
        routes: &[LayerRoute],
        (tile, own): (&Forward, &Features),
        (chunk, other): (&Forward, &Features),
        pair: &mut Pair,
    ) {
        let (rows, columns) = (tile.count(), chunk.count());
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (index, units) = (at(m, l), sizes.units(m, l));
            if !routes[index].is_by_pairs() {
                continue;
            }
            pair.set_early(chunk, l);
            let weight = room(&mut pair.weight, rows * columns);
            let both = pair.early.iter().zip(&pair.ze[m]);
            weight.iter_mut().zip(both).for_each(|(weight, (early, ze))| *weight = early * ze);
            let k = view(&other.k[index], columns, units);
            product(&mut self.k[index], Then::Add, 1.0, view(weight, rows, columns), k);
            if m == l + 1 && routes[index] == LayerRoute::Pairs {
                let early = view(&pair.early, rows, columns);
                product(&mut self.d[l], Then::Add, 1.0, early, view(&other.d[l], columns, units));
                product(&mut self.kz[l], Then::Add, 1.0, early, view(&other.kz[l], columns, units));
            } else if features::apart(m, l) {
                apart::add_products(sizes, (m, l), self, (tile, own), (chunk, other), pair);
            }
        }
    }

    /// Adds to the squared norms of the blocks of units what the tile's sums give.
    pub fn add_squares(
        &self,
        sizes: &Sizes,
        routes: &[LayerRoute],
        (tile, own): (&Forward, &Features),
        squared: &mut [Vec<f64>],
    ) {
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (index, units) = (at(m, l), sizes.units(m, l));
            if !routes[index].is_by_pairs() {
                continue;
            }
            let squared = &mut squared[index];
            for (n, share) in tile.share.iter().enumerate() {
                let row = n * units..(n + 1) * units;
                let pairs = own.k[index][row.clone()].iter().zip(&self.k[index][row.clone()]);
                squared.iter_mut().zip(pairs).for_each(|(sum, (k, by))| *sum += share * k * by);
                if m == l + 1 {
                    let d = own.d[l][row.clone()].iter().zip(&self.d[l][row.clone()]);
                    let kz = own.kz[l][row.clone()].iter().zip(&self.kz[l][row]);
                    for (sum, ((d, by_d), (kz, by_kz))) in squared.iter_mut().zip(d.zip(kz)) {
                        *sum += share * (kz * by_d + d * (by_kz + by_d));
                    }
                }
            }
            if features::apart(m, l) {
                apart::add_squares(sizes, (m, l), self, (tile, own), squared);
            }
        }
    }
}
