//! The one matrix product that everything here is made of: `faer`'s, on row-major slices, in the calling thread.
//!
//! At thirteen shapes of tiles, on one core of an AMD EPYC with AVX2, faer 0.24 and gemm 0.19 went at 12 to 35 GFLOP/s,
//! each ahead at about half of them, and matrixmultiply 0.3 at 11 to 25. Of the first two, faer alone does not allocate
//! in a call. It picks AVX2 or AVX-512 when it runs.

use super::lanes::{add_to, row};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use std::ops::Range;

/// A matrix that is only looked at.
pub(crate) type View<'a> = MatRef<'a, f64>;

/// A row-major slice as a matrix.
pub(crate) fn view(data: &[f64], rows: usize, columns: usize) -> View<'_> {
    MatRef::from_row_major_slice(&data[..rows * columns], rows, columns)
}

/// Rows of a matrix with a row for each sample.
pub(crate) fn samples<'a>(data: &'a [f64], range: &Range<usize>, width: usize) -> View<'a> {
    view(&data[range.start * width..range.end * width], range.len(), width)
}

/// A row-major matrix whose rows are a stride apart.
pub(super) fn strided(data: &[f64], (rows, columns): (usize, usize), stride: usize) -> View<'_> {
    MatRef::from_row_major_slice_with_stride(data, rows, columns, stride)
}

/// The same, to be changed: by way of its transpose, since `from_row_major_slice_with_stride_mut` of faer 0.24 takes rows
/// for columns.
pub(super) fn strided_mut(
    data: &mut [f64],
    (rows, columns): (usize, usize),
    stride: usize,
) -> MatMut<'_, f64> {
    MatMut::from_column_major_slice_with_stride_mut(data, columns, rows, stride).transpose_mut()
}

/// Whether a product replaces the values that are there or is added to them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// They are replaced.
    Set,
    /// The product is added to them.
    Add,
}

/// `out = scale left right`, or `out += scale left right`; `out` is row-major.
pub(crate) fn product(out: &mut [f64], then: Then, scale: f64, left: View, right: View) {
    let (rows, columns) = (left.nrows(), right.ncols());
    let out = MatMut::from_row_major_slice_mut(&mut out[..rows * columns], rows, columns);
    product_into(out, then, scale, left, right);
}

/// Same as [`product`], into any matrix.
pub(super) fn product_into(mut out: MatMut<f64>, then: Then, scale: f64, left: View, right: View) {
    if left.ncols() == 0 {
        if then == Then::Set {
            out.fill(0.0);
        }
        return;
    }
    let accumulate = if then == Then::Set { Accum::Replace } else { Accum::Add };
    matmul(out, accumulate, left, right, scale, Par::Seq);
}

/// Adds every row of a row-major matrix, as wide as the sum, to the sum; an empty one is none.
pub(crate) fn add_rows(sum: &mut [f64], rows: &[f64]) {
    if sum.is_empty() {
        return;
    }
    for n in 0..rows.len() / sum.len() {
        add_to(sum, row(rows, n, sum.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_replaces_or_adds() {
        let mut out = [1.0, 1.0];
        let (left, right) = ([1.0, 2.0], [3.0, 4.0, 5.0, 6.0]);
        product(&mut out, Then::Add, 1.0, view(&left, 1, 2), view(&right, 2, 2));
        assert_eq!(out, [14.0, 17.0]);
        product(&mut out, Then::Set, 2.0, view(&left, 1, 2), view(&right, 2, 2));
        assert_eq!(out, [26.0, 32.0]);
        product(&mut out, Then::Set, 2.0, view(&left, 1, 0), view(&right, 0, 2));
        assert_eq!(out, [0.0, 0.0]);
    }
}
