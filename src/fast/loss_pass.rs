//! The loss and its gradient at any depth, forward and back by products over all samples.

use super::lanes::multiply;
use super::losses::differentiate;
use super::product::{Then, View, add_rows, product, view};
use super::vector::{activate_once, activate_only, add_to_rows};
use crate::model::{Activation, Architecture, Batch, Loss, Network, ThreeLayer};
use crate::number::{Matrix, Vector};

/// The layers of a network, of whichever kind.
pub(crate) trait Layered {
    /// The number of weight layers.
    fn layers(&self) -> usize;
    /// Weights and bias of a layer.
    fn layer(&self, l: usize) -> (&Matrix<f64>, Option<&Vector<f64>>);
    /// The activation of a hidden layer.
    fn activation(&self, l: usize) -> Activation;
}

impl Layered for Network<f64> {
    fn layers(&self) -> usize {
        self.layers.0.len()
    }
    fn layer(&self, l: usize) -> (&Matrix<f64>, Option<&Vector<f64>>) {
        let layer = &self.layers.0[l];
        (&layer.w, layer.b.as_ref())
    }
    fn activation(&self, l: usize) -> Activation {
        self.activations[l]
    }
}

impl Layered for ThreeLayer<f64> {
    fn layers(&self) -> usize {
        2
    }
    fn layer(&self, l: usize) -> (&Matrix<f64>, Option<&Vector<f64>>) {
        let own = &self.parameters;
        if l == 0 { (&own.w, own.b.as_ref()) } else { (&own.v, own.c.as_ref()) }
    }
    fn activation(&self, _: usize) -> Activation {
        self.activation
    }
}

/// The way of all samples through a network and back, in buffers that are kept. Network and data are those of the sizes that it
/// was made for, which the callers check.
pub(crate) struct LossPass {
    loss: Loss,
    samples: usize,
    /// Inputs, then the width of each layer.
    widths: Vec<usize>,
    /// `z` of each hidden layer, on the way back the loss's gradient by its preactivations.
    z: Vec<Vec<f64>>,
    /// `phi1` of each.
    slopes: Vec<Vec<f64>>,
    /// The outputs, then the gradient by them.
    outputs: Vec<f64>,
    each: Vec<f64>,
}

impl LossPass {
    pub fn new(architecture: &Architecture, loss: Loss, samples: usize) -> Self {
        let Architecture { inputs, widths, .. } = architecture;
        let (outputs, hidden) = widths.split_last().map_or((0, &[][..]), |(last, hidden)| (*last, hidden));
        let rows = |width: &usize| vec![0.0; samples * width];
        LossPass {
            loss,
            samples,
            widths: std::iter::once(inputs).chain(widths).copied().collect(),
            z: hidden.iter().map(rows).collect(),
            slopes: hidden.iter().map(rows).collect(),
            outputs: rows(&outputs),
            each: vec![0.0; samples],
        }
    }

    /// Whether it is for this network, loss and number of samples.
    pub fn is_for(&self, network: &impl Layered, loss: Loss, samples: usize) -> bool {
        let of_layer = |l: usize| (self.widths[l + 1], self.widths[l]) == network.layer(l).0.shape();
        (self.loss, self.samples, self.widths.len()) == (loss, samples, network.layers() + 1)
            && (0..network.layers()).all(of_layer)
    }

    /// Computes the outputs, a row a sample.
    pub fn outputs(&mut self, network: &impl Layered, batch: &Batch<f64>) -> &[f64] {
        self.forward(network, batch, false);
        &self.outputs
    }

    /// The loss, from the outputs that were computed last, which are gone then.
    pub fn loss(&mut self, batch: &Batch<f64>) -> f64 {
        differentiate(self.loss, &mut self.outputs, &batch.y, &mut self.each);
        match &batch.weights {
            None => self.each.iter().sum::<f64>() / self.samples as f64,
            Some(weights) => {
                let weighted = self.each.iter().zip(weights.iter()).map(|(loss, weight)| weight * loss);
                weighted.sum::<f64>() / weights.sum()
            }
        }
    }

    /// Computes the loss and its gradient in `out`: order `W1, b1, W2, ..`, row-major. `look` sees the outputs on the way.
    pub fn gradient(
        &mut self,
        network: &impl Layered,
        batch: &Batch<f64>,
        out: &mut [f64],
        look: impl FnOnce(&[f64]),
    ) -> f64 {
        self.forward(network, batch, true);
        look(&self.outputs);
        let loss = self.loss(batch);
        self.share(batch);
        self.back(network, batch, out);
        loss
    }

    fn forward(&mut self, network: &impl Layered, batch: &Batch<f64>, with_slopes: bool) {
        let hidden = self.z.len();
        for l in 0..=hidden {
            let (before, rest) = self.z.split_at_mut(l);
            let a = rest.first_mut().unwrap_or(&mut self.outputs);
            let inputs = match before.last() {
                Some(z) => view(z, self.samples, self.widths[l]),
                None => of_columns(&batch.x),
            };
            let (w, b) = network.layer(l);
            product(a, Then::Set, 1.0, inputs, of_columns(w).transpose());
            if let Some(b) = b {
                add_to_rows(a, b.as_slice());
            }
            if l == hidden {
                return;
            }
            if with_slopes {
                activate_once(network.activation(l), a, &mut self.slopes[l]);
            } else {
                activate_only(network.activation(l), a);
            }
        }
    }

    /// The gradient of each sample's loss counts as the sample does in the mean.
    fn share(&mut self, batch: &Batch<f64>) {
        let width = self.outputs.len() / self.samples;
        match &batch.weights {
            None => self.outputs.iter_mut().for_each(|delta| *delta /= self.samples as f64),
            Some(weights) => {
                let total = weights.sum();
                for (delta, weight) in self.outputs.chunks_exact_mut(width).zip(weights.iter()) {
                    delta.iter_mut().for_each(|delta| *delta *= weight / total);
                }
            }
        }
    }

    fn back(&mut self, network: &impl Layered, batch: &Batch<f64>, out: &mut [f64]) {
        let mut out = out;
        for l in (0..self.widths.len() - 1).rev() {
            let (inputs, width) = (self.widths[l], self.widths[l + 1]);
            let (w, b) = network.layer(l);
            let layer = width * (inputs + usize::from(b.is_some()));
            let (before, own) = out.split_at_mut(out.len() - layer);
            let (by_w, by_b) = own.split_at_mut(width * inputs);
            let (earlier, later) = self.z.split_at_mut(l);
            let by_a = later.first().unwrap_or(&self.outputs);
            let rows = view(by_a, self.samples, width);
            by_b.fill(0.0);
            add_rows(by_b, by_a);
            match earlier.last_mut() {
                None => product(by_w, Then::Set, 1.0, rows.transpose(), of_columns(&batch.x)),
                Some(z) => {
                    product(by_w, Then::Set, 1.0, rows.transpose(), view(z, self.samples, inputs));
                    product(z, Then::Set, 1.0, rows, of_columns(w));
                    multiply(z, &self.slopes[l - 1]);
                }
            }
            out = before;
        }
    }
}

/// A matrix as products want it.
pub(super) fn of_columns(matrix: &Matrix<f64>) -> View<'_> {
    View::from_column_major_slice(matrix.as_slice(), matrix.nrows(), matrix.ncols())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Layers;
    use crate::terms::layer_samples;
    use crate::terms::layers::{layer_loss, layer_loss_gradient};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Logits and targets for any loss: the targets are zeros and ones, one of them 1 in each row.
    fn case(widths: &[usize], samples: usize) -> (Network<f64>, Batch<f64>) {
        let mut random = ChaCha8Rng::seed_from_u64(widths.len() as u64);
        let mut architecture = Architecture::new(3, widths, true);
        architecture.biases[widths.len() / 2] = false;
        let layers = Layers::from_fn(&architecture, |_| random.random_range(-1.0..1.0));
        let activations = [Activation::Tanh, Activation::Gelu, Activation::Silu];
        let activations = activations.into_iter().cycle().take(widths.len() - 1).collect();
        let x = Matrix::from_fn(samples, 3, |_, _| random.random_range(-1.0..1.0));
        let labels: Vec<i64> = (0..samples).map(|n| (n % 2) as i64).collect();
        let batch = Batch::from_labels(x, &labels, 2).unwrap();
        (Network::new(layers, activations).unwrap(), batch)
    }

    #[test]
    fn loss_and_gradient_are_those_of_the_equations_at_any_depth_under_any_loss() {
        for widths in [&[2][..], &[5, 2], &[4, 3, 2], &[3, 1, 17, 2]] {
            let (network, plain) = case(widths, 6);
            let weighted = plain.clone().weighted(vec![1.0, 0.5, 3.0, 2.0, 0.1, 1.0].into()).unwrap();
            for (loss, batch) in Loss::ALL.into_iter().flat_map(|loss| [(loss, &plain), (loss, &weighted)]) {
                let mut pass = LossPass::new(&network.architecture(), loss, 6);
                assert!(pass.is_for(&network, loss, 6) && !pass.is_for(&network, loss, 5));
                let mut found = vec![f64::NAN; network.architecture().parameters()];
                let value = pass.gradient(&network, batch, &mut found, |_| {});
                pass.outputs(&network, batch);
                assert_eq!(pass.loss(batch), value);
                let right = layer_loss(&network, &loss, batch);
                let gradient = layer_loss_gradient(&layer_samples(&network, &loss, batch)).flat();
                // A few dozen roundings each, of numbers of order one.
                assert!((value - right).abs() < 1e-14 * right.abs().max(1.0), "{loss}: {value} for {right}");
                for (found, right) in found.iter().zip(&gradient) {
                    assert!((found - right).abs() < 1e-14, "{loss}: {found:e} for {right:e}");
                }
            }
        }
    }
}
