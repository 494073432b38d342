//! A checkpoint as a file, which others read too.

use super::Checkpoint;
use crate::io::{Array, InputError, read_network, read_text, read_vector, write_npz_with_texts};
use crate::model::{Activation, NetworkError};
use crate::train::{RunFileError, State, TrainSettings};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The text in the archive.
const ABOUT: &str = "training.json";

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
    /// Writes it.
    ///
    /// The file is an npz archive with `W`, `V` and, with biases, `b` and `c`, as `hsr oracle` and NumPy read them; `velocity`,
    /// flat; and `training.json`, a text with all the rest. It is written whole or not at all.
    ///
    /// ```
    /// use hsr::io::read_network;
    /// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
    /// use hsr::train::{Checkpoint, Method, TrainSettings, Trainer};
    /// use nalgebra::dmatrix;
    /// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
    /// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
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

    /// Reads it.
    ///
    /// # Errors
    /// [`RunFileError::File`] when the file is missing, damaged or no checkpoint, [`RunFileError::Foreign`] when its text
    /// or sizes are not those that are written here.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, RunFileError> {
        let path = path.as_ref();
        let foreign = |place: &str, reason: String| RunFileError::Foreign {
            file: path.to_path_buf(),
            place: place.to_string(),
            reason,
        };
        let about: About = serde_json::from_str(&read_text(path, ABOUT)?)
            .map_err(|error| foreign(ABOUT, error.to_string()))?;
        let activation: Activation = about.activation.parse().map_err(NetworkError::from)?;
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
}
