//! Which samples are gone over together, so that each pair of them comes once: lines of a projective plane.

use std::ops::Range;

/// A cover of all pairs of samples by parts of the samples, for data that are too many for one machine.
///
/// The samples are cut into `q^2 + q + 1` groups, the points of a projective plane of prime order `q`. Each line of it has `q + 1` points,
/// and any two points are on one line; so what is summed over the pairs of samples within each line holds every pair of two groups once,
/// and the pairs within a group `q + 1` times, of which `q` are taken away again. All lines together have `(q+1)^2 / (q^2 + q + 1)` times
/// as many pairs as there are, at most 9/7, and each has a share of `(q+1) / (q^2 + q + 1)` of the samples.
///
/// ```
/// use hsr::fast::PairCover;
/// let cover = PairCover::new(100, 10);
/// assert_eq!(cover.groups(), 13);
/// let parts = cover.parts();
/// assert_eq!(parts.len(), 26);
/// // Four of thirteen groups of 7 or 8 samples.
/// assert!(parts[0].factor == 1.0 && parts[0].samples().len() <= 32);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairCover {
    samples: usize,
    order: usize,
}

/// Samples that are gone over together, and how often that counts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// Their numbers, a range a group.
    pub ranges: Vec<Range<usize>>,
    /// 1 for a line, `-q` for a group of its own.
    pub factor: f64,
}

impl Part {
    /// The numbers of the samples, one after the other.
    pub fn samples(&self) -> Vec<usize> {
        self.ranges.iter().cloned().flatten().collect()
    }
}

impl PairCover {
    /// The smallest cover with at least so many lines: 7, 13, 31, 57, 133 and so on.
    pub fn new(samples: usize, lines: usize) -> Self {
        let is_prime = |q: &usize| (2..*q).all(|factor| !q.is_multiple_of(factor));
        let order = (2..).filter(is_prime).find(|q| points(*q) >= lines);
        // There are primes above any number.
        PairCover { samples, order: order.unwrap_or(2) }
    }

    /// How many groups of samples there are, and as many lines.
    pub fn groups(&self) -> usize {
        points(self.order)
    }

    /// The samples of a group: as many as in any other one, or one more.
    fn group(&self, group: usize) -> Range<usize> {
        let start = |group: usize| group * self.samples / self.groups();
        start(group)..start(group + 1)
    }

    /// The parts: all lines, then the groups. Those without samples are left out.
    pub fn parts(&self) -> Vec<Part> {
        let all: Vec<[usize; 3]> = (0..self.groups()).map(|index| self.point(index)).collect();
        let is_on = |point: &[usize; 3], line: &[usize; 3]| {
            (0..3).map(|i| point[i] * line[i]).sum::<usize>().is_multiple_of(self.order)
        };
        let line = |line: &[usize; 3]| {
            let groups = (0..self.groups()).filter(|&group| is_on(&all[group], line));
            Part { ranges: groups.map(|group| self.group(group)).collect(), factor: 1.0 }
        };
        let factor = -(self.order as f64);
        let groups = (0..self.groups()).map(|group| Part { ranges: vec![self.group(group)], factor });
        let parts = all.iter().map(line).chain(groups);
        parts.filter(|part| part.ranges.iter().any(|range| !range.is_empty())).collect()
    }

    /// A point in coordinates, of which the first that is not 0 is 1.
    fn point(&self, index: usize) -> [usize; 3] {
        let q = self.order;
        match index {
            0 => [0, 0, 1],
            _ if index <= q => [0, 1, index - 1],
            _ => [1, (index - q - 1) / q, (index - q - 1) % q],
        }
    }
}

/// How many points a projective plane has, and as many lines.
fn points(order: usize) -> usize {
    order * order + order + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_of_samples_comes_once_however_many_there_are() {
        for samples in [1, 2, 5, 7, 12, 40, 133] {
            for lines in [0, 7, 8, 14, 50] {
                let mut seen = vec![0.0; samples * samples];
                for part in PairCover::new(samples, lines).parts() {
                    let members = part.samples();
                    for (n, m) in members.iter().flat_map(|n| members.iter().map(move |m| (n, m))) {
                        seen[n * samples + m] += part.factor;
                    }
                }
                assert!(seen.iter().all(|count| *count == 1.0), "{samples} samples, {lines} lines");
            }
        }
    }

    #[test]
    fn a_cover_has_as_many_lines_as_were_wanted_and_no_line_is_longer_than_its_share() {
        for (wanted, groups) in [(0, 7), (7, 7), (8, 13), (13, 13), (14, 31), (32, 57), (58, 133), (134, 183)]
        {
            let cover = PairCover::new(10_000, wanted);
            assert_eq!(cover.groups(), groups);
            let most = (cover.order + 1) * 10_000usize.div_ceil(groups);
            assert!(cover.parts()[..groups].iter().all(|line| line.samples().len() <= most));
        }
    }
}
