//! Features at mean 0 and variance 1, by the statistics of one part of the data.

use crate::number::Matrix;

/// What makes a column one of mean 0 and population variance 1; nothing where the column is constant.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Column {
    /// A power of two, about as large as the entries: divided by it, which is exact, no square overflows or vanishes.
    scale: f64,
    /// Mean and standard deviation of what is left.
    mean: f64,
    deviation: f64,
}

/// `(x - mean) / sqrt(sum (x - mean)^2 / N)` in each column, with the statistics of the data it was fitted to: fit it
/// to the training part and apply it to every part, so that nothing of the test part is seen in training.
///
/// A column that is constant in the part it was fitted to, such as a pixel that is dark in every image, has no
/// variance: it becomes zeros in every part.
///
/// ```
/// use hsr::data::Standardiser;
/// use nalgebra::dmatrix;
/// let standardiser = Standardiser::fit(&dmatrix![1.0, 5.0; 3.0, 5.0]);
/// assert_eq!(standardiser.apply(&dmatrix![5.0, 7.0]), dmatrix![3.0, 0.0]);
/// assert_eq!(standardiser.constant_columns(), [1]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardiser {
    columns: Vec<Option<Column>>,
}

impl Standardiser {
    /// The statistics of each column.
    pub fn fit(x: &Matrix<f64>) -> Self {
        Standardiser { columns: x.column_iter().map(|column| statistics(column.as_slice())).collect() }
    }

    /// The columns, counted from 0, that were constant.
    pub fn constant_columns(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&column| self.columns[column].is_none()).collect()
    }

    /// These samples, standardised. Columns beyond those that it was fitted to stay as they are.
    pub fn apply(&self, x: &Matrix<f64>) -> Matrix<f64> {
        let mut x = x.clone();
        for (mut column, statistics) in x.column_iter_mut().zip(&self.columns) {
            match statistics {
                Some(Column { scale, mean, deviation }) => {
                    column.iter_mut().for_each(|entry| *entry = (*entry / scale - mean) / deviation);
                }
                None => column.fill(0.0),
            }
        }
        x
    }
}

fn statistics(column: &[f64]) -> Option<Column> {
    // Asked of the entries, not of the variance: the rounded mean of equal entries may differ from them.
    if column.iter().all(|entry| entry == &column[0]) {
        return None;
    }
    // The largest power is 2^1023.
    let largest = column.iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
    let scale = largest.log2().floor().min(1023.0).exp2();
    let scaled: Vec<f64> = column.iter().map(|entry| entry / scale).collect();
    let count = column.len() as f64;
    let mean = scaled.iter().sum::<f64>() / count;
    let variance = scaled.iter().map(|entry| (entry - mean).powi(2)).sum::<f64>() / count;
    Some(Column { scale, mean, deviation: variance.sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn standardised(column: &[f64]) -> Vec<f64> {
        let x = Matrix::from_column_slice(column.len(), 1, column);
        Standardiser::fit(&x).apply(&x).as_slice().to_vec()
    }

    #[test]
    fn standardised_columns_have_mean_zero_and_variance_one() {
        let root = 1.5_f64.sqrt();
        assert_relative_eq!(&standardised(&[1.0, 2.0, 3.0])[..], &[-root, 0.0, root][..]);
    }

    #[test]
    fn a_constant_column_becomes_zeros_although_its_mean_is_rounded() {
        assert_ne!((0.1 + 0.1 + 0.1) / 3.0, 0.1);
        assert_eq!(standardised(&[0.1; 3]), [0.0; 3]);
    }

    #[test]
    fn the_scale_of_a_column_does_not_matter_even_at_the_ends_of_the_range() {
        for scale in [f64::MIN_POSITIVE, 1e-200, 1e200, f64::MAX] {
            assert_relative_eq!(&standardised(&[-scale, scale])[..], &[-1.0, 1.0][..]);
        }
    }
}
