//! From a name or a file to the parts of the data.

use super::TrainArguments;
use crate::cli::named;
use crate::data::{Parts, Shares, Split, classes};
use std::error::Error;

/// Training and test part; columns that say nothing are told on standard error.
pub(super) fn parts(arguments: &TrainArguments) -> Result<Parts, Box<dyn Error>> {
    let named = named::load(&arguments.data)?;
    let shares = Shares { validation: 0.0, test: arguments.test_share };
    let split = Split::stratified(&classes(&named.batch), &named.classes, shares, arguments.seed)
        .map_err(|error| format!("{}: {error}", arguments.data))?;
    if arguments.as_is {
        return Ok(Parts::plain(&named.batch, &split));
    }
    let parts =
        Parts::standardised(&named.batch, &split).map_err(|error| format!("{}: {error}", arguments.data))?;
    let constant: Vec<&str> =
        parts.constant_columns.iter().map(|&column| named.columns[column].as_str()).collect();
    if !constant.is_empty() {
        eprintln!(
            "hsr: constant in the training part, and so 0 everywhere: {} of {} columns ({})",
            constant.len(),
            named.columns.len(),
            constant.join(", ").escape_debug()
        );
    }
    Ok(parts)
}
