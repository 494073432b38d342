//! The points at which claims are held: random values for everything free, in keeping with the assumptions.

use super::place::{Others, Phi, Point, Sizes};
use super::tower::Tower;
use crate::claims::language::program::{Claim, Program, Value};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::Range;

/// The four sizes in the order `N, d, h, C`.
pub(in crate::claims) const fn sizes(samples: usize, inputs: usize, hidden: usize, classes: usize) -> Sizes {
    Sizes { samples, inputs, hidden, classes }
}

/// The seed of one attempt at one plan.
pub(in crate::claims) fn point_seed(seed: u64, plan: usize, attempt: u64) -> u64 {
    seed.wrapping_mul(0x9e37_79b9).wrapping_add((plan as u64) << 32).wrapping_add(attempt)
}

/// A point of these sizes, with values from a source. It is asked for each entry of a symbol, and whether the entry is
/// assumed to be positive.
pub(in crate::claims) fn at_sizes<V: Tower>(
    program: &Program,
    claim: &Claim,
    sizes: Sizes,
    phi: Phi,
    next: impl FnMut(usize, bool) -> V,
) -> Point<V> {
    let mut point = Point::new(sizes, values(program, claim, sizes, next), phi);
    sum_to_one(program, claim, &mut point);
    point
}

/// A point whose sizes are numbers of the arithmetic: `explicit` indices of each range, and `others` more that are equal to
/// each other, of which the arrays hold `copies`.
pub(in crate::claims) fn at_every_size<V: Tower>(
    program: &Program,
    claim: &Claim,
    explicit: Sizes,
    copies: Sizes,
    mut next: impl FnMut(bool) -> V,
) -> Point<V> {
    let sizes = Sizes::each(|range| explicit.of(range) + copies.of(range));
    let free = values(program, claim, sizes, |_, positive| next(positive));
    // Sizes are positive: squares.
    let count = Range::ALL.map(|range| next(true) - V::integer(explicit.of(range) as i64));
    let mut point = Point { sizes, free, phi: Phi::Any, others: Some(Others { explicit, count }) };
    sum_to_one(program, claim, &mut point);
    point
}

/// Values from a source for everything free that a claim depends on.
pub(in crate::claims) fn values<V: Tower>(
    program: &Program,
    claim: &Claim,
    sizes: Sizes,
    mut next: impl FnMut(usize, bool) -> V,
) -> Vec<Vec<V>> {
    let positive: Symbols = program.positive(claim).collect();
    let mut free: Vec<Vec<V>> = program.symbols.iter().map(|_| Vec::new()).collect();
    for (index, symbol) in program.used(claim) {
        if let Value::Free { .. } = symbol.value {
            let positive = positive.contains(index);
            free[index] = (0..sizes.entries(&symbol.ranges)).map(|_| next(index, positive)).collect();
        }
    }
    free
}

/// Makes the first entry of each row that is assumed to sum to one what the others leave.
fn sum_to_one<V: Tower>(program: &Program, claim: &Claim, point: &mut Point<V>) {
    for symbol in program.sums_to_one(claim) {
        let Some(range) = program.symbols[symbol].ranges.last().copied() else { continue };
        let (length, explicit) = (point.sizes.of(range), point.explicit(range));
        let (others, sizes) = (point.others(range), point.sizes);
        let outer = &program.symbols[symbol].ranges;
        for (number, row) in point.free[symbol].chunks_mut(length).enumerate() {
            let mut rest = row[1..explicit].iter().fold(V::integer(1), |rest, entry| rest - *entry);
            if let Some(others) = others {
                // Of the equal indices those that the row has itself are terms of their own, one more stands for the rest.
                let taken = equal_indices(outer, sizes, range, number, explicit);
                for index in &taken {
                    rest -= row[*index];
                }
                if let Some(free) = (explicit..length).find(|index| !taken.contains(index)) {
                    rest -= (others - V::integer(taken.len() as i64)) * row[free];
                }
            }
            row[0] = rest;
        }
    }
}

/// The indices of a row beyond the explicit ones that run over this range.
fn equal_indices(
    ranges: &[Range],
    sizes: Sizes,
    range: Range,
    mut row: usize,
    explicit: usize,
) -> Vec<usize> {
    let mut found = Vec::new();
    for own in ranges[..ranges.len() - 1].iter().rev() {
        let index = row % sizes.of(*own);
        row /= sizes.of(*own);
        if *own == range && index >= explicit && !found.contains(&index) {
            found.push(index);
        }
    }
    found
}
