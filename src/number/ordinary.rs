//! [`Rounded`] for a program that takes no care: beside the rounding of what it computes, it forms `1 - p` and the derivatives of
//! activations by subtraction, which is off by roundoffs of 1, however small the difference.

use super::operators::operators;
use super::rounded::ROUNDOFF;
use super::{Number, Rounded, Smooth};

/// Roundoffs of 1 that a subtraction from 1 is off by, and what it subtracts.
const FORMED: f64 = 4.0 * ROUNDOFF;

/// A value and a bound on how far an ordinary program is from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ordinary(pub Rounded);

impl Ordinary {
    /// A number that is known to a roundoff, as weights and inputs are.
    pub fn known(value: f64) -> Self {
        Ordinary(Rounded { value, error: FORMED * value.abs() })
    }

    /// The value of a function that is formed from differences of numbers of order one.
    fn formed(mut rounded: Rounded) -> Self {
        rounded.error += FORMED;
        Ordinary(rounded)
    }

    fn formed_pair((first, second): (Rounded, Rounded)) -> (Self, Self) {
        (Ordinary::formed(first), Ordinary::formed(second))
    }

    fn plus(&self, other: &Self) -> Self {
        Ordinary(self.0 + other.0)
    }
    fn minus(&self, other: &Self) -> Self {
        Ordinary(self.0 - other.0)
    }
    fn times(&self, other: &Self) -> Self {
        Ordinary(self.0 * other.0)
    }
    fn over(&self, other: &Self) -> Self {
        Ordinary(self.0 / other.0)
    }
}

operators!([] Ordinary);

impl Number for Ordinary {
    fn integer(n: i64) -> Self {
        Ordinary(Rounded::integer(n))
    }
}

impl Smooth for Ordinary {
    fn exp(&self) -> Self {
        Ordinary::formed(self.0.exp())
    }
    fn ln(&self) -> Self {
        Ordinary(self.0.ln())
    }
    fn ln_1p(&self) -> Self {
        Ordinary(self.0.ln_1p())
    }
    fn sqrt(&self) -> Self {
        Ordinary(self.0.sqrt())
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        Ordinary::formed_pair(self.0.sigmoid_and_rest())
    }
    fn tanh_and_slope(&self) -> (Self, Self) {
        Ordinary::formed_pair(self.0.tanh_and_slope())
    }
    fn softplus(&self) -> Self {
        Ordinary::formed(self.0.softplus())
    }
    fn sin_cos(&self) -> (Self, Self) {
        Ordinary::formed_pair(self.0.sin_cos())
    }
    fn normal(&self) -> (Self, Self) {
        Ordinary::formed_pair(self.0.normal())
    }
    fn largest(values: &[Self]) -> usize {
        let values: Vec<Rounded> = values.iter().map(|value| value.0).collect();
        Rounded::largest(&values)
    }
    fn positive_part(&self) -> Self {
        Ordinary(self.0.positive_part())
    }
    fn step(&self) -> Self {
        Ordinary(self.0.step())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_from_one_is_off_by_roundoffs_of_one_however_small_it_is() {
        let far = Ordinary::known(30.0);
        let (_, rest) = far.sigmoid_and_rest();
        assert!(rest.0.value < 1e-12 && rest.0.error >= FORMED);
        assert!(rest.0.error >= (1.0 - 1.0 / (1.0 + (-30f64).exp()) - rest.0.value).abs());
    }

    #[test]
    fn zero_stays_zero() {
        let zero = Ordinary::known(0.0) * Ordinary::known(3.0);
        assert_eq!(zero, Ordinary::integer(0));
    }
}
