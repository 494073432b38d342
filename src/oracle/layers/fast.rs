//! The numbers of an answer by the production path.

use super::LayerItem::{self, *};
use super::forms::Forms;
use super::item::BOUNDS;
use crate::fast::{LayerObjective, LayerPlan, LayerValues, LayerWorkspace, Watcher};
use crate::model::{Batch, Loss, Network};
use crate::oracle::{OracleError, finite};

/// What is computed by matrix products, and how.
pub(super) struct Products<'a> {
    pub threads: usize,
    /// The bounds by units.
    pub units: bool,
    /// The moments by units.
    pub moments: bool,
    /// The gradients.
    pub gradients: &'a [LayerItem],
    pub watcher: Watcher<'a>,
}

/// The loss, the traces, and what follows from them.
pub(super) fn of_values(values: &LayerValues) -> Result<Forms<f64>, OracleError> {
    let (t, q) = (values.layers.total_trace(), values.layers.total_squared().max(0.0));
    // Of other numbers the matrices of groups have no eigenvalues.
    for (quantity, value) in [("the loss", values.loss), ("the trace", t), ("the squared trace", q)] {
        finite(quantity, value)?;
    }
    let mut forms = Forms::default();
    forms.set(LayerItem::Loss, values.loss);
    forms.set_spread(t, q, &values.layers.architecture);
    forms.set_all(LayerTraces, values.layers.trace.clone());
    Ok(forms)
}

impl Products<'_> {
    /// The loss, the moments and the bounds, and those gradients that are wanted.
    pub fn forms(
        &self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
    ) -> Result<Forms<f64>, OracleError> {
        let architecture = network.architecture();
        let by_units = self.units || self.moments;
        let plan = LayerPlan::new(&architecture, loss, batch.samples(), self.threads, by_units)?;
        let mut workspace = LayerWorkspace::new(plan);
        let values = workspace.differentiate_watched(network, batch, self.watcher)?.clone();
        let mut forms = of_values(&values)?;
        let mut flat = vec![0.0; architecture.parameters()];
        for (objective, value, gradient) in BOUNDS {
            if objective.by_units() && !self.units {
                continue;
            }
            if !self.gradients.contains(&gradient) {
                forms.set(value, objective.value(&values));
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
        let sums = [
            (TraceGradient, 0.0, Some((LayerObjective::Trace, 1.0))),
            (TraceSquaredGradient, 0.0, Some((LayerObjective::TraceSquared, 1.0))),
            (LossGradient, 1.0, None),
        ];
        for (gradient, loss, objective) in sums {
            if self.gradients.contains(&gradient) {
                workspace.gradient(network, batch, loss, objective, &mut flat)?;
                forms.set_all(gradient, flat.clone());
            }
        }
        if let Some(units) = values.units.as_ref().filter(|_| self.moments) {
            forms.set_moments(units);
        }
        Ok(forms)
    }
}
