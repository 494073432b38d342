//! The Gram blocks of a tile and a chunk of samples, and the weights that they become.

use super::couplings::SeenCouplings;
use super::forward::inputs;
use super::lanes::{dot_of_three, vectorised};
use super::memory::Ledger;
use super::plan::Plan;
use super::point::{Blocks, Point};
use super::product::{Then, product, view};
use super::sizes::Sizes;
use std::ops::Range;

/// A tile and a chunk of samples.
#[derive(Clone)]
pub(super) struct Pair {
    pub tile: Range<usize>,
    pub chunk: Range<usize>,
}

impl Pair {
    /// How many samples each has.
    pub fn sizes(&self) -> (usize, usize) {
        (self.tile.len(), self.chunk.len())
    }

    /// How many pairs of samples there are.
    pub fn count(&self) -> usize {
        self.tile.len() * self.chunk.len()
    }
}

/// Numbers of the pairs of a tile and a chunk.
pub(super) struct PairRoom {
    /// `xi`, and `xi^2`.
    pub xi: Vec<f64>,
    pub xi_squared: Vec<f64>,
    /// `zeta`, then `xi zeta`; and `zeta^2`.
    pub zeta: Vec<f64>,
    pub zeta_squared: Vec<f64>,
    /// `<S_n, S_m>` above `<A_n, A_m>`, then `2 zeta <S_n, S_m>` above `xi <A_n, A_m>`.
    products: Vec<f64>,
    /// What the latter give with `z`: gradients by `z` of the output term above those of the coupling term.
    pub by_z: Vec<f64>,
    /// The gradient by `S` of the output term.
    pub by_s: Vec<f64>,
}

impl PairRoom {
    pub fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        let pairs = [plan.tile, plan.chunk];
        PairRoom {
            xi: ledger.zeros(&pairs),
            xi_squared: ledger.zeros(&pairs),
            zeta: ledger.zeros(&pairs),
            zeta_squared: ledger.zeros(&pairs),
            products: ledger.zeros(&[2, plan.tile, plan.chunk]),
            by_z: ledger.zeros(&[2, plan.tile, sizes.hidden]),
            by_s: ledger.zeros(&[plan.tile, sizes.packed_contrasts()]),
        }
    }

    /// The Gram blocks.
    pub fn grams(&mut self, point: &Point, pair: &Pair, own: SeenCouplings, other: SeenCouplings) {
        let sizes = point.sizes;
        let (tile, chunk) = (point.forward.seen(&pair.tile), point.forward.seen(&pair.chunk));
        let (rows, columns) = pair.sizes();
        let count = pair.count();
        let gram = |out: &mut [f64], then, left: &[f64], right: &[f64], width: usize| {
            product(out, then, 1.0, view(left, rows, width), view(right, columns, width).transpose());
        };
        let then = if sizes.bias == 1 { Then::Add } else { Then::Set };
        self.xi[..count].fill(1.0);
        self.zeta[..count].fill(1.0);
        let x = inputs(point.batch, pair.chunk.start, columns);
        product(&mut self.xi, then, 1.0, inputs(point.batch, pair.tile.start, rows), x.transpose());
        gram(&mut self.zeta, then, tile.z, chunk.z, sizes.hidden);
        let (ss, aa) = self.products.split_at_mut(count);
        gram(ss, Then::Set, tile.s, chunk.s, sizes.packed_contrasts());
        gram(aa, Then::Set, own.a, other.a, sizes.coupling());
    }

    /// `sum zeta^2 <S_n, S_m>` and `sum xi zeta <A_n, A_m>`; nothing of the hidden block.
    pub fn values(&self, count: usize) -> Blocks<f64> {
        let (xi, zeta) = (&self.xi[..count], &self.zeta[..count]);
        let (ss, aa) = self.products.split_at(count);
        let (output, coupling) = vectorised(
            #[inline(always)]
            || (dot_of_three(zeta, zeta, ss), dot_of_three(xi, zeta, aa)),
        );
        Blocks { hidden: 0.0, output, coupling }
    }

    /// From the Gram blocks to the weights of the sums over a chunk.
    pub fn weigh(&mut self, count: usize) {
        let (ss, aa) = self.products.split_at_mut(count);
        let (ss, aa) = (&mut ss[..count], &mut aa[..count]);
        let (xi, zeta) = (&self.xi[..count], &mut self.zeta[..count]);
        let squares = (&mut self.xi_squared[..count], &mut self.zeta_squared[..count]);
        vectorised(
            #[inline(always)]
            || {
                for i in 0..count {
                    squares.0[i] = xi[i] * xi[i];
                    squares.1[i] = zeta[i] * zeta[i];
                    ss[i] *= 2.0 * zeta[i];
                    aa[i] *= xi[i];
                    zeta[i] *= xi[i];
                }
            },
        );
    }

    /// Adds what a chunk gives to the gradients of a tile of which the products with `z` and `S` are.
    pub fn add(&mut self, point: &Point, pair: &Pair, then: Then) {
        let sizes = point.sizes;
        let other = point.forward.seen(&pair.chunk);
        let ((rows, columns), weight) = (pair.sizes(), 2.0 * sizes.pair_weight());
        let (h, s) = (sizes.hidden, sizes.packed_contrasts());
        let squares = view(&self.zeta_squared, rows, columns);
        product(&mut self.by_s, then, weight, squares, view(other.s, columns, s));
        let both = view(&self.products, 2 * rows, columns);
        product(&mut self.by_z, then, weight, both, view(other.z, columns, h));
    }
}
