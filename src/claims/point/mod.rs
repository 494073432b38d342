//! The value of an expression at a point: sizes, values for everything free, and an arithmetic.
//!
//! `place` is the point, `points` makes them, and `impose` solves what is assumed there. `tower` says what an arithmetic must know,
//! `evaluate` finds the value of an expression, with `entry` (of a quantity), `functions`, `matrices` and `expectation`, and
//! `values` those of a side. A function that a derivation declares is a `wave` in floats. `work` estimates what a value takes, and
//! `positive` knows which expressions are positive by their form.

mod entry;
pub(in crate::claims) mod evaluate;
mod expectation;
mod functions;
pub(in crate::claims) mod impose;
mod known;
mod matrices;
pub(in crate::claims) mod place;
pub(in crate::claims) mod points;
pub(in crate::claims) mod positive;
pub(in crate::claims) mod tower;
pub(in crate::claims) mod values;
pub(in crate::claims) mod wave;
pub(in crate::claims) mod work;

pub use place::{Mixture, Phi, Point, Sizes};
pub use tower::Evaluable;
pub use values::PointError;
