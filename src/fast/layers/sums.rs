//! Sums over all samples that come before the pairs: blocks of the Hessian, and what goes by way of the inputs.

use super::features::{Features, apart};
use super::forward::Forward;
use super::given::Given;
use super::neighbours::Unit;
use super::plan::{LayerPlan, LayerRoute};
use super::room::room;
use super::rows::{Column, add_products_of_rows, weigh};
use super::sizes::{Sizes, at, blocks};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;
use std::f64::consts::SQRT_2;
use std::ops::Range;

/// Sums over samples, for one unit of the earlier layer after the other: [`Units::place`] with pairs of inputs, or inputs of the earlier
/// layer, in the place of samples.
#[derive(Default)]
pub(super) struct Sums {
    /// `H_ml`, at [`at`].
    pub blocks: Vec<Vec<f64>>,
    /// `sum zt (x) D` and `sum zt (x) (K z + D)` of neighbouring layers, at the earlier one.
    pub d: Vec<Vec<f64>>,
    pub both: Vec<Vec<f64>>,
}

impl Sums {
    pub fn new(plan: &LayerPlan, most: &dyn Fn(usize, usize) -> usize) -> Self {
        let sizes = &plan.sizes;
        let layers = sizes.layers();
        let mut sums = Sums {
            blocks: vec![Vec::new(); blocks(layers)],
            d: vec![Vec::new(); sizes.hidden()],
            both: vec![Vec::new(); sizes.hidden()],
        };
        for (m, l) in pairs_of_layers(layers) {
            let entries = |rows: usize| vec![0.0; rows * most(m, l)];
            match plan.routes[at(m, l)] {
                LayerRoute::Parameters => sums.blocks[at(m, l)] = entries(sizes.input_pairs(m, l)),
                LayerRoute::Inputs => {
                    (sums.d[l], sums.both[l]) = (entries(sizes.augmented(l)), entries(sizes.augmented(l)));
                }
                LayerRoute::Pairs | LayerRoute::Kernel => {}
            }
        }
        sums
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        let Sums { blocks, d, both } = self;
        blocks.iter_mut().chain(d).chain(both).for_each(|sum| sum.fill(0.0));
    }

    /// Adds those of a tile of samples.
    pub fn add(&mut self, given: Given, tile: &Forward, own: &Features, more: &mut [Vec<f64>; 6]) {
        for (m, l) in pairs_of_layers(given.sizes().layers()) {
            match given.route(m, l) {
                LayerRoute::Parameters => self.add_block(given, (m, l), tile, own, more),
                LayerRoute::Inputs => self.add_by_inputs(given, l, tile, own, more),
                LayerRoute::Pairs | LayerRoute::Kernel => {}
            }
        }
    }

    fn add_by_inputs(
        &mut self,
        given: Given,
        l: usize,
        tile: &Forward,
        own: &Features,
        [zt, d, both, ..]: &mut [Vec<f64>; 6],
    ) {
        let sizes = given.sizes();
        let (count, inputs, outputs) = (tile.count(), sizes.augmented(l), sizes.outputs(l + 1));
        let zt = view(counted_inputs(zt, sizes, tile, l), count, inputs).transpose();
        let (d, both) = (room(d, count * outputs), room(both, count * outputs));
        for p in given.units.of(l) {
            Unit::of(given, (l, p), tile, own).fill_both(d, both, None);
            let place = given.place((l + 1, l), p, inputs);
            product(&mut self.d[l][place.clone()], Then::Add, 1.0, zt, view(d, count, outputs));
            product(&mut self.both[l][place], Then::Add, 1.0, zt, view(both, count, outputs));
        }
    }

    fn add_block(
        &mut self,
        given: Given,
        (m, l): (usize, usize),
        tile: &Forward,
        own: &Features,
        [zz, zt, other, ..]: &mut [Vec<f64>; 6],
    ) {
        let (sizes, count, index) = (given.sizes(), tile.count(), at(m, l));
        let (inputs, outputs) = (sizes.input_pairs(m, l), sizes.outputs(m));
        let zz = room(zz, count * inputs);
        input_pairs(zz, sizes, tile, m, l);
        weigh(zz, &tile.share, inputs);
        let zt = counted_inputs(zt, sizes, tile, l);
        for p in given.units.of(l) {
            let block = &mut self.blocks[index][given.place((m, l), p, inputs)];
            let k = &own.k[index][given.place((m, l), p, count)];
            let k = view(k, count, sizes.columns(m, l, p));
            product(block, Then::Add, 1.0, view(zz, count, inputs).transpose(), k);
            if m == l + 1 {
                let d = room(other, count * outputs);
                fill_d(d, sizes, (l, p), tile);
                let zt = view(zt, count, sizes.augmented(l)).transpose();
                product(&mut block[with_itself(sizes, l, p)], Then::Add, 1.0, zt, view(d, count, outputs));
            } else if apart(m, l) {
                let jz = room(other, count * inputs);
                jacobian_inputs(jz, given, (m, l, p), zt, count, own);
                let g = view(&tile.g[m], count, outputs);
                product(block, Then::Add, 1.0, view(jz, count, inputs).transpose(), g);
            }
        }
    }

    /// Adds the squares of the blocks of the Hessian to those of the blocks of units.
    pub fn add_squares(&self, given: Given, squared: &mut [Vec<f64>]) {
        let sizes = given.sizes();
        for (m, l) in pairs_of_layers(sizes.layers()) {
            if given.route(m, l) != LayerRoute::Parameters {
                continue;
            }
            for p in given.units.of(l) {
                let rows = &self.blocks[at(m, l)][given.place((m, l), p, sizes.input_pairs(m, l))];
                add_products_of_rows(&mut squared[at(m, l)][sizes.entries((m, l), p)], rows, rows);
            }
        }
    }
}

/// In the block of neighbouring layers, the rows of unit `p` where its own output is the input of the later layer.
pub(super) fn with_itself(sizes: &Sizes, l: usize, p: usize) -> Range<usize> {
    let row = sizes.augmented(l) * sizes.outputs(l + 1);
    p * row..(p + 1) * row
}

/// `D` of unit `p`.
pub(super) fn fill_d(d: &mut [f64], sizes: &Sizes, (l, p): (usize, usize), tile: &Forward) {
    let outputs = sizes.outputs(l + 1);
    let phi1 = Column { data: &tile.phi1[l], width: sizes.outputs(l), column: p };
    for (n, (d, g)) in d.chunks_mut(outputs).zip(tile.g[l + 1].chunks(outputs)).enumerate() {
        d.iter_mut().zip(g).for_each(|(d, g)| *d = phi1.of(n) * g);
    }
}

/// The inputs of a layer with the 1 of its bias, a row a sample, times what the sample counts.
pub(super) fn counted_inputs<'a>(
    out: &'a mut Vec<f64>,
    sizes: &Sizes,
    tile: &Forward,
    l: usize,
) -> &'a [f64] {
    let (inputs, all) = (sizes.inputs(l), sizes.augmented(l));
    let out = room(out, tile.count() * all);
    for (out, z) in out.chunks_mut(all).zip(tile.z[l].chunks(inputs)) {
        out[..inputs].copy_from_slice(z);
        out[inputs..].fill(1.0);
    }
    weigh(out, &tile.share, all);
    out
}

/// The products of the inputs of two layers; those of a layer with itself packed.
pub(super) fn input_pairs(out: &mut [f64], sizes: &Sizes, forward: &Forward, m: usize, l: usize) {
    let (late, early) = (sizes.augmented(m), sizes.augmented(l));
    let entry = |n: usize, layer: usize, j: usize| {
        if j < sizes.inputs(layer) { forward.z[layer][n * sizes.inputs(layer) + j] } else { 1.0 }
    };
    for (n, out) in out.chunks_mut(sizes.input_pairs(m, l)).enumerate() {
        let mut entries = out.iter_mut();
        for j in 0..late {
            let z = entry(n, m, j);
            let first = if m == l { j } else { 0 };
            for (q, out) in (first..early).zip(&mut entries) {
                let root = if m == l && j != q { SQRT_2 } else { 1.0 };
                *out = root * z * entry(n, l, q);
            }
        }
    }
}

/// `J^{m-1,l}_jp zt^l_q` of unit `p`, in the order of the pairs of inputs, from `zt`; a bias of the later layer has no `J`.
pub(super) fn jacobian_inputs(
    out: &mut [f64],
    given: Given,
    (m, l, p): (usize, usize, usize),
    zt: &[f64],
    count: usize,
    own: &Features,
) {
    let sizes = given.sizes();
    let (between, inputs) = (sizes.outputs(m - 1), sizes.augmented(l));
    let j = &own.j[at(m - 1, l)][given.place((m - 1, l), p, count)];
    let samples = out.chunks_mut(sizes.input_pairs(m, l)).zip(j.chunks(between)).zip(zt.chunks(inputs));
    for ((out, j), zt) in samples {
        let (with_j, rest) = out.split_at_mut(between * inputs);
        for (out, j) in with_j.chunks_mut(inputs).zip(j) {
            out.iter_mut().zip(zt).for_each(|(out, zt)| *out = j * zt);
        }
        rest.fill(0.0);
    }
}
