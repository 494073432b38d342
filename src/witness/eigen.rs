//! Dense eigendecomposition of a symmetric matrix, by nalgebra and, behind the feature `lapack`, by LAPACK.

use crate::number::Matrix;

/// Why there are no eigenvalues.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EigenError {
    /// NaN or infinity in the matrix.
    #[error(
        "the matrix has an entry that is not finite at {row},{column}: products of inputs and weights overflow; scale the data down"
    )]
    NotFinite {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
    },
    /// The iteration gave up.
    #[error("the eigensolver {solver} did not converge on a {size}x{size} matrix")]
    NotConverged {
        /// Which solver.
        solver: &'static str,
        /// The size.
        size: usize,
    },
}

/// A sweep count that the QR iteration never needs: it takes two or three sweeps an eigenvalue.
const SWEEPS_PER_EIGENVALUE: usize = 100;

/// All eigenvalues, ascending.
///
/// ```
/// use nalgebra::dmatrix;
/// let eigenvalues = hsr::witness::eigen::eigenvalues(&dmatrix![2.0, 1.0; 1.0, 2.0])?;
/// assert!((eigenvalues[0] - 1.0).abs() < 1e-14 && (eigenvalues[1] - 3.0).abs() < 1e-14);
/// # Ok::<(), hsr::witness::eigen::EigenError>(())
/// ```
///
/// # Errors
/// [`EigenError`] for an entry that is not finite, or an iteration that does not converge.
pub fn eigenvalues(matrix: &Matrix<f64>) -> Result<Vec<f64>, EigenError> {
    Ok(eigenvectors(matrix)?.0)
}

/// All eigenvalues, ascending, with their eigenvectors as columns.
///
/// # Errors
/// As [`eigenvalues`].
pub fn eigenvectors(matrix: &Matrix<f64>) -> Result<(Vec<f64>, Matrix<f64>), EigenError> {
    check_finite(matrix)?;
    let size = matrix.nrows();
    let eigen = matrix.clone().try_symmetric_eigen(f64::EPSILON, SWEEPS_PER_EIGENVALUE * size.max(1));
    let eigen = eigen.ok_or(EigenError::NotConverged { solver: "nalgebra", size })?;
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*a].total_cmp(&eigen.eigenvalues[*b]));
    let values = order.iter().map(|index| eigen.eigenvalues[*index]).collect();
    Ok((values, eigen.eigenvectors.select_columns(&order)))
}

/// All eigenvalues by LAPACK's `dsyev`, ascending.
///
/// # Errors
/// As [`eigenvalues`].
#[cfg(feature = "lapack")]
pub fn lapack_eigenvalues(matrix: &Matrix<f64>) -> Result<Vec<f64>, EigenError> {
    check_finite(matrix)?;
    let size = matrix.nrows();
    let eigen = nalgebra_lapack::SymmetricEigen::try_new(matrix.clone());
    let eigen = eigen.ok_or(EigenError::NotConverged { solver: "LAPACK", size })?;
    let mut values: Vec<f64> = eigen.eigenvalues.iter().copied().collect();
    values.sort_by(f64::total_cmp);
    Ok(values)
}

fn check_finite(matrix: &Matrix<f64>) -> Result<(), EigenError> {
    for column in 0..matrix.ncols() {
        for row in 0..matrix.nrows() {
            if !matrix[(row, column)].is_finite() {
                return Err(EigenError::NotFinite { row, column });
            }
        }
    }
    Ok(())
}
