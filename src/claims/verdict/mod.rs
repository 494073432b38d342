//! The verdict on a claim, from witnesses that cannot make the same mistake.
//!
//! `decide` puts them together and `outcome` is what it comes to. `exact` holds equalities in a field, at sizes that are numbers
//! of it, `plan` says how, `cases` which assignments, `concrete` which sizes are numbers all the same and `sizes` which these are,
//! and `extent` what that proves. `floats` holds them at real numbers, which `trial` draws. `adversary` looks for
//! a violation of an inequality, `blame` finds what leaves a side without a value, and `contents` what a claim is made of.

pub(in crate::claims) mod adversary;
pub(in crate::claims) mod blame;
pub(in crate::claims) mod cases;
pub(in crate::claims) mod concrete;
pub(in crate::claims) mod contents;
pub(in crate::claims) mod decide;
pub(in crate::claims) mod exact;
pub(in crate::claims) mod extent;
pub(in crate::claims) mod floats;
pub(in crate::claims) mod outcome;
pub(in crate::claims) mod plan;
mod sizes;
pub(in crate::claims) mod trial;

pub use outcome::{
    Agreement, Counterexample, Doubt, Exactness, Operation, Outcome, Proof, Reach, Search, Side, Signs,
    Undefined, Verdict,
};
