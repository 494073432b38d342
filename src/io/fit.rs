//! Checks that a network that was read fits the data that were read.

use super::InputError;
use crate::model::{Batch, ThreeLayer};

/// Checks that network and data fit together: [`ThreeLayer::check_fit`] among the errors of files.
///
/// # Errors
/// [`InputError::Misfit`] names the two arrays, their sizes and what would be right.
pub fn check_fit(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<(), InputError> {
    Ok(network.check_fit(batch)?)
}
