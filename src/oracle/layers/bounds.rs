//! The numbers of the production path alone, as many as are wanted.

use super::fast::Products;
use super::{LayerAnswer, LayerItem, check_finite, limits};
use crate::fast::Watcher;
use crate::model::{Batch, Loss, Network};
use crate::oracle::{OracleError, Wanted};
use crate::parallel::cores;

/// Which bounds and gradients [`network_bounds`] computes.
///
/// ```
/// use hsr::oracle::{LayerItem, WantedBounds};
/// let wanted = WantedBounds::default().with_gradient(LayerItem::WsUnitsGradient);
/// assert!(wanted.units);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WantedBounds {
    /// The bounds by units, for which squared norms of pairs of units are needed.
    pub units: bool,
    /// Of what the gradients are wanted.
    pub gradients: Vec<LayerItem>,
    /// How many threads.
    pub threads: usize,
}

impl Default for WantedBounds {
    /// No bounds by units and no gradient, on all cores.
    fn default() -> Self {
        WantedBounds { units: false, gradients: Vec::new(), threads: cores() }
    }
}

impl WantedBounds {
    /// With the bounds by units.
    pub fn with_units(self) -> Self {
        WantedBounds { units: true, ..self }
    }

    /// With a gradient; that of a bound by units brings the bounds by units with it.
    pub fn with_gradient(mut self, gradient: LayerItem) -> Self {
        self.units |= matches!(gradient, LayerItem::WsUnitsGradient | LayerItem::WsHiddenUnitsGradient);
        self.gradients.push(gradient);
        self
    }

    /// On so many threads.
    pub fn on(self, threads: usize) -> Self {
        WantedBounds { threads, ..self }
    }
}

/// Computes the loss, the traces and the bounds of a network of any depth, and the gradients that are wanted, by the production path
/// alone.
///
/// It takes as long as a step of training. [`network_answer`](super::network_answer) computes all gradients, and how many digits are
/// right, which takes several times as long. `watcher` sees each tile of samples, and can stop it.
///
/// ```
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::oracle::{LayerItem, WantedBounds, network_bounds};
/// use nalgebra::dmatrix;
/// let layers = Layers(vec![
///     Layer { w: dmatrix![0.3, -0.2; 0.1, 0.4], b: None },
///     Layer { w: dmatrix![0.5, -0.3], b: None },
/// ]);
/// let network = Network::new(layers, vec![Activation::Tanh])?;
/// let batch = Batch::for_loss(dmatrix![1.0, 2.0; -0.5, 0.3], dmatrix![0.2; -1.0], Loss::Squared)?;
/// let wanted = WantedBounds::default().with_gradient(LayerItem::Gradient);
/// let bounds = network_bounds(&network, Loss::Squared, &batch, &wanted, &|_, _| true)?;
/// assert!(bounds.scalar(LayerItem::WsLayers) <= bounds.scalar(LayerItem::WsUpper));
/// assert!(bounds.gradient(LayerItem::Gradient).is_some());
/// assert!(bounds.scalar(LayerItem::WsUnits).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OracleError`] where network, data and loss do not go together, `f64` cannot hold the numbers, they take more memory than there
/// is, or the watcher stops it. That a bound has no gradient is no error: [`LayerAnswer::missing`] says so.
pub fn network_bounds(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    wanted: &WantedBounds,
    watcher: Watcher,
) -> Result<LayerAnswer, OracleError> {
    network.check_fit(batch, loss)?;
    limits::check(&network.architecture(), batch.samples(), &Wanted::default())?;
    let WantedBounds { units, gradients, threads } = wanted;
    let products = Products { threads: *threads, units: *units, moments: false, gradients, watcher };
    let forms = products.forms(network, loss, batch)?;
    check_finite(&forms)?;
    Ok(LayerAnswer::of(network, loss, batch.samples(), forms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::random_layers;
    use crate::data::DataSet;
    use crate::fast::FastError;
    use crate::model::{Activation, Architecture};
    use crate::oracle::network_answer;

    fn subject(widths: &[usize]) -> (Network<f64>, Batch<f64>) {
        let batch = DataSet::Iris.load().standardised().batch().select(&(0..40).collect::<Vec<_>>());
        let activations = vec![Activation::Tanh; widths.len() - 1];
        (random_layers(&Architecture::new(4, widths, true), &activations, 5), batch)
    }

    /// The same equations, in another order of sums where the moments are by units.
    const CLOSE: f64 = 1e-12;

    #[test]
    fn each_number_is_that_of_the_whole_answer_and_nothing_else_is_there() {
        let gradients = [LayerItem::Gradient, LayerItem::LossGradient, LayerItem::WsUnitsGradient];
        for widths in [&[3][..], &[5, 3], &[4, 4, 3]] {
            let (network, batch) = subject(widths);
            let whole = network_answer(&network, Loss::Softmax, &batch, Wanted::default()).unwrap();
            for wanted in [0, 1, 2, 3] {
                let gradients = &gradients[..wanted];
                let asked =
                    gradients.iter().fold(WantedBounds::default(), |asked, g| asked.with_gradient(*g));
                let found = network_bounds(&network, Loss::Softmax, &batch, &asked, &|_, _| true).unwrap();
                for (item, values) in found.iter() {
                    let right = whole.numbers(item).unwrap();
                    let size = right.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
                    let off = values.iter().zip(right).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                    assert!(off <= CLOSE * size, "{item} of {widths:?}: {off:e}");
                }
                let there: Vec<_> = found.iter().map(|(item, _)| item).filter(|i| i.is_gradient()).collect();
                assert_eq!(there.len(), wanted, "{there:?}");
                assert_eq!(found.scalar(LayerItem::WsUnits).is_some(), wanted == 3);
            }
        }
    }

    #[test]
    fn the_watcher_stops_it() {
        for widths in [&[5, 3][..], &[4, 4, 3]] {
            let (network, batch) = subject(widths);
            let stopped =
                network_bounds(&network, Loss::Softmax, &batch, &WantedBounds::default(), &|_, _| false);
            assert_eq!(stopped.unwrap_err(), OracleError::Fast(FastError::Stopped));
        }
    }
}
