//! Which units a worker has. What belongs to a unit of a layer, its columns of all `K`, `J` and sums, needs nothing of what belongs to
//! another one, so that only vectors of a layer's width are added up in the end.

use super::sizes::Sizes;
use std::ops::Range;

/// Consecutive units of each layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Units(Vec<Range<usize>>);

impl Units {
    /// Those of a layer.
    pub fn of(&self, l: usize) -> Range<usize> {
        self.0[l].clone()
    }

    /// How many entries of `K^{ml}` they have.
    pub fn entries(&self, sizes: &Sizes, (m, l): (usize, usize)) -> usize {
        self.0[l].clone().map(|p| sizes.columns(m, l, p)).sum()
    }

    /// Where those of unit `p` stand, so many rows of them one unit after the other.
    pub fn place(&self, sizes: &Sizes, (m, l): (usize, usize), p: usize, rows: usize) -> Range<usize> {
        let before = sizes.entries((m, l), self.0[l].start).start;
        let own = sizes.entries((m, l), p);
        (own.start - before) * rows..(own.end - before) * rows
    }
}

/// Gives each of so many parts a share of the units of each layer, about as much work for all.
pub(super) fn shared_out(sizes: &Sizes, parts: usize, cost: impl Fn(usize, usize) -> f64) -> Vec<Units> {
    let mut all = vec![Units(Vec::new()); parts];
    let mut given = 0;
    for l in 0..sizes.layers() {
        let width = sizes.outputs(l);
        if width < parts {
            // A unit each: the next layer's go to those that have none.
            for (part, units) in all.iter_mut().enumerate() {
                let p = (part + parts - given % parts) % parts;
                units.0.push(if p < width { p..p + 1 } else { 0..0 });
            }
            given += width;
            continue;
        }
        let total: f64 = (0..width).map(|p| cost(l, p)).sum();
        let (mut start, mut sum) = (0, 0.0);
        for (part, units) in all.iter_mut().enumerate() {
            let mut end = start;
            while end < width && (sum + 0.5 * cost(l, end) < total / parts as f64 * (part + 1) as f64) {
                sum += cost(l, end);
                end += 1;
            }
            let end = if part + 1 == parts { width } else { end };
            units.0.push(start..end);
            start = end;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Architecture;

    #[test]
    fn every_unit_has_one_place_and_no_part_has_much_more_than_another() {
        let sizes = Sizes::of(&Architecture::new(3, &[40, 5, 2], true));
        for parts in 1..9 {
            let units = shared_out(&sizes, parts, |l, p| sizes.columns(l, l, p) as f64);
            for l in 0..sizes.layers() {
                let mut owned: Vec<usize> = units.iter().flat_map(|units| units.of(l)).collect();
                owned.sort();
                assert_eq!(owned, (0..sizes.outputs(l)).collect::<Vec<_>>());
                for units in &units {
                    let mut end = 0;
                    for p in units.of(l) {
                        let place = units.place(&sizes, (l, l), p, 3);
                        assert_eq!((place.start, place.len()), (end, 3 * sizes.columns(l, l, p)));
                        end = place.end;
                    }
                    assert_eq!(end, 3 * units.entries(&sizes, (l, l)));
                }
            }
            let costs = units.iter().map(|units| units.entries(&sizes, (0, 0)));
            // Not off by more than the largest unit on either side.
            assert!(costs.clone().max().unwrap() - costs.min().unwrap() <= 2 * 40);
        }
    }
}
