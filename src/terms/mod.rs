//! The derivation: a file a chapter, a pure function an equation, named as in `derivations/`.
//!
//! | chapter | file | what it holds |
//! | --- | --- | --- |
//! | 1 | [`model`] | forward quantities, loss, its gradient, softmax covariance, activation derivatives |
//! | 2 | [`hessian`] | all ten blocks, each in Gauss-Newton and residual part, the assembled matrix, and its product with a direction |
//! | 3 | [`trace`] | the trace `T` and its three terms |
//! | 4 | [`squared_trace`] | the trace of the square `Q`, over pairs of samples, by three routes |
//! | 5 | [`bound`] | mean, spread, the Wolkowicz-Styan bounds, null space, reduced and block bound |
//! | 6 | [`trace_gradient`] | gradient of `T`, term by term |
//! | 7 | [`squared_trace_gradient`] | gradient of `Q`, term by term |
//! | 8 | [`bound_gradient`] | gradient of the bounds, envelope form, descent direction |
//! | 9 | [`layers`] | any depth, any loss: the recursions of `g`, `K`, `J`, and the Hessian's blocks for all pairs of layers |
//! | 10 | [`layer_trace`] | trace and squared trace, by units, by pairs, by parameters, by the neural tangent kernel |
//! | 11 | [`sweep`] | the adjoint sweep, step by step |
//! | 12 | [`layer_gradient`] | gradients of `T`, `Q` and the bounds, null space |
//! | 13 | [`partition`] | sharper bounds from groups of parameters, and their gradients |
//!
//! [`Sample`] holds what the network computes for one sample, [`Curvature`] adds what its Hessian is made of;
//! [`samples`] and [`curvatures`] run the network and fill them. From chapter 9 on a network has any number of layers and any
//! [`OutputLoss`]; there [`LayerSample`] holds what one sample needs, and [`layer_samples`] fills it.
//! Notation is that of `derivations/`: `xt = (x, 1)` and `zt = (z, 1)` with biases, `xt = x` and `zt = z` without;
//! `nx = |xt|^2`, `nz = |zt|^2`; `S = diag(p) - p p'`; `delta = p - y`.
//!
//! ```
//! use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
//! use hsr::terms::{curvatures, hessian, samples, squared_trace, trace};
//! use nalgebra::{dmatrix, dvector};
//!
//! let parameters = Parameters {
//!     w: dmatrix![0.3, -0.2; 0.1, 0.4],
//!     b: Some(dvector![0.1, 0.0]),
//!     v: dmatrix![0.5, -0.3; 0.2, 0.6],
//!     c: Some(dvector![0.0, 0.1]),
//! };
//! let network = ThreeLayer::new(parameters, Activation::Tanh)?;
//! let batch = Batch::from_labels(dmatrix![1.0, 2.0; -0.5, 0.3; 0.2, 0.1], &[0, 1, 1], 2)?;
//!
//! let samples = samples(&network, &batch);
//! let points = curvatures(&samples, &network.parameters.v);
//! let h = hessian::hessian(&points);
//! let t: f64 = trace::trace(&samples, &network.parameters.v);
//! let q: f64 = squared_trace::trace_squared(&points);
//! assert!((t - h.trace()).abs() < 1e-14);
//! assert!((q - h.norm_squared()).abs() < 1e-14);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algebra;
mod forward;
mod layer_sample;
mod leading;
mod losses;
mod moment;
mod sample;

pub mod bound;
pub mod bound_gradient;
pub mod hessian;
pub mod layer_gradient;
pub mod layer_trace;
pub mod layers;
pub mod model;
pub mod partition;
pub mod squared_trace;
pub mod squared_trace_gradient;
pub mod sweep;
pub mod trace;
pub mod trace_gradient;

pub use forward::{curvature, curvatures, samples};
pub(crate) use layer_sample::pairs_of_layers;
pub use layer_sample::{LayerSample, Lower, layer_samples};
pub use leading::{NoLeadingVector, leading_vector};
pub use losses::OutputLoss;
pub use sample::{Curvature, Partials, Sample};
