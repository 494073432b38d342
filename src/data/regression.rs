//! A data set of the crate with numbers as targets.

use crate::model::{Batch, BatchError, Loss, Targets};
use crate::names::{UnknownName, find};
use crate::number::Matrix;
use std::fmt;
use std::str::FromStr;

/// A data set with numbers as targets that is part of the crate; `src/data/SOURCES.md` says where it comes from.
///
/// ```
/// use hsr::data::RegressionSet;
/// use hsr::model::Loss;
/// let batch = RegressionSet::Diabetes.batch(Loss::Squared)?;
/// assert_eq!((batch.x.shape(), batch.y.shape()), ((442, 10), (442, 1)));
/// # Ok::<(), hsr::model::BatchError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegressionSet {
    /// Progression of diabetes within a year, 442 patients with 10 measures.
    Diabetes,
}

impl RegressionSet {
    /// Every such data set of the crate.
    pub const ALL: [RegressionSet; 1] = [RegressionSet::Diabetes];

    /// Its name, which is read back.
    pub fn name(self) -> &'static str {
        match self {
            RegressionSet::Diabetes => "diabetes",
        }
    }

    /// Origin and licence, in one line.
    pub fn source(self) -> &'static str {
        match self {
            RegressionSet::Diabetes => {
                "B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression, Annals of Statistics 32 (2004) 407-499; \
                 as scikit-learn ships it, BSD-3-Clause"
            }
        }
    }

    /// Inputs at mean 0 and variance 1, and targets for a loss: the same for real numbers, as they are for counts.
    ///
    /// # Errors
    /// [`BatchError`] where its targets are not what the loss takes.
    pub fn batch(self, loss: Loss) -> Result<Batch<f64>, BatchError> {
        let (x, y) = self.load();
        let x = super::Standardiser::fit(&x).apply(&x);
        let y = match loss.targets() {
            Targets::Numbers => super::Standardiser::fit(&y).apply(&y),
            _ => y,
        };
        Batch::for_loss(x, y, loss)
    }

    /// Inputs and targets as they were published.
    pub fn load(self) -> (Matrix<f64>, Matrix<f64>) {
        let rows: Vec<Vec<f64>> = self
            .text()
            .lines()
            .skip(1)
            .map(|line| line.split(',').map(|cell| cell.parse().unwrap_or(f64::NAN)).collect())
            .collect();
        let columns = rows.first().map_or(0, Vec::len);
        let x = Matrix::from_fn(rows.len(), columns - 1, |n, i| rows[n][i]);
        let y = Matrix::from_fn(rows.len(), 1, |n, _| rows[n][columns - 1]);
        (x, y)
    }

    /// The names of the inputs.
    pub fn feature_names(self) -> Vec<String> {
        let header = self.text().lines().next().unwrap_or_default();
        let names = header.rsplit_once(',').map_or("", |(names, _)| names);
        names.split(',').map(str::to_string).collect()
    }

    /// The table, with a line of names, and the target in the last column.
    fn text(self) -> &'static str {
        match self {
            RegressionSet::Diabetes => include_str!("diabetes.csv"),
        }
    }
}

impl fmt::Display for RegressionSet {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for RegressionSet {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("data set", name, &RegressionSet::ALL, RegressionSet::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums are those of scikit-learn 1.9: `load_diabetes(scaled=False)`.
    #[test]
    fn sizes_and_sums_are_the_published_ones() {
        let (x, y) = RegressionSet::Diabetes.load();
        assert_eq!((x.shape(), y.shape()), ((442, 10), (442, 1)));
        assert!(x.iter().chain(y.iter()).all(|value| value.is_finite()));
        assert_eq!((x.column(0).sum(), y.sum()), (21445.0, 67243.0));
        assert_eq!(RegressionSet::Diabetes.feature_names()[..3], ["age", "sex", "bmi"]);
    }

    #[test]
    fn a_loss_that_takes_other_targets_is_refused() {
        assert!(RegressionSet::Diabetes.batch(Loss::Poisson).is_ok());
        let error = RegressionSet::Diabetes.batch(Loss::MultiLabel).unwrap_err().to_string();
        assert_eq!(error, "Y[0,0] is 151, with the loss multi-label: a target is 0 or 1");
    }
}
