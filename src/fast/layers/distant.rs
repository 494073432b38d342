//! Blocks of two layers that stand apart, over pairs of samples, one unit of the earlier layer at a time: there `J` is dense.
//!
//! A block squared is `sum ze^{m-1} <K, K'> + 2 (J' K g') z + (g.g') <J, J'>` over all pairs, times `omega omega' ze^{l-1}`, with
//! `J = J^{m-1,l}` and `z` the input of the later layer.

use super::features::Features;
use super::given::Given;
use super::partials::Partials;
use super::products::{Products, take};
use super::room::{cleared, room};
use super::round::Pair;
use super::rows::{add_counted_pairs, add_multiplied, add_products_of_rows, add_scaled, weighted};
use super::sizes::at;
use super::worker::Room;
use crate::fast::lanes::multiply;
use crate::fast::product::{Then, View, product, view};

/// What a block needs of the samples of a tile.
struct Side<'a> {
    given: Given<'a>,
    layers: (usize, usize),
    count: usize,
    features: &'a Features,
    /// The adjoint of the later layer, and its input.
    g: &'a [f64],
    z: View<'a>,
}

impl<'a> Side<'a> {
    fn of(given: Given<'a>, (m, l): (usize, usize), tile: usize, features: &'a [Features]) -> Self {
        let (tile, features) = (&given.tiles[tile], &features[tile]);
        let count = tile.count();
        let z = view(&tile.z[m], count, given.sizes().inputs(m));
        let g = &tile.g[m][..count * given.sizes().outputs(m)];
        Side { given, layers: (m, l), count, features, g, z }
    }

    fn k(&self, p: usize) -> &'a [f64] {
        let (m, l) = self.layers;
        &self.features.k[at(m, l)][self.given.place((m, l), p, self.count)]
    }

    fn j(&self, p: usize) -> View<'a> {
        let (m, l) = self.layers;
        let j = &self.features.j[at(m - 1, l)][self.given.place((m - 1, l), p, self.count)];
        view(j, self.count, self.given.sizes().outputs(m - 1))
    }
}

/// Adds what some pairs of tiles give.
pub(super) fn add(
    given: Given,
    (m, l): (usize, usize),
    pairs: &[Pair],
    features: &[Features],
    out: &mut [Products],
    squared: &mut [Vec<f64>],
    rooms: &mut Room,
) {
    let (index, outputs) = (at(m, l), given.sizes().outputs(m));
    let Room { met, more: [scaled, by, single, ..], .. } = rooms;
    for group in given.groups(l) {
        let Some(head) = group.clone().next() else { continue };
        let kappa = given.kappa((m, l), head);
        for (pair, met) in pairs.iter().zip(&mut *met) {
            let gram = cleared(&mut met.gram, pair.rows * pair.columns);
            let single = room(single, pair.rows * pair.columns);
            let counted = &pair.counted[l];
            for p in group.clone() {
                for way in pair.ways() {
                    let [own, other] =
                        [way.own, way.other].map(|tile| Side::of(given, (m, l), tile, features));
                    way.meet(single, Then::Set, own.z, other.j(p));
                    multiply(single, counted);
                    let single = way.matrix(single);
                    let g = view(weighted(other.g, kappa, scaled), other.count, outputs);
                    let by_k = room(by, own.count * outputs);
                    product(by_k, Then::Set, 1.0, single, g);
                    // The pairs have it once more with `K` on the other side.
                    let squared = &mut squared[index][given.sizes().entries((m, l), p)];
                    let place = given.place((m, l), p, own.count);
                    take(&mut out[way.own].k[index][place], Then::Add, by_k, own.k(p), squared, 2.0);
                    let k = view(weighted(own.k(p), kappa, scaled), own.count, outputs);
                    product(&mut out[way.other].g[index], Then::Add, 1.0, single.transpose(), k);
                }
                let [first, second] =
                    [pair.first, pair.second].map(|tile| Side::of(given, (m, l), tile, features));
                pair.add_gram(gram, first.j(p), second.j(p));
            }
            pair.complete(gram);
            multiply(gram, counted);
            for way in pair.ways() {
                let [own, other] = [way.own, way.other].map(|tile| Side::of(given, (m, l), tile, features));
                let g = view(weighted(other.g, kappa, scaled), other.count, outputs);
                let by_g = room(by, own.count * outputs);
                product(by_g, Then::Set, 1.0, way.matrix(gram), g);
                add_scaled(&mut out[way.own].g[index][..own.count * outputs], 1.0, by_g);
                let entries = given.sizes().entries((m, l), head);
                add_products_of_rows(&mut squared[index][entries], by_g, own.g);
            }
        }
    }
}

/// Adds the partial derivatives by `J`, by the input of the later layer, and by `ze` of the earlier one.
pub(super) fn add_partials(
    given: Given,
    (m, l): (usize, usize),
    pairs: &[Pair],
    features: &[Features],
    out: &mut [Partials],
    rooms: &mut Room,
) {
    let (through, outputs, factor) = (at(m - 1, l), given.sizes().outputs(m), given.factor(m, l));
    let Room { met, more: [scaled, with_j, with_k, with_g, by_ze, _], .. } = rooms;
    for group in given.groups(l) {
        let Some(head) = group.clone().next() else { continue };
        let kappa = given.kappa((m, l), head);
        for (pair, met) in pairs.iter().zip(&mut *met) {
            let entries = pair.rows * pair.columns;
            let (with_j, with_k) = (room(with_j, entries), room(with_k, entries));
            let (with_g, by_ze) = (room(with_g, entries), cleared(by_ze, entries));
            let counted = &pair.counted[l];
            let [first, second] =
                [pair.first, pair.second].map(|tile| Side::of(given, (m, l), tile, features));
            let g = view(weighted(second.g, kappa, scaled), second.count, outputs).transpose();
            product(with_g, Then::Set, 1.0, view(first.g, first.count, outputs), g);
            if l > 0 {
                let gram = cleared(&mut met.gram, entries);
                for p in group.clone() {
                    pair.add_gram(gram, first.j(p), second.j(p));
                }
                pair.complete(gram);
                multiply(gram, with_g);
                add_scaled(by_ze, pair.share(), gram);
            }
            multiply(with_g, counted);
            for p in group.clone() {
                for way in pair.ways() {
                    let [own, other] =
                        [way.own, way.other].map(|tile| Side::of(given, (m, l), tile, features));
                    let g = view(weighted(other.g, kappa, scaled), other.count, outputs);
                    way.meet(with_k, Then::Set, view(own.k(p), own.count, outputs), g);
                    if l > 0 {
                        way.meet(with_j, Then::Set, own.z, other.j(p));
                        add_multiplied(by_ze, with_j, with_k);
                    }
                    multiply(with_k, counted);
                    let with_k = way.matrix(with_k);
                    product(&mut out[way.own].z[m], Then::Add, factor, with_k, other.j(p));
                    let by_j = &mut out[way.other].j[through][given.place((m - 1, l), p, other.count)];
                    product(by_j, Then::Add, factor, with_k.transpose(), own.z);
                    let by_j = &mut out[way.own].j[through][given.place((m - 1, l), p, own.count)];
                    product(by_j, Then::Add, factor, way.matrix(with_g), other.j(p));
                }
            }
            if l > 0 {
                let [tile, chunk] = [pair.first, pair.second].map(|tile| &given.tiles[tile]);
                add_counted_pairs(&mut met.by_ze[l], factor, by_ze, tile, chunk);
            }
        }
    }
}
