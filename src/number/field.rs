//! The prime field of `2^61 - 1` elements, in which equality has no tolerance.
//!
//! A transcendental function becomes a fixed pseudo-random function of its argument: equal arguments give equal
//! values, and nothing else is known of it. Its derivatives come from its differential equation, in
//! [`Jet`](super::Jet). What is undefined at a point (a division by zero, the square root of a non-square) is the
//! value [`Field::UNDEFINED`], which spreads like a NaN and equals nothing, itself included: the caller draws another
//! point.

use super::operators::operators;
use super::{Number, Smooth};
use ark_ff::{Field as _, Fp64, MontBackend, MontConfig, PrimeField};
use num_traits::One;
use std::fmt;

/// The Mersenne prime `2^61 - 1`, the number of elements of [`Field`].
pub const MODULUS: u64 = (1 << 61) - 1;

/// Modulus and a generator of the multiplicative group, as `ark-ff` wants them.
#[derive(MontConfig)]
#[modulus = "2305843009213693951"]
#[generator = "37"]
pub struct Mersenne61;
type Residue = Fp64<MontBackend<Mersenne61, 1>>;

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
    pub fn new(bits: u64) -> Self {
        Field(Ok(Residue::from(bits)))
    }

    /// Whether the value exists.
    pub fn is_defined(&self) -> bool {
        self.0.is_ok()
    }

    /// The element as an integer in `0..MODULUS`, if it is defined.
    pub fn residue(&self) -> Option<u64> {
        self.0.ok().map(|value| value.into_bigint().0[0])
    }

    /// Why the value is not defined, if it is not.
    pub fn gap(&self) -> Option<Gap> {
        self.0.err()
    }

    /// Both values, or the reason why one is missing; a division by zero outweighs a missing root.
    fn both(&self, other: &Self) -> Result<(Residue, Residue), Gap> {
        match (self.0, other.0) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(Gap::Pole), _) | (_, Err(Gap::Pole)) => Err(Gap::Pole),
            _ => Err(Gap::Root),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        Field(self.both(other).map(|(a, b)| a + b))
    }
    fn minus(&self, other: &Self) -> Self {
        Field(self.both(other).map(|(a, b)| a - b))
    }
    fn times(&self, other: &Self) -> Self {
        Field(self.both(other).map(|(a, b)| a * b))
    }
    fn over(&self, other: &Self) -> Self {
        Field(self.both(other).and_then(|(a, b)| b.inverse().map(|inverse| a * inverse).ok_or(Gap::Pole)))
    }

    /// A pseudo-random element that depends on the argument and on the `function`'s own key.
    pub(crate) fn symbol(&self, function: u64) -> Self {
        match self.residue() {
            Some(argument) => Field::new(mix(mix(argument) ^ mix(!function))),
            None => *self,
        }
    }
}

/// The finaliser of the SplitMix64 generator (Steele, Lea, Flood 2014): every bit of the input moves every bit of the
/// output.
fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

operators!([] Field);

impl PartialEq for Field {
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
    fn integer(n: i64) -> Self {
        Field(Ok(Residue::from(n)))
    }
}

impl Smooth for Field {
    fn exp(&self) -> Self {
        self.symbol(1)
    }
    fn ln(&self) -> Self {
        self.symbol(2)
    }
    fn ln_1p(&self) -> Self {
        (Field::one() + *self).ln()
    }
    fn sqrt(&self) -> Self {
        Field(self.0.and_then(|value| value.sqrt().ok_or(Gap::Root)))
    }
    fn sigmoid(&self) -> (Self, Self) {
        let sigma = self.symbol(3);
        (sigma, Field::one() - sigma)
    }
    fn tanh(&self) -> (Self, Self) {
        let tanh = self.symbol(4);
        (tanh, Field::one() - tanh * tanh)
    }
    fn softplus(&self) -> Self {
        self.symbol(5)
    }
    /// A rational point of the circle: `(2t, 1 - t^2)/(1 + t^2)`.
    fn sin_cos(&self) -> (Self, Self) {
        let t = self.symbol(6);
        let square = t * t;
        let norm = Field::one() + square;
        ((t + t) / norm, (Field::one() - square) / norm)
    }
    fn gaussian(&self) -> (Self, Self) {
        (self.symbol(7), self.symbol(8))
    }
    fn largest(_: &[Self]) -> usize {
        0
    }
    fn positive_part(&self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::Zero;

    #[test]
    fn thirty_seven_generates_the_multiplicative_group() {
        let order = MODULUS - 1;
        let prime_factors = [2, 3, 5, 7, 11, 13, 31, 41, 61, 151, 331, 1321];
        let mut rest = order;
        for prime in prime_factors {
            assert_eq!(order % prime, 0);
            while rest.is_multiple_of(prime) {
                rest /= prime;
            }
            assert_ne!(Residue::from(37).pow([order / prime]), Residue::one());
        }
        assert_eq!(rest, 1, "the list of prime factors is complete");
    }

    #[test]
    fn a_square_root_squares_back_and_a_non_square_has_none() {
        let (mut squares, mut others) = (0, 0);
        for n in 1..=40 {
            let value = Field::integer(n);
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
    fn the_undefined_value_spreads_and_equals_nothing() {
        let undefined = Field::one() / Field::zero();
        assert_ne!(undefined, undefined);
        assert!(!(undefined * Field::zero()).is_defined());
        assert!(!undefined.exp().is_defined());
    }
}
