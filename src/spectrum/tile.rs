//! The share of some samples in the Hessian times a direction: the derivative along the direction of each step forward and back.

use super::rows::Rows;
use crate::fast::product::{Then, View, add_rows, product, samples, view};
use crate::model::Architecture;
use std::ops::Range;

/// Samples in a tile: its rows stay in the cache from one product to the next.
pub(super) const TILE: usize = 256;

/// The room of one thread: its samples, matrices with a row for each of a tile, and its share of the product.
pub(super) struct Worker {
    pub samples: Range<usize>,
    /// For each hidden layer `da`, then `dg`.
    preactivations: Vec<Vec<f64>>,
    /// For each hidden layer `dz`, then the derivative along the direction of the loss's derivative by `z`.
    outputs: Vec<Vec<f64>>,
    /// `do`, then `ddelta`.
    logits: Vec<f64>,
    pub sum: Vec<f64>,
}

impl Worker {
    pub fn new(architecture: &Architecture, samples: Range<usize>) -> Self {
        let room = |width: usize| vec![0.0; samples.len().min(TILE) * width];
        let hidden =
            || architecture.widths[..architecture.layers() - 1].iter().map(|width| room(*width)).collect();
        Worker {
            preactivations: hidden(),
            outputs: hidden(),
            logits: room(architecture.outputs()),
            sum: vec![0.0; architecture.parameters()],
            samples,
        }
    }
}

/// Some samples, and what is known of them.
pub(super) struct Tile<'a> {
    pub architecture: &'a Architecture,
    pub x: View<'a>,
    /// The weights of each layer, row-major; those of the first are not needed.
    pub weights: &'a [Vec<f64>],
    pub rows: &'a Rows,
    pub samples: Range<usize>,
}

impl Tile<'_> {
    /// Adds this tile's share of `N H direction`.
    pub fn add(&self, direction: &[f64], worker: &mut Worker) {
        let last = self.rows.hidden.len();
        let count = self.samples.len();
        let width = |layer: usize| self.architecture.outputs_of(layer);
        let Worker { preactivations, outputs, logits, sum, .. } = worker;
        for layer in 0..last {
            let (before, after) = outputs.split_at_mut(layer);
            let da = &mut preactivations[layer][..count * width(layer)];
            self.forward(layer, direction, before.last(), da);
            let phi1 = &self.rows.hidden[layer].phi1[self.of(width(layer))];
            for ((dz, da), phi1) in after[0].iter_mut().zip(da.iter()).zip(phi1) {
                *dz = phi1 * da;
            }
        }
        let logits = &mut logits[..count * width(last)];
        self.forward(last, direction, outputs.last(), logits);
        self.rows.curvature_times(self.samples.start, width(last), logits);

        for layer in (1..=last).rev() {
            let (below, above) = preactivations.split_at_mut(layer);
            let dg = above.first().map_or(&logits[..], |rows| &rows[..count * width(layer)]);
            let dz = &mut outputs[layer - 1][..count * width(layer - 1)];
            self.gradient(layer, dg, Some(dz), sum);
            let [dw, _] = groups(self.architecture, layer, direction);
            let shape = |rows| view(rows, width(layer), width(layer - 1));
            product(dz, Then::Set, 1.0, self.adjoint(layer), shape(dw));
            product(dz, Then::Add, 1.0, view(dg, count, width(layer)), shape(&self.weights[layer]));
            let (hidden, of) = (&self.rows.hidden[layer - 1], self.of(width(layer - 1)));
            let slopes = hidden.phi1[of.clone()].iter().zip(&hidden.r[of]);
            let da = &mut below[layer - 1][..count * width(layer - 1)];
            for ((dg, du), (phi1, r)) in da.iter_mut().zip(dz.iter()).zip(slopes) {
                *dg = r * *dg + phi1 * du;
            }
        }
        let dg = preactivations.first().map_or(&logits[..], |rows| &rows[..count * width(0)]);
        self.gradient(0, dg, None, sum);
    }

    /// `da = z dW' + dz W' + db` of a layer.
    fn forward(&self, layer: usize, direction: &[f64], dz: Option<&Vec<f64>>, da: &mut [f64]) {
        let (rows, columns) = (self.architecture.outputs_of(layer), self.architecture.inputs_of(layer));
        let [dw, db] = groups(self.architecture, layer, direction);
        product(da, Then::Set, 1.0, self.inputs(layer), view(dw, rows, columns).transpose());
        if let Some(dz) = dz {
            let weights = view(&self.weights[layer], rows, columns);
            product(da, Then::Add, 1.0, view(dz, self.samples.len(), columns), weights.transpose());
        }
        add_to_rows(da, db);
    }

    /// Adds the derivative along the direction of a layer's gradient, `dg' z + g' dz`.
    fn gradient(&self, layer: usize, dg: &[f64], dz: Option<&[f64]>, sum: &mut [f64]) {
        let (rows, columns) = (self.architecture.outputs_of(layer), self.architecture.inputs_of(layer));
        let count = self.samples.len();
        let (start, end) = (self.architecture.offset(layer), self.architecture.offset(layer + 1));
        let (sum_w, sum_b) = sum[start..end].split_at_mut(rows * columns);
        product(sum_w, Then::Add, 1.0, view(dg, count, rows).transpose(), self.inputs(layer));
        if let Some(dz) = dz {
            product(sum_w, Then::Add, 1.0, self.adjoint(layer).transpose(), view(dz, count, columns));
        }
        add_rows(sum_b, dg);
    }

    /// The inputs of a layer.
    fn inputs(&self, layer: usize) -> View<'_> {
        match layer.checked_sub(1) {
            None => self.x.subrows(self.samples.start, self.samples.len()),
            Some(below) => {
                samples(&self.rows.hidden[below].z, &self.samples, self.architecture.outputs_of(below))
            }
        }
    }

    /// The derivative of the loss by the preactivations of a layer but the first.
    fn adjoint(&self, layer: usize) -> View<'_> {
        let rows = self.rows.hidden.get(layer).map_or(&self.rows.delta, |hidden| &hidden.g);
        samples(rows, &self.samples, self.architecture.outputs_of(layer))
    }

    /// Where the rows of this tile stand in those of all samples.
    fn of(&self, width: usize) -> Range<usize> {
        self.samples.start * width..self.samples.end * width
    }
}

/// The weights and biases of a layer in a flat vector; a bias that it lacks is empty.
fn groups<'a>(architecture: &Architecture, layer: usize, flat: &'a [f64]) -> [&'a [f64]; 2] {
    let flat = &flat[architecture.offset(layer)..architecture.offset(layer + 1)];
    let (w, b) = flat.split_at(architecture.outputs_of(layer) * architecture.inputs_of(layer));
    [w, b]
}

/// Adds the bias to every row; an empty one is none.
fn add_to_rows(rows: &mut [f64], bias: &[f64]) {
    if bias.is_empty() {
        return;
    }
    for row in rows.chunks_exact_mut(bias.len()) {
        row.iter_mut().zip(bias).for_each(|(entry, bias)| *entry += bias);
    }
}
