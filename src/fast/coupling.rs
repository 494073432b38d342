//! The coupling term, over pairs: `xi zeta <A_n, A_m>`, and the parts that carry `delta`, which are products with `xi`
//! alone: `xi (<A_n z_n, D_m> + <D_n, A_m z_m> + <D_n, D_m>)` with `D = delta phi1'`.
//!
//! A sum `sum_m xi_nm D_m` can go by way of the inputs: `xi` is `x_n . x_m`, so it is `x_n` times `sum_m x_m (x) D_m`.
//! That is less work where there are more samples than inputs; the plan says which.

use super::adjoint::AdjointRows;
use super::features::Features;
use super::forward::inputs;
use super::product::{Then, kept, product, samples, view};
use super::sizes::{packed, upper};
use super::worker::{PairBuffers, Shared, TileBuffers, Worker};
use crate::terms::bound::Moment;
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

/// Adds a tile's `sum_m xt_m (x) D_m` and `sum_m xt_m (x) A_m z_m`.
pub(super) fn sum_by_inputs(shared: &Shared, tile: Range<usize>, worker: &mut Worker) {
    let (sizes, count) = (&shared.sizes, tile.len());
    let coupling = sizes.coupling();
    let Worker { buffers: TileBuffers { a, az, d, sv, .. }, pair, sums, .. } = worker;
    let couplings = shared.couplings;
    let (d, az) = if shared.plan.keep_couplings {
        let rows = tile.start * coupling..tile.end * coupling;
        (&couplings.d[rows.clone()], &couplings.az[rows])
    } else {
        Features { a, az, d, sv, square: &mut pair.square }.fill(shared, tile.clone());
        (&d[..], &az[..])
    };
    let x = inputs(shared.batch, tile.start, count);
    for (sum, rows) in [(&mut sums.residual, d), (&mut sums.weighted, az)] {
        product(sum, Then::Add, 1.0, x.transpose(), view(rows, count, coupling));
        if sizes.bias == 1 {
            let last = &mut sum[sizes.inputs * coupling..];
            for row in rows[..count * coupling].chunks(coupling.max(1)) {
                last.iter_mut().zip(row).for_each(|(sum, entry)| *sum += entry);
            }
        }
    }
}

/// The parts that carry `delta` of all pairs, from the sums by way of the inputs.
pub(super) fn value_by_inputs(shared: &Shared) -> f64 {
    let sums = shared.sums;
    let parts = sums.residual.iter().zip(&sums.weighted);
    shared.sizes.pair_weight() * parts.map(|(d, az)| d * (2.0 * az + d)).sum::<f64>()
}

/// The parts that carry `delta`, of a tile and a chunk, unless they come by way of the inputs.
pub(super) fn value(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    buffers: &mut TileBuffers,
    pair: &mut PairBuffers,
) -> f64 {
    if shared.plan.by_inputs {
        return 0.0;
    }
    let coupling = shared.sizes.coupling();
    let (count, others) = (tile.len(), chunk.len());
    let left = |data| view(data, count, coupling);
    for ((both, az), d) in buffers.e.iter_mut().zip(&buffers.az).zip(&buffers.d) {
        *both = az + d;
    }
    let d = kept(&shared.couplings.d, &pair.d, chunk, coupling);
    let az = kept(&shared.couplings.az, &pair.az, chunk, coupling);
    product(&mut pair.weight, Then::Set, 1.0, left(&buffers.e), d.transpose());
    product(&mut pair.weight, Then::Add, 1.0, left(&buffers.d), az.transpose());
    pair.xi.iter().zip(&pair.weight).take(count * others).map(|(xi, product)| xi * product).sum()
}

/// Adds what a chunk gives to the gradients at a tile.
pub(super) fn add(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    buffers: &mut TileBuffers,
    pair: &mut PairBuffers,
) {
    let (sizes, weight) = (&shared.sizes, 2.0 * shared.sizes.pair_weight());
    let (count, others, coupling) = (tile.len(), chunk.len(), sizes.coupling());
    let entries = count * others;
    for index in 0..entries {
        pair.weight[index] = pair.xi[index] * pair.zeta[index];
    }
    let couplings = shared.couplings;
    let a = kept(&couplings.a, &pair.a, chunk, coupling);
    product(&mut buffers.by_a, Then::Add, weight, view(&pair.weight, count, others), a);
    for index in 0..entries {
        pair.weight[index] = pair.xi[index] * pair.aa[index];
    }
    let z = samples(&shared.forward.z, chunk, sizes.hidden);
    product(&mut buffers.coupling_z, Then::Add, weight, view(&pair.weight, count, others), z);
    if !shared.plan.by_inputs {
        let xi = view(&pair.xi, count, others);
        product(&mut buffers.e, Then::Add, 1.0, xi, kept(&couplings.d, &pair.d, chunk, coupling));
        product(&mut buffers.g, Then::Add, 1.0, xi, kept(&couplings.az, &pair.az, chunk, coupling));
    }
}

/// The gradient of the coupling term at a tile whose sums over all samples are there, and its value.
pub(super) fn finish(shared: &Shared, rows: &mut AdjointRows, worker: &mut Worker) {
    let (sizes, count) = (&shared.sizes, rows.count);
    let (h, coupling, weight) = (sizes.hidden, sizes.coupling(), 2.0 * sizes.pair_weight());
    let Worker { buffers, partials, moments, .. } = &mut *worker;
    partials.clear();
    if shared.plan.by_inputs {
        let x = inputs(shared.batch, rows.start, count);
        for (out, sum) in [(&mut buffers.e, &shared.sums.residual), (&mut buffers.g, &shared.sums.weighted)] {
            product(out, Then::Set, 1.0, x, view(sum, sizes.inputs, coupling));
            if sizes.bias == 1 {
                let last = &sum[sizes.inputs * coupling..];
                for row in out[..count * coupling].chunks_mut(coupling.max(1)) {
                    row.iter_mut().zip(last).for_each(|(out, sum)| *out += sum);
                }
            }
        }
    }
    let mut value = 0.0;
    for row in 0..count {
        let (n, start) = (rows.start + row, row * coupling);
        let z = &shared.forward.z[n * h..(n + 1) * h];
        let by_z = &mut buffers.coupling_z[row * h..(row + 1) * h];
        for index in 0..coupling {
            let (i, at) = (index % h, start + index);
            let e = weight * buffers.e[at];
            value += 0.5 * (buffers.a[at] * buffers.by_a[at] + e * (2.0 * buffers.az[at] + buffers.d[at]));
            by_z[i] += e * buffers.a[at];
            buffers.by_a[at] += e * z[i];
            // By D: what is left of `e` is not needed.
            buffers.e[at] = e + weight * buffers.g[at];
        }
    }
    moments.coupling_squared += value;
    partials.z[..count * h].copy_from_slice(&buffers.coupling_z[..count * h]);
    chain(shared, rows, worker);
}

/// From gradients by `A` (in `by_a`), by `D` (in `e`) and by `z` (in the partials) to the logits and preactivations.
pub(super) fn chain(shared: &Shared, rows: &mut AdjointRows, worker: &mut Worker) {
    let (sizes, forward, count) = (&shared.sizes, shared.forward, rows.count);
    let (h, c, coupling) = (sizes.hidden, sizes.contrasts, sizes.coupling());
    let Worker { buffers, partials, pair, by_v, .. } = &mut *worker;
    for row in 0..count {
        let n = rows.start + row;
        let phi1 = &forward.phi1[n * h..(n + 1) * h];
        let by_phi1 = &mut partials.phi1[row * h..(row + 1) * h];
        for k in 0..c {
            let at = row * coupling + k * h..row * coupling + (k + 1) * h;
            let (by_d, sv, by_a) = (&buffers.e[at.clone()], &buffers.sv[at.clone()], &mut buffers.by_a[at]);
            let delta = forward.delta[n * c + k];
            let mut by_delta = 0.0;
            for i in 0..h {
                by_delta += by_d[i] * phi1[i];
                by_phi1[i] += by_d[i] * delta + by_a[i] * sv[i];
                by_a[i] *= phi1[i];
            }
            partials.delta[row * c + k] = by_delta;
        }
    }
    // By S V: `by_a` is that now.
    let by_sv = view(&buffers.by_a, count * c, h);
    let square = &mut pair.square[..];
    super::features::unpack(square, &forward.s[rows.start * packed(c)..(rows.start + count) * packed(c)], c);
    product(&mut by_v.coupling_squared, Then::Add, 1.0, view(square, count * c, c).transpose(), by_sv);
    product(square, Then::Set, 1.0, by_sv, view(&shared.weights.v, c, h).transpose());
    for row in 0..count {
        let matrix = &square[row * c * c..(row + 1) * c * c];
        let by_s = &mut partials.s[row * packed(c)..(row + 1) * packed(c)];
        for (by_s, (k, l)) in by_s.iter_mut().zip(upper(c)) {
            let both = matrix[k * c + l] + matrix[l * c + k];
            *by_s = if k == l { matrix[k * c + k] } else { FRAC_1_SQRT_2 * both };
        }
    }
    worker.pull(shared, rows, Moment::CouplingSquared);
}
