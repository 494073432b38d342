//! The arithmetics in which every equation runs.
//!
//! | type | what running an equation in it tells |
//! | --- | --- |
//! | `f64` | its value at a real network on real data |
//! | dual numbers of [`num_dual`] | what automatic differentiation says that the value should be |
//! | [`Field`] and [`Jet`] over it | whether two expressions are the same expression, with no tolerance |
//! | [`Chain`] | the same, where laws of the exponential and the logarithm are needed |
//! | [`Ordered`] | the same for piecewise functions, of which a real number says which piece it is |
//! | [`Drawn`] | the same modulo a prime that is drawn, so that no constant vanishes by design |
//! | [`Rounded`] | how far rounding can have moved the `f64` value |
//! | [`Precise`] | how many digits of the `f64` value are right |
//! | [`Degree`] | the degree of the expression, hence the probability that [`Field`] is fooled |
//!
//! [`Number`] is what `+ - * /` need, [`Smooth`] adds the elementary functions, and [`Arithmetic`] names, for a
//! base type, the dual numbers of first, second and third order over it.

mod arithmetic;
mod chain;
mod degree;
mod double;
mod drawn;
mod dual;
mod field;
mod jet;
mod kept;
mod modular;
mod norm;
mod operators;
mod ordered;
mod ordinary;
mod precise;
mod rounded;
mod symbols;

pub use arithmetic::{Arithmetic, Halves, Nilpotent};
pub use chain::Chain;
pub use degree::{Degree, chance};
pub use drawn::Drawn;
pub use field::{Field, Gap, MODULUS};
pub use jet::Jet;
pub(crate) use norm::norm;
pub use ordered::Ordered;
pub(crate) use ordinary::Ordinary;
pub use precise::Precise;
pub(crate) use rounded::ROUNDOFF;
pub use rounded::Rounded;

use nalgebra::{
    ClosedAddAssign, ClosedDivAssign, ClosedMulAssign, ClosedSubAssign, DMatrix, DVector, Scalar,
};
use num_traits::{One, Zero};
use std::ops::Neg;

/// A matrix of any number type.
pub type Matrix<T> = DMatrix<T>;
/// A column vector of any number type.
pub type Vector<T> = DVector<T>;

/// What an equation made of `+ - * /` needs of its numbers.
///
/// ```
/// use hsr::number::{Field, Number};
/// fn half<T: Number>() -> T { T::integer(1) / T::integer(2) }
/// assert_eq!(half::<f64>(), 0.5);
/// assert_eq!(half::<Field>() + half::<Field>(), Field::integer(1));
/// ```
pub trait Number:
    Scalar
    + Copy
    + Zero
    + One
    + ClosedAddAssign
    + ClosedSubAssign
    + ClosedMulAssign
    + ClosedDivAssign
    + Neg<Output = Self>
    + Send
    + Sync
{
    /// The integer `n` in this arithmetic.
    fn integer(n: i64) -> Self;
}

/// A [`Number`] with the elementary functions that the network and its loss are made of.
///
/// Functions that lose digits when one is computed from the other come as pairs.
pub trait Smooth: Number {
    /// `e^a`.
    fn exp(&self) -> Self;
    /// Natural logarithm.
    fn ln(&self) -> Self;
    /// `ln(1 + a)`, accurate for small `a`.
    fn ln_1p(&self) -> Self;
    /// Square root.
    fn sqrt(&self) -> Self;
    /// `(sigma(a), 1 - sigma(a))` with `sigma(a) = 1/(1 + e^-a)`.
    fn sigmoid_and_rest(&self) -> (Self, Self);
    /// `(tanh a, 1 - tanh^2 a)`.
    fn tanh_and_slope(&self) -> (Self, Self);
    /// `ln(1 + e^a)`.
    fn softplus(&self) -> Self;
    /// `(sin a, cos a)`.
    fn sin_cos(&self) -> (Self, Self);
    /// Standard normal distribution function and density, `(Phi(a), e^(-a^2/2)/sqrt(2 pi))`.
    fn normal(&self) -> (Self, Self);
    /// Index of the largest value, where numbers have an order; 0 where they have none.
    ///
    /// Only used to pick the logit that the others are measured from, which changes rounding and nothing else.
    fn largest(values: &[Self]) -> usize;
    /// `max(a, 0)` where numbers have an order; `a` itself (the smooth branch) where they have none.
    fn positive_part(&self) -> Self;
    /// 1 where `a > 0`, 0 elsewhere, with derivative 0. In a field squares stand for positive numbers: there it is 1 at a square,
    /// and of `a` and `-a` one is positive.
    fn step(&self) -> Self;
}
