//! The two ways to compute an answer.

use super::{ClosedForms, OracleError};
use crate::fast::{GradientShares, Plan, Route, Watcher, Workspace};
use crate::model::{Batch, BatchError, Misfit, Parameters, ThreeLayer};
use crate::parallel::cores;
use crate::terms::bound::Moments;
use crate::terms::bound_gradient::NoGradient;
use crate::terms::{Curvature, model};

/// How an answer is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// By matrix products, on several threads.
    Fast {
        /// The route; `None` for the cheapest.
        route: Option<Route>,
        /// How many threads.
        threads: usize,
    },
    /// By the functions of the derivation, one pair of samples after the other.
    Terms,
}

impl Default for Path {
    /// The fast path on all cores.
    fn default() -> Self {
        Path::Fast { route: None, threads: cores() }
    }
}

/// Loss and moments with their gradients. `points` are the samples' own matrices, which only the slow path wants.
pub(super) fn evaluate<'a>(
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
    path: Path,
    watcher: Watcher,
    points: &impl Fn() -> &'a [Curvature<f64>],
) -> Result<ClosedForms<f64>, OracleError> {
    let mut forms = match path {
        Path::Fast { route, threads } => {
            let plan = Plan::new(&network.shape(batch.samples()), threads, route)?;
            by_matrix_products(network, batch, plan, watcher)?
        }
        Path::Terms => {
            let loss = model::loss(network, batch);
            ClosedForms::of(points(), &network.parameters.v, loss).map_err(no_samples)?
        }
    };
    // Squares, which a sum that cancels may leave negative.
    let Moments { hidden_squared, output_squared, coupling_squared, .. } = &mut forms.moments;
    for square in [hidden_squared, output_squared, coupling_squared] {
        if *square < 0.0 {
            *square = 0.0;
        }
    }
    Ok(forms)
}

/// Data without samples fit no network.
pub(super) fn no_samples(_: NoGradient) -> OracleError {
    Misfit::from(BatchError::Empty { rows: 0, columns: 0 }).into()
}

fn by_matrix_products(
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
    plan: Plan,
    watcher: Watcher,
) -> Result<ClosedForms<f64>, OracleError> {
    let shape = *plan.shape();
    let mut workspace = Workspace::new(plan);
    let values = workspace.differentiate_watched(network, batch, watcher)?;
    let mut flat = vec![0.0; shape.parameters()];
    let mut gradient = |shares: GradientShares| -> Result<Parameters<f64>, OracleError> {
        workspace.gradient(batch, &shares, &mut flat)?;
        Ok(Parameters::from_fn(&shape, |index| flat[index]))
    };
    let gradients = Moments::try_from_fn(|moment| {
        let mut shares = GradientShares::default();
        shares.moments[moment] = 1.0;
        gradient(shares)
    })?;
    let loss_gradient = gradient(GradientShares { loss: 1.0, ..GradientShares::default() })?;
    Ok(ClosedForms { shape, loss: values.loss, moments: values.moments, gradients, loss_gradient })
}
