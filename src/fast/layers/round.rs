//! Tiles of samples against each other: what all workers know of the pairs.

use super::forward::Forward;
use super::room::room;
use super::sizes::Sizes;
use crate::fast::lanes::{row, row_mut, vectorised};
use crate::fast::product::{Then, View, product, product_into, strided_mut, view};

/// Rows of a symmetric matrix that are computed at once, a part of them twice.
const STRIP: usize = 32;

/// Two tiles, the second not before the first, with matrices that have a row for each sample of the first and a column for each of the
/// second. `omega` and `omega'` are what the two samples of a pair count, `ze` is the product of their inputs of a layer.
#[derive(Default)]
pub(super) struct Pair {
    pub first: usize,
    pub second: usize,
    pub rows: usize,
    pub columns: usize,
    /// `ze` of each layer's inputs, and `omega omega' ze`.
    ze: Vec<Vec<f64>>,
    pub counted: Vec<Vec<f64>>,
}

/// One tile of a pair meets the other.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub own: usize,
    pub other: usize,
    rows: usize,
    columns: usize,
    turned: bool,
}

/// All pairs of so many tiles.
pub(super) fn pairs_of_tiles(tiles: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..tiles).flat_map(|second| (0..=second).map(move |first| (first, second)))
}

impl Pair {
    /// Takes two tiles.
    pub fn set(&mut self, sizes: &Sizes, tiles: &[Forward], (first, second): (usize, usize)) {
        let (tile, chunk) = (&tiles[first], &tiles[second]);
        let (rows, columns) = (tile.count(), chunk.count());
        (self.first, self.second, self.rows, self.columns) = (first, second, rows, columns);
        self.ze.resize_with(sizes.layers(), Vec::new);
        self.counted.resize_with(sizes.layers(), Vec::new);
        for (l, (ze, counted)) in self.ze.iter_mut().zip(&mut self.counted).enumerate() {
            let (ze, counted) = (room(ze, rows * columns), room(counted, rows * columns));
            ze.fill(sizes.bias(l) as f64);
            let width = sizes.inputs(l);
            let right = view(&chunk.z[l], columns, width).transpose();
            product(ze, Then::Add, 1.0, view(&tile.z[l], rows, width), right);
            vectorised(
                #[inline(always)]
                || {
                    for (n, own) in tile.share.iter().enumerate() {
                        let (counted, ze) = (row_mut(counted, n, columns), row(ze, n, columns));
                        for i in 0..columns {
                            counted[i] = own * chunk.share[i] * ze[i];
                        }
                    }
                },
            );
        }
    }

    /// Sets weights to `factor omega omega' ze^{m-1} ze^{l-1}`.
    pub fn weigh(&self, out: &mut Vec<f64>, (m, l): (usize, usize), factor: f64) {
        let out = room(out, self.rows * self.columns);
        let (ze, counted) = (&self.ze[m][..out.len()], &self.counted[l][..out.len()]);
        vectorised(
            #[inline(always)]
            || {
                for i in 0..out.len() {
                    out[i] = factor * ze[i] * counted[i];
                }
            },
        );
    }

    /// Each tile meets the other, a tile meets itself from both sides.
    pub fn both_ways(&self) -> [Way; 2] {
        let Pair { first, second, rows, columns, .. } = *self;
        let way = Way { own: first, other: second, rows, columns, turned: false };
        [way, Way { own: second, other: first, turned: true, ..way }]
    }

    /// The same, but a tile meets itself once.
    pub fn ways(&self) -> impl Iterator<Item = Way> + use<> {
        let once = self.first == self.second;
        self.both_ways().into_iter().take(if once { 1 } else { 2 })
    }

    /// Adds the products of the rows of both tiles to a matrix that is symmetric in the end: of a tile with itself those of each row with
    /// the rows up to it, and some more.
    pub fn add_gram(&self, out: &mut [f64], first: View, second: View) {
        if self.first != self.second {
            return product(out, Then::Add, 1.0, first, second.transpose());
        }
        for start in (0..self.rows).step_by(STRIP) {
            let rows = STRIP.min(self.rows - start);
            let strip = strided_mut(&mut out[start * self.columns..], (rows, start + rows), self.columns);
            let (left, right) = (first.subrows(start, rows), second.subrows(0, start + rows));
            product_into(strip, Then::Add, 1.0, left, right.transpose());
        }
    }

    /// Puts the rest of such a matrix in.
    pub fn complete(&self, out: &mut [f64]) {
        if self.first == self.second {
            for i in 0..self.rows {
                for j in 0..i {
                    out[j * self.columns + i] = out[i * self.columns + j];
                }
            }
        }
    }

    /// What a symmetric matrix counts where it is taken from both sides: that of a tile with itself has each pair of samples twice.
    pub fn share(&self) -> f64 {
        if self.first == self.second { 0.5 } else { 1.0 }
    }
}

impl Way {
    /// What comes of a sum over all other tiles: each tile meets the first one first.
    pub fn first(&self) -> Then {
        if self.other == 0 { Then::Set } else { Then::Add }
    }

    /// Sets a matrix of the pair to the products of rows of both tiles, or adds them.
    pub fn meet(&self, out: &mut [f64], then: Then, own: View, other: View) {
        match self.turned {
            false => product(out, then, 1.0, own, other.transpose()),
            true => product(out, then, 1.0, other, own.transpose()),
        }
    }

    /// A matrix of the pair, with the rows of its own tile.
    pub fn matrix<'a>(&self, of: &'a [f64]) -> View<'a> {
        let of = view(of, self.rows, self.columns);
        if self.turned { of.transpose() } else { of }
    }
}
