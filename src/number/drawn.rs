//! A prime field whose modulus is drawn at random when it is used.
//!
//! The modulus of [`Field`](super::Field) stands in the source, so constants can be made that vanish there: one that is a multiple
//! of it, or fractions that add up to one. A prime of 62 bits that is drawn divides a given integer of `b` binary digits with
//! a probability below `b/60` divided by the number of such primes, some 2^52 of those that are taken here.

use super::operators::operators;
use super::symbols::{mix, symbols};
use super::{Gap, Number};
use std::cell::Cell;

thread_local! {
    /// The modulus of this thread.
    static MODULUS: Cell<u64> = const { Cell::new(2_305_843_009_213_693_951) };
}

/// An element of the field whose modulus this thread has drawn, or the undefined value.
///
/// ```
/// use hsr::number::{Drawn, Number};
/// let modulus = Drawn::draw_modulus(7);
/// assert_eq!(Drawn::integer(modulus as i64), Drawn::integer(0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Drawn(Result<u64, Gap>);

impl Drawn {
    /// Draws the modulus of this thread from a seed, and returns it. Numbers that were made before have no meaning after.
    ///
    /// It is a prime of 62 bits and 3 modulo 4, so that squares stand for positive numbers, and 2, 3, 5 and 7 are squares.
    pub fn draw_modulus(seed: u64) -> u64 {
        let mut bits = mix(seed ^ 0x0d1a_3b5c);
        let modulus = loop {
            bits = mix(bits);
            // 62 bits, 3 modulo 4.
            let candidate = bits >> 2 | 1 << 61 | 3;
            let square = |n: u64| power(n, (candidate - 1) / 2, candidate) == 1;
            if is_prime(candidate) && [2, 3, 5, 7].into_iter().all(square) {
                break candidate;
            }
        };
        MODULUS.set(modulus);
        modulus
    }

    /// The element that `bits` falls on.
    #[inline]
    pub fn new(bits: u64) -> Self {
        Drawn(Ok(bits % MODULUS.get()))
    }

    /// Why the value is not defined, if it is not.
    pub fn gap(&self) -> Option<Gap> {
        self.0.err()
    }

    #[inline]
    fn both(&self, other: &Self) -> Result<(u64, u64), Gap> {
        match (self.0, other.0) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(Gap::Pole), _) | (_, Err(Gap::Pole)) => Err(Gap::Pole),
            _ => Err(Gap::Root),
        }
    }

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        Drawn(self.both(other).map(|(a, b)| (a + b) % MODULUS.get()))
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        let modulus = MODULUS.get();
        Drawn(self.both(other).map(|(a, b)| (a + modulus - b) % modulus))
    }
    #[inline]
    fn times(&self, other: &Self) -> Self {
        Drawn(self.both(other).map(|(a, b)| product(a, b, MODULUS.get())))
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        let modulus = MODULUS.get();
        let quotient = |(a, b)| {
            if b == 0 { Err(Gap::Pole) } else { Ok(product(a, power(b, modulus - 2, modulus), modulus)) }
        };
        Drawn(self.both(other).and_then(quotient))
    }
}

operators!([] Drawn);

impl PartialEq for Drawn {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.both(other).is_ok_and(|(a, b)| a == b)
    }
}

impl Number for Drawn {
    #[inline]
    fn integer(n: i64) -> Self {
        let residue = n.unsigned_abs() % MODULUS.get();
        if n < 0 { Drawn(Ok(0)).minus(&Drawn(Ok(residue))) } else { Drawn(Ok(residue)) }
    }
}

symbols!(Drawn);

impl Drawn {
    /// A pseudo-random element that depends on the argument and on the `function`'s own key.
    #[inline]
    pub(crate) fn symbol(&self, function: u64) -> Self {
        match self.0 {
            Ok(argument) => Drawn::new(mix(mix(argument) ^ mix(!function))),
            Err(_) => *self,
        }
    }
    /// The root that is a square, where there is one.
    #[inline]
    fn root(&self) -> Self {
        let modulus = MODULUS.get();
        Drawn(self.0.and_then(|value| {
            let root = power(value, modulus / 4 + 1, modulus);
            if product(root, root, modulus) == value { Ok(root) } else { Err(Gap::Root) }
        }))
    }
}

fn product(a: u64, b: u64, modulus: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64
}

fn power(base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let (mut square, mut power) = (base % modulus, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = product(power, square, modulus);
        }
        square = product(square, square, modulus);
        exponent >>= 1;
    }
    power
}

/// The test of Miller and Rabin with the first twelve primes as bases, which decides for all numbers below 2^64 (Sorenson and
/// Webster, *Strong pseudoprimes to twelve prime bases*, Math. Comp. 86, 2017). For odd numbers above 37.
fn is_prime(n: u64) -> bool {
    let bases = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if bases.into_iter().any(|base| n.is_multiple_of(base)) {
        return false;
    }
    let twos = (n - 1).trailing_zeros();
    bases.into_iter().all(|base| {
        let mut x = power(base, (n - 1) >> twos, n);
        x == 1
            || x == n - 1
            || (1..twos).any(|_| {
                x = product(x, x, n);
                x == n - 1
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Smooth;
    use num_traits::Zero;

    #[test]
    fn the_modulus_is_a_prime_of_its_kind_and_differs_from_seed_to_seed() {
        let moduli: Vec<u64> = (0..8).map(Drawn::draw_modulus).collect();
        for modulus in &moduli {
            assert!(is_prime(*modulus) && modulus % 4 == 3 && modulus >> 61 == 1);
        }
        assert!(moduli.windows(2).all(|two| two[0] != two[1]));
        // Carmichael numbers and strong pseudoprimes are no primes.
        assert!(
            !is_prime(3_215_031_751)
                && !is_prime(3_825_123_056_546_413_051)
                && is_prime(2_305_843_009_213_693_951)
        );
    }

    #[test]
    fn it_is_a_field_with_positive_roots() {
        Drawn::draw_modulus(1);
        let (a, b) = (Drawn::new(mix(1)), Drawn::new(mix(2)));
        assert_eq!(a / b * b, a);
        assert_eq!(a - a, Drawn::zero());
        assert_eq!(Drawn::integer(-3) + Drawn::integer(3), Drawn::zero());
        assert_eq!((a * a * b * b).sqrt() * Drawn::integer(3), (Drawn::integer(9) * a * a * b * b).sqrt());
        assert_eq!(Drawn::integer(4).sqrt(), Drawn::integer(2));
        assert!(Drawn::integer(-4).sqrt().gap().is_some() && (a / Drawn::zero()).gap().is_some());
    }
}
