//! What is differentiated: sizes, parameters, data and activations of the three-layer network.

mod activation;
mod batch;
mod network;
mod shape;

pub use activation::{Activation, Derivatives};
pub use batch::{Batch, BatchError};
pub use network::{Network, NetworkError, Parameters};
pub use shape::{Group, Shape};
