//! How many digits of an answer are right: counted at 106 bits, or at least so many by running errors.

use super::forms::{Forms, Leading, Scope, by_terms};
use super::{LayerAnswer, LayerItem};
use crate::model::{Batch, Loss, Network};
use crate::number::{Matrix, Precise, Rounded};
use crate::oracle::digits::{ALL_DIGITS, right_digits};
use crate::oracle::refine::{refined_eigenvalues, refined_leading};
use crate::oracle::{LayerDigits, OracleError};
use crate::terms::leading_vector;
use crate::witness::eigen::eigenvectors;

/// The top eigenvector of a matrix of groups.
pub(super) fn leading(matrix: &Matrix<f64>) -> Option<Leading<f64>> {
    let tie = leading_vector(matrix).err();
    let (values, vectors) = eigenvectors(matrix).ok()?;
    Some((vectors.column(values.len() - 1).into_owned(), tie))
}

/// Counts the right digits of each number by the same equations at 106 bits.
pub(super) fn counted(
    answer: &LayerAnswer,
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    scope: Scope,
) -> Result<LayerDigits, OracleError> {
    let leading = |matrix: &Matrix<Precise>| {
        let tie = leading_vector(&matrix.map(|entry| entry.nearest())).err();
        Some((refined_leading(matrix).ok()?, tie))
    };
    let (network, batch) = (network.map(Precise::exact), batch.map(Precise::exact));
    let scope = Scope { hessian: scope.hessian || answer.numbers(LayerItem::Eigenvalues).is_some(), ..scope };
    let mut right = by_terms(&network, loss, &batch, scope, &leading);
    if answer.numbers(LayerItem::Eigenvalues).is_some()
        && let Some(hessian) = right.numbers.get(&LayerItem::Hessian)
    {
        let size = answer.architecture.parameters();
        let eigenvalues = refined_eigenvalues(&Matrix::from_column_slice(size, size, hessian))?;
        right.numbers.insert(LayerItem::Eigenvalues, eigenvalues);
    }
    let digits =
        |(item, found): (LayerItem, &[f64])| Some((item, right_digits(found, right.numbers.get(&item)?)));
    Ok(LayerDigits { counted: true, known: answer.iter().filter_map(digits).collect() })
}

/// How many digits are right at least, by bounds on the rounding errors of the same equations. Nothing is said of the gradients of
/// bounds by groups, whose eigenvectors have errors of their own.
pub(super) fn at_least(
    answer: &LayerAnswer,
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    scope: Scope,
) -> LayerDigits {
    let leading = |matrix: &Matrix<Rounded>| {
        let (v, tie) = leading(&matrix.map(|entry| entry.value))?;
        Some((v.map(Rounded::exact), tie))
    };
    let (network, batch) = (network.map(Rounded::exact), batch.map(Rounded::exact));
    let scope = Scope { group_gradients: false, ..scope };
    let bounds: Forms<Rounded> = by_terms(&network, loss, &batch, scope, &leading);
    let digits = |(item, found): (LayerItem, &[f64])| Some((item, least(found, bounds.numbers.get(&item)?)));
    LayerDigits { counted: false, known: answer.iter().filter_map(digits).collect() }
}

/// The digits that are right at least, relative to the largest number: found and bounded number may differ, and the bounded one be
/// off by its bound.
fn least(found: &[f64], bounded: &[Rounded]) -> f64 {
    let larger = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::INFINITY } else { a.max(b) };
    let off = found.iter().zip(bounded).map(|(found, bounded)| (found - bounded.value).abs() + bounded.error);
    let error = off.fold(0.0, larger);
    let scale = bounded.iter().fold(0.0, |scale, bounded| larger(scale, bounded.value.abs()));
    // Products of numbers that are exactly 0 carry what may underflow: as good as nothing.
    const NOTHING: f64 = 1e-285;
    if error == 0.0 || scale == 0.0 && error < NOTHING {
        ALL_DIGITS
    } else {
        (-(error / scale).log10()).clamp(0.0, ALL_DIGITS)
    }
}
