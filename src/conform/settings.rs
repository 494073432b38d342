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
