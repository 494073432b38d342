//! Foreign text in messages.

/// The longest piece of a file's text that a message repeats, in characters.
const LONGEST: usize = 40;

/// Text from a file, fit for a message: in quotes, shortened, and with control characters escaped, so that a file
/// cannot write to the terminal.
pub(crate) fn quoted(text: &str) -> String {
    let start: String = text.chars().take(LONGEST).collect();
    let dots = if start.len() < text.len() { "..." } else { "" };
    format!("'{}{dots}'", start.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn long_text_is_cut_and_control_characters_are_escaped() {
        assert_eq!(quoted("köln"), "'köln'");
        assert_eq!(quoted("\x1b[31m"), "'\\u{1b}[31m'");
        assert_eq!(quoted(&"ä".repeat(41)), format!("'{}...'", "ä".repeat(40)));
    }
}
