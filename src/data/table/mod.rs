//! Labelled samples from the text of a table.

mod columns;
mod decimals;
mod error;
mod labels;
mod parse;
mod quotes;
mod reading;
mod rows;
mod targets;
mod whole;

pub use error::TableError;
pub use reading::{Reading, Separator, SeparatorError};
pub(crate) use whole::whole;

use super::{LabelColumn, LabelledData, NumberedData};
use crate::model::Targets;
use parse::{labelled, numbered};

impl LabelledData {
    /// Reads a table of numeric feature columns and one label column, separated by commas; [`from_csv_as`] with nothing
    /// said.
    ///
    /// ```
    /// use hsr::data::LabelledData;
    /// use nalgebra::dmatrix;
    /// let data = LabelledData::from_csv("width,height,label\n1,5,cat\n3,5,bird\n")?;
    /// assert_eq!(data.class_names, ["bird", "cat"]);
    /// assert_eq!(data.labels, [1, 0]);
    /// assert_eq!(data.standardised().features, dmatrix![-1.0, 0.0; 1.0, 0.0]);
    /// assert_eq!(data.batch().y, dmatrix![0.0, 1.0; 1.0, 0.0]);
    /// # Ok::<(), hsr::data::TableError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`from_csv_as`].
    ///
    /// [`from_csv_as`]: LabelledData::from_csv_as
    pub fn from_csv(text: &str) -> Result<Self, TableError> {
        labelled(text, &Reading::default())
    }

    /// Reads a table of numeric feature columns and one label column.
    ///
    /// A first line of words is a header. The label column is the one that is asked for; where none is, the one that
    /// the header calls `label`, `target`, `class`, `species` or `y`, in any case, and else the last. Labels are whole
    /// numbers or any text; classes are ordered by value if all labels are whole numbers, else by the alphabet.
    /// [`Reading`] has an example.
    ///
    /// # Errors
    /// [`TableError`] says in which line and column a value is missing, is no number or is not finite, which line is
    /// too long or too short or has a quote that is not closed, that there are no samples, no features or less than
    /// two classes, or what has to be asked, since the table does not say it: which sign separates the columns, or
    /// whether a column of many different values, or one called `y` beside `x`, is the label.
    pub fn from_csv_as(text: &str, reading: &Reading) -> Result<Self, TableError> {
        labelled(text, reading)
    }
}

impl NumberedData {
    /// Reads a table of numeric feature columns and one column of targets, which is found as [`LabelledData::from_csv_as`] finds the
    /// label column. Its cells must be targets of this kind.
    ///
    /// # Errors
    /// [`TableError`] says in which line and column a value is missing, is no number, or none that may be a target, and else what
    /// [`LabelledData::from_csv_as`] says of the table.
    pub fn from_csv_as(text: &str, reading: &Reading, targets: Targets) -> Result<Self, TableError> {
        numbered(text, reading, targets)
    }
}

#[cfg(test)]
mod tests {
    use super::LabelledData;
    use crate::data::DataSet;

    #[test]
    fn the_data_sets_of_the_crate_are_what_their_tables_say() {
        for set in DataSet::ALL {
            assert_eq!(LabelledData::from_csv(set.text()), Ok(set.load()), "{set}");
        }
    }
}
