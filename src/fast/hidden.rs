//! The hidden route: `M` of every sample, packed into `h(h+1)/2` numbers, and products of size `N x N x h(h+1)/2`.

use super::adjoint::AdjointRows;
use super::features::{covariances, hidden_hessians};
use super::product::{Then, View, product, samples, view};
use super::sizes::diagonal;
use super::worker::{PairBuffers, Shared, TileBuffers, Worker};
use crate::terms::bound::Moment;
use std::ops::Range;

/// `M` of a chunk: kept, or made anew.
fn chunk_hessians<'a>(shared: &'a Shared, chunk: &Range<usize>, buffer: &'a mut [f64]) -> View<'a> {
    let p = shared.sizes.packed_hidden();
    if shared.plan.keep {
        return samples(shared.kept, chunk, p);
    }
    let buffer = &mut buffer[..chunk.len() * p];
    hidden_hessians(buffer, shared, chunk.clone());
    view(buffer, chunk.len(), p)
}

/// `M` of a tile, for the value alone.
pub(super) fn prepare_value(shared: &Shared, tile: &Range<usize>, buffers: &mut TileBuffers) {
    if !shared.plan.keep {
        let p = shared.sizes.packed_hidden();
        hidden_hessians(&mut buffers.m[..tile.len() * p], shared, tile.clone());
    }
}

/// `sum xi^2 <M_n, M_m>` over a tile and a chunk.
pub(super) fn value(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    buffers: &TileBuffers,
    pair: &mut PairBuffers,
) -> f64 {
    let p = shared.sizes.packed_hidden();
    let own = if shared.plan.keep { samples(shared.kept, tile, p) } else { view(&buffers.m, tile.len(), p) };
    let PairBuffers { weight, m, xi, .. } = pair;
    product(weight, Then::Set, 1.0, own, chunk_hessians(shared, chunk, m).transpose());
    xi.iter().zip(&*weight).take(tile.len() * chunk.len()).map(|(xi, product)| xi * xi * product).sum()
}

/// Adds `2 w sum_m xi^2 M_m` over a chunk to the gradient by `M` of a tile; the weights are `xi^2`.
pub(super) fn add(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    buffers: &mut TileBuffers,
    pair: &mut PairBuffers,
) {
    let PairBuffers { weight, m, .. } = pair;
    let weights = view(weight, tile.len(), chunk.len());
    let scale = 2.0 * shared.sizes.pair_weight();
    product(&mut buffers.by_m, Then::Add, scale, weights, chunk_hessians(shared, chunk, m));
}

/// The gradient of the hidden term at a tile from that by `M`, and the term's value `sum <M, F_M>/2`.
pub(super) fn finish(shared: &Shared, rows: &mut AdjointRows, worker: &mut Worker) {
    let (sizes, forward, count) = (&shared.sizes, shared.forward, rows.count);
    let (h, c, s, p) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts(), sizes.packed_hidden());
    let range = rows.range();
    let Worker { buffers, partials, moments, by_v, by_pairs, tile, .. } = &mut *worker;
    partials.clear();
    covariances(&mut buffers.m, shared, range.clone());
    let by_u = &mut tile[..count * h];
    let mut value = 0.0;
    for (row, n) in range.clone().enumerate() {
        let at = n * h..(n + 1) * h;
        let (phi1, phi2, u) = (&forward.phi1[at.clone()], &forward.phi2[at.clone()], &forward.u[at]);
        let (k, by_m) = (&buffers.m[row * p..(row + 1) * p], &mut buffers.by_m[row * p..(row + 1) * p]);
        let by_phi1 = &mut partials.phi1[row * h..(row + 1) * h];
        for i in 0..h {
            let entries = diagonal(h, i)..diagonal(h, i) + h - i;
            let (k, by) = (&k[entries.clone()], &mut by_m[entries]);
            let by_r = by[0];
            value += by_r * phi2[i] * u[i];
            partials.phi2[row * h + i] = by_r * u[i];
            by_u[row * h + i] = by_r * phi2[i];
            // M has phi1_i K_ij phi1_j; from here on `by` is the gradient by K.
            let mut own = 0.0;
            for (((k, by), slope), by_phi1) in k.iter().zip(by).zip(&phi1[i..]).zip(&mut by_phi1[i..]) {
                let product = *by * k;
                own += product * slope;
                *by_phi1 += product * phi1[i];
                *by *= phi1[i] * slope;
            }
            by_phi1[i] += own;
            value += own * phi1[i];
        }
    }
    moments.hidden_squared += 0.5 * value;
    let own = samples(&forward.s, &range, s);
    let by_k = view(&buffers.by_m, count, p);
    product(&mut partials.s, Then::Set, 1.0, by_k, view(&shared.weights.pairs, s, p).transpose());
    product(by_pairs, Then::Add, 1.0, own.transpose(), by_k);
    let by_u = view(by_u, count, h);
    product(&mut partials.delta, Then::Set, 1.0, by_u, view(&shared.weights.v, c, h).transpose());
    product(&mut by_v.hidden_squared, Then::Add, 1.0, samples(&forward.delta, &range, c).transpose(), by_u);
    worker.pull(shared, rows, Moment::HiddenSquared);
}
