//! What a network computes at its data, as far as a product with the Hessian needs it: a row a sample.

use crate::model::{Architecture, Batch, Loss, Network};
use crate::number::{Matrix, Vector};
use crate::terms::OutputLoss;
use crate::terms::{hessian, layers, model};

/// The rows of every layer.
pub(super) struct Rows {
    /// Of each hidden layer.
    pub hidden: Vec<Hidden>,
    /// The derivative of the loss by the outputs. Where samples do not count alike, this and what comes from it, `g` and `r`, hold what
    /// each counts.
    pub delta: Vec<f64>,
    curvature: Curvature,
    /// What each sample counts, where they do not count alike.
    shares: Option<Vec<f64>>,
}

/// What a hidden layer computes.
pub(super) struct Hidden {
    /// Its outputs.
    pub z: Vec<f64>,
    /// `phi'` at its preactivations.
    pub phi1: Vec<f64>,
    /// `phi''` at its preactivations, times the derivative of the loss by its outputs.
    pub r: Vec<f64>,
    /// The derivative of the loss by its preactivations; of the first layer nobody needs it.
    pub g: Vec<f64>,
}

/// The second derivative of the loss by the outputs.
enum Curvature {
    /// `diag(p) - p p'`, by the probabilities.
    Softmax(Vec<f64>),
    /// Of a loss that is a sum over outputs.
    Diagonal(Vec<f64>),
    /// Of any other.
    Full(Vec<f64>),
}

impl Rows {
    /// Runs the network on every sample, and back.
    pub fn new(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Self {
        let architecture = network.architecture();
        let mut rows = Rows::with_room(&architecture, loss, batch.samples());
        rows.shares = batch.weights.as_ref().map(|_| batch.shares());
        for n in 0..batch.samples() {
            rows.add(network, loss, n, batch);
        }
        rows
    }

    fn with_room(architecture: &Architecture, loss: Loss, samples: usize) -> Self {
        let room = |width: usize| Vec::with_capacity(samples * width);
        let outputs = architecture.outputs();
        let hidden = |layer: usize| {
            let width = architecture.outputs_of(layer);
            let g = if layer == 0 { Vec::new() } else { room(width) };
            Hidden { z: room(width), phi1: room(width), r: room(width), g }
        };
        let curvature = match loss {
            Loss::Softmax => Curvature::Softmax(room(outputs)),
            Loss::Cubic => Curvature::Full(room(outputs * outputs)),
            _ => Curvature::Diagonal(room(outputs)),
        };
        let hidden = (0..architecture.layers() - 1).map(hidden).collect();
        Rows { hidden, delta: room(outputs), curvature, shares: None }
    }

    fn add(&mut self, network: &Network<f64>, loss: Loss, n: usize, batch: &Batch<f64>) {
        let (all, count) = (&network.layers.0, network.activations.len());
        let (mut z, mut phi2) = (batch.x.row(n).transpose(), Vec::new());
        let y = &batch.y.row(n).transpose();
        for (l, activation) in network.activations.iter().enumerate() {
            let a = layers::layer_preactivation(&all[l], &z);
            z = layers::layer_output(*activation, &a);
            phi2.push(model::phi2(*activation, &a));
            self.hidden[l].z.extend(z.iter());
            self.hidden[l].phi1.extend(model::phi1(*activation, &a).iter());
        }
        let o = layers::layer_preactivation(&all[count], &z);
        let mut g = loss.delta(&o, y);
        if let Some(shares) = &self.shares {
            g *= shares[n];
        }
        self.delta.extend(g.iter());
        match &mut self.curvature {
            Curvature::Softmax(p) => p.extend(model::softmax(&o).iter()),
            Curvature::Diagonal(diagonal) => diagonal.extend(loss.curvature(&o, y).diagonal().iter()),
            Curvature::Full(matrices) => matrices.extend(loss.curvature(&o, y).iter()),
        }
        for l in (0..count).rev() {
            let v = if l + 1 == count && loss.ignores_shifts() {
                hessian::backpropagated_residual(&all[count].w, &g)
            } else {
                layers::layer_output_adjoint(&all[l + 1], &g)
            };
            let hidden = &mut self.hidden[l];
            hidden.r.extend(hessian::residual_curvature(&phi2[l], &v).iter());
            let start = hidden.phi1.len() - v.len();
            g = v.map_with_location(|unit, _, v| hidden.phi1[start + unit] * v);
            if l > 0 {
                hidden.g.extend(g.iter());
            }
        }
    }

    /// `S t` in the place of each row `t` of some samples, the first of which has this number.
    pub fn curvature_times(&self, first: usize, outputs: usize, t: &mut [f64]) {
        for (n, row) in t.chunks_exact_mut(outputs).enumerate() {
            let of = |width: usize| (first + n) * width..(first + n + 1) * width;
            match &self.curvature {
                Curvature::Softmax(p) => covariance_times(&p[of(outputs)], row),
                Curvature::Diagonal(s) => {
                    row.iter_mut().zip(&s[of(outputs)]).for_each(|(entry, s)| *entry *= s);
                }
                Curvature::Full(s) => {
                    let s = Matrix::from_column_slice(outputs, outputs, &s[of(outputs * outputs)]);
                    let image = s * Vector::from_column_slice(row);
                    row.copy_from_slice(image.as_slice());
                }
            }
            if let Some(shares) = &self.shares {
                row.iter_mut().for_each(|entry| *entry *= shares[first + n]);
            }
        }
    }

    /// Numbers that are kept of each sample.
    pub fn size_of_sample(architecture: &Architecture, loss: Loss) -> usize {
        let (outputs, hidden) = (architecture.outputs(), architecture.units() - architecture.outputs());
        let curvature = if loss == Loss::Cubic { outputs.saturating_mul(outputs) } else { outputs };
        4 * hidden + 2 * outputs + curvature
    }
}

/// `S t` in the place of `t`, as `p_k (t_k - sum_l p_l t_l)` with `t` taken from its entry at the largest probability:
/// `1 - p` of a saturated sample, which is small, is then never formed as a difference.
fn covariance_times(p: &[f64], t: &mut [f64]) {
    let top = (0..p.len()).fold(0, |top, k| if p[k] > p[top] { k } else { top });
    let at_top = t[top];
    t.iter_mut().for_each(|entry| *entry -= at_top);
    let mean: f64 = p.iter().zip(t.iter()).map(|(p, t)| p * t).sum();
    t.iter_mut().zip(p).for_each(|(entry, p)| *entry = p * (*entry - mean));
}
