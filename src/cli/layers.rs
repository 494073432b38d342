//! How many hidden units a network may have.

use hsr::model::{Batch, Shape};

/// More than that are a slip of the keyboard, and would ask for all memory.
const MOST_PARAMETERS: usize = 10_000_000;

/// The sizes of a network for these data, if they are sensible.
pub(super) fn shape(batch: &Batch<f64>, hidden: usize, biases: bool) -> Result<Shape, String> {
    let (samples, inputs) = batch.x.shape();
    let shape = Shape { samples, inputs, hidden, classes: batch.y.ncols(), biases };
    at_least_one(hidden)?;
    // The sizes of data are bounded by its file; only the hidden units can be absurd.
    if hidden > MOST_PARAMETERS || shape.parameters() > MOST_PARAMETERS {
        return Err(format!(
            "--hidden is {hidden}: that makes more than {MOST_PARAMETERS} parameters; lower it"
        ));
    }
    Ok(shape)
}

/// Whether there are hidden units at all.
pub(super) fn at_least_one(hidden: usize) -> Result<(), String> {
    if hidden == 0 {
        return Err("--hidden is 0: a network needs at least one hidden unit".to_string());
    }
    Ok(())
}
