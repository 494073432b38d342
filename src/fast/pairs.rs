//! Sums over pairs of samples, a tile of samples against a chunk of samples at a time: the hidden and the class route
//! (chapters 4 and 7). The two differ in the hidden term alone.

use super::adjoint::AdjointRows;
use super::features::Features;
use super::forward::inputs;
use super::plan::Route;
use super::product::{Then, kept, product, samples, view};
use super::share::pieces;
use super::worker::{PairBuffers, Shared, TileBuffers, Worker};
use super::{class, coupling, hidden};
use std::ops::Range;

/// Gram blocks `xi` and `zeta`, and `<S_n, S_m>` and `<A_n, A_m>`, of a tile and a chunk.
fn grams(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    buffers: &TileBuffers,
    pair: &mut PairBuffers,
) {
    let (sizes, forward) = (&shared.sizes, shared.forward);
    let (h, s, coupling) = (sizes.hidden, sizes.packed_contrasts(), sizes.coupling());
    let both = |data, width| (samples(data, tile, width), samples(data, chunk, width).transpose());
    let x = |range: &Range<usize>| inputs(shared.batch, range.start, range.len());
    let entries = tile.len() * chunk.len();
    pair.xi[..entries].fill(sizes.bias as f64);
    pair.zeta[..entries].fill(sizes.bias as f64);
    product(&mut pair.xi, Then::Add, 1.0, x(tile), x(chunk).transpose());
    let (left, right) = both(&forward.z, h);
    product(&mut pair.zeta, Then::Add, 1.0, left, right);
    let (left, right) = both(&forward.s, s);
    product(&mut pair.ss, Then::Set, 1.0, left, right);
    let (left, right) =
        (view(&buffers.a, tile.len(), coupling), kept(&shared.couplings.a, &pair.a, chunk, coupling));
    product(&mut pair.aa, Then::Set, 1.0, left, right.transpose());
}

fn tile_features(shared: &Shared, tile: &Range<usize>, buffers: &mut TileBuffers, square: &mut [f64]) {
    let TileBuffers { a, az, d, sv, .. } = buffers;
    Features { a, az, d, sv, square }.fill(shared, tile.clone());
}

fn chunk_features(shared: &Shared, chunk: &Range<usize>, pair: &mut PairBuffers) {
    let PairBuffers { a, az, d, sv, square, .. } = pair;
    if !shared.plan.keep_couplings {
        Features { a, az, d, sv, square }.fill(shared, chunk.clone());
    }
}

/// Adds the squared traces of the pairs of a tile with itself and, twice, with the samples that follow it around the
/// circle of all samples up to half of it: each pair of samples once, and every tile the same work.
pub(super) fn value(shared: &Shared, tile: Range<usize>, worker: &mut Worker) {
    let weight = shared.sizes.pair_weight();
    let Worker { pair, buffers, moments, .. } = worker;
    tile_features(shared, &tile, buffers, &mut pair.square);
    if shared.plan.route == Route::Hidden {
        hidden::prepare_value(shared, &tile, buffers);
    } else {
        class::prepare(shared, &tile, pair);
    }
    for (others, twice) in half_circle(&tile, shared.sizes.samples, shared.plan.tile) {
        for chunk in pieces(others, shared.plan.chunk) {
            let factor = weight * twice;
            chunk_features(shared, &chunk, pair);
            grams(shared, &tile, &chunk, buffers, pair);
            let entries = tile.len() * chunk.len();
            let (mut output, mut coupled) = (0.0, 0.0);
            for index in 0..entries {
                let (xi, zeta) = (pair.xi[index], pair.zeta[index]);
                output += zeta * zeta * pair.ss[index];
                coupled += xi * zeta * pair.aa[index];
            }
            moments.output_squared += factor * output;
            moments.coupling_squared +=
                factor * (coupled + coupling::value(shared, &tile, &chunk, buffers, pair));
            moments.hidden_squared += factor
                * if shared.plan.route == Route::Hidden {
                    hidden::value(shared, &tile, &chunk, buffers, pair)
                } else {
                    class::value(shared, &tile, &chunk, pair)
                };
        }
    }
}

/// The samples that a tile is paired with, and how often a pair counts.
fn half_circle(tile: &Range<usize>, samples: usize, length: usize) -> [(Range<usize>, f64); 3] {
    let tiles = samples.div_ceil(length);
    let own = tile.start / length;
    // With an even number of tiles the opposite one belongs to the first half of them.
    let reach = if tiles % 2 == 1 || own < tiles / 2 { tiles / 2 } else { tiles / 2 - 1 };
    let at = |index: usize| (index * length).min(samples);
    let (first, last) = (own + 1, own + 1 + reach);
    let wrapped = if last > tiles { 0..at(last - tiles) } else { 0..0 };
    [(tile.clone(), 1.0), (at(first)..at(last.min(tiles)), 2.0), (wrapped, 2.0)]
}

/// The gradients of the squared traces at a tile of samples, from its pairs with all samples, and their values.
pub(super) fn gradient(shared: &Shared, rows: &mut AdjointRows, worker: &mut Worker) {
    let sizes = &shared.sizes;
    let (h, s) = (sizes.hidden, sizes.packed_contrasts());
    let weight = sizes.pair_weight();
    let tile = rows.range();
    {
        let Worker { pair, buffers, .. } = worker;
        tile_features(shared, &tile, buffers, &mut pair.square);
        for sum in [&mut buffers.output_z, &mut buffers.output_s, &mut buffers.coupling_z, &mut buffers.by_a]
        {
            sum.fill(0.0);
        }
        for sum in
            [&mut buffers.e, &mut buffers.g, &mut buffers.by_m, &mut buffers.by_curvature, &mut pair.back]
        {
            sum.fill(0.0);
        }
    }
    if shared.plan.route == Route::Class {
        worker.partials.clear();
        class::prepare(shared, &tile, &mut worker.pair);
    }
    for chunk in pieces(0..sizes.samples, shared.plan.chunk) {
        let Worker { pair, buffers, moments, partials, .. } = &mut *worker;
        chunk_features(shared, &chunk, pair);
        grams(shared, &tile, &chunk, buffers, pair);
        let entries = tile.len() * chunk.len();
        let shape = (tile.len(), chunk.len());
        let z = samples(&shared.forward.z, &chunk, h);
        let mut output = 0.0;
        for index in 0..entries {
            let square = pair.zeta[index] * pair.zeta[index];
            output += square * pair.ss[index];
            pair.weight[index] = square;
        }
        moments.output_squared += weight * output;
        let own = samples(&shared.forward.s, &chunk, s);
        product(&mut buffers.output_s, Then::Add, 2.0 * weight, view(&pair.weight, shape.0, shape.1), own);
        for index in 0..entries {
            pair.weight[index] = pair.ss[index] * pair.zeta[index];
        }
        product(&mut buffers.output_z, Then::Add, 4.0 * weight, view(&pair.weight, shape.0, shape.1), z);
        coupling::add(shared, &tile, &chunk, buffers, pair);
        for index in 0..entries {
            pair.weight[index] = pair.xi[index] * pair.xi[index];
        }
        if shared.plan.route == Route::Hidden {
            hidden::add(shared, &tile, &chunk, buffers, pair);
        } else {
            moments.hidden_squared += weight * class::add(shared, &tile, &chunk, buffers, pair, partials);
        }
    }
    if shared.plan.route == Route::Hidden {
        hidden::finish(shared, rows, worker);
    } else {
        class::finish(shared, rows, worker);
    }
    worker.pull_output(shared, rows);
    coupling::finish(shared, rows, worker);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_half_circles_of_all_tiles_hold_every_pair_once() {
        for samples in 1..14 {
            for length in 1..6 {
                let mut seen = vec![0.0; samples * samples];
                for start in (0..samples).step_by(length) {
                    let tile = start..(start + length).min(samples);
                    for (others, count) in half_circle(&tile, samples, length) {
                        for (n, m) in tile.clone().flat_map(|n| others.clone().map(move |m| (n, m))) {
                            seen[n * samples + m] += count / 2.0;
                            seen[m * samples + n] += count / 2.0;
                        }
                    }
                }
                assert!(seen.iter().all(|count| *count == 1.0), "{samples} samples, tiles of {length}");
            }
        }
    }
}
