//! Mean, deviation and extreme values of spectra, by their definitions: of a matrix, or of all spectra that have a given trace
//! and squared trace.

use super::product;
use crate::number::{Arithmetic, Matrix, Smooth};
use std::ops::Range;

/// The trace of a diagonal block.
pub(super) fn block_trace<A: Arithmetic>(h: &Matrix<A>, range: Range<usize>) -> A {
    range.fold(A::zero(), |sum, i| sum + h[(i, i)])
}

/// The squared norm of a block.
pub(super) fn block_square<A: Arithmetic>(h: &Matrix<A>, rows: Range<usize>, columns: Range<usize>) -> A {
    let block = h.view_range(rows, columns).into_owned();
    product(&block, &block)
}

/// The mean of the diagonal.
pub(super) fn average<A: Arithmetic>(h: &Matrix<A>) -> A {
    block_trace(h, 0..h.nrows()) / A::integer(h.nrows() as i64)
}

/// `|H - m I|^2` with `m` the mean of the diagonal.
pub(super) fn centred<A: Arithmetic>(h: &Matrix<A>) -> A {
    let shifted = h - Matrix::identity(h.nrows(), h.nrows()) * average(h);
    product(&shifted, &shifted)
}

/// The standard deviation of the eigenvalues.
pub(super) fn deviation<A: Arithmetic>(h: &Matrix<A>) -> A {
    (centred(h) / A::integer(h.nrows() as i64)).sqrt()
}

/// The mean of so many numbers with this sum.
pub(super) fn mean_of<T: Smooth>(sum: &T, _: &T, size: usize) -> T {
    *sum / T::integer(size as i64)
}

/// The standard deviation of so many numbers with these sums of first and second powers.
pub(super) fn deviation_of<T: Smooth>(sum: &T, squares: &T, size: usize) -> T {
    let (count, mean) = (T::integer(size as i64), mean_of(sum, squares, size));
    (*squares / count - mean * mean).positive_part().sqrt()
}

/// The largest that one of them can be: the larger root of `D x^2 - 2 T x + T^2 - (D-1) Q = 0`.
pub(super) fn largest_of<T: Smooth>(sum: &T, squares: &T, size: usize) -> T {
    // In the field a root of a product is that of one factor times that of the other, up to a sign: so the root of the size is
    // taken apart.
    mean_of(sum, squares, size) + deviation_of(sum, squares, size) * T::integer(size as i64 - 1).sqrt()
}

/// Squared trace of the spectrum `x, y, .., y` with this trace.
pub(super) fn one_apart<A: Arithmetic>(x: A, trace: A, size: usize) -> A {
    let rest = trace - x;
    x * x + if size == 1 { A::zero() } else { rest * rest / A::integer(size as i64 - 1) }
}

/// Squared trace of the spectrum `x, .., x, y` with this trace.
pub(super) fn all_but_one<A: Arithmetic>(x: A, trace: A, size: usize) -> A {
    let others = A::integer(size as i64 - 1);
    let last = trace - others * x;
    others * x * x + last * last
}
