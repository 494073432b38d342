//! Sizes with bounds on the errors of what has them.

use crate::number::{ROUNDOFF, Rounded};
use std::ops::{Add, AddAssign, Mul};

/// How large something is (a number, a vector or a matrix, by its norm), and how large its error can be. No size is
/// negative, so what products and sums of sizes say of an expression holds whatever the signs in it, and however much of it
/// cancels. The roundings of these products and sums themselves are not counted one by one, as in [`Rounded`]: there are a
/// few dozen, each of a roundoff of the size, which [`blurred`] adds in the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub value: f64,
    pub error: f64,
}

impl Size {
    pub const ZERO: Size = Size::exact(0.0);

    pub const fn exact(value: f64) -> Self {
        Size { value, error: 0.0 }
    }

    fn is_nothing(self) -> bool {
        self.value + self.error == 0.0
    }

    /// Where the error reaches down to 0, the root is off by no more than the root of the error.
    pub fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        let error = if self.error < self.value { self.error / root } else { self.error.sqrt() };
        Size { value: root, error }
    }
}

impl Add for Size {
    type Output = Size;
    fn add(self, other: Size) -> Size {
        Size { value: self.value + other.value, error: self.error + other.error }
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Size) {
        *self = *self + other;
    }
}

/// A product of two that are not 0 may underflow.
impl Mul for Size {
    type Output = Size;
    fn mul(self, other: Size) -> Size {
        let least = if self.is_nothing() || other.is_nothing() { 0.0 } else { f64::MIN_POSITIVE };
        let carried = self.value * other.error + self.error * (other.value + other.error);
        Size { value: self.value * other.value, error: carried + least }
    }
}

/// Roundings of both signs add up like a random walk: after `n` of them a sum is off by no more than this often the root
/// of `n` roundoffs of the sum of its terms' sizes, but with a probability of about 1e-3 (N. J. Higham and T. Mary, *A new
/// approach to probabilistic rounding error analysis*, SIAM J. Sci. Comput. 41 (2019) A2815).
const WALK: f64 = 4.0;

/// What so many roundings of a sum may move it by, in units of its terms' sizes: never more than a roundoff each.
pub(super) fn roundings(count: usize) -> f64 {
    let count = count as f64;
    ROUNDOFF * count.min(WALK * count.sqrt())
}

/// With what a sum of so many terms of this size in all adds to its error.
pub(super) fn blurred(size: Size, count: usize) -> Size {
    Size { value: size.value, error: size.error + size.value * roundings(count + 2) }
}

/// The length of a vector of numbers, and that of its error; infinite where an entry is no number.
pub(super) fn length(entries: impl Iterator<Item = Rounded> + Clone) -> Size {
    length_of(entries.map(|entry| size(&entry)))
}

/// The length of a vector from the sizes of its entries.
pub(super) fn length_of(entries: impl Iterator<Item = Size> + Clone) -> Size {
    let norm = |part: fn(Size) -> f64| {
        let largest = entries
            .clone()
            .map(part)
            .fold(0.0_f64, |largest, entry| if entry.is_nan() { f64::INFINITY } else { largest.max(entry) });
        if largest == 0.0 || !largest.is_finite() {
            return largest;
        }
        largest * entries.clone().map(|entry| (part(entry) / largest).powi(2)).sum::<f64>().sqrt()
    };
    Size { value: norm(|entry| entry.value), error: norm(|entry| entry.error) }
}

/// A number by its size.
pub(super) fn size(number: &Rounded) -> Size {
    Size { value: number.value.abs(), error: number.error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_go_through_products_sums_and_roots() {
        let (two, three) = (Size { value: 2.0, error: 0.1 }, Size { value: 3.0, error: 0.2 });
        assert!(((two * three).error - (2.1 * 3.2 - 6.0)).abs() < 1e-15);
        assert_eq!((two + three).error, 0.1 + 0.2);
        assert!(two.sqrt().error >= 2.0_f64.sqrt() - 1.9_f64.sqrt());
        assert_eq!(Size { value: 0.0, error: 0.04 }.sqrt().error, 0.2);
        assert_eq!(Size::ZERO * three, Size::ZERO);
        assert_eq!((Size::exact(1e-200) * Size::exact(1e-200)).error, f64::MIN_POSITIVE);
    }

    #[test]
    fn the_length_of_large_and_small_vectors_is_not_lost() {
        for scale in [1e-300, 1.0, 1e300] {
            let vector = [3.0 * scale, -4.0 * scale].map(|value| Rounded { value, error: 0.1 * scale });
            assert!((length(vector.into_iter()).value / (5.0 * scale) - 1.0).abs() < 1e-15);
        }
        let unknown = [Rounded { value: 1.0, error: f64::NAN }];
        assert_eq!(length(unknown.into_iter()).error, f64::INFINITY);
    }
}
