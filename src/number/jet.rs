//! First-order dual numbers over any number type, nestable: `Jet<Jet<Jet<Field>>>` carries third derivatives exactly.

use super::operators::operators;
use super::{Number, Smooth};

/// `re + eps E` with `E^2 = 0`: a value and its derivative along one direction.
///
/// ```
/// use hsr::number::{Field, Jet, Number};
/// let x = Jet::new(Field::integer(5), Field::integer(1));
/// let cube = x * x * x;
/// assert_eq!(cube.eps, Field::integer(75));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jet<T> {
    /// The value.
    pub re: T,
    /// The derivative.
    pub eps: T,
}

impl<T: Number> Jet<T> {
    /// A value with its derivative.
    pub fn new(re: T, eps: T) -> Self {
        Jet { re, eps }
    }

    fn plus(&self, other: &Self) -> Self {
        Jet::new(self.re + other.re, self.eps + other.eps)
    }
    fn minus(&self, other: &Self) -> Self {
        Jet::new(self.re - other.re, self.eps - other.eps)
    }
    fn times(&self, other: &Self) -> Self {
        Jet::new(self.re * other.re, self.eps * other.re + self.re * other.eps)
    }
    fn over(&self, other: &Self) -> Self {
        let quotient = self.re / other.re;
        let slope = (self.eps - quotient * other.eps) / other.re;
        Jet::new(quotient, slope)
    }

    /// Chain rule: a function's value and slope at `re`, carried along.
    fn chain(&self, value: T, slope: T) -> Self {
        Jet::new(value, slope * self.eps)
    }
}

operators!([T: Number] Jet<T>);

impl<T: Number> Number for Jet<T> {
    fn integer(n: i64) -> Self {
        Jet::new(T::integer(n), T::integer(0))
    }
}

impl<T: Smooth> Smooth for Jet<T> {
    fn exp(&self) -> Self {
        let exp = self.re.exp();
        self.chain(exp, exp)
    }
    fn ln(&self) -> Self {
        self.chain(self.re.ln(), T::one() / self.re)
    }
    fn ln_1p(&self) -> Self {
        self.chain(self.re.ln_1p(), T::one() / (T::one() + self.re))
    }
    fn sqrt(&self) -> Self {
        let root = self.re.sqrt();
        self.chain(root, T::one() / (root + root))
    }
    fn sigmoid(&self) -> (Self, Self) {
        let (sigma, rest) = self.re.sigmoid();
        let slope = sigma * rest;
        (self.chain(sigma, slope), self.chain(rest, -slope))
    }
    fn tanh(&self) -> (Self, Self) {
        let (tanh, rest) = self.re.tanh();
        let slope = -(tanh + tanh) * rest;
        (self.chain(tanh, rest), self.chain(rest, slope))
    }
    fn softplus(&self) -> Self {
        self.chain(self.re.softplus(), self.re.sigmoid().0)
    }
    fn sin_cos(&self) -> (Self, Self) {
        let (sin, cos) = self.re.sin_cos();
        (self.chain(sin, cos), self.chain(cos, -sin))
    }
    fn gaussian(&self) -> (Self, Self) {
        let (distribution, density) = self.re.gaussian();
        let slope = -self.re * density;
        (self.chain(distribution, density), self.chain(density, slope))
    }
    fn largest(values: &[Self]) -> usize {
        let parts: Vec<T> = values.iter().map(|value| value.re).collect();
        T::largest(&parts)
    }
    fn positive_part(&self) -> Self {
        let kept = self.re.positive_part();
        if kept == self.re { *self } else { Jet::new(kept, T::zero()) }
    }
}
