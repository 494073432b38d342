//! `hsr answer`: the other side of `hsr conform`.

use crate::conform::{Quantity, answer_line};
use std::error::Error;
use std::io::{BufRead, Write};

pub(super) const EXAMPLES: &str = "\
Examples:
  hsr answer                                a line in, a line out, until the input ends";

/// Answers questions line by line until the input ends.
pub(super) fn answer() -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        writeln!(output, "{}", answer_line(&line?, &Quantity::ALL))?;
        output.flush()?;
    }
    Ok(())
}
