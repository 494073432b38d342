//! Inputs with their target distributions.

use super::{Loss, Targets};
use crate::number::{Matrix, Number, Vector};

/// A row of targets may miss the sum 1 by this much: a probability that went through `float32` is off by up to
/// `6e-8`, and a row has few entries of any size.
const SUM_TOLERANCE: f64 = 1e-6;

/// Why inputs and targets do not make a batch.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// There are no samples, or no inputs.
    #[error("X is {rows}x{columns}: at least one sample (row) and one input (column) are needed")]
    Empty {
        /// Rows of `X`.
        rows: usize,
        /// Columns of `X`.
        columns: usize,
    },
    /// The targets are for another number of samples.
    #[error("X has {samples} rows but {name} has {targets}: one target for each sample is needed")]
    Targets {
        /// `Y` or `y`.
        name: &'static str,
        /// Rows of `X`.
        samples: usize,
        /// Rows of the targets.
        targets: usize,
    },
    /// An entry is NaN or infinite.
    #[error("{name}[{row},{column}] is {value}: every entry must be finite")]
    NotFinite {
        /// The array's name.
        name: &'static str,
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A probability is negative.
    #[error("Y[{row},{column}] is {value}: a probability is never negative")]
    Negative {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// The probabilities of a sample do not sum to one.
    #[error("row {row} of Y sums to {sum}: a probability vector sums to 1")]
    Sum {
        /// The row.
        row: usize,
        /// Its sum.
        sum: f64,
    },
    /// A label names no class.
    #[error("y[{row}] is {label}: with {classes} classes a label is 0 to {last}", last = .classes.saturating_sub(1))]
    Label {
        /// The sample.
        row: usize,
        /// The label found.
        label: i64,
        /// The number of classes.
        classes: usize,
    },
    /// A target is not what the loss needs.
    #[error("Y[{row},{column}] is {value}, with the loss {loss}: {needs}", needs = .loss.targets().described())]
    Target {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// The value found.
        value: f64,
        /// The loss.
        loss: Loss,
    },
    /// The sample weights are for another number of samples.
    #[error("X has {samples} rows but there are {found} sample weights: one for each sample is needed")]
    Weights {
        /// Rows of `X`.
        samples: usize,
        /// How many there are.
        found: usize,
    },
    /// A sample weight is zero, negative or not finite.
    #[error("the weight of sample {row} is {value}: a sample weight is a positive number")]
    Weight {
        /// The sample.
        row: usize,
        /// The value found.
        value: f64,
    },
}

/// Inputs `X`, `N x d`, and targets `Y`, `N x C`: in each row a probability vector, or what another loss takes.
///
/// Rows of probabilities are divided by their sum, which may miss 1 by the rounding of a `float32`: every closed form rests on
/// `sum_k y_nk = 1`, and then it holds to the last digit.
///
/// ```
/// use hsr::model::Batch;
/// use nalgebra::dmatrix;
/// let batch = Batch::from_labels(dmatrix![0.5; -1.0], &[1, 0], 2)?;
/// assert_eq!(batch.y, dmatrix![0.0, 1.0; 1.0, 0.0]);
/// let error = Batch::new(dmatrix![0.5], dmatrix![0.5, 0.6]).unwrap_err();
/// assert_eq!(error.to_string(), "row 0 of Y sums to 1.1: a probability vector sums to 1");
/// # Ok::<(), hsr::model::BatchError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Batch<T> {
    /// Inputs, a sample a row.
    pub x: Matrix<T>,
    /// Targets, a sample a row.
    pub y: Matrix<T>,
    /// A positive weight a sample, where samples do not count alike: the loss is `sum_n w_n l_n / sum_n w_n`.
    pub weights: Option<Vector<T>>,
}

impl<T: Number> Batch<T> {
    /// Number of samples, `N`.
    pub fn samples(&self) -> usize {
        self.x.nrows()
    }

    /// The data in another arithmetic.
    pub fn map<U: Number>(&self, f: impl Fn(T) -> U) -> Batch<U> {
        let weights = self.weights.as_ref().map(|weights| weights.map(&f));
        Batch { x: self.x.map(&f), y: self.y.map(&f), weights }
    }

    /// The samples with these numbers, in this order.
    ///
    /// # Panics
    /// Where there is no sample of that number.
    pub fn select(&self, samples: &[usize]) -> Self {
        let weights = self.weights.as_ref().map(|weights| weights.select_rows(samples));
        Batch { x: self.x.select_rows(samples), y: self.y.select_rows(samples), weights }
    }

    /// What each sample counts in a mean: `w_n / sum_m w_m`, or `1/N` without weights.
    pub fn shares(&self) -> Vec<T> {
        match &self.weights {
            Some(weights) => {
                let total = weights.iter().fold(T::zero(), |sum, weight| sum + *weight);
                weights.iter().map(|weight| *weight / total).collect()
            }
            None => vec![T::one() / T::integer(self.samples() as i64); self.samples()],
        }
    }
}

impl Batch<f64> {
    /// Makes a batch, if the arrays fit together and every row of `y` is a probability vector.
    ///
    /// # Errors
    /// [`BatchError`] says which entry or row is wrong.
    pub fn new(x: Matrix<f64>, mut y: Matrix<f64>) -> Result<Self, BatchError> {
        check_inputs(&x, "Y", y.nrows())?;
        check_finite("Y", &y)?;
        for row in 0..y.nrows() {
            for column in 0..y.ncols() {
                let value = y[(row, column)];
                if value < 0.0 {
                    return Err(BatchError::Negative { row, column, value });
                }
            }
            let sum = y.row(row).sum();
            if (sum - 1.0).abs() > SUM_TOLERANCE {
                return Err(BatchError::Sum { row, sum });
            }
            y.row_mut(row).unscale_mut(sum);
        }
        Ok(Batch { x, y, weights: None })
    }

    /// Makes a batch with the targets that a loss takes: probabilities for the softmax, else numbers, zeros and ones, or
    /// counts, one an output.
    ///
    /// ```
    /// use hsr::model::{Batch, Loss};
    /// use nalgebra::dmatrix;
    /// assert!(Batch::for_loss(dmatrix![0.5; -1.0], dmatrix![3.0; 0.0], Loss::Poisson).is_ok());
    /// assert_eq!(
    ///     Batch::for_loss(dmatrix![0.5; -1.0], dmatrix![3.0; -1.0], Loss::Poisson).unwrap_err().to_string(),
    ///     "Y[1,0] is -1, with the loss poisson: a count is a whole number, 0 or more"
    /// );
    /// ```
    ///
    /// # Errors
    /// [`BatchError`] says which entry or row is wrong.
    pub fn for_loss(x: Matrix<f64>, y: Matrix<f64>, loss: Loss) -> Result<Self, BatchError> {
        if loss.targets() == Targets::Probabilities {
            return Batch::new(x, y);
        }
        check_inputs(&x, "Y", y.nrows())?;
        let batch = Batch { x, y, weights: None };
        batch.check_targets(loss)?;
        Ok(batch)
    }

    /// The same data with a weight for each sample.
    ///
    /// # Errors
    /// [`BatchError`] unless there is a positive number for each sample.
    pub fn weighted(self, weights: Vector<f64>) -> Result<Self, BatchError> {
        let (samples, found) = (self.samples(), weights.len());
        if found != samples {
            return Err(BatchError::Weights { samples, found });
        }
        match weights.iter().position(|weight| !(weight.is_finite() && *weight > 0.0)) {
            Some(row) => Err(BatchError::Weight { row, value: weights[row] }),
            None => Ok(Batch { weights: Some(weights), ..self }),
        }
    }

    /// Whether every target is one that the loss takes.
    ///
    /// # Errors
    /// [`BatchError`] names the first that is not.
    pub fn check_targets(&self, loss: Loss) -> Result<(), BatchError> {
        check_finite("Y", &self.y)?;
        let (targets, y) = (loss.targets(), self.y.as_slice());
        if y.iter().all(|value| targets.admit(*value))
            && (targets != Targets::Probabilities || sum_to_1(&self.y))
        {
            return Ok(());
        }
        for row in 0..self.y.nrows() {
            for column in 0..self.y.ncols() {
                let value = self.y[(row, column)];
                if !loss.targets().admit(value) {
                    return Err(BatchError::Target { row, column, value, loss });
                }
            }
            let sum = self.y.row(row).sum();
            if loss.targets() == Targets::Probabilities && (sum - 1.0).abs() > SUM_TOLERANCE {
                return Err(BatchError::Sum { row, sum });
            }
        }
        Ok(())
    }

    /// Checks that every input and every target is finite.
    ///
    /// # Errors
    /// [`BatchError::NotFinite`] names the first entry that is not.
    pub fn check_finite(&self) -> Result<(), BatchError> {
        check_finite("X", &self.x)?;
        check_finite("Y", &self.y)
    }

    /// Makes a batch with one-hot targets from labels.
    ///
    /// # Errors
    /// [`BatchError`] when the arrays do not fit or a label names no class.
    pub fn from_labels(x: Matrix<f64>, labels: &[i64], classes: usize) -> Result<Self, BatchError> {
        check_inputs(&x, "y", labels.len())?;
        let mut y = Matrix::zeros(labels.len(), classes);
        for (row, &label) in labels.iter().enumerate() {
            match usize::try_from(label) {
                Ok(class) if class < classes => y[(row, class)] = 1.0,
                _ => return Err(BatchError::Label { row, label, classes }),
            }
        }
        Ok(Batch { x, y, weights: None })
    }
}

fn check_inputs(x: &Matrix<f64>, name: &'static str, targets: usize) -> Result<(), BatchError> {
    let (rows, columns) = x.shape();
    if x.is_empty() {
        return Err(BatchError::Empty { rows, columns });
    }
    if targets != rows {
        return Err(BatchError::Targets { name, samples: rows, targets });
    }
    check_finite("X", x)
}

/// Whether every row does, within [`SUM_TOLERANCE`]: column after column, some rows at a time.
fn sum_to_1(y: &Matrix<f64>) -> bool {
    const ROWS: usize = 64;
    (0..y.nrows()).step_by(ROWS).all(|start| {
        let end = y.nrows().min(start + ROWS);
        let mut sums = [0.0; ROWS];
        for column in y.as_slice().chunks_exact(y.nrows()) {
            sums.iter_mut().zip(&column[start..end]).for_each(|(sum, value)| *sum += value);
        }
        sums[..end - start].iter().all(|sum| (sum - 1.0).abs() <= SUM_TOLERANCE)
    })
}

fn check_finite(name: &'static str, matrix: &Matrix<f64>) -> Result<(), BatchError> {
    if matrix.as_slice().iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    for row in 0..matrix.nrows() {
        for column in 0..matrix.ncols() {
            let value = matrix[(row, column)];
            if !value.is_finite() {
                return Err(BatchError::NotFinite { name, row, column, value });
            }
        }
    }
    Ok(())
}
