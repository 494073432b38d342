//! Commands that a reader pastes into a shell.

use crate::words;

/// A word as the shell reads it back. Where it holds control characters, which must not reach a terminal, it is written
/// as bash, zsh and the POSIX shell of 2024 read it: `$'\x1b'`.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else if word == words::printable(word) {
        format!("'{}'", word.replace('\'', "'\\''"))
    } else {
        format!("$'{}'", word.bytes().map(escaped).collect::<String>())
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_run_is_quoted() {
        assert_eq!(quoted("own/file-1.md"), "own/file-1.md");
        assert_eq!(quoted("a b; rm $(x)`y`.md"), "'a b; rm $(x)`y`.md'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("h\u{f6}he.md"), "'h\u{f6}he.md'");
    }

    #[test]
    fn control_characters_are_written_so_that_only_the_shell_sees_them() {
        assert_eq!(quoted("a'\\\x1b[31m \u{202e}"), "$'a\\'\\\\\\x1b[31m \\xe2\\x80\\xae'");
        let echoed = std::process::Command::new("bash")
            .arg("-c")
            .arg(format!("printf %s {}", quoted("\x1b'\n")))
            .output();
        // Where there is no bash there is nobody to ask.
        assert!(echoed.is_err() || echoed.is_ok_and(|output| output.stdout == b"\x1b'\n"));
    }
}
