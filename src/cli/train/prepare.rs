//! From a name or a file to the parts of the data.

use super::TrainArguments;
use crate::cli::named::{self, listed};
use crate::cli::note;
use hsr::data::{LabelColumn, Parts, Split, SplitError, SplitShares, Standardiser, with_label_noise};
use hsr::words::shown;
use std::error::Error;

/// Training and test part, and the label column of a table. Columns that say nothing, and how numbers as targets are standardised, are said on
/// standard error.
pub(super) fn parts(arguments: &TrainArguments) -> Result<(Parts, Option<LabelColumn>), Box<dyn Error>> {
    let loss = arguments.network.loss;
    let named = named::load(&arguments.data, &arguments.table, loss)?;
    let data = shown(&arguments.data);
    arguments.start.check_labels(&named.classes)?;
    let shares = SplitShares { validation: 0.0, test: arguments.test_share };
    let split = Split::of(&named.batch, &named.classes, shares, arguments.seed);
    let split = split.map_err(|error| match error {
        SplitError::SmallClass { .. } | SplitError::FewSamples { .. } => {
            format!("{data}: {error}, or train on all samples with --test-share 0")
        }
        _ => format!("{data}: {error}"),
    })?;
    let mut parts = if arguments.as_is {
        Parts::plain(&named.batch, &split)
    } else {
        let parts = Parts::for_loss(&named.batch, &named.classes, &split, loss);
        parts.map_err(|error| format!("{data}: {error}"))?
    };
    parts.train = with_label_noise(&parts.train, arguments.start.label_noise, arguments.seed)?;
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
    if let Some(targets) = &parts.targets {
        say_targets(targets, parts.train.y.ncols());
    }
    Ok((parts, named.label))
}

/// In what units losses are.
fn say_targets(targets: &Standardiser, count: usize) {
    let said = |column| match targets.statistics(column) {
        Some((mean, deviation)) => format!("mean {mean:.4}, deviation {deviation:.4}"),
        None => "constant, and so 0 everywhere".to_string(),
    };
    const SAID: usize = 4;
    let mut all: Vec<String> = (0..count.min(SAID)).map(said).collect();
    if count > SAID {
        all.push(format!("and {} more", count - SAID));
    }
    note(&format!(
        "targets are standardised by the training part ({}): losses are in units of that; --as-is leaves them as they are",
        all.join("; ")
    ));
}
