//! Every claim of some derivations, checked, explained and put into words: a table, JSON, JUnit, a page.
//!
//! `check` collects values, `words` puts them into words, `table` and `page` lay them out.

pub(in crate::claims) mod check;
#[cfg(feature = "pages")]
mod page;
mod request;
mod shard;
mod table;
mod words;

pub use check::{CheckReport, ClaimFailure, ClaimReport, check};
pub use request::Request;
pub use shard::{Shard, ShardError};
pub use table::Counts;
