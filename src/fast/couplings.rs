//! What every sample brings to the coupling block: `A = S V phi1`, and beside it `A z` and `D = delta phi1'`.

use super::forward::{Forward, Seen, rows};
use super::lanes::{row, row_mut, vectorised};
use super::memory::Ledger;
use super::product::{Then, product, view};
use super::share::RowsOf;
use super::sizes::{Sizes, diagonal, packed};
use super::weights::Weights;
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

/// Rows of `c x h` entries a sample: of all samples, or of a few.
pub(super) struct Couplings {
    /// `A`.
    a: Vec<f64>,
    /// `A z` and `D`, one behind the other: what is summed with `xi` alone.
    shifted: Vec<f64>,
    /// `S V`.
    sv: Vec<f64>,
}

/// The rows of some samples.
#[derive(Clone, Copy)]
pub(super) struct SeenCouplings<'a> {
    pub a: &'a [f64],
    pub shifted: &'a [f64],
    pub sv: &'a [f64],
}

impl Couplings {
    pub fn new(sizes: &Sizes, samples: usize, ledger: &mut Ledger) -> Self {
        let coupling = sizes.coupling();
        Couplings {
            a: ledger.zeros(&[samples, coupling]),
            shifted: ledger.zeros(&[samples, 2, coupling]),
            sv: ledger.zeros(&[samples, coupling]),
        }
    }

    /// All rows, to be filled.
    pub fn rows(&mut self, samples: usize) -> RowsOf<'_, 3> {
        RowsOf::all(samples, [&mut self.a, &mut self.shifted, &mut self.sv])
    }

    /// The rows of these numbers.
    pub fn seen(&self, range: &Range<usize>, sizes: &Sizes) -> SeenCouplings<'_> {
        let coupling = sizes.coupling();
        SeenCouplings {
            a: rows(&self.a, range, coupling),
            shifted: rows(&self.shifted, range, 2 * coupling),
            sv: rows(&self.sv, range, coupling),
        }
    }

    /// Fills the first rows with those of a range of samples.
    pub fn fill(
        &mut self,
        (forward, weights, sizes): (&Forward, &Weights, &Sizes),
        range: &Range<usize>,
        square: &mut [f64],
    ) -> SeenCouplings<'_> {
        let arrays = [&mut self.a[..], &mut self.shifted, &mut self.sv];
        fill(arrays, forward.seen(range), (weights, sizes), square);
        self.seen(&(0..range.len()), sizes)
    }
}

/// Fills rows with `A`, with `A z` and `D`, and with `S V`. `square` is room for `S` of the samples as matrices.
pub(super) fn fill(
    [a, shifted, sv]: [&mut [f64]; 3],
    seen: Seen,
    (weights, sizes): (&Weights, &Sizes),
    square: &mut [f64],
) {
    let (h, c, count) = (sizes.hidden, sizes.contrasts, seen.nx.len());
    unpack(square, seen.s, c);
    product(sv, Then::Set, 1.0, view(square, count * c, c), view(&weights.v, c, h));
    let coupling = sizes.coupling();
    if coupling == 0 {
        return;
    }
    vectorised(
        #[inline(always)]
        || {
            for n in 0..count {
                let (z, phi1) = (row(seen.z, n, h), row(seen.phi1, n, h));
                let (az, d) = row_mut(shifted, n, 2 * coupling).split_at_mut(coupling);
                for k in 0..c {
                    let (a, sv) = (row_mut(a, n * c + k, h), row(sv, n * c + k, h));
                    let (az, d, delta) = (row_mut(az, k, h), row_mut(d, k, h), seen.delta[n * c + k]);
                    for i in 0..h {
                        a[i] = sv[i] * phi1[i];
                        az[i] = a[i] * z[i];
                        d[i] = delta * phi1[i];
                    }
                }
            }
        },
    );
}

/// Packed matrices as matrices, one below the other.
pub(super) fn unpack(out: &mut [f64], matrices: &[f64], size: usize) {
    if size == 0 {
        return;
    }
    for n in 0..matrices.len() / packed(size) {
        let (out, matrix) = (row_mut(out, n, size * size), row(matrices, n, packed(size)));
        for i in 0..size {
            let row = &matrix[diagonal(size, i)..];
            out[i * size + i] = row[0];
            for j in i + 1..size {
                let entry = FRAC_1_SQRT_2 * row[j - i];
                (out[i * size + j], out[j * size + i]) = (entry, entry);
            }
        }
    }
}
