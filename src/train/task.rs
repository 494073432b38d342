//! What is trained: a network's sizes, the loss, and how many samples there are.

use crate::model::{Architecture, Batch, Loss, Network};
use std::fmt;

/// The sizes of a network, the loss that it is trained with, and the number of training samples.
///
/// ```
/// use hsr::model::{Architecture, Loss};
/// use hsr::train::Task;
/// let task = |widths: &[usize], loss| Task { architecture: Architecture::new(4, widths, true), loss, samples: 120 };
/// assert_eq!(task(&[8, 3], Loss::Softmax).to_string(), "N=120 d=4 h=8 C=3 with biases");
/// assert_eq!(task(&[16, 8, 3], Loss::Softmax).to_string(), "N=120 4-16-8-3 with biases, softmax");
/// assert_eq!(task(&[8, 1], Loss::Squared).to_string(), "N=120 4-8-1 with biases, squared");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The sizes of the network.
    pub architecture: Architecture,
    /// The loss.
    pub loss: Loss,
    /// The number of training samples, `N`.
    pub samples: usize,
}

impl Task {
    /// The task of a network, a loss and training data.
    pub fn of(network: &Network<f64>, loss: Loss, train: &Batch<f64>) -> Self {
        Task { architecture: network.architecture(), loss, samples: train.samples() }
    }

    /// Whether it is that of chapters 1 to 8: one hidden layer with softmax, biases in both layers or in neither.
    pub(super) fn is_of_one_hidden_layer(&self) -> bool {
        let Architecture { widths, biases, .. } = &self.architecture;
        self.loss == Loss::Softmax && widths.len() == 2 && biases[0] == biases[1]
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Task { architecture, loss, samples } = self;
        match (self.is_of_one_hidden_layer(), &architecture.widths[..]) {
            (true, [hidden, classes]) => {
                let with = if architecture.biases[0] { "with" } else { "without" };
                write!(f, "N={samples} d={} h={hidden} C={classes} {with} biases", architecture.inputs)
            }
            _ => write!(f, "N={samples} {architecture}, {loss}"),
        }
    }
}
