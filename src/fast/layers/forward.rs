//! The forward pass of a tile of samples, and the loss's derivatives back through the layers.

use super::output::{Output, covariance};
use super::sizes::Sizes;
use crate::fast::product::{Then, View, product, view};
use crate::fast::vector::{self, activate, add_to_rows};
use crate::model::{Batch, Layer, Loss, Network};
use crate::number::Matrix;
use std::ops::Range;

/// What all samples of a tile have in every layer, a row a sample.
#[derive(Default)]
pub(super) struct Forward {
    /// Which samples.
    pub rows: Range<usize>,
    /// What each counts in a mean, `omega`.
    pub share: Vec<f64>,
    /// The input of each layer, without the 1 of a bias.
    pub z: Vec<Vec<f64>>,
    /// `phi'` at the preactivations of each hidden layer, then `phi''` and `phi'''`.
    pub phi1: Vec<Vec<f64>>,
    pub phi2: Vec<Vec<f64>>,
    pub phi3: Vec<Vec<f64>>,
    /// The loss's derivative by the output of each hidden layer, and by the preactivations of each layer.
    pub v: Vec<Vec<f64>>,
    pub g: Vec<Vec<f64>>,
    /// `S` of each sample, and what the third derivative needs.
    pub s: Vec<f64>,
    pub third: Vec<f64>,
    outputs: Vec<f64>,
    /// The loss of each sample.
    each: Vec<f64>,
    /// The samples' part of the loss.
    pub loss: f64,
}

/// The weights of a layer.
pub(super) fn weights(layer: &Layer<f64>) -> View<'_> {
    View::from_column_major_slice(layer.w.as_slice(), layer.w.nrows(), layer.w.ncols())
}

impl Forward {
    pub fn new(sizes: &Sizes, rows: Range<usize>) -> Self {
        let count = rows.len();
        let hidden = |of: &dyn Fn(usize) -> usize| -> Vec<Vec<f64>> {
            (0..sizes.hidden()).map(|l| vec![0.0; count * of(l)]).collect()
        };
        let units = |l| sizes.outputs(l);
        let last = sizes.outputs(sizes.hidden());
        Forward {
            share: vec![0.0; count],
            z: (0..sizes.layers()).map(|l| vec![0.0; count * sizes.inputs(l)]).collect(),
            phi1: hidden(&units),
            phi2: hidden(&units),
            phi3: hidden(&units),
            v: hidden(&units),
            g: (0..sizes.layers()).map(|l| vec![0.0; count * sizes.outputs(l)]).collect(),
            s: vec![0.0; count * last * last],
            third: vec![0.0; count * last],
            outputs: vec![0.0; count * last],
            each: vec![0.0; count],
            loss: 0.0,
            rows,
        }
    }

    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Fills all of it but the rows, which stay.
    pub fn fill(
        &mut self,
        sizes: &Sizes,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        weight: f64,
    ) {
        let (count, start) = (self.count(), self.rows.start);
        for n in 0..count {
            let own = batch.weights.as_ref().map_or(1.0, |weights| weights[start + n]);
            self.share[n] = own * weight;
            for (j, x) in self.z[0][n * sizes.inputs(0)..][..sizes.inputs(0)].iter_mut().enumerate() {
                *x = batch.x[(start + n, j)];
            }
        }
        for (l, activation) in network.activations.iter().enumerate() {
            let (before, after) = self.z.split_at_mut(l + 1);
            preactivation(&mut after[0], &network.layers.0[l], &before[l], count);
            let (phi1, phi2, phi3) = (&mut self.phi1[l], &mut self.phi2[l], &mut self.phi3[l]);
            activate(*activation, &mut after[0], phi1, phi2, phi3);
        }
        let last = sizes.hidden();
        preactivation(&mut self.outputs, &network.layers.0[last], &self.z[last], count);
        self.fill_outputs(sizes.outputs(last), loss, &batch.y);
        for l in (0..last).rev() {
            let w = weights(&network.layers.0[l + 1]);
            let (own, later) = self.g.split_at_mut(l + 1);
            product(&mut self.v[l], Then::Set, 1.0, view(&later[0], count, sizes.outputs(l + 1)), w);
            for ((g, v), phi1) in own[l].iter_mut().zip(&self.v[l]).zip(&self.phi1[l]) {
                *g = phi1 * v;
            }
        }
    }
}

impl Forward {
    /// The loss and its derivatives by the outputs of the tile.
    fn fill_outputs(&mut self, width: usize, loss: Loss, y: &Matrix<f64>) {
        let (start, last) = (self.rows.start, self.g.len() - 1);
        let (samples, targets) = (y.nrows(), y.as_slice());
        let y = |n: usize, k: usize| targets[k * samples + start + n];
        let Forward { outputs, third, s, each, share, .. } = self;
        let delta = &mut self.g[last];
        if loss == Loss::Softmax {
            vector::softmax(outputs, width, y, each);
            third.copy_from_slice(outputs);
            delta.copy_from_slice(outputs);
            vector::residuals(delta, width, y);
            for (p, s) in outputs.chunks_exact(width).zip(s.chunks_exact_mut(width * width)) {
                covariance(p, s);
            }
        } else {
            let rows = delta.chunks_exact_mut(width).zip(s.chunks_exact_mut(width * width));
            let rows =
                rows.zip(third.chunks_exact_mut(width)).zip(outputs.chunks_exact(width)).zip(&mut *each);
            for (n, ((((delta, s), third), o), each)) in rows.enumerate() {
                *each = Output { delta, s, third }.fill(loss, o, |k| y(n, k));
            }
        }
        self.loss = share.iter().zip(&*each).map(|(share, loss)| share * loss).sum();
    }
}

/// `a = W z + b` of all samples.
fn preactivation(out: &mut [f64], layer: &Layer<f64>, z: &[f64], count: usize) {
    let w = weights(layer);
    product(out, Then::Set, 1.0, view(z, count, w.ncols()), w.transpose());
    if let Some(b) = &layer.b {
        add_to_rows(out, b.as_slice());
    }
}
