//! Derivations written as text, in fenced blocks of Markdown files: read, checked, and, where a line is false, explained
//! and mended. The grammar and the meaning of the verdicts stand in `derivations/README.md`.
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
mod room;
mod verdict;

pub use explanation::{
    Diagnosis, Edit, Fallen, Related, Repair, Score, SizeFactor, diagnose, edits, mutants, repair,
};
pub use language::{
    Assumed, Assumption, Bound, Claim, Derivation, Expr, Form, Function, Kind, Node, Place, Program, Range,
    Relation, Source, SourceError, Statement, StatementKind, Symbol, Symbols, SyntaxError, Value, parse,
    render,
};
pub use point::{Base, Mixture, Phi, Point, Sizes, Tower};
pub use report::{CheckReport, ClaimFailure, ClaimReport, Counts, NoShard, Request, Shard, run};
pub use verdict::{
    Agreement, Counterexample, Doubt, Exactness, Operation, Outcome, Proof, Reach, Search, Side, Signs,
    Undefined, Verdict, check,
};
