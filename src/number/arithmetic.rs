//! For each base arithmetic, the numbers that carry its first, second and third derivatives.

use super::{Degree, Field, Jet, Number, Precise, Rounded, Smooth};
use num_dual::{Dual64, HyperDual64, HyperHyperDual64};

/// A base arithmetic and the dual numbers over it.
///
/// `f64` is differentiated by [`num_dual`], everything else by [`Jet`]: two implementations that share no code.
pub trait Arithmetic: Smooth {
    /// Carries one derivative.
    type First: Nilpotent<Self> + Parts<Self>;
    /// Carries a mixed second derivative.
    type Second: Nilpotent<Self> + Parts<Self>;
    /// Carries a mixed third derivative.
    type Third: Nilpotent<Self>;
}

/// A number `value + E1 d1 + E2 d2 + ..` with as many nilpotent units as derivatives are carried.
pub trait Nilpotent<T>: Smooth {
    /// How many units there are.
    const ORDER: usize;
    /// `value + sum_i E_i directions[i]`; a missing direction is zero.
    fn lift(value: T, directions: &[T]) -> Self;
    /// The coefficient of `E1 E2 ..`: the mixed derivative along all directions.
    fn mixed(&self) -> T;
}

/// All coefficients of a dual number, lowest first: `[1, E1]` or `[1, E1, E2, E1 E2]`.
pub trait Parts<T>: Sized {
    /// Take the number apart.
    fn parts(&self) -> Vec<T>;
    /// Put one together; a missing coefficient is zero.
    fn from_parts(parts: &[T]) -> Self;
}

/// The direction with this index, zero where it is missing.
fn part<T: Number>(parts: &[T], index: usize) -> T {
    parts.get(index).copied().unwrap_or_else(T::zero)
}

impl Arithmetic for f64 {
    type First = Dual64;
    type Second = HyperDual64;
    type Third = HyperHyperDual64;
}

impl Nilpotent<f64> for Dual64 {
    const ORDER: usize = 1;
    fn lift(value: f64, directions: &[f64]) -> Self {
        Dual64::new(value, part(directions, 0))
    }
    fn mixed(&self) -> f64 {
        self.eps
    }
}

impl Parts<f64> for Dual64 {
    fn parts(&self) -> Vec<f64> {
        vec![self.re, self.eps]
    }
    fn from_parts(parts: &[f64]) -> Self {
        Dual64::new(part(parts, 0), part(parts, 1))
    }
}

impl Nilpotent<f64> for HyperDual64 {
    const ORDER: usize = 2;
    fn lift(value: f64, directions: &[f64]) -> Self {
        HyperDual64::new(value, part(directions, 0), part(directions, 1), 0.0)
    }
    fn mixed(&self) -> f64 {
        self.eps1eps2
    }
}

impl Parts<f64> for HyperDual64 {
    fn parts(&self) -> Vec<f64> {
        vec![self.re, self.eps1, self.eps2, self.eps1eps2]
    }
    fn from_parts(parts: &[f64]) -> Self {
        HyperDual64::new(part(parts, 0), part(parts, 1), part(parts, 2), part(parts, 3))
    }
}

impl Nilpotent<f64> for HyperHyperDual64 {
    const ORDER: usize = 3;
    fn lift(value: f64, directions: &[f64]) -> Self {
        HyperHyperDual64 {
            eps1: part(directions, 0),
            eps2: part(directions, 1),
            eps3: part(directions, 2),
            ..HyperHyperDual64::from_re(value)
        }
    }
    fn mixed(&self) -> f64 {
        self.eps1eps2eps3
    }
}

/// No truth that is a derivative is evaluated at 106 bits: `Precise` carries no directions, and a derivative that is
/// asked of it is NaN.
impl Arithmetic for Precise {
    type First = Precise;
    type Second = Precise;
    type Third = Precise;
}

impl Nilpotent<Precise> for Precise {
    const ORDER: usize = 0;
    fn lift(value: Precise, _: &[Precise]) -> Self {
        value
    }
    fn mixed(&self) -> Precise {
        Precise::exact(f64::NAN)
    }
}

impl Parts<Precise> for Precise {
    fn parts(&self) -> Vec<Precise> {
        vec![*self]
    }
    fn from_parts(parts: &[Precise]) -> Self {
        part(parts, 0)
    }
}

/// The base types that are differentiated by [`Jet`].
trait JetBase: Smooth {}
impl JetBase for Field {}
impl JetBase for Rounded {}
impl JetBase for Degree {}

impl<T: JetBase> Arithmetic for T {
    type First = Jet<T>;
    type Second = Jet<Jet<T>>;
    type Third = Jet<Jet<Jet<T>>>;
}

impl<T: JetBase> Nilpotent<T> for Jet<T> {
    const ORDER: usize = 1;
    fn lift(value: T, directions: &[T]) -> Self {
        Jet::new(value, part(directions, 0))
    }
    fn mixed(&self) -> T {
        self.eps
    }
}

impl<T: JetBase> Parts<T> for Jet<T> {
    fn parts(&self) -> Vec<T> {
        vec![self.re, self.eps]
    }
    fn from_parts(parts: &[T]) -> Self {
        Jet::new(part(parts, 0), part(parts, 1))
    }
}

impl<T: JetBase> Nilpotent<T> for Jet<Jet<T>> {
    const ORDER: usize = 2;
    fn lift(value: T, directions: &[T]) -> Self {
        Jet::new(Jet::new(value, part(directions, 0)), Jet::new(part(directions, 1), T::zero()))
    }
    fn mixed(&self) -> T {
        self.eps.eps
    }
}

impl<T: JetBase> Parts<T> for Jet<Jet<T>> {
    fn parts(&self) -> Vec<T> {
        [&self.re.re, &self.re.eps, &self.eps.re, &self.eps.eps].map(T::clone).to_vec()
    }
    fn from_parts(parts: &[T]) -> Self {
        Jet::new(Jet::new(part(parts, 0), part(parts, 1)), Jet::new(part(parts, 2), part(parts, 3)))
    }
}

impl<T: JetBase> Nilpotent<T> for Jet<Jet<Jet<T>>> {
    const ORDER: usize = 3;
    fn lift(value: T, directions: &[T]) -> Self {
        let inner: Jet<Jet<T>> = Nilpotent::lift(value, directions);
        Jet::new(inner, Nilpotent::lift(part(directions, 2), &[]))
    }
    fn mixed(&self) -> T {
        self.eps.eps.eps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `d^k (x^3) / dx^k` at 2, along one direction of length 1 for each derivative.
    fn cube<T: Number, N: Nilpotent<T>>() -> T {
        let x = N::lift(T::integer(2), &vec![T::one(); N::ORDER]);
        (x * x * x).mixed()
    }

    #[test]
    fn the_mixed_part_is_the_derivative_of_its_order() {
        assert_eq!(
            [cube::<f64, Dual64>(), cube::<f64, HyperDual64>(), cube::<f64, HyperHyperDual64>()],
            [12.0, 12.0, 6.0]
        );
        let field = [
            cube::<Field, <Field as Arithmetic>::First>(),
            cube::<Field, <Field as Arithmetic>::Second>(),
            cube::<Field, <Field as Arithmetic>::Third>(),
        ];
        assert_eq!(field, [12, 12, 6].map(Field::integer));
        assert!(cube::<Precise, Precise>().nearest().is_nan());
    }

    /// A number of as many parts, `3, 5, 7, 9` from the lowest, taken apart.
    fn apart<T: Number, N: Parts<T>>(count: i64) -> Vec<T> {
        let parts: Vec<T> = (0..count).map(|part| T::integer(2 * part + 3)).collect();
        N::from_parts(&parts).parts()
    }

    #[test]
    fn all_parts_come_back_in_their_order() {
        assert_eq!(apart::<f64, Dual64>(2), [3.0, 5.0]);
        assert_eq!(apart::<f64, HyperDual64>(4), [3.0, 5.0, 7.0, 9.0]);
        assert_eq!(apart::<Field, Jet<Field>>(2), [3, 5].map(Field::integer));
        assert_eq!(apart::<Field, Jet<Jet<Field>>>(4), [3, 5, 7, 9].map(Field::integer));
        assert_eq!(apart::<Precise, Precise>(1).len(), 1);
    }
}
