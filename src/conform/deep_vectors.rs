//! The test vectors of networks of any depth and loss.

use super::cases::Case;
use super::draws::targets;
use super::vectors::sixteenths;
use crate::model::{Activation, Architecture, Batch, Layers, Loss, Network, Targets};
use crate::number::Matrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Inputs and widths, whether each layer has biases, activations, loss, samples, seed.
struct Sketch {
    name: &'static str,
    about: &'static str,
    sizes: &'static [usize],
    biases: &'static [bool],
    activations: &'static [Activation],
    loss: Loss,
    samples: usize,
    seed: u64,
}

use Activation::{Gelu, GeluTanh, Identity, LeakyRelu, Relu, Sigmoid, Silu, Sin, Softplus, Tanh};

const SKETCHES: [Sketch; 11] = [
    Sketch {
        name: "one_layer_softmax",
        about: "no hidden layer, soft targets",
        sizes: &[3, 3],
        biases: &[true],
        activations: &[],
        loss: Loss::Softmax,
        samples: 3,
        seed: 400,
    },
    Sketch {
        name: "one_layer_poisson",
        about: "no hidden layer, counts",
        sizes: &[3, 1],
        biases: &[false],
        activations: &[],
        loss: Loss::Poisson,
        samples: 2,
        seed: 401,
    },
    Sketch {
        name: "two_layers_multi_label",
        about: "one logit, which is not two classes",
        sizes: &[3, 3, 1],
        biases: &[true; 2],
        activations: &[Tanh],
        loss: Loss::MultiLabel,
        samples: 4,
        seed: 402,
    },
    Sketch {
        name: "three_layers_softmax",
        about: "two hidden layers, each with its own activation",
        sizes: &[2, 3, 2, 3],
        biases: &[true; 3],
        activations: &[Sigmoid, Silu],
        loss: Loss::Softmax,
        samples: 3,
        seed: 403,
    },
    Sketch {
        name: "three_layers_squared",
        about: "two hidden layers without biases",
        sizes: &[3, 3, 2, 2],
        biases: &[false; 3],
        activations: &[Tanh, Gelu],
        loss: Loss::Squared,
        samples: 3,
        seed: 404,
    },
    Sketch {
        name: "three_layers_multi_label",
        about: "several labels a sample",
        sizes: &[2, 2, 3, 2],
        biases: &[true, false, true],
        activations: &[Sin, Tanh],
        loss: Loss::MultiLabel,
        samples: 3,
        seed: 405,
    },
    Sketch {
        name: "three_layers_pseudo_huber",
        about: "targets far and near",
        sizes: &[2, 3, 2, 1],
        biases: &[true; 3],
        activations: &[Softplus, Tanh],
        loss: Loss::PseudoHuber,
        samples: 4,
        seed: 406,
    },
    Sketch {
        name: "four_layers_poisson",
        about: "three hidden layers, biases in some",
        sizes: &[2, 2, 2, 2, 1],
        biases: &[true, false, true, false],
        activations: &[Tanh, Silu, Sigmoid],
        loss: Loss::Poisson,
        samples: 3,
        seed: 407,
    },
    Sketch {
        name: "four_layers_relu",
        about: "kinks, and no preactivation near them",
        sizes: &[2, 3, 3, 2, 2],
        biases: &[true; 4],
        activations: &[Relu, LeakyRelu, Relu],
        loss: Loss::Softmax,
        samples: 3,
        seed: 408,
    },
    Sketch {
        name: "five_layers_softmax",
        about: "four hidden layers, four activations",
        sizes: &[2, 2, 2, 2, 2, 2],
        biases: &[true; 5],
        activations: &[GeluTanh, Sin, Identity, Softplus],
        loss: Loss::Softmax,
        samples: 2,
        seed: 409,
    },
    Sketch {
        name: "five_layers_squared",
        about: "four hidden layers, one output",
        sizes: &[1, 2, 3, 2, 2, 1],
        biases: &[true, true, false, false, true],
        activations: &[Tanh, Gelu, Tanh, Sigmoid],
        loss: Loss::Squared,
        samples: 3,
        seed: 410,
    },
];

/// No preactivation of the vectors is nearer to a kink.
const NEAREST_KINK: f64 = 0.125;

/// The cases with their names, and what they are for.
pub(super) fn deep_cases() -> Vec<(String, &'static str, Case)> {
    SKETCHES.iter().map(|sketch| (sketch.name.to_string(), sketch.about, sketch.case())).collect()
}

impl Sketch {
    /// The first draw from the seed on that is far from all kinks.
    fn case(&self) -> Case {
        let mut stream = ChaCha8Rng::seed_from_u64(self.seed);
        loop {
            let case = self.draw(&mut stream);
            let kink = case.network.nearest_kink(&case.batch);
            if kink.is_none_or(|(_, distance)| distance >= NEAREST_KINK) {
                return case;
            }
        }
    }

    fn draw(&self, stream: &mut ChaCha8Rng) -> Case {
        let (inputs, widths) = (self.sizes[0], self.sizes[1..].to_vec());
        let shape @ (samples, outputs) = (self.samples, widths[widths.len() - 1]);
        let architecture = Architecture { inputs, widths, biases: self.biases.to_vec() };
        let theta = sixteenths(stream, architecture.parameters());
        let network = Network {
            layers: Layers::from_fn(&architecture, |index| theta[index]),
            activations: self.activations.to_vec(),
        };
        let x = Matrix::from_row_slice(samples, inputs, &sixteenths(stream, samples * inputs));
        let y = match self.loss.targets() {
            Targets::Probabilities => targets(shape, true, || stream.next_u32() as usize % outputs),
            Targets::Numbers => {
                Matrix::from_row_slice(samples, outputs, &sixteenths(stream, samples * outputs)) * 4.0
            }
            Targets::ZerosAndOnes => {
                Matrix::from_fn(samples, outputs, |_, _| f64::from(stream.next_u32() % 2))
            }
            Targets::Counts => Matrix::from_fn(samples, outputs, |_, _| f64::from(stream.next_u32() % 5)),
        };
        Case::new(network, Batch { x, y, weights: None }, self.loss)
    }
}
