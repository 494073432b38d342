//! The class route: `<GN_n, GN_m> = tr(S_n T S_m T)` with the `c x c` matrix `T_kl = sum_i phi1_n phi1_m V_ki V_li`
//! of each pair, one product of size `N x N x h` for each of the `c(c+1)/2` entries of `T`.

use super::adjoint::{AdjointRows, Partials};
use super::features::unpack;
use super::product::{Then, product, samples, view};
use super::sizes::{LANES, packed, upper};
use super::worker::{PairBuffers, Shared, TileBuffers, Worker};
use crate::terms::bound::Moment;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};
use std::ops::Range;

/// `phi1 V_k V_l` and `[r, diag(GN)]` of the samples of a tile.
pub(super) fn prepare(shared: &Shared, tile: &Range<usize>, pair: &mut PairBuffers) {
    let (sizes, forward) = (&shared.sizes, shared.forward);
    let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
    let v = &shared.weights.v;
    for (row, n) in tile.clone().enumerate() {
        let phi1 = &forward.phi1[n * h..(n + 1) * h];
        let lefts = pair.left[row * s * h..(row + 1) * s * h].chunks_mut(h);
        for (left, (k, l)) in lefts.zip(upper(c)) {
            for (i, left) in left.iter_mut().enumerate() {
                *left = phi1[i] * v[k * h + i] * v[l * h + i];
            }
        }
        let own = &mut pair.curvature[row * 2 * h..(row + 1) * 2 * h];
        for i in 0..h {
            let at = n * h + i;
            own[i] = forward.phi2[at] * forward.u[at];
            own[h + i] = phi1[i] * phi1[i] * forward.k[at];
        }
    }
}

/// `T` of a tile and a chunk, `S` of the chunk with samples side by side, and `[diag(GN) + r, r]` of the chunk.
fn open(shared: &Shared, tile: &Range<usize>, chunk: &Range<usize>, pair: &mut PairBuffers) {
    let (sizes, forward) = (&shared.sizes, shared.forward);
    let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
    let phi1 = samples(&forward.phi1, chunk, h);
    product(&mut pair.t, Then::Set, 1.0, view(&pair.left, tile.len() * s, h), phi1.transpose());
    let others = chunk.len();
    let curvature = &mut pair.curvature[shared.plan.tile * 2 * h..];
    for (column, m) in chunk.clone().enumerate() {
        let matrix = &forward.s[m * s..(m + 1) * s];
        for (entry, (k, l)) in upper(c).enumerate() {
            let share = if k == l { 1.0 } else { FRAC_1_SQRT_2 };
            pair.s[entry * others + column] = share * matrix[entry];
        }
        let row = &mut curvature[column * 2 * h..(column + 1) * 2 * h];
        for i in 0..h {
            let at = m * h + i;
            let r = forward.phi2[at] * forward.u[at];
            row[i] = forward.phi1[at] * forward.phi1[at] * forward.k[at] + r;
            row[h + i] = r;
        }
    }
}

/// `sum xi^2 <M_n, M_m>` over a tile and a chunk.
pub(super) fn value(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    pair: &mut PairBuffers,
) -> f64 {
    open(shared, tile, chunk, pair);
    let (h, entries) = (shared.sizes.hidden, tile.len() * chunk.len());
    let (own, other) = pair.curvature.split_at(shared.plan.tile * 2 * h);
    let other = view(other, chunk.len(), 2 * h).transpose();
    product(&mut pair.weight, Then::Set, 1.0, view(own, tile.len(), 2 * h), other);
    let pairs = pair.xi.iter().zip(&pair.weight).take(entries);
    let residual: f64 = pairs.map(|(xi, product)| xi * xi * product).sum();
    for index in 0..entries {
        pair.weight[index] = pair.xi[index] * pair.xi[index];
    }
    residual + traces(shared, tile, chunk, pair, None)
}

/// Adds what a chunk gives to the gradients at a tile, the weights being `xi^2`; the sum of `xi^2 <GN_n, GN_m>`.
pub(super) fn add(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    buffers: &mut TileBuffers,
    pair: &mut PairBuffers,
    partials: &mut Partials,
) -> f64 {
    open(shared, tile, chunk, pair);
    let sizes = &shared.sizes;
    let (h, s) = (sizes.hidden, sizes.packed_contrasts());
    let scale = 2.0 * sizes.pair_weight();
    let other = view(&pair.curvature[shared.plan.tile * 2 * h..], chunk.len(), 2 * h);
    let weights = view(&pair.weight, tile.len(), chunk.len());
    product(&mut buffers.by_curvature, Then::Add, scale, weights, other);
    let sum = traces(shared, tile, chunk, pair, Some(&mut partials.s));
    let phi1 = samples(&shared.forward.phi1, chunk, h);
    product(&mut pair.back, Then::Add, scale, view(&pair.t, tile.len() * s, chunk.len()), phi1);
    sum
}

/// `sum xi^2 tr(S_n T S_m T)`. With a gradient by `S_n` to add to, `T` becomes the gradient by it.
fn traces(
    shared: &Shared,
    tile: &Range<usize>,
    chunk: &Range<usize>,
    pair: &mut PairBuffers,
    mut by_s: Option<&mut Vec<f64>>,
) -> f64 {
    let (c, s, others) = (shared.sizes.contrasts, shared.sizes.packed_contrasts(), chunk.len());
    let scale = 2.0 * shared.sizes.pair_weight();
    let PairBuffers { t, s: chunk_s, weight, square, strip, .. } = pair;
    let own = &shared.forward.s[tile.start * s..tile.end * s];
    unpack(square, own, c);
    let architecture = pulp::Arch::new();
    let mut sum = 0.0;
    for row in 0..tile.len() {
        let mut work = Row {
            c,
            scale,
            own: &square[row * c * c..(row + 1) * c * c],
            t: &mut t[row * s * others..(row + 1) * s * others],
            chunk_s,
            weights: &weight[row * others..(row + 1) * others],
            by_s: by_s.as_mut().map(|by_s| &mut by_s[row * s..(row + 1) * s]),
            traces: None,
            strip,
        };
        sum += work.run(architecture);
    }
    sum
}

/// One sample of the tile against a chunk.
pub(super) struct Row<'a> {
    /// Rows of `T` and `S`.
    pub c: usize,
    /// What the gradient by `S_n` is multiplied by.
    pub scale: f64,
    /// `S_n`, as a matrix.
    pub own: &'a [f64],
    /// `T`, packed without factors, samples of the chunk side by side.
    pub t: &'a mut [f64],
    /// `S_m`, in the same way.
    pub chunk_s: &'a [f64],
    /// What each pair counts.
    pub weights: &'a [f64],
    /// Where to add the gradient by `S_n`, packed.
    pub by_s: Option<&'a mut [f64]>,
    /// Where to put the trace of each pair.
    pub traces: Option<&'a mut [f64]>,
    /// Room for four matrices of [`LANES`] pairs.
    pub strip: &'a mut [f64],
}

type Lanes = [f64; LANES];

/// `out += a b`, lane by lane.
#[inline(always)]
fn add_product(out: &mut Lanes, a: &Lanes, b: &Lanes) {
    for lane in 0..LANES {
        out[lane] += a[lane] * b[lane];
    }
}

impl Row<'_> {
    /// The weighted sum of `tr(S_n T S_m T)` over the pairs. With a gradient by `S_n` to add to, `T` becomes the gradient by it.
    pub(super) fn run(&mut self, architecture: pulp::Arch) -> f64 {
        architecture.dispatch(
            #[inline(always)]
            || self.run_lanes(),
        )
    }

    #[inline(always)]
    fn run_lanes(&mut self) -> f64 {
        let (c, others) = (self.c, self.weights.len());
        let (strips, _) = self.strip.as_chunks_mut::<LANES>();
        let (t, rest) = strips.split_at_mut(c * c);
        let (s, rest) = rest.split_at_mut(c * c);
        let (x, y) = rest.split_at_mut(c * c);
        let mut sum = [0.0; LANES];
        for start in (0..others).step_by(LANES) {
            let lanes = LANES.min(others - start);
            let mut weight = [0.0; LANES];
            weight[..lanes].copy_from_slice(&self.weights[start..start + lanes]);
            for (entry, (k, l)) in upper(c).enumerate() {
                let at = entry * others + start;
                let mut both = [[0.0; LANES]; 2];
                both[0][..lanes].copy_from_slice(&self.t[at..at + lanes]);
                both[1][..lanes].copy_from_slice(&self.chunk_s[at..at + lanes]);
                (t[k * c + l], t[l * c + k]) = (both[0], both[0]);
                (s[k * c + l], s[l * c + k]) = (both[1], both[1]);
            }
            // X = T S_m, Y = S_n X; the trace is that of Y T.
            for k in 0..c {
                for l in 0..c {
                    let mut entry = [0.0; LANES];
                    for j in 0..c {
                        add_product(&mut entry, &t[k * c + j], &s[l * c + j]);
                    }
                    x[k * c + l] = entry;
                }
            }
            for k in 0..c {
                for l in 0..c {
                    let mut entry = [0.0; LANES];
                    for j in 0..c {
                        add_product(&mut entry, &[self.own[k * c + j]; LANES], &x[j * c + l]);
                    }
                    y[k * c + l] = entry;
                }
            }
            let mut trace = [0.0; LANES];
            for (y, t) in y.iter().zip(&*t) {
                add_product(&mut trace, y, t);
            }
            add_product(&mut sum, &weight, &trace);
            if let Some(traces) = &mut self.traces {
                traces[start..start + lanes].copy_from_slice(&trace[..lanes]);
            }
            let Some(by_s) = &mut self.by_s else { continue };
            for (place, (k, l)) in upper(c).enumerate() {
                // By S_n: T S_m T = X T. By T: Y and its transpose, for each of the two places of the entry.
                let mut entry = [0.0; LANES];
                for j in 0..c {
                    add_product(&mut entry, &x[k * c + j], &t[l * c + j]);
                }
                let mut weighted = [0.0; LANES];
                add_product(&mut weighted, &entry, &weight);
                let factor = if k == l { self.scale } else { SQRT_2 * self.scale };
                by_s[place] += factor * weighted.iter().sum::<f64>();
                let at = place * others + start;
                for lane in 0..lanes {
                    let both = y[k * c + l][lane] + y[l * c + k][lane];
                    self.t[at + lane] = weight[lane] * if k == l { both } else { 2.0 * both };
                }
            }
        }
        sum.iter().sum()
    }
}

/// The gradient of the hidden term at a tile from what all chunks gave.
pub(super) fn finish(shared: &Shared, rows: &mut AdjointRows, worker: &mut Worker) {
    let (sizes, forward, count) = (&shared.sizes, shared.forward, rows.count);
    let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
    let range = rows.range();
    let v = &shared.weights.v;
    let Worker { buffers, pair, partials, moments, by_v, by_diagonals, tile, .. } = &mut *worker;
    let (by_k, by_u) = tile.split_at_mut(count * h);
    let mut value = 0.0;
    for (row, n) in range.clone().enumerate() {
        let by_phi1 = &mut partials.phi1[row * h..(row + 1) * h];
        let backs = pair.back[row * s * h..(row + 1) * s * h].chunks(h);
        let by_products = by_diagonals.squared.chunks_mut(h);
        for ((back, by_product), (k, l)) in backs.zip(by_products).zip(upper(c)) {
            let share = if k == l { 0.5 } else { 0.5 * FRAC_1_SQRT_2 };
            for i in 0..h {
                by_phi1[i] += v[k * h + i] * v[l * h + i] * back[i];
                by_product[i] += share * forward.phi1[n * h + i] * back[i];
            }
        }
        let by = &buffers.by_curvature[row * 2 * h..(row + 1) * 2 * h];
        for i in 0..h {
            let (at, here) = (n * h + i, row * h + i);
            let (phi1, phi2, u, k) = (forward.phi1[at], forward.phi2[at], forward.u[at], forward.k[at]);
            let (by_r, by_g) = (by[i], by[h + i]);
            value += 0.5 * (by_r * phi2 * u + by_g * phi1 * phi1 * k);
            partials.phi2[here] = by_r * u;
            by_u[here] = by_r * phi2;
            by_k[here] = by_g * phi1 * phi1;
            by_phi1[i] += 2.0 * phi1 * k * by_g;
        }
    }
    moments.hidden_squared += value;
    let (by_k, by_u) = (view(by_k, count, h), view(by_u, count, h));
    let diagonals = view(&shared.weights.diagonals, s, h);
    product(&mut partials.s, Then::Add, 1.0, by_k, diagonals.transpose());
    let own = samples(&forward.s, &range, packed(c)).transpose();
    product(&mut by_diagonals.squared, Then::Add, 1.0, own, by_k);
    product(&mut partials.delta, Then::Set, 1.0, by_u, view(v, c, h).transpose());
    product(&mut by_v.hidden_squared, Then::Add, 1.0, samples(&forward.delta, &range, c).transpose(), by_u);
    worker.pull(shared, rows, Moment::HiddenSquared);
}
