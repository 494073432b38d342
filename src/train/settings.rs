//! TrainSettings of a training run: everything but its data and its initial weights.

use super::schedule::warmth;
use super::{Method, Schedule, Switch};
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
    /// Another method from a step on; weights and velocity go on as they are.
    #[serde(default)]
    pub switch: Option<Switch>,
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
            switch: None,
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
        require("steps", self.steps, self.steps >= 1, "1 or more")?;
        require("rate", self.rate, self.rate.is_finite() && self.rate > 0.0, "a number above 0")?;
        require("momentum", self.momentum, (0.0..1.0).contains(&self.momentum), "0 or more and below 1")?;
        check_strength(self.method, self.strength)?;
        if let Some(switch) = self.switch {
            let needed = format!("a step from 1 to {}, before the last,", self.steps.saturating_sub(1));
            require("switch", switch, (1..self.steps).contains(&switch.step), &needed)?;
            check_strength(switch.method, switch.strength)?;
        }
        if let Some(batch) = self.batch {
            let needed = format!("from 1 to {samples}, the training samples,");
            require("batch", batch, (1..=samples).contains(&batch), &needed)?;
        }
        require("threads", self.threads, (1..=MOST_THREADS).contains(&self.threads), "1 to 1024")?;
        require("log_every", self.log_every, self.log_every >= 1, "1 or more")
    }

    /// The method and its strength at a step, counted from 0: those of the switch from its step on.
    ///
    /// ```
    /// use hsr::train::{Method, TrainSettings};
    /// let switch = Some("300:sgd".parse()?);
    /// let settings = TrainSettings { switch, warm_up: 10, ..TrainSettings::of(Method::Hsr) };
    /// assert_eq!(settings.at(4), (Method::Hsr, 0.005));
    /// assert_eq!([settings.at(299), settings.at(300)], [(Method::Hsr, 0.01), (Method::Sgd, 0.0)]);
    /// # Ok::<(), hsr::train::SwitchError>(())
    /// ```
    pub fn at(&self, step: usize) -> (Method, f64) {
        let (method, strength) = match self.switch {
            Some(switch) if step >= switch.step => (switch.method, switch.strength),
            _ => (self.method, self.strength),
        };
        (method, strength * warmth(step, self.warm_up))
    }

    /// The first setting in which another run differs so that its numbers would after so many steps, with both values as text. Threads
    /// only change rounding, steps may be added where the rate does not depend on their number, and a switch that is still to come has
    /// changed nothing.
    pub(super) fn difference(&self, other: &Self, steps: usize) -> Option<(&'static str, String, String)> {
        let text = |value: &dyn std::fmt::Debug| format!("{value:?}");
        let pairs = [
            ("method", text(&self.method.name()), text(&other.method.name())),
            ("strength", text(&self.strength), text(&other.strength)),
            ("batch", text(&self.batch), text(&other.batch)),
            ("rate", text(&self.rate), text(&other.rate)),
            ("momentum", text(&self.momentum), text(&other.momentum)),
            ("schedule", text(&self.schedule.name()), text(&other.schedule.name())),
            ("warm_up", text(&self.warm_up), text(&other.warm_up)),
            ("switch", switched(self.switch, steps), switched(other.switch, steps)),
            ("normalised", text(&self.normalised), text(&other.normalised)),
            ("seed", text(&self.seed), text(&other.seed)),
        ];
        let all = ("steps", text(&self.steps), text(&other.steps));
        let all = (self.schedule == Schedule::Cosine).then_some(all);
        pairs.into_iter().chain(all).find(|(_, own, others)| own != others)
    }
}

/// A switch that was made within so many steps, as text.
fn switched(switch: Option<Switch>, steps: usize) -> String {
    let made = switch.filter(|switch| switch.step < steps);
    made.map_or("none".to_string(), |switch| switch.to_string())
}

/// Checks that a method may have this strength.
fn check_strength(method: Method, strength: f64) -> Result<(), TrainSettingsError> {
    let name = method.strength_name().unwrap_or("strength");
    let at_least_0 = strength.is_finite() && strength >= 0.0;
    require(name, strength, at_least_0, "a number that is 0 or more")?;
    match method.strength_name() {
        None => require(name, strength, strength == 0.0, &format!("0 ({method} has no strength)")),
        Some(_) => Ok(()),
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

    fn switch(step: usize, method: Method, strength: f64) -> Option<Switch> {
        Some(Switch { step, method, strength })
    }

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
            (TrainSettings { switch: switch(0, Method::Sgd, 0.0), ..good.clone() }, "switch"),
            (TrainSettings { switch: switch(500, Method::Sgd, 0.0), ..good.clone() }, "switch"),
            (TrainSettings { switch: switch(5, Method::Sam, f64::NAN), ..good.clone() }, "rho"),
            (TrainSettings { switch: switch(5, Method::Ws, 0.1), ..good.clone() }, "strength"),
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
            own.difference(&TrainSettings { threads: 2, log_every: 1, steps: 900, ..own.clone() }, 7),
            None
        );
        let other = TrainSettings { rate: 0.2, ..own.clone() };
        assert_eq!(own.difference(&other, 7), Some(("rate", "0.1".to_string(), "0.2".to_string())));
        let cosine = TrainSettings { schedule: Schedule::Cosine, ..own };
        let longer = TrainSettings { steps: 900, ..cosine.clone() };
        assert_eq!(cosine.difference(&longer, 7).unwrap().0, "steps");
    }

    #[test]
    fn a_switch_makes_a_difference_once_it_was_made() {
        let own = TrainSettings::of(Method::Hsr);
        let other = TrainSettings { switch: switch(7, Method::Sgd, 0.0), ..own.clone() };
        assert_eq!(own.difference(&other, 7), None);
        let told = ("switch", "none".to_string(), "7:sgd".to_string());
        assert_eq!(own.difference(&other, 8), Some(told));
    }
}
