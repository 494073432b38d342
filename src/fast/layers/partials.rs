//! Partial derivatives of an objective by the quantities of each sample of a tile: chapter 11 before its sweep.

use super::features::{Features, apart};
use super::forward::Forward;
use super::kernel::Kernel;
use super::pair::{Pair, pairs};
use super::plan::{LayerPlan, LayerRoute};
use super::products::{Given, Products};
use super::room::cleared;
use super::rows::{add_scaled, weighted};
use super::sizes::{Sizes, at, blocks};
use super::weights::Weights;
use super::{distant, neighbours, parameters};
use crate::fast::lanes::{dot, vectorised};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;

/// Partial derivatives of a tile, a row a sample, each quantity held independent of the others.
#[derive(Default)]
pub(super) struct Partials {
    /// By `K` of the blocks that do not go over pairs of samples, in its places; the others stand in [`Products`].
    pub k: Vec<Vec<f64>>,
    /// By `J` of hidden layers that are not the same, in its places.
    pub j: Vec<Vec<f64>>,
    /// By `g`.
    pub g: Vec<Vec<f64>>,
    /// By the input of each layer; by `x` there is none.
    pub z: Vec<Vec<f64>>,
    /// By `phi1` and by `phi2 v` of each hidden layer.
    pub phi1: Vec<Vec<f64>>,
    pub r: Vec<Vec<f64>>,
    /// By `S`.
    pub s: Vec<f64>,
    /// By the diagonal of `K` of each layer but for what a unit counts in a trace: `omega |zt|^2`.
    pub traces: Vec<Vec<f64>>,
}

impl Given<'_> {
    /// What the sums of a block are multiplied by: twice what the square counts, as half the derivatives are summed.
    pub fn factor(&self, m: usize, l: usize) -> f64 {
        let uniform = |weights: &Weights| 2.0 * weights.kappa[at(m, l)][0];
        if self.plan.by_units { 2.0 } else { self.weights.map_or(0.0, uniform) }
    }
}

impl Partials {
    pub fn new(plan: &LayerPlan, count: usize) -> Self {
        let sizes = &plan.sizes;
        let (layers, hidden) = (sizes.layers(), sizes.hidden());
        let outputs = |layers: usize| -> Vec<Vec<f64>> {
            (0..layers).map(|l| vec![0.0; count * sizes.outputs(l)]).collect()
        };
        let mut partials = Partials {
            k: vec![Vec::new(); blocks(layers)],
            j: vec![Vec::new(); blocks(hidden)],
            g: outputs(layers),
            z: (0..layers).map(|l| vec![0.0; if l > 0 { count * sizes.inputs(l) } else { 0 }]).collect(),
            phi1: outputs(hidden),
            r: outputs(hidden),
            s: vec![0.0; count * sizes.outputs(hidden) * sizes.outputs(hidden)],
            traces: (0..layers).map(|_| vec![0.0; count]).collect(),
        };
        for (m, l) in pairs_of_layers(layers) {
            let entries = count * sizes.units(m, l);
            if !plan.routes[at(m, l)].is_by_pairs() {
                partials.k[at(m, l)] = vec![0.0; entries];
            }
            if m < hidden && m > l {
                partials.j[at(m, l)] = vec![0.0; entries];
            }
        }
        partials
    }

    fn clear(&mut self) {
        let Partials { k, j, g, z, phi1, r, s, .. } = self;
        let all = k.iter_mut().chain(j).chain(g).chain(z).chain(phi1).chain(r);
        all.for_each(|by| by.fill(0.0));
        s.fill(0.0);
    }

    /// Begins with what needs no pairs any more: the tile's own sums, blocks of the Hessian, traces.
    pub fn begin(
        &mut self,
        given: Given,
        (tile, own): (&Forward, &Features),
        sums: &Products,
        more: &mut [Vec<f64>; 6],
    ) {
        self.clear();
        for (m, l) in pairs_of_layers(given.sizes().layers()) {
            let factor = given.factor(m, l);
            if given.route(m, l) == LayerRoute::Parameters {
                parameters::add_partials(given, (m, l), (tile, own), more, self);
            }
            if !given.route(m, l).is_by_pairs() || m == l {
                continue;
            }
            let add = |out: &mut [f64], sums: &[f64], width: usize| {
                add_scaled(&mut out[..tile.count() * width], factor, sums);
            };
            add(&mut self.g[m], &sums.g[at(m, l)], given.sizes().outputs(m));
            if m == l + 1 {
                add(&mut self.z[m], &sums.z[l], given.sizes().outputs(l));
                add(&mut self.phi1[l], &sums.phi1[l], given.sizes().outputs(l));
            }
            if l > 0 && given.route(m, l) == LayerRoute::Inputs {
                neighbours::add_to_inputs(given, l, factor, (tile, own), &mut self.z[l], more);
            }
        }
        self.add_traces(given, (tile, own));
    }

    fn add_traces(&mut self, given: Given, (tile, own): (&Forward, &Features)) {
        let (sizes, count) = (given.sizes(), tile.count());
        let Some(weights) = given.weights else { return };
        for m in 0..sizes.layers() {
            let inputs = sizes.inputs(m);
            for (n, share) in tile.share.iter().enumerate() {
                let z = &tile.z[m][n * inputs..(n + 1) * inputs];
                self.traces[m][n] = share * (dot(z, z) + sizes.bias(m) as f64);
                if m > 0 {
                    let k =
                        |p: usize| own.k[at(m, m)][sizes.place((m, m), p, count)][n * sizes.columns(m, m, p)];
                    let trace: f64 = weights.tau[m].iter().enumerate().map(|(p, tau)| tau * k(p)).sum();
                    add_scaled(&mut self.z[m][n * inputs..(n + 1) * inputs], 2.0 * share * trace, z);
                }
            }
        }
    }

    /// Adds what the pairs of the tile with a chunk give beyond the tile's sums; `pair` is filled.
    pub fn add(
        &mut self,
        given: Given,
        (tile, own): (&Forward, &Features),
        (chunk, other): (&Forward, &Features),
        pair: &mut Pair,
    ) {
        let sizes = given.sizes();
        let (rows, columns) = (tile.count(), chunk.count());
        pair.by_ze.iter_mut().for_each(|by| _ = cleared(by, rows * columns));
        for (m, l) in pairs_of_layers(sizes.layers()).filter(|&(m, _)| m > 0) {
            if !given.route(m, l).is_by_pairs() {
                continue;
            }
            let factor = given.factor(m, l);
            add_gram(given, (m, l), (rows, own), (columns, other), pair);
            let Pair { by_ze, gram, counted, .. } = &mut *pair;
            let twice = if m == l { 2.0 } else { 1.0 };
            add_counted(&mut by_ze[m], twice * factor, gram, &counted[l]);
            if m > l && l > 0 {
                add_counted(&mut by_ze[l], factor, gram, &counted[m]);
                if given.route(m, l) == LayerRoute::Pairs && m == l + 1 {
                    neighbours::add_by_ze(given, l, factor, (tile, own), (chunk, other), pair);
                }
            }
            if apart(m, l) {
                distant::add_partials(given, (m, l), factor, (tile, own), (chunk, other), pair, self);
            }
        }
    }

    /// Adds the pairs of the tile with a chunk by the kernel.
    pub fn add_by_kernel(
        &mut self,
        given: Given,
        tile: &Forward,
        (chunk, other): (&Forward, &Features),
        pair: &mut Pair,
        kernel: &mut Kernel,
    ) {
        let sizes = given.sizes();
        let m = sizes.hidden() - 1;
        let factor = given.factor(m, m);
        pair.set_weight((m, m), factor);
        kernel.add(sizes, tile, (chunk, other), pair, true);
        add_counted(&mut pair.by_ze[m], 2.0 * factor, &pair.gram, &pair.counted[m]);
    }

    /// Carries what the pairs gave for the inputs of each layer to them.
    pub fn add_inputs(&mut self, sizes: &Sizes, tile: &Forward, chunk: &Forward, pair: &Pair) {
        for l in 1..sizes.layers() {
            let z = view(&chunk.z[l], chunk.count(), sizes.inputs(l));
            product(&mut self.z[l], Then::Add, 1.0, pairs(&pair.by_ze[l], tile, chunk), z);
        }
    }
}

/// Sets `pair.gram` to `<K, K'>` of all pairs, weighted.
fn add_gram(
    given: Given,
    (m, l): (usize, usize),
    (rows, own): (usize, &Features),
    (columns, other): (usize, &Features),
    pair: &mut Pair,
) {
    let sizes = given.sizes();
    let gram = cleared(&mut pair.gram, rows * columns);
    for p in 0..sizes.outputs(l) {
        let width = sizes.columns(m, l, p);
        let k = &own.k[at(m, l)][sizes.place((m, l), p, rows)];
        let k = weighted(k, given.kappa((m, l), p), &mut pair.more[0]);
        let k_other = view(&other.k[at(m, l)][sizes.place((m, l), p, columns)], columns, width);
        product(gram, Then::Add, 1.0, view(k, rows, width), k_other.transpose());
    }
}

/// `out += factor gram counted` for all pairs.
fn add_counted(out: &mut [f64], factor: f64, gram: &[f64], counted: &[f64]) {
    vectorised(
        #[inline(always)]
        || {
            let (gram, counted) = (&gram[..out.len()], &counted[..out.len()]);
            for i in 0..out.len() {
                out[i] += factor * gram[i] * counted[i];
            }
        },
    );
}
