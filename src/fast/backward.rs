//! The loss, its gradient and the accuracy alone, without the Hessian.

use super::FastError;
use super::error::{check_buffer, check_shape};
use super::forward::{inputs, softmax};
use super::product::{Then, View, add_rows, product, view};
use crate::model::{Batch, Shape, ThreeLayer};

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
    /// `z` and `phi1`, then `phi1 u`: `N x h` each.
    z: Vec<f64>,
    slope: Vec<f64>,
    /// Logits, then `p`, then `(p - y)/N`: `N x C`.
    residual: Vec<f64>,
    by_hidden: Vec<f64>,
}

impl Backward {
    /// Allocates the buffers for a shape.
    pub fn new(shape: &Shape) -> Self {
        let zeros = |width: usize| vec![0.0; shape.samples * width];
        let (h, classes) = (shape.hidden, shape.classes);
        Backward {
            shape: *shape,
            z: zeros(h),
            slope: zeros(h),
            residual: zeros(classes),
            by_hidden: zeros(h),
        }
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
        let Shape { samples, inputs: d, hidden: h, classes, .. } = self.shape;
        let parameters = &network.parameters;
        let w = View::from_column_major_slice(parameters.w.as_slice(), h, d);
        product(&mut self.z, Then::Set, 1.0, inputs(batch, 0, samples), w.transpose());
        for (index, (z, slope)) in self.z.iter_mut().zip(&mut self.slope).enumerate() {
            let bias = parameters.b.as_ref().map_or(0.0, |b| b[index % h]);
            let phi = network.activation.derivatives(&(*z + bias));
            (*z, *slope) = (phi.value, phi.first);
        }
        let v = View::from_column_major_slice(parameters.v.as_slice(), classes, h);
        product(&mut self.residual, Then::Set, 1.0, view(&self.z, samples, h), v.transpose());
        let (mut loss, mut right) = (0.0, 0_usize);
        for (row, p) in self.residual.chunks_mut(classes).enumerate() {
            if let Some(bias) = &parameters.c {
                p.iter_mut().zip(bias.iter()).for_each(|(logit, bias)| *logit += bias);
            }
            let y = |class: usize| batch.y[(row, class)];
            right += usize::from(largest(classes, |class| p[class]) == largest(classes, y));
            loss += softmax(p, y);
        }
        let count = samples as f64;
        Ok(Fit { loss: loss / count, accuracy: right as f64 / count })
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
        let fit = self.evaluate(network, batch)?;
        let Shape { samples, hidden: h, classes, .. } = self.shape;
        for (row, p) in self.residual.chunks_mut(classes).enumerate() {
            for (class, p) in p.iter_mut().enumerate() {
                *p = (*p - batch.y[(row, class)]) / samples as f64;
            }
        }
        let v = View::from_column_major_slice(network.parameters.v.as_slice(), classes, h);
        let residual = view(&self.residual, samples, classes);
        product(&mut self.by_hidden, Then::Set, 1.0, residual, v);
        self.by_hidden.iter_mut().zip(&self.slope).for_each(|(u, slope)| *u *= slope);

        let [by_w, by_b, by_v, by_c] = self.shape.groups_mut(out);
        let by_hidden = view(&self.by_hidden, samples, h);
        product(by_w, Then::Set, 1.0, by_hidden.transpose(), inputs(batch, 0, samples));
        product(by_v, Then::Set, 1.0, residual.transpose(), view(&self.z, samples, h));
        for (sum, rows) in [(by_b, &self.by_hidden), (by_c, &self.residual)] {
            sum.fill(0.0);
            add_rows(sum, rows);
        }
        Ok(fit)
    }
}

/// The index of the largest value, the first of several.
fn largest(count: usize, value: impl Fn(usize) -> f64) -> usize {
    (0..count).fold(0, |best, index| if value(index) > value(best) { index } else { best })
}
