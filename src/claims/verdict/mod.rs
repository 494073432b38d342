//! What a claim comes to.

pub(in crate::claims) mod check;
pub(in crate::claims) mod floats;
pub(in crate::claims) mod outcome;

pub use check::check;
pub use outcome::{Counterexample, Evidence, Outcome, Sides};
