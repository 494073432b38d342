//! What the Hessian of each sample of a tile is made of, for one unit after the other: its preactivation's derivative is carried forward
//! to the outputs, and back with `S`.
//!
//! `K^{ml} = Phi^m W^{m+1}' K^{m+1,l} + diag(phi2^m v^m) A^{ml}` is the derivative of `g^m = phi1^m (W^{m+1}' g^{m+1})` by `a^l`, where
//! `A^{ml} = W^m J^{m-1,l}` is that of `a^m`.

use super::forward::{Forward, weights};
use super::room::room;
use super::rows::{Column, sample, sample_mut};
use super::sizes::{Sizes, at, blocks};
use crate::fast::lanes::{row, row_mut, vectorised};
use crate::fast::product::{Then, product, product_into, view};
use crate::fast::sizes::upper;
use crate::model::Network;
use crate::terms::pairs_of_layers;
use std::f64::consts::SQRT_2;

/// `K`, `J` and `A` of a tile. Each is, for one unit of the earlier layer after the other, a matrix of samples times units of the later
/// one: [`Sizes::place`].
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
    /// `phi2 v` of each hidden layer, a row a sample.
    pub r: Vec<Vec<f64>>,
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
    pub fn new(sizes: &Sizes, count: usize) -> Self {
        let (layers, hidden) = (sizes.layers(), sizes.hidden());
        let all = |of: &dyn Fn(usize, usize) -> bool, layers: usize| -> Vec<Vec<f64>> {
            let mut all = vec![Vec::new(); blocks(layers)];
            for (m, l) in pairs_of_layers(layers) {
                all[at(m, l)] = vec![0.0; if of(m, l) { count * sizes.units(m, l) } else { 0 }];
            }
            all
        };
        Features {
            k: all(&|_, _| true, layers),
            half: (0..hidden).map(|l| vec![0.0; count * sizes.units(l, l)]).collect(),
            j: all(&|k, l| k > l, hidden),
            a: all(&|m, l| keeps_derivative(sizes, m, l), layers),
            r: (0..hidden).map(|l| vec![0.0; count * sizes.outputs(l)]).collect(),
        }
    }

    /// Computes all, in room for products.
    pub fn fill(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        tile: &Forward,
        scratch: &mut [Vec<f64>; 6],
    ) {
        for (r, (phi2, v)) in self.r.iter_mut().zip(tile.phi2.iter().zip(&tile.v)) {
            r.iter_mut().zip(phi2.iter().zip(v)).for_each(|(r, (phi2, v))| *r = phi2 * v);
        }
        self.fill_outputs(sizes, tile);
        for l in 0..sizes.hidden() {
            for p in 0..sizes.outputs(l) {
                (l + 1..sizes.layers()).for_each(|m| self.carry_forward(sizes, network, tile, (m, l, p)));
            }
            self.meet(sizes, tile, l);
            for p in 0..sizes.outputs(l) {
                let hidden = (l + 1..sizes.hidden()).rev();
                hidden.for_each(|m| self.carry_back(sizes, network, tile, (m, l, p), &mut scratch[0]));
                self.fill_diagonal(sizes, network, tile, (l, p));
            }
        }
    }

    /// `K^{LL} = S`.
    fn fill_outputs(&mut self, sizes: &Sizes, tile: &Forward) {
        let (last, count) = (sizes.hidden(), tile.count());
        let outputs = sizes.outputs(last);
        for (n, s) in tile.s.chunks(outputs * outputs).enumerate() {
            for (p, k) in upper(outputs) {
                let place = sizes.place((last, last), p, count).start + n * (outputs - p) + k - p;
                self.k[at(last, last)][place] = s[p * outputs + k] * if p == k { 1.0 } else { SQRT_2 };
            }
        }
    }

    /// `A^{ml}` and `J^{ml}` for unit `p` of layer `l`.
    fn carry_forward(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        tile: &Forward,
        (m, l, p): (usize, usize, usize),
    ) {
        let (count, width) = (tile.count(), sizes.outputs(m));
        let place = sizes.place((m, l), p, count);
        if apart(m, l) {
            let from = &self.j[at(m - 1, l)][sizes.place((m - 1, l), p, count)];
            let from = view(from, count, sizes.outputs(m - 1));
            let w = weights(&network.layers.0[m]).transpose();
            product(&mut self.a[at(m, l)][place.clone()], Then::Set, 1.0, from, w);
        } else if m == sizes.hidden() {
            let first = Derivative::first(sizes, network, tile, (l, p));
            let a = &mut self.a[at(m, l)][place.clone()];
            for n in 0..count {
                let (phi1, w) = first.of(n);
                row_mut(a, n, width).iter_mut().zip(w).for_each(|(a, w)| *a = phi1 * w);
            }
        }
        if m < sizes.hidden() {
            let a = Derivative::of_unit(&self.a, sizes, network, tile, (m, l, p));
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
    }

    /// `K^{Ll} = S A^{Ll}`, where the way forward ends.
    fn meet(&mut self, sizes: &Sizes, tile: &Forward, l: usize) {
        let (count, outputs) = (tile.count(), sizes.outputs(sizes.hidden()));
        let index = at(sizes.hidden(), l);
        let length = count * sizes.units(sizes.hidden(), l);
        for (n, s) in tile.s.chunks(outputs * outputs).enumerate() {
            let a = sample(&self.a[index][..length], n, count, outputs);
            let k = sample_mut(&mut self.k[index][..length], n, count, outputs);
            product_into(k, Then::Set, 1.0, a, view(s, outputs, outputs));
        }
    }

    /// `K^{ml}` of a later hidden layer for unit `p` of layer `l`.
    fn carry_back(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        tile: &Forward,
        (m, l, p): (usize, usize, usize),
        scratch: &mut Vec<f64>,
    ) {
        let (count, width) = (tile.count(), sizes.outputs(m));
        let (before, after) = self.k.split_at_mut(at(m + 1, l));
        let from = &after[0][sizes.place((m + 1, l), p, count)];
        let from = view(from, count, sizes.outputs(m + 1));
        let u = room(scratch, count * width);
        product(u, Then::Set, 1.0, from, weights(&network.layers.0[m + 1]));
        let a = Derivative::of_unit(&self.a, sizes, network, tile, (m, l, p));
        let (slopes, bends) = (&tile.phi1[m], &self.r[m]);
        let k = &mut before[at(m, l)][sizes.place((m, l), p, count)];
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (scale, a) = a.of(n);
                    let (k, u) = (row_mut(k, n, width), row(u, n, width));
                    let (phi1, r) = (row(slopes, n, width), row(bends, n, width));
                    for i in 0..width {
                        k[i] = u[i] * phi1[i] + r[i] * (scale * a[i]);
                    }
                }
            },
        );
    }

    /// `K^{ll}` for unit `p`, and the half of it.
    fn fill_diagonal(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        tile: &Forward,
        (l, p): (usize, usize),
    ) {
        let (count, width) = (tile.count(), sizes.outputs(l));
        let (place, columns) = (sizes.place((l, l), p, count), sizes.columns(l, l, p));
        let (before, after) = self.k.split_at_mut(at(l + 1, l));
        let from = &after[0][sizes.place((l + 1, l), p, count)];
        let from = view(from, count, sizes.outputs(l + 1));
        let w = weights(&network.layers.0[l + 1]).subcols(p, columns);
        let half = &mut self.half[l][place.clone()];
        product(half, Then::Set, 1.0, from, w);
        let (k, slopes, bends) = (&mut before[at(l, l)][place], &tile.phi1[l], &self.r[l]);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (k, half) = (row_mut(k, n, columns), row(half, n, columns));
                    let phi1 = &row(slopes, n, width)[p..];
                    for i in 0..columns {
                        k[i] = SQRT_2 * phi1[i] * half[i];
                    }
                    k[0] = phi1[0] * half[0] + bends[n * width + p];
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
        sizes: &Sizes,
        network: &'a Network<f64>,
        tile: &'a Forward,
        (m, l, p): (usize, usize, usize),
    ) -> Self {
        if m == l + 1 {
            return Derivative::first(sizes, network, tile, (l, p));
        }
        let rows = &kept[at(m, l)][sizes.place((m, l), p, tile.count())];
        Derivative { rows, columns: sizes.outputs(m), phi1: None }
    }

    /// `A^{l+1,l}`: `phi1_p` times a column of the weights.
    pub fn first(
        sizes: &Sizes,
        network: &'a Network<f64>,
        tile: &'a Forward,
        (l, p): (usize, usize),
    ) -> Self {
        let columns = sizes.outputs(l + 1);
        let rows = row(network.layers.0[l + 1].w.as_slice(), p, columns);
        let phi1 = Column { data: &tile.phi1[l], width: sizes.outputs(l), column: p };
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
