//! Checkpoints: a training run where it stands, to be resumed.

#[cfg(feature = "files")]
mod file;

use super::{CheckpointMismatch, State, Task, TrainSettings, Trainer};
use crate::model::{Activation, Batch};

/// A checkpoint of a training run: weights, velocity, settings and step.
///
/// ```
/// use hsr::model::{Activation, Batch, Loss, ThreeLayer, Parameters};
/// use hsr::train::{Checkpoint, Method, TrainSettings, Trainer};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let mut trainer = Trainer::new(TrainSettings::of(Method::Hsr), network.clone(), Loss::Softmax, &batch)?;
/// trainer.step()?;
///
/// let mut resumed = Trainer::new(TrainSettings::of(Method::Hsr), network, Loss::Softmax, &batch)?;
/// resumed.resume(Checkpoint::of(&trainer))?;
/// assert_eq!(resumed.step()?, trainer.step()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The weights and the velocity at the step.
    pub state: State,
    /// The settings of the run.
    pub settings: TrainSettings,
    /// The sizes, the loss and the number of training samples.
    pub task: Task,
    /// A number that other training data would hardly have.
    data: u64,
}

impl Checkpoint {
    /// The checkpoint of a run where it stands.
    pub fn of(trainer: &Trainer) -> Self {
        let state = trainer.state().clone();
        let (settings, data) = (trainer.settings().clone(), fingerprint(trainer.train()));
        Checkpoint { state, settings, task: trainer.task(), data }
    }

    /// Checks that the checkpoint is one of this run.
    pub(super) fn check(&self, trainer: &Trainer) -> Result<(), CheckpointMismatch> {
        let own = Checkpoint::of(trainer);
        let differ = |what, checkpoint: String, run: String, advice| {
            Err(CheckpointMismatch { what, checkpoint, run, advice })
        };
        if self.task.loss != own.task.loss {
            let advice = "resume with the loss that it was made with";
            return differ("the loss", self.task.loss.to_string(), own.task.loss.to_string(), advice);
        }
        if self.task != own.task {
            let advice = "give the data, the hidden units and the biases that it was made with";
            return differ("the shape", self.task.to_string(), own.task.to_string(), advice);
        }
        let activations = |checkpoint: &Checkpoint| joined(&checkpoint.state.network.activations);
        if activations(self) != activations(&own) {
            let advice = "resume with the activation that it was made with";
            return differ("the activation", activations(self), activations(&own), advice);
        }
        if self.data != own.data {
            let advice = "resume with the data, the split and the seed that it was made with";
            let mark = |data: u64| format!("{data:016x}");
            return differ("training data with the mark", mark(self.data), mark(own.data), advice);
        }
        if self.state.step > own.settings.steps {
            let (taken, all) = (self.state.step.to_string(), format!("only {} in all", own.settings.steps));
            return differ("steps taken:", taken, all, "give as many steps at least");
        }
        match self.settings.difference(&own.settings, self.state.step) {
            Some((what, checkpoint, run)) => {
                differ(what, checkpoint, run, "resume with the settings that it was made with, or start anew")
            }
            None => Ok(()),
        }
    }
}

/// The names of activations, as a command takes them: `tanh,silu`.
fn joined(activations: &[Activation]) -> String {
    activations.iter().map(Activation::to_string).collect::<Vec<_>>().join(",")
}

/// The hash FNV-1a of all bits of the data.
fn fingerprint(batch: &Batch<f64>) -> u64 {
    let weights = batch.weights.iter().flatten();
    let words = batch.x.iter().chain(batch.y.iter()).chain(weights).map(|entry| entry.to_bits());
    let bytes = words.flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
