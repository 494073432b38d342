//! The Hessian times a direction, by matrix products over tiles of samples.
//!
//! The equation is [`hessian_times`](crate::terms::hessian::hessian_times), a tile of samples at a time: what is there
//! a vector a sample is here a row of a matrix.

use super::SpectrumError;
use crate::budget;
use crate::fast::product::{Then, View, add_rows, product, samples, view};
use crate::model::{Batch, Group, Shape, ThreeLayer};
use crate::terms;
use rayon::prelude::*;
use std::ops::Range;

/// Samples in a tile: its rows stay in the cache from one product to the next.
const TILE: usize = 256;

/// Multiplies the Hessian of one network by directions: `12 N h C + 4 N h d` operations each, and no allocation.
///
/// ```
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use hsr::spectrum::HessianProduct;
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let mut hessian = HessianProduct::new(&network, &batch)?;
/// let mut image = [0.0; 4];
/// hessian.apply(&[0.0, 0.0, 1.0, 1.0], &mut image)?;
/// assert!(image.iter().all(|entry| entry.abs() < 1e-15), "a shift of all logits changes nothing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct HessianProduct<'a> {
    shape: Shape,
    /// Inputs, `N x d`.
    x: View<'a>,
    /// Output weights, row-major.
    v: Vec<f64>,
    rows: Rows,
    workers: Vec<Worker>,
}

/// What the network computes, a row a sample.
struct Rows {
    z: Vec<f64>,
    phi1: Vec<f64>,
    r: Vec<f64>,
    p: Vec<f64>,
    delta: Vec<f64>,
}

/// The room of one thread: its samples, three matrices with a row for each of a tile, and its share of the product.
struct Worker {
    samples: Range<usize>,
    /// `da`, then `dg`; `h` wide.
    hidden: Vec<f64>,
    /// `dz`, then `du`; `h` wide.
    outputs: Vec<f64>,
    /// `do`, then `ddelta`; `C` wide.
    logits: Vec<f64>,
    sum: Vec<f64>,
}

impl<'a> HessianProduct<'a> {
    /// Runs the network once and allocates all buffers.
    ///
    /// # Errors
    /// [`SpectrumError::Misfit`] where network and data do not fit together.
    pub fn new(network: &ThreeLayer<f64>, batch: &'a Batch<f64>) -> Result<Self, SpectrumError> {
        network.check_fit(batch)?;
        let shape = network.shape(batch.samples());
        let v = &network.parameters.v;
        let each = 9 * shape.hidden + 5 * shape.classes + 2 * shape.inputs + 20;
        let sums = budget::numbers(&[rayon::current_num_threads() + 8, shape.parameters()]);
        let bytes = budget::numbers(&[shape.samples, each]).saturating_add(sums);
        budget::ask(bytes, || format!("products with the Hessian at {shape}"))
            .map_err(SpectrumError::OverBudget)?;
        let mut rows = Rows::with_room(&shape);
        for n in &terms::samples(network, batch) {
            let u = terms::hessian::backpropagated_residual(v, &n.delta);
            rows.z.extend(n.z.iter());
            rows.phi1.extend(n.phi1.iter());
            rows.r.extend(terms::hessian::residual_curvature(&n.phi2, &u).iter());
            rows.p.extend(n.p.iter());
            rows.delta.extend(n.delta.iter());
        }
        let tiles = shape.samples.div_ceil(TILE);
        let workers = rayon::current_num_threads().clamp(1, tiles.max(1));
        let border = |worker: usize| (tiles * worker / workers * TILE).min(shape.samples);
        Ok(HessianProduct {
            x: View::from_column_major_slice(batch.x.as_slice(), shape.samples, shape.inputs),
            v: v.transpose().as_slice().to_vec(),
            rows,
            workers: (0..workers).map(|w| Worker::new(&shape, border(w)..border(w + 1))).collect(),
            shape,
        })
    }

    /// Number of parameters, `D`.
    pub fn size(&self) -> usize {
        self.shape.parameters()
    }

    /// Computes `image = H direction`; both in the order `W, b, V, c`, each row-major. The result is the same from run to run
    /// with the same number of threads.
    ///
    /// # Errors
    /// [`SpectrumError::Length`] for a slice that has not `D` entries, [`SpectrumError::NotFinite`] where a product
    /// overflows.
    pub fn apply(&mut self, direction: &[f64], image: &mut [f64]) -> Result<(), SpectrumError> {
        let needed = self.size();
        if let Some(found) = [direction.len(), image.len()].into_iter().find(|found| *found != needed) {
            return Err(SpectrumError::Length { found, needed });
        }
        let HessianProduct { shape, x, v, rows, workers } = self;
        let tile = |samples| Tile { shape, x: *x, v, rows, samples };
        workers.par_iter_mut().for_each(|worker| {
            worker.sum.fill(0.0);
            for start in worker.samples.clone().step_by(TILE) {
                let end = (start + TILE).min(worker.samples.end);
                tile(start..end).add(direction, worker);
            }
        });
        image.fill(0.0);
        for worker in workers {
            image.iter_mut().zip(&worker.sum).for_each(|(entry, share)| *entry += share);
        }
        image.iter_mut().for_each(|entry| *entry /= shape.samples as f64);
        if image.iter().all(|entry| entry.is_finite()) { Ok(()) } else { Err(SpectrumError::NotFinite) }
    }
}

impl Rows {
    fn with_room(shape: &Shape) -> Self {
        let room = |width: usize| Vec::with_capacity(shape.samples * width);
        let (h, classes) = (shape.hidden, shape.classes);
        Rows { z: room(h), phi1: room(h), r: room(h), p: room(classes), delta: room(classes) }
    }
}

impl Worker {
    fn new(shape: &Shape, samples: Range<usize>) -> Self {
        let room = |width: usize| vec![0.0; samples.len().min(TILE) * width];
        Worker {
            hidden: room(shape.hidden),
            outputs: room(shape.hidden),
            logits: room(shape.classes),
            sum: vec![0.0; shape.parameters()],
            samples,
        }
    }
}

/// Some samples, and what is known of them.
struct Tile<'a> {
    shape: &'a Shape,
    x: View<'a>,
    v: &'a [f64],
    rows: &'a Rows,
    samples: Range<usize>,
}

impl Tile<'_> {
    /// Adds this tile's share of `N H direction`.
    fn add(&self, direction: &[f64], worker: &mut Worker) {
        let (shape, rows, count) = (self.shape, self.rows, self.samples.len());
        let (h, d, classes) = (shape.hidden, shape.inputs, shape.classes);
        let x = self.x.subrows(self.samples.start, count);
        let [dw, db, dv, dc] = groups(shape, direction);
        let (dw, dv, v) = (view(dw, h, d), view(dv, classes, h), view(self.v, classes, h));
        let z = samples(&rows.z, &self.samples, h);
        let delta = samples(&rows.delta, &self.samples, classes);
        let Worker { hidden, outputs, logits, sum, .. } = worker;
        let (hidden, outputs) = (&mut hidden[..count * h], &mut outputs[..count * h]);
        let logits = &mut logits[..count * classes];
        let [sum_w, sum_b, sum_v, sum_c] = shape.groups_mut(sum);

        product(hidden, Then::Set, 1.0, x, dw.transpose());
        add_to_rows(hidden, db);
        let of = |width: usize| self.samples.start * width..self.samples.end * width;
        let (phi1, r, p) = (&rows.phi1[of(h)], &rows.r[of(h)], &rows.p[of(classes)]);
        for ((dz, da), phi1) in outputs.iter_mut().zip(hidden.iter()).zip(phi1) {
            *dz = phi1 * da;
        }
        product(logits, Then::Set, 1.0, z, dv.transpose());
        product(logits, Then::Add, 1.0, view(outputs, count, h), v.transpose());
        add_to_rows(logits, dc);
        for (row, p) in logits.chunks_exact_mut(classes).zip(p.chunks_exact(classes)) {
            covariance_times(p, row);
        }

        product(sum_v, Then::Add, 1.0, view(logits, count, classes).transpose(), z);
        product(sum_v, Then::Add, 1.0, delta.transpose(), view(outputs, count, h));
        add_rows(sum_c, logits);
        product(outputs, Then::Set, 1.0, delta, dv);
        product(outputs, Then::Add, 1.0, view(logits, count, classes), v);
        for (((dg, du), phi1), r) in hidden.iter_mut().zip(outputs.iter()).zip(phi1).zip(r) {
            *dg = r * *dg + phi1 * du;
        }
        product(sum_w, Then::Add, 1.0, view(hidden, count, h).transpose(), x);
        add_rows(sum_b, hidden);
    }
}

/// The four groups of a flat vector; a bias that the network lacks is empty.
fn groups<'a>(shape: &Shape, flat: &'a [f64]) -> [&'a [f64]; 4] {
    Group::ALL.map(|group| &flat[shape.offset(group)..shape.offset(group) + shape.size(group)])
}

/// Adds the bias to every row; an empty one is none.
fn add_to_rows(rows: &mut [f64], bias: &[f64]) {
    if bias.is_empty() {
        return;
    }
    for row in rows.chunks_exact_mut(bias.len()) {
        row.iter_mut().zip(bias).for_each(|(entry, bias)| *entry += bias);
    }
}

/// `S t` in the place of `t`, as `p_k (t_k - sum_l p_l t_l)` with `t` taken from its entry at the largest probability:
/// `1 - p` of a saturated sample, which is small, is then never formed as a difference.
fn covariance_times(p: &[f64], t: &mut [f64]) {
    let top = (0..p.len()).fold(0, |top, k| if p[k] > p[top] { k } else { top });
    let at_top = t[top];
    t.iter_mut().for_each(|entry| *entry -= at_top);
    let mean: f64 = p.iter().zip(t.iter()).map(|(p, t)| p * t).sum();
    t.iter_mut().zip(p).for_each(|(entry, p)| *entry = p * (*entry - mean));
}
