//! Data and networks from a file of any format that is read here, which the ending of its name says.

use super::aside::Read;
use super::batch::Asked;
use super::{InputError, Names, batch, csv, json, network, safetensors};
use crate::data::{LabelledData, NumberedData, Reading, Separator};
use crate::model::{Activation, Batch, Loss, ThreeLayer};
use std::path::Path;

/// Data that were read from a file: a table, or inputs and targets.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Features with a class each, and the names of both, from a table.
    Labelled(LabelledData),
    /// Features with a number each, and their names, from a table.
    Numbered(NumberedData),
    /// Inputs and targets.
    Batch(Batch<f64>),
}

/// Reads data from a file of any format that is read here.
///
/// The format is that of the ending, in capitals or not: `X` and `Y` or `y` from `.npz` or `.json`, a table with a label
/// column from `.csv` or, separated by tabulators, `.tsv`. `reading` is for tables; `classes` says how many classes there
/// are, where labels alone do not.
///
/// # Errors
/// [`InputError`] says which file, line, column, array or entry is missing, damaged, of the wrong type or shape, out of
/// range, or more than fits into memory, and what would be right.
///
/// ```
/// use hsr::data::Reading;
/// use hsr::io::{Data, open_data, write_text};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("OWN.JSON");
/// write_text(&path, r#"{"X": [[0.5], [1.5]], "y": [0, 1], "sample_weight": [1, 2]}"#)?;
/// let read = open_data(&path, &Reading::default(), None)?;
/// assert!(matches!(read.value, Data::Batch(batch) if batch.samples() == 2));
/// assert_eq!(read.aside, ["sample_weight"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_data(
    path: impl AsRef<Path>,
    reading: &Reading,
    classes: Option<usize>,
) -> Result<Read<Data>, InputError> {
    open(path.as_ref(), reading, Asked::labels(classes))
}

/// Same as [`open_data`], but with the targets that a loss takes: `Y` of `.npz` or `.json`, or `y` for a single output, are numbers,
/// zeros and ones, or counts for a loss that takes them. So is the label column of a table, but that for the multi-label loss a
/// column of other values than 0 and 1 has classes, an output each.
///
/// # Errors
/// As [`open_data`], and for targets that the loss does not take.
///
/// ```
/// use hsr::data::Reading;
/// use hsr::io::{open_data_for, write_text};
/// use hsr::model::Loss;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("own.json");
/// write_text(&path, r#"{"X": [[0.5], [1.5]], "y": [3, -1]}"#)?;
/// assert!(open_data_for(&path, &Reading::default(), Loss::Squared).is_ok());
/// let error = open_data_for(&path, &Reading::default(), Loss::Poisson).unwrap_err().to_string();
/// assert!(error.ends_with("Y[1,0] is -1, with the loss poisson: a count is a whole number, 0 or more"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_data_for(
    path: impl AsRef<Path>,
    reading: &Reading,
    loss: Loss,
) -> Result<Read<Data>, InputError> {
    open(path.as_ref(), reading, Asked { classes: None, loss })
}

fn open(file: &Path, reading: &Reading, asked: Asked) -> Result<Read<Data>, InputError> {
    match &ending(file)[..] {
        "csv" => Ok(Read::whole(csv::data(file, reading, asked.loss)?)),
        "tsv" => {
            let separator = reading.separator.or(Some(Separator::TAB));
            let reading = Reading { separator, ..reading.clone() };
            Ok(Read::whole(csv::data(file, &reading, asked.loss)?))
        }
        "npz" => Ok(batch::from_npz(file, asked)?.map(Data::Batch)),
        "json" => Ok(json::data(file, asked)?.map(Data::Batch)),
        _ => Err(unknown(file, ".npz, .json, .csv or .tsv")),
    }
}

/// Reads a network from a file of any format that is read here.
///
/// The format is that of the ending: `W`, `V` and, both or neither, `b` and `c` from `.npz` or `.json`, or as PyTorch's
/// modules call them from `.safetensors`; `names` says which array of an `.npz` or `.safetensors` file is which. The
/// activation is the one that is given, and in `.json` the one that the file names.
///
/// # Errors
/// [`InputError`] says what is missing, damaged, of the wrong type or shape or not finite, whether the activation is
/// missing or contradicts the file, and which array looks like a parameter and was not read.
///
/// ```
/// use hsr::io::{Array, open_network, write_npz};
/// use hsr::model::Activation;
/// use nalgebra::dmatrix;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("net.npz");
/// let (w, v) = (Array::from(&dmatrix![1.0, 2.0]), Array::from(&dmatrix![1.0; -1.0]));
/// write_npz(&path, &[("W", w), ("V", v), ("b1", Array::vector(&[0.5]))])?;
/// let error = open_network(&path, Some(Activation::Tanh), None).unwrap_err().to_string();
/// assert!(error.contains("net.npz holds b1 beside what is read, and it looks like a parameter"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_network(
    path: impl AsRef<Path>,
    activation: Option<Activation>,
    names: Option<&Names>,
) -> Result<Read<ThreeLayer<f64>>, InputError> {
    let file = path.as_ref();
    let needed = || activation.ok_or_else(|| InputError::NoActivation { file: file.to_path_buf() });
    match (&ending(file)[..], names) {
        ("npz", names) => network::from_npz(file, needed()?, names),
        ("safetensors", names) => safetensors::network_with(file, needed()?, names),
        ("json", None) => json::network(file, activation),
        ("json", Some(_)) => Err(InputError::NamesInJson { file: file.to_path_buf() }),
        _ => Err(unknown(file, ".npz, .safetensors or .json")),
    }
}

fn unknown(file: &Path, readable: &'static str) -> InputError {
    InputError::Ending { file: file.to_path_buf(), readable }
}

/// The ending of a file's name, which says its format, in small letters.
pub fn ending(file: &Path) -> String {
    file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase()
}
