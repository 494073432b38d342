//! The production path: loss, trace, squared trace and the gradients of all of them, in `f64`, close to the speed of
//! matrix multiplication.
//!
//! The closed forms are those of [`terms`](crate::terms), over tiles of samples, with classes reduced by their common
//! shift. A [`Plan`] says by which [`Route`], a [`Workspace`] holds all buffers, an [`Objective`] says of what the
//! gradient is wanted.

mod backward;
mod circle;
mod class;
mod classes;
mod contrast;
mod coupling;
mod couplings;
mod error;
mod factors;
mod forward;
mod grams;
mod hessians;
mod hidden;
mod hidden_term;
mod lanes;
mod layers;
mod memory;
mod objective;
mod pair_kernel;
mod pairs;
mod parameter;
mod plan;
mod point;
pub(crate) mod product;
mod pull;
mod share;
mod sizes;
mod trace;
pub(crate) mod vector;
mod watch;
mod weights;
mod wheel;
mod workspace;

pub use backward::{Backward, Fit};
pub use error::FastError;
pub use layers::{
    LayerMoments, LayerObjective, LayerPlan, LayerRoute, LayerValues, LayerWorkspace, NoLayerGradient,
    Penalised,
};
pub use objective::{GradientShares, Objective};
pub use plan::{Plan, PlanError, Route};
pub use watch::Watcher;
pub use workspace::{Values, Workspace};
