//! Numbers and verdicts as a reader wants them.

use crate::claims::{ClaimReport, Verdict};
use maud::{Markup, html};

/// The verdict on a claim, in a line: given by a word and a sign, not by a colour alone.
pub(super) fn verdict(claim: &ClaimReport) -> Markup {
    html! {
        strong { (sign(claim.verdict)) " " (claim.verdict.word()) }
        " · " (claim.evidence) " · " (time(claim.seconds))
    }
}

/// A sign for a verdict.
fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proved => "✓",
        Verdict::NotRefuted => "≈",
        Verdict::Undecided => "?",
        Verdict::False => "✗",
        Verdict::Undefined => "∅",
    }
}

/// `1 size`, `2 sizes`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A number that is known by its logarithm, rounded up to a power of ten.
pub(super) fn power(log10: f64) -> Markup {
    html! { "10" sup { (format!("{:.0}", log10.ceil()).replace('-', "−")) } }
}

/// A stretch of time.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        s if s < 0.001 => "under 1 ms".to_string(),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s => format!("{s:.1} s"),
    }
}
