//! `hsr answer`: the other side of `hsr conform`.

use hsr::budget::{Bytes, bytes_in_all};
use hsr::conform::{Quantity, answer_line};
use serde_json::json;
use std::error::Error;
use std::io::{self, BufRead, Read, Write};

pub(super) const EXAMPLES: &str = "\
Examples:
  hsr answer                                a line in, a line out, until the input ends";

/// The memory that a line takes when it is read, at most, in its own length.
const READ: u64 = 64;

/// Answers questions line by line until the input ends. A line that is no text is answered with what is wrong, and the
/// next ones are answered still; the exit code tells of the first such line.
pub(super) fn answer() -> Result<(), Box<dyn Error>> {
    let told = answer_all(io::stdin().lock(), io::stdout().lock(), bytes_in_all() / READ)?;
    told.map_or(Ok(()), |unread| Err(unread.into()))
}

/// Answers, and tells the first line that could not be read. A reader that stops reading is no error.
fn answer_all(
    mut input: impl BufRead,
    mut output: impl Write,
    longest: u64,
) -> Result<Option<String>, Box<dyn Error>> {
    let mut unread = None;
    for number in 1_u64.. {
        let mut line = Vec::new();
        input
            .by_ref()
            .take(longest + 1)
            .read_until(b'\n', &mut line)
            .map_err(|reason| format!("cannot read line {number} of standard input: {reason}"))?;
        if line.is_empty() {
            break;
        }
        let is_too_long = line.len() as u64 > longest && !line.ends_with(b"\n");
        let read = if is_too_long {
            Err(format!("line {number} of standard input is longer than {}", Bytes(longest)))
        } else {
            text(&line).map_err(|place| {
                format!("line {number} of standard input is not UTF-8, from byte {place} of the line on")
            })
        };
        let reply = match read {
            Ok(line) => answer_line(line, &Quantity::ALL),
            Err(reason) => {
                let reply = json!({"error": &reason}).to_string();
                unread.get_or_insert(reason);
                reply
            }
        };
        match writeln!(output, "{reply}").and_then(|()| output.flush()) {
            Err(reason) if reason.kind() == io::ErrorKind::BrokenPipe => break,
            written => {
                written.map_err(|reason| format!("cannot write to standard output: {reason}"))?;
            }
        }
        if is_too_long {
            // Where it ends, nobody knows.
            break;
        }
    }
    Ok(unread)
}

/// A line without its end, or the place of the first byte that is no text, from 1.
fn text(line: &[u8]) -> Result<&str, usize> {
    let text = str::from_utf8(line).map_err(|error| error.valid_up_to() + 1)?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(text.strip_suffix('\r').unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &str = r#"{"id": 1, "activation": "tanh", "W": [[1]], "V": [[1], [-1]], "X": [[0.5]], "y": [0],
                               "quantities": ["loss"]}"#;

    fn answered(input: &[u8], longest: u64) -> (String, Option<String>) {
        let mut output = Vec::new();
        let unread = answer_all(input, &mut output, longest).unwrap();
        (String::from_utf8(output).unwrap(), unread)
    }

    #[test]
    fn a_line_that_is_no_text_is_named_and_the_next_is_answered() {
        let question = QUESTION.replace('\n', " ");
        let input = [question.as_bytes(), b"\r\n{\"id\": \xff}\n", question.as_bytes()].concat();
        let (output, unread) = answered(&input, 1000);
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!((lines.len(), lines[0]), (3, lines[2]));
        let message = "line 2 of standard input is not UTF-8, from byte 8 of the line on";
        assert_eq!(lines[1], format!("{{\"error\":\"{message}\"}}"));
        assert_eq!(unread.as_deref(), Some(message));
    }

    #[test]
    fn a_line_that_is_too_long_is_named_and_ends_it() {
        let (output, unread) = answered(format!("{{}}\n{}\n{{}}\n", "x".repeat(2000)).as_bytes(), 1000);
        assert_eq!(unread.as_deref(), Some("line 2 of standard input is longer than 1.0 kB"));
        assert_eq!(output.lines().count(), 2);
        assert_eq!(answered("x".repeat(1000).as_bytes(), 1000).1, None);
    }

    /// A writer that has no room, or nobody who reads.
    struct Full(io::ErrorKind);

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_output_is_named_and_a_closed_one_is_the_end() {
        let full = answer_all(&b"{}\n"[..], Full(io::ErrorKind::StorageFull), 100).unwrap_err().to_string();
        assert_eq!(full, "cannot write to standard output: no storage space");
        assert_eq!(answer_all(&b"{}\n"[..], Full(io::ErrorKind::BrokenPipe), 100).unwrap(), None);
    }
}
