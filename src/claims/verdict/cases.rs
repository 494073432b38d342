//! The cases of the free indices: which of them are equal. No index of a range is special, so one assignment stands for all
//! of a case.

use super::concrete::Concrete;
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::Claim;
use crate::claims::point::values::excluded;
use std::collections::BTreeMap;

/// How many cases there are: for each range as many as there are partitions of its free indices, or, where its indices are not
/// alike, as many as they have values.
pub(in crate::claims) fn case_count(claim: &Claim, concrete: &Concrete) -> f64 {
    let mut free = BTreeMap::new();
    for (_, slot) in &claim.free {
        *free.entry(claim.slots[*slot]).or_insert(0) += 1;
    }
    let cases = free.into_iter().map(|(range, count)| match concrete.length(range) {
        Some(length) => (length as f64).powi(count as i32),
        None => partitions(count),
    });
    cases.product()
}

/// The number of Bell, by the triangle of Peirce.
fn partitions(count: usize) -> f64 {
    let mut row = vec![1.0];
    for _ in 0..count {
        let mut next = vec![row[row.len() - 1]];
        for entry in &row {
            next.push(next[next.len() - 1] + entry);
        }
        row = next;
    }
    row[0]
}

/// One component for each way in which free indices of one range can be equal or different: what holds for it holds for all
/// like it, since no index is special. Where some are, all values.
pub(in crate::claims) fn patterns(claim: &Claim, concrete: &Concrete) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for (place, (_, slot)) in claim.free.iter().enumerate() {
        let range = claim.slots[*slot];
        let same: Vec<usize> =
            (0..place).filter(|other| claim.slots[claim.free[*other].1] == range).collect();
        let mut longer = Vec::new();
        for pattern in &all {
            let values: Vec<usize> = match concrete.length(range) {
                Some(length) => (0..length).collect(),
                None => (0..=same.iter().map(|other| pattern[*other] + 1).max().unwrap_or(0)).rev().collect(),
            };
            for index in values {
                let mut next = pattern.clone();
                next.push(index);
                longer.push(next);
            }
        }
        all = longer;
    }
    let sizes = concrete.lengths();
    all.retain(|pattern| !excluded(claim, pattern, &sizes));
    all
}

/// Which free indices of one range are equal and which are not, such as `n = m, k != l`; nothing where there is one case.
pub(in crate::claims) fn case(claim: &Claim, component: &[usize]) -> String {
    let mut words = Vec::new();
    for (a, (first, slot)) in claim.free.iter().enumerate() {
        for (b, (second, other)) in claim.free.iter().enumerate().skip(a + 1) {
            if claim.slots[*slot] == claim.slots[*other] {
                let sign = if component.get(a) == component.get(b) { "=" } else { "!=" };
                words.push(format!("{first} {sign} {second}"));
            }
        }
    }
    words.join(", ")
}

/// Whether the indices are below the sizes.
pub(in crate::claims) fn fits(claim: &Claim, indices: &[usize], sizes: Lengths) -> bool {
    claim.free.iter().zip(indices).all(|((_, slot), index)| *index < sizes.of(claim.slots[*slot]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_counted() {
        assert_eq!([0, 1, 2, 3, 4, 5].map(partitions), [1.0, 1.0, 2.0, 5.0, 15.0, 52.0]);
    }
}
