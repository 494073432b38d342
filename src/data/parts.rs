//! The parts of the data as they are trained and tested on.

use super::{Split, Standardiser};
use crate::model::{Batch, BatchError};

/// An error of splitting data into parts and standardising them.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartsError {
    /// Inputs that tell no sample from another.
    #[error("every column of X is constant in the training part: there is nothing to tell classes apart by")]
    AllConstant,
    /// A part that cannot be standardised.
    #[error("the {part} part, standardised: {reason}")]
    Batch {
        /// The part.
        part: &'static str,
        /// What is wrong with it.
        #[source]
        reason: BatchError,
    },
}

/// Training, validation and test part, standardised by the training part alone.
///
/// ```
/// use hsr::data::{DataSet, Parts, SplitShares, Split, classes};
/// let digits = DataSet::Digits.load();
/// let batch = digits.batch();
/// let shares = SplitShares { validation: 0.1, test: 0.2 };
/// let split = Split::stratified(&classes(&batch), &digits.class_names, shares, 1)?;
/// let parts = Parts::standardised(&batch, &split)?;
/// assert!(parts.train.x.column_mean().norm() > 0.0);
/// println!("pixels that are always dark: {:?}", parts.constant_columns);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parts {
    /// The training part.
    pub train: Batch<f64>,
    /// The validation part, by which strengths are chosen.
    pub validation: Option<Batch<f64>>,
    /// The test part.
    pub test: Option<Batch<f64>>,
    /// Columns, counted from 0, that are constant in the training part, and were made zeros.
    pub constant_columns: Vec<usize>,
}

impl Parts {
    /// Makes the parts of a split, as they are in the data.
    pub fn plain(batch: &Batch<f64>, split: &Split) -> Self {
        let part = |rows: &Vec<usize>| (!rows.is_empty()).then(|| batch.select(rows));
        Parts {
            train: batch.select(&split.train),
            validation: part(&split.validation),
            test: part(&split.test),
            constant_columns: Vec::new(),
        }
    }

    /// Makes the parts of a split, with every column standardised by mean and variance of the training part.
    ///
    /// # Errors
    /// [`PartsError`] when all columns are constant in the training part, or an entry of another part is so far from
    /// it that it overflows.
    pub fn standardised(batch: &Batch<f64>, split: &Split) -> Result<Self, PartsError> {
        let Parts { train, validation, test, .. } = Parts::plain(batch, split);
        let standardiser = Standardiser::fit(&train.x);
        let constant_columns = standardiser.constant_columns();
        if constant_columns.len() == train.x.ncols() {
            return Err(PartsError::AllConstant);
        }
        let standardise = |part: &'static str, batch: Batch<f64>| {
            Batch::new(standardiser.apply(&batch.x), batch.y)
                .map_err(|reason| PartsError::Batch { part, reason })
        };
        Ok(Parts {
            train: standardise("training", train)?,
            validation: validation.map(|batch| standardise("validation", batch)).transpose()?,
            test: test.map(|batch| standardise("test", batch)).transpose()?,
            constant_columns,
        })
    }
}

/// The most likely class of each sample, the first of several: its label, where targets are one-hot.
pub fn classes(batch: &Batch<f64>) -> Vec<usize> {
    let most_likely = |row: usize| {
        let y = batch.y.row(row);
        (0..y.len()).fold(0, |best, class| if y[class] > y[best] { class } else { best })
    };
    (0..batch.samples()).map(most_likely).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    fn split() -> Split {
        Split { train: vec![0, 1], validation: vec![], test: vec![2] }
    }

    #[test]
    fn statistics_are_those_of_the_training_part_only() {
        let batch = Batch::from_labels(dmatrix![1.0, 4.0; 3.0, 4.0; 100.0, 5.0], &[0, 1, 1], 2).unwrap();
        let parts = Parts::standardised(&batch, &split()).unwrap();
        assert_eq!(parts.train.x, dmatrix![-1.0, 0.0; 1.0, 0.0]);
        assert_eq!(parts.test.unwrap().x, dmatrix![98.0, 0.0]);
        assert_eq!(parts.constant_columns, [1]);
    }

    #[test]
    fn constant_or_infinite_inputs_are_told() {
        let constant = Batch::from_labels(dmatrix![1.0; 1.0; 3.0], &[0, 1, 1], 2).unwrap();
        assert_eq!(Parts::standardised(&constant, &split()), Err(PartsError::AllConstant));
        let far = Batch::from_labels(dmatrix![1e-300; 2e-300; 1e300], &[0, 1, 1], 2).unwrap();
        let error = Parts::standardised(&far, &split()).unwrap_err().to_string();
        assert!(error.starts_with("the test part, standardised: X[0,0] is inf"), "{error}");
    }

    #[test]
    fn soft_targets_have_the_class_that_is_most_likely() {
        let batch = Batch::new(dmatrix![0.0; 0.0; 0.0], dmatrix![0.2, 0.8; 0.5, 0.5; 0.9, 0.1]).unwrap();
        assert_eq!(classes(&batch), [1, 0, 0]);
    }
}
