//! A check as one page of HTML: the chapters to read, each claim with its verdict, and a summary on top. The page
//! needs nothing but itself: no script, no font, no picture from elsewhere.

mod block;
mod chapter;
mod formula;
mod latex;
mod summary;
mod words;

use crate::claims::stack::with_deep_stack;
use crate::claims::{CheckReport, Derivation};
use block::Verdicts;
use chapter::Chapter;
use maud::{DOCTYPE, PreEscaped, html};
use std::collections::BTreeSet;

/// The style of the page.
const STYLE: &str = include_str!("page.css");

/// What a browser may do with the page: nothing that is not written in it. A derivation may be somebody else's.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

impl CheckReport {
    /// The report as a page of HTML that stands alone, with the derivations that were checked.
    ///
    /// ```
    /// use hsr::claims::{Derivation, Request, Source, check};
    /// let text = "# Squares\n\n```claims\nparameter V[C,h]\nclaim slope: d(V[k,i]^2)/d V[k,i] = 2*V[k,i]\n```\n";
    /// let derivations = [Derivation::read(vec![Source { name: "own.md".into(), text: text.into() }], 0)?];
    /// let page = check(&derivations, &Request::default()).html(&derivations);
    /// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("✓ proved"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn html(&self, derivations: &[Derivation]) -> String {
        with_deep_stack(|| clean(self.page(derivations)))
    }

    fn page(&self, derivations: &[Derivation]) -> String {
        let chapters = chapters(derivations);
        let verdicts = Verdicts::of(&self.claims);
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (summary::headline(self)) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (summary::summary(self, &chapters, &verdicts))
                    main {
                        @for chapter in &chapters {
                            article id=(chapter.id) {
                                (summary::file(chapter, &verdicts))
                                (chapter.body(&chapters, &verdicts))
                            }
                        }
                    }
                }
            }
        };
        page.into_string() + "\n"
    }
}

/// A page without characters that HTML cannot hold, that move or hide what stands around them, or that speak to a
/// terminal: a text may have them anywhere.
fn clean(page: String) -> String {
    let wrong = |c: char| {
        let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let nothing = (c as u32) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
        turns || nothing || (c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
    };
    if !page.contains(wrong) {
        return page;
    }
    page.chars().fold(String::with_capacity(page.len()), |mut clean, c| {
        if wrong(c) {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
        clean
    })
}

/// Every file once, in order.
fn chapters(derivations: &[Derivation]) -> Vec<Chapter<'_>> {
    let (mut chapters, mut names) = (Vec::new(), BTreeSet::new());
    for source in derivations.iter().flat_map(Derivation::sources) {
        if names.insert(&source.name) {
            chapters.push(Chapter::new(source, chapters.len() + 1));
        }
    }
    chapters
}

/// The page's name for a claim, by its number in the report.
fn claim_id(number: usize) -> String {
    format!("claim-{}", number + 1)
}
