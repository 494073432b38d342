//! What the Hessian of each sample of a tile is made of, for one unit after the other: its preactivation's derivative is carried forward
//! to the outputs, and back with `S`.
//!
//! `K^{ml} = Phi^m W^{m+1}' K^{m+1,l} + diag(phi2^m v^m) A^{ml}` is the derivative of `g^m = phi1^m (W^{m+1}' g^{m+1})` by `a^l`, where
//! `A^{ml} = W^m J^{m-1,l}` is that of `a^m`.

use super::forward::{Forward, weights};
use super::room::room;
use super::rows::{multiply, product_into, sample, sample_mut};
use super::sizes::{Sizes, at, blocks};
use crate::fast::product::{Then, product, view};
use crate::fast::sizes::upper;
use crate::model::Network;
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
            for (m, l) in crate::terms::pairs_of_layers(layers) {
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
        forward: &Forward,
        scratch: &mut [Vec<f64>; 6],
    ) {
        for (r, (phi2, v)) in self.r.iter_mut().zip(forward.phi2.iter().zip(&forward.v)) {
            r.iter_mut().zip(phi2.iter().zip(v)).for_each(|(r, (phi2, v))| *r = phi2 * v);
        }
        self.fill_outputs(sizes, forward);
        for l in 0..sizes.hidden() {
            for p in 0..sizes.outputs(l) {
                self.carry_forward(sizes, network, forward, l, p);
            }
            self.meet(sizes, forward, l);
            for p in 0..sizes.outputs(l) {
                self.carry_back(sizes, network, forward, (l, p), scratch);
            }
        }
    }

    /// `K^{LL} = S`.
    fn fill_outputs(&mut self, sizes: &Sizes, forward: &Forward) {
        let (last, count) = (sizes.hidden(), forward.count());
        let outputs = sizes.outputs(last);
        for (n, s) in forward.s.chunks(outputs * outputs).enumerate() {
            for (p, k) in upper(outputs) {
                let place = sizes.place((last, last), p, count).start + n * (outputs - p) + k - p;
                self.k[at(last, last)][place] = s[p * outputs + k] * if p == k { 1.0 } else { SQRT_2 };
            }
        }
    }

    /// `J^{kl}` and `A^{ml}` for unit `p` of layer `l`.
    fn carry_forward(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        forward: &Forward,
        l: usize,
        p: usize,
    ) {
        let count = forward.count();
        for m in l + 1..sizes.layers() {
            let own = sizes.place((m, l), p, count);
            let mut own_a = keeps_derivative(sizes, m, l).then(|| &mut self.a[at(m, l)][own.clone()]);
            if m == l + 1 {
                if let Some(a) = &mut own_a {
                    first_derivative(a, sizes, network, forward, l, p);
                }
            } else if let Some(a) = &mut own_a {
                let from = &self.j[at(m - 1, l)][sizes.place((m - 1, l), p, count)];
                let from = view(from, count, sizes.outputs(m - 1));
                product(a, Then::Set, 1.0, from, weights(&network.layers.0[m]).transpose());
            }
            if m == sizes.hidden() {
                return;
            }
            let j = &mut self.j[at(m, l)][own];
            match own_a {
                Some(a) => j.copy_from_slice(a),
                None => first_derivative(j, sizes, network, forward, l, p),
            }
            multiply(j, &forward.phi1[m]);
        }
    }

    /// `K^{Ll} = S A^{Ll}`, where the way forward ends.
    fn meet(&mut self, sizes: &Sizes, forward: &Forward, l: usize) {
        let (count, outputs) = (forward.count(), sizes.outputs(sizes.hidden()));
        let index = at(sizes.hidden(), l);
        let length = count * sizes.units(sizes.hidden(), l);
        for (n, s) in forward.s.chunks(outputs * outputs).enumerate() {
            let a = sample(&self.a[index][..length], n, count, outputs);
            let k = sample_mut(&mut self.k[index][..length], n, count, outputs);
            product_into(k, Then::Set, a, view(s, outputs, outputs));
        }
    }

    /// `K^{ml}` of hidden layers for unit `p` of layer `l`, from the last one back to its own.
    fn carry_back(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        forward: &Forward,
        (l, p): (usize, usize),
        [first, second, ..]: &mut [Vec<f64>; 6],
    ) {
        let count = forward.count();
        for m in (l + 1..sizes.hidden()).rev() {
            let width = sizes.outputs(m);
            let (own, from) = (sizes.place((m, l), p, count), sizes.place((m + 1, l), p, count));
            let product_room = room(first, count * width);
            let (before, after) = self.k.split_at_mut(at(m + 1, l));
            let from = view(&after[0][from], count, sizes.outputs(m + 1));
            product(product_room, Then::Set, 1.0, from, weights(&network.layers.0[m + 1]));
            let a = derivative(&self.a, sizes, network, forward, (m, l, p), second);
            let others = product_room.iter().zip(&forward.phi1[m]).zip(a.iter().zip(&self.r[m]));
            for (k, ((u, phi1), (a, r))) in before[at(m, l)][own].iter_mut().zip(others) {
                *k = u * phi1 + r * a;
            }
        }
        let (own, columns) = (sizes.place((l, l), p, count), sizes.columns(l, l, p));
        let (before, after) = self.k.split_at_mut(at(l + 1, l));
        let from = view(&after[0][sizes.place((l + 1, l), p, count)], count, sizes.outputs(l + 1));
        let w = weights(&network.layers.0[l + 1]).subcols(p, columns);
        let half = &mut self.half[l][own.clone()];
        product(half, Then::Set, 1.0, from, w);
        let k = &mut before[at(l, l)][own];
        let width = sizes.outputs(l);
        let slopes = forward.phi1[l].chunks(width);
        for (n, ((k, half), phi1)) in k.chunks_mut(columns).zip(half.chunks(columns)).zip(slopes).enumerate() {
            let entries = k.iter_mut().zip(half).zip(&phi1[p..]);
            entries.for_each(|((k, half), phi1)| *k = SQRT_2 * phi1 * half);
            k[0] = phi1[p] * half[0] + self.r[l][n * width + p];
        }
    }
}

/// `A^{l+1,l}` for unit `p`: `phi1_p` times a column of the weights.
fn first_derivative(
    out: &mut [f64],
    sizes: &Sizes,
    network: &Network<f64>,
    forward: &Forward,
    l: usize,
    p: usize,
) {
    let (width, later) = (sizes.outputs(l), sizes.outputs(l + 1));
    let w = &network.layers.0[l + 1].w.as_slice()[p * later..(p + 1) * later];
    for (out, phi1) in out.chunks_mut(later).zip(forward.phi1[l][p..].iter().step_by(width)) {
        out.iter_mut().zip(w).for_each(|(out, w)| *out = phi1 * w);
    }
}

/// `A^{ml}` for unit `p`: what is kept, or made anew.
pub(super) fn derivative<'a>(
    kept: &'a [Vec<f64>],
    sizes: &Sizes,
    network: &Network<f64>,
    forward: &Forward,
    (m, l, p): (usize, usize, usize),
    scratch: &'a mut Vec<f64>,
) -> &'a [f64] {
    let count = forward.count();
    if keeps_derivative(sizes, m, l) {
        return &kept[at(m, l)][sizes.place((m, l), p, count)];
    }
    let a = room(scratch, count * sizes.outputs(m));
    first_derivative(a, sizes, network, forward, l, p);
    a
}
