//! Checks derivations written as text, in fenced blocks of Markdown files, and explains and repairs lines that are false.
//!
//! [`Derivation`] reads a text, and [`check()`] checks its claims: the [`CheckReport`] has a verdict on each, with the
//! evidence for it. The grammar and the meaning of the verdicts are in `derivations/README.md`.
//!
//! | room | what is in it |
//! | --- | --- |
//! | `report` | all claims of some files: a table, JSON, JUnit, a page |
//! | `explanation` | from a false claim to the smallest network that shows it, and to the nearest true line |
//! | `verdict` | the witnesses (the field, floats, an adversary for inequalities), and what they come to together |
//! | `point` | sizes and values for everything free, and the value of an expression there in any arithmetic |
//! | `language` | text to a program: blocks, tokens, a tree, names and ranges |

mod explanation;
mod language;
mod point;
mod report;
mod stack;
mod verdict;

pub use explanation::{Diagnosis, Edit, MutantScore, MutantVerdict, Related, Repair, SizeFactor};
pub use language::{Derivation, Place, Source, SourceError, SyntaxError};
pub use point::{Evaluable, Mixture, Phi, Point, PointError, Sizes};
pub use report::{CheckReport, ClaimFailure, ClaimReport, Counts, Request, Shard, ShardError, check};
pub use verdict::{
    Agreement, Counterexample, Doubt, Exactness, Operation, Outcome, Proof, Reach, Search, Side, Signs,
    Undefined, Verdict,
};
