//! Settings of a comparison of training methods.

use super::InitialPoint;
use crate::data::SplitShares;
use crate::model::{Activation, Architecture, Batch, Loss};
use crate::train::{Method, TrainSettings};
use serde::Serialize;

/// Settings of a comparison: methods, seeds, trials, network and training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CompareSettings {
    /// The methods; the paired differences are from [`Method::Sgd`], which is always among them.
    pub methods: Vec<Method>,
    /// The first seed; the others follow it.
    pub seed: u64,
    /// How many seeds: as many splits and initial points, which each method sees.
    pub seeds: u64,
    /// Strengths that each method may try: its default and powers of 4 times it.
    pub trials: u32,
    /// Strengths that are tried in their place, the same for all methods that have one.
    pub strengths: Option<Vec<f64>>,
    /// The width of each hidden layer.
    pub hidden: Vec<usize>,
    /// The activation of each hidden layer.
    pub activations: Vec<Activation>,
    /// The loss.
    pub loss: Loss,
    /// Whether there are biases.
    pub biases: bool,
    /// The initial point of every seed.
    pub initial: InitialPoint,
    /// The share of training samples whose label is made wrong, where there are classes. The other parts keep theirs.
    pub label_noise: f64,
    /// Parts of the data for choosing a strength and for testing.
    pub shares: SplitShares,
    /// Steps, rate, momentum and the rest, the same for all; method, strength and seed are put in for each run.
    pub train: TrainSettings,
}

/// Between two strengths that are tried.
const RATIO: f64 = 4.0;

/// The strengths that a method tries: its default and, on either side, powers of 4 times it. A method without a
/// strength has nothing to choose.
///
/// ```
/// use hsr::compare::strengths;
/// use hsr::train::Method;
/// assert_eq!(strengths(Method::Sam, 3), [0.0125, 0.05, 0.2]);
/// assert_eq!(strengths(Method::Sgd, 3), [0.0]);
/// ```
pub fn strengths(method: Method, trials: u32) -> Vec<f64> {
    let middle = f64::from(trials / 2);
    match method.strength_name() {
        None => vec![0.0],
        Some(_) => (0..trials)
            .map(|trial| method.default_strength() * RATIO.powf(f64::from(trial) - middle))
            .collect(),
    }
}

impl CompareSettings {
    /// The methods, with the one that differences are from first.
    pub(super) fn all_methods(&self) -> Vec<Method> {
        let others = self.methods.iter().copied().filter(|method| *method != Method::Sgd);
        let mut methods = vec![Method::Sgd];
        for method in others {
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        methods
    }

    /// The strengths that a method tries.
    pub(super) fn strengths(&self, method: Method) -> Vec<f64> {
        match &self.strengths {
            Some(given) if method.strength_name().is_some() => given.clone(),
            _ => strengths(method, self.trials),
        }
    }

    /// How many strengths a method that has one tries.
    pub(super) fn tried(&self) -> usize {
        self.strengths.as_ref().map_or(self.trials as usize, Vec::len)
    }

    /// The seeds, in order; after the largest number comes 0.
    pub(super) fn all_seeds(&self) -> impl Iterator<Item = u64> {
        (0..self.seeds).map(|index| self.seed.wrapping_add(index))
    }

    /// The sizes of the network for these data.
    pub(super) fn architecture(&self, batch: &Batch<f64>) -> Architecture {
        let mut widths = self.hidden.clone();
        widths.push(batch.y.ncols());
        Architecture::new(batch.x.ncols(), &widths, self.biases)
    }

    /// The activations as text, one that stands for all or one for each hidden layer.
    pub(super) fn activations(&self) -> String {
        match &self.activations[..] {
            [first, rest @ ..] if rest.iter().all(|other| other == first) => first.to_string(),
            all => all.iter().map(Activation::to_string).collect::<Vec<_>>().join(","),
        }
    }

    /// The settings of one run.
    pub(super) fn of_run(&self, method: Method, strength: f64, seed: u64) -> TrainSettings {
        TrainSettings { method, strength, seed, ..self.train.clone() }
    }
}
