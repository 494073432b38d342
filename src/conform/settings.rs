//! What is asked of a program.

use super::cases::Case;
use super::quantity::Quantity;
use super::reference::Precision;
use std::time::Duration;

/// What is asked of a program.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// How many cases.
    pub cases: usize,
    /// The seed of all of them.
    pub seed: u64,
    /// Only this quantity.
    pub only: Option<Quantity>,
    /// The most samples, inputs, hidden units and classes.
    pub max_size: usize,
    /// Part `.0` of `.1`, from 1: every `.1`-th case.
    pub shard: (usize, usize),
    /// How long an answer may take.
    pub timeout: Duration,
    /// The arithmetic of the program, where it does not say so itself.
    pub precision: Option<Precision>,
    /// This case instead of drawn ones.
    pub given: Option<Case>,
}

impl Settings {
    /// The cases of this part.
    pub(super) fn indices(&self) -> Vec<usize> {
        if self.given.is_some() {
            return vec![0];
        }
        let (part, parts) = self.shard;
        (0..self.cases).filter(|index| index % parts == part - 1).collect()
    }

    /// A case, and the options that draw it.
    pub(super) fn which(&self, index: usize) -> String {
        let Settings { cases, seed, max_size, .. } = self;
        match self.given {
            Some(_) => "the given case".to_string(),
            None => format!("case {index} of --cases {cases} --max-size {max_size} --seed {seed}"),
        }
    }
}
