//! Elementary functions over slices, in vector code: activations with their derivatives, and softmax with cross entropy.
//!
//! ```text
//! activate(activation, z, phi1, phi2, phi3)   z: preactivations, which become phi; the others are filled
//! activate_once(activation, z, phi1)          the same with the first derivative alone
//! activate_only(activation, z)                the same with none
//! add_to_rows(matrix, row)                    adds a bias to every row of a row-major matrix
//! softmax(o, classes, y, loss)                logits, a row a sample, to probabilities, and each row's cross entropy
//! exp(x)                                      e^x
//! ```
//!
//! Nothing is allocated. Each function is written once, for one number and without a branch, and the compiler makes vectors of
//! the loop over it; [`pulp`] chooses when the program runs between the code for a machine with fused multiply-add and that for
//! any. An entry does not depend on its place in a slice nor on the length, so that rows may be shared out in any way; the two
//! codes differ in last bits.
//!
//! # Bounds
//! In units of the last place of the true value, `a` any `f64`; the tests measure them against 106 bits.
//!
//! | function | fused multiply-add | without |
//! | --- | --- | --- |
//! | `e^a` | 1 | 1 |
//! | `tanh a` | 2 | 2.5 |
//! | `1 - tanh^2 a`, in the tails too | 6 | 6 |
//! | `sigmoid a` and `1 - sigmoid a`, in the tails too | 2 | 2.5 |
//! | `ln(1 + e^a)` | 2 | 2 |
//! | `ln(1 + x)` for `0 <= x <= 2^53` | 1.5 | 1.5 |
//!
//! What falls below the normal numbers is off by two of the smallest number in addition. The derivatives are made of these by
//! the formulas of [`Activation::derivatives`], with a rounding or two for each operation. In the tanh form of GELU the
//! argument `v` of the sigmoid is rounded as well, which moves it by `|v|` units, as it does there.
//!
//! [`Activation::Gelu`] (by `erf`) and [`Activation::Sin`] are not in vector code: they go through
//! [`Activation::derivatives`], an entry at a time.

mod activation;
mod elementary;
mod softmax;
#[cfg(test)]
mod tests;

#[cfg(doc)]
use crate::model::Activation;
pub(crate) use activation::{activate, activate_once, activate_only};
use pulp::{Simd, WithSimd};
pub(crate) use softmax::softmax;

/// Work in either code.
trait Work {
    /// What it results in.
    type Output;
    /// Does it, with fused multiply-add or without.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// As [`pulp`] wants it.
struct Dispatched<W>(W);

impl<W: Work> WithSimd for Dispatched<W> {
    type Output = W::Output;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> W::Output {
        if S::IS_SCALAR { self.0.run::<false>() } else { self.0.run::<true>() }
    }
}

/// Does the work in the best code of this machine.
fn dispatch<W: Work>(work: W) -> W::Output {
    pulp::Arch::new().dispatch(Dispatched(work))
}

/// `x` becomes `e^x`, an entry at a time.
pub(crate) fn exp(x: &mut [f64]) {
    dispatch(Exp(x));
}

struct Exp<'a>(&'a mut [f64]);

impl Work for Exp<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.0.iter_mut().for_each(|x| *x = elementary::exp::<FMA>(*x));
    }
}

/// Adds a row to every row of a row-major matrix as wide; an empty row is none.
pub(crate) fn add_to_rows(matrix: &mut [f64], row: &[f64]) {
    if row.is_empty() {
        return;
    }
    for to in matrix.chunks_exact_mut(row.len()) {
        to.iter_mut().zip(row).for_each(|(to, entry)| *to += entry);
    }
}
