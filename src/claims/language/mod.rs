//! From text to a program: the blocks of a Markdown file, tokens, a tree, names and the ranges of indices.
//!
//! `blocks` finds the claims of a file (`fences` knows what looks like one, and what Markdown makes of its place),
//! `lexer`, `parser` and `expressions` make a tree (`syntax`, with `functions` and
//! `statements`), `words` knows which names are taken, `resolve` makes a
//! `program` of the tree: `scope` looks up names and indices, `typed` makes a `node` of an expression, with `matrices`,
//! `powers` and `moving` (derivatives, values that are set, expectations); `define` reads definitions case by case, `assume`
//! assumptions. `lengths` are sizes, `part` is what a claim is about, `degree` that of a polynomial, `source` knows files, and
//! `unparse` writes a tree as text again.

mod assume;
pub(in crate::claims) mod blocks;
pub(in crate::claims) mod chapters;
mod define;
mod degree;
pub(in crate::claims) mod error;
mod expressions;
mod fences;
mod functions;
pub(in crate::claims) mod lengths;
pub(in crate::claims) mod lexer;
mod matrices;
mod moving;
mod node;
pub(in crate::claims) mod parser;
pub(in crate::claims) mod part;
mod powers;
pub(in crate::claims) mod program;
pub(in crate::claims) mod resolve;
mod scope;
pub(in crate::claims) mod source;
mod statements;
pub(in crate::claims) mod symbols;
pub(in crate::claims) mod syntax;
mod typed;
pub(in crate::claims) mod unparse;
mod words;

pub use error::{Place, SyntaxError};
pub use source::{Derivation, Source, SourceError};

#[cfg(test)]
mod tests;
