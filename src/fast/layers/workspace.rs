//! The workspace at any depth: one hidden layer under softmax by chapters 1 to 8, all else by chapters 9 to 13.

use super::deep::Deep;
use super::moments::{LayerMoments, LayerValues};
use super::objective::{AllGroups, LayerObjective, NoLayerGradient};
use super::one_hidden::OneHidden;
use super::plan::LayerPlan;
use super::weights::Weights;
use crate::fast::{FastError, Watcher};
use crate::model::{Architecture, Batch, Network};
use crate::number::{Matrix, Vector};
use crate::terms::OutputLoss;
use crate::terms::partition::UnitMoments;

/// Computes loss, moments and gradients of a network of any depth under any loss.
///
/// ```
/// use hsr::fast::{LayerObjective, LayerPlan, LayerWorkspace};
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use nalgebra::dmatrix;
///
/// let layers = Layers(vec![
///     Layer { w: dmatrix![0.3, -0.2; 0.1, 0.4], b: None },
///     Layer { w: dmatrix![0.5, -0.3], b: None },
///     Layer { w: dmatrix![0.7], b: None },
/// ]);
/// let network = Network::new(layers, vec![Activation::Tanh, Activation::Silu])?;
/// let batch = Batch::for_loss(dmatrix![1.0, 2.0; -0.5, 0.3], dmatrix![0.2; -1.0], Loss::Squared)?;
///
/// let plan = LayerPlan::new(&network.architecture(), Loss::Squared, batch.samples(), 1, false)?;
/// let mut workspace = LayerWorkspace::new(plan);
/// workspace.differentiate(&network, &batch)?;
/// let mut gradient = vec![0.0; 7];
/// let found = workspace.gradient(&network, &batch, 0.0, Some((LayerObjective::Upper, 1.0)), &mut gradient)?;
/// println!("{} has the gradient {gradient:?}", found.penalty);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LayerWorkspace {
    plan: LayerPlan,
    one_hidden: Option<OneHidden>,
    deep: Option<Deep>,
    weights: Weights,
    groups: AllGroups,
    values: LayerValues,
    /// Of the last call: whether it was one whose gradient may be asked for, and by which way.
    last: Last,
}

/// How the values came about.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    None,
    OneHidden,
    Deep,
    /// Without squared norms.
    Traces,
}

/// What a gradient was taken of.
#[derive(Clone, Debug, PartialEq)]
pub struct Penalised {
    /// The loss.
    pub loss: f64,
    /// The objective, without its strength; 0 where none was asked for.
    pub penalty: f64,
    /// Why the objective has no gradient here, if it has none: then that of the loss alone was taken.
    pub flat: Option<NoLayerGradient>,
}

impl LayerWorkspace {
    /// Allocates the buffers for a plan.
    pub fn new(plan: LayerPlan) -> Self {
        let values = empty_values(&plan);
        LayerWorkspace {
            one_hidden: plan.one_hidden.clone().map(|own| OneHidden::new(own, &plan)),
            deep: plan.one_hidden.is_none().then(|| Deep::new(&plan)),
            weights: Weights::new(&plan.sizes),
            groups: AllGroups::new(&values.layers),
            values,
            last: Last::None,
            plan,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &LayerPlan {
        &self.plan
    }

    /// Computes loss and moments, for which one hidden layer under softmax takes less than for
    /// [`differentiate`](LayerWorkspace::differentiate).
    ///
    /// # Errors
    /// [`FastError`] for a network and data of other sizes.
    pub fn evaluate(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
    ) -> Result<&LayerValues, FastError> {
        match &mut self.one_hidden {
            Some(one_hidden) if batch.weights.is_none() => {
                check(&self.plan, network, batch)?;
                self.last = Last::None;
                one_hidden.evaluate(network, batch, &mut self.values)?;
                Ok(&self.values)
            }
            _ => self.differentiate(network, batch),
        }
    }

    /// Computes loss and moments, and all that [`gradient`](LayerWorkspace::gradient) needs.
    ///
    /// # Errors
    /// [`FastError`] for a network and data of other sizes.
    pub fn differentiate(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
    ) -> Result<&LayerValues, FastError> {
        self.differentiate_watched(network, batch, &|_, _| true)
    }

    /// Same as [`differentiate`](LayerWorkspace::differentiate), but reports its progress and can be stopped.
    ///
    /// # Errors
    /// [`FastError`] for other sizes, or where the watcher stops it.
    pub fn differentiate_watched(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
        watcher: Watcher,
    ) -> Result<&LayerValues, FastError> {
        check(&self.plan, network, batch)?;
        self.last = Last::None;
        if let Some(one_hidden) = self.one_hidden.as_mut().filter(|_| batch.weights.is_none()) {
            one_hidden.differentiate(network, batch, &mut self.values, watcher)?;
            self.last = Last::OneHidden;
            return Ok(&self.values);
        }
        if self.deep.is_none() {
            // Samples of one hidden layer that are weighted after all.
            self.plan.ask()?;
        }
        let deep = self.deep.get_or_insert_with(|| Deep::new(&self.plan));
        if !deep.differentiate(&self.plan, network, batch, &mut self.values, watcher) {
            return Err(FastError::Stopped);
        }
        self.last = Last::Deep;
        Ok(&self.values)
    }

    /// Same as [`differentiate`](LayerWorkspace::differentiate), but for [`LayerObjective::Trace`] and the loss alone, which need no
    /// pairs of samples: the squared norms are not computed, and 0 in the values.
    ///
    /// # Errors
    /// [`FastError`] for a network and data of other sizes.
    pub(crate) fn differentiate_traces(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
    ) -> Result<&LayerValues, FastError> {
        if self.deep.is_none() {
            return self.differentiate(network, batch);
        }
        check(&self.plan, network, batch)?;
        let deep = self.deep.get_or_insert_with(|| Deep::new(&self.plan));
        deep.differentiate_traces(&self.plan, network, batch, &mut self.values);
        self.last = Last::Traces;
        Ok(&self.values)
    }

    /// The loss and the moments of the last call of [`evaluate`](LayerWorkspace::evaluate) or
    /// [`differentiate`](LayerWorkspace::differentiate).
    pub fn values(&self) -> &LayerValues {
        &self.values
    }

    /// Computes `loss` times the gradient of the loss and, with an objective and its strength, strength times the gradient of the
    /// objective, in `out`: order `W1, b1, W2, ..`, row-major.
    ///
    /// It is the gradient at the point of the last call of [`differentiate`](LayerWorkspace::differentiate), whose network and batch are
    /// given again. It may be asked for several times, for several objectives.
    ///
    /// # Errors
    /// [`FastError`] where there was no such call, or for a buffer of another length than `D`. That an objective has no gradient is no
    /// error: [`Penalised::flat`] says so.
    pub fn gradient(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
        loss: f64,
        objective: Option<(LayerObjective, f64)>,
        out: &mut [f64],
    ) -> Result<Penalised, FastError> {
        check(&self.plan, network, batch)?;
        let expected = self.plan.architecture.parameters();
        if out.len() != expected {
            return Err(FastError::Buffer { expected, found: out.len() });
        }
        let mut penalised = Penalised { loss: self.values.loss, penalty: 0.0, flat: None };
        self.weights.clear();
        if let Some((objective, strength)) = objective {
            let (value, found) = objective.weigh(&self.values, &mut self.groups, strength, &mut self.weights);
            (penalised.penalty, penalised.flat) = (value, found.err());
        }
        let LayerWorkspace { plan, one_hidden, deep, weights, last, .. } = self;
        match (last, one_hidden, deep) {
            (Last::OneHidden, Some(own), _) => own.gradient(batch, weights, loss, out)?,
            (Last::Traces, ..) if weights.any() => return Err(FastError::NotDifferentiated),
            (Last::Deep | Last::Traces, _, Some(deep)) => deep.gradient(plan, network, weights, loss, out),
            _ => return Err(FastError::NotDifferentiated),
        }
        Ok(penalised)
    }
}

/// Whether network and data fit together, and are of the sizes of the plan.
fn check(plan: &LayerPlan, network: &Network<f64>, batch: &Batch<f64>) -> Result<(), FastError> {
    network.check_fit(batch, plan.loss)?;
    if plan.is_for(network, batch.samples()) {
        return Ok(());
    }
    let said = |architecture: &Architecture, samples: usize| format!("{architecture}, {samples} samples");
    Err(FastError::Architecture {
        expected: said(&plan.architecture, plan.samples),
        found: said(&network.architecture(), batch.samples()),
    })
}

fn empty_values(plan: &LayerPlan) -> LayerValues {
    let (architecture, ignores_shifts) = (plan.architecture.clone(), plan.loss.ignores_shifts());
    let layers = architecture.layers();
    let width = |l: usize| architecture.outputs_of(l);
    let units = plan.by_units.then(|| UnitMoments {
        architecture: architecture.clone(),
        ignores_shifts,
        trace: (0..layers).map(|l| Vector::zeros(width(l))).collect(),
        squared: (0..layers).map(|m| (0..=m).map(|l| Matrix::zeros(width(m), width(l))).collect()).collect(),
    });
    let layers = LayerMoments {
        ignores_shifts,
        trace: vec![0.0; layers],
        squared: (0..layers).map(|m| vec![0.0; m + 1]).collect(),
        architecture,
    };
    LayerValues { loss: 0.0, layers, units }
}
