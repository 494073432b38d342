//! What an answer holds, by name.

use super::Scalar;
use crate::terms::bound::Moment;
use std::fmt;

/// A scalar or an array of an answer, by the name that it has in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A scalar.
    Scalar(Scalar),
    /// The gradient of `ws_upper`.
    Gradient,
    /// The gradient of `T`.
    TraceGradient,
    /// The gradient of `Q`.
    TraceSquaredGradient,
    /// The gradient of the loss.
    LossGradient,
    /// The eigenvalues of the Hessian, ascending.
    Eigenvalues,
    /// The Hessian.
    Hessian,
    /// `t_out` of each sample.
    TOut,
    /// `t_gn` of each sample.
    TGn,
    /// `t_res` of each sample.
    TRes,
    /// The gradient of a moment.
    MomentGradient(Moment),
}

impl Item {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Item::Scalar(scalar) => scalar.name(),
            Item::Gradient => "gradient",
            Item::TraceGradient => "trace_gradient",
            Item::TraceSquaredGradient => "trace_squared_gradient",
            Item::LossGradient => "loss_gradient",
            Item::Eigenvalues => "eigenvalues",
            Item::Hessian => "hessian",
            Item::TOut => "t_out",
            Item::TGn => "t_gn",
            Item::TRes => "t_res",
            Item::MomentGradient(Moment::HiddenTrace) => "hidden_trace_gradient",
            Item::MomentGradient(Moment::HiddenSquared) => "q_hid_gradient",
            Item::MomentGradient(Moment::OutputTrace) => "output_trace_gradient",
            Item::MomentGradient(Moment::OutputSquared) => "q_out_gradient",
            Item::MomentGradient(Moment::CouplingSquared) => "q_cross_gradient",
        }
    }
}

impl From<Scalar> for Item {
    fn from(scalar: Scalar) -> Self {
        Item::Scalar(scalar)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}
