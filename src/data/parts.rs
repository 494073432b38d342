//! The parts of the data as they are trained and tested on.

use super::{Split, Standardiser};
use crate::model::{Batch, BatchError, Loss, Targets};

/// An error of splitting data into parts and standardising them.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartsError {
    /// Inputs that tell no sample from another.
    #[error("every column of X is constant in the training part: there is nothing to tell samples apart by")]
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
    /// What standardised the targets, if they were.
    pub targets: Option<Standardiser>,
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
            targets: None,
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
        let standardise = |batch: Batch<f64>| Batch { x: standardiser.apply(&batch.x), ..batch };
        let parts = Parts {
            train: standardise(train),
            validation: validation.map(standardise),
            test: test.map(standardise),
            constant_columns,
            targets: None,
        };
        parts.check().map(|()| parts)
    }

    /// Makes the parts of a split for training with a loss, as [`standardised`](Parts::standardised) does. Where the loss takes any numbers
    /// as targets, squared and pseudo-huber, and they are no classes as zeros and ones, every target is standardised, too: a loss is then of the
    /// order of 1 whatever the targets are measured in, and so is a rate that suits it. Counts stay as they are.
    ///
    /// ```
    /// use hsr::data::{Parts, RegressionSet, Split, SplitShares};
    /// use hsr::model::{Batch, Loss};
    /// let (x, y) = RegressionSet::Diabetes.load();
    /// let batch = Batch::for_loss(x, y, Loss::Squared)?;
    /// let split = Split::of(&batch, &[], SplitShares { validation: 0.0, test: 0.2 }, 1)?;
    /// let parts = Parts::for_loss(&batch, &[], &split, Loss::Squared)?;
    /// assert!((parts.train.y.variance() - 1.0).abs() < 1e-12);
    /// let (mean, deviation) = parts.targets.and_then(|targets| targets.statistics(0)).unwrap();
    /// println!("a prediction o means {mean} + {deviation} o");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`standardised`](Parts::standardised).
    pub fn for_loss(
        batch: &Batch<f64>,
        class_names: &[String],
        split: &Split,
        loss: Loss,
    ) -> Result<Self, PartsError> {
        let mut parts = Parts::standardised(batch, split)?;
        if loss.targets() == Targets::Numbers && class_names.is_empty() {
            let standardiser = Standardiser::fit(&parts.train.y);
            let all = [Some(&mut parts.train), parts.validation.as_mut(), parts.test.as_mut()];
            all.into_iter().flatten().for_each(|part| part.y = standardiser.apply(&part.y));
            parts.targets = Some(standardiser);
            parts.check()?;
        }
        Ok(parts)
    }

    /// Whether every entry is finite.
    fn check(&self) -> Result<(), PartsError> {
        let parts = [
            ("training", Some(&self.train)),
            ("validation", self.validation.as_ref()),
            ("test", self.test.as_ref()),
        ];
        for (part, batch) in parts.into_iter().filter_map(|(part, batch)| Some((part, batch?))) {
            batch.check_finite().map_err(|reason| PartsError::Batch { part, reason })?;
        }
        Ok(())
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
