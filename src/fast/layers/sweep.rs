//! The adjoint sweep of chapter 11 as far as it belongs to units, for all samples of a tile at once: the way of [`Features::fill`]
//! backwards, one unit after the other.

use super::features::{Derivative, Features, column_of_weights};
use super::forward::{Forward, weights};
use super::given::Given;
use super::gradient::Gradient;
use super::output::add_third;
use super::partials::Partials;
use super::products::Products;
use super::room::{cleared, room};
use super::rows::{add_scaled_row, columns_from, sample, sample_mut};
use super::sizes::at;
use crate::fast::lanes::{dot, row, row_mut, vectorised};
use crate::fast::product::{Then, product, product_into, view};
use std::f64::consts::SQRT_2;

/// Room for the sweep.
#[derive(Default)]
pub(super) struct Path {
    /// The derivatives by `K^{ml}` of one unit of `l`, for a layer and the next.
    by_k: [Vec<f64>; 2],
    /// Those by `K^{Ll}`, and by `A^{Ll}`, of all units of a layer.
    by_outputs: Vec<f64>,
    by_a: Vec<f64>,
    /// Those by `S` of each sample.
    by_s: Vec<f64>,
    /// `omega |zt|^2` of the layer's input, of each sample.
    squares: Vec<f64>,
    scratch: [Vec<f64>; 2],
}

/// The derivatives by `K` before the sweep.
#[derive(Clone, Copy)]
pub(super) struct ByK<'a> {
    /// Half of them, where blocks go over pairs.
    pub sums: &'a Products,
    /// Those of other blocks.
    pub known: &'a [Vec<f64>],
}

impl<'a> ByK<'a> {
    /// Those of a block, and what they are multiplied by.
    fn of(&self, given: Given, m: usize, l: usize) -> (&'a [f64], f64) {
        match given.route(m, l).is_by_pairs() {
            true => (&self.sums.k[at(m, l)], given.factor(m, l)),
            false => (&self.known[at(m, l)], 1.0),
        }
    }
}

/// What belongs to a worker's units of a tile, on its way back.
pub(super) struct Sweep<'a> {
    pub given: Given<'a>,
    pub tile: &'a Forward,
    pub own: &'a Features,
    pub by_k: ByK<'a>,
    pub by: &'a mut Partials,
    pub gradient: &'a mut Gradient,
    pub path: &'a mut Path,
}

impl Sweep<'_> {
    /// Carries the partial derivatives by `K` and `J` to the weights, and to what the way through the samples goes on from.
    pub fn run(&mut self) {
        let sizes = self.given.sizes();
        let by_s = sizes.outputs(sizes.hidden()) * sizes.outputs(sizes.hidden());
        cleared(&mut self.path.by_s, self.tile.count() * by_s);
        for l in 0..sizes.hidden() {
            self.set_squares(l);
            for p in self.given.units.of(l) {
                self.diagonal(l, p);
                (l + 1..sizes.hidden()).for_each(|m| self.coupling(m, l, p));
                self.keep_outputs(l, p);
            }
            self.turn(l);
            for p in self.given.units.of(l) {
                (l + 2..sizes.layers()).rev().for_each(|m| self.jacobian(m, l, p));
                self.first(l, p);
            }
        }
        self.set_squares(sizes.hidden());
        self.curvature();
    }

    fn set_squares(&mut self, l: usize) {
        let Sweep { given, tile, path, .. } = self;
        let squares = room(&mut path.squares, tile.count());
        for (n, (square, share)) in squares.iter_mut().zip(&tile.share).enumerate() {
            let z = row(&tile.z[l], n, given.sizes().inputs(l));
            *square = share * (dot(z, z) + given.sizes().bias(l) as f64);
        }
    }

    /// Sets `F_K^{ml}` of a unit of two different layers as far as it is known before the sweep.
    fn begin(&mut self, m: usize, l: usize, p: usize) {
        let (f, factor) = self.by_k.of(self.given, m, l);
        let f = &f[self.given.place((m, l), p, self.tile.count())];
        let out = room(&mut self.path.by_k[1], f.len());
        vectorised(
            #[inline(always)]
            || {
                for i in 0..f.len() {
                    out[i] = factor * f[i];
                }
            },
        );
    }

    /// `F_K^{ll}` of a unit to `F_K^{l+1,l}`, `G^{l+1}`, `f1^l` and `F_r^l`.
    fn diagonal(&mut self, l: usize, p: usize) {
        self.begin(l + 1, l, p);
        let Sweep { given, tile, own, by_k, by, gradient, path } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, later, columns) = (sizes.outputs(l), sizes.outputs(l + 1), sizes.columns(l, l, p));
        let place = given.place((l, l), p, count);
        let tau = given.tau(l, p);
        let Path { by_k: [by_half, next], squares, .. } = &mut **path;
        let by_half = room(by_half, count * columns);
        let (f, factor) = by_k.of(*given, l, l);
        let (f, halves, slopes) = (&f[place.clone()], &own.half[l][place], &tile.phi1[l]);
        let (all_phi1, by_r) = (&mut by.phi1[l], &mut by.r[l]);
        let off = SQRT_2 * factor;
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (by_half, half) = (row_mut(by_half, n, columns), row(halves, n, columns));
                    let f = row(f, n, columns);
                    let (phi1, by_phi1) =
                        (&row(slopes, n, width)[p..], &mut row_mut(all_phi1, n, width)[p..]);
                    let on_diagonal = factor * f[0] + tau * squares[n];
                    by_r[n * width + p] += on_diagonal;
                    let before = by_phi1[0];
                    for i in 0..columns {
                        by_phi1[i] += off * f[i] * half[i];
                        by_half[i] = off * f[i] * phi1[i];
                    }
                    by_phi1[0] = before + on_diagonal * half[0];
                    by_half[0] = on_diagonal * phi1[0];
                }
            },
        );
        let by_half = view(by_half, count, columns);
        let w = weights(given.layer(l + 1)).subcols(p, columns);
        product(next, Then::Add, 1.0, by_half, w.transpose());
        let k = view(&own.k[at(l + 1, l)][given.place((l + 1, l), p, count)], count, later);
        let out = columns_from(&mut gradient.w[l + 1], width, p);
        product_into(out, Then::Add, 1.0, k.transpose(), by_half);
    }

    /// `F_K^{ml}` of a unit and a later hidden layer to `F_K^{m+1,l}`, `G^{m+1}`, `f1^m`, `F_r^m` and `F_A^{ml}`, which takes the place of
    /// `F_J^{ml}`.
    fn coupling(&mut self, m: usize, l: usize, p: usize) {
        self.path.by_k.swap(0, 1);
        self.begin(m + 1, l, p);
        let Sweep { given, tile, own, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, later) = (sizes.outputs(m), sizes.outputs(m + 1));
        let w = weights(given.layer(m + 1));
        let Path { by_k: [f, next], scratch: [u, _], .. } = &mut **path;
        let k = view(&own.k[at(m + 1, l)][given.place((m + 1, l), p, count)], count, later);
        let u = room(u, count * width);
        product(u, Then::Set, 1.0, k, w);
        let a = Derivative::of_unit(&own.a, *given, tile, (m, l, p));
        let by_j = &mut by.j[at(m, l)][given.place((m, l), p, count)];
        let (slopes, bends, adjoints) = (&tile.phi1[m], &tile.phi2[m], &tile.v[m]);
        let (by_phi1, by_r) = (&mut by.phi1[m], &mut by.r[m]);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (scale, a) = a.of(n);
                    let (f, u, by_j) = (row_mut(f, n, width), row(u, n, width), row_mut(by_j, n, width));
                    let phi1 = row(slopes, n, width);
                    let (phi2, v) = (row(bends, n, width), row(adjoints, n, width));
                    let (by_phi1, by_r) = (row_mut(by_phi1, n, width), row_mut(by_r, n, width));
                    for i in 0..width {
                        let a = scale * a[i];
                        by_phi1[i] += f[i] * u[i] + by_j[i] * a;
                        by_r[i] += f[i] * a;
                        by_j[i] = f[i] * (phi2[i] * v[i]) + by_j[i] * phi1[i];
                        f[i] *= phi1[i];
                    }
                }
            },
        );
        let by_u = view(f, count, width);
        product(next, Then::Add, 1.0, by_u, w.transpose());
        product(&mut gradient.w[m + 1], Then::Add, 1.0, k.transpose(), by_u);
    }

    /// `F_K^{Ll}` of a unit is complete.
    fn keep_outputs(&mut self, l: usize, p: usize) {
        let layers = (self.given.sizes().hidden(), l);
        let all = self.tile.count() * self.given.units.entries(self.given.sizes(), layers);
        let place = self.given.place(layers, p, self.tile.count());
        let Path { by_k: [_, f], by_outputs, .. } = &mut *self.path;
        let out = &mut room(by_outputs, all)[place];
        out.copy_from_slice(&f[..out.len()]);
    }

    /// `F_K^{Ll}` of all units to `F_A^{Ll}` and `F_S`.
    fn turn(&mut self, l: usize) {
        let Sweep { given, tile, own, path, .. } = self;
        let (count, last) = (tile.count(), given.sizes().hidden());
        let outputs = given.sizes().outputs(last);
        let entries = count * given.units.entries(given.sizes(), (last, l));
        if entries == 0 {
            return;
        }
        let Path { by_outputs, by_a, by_s, .. } = &mut **path;
        let by_a = room(by_a, entries);
        for (n, s) in tile.s.chunks(outputs * outputs).enumerate() {
            let f = sample(&by_outputs[..entries], n, count, outputs);
            let a = sample(&own.a[at(last, l)][..entries], n, count, outputs);
            let by_s = row_mut(by_s, n, outputs * outputs);
            product(by_s, Then::Add, 1.0, a.transpose(), f);
            let s = view(s, outputs, outputs);
            product_into(sample_mut(by_a, n, count, outputs), Then::Set, 1.0, f, s);
        }
    }

    /// `F_A^{ml}` of a unit and a layer that stands apart to `F_A^{m-1,l}`, `G^m` and `f1^{m-1}`.
    fn jacobian(&mut self, m: usize, l: usize, p: usize) {
        let Sweep { given, tile, own, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (outputs, between) = (sizes.outputs(m), sizes.outputs(m - 1));
        let place = given.place((m, l), p, count);
        let Path { by_a, scratch: [all_j, _], .. } = &mut **path;
        let before = given.place((m - 1, l), p, count);
        let by_a = if m == sizes.hidden() { &by_a[place] } else { &by.j[at(m, l)][place] };
        let by_a = view(by_a, count, outputs);
        let j = view(&own.j[at(m - 1, l)][before.clone()], count, between);
        product(&mut gradient.w[m], Then::Add, 1.0, by_a.transpose(), j);
        let more_j = room(all_j, count * between);
        product(more_j, Then::Set, 1.0, by_a, weights(given.layer(m)));
        let a = Derivative::of_unit(&own.a, *given, tile, (m - 1, l, p));
        let (slopes, by_phi1) = (&tile.phi1[m - 1], &mut by.phi1[m - 1]);
        let by_a = &mut by.j[at(m - 1, l)][before];
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (scale, a) = a.of(n);
                    let (more_j, phi1) = (row(more_j, n, between), row(slopes, n, between));
                    let (by_a, by_phi1) = (row_mut(by_a, n, between), row_mut(by_phi1, n, between));
                    for i in 0..between {
                        by_phi1[i] += more_j[i] * (scale * a[i]);
                        by_a[i] += more_j[i] * phi1[i];
                    }
                }
            },
        );
    }

    /// `F_A^{l+1,l}` of a unit to `G^{l+1}` and `f1^l`.
    fn first(&mut self, l: usize, p: usize) {
        let Sweep { given, tile, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, later) = (sizes.outputs(l), sizes.outputs(l + 1));
        let place = given.place((l + 1, l), p, count);
        let Path { by_a, scratch: [sum, _], .. } = &mut **path;
        let by_a = if l + 1 == sizes.hidden() { &by_a[place] } else { &by.j[at(l + 1, l)][place] };
        let w = column_of_weights(given.layer(l + 1), p);
        let sum = cleared(sum, later);
        let (slopes, by_phi1) = (&tile.phi1[l], &mut by.phi1[l]);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let by_a = row(by_a, n, later);
                    by_phi1[n * width + p] += dot(by_a, w);
                    add_scaled_row(sum, slopes[n * width + p], by_a);
                }
            },
        );
        let column = gradient.w[l + 1][p..].iter_mut().step_by(width);
        column.zip(sum.iter()).for_each(|(out, sum)| *out += sum);
    }

    /// `F_K^{LL}` to `F_S`, and that to the outputs.
    fn curvature(&mut self) {
        let Sweep { given, tile, by_k, by, path, .. } = self;
        let (count, last) = (tile.count(), given.sizes().hidden());
        let outputs = given.sizes().outputs(last);
        let (f, factor) = by_k.of(*given, last, last);
        for p in given.units.of(last) {
            let f = &f[given.place((last, last), p, count)];
            for n in 0..count {
                let by_s = &mut row_mut(&mut path.by_s, n * outputs + p, outputs)[p..];
                let f = row(f, n, outputs - p);
                let on_diagonal = factor * f[0] + given.tau(last, p) * path.squares[n];
                add_scaled_row(&mut by_s[1..], SQRT_2 * factor, &f[1..]);
                by_s[0] += on_diagonal;
            }
        }
        for n in 0..count {
            let [s, f] = [&tile.s, &path.by_s].map(|of| row(of, n, outputs * outputs));
            let out = row_mut(&mut by.outputs, n, outputs);
            add_third(given.plan.loss, row(&tile.third, n, outputs), s, f, out);
        }
    }
}
