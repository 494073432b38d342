//! Sums over all samples that come before the pairs: blocks of the Hessian, and what goes by way of the inputs.

use super::features::{Features, apart};
use super::forward::Forward;
use super::neighbours::Unit;
use super::plan::{LayerPlan, LayerRoute};
use super::room::room;
use super::rows::{Column, weigh};
use super::sizes::{Sizes, at, blocks};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;
use std::f64::consts::SQRT_2;
use std::ops::Range;

/// Sums over samples, for one unit of the earlier layer after the other: [`Sizes::place`] with pairs of inputs, or inputs of the earlier
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
    pub fn new(plan: &LayerPlan) -> Self {
        let sizes = &plan.sizes;
        let layers = sizes.layers();
        let mut sums = Sums {
            blocks: vec![Vec::new(); blocks(layers)],
            d: vec![Vec::new(); sizes.hidden()],
            both: vec![Vec::new(); sizes.hidden()],
        };
        for (m, l) in pairs_of_layers(layers) {
            match plan.routes[at(m, l)] {
                LayerRoute::Parameters => {
                    sums.blocks[at(m, l)] = vec![0.0; sizes.input_pairs(m, l) * sizes.units(m, l)];
                }
                LayerRoute::Inputs => {
                    let entries = sizes.augmented(l) * sizes.units(m, l);
                    (sums.d[l], sums.both[l]) = (vec![0.0; entries], vec![0.0; entries]);
                }
                LayerRoute::Pairs | LayerRoute::Kernel => {}
            }
        }
        sums
    }

    pub fn all(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let Sums { blocks, d, both } = self;
        blocks.iter_mut().chain(d).chain(both)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.all().for_each(|sum| sum.fill(0.0));
    }

    /// Adds those of a tile of samples.
    pub fn add(&mut self, plan: &LayerPlan, tile: &Forward, features: &Features, more: &mut [Vec<f64>; 6]) {
        for (m, l) in pairs_of_layers(plan.sizes.layers()) {
            match plan.routes[at(m, l)] {
                LayerRoute::Parameters => self.add_block(&plan.sizes, (m, l), tile, features, more),
                LayerRoute::Inputs => self.add_by_inputs(&plan.sizes, l, tile, features, more),
                LayerRoute::Pairs | LayerRoute::Kernel => {}
            }
        }
    }

    fn add_by_inputs(
        &mut self,
        sizes: &Sizes,
        l: usize,
        tile: &Forward,
        features: &Features,
        [zt, d, both, ..]: &mut [Vec<f64>; 6],
    ) {
        let (count, inputs, outputs) = (tile.count(), sizes.augmented(l), sizes.outputs(l + 1));
        let zt = counted_inputs(zt, sizes, tile, l);
        let zt = view(zt, count, inputs).transpose();
        let (d, both) = (room(d, count * outputs), room(both, count * outputs));
        for p in 0..sizes.outputs(l) {
            Unit::of(sizes, (l, p), tile, features).fill_both(d, both, None);
            let own = sizes.place((l + 1, l), p, inputs);
            product(&mut self.d[l][own.clone()], Then::Add, 1.0, zt, view(d, count, outputs));
            product(&mut self.both[l][own], Then::Add, 1.0, zt, view(both, count, outputs));
        }
    }

    fn add_block(
        &mut self,
        sizes: &Sizes,
        (m, l): (usize, usize),
        tile: &Forward,
        features: &Features,
        [zz, zt, other, ..]: &mut [Vec<f64>; 6],
    ) {
        let (count, index) = (tile.count(), at(m, l));
        let (inputs, outputs) = (sizes.input_pairs(m, l), sizes.outputs(m));
        let zz = room(zz, count * inputs);
        input_pairs(zz, sizes, tile, m, l);
        weigh(zz, &tile.share, inputs);
        let zt = counted_inputs(zt, sizes, tile, l);
        for p in 0..sizes.outputs(l) {
            let block = &mut self.blocks[index][sizes.place((m, l), p, inputs)];
            let k = &features.k[index][sizes.place((m, l), p, count)];
            let k = view(k, count, sizes.columns(m, l, p));
            product(block, Then::Add, 1.0, view(zz, count, inputs).transpose(), k);
            if m == l + 1 {
                let d = room(other, count * outputs);
                fill_d(d, sizes, (l, p), tile);
                let zt = view(zt, count, sizes.augmented(l)).transpose();
                product(&mut block[with_itself(sizes, l, p)], Then::Add, 1.0, zt, view(d, count, outputs));
            } else if apart(m, l) {
                let jz = room(other, count * inputs);
                jacobian_inputs(jz, sizes, (m, l, p), zt, count, features);
                let g = view(&tile.g[m], count, outputs);
                product(block, Then::Add, 1.0, view(jz, count, inputs).transpose(), g);
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
    sizes: &Sizes,
    (m, l, p): (usize, usize, usize),
    zt: &[f64],
    count: usize,
    features: &Features,
) {
    let (between, inputs) = (sizes.outputs(m - 1), sizes.augmented(l));
    let j = &features.j[at(m - 1, l)][sizes.place((m - 1, l), p, count)];
    let samples = out.chunks_mut(sizes.input_pairs(m, l)).zip(j.chunks(between)).zip(zt.chunks(inputs));
    for ((out, j), zt) in samples {
        let (with_j, rest) = out.split_at_mut(between * inputs);
        for (out, j) in with_j.chunks_mut(inputs).zip(j) {
            out.iter_mut().zip(zt).for_each(|(out, zt)| *out = j * zt);
        }
        rest.fill(0.0);
    }
}
