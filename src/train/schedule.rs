//! Schedules: how the learning rate and, while it warms up, the strength change over the steps.

use crate::names::{UnknownName, find};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// A schedule of the learning rate, from the first step to the last.
///
/// ```
/// use hsr::train::Schedule;
/// assert_eq!(Schedule::Constant.factor(70, 100), 1.0);
/// assert_eq!(Schedule::Cosine.factor(0, 100), 1.0);
/// assert!((Schedule::Cosine.factor(50, 100) - 0.5).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Schedule {
    /// The same at every step.
    Constant,
    /// `(1 + cos(pi step/steps))/2`: from the whole rate down to nearly none. I. Loshchilov and F. Hutter, *SGDR:
    /// stochastic gradient descent with warm restarts*, ICLR 2017, without the restarts.
    Cosine,
}

impl Schedule {
    /// All schedules.
    pub const ALL: [Schedule; 2] = [Schedule::Constant, Schedule::Cosine];

    /// The name of the schedule, as it is written in files and read back.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Constant => "constant",
            Schedule::Cosine => "cosine",
        }
    }

    /// The factor of the learning rate at a step, counted from 0, of so many.
    pub fn factor(self, step: usize, steps: usize) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Cosine => (1.0 + (PI * step as f64 / steps.max(1) as f64).cos()) / 2.0,
        }
    }
}

/// The factor of the strength at a step, counted from 0: it grows linearly over the first `warm_up` steps.
pub(super) fn warmth(step: usize, warm_up: usize) -> f64 {
    if step < warm_up { (step + 1) as f64 / warm_up as f64 } else { 1.0 }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Schedule {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("schedule", name, &Schedule::ALL, Schedule::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strength_is_whole_after_the_warm_up() {
        assert_eq!([0, 1, 3, 4, 9].map(|step| warmth(step, 4)), [0.25, 0.5, 1.0, 1.0, 1.0]);
        assert_eq!(warmth(0, 0), 1.0);
    }

    #[test]
    fn a_cosine_falls_from_one_towards_nothing() {
        let factors: Vec<f64> = (0..10).map(|step| Schedule::Cosine.factor(step, 10)).collect();
        assert!(factors.windows(2).all(|pair| pair[0] > pair[1]));
        assert_eq!(factors[0], 1.0);
        assert!((factors[5] - 0.5).abs() < 1e-15 && factors[9] > 0.0 && factors[9] < 0.05);
    }
}
