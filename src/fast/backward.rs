//! The loss, its gradient and the accuracy alone, without the Hessian.

use super::FastError;
use super::error::{check_buffer, check_shape};
use super::loss_pass::LossPass;
use crate::model::{Architecture, Batch, Loss, Shape, ThreeLayer};
use crate::number::Matrix;

/// How well a network fits its data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Mean cross entropy.
    pub loss: f64,
    /// The part of the samples whose most likely class is that of the target.
    pub accuracy: f64,
}

/// Computes the loss and its gradient alone, from buffers that are allocated once for a shape.
///
/// A call takes of the order of `N (d + C) h` operations, where a [`Workspace`](super::Workspace) goes over pairs of
/// samples. This is what a training step without regularization costs.
///
/// ```
/// use hsr::fast::Backward;
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let mut gradient = [0.0; 4]; // order W, b, V, c, row-major
/// let fit = Backward::new(&network.shape(2)).gradient(&network, &batch, &mut gradient)?;
/// assert_eq!(fit.accuracy, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Backward {
    shape: Shape,
    pass: LossPass,
}

impl Backward {
    /// Allocates the buffers for a shape.
    pub fn new(shape: &Shape) -> Self {
        let architecture = Architecture::new(shape.inputs, &[shape.hidden, shape.classes], shape.biases);
        Backward { shape: *shape, pass: LossPass::new(&architecture, Loss::Softmax, shape.samples) }
    }

    /// The shape that it is for.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Computes loss and accuracy.
    ///
    /// # Errors
    /// [`FastError::Shape`] for a network and data of another shape.
    pub fn evaluate(&mut self, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<Fit, FastError> {
        check_shape(&self.shape, network, batch)?;
        let accuracy = accuracy(self.pass.outputs(network, batch), &batch.y);
        Ok(Fit { loss: self.pass.loss(batch), accuracy })
    }

    /// Computes loss and accuracy, and the gradient of the loss in `out`: order `W, b, V, c`, row-major.
    ///
    /// # Errors
    /// [`FastError`] for a network and data of another shape, or a buffer of another length than `D`.
    pub fn gradient(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        out: &mut [f64],
    ) -> Result<Fit, FastError> {
        check_buffer(&self.shape, out)?;
        check_shape(&self.shape, network, batch)?;
        let mut right = 0.0;
        let loss = self.pass.gradient(network, batch, out, |outputs| right = accuracy(outputs, &batch.y));
        Ok(Fit { loss, accuracy: right })
    }
}

/// The part of the rows whose largest output is where the largest target is.
fn accuracy(outputs: &[f64], y: &Matrix<f64>) -> f64 {
    let (samples, classes) = y.shape();
    let targets = y.as_slice();
    let is_right = |(n, o): &(usize, &[f64])| {
        largest(classes, |k| o[k]) == largest(classes, |k| targets[k * samples + n])
    };
    outputs.chunks_exact(classes).enumerate().filter(is_right).count() as f64 / samples as f64
}

/// The index of the largest value, the first of several.
fn largest(count: usize, value: impl Fn(usize) -> f64) -> usize {
    (0..count).fold(0, |best, index| if value(index) > value(best) { index } else { best })
}
