//! The trace and its gradient, sample by sample (chapters 3 and 6).

use super::adjoint::AdjointRows;
use super::product::{Then, product, view};
use super::sizes::{diagonal, packed};
use super::worker::{Shared, Worker};
use crate::terms::bound::Moment;

/// Adds the traces of these samples.
pub(super) fn value(shared: &Shared, range: std::ops::Range<usize>, worker: &mut Worker) {
    let (sizes, forward) = (&shared.sizes, shared.forward);
    let (h, c) = (sizes.hidden, sizes.contrasts);
    for n in range {
        let (phi1, phi2) = (&forward.phi1[n * h..(n + 1) * h], &forward.phi2[n * h..(n + 1) * h]);
        let (u, k) = (&forward.u[n * h..(n + 1) * h], &forward.k[n * h..(n + 1) * h]);
        let s = &forward.s[n * packed(c)..(n + 1) * packed(c)];
        let hidden: f64 = (0..h).map(|i| phi1[i] * phi1[i] * k[i] + phi2[i] * u[i]).sum();
        let impurity: f64 = (0..c).map(|j| s[diagonal(c, j)]).sum();
        worker.moments.hidden_trace += forward.nx[n] * hidden / sizes.samples as f64;
        worker.moments.output_trace += forward.nz[n] * impurity / sizes.samples as f64;
        worker.loss += forward.loss[n] / sizes.samples as f64;
    }
}

/// The gradients of both traces at a tile of samples.
pub(super) fn gradient(shared: &Shared, rows: &mut AdjointRows, worker: &mut Worker) {
    let (sizes, forward) = (&shared.sizes, shared.forward);
    let (h, c, s) = (sizes.hidden, sizes.contrasts, packed(sizes.contrasts));
    let mean = 1.0 / sizes.samples as f64;
    let range = rows.range();
    let count = rows.count;
    let partials = &mut worker.partials;
    partials.clear();
    // `by_k` and `by_u` of every hidden unit: nx phi1^2 and nx phi2.
    let (by_k, by_u) = worker.tile.split_at_mut(count * h);
    for (row, n) in range.clone().enumerate() {
        let nx = forward.nx[n] * mean;
        for i in 0..h {
            let (at, here) = (n * h + i, row * h + i);
            let (phi1, phi2) = (forward.phi1[at], forward.phi2[at]);
            by_k[here] = nx * phi1 * phi1;
            by_u[here] = nx * phi2;
            partials.phi1[here] = 2.0 * nx * phi1 * forward.k[at];
            partials.phi2[here] = nx * forward.u[at];
        }
    }
    let (by_k, by_u) = (view(by_k, count, h), view(by_u, count, h));
    let samples = |data, width| view(data, sizes.samples, width).subrows(range.start, count);
    let diagonals = view(&shared.weights.diagonals, s, h);
    product(&mut partials.s, Then::Set, 1.0, by_k, diagonals.transpose());
    product(&mut worker.by_diagonals.trace, Then::Add, 1.0, samples(&forward.s, s).transpose(), by_k);
    let v = view(&shared.weights.v, c, h);
    product(&mut partials.delta, Then::Set, 1.0, by_u, v.transpose());
    product(&mut worker.by_v.hidden_trace, Then::Add, 1.0, samples(&forward.delta, c).transpose(), by_u);
    worker.pull(shared, rows, Moment::HiddenTrace);

    let partials = &mut worker.partials;
    partials.clear();
    for (row, n) in range.enumerate() {
        let packed_s = &forward.s[n * s..(n + 1) * s];
        let impurity: f64 = (0..c).map(|j| packed_s[diagonal(c, j)]).sum();
        for j in 0..c {
            partials.s[row * s + diagonal(c, j)] = forward.nz[n] * mean;
        }
        for i in 0..h {
            partials.z[row * h + i] = 2.0 * mean * impurity * forward.z[n * h + i];
        }
    }
    worker.pull(shared, rows, Moment::OutputTrace);
}
