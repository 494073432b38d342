//! The objectives that training descends: a bound, or one of the numbers that bounds are made of.

use crate::model::Shape;
use crate::number::Smooth;
use crate::terms::bound::{
    Moments, hidden_upper, mean, output_upper, spread, ws_block, ws_reduced, ws_upper,
};
use crate::terms::bound_gradient::NoGradient;
use num_dual::Dual64;

/// An objective: a bound on the largest eigenvalue, or a trace, as a function of the five [`Moments`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// `WS`, the upper bound on the largest eigenvalue.
    Upper,
    /// The reduced bound.
    Reduced,
    /// The block bound.
    Block,
    /// The trace `T`.
    Trace,
    /// The squared trace `Q`.
    TraceSquared,
}

/// The share of each gradient in a sum of gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GradientShares {
    /// Of the loss.
    pub loss: f64,
    /// Of the five moments.
    pub moments: Moments<f64>,
}

impl Objective {
    /// Computes its value from the moments.
    ///
    /// ```
    /// use hsr::fast::Objective;
    /// use hsr::model::Shape;
    /// use hsr::terms::bound::Moments;
    /// let shape = Shape { samples: 9, inputs: 1, hidden: 1, classes: 2, biases: false };
    /// let moments = Moments {
    ///     hidden_trace: 1.0, hidden_squared: 1.0, output_trace: 1.0, output_squared: 1.0, coupling_squared: 0.0,
    /// };
    /// assert_eq!(Objective::Trace.value(&moments, &shape), 2.0);
    /// assert!(Objective::Block.value(&moments, &shape) <= Objective::Upper.value(&moments, &shape));
    /// ```
    pub fn value<T: Smooth>(self, moments: &Moments<T>, shape: &Shape) -> T {
        let (t, q) = (moments.trace(), moments.squared());
        match self {
            Objective::Upper => {
                let size = shape.parameters();
                ws_upper(mean(t, size), spread(t, q, size), size)
            }
            Objective::Reduced => {
                let size = shape.reduced_parameters();
                ws_reduced(mean(t, size), spread(t, q, size), shape)
            }
            Objective::Block => {
                let (alpha, beta) = (hidden_upper(moments, shape), output_upper(moments, shape));
                ws_block(alpha, beta, moments.coupling_squared)
            }
            Objective::Trace => t,
            Objective::TraceSquared => q,
        }
    }

    /// Computes the shares that the gradients of the five moments have in its own: its derivatives by the moments.
    ///
    /// # Errors
    /// [`NoGradient::ZeroSpread`] where the Hessian, or a block of it, is a multiple of the identity, which gives the
    /// bound a kink; [`NoGradient::Clamped`] where the reduced bound is 0.
    pub fn shares(self, moments: &Moments<f64>, shape: &Shape) -> Result<GradientShares, NoGradient> {
        let moments = Moments::from_fn(|moment| {
            let mut moved = moments.map(Dual64::from);
            moved[moment].eps = 1.0;
            self.value(&moved, shape).eps
        });
        let finite = moments.into_values().all(f64::is_finite);
        let moves = moments.into_values().any(|share| share != 0.0);
        match (finite, moves) {
            (true, true) => Ok(GradientShares { loss: 0.0, moments }),
            (false, _) => Err(NoGradient::ZeroSpread { of: "Hessian, or of a block of it," }),
            (true, false) => Err(NoGradient::Clamped),
        }
    }
}
