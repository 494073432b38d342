//! Blocks of two layers that stand apart, over pairs of samples, one unit of the earlier layer at a time: there `J` is dense.
//!
//! A block squared is `sum ze^{m-1} <K, K'> + 2 (J' K g') z + (g.g') <J, J'>` over all pairs, times `omega omega' ze^{l-1}`, with
//! `J = J^{m-1,l}` and `z` the input of the later layer.

use super::features::Features;
use super::forward::Forward;
use super::neighbours::add_pairs;
use super::pair::{Pair, pairs};
use super::partials::Partials;
use super::products::{Given, Products, take};
use super::room::{cleared, room};
use super::rows::{add_multiplied, add_products_of_rows, add_scaled, multiply, weighted};
use super::sizes::{Sizes, at};
use crate::fast::product::{Then, View, product, view};

/// What a block needs of some samples.
struct Side<'a> {
    layers: (usize, usize),
    sizes: &'a Sizes,
    count: usize,
    features: &'a Features,
    /// The adjoint of the later layer, and its input.
    g: &'a [f64],
    z: View<'a>,
}

impl<'a> Side<'a> {
    fn of(sizes: &'a Sizes, (m, l): (usize, usize), samples: &'a Forward, features: &'a Features) -> Self {
        let count = samples.count();
        let z = view(&samples.z[m], count, sizes.inputs(m));
        Side { layers: (m, l), sizes, count, features, g: &samples.g[m][..count * sizes.outputs(m)], z }
    }

    fn k(&self, p: usize) -> &'a [f64] {
        let (m, l) = self.layers;
        &self.features.k[at(m, l)][self.sizes.place((m, l), p, self.count)]
    }

    fn j(&self, p: usize) -> View<'a> {
        let (m, l) = self.layers;
        let j = &self.features.j[at(m - 1, l)][self.sizes.place((m - 1, l), p, self.count)];
        view(j, self.count, self.sizes.outputs(m - 1))
    }
}

/// The units in groups whose pairs with a unit of the later layer count the same.
fn groups(given: Given, l: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let (width, alike) = (given.sizes().outputs(l), given.alike(l));
    (0..width).step_by(alike).map(move |first| first..first + alike)
}

/// Adds the pairs of a tile with a chunk.
pub(super) fn add(
    given: Given,
    (m, l): (usize, usize),
    (tile, own): (&Forward, &Features),
    (chunk, other): (&Forward, &Features),
    out: &mut Products,
    squared: &mut [Vec<f64>],
    pair: &mut Pair,
) {
    let (sizes, index) = (given.sizes(), at(m, l));
    let outputs = sizes.outputs(m);
    let (rows, columns) = (tile.count(), chunk.count());
    let own = Side::of(sizes, (m, l), tile, own);
    let other = Side::of(sizes, (m, l), chunk, other);
    let [scaled, by, single, ..] = &mut pair.more;
    let by = room(by, rows * outputs);
    let counted = &pair.counted[l];
    for group in groups(given, l) {
        let kappa = given.kappa((m, l), group.start);
        let g = view(weighted(other.g, kappa, scaled), columns, outputs);
        let gram = cleared(&mut pair.gram, rows * columns);
        let single = room(single, rows * columns);
        let entries = sizes.entries((m, l), group.start);
        for p in group {
            product(single, Then::Set, 1.0, own.z, other.j(p).transpose());
            multiply(single, counted);
            product(by, Then::Set, 1.0, pairs(single, tile, chunk), g);
            let by_k = &mut out.k[index][sizes.place((m, l), p, rows)];
            // The pairs have it once more with `K` on the other side.
            take(by_k, by, own.k(p), &mut squared[index][sizes.entries((m, l), p)], 2.0);
            product(gram, Then::Add, 1.0, own.j(p), other.j(p).transpose());
        }
        multiply(gram, counted);
        product(by, Then::Set, 1.0, pairs(gram, tile, chunk), g);
        add_scaled(&mut out.g[index][..rows * outputs], 1.0, by);
        add_products_of_rows(&mut squared[index][entries], by, own.g);
    }
}

/// Adds `factor` times the partial derivatives that need no `K` on their own side: by `J`, by `g`, by the input of the later layer, and by
/// `ze` of the earlier one.
pub(super) fn add_partials(
    given: Given,
    (m, l): (usize, usize),
    factor: f64,
    (tile, own): (&Forward, &Features),
    (chunk, other): (&Forward, &Features),
    pair: &mut Pair,
    out: &mut Partials,
) {
    let (sizes, through) = (given.sizes(), at(m - 1, l));
    let outputs = sizes.outputs(m);
    let (rows, columns) = (tile.count(), chunk.count());
    let own = Side::of(sizes, (m, l), tile, own);
    let other = Side::of(sizes, (m, l), chunk, other);
    let entries = rows * columns;
    let [scaled, with_j, with_k, with_g, by_ze, _] = &mut pair.more;
    let (with_j, with_k) = (room(with_j, entries), room(with_k, entries));
    let (with_g, by_ze) = (room(with_g, entries), cleared(by_ze, entries));
    let counted = &pair.counted[l];
    for group in groups(given, l) {
        let kappa = given.kappa((m, l), group.start);
        let gram = cleared(&mut pair.gram, entries);
        let g = view(weighted(other.g, kappa, scaled), columns, outputs).transpose();
        product(with_g, Then::Set, 1.0, view(own.g, rows, outputs), g);
        if l > 0 {
            for p in group.clone() {
                product(gram, Then::Add, 1.0, own.j(p), other.j(p).transpose());
            }
            add_multiplied(by_ze, gram, with_g);
        }
        multiply(with_g, counted);
        for p in group {
            let g = view(weighted(other.g, kappa, scaled), columns, outputs).transpose();
            // (J' K g') z with J' of the chunk: by z; by K it stands in the sums.
            product(with_k, Then::Set, 1.0, view(own.k(p), rows, outputs), g);
            if l > 0 {
                product(with_j, Then::Set, 1.0, own.z, other.j(p).transpose());
                add_multiplied(by_ze, with_j, with_k);
            }
            multiply(with_k, counted);
            product(&mut out.z[m], Then::Add, factor, pairs(with_k, tile, chunk), other.j(p));
            // The same with J of the tile: by g and by J.
            let k = view(weighted(other.k(p), kappa, scaled), columns, outputs);
            product(with_j, Then::Set, 1.0, own.j(p), other.z.transpose());
            product(with_k, Then::Set, 1.0, view(own.g, rows, outputs), k.transpose());
            if l > 0 {
                add_multiplied(by_ze, with_j, with_k);
            }
            multiply(with_j, counted);
            product(&mut out.g[m], Then::Add, factor, pairs(with_j, tile, chunk), k);
            multiply(with_k, counted);
            let by_j = &mut out.j[through][sizes.place((m - 1, l), p, rows)];
            product(by_j, Then::Add, factor, pairs(with_k, tile, chunk), other.z);
            product(by_j, Then::Add, factor, pairs(with_g, tile, chunk), other.j(p));
        }
    }
    if l > 0 {
        add_pairs(&mut pair.by_ze[l], factor, by_ze, tile, chunk);
    }
}
