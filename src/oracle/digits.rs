//! How many digits of the oracle's own numbers are right, by the same equations at 106 bits.

use super::path::no_samples;
use super::{Answer, ClosedForms, OracleError, refined_eigenvalues};
use crate::model::{Batch, Network, Parameters};
use crate::number::Precise;
use crate::terms::{Sample, curvatures, hessian, model, samples, trace};

/// No `f64` has more: 53 binary digits.
pub const ALL_DIGITS: f64 = 53.0 * std::f64::consts::LOG10_2;

/// The right decimal digits of what was found: the largest error relative to the largest entry, as a negative power of
/// ten, at most [`ALL_DIGITS`] and at least none. NaN where the truth is no number or there is nothing to compare.
///
/// ```
/// use hsr::number::{Number, Precise};
/// use hsr::oracle::right_digits;
/// let third = Precise::integer(1) / Precise::integer(3);
/// assert!(right_digits(&[1.0 / 3.0], &[third]) > 15.9);
/// assert!((right_digits(&[0.3334], &[third]) - 3.7).abs() < 0.1);
/// ```
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

/// The right digits of each number of an answer, by its name in the file: scalars, the flat gradients, and what else was
/// asked for.
///
/// # Errors
/// [`OracleError`] where the network or the data has no answer.
pub fn digits(
    answer: &Answer,
    network: &Network<f64>,
    batch: &Batch<f64>,
) -> Result<Vec<(&'static str, f64)>, OracleError> {
    let (network, batch) = (network.map(Precise::exact), batch.map(Precise::exact));
    let v = &network.parameters.v;
    let samples = samples(&network, &batch);
    let points = curvatures(&samples, v);
    let right = ClosedForms::of(&points, v, model::loss(&network, &batch)).map_err(no_samples)?;
    let mut digits = Vec::new();
    let scalars = right.scalars();
    for (name, found) in answer.scalars() {
        let truth = scalars.iter().find(|(other, _)| *other == name);
        digits.extend(truth.map(|(_, truth)| (name, right_digits(&[found], &[*truth]))));
    }
    let gradients = &right.gradients;
    let mut gradient = |name, found: &Parameters<f64>, truth: &Parameters<Precise>| {
        digits.push((name, right_digits(&found.flat(), &truth.flat())));
    };
    if let (Ok(found), Ok(bound)) = (&answer.gradient, right.gradient()) {
        gradient("gradient", found, &bound);
    }
    gradient("trace_gradient", &answer.trace_gradient, &gradients.trace());
    gradient("trace_squared_gradient", &answer.trace_squared_gradient, &gradients.squared());
    gradient("loss_gradient", &answer.loss_gradient, &right.loss_gradient);
    if let Some(terms) = &answer.terms {
        let found = &terms.gradients;
        gradient("hidden_trace_gradient", &found.hidden_trace, &gradients.hidden_trace);
        gradient("output_trace_gradient", &found.output_trace, &gradients.output_trace);
        gradient("q_hid_gradient", &found.hidden_squared, &gradients.hidden_squared);
        gradient("q_out_gradient", &found.output_squared, &gradients.output_squared);
        gradient("q_cross_gradient", &found.coupling_squared, &gradients.coupling_squared);
        let each = |term: &dyn Fn(&Sample<Precise>) -> Precise| samples.iter().map(term).collect::<Vec<_>>();
        digits.extend([
            ("t_out", right_digits(&terms.t_out, &each(&|n| trace::t_out(n)))),
            ("t_gn", right_digits(&terms.t_gn, &each(&|n| trace::t_gn(n, v)))),
            ("t_res", right_digits(&terms.t_res, &each(&|n| trace::t_res(n, v)))),
        ]);
    }
    if answer.hessian.is_some() || answer.eigenvalues.is_some() {
        let h = hessian::hessian(&points);
        if let Some(found) = &answer.hessian {
            digits.push(("hessian", right_digits(found.as_slice(), h.as_slice())));
        }
        if let Some(found) = &answer.eigenvalues {
            digits.push(("eigenvalues", right_digits(found, &refined_eigenvalues(&h)?)));
        }
    }
    Ok(digits)
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
        assert!(right_digits(&[], &[]).is_nan());
        assert!(right_digits(&[f64::NAN], &[one]).is_nan());
    }
}
