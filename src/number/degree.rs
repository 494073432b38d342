//! Degrees of rational functions: run an equation in this arithmetic and the result bounds the degree of what it
//! computes, as a quotient of polynomials in its inputs and its transcendental symbols.
//!
//! By the lemma of Schwartz (1980) and Zippel (1979) a polynomial of degree `g` that is not zero vanishes at a random
//! point of a field of `q` elements with probability at most `g/q`. The bound is found by the very code that is
//! checked, so it cannot be out of step with it; it is generous, since denominators are multiplied and never shared.

use super::operators::operators;
use super::symbols::{sigmoid, tanh};
use super::{MODULUS, Number, Smooth};

/// Bounds on the degree of numerator and denominator; the zero function has no numerator.
///
/// ```
/// use hsr::number::Degree;
/// let x = Degree::SYMBOL;
/// let fraction = (x * x + x) / (x * x * x);
/// assert_eq!((fraction.numerator, fraction.denominator), (Some(2), 3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degree {
    /// Degree of the numerator; `None` for the function zero.
    pub numerator: Option<u64>,
    /// Degree of the denominator.
    pub denominator: u64,
}

/// Logarithm to base 10 of the probability that a rational function of this degree, not zero, vanishes at a random point
/// of the field.
///
/// Schwartz and Zippel give degree/field size. Each square root may double the degree (the norm of `a + b sqrt(r)` is
/// `a^2 - b^2 r`), and that the point was kept because its roots exist may double the probability once more. Two
/// arguments of a transcendental function that coincide by chance would be one symbol instead of two: `coincidences`
/// bounds their pairs, times the degree of the difference of two arguments.
pub fn chance(degree: u64, roots: u32, coincidences: f64) -> f64 {
    let by_chance = degree as f64 * 4f64.powi(roots as i32) + coincidences;
    (by_chance / MODULUS as f64).log10()
}

impl Degree {
    /// An independent variable.
    pub const SYMBOL: Degree = Degree { numerator: Some(1), denominator: 0 };

    const ZERO: Degree = Degree { numerator: None, denominator: 0 };

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        match (self.numerator, other.numerator) {
            (None, _) => *other,
            (_, None) => *self,
            (Some(a), Some(b)) => Degree {
                numerator: Some(a.saturating_add(other.denominator).max(b.saturating_add(self.denominator))),
                denominator: self.denominator.saturating_add(other.denominator),
            },
        }
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        self.plus(other)
    }
    #[inline]
    fn times(&self, other: &Self) -> Self {
        match (self.numerator, other.numerator) {
            (Some(a), Some(b)) => Degree {
                numerator: Some(a.saturating_add(b)),
                denominator: self.denominator.saturating_add(other.denominator),
            },
            _ => Degree::ZERO,
        }
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        self.times(&Degree { numerator: Some(other.denominator), denominator: other.numerator.unwrap_or(0) })
    }
}

operators!([] Degree);

impl Number for Degree {
    #[inline]
    fn integer(n: i64) -> Self {
        if n == 0 { Degree::ZERO } else { Degree { numerator: Some(0), denominator: 0 } }
    }
}

/// Every transcendental value is a symbol of its own; a root has no greater degree than its radicand.
impl Smooth for Degree {
    /// The square of a symbol.
    fn exp(&self) -> Self {
        Degree { numerator: Some(2), denominator: 0 }
    }
    fn ln(&self) -> Self {
        Degree::SYMBOL
    }
    fn ln_1p(&self) -> Self {
        Degree::SYMBOL
    }
    fn sqrt(&self) -> Self {
        *self
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        sigmoid(self.exp())
    }
    fn tanh_and_slope(&self) -> (Self, Self) {
        tanh(self.exp())
    }
    fn softplus(&self) -> Self {
        Degree::SYMBOL
    }
    /// A quotient of quadratic polynomials in one symbol.
    fn sin_cos(&self) -> (Self, Self) {
        let quotient = Degree { numerator: Some(2), denominator: 2 };
        (quotient, quotient)
    }
    fn normal(&self) -> (Self, Self) {
        (Degree::SYMBOL, self.exp() * Degree::SYMBOL)
    }
    fn largest(_: &[Self]) -> usize {
        0
    }
    fn positive_part(&self) -> Self {
        *self
    }
    /// A number, whichever it is.
    fn step(&self) -> Self {
        Degree::integer(1)
    }
}
