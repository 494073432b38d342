//! The way back through the samples, once all units are done: from the adjoints and the outputs to the weights.

use super::forward::{Forward, weights};
use super::gradient::Gradient;
use super::partials::Partials;
use super::room::room;
use super::sizes::Sizes;
use crate::fast::lanes::vectorised;
use crate::fast::product::{Then, add_rows, product, view};
use crate::model::Network;

/// One tile on its way back.
pub(super) struct Back<'a> {
    pub sizes: &'a Sizes,
    pub network: &'a Network<f64>,
    pub tile: &'a Forward,
    /// What all workers have for the tile.
    pub by: &'a mut Partials,
    pub gradient: &'a mut Gradient,
    pub scratch: &'a mut [Vec<f64>; 2],
}

impl Back<'_> {
    /// Carries all to the weights, with `share` times the loss.
    pub fn run(&mut self, share: f64) {
        (0..self.sizes.hidden()).for_each(|l| self.adjoint(l));
        self.outputs(share);
        (0..self.sizes.layers()).rev().for_each(|l| self.preactivation(l));
    }

    /// `F_r^l` and `F_g^l` to `F_g^{l+1}`, `G^{l+1}` and `f1^l`.
    fn adjoint(&mut self, l: usize) {
        let Back { sizes, network, tile, by, gradient, scratch } = self;
        let (count, width) = (tile.count(), sizes.outputs(l));
        let f_v = room(&mut scratch[0], count * width);
        let (by_phi1, by_g, by_r) = (&mut by.phi1[l], &by.g[l], &by.r[l]);
        vectorised(
            #[inline(always)]
            || {
                for i in 0..f_v.len() {
                    by_phi1[i] += by_g[i] * tile.v[l][i];
                    f_v[i] = by_r[i] * tile.phi2[l][i] + by_g[i] * tile.phi1[l][i];
                }
            },
        );
        let f_v = view(f_v, count, width);
        let w = weights(&network.layers.0[l + 1]);
        product(&mut by.g[l + 1], Then::Add, 1.0, f_v, w.transpose());
        let g = view(&tile.g[l + 1], count, sizes.outputs(l + 1));
        product(&mut gradient.w[l + 1], Then::Add, 1.0, g.transpose(), f_v);
    }

    /// `F_g^L` and the loss to the outputs.
    fn outputs(&mut self, share: f64) {
        let Back { sizes, tile, by, .. } = self;
        let (last, outputs) = (sizes.hidden(), sizes.outputs(sizes.hidden()));
        for n in 0..tile.count() {
            let row = n * outputs..(n + 1) * outputs;
            let s = &tile.s[n * outputs * outputs..(n + 1) * outputs * outputs];
            let (f_g, g) = (&by.g[last][row.clone()], &tile.g[last][row.clone()]);
            for (i, out) in by.outputs[row].iter_mut().enumerate() {
                let along = s[i * outputs..(i + 1) * outputs].iter().zip(f_g).map(|(s, f)| s * f);
                *out += share * tile.share[n] * g[i] + along.sum::<f64>();
            }
        }
    }

    /// From the preactivations of a layer to its weights, and to those of the layer before.
    fn preactivation(&mut self, l: usize) {
        let Back { sizes, network, tile, by, gradient, scratch } = self;
        let (count, width, inputs) = (tile.count(), sizes.outputs(l), sizes.inputs(l));
        let [a, z] = &mut **scratch;
        if l == sizes.hidden() {
            room(a, count * width).copy_from_slice(&by.outputs[..count * width]);
        }
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
        let (slopes, bends, thirds) = (&tile.phi1[l - 1], &tile.phi2[l - 1], &tile.phi3[l - 1]);
        let (by_z, by_phi1, by_r, v) = (&by.z[l], &by.phi1[l - 1], &by.r[l - 1], &tile.v[l - 1]);
        vectorised(
            #[inline(always)]
            || {
                for i in 0..a.len() {
                    a[i] =
                        slopes[i] * (z[i] + by_z[i]) + bends[i] * by_phi1[i] + thirds[i] * (by_r[i] * v[i]);
                }
            },
        );
    }
}
