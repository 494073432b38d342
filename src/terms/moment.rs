//! The five numbers that all bounds are made of.

use crate::model::Parameters;
use crate::number::Number;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The name of one of the five [`Moments`].
    pub enum Moment;
    /// A value for each of the five numbers that the bounds are made of: trace and squared trace of the hidden block
    /// (`W, b`) and of the output block (`V, c`), and `gamma^2`, the squared Frobenius norm of the block that couples
    /// them.
    ///
    /// ```
    /// use hsr::terms::bound::{Moment, Moments};
    /// let moments = Moments {
    ///     hidden_trace: 1.0, hidden_squared: 2.0, output_trace: 3.0, output_squared: 4.0, coupling_squared: 0.5,
    /// };
    /// assert_eq!((moments.trace(), moments.squared()), (4.0, 7.0));
    /// assert_eq!(moments.map(|value| 2.0 * value)[Moment::OutputTrace], 6.0);
    /// assert_eq!(moments.iter().last(), Some((Moment::CouplingSquared, &0.5)));
    /// ```
    pub struct Moments {
        /// `tr H_WW`.
        hidden_trace: HiddenTrace,
        /// `tr H_WW^2`.
        hidden_squared: HiddenSquared,
        /// `tr H_VV`.
        output_trace: OutputTrace,
        /// `tr H_VV^2`.
        output_squared: OutputSquared,
        /// `gamma^2 = |H_VW|_F^2`.
        coupling_squared: CouplingSquared,
    }
}

impl<T: Number> Moments<T> {
    /// `T = tr H`.
    pub fn trace(&self) -> T {
        self.hidden_trace + self.output_trace
    }

    /// `Q = tr H^2`.
    pub fn squared(&self) -> T {
        self.hidden_squared + self.output_squared + T::integer(2) * self.coupling_squared
    }
}

/// Gradients of the five [`Moments`].
pub type MomentGradients<T> = Moments<Parameters<T>>;

impl<T: Number> MomentGradients<T> {
    /// Gradient of `T`.
    pub fn trace(&self) -> Parameters<T> {
        self.hidden_trace.moved(&T::one(), &self.output_trace)
    }

    /// Gradient of `Q`.
    pub fn squared(&self) -> Parameters<T> {
        let diagonal = self.hidden_squared.moved(&T::one(), &self.output_squared);
        diagonal.moved(&T::integer(2), &self.coupling_squared)
    }
}
