//! Checkpoints: a training run as a file, to be resumed, and to be read by others.

use super::{CheckpointMismatch, State, TrainError, TrainSettings, Trainer};
use crate::io::{Array, InputError, read_network, read_text, read_vector, write_npz_with_texts};
use crate::model::{Activation, Batch, Shape};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The text in the archive.
const ABOUT: &str = "training.json";

/// A checkpoint of a training run: weights, velocity, settings and step.
///
/// The file is an npz archive with `W`, `V` and, with biases, `b` and `c`, as `hsr oracle` and NumPy read them; `velocity`, flat;
/// and `training.json`, a text with all the rest. It is written whole or not at all.
///
/// ```
/// use hsr::io::read_network;
/// use hsr::model::{Activation, Batch, Network, Parameters};
/// use hsr::train::{Checkpoint, Method, TrainSettings, Trainer};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = Network::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let mut trainer = Trainer::new(TrainSettings::of(Method::Hsr), network.clone(), &batch)?;
/// trainer.step()?;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("checkpoint.npz");
/// Checkpoint::of(&trainer).write(&path)?;
/// assert_eq!(read_network(&path, Activation::Tanh)?, trainer.state().network);
///
/// let mut resumed = Trainer::new(TrainSettings::of(Method::Hsr), network, &batch)?;
/// resumed.resume(Checkpoint::read(&path)?)?;
/// assert_eq!(resumed.step()?, trainer.step()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The weights and the velocity at the step.
    pub state: State,
    /// The settings of the run.
    pub settings: TrainSettings,
    /// The sizes, training samples with them.
    pub shape: Shape,
    /// A number that other training data would hardly have.
    data: u64,
}

/// What the text in the archive says.
#[derive(Serialize, Deserialize)]
struct About {
    step: usize,
    seconds: f64,
    samples: usize,
    activation: String,
    data: u64,
    settings: TrainSettings,
}

impl Checkpoint {
    /// The checkpoint of a run where it stands.
    pub fn of(trainer: &Trainer) -> Self {
        let state = trainer.state().clone();
        let shape = state.network.shape(trainer.train().samples());
        let (settings, data) = (trainer.settings().clone(), fingerprint(trainer.train()));
        Checkpoint { state, settings, shape, data }
    }

    /// Writes the checkpoint to a file, whole or not at all.
    ///
    /// # Errors
    /// [`InputError::Write`] when it cannot be written; an older one is still there then.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), InputError> {
        let State { network, velocity, step, seconds } = &self.state;
        let about = About {
            step: *step,
            seconds: *seconds,
            samples: self.shape.samples,
            activation: network.activation.to_string(),
            data: self.data,
            settings: self.settings.clone(),
        };
        let parameters = &network.parameters;
        let mut arrays = vec![("W", Array::from(&parameters.w)), ("V", Array::from(&parameters.v))];
        arrays.extend(parameters.b.as_ref().map(|b| ("b", Array::from(b))));
        arrays.extend(parameters.c.as_ref().map(|c| ("c", Array::from(c))));
        arrays.push(("velocity", Array::vector(velocity)));
        let about = serde_json::to_string_pretty(&about).expect("names and finite numbers");
        write_npz_with_texts(path, &arrays, &[(ABOUT, &about)])
    }

    /// Reads a checkpoint from a file.
    ///
    /// # Errors
    /// [`TrainError::File`] when the file is missing, damaged or no checkpoint, [`TrainError::Foreign`] when its text
    /// or sizes are not those that are written here.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, TrainError> {
        let path = path.as_ref();
        let foreign = |place: &str, reason: String| TrainError::Foreign {
            file: path.to_path_buf(),
            place: place.to_string(),
            reason,
        };
        let about: About = serde_json::from_str(&read_text(path, ABOUT)?)
            .map_err(|error| foreign(ABOUT, error.to_string()))?;
        let activation: Activation = about.activation.parse()?;
        let network = read_network(path, activation)?;
        let velocity = read_vector(path, "velocity", "(D,)")?;
        let shape = network.shape(about.samples);
        if velocity.len() != shape.parameters() || !velocity.iter().all(|entry| entry.is_finite()) {
            let reason = format!("{} finite numbers are needed", shape.parameters());
            return Err(foreign("velocity", reason));
        }
        let state = State { network, velocity, step: about.step, seconds: about.seconds };
        Ok(Checkpoint { state, settings: about.settings, shape, data: about.data })
    }

    /// Checks that the checkpoint is one of this run.
    pub(super) fn check(&self, trainer: &Trainer) -> Result<(), CheckpointMismatch> {
        let own = Checkpoint::of(trainer);
        let differ = |what, checkpoint: String, run: String, advice| {
            Err(CheckpointMismatch { what, checkpoint, run, advice })
        };
        if self.shape != own.shape {
            let advice = "give the data, the hidden units and the biases that it was made with";
            return differ("the shape", self.shape.to_string(), own.shape.to_string(), advice);
        }
        let activation = |checkpoint: &Checkpoint| checkpoint.state.network.activation.to_string();
        if activation(self) != activation(&own) {
            let advice = "resume with the activation that it was made with";
            return differ("the activation", activation(self), activation(&own), advice);
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
        match self.settings.difference(&own.settings) {
            Some((what, checkpoint, run)) => {
                differ(what, checkpoint, run, "resume with the settings that it was made with, or start anew")
            }
            None => Ok(()),
        }
    }
}

/// The hash FNV-1a of all bits of the data.
fn fingerprint(batch: &Batch<f64>) -> u64 {
    let words = batch.x.iter().chain(batch.y.iter()).map(|entry| entry.to_bits());
    let bytes = words.flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
