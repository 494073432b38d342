//! Errors of files.

use crate::budget::OverBudget;
use crate::data::TableError;
use crate::model::{Activation, BatchError, LayersError, Loss, NetworkError};
use crate::words::path;
use std::io;
use std::path::PathBuf;

/// Why a file cannot be read, does not hold what is needed, or cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The file cannot be read, or its text is not UTF-8.
    #[error("cannot read {}: {}", path(file), reading(reason))]
    Read {
        /// The file.
        file: PathBuf,
        /// The refusal.
        #[source]
        reason: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write {}: {}", path(file), advice(reason))]
    Write {
        /// The file.
        file: PathBuf,
        /// The refusal.
        #[source]
        reason: io::Error,
    },
    /// The file holds more than fits into memory.
    #[error("{}: {reason}", path(file))]
    OverBudget {
        /// The file.
        file: PathBuf,
        /// What would take how much.
        #[source]
        reason: OverBudget,
    },
    /// An array unpacks to far more than data do.
    #[error(
        "{}: {array} would unpack from {packed} to {size}, which is all but one number: if it is meant so, write it with \
         numpy.savez, unpacked",
        path(file)
    )]
    Packed {
        /// The file.
        file: PathBuf,
        /// The array.
        array: String,
        /// What it takes in the file.
        packed: String,
        /// What it would take in memory.
        size: String,
    },
    /// Another process writes into the folder.
    #[error("another hsr writes into {}: wait until it ends, or give another folder", path(folder))]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder has files that would be replaced.
    #[error("{} holds {found}, not of this run: {advice}", path(folder))]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// The files that are there.
        found: String,
        /// What to do.
        advice: &'static str,
    },
    /// An array that was not read looks as if the network needed it.
    #[error(
        "{} holds {array} beside what is read, and it looks like a parameter, without which the answer would be another \
         network's: say which array is which, as in W1=W,b1=b1,W2=V,b2=c1 (b1=-,b2=- for no biases), or take it out",
        path(file)
    )]
    LooksLikeParameter {
        /// The file.
        file: PathBuf,
        /// The array.
        array: String,
    },
    /// The file is not of the format that its name says.
    #[error("{} is not {format} ({reason}): {advice}", path(file))]
    Format {
        /// The file.
        file: PathBuf,
        /// The format, such as `an npz archive`.
        format: &'static str,
        /// What the reader of the format says.
        reason: String,
        /// What to do.
        advice: &'static str,
    },
    /// The names of the arrays do not say which is which.
    #[error(
        "{} holds {found}: the names do not say which array is which: say it, as in {suggestion}",
        path(file)
    )]
    Names {
        /// The file.
        file: PathBuf,
        /// The arrays that are there, with their shapes.
        found: String,
        /// Names that may be right.
        suggestion: String,
    },
    /// Two layers follow each other where activations have numbers too.
    #[error(
        "{}: {first} and {second} follow each other, which in a torch.nn.Sequential means that no activation is between \
         them: say which array is which, as in {suggestion}, and identity as the activation where there is none",
        path(file)
    )]
    NoActivationBetween {
        /// The file.
        file: PathBuf,
        /// The first of the two.
        first: String,
        /// The second.
        second: String,
        /// The names of all layers.
        suggestion: String,
    },
    /// An array is of another kind of network.
    #[error(
        "{} holds no multilayer perceptron: {array} of shape {shape} {reason}; only fully connected layers are read",
        path(file)
    )]
    OtherNetwork {
        /// The file.
        file: PathBuf,
        /// The array that shows it.
        array: String,
        /// Its shape.
        shape: String,
        /// What it shows.
        reason: &'static str,
    },
    /// Whether the weights are to be transposed is not clear.
    #[error(
        "{}: whether the weights are outputs x inputs or inputs x outputs cannot be told from the names and shapes \
         ({array}): say whether they are to be transposed",
        path(file)
    )]
    Orientation {
        /// The file.
        file: PathBuf,
        /// One of the arrays.
        array: String,
    },
    /// The network has more or fewer layers than can be read here.
    #[error(
        "{} holds a network of {layers} weight layers: one with a hidden layer, of two, is needed",
        path(file)
    )]
    Depth {
        /// The file.
        file: PathBuf,
        /// Its weight layers.
        layers: usize,
    },
    /// The file has the ending of a format that is not read here.
    #[error("{} has the ending of no format that is read here: {readable} is needed", path(file))]
    Ending {
        /// The file.
        file: PathBuf,
        /// The endings that are read.
        readable: &'static str,
    },
    /// An array is missing.
    #[error("{} has no array {array}: {array} of shape {shape} is needed; it has {found}", path(file))]
    NoArray {
        /// The file.
        file: PathBuf,
        /// The array that is needed.
        array: String,
        /// The shape that it would have.
        shape: &'static str,
        /// The arrays that are there.
        found: String,
    },
    /// A text is missing.
    #[error("{} has no {name}: it is not a checkpoint of a training run", path(file))]
    NoText {
        /// The file.
        file: PathBuf,
        /// The text's name in the archive.
        name: &'static str,
    },
    /// An array was cut off or altered.
    #[error("{}: {array} is damaged ({reason}): write the file again", path(file))]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The array.
        array: String,
        /// What does not fit.
        reason: String,
    },
    /// An array does not hold real numbers.
    #[error("{}: {array} has dtype {dtype}: {needed} is needed", path(file))]
    Dtype {
        /// The file.
        file: PathBuf,
        /// The array.
        array: String,
        /// Its type, as the file has it.
        dtype: String,
        /// The types that are read.
        needed: &'static str,
    },
    /// An array has the wrong number of axes.
    #[error("{}: {array} has shape {found}: shape {needed} is needed", path(file))]
    Axes {
        /// The file.
        file: PathBuf,
        /// The array.
        array: String,
        /// Its shape.
        found: String,
        /// The shape that is needed.
        needed: &'static str,
    },
    /// A label is not a whole number.
    #[error("{}: y[{row}] is {value}: a label is a whole number, 0 for the first class", path(file))]
    NotLabel {
        /// The file.
        file: PathBuf,
        /// The sample.
        row: usize,
        /// What stands there.
        value: f64,
    },
    /// The targets have one class only.
    #[error("{}: {array} has one class only: at least two are needed", path(file))]
    OneClass {
        /// The file.
        file: PathBuf,
        /// `Y` or `y`.
        array: &'static str,
    },
    /// A label is so large that the matrix of targets would not fit into memory.
    #[error(
        "{}: y[{row}] is {label}: that makes {} classes for {samples} samples: is y the label? Number the classes 0, 1, 2, \
         ..., or give Y of shape (N, C)",
        path(file), .label.saturating_add(1)
    )]
    HugeLabel {
        /// The file.
        file: PathBuf,
        /// The sample.
        row: usize,
        /// Its label.
        label: i64,
        /// The number of samples.
        samples: usize,
    },
    /// There is neither `Y` nor `y`.
    #[error("{} has X but no targets: Y of shape (N, C) or labels y of shape (N,) are needed", path(file))]
    NoTargets {
        /// The file.
        file: PathBuf,
    },
    /// There are both `Y` and `y`.
    #[error("{} holds both Y and y: keep one", path(file))]
    TwoTargets {
        /// The file.
        file: PathBuf,
    },
    /// The arrays do not make a network.
    #[error("{}: {reason}", path(file))]
    Network {
        /// The file.
        file: PathBuf,
        /// What does not fit.
        #[source]
        reason: NetworkError,
    },
    /// The layers do not make a network.
    #[error("{}: {reason}", path(file))]
    Layers {
        /// The file.
        file: PathBuf,
        /// What does not fit.
        #[source]
        reason: LayersError,
    },
    /// The arrays do not make a batch.
    #[error("{}: {reason}", path(file))]
    Batch {
        /// The file.
        file: PathBuf,
        /// What does not fit.
        #[source]
        reason: BatchError,
    },
    /// The table does not hold labelled samples.
    #[error("{}: {reason}", path(file))]
    Table {
        /// The file.
        file: PathBuf,
        /// What does not fit.
        #[source]
        reason: TableError,
    },
    /// A piece of JSON is of the wrong kind.
    #[error("{}: {place} is {found}: {needed} is needed", path(file))]
    Json {
        /// The file.
        file: PathBuf,
        /// Where, such as `W[0,1]`.
        place: String,
        /// What stands there.
        found: String,
        /// What would be right.
        needed: &'static str,
    },
    /// A matrix has rows of different lengths.
    #[error(
        "{}: {array} row {row} has {entries} entries but row 0 has {columns}: every row needs as many",
        path(file)
    )]
    Ragged {
        /// The file.
        file: PathBuf,
        /// The matrix.
        array: String,
        /// The first row that differs.
        row: usize,
        /// Its number of entries.
        entries: usize,
        /// The number of entries of the first row.
        columns: usize,
    },
    /// The sizes that the file states are not those of the arrays.
    #[error("{}: shape says {field} {said} but {found}: correct one of the two", path(file))]
    Sizes {
        /// The file.
        file: PathBuf,
        /// Which size, such as `hidden`.
        field: &'static str,
        /// The size that is stated.
        said: String,
        /// What there is.
        found: String,
    },
    /// Neither the file nor the caller names the activation.
    #[error(
        "{} names no activation: give one of {}, or name it in a JSON file",
        path(file),
        Activation::names()
    )]
    NoActivation {
        /// The file.
        file: PathBuf,
    },
    /// The file names another activation than the caller.
    #[error(
        "the activation is to be {given} but {} says {found}: leave it to the file, or correct one of the two",
        path(file)
    )]
    TwoActivations {
        /// The file.
        file: PathBuf,
        /// The one that is given, or one a hidden layer.
        given: String,
        /// Those that the file names.
        found: String,
    },
    /// The file names another loss than the caller.
    #[error(
        "the loss is to be {given} but {} says {found}: leave it to the file, or correct one of the two",
        path(file)
    )]
    TwoLosses {
        /// The file.
        file: PathBuf,
        /// The one that is given.
        given: Loss,
        /// The one that the file names.
        found: Loss,
    },
    /// The file holds two names for one thing.
    #[error("{} holds both {one} and {other}: keep one", path(file))]
    Both {
        /// The file.
        file: PathBuf,
        /// One of the two.
        one: String,
        /// The other.
        other: String,
    },
    /// The table has other classes than the network.
    #[error(
        "{} has {count} classes ({found}) but V has {rows} rows: V needs one row for each class, in this order",
        path(file)
    )]
    Classes {
        /// The file.
        file: PathBuf,
        /// The number of its classes.
        count: usize,
        /// Their names.
        found: String,
        /// The rows of `V`.
        rows: usize,
    },
    /// The network is for other data.
    #[error(transparent)]
    Misfit(#[from] crate::model::Misfit),
    /// An array to be written does not have as many values as its shape says.
    #[error("{array} of shape {shape} has {values} values: as many as the product of the shape are needed")]
    Values {
        /// The array's name.
        array: String,
        /// Its shape.
        shape: String,
        /// Its number of values.
        values: usize,
    },
}

/// What to do about a refusal to read.
fn reading(reason: &io::Error) -> String {
    match reason.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder: give the name of a file".to_string(),
        io::ErrorKind::NotSeekable => {
            "it is a pipe or a device, and this format is read here and there: write it to a file first"
                .to_string()
        }
        _ => reason.to_string(),
    }
}

/// What to do about a refusal to write. The text of the operating system is kept where there is nothing to add.
fn advice(reason: &io::Error) -> String {
    match reason.kind() {
        io::ErrorKind::NotFound => "its folder does not exist: create it first".to_string(),
        io::ErrorKind::PermissionDenied => "no permission to write in its folder: choose another".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder: give the name of a file".to_string(),
        _ => reason.to_string(),
    }
}
