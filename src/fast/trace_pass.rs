//! The trace of the Hessian and its gradient alone, with those of the loss: one hidden layer under softmax, and no pairs of samples,
//! `N (d + C) h` operations.
//!
//! `T = sum_n omega_n (nx sum_i (phi1_i^2 K_i + phi2_i u_i) + nz tr S)` with `nx = |xt|^2`, `nz = |zt|^2`, `u = V' delta`, and `K_i` the
//! variance of the weights `V_ki` over classes `k` drawn with the probabilities `p` (chapters 3 and 6). Their mean is measured from the
//! most likely class, so that nothing cancels where a sample is sure.

use super::class_variances::{VarianceRoom, through_softmax};
use super::lanes::{dot, dot_of_three, row, row_mut, vectorised};
use super::loss_pass::{Layered, of_columns};
use super::product::{Then, add_rows, product, view};
use super::vector::{activate, add_to_rows, residuals, softmax};
use crate::model::Batch;
use crate::number::Matrix;

/// The way of all samples through a network and back, in buffers that are kept.
pub(crate) struct TracePass {
    samples: usize,
    /// Inputs, hidden units, classes.
    widths: [usize; 3],
    /// What each sample counts in a mean, and its loss.
    share: Vec<f64>,
    loss: Vec<f64>,
    /// A row a sample, `N x h`: `z`; `phi1`, `phi2`, `phi3`; `u`, then the gradient by it; the gradient by `z`, then by `a`.
    z: Vec<f64>,
    slopes: [Vec<f64>; 3],
    u: Vec<f64>,
    back: Vec<f64>,
    /// `N x C`: probabilities; `p - y`; the gradient by `p`, then by `o`.
    p: Vec<f64>,
    delta: Vec<f64>,
    by_o: Vec<f64>,
    /// `V`, row-major.
    v: Vec<f64>,
    room: VarianceRoom,
}

/// The loss and the trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LossAndTrace {
    pub loss: f64,
    pub trace: f64,
}

impl TracePass {
    /// For a network of one hidden layer.
    pub fn new(network: &impl Layered, samples: usize) -> Self {
        let (w, v) = (network.layer(0).0, network.layer(1).0);
        let ((h, d), classes) = (w.shape(), v.nrows());
        let rows = |width: usize| vec![0.0; samples * width];
        TracePass {
            samples,
            widths: [d, h, classes],
            share: rows(1),
            loss: rows(1),
            z: rows(h),
            slopes: [(); 3].map(|()| rows(h)),
            u: rows(h),
            back: rows(h),
            p: rows(classes),
            delta: rows(classes),
            by_o: rows(classes),
            v: vec![0.0; classes * h],
            room: VarianceRoom::new(h),
        }
    }

    /// Whether it is for a network of these sizes and so many samples.
    pub fn is_for(&self, network: &impl Layered, samples: usize) -> bool {
        let [d, h, classes] = self.widths;
        (self.samples, network.layers()) == (samples, 2)
            && (network.layer(0).0.shape(), network.layer(1).0.shape()) == ((h, d), (classes, h))
    }

    /// Computes loss and trace, and `loss` times the gradient of the one and `trace` times that of the other in `out`: order `W, b, V,
    /// c`, row-major.
    pub fn gradient(
        &mut self,
        network: &impl Layered,
        batch: &Batch<f64>,
        (loss, trace): (f64, f64),
        out: &mut [f64],
    ) -> LossAndTrace {
        let [d, h, classes] = self.widths;
        let ((_, b), (_, c)) = (network.layer(0), network.layer(1));
        let (by_w, rest) = out.split_at_mut(h * d);
        let (by_b, rest) = rest.split_at_mut(b.map_or(0, |b| b.len()));
        let (by_v, by_c) = rest.split_at_mut(classes * h);
        self.forward(network, batch);
        let biases = [b, c].map(|bias| f64::from(u8::from(bias.is_some())));
        let found = self.each_sample(batch, biases, trace, by_v);
        self.back(loss, network.layer(1).0, by_v);
        product(by_w, Then::Set, 1.0, view(&self.back, self.samples, h).transpose(), of_columns(&batch.x));
        for (sum, rows) in [(by_b, &self.back), (by_c, &self.by_o)] {
            sum.fill(0.0);
            add_rows(sum, rows);
        }
        found
    }

    fn forward(&mut self, network: &impl Layered, batch: &Batch<f64>) {
        let TracePass { samples, widths: [_, h, classes], share, loss, z, slopes, u, p, delta, v, .. } = self;
        let (samples, h, classes) = (*samples, *h, *classes);
        let ((w, b), (matrix, c)) = (network.layer(0), network.layer(1));
        match &batch.weights {
            None => share.fill(1.0 / samples as f64),
            Some(weights) => {
                let total = weights.sum();
                share.iter_mut().zip(weights.iter()).for_each(|(share, weight)| *share = weight / total);
            }
        }
        product(z, Then::Set, 1.0, of_columns(&batch.x), of_columns(w).transpose());
        add_to_rows(z, b.map_or(&[], |b| b.as_slice()));
        let [phi1, phi2, phi3] = slopes;
        activate(network.activation(0), z, phi1, phi2, phi3);
        product(p, Then::Set, 1.0, view(z, samples, h), of_columns(matrix).transpose());
        add_to_rows(p, c.map_or(&[], |c| c.as_slice()));
        let targets = batch.y.as_slice();
        let y = |n: usize, k: usize| targets[k * samples + n];
        softmax(p, classes, y, loss);
        delta.copy_from_slice(p);
        residuals(delta, classes, y);
        product(u, Then::Set, 1.0, view(delta, samples, classes), of_columns(matrix));
        for (k, row) in v.chunks_exact_mut(h).enumerate() {
            row.iter_mut().zip(matrix.row(k).iter()).for_each(|(to, from)| *to = *from);
        }
    }

    /// Sums loss and trace, and leaves the trace's gradients by `p` in `by_o`, by `u` in `u`, by `z` in `back`, by `phi1` in the place
    /// of the slopes that only they are multiplied with: `phi2 by_phi1 + phi3 by_phi2` in `slopes[1]`. That by `V` through `K` is in
    /// `by_v`.
    fn each_sample(
        &mut self,
        batch: &Batch<f64>,
        [bias_x, bias_z]: [f64; 2],
        strength: f64,
        by_v: &mut [f64],
    ) -> LossAndTrace {
        let TracePass {
            samples,
            widths: [_, h, classes],
            share,
            loss,
            z,
            slopes,
            u,
            back,
            p,
            by_o,
            v,
            room,
            ..
        } = self;
        let (samples, h, classes) = (*samples, *h, *classes);
        let [phi1, phi2, phi3] = slopes;
        let inputs = batch.x.as_slice();
        let mut found = LossAndTrace { loss: 0.0, trace: 0.0 };
        by_v.fill(0.0);
        vectorised(
            #[inline(always)]
            || {
                for n in 0..samples {
                    let mut nx = bias_x;
                    for x in inputs[n..].iter().step_by(samples) {
                        nx += x * x;
                    }
                    let (p, by_p) = (row(p, n, classes), row_mut(by_o, n, classes));
                    let (z, phi1, phi3) = (row(z, n, h), row(phi1, n, h), row(phi3, n, h));
                    let (u, phi2, by_z) = (row_mut(u, n, h), row_mut(phi2, n, h), row_mut(back, n, h));
                    let scale = strength * share[n];
                    for i in 0..h {
                        room.by_k[i] = scale * nx * phi1[i] * phi1[i];
                    }
                    let impurity = room.variances(p, v, by_p, by_v);
                    let nz = bias_z + dot(z, z);
                    let hidden = dot_of_three(phi1, phi1, &room.k) + dot(phi2, u);
                    found.trace += share[n] * (nx * hidden + nz * impurity);
                    found.loss += share[n] * loss[n];
                    for k in 0..classes {
                        // tr S is the sum of p (1 - p), and the p sum to one.
                        by_p[k] -= 2.0 * scale * nz * p[k];
                    }
                    for i in 0..h {
                        by_z[i] = 2.0 * scale * impurity * z[i];
                        let (by_phi1, by_phi2) = (2.0 * scale * nx * phi1[i] * room.k[i], scale * nx * u[i]);
                        u[i] = scale * nx * phi2[i];
                        phi2[i] = phi2[i] * by_phi1 + phi3[i] * by_phi2;
                    }
                }
            },
        );
        found
    }

    /// From what [`each_sample`](TracePass::each_sample) left to the gradient by `o` in `by_o`, by `a` in `back`, and by `V`.
    fn back(&mut self, loss: f64, matrix: &Matrix<f64>, by_v: &mut [f64]) {
        let TracePass { samples, widths: [_, h, classes], share, z, slopes, u, back, p, delta, by_o, .. } =
            self;
        let (samples, h, classes) = (*samples, *h, *classes);
        let by_u = view(u, samples, h);
        // The derivative of delta by o is that of p.
        product(by_o, Then::Add, 1.0, by_u, of_columns(matrix).transpose());
        product(by_v, Then::Add, 1.0, view(delta, samples, classes).transpose(), by_u);
        for (n, by_o) in by_o.chunks_exact_mut(classes).enumerate() {
            through_softmax(row(p, n, classes), by_o);
            for (by_o, delta) in by_o.iter_mut().zip(row(delta, n, classes)) {
                *by_o += loss * share[n] * delta;
            }
        }
        let by_o = view(by_o, samples, classes);
        product(back, Then::Add, 1.0, by_o, of_columns(matrix));
        product(by_v, Then::Add, 1.0, by_o.transpose(), view(z, samples, h));
        let [phi1, rest, _] = slopes;
        vectorised(
            #[inline(always)]
            || {
                let (phi1, rest) = (&phi1[..back.len()], &rest[..back.len()]);
                for i in 0..back.len() {
                    back[i] = phi1[i] * back[i] + rest[i];
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Architecture, Layers, Loss, Network};
    use crate::number::{Precise, Vector};
    use crate::terms;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// A network and data; the larger the weights, the surer the samples.
    fn case(
        (samples, d, h, classes): (usize, usize, usize, usize),
        biases: [bool; 2],
        size: f64,
    ) -> (Network<f64>, Batch<f64>) {
        let mut random = ChaCha8Rng::seed_from_u64(samples as u64);
        let architecture = Architecture { inputs: d, widths: vec![h, classes], biases: biases.to_vec() };
        let layers = Layers::from_fn(&architecture, |_| random.random_range(-size..size));
        let x = Matrix::from_fn(samples, d, |_, _| random.random_range(-1.0..1.0));
        let labels: Vec<i64> = (0..samples).map(|n| (n % classes) as i64).collect();
        let batch = Batch::from_labels(x, &labels, classes).unwrap();
        (Network::new(layers, vec![Activation::Tanh]).unwrap(), batch)
    }

    /// Loss, trace and both gradients in 106 bits.
    fn right(network: &Network<f64>, batch: &Batch<f64>) -> (f64, f64, [Vec<f64>; 2]) {
        let (network, batch) = (network.map(Precise::exact), batch.map(Precise::exact));
        let samples = terms::layer_samples(&network, &Loss::Softmax, &batch);
        let trace = terms::layer_trace::network_trace(&samples);
        let loss = terms::layers::layer_loss(&network, &Loss::Softmax, &batch);
        let nearest = |layers: Layers<Precise>| layers.flat().iter().map(Precise::nearest).collect();
        let gradients = [
            nearest(terms::layers::layer_loss_gradient(&samples)),
            nearest(terms::layer_gradient::network_trace_gradient(&network, &Loss::Softmax, &samples)),
        ];
        (loss.nearest(), trace.nearest(), gradients)
    }

    #[test]
    fn loss_trace_and_gradients_are_those_of_the_equations_where_samples_are_sure_too() {
        for (sizes, biases, size, weighted) in [
            ((5, 3, 4, 3), [true, true], 1.0, false),
            ((6, 2, 9, 2), [false, false], 1.0, true),
            ((4, 3, 17, 5), [true, false], 20.0, false),
            ((3, 2, 3, 4), [false, true], 100.0, true),
        ] {
            let (network, mut batch) = case(sizes, biases, size);
            if weighted {
                let weights = Vector::from_fn(sizes.0, |n, _| 1.0 + n as f64);
                batch = batch.weighted(weights).unwrap();
            }
            let (loss, trace, [by_loss, by_trace]) = right(&network, &batch);
            let mut pass = TracePass::new(&network, sizes.0);
            let mut out = vec![f64::NAN; by_loss.len()];
            for (shares, right) in [((1.0, 0.0), &by_loss), ((0.0, 1.0), &by_trace)] {
                let found = pass.gradient(&network, &batch, shares, &mut out);
                // Logits of some hundreds are off by as many roundoffs, and probabilities relatively by as much.
                let close = 1e-14 * (1.0 + 20.0 * size);
                assert!((found.loss / loss - 1.0).abs() < close, "{found:?} for {loss:e}");
                assert!((found.trace / trace - 1.0).abs() < close, "{found:?} for {trace:e}");
                let largest = right.iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
                for (found, right) in out.iter().zip(right) {
                    assert!((found - right).abs() <= close * largest, "{found:e} for {right:e} at {sizes:?}");
                }
            }
        }
    }
}
