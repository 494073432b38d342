//! The loss on a line through a network's parameters.

use super::SpectrumError;
use crate::model::{Batch, Layers, Loss, Network, Parameters, ThreeLayer};
use crate::terms::layers::layer_loss;
use crate::terms::model::loss;

/// Computes the loss along a direction, `L(theta + t direction)` at every distance `t`.
///
/// The direction is in the order `W, b, V, c`, each row-major. Along an eigenvector of the Hessian with the eigenvalue `l`
/// the second difference at 0 is `l`.
///
/// ```
/// use hsr::audit::random_network;
/// use hsr::data::DataSet;
/// use hsr::model::{Activation, Shape};
/// use hsr::spectrum::{SpectrumSettings, extremes, loss_along};
/// let batch = DataSet::Iris.load().standardised().batch();
/// let shape = Shape { samples: 150, inputs: 4, hidden: 3, classes: 3, biases: true };
/// let network = random_network(&shape, Activation::Tanh, 0);
/// let top = extremes(&network, &batch, &SpectrumSettings::default())?.largest;
/// let losses = loss_along(&network, &batch, &top.vector, &[-1e-3, 0.0, 1e-3])?;
/// let second = (losses[0] - 2.0 * losses[1] + losses[2]) / 1e-6;
/// assert!((second - top.value).abs() < 1e-4 * top.value);
/// # Ok::<(), hsr::spectrum::SpectrumError>(())
/// ```
///
/// # Errors
/// [`SpectrumError::Misfit`] where network and data do not fit, [`SpectrumError::Length`] for a direction that has not
/// an entry for each parameter. A loss that overflows is a value that is not finite, and no error.
pub fn loss_along(
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
    direction: &[f64],
    distances: &[f64],
) -> Result<Vec<f64>, SpectrumError> {
    network.check_fit(batch)?;
    let shape = network.shape(batch.samples());
    let direction = Parameters::from_flat(&shape, direction)
        .map_err(|_| SpectrumError::Length { found: direction.len(), needed: shape.parameters() })?;
    let moved = |distance: &f64| ThreeLayer {
        parameters: network.parameters.moved(distance, &direction),
        activation: network.activation,
    };
    Ok(distances.iter().map(|distance| loss(&moved(distance), batch)).collect())
}

/// Same as [`loss_along`], for a network of any depth and any loss; the direction is in the order `W1, b1, W2, ..`.
///
/// # Errors
/// As [`loss_along`].
pub fn network_loss_along(
    network: &Network<f64>,
    kind: Loss,
    batch: &Batch<f64>,
    direction: &[f64],
    distances: &[f64],
) -> Result<Vec<f64>, SpectrumError> {
    network.check_fit(batch, kind)?;
    let architecture = network.architecture();
    let direction = Layers::from_flat(&architecture, direction)
        .map_err(|_| SpectrumError::Length { found: direction.len(), needed: architecture.parameters() })?;
    let moved = |distance: &f64| Network {
        layers: network.layers.moved(distance, &direction),
        activations: network.activations.clone(),
    };
    Ok(distances.iter().map(|distance| layer_loss(&moved(distance), &kind, batch)).collect())
}
