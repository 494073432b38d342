//! From a false claim to what its author needs: where it fails first, how the sides are related, and the nearest true line.
//! And the other way round: small edits of a true claim, each of which must fall.

pub(in crate::claims) mod assumed;
pub(in crate::claims) mod diagnose;
pub(in crate::claims) mod edits;
pub(in crate::claims) mod mutants;
pub(in crate::claims) mod repair;

pub use diagnose::{Diagnosis, Related, SizeFactor};
pub use edits::Edit;
pub use mutants::{MutantScore, MutantVerdict};
pub use repair::Repair;
