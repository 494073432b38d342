//! Every claim of some derivations, checked, explained and put into words: a table, JSON, JUnit, a page.

mod page;
pub(in crate::claims) mod run;
mod table;

pub use run::{CheckReport, ClaimFailure, ClaimReport, Request, run};
pub use table::Counts;
