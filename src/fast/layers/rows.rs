//! Rows of samples: what is done to them entry by entry, and which rows belong to one sample or one unit.

use super::forward::Forward;
use super::room::room;
use crate::fast::lanes::{multiply, row, row_mut, vectorised};
use crate::fast::product::{View, strided, strided_mut};
use faer::MatMut;

/// A number of each sample: a column of a matrix with a row a sample.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    pub data: &'a [f64],
    pub width: usize,
    pub column: usize,
}

impl Column<'_> {
    #[inline(always)]
    pub fn of(&self, n: usize) -> f64 {
        self.data[n * self.width + self.column]
    }
}

/// `out += one two`, entry by entry.
pub(super) fn add_multiplied(out: &mut [f64], one: &[f64], two: &[f64]) {
    vectorised(
        #[inline(always)]
        || add_multiplied_row(out, one, two),
    );
}

/// The same within code that is vectorised.
#[inline(always)]
pub(super) fn add_multiplied_row(out: &mut [f64], one: &[f64], two: &[f64]) {
    let (one, two) = (&one[..out.len()], &two[..out.len()]);
    for i in 0..out.len() {
        out[i] += one[i] * two[i];
    }
}

/// `out += factor of`.
pub(super) fn add_scaled(out: &mut [f64], factor: f64, of: &[f64]) {
    vectorised(
        #[inline(always)]
        || add_scaled_row(out, factor, of),
    );
}

/// The same within code that is vectorised.
#[inline(always)]
pub(super) fn add_scaled_row(out: &mut [f64], factor: f64, of: &[f64]) {
    let of = &of[..out.len()];
    for i in 0..out.len() {
        out[i] += factor * of[i];
    }
}

/// Adds the products of all rows of two matrices to one row.
pub(super) fn add_products_of_rows(sum: &mut [f64], one: &[f64], two: &[f64]) {
    vectorised(
        #[inline(always)]
        || {
            let width = sum.len();
            for n in 0..one.len() / width {
                add_multiplied_row(sum, row(one, n, width), row(two, n, width));
            }
        },
    );
}

/// Rows with each column multiplied by a number, in room that is given; the rows themselves where there are no numbers.
pub(super) fn weighted<'a>(rows: &'a [f64], by: Option<&[f64]>, place: &'a mut Vec<f64>) -> &'a [f64] {
    let Some(by) = by else { return rows };
    let out = room(place, rows.len());
    out.copy_from_slice(rows);
    weigh_columns(out, Some(by));
    out
}

/// Multiplies each column by a number, if there are numbers.
pub(super) fn weigh_columns(rows: &mut [f64], by: Option<&[f64]>) {
    let Some(by) = by else { return };
    for n in 0..rows.len() / by.len() {
        multiply(row_mut(rows, n, by.len()), by);
    }
}

/// `out += factor omega omega' of` for all pairs of samples of two tiles.
pub(super) fn add_counted_pairs(out: &mut [f64], factor: f64, of: &[f64], tile: &Forward, chunk: &Forward) {
    let columns = chunk.count();
    vectorised(
        #[inline(always)]
        || {
            for (n, share) in tile.share.iter().enumerate() {
                let (out, of) = (row_mut(out, n, columns), row(of, n, columns));
                for i in 0..columns {
                    out[i] += factor * share * chunk.share[i] * of[i];
                }
            }
        },
    );
}

/// Multiplies each row by a sample's number.
pub(super) fn weigh(rows: &mut [f64], by: &[f64], width: usize) {
    for (row, by) in rows.chunks_mut(width).zip(by) {
        row.iter_mut().for_each(|entry| *entry *= by);
    }
}

/// Of a matrix of samples times columns for each unit, the rows of one sample: units times columns.
pub(super) fn sample(data: &[f64], n: usize, count: usize, columns: usize) -> View<'_> {
    let units = data.len() / (count * columns);
    strided(&data[n * columns..], (units, columns), count * columns)
}

/// Same as [`sample`], but to write to.
pub(super) fn sample_mut(data: &mut [f64], n: usize, count: usize, columns: usize) -> MatMut<'_, f64> {
    let units = data.len() / (count * columns);
    strided_mut(&mut data[n * columns..], (units, columns), count * columns)
}

/// The last columns of a row-major matrix, to write to.
pub(super) fn columns_from(data: &mut [f64], width: usize, first: usize) -> MatMut<'_, f64> {
    let rows = data.len() / width;
    strided_mut(&mut data[first..], (rows, width - first), width)
}
