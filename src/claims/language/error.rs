//! What is wrong with a text, and where.

use std::fmt;

/// A mark at the start of a file that says how it is encoded; it is no part of the text.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// A stretch of a file, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Where it starts.
    pub start: usize,
    /// How long it is.
    pub length: usize,
}

impl Place {
    /// The stretch of this length.
    pub fn new(start: usize, length: usize) -> Self {
        Place { start, length }
    }

    /// From the start of this one to the end of another.
    pub fn to(self, other: Place) -> Self {
        Place::new(self.start, (other.start + other.length).saturating_sub(self.start))
    }
}

/// A text that cannot be read as a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub place: Place,
    /// What would be right.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl SyntaxError {
    /// An error at a place.
    pub fn new(place: Place, expected: &str, found: &str) -> Self {
        SyntaxError { place, expected: expected.to_string(), found: found.to_string() }
    }

    /// The error with file, line, column, the line itself and a marker under the place.
    pub fn render(&self, file: &str, text: &str) -> String {
        render(file, text, self.place, &self.to_string())
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for SyntaxError {}

/// A message with the place that it speaks of.
pub fn render(file: &str, text: &str, place: Place, message: &str) -> String {
    let (line, column, source) = locate(text, place);
    let width = place.length.min(source.len().saturating_sub(column - 1)).max(1);
    let marked = source.get(column - 1..column - 1 + width).unwrap_or(" ").chars().count().max(1);
    let before = source.get(..column - 1).unwrap_or("").chars().count();
    let gutter = " ".repeat(line.to_string().len());
    format!(
        "{file}:{line}:{}: {message}\n {gutter} |\n {line} | {source}\n {gutter} | {}{}\n",
        before + 1,
        " ".repeat(before),
        "^".repeat(marked)
    )
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
