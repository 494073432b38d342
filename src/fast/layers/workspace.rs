//! The workspace at any depth.

use super::objective::NoLayerGradient;
use super::{LayerMoments, LayerObjective, LayerPlan, LayerValues};
use crate::fast::FastError;
use crate::model::{Batch, Network};
use crate::terms::layer_gradient::objective_gradient_of;
use crate::terms::layers::layer_loss_gradient;
use crate::terms::partition::UnitMoments;
use crate::terms::{LayerSample, layer_samples};

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
    values: LayerValues,
    samples: Vec<LayerSample<f64>>,
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
        let layers = LayerMoments {
            architecture: plan.architecture.clone(),
            ignores_shifts: false,
            trace: Vec::new(),
            squared: Vec::new(),
        };
        LayerWorkspace { plan, values: LayerValues { loss: 0.0, layers, units: None }, samples: Vec::new() }
    }

    /// The plan.
    pub fn plan(&self) -> &LayerPlan {
        &self.plan
    }

    /// Computes loss and moments.
    ///
    /// # Errors
    /// [`FastError`] for a network and data of other sizes.
    pub fn evaluate(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
    ) -> Result<&LayerValues, FastError> {
        network.check_fit(batch, self.plan.loss)?;
        let loss = &self.plan.loss;
        self.samples = layer_samples(network, loss, batch);
        let units = UnitMoments::new(self.plan.architecture.clone(), loss, &self.samples);
        let losses = self.samples.iter().map(|n| n.share * crate::terms::OutputLoss::value(loss, &n.o, &n.y));
        let layers = LayerMoments::of_units(&units);
        self.values = LayerValues { loss: losses.sum(), layers, units: Some(units) };
        Ok(&self.values)
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
        self.evaluate(network, batch)
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
        _batch: &Batch<f64>,
        loss: f64,
        objective: Option<(LayerObjective, f64)>,
        out: &mut [f64],
    ) -> Result<Penalised, FastError> {
        let mut total = layer_loss_gradient(&self.samples).scale(&loss);
        let mut penalised = Penalised { loss: self.values.loss, penalty: 0.0, flat: None };
        if let Some((objective, strength)) = objective {
            let (value, shares) = objective.shares(&self.values);
            penalised.penalty = value;
            match shares {
                Ok(shares) => {
                    let by = objective_gradient_of(network, &self.plan.loss, &self.samples, &shares);
                    total = total.moved(&strength, &by);
                }
                Err(flat) => penalised.flat = Some(flat),
            }
        }
        out.copy_from_slice(&total.flat());
        Ok(penalised)
    }
}
