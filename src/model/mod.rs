//! The three-layer network: sizes, parameters, data and activations.

mod activation;
mod batch;
mod fit;
mod network;
mod shape;

pub use activation::{Activation, Derivatives};
pub use batch::{Batch, BatchError};
pub use fit::Misfit;
pub use network::{Network, NetworkError, Parameters, ParametersError};
pub use shape::{Group, Shape};
