//! Loss and traces, sample by sample (chapter 3).

use super::lanes::{dot, dot_of_three};
use super::point::{Blocks, Point};
use super::sizes::diagonal;
use super::workspace::Values;
use crate::terms::bound::Moments;

/// The loss, both traces, and beside them the squared traces that the pairs gave.
pub(super) fn values(point: &Point, squares: &Blocks<f64>) -> Values {
    let sizes = point.sizes;
    let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
    let seen = point.forward.seen(&(0..sizes.samples));
    let mean = 1.0 / sizes.samples as f64;
    let (mut loss, mut hidden_trace, mut output_trace) = (0.0, 0.0, 0.0);
    for n in 0..sizes.samples {
        let rows = n * h..(n + 1) * h;
        let (phi1, phi2) = (&seen.phi1[rows.clone()], &seen.phi2[rows.clone()]);
        let hidden = dot_of_three(phi1, phi1, &seen.k[rows.clone()]) + dot(phi2, &seen.u[rows]);
        let matrix = &seen.s[n * s..(n + 1) * s];
        let impurity: f64 = (0..c).map(|j| matrix[diagonal(c, j)]).sum();
        hidden_trace += mean * seen.nx[n] * hidden;
        output_trace += mean * seen.nz[n] * impurity;
        loss += mean * seen.loss[n];
    }
    let &Blocks { hidden: hidden_squared, output: output_squared, coupling: coupling_squared } = squares;
    let moments = Moments { hidden_trace, hidden_squared, output_trace, output_squared, coupling_squared };
    Values { loss, moments }
}
