//! Functions as symbols: in a field of one modulus a transcendental function is a pseudo-random function of its argument.
//!
//! A macro, since Rust has no second blanket implementation of a trait beside that for dual numbers.

use super::Number;

/// The elementary functions of a field from its methods `symbol`, a pseudo-random element for an argument and a function's key,
/// and `root`, the root that is a square.
///
/// The exponential is positive, so it is a square; the logistic functions are made of it, and sine and cosine are a point of the
/// circle. Nothing else is known.
macro_rules! symbols {
    ($type:ty) => {
        impl $crate::number::Smooth for $type {
            fn exp(&self) -> Self {
                let root = self.symbol(1);
                root * root
            }
            fn ln(&self) -> Self {
                self.symbol(2)
            }
            fn ln_1p(&self) -> Self {
                (Self::integer(1) + *self).ln()
            }
            fn sqrt(&self) -> Self {
                self.root()
            }
            fn sigmoid_and_rest(&self) -> (Self, Self) {
                $crate::number::symbols::sigmoid(self.exp())
            }
            fn tanh_and_slope(&self) -> (Self, Self) {
                $crate::number::symbols::tanh((*self + *self).exp())
            }
            fn softplus(&self) -> Self {
                (Self::integer(1) + self.exp()).ln()
            }
            fn sin_cos(&self) -> (Self, Self) {
                $crate::number::symbols::circle(self.symbol(6))
            }
            fn normal(&self) -> (Self, Self) {
                let exponent = -*self * *self / Self::integer(2);
                // The distribution function is one half plus an odd function.
                let zero = *self == Self::integer(0);
                let positive = self.root() * self.root() == *self;
                let magnitude = if positive { *self } else { -*self };
                let odd = match (zero, positive) {
                    (true, _) => Self::integer(0),
                    (_, true) => magnitude.symbol(7),
                    (_, false) => -magnitude.symbol(7),
                };
                let distribution = Self::integer(1) / Self::integer(2) + odd;
                (distribution, exponent.exp() * Self::integer(1).symbol(8))
            }
            fn largest(_: &[Self]) -> usize {
                0
            }
            fn positive_part(&self) -> Self {
                *self
            }
            fn step(&self) -> Self {
                let root = self.root();
                let positive = *self != Self::integer(0) && root * root == *self;
                // What is undefined stays so.
                if positive { Self::integer(1) } else { Self::integer(0) * *self }
            }
        }
    };
}
pub(super) use symbols;

/// Sine and cosine, a rational point of the circle, from the tangent of half the angle.
pub(super) fn circle<T: Number + Copy>(t: T) -> (T, T) {
    let square = t * t;
    let norm = T::one() + square;
    ((t + t) / norm, (T::one() - square) / norm)
}

/// `(sigma, 1 - sigma)` from the exponential of the argument.
pub(super) fn sigmoid<T: Number>(exp: T) -> (T, T) {
    let whole = T::one() + exp;
    (exp / whole, T::one() / whole)
}

/// `(tanh, 1 - tanh^2)` from the exponential of twice the argument.
pub(super) fn tanh<T: Number>(exp: T) -> (T, T) {
    let whole = exp + T::one();
    ((exp - T::one()) / whole, T::integer(4) * exp / (whole * whole))
}

/// The finaliser of the SplitMix64 generator (Steele, Lea, Flood 2014): every bit of the input moves every bit of the
/// output.
#[inline]
pub(super) fn mix(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
