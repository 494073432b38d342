//! How many digits of the oracle's own numbers are right, by the same equations at 106 bits.

use super::path::no_samples;
use super::{Answer, ClosedForms, Item, OracleError, Scalars, refined_eigenvalues};
use crate::model::{Batch, ThreeLayer};
use crate::number::Precise;
use crate::terms::{Sample, curvatures, hessian, model, samples, trace};
use std::cell::OnceCell;

/// The decimal digits of an `f64`: 53 binary ones.
pub const ALL_DIGITS: f64 = 53.0 * std::f64::consts::LOG10_2;

/// Counts the right decimal digits of numbers, relative to the largest of them.
///
/// It is the largest error relative to the largest entry, as a negative power of ten, from 0 to [`ALL_DIGITS`]; NaN where
/// the truth is not a number or there is nothing to compare.
pub fn right_digits(found: &[f64], truth: &[Precise]) -> f64 {
    if found.len() != truth.len() || found.is_empty() {
        return f64::NAN;
    }
    let errors = found.iter().zip(truth).map(|(found, truth)| truth.error_of(*found).abs());
    // A maximum that keeps NaN.
    let largest = |values: &mut dyn Iterator<Item = f64>| {
        values.fold(0.0, |a: f64, b| if a >= b || a.is_nan() { a } else { b })
    };
    let error = largest(&mut errors.into_iter());
    let scale = largest(&mut truth.iter().map(|truth| truth.nearest().abs()));
    if error == 0.0 { ALL_DIGITS } else { (-(error / scale).log10()).clamp(0.0, ALL_DIGITS) }
}

/// How many decimal digits of each number of an answer are right; of an array, relative to its largest entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Digits {
    /// Whether they are counted, by the same equations at 106 bits; else there are so many at least, by bounds on the
    /// errors of the answer. A count is NaN where there is nothing to count.
    pub counted: bool,
    /// Those of the scalars.
    pub scalars: Scalars<f64>,
    /// Those of arrays of the answer. Without a count nothing is known of `t_out`, `t_gn` and `t_res`.
    pub arrays: Vec<(Item, f64)>,
}

/// A number with fewer right digits than this should not be relied on unchecked.
pub const FEW_DIGITS: f64 = 6.0;

impl Digits {
    /// No digits are known yet.
    pub(super) fn unknown() -> Self {
        Digits { counted: false, scalars: Scalars::default(), arrays: Vec::new() }
    }

    /// The right digits of an item, if they are known.
    pub fn of(&self, item: impl Into<Item>) -> Option<f64> {
        match item.into() {
            Item::Scalar(scalar) => Some(self.scalars[scalar]),
            item => self.arrays.iter().find(|(other, _)| *other == item).map(|(_, digits)| *digits),
        }
    }
}

/// Counts the right digits of each number of an answer, by the same equations at 106 bits.
///
/// # Errors
/// [`OracleError`] where the network or the data has no answer.
pub fn digits(answer: &Answer, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<Digits, OracleError> {
    let (network, batch) = (network.map(Precise::exact), batch.map(Precise::exact));
    let v = &network.parameters.v;
    let samples = samples(&network, &batch);
    let points = curvatures(&samples, v);
    let right = ClosedForms::of(&points, v, model::loss(&network, &batch)).map_err(no_samples)?;
    let each = |term: &dyn Fn(&Sample<Precise>) -> Precise| Some(samples.iter().map(term).collect());
    let dense = OnceCell::new();
    let hessian = || dense.get_or_init(|| hessian::hessian(&points));
    let mut arrays = Vec::new();
    for item in answer.printed_arrays() {
        let truth: Option<Vec<Precise>> = match item {
            Item::TOut => each(&|n| trace::t_out(n)),
            Item::TGn => each(&|n| trace::t_gn(n, v)),
            Item::TRes => each(&|n| trace::t_res(n, v)),
            Item::Hessian => Some(hessian().as_slice().to_vec()),
            Item::Eigenvalues => Some(refined_eigenvalues(hessian())?),
            _ => right.numbers(item),
        };
        let counted = answer.numbers(item).zip(truth).map(|(found, truth)| right_digits(&found, &truth));
        arrays.extend(counted.map(|digits| (item, digits)));
    }
    let scalars = answer.scalars.zip(right.scalars()).map(|(found, truth)| right_digits(&[found], &[truth]));
    Ok(Digits { counted: true, scalars, arrays })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Number;

    #[test]
    fn digits_are_counted_from_the_largest_entry() {
        let one = Precise::integer(1);
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 0.01, "{found}");
        close(right_digits(&[1.0, 1e-3], &[one, Precise::integer(0)]), 3.0);
        close(right_digits(&[1.0], &[one]), 15.95);
        close(right_digits(&[-3.0], &[one]), 0.0);
        let third = one / Precise::integer(3);
        assert!(right_digits(&[1.0 / 3.0], &[third]) > 15.9);
        close(right_digits(&[0.3334], &[third]), 3.7);
        assert!(right_digits(&[], &[]).is_nan());
        assert!(right_digits(&[f64::NAN], &[one]).is_nan());
    }
}
