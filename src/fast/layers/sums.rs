//! Sums over all samples that come before the pairs: blocks of the Hessian, and what goes by way of the inputs.

use super::features::{Features, apart};
use super::forward::Forward;
use super::plan::Route;
use super::room::room;
use super::sizes::{Sizes, at, blocks};
use crate::fast::product::{Then, product, view};
use crate::terms::pairs_of_layers;
use std::f64::consts::SQRT_2;

/// Sums over samples, a matrix a block of layers each.
#[derive(Default)]
pub(super) struct Sums {
    /// `H_ml`, pair of inputs times pair of units, at [`at`].
    pub blocks: Vec<Vec<f64>>,
    /// Of layers that stand apart, the part with `J`: unit and inputs of the earlier layers times units of the later one.
    pub through: Vec<Vec<f64>>,
    /// `sum zt (x) D` and `sum zt (x) K z` of neighbouring layers, input times pair of units, at the earlier one.
    pub d: Vec<Vec<f64>>,
    pub kz: Vec<Vec<f64>>,
}

impl Sums {
    pub fn new(sizes: &Sizes, routes: &[Route]) -> Self {
        let layers = sizes.layers();
        let mut sums = Sums {
            blocks: vec![Vec::new(); blocks(layers)],
            through: vec![Vec::new(); blocks(layers)],
            d: vec![Vec::new(); sizes.hidden()],
            kz: vec![Vec::new(); sizes.hidden()],
        };
        for (m, l) in pairs_of_layers(layers) {
            let (index, route) = (at(m, l), routes[at(m, l)]);
            if route == Route::Parameters {
                sums.blocks[index] = vec![0.0; sizes.input_pairs(m, l) * sizes.units(m, l)];
                if apart(m, l) {
                    sums.through[index] = vec![0.0; through(sizes, m, l) * sizes.outputs(m)];
                }
            }
            if m == l + 1 && route != Route::Pairs {
                sums.d[l] = vec![0.0; sizes.augmented(l) * sizes.units(m, l)];
                sums.kz[l] =
                    vec![
                        0.0;
                        if route == Route::Inputs { sizes.augmented(l) * sizes.units(m, l) } else { 0 }
                    ];
            }
        }
        sums
    }

    pub fn all(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let Sums { blocks, through, d, kz } = self;
        blocks.iter_mut().chain(through).chain(d).chain(kz)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.all().for_each(|sum| sum.fill(0.0));
    }

    /// Adds those of a tile of samples.
    pub fn add(
        &mut self,
        sizes: &Sizes,
        forward: &Forward,
        features: &Features,
        scratch: &mut [Vec<f64>; 2],
    ) {
        let count = forward.count();
        for l in 0..sizes.hidden() {
            if self.d[l].is_empty() {
                continue;
            }
            let (inputs, units) = (sizes.augmented(l), sizes.units(l + 1, l));
            let zt = room(&mut scratch[0], count * inputs);
            augmented(zt, sizes, forward, l);
            weigh(zt, &forward.share, inputs);
            let zt = view(zt, count, inputs).transpose();
            product(&mut self.d[l], Then::Add, 1.0, zt, view(&features.d[l], count, units));
            if !self.kz[l].is_empty() {
                product(&mut self.kz[l], Then::Add, 1.0, zt, view(&features.kz[l], count, units));
            }
        }
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let index = at(m, l);
            if self.blocks[index].is_empty() {
                continue;
            }
            let (inputs, units) = (sizes.input_pairs(m, l), sizes.units(m, l));
            let zz = room(&mut scratch[0], count * inputs);
            input_pairs(zz, sizes, forward, m, l);
            weigh(zz, &forward.share, inputs);
            let k = view(&features.k[index], count, units);
            product(&mut self.blocks[index], Then::Add, 1.0, view(zz, count, inputs).transpose(), k);
            if apart(m, l) {
                let (width, outputs) = (through(sizes, m, l), sizes.outputs(m));
                let jz = room(&mut scratch[0], count * width);
                jacobian_inputs(jz, sizes, forward, features, m, l);
                weigh(jz, &forward.share, width);
                let g = view(&forward.g[m], count, outputs);
                product(&mut self.through[index], Then::Add, 1.0, view(jz, count, width).transpose(), g);
            }
        }
    }

    /// The parts with `J` join the blocks, once all samples are summed.
    pub fn close(&mut self, sizes: &Sizes) {
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let index = at(m, l);
            if self.blocks[index].is_empty() || m == l {
                continue;
            }
            let (inputs, width, outputs) = (sizes.augmented(l), sizes.outputs(l), sizes.outputs(m));
            let (block, units) = (&mut self.blocks[index], sizes.units(m, l));
            if m == l + 1 {
                for q in 0..inputs {
                    for (unit, d) in self.d[l][q * units..(q + 1) * units].iter().enumerate() {
                        block[((unit % width) * inputs + q) * units + unit] += d;
                    }
                }
            } else {
                let between = sizes.outputs(m - 1);
                for (row, through) in self.through[index].chunks(outputs).enumerate() {
                    let (p, jq) = (row / (between * inputs), row % (between * inputs));
                    let entries = block[jq * units..(jq + 1) * units].iter_mut().skip(p).step_by(width);
                    entries.zip(through).for_each(|(block, through)| *block += through);
                }
            }
        }
    }

    /// Sets these to the gradient by another's entries, but for a factor 2: its blocks times `kappa`, and what of them belongs to `J`.
    pub fn set_weighted(&mut self, sizes: &Sizes, of: &Sums, kappa: &[Vec<f64>]) {
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let index = at(m, l);
            if of.blocks[index].is_empty() {
                continue;
            }
            let (inputs, width, outputs) = (sizes.augmented(l), sizes.outputs(l), sizes.outputs(m));
            let units = sizes.units(m, l);
            let rows = self.blocks[index].chunks_mut(units).zip(of.blocks[index].chunks(units));
            for (out, block) in rows {
                out.iter_mut().zip(block).zip(&kappa[index]).for_each(|((out, h), kappa)| *out = kappa * h);
            }
            let block = &self.blocks[index];
            if m == l + 1 {
                for q in 0..inputs {
                    for (unit, d) in self.d[l][q * units..(q + 1) * units].iter_mut().enumerate() {
                        *d = block[((unit % width) * inputs + q) * units + unit];
                    }
                }
            } else if apart(m, l) {
                let between = sizes.outputs(m - 1);
                for (row, through) in self.through[index].chunks_mut(outputs).enumerate() {
                    let (p, jq) = (row / (between * inputs), row % (between * inputs));
                    let entries = block[jq * units..(jq + 1) * units].iter().skip(p).step_by(width);
                    through.iter_mut().zip(entries).for_each(|(through, block)| *through = *block);
                }
            }
        }
    }
}

/// Rows of [`Sums::through`]: unit of `l`, unit of `m - 1`, input of `l`.
pub(super) fn through(sizes: &Sizes, m: usize, l: usize) -> usize {
    sizes.outputs(l) * sizes.outputs(m - 1) * sizes.augmented(l)
}

/// Multiplies each row by a sample's number.
pub(super) fn weigh(rows: &mut [f64], by: &[f64], width: usize) {
    for (row, by) in rows.chunks_mut(width).zip(by) {
        row.iter_mut().for_each(|entry| *entry *= by);
    }
}

/// The inputs of a layer with the 1 of its bias, a row a sample.
pub(super) fn augmented(out: &mut [f64], sizes: &Sizes, forward: &Forward, l: usize) {
    let inputs = sizes.inputs(l);
    for (out, z) in out.chunks_mut(sizes.augmented(l)).zip(forward.z[l].chunks(inputs)) {
        out[..inputs].copy_from_slice(z);
        out[inputs..].fill(1.0);
    }
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

/// `J^{m-1,l}_jp zt^l_q`, in the order `p, j, q`.
pub(super) fn jacobian_inputs(
    out: &mut [f64],
    sizes: &Sizes,
    forward: &Forward,
    features: &Features,
    m: usize,
    l: usize,
) {
    let (count, between, inputs) = (forward.count(), sizes.outputs(m - 1), sizes.augmented(l));
    let j = &features.j[at(m - 1, l)];
    for (n, out) in out.chunks_mut(through(sizes, m, l)).enumerate() {
        let z = &forward.z[l][n * sizes.inputs(l)..(n + 1) * sizes.inputs(l)];
        for (row, out) in out.chunks_mut(inputs).enumerate() {
            let (p, unit) = (row / between, row % between);
            let j = j[(p * count + n) * between + unit];
            out.iter_mut().zip(z).for_each(|(out, z)| *out = j * z);
            out[z.len()..].fill(j);
        }
    }
}
