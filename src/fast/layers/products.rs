//! What a tile of samples meets in all samples: the sums over pairs that both the moments and the gradient are made of.

use super::features::{Features, apart};
use super::forward::Forward;
use super::pair::Pair;
use super::plan::{LayerPlan, LayerRoute};
use super::room::room;
use super::rows::weighted;
use super::sizes::{Sizes, at, blocks};
use super::sums::Sums;
use super::weights::Weights;
use super::{distant, neighbours};
use crate::fast::lanes::{row, row_mut, vectorised};
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
            if !given.route(m, l).is_by_pairs() {
                continue;
            }
            pair.set_weight((m, l), 1.0);
            for p in 0..sizes.outputs(l) {
                self.add_unit(given, (m, l, p), (rows, own), (columns, other), squared, pair);
                if m == l + 1 && given.route(m, l) == LayerRoute::Pairs {
                    neighbours::add(given, (l, p), (tile, own), (chunk, other), self, squared, pair);
                }
            }
            if apart(m, l) {
                distant::add(given, (m, l), (tile, own), (chunk, other), self, squared, pair);
            }
        }
    }

    /// Adds the terms `<K, K'>` of unit `p` of `l` and all units of `m`.
    fn add_unit(
        &mut self,
        given: Given,
        (m, l, p): (usize, usize, usize),
        (rows, own): (usize, &Features),
        (columns, other): (usize, &Features),
        squared: &mut [Vec<f64>],
        pair: &mut Pair,
    ) {
        let (sizes, index) = (given.sizes(), at(m, l));
        let width = sizes.columns(m, l, p);
        let [scaled, by_k, ..] = &mut pair.more;
        let k = &other.k[index][sizes.place((m, l), p, columns)];
        let k = weighted(k, given.kappa((m, l), p), scaled);
        let by_k = room(by_k, rows * width);
        product(by_k, Then::Set, 1.0, view(&pair.weight, rows, columns), view(k, columns, width));
        let place = sizes.place((m, l), p, rows);
        let squared = &mut squared[index][sizes.entries((m, l), p)];
        take(&mut self.k[index][place.clone()], by_k, &own.k[index][place], squared, 1.0);
    }
}

/// Adds half the derivatives by `K` of a unit to those that are there, and the squares that they come from: `times` their product with `K`.
pub(super) fn take(out: &mut [f64], by_k: &[f64], k: &[f64], squared: &mut [f64], times: f64) {
    let width = squared.len();
    vectorised(
        #[inline(always)]
        || {
            for n in 0..out.len() / width {
                let (out, by_k, k) = (row_mut(out, n, width), row(by_k, n, width), row(k, n, width));
                for i in 0..width {
                    out[i] += by_k[i];
                    squared[i] += times * k[i] * by_k[i];
                }
            }
        },
    );
}
