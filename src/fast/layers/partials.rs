//! Partial derivatives of an objective by the quantities of each sample of a tile: chapter 11 before its sweep.

use super::features::{self, Features};
use super::forward::Forward;
use super::kernel::Kernel;
use super::plan::LayerRoute;
use super::products::{Pair, Products};
use super::room::{cleared, room};
use super::sizes::{Sizes, at, blocks};
use super::sums::Sums;
use super::weights::Weights;
use super::{apart, parameters};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;

/// Partial derivatives of a tile, a row a sample, each quantity held independent of the others.
#[derive(Default)]
pub(super) struct Partials {
    /// By `K`, at [`at`].
    pub k: Vec<Vec<f64>>,
    /// By `J` of hidden layers that are not the same, in the order of [`Features::j`].
    pub j: Vec<Vec<f64>>,
    /// By `g`.
    pub g: Vec<Vec<f64>>,
    /// By the input of each layer; by `x` there is none.
    pub z: Vec<Vec<f64>>,
    /// By `phi'`, `phi''` and `v` of each hidden layer.
    pub phi1: Vec<Vec<f64>>,
    pub phi2: Vec<Vec<f64>>,
    pub v: Vec<Vec<f64>>,
    /// `K`, `D` and `K z + D` times `kappa`, where pairs want them.
    weighted: Vec<Vec<f64>>,
    weighted_d: Vec<Vec<f64>>,
    weighted_both: Vec<Vec<f64>>,
}

/// What the partial derivatives of a tile are computed from.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub sizes: &'a Sizes,
    pub routes: &'a [LayerRoute],
    pub weights: &'a Weights,
    /// The sums over samples, and their gradients.
    pub sums: &'a Sums,
    pub by_sums: &'a Sums,
}

impl Partials {
    pub fn new(sizes: &Sizes, routes: &[LayerRoute], count: usize) -> Self {
        let (layers, hidden) = (sizes.layers(), sizes.hidden());
        let mut partials = Partials {
            k: vec![Vec::new(); blocks(layers)],
            j: vec![Vec::new(); blocks(hidden)],
            g: (0..layers).map(|m| vec![0.0; count * sizes.outputs(m)]).collect(),
            z: (0..layers).map(|l| vec![0.0; if l > 0 { count * sizes.inputs(l) } else { 0 }]).collect(),
            phi1: (0..hidden).map(|l| vec![0.0; count * sizes.outputs(l)]).collect(),
            phi2: (0..hidden).map(|l| vec![0.0; count * sizes.outputs(l)]).collect(),
            v: (0..hidden).map(|l| vec![0.0; count * sizes.outputs(l)]).collect(),
            weighted: vec![Vec::new(); blocks(layers)],
            weighted_d: vec![Vec::new(); hidden],
            weighted_both: vec![Vec::new(); hidden],
        };
        for (m, l) in pairs_of_layers(layers) {
            let entries = count * sizes.units(m, l);
            partials.k[at(m, l)] = vec![0.0; entries];
            if m < hidden && m > l {
                partials.j[at(m, l)] = vec![0.0; entries];
            }
            if routes[at(m, l)].is_by_pairs() {
                partials.weighted[at(m, l)] = vec![0.0; if m > 0 { entries } else { 0 }];
                if m == l + 1 && l > 0 {
                    partials.weighted_d[l] = vec![0.0; entries];
                    partials.weighted_both[l] = vec![0.0; entries];
                }
            }
        }
        partials
    }

    fn clear(&mut self) {
        let Partials { k, j, g, z, phi1, phi2, v, .. } = self;
        let all = k.iter_mut().chain(j).chain(g).chain(z).chain(phi1).chain(phi2).chain(v);
        all.for_each(|by| by.fill(0.0));
    }

    /// Begins with what needs no pairs any more: the tile's own sums, blocks of the Hessian, traces.
    pub fn begin(
        &mut self,
        given: Given,
        (tile, own): (&Forward, &Features),
        sums: &Products,
        scratch: &mut [Vec<f64>; 2],
    ) {
        self.clear();
        let Given { sizes, routes, weights, .. } = given;
        let count = tile.count();
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (index, kappa) = (at(m, l), &weights.kappa[at(m, l)]);
            if routes[index] == LayerRoute::Parameters {
                parameters::add_partials(given, (m, l), (tile, own), scratch, self);
                continue;
            }
            if routes[index] == LayerRoute::Kernel {
                continue;
            }
            set_weighted(&mut self.k[index], &sums.k[index], kappa);
            if m > 0 {
                set_weighted(&mut self.weighted[index], &own.k[index], kappa);
            }
            if m == l + 1 {
                self.begin_neighbours(given, l, (tile, own), sums, &mut scratch[0]);
            } else if features::apart(m, l) {
                apart::begin_partials(sizes, (m, l), kappa, sums, count, self);
            }
        }
        self.add_traces(given, (tile, own));
    }

    /// Begins, and is done, where traces alone count.
    pub fn begin_traces(&mut self, given: Given, tile: (&Forward, &Features)) {
        self.clear();
        self.add_traces(given, tile);
    }

    /// The terms with `D` and `K z` of neighbouring layers.
    fn begin_neighbours(
        &mut self,
        given: Given,
        l: usize,
        (tile, own): (&Forward, &Features),
        sums: &Products,
        scratch: &mut Vec<f64>,
    ) {
        let Given { sizes, routes, weights, .. } = given;
        let (m, index) = (l + 1, at(l + 1, l));
        let (count, outputs, width) = (tile.count(), sizes.outputs(m), sizes.outputs(l));
        let (units, kappa) = (outputs * width, &weights.kappa[index]);
        let by_d = room(scratch, count * units);
        let both = by_d.iter_mut().zip(sums.kz[l].iter().zip(&sums.d[l]));
        both.for_each(|(by_d, (kz, d))| *by_d = kz + d);
        for row in by_d.chunks_mut(units) {
            features::multiply(row, kappa);
        }
        add_by_d(self, sizes, l, tile, by_d);
        for n in 0..count {
            for i in 0..outputs {
                let row = (n * outputs + i) * width..(n * outputs + i + 1) * width;
                let z = &tile.z[m][n * width..(n + 1) * width];
                let by_z = &mut self.z[m][n * width..(n + 1) * width];
                let by_k = &mut self.k[index][row.clone()];
                let known = sums.d[l][row.clone()].iter().zip(&own.k[index][row]);
                for (p, (d, k)) in known.enumerate() {
                    let by_kz = kappa[i * width + p] * d;
                    by_k[p] += by_kz * z[p];
                    by_z[p] += by_kz * k;
                }
            }
        }
        if l == 0 {
            return;
        }
        set_weighted(&mut self.weighted_d[l], &own.d[l], kappa);
        let both = own.kz[l].iter().zip(&own.d[l]);
        self.weighted_both[l].iter_mut().zip(both).for_each(|(out, (kz, d))| *out = kz + d);
        for row in self.weighted_both[l].chunks_mut(units) {
            features::multiply(row, kappa);
        }
        if routes[index] == LayerRoute::Inputs {
            let inputs = sizes.inputs(l);
            let of = |data, by| (view(data, count, units), view(by, inputs, units).transpose());
            let (left, right) = of(&self.weighted_both[l], &given.sums.d[l]);
            product(&mut self.z[l], Then::Add, 1.0, left, right);
            let (left, right) = of(&self.weighted_d[l], &given.sums.kz[l]);
            product(&mut self.z[l], Then::Add, 1.0, left, right);
        }
    }

    /// Half of what the traces give: all is doubled in the end.
    fn add_traces(&mut self, given: Given, (tile, own): (&Forward, &Features)) {
        let Given { sizes, weights, .. } = given;
        for m in 0..sizes.layers() {
            let (outputs, inputs) = (sizes.outputs(m), sizes.inputs(m));
            for n in 0..tile.count() {
                let z = &tile.z[m][n * inputs..(n + 1) * inputs];
                let square = z.iter().map(|z| z * z).sum::<f64>() + sizes.bias(m) as f64;
                let mut trace = 0.0;
                for (i, tau) in weights.tau[m].iter().enumerate() {
                    let entry = n * outputs * outputs + i * outputs + i;
                    self.k[at(m, m)][entry] += 0.5 * square * tau;
                    trace += tau * own.k[at(m, m)][entry];
                }
                if m > 0 {
                    let by_z = &mut self.z[m][n * inputs..(n + 1) * inputs];
                    by_z.iter_mut().zip(z).for_each(|(by, z)| *by += trace * z);
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
        let Given { sizes, routes, weights, .. } = given;
        let (rows, columns) = (tile.count(), chunk.count());
        pair.by_z.iter_mut().for_each(|by| _ = cleared(by, rows * columns));
        for (m, l) in pairs_of_layers(sizes.layers()).filter(|&(m, _)| m > 0) {
            let (index, units) = (at(m, l), sizes.units(m, l));
            if !routes[index].is_by_pairs() {
                continue;
            }
            let gram = room(&mut pair.gram, rows * columns);
            let k = view(&other.k[index], columns, units).transpose();
            product(gram, Then::Set, 1.0, view(&self.weighted[index], rows, units), k);
            let twice = if m == l { 2.0 } else { 1.0 };
            add_scaled(&mut pair.by_z[m], gram, &pair.ze[l], &chunk.share, twice);
            if m > l && l > 0 {
                add_scaled(&mut pair.by_z[l], gram, &pair.ze[m], &chunk.share, 1.0);
                if m == l + 1 && routes[index] == LayerRoute::Pairs {
                    let gram = room(&mut pair.gram, rows * columns);
                    let left = view(&self.weighted_both[l], rows, units);
                    product(gram, Then::Set, 1.0, left, view(&other.d[l], columns, units).transpose());
                    let left = view(&self.weighted_d[l], rows, units);
                    product(gram, Then::Add, 1.0, left, view(&other.kz[l], columns, units).transpose());
                    for (by, gram) in pair.by_z[l].chunks_mut(columns).zip(gram.chunks(columns)) {
                        let entries = by.iter_mut().zip(gram).zip(&chunk.share);
                        entries.for_each(|((by, gram), share)| *by += gram * share);
                    }
                }
            }
            if features::apart(m, l) {
                pair.set_early(chunk, l);
                apart::add_partials(
                    sizes,
                    (m, l),
                    &weights.kappa[index],
                    (tile, own),
                    (chunk, other),
                    pair,
                    self,
                );
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
        let Given { sizes, weights, .. } = given;
        let m = sizes.hidden() - 1;
        let kappa = weights.kappa[at(m, m)][0];
        pair.set_squares(chunk, m, kappa);
        kernel.add(sizes, tile, (chunk, other), pair, true);
        add_scaled(&mut pair.by_z[m], &pair.gram, &pair.ze[m], &chunk.share, 2.0 * kappa);
    }

    /// Carries what the pairs gave for the inputs of each layer to them.
    pub fn add_inputs(&mut self, sizes: &Sizes, tile: &Forward, chunk: &Forward, pair: &Pair) {
        let (rows, columns) = (tile.count(), chunk.count());
        for l in 1..sizes.layers() {
            let by = view(&pair.by_z[l], rows, columns);
            let inputs = sizes.inputs(l);
            product(&mut self.z[l], Then::Add, 1.0, by, view(&chunk.z[l], columns, inputs));
        }
    }

    /// Multiplies all by `2 omega`: a sum over pairs has each sample on either side.
    pub fn finish(&mut self, sizes: &Sizes, tile: &Forward) {
        let count = tile.count();
        let scale = |by: &mut [f64], width: usize| {
            for (row, by) in by.chunks_mut(width).take(count).enumerate() {
                by.iter_mut().for_each(|by| *by *= 2.0 * tile.share[row]);
            }
        };
        for (m, l) in pairs_of_layers(sizes.layers()) {
            scale(&mut self.k[at(m, l)], sizes.units(m, l));
        }
        for l in 0..sizes.layers() {
            scale(&mut self.g[l], sizes.outputs(l));
            scale(&mut self.z[l], sizes.inputs(l));
        }
        for l in 0..sizes.hidden() {
            scale(&mut self.phi1[l], sizes.outputs(l));
            scale(&mut self.phi2[l], sizes.outputs(l));
            scale(&mut self.v[l], sizes.outputs(l));
            for k in l + 1..sizes.hidden() {
                let by = self.j[at(k, l)].chunks_mut(count * sizes.outputs(k)).take(sizes.outputs(l));
                by.for_each(|by| scale(by, sizes.outputs(k)));
            }
        }
    }
}

/// Carries derivatives by `D = g^{l+1} phi1^l'` to its factors.
pub(super) fn add_by_d(out: &mut Partials, sizes: &Sizes, l: usize, tile: &Forward, by_d: &[f64]) {
    let (outputs, width) = (sizes.outputs(l + 1), sizes.outputs(l));
    for (row, by_d) in by_d.chunks(width).enumerate() {
        let (n, i) = (row / outputs, row % outputs);
        let phi1 = &tile.phi1[l][n * width..(n + 1) * width];
        let by_phi1 = &mut out.phi1[l][n * width..(n + 1) * width];
        let g = tile.g[l + 1][n * outputs + i];
        let mut by_g = 0.0;
        for ((by_d, phi1), by_phi1) in by_d.iter().zip(phi1).zip(by_phi1) {
            by_g += by_d * phi1;
            *by_phi1 += by_d * g;
        }
        out.g[l + 1][n * outputs + i] += by_g;
    }
}

/// Each sample's matrix times `kappa`, entry by entry.
fn set_weighted(out: &mut [f64], of: &[f64], kappa: &[f64]) {
    for (out, of) in out.chunks_mut(kappa.len()).zip(of.chunks(kappa.len())) {
        out.iter_mut().zip(of).zip(kappa).for_each(|((out, of), kappa)| *out = kappa * of);
    }
}

/// `out += factor omega' ze gram` for all pairs.
fn add_scaled(out: &mut [f64], gram: &[f64], ze: &[f64], share: &[f64], factor: f64) {
    let columns = share.len();
    let rows = out.chunks_mut(columns).zip(gram.chunks(columns)).zip(ze.chunks(columns));
    for ((out, gram), ze) in rows {
        for (((out, gram), ze), share) in out.iter_mut().zip(gram).zip(ze).zip(share) {
            *out += factor * share * ze * gram;
        }
    }
}
