//! Data and networks from a file of any format that is read here, which the ending of its name says.

use super::aside::Read;
use super::batch::Asked;
use super::network::{self, NetworkReading};
use super::npz::Archive;
use super::{InputError, JsonFile, batch, csv, json, safetensors};
use crate::data::{LabelledData, NumberedData, Reading, Separator};
use crate::model::{Batch, Loss, Network};
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

/// Same as [`open_data_for`], for a network of so many outputs, which are the classes where the targets are labels.
///
/// # Errors
/// As [`open_data_for`].
pub fn open_data_with(
    path: impl AsRef<Path>,
    reading: &Reading,
    loss: Loss,
    outputs: usize,
) -> Result<Read<Data>, InputError> {
    open(path.as_ref(), reading, Asked { classes: Some(outputs), loss })
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

/// Reads a network of any depth from a file of any format that is read here.
///
/// The format is that of the ending: arrays of an `.npz` or `.safetensors` file, or keys of a `.json` object. They are, in this order,
///
/// - those that [`NetworkReading::names`] says;
/// - `W1`, `b1`, `W2`, `b2` and so on, or `W`, `b`, `V` and `c` of one hidden layer;
/// - the modules of other libraries: a `weight` (PyTorch) or `kernel` (Keras, Flax) and perhaps a `bias` each, such as `0.weight` and
///   `2.weight` of a `torch.nn.Sequential`, `fc1.weight`, `dense_1/kernel`, `params/Dense_0/kernel`, `layers/dense/vars/0`, and
///   `coefs_0` and `intercepts_0` of scikit-learn. They are ordered by the numbers in their names, or where the names differ otherwise
///   by the one chain that their shapes allow. Numbers that have no parameters, as those of activations, Dropout and Flatten, are left
///   out.
///
/// Weights have a row an output; those that stand as inputs x outputs are transposed, by [`NetworkReading::transposed`], by the names
/// or by the shapes. The activations are those that are given, and in `.json` those that the file names.
///
/// # Errors
/// [`InputError`] says what is missing, damaged, of the wrong type or shape or not finite, whether an activation is missing or
/// contradicts the file, what the names do not say, which array shows that the network is of another kind, and which looks like a
/// parameter and was not read.
///
/// ```
/// use hsr::io::{Array, NetworkReading, open_network, write_npz};
/// use hsr::model::Activation;
/// use nalgebra::dmatrix;
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("net.npz");
/// let (first, last) = (Array::from(&dmatrix![1.0, 2.0]), Array::from(&dmatrix![1.0; -1.0]));
/// write_npz(&path, &[("net.0.weight", first), ("net.3.weight", last), ("W9", Array::vector(&[0.5]))])?;
/// let reading = NetworkReading::with(&[Activation::Tanh]);
/// let error = open_network(&path, &reading).unwrap_err().to_string();
/// assert!(error.contains("net.npz has no array W1"));
///
/// let names = Some("W1=net.0.weight,W2=net.3.weight".parse()?);
/// let error = open_network(&path, &NetworkReading { names, ..reading }).unwrap_err().to_string();
/// assert!(error.contains("net.npz holds W9 beside what is read, and it looks like a parameter"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_network(
    path: impl AsRef<Path>,
    reading: &NetworkReading,
) -> Result<Read<Network<f64>>, InputError> {
    let file = path.as_ref();
    match &ending(file)[..] {
        "npz" => network::network(&mut Archive::open(file)?, reading, &[]),
        "safetensors" => safetensors::open(file, reading),
        "json" => JsonFile::open(file)?.network(reading),
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
