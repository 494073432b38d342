//! Data from a name or a file, with the names of its classes and columns.

use super::note;
use clap::Args;
use hsr::data::{DataSet, LabelColumn, LabelledData, NumberedData, Reading, Separator};
use hsr::io::{Data, Read, ending, open_data, open_data_for, open_data_with};
use hsr::model::{Batch, Loss};
use hsr::shell::quoted;
use hsr::words;
use std::error::Error;
use std::path::Path;

/// How a table is read.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct TableArguments {
    /// The label column of a .csv or .tsv table: its name in the header, or its number, counted from 1 [default: the
    /// one called label, target, class, species or y, else the last; asked for where that is not clear]
    #[arg(long, value_name = "NAME|NUMBER", allow_negative_numbers = true)]
    label: Option<String>,
    /// What separates the columns of a table: , ; | : or tab. With any but a comma, numbers may have decimal commas
    /// [default: a comma in .csv, a tab in .tsv]
    #[arg(long, value_name = "SIGN")]
    separator: Option<Separator>,
}

impl TableArguments {
    pub fn reading(&self) -> Reading {
        Reading { separator: self.separator, label: self.label.clone() }
    }

    /// The options that read the same column of the same table again, as the shell takes them.
    pub fn options(&self, label: Option<&LabelColumn>) -> String {
        let mut options = String::new();
        if let Some(label) = label {
            let number = label.number.to_string();
            options += &format!(
                " --label {}",
                quoted(self.label.as_ref().or(label.name.as_ref()).unwrap_or(&number))
            );
        }
        if let Some(separator) = self.separator {
            options += &format!(" --separator {}", quoted(&separator.to_string()));
        }
        options
    }

    /// That nobody chooses a column of data that are no table.
    pub fn refuse(&self, data: &str) -> Result<(), String> {
        if self.label.is_none() && self.separator.is_none() {
            return Ok(());
        }
        Err(format!("--label and --separator are for .csv and .tsv: {} is no table", words::shown(data)))
    }
}

/// The data with the names of classes and columns.
pub(super) struct Named {
    pub batch: Batch<f64>,
    pub classes: Vec<String>,
    pub columns: Vec<String>,
    /// The column that the labels come from, in a table of the user.
    pub label: Option<LabelColumn>,
}

/// An embedded set, or a file. What was chosen in a table, and what was not read of another file, is said on standard
/// error.
pub(super) fn find(data: &str, table: &TableArguments) -> Result<Data, Box<dyn Error>> {
    let path = Path::new(data);
    if !is_file(data) {
        let unknown = |error| format!("{error}, or a .csv, .tsv, .npz or .json file");
        let set = data.parse::<DataSet>().map_err(unknown)?;
        table.refuse(data)?;
        return Ok(Data::Labelled(set.load()));
    }
    said(path, table, open_data(path, &table.reading(), None)?)
}

/// Same as [`find`], but with the targets that a loss takes.
pub(super) fn find_for(data: &str, table: &TableArguments, loss: Loss) -> Result<Data, Box<dyn Error>> {
    if !is_file(data) {
        return find(data, table);
    }
    let path = Path::new(data);
    said(path, table, open_data_for(path, &table.reading(), loss)?)
}

/// Whether data are named by a file.
pub(super) fn is_file(data: &str) -> bool {
    ["csv", "tsv", "npz", "json"].contains(&&ending(Path::new(data))[..])
}

/// The data of a file for a loss and so many outputs, with the same words on standard error.
pub(super) fn read_file(
    path: &Path,
    table: &TableArguments,
    loss: Loss,
    outputs: usize,
) -> Result<Data, Box<dyn Error>> {
    said(path, table, open_data_with(path, &table.reading(), loss, outputs)?)
}

/// What was read, once what was chosen and what was not read is said.
fn said(path: &Path, table: &TableArguments, read: Read<Data>) -> Result<Data, Box<dyn Error>> {
    let Read { value, aside } = read;
    match &value {
        Data::Labelled(labelled) => say_label(path, labelled),
        Data::Numbered(numbered) => say_targets(path, numbered),
        Data::Batch(_) => table.refuse(&path.to_string_lossy())?,
    }
    say_aside(path, &aside);
    Ok(value)
}

/// The same as inputs and targets, with names where the file has none.
pub(super) fn load(data: &str, table: &TableArguments) -> Result<Named, Box<dyn Error>> {
    Ok(match find(data, table)? {
        Data::Labelled(labelled) => Named {
            batch: labelled.batch(),
            label: is_file(data).then_some(labelled.label_column),
            classes: labelled.class_names,
            columns: labelled.feature_names,
        },
        Data::Numbered(NumberedData { features: x, targets: y, feature_names, target_column }) => Named {
            batch: Batch { x, y, weights: None },
            classes: vec![target_column.to_string()],
            columns: feature_names,
            label: is_file(data).then_some(target_column),
        },
        Data::Batch(batch) => Named {
            classes: (0..batch.y.ncols()).map(|class| class.to_string()).collect(),
            columns: (0..batch.x.ncols()).map(|column| format!("X[:,{column}]")).collect(),
            label: None,
            batch,
        },
    })
}

/// Names of which only the first are said.
pub(super) fn listed(names: &[String]) -> String {
    const LISTED: usize = 8;
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| words::shown(name)).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn say_label(path: &Path, labelled: &LabelledData) {
    let LabelledData { label_column, class_names, .. } = labelled;
    let (count, classes) = (class_names.len(), listed(class_names));
    note(&format!(
        "{}: the label is column {label_column}, with {count} classes: {classes}",
        words::path(path)
    ));
}

fn say_targets(path: &Path, numbered: &NumberedData) {
    let (column, samples) = (&numbered.target_column, numbered.targets.nrows());
    note(&format!("{}: the targets are the {samples} numbers of column {column}", words::path(path)));
}

/// Says which arrays of a file nobody read.
pub(super) fn say_aside(path: &Path, aside: &[String]) {
    if aside.is_empty() {
        return;
    }
    let weighted = aside.iter().any(|name| name.contains("sample"));
    let weight = if weighted { " (every sample counts as much as the others)" } else { "" };
    note(&format!("{}: not read: {}{weight}", words::path(path), listed(aside)));
}
