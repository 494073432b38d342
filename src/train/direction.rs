//! The gradient that a training method descends.

use super::recent::Recent;
use super::{Method, TrainError};
use crate::fast::{Backward, GradientShares, Objective, Workspace};
use crate::model::{Batch, Parameters, Shape, ThreeLayer};
use crate::number::norm;
use crate::terms::bound_gradient::NoGradient;

/// The loss and the penalty at the point where a gradient was taken.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Descent {
    /// Mean cross entropy.
    pub loss: f64,
    /// What the strength multiplies: the method's objective, `|theta|^2/2`, or 0.
    pub penalty: f64,
    /// Why the objective has no gradient here, if it has none: then only the loss is descended.
    pub flat: Option<NoGradient>,
}

/// The gradient that a method descends, from buffers that are kept.
///
/// Where a bound has no gradient, at a vanishing Hessian (all samples saturated), at a block that is a multiple of the
/// identity, or where the reduced bound is clamped at 0, the gradient is that of the loss alone: at a vanishing Hessian
/// and where it is clamped, the bound is at its least, and 0 is one of its subgradients.
///
/// ```
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use hsr::train::{Direction, Method};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let mut gradient = [0.0; 4]; // order W, b, V, c, row-major
/// let descent = Direction::new(Method::Hsr, 1).at(&network, &batch, 0.1, &mut gradient)?;
/// println!("descending {} + 0.1 * {} along {gradient:?}", descent.loss, descent.penalty);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Direction {
    method: Method,
    threads: usize,
    workspaces: Recent<Workspace>,
    backward: Recent<Backward>,
}

impl Direction {
    /// The gradient of a method, computed by so many threads.
    pub fn new(method: Method, threads: usize) -> Self {
        Direction { method, threads, workspaces: Recent::new(), backward: Recent::new() }
    }

    /// The gradient at a point with a strength, in `out`: order `W, b, V, c`, row-major.
    ///
    /// # Errors
    /// [`TrainError::Fast`] where network and data do not go together, or for a buffer of another length than `D`.
    pub fn at(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        strength: f64,
        out: &mut [f64],
    ) -> Result<Descent, TrainError> {
        let shape = network.shape(batch.samples());
        if let Some(objective) = self.method.objective() {
            return self.with_objective(objective, network, batch, strength, out);
        }
        let backward = self.backward.at(&shape);
        let loss = backward.gradient(network, batch, out)?.loss;
        let penalty = match self.method {
            Method::WeightDecay => add_decay(network, strength, out),
            Method::Sam => {
                let there = sharpest(network, &shape, strength, out);
                backward.gradient(&there, batch, out)?;
                0.0
            }
            _ => 0.0,
        };
        Ok(Descent { loss, penalty, flat: None })
    }

    /// Loss and objective in one pass.
    fn with_objective(
        &mut self,
        objective: Objective,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        strength: f64,
        out: &mut [f64],
    ) -> Result<Descent, TrainError> {
        let shape = network.shape(batch.samples());
        let workspace = self.workspaces.at(&shape, self.threads)?;
        let values = workspace.differentiate(network, batch)?;
        let found = objective.shares(&values.moments, &shape);
        let mut shares = GradientShares { loss: 1.0, ..GradientShares::default() };
        if let Ok(objective) = &found {
            shares.moments = objective.moments.map(|share| strength * share);
        }
        workspace.gradient(batch, &shares, out)?;
        let penalty = objective.value(&values.moments, &shape);
        Ok(Descent { loss: values.loss, penalty, flat: found.err() })
    }
}

/// Adds the gradient of `decay/2 |theta|^2`, and gives `|theta|^2/2`.
fn add_decay(network: &ThreeLayer<f64>, decay: f64, out: &mut [f64]) -> f64 {
    let theta = network.parameters.flat();
    out.iter_mut().zip(&theta).for_each(|(gradient, theta)| *gradient += decay * theta);
    theta.iter().map(|theta| theta * theta).sum::<f64>() / 2.0
}

/// The point at the distance `rho` along the gradient, where the loss is largest to first order; the point itself where
/// there is no gradient.
fn sharpest(network: &ThreeLayer<f64>, shape: &Shape, rho: f64, gradient: &[f64]) -> ThreeLayer<f64> {
    let norm = norm(gradient);
    let distance = if norm > 0.0 { rho / norm } else { 0.0 };
    let ascent = Parameters::from_fn(shape, |index| gradient[index]);
    ThreeLayer { parameters: network.parameters.moved(&distance, &ascent), activation: network.activation }
}
