//! Names that a file holds, in messages.

use crate::words::quoted;

/// The most names that a message lists.
const LISTED: usize = 8;

/// The names, or that there are none of a kind, such as `arrays`.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, kind: &str) -> String {
    let names: Vec<String> = names.into_iter().map(shown).collect();
    match names.len() {
        0 => format!("no {kind}"),
        1..=LISTED => names.join(", "),
        more => format!("{} and {} more", names[..LISTED].join(", "), more - LISTED),
    }
}

fn shown(name: &str) -> String {
    let is_plain = name.chars().all(|character| character.is_alphanumeric() || "_.".contains(character));
    if is_plain && !name.is_empty() { name.to_string() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn names_are_cut_short_and_quoted_where_they_are_strange() {
        assert_eq!(listed([], "arrays"), "no arrays");
        assert_eq!(listed(["b", "0.weight", "\x1b[31m", ""], "arrays"), "b, 0.weight, '\\u{1b}[31m', ''");
        let many: Vec<String> = (0..11).map(|name| format!("a{name:02}")).collect();
        assert_eq!(
            listed(many.iter().map(String::as_str), "arrays"),
            "a00, a01, a02, a03, a04, a05, a06, a07 and 3 more"
        );
    }
}
