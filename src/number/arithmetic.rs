//! For each base arithmetic, the numbers that carry its first, second and third derivatives.

use super::{Degree, Field, Jet, Rounded, Smooth};
use num_dual::{Dual64, HyperDual64, HyperHyperDual64};

/// A base arithmetic and the numbers with derivatives over it.
///
/// `f64` is differentiated by [`num_dual`], everything else by [`Jet`]: two implementations that share no code.
pub trait Arithmetic: Smooth {
    /// Carries one derivative.
    type First: Nilpotent<Self>;
    /// Carries a mixed second derivative.
    type Second: Nilpotent<Self> + Halves<Self>;
    /// Carries a mixed third derivative.
    type Third: Nilpotent<Self>;
}

/// A number `value + E1 d1 + E2 d2 + ..` with nilpotent units, along each of which it carries a derivative.
pub trait Nilpotent<T>: Smooth {
    /// `value + sum_i E_i directions[i]`.
    fn lift(value: T, directions: &[T]) -> Self;
    /// The coefficient of `E1 E2 ..` for the first `order` units: the mixed derivative along them.
    fn mixed(&self, order: usize) -> T;
}

/// A number with two units, a part of which can be set to zero.
pub trait Halves<T>: Sized {
    /// Without the coefficient of `E1 E2`: the argument moves along a line for each unit.
    fn linear(&self) -> Self;
    /// Without the coefficients of `E1` and of `E2`: the argument has a second derivative alone.
    fn bent(&self) -> Self;
}

/// The direction with this index, zero where it is missing.
fn part(parts: &[f64], index: usize) -> f64 {
    parts.get(index).copied().unwrap_or(0.0)
}

impl Arithmetic for f64 {
    type First = Dual64;
    type Second = HyperDual64;
    type Third = HyperHyperDual64;
}

impl Nilpotent<f64> for Dual64 {
    fn lift(value: f64, directions: &[f64]) -> Self {
        Dual64::new(value, part(directions, 0))
    }
    fn mixed(&self, order: usize) -> f64 {
        [self.re, self.eps][order]
    }
}

impl Nilpotent<f64> for HyperDual64 {
    fn lift(value: f64, directions: &[f64]) -> Self {
        HyperDual64::new(value, part(directions, 0), part(directions, 1), 0.0)
    }
    fn mixed(&self, order: usize) -> f64 {
        [self.re, self.eps1, self.eps1eps2][order]
    }
}

impl Halves<f64> for HyperDual64 {
    fn linear(&self) -> Self {
        HyperDual64::new(self.re, self.eps1, self.eps2, 0.0)
    }
    fn bent(&self) -> Self {
        HyperDual64::new(self.re, 0.0, 0.0, self.eps1eps2)
    }
}

impl Nilpotent<f64> for HyperHyperDual64 {
    fn lift(value: f64, directions: &[f64]) -> Self {
        HyperHyperDual64 {
            eps1: part(directions, 0),
            eps2: part(directions, 1),
            eps3: part(directions, 2),
            ..HyperHyperDual64::from_re(value)
        }
    }
    fn mixed(&self, order: usize) -> f64 {
        [self.re, self.eps1, self.eps1eps2, self.eps1eps2eps3][order]
    }
}

/// The base types that are differentiated by [`Jet`].
trait JetBase: Smooth {}
impl JetBase for Field {}
impl JetBase for Rounded {}
impl JetBase for Degree {}

/// First derivatives have a type of their own, since most of the work is done with them and a number of two coefficients is
/// copied at no cost; second and third share one, so that equations are compiled twice and not three times.
impl<T: JetBase> Arithmetic for T {
    type First = Jet<T, 2>;
    type Second = Jet<T>;
    type Third = Jet<T>;
}

impl<T: JetBase, const C: usize> Nilpotent<T> for Jet<T, C> {
    fn lift(value: T, directions: &[T]) -> Self {
        Jet::along(value, directions)
    }
    fn mixed(&self, order: usize) -> T {
        Jet::mixed(self, order)
    }
}

impl<T: JetBase> Halves<T> for Jet<T> {
    fn linear(&self) -> Self {
        *self - self.bent() + Jet::constant(self.value())
    }
    fn bent(&self) -> Self {
        let both = self.coefficient(0).coefficient(1).value();
        Jet::constant(self.value()) + Jet::unit(0) * Jet::unit(1) * Jet::constant(both)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Number;

    /// `d^k (x^3) / dx^k` at 2, along one direction of length 1 for each derivative.
    fn cube<T: Number, N: Nilpotent<T>>(order: usize) -> T {
        let x = N::lift(T::integer(2), &vec![T::one(); order]);
        (x * x * x).mixed(order)
    }

    #[test]
    fn the_mixed_part_is_the_derivative_of_its_order() {
        assert_eq!(
            [cube::<f64, Dual64>(1), cube::<f64, HyperDual64>(2), cube::<f64, HyperHyperDual64>(3)],
            [12.0, 12.0, 6.0]
        );
        let field = [1, 2, 3].map(cube::<Field, Jet<Field>>);
        assert_eq!(field, [12, 12, 6].map(Field::integer));
    }

    /// `(3 + 5 E1 + 7 E2)^2 = 9 + 30 E1 + 42 E2 + 70 E1 E2`, its line and its bend.
    fn halves<T: Arithmetic>() -> [[T; 3]; 2] {
        let x = T::Second::lift(T::integer(3), &[T::integer(5), T::integer(7)]);
        [(x * x).linear(), (x * x).bent()].map(|half| [0, 1, 2].map(|order| half.mixed(order)))
    }

    #[test]
    fn a_number_with_two_units_falls_into_its_line_and_its_bend() {
        assert_eq!(halves::<f64>(), [[9.0, 30.0, 0.0], [9.0, 0.0, 70.0]]);
        assert_eq!(halves::<Field>(), [[9, 30, 0], [9, 0, 70]].map(|half| half.map(Field::integer)));
    }
}
