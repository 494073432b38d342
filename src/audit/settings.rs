//! What is asked of an audit.

use crate::model::Activation;

/// What is asked of an audit.
#[derive(Clone, Debug)]
pub struct AuditSettings {
    /// Activation of the random networks of the exact witness; the points bring their own.
    pub activation: Activation,
    /// Whether there are biases.
    pub biases: bool,
    /// Random points of the exact witness for each equation.
    pub points: usize,
    /// The seed of everything random.
    pub seed: u64,
    /// Only the equation with this name.
    pub only: Option<String>,
    /// The command that repeats the audit, to which `--only NAME` is added for a failure.
    pub replay: String,
}

impl AuditSettings {
    /// The command that repeats the audit of one equation.
    pub fn replay_of(&self, name: &str) -> String {
        match self.only {
            Some(_) => self.replay.clone(),
            None => format!("{} --only {name}", self.replay),
        }
    }
}
