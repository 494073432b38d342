//! Integers modulo a prime that is fixed when the crate is compiled, in the form of Montgomery.
//!
//! `num-modular` multiplies; which prime it is stands in the type here, so that a number is one word.

use num_modular::{Montgomery, Reducer};
use std::ops::{Add, Mul, Neg, Sub};

/// The type of integers modulo a prime of this word, below half of what the word holds.
macro_rules! modular {
    ($name:ident, $word:ty) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) struct $name<const P: $word>($word);

        impl<const P: $word> $name<P> {
            const REDUCER: Montgomery<$word> = Montgomery::<$word>::new(P);
            /// The square of what Montgomery's form multiplies by, which takes a number there by one product.
            const SQUARE: $word = {
                let (mut power, mut doublings) = (1, 0);
                while doublings < 2 * <$word>::BITS {
                    power = if 2 * power >= P { 2 * power - P } else { 2 * power };
                    doublings += 1;
                }
                power
            };
            pub const ZERO: Self = $name(0);

            #[inline]
            pub fn new(value: $word) -> Self {
                $name(Self::REDUCER.mul(&value, &Self::SQUARE))
            }

            #[inline]
            pub fn integer(n: i64) -> Self {
                let size = Self::new(n.unsigned_abs().into());
                if n < 0 { -size } else { size }
            }

            /// The integer from 0 to below the prime.
            #[inline]
            pub fn residue(self) -> $word {
                Self::REDUCER.residue(self.0)
            }

            pub fn pow(self, exponent: $word) -> Self {
                $name(Self::REDUCER.pow(self.0, &exponent))
            }

            /// The inverse of what is not zero, by Fermat's little theorem.
            #[inline]
            pub fn inverse(self) -> Option<Self> {
                (self != Self::ZERO).then(|| self.pow(P - 2))
            }

            /// The root that is itself a square, if there is one; of primes that are 3 modulo 4.
            #[inline]
            pub fn root(self) -> Option<Self> {
                let root = self.pow(P / 4 + 1);
                (root * root == self).then_some(root)
            }
        }

        impl<const P: $word> Add for $name<P> {
            type Output = Self;
            #[inline]
            fn add(self, other: Self) -> Self {
                $name(Self::REDUCER.add(&self.0, &other.0))
            }
        }

        impl<const P: $word> Sub for $name<P> {
            type Output = Self;
            #[inline]
            fn sub(self, other: Self) -> Self {
                $name(Self::REDUCER.sub(&self.0, &other.0))
            }
        }

        impl<const P: $word> Mul for $name<P> {
            type Output = Self;
            #[inline]
            fn mul(self, other: Self) -> Self {
                $name(Self::REDUCER.mul(&self.0, &other.0))
            }
        }

        impl<const P: $word> Neg for $name<P> {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                $name(Self::REDUCER.neg(self.0))
            }
        }
    };
}

modular!(Narrow, u64);
modular!(Wide, u128);

#[cfg(test)]
mod tests {
    use super::*;

    type Small = Narrow<23>;
    /// The largest prime below 2^127 that is 3 modulo 4: `2^127 - 1`.
    type Large = Wide<{ i128::MAX as u128 }>;

    #[test]
    fn modulo_23_it_is_the_arithmetic_of_remainders() {
        for a in 0..50 {
            for b in 0..50 {
                let (x, y) = (Small::new(a), Small::new(b));
                assert_eq!((x + y).residue(), (a + b) % 23);
                assert_eq!((x * y).residue(), a * b % 23);
                assert_eq!(x - y + y, x);
                assert_eq!(
                    y.inverse().map(|inverse| (x * inverse * y).residue()),
                    (b % 23 > 0).then_some(a % 23)
                );
            }
            let squares = [0, 1, 2, 3, 4, 6, 8, 9, 12, 13, 16, 18];
            assert_eq!(Small::new(a).root().is_some(), squares.contains(&(a % 23)));
        }
        assert_eq!(Small::integer(-1).residue(), 22);
        assert_eq!(Small::integer(i64::MIN), Small::new(1 << 63) * Small::integer(-1));
    }

    #[test]
    fn a_prime_of_127_bits_is_no_obstacle() {
        let minus_one = Large::integer(-1);
        assert_eq!((minus_one * minus_one).residue(), 1);
        assert_eq!(Large::new(u128::MAX).residue(), 1);
        assert_eq!(Large::new(12_345).root().map_or(Large::ZERO, |root| root * root).residue() % 12_345, 0);
        assert_eq!(Large::new(3).inverse().map(|third| (third * Large::new(12)).residue()), Some(4));
    }
}
