//! The chapters and variants that come with the crate.

use super::source::{Derivation, Source, SourceError};

const CHAPTERS: [(&str, &str); 8] = [
    ("derivations/01-model.md", include_str!("../../derivations/01-model.md")),
    ("derivations/02-hessian.md", include_str!("../../derivations/02-hessian.md")),
    ("derivations/03-trace.md", include_str!("../../derivations/03-trace.md")),
    ("derivations/04-squared-trace.md", include_str!("../../derivations/04-squared-trace.md")),
    ("derivations/05-bound.md", include_str!("../../derivations/05-bound.md")),
    ("derivations/06-trace-gradient.md", include_str!("../../derivations/06-trace-gradient.md")),
    (
        "derivations/07-squared-trace-gradient.md",
        include_str!("../../derivations/07-squared-trace-gradient.md"),
    ),
    ("derivations/08-bound-gradient.md", include_str!("../../derivations/08-bound-gradient.md")),
];

impl Derivation {
    /// The derivation of this crate: its chapters as one program.
    ///
    /// # Errors
    /// [`SourceError`] where a chapter is no derivation; a test keeps that from happening.
    pub fn embedded() -> Result<Vec<Self>, SourceError> {
        let source = |(name, text): (&str, &str)| Source { name: name.to_string(), text: text.to_string() };
        Ok(vec![Derivation::read(CHAPTERS.map(source).to_vec(), 0)?])
    }
}
