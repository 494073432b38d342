//! Partial derivatives of an objective by the quantities of each sample of a tile: chapter 11 before its sweep.

use super::features::{Features, apart};
use super::forward::Forward;
use super::given::Given;
use super::plan::LayerRoute;
use super::products::Products;
use super::room::cleared;
use super::round::Pair;
use super::rows::{add_scaled, weighted};
use super::sizes::{Sizes, at, blocks};
use super::worker::Room;
use super::{distant, neighbours};
use crate::fast::lanes::{row, row_mut, vectorised};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;

/// Partial derivatives of a tile by way of a worker's units, a row a sample, each quantity held independent of the others.
#[derive(Default)]
pub(super) struct Partials {
    /// By `J` of hidden layers that are not the same, in its places.
    pub j: Vec<Vec<f64>>,
    /// By `g`.
    pub g: Vec<Vec<f64>>,
    /// By the input of each layer; by `x` there is none.
    pub z: Vec<Vec<f64>>,
    /// By `phi1` and by `phi2 v` of each hidden layer.
    pub phi1: Vec<Vec<f64>>,
    pub r: Vec<Vec<f64>>,
    /// By the outputs, through `S`.
    pub outputs: Vec<f64>,
}

impl Partials {
    pub fn new(sizes: &Sizes, most: &dyn Fn(usize, usize) -> usize, count: usize) -> Self {
        let (layers, hidden) = (sizes.layers(), sizes.hidden());
        let outputs = |layers: usize| -> Vec<Vec<f64>> {
            (0..layers).map(|l| vec![0.0; count * sizes.outputs(l)]).collect()
        };
        let mut j = vec![Vec::new(); blocks(hidden)];
        for (k, l) in pairs_of_layers(hidden).filter(|(k, l)| k > l) {
            j[at(k, l)] = vec![0.0; count * most(k, l)];
        }
        Partials {
            j,
            g: outputs(layers),
            z: (0..layers).map(|l| vec![0.0; if l > 0 { count * sizes.inputs(l) } else { 0 }]).collect(),
            phi1: outputs(hidden),
            r: outputs(hidden),
            outputs: vec![0.0; count * sizes.outputs(hidden)],
        }
    }

    /// Forgets what belongs to units.
    pub fn clear_units(&mut self) {
        self.j.iter_mut().for_each(|by| by.fill(0.0));
    }

    /// What is summed over units.
    pub fn vectors(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let Partials { g, z, phi1, r, outputs, .. } = self;
        g.iter_mut().chain(z).chain(phi1).chain(r).chain(std::iter::once(outputs))
    }

    /// Adds the vectors of another worker.
    pub fn add_vectors(&mut self, other: &Partials) {
        let Partials { g, z, phi1, r, outputs, .. } = other;
        let others = g.iter().chain(z).chain(phi1).chain(r).chain(std::iter::once(outputs));
        self.vectors().zip(others).for_each(|(own, other)| add_scaled(own, 1.0, other));
    }

    /// Adds what the sums over pairs have for vectors.
    pub fn add_products(&mut self, given: Given, count: usize, sums: &Products) {
        let sizes = given.sizes();
        for (m, l) in pairs_of_layers(sizes.layers()).filter(|&(m, l)| m > l) {
            if !given.route(m, l).is_by_pairs() {
                continue;
            }
            let factor = given.factor(m, l);
            let add = |out: &mut [f64], sums: &[f64], width: usize| {
                add_scaled(&mut out[..count * width], factor, sums);
            };
            add(&mut self.g[m], &sums.g[at(m, l)], sizes.outputs(m));
            if m == l + 1 {
                add(&mut self.z[m], &sums.z[l], sizes.outputs(l));
                add(&mut self.phi1[l], &sums.phi1[l], sizes.outputs(l));
            }
        }
    }

    /// Adds what the traces of units have for the inputs: `|zt|^2` stands beside `K_pp`.
    pub fn add_traces(&mut self, given: Given, tile: &Forward, own: &Features) {
        let (sizes, count) = (given.sizes(), tile.count());
        for m in 1..sizes.layers() {
            let inputs = sizes.inputs(m);
            for (n, share) in tile.share.iter().enumerate() {
                let counted = |p: usize| {
                    let place = given.place((m, m), p, count).start + n * sizes.columns(m, m, p);
                    given.tau(m, p) * own.k[at(m, m)][place]
                };
                let trace: f64 = given.units.of(m).map(counted).sum();
                let z = row(&tile.z[m], n, inputs);
                add_scaled(row_mut(&mut self.z[m], n, inputs), 2.0 * share * trace, z);
            }
        }
    }
}

/// Adds what some pairs of tiles give beyond their sums.
pub(super) fn add(
    given: Given,
    pairs: &[Pair],
    features: &[Features],
    out: &mut [Partials],
    rooms: &mut Room,
) {
    let sizes = given.sizes();
    for (pair, met) in pairs.iter().zip(&mut rooms.met) {
        met.by_ze.iter_mut().for_each(|by| _ = cleared(by, pair.rows * pair.columns));
    }
    for (m, l) in pairs_of_layers(sizes.layers()).filter(|&(m, _)| m > 0) {
        if !given.route(m, l).is_by_pairs() {
            continue;
        }
        let factor = given.factor(m, l);
        set_grams(given, (m, l), pairs, features, rooms);
        for (pair, met) in pairs.iter().zip(&mut rooms.met) {
            let share = factor * pair.share();
            let twice = if m == l { 2.0 } else { 1.0 };
            let gram = &met.gram[..pair.rows * pair.columns];
            add_counted(&mut met.by_ze[m], twice * share, gram, &pair.counted[l]);
            if m > l && l > 0 {
                add_counted(&mut met.by_ze[l], share, gram, &pair.counted[m]);
            }
        }
        if m == l + 1 && l > 0 && given.route(m, l) == LayerRoute::Pairs {
            neighbours::add_by_ze(given, l, factor, pairs, features, rooms);
        }
        if apart(m, l) {
            distant::add_partials(given, (m, l), pairs, features, out, rooms);
        }
    }
    for (pair, met) in pairs.iter().zip(&rooms.met) {
        for l in 1..sizes.layers() {
            for way in pair.both_ways() {
                let other = &given.tiles[way.other];
                let z = view(&other.z[l], other.count(), sizes.inputs(l));
                product(&mut out[way.own].z[l], Then::Add, 1.0, way.matrix(&met.by_ze[l]), z);
            }
        }
    }
}

/// Sets the grams of the pairs to `<K, K'>`, weighted.
fn set_grams(given: Given, (m, l): (usize, usize), pairs: &[Pair], features: &[Features], rooms: &mut Room) {
    let Room { met, more: [scaled, ..], .. } = rooms;
    for (pair, met) in pairs.iter().zip(&mut *met) {
        cleared(&mut met.gram, pair.rows * pair.columns);
    }
    for p in given.units.of(l) {
        let width = given.sizes().columns(m, l, p);
        for (pair, met) in pairs.iter().zip(&mut *met) {
            let of = |tile: usize, rows: usize| &features[tile].k[at(m, l)][given.place((m, l), p, rows)];
            let k = weighted(of(pair.first, pair.rows), given.kappa((m, l), p), scaled);
            let other = view(of(pair.second, pair.columns), pair.columns, width);
            pair.add_gram(&mut met.gram, view(k, pair.rows, width), other);
        }
    }
    for (pair, met) in pairs.iter().zip(met) {
        pair.complete(&mut met.gram);
    }
}

/// `out += factor gram counted` for all pairs.
fn add_counted(out: &mut [f64], factor: f64, gram: &[f64], counted: &[f64]) {
    vectorised(
        #[inline(always)]
        || {
            let (out, counted) = (&mut out[..gram.len()], &counted[..gram.len()]);
            for i in 0..gram.len() {
                out[i] += factor * gram[i] * counted[i];
            }
        },
    );
}
