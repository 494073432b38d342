//! Derivations written as text, in fenced blocks of Markdown files: read, checked, and, where a line is false, told what
//! is wrong with it. The grammar stands in `derivations/README.md`.

mod chapters;
mod check;
mod diagnose;
mod edits;
mod error;
mod evaluate;
mod floats;
mod lexer;
mod outcome;
mod page;
mod parser;
mod points;
mod program;
mod repair;
mod report;
mod resolve;
mod run;
mod source;
mod syntax;
mod tower;
mod unparse;
mod values;
mod work;

pub use check::check;
pub use diagnose::{Diagnosis, Integers, diagnose};
pub use edits::{Edit, edits};
pub use error::{Place, SyntaxError, render};
pub use evaluate::{Point, Sizes};
pub use outcome::{Counterexample, Evidence, Outcome, Sides};
pub use parser::parse;
pub use program::{Assumption, Claim, Form, Node, Program, Symbol, Value};
pub use repair::{Repair, Score, mutants, repair};
pub use report::Counts;
pub use run::{CheckReport, ClaimFailure, ClaimReport, Request, run};
pub use source::{Derivation, Source, SourceError};
pub use syntax::{Expr, Function, Kind, Range, Relation, Statement, StatementKind};
pub use tower::{Base, Tower};
