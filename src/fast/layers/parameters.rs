//! The partial derivatives of a block that was summed over the samples, by what each sample put into it.

use super::features::{Features, apart};
use super::forward::Forward;
use super::partials::{Given, Partials, add_by_d};
use super::room::room;
use super::sizes::{Sizes, at};
use super::sums::{augmented, input_pairs, jacobian_inputs, through};
use crate::fast::product::{Then, product, view};
use std::f64::consts::SQRT_2;

/// Adds the partial derivatives of `|H_ml|_F^2`, weighted, but for a factor `2 omega`.
pub(super) fn add_partials(
    given: Given,
    (m, l): (usize, usize),
    (tile, own): (&Forward, &Features),
    scratch: &mut [Vec<f64>; 2],
    out: &mut Partials,
) {
    let sizes = given.sizes;
    let (count, index) = (tile.count(), at(m, l));
    let (inputs, units) = (sizes.input_pairs(m, l), sizes.units(m, l));
    let by_block = view(&given.by_sums.blocks[index], inputs, units);
    let [zz, other] = scratch;
    let zz = room(zz, count * inputs);
    input_pairs(zz, sizes, tile, m, l);
    product(&mut out.k[index], Then::Add, 1.0, view(zz, count, inputs), by_block);
    if m > 0 {
        product(zz, Then::Set, 1.0, view(&own.k[index], count, units), by_block.transpose());
        add_by_inputs(sizes, (m, l), tile, zz, out);
    }
    if m == l + 1 {
        neighbours(given, l, (tile, own), [zz, room(other, count * units)], out);
    } else if apart(m, l) {
        let width = through(sizes, m, l);
        distant(given, (m, l), (tile, own), room(other, count * width), out);
    }
}

/// Carries derivatives by the products of inputs to the inputs.
fn add_by_inputs(sizes: &Sizes, (m, l): (usize, usize), tile: &Forward, by: &[f64], out: &mut Partials) {
    let (late, early) = (sizes.augmented(m), sizes.augmented(l));
    let (own, other) = (sizes.inputs(m), sizes.inputs(l));
    for (n, by) in by.chunks(sizes.input_pairs(m, l)).enumerate() {
        let entry = |layer: usize, j: usize| {
            let width = sizes.inputs(layer);
            if j < width { tile.z[layer][n * width + j] } else { 1.0 }
        };
        let mut entries = by.iter();
        for j in 0..late {
            let first = if m == l { j } else { 0 };
            for (q, by) in (first..early).zip(&mut entries) {
                let factor = if m == l && j != q { SQRT_2 } else { 1.0 };
                if j < own {
                    out.z[m][n * own + j] += factor * by * entry(l, q);
                }
                if l > 0 && q < other {
                    out.z[l][n * other + q] += factor * by * entry(m, j);
                }
            }
        }
    }
}

fn neighbours(
    given: Given,
    l: usize,
    (tile, own): (&Forward, &Features),
    [zt, by_d]: [&mut [f64]; 2],
    out: &mut Partials,
) {
    let sizes = given.sizes;
    let (count, inputs, units) = (tile.count(), sizes.augmented(l), sizes.units(l + 1, l));
    let by_sum = &given.by_sums.d[l];
    let zt = &mut zt[..count * inputs];
    augmented(zt, sizes, tile, l);
    product(by_d, Then::Set, 1.0, view(zt, count, inputs), view(by_sum, inputs, units));
    add_by_d(out, sizes, l, tile, by_d);
    if l > 0 {
        let by_sum = view(by_sum, sizes.inputs(l), units).transpose();
        product(&mut out.z[l], Then::Add, 1.0, view(&own.d[l], count, units), by_sum);
    }
}

fn distant(
    given: Given,
    (m, l): (usize, usize),
    (tile, own): (&Forward, &Features),
    room: &mut [f64],
    out: &mut Partials,
) {
    let sizes = given.sizes;
    let (count, outputs, between) = (tile.count(), sizes.outputs(m), sizes.outputs(m - 1));
    let (width, inputs, before) = (through(sizes, m, l), sizes.augmented(l), sizes.inputs(l));
    let by_sum = view(&given.by_sums.through[at(m, l)], width, outputs);
    jacobian_inputs(room, sizes, tile, own, m, l);
    product(&mut out.g[m], Then::Add, 1.0, view(room, count, width), by_sum);
    product(room, Then::Set, 1.0, view(&tile.g[m], count, outputs), by_sum.transpose());
    let (j, by_j) = (&own.j[at(m - 1, l)], &mut out.j[at(m - 1, l)]);
    for (n, by) in room.chunks(width).enumerate() {
        let z = &tile.z[l][n * before..(n + 1) * before];
        for (row, by) in by.chunks(inputs).enumerate() {
            let (p, unit) = (row / between, row % between);
            let entry = (p * count + n) * between + unit;
            let bias: f64 = by[before..].iter().sum();
            by_j[entry] += by.iter().zip(z).map(|(by, z)| by * z).sum::<f64>() + bias;
            if l > 0 {
                let by_z = &mut out.z[l][n * before..(n + 1) * before];
                by_z.iter_mut().zip(by).for_each(|(out, by)| *out += by * j[entry]);
            }
        }
    }
}
