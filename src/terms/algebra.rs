//! What matrix calculus writes shorter than nalgebra does.

use crate::number::{Matrix, Number, Vector};

/// `a b'`.
pub(super) fn outer<T: Number>(a: &Vector<T>, b: &Vector<T>) -> Matrix<T> {
    a * b.transpose()
}

/// `a * b`, elementwise.
pub(super) fn times<T: Number>(a: &Vector<T>, b: &Vector<T>) -> Vector<T> {
    a.component_mul(b)
}

/// The matrix with each row multiplied elementwise by the vector: `matrix diag(vector)`.
pub(super) fn scale_columns<T: Number>(matrix: &Matrix<T>, vector: &Vector<T>) -> Matrix<T> {
    Matrix::from_fn(matrix.nrows(), matrix.ncols(), |k, i| matrix[(k, i)] * vector[i])
}

/// Each column multiplied elementwise by the vector: `diag(vector) matrix`.
pub(super) fn scale_rows<T: Number>(matrix: &Matrix<T>, vector: &Vector<T>) -> Matrix<T> {
    Matrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| vector[i] * matrix[(i, j)])
}

/// The vector as a matrix of one column.
pub(super) fn as_column<T: Number>(vector: Vector<T>) -> Matrix<T> {
    Matrix::from_column_slice(vector.len(), 1, vector.as_slice())
}

/// The mean of a matrix over the items; an empty matrix for no items.
pub(super) fn mean<T: Number, N>(items: &[N], term: &dyn Fn(&N) -> Matrix<T>) -> Matrix<T> {
    let count = T::integer(items.len() as i64);
    match items.iter().map(term).reduce(|sum, next| sum + next) {
        Some(sum) => sum.map(|entry| entry / count),
        None => Matrix::from_element(0, 0, T::zero()),
    }
}

/// The rows of a matrix less its first row.
pub(super) fn differences<T: Number>(m: &Matrix<T>) -> Matrix<T> {
    Matrix::from_fn(m.nrows(), m.ncols(), |k, i| m[(k, i)] - m[(0, i)])
}
