//! Independent roads to the truth. None of them can reach a closed form: nothing here refers to [`terms`](crate::terms).
//!
//! [`definition`] writes the network and its loss out with indices, straight from the definition. [`Case`] is a
//! network with data in some arithmetic; [`Loss`] differentiates its loss along directions: with `num-dual` where the
//! arithmetic is `f64`, with exact jets where it is the prime field. [`LayerCase`] and [`LayerLoss`] are the same for networks of any
//! depth and any loss. [`eigen`] decomposes the dense Hessian.

mod case;
pub mod definition;
mod draw;
pub mod eigen;
mod layer_case;
mod layer_loss;
mod loss;

pub use case::{Case, Covector};
pub use draw::Draw;
pub use layer_case::{GroupVectors, LayerCase, LayerCovector};
pub use layer_loss::LayerLoss;
pub use loss::{Loss, Part, lift, unit};
