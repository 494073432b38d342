//! How long each range is.

use super::program::Program;
use super::syntax::{MOST_SIZES, Range};

/// A size for each range of a derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::claims) struct Lengths([u32; MOST_SIZES]);

impl Lengths {
    /// The size of a range.
    #[inline]
    pub(in crate::claims) fn of(&self, range: Range) -> usize {
        self.0.get(range.number()).map_or(1, |length| *length as usize)
    }

    /// Sizes of which each is a function of its range.
    pub(in crate::claims) fn each(mut size: impl FnMut(Range) -> usize) -> Self {
        Lengths(std::array::from_fn(|number| size(Range(number as u8)).min(u32::MAX as usize) as u32))
    }

    /// The same with another size of one range.
    pub(in crate::claims) fn with(mut self, range: Range, size: usize) -> Self {
        self.0[range.number()] = size as u32;
        self
    }

    /// The four that are known; those of a derivation's own take turns among them.
    pub(in crate::claims) const fn of_network(samples: u32, inputs: u32, hidden: u32, classes: u32) -> Self {
        let known = [samples, inputs, hidden, classes];
        let mut all = [1; MOST_SIZES];
        let mut at = 0;
        while at < MOST_SIZES {
            // The first of its own is as large as the inputs, so that several differ where these do.
            all[at] = known[if at < 4 { at } else { (at + 1) % 4 }];
            at += 1;
        }
        Lengths(all)
    }

    /// How many entries an array over these ranges has.
    pub(in crate::claims) fn entries(&self, ranges: &[Range]) -> usize {
        ranges.iter().fold(1, |entries, range| entries.saturating_mul(self.of(*range)))
    }

    /// The product of the sizes of a derivation.
    pub(in crate::claims) fn volume(&self, program: &Program) -> usize {
        self.entries(&program.ranges().collect::<Vec<_>>())
    }
}
