//! The loss of one sample, on slices: the formulas of [`OutputLoss`] without its vectors.

use crate::model::Loss;
use crate::number::{Matrix, Smooth, Vector};
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
        let count = o.len();
        if loss == Loss::Softmax {
            third.copy_from_slice(o);
            let value = crate::fast::forward::softmax(third, &y);
            let p = &*third;
            for k in 0..count {
                delta[k] = p[k] - y(k);
                let mut others = 0.0;
                for j in 0..count {
                    if j != k {
                        s[k * count + j] = -p[k] * p[j];
                        others += p[j];
                    }
                }
                // 1 - p would cancel.
                s[k * count + k] = p[k] * others;
            }
            return value;
        }
        if loss == Loss::Cubic {
            return cubic(Output { delta, s, third }, o, y);
        }
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

/// Value and three derivatives of the loss of one output.
fn single(loss: Loss, o: f64, y: f64) -> [f64; 4] {
    match loss {
        Loss::Squared => [(o - y) * (o - y) / 2.0, o - y, 1.0, 0.0],
        Loss::MultiLabel => {
            let (sigma, rest) = o.sigmoid_and_rest();
            let value = if o <= 0.0 { o.softplus() - y * o } else { (-o).softplus() + (1.0 - y) * o };
            [value, sigma * (1.0 - y) - y * rest, sigma * rest, -sigma * rest * (o / 2.0).tanh()]
        }
        Loss::Poisson => [o.exp() - y * o, o.exp() - y, o.exp(), o.exp()],
        Loss::PseudoHuber => {
            let r = o - y;
            let distance = 1.0_f64.hypot(r);
            let (inverse, square) = (1.0 / distance, 1.0 / distance / distance);
            [
                r * (r / (1.0 + distance)),
                r * inverse,
                square * inverse,
                -3.0 * (r * inverse) * square * square,
            ]
        }
        // Losses of several outputs, which have no part for each.
        Loss::Softmax | Loss::Cubic => [f64::NAN; 4],
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
            let out = Output { delta: &mut delta, s: &mut s, third: &mut third };
            let value = out.fill(loss, &o, |k| y[k]);
            add_third(loss, &third, &s, &f, &mut by);
            // A few roundings each.
            assert_relative_eq!(value, loss.value(&vector, &targets), max_relative = 1e-14);
            let expected = loss.delta(&vector, &targets);
            assert_relative_eq!(&delta[..], expected.as_slice(), epsilon = 1e-14);
            assert_relative_eq!(&s[..], loss.curvature(&vector, &targets).as_slice(), epsilon = 1e-14);
            assert_relative_eq!(&by[..], loss.third(&vector, &targets, &matrix).as_slice(), epsilon = 1e-13);
        }
    }
}
