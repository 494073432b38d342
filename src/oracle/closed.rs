//! The closed forms at one point, in any arithmetic.

use crate::model::{Batch, Network, Parameters, Shape};
use crate::number::{Matrix, Smooth};
use crate::terms::bound::*;
use crate::terms::bound_gradient::{MomentGradients, NoGradient, moment_gradients, ws_upper_gradient};
use crate::terms::{Curvature, curvatures, model, samples};

/// Loss, trace, squared trace, what the bounds are made of, and their gradients, by the functions of
/// [`terms`](crate::terms).
///
/// ```
/// use hsr::model::{Activation, Batch, Network, Parameters};
/// use hsr::number::Precise;
/// use hsr::oracle::ClosedForms;
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = Network::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let rough = ClosedForms::at(&network, &batch)?;
/// let right = ClosedForms::at(&network.map(Precise::exact), &batch.map(Precise::exact))?;
/// assert!(right.ws_upper().error_of(rough.ws_upper()).abs() < 1e-15);
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
    /// At a network and data.
    ///
    /// # Errors
    /// [`NoGradient::Empty`] for data without samples.
    pub fn at(network: &Network<T>, batch: &Batch<T>) -> Result<Self, NoGradient> {
        let points = curvatures(&samples(network, batch), &network.parameters.v);
        ClosedForms::of(&points, &network.parameters.v, model::loss(network, batch))
    }

    /// From the samples' own matrices, output weights and loss.
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

    /// `m = T/D`.
    pub fn mean(&self) -> T {
        mean(&self.moments.trace(), self.size())
    }

    /// `s = sqrt(Q/D - m^2)`.
    pub fn spread(&self) -> T {
        spread(&self.moments.trace(), &self.moments.squared(), self.size())
    }

    /// The upper bound on the largest eigenvalue.
    pub fn ws_upper(&self) -> T {
        ws_upper(&self.mean(), &self.spread(), self.size())
    }

    /// The gradient of that bound.
    ///
    /// # Errors
    /// [`NoGradient::ZeroSpread`] at `s = 0`.
    pub fn gradient(&self) -> Result<Parameters<T>, NoGradient> {
        let (trace, squared) = (self.gradients.trace(), self.gradients.squared());
        ws_upper_gradient(&trace, &squared, &self.mean(), &self.spread(), self.size())
    }

    /// The scalars by the names that they have in an [`Answer`](super::Answer).
    pub fn scalars(&self) -> Vec<(&'static str, T)> {
        let (m, s, size) = (self.mean(), self.spread(), self.size());
        let (t, q) = (self.moments.trace(), self.moments.squared());
        let reduced = self.shape.reduced_parameters();
        let (alpha, beta) =
            (hidden_upper(&self.moments, &self.shape), output_upper(&self.moments, &self.shape));
        vec![
            ("loss", self.loss),
            ("ws_upper", ws_upper(&m, &s, size)),
            ("ws_lower", ws_lower(&m, &s, size)),
            ("lambda_min_lower", lambda_min_lower(&m, &s, size)),
            ("lambda_min_upper", lambda_min_upper(&m, &s, size)),
            ("range_upper", range_upper(&s, size)),
            ("ws_reduced", ws_reduced(&mean(&t, reduced), &spread(&t, &q, reduced), &self.shape)),
            ("ws_block", ws_block(&alpha, &beta, &self.moments.coupling_squared)),
            ("trace", t),
            ("trace_squared", q),
            ("mean", m),
            ("spread", s),
            ("hidden_trace", self.moments.hidden_trace),
            ("output_trace", self.moments.output_trace),
            ("q_hid", self.moments.hidden_squared),
            ("q_out", self.moments.output_squared),
            ("q_cross", self.moments.coupling_squared),
            ("hidden_upper", alpha),
            ("output_upper", beta),
        ]
    }
}

/// What the bounds are made of, and those that have spreads of their own.
pub(super) struct Bounds<T> {
    pub m: T,
    pub s: T,
    pub t: T,
    pub q: T,
    /// The reduced bound.
    pub reduced: T,
    /// The bounds of the hidden and of the output block.
    pub alpha: T,
    pub beta: T,
    /// The block bound.
    pub block: T,
}

impl<T: Smooth> Bounds<T> {
    /// From closed forms, with the spreads of the hidden block, of the output block and of the whole Hessian off the null
    /// space.
    pub fn of(forms: &ClosedForms<T>, spreads: &[T; 3]) -> Self {
        let (moments, shape) = (&forms.moments, &forms.shape);
        let (t, q) = (moments.trace(), moments.squared());
        let upper = |trace: &T, s: &T, size: usize| ws_upper(&mean(trace, size), s, size);
        let [hidden, output, reduced] = spreads;
        let alpha = upper(&moments.hidden_trace, hidden, shape.hidden_parameters());
        let beta = upper(&moments.output_trace, output, shape.reduced_output_parameters());
        Bounds {
            m: forms.mean(),
            s: forms.spread(),
            reduced: ws_reduced(&mean(&t, shape.reduced_parameters()), reduced, shape),
            block: ws_block(&alpha, &beta, &moments.coupling_squared),
            t,
            q,
            alpha,
            beta,
        }
    }
}
