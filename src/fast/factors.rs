//! What multiplies `M`, `S` and `A` of a sample in the blocks of the Hessian, and the way back from gradients by it.

use super::forward::Seen;
use super::lanes::{LANES, row, row_mut, vectorised};
use super::memory::Ledger;
use super::point::Point;
use super::sizes::{Sizes, packed};
use super::vector::{Work, dispatch};
use super::wheel::{pack_square, products_with, set_twice, turns, twice, unpack_gradient};
use std::ops::Range;

/// Rows of some samples: `xt xt'` and `zt zt'`, packed, `xt zt'`, and `xt`.
pub(super) struct Factors {
    pub xx: Vec<f64>,
    pub zz: Vec<f64>,
    pub xz: Vec<f64>,
    pub x: Vec<f64>,
    /// Room for `zt`, for a vector twice, and for the gradient by `zt zt'` of a sample, a row a turn.
    z: Vec<f64>,
    twice: Vec<f64>,
    by_zz: Vec<f64>,
}

fn widths(sizes: &Sizes) -> (usize, usize) {
    (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias)
}

impl Factors {
    pub fn new(sizes: &Sizes, tile: usize, ledger: &mut Ledger) -> Self {
        let (dt, ht) = widths(sizes);
        Factors {
            xx: ledger.zeros(&[tile, packed(dt)]),
            zz: ledger.zeros(&[tile, packed(ht)]),
            xz: ledger.zeros(&[tile, dt, ht]),
            x: ledger.zeros(&[tile, dt]),
            z: ledger.zeros(&[ht]),
            twice: ledger.zeros(&[twice(dt.max(ht))]),
            by_zz: ledger.zeros(&[turns(ht), twice(ht)]),
        }
    }

    /// Fills the first rows with those of some samples.
    pub fn fill(&mut self, point: &Point, range: &Range<usize>) {
        let (dt, ht) = widths(point.sizes);
        let (h, count) = (point.sizes.hidden, range.len());
        let Factors { xx, zz, xz, x, z, twice, .. } = self;
        x[..count * dt].fill(1.0);
        let inputs = &point.batch.x;
        for l in 0..point.sizes.inputs {
            let column = &inputs.as_slice()[l * inputs.nrows()..][range.clone()];
            x.iter_mut().skip(l).step_by(dt).zip(column).for_each(|(out, x)| *out = *x);
        }
        z.fill(1.0);
        let seen = point.forward.seen(range);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..count {
                    let x = row(x, n, dt);
                    z[..h].copy_from_slice(row(seen.z, n, h));
                    set_twice(twice, x);
                    pack_square(row_mut(xx, n, packed(dt)), twice, dt);
                    set_twice(twice, z);
                    pack_square(row_mut(zz, n, packed(ht)), twice, ht);
                    let xz = row_mut(xz, n, dt * ht);
                    for l in 0..dt {
                        let out = row_mut(xz, l, ht);
                        for i in 0..ht {
                            out[i] = x[l] * z[i];
                        }
                    }
                }
            },
        );
    }

    /// The gradients by `z` that those by the packed `zt zt'`, which stand in its place, give.
    pub fn slopes_of_squares(&mut self, seen: Seen, sizes: &Sizes, out: &mut [f64]) {
        dispatch(Slopes { factors: self, seen, sizes, out });
    }
}

struct Slopes<'a> {
    factors: &'a mut Factors,
    seen: Seen<'a>,
    sizes: &'a Sizes,
    out: &'a mut [f64],
}

impl Work for Slopes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let ((_, ht), h) = (widths(self.sizes), self.sizes.hidden);
        let Factors { zz, z, twice, by_zz, .. } = self.factors;
        z.fill(1.0);
        for n in 0..self.seen.nx.len() {
            z[..h].copy_from_slice(row(self.seen.z, n, h));
            set_twice(twice, z);
            unpack_gradient(by_zz, row(zz, n, packed(ht)), ht);
            let out = row_mut(self.out, n, h);
            for i in (0..h).step_by(LANES) {
                let end = h.min(i + LANES);
                let [slopes] = products_with::<FMA, 1>(by_zz, twice, ht, i);
                (2.0 * slopes).put(&mut out[i..end]);
            }
        }
    }
}

/// The gradients by `z` that those by `xt zt'` give.
pub(super) fn slopes_of_outputs(by_xz: &[f64], x: &[f64], sizes: &Sizes, out: &mut [f64]) {
    let ((dt, ht), h) = (widths(sizes), sizes.hidden);
    vectorised(
        #[inline(always)]
        || {
            for n in 0..out.len() / h {
                let (by, x, out) = (row(by_xz, n, dt * ht), row(x, n, dt), row_mut(out, n, h));
                out.fill(0.0);
                for l in 0..dt {
                    let by = row(by, l, ht);
                    for i in 0..h {
                        out[i] += x[l] * by[i];
                    }
                }
            }
        },
    );
}
