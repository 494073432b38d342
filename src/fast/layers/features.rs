//! What the Hessian of each sample of a tile is made of, for one unit after the other: its preactivation's derivative is carried forward
//! to the outputs, and back with `S`.
//!
//! `K^{ml} = Phi^m W^{m+1}' K^{m+1,l} + diag(phi2^m v^m) A^{ml}` is the derivative of `g^m = phi1^m (W^{m+1}' g^{m+1})` by `a^l`, where
//! `A^{ml} = W^m J^{m-1,l}` is that of `a^m`.

use super::forward::{Forward, weights};
use super::given::Given;
use super::room::room;
use super::rows::{Column, sample, sample_mut};
use super::sizes::{Sizes, at, blocks};
use crate::fast::lanes::{row, row_mut, vectorised};
use crate::fast::product::{Then, product, product_into, view};
use crate::model::Layer;
use crate::terms::pairs_of_layers;
use std::f64::consts::SQRT_2;

/// `K`, `J` and `A` of a tile. Each is, for one unit of the earlier layer after the other, a matrix of samples times units of the later
/// one: [`Units::place`].
#[derive(Default)]
pub(super) struct Features {
    /// `K^{ml}`, at [`at`]; of a layer with itself packed.
    pub k: Vec<Vec<f64>>,
    /// `W^{l+1}' K^{l+1,l}`, from which `K^{ll}` comes, of a hidden layer each, in the places of `K^{ll}`.
    pub half: Vec<Vec<f64>>,
    /// `J^{kl}` for hidden layers `k > l`, at [`at`].
    pub j: Vec<Vec<f64>>,
    /// `A^{ml}` of the outputs, and of layers that stand apart; that of neighbours is `W^{l+1} Phi^l`.
    pub a: Vec<Vec<f64>>,
}

/// Whether layers stand further apart than neighbours.
pub(super) fn apart(m: usize, l: usize) -> bool {
    m > l + 1
}

/// Whether `A` of two layers is kept.
pub(super) fn keeps_derivative(sizes: &Sizes, m: usize, l: usize) -> bool {
    apart(m, l) || (m > l && m == sizes.hidden())
}

impl Features {
    pub fn new(sizes: &Sizes, most: &dyn Fn(usize, usize) -> usize, count: usize) -> Self {
        let (layers, hidden) = (sizes.layers(), sizes.hidden());
        let entries = |m, l| vec![0.0; count * most(m, l)];
        let all = |of: &dyn Fn(usize, usize) -> bool, layers: usize| -> Vec<Vec<f64>> {
            let mut all = vec![Vec::new(); blocks(layers)];
            for (m, l) in pairs_of_layers(layers).filter(|&(m, l)| of(m, l)) {
                all[at(m, l)] = entries(m, l);
            }
            all
        };
        Features {
            k: all(&|_, _| true, layers),
            half: (0..hidden).map(|l| entries(l, l)).collect(),
            j: all(&|k, l| k > l, hidden),
            a: all(&|m, l| keeps_derivative(sizes, m, l), layers),
        }
    }

    /// Computes all of a tile, in room for a product.
    pub fn fill(&mut self, given: Given, tile: &Forward, scratch: &mut Vec<f64>) {
        let sizes = given.sizes();
        self.fill_outputs(given, tile);
        for l in 0..sizes.hidden() {
            for p in given.units.of(l) {
                (l + 1..sizes.layers()).for_each(|m| self.carry_forward(given, tile, (m, l, p)));
            }
            self.meet(given, tile, l);
            for p in given.units.of(l) {
                let hidden = (l + 1..sizes.hidden()).rev();
                hidden.for_each(|m| self.carry_back(given, tile, (m, l, p), scratch));
                self.fill_diagonal(given, tile, (l, p));
            }
        }
    }

    /// `K^{LL} = S`.
    fn fill_outputs(&mut self, given: Given, tile: &Forward) {
        let last = given.sizes().hidden();
        let outputs = given.sizes().outputs(last);
        for p in given.units.of(last) {
            let k = &mut self.k[at(last, last)][given.place((last, last), p, tile.count())];
            for (k, s) in k.chunks_mut(outputs - p).zip(tile.s.chunks(outputs * outputs)) {
                let s = &row(s, p, outputs)[p..];
                k.iter_mut().zip(s).for_each(|(k, s)| *k = SQRT_2 * s);
                k[0] = s[0];
            }
        }
    }

    /// `A^{ml}` and `J^{ml}` for unit `p` of layer `l`.
    fn carry_forward(&mut self, given: Given, tile: &Forward, (m, l, p): (usize, usize, usize)) {
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, place) = (sizes.outputs(m), given.place((m, l), p, count));
        if apart(m, l) {
            let from = &self.j[at(m - 1, l)][given.place((m - 1, l), p, count)];
            let from = view(from, count, sizes.outputs(m - 1));
            let w = weights(given.layer(m)).transpose();
            product(&mut self.a[at(m, l)][place.clone()], Then::Set, 1.0, from, w);
        } else if m == sizes.hidden() {
            let first = Derivative::first(given, tile, (l, p));
            let a = &mut self.a[at(m, l)][place.clone()];
            for n in 0..count {
                let (phi1, w) = first.of(n);
                row_mut(a, n, width).iter_mut().zip(w).for_each(|(a, w)| *a = phi1 * w);
            }
        }
        if m == sizes.hidden() {
            return;
        }
        let a = Derivative::of_unit(&self.a, given, tile, (m, l, p));
        let (j, slopes) = (&mut self.j[at(m, l)][place], &tile.phi1[m]);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (scale, a) = a.of(n);
                    let (j, phi1) = (row_mut(j, n, width), row(slopes, n, width));
                    for i in 0..width {
                        j[i] = scale * a[i] * phi1[i];
                    }
                }
            },
        );
    }

    /// `K^{Ll} = S A^{Ll}`, where the way forward ends.
    fn meet(&mut self, given: Given, tile: &Forward, l: usize) {
        let (count, last) = (tile.count(), given.sizes().hidden());
        let outputs = given.sizes().outputs(last);
        let length = count * given.units.entries(given.sizes(), (last, l));
        let (a, k) = (&self.a[at(last, l)][..length], &mut self.k[at(last, l)][..length]);
        for (n, s) in tile.s.chunks(outputs * outputs).enumerate().take_while(|_| length > 0) {
            let k = sample_mut(k, n, count, outputs);
            product_into(k, Then::Set, 1.0, sample(a, n, count, outputs), view(s, outputs, outputs));
        }
    }

    /// `K^{ml}` of a later hidden layer for unit `p` of layer `l`.
    fn carry_back(
        &mut self,
        given: Given,
        tile: &Forward,
        (m, l, p): (usize, usize, usize),
        scratch: &mut Vec<f64>,
    ) {
        let (sizes, count) = (given.sizes(), tile.count());
        let width = sizes.outputs(m);
        let (before, after) = self.k.split_at_mut(at(m + 1, l));
        let from = &after[0][given.place((m + 1, l), p, count)];
        let from = view(from, count, sizes.outputs(m + 1));
        let u = room(scratch, count * width);
        product(u, Then::Set, 1.0, from, weights(given.layer(m + 1)));
        let a = Derivative::of_unit(&self.a, given, tile, (m, l, p));
        let (slopes, bends, adjoints) = (&tile.phi1[m], &tile.phi2[m], &tile.v[m]);
        let k = &mut before[at(m, l)][given.place((m, l), p, count)];
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (scale, a) = a.of(n);
                    let (k, u, phi1) = (row_mut(k, n, width), row(u, n, width), row(slopes, n, width));
                    let (phi2, v) = (row(bends, n, width), row(adjoints, n, width));
                    for i in 0..width {
                        k[i] = u[i] * phi1[i] + phi2[i] * v[i] * (scale * a[i]);
                    }
                }
            },
        );
    }

    /// `K^{ll}` for unit `p`, and the half of it.
    fn fill_diagonal(&mut self, given: Given, tile: &Forward, (l, p): (usize, usize)) {
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, columns) = (sizes.outputs(l), sizes.columns(l, l, p));
        let place = given.place((l, l), p, count);
        let (before, after) = self.k.split_at_mut(at(l + 1, l));
        let from = &after[0][given.place((l + 1, l), p, count)];
        let from = view(from, count, sizes.outputs(l + 1));
        let w = weights(given.layer(l + 1)).subcols(p, columns);
        let half = &mut self.half[l][place.clone()];
        product(half, Then::Set, 1.0, from, w);
        let (k, slopes) = (&mut before[at(l, l)][place], &tile.phi1[l]);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (k, half) = (row_mut(k, n, columns), row(half, n, columns));
                    let (unit, phi1) = (n * width + p, &row(slopes, n, width)[p..]);
                    for i in 0..columns {
                        k[i] = SQRT_2 * phi1[i] * half[i];
                    }
                    k[0] = phi1[0] * half[0] + tile.phi2[l][unit] * tile.v[l][unit];
                }
            },
        );
    }
}

/// `A^{ml}` for a unit of `l`: rows, each multiplied by a number.
#[derive(Clone, Copy)]
pub(super) struct Derivative<'a> {
    rows: &'a [f64],
    columns: usize,
    /// Of neighbours: there is one row for all samples.
    phi1: Option<Column<'a>>,
}

impl<'a> Derivative<'a> {
    /// What is kept, or made of the weights.
    pub fn of_unit(
        kept: &'a [Vec<f64>],
        given: Given<'a>,
        tile: &'a Forward,
        (m, l, p): (usize, usize, usize),
    ) -> Self {
        if m == l + 1 {
            return Derivative::first(given, tile, (l, p));
        }
        let rows = &kept[at(m, l)][given.place((m, l), p, tile.count())];
        Derivative { rows, columns: given.sizes().outputs(m), phi1: None }
    }

    /// `A^{l+1,l}`: `phi1_p` times a column of the weights.
    pub fn first(given: Given<'a>, tile: &'a Forward, (l, p): (usize, usize)) -> Self {
        let columns = given.sizes().outputs(l + 1);
        let rows = column_of_weights(given.layer(l + 1), p);
        let phi1 = Column { data: &tile.phi1[l], width: given.sizes().outputs(l), column: p };
        Derivative { rows, columns, phi1: Some(phi1) }
    }

    /// A number and a row, whose product is that of sample `n`.
    #[inline(always)]
    pub fn of(&self, n: usize) -> (f64, &'a [f64]) {
        match self.phi1 {
            Some(phi1) => (phi1.of(n), self.rows),
            None => (1.0, row(self.rows, n, self.columns)),
        }
    }
}

/// The weights of all units for one of their inputs.
pub(super) fn column_of_weights(layer: &Layer<f64>, p: usize) -> &[f64] {
    row(layer.w.as_slice(), p, layer.w.nrows())
}
