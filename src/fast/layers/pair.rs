//! A tile of samples against a chunk of them: what is known of each pair.

use super::forward::Forward;
use super::room::room;
use super::sizes::Sizes;
use crate::fast::lanes::vectorised;
use crate::fast::product::{Then, View, product, view};

/// Matrices with an entry a pair. `omega` and `omega'` are what the samples of a pair count, `ze` is the product of their inputs.
#[derive(Default)]
pub(super) struct Pair {
    /// `ze` of each layer's inputs, and `omega omega' ze`.
    pub ze: Vec<Vec<f64>>,
    pub counted: Vec<Vec<f64>>,
    /// `omega omega' ze^{m-1} ze^{l-1}` of the block at hand.
    pub weight: Vec<f64>,
    /// The partial derivatives by `ze`.
    pub by_ze: Vec<Vec<f64>>,
    /// Results.
    pub gram: Vec<f64>,
    /// Room for what has a row a sample.
    pub more: [Vec<f64>; 6],
}

impl Pair {
    pub fn new(layers: usize) -> Self {
        let empty = || vec![Vec::new(); layers];
        Pair { ze: empty(), counted: empty(), by_ze: empty(), ..Pair::default() }
    }

    /// Sets `ze` and `omega omega' ze`.
    pub fn fill(&mut self, sizes: &Sizes, tile: &Forward, chunk: &Forward) {
        let (rows, columns) = (tile.count(), chunk.count());
        for (l, (ze, counted)) in self.ze.iter_mut().zip(&mut self.counted).enumerate() {
            let ze = room(ze, rows * columns);
            ze.fill(sizes.bias(l) as f64);
            let width = sizes.inputs(l);
            let right = view(&chunk.z[l], columns, width).transpose();
            product(ze, Then::Add, 1.0, view(&tile.z[l], rows, width), right);
            let counted = room(counted, rows * columns).chunks_mut(columns);
            for ((counted, ze), own) in counted.zip(ze.chunks(columns)).zip(&tile.share) {
                vectorised(
                    #[inline(always)]
                    || {
                        for i in 0..counted.len() {
                            counted[i] = own * chunk.share[i] * ze[i];
                        }
                    },
                );
            }
        }
    }

    /// Sets the weight of each pair to `factor omega omega' ze^{m-1} ze^{l-1}`.
    pub fn set_weight(&mut self, (m, l): (usize, usize), factor: f64) {
        let weight = room(&mut self.weight, self.ze[m].len());
        let (ze, counted) = (&self.ze[m][..weight.len()], &self.counted[l][..weight.len()]);
        vectorised(
            #[inline(always)]
            || {
                for i in 0..weight.len() {
                    weight[i] = factor * ze[i] * counted[i];
                }
            },
        );
    }
}

/// The first so many entries as a matrix of pairs.
pub(super) fn pairs<'a>(of: &'a [f64], tile: &Forward, chunk: &Forward) -> View<'a> {
    view(of, tile.count(), chunk.count())
}
