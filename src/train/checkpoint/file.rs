//! A checkpoint as a file, which others read too.

use super::{Checkpoint, joined};
use crate::io::{Archive, Array, InputError, read_text, read_vector, write_npz_with_texts};
use crate::model::{Activation, Layer, Layers, LayersError, Loss, Network};
use crate::names::UnknownName;
use crate::train::{RunFileError, State, Task, TrainSettings};
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
    /// One a hidden layer, with commas between.
    activation: String,
    /// What earlier versions, which had no other, do not say.
    #[serde(default = "softmax")]
    loss: String,
    data: u64,
    settings: TrainSettings,
}

fn softmax() -> String {
    Loss::Softmax.to_string()
}

/// The names of the weights and the bias of a layer: `W`, `b` and `V`, `c` of a single hidden layer, and else `W1`, `b1`, `W2`, `b2`, ..
fn names(layer: usize, layers: usize) -> [String; 2] {
    match (layers, layer) {
        (2, 0) => ["W", "b"].map(str::to_string),
        (2, _) => ["V", "c"].map(str::to_string),
        _ => ["W", "b"].map(|name| format!("{name}{}", layer + 1)),
    }
}

impl Checkpoint {
    /// Writes it.
    ///
    /// The file is an npz archive with the parameters as `hsr oracle` and NumPy read them, `W`, `V` and, with biases, `b` and `c` for one hidden
    /// layer, and `W1`, `b1`, `W2`, `b2`, .. for any other number of them; `velocity`, flat; and `training.json`, a text with all the rest. It is
    /// written whole or not at all.
    ///
    /// ```
    /// use hsr::io::read_network;
    /// use hsr::model::{Activation, Batch, Loss, ThreeLayer, Parameters};
    /// use hsr::train::{Checkpoint, Method, TrainSettings, Trainer};
    /// use nalgebra::dmatrix;
    /// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
    /// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
    /// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
    /// let mut trainer = Trainer::new(TrainSettings::of(Method::Hsr), network.clone(), Loss::Softmax, &batch)?;
    /// trainer.step()?;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("checkpoint.npz");
    /// Checkpoint::of(&trainer).write(&path)?;
    /// assert_eq!(Some(read_network(&path, Activation::Tanh)?), trainer.state().network.three_layer());
    ///
    /// let mut resumed = Trainer::new(TrainSettings::of(Method::Hsr), network, Loss::Softmax, &batch)?;
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
            samples: self.task.samples,
            activation: joined(&network.activations),
            loss: self.task.loss.to_string(),
            data: self.data,
            settings: self.settings.clone(),
        };
        let mut arrays = Vec::new();
        let layers = &network.layers.0;
        for (index, Layer { w, b }) in layers.iter().enumerate() {
            let [weights, bias] = names(index, layers.len());
            arrays.push((weights, Array::from(w)));
            arrays.extend(b.as_ref().map(|b| (bias, Array::from(b))));
        }
        arrays.push(("velocity".to_string(), Array::vector(velocity)));
        let arrays: Vec<(&str, Array)> =
            arrays.iter().map(|(name, array)| (&name[..], array.clone())).collect();
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
        let unknown = |error: UnknownName| foreign(ABOUT, error.to_string());
        let loss: Loss = about.loss.parse().map_err(unknown)?;
        let names = about.activation.split(',').filter(|name| !name.is_empty());
        let activations = names.map(str::parse).collect::<Result<Vec<Activation>, _>>().map_err(unknown)?;
        let network = read_layers(path, activations)?;
        let network = network.map_err(|error| foreign("the network", error.to_string()))?;
        let velocity = read_vector(path, "velocity", "(D,)")?;
        let task = Task { architecture: network.architecture(), loss, samples: about.samples };
        let needed = task.architecture.parameters();
        if velocity.len() != needed || !velocity.iter().all(|entry| entry.is_finite()) {
            return Err(foreign("velocity", format!("{needed} finite numbers are needed")));
        }
        let state = State { network, velocity, step: about.step, seconds: about.seconds };
        Ok(Checkpoint { state, settings: about.settings, task, data: about.data })
    }
}

/// The network, if its layers fit together and all is finite.
fn read_layers(
    path: &Path,
    activations: Vec<Activation>,
) -> Result<Result<Network<f64>, LayersError>, InputError> {
    let mut archive = Archive::open(path)?;
    let mut layers = Vec::new();
    for index in 0..=activations.len() {
        let [weights, bias] = names(index, activations.len() + 1);
        let w = archive.needed_matrix(&weights, "(outputs, inputs)")?;
        layers.push(Layer { w, b: archive.optional_vector(&bias, "(outputs,)")? });
    }
    let network = Network::new(Layers(layers), activations);
    Ok(network.and_then(|network| network.check_finite().map(|()| network)))
}
