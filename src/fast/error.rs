//! Errors of the fast path, and the checks behind them.

use super::plan::PlanError;
use crate::model::{Batch, Misfit, Shape, ThreeLayer};

/// Why the fast path gives no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FastError {
    /// Network and data do not fit together.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// Network and data have another shape than the workspace.
    #[error("the workspace is for {expected}, the network and the data are {found}")]
    Shape {
        /// The shape of the workspace.
        expected: Shape,
        /// The shape that was given.
        found: Shape,
    },
    /// Network and data have other sizes than the workspace.
    #[error("the workspace is for {expected}, the network and the data are {found}")]
    Architecture {
        /// The sizes of the workspace.
        expected: String,
        /// The sizes that were given.
        found: String,
    },
    /// No plan for what is asked.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The buffer does not have the length of the gradient.
    #[error("the gradient has {expected} entries, the buffer has {found}")]
    Buffer {
        /// `D`.
        expected: usize,
        /// The length that was given.
        found: usize,
    },
    /// The gradient was asked for before [`differentiate`](super::Workspace::differentiate) was called.
    #[error("no gradient without a call of differentiate before it, at the same batch")]
    NotDifferentiated,
    /// The watcher stopped the computation.
    #[error("stopped before the end")]
    Stopped,
}

/// Whether network and data are of the expected shape.
pub(super) fn check_shape(
    expected: &Shape,
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
) -> Result<(), FastError> {
    network.check_fit(batch)?;
    let found = network.shape(batch.samples());
    if found == *expected { Ok(()) } else { Err(FastError::Shape { expected: *expected, found }) }
}

/// Whether a buffer holds a gradient.
pub(super) fn check_buffer(shape: &Shape, out: &[f64]) -> Result<(), FastError> {
    let (expected, found) = (shape.parameters(), out.len());
    if found == expected { Ok(()) } else { Err(FastError::Buffer { expected, found }) }
}
