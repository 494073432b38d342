//! The partial derivatives of a block that was summed over the samples, by what each sample put into it.

use super::features::{Features, apart};
use super::forward::Forward;
use super::given::Given;
use super::partials::Partials;
use super::room::{cleared, room};
use super::rows::{add_scaled, weigh, weighted};
use super::sizes::{Sizes, at};
use super::sums::{Sums, counted_inputs, fill_d, input_pairs, jacobian_inputs, with_itself};
use crate::fast::lanes::dot;
use crate::fast::product::{Then, product, view};
use std::f64::consts::SQRT_2;

/// Sets those by `K`, and adds the others to `out`.
pub(super) fn add_partials(
    given: Given,
    (m, l): (usize, usize),
    (tile, own): (&Forward, &Features),
    sums: &Sums,
    by_k: &mut Vec<f64>,
    out: &mut Partials,
    [zz, zt, by_zz, scaled, first, second]: &mut [Vec<f64>; 6],
) {
    let (sizes, factor) = (given.sizes(), given.factor(m, l));
    let (count, index, inputs) = (tile.count(), at(m, l), sizes.input_pairs(m, l));
    let zz = room(zz, count * inputs);
    input_pairs(zz, sizes, tile, m, l);
    weigh(zz, &tile.share, inputs);
    let zt = counted_inputs(zt, sizes, tile, l);
    let by_zz = cleared(by_zz, count * inputs);
    let by_k = room(by_k, count * given.units.entries(sizes, (m, l)));
    for p in given.units.of(l) {
        let columns = sizes.columns(m, l, p);
        let block = &sums.blocks[index][given.place((m, l), p, inputs)];
        let block = weighted(block, given.kappa((m, l), p), scaled);
        let place = given.place((m, l), p, count);
        let by_block = view(block, inputs, columns);
        product(&mut by_k[place.clone()], Then::Set, factor, view(zz, count, inputs), by_block);
        if m > 0 {
            let k = view(&own.k[index][place], count, columns);
            product(by_zz, Then::Add, factor, k, by_block.transpose());
        }
        if m == l + 1 {
            let rows = &block[with_itself(sizes, l, p)];
            add_neighbours(sizes, (l, p), factor, tile, (zt, rows), [first, second], out);
        } else if apart(m, l) {
            add_distant(given, (m, l, p), factor, (tile, own), (zt, block), first, out);
        }
    }
    if m > 0 {
        weigh(by_zz, &tile.share, inputs);
        add_by_inputs(sizes, (m, l), tile, by_zz, out);
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

/// By `D` of a unit of neighbouring layers and its inputs, from its rows of the block.
fn add_neighbours(
    sizes: &Sizes,
    (l, p): (usize, usize),
    factor: f64,
    tile: &Forward,
    (zt, rows): (&[f64], &[f64]),
    [by, d]: [&mut Vec<f64>; 2],
    out: &mut Partials,
) {
    let (count, outputs, width) = (tile.count(), sizes.outputs(l + 1), sizes.outputs(l));
    let (all, inputs) = (sizes.augmented(l), sizes.inputs(l));
    let by_d = room(by, count * outputs);
    product(by_d, Then::Set, factor, view(zt, count, all), view(rows, all, outputs));
    let samples = by_d.chunks(outputs).zip(tile.g[l + 1].chunks(outputs));
    for (n, (by_d, g)) in samples.enumerate() {
        out.phi1[l][n * width + p] += dot(by_d, g);
        let by_g = &mut out.g[l + 1][n * outputs..(n + 1) * outputs];
        add_scaled(by_g, tile.phi1[l][n * width + p], by_d);
    }
    if l > 0 {
        let d = room(d, count * outputs);
        fill_d(d, sizes, (l, p), tile);
        weigh(d, &tile.share, outputs);
        let rows = view(rows, inputs, outputs).transpose();
        product(&mut out.z[l], Then::Add, factor, view(d, count, outputs), rows);
    }
}

/// By `J`, `g` and the inputs of a unit of layers that stand apart.
fn add_distant(
    given: Given,
    (m, l, p): (usize, usize, usize),
    factor: f64,
    (tile, own): (&Forward, &Features),
    (zt, block): (&[f64], &[f64]),
    jz: &mut Vec<f64>,
    out: &mut Partials,
) {
    let sizes = given.sizes();
    let (count, outputs, between) = (tile.count(), sizes.outputs(m), sizes.outputs(m - 1));
    let (pairs, all, inputs) = (sizes.input_pairs(m, l), sizes.augmented(l), sizes.inputs(l));
    let jz = room(jz, count * pairs);
    jacobian_inputs(jz, given, (m, l, p), zt, count, own);
    let by_block = view(block, pairs, outputs);
    product(&mut out.g[m], Then::Add, factor, view(jz, count, pairs), by_block);
    product(jz, Then::Set, factor, view(&tile.g[m], count, outputs), by_block.transpose());
    let place = given.place((m - 1, l), p, count);
    let j = own.j[at(m - 1, l)][place.clone()].chunks(between);
    let by_j = out.j[at(m - 1, l)][place].chunks_mut(between);
    for (n, ((by, zt), (j, by_j))) in jz.chunks(pairs).zip(zt.chunks(all)).zip(j.zip(by_j)).enumerate() {
        let rows = by.chunks(all).zip(j.iter().zip(by_j));
        for (by, (j, by_j)) in rows {
            *by_j += dot(by, zt);
            if l > 0 {
                let by_z = &mut out.z[l][n * inputs..(n + 1) * inputs];
                add_scaled(by_z, tile.share[n] * j, by);
            }
        }
    }
}
