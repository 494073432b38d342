//! A JSON object that is read once, for the network, the loss and the data in it.

use super::case::batch_of;
use super::network_case::{loss_of, network_of};
use super::object::{Object, load};
use crate::io::aside::{Read, beside_data};
use crate::io::batch::Asked;
use crate::io::network::{Arrays, NetworkReading};
use crate::io::{InputError, source};
use crate::model::{Batch, Loss, Network};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// A JSON object with a network of any depth, its loss, data, or any of them: the keys of
/// [`read_network_case`](super::read_network_case).
///
/// ```
/// use hsr::io::{JsonFile, NetworkReading, write_text};
/// use hsr::model::{Activation, Loss};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("case.json");
/// write_text(&path, r#"{"W1": [[1, 2]], "W2": [[-1]], "loss": "squared", "X": [[0.5, 0.5]], "y": [1.5], "note": 1}"#)?;
/// let object = JsonFile::open(&path)?;
/// let read = object.network(&NetworkReading::with(&[Activation::Tanh]))?;
/// assert_eq!((read.value.architecture().layers(), read.aside), (2, vec!["note".to_string()]));
/// assert_eq!(object.loss()?, Some(Loss::Squared));
/// assert_eq!(object.batch(Loss::Squared, None)?.value.y[(0, 0)], 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JsonFile {
    file: PathBuf,
    entries: Map<String, Value>,
}

impl JsonFile {
    /// Reads a file, or standard input where its name is `-`.
    ///
    /// # Errors
    /// [`InputError`] where it cannot be read or holds no JSON object.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, InputError> {
        let file = path.as_ref();
        let entries = load(file)?;
        Ok(JsonFile { file: source::name(file).to_path_buf(), entries })
    }

    fn object(&self) -> Object<'_> {
        Object { file: &self.file, entries: &self.entries }
    }

    /// Reads the network, and the names of the keys that belong to nothing.
    ///
    /// # Errors
    /// Those of [`read_network_case`](super::read_network_case) that are about the network.
    pub fn network(&self, reading: &NetworkReading) -> Result<Read<Network<f64>>, InputError> {
        network_of(self.object(), reading)
    }

    /// Reads the loss, if one is named.
    ///
    /// # Errors
    /// [`InputError::Json`] for an unknown name.
    pub fn loss(&self) -> Result<Option<Loss>, InputError> {
        loss_of(self.object())
    }

    /// Reads the data, with the targets that a loss takes. `classes` says how many classes there are, where labels alone do not.
    ///
    /// # Errors
    /// Those of [`read_network_case`](super::read_network_case) that are about the data.
    pub fn batch(&self, loss: Loss, classes: Option<usize>) -> Result<Read<Batch<f64>>, InputError> {
        let object = self.object();
        Ok(Read { value: batch_of(object, Asked { classes, loss })?, aside: beside_data(object.names()) })
    }
}
