//! The top eigenvector of a small symmetric matrix, which must be the only one.

use crate::number::{Matrix, Vector};

/// Why a bound that is a largest eigenvalue has no gradient, or no value.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoLeadingVector {
    /// The two largest eigenvalues are the same.
    #[error(
        "the two largest eigenvalues of the matrix of groups coincide ({first:e} and {second:e}): the bound has a kink there and no \
         gradient"
    )]
    Tie {
        /// The largest.
        first: f64,
        /// The next.
        second: f64,
    },
    /// An entry is not finite, or the iteration does not converge.
    #[error("the matrix of groups has no eigenvalues: an entry is not finite")]
    NotFinite,
}

/// A sweep count that the QR iteration never needs.
const SWEEPS_PER_EIGENVALUE: usize = 100;

/// The eigenvector of the largest eigenvalue of a symmetric matrix, of length 1.
///
/// ```
/// use hsr::terms::{NoLeadingVector, leading_vector};
/// use nalgebra::dmatrix;
/// let v = leading_vector(&dmatrix![2.0, 0.0; 0.0, 1.0])?;
/// assert!((v[0].abs() - 1.0).abs() < 1e-15);
/// let error = leading_vector(&dmatrix![1.0, 0.0; 0.0, 1.0]).unwrap_err();
/// assert!(error.to_string().contains("coincide"));
/// # Ok::<(), NoLeadingVector>(())
/// ```
///
/// # Errors
/// [`NoLeadingVector::Tie`] where the two largest eigenvalues are no further apart than rounding may move them.
pub fn leading_vector(matrix: &Matrix<f64>) -> Result<Vector<f64>, NoLeadingVector> {
    let size = matrix.nrows();
    if size == 0 || !matrix.iter().all(|entry| entry.is_finite()) {
        return Err(NoLeadingVector::NotFinite);
    }
    let eigen = matrix.clone().try_symmetric_eigen(f64::EPSILON, SWEEPS_PER_EIGENVALUE * size);
    let eigen = eigen.ok_or(NoLeadingVector::NotFinite)?;
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let first = eigen.eigenvalues[order[0]];
    if let Some(second) = order.get(1).map(|index| eigen.eigenvalues[*index]) {
        // Each eigenvalue is off by a modest multiple of `size eps |C|`.
        if first - second <= 10.0 * size as f64 * f64::EPSILON * matrix.norm() {
            return Err(NoLeadingVector::Tie { first, second });
        }
    }
    Ok(eigen.eigenvectors.column(order[0]).into_owned())
}
