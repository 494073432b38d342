//! What is asked for.

use super::SaddlesError;
use crate::model::{Activation, Loss};
use crate::names::{UnknownName, find};
use crate::train::{Method, TrainSettings};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// A kind of saddle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Saddle {
    /// All parameters 0.
    Origin,
    /// A stationary point of the network with one unit fewer in the first hidden layer, with a unit of it split in two that share its outgoing
    /// weights as `a` and `1 - a`. K. Fukumizu and S. Amari, *Local minima and plateaus in hierarchical structures of multilayer
    /// perceptrons*, Neural Networks 13 (2000) 317-327.
    Split,
    /// A stationary point that is found from a drawn one by lowering the norm of the gradient.
    Found,
}

impl Saddle {
    /// All kinds.
    pub const ALL: [Saddle; 3] = [Saddle::Origin, Saddle::Split, Saddle::Found];

    /// The name, as it is written in files and read back.
    pub fn name(self) -> &'static str {
        match self {
            Saddle::Origin => "origin",
            Saddle::Split => "split",
            Saddle::Found => "found",
        }
    }
}

impl fmt::Display for Saddle {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Saddle {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("saddle", name, &Saddle::ALL, Saddle::name)
    }
}

/// Settings of runs that start beside saddles.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SaddleSettings {
    /// The kinds of saddles.
    pub saddles: Vec<Saddle>,
    /// The methods; [`Method::Sgd`], to which the others are compared, is always among them.
    pub methods: Vec<Method>,
    /// The first seed; the others follow it.
    pub seed: u64,
    /// How many seeds: as many initial points at each saddle.
    pub seeds: u64,
    /// The width of each hidden layer.
    pub hidden: Vec<usize>,
    /// The activation of each hidden layer.
    pub activations: Vec<Activation>,
    /// The loss.
    pub loss: Loss,
    /// Whether there are biases.
    pub biases: bool,
    /// The share of samples whose label is made wrong, where there are classes.
    pub label_noise: f64,
    /// A run starts at the saddle plus this times drawn parameters.
    pub distance: f64,
    /// `a`, what one of the two units takes of the outgoing weights; the other has the rest.
    pub share: f64,
    /// A run has left where its loss is below this share of that at the saddle, both counted from the least that outputs could have: 0, but for
    /// counts.
    pub level: f64,
    /// The strength of every method that has one; without it each has its default.
    pub strength: Option<f64>,
    /// Steps, rate, momentum and the rest, the same for all; method, strength and seed are put in for each run. All samples are seen at every
    /// step.
    pub train: TrainSettings,
}

impl Default for SaddleSettings {
    /// Eight hidden units of tanh with biases, softmax, all saddles, five seeds.
    fn default() -> Self {
        SaddleSettings {
            saddles: Saddle::ALL.to_vec(),
            methods: vec![Method::Hsr, Method::Sam],
            seed: 0,
            seeds: 5,
            hidden: vec![8],
            activations: vec![Activation::Tanh],
            loss: Loss::Softmax,
            biases: true,
            label_noise: 0.0,
            distance: 1e-3,
            share: 0.5,
            level: 0.9,
            strength: None,
            train: TrainSettings::of(Method::Sgd),
        }
    }
}

impl SaddleSettings {
    /// The methods, with the one that the others are compared to first.
    pub(super) fn all_methods(&self) -> Vec<Method> {
        let mut methods = vec![Method::Sgd];
        for &method in &self.methods {
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        methods
    }

    /// The seeds, in order.
    pub(super) fn all_seeds(&self) -> impl Iterator<Item = u64> {
        (0..self.seeds).map(|index| self.seed.wrapping_add(index))
    }

    /// The settings of one run.
    pub(super) fn of_run(&self, method: Method, seed: u64) -> TrainSettings {
        let given = self.strength.filter(|_| method.strength_name().is_some());
        let strength = given.unwrap_or(method.default_strength());
        TrainSettings { method, strength, seed, batch: None, ..self.train.clone() }
    }

    /// That all is in its range.
    pub(super) fn check(&self) -> Result<(), SaddlesError> {
        let require = |name, value: f64, holds: bool, needed| match holds {
            true => Ok(()),
            false => Err(SaddlesError::Setting { name, value: value.to_string(), needed }),
        };
        require("the number of seeds", self.seeds as f64, self.seeds > 0, "1 or more")?;
        require("the number of saddles", 0.0, !self.saddles.is_empty(), "1 or more")?;
        let above_0 = |value: f64| value > 0.0 && value.is_finite();
        require("the distance", self.distance, above_0(self.distance), "a number above 0")?;
        require(
            "the level",
            self.level,
            above_0(self.level) && self.level < 1.0,
            "a share above 0 and below 1",
        )?;
        require("the share", self.share, self.share.is_finite(), "a finite number")?;
        if self.saddles.contains(&Saddle::Split) {
            let widest = self.hidden.first().copied().unwrap_or(0);
            let name = "the first hidden layer, of which a unit is split,";
            require(name, widest as f64, widest >= 2, "2 units or more")?;
        }
        Ok(())
    }
}
