//! From a name or a file to the parts of the data.

use super::TrainArguments;
use crate::data::{DataSet, Parts, Shares, Split, classes};
use crate::io::{read_batch, read_csv};
use crate::model::Batch;
use std::error::Error;
use std::path::Path;

/// The data with the names of classes and columns.
struct Named {
    batch: Batch<f64>,
    classes: Vec<String>,
    columns: Vec<String>,
}

/// Training and test part; columns that say nothing are told on standard error.
pub(super) fn parts(arguments: &TrainArguments) -> Result<Parts, Box<dyn Error>> {
    let named = load(&arguments.data)?;
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

fn load(data: &str) -> Result<Named, Box<dyn Error>> {
    let path = Path::new(data);
    let labelled = match path.extension().and_then(|extension| extension.to_str()) {
        Some("npz") => {
            let batch = read_batch(path, None)?;
            let classes = (0..batch.y.ncols()).map(|class| class.to_string()).collect();
            let columns = (0..batch.x.ncols()).map(|column| format!("X[:,{column}]")).collect();
            return Ok(Named { batch, classes, columns });
        }
        Some("csv") => read_csv(path)?,
        _ => data.parse::<DataSet>().map_err(|error| format!("{error}, or a .csv or .npz file"))?.load(),
    };
    Ok(Named { batch: labelled.batch(), classes: labelled.class_names, columns: labelled.feature_names })
}
