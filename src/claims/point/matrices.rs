//! Inverses and determinants, by elimination in any arithmetic.

use super::evaluate::{UNASSIGNED, World, undefined};
use super::tower::{Base, Tower};
use crate::claims::language::program::{Idx, Node, Square};
use crate::claims::language::syntax::Range;
use std::rc::Rc;

impl<T: Base> World<'_, T> {
    /// An entry of the inverse of a matrix; not a number where there is none.
    pub(super) fn inverse(&self, matrix: &Square, at: &[Idx; 2], slots: &mut [usize], ranges: &[Range]) -> T {
        let size = self.point.sizes.of(ranges[matrix.row]);
        let place = |index: &Idx| {
            usize::try_from(index.value(slots, |range| self.point.sizes.of(range)) - 1)
                .ok()
                .filter(|at| *at < size)
        };
        let (Some(row), Some(column)) = (place(&at[0]), place(&at[1])) else { return undefined() };
        let key = (std::ptr::from_ref(&matrix.entry), own_slots(matrix, slots));
        let known = self.inverses.borrow().get(&key).cloned();
        let inverse = known.unwrap_or_else(|| {
            let inverse = Rc::new(inverse_of(self.entries_of(matrix, slots, ranges), size));
            self.inverses.borrow_mut().insert(key, Rc::clone(&inverse));
            inverse
        });
        inverse.as_ref().as_ref().map_or_else(undefined, |entries| entries[row * size + column])
    }

    /// The determinant of a matrix.
    pub(super) fn determinant(&self, matrix: &Square, slots: &mut [usize], ranges: &[Range]) -> T {
        let size = self.point.sizes.of(ranges[matrix.row]);
        determinant(self.entries_of(matrix, slots, ranges), size)
    }

    /// The entries of a matrix, row by row.
    fn entries_of(&self, matrix: &Square, slots: &mut [usize], ranges: &[Range]) -> Vec<T> {
        let size = self.point.sizes.of(ranges[matrix.row]);
        let mut entries = Vec::with_capacity(size * size);
        for row in 0..size {
            for column in 0..size {
                slots[matrix.row] = row;
                slots[matrix.column] = column;
                entries.push(self.value(&matrix.entry, slots, ranges));
            }
        }
        slots[matrix.row] = UNASSIGNED;
        slots[matrix.column] = UNASSIGNED;
        entries
    }
}

/// The values of the slots on which a matrix depends, beside its own.
fn own_slots(matrix: &Square, slots: &[usize]) -> Vec<usize> {
    fn collect(node: &Node, found: &mut Vec<usize>) {
        for slot in node.indices().into_iter().flat_map(Idx::slots) {
            if !found.contains(&slot) {
                found.push(slot);
            }
        }
        node.children().into_iter().for_each(|child| collect(child, found));
    }
    let mut used = Vec::new();
    collect(&matrix.entry, &mut used);
    used.into_iter().map(|slot| slots[slot]).collect()
}

/// The row below which a column has its best pivot: the largest, or one that is not zero.
fn pivot<T: Tower>(entries: &[T], size: usize, column: usize) -> Option<usize> {
    let weight = |row: usize| entries[row * size + column].weight();
    let best = (column..size).max_by(|a, b| weight(*a).total_cmp(&weight(*b)).then(b.cmp(a)))?;
    (weight(best) > 0.0).then_some(best)
}

pub(super) fn inverse_of<T: Tower>(mut entries: Vec<T>, size: usize) -> Option<Vec<T>> {
    let identity = |at: usize| T::integer(i64::from(at / size == at % size));
    let mut inverse: Vec<T> = (0..size * size).map(identity).collect();
    for column in 0..size {
        let best = pivot(&entries, size, column)?;
        for at in 0..size {
            entries.swap(column * size + at, best * size + at);
            inverse.swap(column * size + at, best * size + at);
        }
        let scale = T::integer(1) / entries[column * size + column];
        for at in 0..size {
            entries[column * size + at] *= scale;
            inverse[column * size + at] *= scale;
        }
        for row in (0..size).filter(|row| *row != column) {
            let factor = entries[row * size + column];
            for at in 0..size {
                let (own, other) = (entries[column * size + at], inverse[column * size + at]);
                entries[row * size + at] -= factor * own;
                inverse[row * size + at] -= factor * other;
            }
        }
    }
    Some(inverse)
}

/// The determinant by elimination, and without a division where nothing can be eliminated with.
fn determinant<T: Tower>(mut entries: Vec<T>, size: usize) -> T {
    if size <= 3 {
        return expanded(&entries, size);
    }
    let mut product = T::integer(1);
    for column in 0..size {
        let Some(best) = pivot(&entries, size, column) else {
            // Zero, but with derivatives that elimination does not see.
            return product * minor(&entries, size, column);
        };
        if best != column {
            product = -product;
            for at in 0..size {
                entries.swap(column * size + at, best * size + at);
            }
        }
        let scale = entries[column * size + column];
        product *= scale;
        for row in column + 1..size {
            let factor = entries[row * size + column] / scale;
            for at in column..size {
                let own = entries[column * size + at];
                entries[row * size + at] -= factor * own;
            }
        }
    }
    product
}

/// The determinant of what is left below and right of a place.
fn minor<T: Tower>(entries: &[T], size: usize, from: usize) -> T {
    let rest: Vec<T> = (from..size)
        .flat_map(|row| (from..size).map(move |column| row * size + column))
        .map(|at| entries[at])
        .collect();
    undivided(&rest, size - from)
}

/// The determinant without a division, by the characteristic polynomials of the leading matrices (S. J. Berkowitz, *On computing
/// the determinant in small parallel time using a small number of processors*, Information Processing Letters 18, 1984).
fn undivided<T: Tower>(entries: &[T], size: usize) -> T {
    let sum = |terms: &mut dyn Iterator<Item = T>| terms.fold(T::integer(0), |sum, term| sum + term);
    let mut polynomial = vec![T::integer(1)];
    for leading in 0..size {
        let row = &entries[leading * size..(leading + 1) * size];
        let mut column: Vec<T> = (0..leading).map(|at| entries[at * size + leading]).collect();
        let mut factors = vec![T::integer(1), -row[leading]];
        for _ in 0..leading {
            factors.push(-sum(&mut (0..leading).map(|at| row[at] * column[at])));
            let next = |own: usize| sum(&mut (0..leading).map(|at| entries[own * size + at] * column[at]));
            column = (0..leading).map(next).collect();
        }
        let coefficient = |power: usize| {
            let known = polynomial.iter().enumerate().take(power + 1);
            sum(&mut known.map(|(at, own)| factors[power - at] * *own))
        };
        polynomial = (0..leading + 2).map(coefficient).collect();
    }
    let last = polynomial.last().copied().unwrap_or_else(|| T::integer(1));
    if size.is_multiple_of(2) { last } else { -last }
}

/// The determinant by expansion along the first row.
fn expanded<T: Tower>(entries: &[T], size: usize) -> T {
    if size == 0 {
        return T::integer(1);
    }
    let mut sum = T::integer(0);
    for column in 0..size {
        let rest: Vec<T> = (1..size)
            .flat_map(|row| {
                (0..size).filter(move |other| *other != column).map(move |other| row * size + other)
            })
            .map(|at| entries[at])
            .collect();
        let term = entries[column] * expanded(&rest, size - 1);
        sum = if column % 2 == 0 { sum + term } else { sum - term };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Field, Number};

    fn matrix(size: usize) -> Vec<Field> {
        (0..size as u64 * size as u64)
            .map(|at| Field::new((at * at * at * 7919 + at * 31) % 1013 + 3))
            .collect()
    }

    #[test]
    fn three_ways_to_a_determinant_agree() {
        for size in 1..=6 {
            let entries = matrix(size);
            let expected = expanded(&entries, size);
            assert_eq!(undivided(&entries, size), expected, "{size}");
            assert_eq!(determinant(entries, size), expected, "{size}");
        }
    }

    #[test]
    fn a_large_matrix_without_an_inverse_has_the_determinant_zero_at_once() {
        let mut entries = matrix(40);
        entries[..40].fill(Field::integer(0));
        assert_eq!(determinant(entries.clone(), 40), Field::integer(0));
        assert!(inverse_of(entries, 40).is_none());
    }

    #[test]
    fn a_matrix_times_its_inverse_is_the_identity() {
        let (entries, inverse) = (matrix(5), inverse_of(matrix(5), 5).unwrap());
        for row in 0..5 {
            for column in 0..5 {
                let products = (0..5).map(|k| entries[row * 5 + k] * inverse[k * 5 + column]);
                let entry = products.fold(Field::integer(0), |sum, product| sum + product);
                assert_eq!(entry, Field::integer(i64::from(row == column)));
            }
        }
    }
}
