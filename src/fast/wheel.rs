//! Symmetric matrices packed by the distance of row and column around a circle, so that all runs are equally long.
//!
//! Turn `t` holds the entries `(i, i+t mod size)`: turn 0 is the diagonal, and with `size/2 + 1` turns each pair of indices
//! comes once (of the last turn of an even size only the first half). A loop over a turn has no short ends as the rows of a
//! triangle have. Entries off the diagonal are multiplied by `sqrt(2)`, which makes the dot product of two packed matrices
//! that of the matrices. A vector that is read at `i` and `i+t` is given twice, one copy after the other.

use super::lanes::{LANES, Lanes, row, row_mut};
use std::f64::consts::SQRT_2;
use std::ops::Range;

/// One turn of the wheel.
pub(super) struct Turn {
    /// How far the column is from the row.
    pub distance: usize,
    /// Where its entries are.
    pub entries: Range<usize>,
}

impl Turn {
    /// What the entries of a matrix are multiplied by.
    #[inline(always)]
    pub fn factor(&self) -> f64 {
        if self.distance == 0 { 1.0 } else { SQRT_2 }
    }
}

/// How many turns matrices of this size have.
#[inline(always)]
pub(super) fn turns(size: usize) -> usize {
    if size == 0 { 0 } else { size / 2 + 1 }
}

/// The turn of this distance.
#[inline(always)]
pub(super) fn turn(size: usize, distance: usize) -> Turn {
    let halved = distance > 0 && 2 * distance == size;
    let start = distance * size;
    Turn { distance, entries: start..start + if halved { distance } else { size } }
}

/// The length of a vector that is given twice: with room behind it, so that eight entries can be taken from any on.
#[inline(always)]
pub(super) fn twice(size: usize) -> usize {
    2 * size + LANES
}

/// A vector twice, one copy after the other.
#[inline(always)]
pub(super) fn set_twice(out: &mut [f64], vector: &[f64]) {
    out[..vector.len()].copy_from_slice(vector);
    out[vector.len()..2 * vector.len()].copy_from_slice(vector);
}

/// Packs `a a'`, `a` being given twice.
#[inline(always)]
pub(super) fn pack_square(out: &mut [f64], twice: &[f64], size: usize) {
    for distance in 0..turns(size) {
        let turn = turn(size, distance);
        let (factor, out) = (turn.factor(), &mut out[turn.entries]);
        let (a, b) = (&twice[..out.len()], &twice[distance..distance + out.len()]);
        for i in 0..out.len() {
            out[i] = factor * a[i] * b[i];
        }
    }
}

/// Turns a gradient by a packed symmetric matrix into one by the matrix `B` itself, whose entries beside the diagonal have two
/// places: a row a turn, each twice.
#[inline(always)]
pub(super) fn unpack_gradient(out: &mut [f64], by: &[f64], size: usize) {
    for distance in 0..turns(size) {
        let turn = turn(size, distance);
        let (half, by) = (0.5 * turn.factor(), &by[turn.entries]);
        let (first, second) = row_mut(out, distance, twice(size)).split_at_mut(size);
        // Of the last turn of an even size there is only the first half, and zeros stay behind it.
        for i in 0..by.len() {
            first[i] = half * by[i];
            second[i] = half * by[i];
        }
    }
}

/// Eight entries of `B a` from `i` on, for `K` vectors `a`, each twice, one behind the other: the partners of an index are those
/// a distance ahead and those a distance behind.
#[inline(always)]
pub(super) fn products_with<const FMA: bool, const K: usize>(
    b: &[f64],
    a: &[f64],
    size: usize,
    i: usize,
) -> [Lanes; K] {
    let width = twice(size);
    let (mut ahead, mut behind) = ([Lanes::default(); K], [Lanes::default(); K]);
    for distance in 0..turns(size) {
        let (b, forth, back) = (row(b, distance, width), i + distance, size + i - distance);
        let (b_ahead, b_behind) = (Lanes::at(b, i), Lanes::at(b, back));
        for k in 0..K {
            let a = row(a, k, width);
            ahead[k] = b_ahead.times_plus::<FMA>(Lanes::at(a, forth), ahead[k]);
            behind[k] = b_behind.times_plus::<FMA>(Lanes::at(a, back), behind[k]);
        }
    }
    for k in 0..K {
        ahead[k] = ahead[k] + behind[k];
    }
    ahead
}

/// `sum += factor a b`, entry by entry.
#[inline(always)]
pub(super) fn add_products(sum: &mut [f64], factor: f64, a: &[f64], b: &[f64]) {
    let (a, b) = (&a[..sum.len()], &b[..sum.len()]);
    for i in 0..sum.len() {
        sum[i] += factor * a[i] * b[i];
    }
}

#[cfg(test)]
mod tests {
    use super::super::sizes::packed;
    use super::*;

    #[test]
    fn each_pair_of_indices_comes_once() {
        for size in 0..9 {
            let mut seen = vec![0; size * size];
            let mut entries = 0;
            for turn in (0..turns(size)).map(|distance| turn(size, distance)) {
                assert_eq!(turn.entries.start, entries);
                entries = turn.entries.end;
                for i in 0..turn.entries.len() {
                    let j = (i + turn.distance) % size;
                    seen[i.min(j) * size + i.max(j)] += 1;
                }
            }
            assert_eq!(entries, packed(size));
            let once = (0..size).all(|i| (i..size).all(|j| seen[i * size + j] == 1));
            assert!(once, "size {size}");
        }
    }

    #[test]
    fn the_product_of_two_packed_squares_is_that_of_the_matrices_and_has_its_slope() {
        for size in 1..7 {
            let vector = |seed: f64| (0..size).map(|i| (i as f64 + seed).sin()).collect::<Vec<f64>>();
            let (a, b) = (vector(0.3), vector(2.0));
            let pack = |a: &[f64]| {
                let (mut twice, mut out) = (vec![0.0; twice(size)], vec![0.0; packed(size)]);
                set_twice(&mut twice, a);
                pack_square(&mut out, &twice, size);
                (twice, out)
            };
            let ((twice, own), (_, other)) = (pack(&a), pack(&b));
            let dot: f64 = own.iter().zip(&other).map(|(a, b)| a * b).sum();
            let product: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
            // A few roundings of numbers of size 1 and their sums.
            assert!((dot - product * product).abs() < 1e-14);
            let mut by = vec![0.0; turns(size) * twice.len()];
            unpack_gradient(&mut by, &other, size);
            for (i, b) in b.iter().enumerate() {
                let [slopes] = products_with::<true, 1>(&by, &twice, size, i);
                let slope = 2.0 * slopes.0[0];
                assert!((slope - 2.0 * product * b).abs() < 1e-14);
            }
        }
    }
}
