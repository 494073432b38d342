//! By which path of [`fast`](crate::fast) loss, moments and gradients are computed: one hidden layer with softmax has one of its own.

use super::fit::Fit;
use super::recent::Recent;
use super::{Descent, TrainError, backward};
use crate::budget;
use crate::fast::{
    Backward, FastError, GradientShares, LayerObjective, LayerWorkspace, Objective, PlanError, Workspace,
};
use crate::model::{Batch, Loss, Network, ThreeLayer};
use crate::terms::bound::{mean, spread, ws_upper};

/// Buffers that are kept, for the sizes of the last two calls.
pub(super) struct Paths {
    threads: usize,
    workspaces: Recent<Workspace>,
    backward: Recent<Backward>,
    layer_workspaces: Recent<LayerWorkspace>,
}

/// Trace, squared trace and WS.
pub(super) struct Bound {
    pub trace: f64,
    pub trace_squared: f64,
    pub ws: f64,
}

/// The network of one hidden layer for whose softmax there is a path of its own.
fn three_layer(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Option<ThreeLayer<f64>> {
    if loss == Loss::Softmax && batch.weights.is_none() { network.three_layer() } else { None }
}

/// An objective as that path has it: by layers is by two blocks. Those by units it has not.
fn objective_of_three_layers(objective: LayerObjective) -> Option<Objective> {
    match objective {
        LayerObjective::Upper => Some(Objective::Upper),
        LayerObjective::Reduced => Some(Objective::Reduced),
        LayerObjective::Layers => Some(Objective::Block),
        LayerObjective::Trace => Some(Objective::Trace),
        LayerObjective::TraceSquared => Some(Objective::TraceSquared),
        LayerObjective::Units | LayerObjective::HiddenUnits => None,
    }
}

/// Checks that network, loss and data go together.
pub(super) fn check_fit(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Result<(), TrainError> {
    match three_layer(network, loss, batch) {
        Some(network) => network.check_fit(batch)?,
        None => network.check_fit(batch, loss)?,
    }
    Ok(())
}

/// Whether there is room for all samples on their way through the network and back: outputs, slopes and adjoints of every unit.
fn ask(network: &Network<f64>, batch: &Batch<f64>) -> Result<(), PlanError> {
    let (samples, units) = (batch.samples(), network.architecture().units());
    let what = || format!("the way of {samples} samples through {units} units");
    budget::ask(budget::numbers(&[4, samples, units]), what)
        .map_err(|over| PlanError::OverBudget { over, threads: 1 })
}

impl Paths {
    /// No buffers yet; so many threads work at once.
    pub fn new(threads: usize) -> Self {
        let (workspaces, backward, layer_workspaces) = (Recent::new(), Recent::new(), Recent::new());
        Paths { threads, workspaces, backward, layer_workspaces }
    }

    /// Loss and score.
    pub fn fit(&mut self, network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Result<Fit, TrainError> {
        ask(network, batch)?;
        if let Some(network) = three_layer(network, loss, batch) {
            let backward = self.backward.at(&network.shape(batch.samples()));
            return Ok(backward.evaluate(&network, batch)?.into());
        }
        network.check_fit(batch, loss)?;
        Ok(backward::evaluate(network, loss, batch))
    }

    /// Loss and score, and the gradient of the loss.
    pub fn gradient(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        out: &mut [f64],
    ) -> Result<Fit, TrainError> {
        ask(network, batch)?;
        if let Some(network) = three_layer(network, loss, batch) {
            let backward = self.backward.at(&network.shape(batch.samples()));
            return Ok(backward.gradient(&network, batch, out)?.into());
        }
        network.check_fit(batch, loss)?;
        let (fit, gradient) = backward::gradient(network, loss, batch);
        check_buffer(network, out)?;
        out.copy_from_slice(&gradient.flat());
        Ok(fit)
    }

    /// The gradient of the loss, so many times, and of an objective with a strength.
    pub fn penalised(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        (share, objective, strength): (f64, LayerObjective, f64),
        out: &mut [f64],
    ) -> Result<Descent, TrainError> {
        if let (Some(network), Some(objective)) =
            (three_layer(network, loss, batch), objective_of_three_layers(objective))
        {
            return self.penalised_three_layers(&network, batch, (share, objective, strength), out);
        }
        check_buffer(network, out)?;
        let workspace = self.layer_workspace(network, loss, batch, objective.by_units())?;
        workspace.differentiate(network, batch)?;
        let found = workspace.gradient(network, batch, share, Some((objective, strength)), out)?;
        Ok(Descent { loss: found.loss, penalty: found.penalty, flat: found.flat })
    }

    fn penalised_three_layers(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        (share, objective, strength): (f64, Objective, f64),
        out: &mut [f64],
    ) -> Result<Descent, TrainError> {
        let shape = network.shape(batch.samples());
        let workspace = self.workspaces.at(&shape, self.threads)?;
        let values = workspace.differentiate(network, batch)?;
        let found = objective.shares(&values.moments, &shape);
        let mut shares = GradientShares { loss: share, ..GradientShares::default() };
        if let Ok(objective) = &found {
            shares.moments = objective.moments.map(|share| strength * share);
        }
        workspace.gradient(batch, &shares, out)?;
        let penalty = objective.value(&values.moments, &shape);
        Ok(Descent { loss: values.loss, penalty, flat: found.err().map(Into::into) })
    }

    /// The bound and what it is made of.
    pub fn bound(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
    ) -> Result<Bound, TrainError> {
        if let Some(network) = three_layer(network, loss, batch) {
            let shape = network.shape(batch.samples());
            let moments = self.workspaces.at(&shape, self.threads)?.evaluate(&network, batch)?.moments;
            let ws = Objective::Upper.value(&moments, &shape);
            return Ok(Bound { trace: moments.trace(), trace_squared: moments.squared(), ws });
        }
        let moments = &self.layer_workspace(network, loss, batch, false)?.evaluate(network, batch)?.layers;
        let (trace, trace_squared) = (moments.total_trace(), moments.total_squared());
        let size = moments.architecture.parameters();
        let ws = ws_upper(mean(trace, size), spread(trace, trace_squared, size), size);
        Ok(Bound { trace, trace_squared, ws })
    }

    fn layer_workspace(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        by_units: bool,
    ) -> Result<&mut LayerWorkspace, TrainError> {
        network.check_fit(batch, loss)?;
        Ok(self.layer_workspaces.of(
            &network.architecture(),
            loss,
            batch.samples(),
            self.threads,
            by_units,
        )?)
    }
}

fn check_buffer(network: &Network<f64>, out: &[f64]) -> Result<(), FastError> {
    let (expected, found) = (network.architecture().parameters(), out.len());
    if found == expected { Ok(()) } else { Err(FastError::Buffer { expected, found }) }
}
