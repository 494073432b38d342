//! Names that are looked up: the error for one that is unknown, with those that there are.

use crate::words::quoted;
use std::fmt;

/// The error for a name that nothing of a kind has: an activation, a data set, a quantity, an equation.
///
/// It lists the names that there are or, where those are many, the nearest of them.
///
/// ```
/// use hsr::conform::Quantity;
/// use hsr::model::Activation;
/// let error = "tahn".parse::<Activation>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown activation 'tahn': choose sigmoid, tanh, "));
/// assert_eq!(error.nearest(), Some("tanh"));
/// let error = "trase".parse::<Quantity>().unwrap_err();
/// assert_eq!(error.nearest(), Some("trace"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownName {
    /// What was looked for, such as `activation`.
    pub kind: &'static str,
    /// The name that is unknown.
    pub name: String,
    /// The names that there are.
    pub known: Vec<&'static str>,
}

/// More names than this are not listed in a sentence.
const LISTED: usize = 11;

/// Longer names are nobody's slip of the finger, and take long to compare.
const LONGEST: usize = 100;

impl UnknownName {
    /// The known name that differs least.
    pub fn nearest(&self) -> Option<&'static str> {
        nearest(&self.name, self.known.iter().copied())
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let UnknownName { kind, name, known } = self;
        let name = quoted(name);
        match known.as_slice() {
            [] => write!(f, "unknown {kind} {name}"),
            known if known.len() <= LISTED => {
                write!(f, "unknown {kind} {name}: choose {}", in_a_sentence(known))
            }
            _ => {
                write!(f, "no {kind} is named {name}")?;
                self.nearest().map_or(Ok(()), |nearest| write!(f, "; the nearest is '{nearest}'"))
            }
        }
    }
}

impl std::error::Error for UnknownName {}

/// The one of these that has the name.
///
/// # Errors
/// [`UnknownName`] where none has it.
pub(crate) fn find<T: Copy>(
    kind: &'static str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, UnknownName> {
    let found = all.iter().copied().find(|one| name_of(*one) == name);
    found.ok_or_else(|| UnknownName {
        kind,
        name: name.to_string(),
        known: all.iter().map(|one| name_of(*one)).collect(),
    })
}

/// `a, b or c`.
pub(crate) fn in_a_sentence(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

/// The name that differs least, by the distance of Levenshtein: insertions, deletions and replacements.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    known.into_iter().filter(|other| other.len() <= LONGEST).min_by_key(|other| distance(name, other))
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(name: &str, known: &[&'static str]) -> UnknownName {
        UnknownName { kind: "term", name: name.to_string(), known: known.to_vec() }
    }

    #[test]
    fn the_nearest_name_is_that_which_differs_least() {
        assert_eq!(unknown("t_gm", &["t_out", "t_gn", "t_res"]).nearest(), Some("t_gn"));
        assert_eq!(unknown("anything", &[]).nearest(), None);
        let long = "x".repeat(100_000);
        assert_eq!(unknown(&long, &["t_gn"]).nearest(), None);
        assert_eq!(nearest("t_gm", [long.as_str(), "t_gn"]), Some("t_gn"));
    }

    #[test]
    fn few_names_are_listed_and_of_many_the_nearest_is_given() {
        assert_eq!(unknown("c", &["a"]).to_string(), "unknown term 'c': choose a");
        assert_eq!(unknown("c", &["a", "b", "d"]).to_string(), "unknown term 'c': choose a, b or d");
        let many = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "l", "kk"];
        assert_eq!(unknown("k", &many).to_string(), "no term is named 'k'; the nearest is 'a'");
        assert_eq!(unknown("kkk", &many).to_string(), "no term is named 'kkk'; the nearest is 'kk'");
    }
}
