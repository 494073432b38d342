//! The answer for a network of any depth under any loss.

mod answer;
mod bounds;
mod digits;
mod fast;
#[cfg(feature = "files")]
mod files;
mod forms;
mod item;
pub(super) mod limits;
mod sums;

pub(super) use answer::rounded_down;
pub use answer::{LayerAnswer, LayerDigits};
pub use bounds::{WantedBounds, network_bounds};
pub use item::LayerItem;
pub use limits::days_of_layers;
pub use sums::bounds_of_sums;

use super::gradient::LEAST_SQUARED;
use super::{OracleError, Path, Wanted, finite};
use crate::fast::Watcher;
use crate::model::{Batch, Loss, Network};
use crate::number::Matrix;
use crate::terms::layer_samples;
use crate::witness::eigen::eigenvalues;
use fast::Products;
use forms::{Forms, Scope, by_terms};
use item::GRADIENTS;

/// Longer than this nobody waits for bounds on rounding errors that were not asked for, in seconds.
const PATIENCE: f64 = 1.0;

/// Computes bounds, traces and gradients of a network of any depth on data under a loss.
///
/// They are those of [`answer`](super::answer), with the trace of each layer, and the bounds with a group for each layer and for each
/// unit. The bounds by units are left out from 600 units on. Where nobody asks for a count, the digits that are right at least come
/// from bounds on rounding errors, as long as these take no more than about a second.
///
/// ```
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::oracle::{LayerItem, Wanted, network_answer};
/// use nalgebra::dmatrix;
/// let layers = Layers(vec![
///     Layer { w: dmatrix![0.3, -0.2; 0.1, 0.4], b: None },
///     Layer { w: dmatrix![0.5, -0.3], b: None },
///     Layer { w: dmatrix![0.7], b: None },
/// ]);
/// let network = Network::new(layers, vec![Activation::Tanh, Activation::Silu])?;
/// let batch = Batch::for_loss(dmatrix![1.0, 2.0; -0.5, 0.3], dmatrix![0.2; -1.0], Loss::Squared)?;
/// let answer = network_answer(&network, Loss::Squared, &batch, Wanted::default().with_spectrum())?;
/// let scalar = |item| answer.scalar(item).expect("it is there");
/// let largest = answer.numbers(LayerItem::Eigenvalues).and_then(|values| values.last().copied()).expect("it was asked for");
/// assert!(largest <= scalar(LayerItem::WsUnits) && scalar(LayerItem::WsUnits) <= scalar(LayerItem::WsUpper));
/// println!("steepest descent along {:?}", answer.gradient(LayerItem::Gradient).map(|gradient| gradient.scale(&-1.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OracleError`] where network, data and loss do not go together, `f64` cannot hold the numbers, or they take more memory than
/// there is. That a bound has no gradient is no error: [`LayerAnswer::missing`] says so.
pub fn network_answer(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    wanted: Wanted,
) -> Result<LayerAnswer, OracleError> {
    network_answer_watched(network, loss, batch, wanted, &|_, _| true)
}

/// [`network_answer`] that reports its progress, a tile of samples after the other, and can be stopped. Only the moments of the fast
/// path have tiles: all else is neither watched nor stopped.
///
/// # Errors
/// [`OracleError`], also where the watcher stops it.
pub fn network_answer_watched(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    wanted: Wanted,
    watcher: Watcher,
) -> Result<LayerAnswer, OracleError> {
    network.check_fit(batch, loss)?;
    let (architecture, samples) = (network.architecture(), batch.samples());
    limits::check(&architecture, samples, &wanted)?;
    let scope = Scope {
        units: architecture.units() <= limits::MOST_UNITS,
        group_gradients: true,
        terms: wanted.terms,
        hessian: wanted.hessian || wanted.spectrum,
    };
    let mut forms = match wanted.path {
        Path::Fast { threads, .. } => {
            let (units, moments, gradients) = (scope.units, scope.terms, &GRADIENTS);
            let mut forms =
                Products { threads, units, moments, gradients, watcher }.forms(network, loss, batch)?;
            if scope.terms || scope.hessian {
                forms.set_terms(&layer_samples(network, &loss, batch), scope);
            }
            forms
        }
        Path::Terms => by_terms(network, loss, batch, scope, &digits::leading),
    };
    check_finite(&forms)?;
    if let Some(hessian) = forms.numbers.get(&LayerItem::Hessian).filter(|_| wanted.spectrum) {
        let size = architecture.parameters();
        let values = eigenvalues(&Matrix::from_column_slice(size, size, hessian))?;
        forms.set_all(LayerItem::Eigenvalues, values);
    }
    if !wanted.hessian {
        forms.numbers.remove(&LayerItem::Hessian);
    }
    let mut answer = LayerAnswer::of(network, loss, samples, forms);
    if wanted.digits {
        answer.digits = digits::counted(&answer, network, loss, batch, scope)?;
    } else if limits::seconds_of_running_errors(&architecture, samples) < PATIENCE {
        answer.digits = digits::at_least(&answer, network, loss, batch, scope);
    }
    Ok(answer)
}

/// Whether `f64` holds the numbers.
fn check_finite(forms: &Forms<f64>) -> Result<(), OracleError> {
    let sums = [
        (LayerItem::Loss, "the loss"),
        (LayerItem::Trace, "the trace"),
        (LayerItem::TraceSquared, "the squared trace"),
    ];
    for (item, quantity) in sums {
        for value in forms.numbers.get(&item).into_iter().flatten() {
            finite(quantity, *value)?;
        }
    }
    for (item, values) in &forms.numbers {
        let quantity = if item.is_gradient() { "an entry of the gradient" } else { item.name() };
        for value in values {
            finite(quantity, *value)?;
        }
    }
    Ok(())
}

/// Why the bounds have no gradient where their squares leave the range of `f64`.
fn underflow(squared: f64) -> Option<String> {
    (squared > 0.0 && squared < LEAST_SQUARED).then(|| {
        format!(
            "the squared trace Q = {squared:e} is below {LEAST_SQUARED:e}, where f64 drops digits, so the bound has no gradient that \
             could be computed: scale the inputs or the weights up, or the outputs down where they are saturated"
        )
    })
}
