//! What one worker has for itself, and what it does with its units.

use super::features::Features;
use super::forward::Forward;
use super::given::Given;
use super::gradient::Gradient;
use super::kernel::Kernel;
use super::partials::{self, Partials};
use super::plan::{LayerPlan, LayerRoute};
use super::products::{self, Out, Products};
use super::round::Pair;
use super::sizes::{Sizes, at, blocks};
use super::sums::Sums;
use super::sweep::{ByK, Path, Sweep};
use super::units::Units;
use super::{neighbours, parameters};
use crate::fast::lanes::{dot, row};
use crate::fast::watch::Watch;
use crate::terms::pairs_of_layers;

/// What belongs to its units of each tile, and what it sums.
pub(super) struct Worker {
    features: Vec<Features>,
    pub products: Vec<Products>,
    sums: Sums,
    pub loss: f64,
    /// Traces of the units, a vector a layer.
    pub trace: Vec<Vec<f64>>,
    /// Squared norms of the blocks of units, at [`at`].
    pub squared: Vec<Vec<f64>>,
    pub gradient: Gradient,
    pub kernel: Kernel,
    pub rooms: Room,
}

/// Room for products.
pub(super) struct Room {
    /// What it has of each pair of tiles.
    pub met: Vec<Met>,
    pub more: [Vec<f64>; 6],
    pub path: Path,
    pub scratch: [Vec<f64>; 2],
    /// Derivatives by `K` of a tile, of the blocks that do not go over pairs.
    known: Vec<Vec<f64>>,
}

/// Matrices of a pair of tiles.
#[derive(Default)]
pub(super) struct Met {
    pub weight: Vec<f64>,
    pub gram: Vec<f64>,
    /// The derivatives by `ze` of each layer.
    pub by_ze: Vec<Vec<f64>>,
}

impl Worker {
    pub fn new(plan: &LayerPlan, batches: &[Units], tiles: &[Forward]) -> Self {
        let sizes = &plan.sizes;
        let mut squared = vec![Vec::new(); blocks(sizes.layers())];
        let mut known = squared.clone();
        let most = |m, l| most_entries(batches, sizes, m, l);
        for (m, l) in pairs_of_layers(sizes.layers()) {
            squared[at(m, l)] = vec![0.0; sizes.units(m, l)];
            if !plan.routes[at(m, l)].is_by_pairs() {
                known[at(m, l)] = vec![0.0; plan.tile * most(m, l)];
            }
        }
        let met = || Met { by_ze: vec![Vec::new(); sizes.layers()], ..Met::default() };
        Worker {
            features: tiles.iter().map(|tile| Features::new(sizes, &most, tile.count())).collect(),
            products: tiles.iter().map(|tile| Products::new(plan, &most, tile.count())).collect(),
            sums: Sums::new(plan, &most),
            loss: 0.0,
            trace: (0..sizes.layers()).map(|l| vec![0.0; sizes.outputs(l)]).collect(),
            squared,
            gradient: Gradient::new(sizes),
            kernel: Kernel::default(),
            rooms: Room {
                met: (0..plan.round()).map(|_| met()).collect(),
                more: Default::default(),
                path: Path::default(),
                scratch: Default::default(),
                known,
            },
        }
    }

    /// Forgets all sums of a value.
    pub fn clear(&mut self) {
        self.loss = 0.0;
        self.trace.iter_mut().chain(&mut self.squared).for_each(|sum| sum.fill(0.0));
        self.clear_products();
    }

    /// Forgets what sums over pairs have for vectors.
    pub fn clear_products(&mut self) {
        self.products.iter_mut().for_each(Products::clear_vectors);
    }

    /// Makes what the units of a batch have of all samples, and sums what comes before the pairs.
    pub fn open(&mut self, given: Given) {
        let Worker { features, sums, rooms, .. } = self;
        sums.clear();
        for (tile, features) in given.tiles.iter().zip(features) {
            features.fill(given, tile, &mut rooms.scratch[0]);
            sums.add(given, tile, features, &mut rooms.more);
        }
    }

    /// Adds to traces and squares what needs no pairs.
    pub fn add_values(&mut self, given: Given) {
        let Worker { features, sums, trace, squared, .. } = self;
        for (tile, features) in given.tiles.iter().zip(features) {
            add_traces(given, tile, features, trace);
        }
        sums.add_squares(given, squared);
    }

    /// Adds what some pairs of tiles give the sums over pairs, unless the watcher stops it.
    pub fn meet(&mut self, given: Given, pairs: &[Pair], watch: Option<&Watch>) {
        let Worker { features, products, squared, rooms, .. } = self;
        products::add(given, pairs, features, products, squared, rooms, watch);
    }

    /// Adds to the sums over pairs what goes by way of the inputs.
    pub fn add_by_inputs(&mut self, given: Given) {
        let Worker { features, products, sums, squared, rooms, .. } = self;
        for ((tile, own), products) in given.tiles.iter().zip(features).zip(products) {
            for l in 0..given.sizes().hidden() {
                if given.route(l + 1, l) == LayerRoute::Inputs {
                    let out = Out { own: &mut *products, squared: &mut *squared };
                    neighbours::add_by_inputs(given, l, (tile, own), sums, out, &mut rooms.more);
                }
            }
        }
    }

    /// Begins the partial derivatives of a batch with what goes by way of the inputs and the traces.
    pub fn begin_partials(&mut self, given: Given, out: &mut [Partials]) {
        let Worker { features, sums, rooms, .. } = self;
        for ((tile, own), out) in given.tiles.iter().zip(features).zip(out) {
            out.clear_units();
            out.add_traces(given, tile, own);
            for l in 1..given.sizes().hidden() {
                if given.route(l + 1, l) == LayerRoute::Inputs {
                    let by_z = &mut out.z[l];
                    neighbours::add_to_inputs(given, l, (tile, own), sums, by_z, &mut rooms.more);
                }
            }
        }
    }

    /// Adds what some pairs of tiles give beyond their sums.
    pub fn meet_again(&mut self, given: Given, pairs: &[Pair], out: &mut [Partials]) {
        partials::add(given, pairs, &self.features, out, &mut self.rooms);
    }

    /// Carries the partial derivatives by what its units have to the weights, and to vectors.
    pub fn sweep(&mut self, given: Given, partials: &mut [Partials]) {
        let Worker { features, products, sums, gradient, rooms, .. } = self;
        let Room { known, more, path, .. } = rooms;
        for (((tile, own), by), products) in given.tiles.iter().zip(features).zip(partials).zip(products) {
            for (m, l) in pairs_of_layers(given.sizes().layers()) {
                if given.route(m, l) == LayerRoute::Parameters {
                    let by_k = &mut known[at(m, l)];
                    parameters::add_partials(given, (m, l), (tile, own), sums, by_k, by, more);
                }
            }
            let by_k = ByK { sums: products, known };
            Sweep { given, tile, own, by_k, by, gradient, path }.run();
        }
    }

    /// Adds what the sums over pairs have for vectors, once all batches are done.
    pub fn finish(&self, given: Given, out: &mut [Partials]) {
        for ((tile, sums), out) in given.tiles.iter().zip(&self.products).zip(out) {
            out.add_products(given, tile.count(), sums);
        }
    }
}

/// The most entries of a block that a batch has.
pub(super) fn most_entries(batches: &[Units], sizes: &Sizes, m: usize, l: usize) -> usize {
    batches.iter().map(|units| units.entries(sizes, (m, l))).max().unwrap_or(0)
}

/// Adds `omega K_pp |zt|^2` of each unit.
fn add_traces(given: Given, tile: &Forward, own: &Features, traces: &mut [Vec<f64>]) {
    let sizes = given.sizes();
    for (l, traces) in traces.iter_mut().enumerate() {
        for (n, share) in tile.share.iter().enumerate() {
            let z = row(&tile.z[l], n, sizes.inputs(l));
            let counted = share * (dot(z, z) + sizes.bias(l) as f64);
            for p in given.units.of(l) {
                let place = given.place((l, l), p, tile.count()).start + n * sizes.columns(l, l, p);
                traces[p] += counted * own.k[at(l, l)][place];
            }
        }
    }
}
