//! The chapters and variants that come with the crate.

use super::source::{Derivation, Source, SourceError};

const CHAPTERS: [(&str, &str); 13] = [
    ("derivations/01-model.md", include_str!("../../../derivations/01-model.md")),
    ("derivations/02-hessian.md", include_str!("../../../derivations/02-hessian.md")),
    ("derivations/03-trace.md", include_str!("../../../derivations/03-trace.md")),
    ("derivations/04-squared-trace.md", include_str!("../../../derivations/04-squared-trace.md")),
    ("derivations/05-bound.md", include_str!("../../../derivations/05-bound.md")),
    ("derivations/06-trace-gradient.md", include_str!("../../../derivations/06-trace-gradient.md")),
    (
        "derivations/07-squared-trace-gradient.md",
        include_str!("../../../derivations/07-squared-trace-gradient.md"),
    ),
    ("derivations/08-bound-gradient.md", include_str!("../../../derivations/08-bound-gradient.md")),
    ("derivations/09-layers.md", include_str!("../../../derivations/09-layers.md")),
    ("derivations/10-layer-trace.md", include_str!("../../../derivations/10-layer-trace.md")),
    ("derivations/11-sweep.md", include_str!("../../../derivations/11-sweep.md")),
    ("derivations/12-layer-gradient.md", include_str!("../../../derivations/12-layer-gradient.md")),
    ("derivations/13-partition.md", include_str!("../../../derivations/13-partition.md")),
];

const VARIANTS: [(&str, &str); 9] = [
    (
        "derivations/variants/without-biases.md",
        include_str!("../../../derivations/variants/without-biases.md"),
    ),
    (
        "derivations/variants/binary-logistic.md",
        include_str!("../../../derivations/variants/binary-logistic.md"),
    ),
    (
        "derivations/variants/label-smoothing.md",
        include_str!("../../../derivations/variants/label-smoothing.md"),
    ),
    (
        "derivations/variants/sample-weights.md",
        include_str!("../../../derivations/variants/sample-weights.md"),
    ),
    ("derivations/variants/squared-error.md", include_str!("../../../derivations/variants/squared-error.md")),
    ("derivations/variants/class-route.md", include_str!("../../../derivations/variants/class-route.md")),
    (
        "derivations/variants/reduced-and-block-bound.md",
        include_str!("../../../derivations/variants/reduced-and-block-bound.md"),
    ),
    (
        "derivations/variants/l2-regularization.md",
        include_str!("../../../derivations/variants/l2-regularization.md"),
    ),
    ("derivations/variants/temperature.md", include_str!("../../../derivations/variants/temperature.md")),
];

impl Derivation {
    /// The derivations of this crate: its chapters as one derivation, then each variant as one of its own.
    ///
    /// # Errors
    /// [`SourceError`] if one of them cannot be read, which the tests of this crate rule out.
    pub fn embedded() -> Result<Vec<Self>, SourceError> {
        let source = |(name, text): (&str, &str)| Source { name: name.to_string(), text: text.to_string() };
        let chapters = std::iter::once(CHAPTERS.map(source).to_vec());
        let variants = VARIANTS.map(|variant| vec![source(variant)]);
        chapters.chain(variants).map(|sources| Derivation::read(sources, 0)).collect()
    }
}
