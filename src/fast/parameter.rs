//! The parameter route: the blocks of the Hessian themselves, each a sum over samples of a product of two packed
//! pieces. It wins where samples are many against the squares of inputs and hidden units.

use super::adjoint::AdjointRows;
use super::features::{Features, hidden_hessians};
use super::product::{Then, product, samples, view};
use super::sizes::{Sizes, diagonal, packed};
use super::worker::{Shared, Sums, TileBuffers, Worker};
use super::{coupling, hidden};
use crate::terms::bound::Moments;
use std::f64::consts::SQRT_2;
use std::ops::Range;

/// What multiplies `M`, `S` and `A` of a sample in the Hessian: `xt xt'` and `zt zt'`, packed, and `xt zt'`; and `xt`.
struct Factors<'a> {
    xx: &'a mut [f64],
    zz: &'a mut [f64],
    xz: &'a mut [f64],
    x: &'a mut [f64],
}

fn widths(shared: &Shared) -> (usize, usize) {
    (shared.sizes.inputs + shared.sizes.bias, shared.sizes.hidden + shared.sizes.bias)
}

fn pack(out: &mut [f64], vector: &[f64]) {
    for (i, a) in vector.iter().enumerate() {
        let row = &mut out[diagonal(vector.len(), i)..][..vector.len() - i];
        for (out, b) in row.iter_mut().zip(&vector[i..]) {
            *out = SQRT_2 * a * b;
        }
        row[0] = a * a;
    }
}

impl<'a> Factors<'a> {
    /// Those of the samples of a tile, `zt` being put into `scratch` one after the other.
    fn fill(shared: &Shared, tile: &Range<usize>, buffer: &'a mut [f64], scratch: &mut [f64]) -> Self {
        let (dt, ht) = widths(shared);
        let (sizes, count) = (&shared.sizes, tile.len());
        let (xx, rest) = buffer.split_at_mut(count * packed(dt));
        let (zz, rest) = rest.split_at_mut(count * packed(ht));
        let (xz, rest) = rest.split_at_mut(count * dt * ht);
        let x = &mut rest[..count * dt];
        let z = &mut scratch[..ht];
        for (row, n) in tile.clone().enumerate() {
            let x = &mut x[row * dt..(row + 1) * dt];
            x.fill(1.0);
            z.fill(1.0);
            x.iter_mut().zip(shared.batch.x.row(n).iter()).for_each(|(out, x)| *out = *x);
            z[..sizes.hidden].copy_from_slice(&shared.forward.z[n * sizes.hidden..(n + 1) * sizes.hidden]);
            pack(&mut xx[row * packed(dt)..], x);
            pack(&mut zz[row * packed(ht)..], z);
            for (l, x) in x.iter().enumerate() {
                let out = &mut xz[(row * dt + l) * ht..(row * dt + l + 1) * ht];
                out.iter_mut().zip(&*z).for_each(|(out, z)| *out = x * z);
            }
        }
        Factors { xx, zz, xz, x }
    }
}

/// Adds what a tile gives to the blocks.
pub(super) fn sum(shared: &Shared, range: Range<usize>, worker: &mut Worker) {
    let (dt, ht) = widths(shared);
    let (sizes, count) = (&shared.sizes, range.len());
    let (s, p, coupling) = (sizes.packed_contrasts(), sizes.packed_hidden(), sizes.coupling());
    let Worker { buffers, tile, square, sums, pair, .. } = worker;
    let TileBuffers { a, az, d, sv, m, .. } = buffers;
    let factors = Factors::fill(shared, &range, tile, square);
    hidden_hessians(&mut m[..count * p], shared, range.clone());
    Features { a, az, d, sv, square: &mut pair.square }.fill(shared, range.clone());
    let Sums { residual, hidden, output, coupling: block, .. } = sums;
    let own = samples(&shared.forward.s, &range, s);
    product(hidden, Then::Add, 1.0, view(factors.xx, count, packed(dt)).transpose(), view(m, count, p));
    product(output, Then::Add, 1.0, view(factors.zz, count, packed(ht)).transpose(), own);
    product(block, Then::Add, 1.0, view(factors.xz, count, dt * ht).transpose(), view(a, count, coupling));
    product(residual, Then::Add, 1.0, view(factors.x, count, dt).transpose(), view(d, count, coupling));
}

/// Adds the residual part to the coupling block: the entries where both indices are the same hidden unit.
pub(super) fn close(sizes: &Sizes, sums: &mut Sums) {
    let (h, coupling) = (sizes.hidden, sizes.coupling());
    let (dt, ht) = (sizes.inputs + sizes.bias, h + sizes.bias);
    for l in 0..dt {
        for index in 0..coupling {
            let i = index % h;
            sums.coupling[(l * ht + i) * coupling + index] += sums.residual[l * coupling + index];
        }
    }
}

/// Sets the squared norms of the hidden block, the output block and the coupling block.
pub(super) fn set_squares(moments: &mut Moments<f64>, shared: &Shared) {
    let norm =
        |block: &[f64]| shared.sizes.pair_weight() * block.iter().map(|entry| entry * entry).sum::<f64>();
    let sums = shared.sums;
    moments.hidden_squared = norm(&sums.hidden);
    moments.output_squared = norm(&sums.output);
    moments.coupling_squared = norm(&sums.coupling);
}

/// The gradients of the squared traces at a tile of samples, from the blocks.
pub(super) fn gradient(shared: &Shared, rows: &mut AdjointRows, worker: &mut Worker) {
    let (dt, ht) = widths(shared);
    let (sizes, count) = (&shared.sizes, rows.count);
    let (h, s, p, coupling) =
        (sizes.hidden, sizes.packed_contrasts(), sizes.packed_hidden(), sizes.coupling());
    let range = rows.start..rows.start + count;
    let scale = 2.0 * sizes.pair_weight();
    let sums = shared.sums;
    {
        let Worker { buffers, tile, square, pair, partials, moments, .. } = &mut *worker;
        partials.clear();
        let TileBuffers { a, az, d, sv, by_m, by_a, e, output_z, output_s, .. } = buffers;
        Features { a, az, d, sv, square: &mut pair.square }.fill(shared, range.clone());
        let factors = Factors::fill(shared, &range, tile, square);
        let hidden = view(&sums.hidden, packed(dt), p);
        product(by_m, Then::Set, scale, view(factors.xx, count, packed(dt)), hidden);

        let output = view(&sums.output, packed(ht), s);
        let own = samples(&shared.forward.s, &range, s);
        product(output_s, Then::Set, scale, view(factors.zz, count, packed(ht)), output);
        let pairs = output_s.iter().zip(&shared.forward.s[range.start * s..range.end * s]);
        moments.output_squared += 0.5 * pairs.map(|(by, s)| by * s).sum::<f64>();
        product(factors.zz, Then::Set, scale, own, output.transpose());
        for row in 0..count {
            let z = &shared.forward.z[(range.start + row) * h..(range.start + row + 1) * h];
            let by_zz = &factors.zz[row * packed(ht)..(row + 1) * packed(ht)];
            slope_of_packed(&mut output_z[row * h..(row + 1) * h], by_zz, z, ht);
        }

        let block = view(&sums.coupling, dt * ht, coupling);
        product(by_a, Then::Set, scale, view(factors.xz, count, dt * ht), block);
        product(factors.xz, Then::Set, scale, view(a, count, coupling), block.transpose());
        for row in 0..count {
            let by_z = &mut partials.z[row * h..(row + 1) * h];
            let by_d = &mut e[row * coupling..(row + 1) * coupling];
            by_d.fill(0.0);
            for l in 0..dt {
                let x = factors.x[row * dt + l];
                let by_xz = &factors.xz[(row * dt + l) * ht..(row * dt + l) * ht + h];
                by_z.iter_mut().zip(by_xz).for_each(|(out, by)| *out += x * by);
                // By D: the entries of the block where both indices are the same hidden unit.
                for (index, out) in by_d.iter_mut().enumerate() {
                    *out += scale * x * sums.coupling[(l * ht + index % h) * coupling + index];
                }
            }
        }
        let entries = count * coupling;
        let by_a = a[..entries].iter().zip(&by_a[..entries]).map(|(a, by)| a * by).sum::<f64>();
        let by_d = d[..entries].iter().zip(&e[..entries]).map(|(d, by)| d * by).sum::<f64>();
        moments.coupling_squared += 0.5 * (by_a + by_d);
    }
    coupling::chain(shared, rows, worker);
    hidden::finish(shared, rows, worker);
    worker.pull_output(shared, rows);
}

/// The gradient by `z` from that by the packed `zt zt'`.
fn slope_of_packed(out: &mut [f64], by: &[f64], z: &[f64], ht: usize) {
    out.fill(0.0);
    let entry = |j: usize| if j < z.len() { z[j] } else { 1.0 };
    for i in 0..z.len() {
        let row = &by[diagonal(ht, i)..][..ht - i];
        let mut own = 2.0 * row[0] * z[i];
        for (offset, by) in row.iter().enumerate().skip(1) {
            let j = i + offset;
            own += SQRT_2 * by * entry(j);
            if j < z.len() {
                out[j] += SQRT_2 * by * z[i];
            }
        }
        out[i] += own;
    }
}
