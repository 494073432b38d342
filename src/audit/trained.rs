//! The two networks at which real data is audited: random weights, and the same weights trained.

use crate::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use crate::terms::{model, samples};
use crate::witness::Draw;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Steps of gradient descent: enough to leave the plateau of random weights on every embedded data set.
const STEPS: usize = 200;

/// Below this loss every sample is fitted, and more steps only scale the weights up and the Hessian down.
const FITTED: f64 = 1e-3;

/// Weights uniform with the variance `1/fan-in`, so that preactivations and logits are of order one.
pub fn random_network(shape: &Shape, activation: Activation, seed: u64) -> ThreeLayer<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let draws: Vec<f64> = (0..shape.parameters()).map(|_| f64::draw(&mut random)).collect();
    let mut parameters = Parameters::from_fn(shape, |index| draws[index]);
    parameters.w *= (3.0 / shape.inputs as f64).sqrt();
    parameters.v *= (3.0 / shape.hidden as f64).sqrt();
    ThreeLayer { parameters, activation }
}

/// Gradient descent on the loss; a step that does not lower it is halved, one that does is lengthened.
pub fn train(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> ThreeLayer<f64> {
    let mut current = network.clone();
    let mut loss = model::loss(&current, batch);
    let mut rate = 1.0;
    for _ in 0..STEPS {
        if loss < FITTED {
            break;
        }
        let gradient = model::loss_gradient(&samples(&current, batch), &current.parameters.v);
        let next = ThreeLayer {
            parameters: current.parameters.moved(&-rate, &gradient),
            activation: current.activation,
        };
        let next_loss = model::loss(&next, batch);
        if next_loss < loss {
            (current, loss) = (next, next_loss);
            rate *= 1.2;
        } else {
            rate *= 0.5;
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataSet;

    #[test]
    fn training_lowers_the_loss_on_iris() {
        let batch = DataSet::Iris.load().standardised().batch();
        let shape = Shape { samples: 150, inputs: 4, hidden: 4, classes: 3, biases: true };
        let network = random_network(&shape, Activation::Tanh, 1);
        let (before, after) = (model::loss(&network, &batch), model::loss(&train(&network, &batch), &batch));
        assert!(after < 0.2 * before, "{before} to {after}");
    }
}
