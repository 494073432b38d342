//! The lines of a table, and its cells.

use super::{Separator, TableError};
use crate::budget;

/// Signs for a missing value, besides an empty cell.
const MISSING: [&str; 16] = [
    "?", "na", "n/a", "#n/a", "<na>", "n.a.", "nan", "nat", "null", "none", "nil", "missing", "-", "--", ".",
    "#div/0!",
];

/// A line of the table.
pub(super) struct Row {
    pub line: u64,
    pub cells: csv::StringRecord,
}

impl Row {
    /// The cell in a column.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }
}

pub(super) fn is_missing(cell: &str) -> bool {
    cell.is_empty() || MISSING.iter().any(|sign| cell.eq_ignore_ascii_case(sign))
}

/// A number, with a decimal comma too: a cell that holds a comma was not separated by commas.
pub(super) fn is_number(cell: &str) -> bool {
    cell.replace(',', ".").parse::<f64>().is_ok()
}

/// That a first line with semicolons or tabulators is not read by commas before somebody said so.
pub(super) fn only_commas(text: &str) -> Result<(), TableError> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    for byte in first.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b';' | b'\t' if !quoted => return Err(TableError::WhichSeparator { found: Separator(byte) }),
            _ => {}
        }
    }
    Ok(())
}

/// That lines, cells and features fit into memory.
pub(super) fn fits(text: &str, separator: Separator) -> Result<(), TableError> {
    /// A line's record, and a cell's end in it with its number.
    const LINE: u64 = 160;
    const CELL: u64 = 24;
    let count = |wanted: u8| text.bytes().filter(|&byte| byte == wanted).count() as u64;
    let (lines, cells) = (count(b'\n') + 1, count(separator.0));
    let bytes = 2 * text.len() as u64 + lines * LINE + (cells + lines) * CELL;
    budget::ask(bytes, || format!("a table of {lines} lines and {} cells", cells + lines))?;
    Ok(())
}

/// All lines that are not blank.
pub(super) fn rows(text: &str, separator: Separator) -> Result<Vec<Row>, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(separator.0)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for cells in reader.records() {
        let cells = cells.map_err(|error| TableError::Malformed(error.to_string()))?;
        // Lines are counted here: the reader's own count is that of the blank line before the record, if there is one.
        let start = first_cell(text, cells.position().map_or(0, csv::Position::byte));
        line += text.bytes().take(start).skip(counted).filter(|&byte| byte == b'\n').count() as u64;
        counted = start;
        rows.push(Row { line, cells });
    }
    Ok(rows)
}

/// Where the record begins that the reader found at or after an offset.
fn first_cell(text: &str, offset: u64) -> usize {
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let is_end_of_line = |byte: &u8| matches!(byte, b'\r' | b'\n');
    offset + text.bytes().skip(offset).take_while(is_end_of_line).count()
}
