//! The top of the page: what holds, what fails and where, and the way to each chapter.

use super::block::Verdicts;
use super::chapter::Chapter;
use super::words;
use crate::claims::{CheckReport, MutantVerdict};
use crate::words::{path, shown};
use maud::{Markup, html};

/// The whole in a line.
pub(super) fn headline(report: &CheckReport) -> String {
    let counts = report.counts();
    let survivors = report.mutants.as_ref().map_or(0, |score| score.count(MutantVerdict::Survived));
    match (report.claims.len(), counts.failed(), survivors) {
        (0, ..) => "No claim was checked".to_string(),
        (1, 0, 0) => "The claim that was checked holds".to_string(),
        (all, 0, 0) => format!("All {all} claims that were checked hold"),
        (all, 0, edits) => {
            format!("All {all} claims hold, but {} of them survive", words::counted(edits, "edit"))
        }
        (all, 1, _) => format!("1 of {} does not hold", words::counted(all, "claim")),
        (all, failed, _) => format!("{failed} of {all} claims do not hold"),
    }
}

/// The top of the page.
pub(super) fn summary(report: &CheckReport, chapters: &[Chapter], verdicts: &Verdicts) -> Markup {
    html! {
        header.(if report.holds() { "holds" } else { "fails" }) {
            h1 { span.sign { (if report.holds() { "✓" } else { "✗" }) } " " (headline(report)) }
            (numbers(report, chapters, verdicts))
            (failures(report))
            (survivors(report))
            details {
                summary { "What the words mean" }
                p {
                    "A claim is " em { "proved" } " where two witnesses agree: exact arithmetic, in which its sides are equal \
                    for the sizes that are named, and floating point, in which they are equal within their rounding errors. "
                    em { "P(fooled)" } " bounds the probability that exact arithmetic finds two sides equal that differ. An \
                    inequality, or what contains an eigenvalue, is " em { "not refuted" } " where a search for a violation \
                    found none: that is no proof. " em { "Undecided" } " says that the witnesses disagree, " em { "false" }
                    " that real numbers show it, which are given, and " em { "undefined" } " that a side has no real value."
                }
            }
            nav aria-label="Chapters" {
                ol {
                    @for chapter in chapters {
                        li { a href={ "#" (chapter.id) } { (chapter.title()) } " " (tally(chapter, verdicts)) }
                    }
                }
            }
        }
    }
}

fn numbers(report: &CheckReport, chapters: &[Chapter], verdicts: &Verdicts) -> Markup {
    let counts = report.counts();
    let unchecked: usize = chapters.iter().map(|chapter| chapter.tally(verdicts).unchecked).sum();
    html! {
        dl.numbers {
            (number("proved", "proved", html! { (counts.proved) }))
            (number("of them at every size", "every-size", html! { (counts.every_size) }))
            (number("not refuted", "not-refuted", html! { (counts.not_refuted) }))
            (number("undecided", "undecided", html! { (counts.undecided) }))
            (number("false", "false", html! { (counts.falsified) }))
            (number("undefined", "undefined", html! { (counts.undefined) }))
            @if unchecked > 0 { (number("not checked here", "unchecked", html! { (unchecked) })) }
            @if let Some(worst) = counts.worst_log10 {
                (number("worst P(fooled)", "fooled", words::power(worst)))
            }
            (number("seed", "seed", html! { (report.seed) }))
            (number("time", "time", html! { (words::time(report.seconds)) }))
            @if let Some(score) = &report.mutants {
                (number("edits made", "edits", html! { (score.edits.len()) }))
                (number("edits false", "edits-false", html! { (score.count(MutantVerdict::False)) }))
                (number("edits undecided", "edits-undecided", html! { (score.count(MutantVerdict::Undecided)) }))
                (number("edits proved equal", "equivalent", html! { (score.count(MutantVerdict::Equal)) }))
                (number("edits survive", "survivors", html! { (score.count(MutantVerdict::Survived)) }))
            }
        }
    }
}

fn number(label: &str, id: &str, value: Markup) -> Markup {
    html! { div { dt { (label) } dd id={ "number-" (id) } { (value) } } }
}

/// The claims that fail, with links.
fn failures(report: &CheckReport) -> Markup {
    let failed = report.claims.iter().enumerate().filter(|(_, claim)| claim.failure.is_some());
    html! {
        @if report.counts().failed() > 0 {
            section.failures {
                h2 { "What does not hold" }
                ul {
                    @for (number, claim) in failed {
                        li {
                            a href={ "#" (super::claim_id(number)) } { (shown(&claim.name)) } " in " (path(claim.file.as_ref())) " is " (claim.verdict.word())
                            @if let Some(relation) = claim.failure.as_ref().and_then(|it| it.relation.as_ref()) {
                                ": " (relation)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Edits of true claims that no check tells from the claim.
fn survivors(report: &CheckReport) -> Markup {
    let survivors: Vec<&str> =
        report.mutants.iter().flat_map(|score| score.lines(MutantVerdict::Survived)).collect();
    html! {
        @if !survivors.is_empty() {
            section.failures {
                h2 { "Edits that survive" }
                ul { @for survivor in survivors { li { code { (survivor) } } } }
            }
        }
    }
}

/// The line above a chapter: its file, and how many of its claims hold.
pub(super) fn file(chapter: &Chapter, verdicts: &Verdicts) -> Markup {
    html! {
        p.file { code { (chapter.file()) } " " (tally(chapter, verdicts)) " " a href="#" { "contents ↑" } }
    }
}

fn tally(chapter: &Chapter, verdicts: &Verdicts) -> Markup {
    let tally = chapter.tally(verdicts);
    html! {
        span.tally {
            @if tally.failed > 0 { span.fails { "✗ " (tally.failed) " not" } " " }
            @if tally.held > 0 { span.holds { "✓ " (tally.held) " " (verb(tally.held, "hold")) } " " }
            @if tally.unchecked > 0 { span { "– " (tally.unchecked) " not checked here" } }
        }
    }
}

fn verb(count: usize, verb: &str) -> String {
    format!("{verb}{}", if count == 1 { "s" } else { "" })
}
