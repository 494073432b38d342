//! Whether the quotes of a table enclose whole cells of one line.

use super::{Separator, TableError};

/// Checks the quotes before the table is read. A reader of CSV lets a quoted cell go on over lines, so one quote too
/// many would swallow all lines up to the next, or up to the end, without a word. Neither numbers nor labels need more
/// than a line.
pub(super) fn check(text: &str, separator: Separator) -> Result<(), TableError> {
    let mut state = State::Start;
    let mut line = 1;
    for byte in text.bytes() {
        state = match (state, byte) {
            (State::Quoted, b'\n' | b'\r') => return Err(TableError::OpenQuote { line }),
            (State::Quoted, b'"') => State::AfterQuote,
            (State::Quoted, _) => State::Quoted,
            (_, b'\n') => {
                line += 1;
                State::Start
            }
            (_, b'\r') => State::Start,
            (State::AfterQuote, b'"') => State::Quoted,
            (_, byte) if byte == separator.0 => State::Start,
            (State::Start, b'"') => State::Quoted,
            (State::AfterQuote, b' ' | b'\t') => State::AfterQuote,
            (State::AfterQuote, _) => return Err(TableError::AfterQuote { line }),
            (_, _) => State::Plain,
        };
    }
    match state {
        State::Quoted => Err(TableError::OpenQuote { line }),
        _ => Ok(()),
    }
}

/// Where the reader is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At the first byte of a cell.
    Start,
    /// In a cell without quotes, where a quote is a letter like others.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote that closes a cell, or is the first of two, which mean one.
    AfterQuote,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_enclose_whole_cells_of_one_line() {
        let check = |text| check(text, Separator::COMMA);
        for right in ["\"a, b\" ,label\r\n1,\"x \"\"y\"\"\"\n", "5\" pipe,a\n", "\"\",a", ""] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        assert_eq!(check("a,b\n1,\"x\n2,y\n"), Err(TableError::OpenQuote { line: 2 }));
        assert_eq!(check("a,b\n1,\"x\n2,y\"\n3,z\n"), Err(TableError::OpenQuote { line: 2 }));
        assert_eq!(check("a,b\r1,\"x\"\r2,y\r"), Ok(()));
        assert_eq!(check("a,b\n\n1,\""), Err(TableError::OpenQuote { line: 3 }));
        assert_eq!(check("a,b\n\"1\"2,x\n"), Err(TableError::AfterQuote { line: 2 }));
    }
}
