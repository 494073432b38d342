//! Data from a name or a file, with the names of its classes and columns.

use super::note;
use clap::Args;
use hsr::data::{DataSet, LabelColumn, LabelledData, NumberedData, Reading, RegressionSet, Separator};
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
    /// None where the targets are no classes.
    pub classes: Vec<String>,
    pub columns: Vec<String>,
    /// The column that the labels or the targets come from, in a table of the user.
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

/// Inputs and targets for a loss, with names where the file has none.
pub(super) fn load(data: &str, table: &TableArguments, loss: Loss) -> Result<Named, Box<dyn Error>> {
    if let Ok(set) = data.parse::<RegressionSet>() {
        return of_set(set, table, loss);
    }
    let named = match find_for(data, table, loss)? {
        Data::Labelled(labelled) => Named {
            batch: labelled.batch(),
            label: is_file(data).then_some(labelled.label_column),
            classes: labelled.class_names,
            columns: labelled.feature_names,
        },
        Data::Numbered(numbered) => Named {
            batch: numbered.batch(loss)?,
            classes: Vec::new(),
            columns: numbered.feature_names,
            label: is_file(data).then_some(numbered.target_column),
        },
        Data::Batch(batch) => {
            let classes = if loss == Loss::Softmax { batch.y.ncols() } else { 0 };
            Named {
                classes: (0..classes).map(|class| class.to_string()).collect(),
                columns: numbered_columns(&batch),
                label: None,
                batch,
            }
        }
    };
    Ok(named)
}

/// An embedded set with numbers as targets, as they were published.
fn of_set(set: RegressionSet, table: &TableArguments, loss: Loss) -> Result<Named, Box<dyn Error>> {
    table.refuse(set.name())?;
    if loss == Loss::Softmax {
        let advice = "choose another --loss than softmax";
        return Err(format!("{set} has numbers as targets and no classes: {advice}").into());
    }
    let (x, y) = set.load();
    let batch = Batch::for_loss(x, y, loss).map_err(|error| format!("{set}: {error}"))?;
    Ok(Named { columns: numbered_columns(&batch), batch, classes: Vec::new(), label: None })
}

fn numbered_columns(batch: &Batch<f64>) -> Vec<String> {
    (0..batch.x.ncols()).map(|column| format!("X[:,{column}]")).collect()
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
