//! `f64` with a bound on its own rounding error, to first order in the unit roundoff (running error analysis; Higham,
//! *Accuracy and Stability of Numerical Algorithms*, 2nd ed. 2002, section 3.3).
//!
//! It gives every float comparison its tolerance: two expressions that are equal as mathematics may differ by no more
//! than the sum of their bounds. No tolerance is chosen by hand.

use super::operators::operators;
use super::{Number, Smooth};

/// Half the distance from 1 to the next `f64`.
pub(crate) const ROUNDOFF: f64 = f64::EPSILON / 2.0;
/// What the elementary functions of the platform's mathematics library may be off by, in units of roundoff.
const FUNCTION: f64 = 8.0 * ROUNDOFF;

/// A value and a bound on `|computed - exact|`.
///
/// ```
/// use hsr::number::{Number, Rounded};
/// let third = Rounded::integer(1) / Rounded::integer(3);
/// let error = (third + third + third - Rounded::integer(1)).error;
/// assert!(error > 0.0 && error < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounded {
    /// The value that `f64` gives.
    pub value: f64,
    /// How far it can be from the exact one.
    pub error: f64,
}

impl Rounded {
    /// A number that is taken as exact: an input.
    pub fn exact(value: f64) -> Self {
        Rounded { value, error: 0.0 }
    }

    /// A freshly rounded value: what its arguments carried, and its own rounding, or the underflow threshold.
    fn after(value: f64, carried: f64) -> Self {
        Rounded { value, error: carried + value.abs() * ROUNDOFF + f64::MIN_POSITIVE }
    }

    /// The value of an elementary function with this slope at the argument, and a second derivative that is nowhere larger
    /// than `bend`: the error that the argument carries may be as large as it likes.
    fn function(&self, value: f64, slope: f64, bend: f64) -> Self {
        let carried = slope.abs() * self.error + bend / 2.0 * self.error * self.error;
        Rounded::called(value, carried)
    }

    /// The value of an elementary function, off by what its argument carried and by its own rounding.
    fn called(value: f64, carried: f64) -> Self {
        Rounded { value, error: carried + value.abs() * FUNCTION + f64::MIN_POSITIVE }
    }

    /// How far a logarithm moves where its argument is off by `error`: infinitely, where that reaches down to zero.
    fn logarithm(value: f64, at: f64, error: f64) -> Self {
        let carried = if error < at { -(-error / at).ln_1p() } else { f64::INFINITY };
        Rounded::called(value, carried)
    }

    fn plus(&self, other: &Self) -> Self {
        Rounded::after(self.value + other.value, self.error + other.error)
    }
    fn minus(&self, other: &Self) -> Self {
        Rounded::after(self.value - other.value, self.error + other.error)
    }
    fn times(&self, other: &Self) -> Self {
        let carried =
            self.value.abs() * other.error + self.error * other.value.abs() + self.error * other.error;
        Rounded::after(self.value * other.value, carried)
    }
    fn over(&self, other: &Self) -> Self {
        let quotient = self.value / other.value;
        let nearest = other.value.abs() - other.error;
        let carried =
            if nearest > 0.0 { (self.error + quotient.abs() * other.error) / nearest } else { f64::INFINITY };
        Rounded::after(quotient, carried)
    }
}

operators!([] Rounded);

impl Number for Rounded {
    /// Beyond 2^53 an integer may fall between two floats.
    fn integer(n: i64) -> Self {
        let value = n as f64;
        let exact = n.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS;
        Rounded { value, error: if exact { 0.0 } else { value.abs() * ROUNDOFF } }
    }
}

impl Smooth for Rounded {
    fn exp(&self) -> Self {
        let exp = self.value.exp();
        Rounded::called(exp, exp * self.error.exp_m1())
    }
    fn ln(&self) -> Self {
        Rounded::logarithm(self.value.ln(), self.value, self.error)
    }
    fn ln_1p(&self) -> Self {
        Rounded::logarithm(self.value.ln_1p(), 1.0 + self.value, self.error)
    }
    /// Where the error reaches down to zero the slope says nothing: the root is off by no more than it is from the roots of the
    /// smallest and the largest value that the argument may have.
    fn sqrt(&self) -> Self {
        let root = self.value.sqrt();
        let low = (self.value - self.error).max(0.0).sqrt();
        let high = (self.value + self.error).sqrt();
        Rounded::after(root, (root - low).max(high - root))
    }
    fn sigmoid(&self) -> (Self, Self) {
        let (sigma, rest) = Smooth::sigmoid(&self.value);
        let slope = sigma * rest;
        (self.function(sigma, slope, 0.1), self.function(rest, slope, 0.1))
    }
    fn tanh(&self) -> (Self, Self) {
        let (tanh, rest) = Smooth::tanh(&self.value);
        // Near 0 the dual numbers form it from exponentials near 1, which are off by roundoffs of 1.
        let mut rounded = self.function(tanh, rest, 0.8);
        rounded.error += FUNCTION * rest;
        (rounded, self.function(rest, 2.0 * tanh * rest, 2.0))
    }
    fn softplus(&self) -> Self {
        self.function(Smooth::softplus(&self.value), Smooth::sigmoid(&self.value).0, 0.25)
    }
    fn sin_cos(&self) -> (Self, Self) {
        let (sin, cos) = self.value.sin_cos();
        (self.function(sin, cos, 1.0), self.function(cos, sin, 1.0))
    }
    /// The density's exponent `a^2/2` is rounded too, which costs `a^2/2` roundoffs of the density; so is `a/sqrt(2)`, the
    /// argument of `erfc`, which costs `a^2` roundoffs of its tail.
    fn gaussian(&self) -> (Self, Self) {
        let (distribution, density) = Smooth::gaussian(&self.value);
        let mut rounded_density = self.function(density, self.value * density, 0.4);
        rounded_density.error += self.value * self.value * density * ROUNDOFF;
        let mut rounded = self.function(distribution, density, 0.25);
        rounded.error += self.value.abs() * density * ROUNDOFF;
        (rounded, rounded_density)
    }
    fn largest(values: &[Self]) -> usize {
        let parts: Vec<f64> = values.iter().map(|number| number.value).collect();
        f64::largest(&parts)
    }
    fn positive_part(&self) -> Self {
        Rounded { value: self.value.max(0.0), error: self.error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_covers_a_function_that_is_flat_where_its_argument_is_computed() {
        let far = Rounded::exact(1e17);
        let off = (Rounded::exact(3.0) + far) - far;
        for (rounded, exact) in [
            (off.sin_cos().0, 3f64.sin()),
            (off.sin_cos().1, 3f64.cos()),
            (Smooth::tanh(&(off - Rounded::exact(40.0))).0, (-37f64).tanh()),
            (Smooth::exp(&off), 3f64.exp()),
            (Rounded::integer((1 << 53) + 1) - Rounded::integer(1 << 53), 1.0),
        ] {
            assert!((rounded.value - exact).abs() <= rounded.error, "{rounded:?} for {exact}");
        }
    }

    #[test]
    fn the_bound_covers_a_root_of_what_underflowed() {
        let tiny = Rounded::exact(1e-200);
        let root = (tiny * tiny).sqrt();
        assert!((root.value - 1e-200).abs() <= root.error, "{root:?}");
    }

    #[test]
    fn the_bound_covers_a_sum_that_cancels() {
        let terms = [1e16, 1.0, -1e16];
        let sum = terms.iter().fold(Rounded::integer(0), |sum, &term| sum + Rounded::exact(term));
        assert!((sum.value - 1.0).abs() <= sum.error);
        assert!(sum.error < 10.0);
    }
}
