//! What the targets share: readers take files, and a fuzzer has bytes.

use std::fmt::Display;
use std::fs;
use std::path::PathBuf;

/// A message is longer than this only where something foreign was not shortened.
const LONGEST_MESSAGE: usize = 20_000;

/// A file with these bytes, for the one reader that is run at a time. It is overwritten by the next.
///
/// # Panics
/// Where the folder for temporary files cannot be written.
pub fn file(bytes: &[u8], ending: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("hsr-fuzz-{}.{ending}", std::process::id()));
    fs::write(&path, bytes).expect("the folder for temporary files can be written");
    path
}

/// The value, or nothing where there is an error with a message that a terminal can show.
///
/// # Panics
/// Where it cannot.
pub fn worded<T, E: Display>(outcome: Result<T, E>) -> Option<T> {
    outcome.map_err(|error| printable(&error.to_string())).ok()
}

/// What a command prints: escaped and shortened, whatever a file says.
///
/// # Panics
/// Where it is not.
pub fn printable(text: &str) {
    assert!(text.len() < LONGEST_MESSAGE, "{} bytes of message", text.len());
    if let Some(found) = text.chars().find(|c| c.is_control() && *c != '\n') {
        panic!("{found:?} is printed: {text:?}");
    }
}

/// Lets a write to a program that reads no more be an error, as in every program of Rust that has a `main` of its own.
pub fn ignore_broken_pipes() {
    // SAFETY: no handler is installed.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}
