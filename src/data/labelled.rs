//! Samples with a class each.

use super::Standardiser;
use crate::model::Batch;
use crate::number::Matrix;
use crate::words::quoted;
use std::fmt;

/// `N` samples of `d` features, and the class of each.
///
/// ```
/// let iris = hsr::data::DataSet::Iris.load();
/// assert_eq!(iris.class_names, ["setosa", "versicolor", "virginica"]);
/// assert_eq!(iris.labels[149], 2);
/// assert_eq!(iris.batch().y.row(149), nalgebra::dmatrix![0.0, 0.0, 1.0].row(0));
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
        Batch { x: self.features.clone(), y: Matrix::from_fn(samples, classes, one_hot), weights: None }
    }
}

/// The column that holds the labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelColumn {
    /// Its number, counted from 1.
    pub number: usize,
    /// Its name, where the table has a header.
    pub name: Option<String>,
}

impl fmt::Display for LabelColumn {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} ({})", self.number, quoted(name)),
            None => write!(f, "{}", self.number),
        }
    }
}
