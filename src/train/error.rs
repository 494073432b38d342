//! Errors of training: settings, checkpoints, divergence.

use super::{Task, TrainSettings, TrainSettingsError};
use crate::fast::{FastError, PlanError};
use crate::model::{LayersError, Misfit};
use std::error::Error;
use std::fmt;

/// The sign by which a run is taken to diverge.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Symptom {
    /// The loss is far above that of guessing.
    Loss {
        /// The loss.
        loss: f64,
        /// What it was to stay below.
        limit: f64,
        /// What the limit is 100 times of.
        of: &'static str,
    },
    /// A number is NaN or infinite.
    NotFinite {
        /// What it is.
        quantity: &'static str,
    },
}

impl fmt::Display for Symptom {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Symptom::Loss { loss, limit, of } => {
                write!(f, "the loss is {loss:.4e}, above {limit:.4e}, 100 times {of}")
            }
            Symptom::NotFinite { quantity } => write!(f, "{quantity} is not finite"),
        }
    }
}

/// A checkpoint that belongs to another run, with what differs.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the checkpoint has {what} {checkpoint}, this run has {run}: {advice}")]
#[non_exhaustive]
pub struct CheckpointMismatch {
    /// What differs.
    pub what: &'static str,
    /// In the checkpoint.
    pub checkpoint: String,
    /// In the run.
    pub run: String,
    /// What would be right.
    pub advice: &'static str,
}

/// An error of a training run, before it begins or at a step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// A setting outside its range.
    #[error(transparent)]
    TrainSettings(#[from] TrainSettingsError),
    /// Initial weights that are not finite.
    #[error(transparent)]
    Layers(#[from] LayersError),
    /// A network for other data.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// A method for another network or loss.
    #[error(
        "hsr-block is for one hidden layer with softmax, and this is {task}: take hsr-layers, which is the same bound at any depth"
    )]
    Block {
        /// What it was to be for.
        task: Task,
    },
    /// No plan for the sizes at hand.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Network and data that do not go together.
    #[error(transparent)]
    Fast(#[from] FastError),
    /// A checkpoint of another run.
    #[error(transparent)]
    Mismatch(#[from] CheckpointMismatch),
    /// The loss explodes.
    #[error("diverged at step {step}: {symptom}: lower {advice}")]
    Diverged {
        /// The step.
        step: usize,
        /// What shows it.
        symptom: Symptom,
        /// What to lower, with its value.
        advice: String,
    },
    /// What the caller of [`run`](super::run) says to end it.
    #[error(transparent)]
    Each(Box<dyn Error + Send + Sync>),
}

/// What to lower at a step, with its value.
pub(super) fn advice(settings: &TrainSettings, step: usize) -> String {
    let rate = format!("the rate ({})", short(settings.rate));
    let (method, strength) = match settings.switch {
        Some(switch) if step >= switch.step => (switch.method, switch.strength),
        _ => (settings.method, settings.strength),
    };
    match method.strength_name() {
        Some(name) if strength > 0.0 => format!("{rate} or {name} ({})", short(strength)),
        _ => rate,
    }
}

/// A number without a row of zeros.
fn short(value: f64) -> String {
    if value == 0.0 || (1e-5..1e16).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}
