//! The closed forms at one point, in any arithmetic.

use super::reduced::{Reduced, TraceAndSquare};
use super::{Item, Scalars};
use crate::model::{Batch, Parameters, Shape, ThreeLayer};
use crate::number::{Matrix, Smooth};
use crate::terms::bound::*;
use crate::terms::bound_gradient::{MomentGradients, NoGradient, moment_gradients, ws_upper_gradient};
use crate::terms::{Curvature, curvatures, model, samples};

/// The closed forms at one network: loss and moments with their gradients, by the functions of [`terms`](crate::terms).
///
/// ```
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use hsr::number::Precise;
/// use hsr::oracle::ClosedForms;
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let rough = ClosedForms::at(&network, &batch)?;
/// let right = ClosedForms::at(&network.map(Precise::exact), &batch.map(Precise::exact))?;
/// assert!(right.scalars().ws_upper.error_of(rough.scalars().ws_upper).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedForms<T> {
    /// The sizes.
    pub shape: Shape,
    /// Cross entropy, mean over samples.
    pub loss: T,
    /// Traces and squared traces of the blocks.
    pub moments: Moments<T>,
    /// Their gradients.
    pub gradients: MomentGradients<T>,
    /// Gradient of the loss.
    pub loss_gradient: Parameters<T>,
}

impl<T: Smooth> ClosedForms<T> {
    /// Evaluates the closed forms at a network and data.
    ///
    /// # Errors
    /// [`NoGradient::Empty`] for data without samples.
    pub fn at(network: &ThreeLayer<T>, batch: &Batch<T>) -> Result<Self, NoGradient> {
        let points = curvatures(&samples(network, batch), &network.parameters.v);
        ClosedForms::of(&points, &network.parameters.v, model::loss(network, batch))
    }

    /// Evaluates the closed forms from the samples' own matrices, output weights and loss.
    ///
    /// # Errors
    /// [`NoGradient::Empty`] for no samples.
    pub fn of(points: &[Curvature<T>], v: &Matrix<T>, loss: T) -> Result<Self, NoGradient> {
        let samples: Vec<_> = points.iter().map(|point| point.sample.clone()).collect();
        let loss_gradient = model::loss_gradient(&samples, v);
        Ok(ClosedForms {
            shape: loss_gradient.shape(points.len()),
            loss,
            moments: moments(points, v),
            gradients: moment_gradients(points, v)?,
            loss_gradient,
        })
    }

    fn size(&self) -> usize {
        self.shape.parameters()
    }

    fn mean(&self) -> T {
        mean(self.moments.trace(), self.size())
    }

    fn spread(&self) -> T {
        spread(self.moments.trace(), self.moments.squared(), self.size())
    }

    /// The gradient of [`ws_upper`](Scalars::ws_upper).
    ///
    /// # Errors
    /// [`NoGradient::ZeroSpread`] at `s = 0`.
    pub fn gradient(&self) -> Result<Parameters<T>, NoGradient> {
        let (trace, squared) = (self.gradients.trace(), self.gradients.squared());
        ws_upper_gradient(&trace, &squared, self.mean(), self.spread(), self.size())
    }

    /// The scalars of an [`Answer`](super::Answer), with all spreads as differences of traces and squared traces.
    pub fn scalars(&self) -> Scalars<T> {
        self.scalars_with(
            self.traces_and_squares()
                .map(|TraceAndSquare { trace, squared, size }| spread(trace, squared, size)),
        )
    }

    /// The scalars, with these spreads of the Hessian and its blocks off the null space.
    pub(super) fn scalars_with(&self, spreads: Reduced<T>) -> Scalars<T> {
        let (m, s, size) = (self.mean(), self.spread(), self.size());
        let means =
            self.traces_and_squares().map(|TraceAndSquare { trace, size, .. }| (mean(trace, size), size));
        let Reduced { hidden, output, whole } = means.zip(spreads);
        let upper = |((m, size), s): ((T, usize), T)| ws_upper(m, s, size);
        let (alpha, beta) = (upper(hidden), upper(output));
        let ((reduced_m, _), reduced_s) = whole;
        let moments = self.moments;
        Scalars {
            loss: self.loss,
            trace: moments.trace(),
            trace_squared: moments.squared(),
            mean: m,
            spread: s,
            ws_upper: ws_upper(m, s, size),
            ws_lower: ws_lower(m, s, size),
            lambda_min_lower: lambda_min_lower(m, s, size),
            lambda_min_upper: lambda_min_upper(m, s, size),
            range_upper: range_upper(s, size),
            ws_reduced: ws_reduced(reduced_m, reduced_s, &self.shape),
            ws_block: ws_block(alpha, beta, moments.coupling_squared),
            hidden_trace: moments.hidden_trace,
            output_trace: moments.output_trace,
            q_hid: moments.hidden_squared,
            q_out: moments.output_squared,
            q_cross: moments.coupling_squared,
            hidden_upper: alpha,
            output_upper: beta,
        }
    }

    /// What the bounds on the Hessian and its blocks off the null space are made of.
    pub(super) fn traces_and_squares(&self) -> Reduced<TraceAndSquare<T>> {
        Reduced::of(&self.moments, &self.shape)
    }

    /// The numbers of an item, where they come from loss, moments and their gradients.
    pub(crate) fn numbers(&self, item: Item) -> Option<Vec<T>> {
        Some(match item {
            Item::Scalar(scalar) => vec![self.scalars()[scalar]],
            Item::Gradient => self.gradient().ok()?.flat(),
            Item::TraceGradient => self.gradients.trace().flat(),
            Item::TraceSquaredGradient => self.gradients.squared().flat(),
            Item::LossGradient => self.loss_gradient.flat(),
            Item::MomentGradient(moment) => self.gradients[moment].flat(),
            Item::Eigenvalues | Item::Hessian | Item::TOut | Item::TGn | Item::TRes => return None,
        })
    }
}
