//! Samples with a class each.

use super::{LabelColumn, Reading, Standardiser, TableError, table};
use crate::model::Batch;
use crate::number::Matrix;

/// `N` samples of `d` features, and the class of each.
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
#[derive(Clone, Debug, PartialEq)]
pub struct LabelledData {
    /// Features, `N x d`, a sample a row.
    pub features: Matrix<f64>,
    /// The class of each sample, counted from 0, below the number of class names.
    pub labels: Vec<usize>,
    /// The classes' names, `C` of them.
    pub class_names: Vec<String>,
    /// The features' names, `d` of them.
    pub feature_names: Vec<String>,
    /// The column of the table that the labels come from.
    pub label_column: LabelColumn,
}

impl LabelledData {
    /// Reads a table of numeric feature columns and one label column, separated by commas; [`from_csv_as`] with nothing
    /// said.
    ///
    /// # Errors
    /// Those of [`from_csv_as`].
    ///
    /// [`from_csv_as`]: LabelledData::from_csv_as
    pub fn from_csv(text: &str) -> Result<Self, TableError> {
        table::parse(text, &Reading::default())
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
        table::parse(text, reading)
    }

    /// The same samples with every feature at mean 0 and population variance 1:
    /// `(x - mean) / sqrt(sum (x - mean)^2 / N)` in each column.
    ///
    /// A constant column, such as a pixel that is dark in every image, has no variance: it becomes zeros.
    pub fn standardised(&self) -> Self {
        let features = Standardiser::fit(&self.features).apply(&self.features);
        LabelledData { features, ..self.clone() }
    }

    /// Inputs `X` are the features, targets `Y` are one-hot: `y_nk` is 1 if sample `n` has class `k`, else 0.
    pub fn batch(&self) -> Batch<f64> {
        let one_hot = |row: usize, class: usize| f64::from(u8::from(self.labels.get(row) == Some(&class)));
        let (samples, classes) = (self.features.nrows(), self.class_names.len());
        Batch { x: self.features.clone(), y: Matrix::from_fn(samples, classes, one_hot) }
    }
}
