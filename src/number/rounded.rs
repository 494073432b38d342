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
/// From an error of this size on a function is bounded by its values at the ends of what the argument may be, rather than
/// by its slope.
const FAR: f64 = 0.01;

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
    #[inline]
    pub fn exact(value: f64) -> Self {
        Rounded { value, error: 0.0 }
    }

    /// A freshly rounded value: what its arguments carried, and its own rounding, or the underflow threshold.
    #[inline]
    fn after(value: f64, carried: f64) -> Self {
        Rounded { value, error: carried + value.abs() * ROUNDOFF + f64::MIN_POSITIVE }
    }

    /// The value of an elementary function with this slope at the argument, and a second derivative that is nowhere larger
    /// than `bend`: the error that the argument carries may be as large as it likes.
    #[inline]
    fn function(&self, value: f64, slope: f64, bend: f64) -> Self {
        let carried = slope.abs() * self.error + bend / 2.0 * self.error * self.error;
        Rounded::called(value, carried)
    }

    /// The same for a monotone function; where the argument is hardly known, by its values at the ends of what that may
    /// be. So a saturated unit is known, however large its preactivation.
    fn monotone(&self, value: f64, slope: f64, bend: f64, function: impl Fn(f64) -> f64) -> Self {
        if self.error < FAR {
            return self.function(value, slope, bend);
        }
        let ends = if self.error == f64::INFINITY {
            // Also where the value overflowed: `inf - inf` would be no end.
            [f64::NEG_INFINITY, f64::INFINITY]
        } else {
            [self.value - self.error, self.value + self.error]
        };
        let ends = ends.map(function);
        Rounded::called(value, (ends[0] - value).abs().max((ends[1] - value).abs()))
    }

    /// The same for an even function that falls on both sides of 0.
    fn peaked(&self, value: f64, slope: f64, bend: f64, function: impl Fn(f64) -> f64) -> Self {
        if self.error < FAR {
            return self.function(value, slope, bend);
        }
        let nearest = (self.value.abs() - self.error).max(0.0);
        let ends = [nearest, self.value.abs() + self.error].map(function);
        Rounded::called(value, (ends[0] - value).abs().max((ends[1] - value).abs()))
    }

    /// The value of an elementary function, off by what its argument carried and by its own rounding.
    #[inline]
    fn called(value: f64, carried: f64) -> Self {
        Rounded { value, error: carried + value.abs() * FUNCTION + f64::MIN_POSITIVE }
    }

    /// How far a logarithm moves where its argument is off by `error`: infinitely, where that reaches down to zero.
    fn logarithm(value: f64, at: f64, error: f64) -> Self {
        let carried = if error < at { -(-error / at).ln_1p() } else { f64::INFINITY };
        Rounded::called(value, carried)
    }

    /// Zero without an error: what is added to it or multiplied by it is not rounded.
    #[inline]
    fn is_nothing(&self) -> bool {
        self.value == 0.0 && self.error == 0.0
    }

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        match (self.is_nothing(), other.is_nothing()) {
            (true, _) => *other,
            (_, true) => *self,
            _ => Rounded::after(self.value + other.value, self.error + other.error),
        }
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        if self.value == other.value && self.error == 0.0 && other.error == 0.0 {
            return Rounded::exact(0.0);
        }
        match (self.is_nothing(), other.is_nothing()) {
            (true, _) => Rounded { value: -other.value, error: other.error },
            (_, true) => *self,
            _ => Rounded::after(self.value - other.value, self.error + other.error),
        }
    }
    #[inline]
    fn times(&self, other: &Self) -> Self {
        let finite = self.value.is_finite() && other.value.is_finite();
        if finite && (self.is_nothing() || other.is_nothing()) {
            return Rounded::exact(0.0);
        }
        let carried =
            self.value.abs() * other.error + self.error * other.value.abs() + self.error * other.error;
        Rounded::after(self.value * other.value, carried)
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        if self.is_nothing() && other.error < other.value.abs() {
            return *self;
        }
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
    #[inline]
    fn integer(n: i64) -> Self {
        let value = n as f64;
        let exact = n.unsigned_abs() <= 1 << f64::MANTISSA_DIGITS;
        Rounded { value, error: if exact { 0.0 } else { value.abs() * ROUNDOFF } }
    }
}

impl Smooth for Rounded {
    /// Where the argument is hardly known, from its largest possible value: the factor `e^error` may overflow where
    /// the value itself vanishes.
    fn exp(&self) -> Self {
        if self.is_nothing() {
            return Rounded::exact(1.0);
        }
        let exp = self.value.exp();
        let carried =
            if self.error < FAR { exp * self.error.exp_m1() } else { (self.value + self.error).exp() - exp };
        Rounded::called(exp, carried)
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
        if self.is_nothing() {
            return *self;
        }
        let root = self.value.sqrt();
        let low = (self.value - self.error).max(0.0).sqrt();
        let high = (self.value + self.error).sqrt();
        Rounded::after(root, (root - low).max(high - root))
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        let (sigma, rest) = Smooth::sigmoid_and_rest(&self.value);
        let slope = sigma * rest;
        (
            self.monotone(sigma, slope, 0.1, |a| Smooth::sigmoid_and_rest(&a).0),
            self.monotone(rest, slope, 0.1, |a| Smooth::sigmoid_and_rest(&a).1),
        )
    }
    fn tanh_and_slope(&self) -> (Self, Self) {
        let (tanh, rest) = Smooth::tanh_and_slope(&self.value);
        // Near 0 the dual numbers form it from exponentials near 1, which are off by roundoffs of 1; at 0 they are 1.
        let mut rounded = self.monotone(tanh, rest, 0.8, |a| Smooth::tanh_and_slope(&a).0);
        if self.value != 0.0 {
            rounded.error += FUNCTION * rest;
        }
        (rounded, self.peaked(rest, 2.0 * tanh * rest, 2.0, |a| Smooth::tanh_and_slope(&a).1))
    }
    fn softplus(&self) -> Self {
        let slope = Smooth::sigmoid_and_rest(&self.value).0;
        self.monotone(Smooth::softplus(&self.value), slope, 0.25, |a| Smooth::softplus(&a))
    }
    fn sin_cos(&self) -> (Self, Self) {
        let (sin, cos) = self.value.sin_cos();
        let within = |mut rounded: Self| {
            rounded.error = rounded.error.min(2.0);
            rounded
        };
        (within(self.function(sin, cos, 1.0)), within(self.function(cos, sin, 1.0)))
    }
    /// The density's exponent `a^2/2` is rounded too, which costs `a^2/2` roundoffs of the density; so is `a/sqrt(2)`, the
    /// argument of `erfc`, which costs `a^2` roundoffs of its tail.
    fn normal(&self) -> (Self, Self) {
        let (distribution, density) = Smooth::normal(&self.value);
        let mut rounded_density = self.peaked(density, self.value * density, 0.4, |a| Smooth::normal(&a).1);
        rounded_density.error += self.value * self.value * density * ROUNDOFF;
        let mut rounded = self.monotone(distribution, density, 0.25, |a| Smooth::normal(&a).0);
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
    /// Either value, where rounding hides the sign.
    fn step(&self) -> Self {
        let known = self.value.abs() > self.error || (self.value == 0.0 && self.error == 0.0);
        Rounded { value: Smooth::step(&self.value), error: if known { 0.0 } else { 1.0 } }
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
            (Smooth::tanh_and_slope(&(off - Rounded::exact(40.0))).0, (-37f64).tanh()),
            (Smooth::exp(&off), 3f64.exp()),
            (Rounded::integer((1 << 53) + 1) - Rounded::integer(1 << 53), 1.0),
        ] {
            assert!((rounded.value - exact).abs() <= rounded.error, "{rounded:?} for {exact}");
        }
    }

    #[test]
    fn a_saturated_unit_is_known_though_its_argument_is_not() {
        let far = Rounded { value: 1e20, error: 1e6 };
        for (known, value) in [
            (far.sigmoid_and_rest().0, 1.0),
            (far.sigmoid_and_rest().1, 0.0),
            (Smooth::tanh_and_slope(&far).0, 1.0),
            (Smooth::tanh_and_slope(&-far).1, 0.0),
            (far.normal().0, 1.0),
            ((-far).normal().1, 0.0),
            ((-far).exp(), 0.0),
        ] {
            assert!(known.value == value && known.error < 1e-14, "{known:?} for {value}");
        }
        let near = Rounded { value: 2.0, error: 3.0 };
        assert!(Smooth::tanh_and_slope(&near).1.error >= 1.0 - Smooth::tanh_and_slope(&2.0).1);
        assert!(near.sin_cos().0.error <= 2.1);
    }

    /// What overflowed may be anything, and a bounded function of it may have any of its values.
    #[test]
    fn a_function_of_what_overflowed_is_not_known() {
        let overflow = Smooth::exp(&Rounded::exact(1e4));
        for far in [overflow, -overflow, overflow.ln(), Rounded::exact(1.0) / (overflow - overflow)] {
            for bounded in [
                far.sigmoid_and_rest().0,
                far.sigmoid_and_rest().1,
                Smooth::tanh_and_slope(&far).0,
                Smooth::tanh_and_slope(&far).1,
                far.normal().0,
                far.normal().1,
                far.sin_cos().0,
                far.exp(),
                Rounded::exact(1.0) / far,
            ] {
                let known = bounded.value.is_finite() && bounded.error < 0.25;
                assert!(!known, "{bounded:?} of {far:?}");
            }
        }
    }

    #[test]
    fn nothing_is_rounded_where_zero_is_added_or_multiplied() {
        let (zero, third) = (Rounded::integer(0), Rounded::integer(1) / Rounded::integer(3));
        assert_eq!(third + zero, third);
        assert_eq!((third - zero, zero * third), (third, zero));
        assert!((zero * Rounded::exact(f64::INFINITY)).value.is_nan());
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
