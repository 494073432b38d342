//! What is descended: a bound, or one of the numbers that bounds are made of.

use crate::model::Shape;
use crate::number::Smooth;
use crate::terms::bound::{
    Moments, hidden_upper, mean, output_upper, spread, ws_block, ws_reduced, ws_upper,
};
use crate::terms::bound_gradient::NoGradient;
use num_dual::Dual64;

/// A scalar of the five [`Moments`].
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

/// A share of each gradient in a sum of gradients.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// Of the loss.
    pub loss: f64,
    /// Of the five moments, in the order of [`Moments`].
    pub moments: [f64; 5],
}

impl Objective {
    /// Its value.
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
                ws_upper(&mean(&t, size), &spread(&t, &q, size), size)
            }
            Objective::Reduced => {
                let size = shape.reduced_parameters();
                ws_reduced(&mean(&t, size), &spread(&t, &q, size), shape)
            }
            Objective::Block => ws_block(
                &hidden_upper(moments, shape),
                &output_upper(moments, shape),
                &moments.coupling_squared,
            ),
            Objective::Trace => t,
            Objective::TraceSquared => q,
        }
    }

    /// Its derivatives by the five moments: the share that each of their gradients has in its own.
    ///
    /// # Errors
    /// [`NoGradient::ZeroSpread`] where the Hessian, or a block of it, is a multiple of the identity, which gives the
    /// bound a kink; [`NoGradient::Clamped`] where the reduced bound is 0.
    pub fn shares(self, moments: &Moments<f64>, shape: &Shape) -> Result<Shares, NoGradient> {
        let flat = flat(moments);
        let mut shares = Shares::default();
        for (moment, share) in shares.moments.iter_mut().enumerate() {
            let mut moved = flat.map(Dual64::from);
            moved[moment].eps = 1.0;
            let [hidden_trace, hidden_squared, output_trace, output_squared, coupling_squared] = moved;
            let moments =
                Moments { hidden_trace, hidden_squared, output_trace, output_squared, coupling_squared };
            *share = self.value(&moments, shape).eps;
        }
        let finite = shares.moments.iter().all(|share| share.is_finite());
        let moves = shares.moments.iter().any(|share| *share != 0.0);
        match (finite, moves) {
            (true, true) => Ok(shares),
            (false, _) => Err(NoGradient::ZeroSpread { of: "Hessian, or of a block of it," }),
            (true, false) => Err(NoGradient::Clamped),
        }
    }
}

/// The moments in their order.
fn flat(moments: &Moments<f64>) -> [f64; 5] {
    [
        moments.hidden_trace,
        moments.hidden_squared,
        moments.output_trace,
        moments.output_squared,
        moments.coupling_squared,
    ]
}

/// The moments in their order, as a structure.
pub(super) fn moments_of([t, q, output, output_squared, coupling]: [f64; 5]) -> Moments<f64> {
    Moments {
        hidden_trace: t,
        hidden_squared: q,
        output_trace: output,
        output_squared,
        coupling_squared: coupling,
    }
}
