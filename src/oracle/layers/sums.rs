//! The numbers of sums over pairs that parts of the data gave.

use super::fast::of_values;
use super::item::BOUNDS;
use super::{LayerAnswer, LayerItem, check_finite};
use crate::fast::{LayerObjective, PairSums};
use crate::model::{Loss, Network};
use crate::oracle::OracleError;

/// Computes the loss, the traces, the bounds but those by units, and the gradients of what is a function of `T` and `Q`, from sums over
/// pairs of samples that were added up: what [`network_bounds`](super::network_bounds) computes, for data that no machine has as a whole.
///
/// ```
/// use hsr::fast::{PairCover, PairSums};
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::number::Matrix;
/// use hsr::oracle::{LayerItem, bounds_of_sums};
/// use nalgebra::dmatrix;
/// let layers = [dmatrix![0.3, -0.2; 0.1, 0.4], dmatrix![0.5, -0.3]].map(|w| Layer { w, b: None });
/// let network = Network::new(Layers(layers.into()), vec![Activation::Tanh])?;
/// let x = Matrix::from_fn(20, 2, |n, l| (n as f64 * 0.3 + l as f64).sin());
/// let batch = Batch::for_loss(x.clone(), x.columns(0, 1).into_owned(), Loss::Squared)?;
/// let mut whole = PairSums::zero(&network, Loss::Squared);
/// for part in PairCover::new(batch.samples(), 7).parts() {
///     let part_of_data = batch.select(&part.samples());
///     whole.add(part.factor, &PairSums::of(&network, Loss::Squared, &part_of_data, 1, &|_, _| true)?)?;
/// }
/// let answer = bounds_of_sums(&network, Loss::Squared, &whole)?;
/// assert!(answer.scalar(LayerItem::WsLayers) <= answer.scalar(LayerItem::WsUpper));
/// assert!(answer.gradient(LayerItem::Gradient).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OracleError`] for sums over no samples, or where `f64` cannot hold the numbers.
pub fn bounds_of_sums(
    network: &Network<f64>,
    loss: Loss,
    sums: &PairSums,
) -> Result<LayerAnswer, OracleError> {
    let values = sums.values();
    let mut forms = of_values(&values)?;
    let of_traces = [
        (LayerObjective::Trace, LayerItem::TraceGradient),
        (LayerObjective::TraceSquared, LayerItem::TraceSquaredGradient),
    ];
    let of_bounds = BOUNDS.iter().filter(|(objective, ..)| !objective.by_units());
    for (objective, value, _) in of_bounds.clone() {
        forms.set(*value, objective.value(&values));
    }
    let gradients = of_bounds.map(|(objective, _, gradient)| (*objective, *gradient)).chain(of_traces);
    for (objective, gradient) in gradients {
        match sums.gradient(objective) {
            Ok(flat) => forms.set_all(gradient, flat),
            Err(reason) => {
                forms.missing.insert(gradient, reason);
            }
        }
    }
    forms.set_all(LayerItem::LossGradient, sums.loss_gradient());
    check_finite(&forms)?;
    Ok(LayerAnswer::of(network, loss, sums.samples() as usize, forms))
}
