//! The reference answer for one network: every number that another implementation can be compared with. [`answer`] is for one hidden
//! layer with the softmax, [`network_answer`] for any depth and any loss.
//!
//! Everything comes from the closed forms, by the production path [`fast`](crate::fast) or by the functions of
//! [`terms`](crate::terms) themselves, and needs no matrix of size `D x D` unless the spectrum or the Hessian itself is
//! asked for.

mod answer;
mod closed;
mod digits;
mod error;
#[cfg(feature = "files")]
mod files;
mod gradient;
mod item;
mod known;
mod layers;
mod limits;
mod path;
mod reduced;
mod refine;
mod scalars;
mod spread;

pub use answer::Answer;
pub use closed::ClosedForms;
pub(crate) use digits::right_digits;
pub use digits::{Digits, FEW_DIGITS, digits};
pub use error::{Need, OracleError};
pub use gradient::NoBoundGradient;
pub use item::Item;
pub use layers::{
    LayerAnswer, LayerDigits, LayerItem, WantedBounds, bounds_of_sums, network_answer,
    network_answer_watched, network_bounds,
};
// The command, a crate of its own, asks for it; nobody else needs to.
#[doc(hidden)]
pub use layers::days_of_layers;
#[doc(hidden)]
pub use limits::days;
pub use path::Path;
pub(crate) use refine::refined_largest;
pub use scalars::{Scalar, Scalars};

use crate::fast::Watcher;
use crate::model::{Batch, Loss, Network, ThreeLayer};
use crate::terms::bound_gradient::MomentGradients;
use crate::terms::{Curvature, curvatures, hessian, samples, trace};
use crate::witness::eigen::eigenvalues;
use answer::{Dense, PerSample};
use gradient::bound_gradient;
use known::Known;
use path::evaluate;
use refine::refined_eigenvalues;
use spread::careful_spreads;
use std::cell::OnceCell;

/// What an answer holds beside the bounds and their gradients, and how it is computed.
///
/// ```
/// use hsr::oracle::{Path, Wanted};
/// let wanted = Wanted::default().with_terms().by(Path::Terms);
/// assert!(wanted.terms && !wanted.spectrum);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// All eigenvalues of the Hessian: a dense matrix and its decomposition.
    pub spectrum: bool,
    /// The Hessian.
    pub hessian: bool,
    /// The single terms and their gradients.
    pub terms: bool,
    /// How many digits of each number are right, exactly: the closed forms once more at 106 bits, by pairs of samples.
    /// Without it the answer says how many are right at least, from bounds on its errors.
    pub digits: bool,
    /// The traces of the layers, and the bounds with a group for each layer and each unit, with their gradients. An answer of any depth
    /// always has them.
    pub layers: bool,
    /// How the numbers are computed.
    pub path: Path,
}

impl Wanted {
    /// With all eigenvalues of the Hessian.
    pub fn with_spectrum(self) -> Self {
        Wanted { spectrum: true, ..self }
    }

    /// With the Hessian.
    pub fn with_hessian(self) -> Self {
        Wanted { hessian: true, ..self }
    }

    /// With the single terms and their gradients.
    pub fn with_terms(self) -> Self {
        Wanted { terms: true, ..self }
    }

    /// With a count of the right digits.
    pub fn with_digits(self) -> Self {
        Wanted { digits: true, ..self }
    }

    /// With the traces of the layers and the bounds by layers and units.
    pub fn with_layers(self) -> Self {
        Wanted { layers: true, ..self }
    }

    /// Computed in this way.
    pub fn by(self, path: Path) -> Self {
        Wanted { path, ..self }
    }
}

/// The bounds, traces and gradients of a network on data that fit: evaluates the closed forms.
///
/// ```
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use hsr::oracle::{Wanted, answer};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let answer = answer(&network, &batch, Wanted::default().with_spectrum())?;
/// let largest = answer.eigenvalues.as_ref().and_then(|values| values.last().copied());
/// let bounds = &answer.scalars;
/// assert!(largest.is_some_and(|largest| largest <= bounds.ws_block && bounds.ws_block <= bounds.ws_upper));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OracleError`] where network and data do not fit, `f64` cannot hold the numbers, or they take more memory or time than
/// there is. That the bound has no gradient is no error: [`Answer::gradient`] says so.
pub fn answer(network: &ThreeLayer<f64>, batch: &Batch<f64>, wanted: Wanted) -> Result<Answer, OracleError> {
    answer_watched(network, batch, wanted, &|_, _| true)
}

/// [`answer`] that reports its progress, a tile of samples after the other, and can be stopped. Only the fast path has
/// tiles: the other is neither watched nor stopped.
///
/// # Errors
/// [`OracleError`], also where the watcher stops it.
pub fn answer_watched(
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
    wanted: Wanted,
    watcher: Watcher,
) -> Result<Answer, OracleError> {
    network.check_fit(batch)?;
    let shape = network.shape(batch.samples());
    limits::check(&shape, &wanted)?;
    let v = &network.parameters.v;
    let known = Known::of(network, batch)?;
    // Matrices of every sample, which large data has no room for: made only where something needs them.
    let cell = OnceCell::new();
    let points = || -> &[Curvature<f64>] { cell.get_or_init(|| curvatures(&samples(network, batch), v)) };
    let forms = evaluate(network, batch, wanted.path, watcher, &points)?;
    let (t, q) = (forms.moments.trace(), forms.moments.squared());
    for (quantity, value) in [("the loss", forms.loss), ("the trace", t), ("the squared trace", q)] {
        finite(quantity, value)?;
    }
    let gradient = bound_gradient(&forms, network, batch)?;
    let spreads = careful_spreads(forms.traces_and_squares(), &points, limits::has_room_for_points(&shape));
    let dense = (wanted.spectrum || wanted.hessian).then(|| hessian::hessian(points()));
    let eigenvalues = match &dense {
        Some(h) if wanted.spectrum => Some(eigenvalues(h)?),
        _ => None,
    };
    let terms = wanted.terms.then(|| {
        let samples = samples(network, batch);
        PerSample {
            t_out: samples.iter().map(trace::t_out).collect(),
            t_gn: samples.iter().map(|n| trace::t_gn(n, v)).collect(),
            t_res: samples.iter().map(|n| trace::t_res(n, v)).collect(),
        }
    });
    let dense = Dense { eigenvalues, hessian: dense.filter(|_| wanted.hessian) };
    let mut answer = Answer::of(&forms, gradient, spreads.map(|spread| spread.value), dense, terms);
    answer.layers = wanted.layers.then(|| groups(network, batch, wanted)).transpose()?.flatten();
    answer.digits =
        if wanted.digits { digits(&answer, network, batch)? } else { known.digits(&answer, &forms, spreads) };
    Ok(answer)
}

/// The answer of any depth for its bounds by groups, if they take no longer than anybody waits who did not ask for them alone.
fn groups(
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
    wanted: Wanted,
) -> Result<Option<LayerAnswer>, OracleError> {
    const PATIENCE: f64 = 5.0;
    let network: Network<f64> = network.clone().into();
    let seconds = layers::limits::seconds_of_groups(&network.architecture(), batch.samples());
    let wanted = Wanted { spectrum: false, hessian: false, terms: false, ..wanted };
    if seconds > PATIENCE {
        return Ok(None);
    }
    network_answer(&network, Loss::Softmax, batch, wanted).map(Some)
}

/// The single terms of the trace, and the gradients of the moments.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// `t_out` of each sample.
    pub t_out: Vec<f64>,
    /// `t_gn` of each sample.
    pub t_gn: Vec<f64>,
    /// `t_res` of each sample.
    pub t_res: Vec<f64>,
    /// Gradients of traces and squared traces of the blocks.
    pub gradients: MomentGradients<f64>,
}

fn finite(quantity: &'static str, value: f64) -> Result<(), OracleError> {
    if value.is_finite() { Ok(()) } else { Err(OracleError::Overflow { quantity, value }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Parameters, Shape};
    use crate::number::Matrix;
    use approx::assert_relative_eq;

    fn network(flat: &[f64], shape: &Shape, activation: Activation) -> ThreeLayer<f64> {
        ThreeLayer { parameters: Parameters::from_flat(shape, flat).unwrap(), activation }
    }

    #[test]
    fn zero_inputs_and_zero_outputs_have_a_bound_of_0_and_no_gradient_with_a_reason() {
        let shape = Shape { samples: 1, inputs: 1, hidden: 1, classes: 2, biases: false };
        let network = network(&[0.5, 1.0, -1.0], &shape, Activation::Tanh);
        let batch =
            Batch { x: Matrix::zeros(1, 1), y: Matrix::from_row_slice(1, 2, &[1.0, 0.0]), weights: None };
        let wanted = Wanted { spectrum: true, terms: true, ..Wanted::default() };
        let answer = answer(&network, &batch, wanted).unwrap();
        let Scalars { loss, trace, trace_squared, ws_upper, ws_block, .. } = answer.scalars;
        assert!((loss - 2_f64.ln()).abs() < 1e-15);
        assert_eq!([trace, trace_squared, ws_upper, ws_block], [0.0; 4]);
        let message = answer.gradient.unwrap_err().to_string();
        assert!(message.contains("s of the Hessian is 0"), "{message}");
        assert!(message.contains("Inputs and hidden outputs are 0"), "{message}");
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
        assert_relative_eq!(answer.scalars.output_upper, 0.25, max_relative = 1e-14);
        assert!(answer.scalars.ws_block <= answer.scalars.ws_upper);
    }

    #[test]
    fn a_saturated_network_keeps_its_digits_and_one_saturated_beyond_f64_says_so() {
        let shape = Shape { samples: 2, inputs: 1, hidden: 1, classes: 2, biases: false };
        let x = Matrix::from_row_slice(2, 1, &[1.0, -1.0]);
        let wrong = Batch::from_labels(x.clone(), &[1, 0], 2).unwrap();
        let at = |scale: f64, batch: &Batch<f64>| {
            let network = network(&[1.0, scale, -scale], &shape, Activation::Tanh);
            answer(&network, batch, Wanted::default())
        };
        let answer = at(800.0, &wrong).unwrap();
        // Certain of the wrong class, by the distance of the logits.
        assert_relative_eq!(answer.scalars.loss, 1600.0 * 1_f64.tanh(), max_relative = 1e-15);
        let right =
            digits(&answer, &network(&[1.0, 800.0, -800.0], &shape, Activation::Tanh), &wrong).unwrap();
        let scalars = [Scalar::Loss, Scalar::Trace, Scalar::TraceSquared, Scalar::WsUpper].map(Item::Scalar);
        for item in scalars.into_iter().chain([Item::Gradient]) {
            assert!(right.of(item).unwrap() > 14.0, "{item}: {right:?}");
        }
        let right = Batch::from_labels(x, &[0, 1], 2).unwrap();
        let message = at(800.0, &right).unwrap().gradient.unwrap_err().to_string();
        assert!(message.contains("saturated"), "{message}");
    }
}
