//! Networks and data as JSON: an object that holds matrices as lists of rows.
//!
//! ```json
//! {
//!   "activation": "tanh",
//!   "W": [[1.0, 2.0]], "b": null, "V": [[1.0], [-1.0]], "c": null,
//!   "X": [[0.5, 0.5]], "y": [1]
//! }
//! ```
//!
//! A network of any depth has `W1`, `b1`, `W2` and so on, `activations` and a `loss`: [`read_network_case`].
//!
//! `Y`, a probability vector a row, may stand in place of the labels `y`. A key `shape`, where there is one, must say
//! the sizes of the arrays. All other keys are left to whoever wrote them.

mod case;
mod file;
mod network_case;
mod object;
mod write;

pub(super) use case::data;
pub use case::{case_from_json, read_batch_json, read_case, read_network_json};
pub use file::JsonFile;
pub use network_case::{network_case_from_json, network_case_json, read_network_case};
pub use write::case_json;
