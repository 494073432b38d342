//! Random cases: small ones first, and among them what implementations get wrong.

use super::cases::Case;
use crate::model::{Activation, Batch, Loss, Parameters, Shape, ThreeLayer};
use crate::number::Matrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is special about the data or the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    SoftTargets,
    Saturated,
    Duplicated,
    Orthogonal,
    FarOut,
}

const KINDS: [Kind; 6] =
    [Kind::Plain, Kind::SoftTargets, Kind::Saturated, Kind::Duplicated, Kind::Orthogonal, Kind::FarOut];
/// What hidden weights are multiplied by where preactivations are to be far out in the tails.
pub(super) const FAR: f64 = 8.0;

/// Every number is a multiple of this: exact in `float32`, and short to read.
pub(super) const STEP: f64 = 1.0 / 16.0;
/// The share of the cases over which sizes grow; the others have all sizes up to the largest.
const GROWING: f64 = 2.0 / 3.0;

/// The largest number of samples, inputs, hidden units and classes of a drawn case: beyond it, right values take minutes.
pub const LARGEST_SIZE: usize = 100;

/// The settings from which random cases are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// Activations that occur.
    pub activations: Vec<Activation>,
    /// Whether there are networks with biases, and without.
    pub biases: Vec<bool>,
    /// The most samples, inputs, hidden units and classes: from 1 (there are always two classes) to [`LARGEST_SIZE`],
    /// and what is beyond counts as the nearer of them.
    pub max_size: usize,
    /// How many cases there are.
    pub cases: usize,
    /// What weights `V` are multiplied by where logits are to be saturated: a power of two.
    pub saturation: f64,
    /// The seed of all of them.
    pub seed: u64,
    /// Numbers of weight layers that occur. Where there are none, each network has one hidden layer under the softmax, in the form
    /// of such networks.
    pub layers: Vec<usize>,
    /// Losses that occur beside these numbers of layers.
    pub losses: Vec<Loss>,
}

/// 200 cases of up to five samples, inputs, units and classes, with one hidden layer under the softmax.
impl Default for Draws {
    fn default() -> Self {
        Draws {
            activations: Activation::SMOOTH.to_vec(),
            biases: vec![true, false],
            max_size: 5,
            cases: 200,
            saturation: 64.0,
            seed: 0,
            layers: Vec::new(),
            losses: vec![Loss::Softmax],
        }
    }
}

impl Draws {
    /// Draws the case of this index, which depends on the settings alone.
    ///
    /// ```
    /// use hsr::conform::Draws;
    /// use hsr::model::{Activation, Loss};
    /// let draws = Draws { activations: vec![Activation::Tanh], cases: 100, ..Draws::default() };
    /// assert_eq!(draws.case(0).to_string(), "N=1 d=1 h=1 C=2 with biases, tanh");
    /// assert_eq!(draws.case(70), draws.case(70));
    ///
    /// let deep = Draws { layers: vec![3], losses: vec![Loss::Squared], ..draws };
    /// assert_eq!(deep.case(0).architecture().layers(), 3);
    /// ```
    pub fn case(&self, index: usize) -> Case {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(index as u64);
        if self.layers.is_empty() { self.three_layer(index, random) } else { self.deep(index, random) }
    }

    /// The most that a size may be: small cases come first.
    pub(super) fn most(&self, index: usize) -> usize {
        let growing = (self.cases as f64 * GROWING).max(1.0);
        let share = (index as f64 / growing).min(1.0);
        1 + (share * (self.max_size.clamp(1, LARGEST_SIZE) - 1) as f64) as usize
    }

    fn three_layer(&self, index: usize, mut random: ChaCha8Rng) -> Case {
        let (activations, biases) = (self.activations.len().max(1), self.biases.len().max(1));
        let activation = self.activations.get(index % activations).copied().unwrap_or(Activation::Tanh);
        let round = index / activations;
        let kind = KINDS[round % KINDS.len()];
        // Every kind meets both, and so does every activation, within two rounds of kinds.
        let turn = (round + index % activations).wrapping_add(round / KINDS.len());
        let biases = self.biases.get(turn % biases).copied().unwrap_or(true);
        let shape = self.shape(index, biases, &mut random);
        let mut entries = |count: usize| entries(count, &mut random);
        let theta = entries(shape.parameters());
        let mut parameters = Parameters::from_fn(&shape, |index| theta[index]);
        let mut x =
            Matrix::from_row_slice(shape.samples, shape.inputs, &entries(shape.samples * shape.inputs));
        match kind {
            Kind::Saturated => parameters.v *= self.saturation,
            Kind::FarOut => parameters.w *= FAR,
            Kind::Duplicated => duplicate(&mut x),
            Kind::Orthogonal => x = orthogonal(&x),
            Kind::Plain | Kind::SoftTargets => {}
        }
        let soft = kind == Kind::SoftTargets;
        let y = targets((shape.samples, shape.classes), soft, || random.random_range(0..shape.classes));
        Case::three_layer(ThreeLayer { parameters, activation }, Batch { x, y, weights: None })
    }

    fn shape(&self, index: usize, biases: bool, random: &mut ChaCha8Rng) -> Shape {
        let most = self.most(index);
        let mut size = || random.random_range(1..=most);
        Shape { samples: size(), inputs: size(), hidden: size(), classes: size().max(2), biases }
    }
}

/// Sixteenths between -1.5 and 1.5.
pub(super) fn entries(count: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    (0..count).map(|_| f64::from(random.random_range(-24..=24_i32)) * STEP).collect()
}

/// The first two samples again and again.
pub(super) fn duplicate(x: &mut Matrix<f64>) {
    for n in 1..x.nrows() {
        let first = x.row(n % 2).clone_owned();
        x.row_mut(n).copy_from(&first);
    }
}

/// Samples along the axes in turn, so that they are at right angles or parallel.
pub(super) fn orthogonal(x: &Matrix<f64>) -> Matrix<f64> {
    Matrix::from_fn(x.nrows(), x.ncols(), |n, l| if l == n % x.ncols() { 1.0 + x[(n, l)].abs() } else { 0.0 })
}

/// One-hot rows, or sixteen sixteenths dealt out to the classes: rows that sum to 1 exactly.
pub(super) fn targets(
    (samples, classes): (usize, usize),
    soft: bool,
    mut class: impl FnMut() -> usize,
) -> Matrix<f64> {
    let mut y = Matrix::zeros(samples, classes);
    for n in 0..samples {
        let deals = if soft { 16 } else { 1 };
        for _ in 0..deals {
            y[(n, class())] += 1.0 / f64::from(deals);
        }
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::layer_samples;

    fn draws() -> Draws {
        Draws { activations: Activation::ALL.to_vec(), max_size: 6, cases: 210, seed: 3, ..Draws::default() }
    }

    #[test]
    fn every_case_is_a_network_with_data_that_fit() {
        for index in 0..210 {
            let case = draws().case(index);
            assert_eq!(case.check(), Ok(()));
            assert!(case.as_three_layer().is_some());
            let Case { network, batch, .. } = case;
            assert!(batch.y.row_iter().all(|targets| targets.sum() == 1.0), "{}", batch.y);
            assert!(network.layers.flat().iter().all(|entry| f64::from(*entry as f32) == *entry));
        }
    }

    #[test]
    fn odd_draws_are_cases_too() {
        for (max_size, cases, saturation) in [(0, 0, 0.0), (usize::MAX, usize::MAX, 64.0), (1, 1, f64::NAN)] {
            for layers in [vec![], vec![3], vec![0]] {
                let draws = Draws {
                    activations: vec![],
                    biases: vec![],
                    max_size,
                    cases,
                    saturation,
                    seed: u64::MAX,
                    losses: vec![],
                    layers,
                };
                for index in [0, 7, usize::MAX] {
                    let case = draws.case(index);
                    let sizes = case.architecture();
                    let all = [vec![case.batch.samples(), sizes.inputs], sizes.widths].concat();
                    assert!(all.iter().all(|size| (1..=LARGEST_SIZE).contains(size)), "{all:?}");
                }
            }
        }
    }

    #[test]
    fn sizes_grow_to_the_largest_and_every_special_kind_occurs() {
        let cases: Vec<Case> = (0..210).map(|index| draws().case(index)).collect();
        let most = |cases: &[Case]| cases.iter().map(|case| case.architecture().widths[0]).max().unwrap();
        assert_eq!((most(&cases[..20]), most(&cases)), (1, 6));
        let saturated = |case: &Case| {
            let samples = layer_samples(&case.network, &case.loss, &case.batch);
            samples.iter().all(|n| crate::terms::model::softmax(&n.o).max() > 1.0 - 1e-9)
        };
        let soft = |case: &Case| case.batch.y.iter().any(|y| *y != 0.0 && *y != 1.0);
        let doubled = |case: &Case| case.batch.samples() > 2 && case.batch.x.row(0) == case.batch.x.row(2);
        let count = |which: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| which(case)).count();
        assert!(count(&saturated) > 10 && count(&soft) > 20 && count(&doubled) > 10);
    }
}
