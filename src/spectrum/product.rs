//! The Hessian times a direction, by matrix products over tiles of samples.
//!
//! With two weight layers the equation is [`hessian_times`](crate::terms::hessian::hessian_times), a tile of samples at a time: what is
//! there a vector a sample is here a row of a matrix. With more it is the derivative along the direction of every step of a run forward
//! and back (B. Pearlmutter, *Fast exact multiplication by the Hessian*, Neural Computation 6 (1994) 147-160).

use super::SpectrumError;
use super::rows::Rows;
use super::tile::{TILE, Tile, Worker};
use crate::budget;
use crate::fast::product::View;
use crate::model::{Architecture, Batch, Loss, Network, ThreeLayer};
use rayon::prelude::*;

/// Multiplies the Hessian of one network by directions, in as many operations as a few runs of the network forward and back take, and
/// without allocation.
///
/// ```
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use hsr::spectrum::HessianProduct;
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let mut hessian = HessianProduct::new(&network, &batch)?;
/// let mut image = [0.0; 4];
/// hessian.apply(&[0.0, 0.0, 1.0, 1.0], &mut image)?;
/// assert!(image.iter().all(|entry| entry.abs() < 1e-15), "a shift of all logits changes nothing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct HessianProduct<'a> {
    architecture: Architecture,
    /// Inputs, `N x d`.
    x: View<'a>,
    /// The weights of each layer, row-major.
    weights: Vec<Vec<f64>>,
    rows: Rows,
    workers: Vec<Worker>,
    /// By what the sum over samples is divided: their number, unless each has a share of its own.
    samples: f64,
}

impl<'a> HessianProduct<'a> {
    /// Runs the network once and allocates all buffers.
    ///
    /// # Errors
    /// [`SpectrumError::Misfit`] where network and data do not fit together.
    pub fn new(network: &ThreeLayer<f64>, batch: &'a Batch<f64>) -> Result<Self, SpectrumError> {
        network.check_fit(batch)?;
        HessianProduct::of_what_fits(&network.clone().into(), Loss::Softmax, batch)
    }

    /// Same as [`new`](HessianProduct::new), for a network of any depth and any loss.
    ///
    /// ```
    /// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
    /// use hsr::spectrum::HessianProduct;
    /// use nalgebra::dmatrix;
    /// let layers = Layers(vec![
    ///     Layer { w: dmatrix![2.0], b: None },
    ///     Layer { w: dmatrix![3.0], b: None },
    /// ]);
    /// let network = Network::new(layers, vec![Activation::Identity])?;
    /// let batch = Batch::for_loss(dmatrix![1.0], dmatrix![6.0], Loss::Squared)?;
    /// let mut hessian = HessianProduct::of_network(&network, Loss::Squared, &batch)?;
    /// let mut image = [0.0; 2];
    /// // The loss is (v w - 6)^2/2, and 0 at v w = 6.
    /// hessian.apply(&[1.0, 0.0], &mut image)?;
    /// assert_eq!(image, [9.0, 6.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SpectrumError::Misfit`] where network, data and loss do not go together.
    pub fn of_network(
        network: &Network<f64>,
        loss: Loss,
        batch: &'a Batch<f64>,
    ) -> Result<Self, SpectrumError> {
        network.check_fit(batch, loss)?;
        HessianProduct::of_what_fits(network, loss, batch)
    }

    fn of_what_fits(
        network: &Network<f64>,
        loss: Loss,
        batch: &'a Batch<f64>,
    ) -> Result<Self, SpectrumError> {
        let (architecture, samples) = (network.architecture(), batch.samples());
        let each = Rows::size_of_sample(&architecture, loss).saturating_add(2 * architecture.inputs + 20);
        let threads = rayon::current_num_threads();
        let sums = budget::numbers(&[threads + 8, architecture.parameters()]);
        let tiles = budget::numbers(&[threads, samples.min(TILE), 2 * architecture.units()]);
        let bytes = budget::numbers(&[samples, each]).saturating_add(sums).saturating_add(tiles);
        let what = || format!("products with the Hessian at N={samples}, {architecture}");
        budget::ask(bytes, what).map_err(SpectrumError::OverBudget)?;
        let tiles = samples.div_ceil(TILE);
        let workers = threads.clamp(1, tiles.max(1));
        let border = |worker: usize| (tiles * worker / workers * TILE).min(samples);
        Ok(HessianProduct {
            x: View::from_column_major_slice(batch.x.as_slice(), samples, architecture.inputs),
            weights: network.layers.0.iter().map(|layer| layer.w.transpose().as_slice().to_vec()).collect(),
            rows: Rows::new(network, loss, batch),
            workers: (0..workers).map(|w| Worker::new(&architecture, border(w)..border(w + 1))).collect(),
            samples: if batch.weights.is_some() { 1.0 } else { samples as f64 },
            architecture,
        })
    }

    /// Number of parameters, `D`.
    pub fn size(&self) -> usize {
        self.architecture.parameters()
    }

    /// Computes `image = H direction`; both in the order `W1, b1, W2, ..`, each row-major. The result is the same from run to run
    /// with the same number of threads.
    ///
    /// # Errors
    /// [`SpectrumError::Length`] for a slice that has not `D` entries, [`SpectrumError::NotFinite`] where a product
    /// overflows.
    pub fn apply(&mut self, direction: &[f64], image: &mut [f64]) -> Result<(), SpectrumError> {
        let needed = self.size();
        if let Some(found) = [direction.len(), image.len()].into_iter().find(|found| *found != needed) {
            return Err(SpectrumError::Length { found, needed });
        }
        let HessianProduct { architecture, x, weights, rows, workers, samples } = self;
        let tile = |samples| Tile { architecture, x: *x, weights, rows, samples };
        workers.par_iter_mut().for_each(|worker| {
            worker.sum.fill(0.0);
            for start in worker.samples.clone().step_by(TILE) {
                let end = (start + TILE).min(worker.samples.end);
                tile(start..end).add(direction, worker);
            }
        });
        image.fill(0.0);
        for worker in workers {
            image.iter_mut().zip(&worker.sum).for_each(|(entry, share)| *entry += share);
        }
        image.iter_mut().for_each(|entry| *entry /= *samples);
        if image.iter().all(|entry| entry.is_finite()) { Ok(()) } else { Err(SpectrumError::NotFinite) }
    }
}
