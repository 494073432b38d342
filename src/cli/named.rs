//! Data from a name or a file, with the names of its classes and columns.

use crate::data::DataSet;
use crate::io::{read_batch, read_csv};
use crate::model::Batch;
use std::error::Error;
use std::path::Path;

/// The data with the names of classes and columns.
pub(super) struct Named {
    pub batch: Batch<f64>,
    pub classes: Vec<String>,
    pub columns: Vec<String>,
}

/// An embedded set, a CSV file, or an npz file.
pub(super) fn load(data: &str) -> Result<Named, Box<dyn Error>> {
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
