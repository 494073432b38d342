//! The losses on slices: the formulas of [`OutputLoss`] without its vectors.

use super::vector;
use crate::model::Loss;
use crate::number::{Matrix, Smooth, Vector};
use crate::terms::OutputLoss;

/// Outputs `o`, a row a sample, become the derivatives of the loss by them, and `each` the loss of each sample.
pub(super) fn differentiate(loss: Loss, o: &mut [f64], y: &Matrix<f64>, each: &mut [f64]) {
    let (samples, width) = y.shape();
    let targets = y.as_slice();
    let y = |n: usize, k: usize| targets[k * samples + n];
    if loss == Loss::Softmax {
        vector::softmax(o, width, y, each);
        vector::residuals(o, width, y);
        return;
    }
    for (n, (o, each)) in o.chunks_exact_mut(width).zip(each).enumerate() {
        if loss == Loss::Cubic {
            let targets = Vector::from_fn(width, |k, _| y(n, k));
            let outputs = Vector::from_column_slice(o);
            *each = loss.value(&outputs, &targets);
            o.copy_from_slice(loss.delta(&outputs, &targets).as_slice());
            continue;
        }
        *each = 0.0;
        for (k, o) in o.iter_mut().enumerate() {
            let [value, delta, ..] = single(loss, *o, y(n, k));
            *each += value;
            *o = delta;
        }
    }
}

/// Value and three derivatives of the loss of one output.
pub(super) fn single(loss: Loss, o: f64, y: f64) -> [f64; 4] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn every_loss_of_several_samples_is_that_of_the_equations() {
        let outputs = [0.3, -1.2, 2.0, 0.7, 0.1, -0.4];
        for loss in Loss::ALL.into_iter().chain([Loss::Cubic]) {
            let y = if loss == Loss::Softmax {
                [0.2, 0.5, 0.3, 0.0, 1.0, 0.0]
            } else {
                [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]
            };
            let (mut delta, mut each) = (outputs, [0.0; 2]);
            differentiate(loss, &mut delta, &Matrix::from_row_slice(2, 3, &y), &mut each);
            for n in 0..2 {
                let row = 3 * n..3 * n + 3;
                let o = Vector::from_column_slice(&outputs[row.clone()]);
                let y = Vector::from_column_slice(&y[row.clone()]);
                // A few roundings each.
                assert_relative_eq!(each[n], loss.value(&o, &y), max_relative = 1e-14);
                assert_relative_eq!(&delta[row], loss.delta(&o, &y).as_slice(), epsilon = 1e-14);
            }
        }
    }
}
