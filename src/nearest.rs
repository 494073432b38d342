//! The known name that is nearest to one that is not known.

/// Longer names are nobody's slip of the finger, and take long to compare.
const LONGEST: usize = 100;

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
    use super::nearest;

    #[test]
    fn the_nearest_name_differs_by_the_fewest_letters() {
        assert_eq!(nearest("t_gm", ["t_out", "t_gn", "t_res"]), Some("t_gn"));
        assert_eq!(nearest("anything", []), None);
    }

    #[test]
    fn what_is_longer_than_a_name_is_not_compared() {
        let long = "t_gn".repeat(100_000);
        assert_eq!(nearest(&long, ["t_gn"]), None);
        assert_eq!(nearest("t_gm", [long.as_str(), "t_gn"]), Some("t_gn"));
    }
}
