//! Sums and products of double words: two `f64`, one as large as the rounding error of the other.
//!
//! Those of [`qd`] ask which of two numbers is the larger, which no processor can guess of low words, and multiply by a fused
//! product, which is a call of a function where the program is compiled for all processors. These do neither: they take half
//! the time.

use qd::Quad;

/// What is as large as this leaves the range of `f64` when it is split.
const SPLITS: f64 = 1e290;

/// A sum and its rounding error, by D. E. Knuth.
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// The same where the first is the larger.
#[inline]
fn quick_two_sum(large: f64, small: f64) -> (f64, f64) {
    let sum = large + small;
    (sum, small - (sum - large))
}

/// The accurate sum of [`qd`], to the same bits.
#[inline]
pub(super) fn sum(a: Quad, b: Quad) -> Quad {
    let (high, first) = two_sum(a.0, b.0);
    let (low, second) = two_sum(a.1, b.1);
    let (high, rest) = quick_two_sum(high, first + low);
    let (high, rest) = quick_two_sum(high, rest + second);
    Quad(high, rest)
}

/// The upper half of the digits and the lower, by T. J. Dekker and G. W. Veltkamp.
#[inline]
fn halves(a: f64) -> (f64, f64) {
    const SPLIT: f64 = 134_217_729.0;
    let shifted = SPLIT * a;
    let upper = shifted - (shifted - a);
    (upper, a - upper)
}

/// The product; the rounding error of its leading part comes from the products of halves, which are exact.
#[inline]
pub(super) fn product(a: Quad, b: Quad) -> Quad {
    if !(a.0.abs() < SPLITS && b.0.abs() < SPLITS) {
        return a.mul(b);
    }
    let leading = a.0 * b.0;
    let ((a_upper, a_lower), (b_upper, b_lower)) = (halves(a.0), halves(b.0));
    let error = ((a_upper * b_upper - leading) + a_upper * b_lower + a_lower * b_upper) + a_lower * b_lower;
    let (high, rest) = quick_two_sum(leading, error + (a.0 * b.1 + a.1 * b.0));
    Quad(high, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Double words of many sizes, which the low word may be short of.
    fn any(random: &mut ChaCha8Rng) -> Quad {
        let high = random.random_range(-1.0..1.0) * 10f64.powi(random.random_range(-40..40));
        let low = if random.random_bool(0.1) { 0.0 } else { high * random.random_range(-1e-16..1e-16) };
        Quad(high, 0.0).add_accurate(Quad(low, 0.0))
    }

    #[test]
    fn sums_are_those_of_the_library_to_the_last_bit() {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        for _ in 0..20_000 {
            let (a, b) = (any(&mut random), any(&mut random));
            // Also where the leading words cancel, all of them or most.
            for b in [b, Quad(-a.0, b.1), Quad(-a.0 * (1.0 + 1e-15), a.1)] {
                assert_eq!(sum(a, b), a.add_accurate(b), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn products_of_single_words_are_exact() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..20_000 {
            let (a, b) = (any(&mut random).0, any(&mut random).0);
            let found = product(Quad(a, 0.0), Quad(b, 0.0));
            assert_eq!((found.0, found.1), (a * b, a.mul_add(b, -(a * b))), "{a:e} {b:e}");
        }
    }

    /// The library keeps the cross terms in fused products: both are off by few units of `2^-106`.
    #[test]
    fn products_differ_from_those_of_the_library_by_a_few_units_of_the_last_place() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        for _ in 0..20_000 {
            let (a, b) = (any(&mut random), any(&mut random));
            let (found, right) = (product(a, b), a.mul(b));
            let off = found.sub_accurate(right);
            assert!(off.0.abs() <= 4.0 * 2f64.powi(-106) * right.0.abs(), "{a:?} {b:?} {off:?}");
        }
    }

    #[test]
    fn what_is_too_large_to_be_split_is_multiplied_all_the_same() {
        let huge = Quad(1e302, 1e285);
        assert_eq!(product(huge, Quad(0.5, 0.0)), Quad(0.5e302, 0.5e285));
        assert_eq!(product(Quad(1e-302, 0.0), huge).0, 1.0);
        assert!(!product(huge, huge).0.is_finite());
        assert!(product(Quad(f64::NAN, 0.0), huge).0.is_nan());
    }
}
