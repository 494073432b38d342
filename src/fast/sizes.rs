//! Sizes, and how symmetric matrices are packed.

use super::contrast::contrasts;
use crate::model::Shape;

/// All sizes that the buffers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// `N`.
    pub samples: usize,
    /// `d`.
    pub inputs: usize,
    /// `h`.
    pub hidden: usize,
    /// `C`.
    pub classes: usize,
    /// `c = C-1`: classes without their common shift.
    pub contrasts: usize,
    /// 1 with biases, 0 without.
    pub bias: usize,
}

impl Sizes {
    pub(super) fn of(shape: &Shape) -> Self {
        Sizes {
            samples: shape.samples,
            inputs: shape.inputs,
            hidden: shape.hidden,
            classes: shape.classes,
            contrasts: contrasts(shape.classes),
            bias: usize::from(shape.biases),
        }
    }

    /// Entries of a packed `c x c` matrix.
    pub(super) fn packed_contrasts(&self) -> usize {
        packed(self.contrasts)
    }

    /// Entries of a packed `h x h` matrix.
    pub(super) fn packed_hidden(&self) -> usize {
        packed(self.hidden)
    }

    /// Entries of a `c x h` matrix.
    pub(super) fn coupling(&self) -> usize {
        self.contrasts * self.hidden
    }

    /// `1/N^2`, the weight of a pair.
    pub(super) fn pair_weight(&self) -> f64 {
        let mean = 1.0 / self.samples as f64;
        mean * mean
    }
}

/// Entries of a packed symmetric matrix: row by row from the diagonal on. Those off the diagonal are multiplied by
/// [`SQRT_2`](std::f64::consts::SQRT_2), which makes the dot product of two packed matrices that of the matrices.
pub(super) fn packed(size: usize) -> usize {
    size * (size + 1) / 2
}

/// Row and column of every entry of a packed matrix, in their order.
pub(super) fn upper(size: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..size).flat_map(move |i| (i..size).map(move |j| (i, j)))
}

/// Where row `i` of a packed matrix of this size begins: at its diagonal entry.
pub(super) fn diagonal(size: usize, i: usize) -> usize {
    i * size - i * i.saturating_sub(1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_packed_matrix_follow_each_other() {
        for size in 1..6 {
            let starts: Vec<usize> = (0..size).map(|i| diagonal(size, i)).collect();
            let expected: Vec<usize> = (0..size).map(|i| (0..i).map(|j| size - j).sum()).collect();
            assert_eq!(starts, expected);
            assert_eq!(diagonal(size, size), packed(size));
            for (entry, (i, j)) in upper(size).enumerate() {
                assert_eq!(entry, diagonal(size, i) + j - i);
            }
        }
    }
}
