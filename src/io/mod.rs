//! Files: networks and data as npz archives of numpy or as JSON, networks as safetensors, samples as CSV; results
//! written whole or not at all.
//!
//! ```
//! use hsr::io::{Array, check_fit, read_batch, read_network, write_npz};
//! use hsr::model::Activation;
//! use nalgebra::dmatrix;
//! let folder = tempfile::tempdir()?;
//! let (weights, data) = (folder.path().join("network.npz"), folder.path().join("data.npz"));
//! write_npz(&weights, &[("W", (&dmatrix![1.0, 2.0]).into()), ("V", (&dmatrix![1.0; -1.0]).into())])?;
//! write_npz(&data, &[("X", (&dmatrix![0.5, 0.5]).into()), ("y", Array::vector(&[1.0]))])?;
//!
//! let network = read_network(&weights, Activation::Tanh)?;
//! let batch = read_batch(&data, Some(network.parameters.v.nrows()))?;
//! check_fit(&network, &batch)?;
//! assert_eq!(batch.y, dmatrix![0.0, 1.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activations;
mod append;
mod array;
mod aside;
mod atomic;
mod batch;
mod csv;
mod error;
mod fit;
mod folder;
mod half;
mod json;
mod listed;
mod names;
mod network;
mod npy;
mod npz;
mod open;
mod safetensors;
mod source;

pub(crate) use append::Lines;
pub(crate) use npz::read_text;

pub use array::Array;
pub use aside::Read;
pub use atomic::write_text;
pub use batch::read_batch;
pub use csv::{labelled_batch, read_csv};
pub use error::InputError;
pub use fit::check_fit;
pub use json::{
    JsonFile, case_from_json, case_json, network_case_from_json, network_case_json, read_batch_json,
    read_case, read_network_case, read_network_json,
};
pub use names::{Names, NamesError};
pub use network::{NetworkReading, read_network};
pub use npz::{read_vector, write_npz, write_npz_with_texts};
pub use open::{Data, open_data, open_data_for, open_data_with, open_network};
pub use safetensors::read_safetensors;

// The command, a crate of its own, asks for these; nobody else needs to.
#[doc(hidden)]
pub use append::make_folder;
#[doc(hidden)]
pub use atomic::{beside, check_writable, target, write_bytes};
#[doc(hidden)]
pub use folder::OutputFolder;
#[doc(hidden)]
pub use open::ending;
