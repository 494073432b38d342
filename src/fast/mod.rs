//! The production path: loss, trace, squared trace and the gradients of all of them, in `f64`, close to the speed of
//! matrix multiplication.
//!
//! The closed forms are those of [`terms`](crate::terms), over tiles of samples, with classes reduced by their common
//! shift. A [`Plan`] says by which [`Route`], a [`Workspace`] holds all buffers, an [`Objective`] says of what the
//! gradient is wanted.
//!
//! With one hidden layer four steps follow each other:
//!
//! ```text
//! forward    every sample through the network: z, phi1, phi2, phi3, p, delta, S, u = V' delta
//! point      what is known then, and what a route is: something that gives the squared traces and their gradients
//!   pairs      over pairs of samples: Gram blocks (grams), the coupling term (coupling), and the hidden term
//!                hidden   by M of every sample (hessians)
//!                class    by the classes of each pair (pair_kernel)
//!   parameter  by the blocks of the Hessian, sums over samples of products of two pieces (factors)
//! pull       gradients by what samples have, with shares, back to W, b, V, c
//! ```
//!
//! Classes go in contrasts (`contrast`) and eight samples side by side (`lanes`, `classes`); symmetric matrices of hidden units
//! are packed by turns (`wheel`). Products of matrices are faer's (`product`), tanh, exp and softmax are in vector code
//! (`vector`). Networks of any depth are in `layers`, the loss alone in `loss_pass`, the trace alone in `trace_pass`.
#![allow(
    clippy::needless_range_loop,
    reason = "the loops go over several arrays at the index that the formula has, and chains of iterators are not inlined"
)]

mod backward;
mod circle;
mod class;
mod class_variances;
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
pub(crate) mod loss_pass;
mod losses;
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
pub(crate) mod trace_pass;
pub(crate) mod vector;
mod watch;
#[cfg(test)]
mod ways;
mod weights;
mod wheel;
mod workspace;

pub use backward::{Backward, Fit};
pub use error::FastError;
pub use layers::{
    LayerMoments, LayerObjective, LayerPlan, LayerRoute, LayerValues, LayerWorkspace, NoLayerGradient,
    PairCover, PairSums, Part, Penalised,
};
pub use objective::{GradientShares, Objective};
pub use plan::{Plan, PlanError, Route};
pub use watch::Watcher;
pub use workspace::{Values, Workspace};
