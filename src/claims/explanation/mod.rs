//! From a false claim to what its author needs: where it fails first, how the sides are related, and the nearest true line.

pub(in crate::claims) mod diagnose;
pub(in crate::claims) mod edits;
pub(in crate::claims) mod repair;

pub use diagnose::{Diagnosis, Integers, diagnose};
pub use edits::{Edit, edits};
pub use repair::{Repair, Score, mutants, repair};
