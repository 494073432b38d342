//! A prime field, in which equality has no tolerance.
//!
//! Its modulus is 3 modulo 4, so of two numbers `v` and `-v` one is a square: squares stand for positive numbers, and the
//! root of a square that is itself a square stands for the positive root. The primes up to 41 are squares.
//!
//! The exponential, the logarithm and the like become fixed pseudo-random functions of their argument: equal arguments give
//! equal values, and nothing else is known of them but that the exponential is positive. The field that knows their laws
//! is [`Chain`](super::Chain). Derivatives come from differential equations, in [`Jet`](super::Jet). What is undefined at a point (a division by zero, the square root of a non-square) is the
//! value [`Field::UNDEFINED`], which spreads like a NaN and equals nothing, itself included: the caller draws another
//! point.

use super::Number;
use super::modular::Narrow;
use super::operators::operators;
use super::symbols::{mix, symbols};
use std::cell::Cell;
use std::fmt;

/// The number of elements of [`Field`], a prime of 61 bits.
pub const MODULUS: u64 = 1_152_921_645_326_523_959;

pub(super) type Residue = Narrow<MODULUS>;

/// An element of the prime field, or the undefined value.
///
/// ```
/// use hsr::number::{Field, Number};
/// let third = Field::integer(1) / Field::integer(3);
/// assert_eq!(third * Field::integer(3), Field::integer(1));
/// assert!(!(third / Field::integer(0)).is_defined());
/// ```
#[derive(Clone, Copy)]
pub struct Field(Result<Residue, Gap>);

/// Why a value is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// A division by zero.
    Pole,
    /// The square root of a non-square.
    Root,
}

impl Field {
    /// What a division by zero gives. Equals nothing.
    pub const UNDEFINED: Field = Field(Err(Gap::Pole));

    /// The element that `bits` falls on, modulo the field's size.
    #[inline]
    pub fn new(bits: u64) -> Self {
        Field(Ok(Residue::new(bits)))
    }

    /// Whether the value exists.
    pub fn is_defined(&self) -> bool {
        self.0.is_ok()
    }

    /// The element as an integer in `0..MODULUS`, if it is defined.
    #[inline]
    pub fn residue(&self) -> Option<u64> {
        self.0.ok().map(Residue::residue)
    }

    /// Why the value is not defined, if it is not.
    pub fn gap(&self) -> Option<Gap> {
        self.0.err()
    }

    /// Both values, or the reason why one is missing; a division by zero outweighs a missing root.
    #[inline]
    fn both(&self, other: &Self) -> Result<(Residue, Residue), Gap> {
        match (self.0, other.0) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(Gap::Pole), _) | (_, Err(Gap::Pole)) => Err(Gap::Pole),
            _ => Err(Gap::Root),
        }
    }

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        Field(self.both(other).map(|(a, b)| a + b))
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        Field(self.both(other).map(|(a, b)| a - b))
    }
    #[inline]
    fn times(&self, other: &Self) -> Self {
        Field(self.both(other).map(|(a, b)| a * b))
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        Field(self.both(other).and_then(|(a, b)| inverse(b).map(|inverse| a * inverse).ok_or(Gap::Pole)))
    }
}

thread_local! {
    /// The last number that was inverted, with its inverse; zero for none.
    static LAST: Cell<(Residue, Residue)> = const { Cell::new((Residue::ZERO, Residue::ZERO)) };
}

/// The inverse of what is not zero. Divisions by the same number follow one another: all coefficients of a jet by one, all
/// entries of a sum by the number of samples.
fn inverse(below: Residue) -> Option<Residue> {
    let (last, known) = LAST.get();
    if last == below && below != Residue::ZERO {
        return Some(known);
    }
    let inverse = below.inverse()?;
    LAST.set((below, inverse));
    Some(inverse)
}

operators!([] Field);

impl PartialEq for Field {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.both(other).is_ok_and(|(a, b)| a == b)
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.residue() {
            // The representative nearest to zero is the one that a reader recognises.
            Some(value) if value > MODULUS / 2 => write!(f, "-{}", MODULUS - value),
            Some(value) => write!(f, "{value}"),
            None => f.write_str("undefined"),
        }
    }
}

impl Number for Field {
    #[inline]
    fn integer(n: i64) -> Self {
        Field(Ok(Residue::integer(n)))
    }
}

symbols!(Field);

impl Field {
    /// A pseudo-random element that depends on the argument and on the `function`'s own key.
    #[inline]
    pub(crate) fn symbol(&self, function: u64) -> Self {
        match self.residue() {
            Some(argument) => Field::new(mix(mix(argument) ^ mix(!function))),
            None => *self,
        }
    }
    /// The root that is a square, where there is one.
    #[inline]
    fn root(&self) -> Self {
        Field(self.0.and_then(|value| value.root().ok_or(Gap::Root)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Smooth;
    use num_traits::{One, Zero};

    #[test]
    fn forty_three_generates_the_multiplicative_group() {
        let order = MODULUS - 1;
        let prime_factors = [2, 2903, 198_574_172_464_093];
        assert_eq!(prime_factors.iter().product::<u64>(), order);
        for prime in prime_factors {
            assert_ne!(Residue::new(43).pow(order / prime), Residue::new(1));
        }
    }

    #[test]
    fn small_numbers_are_positive_and_minus_one_is_not() {
        for n in 1..43 {
            assert!(Field::integer(n).sqrt().is_defined() && !Field::integer(-n).sqrt().is_defined(), "{n}");
        }
        assert_eq!(Field::integer(9).sqrt(), Field::integer(3));
    }

    #[test]
    fn a_square_root_squares_back_and_a_non_square_has_none() {
        let (mut squares, mut others) = (0, 0);
        for n in 1..=40 {
            let value = Field::new(mix(n));
            let root = value.sqrt();
            if root.is_defined() {
                assert_eq!(root * root, value);
                squares += 1;
            } else {
                others += 1;
            }
        }
        assert!(squares > 10 && others > 10);
    }

    #[test]
    fn a_quotient_does_not_depend_on_what_was_divided_before() {
        let numbers: Vec<Field> = (1..40).map(|n| Field::new(mix(n))).collect();
        for a in &numbers {
            for b in &numbers {
                // The same divisor twice, then zero, then the same again.
                assert_eq!(*a / *b * *b, *a);
                assert_eq!(*b / *b, Field::one());
                assert!(!(*a / Field::zero()).is_defined());
                assert_eq!(*a / *b * *b, *a);
            }
        }
    }

    #[test]
    fn the_undefined_value_spreads_and_equals_nothing() {
        let undefined = Field::one() / Field::zero();
        assert_ne!(undefined, undefined);
        assert!(!(undefined * Field::zero()).is_defined());
        assert!(!undefined.exp().is_defined());
    }
}
