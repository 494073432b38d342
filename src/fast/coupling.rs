//! The coupling term, over pairs: `xi zeta <A_n, A_m>`, and the parts that carry `delta`, which are products with `xi`
//! alone: `xi (<A_n z_n, D_m> + <D_n, A_m z_m> + <D_n, D_m>)` with `D = delta phi1'`.
//!
//! A sum `sum_m xi_nm D_m` can go by way of the inputs: `xi` is `x_n . x_m`, so it is `x_n` times `sum_m x_m (x) D_m`.
//! That is less work where there are more samples than inputs; the plan says which.

use super::couplings::{Couplings, SeenCouplings, unpack};
use super::forward::{Seen, inputs};
use super::grams::Pair;
use super::lanes::{add_to, dot, row, row_mut, vectorised};
use super::memory::Ledger;
use super::plan::Plan;
use super::point::{CouplingBy, Point};
use super::product::{Then, add_rows, product, view};
use super::sizes::{Sizes, diagonal};
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

/// `sum_m xt_m (x) [A_m z_m, D_m]`, `dt x 2 c h`: what goes by way of the inputs.
pub(super) struct ThroughInputs {
    sum: Vec<f64>,
}

impl ThroughInputs {
    pub fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        ThroughInputs { sum: ledger.zeros(&[sizes.inputs + sizes.bias, 2, sizes.coupling()]) }
    }

    /// Forgets the last sum.
    pub fn clear(&mut self) {
        self.sum.fill(0.0);
    }

    /// Adds what another worker summed.
    pub fn add(&mut self, other: &ThroughInputs) {
        add_to(&mut self.sum, &other.sum);
    }

    /// Adds some samples.
    pub fn add_samples(&mut self, point: &Point, range: &Range<usize>, shifted: &[f64]) {
        let (sizes, width) = (point.sizes, 2 * point.sizes.coupling());
        let x = inputs(point.batch, range.start, range.len());
        let (by_inputs, by_bias) = self.sum.split_at_mut(sizes.inputs * width);
        product(by_inputs, Then::Add, 1.0, x.transpose(), view(shifted, range.len(), width));
        add_rows(by_bias, shifted);
    }

    /// `sum_m xi_nm [A_m z_m, D_m]` of some samples `n`.
    fn spread(&self, point: &Point, range: &Range<usize>, out: &mut [f64]) {
        let (sizes, width) = (point.sizes, 2 * point.sizes.coupling());
        let (by_inputs, by_bias) = self.sum.split_at(sizes.inputs * width);
        product(
            out,
            Then::Set,
            1.0,
            inputs(point.batch, range.start, range.len()),
            view(by_inputs, sizes.inputs, width),
        );
        if !by_bias.is_empty() {
            (0..range.len()).for_each(|n| add_to(row_mut(out, n, width), by_bias));
        }
    }

    /// The parts that carry `delta`, of all pairs.
    pub fn value(&self, sizes: &Sizes) -> f64 {
        let (mut sum, coupling) = (0.0, sizes.coupling());
        if coupling > 0 {
            for row in self.sum.chunks_exact(2 * coupling) {
                let (az, d) = row.split_at(coupling);
                sum += 2.0 * dot(az, d) + dot(d, d);
            }
        }
        sum
    }
}

/// Gradients of a tile by what it has in the coupling block, on their way to the sum over all samples.
pub(super) struct CouplingRoom {
    /// By `A`.
    pub by_a: Vec<f64>,
    /// `sum_m xi_nm [A_m z_m, D_m]`; the second half becomes the gradient by `D`.
    pub spread: Vec<f64>,
    /// Room for `S` of the samples as matrices.
    pub square: Vec<f64>,
    /// By `V`, of all tiles of a worker.
    pub by_v: Vec<f64>,
}

impl CouplingRoom {
    pub fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        let (c, coupling) = (sizes.contrasts, sizes.coupling());
        CouplingRoom {
            by_a: ledger.zeros(&[plan.tile, coupling]),
            spread: ledger.zeros(&[plan.tile, 2, coupling]),
            square: ledger.zeros(&[plan.tile.max(plan.chunk), c, c]),
            by_v: ledger.zeros(&[coupling]),
        }
    }

    /// The parts that carry `delta`, of a tile and a chunk; `scratch` is room for a number a pair.
    pub fn value_over_pairs(
        &mut self,
        xi: &[f64],
        pair: &Pair,
        own: SeenCouplings,
        other: SeenCouplings,
        scratch: &mut [f64],
    ) -> f64 {
        let ((rows, columns), width) = (pair.sizes(), own.shifted.len() / pair.tile.len());
        // [A z, D] of the tile becomes [D, A z + D], whose product with [A z, D] of the chunk is all of it.
        let turned = &mut self.spread[..own.shifted.len()];
        for (turned, own) in turned.chunks_exact_mut(width.max(1)).zip(own.shifted.chunks_exact(width.max(1)))
        {
            let ((first, second), (az, d)) = (turned.split_at_mut(width / 2), own.split_at(width / 2));
            first.copy_from_slice(d);
            second.iter_mut().zip(az).zip(d).for_each(|((out, az), d)| *out = az + d);
        }
        let others = view(other.shifted, columns, width).transpose();
        product(scratch, Then::Set, 1.0, view(turned, rows, width), others);
        vectorised(
            #[inline(always)]
            || dot(&xi[..pair.count()], scratch),
        )
    }

    /// Adds `2 w sum_m xi zeta A_m` over a chunk to the gradient by `A`.
    pub fn add_pairs(&mut self, sizes: &Sizes, pair: &Pair, then: Then, weights: &[f64], a: &[f64]) {
        let ((rows, columns), scale) = (pair.sizes(), 2.0 * sizes.pair_weight());
        let a = view(a, columns, sizes.coupling());
        product(&mut self.by_a, then, scale, view(weights, rows, columns), a);
    }

    /// Adds `sum_m xi_nm [A_m z_m, D_m]` over a chunk.
    pub fn add_spread(&mut self, pair: &Pair, then: Then, xi: &[f64], shifted: &[f64]) {
        let ((rows, columns), width) = (pair.sizes(), shifted.len() / pair.chunk.len());
        product(&mut self.spread, then, 1.0, view(xi, rows, columns), view(shifted, columns, width));
    }

    /// Closes the sums over all samples: the gradients by `A`, by `D` and by `z` are complete then; the term's value.
    ///
    /// `by_z` holds what the pairs gave.
    pub fn close(
        &mut self,
        point: &Point,
        tile: &Range<usize>,
        through: Option<&ThroughInputs>,
        own: SeenCouplings,
        by_z: &mut [f64],
    ) -> f64 {
        let (sizes, seen) = (point.sizes, point.forward.seen(tile));
        if let Some(through) = through {
            through.spread(point, tile, &mut self.spread);
        }
        let (h, coupling, weight) = (sizes.hidden, sizes.coupling(), 2.0 * sizes.pair_weight());
        if coupling == 0 {
            return 0.0;
        }
        let CouplingRoom { by_a, spread, .. } = self;
        let mut value = 0.0;
        vectorised(
            #[inline(always)]
            || {
                for n in 0..tile.len() {
                    let (a, z, by_z) = (row(own.a, n, coupling), row(seen.z, n, h), row_mut(by_z, n, h));
                    let (az, d) = row(own.shifted, n, 2 * coupling).split_at(coupling);
                    let (g, e) = row_mut(spread, n, 2 * coupling).split_at_mut(coupling);
                    let by_a = row_mut(by_a, n, coupling);
                    value += 0.5 * dot(a, by_a) + weight * (dot(e, az) + 0.5 * dot(e, d));
                    for k in 0..sizes.contrasts {
                        let (a, g) = (row(a, k, h), row(g, k, h));
                        let (by_a, e) = (row_mut(by_a, k, h), row_mut(e, k, h));
                        for i in 0..h {
                            let by_az = weight * e[i];
                            by_z[i] += by_az * a[i];
                            by_a[i] += by_az * z[i];
                            e[i] = by_az + weight * g[i];
                        }
                    }
                }
            },
        );
        value
    }

    /// From the gradients by `A` and by `D` to those by `S`, `delta` and `phi1`, and by `V`.
    pub fn chain(&mut self, point: &Point, seen: Seen, sv: &[f64], out: &mut CouplingBy<&mut [f64]>) {
        let (sizes, count) = (point.sizes, seen.nx.len());
        let (h, c, s, coupling) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts(), sizes.coupling());
        if coupling == 0 {
            out.phi1.fill(0.0);
            return;
        }
        let CouplingRoom { by_a, spread, square, by_v } = self;
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let (phi1, by_phi1) = (row(seen.phi1, n, h), row_mut(out.phi1, n, h));
                    let by_d = &row(spread, n, 2 * coupling)[coupling..];
                    by_phi1.fill(0.0);
                    for k in 0..c {
                        let at = n * c + k;
                        let (by_d, by_a, sv) = (row(by_d, k, h), row_mut(by_a, at, h), row(sv, at, h));
                        let delta = seen.delta[at];
                        out.delta[at] = dot(by_d, phi1);
                        for i in 0..h {
                            by_phi1[i] += by_d[i] * delta + by_a[i] * sv[i];
                            by_a[i] *= phi1[i];
                        }
                    }
                }
            },
        );
        // By S V: `by_a` is that now.
        let by_sv = view(by_a, count * c, h);
        unpack(square, seen.s, c);
        product(by_v, Then::Add, 1.0, view(square, count * c, c).transpose(), by_sv);
        product(square, Then::Set, 1.0, by_sv, view(&point.weights.v, c, h).transpose());
        for n in 0..count {
            let (matrix, by_s) = (row(square, n, c * c), row_mut(out.s, n, s));
            for k in 0..c {
                let own = &mut by_s[diagonal(c, k)..];
                own[0] = matrix[k * c + k];
                for l in k + 1..c {
                    own[l - k] = FRAC_1_SQRT_2 * (matrix[k * c + l] + matrix[l * c + k]);
                }
            }
        }
    }
}
