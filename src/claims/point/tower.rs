//! What the evaluation of an expression asks of its numbers: a base arithmetic, or [`Jet`]s over it, which carry nested
//! derivatives, each level with a unit of its own.

use super::wave::{Wave, sine};
use crate::number::{Chain, Degree, Drawn, Field, Gap, Jet, Number, Ordered, Rounded, Smooth};

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
    /// Whether equations can be solved in it.
    const SOLVES: bool = true;
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
    /// Whether it is positive beyond its rounding error, where numbers are floats.
    fn is_surely_positive(&self) -> bool {
        true
    }
    /// -1, 0 or 1: the sign, where rounding does not hide it; in a field, whether it is a square.
    fn sign(&self) -> Option<i8>;
    /// Whether it is zero, with all its derivatives.
    fn is_nothing(&self) -> bool {
        *self == Self::integer(0)
    }
    /// Whether it carries no derivatives, or only such as are zero.
    fn is_constant(&self) -> bool {
        true
    }
    /// How good a divisor its value is, zero where it is none: its size, where numbers have one.
    fn weight(&self) -> f64 {
        f64::from(u8::from(!self.is_nothing()))
    }
    /// One of so many choices that the value makes, in place of a random number.
    fn choice(&self, choices: usize) -> usize {
        usize::from(self.sign() != Some(1)) % choices.max(1)
    }
    /// A power of a positive number.
    fn raised(&self, exponent: &Self) -> Self;
    /// So many derivatives, by each of its arguments, of the function with this number that a derivation declares; `variant`
    /// says which function that is, where numbers are floats.
    fn own(function: u64, variant: u64, orders: &[u8], arguments: &[Self]) -> Self;
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
/// The key of powers.
const POWER: u64 = 200;
/// Keys of functions that derivations declare.
const OWN: u64 = 1 << 32;

/// A pseudo-random function of several arguments.
fn symbol_of<T: Copy + Number>(key: u64, orders: &[u8], arguments: &[T], symbol: impl Fn(T, u64) -> T) -> T {
    let orders = orders.iter().fold(0, |all, order| all * 16 + u64::from(*order));
    let start = symbol(T::integer(0), key ^ orders.wrapping_mul(0x9e37_79b9));
    arguments.iter().zip(1..).fold(start, |all, (argument, place)| symbol(all + *argument, key + place))
}

/// The sign of an element of a field: whether it is a square, which stands for a positive number.
fn character<T: Tower>(value: &T) -> Option<i8> {
    if !value.exists() {
        return None;
    }
    Some(match (value.is_nothing(), value.stands_for_positive()) {
        (true, _) => 0,
        (false, true) => 1,
        (false, false) => -1,
    })
}

impl Tower for Field {
    const IN_A_FIELD: bool = true;
    fn sign(&self) -> Option<i8> {
        character(self)
    }
    fn raised(&self, exponent: &Self) -> Self {
        let root = symbol_of(POWER, &[], &[*self, *exponent], |x, key| x.symbol(key));
        root * root
    }
    fn own(function: u64, _: u64, orders: &[u8], arguments: &[Self]) -> Self {
        symbol_of(OWN + function * 16, orders, arguments, |x, key| x.symbol(key))
    }
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
    fn sign(&self) -> Option<i8> {
        character(self)
    }
    fn raised(&self, exponent: &Self) -> Self {
        (*exponent * self.ln()).exp()
    }
    fn own(function: u64, _: u64, orders: &[u8], arguments: &[Self]) -> Self {
        symbol_of(OWN + function * 16, orders, arguments, |x, key| x.symbol(key))
    }
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
    fn sign(&self) -> Option<i8> {
        character(self)
    }
    fn raised(&self, exponent: &Self) -> Self {
        let root = symbol_of(POWER, &[], &[*self, *exponent], |x, key| x.symbol(key));
        root * root
    }
    fn own(function: u64, _: u64, orders: &[u8], arguments: &[Self]) -> Self {
        symbol_of(OWN + function * 16, orders, arguments, |x, key| x.symbol(key))
    }
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

impl Tower for Ordered {
    const IN_A_FIELD: bool = true;
    fn exists(&self) -> bool {
        self.gap().is_none()
    }
    fn stands_for_positive(&self) -> bool {
        self.exact().stands_for_positive()
    }
    fn is_surely_not_negative(&self) -> bool {
        self.real().is_surely_not_negative()
    }
    fn is_surely_positive(&self) -> bool {
        self.real().is_surely_positive()
    }
    fn sign(&self) -> Option<i8> {
        Ordered::sign(self)
    }
    fn is_nothing(&self) -> bool {
        self.exact().is_nothing()
    }
    fn choice(&self, choices: usize) -> usize {
        self.exact().choice(choices)
    }
    fn phi(&self, order: u8) -> Self {
        self.symbol(PHI + u64::from(order), self.real().phi(order))
    }
    fn raised(&self, exponent: &Self) -> Self {
        Ordered::new(self.exact().raised(&exponent.exact()), self.real().raised(&exponent.real()))
    }
    fn own(function: u64, variant: u64, orders: &[u8], arguments: &[Self]) -> Self {
        let exact: Vec<Field> = arguments.iter().map(Ordered::exact).collect();
        let real: Vec<Rounded> = arguments.iter().map(Ordered::real).collect();
        Ordered::new(
            Field::own(function, variant, orders, &exact),
            Rounded::own(function, variant, orders, &real),
        )
    }
}

impl Tower for Degree {
    const SOLVES: bool = false;
    fn sign(&self) -> Option<i8> {
        Some(1)
    }
    fn raised(&self, _: &Self) -> Self {
        Degree::SYMBOL
    }
    fn own(_: u64, _: u64, _: &[u8], _: &[Self]) -> Self {
        Degree::SYMBOL
    }
    fn phi(&self, _: u8) -> Self {
        Degree::SYMBOL
    }
}

/// In floats the activation is the sine, all of whose derivatives are at hand.
impl Tower for f64 {
    fn sign(&self) -> Option<i8> {
        if self.is_nan() { None } else { Some(i8::from(*self > 0.0) - i8::from(*self < 0.0)) }
    }
    fn exists(&self) -> bool {
        self.is_finite()
    }
    fn is_surely_positive(&self) -> bool {
        *self > 0.0
    }
    fn weight(&self) -> f64 {
        self.abs()
    }
    fn raised(&self, exponent: &Self) -> Self {
        self.powf(*exponent)
    }
    fn own(function: u64, variant: u64, orders: &[u8], arguments: &[Self]) -> Self {
        Wave::of(function, variant, arguments.len()).derivative(orders, arguments)
    }
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
    fn sign(&self) -> Option<i8> {
        let known = self.value.abs() > self.error || (self.value == 0.0 && self.error == 0.0);
        known.then(|| i8::from(self.value > 0.0) - i8::from(self.value < 0.0))
    }
    fn is_surely_positive(&self) -> bool {
        self.value > self.error
    }
    fn weight(&self) -> f64 {
        self.value.abs()
    }
    fn is_nothing(&self) -> bool {
        self.value == 0.0 && self.error == 0.0
    }
    fn raised(&self, exponent: &Self) -> Self {
        (*exponent * self.ln()).exp()
    }
    fn own(function: u64, variant: u64, orders: &[u8], arguments: &[Self]) -> Self {
        Wave::of(function, variant, arguments.len()).derivative(orders, arguments)
    }
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
        sine(self, usize::from(order))
    }
}

impl<T: Tower, const C: usize> Tower for Jet<T, C> {
    const IN_A_FIELD: bool = T::IN_A_FIELD;
    fn sign(&self) -> Option<i8> {
        self.value().sign()
    }
    fn weight(&self) -> f64 {
        self.value().weight()
    }
    fn is_nothing(&self) -> bool {
        self.all(T::is_nothing)
    }
    fn is_constant(&self) -> bool {
        let mut rest = *self - Jet::constant(self.value());
        rest = rest - Jet::constant(rest.value());
        rest.all(T::is_nothing)
    }
    // Asked of values alone.
    fn raised(&self, exponent: &Self) -> Self {
        Jet::constant(self.value().raised(&exponent.value()))
    }
    fn own(function: u64, variant: u64, orders: &[u8], arguments: &[Self]) -> Self {
        let values: Vec<T> = arguments.iter().map(Jet::value).collect();
        Jet::constant(T::own(function, variant, orders, &values))
    }
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
impl Plain for Ordered {}
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
