//! The two networks at which real data is audited: random weights, and the same weights trained.

use crate::model::{Activation, Architecture, Batch, Layers, Loss, Network, Parameters, Shape, ThreeLayer};
use crate::terms::{layer_samples, layers, model, samples};
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

/// The same for a network of any depth: the output layer's inputs, too, are weighted for order one.
pub fn random_layers(architecture: &Architecture, activations: &[Activation], seed: u64) -> Network<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut layers = Layers::from_fn(architecture, |_| f64::draw(&mut random));
    for layer in &mut layers.0 {
        layer.w *= (3.0 / layer.w.ncols() as f64).sqrt();
    }
    Network { layers, activations: activations.to_vec() }
}

/// Of the preactivations of layers whose activation has a kink at 0, the one nearest to it: its layer, from 1, and its size. `None` where no
/// activation has a kink.
///
/// ```
/// use hsr::audit::nearest_kink;
/// use hsr::model::{Activation, Batch, Layer, Layers, Network};
/// use nalgebra::dmatrix;
/// let layers = Layers(vec![Layer { w: dmatrix![2.0; -1.0], b: None }, Layer { w: dmatrix![1.0, 1.0], b: None }]);
/// let network = Network::new(layers, vec![Activation::Relu])?;
/// let batch = Batch { x: dmatrix![0.5; 3.0], y: dmatrix![0.0; 0.0], weights: None };
/// assert_eq!(nearest_kink(&network, &batch), Some((1, 0.5)));
/// # Ok::<(), hsr::model::LayersError>(())
/// ```
pub fn nearest_kink(network: &Network<f64>, batch: &Batch<f64>) -> Option<(usize, f64)> {
    network.nearest_kink(batch)
}

/// Gradient descent on the loss of a three-layer network; a step that does not lower it is halved, one that does is lengthened.
pub fn train(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> ThreeLayer<f64> {
    let descended = |current: &ThreeLayer<f64>, rate: f64| {
        let gradient = model::loss_gradient(&samples(current, batch), &current.parameters.v);
        ThreeLayer { parameters: current.parameters.moved(&-rate, &gradient), activation: current.activation }
    };
    descend(network.clone(), &|network| model::loss(network, batch), &descended)
}

/// The same for a network of any depth and any loss.
pub fn train_layers(network: &Network<f64>, batch: &Batch<f64>, loss: Loss) -> Network<f64> {
    let descended = |current: &Network<f64>, rate: f64| {
        let gradient = layers::layer_loss_gradient(&layer_samples(current, &loss, batch));
        Network { layers: current.layers.moved(&-rate, &gradient), activations: current.activations.clone() }
    };
    descend(network.clone(), &|network| layers::layer_loss(network, &loss, batch), &descended)
}

fn descend<N>(start: N, loss: &dyn Fn(&N) -> f64, descended: &dyn Fn(&N, f64) -> N) -> N {
    let mut current = start;
    let mut value = loss(&current);
    let mut rate = 1.0;
    for _ in 0..STEPS {
        if value < FITTED {
            break;
        }
        let next = descended(&current, rate);
        let next_value = loss(&next);
        if next_value < value {
            (current, value) = (next, next_value);
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
