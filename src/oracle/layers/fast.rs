//! The numbers of an answer by the production path.

use super::LayerItem::{self, *};
use super::forms::{Forms, Scope};
use super::item::BOUNDS;
use crate::fast::{LayerObjective, LayerPlan, LayerWorkspace};
use crate::model::{Batch, Loss, Network};
use crate::oracle::{OracleError, finite};
use crate::terms::layer_samples;

/// All numbers by matrix products; the single terms and the Hessian by the equations.
pub(super) fn by_matrix_products(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    scope: Scope,
    threads: usize,
) -> Result<Forms<f64>, OracleError> {
    let architecture = network.architecture();
    let plan = LayerPlan::new(&architecture, loss, batch.samples(), threads, scope.units || scope.terms)?;
    let mut workspace = LayerWorkspace::new(plan);
    let values = workspace.differentiate(network, batch)?.clone();
    let mut forms = Forms::default();
    forms.set(LayerItem::Loss, values.loss);
    let (t, q) = (values.layers.total_trace(), values.layers.total_squared().max(0.0));
    // Of other numbers the matrices of groups have no eigenvalues.
    for (quantity, value) in [("the loss", values.loss), ("the trace", t), ("the squared trace", q)] {
        finite(quantity, value)?;
    }
    forms.set_spread(t, q, &architecture);
    forms.set_all(LayerTraces, values.layers.trace.clone());
    let mut flat = vec![0.0; architecture.parameters()];
    for (objective, value, gradient) in BOUNDS {
        if objective.by_units() && !scope.units {
            continue;
        }
        let found = workspace.gradient(network, batch, 0.0, Some((objective, 1.0)), &mut flat)?;
        forms.set(value, found.penalty);
        match found.flat {
            None => forms.set_all(gradient, flat.clone()),
            Some(reason) => {
                forms.missing.insert(gradient, reason);
            }
        }
    }
    for (objective, gradient) in
        [(LayerObjective::Trace, TraceGradient), (LayerObjective::TraceSquared, TraceSquaredGradient)]
    {
        workspace.gradient(network, batch, 0.0, Some((objective, 1.0)), &mut flat)?;
        forms.set_all(gradient, flat.clone());
    }
    workspace.gradient(network, batch, 1.0, None, &mut flat)?;
    forms.set_all(LossGradient, flat);
    if let Some(units) = values.units.as_ref().filter(|_| scope.terms) {
        forms.set_moments(units);
    }
    if scope.terms || scope.hessian {
        forms.set_terms(&layer_samples(network, &loss, batch), scope);
    }
    Ok(forms)
}
