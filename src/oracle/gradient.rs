//! The gradient of the bound, or why there is none.

use super::{ClosedForms, OracleError, finite};
use crate::model::{Batch, Parameters, ThreeLayer};
use crate::terms::{samples, trace};

/// Below this a product of two numbers that make up `Q` loses digits to underflow.
pub(super) const LEAST_SQUARED: f64 = f64::MIN_POSITIVE / f64::EPSILON;

/// Why the bound has no gradient at a network. The answer has loss, traces and bounds all the same.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoBoundGradient {
    /// All eigenvalues coincide.
    #[error(
        "the spread s of the Hessian is 0, so the bound has no gradient: H is a multiple of the identity, and since it \
         vanishes on a space of dimension {null}, H = 0. {cause}"
    )]
    ZeroSpread {
        /// Dimension of the null space.
        null: usize,
        /// What makes the Hessian vanish here.
        cause: &'static str,
    },
    /// The squared trace is too small for `f64`.
    #[error(
        "the squared trace Q = {squared:e} is below {least:e}, where f64 drops digits, so the bound has no gradient that \
         could be computed: {cause}"
    )]
    Underflow {
        /// `Q`.
        squared: f64,
        /// The least value that keeps its digits.
        least: f64,
        /// What makes it so small.
        cause: String,
    },
}

/// The gradient of the bound at the point of these closed forms.
pub(super) fn bound_gradient(
    forms: &ClosedForms<f64>,
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
) -> Result<Result<Parameters<f64>, NoBoundGradient>, OracleError> {
    let (trace, squared) = (forms.moments.trace(), forms.moments.squared());
    let null = forms.shape.null_dimension();
    if trace == 0.0 && squared == 0.0 {
        return Ok(Err(NoBoundGradient::ZeroSpread { null, cause: zero_cause(network, batch) }));
    }
    if squared < LEAST_SQUARED {
        let cause = small_cause(network, batch);
        return Ok(Err(NoBoundGradient::Underflow { squared, least: LEAST_SQUARED, cause }));
    }
    let Ok(gradient) = forms.gradient() else {
        return Ok(Err(NoBoundGradient::ZeroSpread { null, cause: zero_cause(network, batch) }));
    };
    for entry in gradient.flat() {
        finite("an entry of the gradient", entry)?;
    }
    Ok(Ok(gradient))
}

/// The largest `1 - |p|^2`.
fn largest_impurity(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> f64 {
    samples(network, batch).iter().map(|n| trace::impurity(&n.p)).fold(0.0, f64::max)
}

fn zero_cause(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> &'static str {
    if largest_impurity(network, batch) == 0.0 {
        "Every sample is saturated: its probabilities are 0 and 1 to the last digit"
    } else {
        "Inputs and hidden outputs are 0, or their squares are, to the last digit that f64 has"
    }
}

/// From this impurity on a sample does not count as saturated.
const SATURATED: f64 = 1e-100;

fn small_cause(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> String {
    let impurity = largest_impurity(network, batch);
    if impurity < SATURATED {
        format!("every sample is saturated (the largest 1 - |p|^2 is {impurity:e}); scale V and c down")
    } else {
        "the inputs or the hidden outputs are tiny; scale X up".to_string()
    }
}
