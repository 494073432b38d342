//! From a name or a file to the parts of the data.

use super::TrainArguments;
use crate::cli::named::{self, listed};
use crate::cli::note;
use hsr::data::{LabelColumn, Parts, Split, SplitError, SplitShares, classes};
use hsr::words::shown;
use std::error::Error;

/// Training and test part, and the label column of a table; columns that say nothing are told on standard error.
pub(super) fn parts(arguments: &TrainArguments) -> Result<(Parts, Option<LabelColumn>), Box<dyn Error>> {
    let named = named::load(&arguments.data, &arguments.table)?;
    let data = shown(&arguments.data);
    let shares = SplitShares { validation: 0.0, test: arguments.test_share };
    let split = Split::stratified(&classes(&named.batch), &named.classes, shares, arguments.seed);
    let split = split.map_err(|error| match error {
        SplitError::SmallClass { .. } => {
            format!("{data}: {error}, or train on all samples with --test-share 0")
        }
        _ => format!("{data}: {error}"),
    })?;
    if arguments.as_is {
        return Ok((Parts::plain(&named.batch, &split), named.label));
    }
    let parts = Parts::standardised(&named.batch, &split).map_err(|error| format!("{data}: {error}"))?;
    let constant: Vec<String> =
        parts.constant_columns.iter().map(|&column| named.columns[column].clone()).collect();
    if !constant.is_empty() {
        note(&format!(
            "constant in the training part, and so 0 everywhere: {} of {} columns ({})",
            constant.len(),
            named.columns.len(),
            listed(&constant)
        ));
    }
    Ok((parts, named.label))
}
