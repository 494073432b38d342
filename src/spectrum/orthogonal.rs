//! A vector and the rows of a basis: parts along them, and the vector without them.
//!
//! The basis is read once for each, which is what both cost: they go over all cores where it is large. Every number is added
//! up by one thread, so that their number does not matter.

use pulp::Arch;
use rayon::prelude::*;

/// Numbers of a basis from which on other threads are woken up.
const LARGE: usize = 1 << 18;

/// Entries of the vector that stay in the cache while rows go by.
const BLOCK: usize = 1 << 11;

/// Sums that a product of two vectors is made of, so that none waits for the one before.
const SUMS: usize = 32;

/// Computes the product of each row with the vector.
pub(super) fn parts(basis: &[f64], vector: &[f64], parts: &mut [f64]) {
    let rows = basis.par_chunks_exact(vector.len());
    let of = |(part, row): (&mut f64, &[f64])| *part = inner(row, vector);
    if basis.len() < LARGE {
        parts.iter_mut().zip(basis.chunks_exact(vector.len())).for_each(of);
    } else {
        parts.par_iter_mut().zip(rows).for_each(of);
    }
}

/// Takes from the vector these parts of the rows.
pub(super) fn without(basis: &[f64], parts: &[f64], vector: &mut [f64]) {
    let size = vector.len();
    let architecture = Arch::new();
    let of = |(number, block): (usize, &mut [f64])| {
        let start = number * BLOCK;
        for (part, row) in parts.iter().zip(basis.chunks_exact(size)) {
            let row = &row[start..start + block.len()];
            architecture.dispatch(|| subtract(block, *part, row));
        }
    };
    if basis.len() < LARGE {
        vector.chunks_mut(BLOCK).enumerate().for_each(of);
    } else {
        vector.par_chunks_mut(BLOCK).enumerate().for_each(of);
    }
}

/// `sum_i a_i b_i`.
fn inner(a: &[f64], b: &[f64]) -> f64 {
    Arch::new().dispatch(|| sums(a, b)).iter().sum()
}

#[inline(always)]
fn sums(a: &[f64], b: &[f64]) -> [f64; SUMS] {
    let mut sums = [0.0; SUMS];
    let (a, b) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS));
    let rest = a.remainder().iter().zip(b.remainder());
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    for (sum, (a, b)) in sums.iter_mut().zip(rest) {
        *sum += a * b;
    }
    sums
}

#[inline(always)]
fn subtract(block: &mut [f64], part: f64, row: &[f64]) {
    for (entry, row) in block.iter_mut().zip(row) {
        *entry -= part * row;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers, whose sums are exact in any order.
    fn numbers(count: usize, seed: usize) -> Vec<f64> {
        (0..count).map(|index| ((index * 7919 + seed * 104_729) % 17) as f64 - 8.0).collect()
    }

    #[test]
    fn parts_and_what_is_left_are_those_of_the_definition() {
        // Below and beyond a block, a chunk of sums and the size that other threads are woken for.
        for (rows, size) in [(3, 5), (1, 31), (4, 33), (2, BLOCK + 3), (9, 40_000)] {
            let (basis, vector) = (numbers(rows * size, 1), numbers(size, 2));
            let row = |i: usize| &basis[i * size..(i + 1) * size];
            let mut found = vec![0.0; rows];
            parts(&basis, &vector, &mut found);
            for (i, part) in found.iter().enumerate() {
                let right: f64 = row(i).iter().zip(&vector).map(|(a, b)| a * b).sum();
                assert_eq!(*part, right, "{rows} rows of {size}, row {i}");
            }
            let mut left = vector.clone();
            without(&basis, &found, &mut left);
            for (at, left) in left.iter().enumerate() {
                let taken: f64 = (0..rows).map(|i| found[i] * row(i)[at]).sum();
                assert_eq!(*left, vector[at] - taken, "{rows} rows of {size}, entry {at}");
            }
        }
    }
}
