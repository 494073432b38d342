//! The gradient of a bound for a training loop of your own.

use super::TrainError;
use super::paths::Paths;
use crate::fast::{LayerObjective, NoLayerGradient};
use crate::model::{Batch, Loss, Network};

/// An error of [`HsrRegularizer::add`]; nothing was added then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegularizerError {
    /// No plan for the sizes at hand, or network, loss and data that do not go together.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The bound has no gradient here. A loop may go on without it: the bound is at its least, or has a kink.
    #[error(transparent)]
    NoGradient(#[from] NoLayerGradient),
    /// A buffer of another size than the network.
    #[error("the gradient has {found} entries, the network {expected} parameters: give one entry for each")]
    Buffer {
        /// The length of the buffer.
        found: usize,
        /// The number of parameters.
        expected: usize,
    },
}

/// Adds `lambda` times the gradient of a bound, or of another [`LayerObjective`], to a gradient of your own.
///
/// It keeps its buffers from call to call, those of the last two batch sizes: a shorter batch at the end of an epoch
/// costs nothing. Where loss and bound are wanted together, [`Direction`](super::Direction) takes one pass for both.
///
/// ```
/// use hsr::fast::LayerObjective;
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::train::HsrRegularizer;
/// use nalgebra::dmatrix;
/// let layers = [dmatrix![0.5, -1.0], dmatrix![0.3; 0.7], dmatrix![1.0, 0.2; -1.0, 0.4]];
/// let network = Network::new(Layers(layers.map(|w| Layer { w, b: None }).into()), vec![Activation::Tanh; 2])?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
///
/// let mut regularizer = HsrRegularizer::new(LayerObjective::Units, 0.1, 1);
/// let mut gradient = vec![0.0; 8]; // your gradient of the loss: order W1, b1, W2, b2, .., row-major
/// let bound = regularizer.add(&network, Loss::Softmax, &batch, &mut gradient)?;
/// assert!(bound > 0.0 && gradient.iter().any(|entry| *entry != 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `examples/loop.rs` is a whole training loop.
pub struct HsrRegularizer {
    objective: LayerObjective,
    lambda: f64,
    paths: Paths,
    own: Vec<f64>,
}

impl HsrRegularizer {
    /// A regularizer for an objective with a strength, computing with so many threads.
    pub fn new(objective: LayerObjective, lambda: f64, threads: usize) -> Self {
        HsrRegularizer { objective, lambda, paths: Paths::new(threads), own: Vec::new() }
    }

    /// Sets another strength, as a warm-up does.
    pub fn set_lambda(&mut self, lambda: f64) {
        self.lambda = lambda;
    }

    /// Adds `lambda` times the gradient of the objective at a network and a batch, and gives the objective's value.
    /// Weights that are a flat vector become a network by [`Layers::from_flat`](crate::model::Layers::from_flat).
    ///
    /// # Errors
    /// [`RegularizerError`]; the gradient is as it was then.
    pub fn add(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        gradient: &mut [f64],
    ) -> Result<f64, RegularizerError> {
        let (expected, found) = (network.architecture().parameters(), gradient.len());
        if found != expected {
            return Err(RegularizerError::Buffer { found, expected });
        }
        self.own.resize(expected, 0.0);
        let penalty = (0.0, self.objective, self.lambda);
        let descent = self.paths.penalised(network, loss, batch, penalty, &mut self.own)?;
        if let Some(flat) = descent.flat {
            return Err(flat.into());
        }
        gradient.iter_mut().zip(&self.own).for_each(|(sum, own)| *sum += own);
        Ok(descent.penalty)
    }
}
