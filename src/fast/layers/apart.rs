//! Blocks of two layers that stand apart, over pairs of samples, one unit of the earlier layer at a time: there `J` is dense.

use super::features::{Features, multiply};
use super::forward::Forward;
use super::partials::Partials;
use super::products::{Pair, Products};
use super::room::room;
use super::sizes::{Sizes, at};
use crate::fast::product::{Then, View, product, view};

/// What belongs to a unit of the earlier layer: samples times so many columns.
fn unit(data: &[f64], p: usize, count: usize, columns: usize) -> View<'_> {
    view(&data[p * count * columns..(p + 1) * count * columns], count, columns)
}

fn unit_mut(data: &mut [f64], p: usize, count: usize, columns: usize) -> &mut [f64] {
    &mut data[p * count * columns..(p + 1) * count * columns]
}

/// The sums of `g' (J'^T z)_p` and `g' (J^T J')_pp`, weighted by `omega' ze^{l-1}`, which `pair.early` holds.
pub(super) fn add_products(
    sizes: &Sizes,
    (m, l): (usize, usize),
    sums: &mut Products,
    (tile, own): (&Forward, &Features),
    (chunk, other): (&Forward, &Features),
    pair: &mut Pair,
) {
    let (rows, columns) = (tile.count(), chunk.count());
    let (outputs, between) = (sizes.outputs(m), sizes.outputs(m - 1));
    let (j, j_other) = (&own.j[at(m - 1, l)], &other.j[at(m - 1, l)]);
    let (z, g) = (view(&tile.z[m], rows, between), view(&chunk.g[m], columns, outputs));
    let gram = room(&mut pair.gram, rows * columns);
    for p in 0..sizes.outputs(l) {
        let right = unit(j_other, p, columns, between).transpose();
        product(gram, Then::Set, 1.0, z, right);
        multiply(gram, &pair.early);
        let out = unit_mut(&mut sums.g[at(m, l)], p, rows, outputs);
        product(out, Then::Add, 1.0, view(gram, rows, columns), g);
        product(gram, Then::Set, 1.0, unit(j, p, rows, between), right);
        multiply(gram, &pair.early);
        let out = unit_mut(&mut sums.jj[at(m, l)], p, rows, outputs);
        product(out, Then::Add, 1.0, view(gram, rows, columns), g);
    }
}

/// Adds to the squared norms of the blocks of units the terms with `J`: that with `K` stands for two, which are the same once summed.
pub(super) fn add_squares(
    sizes: &Sizes,
    (m, l): (usize, usize),
    sums: &Products,
    (tile, own): (&Forward, &Features),
    squared: &mut [f64],
) {
    let (count, outputs, width) = (tile.count(), sizes.outputs(m), sizes.outputs(l));
    for p in 0..width {
        for (n, share) in tile.share.iter().enumerate() {
            for i in 0..outputs {
                let entry = (p * count + n) * outputs + i;
                let by_k = 2.0 * own.by_unit[at(m, l)][entry] * sums.g[at(m, l)][entry];
                let by_g = tile.g[m][n * outputs + i] * sums.jj[at(m, l)][entry];
                squared[i * width + p] += share * (by_k + by_g);
            }
        }
    }
}

/// The partial derivatives from what the sums hold already: by `K` and by `g`.
pub(super) fn begin_partials(
    sizes: &Sizes,
    (m, l): (usize, usize),
    kappa: &[f64],
    sums: &Products,
    count: usize,
    out: &mut Partials,
) {
    let (outputs, width) = (sizes.outputs(m), sizes.outputs(l));
    for n in 0..count {
        for i in 0..outputs {
            let row = (n * outputs + i) * width;
            let mut by_g = 0.0;
            for p in 0..width {
                let entry = (p * count + n) * outputs + i;
                out.k[at(m, l)][row + p] += kappa[i * width + p] * sums.g[at(m, l)][entry];
                by_g += kappa[i * width + p] * sums.jj[at(m, l)][entry];
            }
            out.g[m][n * outputs + i] += by_g;
        }
    }
}

/// The partial derivatives that each pair gives: by `J`, by `g`, by the input of the later layer, and the pair's part of the bracket, which
/// is added to `pair.by_z` for the input of the earlier one.
pub(super) fn add_partials(
    sizes: &Sizes,
    (m, l): (usize, usize),
    kappa: &[f64],
    (tile, own): (&Forward, &Features),
    (chunk, other): (&Forward, &Features),
    pair: &mut Pair,
    out: &mut Partials,
) {
    let (rows, columns, width) = (tile.count(), chunk.count(), sizes.outputs(l));
    let (outputs, between) = (sizes.outputs(m), sizes.outputs(m - 1));
    let (index, through) = (at(m, l), at(m - 1, l));
    let (z, z_other) = (view(&tile.z[m], rows, between), view(&chunk.z[m], columns, between));
    let (g, g_other) = (view(&tile.g[m], rows, outputs), view(&chunk.g[m], columns, outputs));
    let entries = rows * columns;
    let [with_k, with_g, scaled, scaled_other] = &mut pair.more;
    let gram = room(&mut pair.gram, entries);
    let (with_k, with_g) = (room(with_k, entries), room(with_g, entries));
    for p in 0..width {
        let by = |i: usize| kappa[i * width + p];
        let scale = |out: &mut [f64], of: &[f64]| {
            for (out, of) in out.chunks_mut(outputs).zip(of.chunks(outputs)) {
                out.iter_mut().zip(of).enumerate().for_each(|(i, (out, of))| *out = by(i) * of);
            }
        };
        let (j, j_other) =
            (unit(&own.j[through], p, rows, between), unit(&other.j[through], p, columns, between));
        let scaled = room(scaled, rows * outputs);
        let scaled_other = room(scaled_other, columns * outputs);
        // (g.K' J^T z'): by J, by g and, in the bracket, as it is.
        scale(scaled_other, &other.by_unit[index][p * columns * outputs..(p + 1) * columns * outputs]);
        let k_other = view(scaled_other, columns, outputs);
        product(with_k, Then::Set, 1.0, g, k_other.transpose());
        product(gram, Then::Set, 1.0, j, z_other.transpose());
        if l > 0 {
            add_product(&mut pair.by_z[l], with_k, gram, &chunk.share);
        }
        multiply(gram, &pair.early);
        product(&mut out.g[m], Then::Add, 1.0, view(gram, rows, columns), k_other);
        multiply(with_k, &pair.early);
        let by_j = unit_mut(&mut out.j[through], p, rows, between);
        product(by_j, Then::Add, 1.0, view(with_k, rows, columns), z_other);
        // (g.g') <J, J'>: by J; by g it stands in the sums.
        scale(scaled, &tile.g[m]);
        product(with_g, Then::Set, 1.0, view(scaled, rows, outputs), g_other.transpose());
        if l > 0 {
            product(gram, Then::Set, 1.0, j, j_other.transpose());
            add_product(&mut pair.by_z[l], with_g, gram, &chunk.share);
        }
        multiply(with_g, &pair.early);
        product(by_j, Then::Add, 1.0, view(with_g, rows, columns), j_other);
        // (g'.K J'^T z): by z; by K it stands in the sums.
        scale(scaled, &own.by_unit[index][p * rows * outputs..(p + 1) * rows * outputs]);
        product(with_k, Then::Set, 1.0, view(scaled, rows, outputs), g_other.transpose());
        if l > 0 {
            product(gram, Then::Set, 1.0, z, j_other.transpose());
            add_product(&mut pair.by_z[l], with_k, gram, &chunk.share);
        }
        multiply(with_k, &pair.early);
        product(&mut out.z[m], Then::Add, 1.0, view(with_k, rows, columns), j_other);
    }
}

/// Adds the products of two numbers of each pair, times `omega'`.
fn add_product(out: &mut [f64], one: &[f64], two: &[f64], share: &[f64]) {
    for ((out, one), two) in
        out.chunks_mut(share.len()).zip(one.chunks(share.len())).zip(two.chunks(share.len()))
    {
        for (((out, one), two), share) in out.iter_mut().zip(one).zip(two).zip(share) {
            *out += one * two * share;
        }
    }
}
