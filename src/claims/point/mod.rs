//! The value of an expression at a point: sizes, values for everything free, and an arithmetic.

pub(in crate::claims) mod evaluate;
pub(in crate::claims) mod place;
pub(in crate::claims) mod points;
pub(in crate::claims) mod tower;
pub(in crate::claims) mod values;
pub(in crate::claims) mod work;

pub use place::{Mixture, Phi, Point, Sizes};
pub use tower::{Base, Tower};
