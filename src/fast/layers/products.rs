//! What a tile of samples meets in all samples: the sums over pairs that both the moments and the gradient are made of.

use super::features::{Features, apart};
use super::forward::Forward;
use super::pair::{Pair, pairs};
use super::plan::{LayerPlan, LayerRoute};
use super::rows::{add_products_of_rows, weighted};
use super::sizes::{Sizes, at, blocks};
use super::sums::Sums;
use super::weights::Weights;
use super::{distant, neighbours};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;

/// Half the partial derivatives of each `|H_ml|_F^2` by what the samples of a tile have, each quantity held independent of the others; but
/// for those by way of `ze` and `J`.
#[derive(Default)]
pub(super) struct Products {
    /// By `K^{ml}`, in its places.
    pub k: Vec<Vec<f64>>,
    /// By `g^m` of two different layers, at [`at`].
    pub g: Vec<Vec<f64>>,
    /// By the `z^l` and the `phi1^l` that meet `K^{l+1,l}` and `g^{l+1}`, at the earlier layer.
    pub z: Vec<Vec<f64>>,
    pub phi1: Vec<Vec<f64>>,
}

/// What the products and the partial derivatives of a tile are computed from.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub plan: &'a LayerPlan,
    /// The sums over all samples.
    pub sums: &'a Sums,
    /// What each trace and each square counts, once it is known.
    pub weights: Option<&'a Weights>,
}

impl<'a> Given<'a> {
    pub fn sizes(&self) -> &'a Sizes {
        &self.plan.sizes
    }

    pub fn route(&self, m: usize, l: usize) -> LayerRoute {
        self.plan.routes[at(m, l)]
    }

    /// What the pairs of unit `p` of `l` with units of `m` count, where that differs from pair to pair.
    pub fn kappa(&self, (m, l): (usize, usize), p: usize) -> Option<&'a [f64]> {
        let weights = self.weights.filter(|_| self.plan.by_units)?;
        Some(&weights.kappa[at(m, l)][self.sizes().entries((m, l), p)])
    }

    /// Units of `l` for which one sum is enough: all of them where their pairs count the same.
    pub fn alike(&self, l: usize) -> usize {
        if self.plan.by_units { 1 } else { self.sizes().outputs(l) }
    }
}

impl Products {
    pub fn new(plan: &LayerPlan, count: usize) -> Self {
        let sizes = &plan.sizes;
        let layers = sizes.layers();
        let mut products = Products {
            k: vec![Vec::new(); blocks(layers)],
            g: vec![Vec::new(); blocks(layers)],
            z: vec![Vec::new(); sizes.hidden()],
            phi1: vec![Vec::new(); sizes.hidden()],
        };
        for (m, l) in pairs_of_layers(layers).filter(|&(m, l)| plan.routes[at(m, l)].is_by_pairs()) {
            products.k[at(m, l)] = vec![0.0; count * sizes.units(m, l)];
            if m > l {
                products.g[at(m, l)] = vec![0.0; count * sizes.outputs(m)];
            }
            if m == l + 1 {
                products.z[l] = vec![0.0; count * sizes.outputs(l)];
                products.phi1[l] = vec![0.0; count * sizes.outputs(l)];
            }
        }
        products
    }

    /// Begins the sums of a tile with what goes by way of the inputs.
    pub fn begin(
        &mut self,
        given: Given,
        tile: (&Forward, &Features),
        squared: &mut [Vec<f64>],
        more: &mut [Vec<f64>; 6],
    ) {
        let Products { k, g, z, phi1 } = self;
        k.iter_mut().chain(g).chain(z).chain(phi1).for_each(|sum| sum.fill(0.0));
        for l in 0..given.sizes().hidden() {
            if given.route(l + 1, l) == LayerRoute::Inputs {
                neighbours::add_by_inputs(given, l, tile, self, squared, more);
            }
        }
    }

    /// Adds the pairs of the tile with a chunk, for which `pair` is filled.
    pub fn add(
        &mut self,
        given: Given,
        (tile, own): (&Forward, &Features),
        (chunk, other): (&Forward, &Features),
        squared: &mut [Vec<f64>],
        pair: &mut Pair,
    ) {
        let sizes = given.sizes();
        let (rows, columns) = (tile.count(), chunk.count());
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let index = at(m, l);
            if !given.route(m, l).is_by_pairs() {
                continue;
            }
            pair.set_weight((m, l), 1.0);
            let weight = pairs(&pair.weight, tile, chunk);
            for p in 0..sizes.outputs(l) {
                let k = &other.k[index][sizes.place((m, l), p, columns)];
                let k = weighted(k, given.kappa((m, l), p), &mut pair.more[0]);
                let out = &mut self.k[index][sizes.place((m, l), p, rows)];
                product(out, Then::Add, 1.0, weight, view(k, columns, sizes.columns(m, l, p)));
            }
            if m == l + 1 && given.route(m, l) == LayerRoute::Pairs {
                neighbours::add(given, l, (tile, own), (chunk, other), self, squared, pair);
            } else if apart(m, l) {
                distant::add(given, (m, l), (tile, own), (chunk, other), self, squared, pair);
            }
        }
    }

    /// Adds to the squared norms of the blocks of units what the sums with `K` give.
    pub fn add_squares(&self, given: Given, own: &Features, count: usize, squared: &mut [Vec<f64>]) {
        let sizes = given.sizes();
        for (m, l) in pairs_of_layers(sizes.layers()) {
            if !given.route(m, l).is_by_pairs() {
                continue;
            }
            for p in 0..sizes.outputs(l) {
                let place = sizes.place((m, l), p, count);
                let squared = &mut squared[at(m, l)][sizes.entries((m, l), p)];
                add_products_of_rows(squared, &own.k[at(m, l)][place.clone()], &self.k[at(m, l)][place]);
            }
        }
    }
}
