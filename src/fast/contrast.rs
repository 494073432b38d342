//! Classes without their common shift.
//!
//! `S 1 = 0`, so of the `C` directions of the logits only the `C-1` that are orthogonal to `1` matter. The Helmert
//! contrasts, `q_j = (1, .., 1, -j, 0, .., 0)/sqrt(j(j+1))` with `j` ones, are an orthonormal basis of them. With `V`,
//! `S`, `delta` and `A` written in it, every closed form of `terms` keeps its shape and has one class less.

/// How many contrasts a number of classes has.
pub(super) fn contrasts(classes: usize) -> usize {
    classes - 1
}

fn norm(j: usize) -> f64 {
    ((j * (j + 1)) as f64).sqrt()
}

/// `out[j] = q_j . x`, for `C-1` contrasts.
pub(super) fn contrast(out: &mut [f64], x: impl Fn(usize) -> f64) {
    let mut before = x(0);
    for (index, out) in out.iter_mut().enumerate() {
        let (j, next) = (index + 1, x(index + 1));
        *out = (before - j as f64 * next) / norm(j);
        before += next;
    }
}

/// `out[k] = sum_j q_j[k] x[j]`, for `C` classes: the vector whose contrasts are `x` and whose sum is 0.
pub(super) fn expand(mut out: impl FnMut(usize, f64), x: &[f64]) {
    let mut after = 0.0;
    for j in (1..=x.len()).rev() {
        let share = x[j - 1] / norm(j);
        out(j, after - j as f64 * share);
        after += share;
    }
    out(0, after);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrasts_are_orthonormal_and_orthogonal_to_one() {
        for classes in [2, 3, 6] {
            for j in 0..contrasts(classes) {
                let mut unit = vec![0.0; contrasts(classes)];
                unit[j] = 1.0;
                let mut row = vec![0.0; classes];
                expand(|k, value| row[k] = value, &unit);
                assert!(row.iter().sum::<f64>().abs() < 1e-15);
                let mut back = vec![0.0; contrasts(classes)];
                contrast(&mut back, |k| row[k]);
                for (back, unit) in back.iter().zip(&unit) {
                    assert!((back - unit).abs() < 1e-15);
                }
            }
        }
    }
}
