//! One hidden layer under softmax cross entropy: the workspace of chapters 1 to 8.

use super::moments::LayerValues;
use super::plan::LayerPlan;
use super::sizes::at;
use super::weights::Weights;
use crate::fast::{FastError, GradientShares, Plan, Values, Watcher, Workspace};
use crate::model::{Activation, Batch, Network, Parameters, ThreeLayer};
use crate::terms::bound::Moments;

/// The workspace, and the network as it wants it.
pub(super) struct OneHidden {
    workspace: Workspace,
    network: ThreeLayer<f64>,
}

impl OneHidden {
    pub fn new(own: Plan, plan: &LayerPlan) -> Self {
        let parameters = Parameters::from_fn(&plan.shape(), |_| 0.0);
        let network = ThreeLayer { parameters, activation: Activation::Identity };
        OneHidden { workspace: Workspace::new(own), network }
    }

    pub fn evaluate(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
        out: &mut LayerValues,
    ) -> Result<(), FastError> {
        self.set(network);
        set_values(out, &self.workspace.evaluate(&self.network, batch)?);
        Ok(())
    }

    pub fn differentiate(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
        out: &mut LayerValues,
        watcher: Watcher,
    ) -> Result<(), FastError> {
        self.set(network);
        set_values(out, &self.workspace.differentiate_watched(&self.network, batch, watcher)?);
        Ok(())
    }

    /// Takes the activation and the weights of a network.
    fn set(&mut self, network: &Network<f64>) {
        let own = &mut self.network;
        let (first, last) = (&network.layers.0[0], &network.layers.0[1]);
        own.activation = network.activations[0];
        own.parameters.w.copy_from(&first.w);
        own.parameters.v.copy_from(&last.w);
        let biases = [(&mut own.parameters.b, &first.b), (&mut own.parameters.c, &last.b)];
        for (own, given) in biases {
            if let (Some(own), Some(given)) = (own, given) {
                own.copy_from(given);
            }
        }
    }

    pub fn gradient(
        &mut self,
        batch: &Batch<f64>,
        weights: &Weights,
        loss: f64,
        out: &mut [f64],
    ) -> Result<(), FastError> {
        let squared = |m: usize, l: usize| weights.kappa[at(m, l)][0];
        let moments = Moments {
            hidden_trace: weights.tau[0][0],
            hidden_squared: squared(0, 0),
            output_trace: weights.tau[1][0],
            output_squared: squared(1, 1),
            coupling_squared: squared(1, 0),
        };
        self.workspace.gradient(batch, &GradientShares { loss, moments }, out)
    }
}

fn set_values(out: &mut LayerValues, values: &Values) {
    let moments = &values.moments;
    out.loss = values.loss;
    out.layers.trace.copy_from_slice(&[moments.hidden_trace, moments.output_trace]);
    out.layers.squared[0][0] = moments.hidden_squared;
    out.layers.squared[1].copy_from_slice(&[moments.coupling_squared, moments.output_squared]);
}
