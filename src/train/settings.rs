//! TrainSettings of a training run: everything but its data and its initial weights.

use super::{Method, Schedule};
use serde::{Deserialize, Serialize};

/// TrainSettings of a training run. Numbers of steps count updates, not epochs.
///
/// ```
/// use hsr::train::{Method, TrainSettings};
/// let settings = TrainSettings { rate: 0.5, batch: Some(32), ..TrainSettings::of(Method::Hsr) };
/// assert!(settings.check(120).is_ok());
/// assert_eq!(settings.check(20).unwrap_err().to_string(), "batch is 32: from 1 to 20, the training samples, is needed");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// The method, which says what each step descends.
    pub method: Method,
    /// `lambda`, `rho` or `decay`, as [`Method::strength_name`] says; 0 for a method without.
    pub strength: f64,
    /// The number of updates.
    pub steps: usize,
    /// Samples of a mini-batch; nothing for all of them at every step.
    pub batch: Option<usize>,
    /// The learning rate at the first step.
    pub rate: f64,
    /// `m` in `velocity = m velocity + direction`, `theta -= rate velocity`.
    pub momentum: f64,
    /// The schedule of the learning rate.
    pub schedule: Schedule,
    /// Steps over which the strength grows linearly from nothing.
    pub warm_up: usize,
    /// Whether the direction is divided by its norm, before momentum: without momentum the rate is the length of a
    /// step then.
    pub normalised: bool,
    /// Seed of the order of mini-batches.
    pub seed: u64,
    /// Threads that work at once. Sums are added in an order that depends on their number.
    pub threads: usize,
    /// Steps between two records.
    pub log_every: usize,
}

/// A setting outside its range, with what is needed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{name} is {value}: {needed} is needed")]
#[non_exhaustive]
pub struct TrainSettingsError {
    /// The name of the setting.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What would be right.
    pub needed: String,
}

impl TrainSettings {
    /// A method with the defaults of the rest: 500 steps over all samples at rate 0.1 with momentum 0.9.
    pub fn of(method: Method) -> Self {
        TrainSettings {
            method,
            strength: method.default_strength(),
            steps: 500,
            batch: None,
            rate: 0.1,
            momentum: 0.9,
            schedule: Schedule::Constant,
            warm_up: 0,
            normalised: false,
            seed: 0,
            threads: 1,
            log_every: 10,
        }
    }

    /// Checks every setting, for so many training samples.
    ///
    /// # Errors
    /// [`TrainSettingsError`] names the first setting that is wrong, its value and what would be right.
    pub fn check(&self, samples: usize) -> Result<(), TrainSettingsError> {
        let method = self.method;
        let strength = method.strength_name().unwrap_or("strength");
        let at_least_0 = |value: f64| value.is_finite() && value >= 0.0;
        require("steps", self.steps, self.steps >= 1, "1 or more")?;
        require("rate", self.rate, self.rate.is_finite() && self.rate > 0.0, "a number above 0")?;
        require("momentum", self.momentum, (0.0..1.0).contains(&self.momentum), "0 or more and below 1")?;
        require(strength, self.strength, at_least_0(self.strength), "a number that is 0 or more")?;
        if method.strength_name().is_none() {
            let needed = format!("0 ({method} has no strength)");
            require(strength, self.strength, self.strength == 0.0, &needed)?;
        }
        if let Some(batch) = self.batch {
            let needed = format!("from 1 to {samples}, the training samples,");
            require("batch", batch, (1..=samples).contains(&batch), &needed)?;
        }
        require("threads", self.threads, (1..=MOST_THREADS).contains(&self.threads), "1 to 1024")?;
        require("log_every", self.log_every, self.log_every >= 1, "1 or more")
    }

    /// The first setting in which another run differs so that its numbers would, with both values as text. Threads
    /// only change rounding, and steps may be added where the rate does not depend on their number.
    pub(super) fn difference(&self, other: &Self) -> Option<(&'static str, String, String)> {
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        let pairs = [
            ("method", text(&self.method.name()), text(&other.method.name())),
            ("strength", text(&self.strength), text(&other.strength)),
            ("batch", text(&self.batch), text(&other.batch)),
            ("rate", text(&self.rate), text(&other.rate)),
            ("momentum", text(&self.momentum), text(&other.momentum)),
            ("schedule", text(&self.schedule.name()), text(&other.schedule.name())),
            ("warm_up", text(&self.warm_up), text(&other.warm_up)),
            ("normalised", text(&self.normalised), text(&other.normalised)),
            ("seed", text(&self.seed), text(&other.seed)),
        ];
        let steps = ("steps", text(&self.steps), text(&other.steps));
        let steps = (self.schedule == Schedule::Cosine).then_some(steps);
        pairs.into_iter().chain(steps).find(|(_, own, others)| own != others)
    }
}

/// More than a machine has, and than buffers should be made for.
const MOST_THREADS: usize = 1024;

fn require(
    name: &'static str,
    value: impl std::fmt::Display,
    holds: bool,
    needed: &str,
) -> Result<(), TrainSettingsError> {
    if holds {
        return Ok(());
    }
    Err(TrainSettingsError { name, value: value.to_string(), needed: needed.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_checked_by_name() {
        let good = TrainSettings::of(Method::Hsr);
        assert_eq!(good.check(10), Ok(()));
        for (wrong, name) in [
            (TrainSettings { steps: 0, ..good.clone() }, "steps"),
            (TrainSettings { rate: 0.0, ..good.clone() }, "rate"),
            (TrainSettings { rate: f64::NAN, ..good.clone() }, "rate"),
            (TrainSettings { momentum: 1.0, ..good.clone() }, "momentum"),
            (TrainSettings { strength: -1.0, ..good.clone() }, "lambda"),
            (TrainSettings { strength: f64::INFINITY, ..TrainSettings::of(Method::Sam) }, "rho"),
            (TrainSettings { strength: 0.1, ..TrainSettings::of(Method::Sgd) }, "strength"),
            (TrainSettings { batch: Some(0), ..good.clone() }, "batch"),
            (TrainSettings { batch: Some(11), ..good.clone() }, "batch"),
            (TrainSettings { threads: 0, ..good.clone() }, "threads"),
            (TrainSettings { log_every: 0, ..good.clone() }, "log_every"),
        ] {
            assert_eq!(wrong.check(10).unwrap_err().name, name);
        }
    }

    #[test]
    fn runs_differ_by_what_changes_their_numbers() {
        let own = TrainSettings::of(Method::Hsr);
        assert_eq!(
            own.difference(&TrainSettings { threads: 2, log_every: 1, steps: 900, ..own.clone() }),
            None
        );
        let other = TrainSettings { rate: 0.2, ..own.clone() };
        assert_eq!(own.difference(&other), Some(("rate", "0.1".to_string(), "0.2".to_string())));
        let cosine = TrainSettings { schedule: Schedule::Cosine, ..own };
        let longer = TrainSettings { steps: 900, ..cosine.clone() };
        assert_eq!(cosine.difference(&longer).unwrap().0, "steps");
    }
}
