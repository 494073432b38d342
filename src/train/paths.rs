//! By which path of [`fast`](crate::fast) loss, moments and gradients are computed: one hidden layer with softmax has one of its own.

use super::fit::{Fit, margin, score};
use super::recent::Recent;
use super::{Descent, TrainError};
use crate::budget;
use crate::fast::loss_pass::LossPass;
use crate::fast::trace_pass::{LossAndTrace, TracePass};
use crate::fast::{
    FastError, GradientShares, LayerObjective, LayerWorkspace, Objective, PlanError, Workspace,
};
use crate::model::{Batch, Loss, Network, ThreeLayer};
use crate::terms::bound::{mean, spread, ws_upper};

/// Buffers that are kept, for the sizes of the last two calls.
pub(super) struct Paths {
    threads: usize,
    workspaces: Recent<Workspace>,
    passes: Recent<LossPass>,
    traces: Recent<TracePass>,
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
    let Err(misfit) = network.check_fit(batch, loss) else { return Ok(()) };
    // One hidden layer with softmax has names of its own for its arrays.
    match three_layer(network, loss, batch) {
        Some(network) => Ok(network.check_fit(batch)?),
        None => Err(misfit.into()),
    }
}

/// Whether there is room for all samples on their way through the network and back: at most so many numbers of every unit.
fn ask(network: &Network<f64>, batch: &Batch<f64>, numbers: usize) -> Result<(), PlanError> {
    let units: usize = network.layers.0.iter().map(|layer| layer.w.nrows()).sum();
    let samples = batch.samples();
    let what = || format!("the way of {samples} samples through {units} units");
    budget::ask(budget::numbers(&[numbers, samples, units]), what)
        .map_err(|over| PlanError::OverBudget { over, threads: 1 })
}

impl Paths {
    /// No buffers yet; so many threads work at once.
    pub fn new(threads: usize) -> Self {
        let (workspaces, layer_workspaces) = (Recent::new(), Recent::new());
        let (passes, traces) = (Recent::new(), Recent::new());
        Paths { threads, workspaces, passes, traces, layer_workspaces }
    }

    /// Loss and score.
    pub fn fit(&mut self, network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Result<Fit, TrainError> {
        let pass = self.pass(network, loss, batch)?;
        let outputs = pass.outputs(network, batch);
        let (score, margin) = (score(loss, outputs, batch), margin(loss, outputs, batch));
        Ok(Fit { loss: pass.loss(batch), score, margin })
    }

    /// The loss, and its gradient in `out`. `look` sees the outputs, a row a sample, on the way.
    pub fn gradient(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
        out: &mut [f64],
        look: impl FnOnce(&[f64]),
    ) -> Result<f64, TrainError> {
        check_buffer(network, out)?;
        Ok(self.pass(network, loss, batch)?.gradient(network, batch, out, look))
    }

    fn pass(
        &mut self,
        network: &Network<f64>,
        loss: Loss,
        batch: &Batch<f64>,
    ) -> Result<&mut LossPass, TrainError> {
        ask(network, batch, 4)?;
        check_fit(network, loss, batch)?;
        Ok(self.passes.of(network, loss, batch.samples()))
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
        if objective == LayerObjective::Trace && loss == Loss::Softmax && network.layers.0.len() == 2 {
            return self.penalised_by_trace(network, batch, (share, strength), out);
        }
        if let (Some(network), Some(objective)) =
            (three_layer(network, loss, batch), objective_of_three_layers(objective))
        {
            return self.penalised_three_layers(&network, batch, (share, objective, strength), out);
        }
        check_buffer(network, out)?;
        let workspace = self.layer_workspace(network, loss, batch, objective.by_units())?;
        if objective == LayerObjective::Trace {
            workspace.differentiate_traces(network, batch)?;
        } else {
            workspace.differentiate(network, batch)?;
        }
        let found = workspace.gradient(network, batch, share, Some((objective, strength)), out)?;
        Ok(Descent { loss: found.loss, penalty: found.penalty, flat: found.flat })
    }

    /// The trace of one hidden layer, which needs no pairs of samples.
    fn penalised_by_trace(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
        shares: (f64, f64),
        out: &mut [f64],
    ) -> Result<Descent, TrainError> {
        ask(network, batch, 6)?;
        check_fit(network, Loss::Softmax, batch)?;
        check_buffer(network, out)?;
        let LossAndTrace { loss, trace } =
            self.traces.of(network, batch.samples()).gradient(network, batch, shares, out);
        Ok(Descent { loss, penalty: trace, flat: None })
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
    let (expected, found) = (network.layers.count(), out.len());
    if found == expected { Ok(()) } else { Err(FastError::Buffer { expected, found }) }
}
