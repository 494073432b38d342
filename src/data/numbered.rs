//! Samples with a number each as target.

use super::{LabelColumn, Standardiser};
use crate::model::{Batch, BatchError, Loss, Targets};
use crate::number::Matrix;

/// `N` samples of `d` features, and a number for each: what a loss with one output and numbers as targets takes.
///
/// ```
/// use hsr::data::{NumberedData, Reading};
/// use hsr::model::{Loss, Targets};
/// use nalgebra::dmatrix;
/// let text = "rooms,garden,price\n3,0,1.5\n5,1,2.5\n";
/// let data = NumberedData::from_csv_as(text, &Reading::default(), Targets::Numbers)?;
/// assert_eq!((data.targets, data.target_column.to_string()), (dmatrix![1.5; 2.5], "3 ('price')".to_string()));
///
/// let error = NumberedData::from_csv_as(text, &Reading::default(), Targets::Counts).unwrap_err().to_string();
/// assert_eq!(error, "line 2, column 3 ('price'): '1.5' is no target: a count is a whole number, 0 or more");
/// # Ok::<(), hsr::data::TableError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NumberedData {
    /// Features, `N x d`, a sample a row.
    pub features: Matrix<f64>,
    /// Targets, `N x 1`.
    pub targets: Matrix<f64>,
    /// The features' names, `d` of them.
    pub feature_names: Vec<String>,
    /// The column of the table that the targets come from.
    pub target_column: LabelColumn,
}

impl NumberedData {
    /// Every feature at mean 0 and population variance 1, and the targets too where a loss takes any numbers; counts, zeros and ones
    /// stay as they are.
    pub fn standardised(&self, targets: Targets) -> Self {
        let standard = |matrix: &Matrix<f64>| Standardiser::fit(matrix).apply(matrix);
        let y = if targets == Targets::Numbers { standard(&self.targets) } else { self.targets.clone() };
        NumberedData { features: standard(&self.features), targets: y, ..self.clone() }
    }

    /// Inputs `X` are the features, targets `Y` the numbers.
    ///
    /// # Errors
    /// [`BatchError`] where the loss takes other targets.
    pub fn batch(&self, loss: Loss) -> Result<Batch<f64>, BatchError> {
        Batch::for_loss(self.features.clone(), self.targets.clone(), loss)
    }
}
