//! The points at which claims are held: random values for everything free, in keeping with the assumptions.

use super::impose::{Unusable, impose};
use super::place::{Others, Phi, Point};
use super::tower::{Base, Tower};
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Assumed, Claim, Program, Value};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::{MOST_SIZES, Range, Structure};

/// The four sizes in the order `N, d, h, C`; sizes of a derivation's own take turns among them.
pub(in crate::claims) const fn sizes(samples: u32, inputs: u32, hidden: u32, classes: u32) -> Lengths {
    Lengths::of_network(samples, inputs, hidden, classes)
}

/// The seed of one attempt at one plan.
pub(in crate::claims) fn point_seed(seed: u64, plan: usize, attempt: u64) -> u64 {
    seed.wrapping_mul(0x9e37_79b9).wrapping_add((plan as u64) << 32).wrapping_add(attempt)
}

/// A point of these sizes, with values from a source. It is asked for each entry of a symbol, and whether the entry is
/// assumed to be positive.
///
/// # Errors
/// [`Unusable`] where what is assumed cannot be solved there.
pub(in crate::claims) fn at_sizes<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    sizes: Lengths,
    phi: Phi,
    next: impl FnMut(usize, bool) -> V,
) -> Result<Point<V>, Unusable> {
    let point = Point::new(sizes, values(program, claim, &sizes, next), phi);
    assumed(program, claim, point)
}

/// A point whose sizes are numbers of the arithmetic: `explicit` indices of each range, and `others` more that are equal to
/// each other, of which the arrays hold `copies`; none for a range that has no copies.
///
/// # Errors
/// [`Unusable`] where what is assumed cannot be solved there.
pub(in crate::claims) fn at_every_size<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    explicit: Lengths,
    copies: Lengths,
    mut next: impl FnMut(bool) -> V,
) -> Result<Point<V>, Unusable> {
    let sizes = Lengths::each(|range| explicit.of(range) + copies.of(range));
    let free = values(program, claim, &sizes, |_, positive| next(positive));
    // Sizes are positive: squares.
    let count = (0..MOST_SIZES)
        .map(|number| {
            let range = Range(number as u8);
            (copies.of(range) > 0).then(|| next(true) - V::integer(explicit.of(range) as i64))
        })
        .collect();
    let others = Some(Others { explicit, count });
    let point = Point { sizes, free, phi: Phi::Any, functions: 0, others };
    assumed(program, claim, point)
}

/// The point with what is assumed seen to.
fn assumed<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    mut point: Point<V>,
) -> Result<Point<V>, Unusable> {
    sum_to_one(program, claim, &mut point);
    structure(program, claim, &mut point);
    impose(program, claim, &mut point)?;
    Ok(point)
}

/// Values from a source for everything free that a claim depends on.
pub(in crate::claims) fn values<V: Tower>(
    program: &Program,
    claim: &Claim,
    sizes: &Lengths,
    mut next: impl FnMut(usize, bool) -> V,
) -> Vec<Vec<V>> {
    let positive: Symbols = program.positive(claim).collect();
    let mut free: Vec<Vec<V>> = program.symbols.iter().map(|_| Vec::new()).collect();
    for (index, symbol) in program.used(claim) {
        if let Value::Free { .. } = symbol.value {
            let positive = positive.contains(index);
            free[index] = (0..program.entries(index, sizes)).map(|_| next(index, positive)).collect();
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
    sizes: Lengths,
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

/// Gives matrices the structure that is assumed of them, and entries one of the values that they may have.
pub(in crate::claims) fn structure<V: Tower>(program: &Program, claim: &Claim, point: &mut Point<V>) {
    for assumed in program.assumed(claim) {
        if let Assumed::OneOf { symbol, values } = assumed {
            let values: Vec<V> =
                values.iter().map(|(above, below)| V::integer(*above) / V::integer(*below)).collect();
            for entry in &mut point.free[*symbol] {
                // The entry that was drawn says which.
                *entry = values[entry.choice(values.len())];
            }
        }
    }
    for (index, symbol) in program.used(claim) {
        let Value::Free { structure: Some(structure), .. } = symbol.value else { continue };
        let size = point.sizes.of(symbol.ranges[0]);
        let entries = &mut point.free[index];
        let drawn = entries.clone();
        let at = |row: usize, column: usize| row * size + column;
        let zero = V::integer(0);
        for row in 0..size {
            for column in 0..size {
                let own = at(row, column);
                match structure {
                    Structure::Symmetric if row > column => entries[own] = drawn[at(column, row)],
                    Structure::Antisymmetric | Structure::Orthogonal if row > column => {
                        entries[own] = -drawn[at(column, row)];
                    }
                    Structure::Orthogonal if row == column => entries[own] = zero,
                    structure if structure.is_zero(row, column) => entries[own] = zero,
                    Structure::Positive => {
                        let products = (0..size).map(|k| drawn[at(row, k)] * drawn[at(column, k)]);
                        entries[own] = products.fold(zero, |sum, product| sum + product);
                    }
                    _ => {}
                }
            }
        }
        match structure {
            Structure::Orthogonal => {
                rotate(entries, size);
                // Rotations alone have the determinant 1: each row is turned round or not.
                for row in 0..size {
                    if drawn[at(row, row)].choice(2) == 1 {
                        entries[at(row, 0)..=at(row, size - 1)].iter_mut().for_each(|entry| *entry = -*entry);
                    }
                }
            }
            Structure::Positive => {
                // Definite, whatever was drawn, where numbers are floats.
                let trace = (0..size).filter_map(|row| entries[at(row, row)].float()).sum::<f64>();
                if let Some(shift) = V::from_float(trace * 1e-6 + 1e-9) {
                    (0..size).for_each(|row| entries[at(row, row)] += shift);
                }
            }
            _ => {}
        }
    }
}

/// The orthogonal matrix `(1 - S)/(1 + S)` of an antisymmetric one (Cayley).
fn rotate<V: Tower>(entries: &mut [V], size: usize) {
    let one = |at: usize| V::integer(i64::from(at / size == at % size));
    let plus: Vec<V> = entries.iter().enumerate().map(|(at, entry)| one(at) + *entry).collect();
    let minus: Vec<V> = entries.iter().enumerate().map(|(at, entry)| one(at) - *entry).collect();
    let Some(inverse) = super::matrices::inverse_of(plus, size) else {
        entries.fill(V::integer(0) / V::integer(0));
        return;
    };
    for row in 0..size {
        for column in 0..size {
            let products = (0..size).map(|k| minus[row * size + k] * inverse[k * size + column]);
            entries[row * size + column] = products.fold(V::integer(0), |sum, product| sum + product);
        }
    }
}
