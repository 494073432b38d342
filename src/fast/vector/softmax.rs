//! Softmax over rows, with the cross entropy of each.

use super::elementary::{exp, ln_1p};
use super::{Work, dispatch};

/// How many rows go together, so that what they sum to is at hand when the next pass needs it.
const ROWS: usize = 32;

/// Logits `o`, `classes` in a row, become probabilities, and `loss` the cross entropy of each row with the targets `y(row, k)`.
///
/// Neither overflows nor cancels: the largest logit is subtracted from the others, and the entropy is
/// `sum y (max - o) + sum y ln(1 + the others' weights)`.
pub(crate) fn softmax(o: &mut [f64], classes: usize, y: impl Fn(usize, usize) -> f64, loss: &mut [f64]) {
    dispatch(Softmax { o, classes, y, loss });
}

struct Softmax<'a, Y> {
    o: &'a mut [f64],
    classes: usize,
    y: Y,
    loss: &'a mut [f64],
}

impl<Y: Fn(usize, usize) -> f64> Work for Softmax<'_, Y> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Softmax { o, classes, y, loss } = self;
        let strips = o.chunks_mut(ROWS * classes.max(1)).zip(loss.chunks_mut(ROWS));
        for (strip, (o, loss)) in strips.enumerate() {
            let y = |row: usize, k: usize| y(strip * ROWS + row, k);
            rows::<FMA>(o, classes, y, loss);
        }
    }
}

/// At most [`ROWS`] rows.
#[inline(always)]
fn rows<const FMA: bool>(o: &mut [f64], classes: usize, y: impl Fn(usize, usize) -> f64, loss: &mut [f64]) {
    let (mut tops, mut below, mut all) = ([0; ROWS], [0.0; ROWS], [0.0; ROWS]);
    for (row, o) in o.chunks_exact_mut(classes).enumerate() {
        tops[row] = subtract_largest(o);
        (below[row], all[row]) = o.iter().enumerate().fold((0.0, 0.0), |(below, all), (k, o)| {
            let target = y(row, k);
            (below - target * o, all + target)
        });
    }
    o.iter_mut().for_each(|o| *o = exp::<FMA>(*o));
    let mut others = [0.0; ROWS];
    for (row, o) in o.chunks_exact_mut(classes).enumerate() {
        // Its weight is 1, and counts apart.
        o[tops[row]] = 0.0;
        others[row] = o.iter().sum();
        o[tops[row]] = 1.0;
        let total = 1.0 + others[row];
        o.iter_mut().for_each(|o| *o /= total);
    }
    others.iter_mut().for_each(|others| *others = ln_1p::<FMA>(*others));
    for (row, loss) in loss.iter_mut().enumerate() {
        *loss = below[row] + all[row] * others[row];
    }
}

/// Subtracts the largest entry from all, and returns its index, the first of several.
#[inline(always)]
fn subtract_largest(o: &mut [f64]) -> usize {
    let (mut top, mut highest) = (0, o[0]);
    for (k, &o) in o.iter().enumerate() {
        (top, highest) = if o > highest { (k, o) } else { (top, highest) };
    }
    o.iter_mut().for_each(|o| *o -= highest);
    o[top] = 0.0;
    top
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Number, Precise, Smooth};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Probabilities and loss of a row in 106 bits.
    fn precise(o: &[f64], y: &[f64]) -> (Vec<Precise>, Precise) {
        let top = f64::largest(o);
        let below = |k: usize| Precise::exact(o[top]) - Precise::exact(o[k]);
        let weights: Vec<Precise> = (0..o.len()).map(|k| (-below(k)).exp()).collect();
        let zero = Precise::integer(0);
        let others = (0..o.len()).filter(|k| *k != top).fold(zero, |sum, k| sum + weights[k]);
        let total = others + Precise::integer(1);
        let all = y.iter().fold(zero, |sum, y| sum + Precise::exact(*y));
        let loss = (0..o.len()).fold(all * others.ln_1p(), |sum, k| sum + Precise::exact(y[k]) * below(k));
        (weights.into_iter().map(|weight| weight / total).collect(), loss)
    }

    /// Rows as wide as this, their logits spread as far as that.
    fn check<const FMA: bool>(count: usize, classes: usize, spread: f64, random: &mut ChaCha8Rng) {
        let mut entries = |low: f64, high: f64| -> Vec<f64> {
            (0..count * classes).map(|_| random.random_range(low..high)).collect()
        };
        let (o, y) = (entries(-spread, spread), entries(0.0, 1.0));
        let (mut p, mut loss) = (o.clone(), vec![0.0; count]);
        let work = Softmax { o: &mut p, classes, y: |n, k| y[n * classes + k], loss: &mut loss };
        work.run::<FMA>();
        for n in 0..count {
            let row = n * classes..(n + 1) * classes;
            let (right, right_loss) = precise(&o[row.clone()], &y[row.clone()]);
            // A rounding of the difference of two logits, at most twice the spread, moves a weight by as much; the sum over
            // the classes is rounded once for each.
            let bound = (4.0 + 2.0 * spread + classes as f64) * f64::EPSILON;
            for (p, right) in p[row].iter().zip(right) {
                let off = right.error_of(*p).abs();
                assert!(
                    off <= bound * right.nearest() + 2.0 * f64::from_bits(1),
                    "{p:e} for {:e}",
                    right.nearest()
                );
            }
            let off = right_loss.error_of(loss[n]).abs();
            assert!(off <= bound * right_loss.nearest(), "{:e} for {:e}", loss[n], right_loss.nearest());
        }
    }

    #[test]
    fn probabilities_and_cross_entropy_keep_their_digits_at_any_spread() {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        for (count, classes) in [(1, 1), (5, 2), (ROWS, 3), (ROWS + 3, 10), (3, 16), (2, 37), (1, 1000)] {
            for spread in [1e-9, 1.0, 30.0, 400.0] {
                check::<true>(count, classes, spread, &mut random);
                check::<false>(count, classes, spread, &mut random);
            }
        }
    }

    #[test]
    fn far_logits_neither_overflow_nor_hide_the_loss() {
        let mut o = [1e300, -1e300, 0.0, 0.0, 800.0, 0.0];
        let mut loss = [0.0; 3];
        softmax(&mut o, 2, |row, k| f64::from(k == [0, 1, 1][row]), &mut loss);
        assert_eq!((o, loss[0]), ([1.0, 0.0, 0.5, 0.5, 1.0, 0.0], 0.0));
        // Twice ln 2 is no more than a rounding away from that of the library.
        assert!((loss[1] - std::f64::consts::LN_2).abs() < 1e-16 && loss[2] == 800.0);
    }

    /// A loss far below a roundoff of 1, which the subtraction `1 - p` would lose.
    #[test]
    fn the_loss_of_a_sure_and_right_row_is_the_weight_of_the_others() {
        let (mut o, mut loss) = ([0.0, -100.0, -101.0], [0.0]);
        softmax(&mut o, 3, |_, k| f64::from(k == 0), &mut loss);
        let right = (-100.0_f64).exp() + (-101.0_f64).exp();
        assert!((loss[0] / right - 1.0).abs() < 1e-15, "{:e} for {right:e}", loss[0]);
    }
}
