//! Random cases of any depth and loss.

use super::cases::Case;
use super::draws::{Draws, FAR, duplicate, entries, orthogonal, targets};
use crate::model::{Activation, Architecture, Batch, Layers, Loss, Network, Targets};
use crate::number::Matrix;
use crate::terms::layer_samples;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// What is special about the data or the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    /// Probabilities between 0 and 1, or targets far from the outputs.
    OddTargets,
    /// Outputs far apart.
    Saturated,
    Duplicated,
    Orthogonal,
    /// The preactivations of one layer far out in the tails.
    FarOut,
    /// All weights tiny.
    Small,
}

const KINDS: [Kind; 7] = [
    Kind::Plain,
    Kind::OddTargets,
    Kind::Saturated,
    Kind::Duplicated,
    Kind::Orthogonal,
    Kind::FarOut,
    Kind::Small,
];

/// What all weights are multiplied by where they are to be tiny.
const SMALL: f64 = 1.0 / 1024.0;
/// The largest output under an exponential that nothing bounds.
const LARGEST_RATE: f64 = 8.0;
/// How near a preactivation may come to a kink, and how often others are drawn until none comes nearer.
pub(super) const NEAREST_KINK: f64 = 1.0 / 64.0;
const DRAWS: usize = 60;

impl Draws {
    /// A case of this index with one of the numbers of layers, in their form.
    pub(super) fn deep(&self, index: usize, mut random: ChaCha8Rng) -> Case {
        let layers = self.layers[index % self.layers.len()].max(1);
        let turn = index / self.layers.len();
        let losses = self.losses.len().max(1);
        let loss = self.losses.get(turn % losses).copied().unwrap_or(Loss::Softmax);
        let distance = |case: &Case| case.network.nearest_kink(&case.batch).map_or(f64::INFINITY, |(_, a)| a);
        let mut farthest = self.draw(index, layers, loss, &mut random);
        for _ in 0..DRAWS {
            if distance(&farthest) >= NEAREST_KINK {
                break;
            }
            let other = self.draw(index, layers, loss, &mut random);
            if distance(&other) > distance(&farthest) {
                farthest = other;
            }
        }
        farthest
    }

    fn draw(&self, index: usize, layers: usize, loss: Loss, random: &mut ChaCha8Rng) -> Case {
        let kind = KINDS[random.random_range(0..KINDS.len())];
        let architecture = self.architecture(index, layers, loss, random);
        let activations = (1..layers).map(|_| one_of(&self.activations, random).unwrap_or(Activation::Tanh));
        let activations = activations.collect();
        let theta = entries(architecture.parameters(), random);
        let mut network =
            Network { layers: Layers::from_fn(&architecture, |index| theta[index]), activations };
        for layer in &mut network.layers.0 {
            // A power of two near the root: preactivations of order one at any width.
            layer.w *= 2f64.powi(-((layer.w.ncols() as f64).log2() / 2.0).round() as i32);
        }
        let samples = random.random_range(1..=self.most(index));
        let inputs = architecture.inputs;
        let mut x = Matrix::from_row_slice(samples, inputs, &entries(samples * inputs, random));
        match kind {
            Kind::Saturated => network.layers.0[layers - 1].w *= self.saturation,
            Kind::FarOut => network.layers.0[random.random_range(0..layers)].w *= FAR,
            Kind::Small => network.layers = network.layers.scale(&SMALL),
            Kind::Duplicated => duplicate(&mut x),
            Kind::Orthogonal => x = orthogonal(&x),
            Kind::Plain | Kind::OddTargets => {}
        }
        let y = self.targets(loss, (samples, architecture.outputs()), kind, random);
        let mut case = Case::new(network, Batch { x, y, weights: None }, loss);
        if loss == Loss::Poisson {
            bound_outputs(&mut case);
        }
        case
    }

    fn architecture(&self, index: usize, layers: usize, loss: Loss, random: &mut ChaCha8Rng) -> Architecture {
        let most = self.most(index);
        let mut size = || random.random_range(1..=most);
        let inputs = size();
        let mut widths: Vec<usize> = (0..layers).map(|_| size()).collect();
        if loss == Loss::Softmax {
            widths[layers - 1] = widths[layers - 1].max(2);
        }
        // All layers alike, or each for itself.
        let all = one_of(&self.biases, random).unwrap_or(true);
        let mixed = random.random_range(0..3) == 0;
        let bias = |_| if mixed { one_of(&self.biases, random).unwrap_or(true) } else { all };
        Architecture { inputs, biases: (0..layers).map(bias).collect(), widths }
    }

    fn targets(
        &self,
        loss: Loss,
        (samples, outputs): (usize, usize),
        kind: Kind,
        random: &mut ChaCha8Rng,
    ) -> Matrix<f64> {
        let odd = kind == Kind::OddTargets;
        let far = if odd { FAR } else { 1.0 };
        match loss.targets() {
            Targets::Probabilities => targets((samples, outputs), odd, || random.random_range(0..outputs)),
            Targets::Numbers => {
                Matrix::from_row_slice(samples, outputs, &entries(samples * outputs, random)) * far
            }
            Targets::ZerosAndOnes => {
                Matrix::from_fn(samples, outputs, |_, _| f64::from(random.random_range(0..=1_u8)))
            }
            Targets::Counts => {
                Matrix::from_fn(samples, outputs, |_, _| f64::from(random.random_range(0..=4_u8)) * far)
            }
        }
    }
}

fn one_of<T: Copy>(all: &[T], random: &mut ChaCha8Rng) -> Option<T> {
    (!all.is_empty()).then(|| all[random.random_range(0..all.len())])
}

/// Halves the last layer until no output is larger than [`LARGEST_RATE`].
fn bound_outputs(case: &mut Case) {
    let samples = layer_samples(&case.network, &case.loss, &case.batch);
    let largest = samples.iter().fold(0.0, |most: f64, sample| most.max(sample.o.amax()));
    let last = case.network.layers.0.len() - 1;
    let halvings = (largest / LARGEST_RATE).log2().ceil().max(0.0);
    // Beyond the range of `f64` there is nothing to halve.
    if halvings.is_finite() {
        let factor = 2f64.powi(-halvings as i32);
        let layer = &mut case.network.layers.0[last];
        layer.w *= factor;
        if let Some(b) = &mut layer.b {
            *b *= factor;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(activations: Vec<Activation>) -> Draws {
        let layers = vec![1, 2, 3, 4, 5];
        Draws { activations, layers, losses: Loss::ALL.to_vec(), cases: 300, ..Draws::default() }
    }

    #[test]
    fn every_case_of_any_depth_is_a_network_with_data_that_fit() {
        let cases: Vec<Case> = (0..300).map(|index| draws(Activation::SMOOTH.to_vec()).case(index)).collect();
        for case in &cases {
            assert_eq!(case.check(), Ok(()), "{case}");
            // Exact in `float32`.
            let numbers = case.network.layers.flat().into_iter().chain(case.batch.x.iter().copied());
            assert!(numbers.into_iter().all(|entry| f64::from(entry as f32) == entry), "{case}");
        }
        let count = |which: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| which(case)).count();
        for layers in 1..=5 {
            for loss in Loss::ALL {
                assert!(count(&|case| case.architecture().layers() == layers && case.loss == loss) >= 12);
            }
        }
        let biases = |case: &Case| case.architecture().biases;
        assert!(count(&|case| biases(case).contains(&true) && biases(case).contains(&false)) > 20);
        assert!(count(&|case| !biases(case).contains(&true)) > 50);
        assert!(count(&|case| case.batch.samples() == 1) > 20);
        for activation in Activation::SMOOTH {
            assert!(count(&|case| case.network.activations.contains(&activation)) > 20, "{activation}");
        }
    }

    #[test]
    fn preactivations_are_away_from_kinks_in_nearly_all_cases() {
        let kinked = draws(vec![Activation::Relu, Activation::LeakyRelu]);
        let distance = |case: &Case| case.network.nearest_kink(&case.batch).map_or(f64::INFINITY, |(_, a)| a);
        let near = (0..300).map(|index| kinked.case(index)).filter(|case| distance(case) < NEAREST_KINK);
        assert!(near.count() < 15);
    }

    #[test]
    fn no_rate_of_a_poisson_loss_overflows() {
        let poisson = Draws { losses: vec![Loss::Poisson], ..draws(Activation::ALL.to_vec()) };
        for case in (0..200).map(|index| poisson.case(index)) {
            for sample in layer_samples(&case.network, &case.loss, &case.batch) {
                assert!(sample.o.amax() <= LARGEST_RATE, "{case}");
            }
        }
    }
}
