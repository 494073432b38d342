//! Independent roads to the truth: none of them uses the closed form that it judges.
//!
//! [`definition`] writes the network and its loss out with indices, straight from the definition. [`Case`] is a
//! network with data in some arithmetic, and differentiates that loss along directions: with `num-dual` where the
//! arithmetic is `f64`, with exact jets where it is the prime field. [`eigen`] decomposes the dense Hessian.

mod case;
pub mod definition;
mod draw;
pub mod eigen;
mod loss;
mod slot;

pub use case::{Case, lift};
pub use draw::Draw;
pub use loss::{Part, curvature_of_logits, unit};
pub use slot::Slot;
