//! The adjoint sweep of chapter 11, for all samples of a tile at once: the way of [`Features::fill`] backwards, one unit after the other.

use super::features::{Derivative, Features};
use super::forward::{Forward, weights};
use super::gradient::Gradient;
use super::output::add_third;
use super::partials::Partials;
use super::products::{Given, Products};
use super::room::{cleared, room};
use super::rows::{add_scaled_row, columns_from, sample, sample_mut};
use super::sizes::at;
use crate::fast::lanes::{dot, row, row_mut, vectorised};
use crate::fast::product::{Then, add_rows, product, product_into, view};
use crate::fast::sizes::upper;
use crate::model::Network;
use std::f64::consts::SQRT_2;

/// Room for the sweep.
#[derive(Default)]
pub(super) struct Path {
    /// The derivatives by `K^{ml}` of one unit of `l`, for a layer and the next.
    by_k: [Vec<f64>; 2],
    /// Those by `K^{Ll}`, and by `A^{Ll}`, of all units of a layer.
    by_outputs: Vec<f64>,
    by_a: Vec<f64>,
    scratch: [Vec<f64>; 2],
}

/// One tile on its way back.
pub(super) struct Sweep<'a> {
    pub given: Given<'a>,
    pub network: &'a Network<f64>,
    pub tile: &'a Forward,
    pub own: &'a Features,
    pub sums: &'a Products,
    pub by: &'a mut Partials,
    pub gradient: &'a mut Gradient,
    pub path: &'a mut Path,
}

impl Sweep<'_> {
    /// Carries all partial derivatives, and `share` times those of the loss, to the weights.
    pub fn run(&mut self, share: f64) {
        let sizes = self.given.sizes();
        for l in 0..sizes.hidden() {
            for p in 0..sizes.outputs(l) {
                self.diagonal(l, p);
                (l + 1..sizes.hidden()).for_each(|m| self.coupling(m, l, p));
                self.keep_outputs(l, p);
            }
            self.turn(l);
            for p in 0..sizes.outputs(l) {
                (l + 2..sizes.layers()).rev().for_each(|m| self.jacobian(m, l, p));
                self.first(l, p);
            }
            self.adjoint(l);
        }
        self.curvature();
        self.preactivations(share);
    }

    /// Sets `F_K^{ml}` of a unit of two different layers as far as it is known before the sweep.
    fn begin(&mut self, m: usize, l: usize, p: usize) {
        let Sweep { given, tile, sums, by, path, .. } = self;
        let place = given.sizes().place((m, l), p, tile.count());
        let (f, factor) = known(*given, sums, &by.k, m, l);
        let out = room(&mut path.by_k[1], place.len());
        let f = &f[place];
        vectorised(
            #[inline(always)]
            || {
                for i in 0..out.len() {
                    out[i] = factor * f[i];
                }
            },
        );
    }

    /// `F_K^{ll}` of a unit to `F_K^{l+1,l}`, `G^{l+1}`, `f1^l` and `F_r^l`.
    fn diagonal(&mut self, l: usize, p: usize) {
        self.begin(l + 1, l, p);
        let Sweep { given, network, tile, own, sums, by, gradient, path } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, later, columns) = (sizes.outputs(l), sizes.outputs(l + 1), sizes.columns(l, l, p));
        let place = sizes.place((l, l), p, count);
        let tau = given.weights.map_or(0.0, |weights| weights.tau[l][p]);
        let [by_half, next] = &mut path.by_k;
        let by_half = room(by_half, count * columns);
        let (f, factor) = known(*given, sums, &by.k, l, l);
        let (f, halves, slopes) = (&f[place.clone()], &own.half[l][place], &tile.phi1[l]);
        let (all_phi1, by_r, traces) = (&mut by.phi1[l], &mut by.r[l], &by.traces[l]);
        let off = SQRT_2 * factor;
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (by_half, half) = (row_mut(by_half, n, columns), row(halves, n, columns));
                    let f = row(f, n, columns);
                    let (phi1, by_phi1) =
                        (&row(slopes, n, width)[p..], &mut row_mut(all_phi1, n, width)[p..]);
                    let on_diagonal = factor * f[0] + tau * traces[n];
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
        let w = weights(&network.layers.0[l + 1]).subcols(p, columns);
        product(next, Then::Add, 1.0, by_half, w.transpose());
        let k = view(&own.k[at(l + 1, l)][sizes.place((l + 1, l), p, count)], count, later);
        let out = columns_from(&mut gradient.w[l + 1], width, p);
        product_into(out, Then::Add, 1.0, k.transpose(), by_half);
    }

    /// `F_K^{ml}` of a unit and a later hidden layer to `F_K^{m+1,l}`, `G^{m+1}`, `f1^m`, `F_r^m` and `F_A^{ml}`, which takes the place of
    /// `F_J^{ml}`.
    fn coupling(&mut self, m: usize, l: usize, p: usize) {
        self.path.by_k.swap(0, 1);
        self.begin(m + 1, l, p);
        let Sweep { given, network, tile, own, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, later) = (sizes.outputs(m), sizes.outputs(m + 1));
        let w = weights(&network.layers.0[m + 1]);
        let Path { by_k: [f, next], scratch: [u, _], .. } = &mut **path;
        let k = view(&own.k[at(m + 1, l)][sizes.place((m + 1, l), p, count)], count, later);
        let u = room(u, count * width);
        product(u, Then::Set, 1.0, k, w);
        let a = Derivative::of_unit(&own.a, sizes, network, tile, (m, l, p));
        let by_j = &mut by.j[at(m, l)][sizes.place((m, l), p, count)];
        let (slopes, bends) = (&tile.phi1[m], &own.r[m]);
        let (by_phi1, by_r) = (&mut by.phi1[m], &mut by.r[m]);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (scale, a) = a.of(n);
                    let (f, u, by_j) = (row_mut(f, n, width), row(u, n, width), row_mut(by_j, n, width));
                    let (phi1, r) = (row(slopes, n, width), row(bends, n, width));
                    let (by_phi1, by_r) = (row_mut(by_phi1, n, width), row_mut(by_r, n, width));
                    for i in 0..width {
                        let a = scale * a[i];
                        by_phi1[i] += f[i] * u[i] + by_j[i] * a;
                        by_r[i] += f[i] * a;
                        by_j[i] = f[i] * r[i] + by_j[i] * phi1[i];
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
        let (sizes, count) = (self.given.sizes(), self.tile.count());
        let last = sizes.hidden();
        let place = sizes.place((last, l), p, count);
        let out = room(&mut self.path.by_outputs, count * sizes.units(last, l));
        let f = &self.path.by_k[1][..place.len()];
        out[place].copy_from_slice(f);
    }

    /// `F_K^{Ll}` of all units to `F_A^{Ll}` and `F_S`.
    fn turn(&mut self, l: usize) {
        let Sweep { given, tile, own, by, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (last, outputs) = (sizes.hidden(), sizes.outputs(sizes.hidden()));
        let entries = count * sizes.units(last, l);
        let by_a = room(&mut path.by_a, entries);
        for n in 0..count {
            let square = n * outputs * outputs..(n + 1) * outputs * outputs;
            let f = sample(&path.by_outputs[..entries], n, count, outputs);
            let a = sample(&own.a[at(last, l)][..entries], n, count, outputs);
            product(&mut by.s[square.clone()], Then::Add, 1.0, a.transpose(), f);
            let s = view(&tile.s[square], outputs, outputs);
            product_into(sample_mut(by_a, n, count, outputs), Then::Set, 1.0, f, s);
        }
    }

    /// `F_A^{ml}` of a unit and a layer that stands apart to `F_A^{m-1,l}`, `G^m` and `f1^{m-1}`.
    fn jacobian(&mut self, m: usize, l: usize, p: usize) {
        let Sweep { given, network, tile, own, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (outputs, between) = (sizes.outputs(m), sizes.outputs(m - 1));
        let place = sizes.place((m, l), p, count);
        let Path { by_a, scratch: [all_j, _], .. } = &mut **path;
        let before = sizes.place((m - 1, l), p, count);
        let by_a = if m == sizes.hidden() { &by_a[place] } else { &by.j[at(m, l)][place] };
        let by_a = view(by_a, count, outputs);
        let j = view(&own.j[at(m - 1, l)][before.clone()], count, between);
        product(&mut gradient.w[m], Then::Add, 1.0, by_a.transpose(), j);
        let more_j = room(all_j, count * between);
        product(more_j, Then::Set, 1.0, by_a, weights(&network.layers.0[m]));
        let a = Derivative::of_unit(&own.a, sizes, network, tile, (m - 1, l, p));
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
        let Sweep { given, network, tile, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, later) = (sizes.outputs(l), sizes.outputs(l + 1));
        let place = sizes.place((l + 1, l), p, count);
        let Path { by_a, scratch: [sum, _], .. } = &mut **path;
        let by_a = if l + 1 == sizes.hidden() { &by_a[place] } else { &by.j[at(l + 1, l)][place] };
        let w = row(network.layers.0[l + 1].w.as_slice(), p, later);
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

    /// `F_r^l` and `F_g^l` to `F_g^{l+1}`, `G^{l+1}` and `f1^l`.
    fn adjoint(&mut self, l: usize) {
        let Sweep { given, network, tile, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (width, later) = (sizes.outputs(l), sizes.outputs(l + 1));
        let f_v = room(&mut path.scratch[0], count * width);
        for (entry, f_v) in f_v.iter_mut().enumerate() {
            let f_g = by.g[l][entry];
            by.phi1[l][entry] += f_g * tile.v[l][entry];
            *f_v = by.r[l][entry] * tile.phi2[l][entry] + f_g * tile.phi1[l][entry];
        }
        let f_v = view(f_v, count, width);
        let w = weights(&network.layers.0[l + 1]);
        product(&mut by.g[l + 1], Then::Add, 1.0, f_v, w.transpose());
        let g = view(&tile.g[l + 1], count, later);
        product(&mut gradient.w[l + 1], Then::Add, 1.0, g.transpose(), f_v);
    }

    /// `F_K^{LL}` to `F_S`.
    fn curvature(&mut self) {
        let Sweep { given, tile, sums, by, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (last, outputs) = (sizes.hidden(), sizes.outputs(sizes.hidden()));
        for n in 0..count {
            for (p, k) in upper(outputs) {
                let place = sizes.place((last, last), p, count).start + n * (outputs - p) + k - p;
                let (f, factor) = known(*given, sums, &by.k, last, last);
                let root = if p == k { 1.0 } else { SQRT_2 };
                by.s[(n * outputs + p) * outputs + k] += root * factor * f[place];
            }
            for p in 0..outputs {
                let tau = given.weights.map_or(0.0, |weights| weights.tau[last][p]);
                by.s[(n * outputs + p) * outputs + p] += tau * by.traces[last][n];
            }
        }
    }

    /// From the outputs back through the preactivations of all layers.
    fn preactivations(&mut self, share: f64) {
        let Sweep { given, network, tile, by, gradient, path, .. } = self;
        let (sizes, count) = (given.sizes(), tile.count());
        let (last, outputs) = (sizes.hidden(), sizes.outputs(sizes.hidden()));
        let [a, z] = &mut path.scratch;
        let rows = room(a, count * outputs);
        for (n, a) in rows.chunks_mut(outputs).enumerate() {
            let row = n * outputs..(n + 1) * outputs;
            let square = n * outputs * outputs..(n + 1) * outputs * outputs;
            let (s, f_g) = (&tile.s[square.clone()], &by.g[last][row.clone()]);
            for (i, a) in a.iter_mut().enumerate() {
                let along = s[i * outputs..(i + 1) * outputs].iter().zip(f_g).map(|(s, f)| s * f);
                *a = share * tile.share[n] * tile.g[last][n * outputs + i] + along.sum::<f64>();
            }
            add_third(given.plan.loss, &tile.third[row], s, &by.s[square], a);
        }
        for l in (0..=last).rev() {
            let (width, inputs) = (sizes.outputs(l), sizes.inputs(l));
            let rows = view(a, count, width);
            let before = view(&tile.z[l], count, inputs);
            product(&mut gradient.w[l], Then::Add, 1.0, rows.transpose(), before);
            add_rows(&mut gradient.b[l], &a[..count * width]);
            if l == 0 {
                return;
            }
            let z = room(z, count * inputs);
            product(z, Then::Set, 1.0, rows, weights(&network.layers.0[l]));
            let a = room(a, count * inputs);
            for (entry, a) in a.iter_mut().enumerate() {
                let by_phi2 = by.r[l - 1][entry] * tile.v[l - 1][entry];
                *a = tile.phi1[l - 1][entry] * (z[entry] + by.z[l][entry])
                    + tile.phi2[l - 1][entry] * by.phi1[l - 1][entry]
                    + tile.phi3[l - 1][entry] * by_phi2;
            }
        }
    }
}

/// The derivatives by `K` of a block, and what they are multiplied by.
fn known<'a>(given: Given, sums: &'a Products, by_k: &'a [Vec<f64>], m: usize, l: usize) -> (&'a [f64], f64) {
    match given.route(m, l).is_by_pairs() {
        true => (&sums.k[at(m, l)], given.factor(m, l)),
        false => (&by_k[at(m, l)], 1.0),
    }
}
