//! Blocks of neighbouring layers: there `J` is the diagonal `phi1`, so that `D = g^{l+1} phi1^l'` stands beside `K diag(z)`.
//!
//! A block squared is `sum ze^l <K, K'> + 2 <K z, D'> + <D, D'>` over all pairs, times `omega omega' ze^{l-1}`.

use super::features::Features;
use super::forward::Forward;
use super::given::Given;
use super::products::Out;
use super::room::{cleared, room};
use super::round::{Pair, Way};
use super::rows::{Column, add_counted_pairs, add_scaled, weigh_columns, weighted};
use super::sizes::at;
use super::sums::{Sums, counted_inputs};
use super::worker::Room;
use crate::fast::lanes::{dot, row, row_mut, vectorised};
use crate::fast::product::{Then, product, view};

/// What unit `p` of layer `l` has of each sample: `z`, `phi1`, and rows of `K` and of `g`.
pub(super) struct Unit<'a> {
    z: Column<'a>,
    phi1: Column<'a>,
    k: &'a [f64],
    g: &'a [f64],
    columns: usize,
}

impl<'a> Unit<'a> {
    pub fn of(given: Given, (l, p): (usize, usize), tile: &'a Forward, features: &'a Features) -> Self {
        let column = |data| Column { data, width: given.sizes().outputs(l), column: p };
        Unit {
            z: column(&tile.z[l + 1]),
            phi1: column(&tile.phi1[l]),
            k: &features.k[at(l + 1, l)][given.place((l + 1, l), p, tile.count())],
            g: &tile.g[l + 1],
            columns: given.sizes().outputs(l + 1),
        }
    }

    /// Sets `D` and `K z + D`, each column weighted.
    pub fn fill_both(&self, d: &mut [f64], both: &mut [f64], kappa: Option<&[f64]>) {
        let columns = self.columns;
        vectorised(
            #[inline(always)]
            || {
                for n in 0..d.len() / columns {
                    let (z, phi1) = (self.z.of(n), self.phi1.of(n));
                    let (k, g) = (row(self.k, n, columns), row(self.g, n, columns));
                    let (d, both) = (row_mut(d, n, columns), row_mut(both, n, columns));
                    for i in 0..columns {
                        d[i] = phi1 * g[i];
                        both[i] = z * k[i] + d[i];
                    }
                }
            },
        );
        weigh_columns(d, kappa);
        weigh_columns(both, kappa);
    }

    /// Sets `D` and `K z`, each column weighted.
    fn fill_apart(&self, d: &mut [f64], kz: &mut [f64], kappa: Option<&[f64]>) {
        let columns = self.columns;
        for n in 0..d.len() / columns {
            let (z, phi1) = (self.z.of(n), self.phi1.of(n));
            let (k, g) = (row(self.k, n, columns), row(self.g, n, columns));
            row_mut(d, n, columns).iter_mut().zip(g).for_each(|(d, g)| *d = phi1 * g);
            row_mut(kz, n, columns).iter_mut().zip(k).for_each(|(kz, k)| *kz = z * k);
        }
        weigh_columns(d, kappa);
        weigh_columns(kz, kappa);
    }
}

/// Adds the terms with `D` of one unit, of a tile that meets another one.
pub(super) fn add(
    given: Given,
    (l, p): (usize, usize),
    way: Way,
    counted: &[f64],
    features: &[Features],
    mut out: Out,
    [d, both, by_kz, by_d, ..]: &mut [Vec<f64>; 6],
) {
    let outputs = given.sizes().outputs(l + 1);
    let (tile, chunk) = (&given.tiles[way.own], &given.tiles[way.other]);
    let (rows, columns) = (tile.count(), chunk.count());
    let (d, both) = (room(d, columns * outputs), room(both, columns * outputs));
    let (by_kz, by_d) = (room(by_kz, rows * outputs), room(by_d, rows * outputs));
    let kappa = given.kappa((l + 1, l), p);
    Unit::of(given, (l, p), chunk, &features[way.other]).fill_both(d, both, kappa);
    product(by_kz, Then::Set, 1.0, way.matrix(counted), view(d, columns, outputs));
    product(by_d, Then::Set, 1.0, way.matrix(counted), view(both, columns, outputs));
    let unit = Unit::of(given, (l, p), tile, &features[way.own]);
    carry(given, l, unit, [by_kz, by_d], &mut out);
}

/// Adds all pairs by way of the inputs of the earlier layer.
pub(super) fn add_by_inputs(
    given: Given,
    l: usize,
    (tile, own): (&Forward, &Features),
    sums: &Sums,
    mut out: Out,
    [zt, scaled, by_kz, by_d, ..]: &mut [Vec<f64>; 6],
) {
    let sizes = given.sizes();
    let (count, inputs, outputs) = (tile.count(), sizes.augmented(l), sizes.outputs(l + 1));
    let zt = view(counted_inputs(zt, sizes, tile, l), count, inputs);
    let (by_kz, by_d) = (room(by_kz, count * outputs), room(by_d, count * outputs));
    for p in given.units.of(l) {
        let (kappa, place) = (given.kappa((l + 1, l), p), given.place((l + 1, l), p, inputs));
        let d = weighted(&sums.d[l][place.clone()], kappa, scaled);
        product(by_kz, Then::Set, 1.0, zt, view(d, inputs, outputs));
        let both = weighted(&sums.both[l][place], kappa, scaled);
        product(by_d, Then::Set, 1.0, zt, view(both, inputs, outputs));
        carry(given, l, Unit::of(given, (l, p), tile, own), [by_kz, by_d], &mut out);
    }
}

/// Carries half the derivatives by `K z` and by `D` to their factors, and the squares that they come from.
fn carry(given: Given, l: usize, unit: Unit, [by_kz, by_d]: [&[f64]; 2], out: &mut Out) {
    let Out { own: out, squared } = out;
    let Unit { z, phi1, k, g, columns } = unit;
    let (index, count, Column { width, column: p, .. }) = (at(l + 1, l), k.len() / columns, z);
    let squared = &mut squared[index][given.sizes().entries((l + 1, l), p)];
    let by_k = &mut out.k[index][given.place((l + 1, l), p, count)];
    let (all_g, by_z, by_phi1) = (&mut out.g[index], &mut out.z[l], &mut out.phi1[l]);
    vectorised(
        #[inline(always)]
        || {
            for n in 0..count {
                let (by_kz, by_d) = (row(by_kz, n, columns), row(by_d, n, columns));
                let (k, g) = (row(k, n, columns), row(g, n, columns));
                let (by_k, by_g) = (row_mut(by_k, n, columns), row_mut(all_g, n, columns));
                let (z, phi1) = (z.of(n), phi1.of(n));
                for i in 0..columns {
                    let (with_z, with_phi1) = (z * by_kz[i], phi1 * by_d[i]);
                    by_k[i] += with_z;
                    by_g[i] += with_phi1;
                    squared[i] += with_z * k[i] + with_phi1 * g[i];
                }
                by_z[n * width + p] += dot(by_kz, k);
                by_phi1[n * width + p] += dot(by_d, g);
            }
        },
    );
}

/// Adds to the derivatives by `ze` of the earlier layer, times `factor`, what is not a product with that of the later one.
pub(super) fn add_by_ze(
    given: Given,
    l: usize,
    factor: f64,
    pairs: &[Pair],
    features: &[Features],
    rooms: &mut Room,
) {
    let outputs = given.sizes().outputs(l + 1);
    for (pair, met) in pairs.iter().zip(&mut rooms.met) {
        let (tile, chunk) = (&given.tiles[pair.first], &given.tiles[pair.second]);
        let (rows, columns) = (pair.rows, pair.columns);
        let [d, both, own_kz, own_d, ..] = &mut rooms.more;
        let (d, both) = (room(d, columns * outputs), room(both, columns * outputs));
        let (own_kz, own_d) = (room(own_kz, rows * outputs), room(own_d, rows * outputs));
        let gram = cleared(&mut met.gram, rows * columns);
        for p in given.units.of(l) {
            let kappa = given.kappa((l + 1, l), p);
            Unit::of(given, (l, p), chunk, &features[pair.second]).fill_both(d, both, None);
            Unit::of(given, (l, p), tile, &features[pair.first]).fill_apart(own_d, own_kz, kappa);
            let of = |data, rows| view(data, rows, outputs);
            pair.add_gram(gram, of(own_kz, rows), of(d, columns));
            pair.add_gram(gram, of(own_d, rows), of(both, columns));
        }
        pair.complete(gram);
        add_counted_pairs(&mut met.by_ze[l], pair.share() * factor, gram, tile, chunk);
    }
}

/// Adds to the derivatives by the input of the earlier layer what goes by way of the inputs, times `factor`.
pub(super) fn add_to_inputs(
    given: Given,
    l: usize,
    (tile, own): (&Forward, &Features),
    sums: &Sums,
    out: &mut [f64],
    [d, kz, by, ..]: &mut [Vec<f64>; 6],
) {
    let sizes = given.sizes();
    let (count, inputs, outputs) = (tile.count(), sizes.inputs(l), sizes.outputs(l + 1));
    let (d, kz) = (room(d, count * outputs), room(kz, count * outputs));
    let by = cleared(by, count * inputs);
    for p in given.units.of(l) {
        let place = given.place((l + 1, l), p, sizes.augmented(l));
        Unit::of(given, (l, p), tile, own).fill_apart(d, kz, given.kappa((l + 1, l), p));
        let d_sums = view(&sums.d[l][place.clone()], inputs, outputs).transpose();
        let both_sums = view(&sums.both[l][place], inputs, outputs).transpose();
        product(by, Then::Add, 1.0, view(kz, count, outputs), d_sums);
        product(by, Then::Add, 1.0, view(d, count, outputs), both_sums);
    }
    let factor = given.factor(l + 1, l);
    for (n, share) in tile.share.iter().enumerate() {
        add_scaled(row_mut(out, n, inputs), factor * share, row(by, n, inputs));
    }
}
