//! Which units a worker has. What belongs to a unit of a layer, its columns of all `K`, `J` and sums, needs nothing of what belongs to
//! another one, so that only vectors of a layer's width are added up in the end.

use super::sizes::Sizes;
use std::ops::Range;

/// Units of each layer: two ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Units(Vec<[Range<usize>; 2]>);

impl Units {
    /// Those of a layer.
    pub fn of(&self, l: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let [first, second] = self.0[l].clone();
        first.chain(second)
    }

    /// How many entries of `K^{ml}` they have.
    pub fn entries(&self, sizes: &Sizes, layers: (usize, usize)) -> usize {
        self.0[layers.1].iter().map(|range| between(sizes, layers, range.clone())).sum()
    }

    /// Where those of unit `p` stand, so many rows of them one unit after the other.
    pub fn place(&self, sizes: &Sizes, layers: (usize, usize), p: usize, rows: usize) -> Range<usize> {
        let [first, second] = &self.0[layers.1];
        let before = match first.contains(&p) {
            true => between(sizes, layers, first.start..p),
            false => between(sizes, layers, first.clone()) + between(sizes, layers, second.start..p),
        };
        before * rows..(before + sizes.columns(layers.0, layers.1, p)) * rows
    }
}

/// How many entries of `K^{ml}` consecutive units have.
fn between(sizes: &Sizes, layers: (usize, usize), units: Range<usize>) -> usize {
    sizes.entries(layers, units.end).start - sizes.entries(layers, units.start).start
}

/// Shares the units of each layer out in so many parts, with as many entries of each block: one of the first units has many in the block of
/// its layer with itself, so that each part takes as many of the last ones.
pub(super) fn shared_out(sizes: &Sizes, parts: usize) -> Vec<Units> {
    let mut all = vec![Units(Vec::new()); parts];
    let mut given = 0;
    for l in 0..sizes.layers() {
        let width = sizes.outputs(l);
        let end = |part: usize| part * width / (2 * parts);
        for (part, units) in all.iter_mut().enumerate() {
            let last = 2 * parts - part;
            units.0.push(match width < parts {
                false => [end(part)..end(part + 1), end(last - 1)..end(last)],
                // A unit each: the next layer's go to those that have none.
                true => {
                    let p = (part + parts - given % parts) % parts;
                    [p.min(width)..(p + 1).min(width), 0..0]
                }
            });
        }
        given += if width < parts { width } else { 0 };
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
            let units = shared_out(&sizes, parts);
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
            // Each of two ranges is off by less than a unit, of which the largest has as many.
            assert!(costs.clone().max().unwrap() - costs.min().unwrap() < 2 * 40);
        }
    }
}
