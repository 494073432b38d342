//! Why the oracle gives no answer.

use super::NoBoundGradient;
use crate::budget::OverBudget;
use crate::fast::{FastError, PlanError};
use crate::model::Misfit;
use crate::witness::eigen::EigenError;

/// What the memory of an answer is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// The gradients.
    Gradients,
    /// The forward pass.
    Forward,
    /// The dense Hessian, for itself or its eigenvalues.
    DenseHessian,
    /// What is kept of each sample for the single terms.
    Terms,
    /// The matrices of all samples.
    Matrices,
    /// The matrices of all samples at 106 bits, for a count of digits.
    Digits,
}

impl Need {
    /// What to do where it is too much.
    fn advice(self) -> &'static str {
        match self {
            Need::Gradients | Need::Forward => "take fewer inputs, hidden units or classes",
            Need::DenseHessian => "leave out the Hessian and its eigenvalues",
            Need::Terms => "take fewer samples, or leave out the single terms",
            Need::Matrices => {
                "take the fast path and leave out the Hessian and its eigenvalues, or take fewer samples"
            }
            Need::Digits => "take fewer samples, or do not count digits",
        }
    }
}

/// Why the oracle gives no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OracleError {
    /// Network and data do not fit together.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The bound has no gradient here.
    #[error(transparent)]
    NoGradient(#[from] NoBoundGradient),
    /// A result is not finite.
    #[error(
        "{quantity} is {value}: products of these weights and inputs overflow f64; scale X or the weights down"
    )]
    Overflow {
        /// Which result.
        quantity: &'static str,
        /// What came out.
        value: f64,
    },
    /// The answer would take more memory than may be taken.
    #[error("{over}; {}", needed_for.advice())]
    OverBudget {
        /// How much, and how much there is.
        #[source]
        over: OverBudget,
        /// What it is needed for.
        needed_for: Need,
    },
    /// A count of the digits of a dense matrix would take too long.
    #[error(
        "the digits of the Hessian and its eigenvalues are counted for up to {most} parameters, not {parameters}: leave \
         out the Hessian and its eigenvalues, or the count"
    )]
    SlowDigits {
        /// `D`.
        parameters: usize,
        /// The largest `D`.
        most: usize,
    },
    /// The eigensolver found no eigenvalues of the dense Hessian.
    #[error("eigenvalues of the Hessian: {0}")]
    Eigen(#[from] EigenError),
    /// The route needs more memory than may be taken.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The watcher stopped the computation, or sizes do not fit together.
    #[error(transparent)]
    Fast(#[from] FastError),
}
