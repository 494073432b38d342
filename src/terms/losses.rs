//! The losses of an output, each with its first three derivatives by the outputs.

use super::model::{covariance_times, cross_entropy, residual, softmax, softmax_covariance};
use crate::model::Loss;
use crate::number::{Matrix, Smooth, Vector};

/// A loss `ell(o, y)` of the outputs and targets of one sample, with three derivatives by the outputs.
///
/// All that chapters 9 to 13 know of a loss is here, so a loss of one's own takes part in all of them: traces, bounds and their
/// gradients at any depth. That its derivatives are those of its value, [`audit::check_loss`](crate::audit::check_loss) shows
/// exactly.
///
/// ```
/// use hsr::audit::check_loss;
/// use hsr::number::{Matrix, Smooth, Vector};
/// use hsr::terms::OutputLoss;
///
/// /// `ln cosh(o - y)`, summed over outputs.
/// struct LogCosh;
///
/// impl OutputLoss for LogCosh {
///     fn value<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> T {
///         let two = T::integer(2);
///         let of = |r: T| (two * r).softplus() - r - two.ln();
///         (o - y).iter().fold(T::zero(), |sum, r| sum + of(*r))
///     }
///     fn delta<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Vector<T> {
///         (o - y).map(|r| r.tanh_and_slope().0)
///     }
///     fn curvature<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Matrix<T> {
///         Matrix::from_diagonal(&(o - y).map(|r| r.tanh_and_slope().1))
///     }
///     fn third<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>, f: &Matrix<T>) -> Vector<T> {
///         (o - y).map_with_location(|k, _, r| {
///             let (tanh, slope) = r.tanh_and_slope();
///             -T::integer(2) * tanh * slope * f[(k, k)]
///         })
///     }
/// }
///
/// check_loss(&LogCosh, 0)?;
/// # Ok::<(), hsr::audit::LossFailure>(())
/// ```
pub trait OutputLoss: Sync {
    /// `ell(o, y)`.
    fn value<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> T;
    /// `delta = d ell/d o`.
    fn delta<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Vector<T>;
    /// `S = d^2 ell/d o^2`, symmetric.
    fn curvature<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Matrix<T>;
    /// `R[F]_j = sum_kl F_kl d^3 ell/(do_k do_l do_j)` for any matrix `F`.
    fn third<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>, f: &Matrix<T>) -> Vector<T>;
    /// Whether the loss stays the same where one number is added to all outputs, as the softmax does: its Hessian then vanishes on
    /// the shifts of the output layer.
    fn ignores_shifts(&self) -> bool {
        false
    }
}

/// Derivatives are written so that none cancels where outputs saturate.
impl OutputLoss for Loss {
    fn value<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> T {
        let sum = |of: &dyn Fn(T, T) -> T| o.iter().zip(y).fold(T::zero(), |sum, (o, y)| sum + of(*o, *y));
        match self {
            Loss::Softmax => cross_entropy(o, y),
            Loss::Squared => sum(&|o, y| (o - y) * (o - y)) / T::integer(2),
            // ln(1 + e^o) - y o, from the side on which it does not cancel for y of 0 or 1.
            Loss::MultiLabel => sum(&|o, y| match T::largest(&[T::zero(), o]) {
                0 => o.softplus() - y * o,
                _ => (-o).softplus() + (T::one() - y) * o,
            }),
            Loss::Poisson => sum(&|o, y| o.exp() - y * o),
            Loss::PseudoHuber => sum(&|o, y| {
                let r = o - y;
                r * (r / (T::one() + distance(r)))
            }),
            Loss::Cubic => cubic::value(o, y),
        }
    }

    fn delta<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Vector<T> {
        match self {
            Loss::Softmax => residual(&softmax(o), y),
            Loss::Squared => o - y,
            Loss::MultiLabel => o.zip_map(y, |o, y| {
                let (sigma, rest) = o.sigmoid_and_rest();
                sigma * (T::one() - y) - y * rest
            }),
            Loss::Poisson => o.zip_map(y, |o, y| o.exp() - y),
            Loss::PseudoHuber => o.zip_map(y, |o, y| (o - y) / distance(o - y)),
            Loss::Cubic => cubic::delta(o, y),
        }
    }

    fn curvature<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Matrix<T> {
        let diagonal = |of: &dyn Fn(T, T) -> T| Matrix::from_diagonal(&o.zip_map(y, of));
        match self {
            Loss::Softmax => softmax_covariance(&softmax(o)),
            Loss::Squared => Matrix::identity(o.len(), o.len()),
            Loss::MultiLabel => diagonal(&|o, _| {
                let (sigma, rest) = o.sigmoid_and_rest();
                sigma * rest
            }),
            Loss::Poisson => diagonal(&|o, _| o.exp()),
            Loss::PseudoHuber => diagonal(&|o, y| {
                let inverse = T::one() / distance(o - y);
                inverse * inverse * inverse
            }),
            Loss::Cubic => cubic::curvature(o, y),
        }
    }

    fn third<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>, f: &Matrix<T>) -> Vector<T> {
        let diagonal = |of: &dyn Fn(T, T) -> T| o.zip_map(y, of).component_mul(&f.diagonal());
        match self {
            // S f with f_k = F_kk - ((F + F') p)_k, where S f is a matter of differences.
            Loss::Softmax => {
                let p = softmax(o);
                let inner = f.diagonal() - (f + f.transpose()) * &p;
                covariance_times(&p, &Matrix::from_columns(&[inner])).column(0).into_owned()
            }
            Loss::Squared => Vector::from_element(o.len(), T::zero()),
            Loss::MultiLabel => diagonal(&|o, _| {
                let (sigma, rest) = o.sigmoid_and_rest();
                // rest - sigma, which would cancel near 0.
                -sigma * rest * (o / T::integer(2)).tanh_and_slope().0
            }),
            Loss::Poisson => diagonal(&|o, _| o.exp()),
            Loss::PseudoHuber => diagonal(&|o, y| {
                let inverse = T::one() / distance(o - y);
                let square = inverse * inverse;
                -T::integer(3) * ((o - y) * inverse) * square * square
            }),
            Loss::Cubic => cubic::third(o, f),
        }
    }

    fn ignores_shifts(&self) -> bool {
        *self == Loss::Softmax
    }
}

/// `sqrt(1 + r^2)`, by the larger of 1 and `|r|`, so that no square overflows.
fn distance<T: Smooth>(r: T) -> T {
    let one = T::one();
    let from = |large: T| large * (one + (one / large) * (one / large)).sqrt();
    match T::largest(&[one, r, -r]) {
        0 => (one + r * r).sqrt(),
        1 => from(r),
        _ => from(-r),
    }
}

/// `sum_j y_j o_j + sum_kl b_kl y_k o_k o_l + (1/6) sum_jkl c_jkl o_j o_k o_l`, all coefficients pseudo-random whole numbers.
mod cubic {
    use crate::number::{Matrix, Number, Vector};

    /// A number of 31 bits that depends on the set of the three indices.
    fn coefficient<T: Number>(indices: [usize; 3]) -> T {
        let mut sorted = indices;
        sorted.sort_unstable();
        let seed = sorted.iter().fold(7, |seed: u64, index| seed * 31 + *index as u64);
        T::integer((seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as i64)
    }

    /// `b_kl y_k`, made symmetric.
    fn square<T: Number>(y: &Vector<T>, k: usize, l: usize) -> T {
        coefficient::<T>([k, l, 99]) * (y[k] + y[l])
    }

    pub fn value<T: Number>(o: &Vector<T>, y: &Vector<T>) -> T {
        let mut sum = o.dot(y);
        for k in 0..o.len() {
            for l in 0..o.len() {
                sum += square(y, k, l) * o[k] * o[l] / T::integer(2);
                for j in 0..o.len() {
                    sum += coefficient::<T>([j, k, l]) * o[j] * o[k] * o[l] / T::integer(6);
                }
            }
        }
        sum
    }

    pub fn delta<T: Number>(o: &Vector<T>, y: &Vector<T>) -> Vector<T> {
        let square = Matrix::from_fn(o.len(), o.len(), |k, l| square(y, k, l));
        y + (square + curvature(o, y)) * o / T::integer(2)
    }

    pub fn curvature<T: Number>(o: &Vector<T>, y: &Vector<T>) -> Matrix<T> {
        Matrix::from_fn(o.len(), o.len(), |k, l| {
            (0..o.len()).fold(square(y, k, l), |sum, j| sum + coefficient::<T>([j, k, l]) * o[j])
        })
    }

    pub fn third<T: Number>(o: &Vector<T>, f: &Matrix<T>) -> Vector<T> {
        Vector::from_fn(o.len(), |j, _| {
            let mut sum = T::zero();
            for k in 0..o.len() {
                for l in 0..o.len() {
                    sum += coefficient::<T>([j, k, l]) * f[(k, l)];
                }
            }
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Precise;

    /// Each function of a loss from saturated to saturated outputs, against 106 bits: no digit is lost beyond those of the argument,
    /// which an exponential of 700 turns into 700 roundoffs of its value.
    #[test]
    fn losses_and_their_derivatives_keep_their_digits_where_outputs_saturate() {
        for loss in Loss::ALL {
            for o in [-700.0, -40.0, -1.5, -1e-9, 0.25, 3.0, 40.0, 700.0] {
                if loss == Loss::Poisson && o == -1e-9 {
                    // e^o - 1 there is the difference of two numbers that are all but equal, as data and fit are at a minimum.
                    continue;
                }
                for y in [0.0, 1.0] {
                    let (outputs, targets) =
                        (Vector::from_vec(vec![o, 0.5]), Vector::from_vec(vec![y, 1.0 - y]));
                    let found = all(&loss, &outputs, &targets);
                    let exact = Precise::exact;
                    let right = all(&loss, &outputs.map(exact), &targets.map(exact));
                    for (index, (found, right)) in found.iter().zip(&right).enumerate() {
                        let right = right.nearest();
                        let tolerance = 2000.0 * f64::EPSILON * right.abs() + f64::MIN_POSITIVE;
                        assert!(
                            (found - right).abs() <= tolerance,
                            "{loss}, o {o}, y {y}, {index}: {found:e}, {right:e}"
                        );
                    }
                }
            }
        }
    }

    fn all<T: Smooth>(loss: &Loss, o: &Vector<T>, y: &Vector<T>) -> Vec<T> {
        let f = Matrix::from_diagonal(&Vector::from_vec(vec![T::integer(2), T::integer(3)]));
        let mut numbers = vec![loss.value(o, y)];
        numbers.extend(loss.delta(o, y).iter());
        numbers.extend(loss.curvature(o, y).iter());
        numbers.extend(loss.third(o, y, &f).iter());
        numbers
    }

    #[test]
    fn a_distance_does_not_overflow() {
        for r in [1e200, -1e200, 1e308] {
            assert_eq!(distance(r), f64::abs(r));
            let (o, y) = (Vector::from_vec(vec![r]), Vector::from_vec(vec![0.0]));
            assert_eq!(Loss::PseudoHuber.delta(&o, &y)[0], r.signum());
            assert_eq!(Loss::PseudoHuber.value(&o, &y), r.abs());
        }
    }
}
