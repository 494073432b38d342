//! The ends of the spectrum of a network of any depth.

use super::CompareError;
use crate::model::{Batch, Layers, Loss, Network};
use crate::spectrum::{self, Eigenpair, Extremes, Spectrum, SpectrumMethod, SpectrumSettings};
use crate::terms::layer_samples;
use crate::terms::layers::{layer_hessian, layer_loss};

/// Above this the dense Hessian takes too long.
const MOST: usize = 400;

pub fn extremes(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    settings: &SpectrumSettings,
) -> Option<Extremes> {
    if let (Loss::Softmax, Some(network), None) = (loss, network.three_layer(), &batch.weights) {
        return spectrum::extremes(&network, batch, settings).ok();
    }
    if network.architecture().parameters() > MOST {
        return None;
    }
    let hessian = layer_hessian(&layer_samples(network, &loss, batch));
    let size = hessian.nrows();
    let tolerance = 10.0 * size as f64 * f64::EPSILON * hessian.norm();
    let eigen = hessian.symmetric_eigen();
    let pair = |index: usize| Eigenpair {
        value: eigen.eigenvalues[index],
        vector: eigen.eigenvectors.column(index).iter().copied().collect(),
        residual: 0.0,
    };
    let (smallest, largest) = (pair(eigen.eigenvalues.imin()), pair(eigen.eigenvalues.imax()));
    let mut values: Vec<f64> = eigen.eigenvalues.iter().copied().collect();
    values.sort_by(f64::total_cmp);
    let all = Some(Spectrum { values, tolerance });
    Some(Extremes { smallest, largest, all, method: SpectrumMethod::Dense, products: size })
}

pub fn ends(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Option<(f64, f64)> {
    if let (Loss::Softmax, Some(network), None) = (loss, network.three_layer(), &batch.weights) {
        return spectrum::ends(&network, batch).ok();
    }
    let found = extremes(network, loss, batch, &SpectrumSettings::default())?;
    Some((found.largest.value, found.smallest.value))
}

pub fn loss_along(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    direction: &[f64],
    distances: &[f64],
) -> Result<Vec<f64>, CompareError> {
    let direction = Layers::from_fn(&network.architecture(), |index| direction[index]);
    let moved = |distance: &f64| Network {
        layers: network.layers.moved(distance, &direction),
        activations: network.activations.clone(),
    };
    Ok(distances.iter().map(|distance| layer_loss(&moved(distance), &loss, batch)).collect())
}
