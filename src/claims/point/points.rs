//! The points at which claims are held: their sizes, their seeds, their random values.

use super::evaluate::{Point, Sizes};
use super::tower::Tower;
use crate::claims::language::program::{Claim, Program, Value};
use crate::witness::Draw;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Sizes, all of which are checked. No two of `N, d, h, C` are equal at all of them, and the roots that bounds are made
/// of, such as `sqrt(D-1)`, are in the field at two of them at least.
pub(in crate::claims) const SIZES: [Sizes; 5] =
    [sizes(3, 1, 2, 2), sizes(4, 2, 1, 3), sizes(2, 1, 2, 3), sizes(5, 2, 1, 2), sizes(3, 2, 2, 2)];

/// The four sizes in the order `N, d, h, C`.
pub(in crate::claims) const fn sizes(samples: usize, inputs: usize, hidden: usize, classes: usize) -> Sizes {
    Sizes { samples, inputs, hidden, classes }
}

/// The seed of one attempt at one size.
pub(in crate::claims) fn point_seed(seed: u64, size: usize, attempt: u64) -> u64 {
    seed.wrapping_mul(0x9e37_79b9).wrapping_add((size as u64) << 32).wrapping_add(attempt)
}

/// Random values for everything free, those of an assumption made to sum to one.
pub(in crate::claims) fn draw<V: Draw + Tower>(
    program: &Program,
    claim: &Claim,
    sizes: Sizes,
    seed: u64,
) -> Point<V> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    arranged(program, claim, sizes, || V::draw(&mut random))
}

/// Values from a source for everything free, those of an assumption made to sum to one.
pub(in crate::claims) fn arranged<V: Tower>(
    program: &Program,
    claim: &Claim,
    sizes: Sizes,
    mut next: impl FnMut() -> V,
) -> Point<V> {
    let mut free: Vec<Vec<V>> = Vec::new();
    for symbol in &program.symbols {
        let count = match symbol.value {
            Value::Free { .. } => sizes.entries(&symbol.ranges),
            Value::Defined(..) => 0,
        };
        free.push((0..count).map(|_| next()).collect());
    }
    for symbol in program.sums_to_one(claim) {
        let ranges = &program.symbols[symbol].ranges;
        let length = ranges.last().map_or(1, |range| sizes.of(*range));
        for row in free[symbol].chunks_mut(length) {
            let others = row[1..].iter().fold(V::integer(0), |sum, entry| sum + *entry);
            row[0] = V::integer(1) - others;
        }
    }
    Point { sizes, free, activation: None }
}
