//! Rows of samples: what is done to them entry by entry, and which rows belong to one sample or one unit.

use crate::fast::product::{Then, View, view};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, Par};

/// How many sums a dot product is split into, so that they can be added at once.
const LANES: usize = 8;

/// The dot product of two rows.
#[inline(always)]
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let ((left, end), (right, other)) = (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f64 = end.iter().zip(other).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f64>() + rest
}

/// Multiplies entries by those of another.
pub(super) fn multiply(entries: &mut [f64], by: &[f64]) {
    entries.iter_mut().zip(by).for_each(|(entry, by)| *entry *= by);
}

/// `out += one two`, entry by entry.
pub(super) fn add_multiplied(out: &mut [f64], one: &[f64], two: &[f64]) {
    for ((out, one), two) in out.iter_mut().zip(one).zip(two) {
        *out += one * two;
    }
}

/// `out += factor of`.
pub(super) fn add_scaled(out: &mut [f64], factor: f64, of: &[f64]) {
    out.iter_mut().zip(of).for_each(|(out, of)| *out += factor * of);
}

/// Rows with each column multiplied by a number, in room that is given; the rows themselves where there are no numbers.
pub(super) fn weighted<'a>(rows: &'a [f64], by: Option<&[f64]>, room: &'a mut Vec<f64>) -> &'a [f64] {
    let Some(by) = by else { return rows };
    let room = super::room::room(room, rows.len());
    for (out, row) in room.chunks_mut(by.len()).zip(rows.chunks(by.len())) {
        out.iter_mut().zip(row).zip(by).for_each(|((out, entry), by)| *out = entry * by);
    }
    room
}

/// Multiplies each column by a number, if there are numbers.
pub(super) fn weigh_columns(rows: &mut [f64], by: Option<&[f64]>) {
    if let Some(by) = by {
        rows.chunks_mut(by.len()).for_each(|row| multiply(row, by));
    }
}

/// Of a matrix of samples times columns for each unit, the rows of one sample: units times columns.
pub(super) fn sample(data: &[f64], n: usize, count: usize, columns: usize) -> View<'_> {
    let units = data.len() / (count * columns);
    view(data, units, count * columns).subcols(n * columns, columns)
}

/// Same as [`sample`], but to write to.
pub(super) fn sample_mut(data: &mut [f64], n: usize, count: usize, columns: usize) -> MatMut<'_, f64> {
    let units = data.len() / (count * columns);
    MatMut::from_row_major_slice_mut(data, units, count * columns).subcols_mut(n * columns, columns)
}

/// The last columns of a row-major matrix, to write to.
pub(super) fn columns_from(data: &mut [f64], width: usize, first: usize) -> MatMut<'_, f64> {
    let rows = data.len() / width;
    MatMut::from_row_major_slice_mut(data, rows, width).subcols_mut(first, width - first)
}

/// Same as [`product`](crate::fast::product::product), but into a part of a matrix.
pub(super) fn product_into(out: MatMut<f64>, then: Then, left: View, right: View) {
    let accumulate = if then == Then::Set { Accum::Replace } else { Accum::Add };
    matmul(out, accumulate, left, right, 1.0, Par::Seq);
}
