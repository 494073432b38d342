//! Labelled samples from a CSV file.

use super::listed::listed;
use super::{Data, InputError, source};
use crate::data::{LabelledData, NumberedData, Reading, TableError};
use crate::model::{Batch, Loss, Targets};
use std::path::Path;

/// Reads labelled samples from a CSV file, as [`LabelledData::from_csv`] reads text.
///
/// # Errors
/// [`InputError::Read`] when there is no such file or it is not UTF-8 text, [`InputError::Table`] with line and column
/// when the table does not hold labelled samples.
///
/// ```
/// use hsr::io::{read_csv, write_text};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("animals.csv");
/// write_text(&path, "width,height,label\n1,5,cat\n3,5,bird\n")?;
/// assert_eq!(read_csv(&path)?.class_names, ["bird", "cat"]);
///
/// write_text(&path, "width,height,label\n1,5,cat\n3,,bird\n")?;
/// let error = read_csv(&path).unwrap_err().to_string();
/// assert!(error.ends_with("animals.csv: line 3, column 2 ('height'): the value is missing (''): fill it in or drop the line"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_csv(path: impl AsRef<Path>) -> Result<LabelledData, InputError> {
    with_text(path.as_ref(), |text| LabelledData::from_csv_as(text, &Reading::default()))
}

/// The table that a file holds, with the targets that a loss takes.
pub(super) fn data(file: &Path, reading: &Reading, loss: Loss) -> Result<Data, InputError> {
    let targets = loss.targets();
    with_text(file, |text| {
        let labelled = || LabelledData::from_csv_as(text, reading);
        let numbered = || NumberedData::from_csv_as(text, reading, targets);
        match targets {
            Targets::Probabilities => labelled().map(Data::Labelled),
            Targets::Numbers | Targets::Counts => numbered().map(Data::Numbered),
            // Zeros and ones are those of one logit; any other classes have an output each.
            Targets::ZerosAndOnes => match labelled()? {
                two if two.class_names == ["0", "1"] => numbered().map(Data::Numbered),
                classes => Ok(Data::Labelled(classes)),
            },
        }
    })
}

fn with_text<T>(file: &Path, read: impl Fn(&str) -> Result<T, TableError>) -> Result<T, InputError> {
    let text = source::text(file, 1)?;
    read(&text).map_err(|reason| InputError::Table { file: file.to_path_buf(), reason })
}

/// Inputs and targets of labelled samples for a network of so many `classes`: those of the data, in their order, are
/// the rows of its `V`. The features are taken as they are, since a network was trained on certain inputs, or as
/// [`LabelledData::standardised`] makes them. `file` is what messages name.
///
/// # Errors
/// [`InputError::Classes`] when there are more classes or fewer.
///
/// ```
/// use hsr::data::LabelledData;
/// use hsr::io::labelled_batch;
/// use std::path::Path;
/// let data = LabelledData::from_csv("width,height,label\n1,5,cat\n3,5,bird\n")?;
/// let file = Path::new("animals.csv");
/// assert_eq!(labelled_batch(file, &data, 2, false)?.x, nalgebra::dmatrix![1.0, 5.0; 3.0, 5.0]);
/// assert_eq!(labelled_batch(file, &data, 2, true)?.x, nalgebra::dmatrix![-1.0, 0.0; 1.0, 0.0]);
/// assert_eq!(
///     labelled_batch(file, &data, 3, false).unwrap_err().to_string(),
///     "animals.csv has 2 classes (bird, cat) but V has 3 rows: V needs one row for each class, in this order"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn labelled_batch(
    file: &Path,
    labelled: &LabelledData,
    classes: usize,
    standardise: bool,
) -> Result<Batch<f64>, InputError> {
    let names = &labelled.class_names;
    // Labels of a part of the data, without one of the classes, would be counted wrongly.
    if names.len() != classes {
        let found = listed(names.iter().map(String::as_str), "classes");
        let (file, count) = (file.to_path_buf(), names.len());
        return Err(InputError::Classes { file, count, found, rows: classes });
    }
    Ok(if standardise { labelled.standardised().batch() } else { labelled.batch() })
}

#[cfg(test)]
mod tests {
    use super::read_csv;
    use std::fs;

    #[test]
    fn a_missing_file_and_one_that_is_no_text_are_errors_with_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.csv");
        let start = format!("cannot read {}: ", path.display());
        assert!(read_csv(&path).unwrap_err().to_string().starts_with(&start));
        fs::write(&path, [b'1', b',', 0xff, b'\n']).unwrap();
        assert!(read_csv(&path).unwrap_err().to_string().starts_with(&start));
    }
}
