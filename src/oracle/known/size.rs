//! Sizes with bounds on the errors of what has them.

use crate::number::{ROUNDOFF, Rounded, norm};

/// How large something is (a number, a vector or a matrix, by its norm), and how large its error can be. Products and
/// sums of sizes are those of [`Rounded`]: since no size is negative, what they tell of an expression holds whatever the
/// signs in it, and however much of it cancels.
pub(super) type Size = Rounded;

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
    Rounded { value: size.value, error: size.error + size.value * roundings(count + 2) }
}

/// The length of a vector, and that of its error; infinite where an entry is no number.
pub(super) fn length(entries: impl Iterator<Item = Rounded>) -> Size {
    let (values, errors): (Vec<f64>, Vec<f64>) = entries.map(|entry| (entry.value, entry.error)).unzip();
    let of = |entries: &[f64]| if entries.iter().any(|entry| entry.is_nan()) { f64::INFINITY } else { norm(entries) };
    Rounded { value: of(&values), error: of(&errors) }
}

/// A number by its size.
pub(super) fn size(number: &Rounded) -> Size {
    Rounded { value: number.value.abs(), error: number.error }
}
