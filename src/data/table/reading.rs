//! How a table is to be read.

use crate::words::quoted;
use std::fmt;
use std::str::FromStr;

/// What separates the cells of a table, and which column holds the labels. What is left open is found in the table, or
/// asked for where the table does not say it.
///
/// ```
/// use hsr::data::{LabelledData, Reading};
/// let reading = Reading { separator: Some(";".parse()?), label: Some("kind".to_string()) };
/// let data = LabelledData::from_csv_as("kind;width\ncat;1,5\nbird;3\n", &reading)?;
/// assert_eq!(data.features, nalgebra::dmatrix![1.5; 3.0]);
/// assert_eq!(data.label_column.to_string(), "1 ('kind')");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What separates cells; a comma, where nothing is said. By any other separator, numbers may have decimal commas.
    pub separator: Option<Separator>,
    /// The label column: its name in the header, or its number, counted from 1. A name goes before a number.
    pub label: Option<String>,
}

/// A character that separates cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Separator(pub(super) u8);

/// What cannot separate cells.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} does not separate cells: one of , ; | : or tab is needed")]
pub struct SeparatorError(String);

impl Separator {
    /// A comma.
    pub const COMMA: Separator = Separator(b',');
    /// A semicolon.
    pub const SEMICOLON: Separator = Separator(b';');
    /// A tabulator.
    pub const TAB: Separator = Separator(b'\t');
}

impl FromStr for Separator {
    type Err = SeparatorError;

    fn from_str(text: &str) -> Result<Self, SeparatorError> {
        match text {
            "," | "comma" => Ok(Separator::COMMA),
            ";" | "semicolon" => Ok(Separator::SEMICOLON),
            "\t" | "\\t" | "tab" => Ok(Separator::TAB),
            "|" => Ok(Separator(b'|')),
            ":" => Ok(Separator(b':')),
            _ => Err(SeparatorError(quoted(text))),
        }
    }
}

/// As the command line takes it.
impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.0 {
            b'\t' => f.write_str("tab"),
            byte => write!(f, "{}", char::from(byte)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_reads_as_it_is_written_and_nothing_else_is_one() {
        for text in [",", ";", "tab", "|", ":"] {
            assert_eq!(text.parse::<Separator>().unwrap().to_string(), text);
        }
        assert_eq!("\t".parse(), Ok(Separator::TAB));
        let known = [",", "comma", ";", "semicolon", "tab", "\t", "\\t", "|", ":"];
        let characters = (0..=0x2fff).filter_map(char::from_u32).map(String::from);
        for text in
            characters.chain(["", ",,", "Tab", "comma", "semicolon", "tab", "pipe", "\\t"].map(String::from))
        {
            assert_eq!(text.parse::<Separator>().is_ok(), known.contains(&&text[..]), "{text:?}");
        }
    }
}
