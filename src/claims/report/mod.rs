//! Every claim of some derivations, checked, explained and put into words: a table, JSON, JUnit, a page.
//!
//! `run` collects values, `words` puts them into words, `table` and `page` lay them out.

#[cfg(feature = "pages")]
mod page;
pub(in crate::claims) mod run;
mod shard;
mod table;
mod words;

pub use run::{CheckReport, ClaimFailure, ClaimReport, Request, run};
pub use shard::{NoShard, Shard};
pub use table::Counts;
