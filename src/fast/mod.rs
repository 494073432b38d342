//! The production path: loss, trace, squared trace and the gradients of all of them, in `f64`, close to the speed of
//! matrix multiplication.
//!
//! The closed forms are those of [`terms`](crate::terms), over tiles of samples, with classes reduced by their common
//! shift. A [`Plan`] says by which [`Route`], a [`Workspace`] holds all buffers, an [`Objective`] says of what the
//! gradient is wanted.

mod adjoint;
mod backward;
mod class;
mod contrast;
mod coupling;
mod couplings;
mod error;
mod features;
mod forward;
mod gradient;
mod hidden;
mod layers;
mod memory;
mod objective;
mod pairs;
mod parameter;
mod plan;
pub(crate) mod product;
mod share;
mod sizes;
mod trace;
pub(crate) mod vector;
mod watch;
mod weights;
mod worker;
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
