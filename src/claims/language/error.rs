//! What is wrong with a text, and where.

use crate::words::{self, shortened};
use std::fmt;
use std::path::Path;

/// A mark at the start of a file that says how it is encoded; it is no part of the text.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// What a message says of a text, at most, in characters.
const LONGEST: usize = 400;
/// What it shows of a line: so much before the place, and so much of the place and behind it.
const BEFORE: usize = 80;
const BEHIND: usize = 120;

/// A stretch of a file, in bytes from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Where it starts.
    pub start: usize,
    /// How long it is.
    pub length: usize,
}

impl Place {
    /// The stretch of this length.
    pub(in crate::claims) fn new(start: usize, length: usize) -> Self {
        Place { start, length }
    }

    /// From the start of this one to the end of another.
    pub(in crate::claims) fn to(self, other: Place) -> Self {
        Place::new(self.start, (other.start + other.length).saturating_sub(self.start))
    }
}

/// Why a text cannot be read as a derivation: where, what was expected, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// The place of the error.
    pub place: Place,
    /// What would be right.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl SyntaxError {
    /// An error at a place.
    pub(in crate::claims) fn new(place: Place, expected: &str, found: &str) -> Self {
        SyntaxError { place, expected: expected.to_string(), found: found.to_string() }
    }

    /// The error with file, line, column, the line itself and a marker under the place.
    pub(in crate::claims) fn render(&self, file: &str, text: &str) -> String {
        render(file, text, self.place, &self.to_string())
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "expected {}, found {}",
            shortened(&self.expected, LONGEST),
            shortened(&self.found, LONGEST)
        )
    }
}

impl std::error::Error for SyntaxError {}

/// A message with the place that it speaks of. Of a long line it shows the part around the place.
pub(in crate::claims) fn render(file: &str, text: &str, place: Place, message: &str) -> String {
    let (line, column, source) = locate(text, place);
    let (before, rest) = source.split_at_checked(column - 1).unwrap_or(("", source));
    let (marked, behind) = rest.split_at_checked(place.length).unwrap_or((rest, ""));
    let column = before.chars().count() + 1;
    let before = match before.char_indices().rev().nth(BEFORE) {
        Some((at, c)) => format!("...{}", seen(&before[at + c.len_utf8()..], BEFORE)),
        None => seen(before, BEFORE),
    };
    let (marked, behind) =
        (seen(marked, BEHIND), seen(behind, BEHIND.saturating_sub(marked.chars().count())));
    let gutter = " ".repeat(line.to_string().len());
    format!(
        "{}:{line}:{column}: {}\n {gutter} |\n {line} | {before}{marked}{behind}\n {gutter} | {}{}\n",
        words::path(Path::new(file)),
        shortened(message, 2 * LONGEST),
        " ".repeat(before.chars().count()),
        "^".repeat(marked.chars().count().max(1))
    )
}

/// A piece of a line, a blank for each tab.
fn seen(piece: &str, longest: usize) -> String {
    shortened(&piece.replace('\t', " "), longest)
}

/// Line and column (in bytes), both from 1, and the line itself, without a byte-order mark.
pub(in crate::claims) fn locate(text: &str, place: Place) -> (usize, usize, &str) {
    let start = place.start.min(text.len());
    let before = text.get(..start).unwrap_or(text);
    let first = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let start = start.max(first);
    let line_start = before.rfind('\n').map_or(first, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let source = text[line_start..].lines().next().unwrap_or("");
    (line, start - line_start + 1, source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_in_its_line_and_nothing_writes_to_the_terminal() {
        let text = "one\n\tlet ä = \u{1b}[31m!\n";
        let place = Place::new(text.find('=').unwrap(), 1);
        let shown = render("a\u{7}.md", text, place, "no \u{202e}colour");
        let expected =
            "a\\u{7}.md:2:8: no \\u{202e}colour\n   |\n 2 |  let ä = \\u{1b}[31m!\n   |        ^\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn of_a_long_line_the_part_around_the_place_is_shown() {
        let text = format!("{}here{}", "x".repeat(100_000), "y".repeat(100_000));
        for place in [Place::new(100_000, 4), Place::new(0, 200_004), Place::new(200_004, 0)] {
            let error = SyntaxError::new(place, &"e".repeat(100_000), &"f".repeat(100_000));
            let shown = error.render("f.md", &text);
            assert!(shown.len() < 1500, "{} bytes", shown.len());
        }
        let shown = render("f.md", &text, Place::new(100_000, 4), "");
        assert!(shown.contains(&format!("...{}here{}...", "x".repeat(80), "y".repeat(116))), "{shown}");
    }
}
