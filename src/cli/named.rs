//! Data from a name or a file, with the names of its classes and columns.

use crate::data::{DataSet, LabelledData};
use crate::io::{read_batch, read_csv};
use crate::model::Batch;
use std::error::Error;
use std::path::Path;

/// What a name or a file holds.
pub(super) enum Found {
    /// Features and the class of each sample.
    Labelled(LabelledData),
    /// Inputs and targets.
    Batch(Batch<f64>),
}

/// The data with the names of classes and columns.
pub(super) struct Named {
    pub batch: Batch<f64>,
    pub classes: Vec<String>,
    pub columns: Vec<String>,
}

/// An embedded set, a CSV file, or an npz file.
pub(super) fn find(data: &str) -> Result<Found, Box<dyn Error>> {
    let path = Path::new(data);
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("npz") => Found::Batch(read_batch(path, None)?),
        Some("csv") => Found::Labelled(read_csv(path)?),
        _ => {
            let set = data.parse::<DataSet>().map_err(|error| format!("{error}, or a .csv or .npz file"))?;
            Found::Labelled(set.load())
        }
    })
}

/// The same as inputs and targets, with names where the file has none.
pub(super) fn load(data: &str) -> Result<Named, Box<dyn Error>> {
    Ok(match find(data)? {
        Found::Labelled(labelled) => {
            Named { batch: labelled.batch(), classes: labelled.class_names, columns: labelled.feature_names }
        }
        Found::Batch(batch) => Named {
            classes: (0..batch.y.ncols()).map(|class| class.to_string()).collect(),
            columns: (0..batch.x.ncols()).map(|column| format!("X[:,{column}]")).collect(),
            batch,
        },
    })
}
