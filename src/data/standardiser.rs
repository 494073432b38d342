//! Features at mean 0 and variance 1, by the statistics of one part of the data.

use crate::number::Matrix;

/// What makes a column one of mean 0 and population variance 1; nothing where the column is constant.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Column {
    /// A power of two, about as large as the entries: divided by it, which is exact, no difference overflows.
    scale: f64,
    /// The first entry, so divided. What is left without it has about as many digits as the entries differ in, where a
    /// mean of the entries themselves, as of seconds since 1970, would have lost them.
    first: f64,
    /// Another power of two, about as large as these differences: no square of them overflows or vanishes.
    spread: f64,
    /// Mean and standard deviation of what is left.
    mean: f64,
    deviation: f64,
}

impl Column {
    /// An entry without the first, in units of the spread.
    fn offset(&self, entry: f64) -> f64 {
        (entry / self.scale - self.first) / self.spread
    }

    fn standardised(&self, entry: f64) -> f64 {
        (self.offset(entry) - self.mean) / self.deviation
    }
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
    /// Fits a standardiser to the columns of these samples.
    pub fn fit(x: &Matrix<f64>) -> Self {
        Standardiser { columns: x.column_iter().map(|column| statistics(column.as_slice())).collect() }
    }

    /// The numbers of the columns, from 0, that were constant.
    pub fn constant_columns(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&column| self.columns[column].is_none()).collect()
    }

    /// Mean and standard deviation of a column; `None` where it was constant.
    ///
    /// ```
    /// use hsr::data::Standardiser;
    /// use nalgebra::dmatrix;
    /// let standardiser = Standardiser::fit(&dmatrix![1.0, 5.0; 3.0, 5.0]);
    /// assert_eq!(standardiser.statistics(0), Some((2.0, 1.0)));
    /// assert_eq!(standardiser.statistics(1), None);
    /// ```
    ///
    /// # Panics
    /// Where there is no column of that number.
    pub fn statistics(&self, column: usize) -> Option<(f64, f64)> {
        self.columns[column].map(|Column { scale, first, spread, mean, deviation }| {
            ((first + spread * mean) * scale, spread * deviation * scale)
        })
    }

    /// Standardises samples. Columns beyond those that it was fitted to stay as they are.
    pub fn apply(&self, x: &Matrix<f64>) -> Matrix<f64> {
        let mut x = x.clone();
        for (mut column, statistics) in x.column_iter_mut().zip(&self.columns) {
            match statistics {
                Some(statistics) => {
                    column.iter_mut().for_each(|entry| *entry = statistics.standardised(*entry));
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
    let scale = power_of_two(column.iter().copied());
    let first = column[0] / scale;
    let spread = power_of_two(column.iter().map(|entry| entry / scale - first));
    let mut statistics = Column { scale, first, spread, mean: 0.0, deviation: 1.0 };
    let offsets: Vec<f64> = column.iter().map(|&entry| statistics.offset(entry)).collect();
    let mean_of = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / column.len() as f64;
    let rough = mean_of(&mut offsets.iter().copied());
    // What the first sum lost to rounding, the second finds.
    statistics.mean = rough + mean_of(&mut offsets.iter().map(|offset| offset - rough));
    let variance = mean_of(&mut offsets.iter().map(|offset| (offset - statistics.mean).powi(2)));
    statistics.deviation = variance.sqrt();
    Some(statistics)
}

/// The power of two at the largest of these magnitudes; the largest power is `2^1023`.
fn power_of_two(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.fold(0.0_f64, |largest, value| largest.max(value.abs()));
    largest.log2().floor().min(1023.0).exp2()
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

    /// The right values, from differences that are exact here.
    fn expected(offsets: &[f64]) -> Vec<f64> {
        let count = offsets.len() as f64;
        let mean = offsets.iter().sum::<f64>() / count;
        let variance = offsets.iter().map(|offset| (offset - mean).powi(2)).sum::<f64>() / count;
        offsets.iter().map(|offset| (offset - mean) / variance.sqrt()).collect()
    }

    #[test]
    fn an_offset_that_is_large_against_the_spread_costs_no_digits() {
        let microseconds: Vec<f64> = (0..150).map(|row| 1.7e9 + f64::from(row) * 1e-6).collect();
        let ulps: Vec<f64> =
            (0..150).map(|row| if row % 10 == 0 { 1.0 + f64::EPSILON } else { 1.0 }).collect();
        let far: Vec<f64> = (0..50).map(|row| -1e15 + f64::from(row * row)).collect();
        let large: Vec<f64> =
            (0..50).map(|row| f64::MAX / 2.0 + f64::from(row) * 2.0_f64.powi(972)).collect();
        for column in [microseconds, ulps, far, large] {
            let unit = 2.0_f64.powi(column[0].abs().log2() as i32 - 52);
            let offsets: Vec<f64> = column.iter().map(|entry| (entry - column[0]) / unit).collect();
            assert_relative_eq!(&standardised(&column)[..], &expected(&offsets)[..], epsilon = 1e-13);
        }
    }

    #[test]
    fn opposite_ends_of_the_range_do_not_overflow() {
        assert_relative_eq!(&standardised(&[-f64::MAX, f64::MAX])[..], &[-1.0, 1.0][..]);
        assert!(standardised(&[f64::MAX, -f64::MAX, 1.0, 5e-324]).iter().all(|entry| entry.is_finite()));
    }
}
