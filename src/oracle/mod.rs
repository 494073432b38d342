//! The reference answer for one network: every number that another implementation can be held against.
//!
//! Everything comes from the closed forms, by the production path [`fast`](crate::fast) or by the functions of
//! [`terms`](crate::terms) themselves, and needs no matrix of size `D x D` unless the spectrum or the Hessian itself is
//! asked for.

mod answer;
mod closed;
mod digits;
mod error;
mod path;
mod refine;
mod spread;

pub use answer::Answer;
pub use closed::ClosedForms;
pub use digits::{ALL_DIGITS, digits, right_digits};
pub use error::OracleError;
pub use path::Path;
pub use refine::{refined_eigenvalues, refined_largest};

use crate::fast::Watcher;
use crate::model::{Batch, Network};
use crate::terms::bound::*;
use crate::terms::bound_gradient::{MomentGradients, NoGradient, ws_upper_gradient};
use crate::terms::{Curvature, curvatures, hessian, samples, trace};
use crate::witness::eigen::eigenvalues;
use path::evaluate;
use spread::Spreads;
use std::cell::OnceCell;

/// What is asked for beside the bound and its gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// All eigenvalues of the Hessian: a dense matrix and its decomposition.
    pub spectrum: bool,
    /// The Hessian.
    pub hessian: bool,
    /// The single terms and their gradients.
    pub terms: bool,
    /// How many digits of each number are right: the closed forms once more at 106 bits, by pairs of samples.
    pub digits: bool,
    /// How the numbers are computed.
    pub path: Path,
}

/// One dense matrix of this size takes 3 GiB, and its decomposition a second one.
const MOST_PARAMETERS: usize = 20_000;
/// Refining the eigenvalues of one of this size takes some ten seconds at 106 bits.
const MOST_WITH_DIGITS: usize = 800;
/// Below this a product of two numbers that make up `Q` loses digits to underflow.
const LEAST_SQUARED: f64 = f64::MIN_POSITIVE / f64::EPSILON;

/// Evaluates the closed forms at a network and data that fit together.
///
/// ```
/// use hsr::model::{Activation, Batch, Network, Parameters};
/// use hsr::oracle::{Wanted, answer};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = Network::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let answer = answer(&network, &batch, Wanted { spectrum: true, ..Wanted::default() })?;
/// let largest = answer.eigenvalues.as_ref().and_then(|values| values.last().copied());
/// assert!(largest.is_some_and(|largest| largest <= answer.ws_block && answer.ws_block <= answer.ws_upper));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OracleError`] where the bound has no gradient, or `f64` cannot hold the numbers.
pub fn answer(network: &Network<f64>, batch: &Batch<f64>, wanted: Wanted) -> Result<Answer, OracleError> {
    answer_watched(network, batch, wanted, &|_, _| true)
}

/// The same, watched tile by tile where the path is the fast one.
///
/// # Errors
/// [`OracleError`], also where the watcher stops it.
pub fn answer_watched(
    network: &Network<f64>,
    batch: &Batch<f64>,
    wanted: Wanted,
    watcher: Watcher,
) -> Result<Answer, OracleError> {
    let shape = network.shape(batch.samples());
    let size = shape.parameters();
    if shape.samples == 0 {
        return Err(OracleError::NoSamples);
    }
    if (wanted.spectrum || wanted.hessian) && size > MOST_PARAMETERS {
        let gibibytes = (size * size * size_of::<f64>()) as f64 / f64::from(1 << 30);
        return Err(OracleError::TooLarge { parameters: size, gibibytes, most: MOST_PARAMETERS });
    }
    if wanted.digits && (wanted.spectrum || wanted.hessian) && size > MOST_WITH_DIGITS {
        return Err(OracleError::SlowDigits { parameters: size, most: MOST_WITH_DIGITS });
    }
    let v = &network.parameters.v;
    // Matrices of every sample, which large data has no room for: made only where something needs them.
    let cell = OnceCell::new();
    let points = || -> &[Curvature<f64>] { cell.get_or_init(|| curvatures(&samples(network, batch), v)) };
    let evaluated = evaluate(network, batch, wanted.path, watcher, &points)?;
    let (moments, gradients) = (evaluated.moments, evaluated.gradients);
    let (t, q) = (moments.trace(), moments.squared());
    finite("the trace", t)?;
    finite("the squared trace", q)?;
    let impurity = || largest_impurity(network, batch);
    let no_gradient = |_: NoGradient| OracleError::ZeroSpread {
        null: shape.null_dimension(),
        cause: zero_cause(impurity()).to_string(),
    };
    if q == 0.0 && t == 0.0 {
        return Err(no_gradient(NoGradient::Empty));
    }
    if q < LEAST_SQUARED {
        return Err(OracleError::Underflow { squared: q, least: LEAST_SQUARED, impurity: impurity() });
    }
    let (m, s) = (mean(&t, size), spread(&t, &q, size));
    let (trace_gradient, trace_squared_gradient) = (gradients.trace(), gradients.squared());
    let gradient =
        ws_upper_gradient(&trace_gradient, &trace_squared_gradient, &m, &s, size).map_err(no_gradient)?;
    for entry in gradient.flat() {
        finite("an entry of the gradient", entry)?;
    }
    let spreads = Spreads::of(&points, &moments, &shape);
    let alpha = ws_upper(
        &mean(&moments.hidden_trace, shape.hidden_parameters()),
        &spreads.hidden,
        shape.hidden_parameters(),
    );
    let output_size = shape.reduced_output_parameters();
    let beta = ws_upper(&mean(&moments.output_trace, output_size), &spreads.output, output_size);
    let dense = (wanted.spectrum || wanted.hessian).then(|| hessian::hessian(points()));
    let eigenvalues = match &dense {
        Some(h) if wanted.spectrum => Some(eigenvalues(h)?),
        _ => None,
    };
    let mut answer = Answer {
        shape,
        loss: evaluated.loss,
        trace: t,
        trace_squared: q,
        mean: m,
        spread: s,
        ws_upper: ws_upper(&m, &s, size),
        ws_lower: ws_lower(&m, &s, size),
        lambda_min_lower: lambda_min_lower(&m, &s, size),
        lambda_min_upper: lambda_min_upper(&m, &s, size),
        range_upper: range_upper(&s, size),
        ws_reduced: ws_reduced(&mean(&t, shape.reduced_parameters()), &spreads.reduced, &shape),
        ws_block: ws_block(&alpha, &beta, &moments.coupling_squared),
        gradient,
        trace_gradient,
        trace_squared_gradient,
        loss_gradient: evaluated.loss_gradient,
        eigenvalues,
        hessian: dense.filter(|_| wanted.hessian),
        terms: wanted.terms.then(|| {
            let samples = samples(network, batch);
            Terms {
                t_out: samples.iter().map(trace::t_out).collect(),
                t_gn: samples.iter().map(|n| trace::t_gn(n, v)).collect(),
                t_res: samples.iter().map(|n| trace::t_res(n, v)).collect(),
                moments,
                gradients,
                alpha,
                beta,
            }
        }),
        digits: None,
    };
    if wanted.digits {
        answer.digits = Some(digits(&answer, network, batch)?);
    }
    Ok(answer)
}

/// The single terms that the bound is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// `t_out` of each sample.
    pub t_out: Vec<f64>,
    /// `t_gn` of each sample.
    pub t_gn: Vec<f64>,
    /// `t_res` of each sample.
    pub t_res: Vec<f64>,
    /// Traces and squared traces of the blocks.
    pub moments: Moments<f64>,
    /// Their gradients.
    pub gradients: MomentGradients<f64>,
    /// Bound on the hidden block.
    pub alpha: f64,
    /// Reduced bound on the output block.
    pub beta: f64,
}

fn finite(quantity: &'static str, value: f64) -> Result<(), OracleError> {
    if value.is_finite() { Ok(()) } else { Err(OracleError::Overflow { quantity, value }) }
}

fn largest_impurity(network: &Network<f64>, batch: &Batch<f64>) -> f64 {
    samples(network, batch).iter().map(|n| trace::impurity(&n.p)).fold(0.0, f64::max)
}

fn zero_cause(largest_impurity: f64) -> &'static str {
    if largest_impurity == 0.0 {
        "Every sample is saturated: its probabilities are 0 and 1 to the last digit"
    } else {
        "Inputs and hidden outputs are all 0"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Parameters, Shape};
    use crate::number::Matrix;
    use approx::assert_relative_eq;

    fn network(flat: &[f64], shape: &Shape, activation: Activation) -> Network<f64> {
        Network { parameters: Parameters::from_flat(shape, flat), activation }
    }

    #[test]
    fn zero_inputs_and_zero_outputs_have_no_gradient_and_the_error_names_the_cause() {
        let shape = Shape { samples: 1, inputs: 1, hidden: 1, classes: 2, biases: false };
        let network = network(&[0.5, 1.0, -1.0], &shape, Activation::Tanh);
        let batch = Batch { x: Matrix::zeros(1, 1), y: Matrix::from_row_slice(1, 2, &[1.0, 0.0]) };
        let message = answer(&network, &batch, Wanted::default()).unwrap_err().to_string();
        assert!(message.contains("s of the Hessian is 0"), "{message}");
        assert!(message.contains("Inputs and hidden outputs are all 0"), "{message}");
    }

    #[test]
    fn a_block_that_is_a_multiple_of_the_identity_keeps_its_digits() {
        // Three inputs at 120 degrees, V = 0 and W = I: off the null space the output block is a multiple of I, and so
        // its bound is its mean eigenvalue, (1/2) (1/2) mean |z|^2 over a space of dimension 2, times tr S = 1/2.
        let shape = Shape { samples: 3, inputs: 2, hidden: 2, classes: 2, biases: false };
        let network = network(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0], &shape, Activation::Identity);
        let angle = |n: usize| 2.0 * std::f64::consts::PI * n as f64 / 3.0;
        let x = Matrix::from_fn(3, 2, |n, l| if l == 0 { angle(n).cos() } else { angle(n).sin() });
        let batch = Batch::from_labels(x, &[0, 1, 0], 2).unwrap();
        let answer = answer(&network, &batch, Wanted { terms: true, ..Wanted::default() }).unwrap();
        assert_relative_eq!(answer.terms.unwrap().beta, 0.25, max_relative = 1e-14);
        assert!(answer.ws_block <= answer.ws_upper);
    }

    #[test]
    fn a_saturated_network_gives_finite_numbers_and_one_saturated_beyond_f64_says_so() {
        let shape = Shape { samples: 2, inputs: 1, hidden: 1, classes: 2, biases: false };
        let x = Matrix::from_row_slice(2, 1, &[1.0, -1.0]);
        let wrong = Batch::from_labels(x.clone(), &[1, 0], 2).unwrap();
        let at = |scale: f64, batch: &Batch<f64>| {
            let network = network(&[1.0, scale, -scale], &shape, Activation::Tanh);
            answer(&network, batch, Wanted::default())
        };
        let answer = at(800.0, &wrong).unwrap();
        assert!(answer.loss > 700.0 && answer.ws_upper.is_finite());
        let right = Batch::from_labels(x, &[0, 1], 2).unwrap();
        let message = at(800.0, &right).unwrap_err().to_string();
        assert!(message.contains("saturated"), "{message}");
    }
}
