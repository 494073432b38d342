//! The forward pass: what each sample gives, in rows.

use super::classes::ClassRoom;
use super::contrast::Contrasts;
use super::lanes::{dot, row};
use super::memory::Ledger;
use super::product::{Then, View, product, view};
use super::share::{Rows, RowsOf, share};
use super::sizes::{Sizes, packed};
use super::vector::{self, activate, add_to_rows};
use super::weights::Weights;
use super::wheel::add_products;
use crate::model::{Batch, ThreeLayer};
use std::ops::Range;

/// A row a sample.
pub(super) struct Forward {
    /// `z`, `phi1`, `phi2`, `phi3`: `N x h` each.
    z: Vec<f64>,
    phi1: Vec<f64>,
    phi2: Vec<f64>,
    phi3: Vec<f64>,
    /// `p`, `N x C`.
    p: Vec<f64>,
    /// `delta` in contrasts, `N x c`.
    delta: Vec<f64>,
    /// `S` in contrasts, packed.
    s: Vec<f64>,
    /// `u = V' delta`, `N x h`.
    u: Vec<f64>,
    /// The diagonal of `K = V' S V`, `N x h`.
    k: Vec<f64>,
    /// `|xt|^2` and `|zt|^2`.
    nx: Vec<f64>,
    nz: Vec<f64>,
    /// Cross entropy.
    loss: Vec<f64>,
    sizes: Sizes,
    workers: Vec<ClassRoom>,
}

/// The rows of some samples.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub z: &'a [f64],
    pub phi1: &'a [f64],
    pub phi2: &'a [f64],
    pub phi3: &'a [f64],
    pub p: &'a [f64],
    pub delta: &'a [f64],
    pub s: &'a [f64],
    pub u: &'a [f64],
    pub k: &'a [f64],
    pub nx: &'a [f64],
    pub nz: &'a [f64],
    pub loss: &'a [f64],
}

/// How many arrays [`Forward`] has.
const ARRAYS: usize = 12;

impl Forward {
    pub(super) fn new(sizes: &Sizes, threads: usize, ledger: &mut Ledger) -> Self {
        let mut rows = |width: usize| ledger.zeros(&[sizes.samples, width]);
        let (h, c) = (sizes.hidden, sizes.contrasts);
        Forward {
            z: rows(h),
            phi1: rows(h),
            phi2: rows(h),
            phi3: rows(h),
            p: rows(sizes.classes),
            delta: rows(c),
            s: rows(packed(c)),
            u: rows(h),
            k: rows(h),
            nx: rows(1),
            nz: rows(1),
            loss: rows(1),
            sizes: *sizes,
            workers: (0..threads).map(|_| ClassRoom::new(sizes, ledger)).collect(),
        }
    }

    /// Sends all samples through the network.
    pub(super) fn fill(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        weights: &Weights,
        contrasts: &Contrasts,
    ) {
        let Forward { z, phi1, phi2, phi3, p, delta, s, u, k, nx, nz, loss, sizes, workers } = self;
        let (sizes, count) = (&*sizes, nx.len());
        let rows = RowsOf::all(count, [z, phi1, phi2, phi3, p, delta, s, u, k, nx, nz, loss]);
        share(rows, 1, workers, &|rows: RowsOf<ARRAYS>, room: &mut ClassRoom| {
            fill(rows, (network, batch), (sizes, weights, contrasts), room);
        });
    }

    /// The rows of some samples.
    pub(super) fn seen(&self, range: &Range<usize>) -> Seen<'_> {
        let (h, c) = (self.sizes.hidden, self.sizes.contrasts);
        let rows = |data, width| rows(data, range, width);
        Seen {
            z: rows(&self.z, h),
            phi1: rows(&self.phi1, h),
            phi2: rows(&self.phi2, h),
            phi3: rows(&self.phi3, h),
            p: rows(&self.p, self.sizes.classes),
            delta: rows(&self.delta, c),
            s: rows(&self.s, packed(c)),
            u: rows(&self.u, h),
            k: rows(&self.k, h),
            nx: rows(&self.nx, 1),
            nz: rows(&self.nz, 1),
            loss: rows(&self.loss, 1),
        }
    }
}

/// Rows of an array of this width.
pub(super) fn rows<'a>(data: &'a [f64], range: &Range<usize>, width: usize) -> &'a [f64] {
    &data[range.start * width..range.end * width]
}

fn fill(
    rows: RowsOf<ARRAYS>,
    (network, batch): (&ThreeLayer<f64>, &Batch<f64>),
    (sizes, weights, contrasts): (&Sizes, &Weights, &Contrasts),
    room: &mut ClassRoom,
) {
    let (range, count) = (rows.range(), rows.count());
    let (h, classes, c) = (sizes.hidden, sizes.classes, sizes.contrasts);
    let [z, phi1, phi2, phi3, p, delta, s, u, k, nx, nz, loss] = rows.arrays;
    let parameters = &network.parameters;
    let w = View::from_column_major_slice(parameters.w.as_slice(), h, sizes.inputs);
    product(z, Then::Set, 1.0, inputs(batch, range.start, count), w.transpose());
    if let Some(bias) = &parameters.b {
        add_to_rows(z, bias.as_slice());
    }
    activate(network.activation, z, phi1, phi2, phi3);
    let v = View::from_column_major_slice(parameters.v.as_slice(), classes, h);
    product(p, Then::Set, 1.0, view(z, count, h), v.transpose());
    if let Some(bias) = &parameters.c {
        add_to_rows(p, bias.as_slice());
    }
    let (y, samples) = (batch.y.as_slice(), batch.y.nrows());
    vector::softmax(p, classes, |row, k| y[k * samples + range.start + row], loss);
    room.residuals_and_covariances(contrasts, (p, &batch.y), range.clone(), (delta, s));
    squares(nx, sizes.bias, (0..sizes.inputs).map(|l| &batch.x.column(l).data.into_slice()[range.clone()]));
    for n in 0..count {
        let z = row(z, n, h);
        nz[n] = dot(z, z) + sizes.bias as f64;
    }
    product(u, Then::Set, 1.0, view(delta, count, c), view(&weights.v, c, h));
    product(k, Then::Set, 1.0, view(s, count, packed(c)), view(&weights.diagonals, packed(c), h));
}

/// `|xt|^2` of some samples, a column of inputs after the other.
fn squares<'a>(out: &mut [f64], bias: usize, columns: impl Iterator<Item = &'a [f64]>) {
    out.fill(bias as f64);
    for column in columns {
        add_products(out, 1.0, column, column);
    }
}

/// Rows of `X`.
pub(super) fn inputs(batch: &Batch<f64>, start: usize, count: usize) -> View<'_> {
    View::from_column_major_slice(batch.x.as_slice(), batch.x.nrows(), batch.x.ncols()).subrows(start, count)
}

/// Logits to probabilities in place, and the cross entropy, neither of which overflows or cancels.
pub(super) fn softmax(o: &mut [f64], y: impl Fn(usize) -> f64) -> f64 {
    let top = (0..o.len()).fold(0, |top, k| if o[k] > o[top] { k } else { top });
    let highest = o[top];
    let below: f64 = (0..o.len()).map(|k| y(k) * (highest - o[k])).sum();
    let mut others = 0.0;
    for (k, logit) in o.iter_mut().enumerate() {
        *logit = if k == top { 1.0 } else { (*logit - highest).exp() };
        others += if k == top { 0.0 } else { *logit };
    }
    let total: f64 = o.iter().sum();
    o.iter_mut().for_each(|weight| *weight /= total);
    let all: f64 = (0..o.len()).map(y).sum();
    below + all * others.ln_1p()
}
