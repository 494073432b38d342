//! Eigenvalues to more digits than those of the eigensolver.

use super::OracleError;
use crate::number::{Matrix, Precise, Vector};
use crate::witness::eigen::eigenvectors;

/// Neighbours closer than this share of the largest eigenvalue are taken as one: an eigenvector of `f64` tells them apart
/// by a few digits at most, and a mixture of theirs has a value between theirs.
const CLUSTER: f64 = 1e-13;

/// Computes all eigenvalues of a symmetric matrix, ascending, to about 100 bits of the largest one.
///
/// Each eigenvector of the nearest `f64` matrix is corrected once: `x + sum_j x_j (x_j' r)/(lambda - lambda_j)` with the
/// residual `r = H x - lambda x` taken in full precision, which leaves an error of the square of the first. The Rayleigh
/// quotient of that squares it again.
///
/// # Errors
/// [`OracleError`] where the eigensolver finds none.
pub fn refined_eigenvalues(matrix: &Matrix<Precise>) -> Result<Vec<Precise>, OracleError> {
    let (values, vectors) = eigenvectors(&rough(matrix))?;
    Ok((0..values.len()).map(|index| refined(matrix, &values, &vectors, index)).collect())
}

/// Computes the largest eigenvalue of a symmetric matrix to about 100 bits.
///
/// # Errors
/// [`OracleError`] where the eigensolver finds none.
pub fn refined_largest(matrix: &Matrix<Precise>) -> Result<Precise, OracleError> {
    let (values, vectors) = eigenvectors(&rough(matrix))?;
    Ok(refined(matrix, &values, &vectors, values.len() - 1))
}

/// The nearest `f64` matrix for the eigensolver, in which products of tiny entries underflow and then divide: what is
/// beyond any digit of the largest entry is 0 there.
fn rough(matrix: &Matrix<Precise>) -> Matrix<f64> {
    const NOTHING: f64 = 1e-100;
    let rough = matrix.map(|entry| entry.nearest());
    let least = rough.amax() * NOTHING;
    rough.map(|entry| if entry.abs() < least { 0.0 } else { entry })
}

/// Computes an eigenvector of the largest eigenvalue of a symmetric matrix to about 100 bits, where that eigenvalue is apart from the
/// others.
///
/// # Errors
/// [`OracleError`] where the eigensolver finds none.
pub(super) fn refined_leading(matrix: &Matrix<Precise>) -> Result<Vector<Precise>, OracleError> {
    let (values, vectors) = eigenvectors(&rough(matrix))?;
    Ok(corrected(matrix, &values, &vectors, values.len() - 1))
}

fn refined(matrix: &Matrix<Precise>, values: &[f64], vectors: &Matrix<f64>, index: usize) -> Precise {
    rayleigh(matrix, &corrected(matrix, values, vectors, index)).0
}

/// An eigenvector, corrected once by the others.
fn corrected(
    matrix: &Matrix<Precise>,
    values: &[f64],
    vectors: &Matrix<f64>,
    index: usize,
) -> Vector<Precise> {
    let column = |index: usize| vectors.column(index).map(Precise::exact);
    let mut x: Vector<Precise> = column(index);
    let (lambda, image) = rayleigh(matrix, &x);
    let residual = (image - &x * lambda).map(|entry| entry.nearest());
    let scale = values.iter().fold(0.0, |scale: f64, value| scale.max(value.abs()));
    for (other, value) in values.iter().enumerate() {
        let gap = values[index] - value;
        if gap.abs() > CLUSTER * scale {
            let share = vectors.column(other).dot(&residual) / gap;
            x += column(other) * Precise::exact(share);
        }
    }
    x
}

/// `x' H x / x' x`, and `H x`.
fn rayleigh(matrix: &Matrix<Precise>, x: &Vector<Precise>) -> (Precise, Vector<Precise>) {
    let image = matrix * x;
    (x.dot(&image) / x.dot(x), image)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Number, Smooth};

    #[test]
    fn golden_ratio_to_a_hundred_bits() {
        let matrix = nalgebra::dmatrix![1.0, 1.0; 1.0, 0.0].map(Precise::exact);
        let golden = (Precise::integer(1) + Precise::integer(5).sqrt()) / Precise::integer(2);
        let off = (refined_largest(&matrix).unwrap() - golden).nearest().abs();
        assert!(off < 1e-30, "{off:e}");
    }

    #[test]
    fn an_eigenvalue_that_comes_often_does_no_harm() {
        // 1 1' has the eigenvalues 0, 0, 0, 4; with 3 I added 3, 3, 3, 7.
        let matrix = Matrix::from_fn(4, 4, |i, j| Precise::integer(if i == j { 4 } else { 1 }));
        let values = refined_eigenvalues(&matrix).unwrap();
        for (value, expected) in values.iter().zip([3, 3, 3, 7]) {
            assert!((*value - Precise::integer(expected)).nearest().abs() < 1e-30, "{value:?}");
        }
    }
}
