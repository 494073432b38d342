//! What is asked of an audit.

use crate::model::{Activation, Loss};

/// What is asked of an audit.
///
/// The default is the network of chapters 1 to 8: one hidden layer with tanh and biases, softmax cross entropy.
#[derive(Clone, Debug)]
pub struct AuditSettings {
    /// Activations of the random networks of the exact witness, layer by layer, and round again where a network has more hidden layers;
    /// the points bring their own. The first is that of three-layer networks.
    pub activations: Vec<Activation>,
    /// The loss of the random networks of any depth; those of chapters 1 to 8 have softmax cross entropy.
    pub loss: Loss,
    /// Weight layers of the networks that the audit is about: the exact witness has some of this depth.
    pub layers: usize,
    /// Whether there are biases. Of networks of any depth some have them in some layers, too.
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

impl Default for AuditSettings {
    fn default() -> Self {
        AuditSettings {
            activations: vec![Activation::Tanh],
            loss: Loss::Softmax,
            layers: 2,
            biases: true,
            points: 3,
            seed: 0,
            only: None,
            replay: "hsr audit".to_string(),
        }
    }
}

impl AuditSettings {
    /// The command that repeats the audit of one equation.
    pub fn replay_of(&self, name: &str) -> String {
        match self.only {
            Some(_) => self.replay.clone(),
            None => format!("{} --only {name}", self.replay),
        }
    }

    /// The activation of each of so many hidden layers.
    pub fn activations_of(&self, hidden: usize) -> Vec<Activation> {
        self.activations.iter().copied().cycle().take(hidden).collect()
    }

    /// Whether the networks are those of chapters 1 to 8.
    pub fn are_three_layer(&self) -> bool {
        self.layers == 2 && self.loss == Loss::Softmax
    }
}
