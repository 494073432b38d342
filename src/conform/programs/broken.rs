//! Why a program gave no answer.

use crate::budget::Bytes;
use crate::words::shortened;

/// Why a program gave no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// The program does not exist, or may not be run.
    #[error("cannot start {command}: {reason}")]
    CannotStart {
        /// The program.
        command: String,
        /// What the operating system says.
        reason: String,
    },
    /// It exited instead of answering.
    #[error("it ended ({status}) where an answer was due")]
    Ended {
        /// The exit code or the signal.
        status: String,
    },
    /// It exited in the middle of a line.
    #[error("it ended ({status}) in the middle of its answer: {line}")]
    CutOff {
        /// The exit code or the signal.
        status: String,
        /// The beginning of the line, what cannot be printed escaped.
        line: String,
    },
    /// It closed its standard output.
    #[error("it closed its standard output where an answer was due, and runs on")]
    Closed,
    /// It did not answer in time.
    #[error("no answer within {seconds} s{unread}")]
    Silent {
        /// The limit.
        seconds: f64,
        /// What is known of how it read the question; empty where it may have read all of it.
        unread: String,
    },
    /// It answers questions that it did not read.
    #[error("it answers without reading its standard input")]
    Deaf,
    /// Its answer is not a JSON object.
    #[error("its answer is not a JSON object ({reason}): {line}; notes belong on standard error")]
    Rubbish {
        /// What the parser says.
        reason: String,
        /// The beginning of the line, what cannot be printed escaped.
        line: String,
    },
    /// Its answer is longer than an answer can be.
    #[error(
        "its answer is longer than {} and was not read on: {}",
        Bytes(*longest as u64), needed(*numbers)
    )]
    TooLong {
        /// How many bytes are read.
        longest: usize,
        /// How many numbers were asked for.
        numbers: usize,
    },
    /// Its first answer, which lists what it supports, is invalid.
    #[error("its answer to the first line is wrong: {reason}")]
    Hello {
        /// What is wrong with it.
        reason: String,
    },
    /// It answered a question that was not asked.
    #[error(
        "its answer has the id {found} where {expected} was asked: answer each line once, in order, with its id"
    )]
    OutOfOrder {
        /// The id that was sent.
        expected: u64,
        /// The id that came.
        found: String,
    },
    /// It is a function, and raised an error.
    #[error("it raised an error where an answer was due: {reason}")]
    Raised {
        /// What it says.
        reason: String,
    },
    /// The user stopped the run.
    #[error("stopped before the end")]
    Stopped,
}

fn needed(numbers: usize) -> String {
    match numbers {
        0 => "the list of what it supports is shorter than that".to_string(),
        1 => "one number was asked for, which needs less, notes included".to_string(),
        _ => format!("{numbers} numbers were asked for, which need less, notes included"),
    }
}

/// How many letters of a line are shown.
pub(super) const LETTERS: usize = 60;

/// The first letters of what a program said, in quotes, what is not seen as itself escaped.
pub(super) fn beginning(line: &str) -> String {
    format!("\"{}\"", shortened(line.trim_end(), LETTERS).replace('"', "\\\""))
}
