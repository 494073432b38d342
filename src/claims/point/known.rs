//! The entries of quantities that were computed before.

use crate::claims::language::program::Program;
use std::cell::RefCell;
use std::collections::HashMap;

/// The entries of a quantity that were computed: an array, or a map where that would be large and mostly empty.
pub(super) enum Known<T> {
    Few(Vec<Option<T>>),
    Many(HashMap<usize, T>),
}

/// Quantities with more entries are kept in a map.
const LARGEST_ARRAY: usize = 1 << 12;

impl<T: Copy> Known<T> {
    /// An entry, if it was computed.
    pub(in crate::claims) fn get(&self, entry: usize) -> Option<T> {
        match self {
            Known::Few(values) => values.get(entry).copied().flatten(),
            Known::Many(values) => values.get(&entry).copied(),
        }
    }

    /// Keeps an entry of a quantity that has so many.
    pub(in crate::claims) fn set(&mut self, entry: usize, value: T, entries: usize) {
        if entries > LARGEST_ARRAY && matches!(self, Known::Few(_)) {
            *self = Known::Many(HashMap::new());
        }
        match self {
            Known::Few(values) => {
                if values.is_empty() {
                    *values = vec![None; entries];
                }
                values[entry] = Some(value);
            }
            Known::Many(values) => {
                values.insert(entry, value);
            }
        }
    }
}

/// Nothing, for every quantity.
pub(super) fn unknown<T>(program: &Program) -> RefCell<Vec<Known<T>>> {
    RefCell::new(program.symbols.iter().map(|_| Known::Few(Vec::new())).collect())
}
