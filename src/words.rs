//! Foreign text, fit for a message: what a file, an argument or another program says, escaped and shortened.
//!
//! Text that comes from outside must neither write to the terminal (colours, bells, a title), nor turn the direction of
//! what follows, nor fill the screen. Whoever puts such text into a message, a table or a report does it by one of these
//! functions.

/// The longest piece of foreign text that a message repeats, in characters.
const LONGEST: usize = 40;

/// The longest name that a table or a message shows in full, in characters.
const LONGEST_NAME: usize = 80;

/// Foreign text in quotes, shortened, with every character escaped that is not seen as itself.
pub fn quoted(text: &str) -> String {
    let start: String = text.chars().take(LONGEST).collect();
    let dots = if start.len() < text.len() { "..." } else { "" };
    format!("'{}{dots}'", start.escape_debug())
}

/// A name from outside without quotes: shortened, and escaped where a character is not seen as itself.
pub fn shown(name: &str) -> String {
    shortened(name, LONGEST_NAME)
}

/// A line from outside, of at most so many characters, escaped where a character is not seen as itself.
pub fn shortened(line: &str, longest: usize) -> String {
    let mut shown: String = line.chars().take(longest).flat_map(visible).collect();
    if line.chars().nth(longest).is_some() {
        shown += "...";
    }
    shown
}

/// A whole text as a terminal may show it: the lines stay, every other character that is not seen as itself is escaped.
/// The last guard before a terminal, for text that was put together elsewhere.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            _ => shown.extend(visible(c)),
        }
    }
    shown
}

/// A path for a message.
pub fn path(path: &std::path::Path) -> String {
    shortened(&path.display().to_string(), LONGEST_PATH)
}

/// The longest path that a message shows in full: paths must be found again, so nearly all are.
const LONGEST_PATH: usize = 400;

/// A JSON text as a terminal may show it: what is not seen as itself is escaped as JSON has it. Such characters stand
/// inside strings only, so the text says the same.
pub fn printable_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || is_seen(c) {
            shown.push(c);
        } else {
            let mut units = [0; 2];
            shown.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    shown
}

/// A character that is seen as itself, or its escape. Quotes and backslashes are seen as themselves.
fn visible(c: char) -> Vec<char> {
    if is_seen(c) { vec![c] } else { c.escape_debug().collect() }
}

fn is_seen(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // Alone, an accent would be escaped, which after a letter is seen.
    let after_letter = String::from_iter(['a', c]);
    after_letter.escape_debug().eq(after_letter.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_and_control_characters_are_escaped() {
        assert_eq!(quoted("köln"), "'köln'");
        assert_eq!(quoted("\x1b[31m"), "'\\u{1b}[31m'");
        assert_eq!(quoted(&"ä".repeat(41)), format!("'{}...'", "ä".repeat(40)));
    }

    #[test]
    fn names_are_shown_without_quotes_and_cut() {
        assert_eq!(shown("a\\b'c"), "a\\b'c");
        assert_eq!(shown("\x1b[31m\u{7}\u{202e}\u{fffe}"), "\\u{1b}[31m\\u{7}\\u{202e}\\u{fffe}");
        assert_eq!(shown(&"x".repeat(100_000)), format!("{}...", "x".repeat(80)));
    }

    #[test]
    fn accents_and_letters_of_all_languages_stay() {
        for text in ["e\u{301}t\u{e9}", "हिन्दी", "ไทย", "数据", "a'\"\\"] {
            assert_eq!((shown(text), printable(text)), (text.to_string(), text.to_string()));
        }
    }

    #[test]
    fn json_stays_the_same_json() {
        let text = "{\n \"\u{9b}31m\": \"\u{202e}\u{e0001}\u{e9}\"}";
        let safe = printable_json(text);
        assert_eq!(safe, "{\n \"\\u009b31m\": \"\\u202e\\udb40\\udc01\u{e9}\"}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&safe), read(text));
    }

    #[test]
    fn the_lines_of_a_text_stay_and_nothing_writes_to_the_terminal() {
        assert_eq!(printable("a\tb\n\x1b]0;title\x07\r\n"), "a\tb\n\\u{1b}]0;title\\u{7}\\r\n");
        assert_eq!(path(std::path::Path::new("run\x1b/a b.npz")), "run\\u{1b}/a b.npz");
    }
}
