//! Why there is no answer.

use super::NoBoundGradient;
use crate::budget::OverBudget;
use crate::fast::{FastError, PlanError};
use crate::model::Misfit;
use crate::witness::eigen::EigenError;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OracleError {
    /// Network and data are not for each other.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The gradient was wanted where the bound has none.
    #[error(transparent)]
    NoGradient(#[from] NoBoundGradient),
    /// A result that is not a number.
    #[error(
        "{quantity} is {value}: products of these weights and inputs overflow f64; scale X or the weights down"
    )]
    Overflow {
        /// Which result.
        quantity: &'static str,
        /// What came out.
        value: f64,
    },
    /// More memory than may be taken.
    #[error("{0}; {1}")]
    OverBudget(OverBudget, &'static str),
    /// A dense matrix at 106 bits that would take too long.
    #[error(
        "--digits of the Hessian or its eigenvalues is for up to {most} parameters, not {parameters}: leave out \
         --spectrum and --hessian"
    )]
    SlowDigits {
        /// `D`.
        parameters: usize,
        /// The largest `D`.
        most: usize,
    },
    /// The dense Hessian has no eigenvalues.
    #[error("eigenvalues of the Hessian: {0}")]
    Eigen(#[from] EigenError),
    /// The route needs more memory than there should be.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Sizes that do not fit together, or stopped by the watcher.
    #[error(transparent)]
    Fast(#[from] FastError),
}
