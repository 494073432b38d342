//! The loss of one sample, on slices: the formulas of [`OutputLoss`] without its vectors. Softmax goes over all samples at once, but for
//! its `S`.

use crate::fast::losses::single;
use crate::model::Loss;
use crate::number::{Matrix, Vector};
use crate::terms::OutputLoss;

/// What a sample's outputs give: the loss, `delta`, `S`, and what the third derivative needs.
pub(super) struct Output<'a> {
    /// `delta`, an entry an output.
    pub delta: &'a mut [f64],
    /// `S`, row-major.
    pub s: &'a mut [f64],
    /// The probabilities for softmax, the third derivative of each output for a sum over outputs.
    pub third: &'a mut [f64],
}

impl Output<'_> {
    /// Computes all of it, and returns the loss.
    pub fn fill(self, loss: Loss, o: &[f64], y: impl Fn(usize) -> f64) -> f64 {
        let Output { delta, s, third } = self;
        if loss == Loss::Cubic {
            return cubic(Output { delta, s, third }, o, y);
        }
        let count = o.len();
        s.fill(0.0);
        let mut value = 0.0;
        for (k, &o) in o.iter().enumerate() {
            let [own, first, second, last] = single(loss, o, y(k));
            value += own;
            delta[k] = first;
            s[k * count + k] = second;
            third[k] = last;
        }
        value
    }
}

/// `S` of softmax, row-major.
pub(super) fn covariance(p: &[f64], s: &mut [f64]) {
    let count = p.len();
    for k in 0..count {
        let row = &mut s[k * count..(k + 1) * count];
        let mut others = 0.0;
        for j in 0..count {
            row[j] = -p[k] * p[j];
            others += if j == k { 0.0 } else { p[j] };
        }
        // 1 - p would cancel.
        row[k] = p[k] * others;
    }
}

/// By the equations: a loss for checks, which need not be fast. Its third derivative needs the outputs.
fn cubic(out: Output, o: &[f64], y: impl Fn(usize) -> f64) -> f64 {
    let y = Vector::from_fn(o.len(), |k, _| y(k));
    out.third.copy_from_slice(o);
    let o = Vector::from_column_slice(o);
    out.delta.copy_from_slice(Loss::Cubic.delta(&o, &y).as_slice());
    out.s.copy_from_slice(Loss::Cubic.curvature(&o, &y).as_slice());
    Loss::Cubic.value(&o, &y)
}

/// Adds `R[F]`, the third derivative with a symmetric `F` of two indices, to `out`.
pub(super) fn add_third(loss: Loss, third: &[f64], s: &[f64], f: &[f64], out: &mut [f64]) {
    let count = out.len();
    match loss {
        Loss::Softmax => {
            let p = third;
            let inner = |k: usize| {
                let row = (0..count).map(|j| (f[k * count + j] + f[j * count + k]) * p[j]);
                f[k * count + k] - row.sum::<f64>()
            };
            // S f as differences.
            for l in 0..count {
                let inner_l = inner(l);
                for k in 0..count {
                    if k != l {
                        out[k] += s[k * count + l] * inner_l;
                        out[l] -= s[k * count + l] * inner_l;
                    }
                }
            }
        }
        Loss::Cubic => {
            let o = Vector::from_column_slice(third);
            let by = Loss::Cubic.third(&o, &o, &Matrix::from_row_slice(count, count, f));
            out.iter_mut().zip(by.iter()).for_each(|(out, by)| *out += by);
        }
        _ => (0..count).for_each(|k| out[k] += third[k] * f[k * count + k]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn every_loss_on_slices_is_that_of_the_equations() {
        let (o, f) = ([0.3, -1.2, 2.0], [0.5, 0.2, -0.3, 0.2, 1.0, 0.1, -0.3, 0.1, -0.4]);
        let (vector, matrix) = (Vector::from_column_slice(&o), Matrix::from_row_slice(3, 3, &f));
        for loss in Loss::ALL.into_iter().chain([Loss::Cubic]) {
            let y = if loss == Loss::Softmax { [0.2, 0.5, 0.3] } else { [1.0, 0.0, 1.0] };
            let targets = Vector::from_column_slice(&y);
            let (mut delta, mut s, mut third, mut by) = ([0.0; 3], [0.0; 9], [0.0; 3], [0.0; 3]);
            if loss == Loss::Softmax {
                third.copy_from_slice(crate::terms::model::softmax(&vector).as_slice());
                covariance(&third, &mut s);
            } else {
                let out = Output { delta: &mut delta, s: &mut s, third: &mut third };
                let value = out.fill(loss, &o, |k| y[k]);
                // A few roundings each.
                assert_relative_eq!(value, loss.value(&vector, &targets), max_relative = 1e-14);
                assert_relative_eq!(&delta[..], loss.delta(&vector, &targets).as_slice(), epsilon = 1e-14);
            }
            add_third(loss, &third, &s, &f, &mut by);
            assert_relative_eq!(&s[..], loss.curvature(&vector, &targets).as_slice(), epsilon = 1e-14);
            assert_relative_eq!(&by[..], loss.third(&vector, &targets, &matrix).as_slice(), epsilon = 1e-13);
        }
    }
}
