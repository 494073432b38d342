//! Inputs with their target distributions.

use crate::number::{Matrix, Number};

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
}

/// Inputs `X`, `N x d`, and targets `Y`, `N x C`: a probability vector in each row.
///
/// Rows of `Y` are divided by their sum, which may miss 1 by the rounding of a `float32`: every closed form rests on
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
    /// Target distributions, a sample a row.
    pub y: Matrix<T>,
}

impl<T: Number> Batch<T> {
    /// Number of samples, `N`.
    pub fn samples(&self) -> usize {
        self.x.nrows()
    }

    /// The data in another arithmetic.
    pub fn map<U: Number>(&self, f: impl Fn(T) -> U) -> Batch<U> {
        Batch { x: self.x.map(&f), y: self.y.map(&f) }
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
        Ok(Batch { x, y })
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
        Ok(Batch { x, y })
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

fn check_finite(name: &'static str, matrix: &Matrix<f64>) -> Result<(), BatchError> {
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
