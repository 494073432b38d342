//! Why there is no answer.

use crate::fast::{FastError, PlanError};
use crate::witness::eigen::EigenError;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum OracleError {
    /// Data without rows.
    #[error("the data has no samples")]
    NoSamples,
    /// All eigenvalues coincide, so the bound has no gradient.
    #[error(
        "the spread s of the Hessian is 0, so the bound has no gradient: H is a multiple of the identity, and since it \
         vanishes on a space of dimension {null}, H = 0. {cause}"
    )]
    ZeroSpread {
        /// Dimension of the null space.
        null: usize,
        /// What makes the Hessian vanish here.
        cause: String,
    },
    /// The squared trace is too small for `f64`.
    #[error(
        "the squared trace Q = {squared:e} is below {least:e}, where f64 drops digits: every sample is saturated (the \
         largest 1 - |p|^2 is {impurity:e}); scale V and c down"
    )]
    Underflow {
        /// `Q`.
        squared: f64,
        /// The least value that keeps its digits.
        least: f64,
        /// The largest impurity.
        impurity: f64,
    },
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
    /// A dense matrix that would not fit.
    #[error(
        "the dense Hessian of {parameters} parameters needs {gibibytes:.1} GiB: --spectrum and --hessian are for up to \
         {most} parameters"
    )]
    TooLarge {
        /// `D`.
        parameters: usize,
        /// The memory of one matrix.
        gibibytes: f64,
        /// The largest `D`.
        most: usize,
    },
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
