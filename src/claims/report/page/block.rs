//! A block of code, with the verdict on each claim in it.

use super::formula::typeset;
use super::words;
use crate::claims::{ClaimFailure, ClaimReport, Source};
use maud::{Markup, html};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// The reports on the claims, by file and name.
pub(super) struct Verdicts<'a> {
    files: BTreeMap<&'a str, BTreeMap<&'a str, Vec<Verdict<'a>>>>,
}

/// A claim of the report and its number there.
pub(super) type Verdict<'a> = (usize, &'a ClaimReport);

impl<'a> Verdicts<'a> {
    /// Of a report.
    pub(super) fn of(claims: &'a [ClaimReport]) -> Self {
        let mut files = BTreeMap::<_, BTreeMap<_, Vec<_>>>::new();
        for (number, claim) in claims.iter().enumerate() {
            let file = files.entry(claim.file.as_str()).or_default();
            file.entry(claim.name.as_str()).or_default().push((number, claim));
        }
        Verdicts { files }
    }

    /// Those of one claim: none where it is not checked, and two where its file is checked twice.
    pub(super) fn get(&self, file: &str, name: &str) -> &[Verdict<'a>] {
        self.files.get(file).and_then(|claims| claims.get(name)).map_or(&[], Vec::as_slice)
    }
}

/// A claim as it is written.
pub(super) struct Written {
    /// Its name.
    pub(super) name: String,
    /// Where it stands in the file.
    pub(super) place: Range<usize>,
    /// The claim as LaTeX.
    pub(super) latex: String,
}

/// The code that stands in this range of a file with these claims.
pub(super) fn block(source: &Source, claims: &[Written], range: Range<usize>, verdicts: &Verdicts) -> Markup {
    let text = &source.text;
    let mut at = range.start;
    let mut pieces = Vec::new();
    // They stand in order.
    let first = claims.partition_point(|claim| claim.place.start < range.start);
    for claim in claims[first..].iter().take_while(|claim| claim.place.start < range.end) {
        pieces.push(code(&text[at..claim.place.start]));
        let written = &text[claim.place.clone()];
        let found = verdicts.get(&source.name, &claim.name);
        pieces.extend(found.iter().map(|(number, report)| checked(claim, written, *number, report)));
        if found.is_empty() {
            pieces.push(
                html! { div.claim.unchecked { (shown_claim(written)) (stated(claim)) p.verdict { "– not checked here" } } },
            );
        }
        at = claim.place.end;
    }
    pieces.push(code(text.get(at..range.end).unwrap_or_default()));
    html! { div.block { @for piece in pieces { (piece) } } }
}

/// A claim, its first lines where it is long.
fn shown_claim(written: &str) -> Markup {
    match written.match_indices('\n').nth(MOST_LINES) {
        Some((end, _)) => html! { (code(&written[..end])) p { "..." } },
        None => code(written),
    }
}

fn code(text: &str) -> Markup {
    let lines = text.trim_end().trim_start_matches(['\n', '\r']);
    html! { @if !lines.trim().is_empty() { pre { code { (cut(lines)) } } } }
}

/// Code with its long lines cut.
fn cut(code: &str) -> Cow<'_, str> {
    if code.lines().all(|line| line.len() <= LONGEST_LINE) {
        return code.into();
    }
    let line = |line: &str| match line.char_indices().nth(LONGEST_LINE) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line.to_string(),
    };
    code.lines().map(line).collect::<Vec<_>>().join("\n").into()
}

/// A line of code is shown up to this length.
const LONGEST_LINE: usize = 1000;
/// A claim is shown up to so many lines: comments may stand in it.
const MOST_LINES: usize = 100;

/// A claim as mathematics, where it can be typeset.
fn stated(claim: &Written) -> Markup {
    html! { @if let Some(formula) = typeset(&claim.latex) { div.stated { (formula) } } }
}

fn checked(claim: &Written, written: &str, number: usize, report: &ClaimReport) -> Markup {
    let state = if report.failure.is_some() { "fails" } else { "holds" };
    html! {
        div.claim.(state) id=(super::claim_id(number)) {
            (shown_claim(written))
            (stated(claim))
            p.verdict { (words::verdict(report)) }
            @if let Some(failure) = &report.failure { (story(failure)) }
        }
    }
}

/// Everything about a failure.
fn story(failure: &ClaimFailure) -> Markup {
    html! {
        pre.place { (failure.place) }
        dl.facts {
            @for (label, value) in failure.facts() { dt { (label) } dd { code { (value) } } }
        }
    }
}
