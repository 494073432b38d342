//! The gradient of a bound for a training loop of your own.

use super::recent::Recent;
use crate::fast::{FastError, GradientShares, Objective, PlanError, Workspace};
use crate::model::{Batch, ThreeLayer};
use crate::terms::bound_gradient::NoGradient;

/// An error of [`HsrRegularizer::add`]; nothing was added then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegularizerError {
    /// No plan for the sizes at hand.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Network and data that do not go together.
    #[error(transparent)]
    Fast(#[from] FastError),
    /// The bound has no gradient here. A loop may go on without it: the bound is at its least, or has a kink.
    #[error(transparent)]
    NoGradient(#[from] NoGradient),
    /// A buffer of another size than the network.
    #[error("the gradient has {found} entries, the network {expected} parameters: give one entry for each")]
    Buffer {
        /// The length of the buffer.
        found: usize,
        /// The number of parameters.
        expected: usize,
    },
}

/// Adds `lambda` times the gradient of a bound, or of another [`Objective`], to a gradient of your own.
///
/// It keeps its buffers from call to call, those of the last two batch sizes: a shorter batch at the end of an epoch
/// costs nothing. Where loss and bound are wanted together, [`Direction`](super::Direction) takes one pass for both.
///
/// ```
/// use hsr::fast::Objective;
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use hsr::train::HsrRegularizer;
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
///
/// let mut regularizer = HsrRegularizer::new(Objective::Upper, 0.1, 1);
/// let mut gradient = vec![0.0; 4]; // your gradient of the loss: order W, b, V, c, row-major
/// let bound = regularizer.add(&network, &batch, &mut gradient)?;
/// assert!(bound > 0.0 && gradient.iter().any(|entry| *entry != 0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `examples/loop.rs` is a whole training loop.
pub struct HsrRegularizer {
    objective: Objective,
    lambda: f64,
    threads: usize,
    workspaces: Recent<Workspace>,
    own: Vec<f64>,
}

impl HsrRegularizer {
    /// A regularizer for an objective with a strength, computing with so many threads.
    pub fn new(objective: Objective, lambda: f64, threads: usize) -> Self {
        HsrRegularizer { objective, lambda, threads, workspaces: Recent::new(), own: Vec::new() }
    }

    /// Sets another strength, as a warm-up does.
    pub fn set_lambda(&mut self, lambda: f64) {
        self.lambda = lambda;
    }

    /// Adds `lambda` times the gradient of the objective at a network and a batch, and gives the objective's value.
    /// Weights that are a flat vector become a network by [`Parameters::from_flat`](crate::model::Parameters::from_flat).
    ///
    /// # Errors
    /// [`RegularizerError`]; the gradient is as it was then.
    pub fn add(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        gradient: &mut [f64],
    ) -> Result<f64, RegularizerError> {
        let shape = network.shape(batch.samples());
        let (expected, found) = (shape.parameters(), gradient.len());
        if found != expected {
            return Err(RegularizerError::Buffer { found, expected });
        }
        let workspace = self.workspaces.at(&shape, self.threads)?;
        let moments = workspace.differentiate(network, batch)?.moments;
        let shares = self.objective.shares(&moments, &shape)?;
        let shares = GradientShares { loss: 0.0, moments: shares.moments.map(|share| self.lambda * share) };
        self.own.resize(expected, 0.0);
        workspace.gradient(batch, &shares, &mut self.own)?;
        gradient.iter_mut().zip(&self.own).for_each(|(sum, own)| *sum += own);
        Ok(self.objective.value(&moments, &shape))
    }
}
