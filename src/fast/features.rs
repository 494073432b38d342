//! What a sample brings to the coupling and the hidden block: `A`, `A z`, `D = delta phi1'` and `M`.

use super::product::{Then, product, view};
use super::sizes::{diagonal, packed};
use super::worker::Shared;
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

/// Where the features of some samples go, a row of `c x h` entries a sample.
pub(super) struct Features<'a> {
    pub a: &'a mut [f64],
    pub az: &'a mut [f64],
    pub d: &'a mut [f64],
    /// `S V`.
    pub sv: &'a mut [f64],
    /// Room for `S` as a matrix.
    pub square: &'a mut [f64],
}

impl Features<'_> {
    /// `A = S V phi1`, `A z` and `D` of the samples of `range`.
    pub(super) fn fill(&mut self, shared: &Shared, range: Range<usize>) {
        let (sizes, forward) = (&shared.sizes, shared.forward);
        let (h, c, coupling) = (sizes.hidden, sizes.contrasts, sizes.coupling());
        let count = range.len();
        unpack(self.square, &forward.s[range.start * packed(c)..range.end * packed(c)], c);
        product(self.sv, Then::Set, 1.0, view(self.square, count * c, c), view(&shared.weights.v, c, h));
        for (row, n) in range.enumerate() {
            let (z, phi1) = (&forward.z[n * h..(n + 1) * h], &forward.phi1[n * h..(n + 1) * h]);
            for k in 0..c {
                let delta = forward.delta[n * c + k];
                let at = row * coupling + k * h..row * coupling + (k + 1) * h;
                let (a, az) = (&mut self.a[at.clone()], &mut self.az[at.clone()]);
                let (d, sv) = (&mut self.d[at.clone()], &self.sv[at]);
                for i in 0..h {
                    a[i] = sv[i] * phi1[i];
                    az[i] = a[i] * z[i];
                    d[i] = delta * phi1[i];
                }
            }
        }
    }
}

/// Packed matrices as matrices, one below the other.
pub(super) fn unpack(out: &mut [f64], matrices: &[f64], size: usize) {
    if size == 0 {
        return;
    }
    for (out, matrix) in out.chunks_mut(size * size).zip(matrices.chunks(packed(size))) {
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

/// `K = V' S V` of the samples of `range`, packed.
pub(super) fn covariances(out: &mut [f64], shared: &Shared, range: Range<usize>) {
    let sizes = &shared.sizes;
    let (s, p) = (sizes.packed_contrasts(), sizes.packed_hidden());
    let own = view(&shared.forward.s, sizes.samples, s).subrows(range.start, range.len());
    product(out, Then::Set, 1.0, own, view(&shared.weights.pairs, s, p));
}

/// `M = diag(phi1) K diag(phi1) + diag(r)` of the samples of `range`, packed.
pub(super) fn hidden_hessians(out: &mut [f64], shared: &Shared, range: Range<usize>) {
    let (sizes, forward) = (&shared.sizes, shared.forward);
    let (h, p) = (sizes.hidden, sizes.packed_hidden());
    covariances(out, shared, range.clone());
    for (m, n) in out.chunks_mut(p).zip(range) {
        let (phi1, phi2) = (&forward.phi1[n * h..(n + 1) * h], &forward.phi2[n * h..(n + 1) * h]);
        for i in 0..h {
            let row = &mut m[diagonal(h, i)..diagonal(h, i) + h - i];
            for (entry, slope) in row.iter_mut().zip(&phi1[i..]) {
                *entry *= phi1[i] * slope;
            }
            row[0] += phi2[i] * forward.u[n * h + i];
        }
    }
}
