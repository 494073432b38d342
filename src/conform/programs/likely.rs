//! What the wrong answers of a quantity have in common: in the smallest of cases much is the same by chance.

use super::mismatch::Found;
use super::resembles::{Likeness, likenesses};

/// What all wrong answers of a quantity that were seen have in common with something else.
pub(super) struct Likely {
    likenesses: Vec<Likeness>,
    /// The smallest case, about which the report is.
    smallest: Found,
    /// How many answers it was held against.
    held: usize,
}

/// Wrong answers against which likenesses are held, at most: each rules out what is the same in one case by chance.
const MOST_HELD: usize = 8;

impl Likely {
    /// What the wrong answer to the smallest case may be.
    pub fn new(smallest: Found) -> Self {
        let Found { case, expected, answer, .. } = &smallest;
        let known = answer.as_ref().map(|answer| likenesses(case, expected, answer)).unwrap_or_default();
        Likely { likenesses: known, smallest, held: 0 }
    }

    /// Keeps what this wrong answer is like too, if that is anything.
    pub fn hold(&mut self, found: &Found) {
        let Ok(answer) = &found.answer else { return };
        if self.held >= MOST_HELD || self.likenesses.len() < 2 {
            return;
        }
        self.held += 1;
        let is_like = |likeness: &&Likeness| likeness.is_of(&found.case, &found.expected, answer);
        let left: Vec<Likeness> = self.likenesses.iter().filter(is_like).copied().collect();
        if !left.is_empty() {
            self.likenesses = left;
        }
    }

    /// In words, if it is anything known.
    pub fn words(&self) -> Option<String> {
        let Found { case, expected, answer, .. } = &self.smallest;
        Some(self.likenesses.first()?.words(case, expected, answer.as_ref().ok()?))
    }
}
