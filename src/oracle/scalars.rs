//! The scalars of an answer.

use crate::terms::bound::Moment;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// The name of one of the [`Scalars`], as it stands in files.
    ///
    /// ```
    /// use hsr::oracle::Scalar;
    /// assert_eq!(Scalar::WsUpper.name(), "ws_upper");
    /// assert_eq!(Scalar::from_name("q_hid"), Some(Scalar::QHid));
    /// ```
    pub enum Scalar;
    /// A value for each scalar of an answer: the scalars themselves, or how many of their digits are right.
    pub struct Scalars {
        /// Cross entropy, mean over samples.
        loss: Loss,
        /// `T = tr H`.
        trace: Trace,
        /// `Q = tr H^2`.
        trace_squared: TraceSquared,
        /// `m = T/D`.
        mean: Mean,
        /// `s = sqrt(Q/D - m^2)`.
        spread: Spread,
        /// Upper bound on the largest eigenvalue.
        ws_upper: WsUpper,
        /// Lower bound on the largest eigenvalue.
        ws_lower: WsLower,
        /// Lower bound on the smallest eigenvalue.
        lambda_min_lower: LambdaMinLower,
        /// Upper bound on the smallest eigenvalue.
        lambda_min_upper: LambdaMinUpper,
        /// Upper bound on the spectral range.
        range_upper: RangeUpper,
        /// Reduced bound on the largest eigenvalue.
        ws_reduced: WsReduced,
        /// Block bound on the largest eigenvalue.
        ws_block: WsBlock,
        /// `tr H_WW`.
        hidden_trace: HiddenTrace,
        /// `tr H_VV`.
        output_trace: OutputTrace,
        /// `tr H_WW^2`, the mean of `q_hid` over pairs of samples.
        q_hid: QHid,
        /// `tr H_VV^2`, the mean of `q_out` over pairs of samples.
        q_out: QOut,
        /// `gamma^2 = |H_VW|_F^2`, the mean of `q_cross` over pairs of samples.
        q_cross: QCross,
        /// `alpha`, the bound on the largest eigenvalue of the hidden block.
        hidden_upper: HiddenUpper,
        /// `beta`, the reduced bound on the largest eigenvalue of the output block.
        output_upper: OutputUpper,
    }
}

impl Scalar {
    /// Whether it is a number of a single block of the Hessian. Those are printed and written with the single terms.
    pub fn is_of_a_block(self) -> bool {
        use Scalar::{HiddenUpper, OutputUpper};
        matches!(self, HiddenUpper | OutputUpper) || Moment::ALL.map(Scalar::from).contains(&self)
    }
}

impl From<Moment> for Scalar {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::HiddenTrace => Scalar::HiddenTrace,
            Moment::HiddenSquared => Scalar::QHid,
            Moment::OutputTrace => Scalar::OutputTrace,
            Moment::OutputSquared => Scalar::QOut,
            Moment::CouplingSquared => Scalar::QCross,
        }
    }
}
