//! The gradient that a training method descends.

use super::paths::Paths;
use super::{Method, Task, TrainError};
use crate::fast::NoLayerGradient;
use crate::model::{Batch, Loss, Network};
use crate::number::norm;

/// The loss and the penalty at the point where a gradient was taken.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Descent {
    /// The loss, a mean over samples.
    pub loss: f64,
    /// What the strength multiplies: the method's objective, `|theta|^2/2`, or 0.
    pub penalty: f64,
    /// Why the objective has no gradient here, if it has none: then only the loss is descended.
    pub flat: Option<NoLayerGradient>,
}

/// The gradient that a method descends, from buffers that are kept.
///
/// Where a bound has no gradient, at a vanishing Hessian (all samples saturated), at a block that is a multiple of the
/// identity, or where the reduced bound is clamped at 0, the gradient is that of the loss alone: at a vanishing Hessian
/// and where it is clamped, the bound is at its least, and 0 is one of its subgradients. Of [`Method::Ws`], which descends no loss, it is 0 there.
///
/// ```
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::train::{Direction, Method};
/// use nalgebra::dmatrix;
/// let layers = [dmatrix![0.5, -1.0], dmatrix![0.3; 0.7], dmatrix![1.0, -1.0]];
/// let layers = Layers(layers.map(|w| Layer { w, b: None }).into());
/// let network = Network::new(layers, vec![Activation::Tanh; 2])?;
/// let batch = Batch::for_loss(dmatrix![1.0, 0.2; -0.3, 0.8], dmatrix![0.4; -1.2], Loss::Squared)?;
/// let mut gradient = [0.0; 6]; // order W1, b1, W2, b2, .., row-major
/// let mut direction = Direction::new(Method::HsrUnits, 1);
/// let descent = direction.at(&network, Loss::Squared, &batch, 0.1, &mut gradient)?;
/// println!("descending {} + 0.1 * {} along {gradient:?}", descent.loss, descent.penalty);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Direction {
    method: Method,
    paths: Paths,
    /// Where sharpness-aware minimization takes its gradient.
    there: Option<Network<f64>>,
}

impl Direction {
    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The gradient of a method, computed by so many threads.
    pub fn new(method: Method, threads: usize) -> Self {
        Direction { method, paths: Paths::new(threads), there: None }
    }

    /// The gradient at a point with a strength, in `out`: order `W1, b1, W2, b2, ..`, row-major.
    ///
    /// # Errors
    /// [`TrainError::Misfit`] or [`TrainError::Fast`] where network, loss and data do not go together, or for a buffer of another length
    /// than `D`; [`TrainError::Block`] for a method that is not for this network.
    pub fn at(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        strength: f64,
        out: &mut [f64],
    ) -> Result<Descent, TrainError> {
        if self.method == Method::HsrBlock {
            self.method.check(&Task::of(network, loss, batch))?;
        }
        if let Some(objective) = self.method.objective() {
            let (share, strength) = if self.method == Method::Ws { (0.0, 1.0) } else { (1.0, strength) };
            return self.paths.penalised(network, loss, batch, (share, objective, strength), out);
        }
        let found = self.paths.gradient(network, loss, batch, out, |_| {})?;
        let penalty = match self.method {
            Method::WeightDecay => add_decay(network, strength, out),
            Method::Sam => {
                let there = self.there.get_or_insert_with(|| network.clone());
                set_sharpest(there, network, strength, out);
                self.paths.gradient(there, loss, batch, out, |_| {})?;
                0.0
            }
            _ => 0.0,
        };
        Ok(Descent { loss: found, penalty, flat: None })
    }
}

/// Adds the gradient of `decay/2 |theta|^2`, and gives `|theta|^2/2`.
fn add_decay(network: &Network<f64>, decay: f64, out: &mut [f64]) -> f64 {
    let theta = network.layers.flat();
    out.iter_mut().zip(&theta).for_each(|(gradient, theta)| *gradient += decay * theta);
    theta.iter().map(|theta| theta * theta).sum::<f64>() / 2.0
}

/// The point at the distance `rho` along the gradient, where the loss is largest to first order; the point itself where
/// there is no gradient.
fn set_sharpest(there: &mut Network<f64>, network: &Network<f64>, rho: f64, gradient: &[f64]) {
    let norm = norm(gradient);
    let distance = if norm > 0.0 { rho / norm } else { 0.0 };
    there.set_moved(network, distance, gradient);
}
