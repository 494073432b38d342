//! Classes without their common shift.
//!
//! `S 1 = 0`, so of the `C` directions of the logits only the `C-1` that are orthogonal to `1` matter. The Helmert
//! contrasts, `q_j = (1, .., 1, -j, 0, .., 0)/sqrt(j(j+1))` with `j` ones, are an orthonormal basis of them. With `V`,
//! `S`, `delta` and `A` written in it, every closed form of `terms` keeps its shape and has one class less.

use super::lanes::Lanes;
use super::memory::Ledger;

/// How many contrasts a number of classes has.
pub(super) fn contrasts(classes: usize) -> usize {
    classes - 1
}

/// The contrasts of some classes.
pub(super) struct Contrasts {
    /// `1/sqrt(j(j+1))`.
    scale: Vec<f64>,
}

impl Contrasts {
    pub fn new(classes: usize, ledger: &mut Ledger) -> Self {
        let mut scale = ledger.zeros(&[contrasts(classes)]);
        for (index, scale) in scale.iter_mut().enumerate() {
            *scale = 1.0 / (((index + 1) * (index + 2)) as f64).sqrt();
        }
        Contrasts { scale }
    }

    /// `q_j[k]`, for contrast `index = j - 1`.
    #[inline(always)]
    pub fn entry(&self, k: usize, index: usize) -> f64 {
        match k {
            _ if k <= index => self.scale[index],
            _ if k == index + 1 => -(k as f64) * self.scale[index],
            _ => 0.0,
        }
    }

    /// `out[j] = q_j . x`, for as many contrasts as there is room.
    #[inline(always)]
    pub fn contrast(&self, out: &mut [Lanes], x: impl Fn(usize) -> Lanes) {
        let mut before = x(0);
        for index in 0..out.len() {
            let next = x(index + 1);
            out[index] = self.scale[index] * (before - (index + 1) as f64 * next);
            before = before + next;
        }
    }

    /// `out[k] = sum_j q_j[k] x[j]`, for `C` classes: the vector whose contrasts are `x` and whose sum is 0.
    #[inline(always)]
    pub fn expand(&self, mut out: impl FnMut(usize, Lanes), x: &[Lanes]) {
        let mut after = Lanes::default();
        for index in (0..x.len()).rev() {
            let share = self.scale[index] * x[index];
            out(index + 1, after - (index + 1) as f64 * share);
            after = after + share;
        }
        out(0, after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrasts_are_orthonormal_and_orthogonal_to_one() {
        for classes in [2, 3, 6] {
            let all = Contrasts::new(classes, &mut Ledger::Taking);
            for j in 0..contrasts(classes) {
                let mut unit = vec![Lanes::default(); contrasts(classes)];
                unit[j] = Lanes::all(1.0);
                let mut row = vec![Lanes::default(); classes];
                all.expand(|k, value| row[k] = value, &unit);
                assert!((0..classes).all(|k| (row[k].0[0] - all.entry(k, j)).abs() < 1e-15));
                assert!(row.iter().map(|value| value.0[3]).sum::<f64>().abs() < 1e-15);
                let mut back = vec![Lanes::default(); contrasts(classes)];
                all.contrast(&mut back, |k| row[k]);
                for (back, unit) in back.iter().zip(&unit) {
                    assert!((back.0[5] - unit.0[5]).abs() < 1e-15);
                }
            }
        }
    }
}
