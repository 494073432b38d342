//! What the evaluation of an expression asks of its numbers: a base arithmetic, or [`Jet`]s over it, which carry nested
//! derivatives, each level with a unit of its own.

use crate::number::{Chain, Degree, Drawn, Field, Gap, Jet, Rounded, Smooth};

/// An arithmetic in which a derivation can be evaluated: floats, floats with a bound on their rounding error, or a prime
/// field.
///
/// Only types of this crate implement it.
pub trait Evaluable: Base<Value = Self> {}

impl Evaluable for f64 {}
impl Evaluable for Rounded {}
impl Evaluable for Field {}

/// A number in which expressions are evaluated. A base carries no derivatives, which is what the defaults say.
pub trait Tower: Smooth + Copy + Send + Sync {
    /// Whether it is over a field, where positive numbers are squares.
    const IN_A_FIELD: bool = false;
    /// The unit of a level: a step along one derivative. Zero for a level that is not there.
    fn unit(_level: usize) -> Self {
        Self::integer(0)
    }
    /// The coefficient of that unit.
    fn coefficient(&self, _level: usize) -> Self {
        Self::integer(0)
    }
    /// The number with that unit set to zero.
    fn without(&self, _level: usize) -> Self {
        *self
    }
    /// The derivative of this order of the activation, where that is no particular function.
    fn phi(&self, order: u8) -> Self;
    /// The value as a float, where numbers are floats.
    fn float(&self) -> Option<f64> {
        None
    }
    /// A float as a number, where numbers are floats.
    fn from_float(_value: f64) -> Option<Self> {
        None
    }
    /// Whether the value exists: as a real number, or, in a field, without a root that is missing or a division by zero.
    fn exists(&self) -> bool {
        true
    }
    /// Whether it cannot be negative but for rounding that was not accounted for, where numbers are floats.
    fn is_surely_not_negative(&self) -> bool {
        true
    }
    /// Whether a number that stands for a positive one does so here: in a field, whether it is a square.
    fn stands_for_positive(&self) -> bool {
        true
    }
    /// A bound on the rounding error, where one is carried.
    fn error(&self) -> f64 {
        0.0
    }
    /// The same value with a rounding error, where one is carried.
    fn with_error(self, _error: f64) -> Self {
        self
    }
}

/// Keys of the activation and its derivatives among the field's symbols.
const PHI: u64 = 100;

impl Tower for Field {
    const IN_A_FIELD: bool = true;
    fn exists(&self) -> bool {
        self.gap().is_none()
    }
    fn stands_for_positive(&self) -> bool {
        self.sqrt().gap() != Some(Gap::Root)
    }
    fn phi(&self, order: u8) -> Self {
        self.symbol(PHI + u64::from(order))
    }
}

impl Tower for Chain {
    const IN_A_FIELD: bool = true;
    fn exists(&self) -> bool {
        self.gap().is_none()
    }
    fn stands_for_positive(&self) -> bool {
        self.sqrt().gap() != Some(Gap::Root)
    }
    fn phi(&self, order: u8) -> Self {
        self.symbol(PHI + u64::from(order))
    }
}

impl Tower for Drawn {
    const IN_A_FIELD: bool = true;
    fn exists(&self) -> bool {
        self.gap().is_none()
    }
    fn stands_for_positive(&self) -> bool {
        self.sqrt().gap() != Some(Gap::Root)
    }
    fn phi(&self, order: u8) -> Self {
        self.symbol(PHI + u64::from(order))
    }
}

impl Tower for Degree {
    fn phi(&self, _: u8) -> Self {
        Degree::SYMBOL
    }
}

/// In floats the activation is the sine, all of whose derivatives are at hand.
impl Tower for f64 {
    fn phi(&self, order: u8) -> Self {
        (self + f64::from(order) * std::f64::consts::FRAC_PI_2).sin()
    }
    fn float(&self) -> Option<f64> {
        Some(*self)
    }
    fn from_float(value: f64) -> Option<Self> {
        Some(value)
    }
}

/// The sine again.
impl Tower for Rounded {
    fn exists(&self) -> bool {
        self.value.is_finite()
    }
    fn is_surely_not_negative(&self) -> bool {
        // What underflowed is as good as nothing, unless it was negative.
        self.value >= self.error || (self.value.is_sign_positive() && self.error < 1e-280)
    }
    fn float(&self) -> Option<f64> {
        Some(self.value)
    }
    fn from_float(value: f64) -> Option<Self> {
        Some(Rounded::exact(value))
    }
    fn error(&self) -> f64 {
        self.error
    }
    fn with_error(self, error: f64) -> Self {
        Rounded { error, ..self }
    }
    fn phi(&self, order: u8) -> Self {
        let (sin, cos) = self.sin_cos();
        match order % 4 {
            0 => sin,
            1 => cos,
            2 => -sin,
            _ => -cos,
        }
    }
}

impl<T: Tower, const C: usize> Tower for Jet<T, C> {
    const IN_A_FIELD: bool = T::IN_A_FIELD;
    fn unit(level: usize) -> Self {
        Jet::unit(level)
    }
    fn coefficient(&self, level: usize) -> Self {
        Jet::coefficient(self, level)
    }
    fn without(&self, level: usize) -> Self {
        Jet::without(self, level)
    }
    fn phi(&self, order: u8) -> Self {
        self.compose(order, &T::phi)
    }
    fn float(&self) -> Option<f64> {
        self.value().float()
    }
    fn from_float(value: f64) -> Option<Self> {
        T::from_float(value).map(Jet::constant)
    }
}

/// The value without its derivatives.
pub trait Base: Tower {
    /// The base arithmetic.
    type Value: Tower;
    /// The value, all units set to zero.
    fn base(&self) -> Self::Value;
    /// A number without derivatives.
    fn constant(value: Self::Value) -> Self;
}

/// A number that carries no derivatives.
trait Plain: Tower {}
impl Plain for Field {}
impl Plain for Chain {}
impl Plain for Drawn {}
impl Plain for Degree {}
impl Plain for f64 {}
impl Plain for Rounded {}

impl<T: Plain> Base for T {
    type Value = T;
    fn base(&self) -> T {
        *self
    }
    fn constant(value: T) -> Self {
        value
    }
}

impl<T: Base<Value = T>, const C: usize> Base for Jet<T, C> {
    type Value = T;
    fn base(&self) -> T {
        self.value()
    }
    fn constant(value: T) -> Self {
        Jet::constant(value)
    }
}
