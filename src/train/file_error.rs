//! Why the files of a run cannot be written, or are none.

use super::TrainError;
use crate::io::InputError;
use crate::words::path;
use std::path::PathBuf;

/// Why a log or a checkpoint cannot be written, or is none.
#[derive(Debug, thiserror::Error)]
pub enum RunFileError {
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(#[from] InputError),
    /// A log or a checkpoint that this version did not write.
    #[error("{}: {place} is not what a training run writes ({reason}): start anew without it", path(file))]
    Foreign {
        /// The file.
        file: PathBuf,
        /// Where in it.
        place: String,
        /// What the reader says.
        reason: String,
    },
}

/// A run ends where its files cannot be written.
impl From<RunFileError> for TrainError {
    fn from(error: RunFileError) -> Self {
        TrainError::Each(error.into())
    }
}

/// Likewise.
impl From<InputError> for TrainError {
    fn from(error: InputError) -> Self {
        TrainError::Each(error.into())
    }
}
