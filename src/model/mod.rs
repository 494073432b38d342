//! Networks of any depth, among them the three-layer network of the paper: sizes, parameters, data, activations, losses.

mod activation;
mod architecture;
mod batch;
mod fit;
mod loss;
mod network;
mod shape;
mod three_layer;

pub use activation::{Activation, Derivatives};
pub use architecture::Architecture;
pub use batch::{Batch, BatchError};
pub use fit::Misfit;
pub use loss::{Loss, Targets};
pub use network::{Layer, Layers, LayersError, Network};
pub use shape::{Group, Shape};
pub use three_layer::{NetworkError, Parameters, ParametersError, ThreeLayer};
