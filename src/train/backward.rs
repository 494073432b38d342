//! The loss and its gradient alone at any depth, by matrix products over all samples.

use super::Fit;
use super::fit::of_outputs;
use crate::model::{Activation, Batch, Layer, Layers, Loss, Network};
use crate::number::Matrix;
use crate::terms::OutputLoss;

/// What all samples are on their way through a network, a sample a row.
struct Pass {
    /// The input of each layer.
    inputs: Vec<Matrix<f64>>,
    /// `phi1` of each hidden layer.
    slopes: Vec<Matrix<f64>>,
    /// The outputs of the network.
    outputs: Matrix<f64>,
}

impl Pass {
    fn new(network: &Network<f64>, x: &Matrix<f64>) -> Self {
        let mut pass = Pass { inputs: vec![x.clone()], slopes: Vec::new(), outputs: x.clone() };
        for (l, layer) in network.layers.0.iter().enumerate() {
            let a = preactivations(layer, &pass.inputs[l]);
            match network.activations.get(l) {
                Some(activation) => pass.through(*activation, &a),
                None => pass.outputs = a,
            }
        }
        pass
    }

    fn through(&mut self, activation: Activation, a: &Matrix<f64>) {
        let derivatives = a.map(|a| activation.derivatives(&a));
        let entries =
            |of: &dyn Fn(usize) -> f64| Matrix::from_fn(a.nrows(), a.ncols(), |n, i| of(n + i * a.nrows()));
        self.slopes.push(entries(&|at| derivatives[at].first));
        self.inputs.push(entries(&|at| derivatives[at].value));
    }
}

/// `Z W' + 1 b'`.
fn preactivations(layer: &Layer<f64>, inputs: &Matrix<f64>) -> Matrix<f64> {
    let mut a = inputs * layer.w.transpose();
    if let Some(b) = &layer.b {
        a.row_iter_mut().for_each(|mut row| row += b.transpose());
    }
    a
}

/// Loss and score.
pub(super) fn evaluate(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Fit {
    of_outputs(loss, &Pass::new(network, &batch.x).outputs, batch)
}

/// Loss and score, and the gradient of the loss.
pub(super) fn gradient(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> (Fit, Layers<f64>) {
    let pass = Pass::new(network, &batch.x);
    let mut g = Matrix::zeros(batch.samples(), pass.outputs.ncols());
    for (n, share) in batch.shares().into_iter().enumerate() {
        let delta = loss.delta(&pass.outputs.row(n).transpose(), &batch.y.row(n).transpose());
        g.set_row(n, &(delta * share).transpose());
    }
    let mut layers = Vec::new();
    for (l, layer) in network.layers.0.iter().enumerate().rev() {
        let b = layer.b.as_ref().map(|_| g.row_sum().transpose());
        layers.push(Layer { w: g.transpose() * &pass.inputs[l], b });
        if l > 0 {
            g = (&g * &layer.w).component_mul(&pass.slopes[l - 1]);
        }
    }
    layers.reverse();
    (of_outputs(loss, &pass.outputs, batch), Layers(layers))
}
