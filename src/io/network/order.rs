//! The order of the layers of a file: by the numbers in their names, or where the names differ by the one chain that their shapes
//! allow.

use std::collections::BTreeMap;

/// More layers than these are not ordered by their shapes.
const MOST_BY_SHAPE: usize = 14;

/// A layer's name without its numbers, and the numbers, which may be of any length.
pub(super) type Key = (String, Vec<Digits>);

/// A whole number by its decimal digits, the shorter the smaller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Digits(usize, String);

impl Digits {
    fn new(text: &str) -> Self {
        let digits = text.trim_start_matches('0');
        Digits(digits.len(), digits.to_string())
    }

    /// Whether this is the next number after another.
    pub fn follows(&self, other: &Digits) -> bool {
        let number = |digits: &Digits| if digits.0 == 0 { Ok(0) } else { digits.1.parse::<u64>() };
        matches!((number(self), number(other)), (Ok(one), Ok(two)) if one == two.wrapping_add(1))
    }
}

/// The key of a name: `layers.10` is `layers.#` with 10, and `dense_1` is `dense` with 1, which comes after `dense`.
pub(super) fn key(name: &str) -> Key {
    let (mut template, mut numbers, mut digits) = (String::new(), Vec::new(), String::new());
    for character in name.chars().chain(['\n']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        if !digits.is_empty() {
            numbers.push(Digits::new(&digits));
            template.push('#');
            digits.clear();
        }
        template.push(character);
    }
    template.pop();
    if let Some(base) = template.strip_suffix("_#") {
        template.truncate(base.len());
    }
    (template, numbers)
}

/// The layers in their order, where it is clear: `sizes` says the inputs and outputs of each.
pub(super) fn order(keys: &[Key], sizes: &[(usize, usize)]) -> Option<Vec<usize>> {
    let mut by_template: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, (template, _)) in keys.iter().enumerate() {
        by_template.entry(template).or_default().push(index);
    }
    for series in by_template.values_mut() {
        series.sort_by_key(|&index| &keys[index].1);
        if series.windows(2).any(|pair| keys[pair[0]].1 == keys[pair[1]].1) {
            return None;
        }
    }
    let series: Vec<Vec<usize>> = by_template.into_values().collect();
    match &series[..] {
        [one] => Some(one.clone()),
        _ => only_chain(&series, sizes),
    }
}

/// The one order in which each layer takes what the one before it gives, and each series keeps its own order.
fn only_chain(series: &[Vec<usize>], sizes: &[(usize, usize)]) -> Option<Vec<usize>> {
    let count = sizes.len();
    if count > MOST_BY_SHAPE {
        return None;
    }
    // Which layers must come before each: those before it in its series.
    let mut before = vec![0_usize; count];
    for one in series {
        for pair in one.windows(2) {
            before[pair[1]] = before[pair[0]] | 1 << pair[0];
        }
    }
    // In how many ways a chain that has these layers, and ends in this one, can be finished: 0, 1, or 2 for more.
    let all = (1 << count) - 1;
    let mut ways = vec![0_u8; (all + 1) * count];
    let may_follow = |taken: usize, last: usize, next: usize| {
        taken >> next & 1 == 0 && before[next] & !taken == 0 && sizes[last].1 == sizes[next].0
    };
    for taken in (1..=all).rev() {
        for last in (0..count).filter(|last| taken >> last & 1 == 1) {
            let next = (0..count).filter(|&next| may_follow(taken, last, next));
            let sum = next.map(|next| ways[(taken | 1 << next) * count + next]).sum::<u8>().min(2);
            ways[taken * count + last] = if taken == all { 1 } else { sum };
        }
    }
    let first: Vec<usize> =
        (0..count).filter(|&first| before[first] == 0 && ways[(1 << first) * count + first] > 0).collect();
    let [mut last] = first[..] else { return None };
    let mut chain = vec![last];
    let mut taken = 1 << last;
    if ways[taken * count + last] != 1 {
        return None;
    }
    while taken != all {
        let leads =
            |&next: &usize| may_follow(taken, last, next) && ways[(taken | 1 << next) * count + next] > 0;
        last = (0..count).find(leads)?;
        taken |= 1 << last;
        chain.push(last);
    }
    Some(chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered<'a>(names: &[&'a str], sizes: &[(usize, usize)]) -> Option<Vec<&'a str>> {
        let keys: Vec<Key> = names.iter().map(|name| key(name)).collect();
        Some(order(&keys, sizes)?.into_iter().map(|index| names[index]).collect())
    }

    #[test]
    fn numbers_are_ordered_by_value_and_none_comes_before_one() {
        let sizes = [(2, 2); 4];
        assert_eq!(
            ordered(&["net.10", "net.2", "net.0", "net.007"], &sizes).unwrap(),
            ["net.0", "net.2", "net.007", "net.10"]
        );
        assert_eq!(
            ordered(&["dense_10", "dense_2", "dense", "dense_1"], &sizes).unwrap(),
            ["dense", "dense_1", "dense_2", "dense_10"]
        );
        assert_eq!(ordered(&["a.1", "a.01"], &sizes[..2]), None);
        let huge = ["l99999999999999999999999", "l100000000000000000000000"];
        assert_eq!(ordered(&huge, &sizes[..2]).unwrap(), huge);
    }

    #[test]
    fn words_are_ordered_by_the_one_chain_of_their_shapes() {
        assert_eq!(ordered(&["head", "encoder"], &[(8, 3), (4, 8)]).unwrap(), ["encoder", "head"]);
        assert_eq!(
            ordered(&["out", "layers.1", "layers.0"], &[(8, 3), (8, 8), (8, 8)]).unwrap(),
            ["layers.0", "layers.1", "out"]
        );
        assert_eq!(ordered(&["encoder", "decoder"], &[(8, 3), (3, 8)]), None);
        assert_eq!(ordered(&["actor", "critic"], &[(8, 3), (8, 1)]), None);
    }

    #[test]
    fn many_layers_of_one_size_take_no_time() {
        let names: Vec<String> = (0..14).map(|index| char::from(b'a' + index).to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut sizes = [(2, 2); 14];
        assert_eq!(ordered(&names, &sizes), None);
        sizes[13] = (3, 3);
        assert_eq!(ordered(&names[..], &sizes), None);
    }
}
