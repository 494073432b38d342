//! The entries of quantities in a world.

use super::evaluate::{Change, Moved, UNASSIGNED, World, undefined};
use super::tower::Base;
use crate::claims::language::program::{MOST_INDICES, Value};
use crate::claims::language::syntax::MOST_SIZES;

/// The indices of an entry, those beyond its quantity's unassigned.
type Indices = [usize; MOST_INDICES];

impl<T: Base> World<'_, T> {
    /// An entry of a quantity in this world. `beyond` says whether one of its indices may be beyond the explicit ones.
    pub(super) fn entry(&self, symbol: usize, entry: usize, beyond: bool) -> T {
        let info = &self.program.symbols[symbol];
        if let (Some(change), Some(around)) = (&self.change, self.around) {
            match change {
                // Of a recurrence one entry moves, and others with it, which are defined anew.
                Change::Entry { symbol: own, entry: moved, .. }
                    if *own == symbol && info.recursive && entry == *moved =>
                {
                    return around.entry(symbol, entry, beyond) + T::unit(self.level - 1);
                }
                Change::Entry { symbol: own, .. } if *own == symbol && info.recursive => {}
                Change::Entry { symbol: own, entry: moved, mirror, .. } if *own == symbol => {
                    let value = around.entry(symbol, entry, beyond);
                    return match mirror {
                        _ if entry == *moved => value + T::unit(self.level - 1),
                        Some((other, false)) if entry == *other => value + T::unit(self.level - 1),
                        Some((other, true)) if entry == *other => value - T::unit(self.level - 1),
                        _ => value,
                    };
                }
                Change::Values { symbol: own, values } if *own == symbol => {
                    return values.get(entry).copied().unwrap_or_else(undefined);
                }
                Change::Set { sets, slots, ranges } => {
                    if let Some(set) = sets.iter().find(|set| set.symbol == symbol) {
                        if let Some(value) = self.known.borrow()[symbol].get(entry) {
                            return value;
                        }
                        let mut slots = slots.clone();
                        for (slot, index) in set.slots.iter().zip(self.indices(symbol, entry).0) {
                            slots[*slot] = index;
                        }
                        let value = around.value(&set.value, &mut slots, ranges);
                        let entries = self.program.entries(symbol, &self.point.sizes);
                        self.known.borrow_mut()[symbol].set(entry, value, entries);
                        return value;
                    }
                }
                _ => {}
            }
            if !change.reaches(symbol, &info.depends) {
                return around.entry(symbol, entry, beyond);
            }
        }
        let Value::Defined(node, ranges) = &info.value else {
            let entry = if beyond { self.canonical(symbol, entry, &[0; MOST_SIZES]) } else { entry };
            return T::constant(self.point.free[symbol][entry]);
        };
        let entry = if beyond { self.canonical(symbol, entry, &self.moved) } else { entry };
        if let Some(value) = self.known.borrow()[symbol].get(entry) {
            return value;
        }
        if info.recursive && !self.busy.borrow_mut().insert((symbol, entry)) {
            // Defined by itself, at the same indices.
            return undefined();
        }
        let mut slots = self.indices(symbol, entry).0[..info.ranges.len()].to_vec();
        for (slot, from_zero) in slots.iter_mut().zip(&info.from_zero) {
            if *from_zero {
                *slot = slot.wrapping_sub(1);
            }
        }
        slots.resize(ranges.len(), UNASSIGNED);
        let value = self.moved_outside(symbol, entry, self.value(node, &mut slots, ranges));
        if info.recursive {
            self.busy.borrow_mut().remove(&(symbol, entry));
        }
        let entries = self.program.entries(symbol, &self.point.sizes);
        self.known.borrow_mut()[symbol].set(entry, value, entries);
        value
    }

    /// The places of an entry, from 0, and whether one of them is beyond the explicit ones.
    pub(super) fn indices(&self, symbol: usize, mut entry: usize) -> (Indices, bool) {
        let info = &self.program.symbols[symbol];
        let (mut indices, mut beyond) = ([UNASSIGNED; MOST_INDICES], false);
        for (at, range) in info.ranges.iter().enumerate().rev() {
            let zero = usize::from(info.from_zero[at]);
            let size = self.point.sizes.of(*range) + zero;
            indices[at] = entry % size;
            entry /= size;
            beyond |= indices[at] >= self.point.explicit(*range) + zero;
        }
        (indices, beyond)
    }

    /// The entry with the same value whose indices beyond the explicit ones are the first such, in their order. Those that
    /// are moved stay.
    fn canonical(&self, symbol: usize, entry: usize, moved: &Moved) -> usize {
        if self.point.others.is_none() {
            return entry;
        }
        let (mut indices, beyond) = self.indices(symbol, entry);
        if !beyond {
            return entry;
        }
        let ranges = &self.program.symbols[symbol].ranges;
        for at in 0..ranges.len() {
            let (range, index) = (ranges[at], indices[at]);
            let (explicit, stays) = (self.point.explicit(range), moved[range.number()]);
            if index < explicit || self.point.others(range).is_none() || stays >> (index - explicit) & 1 == 1
            {
                continue;
            }
            // The first index that neither stays nor was given to another one before.
            let before = (0..at).filter(|other| ranges[*other] == range && indices[*other] >= explicit);
            let given = before.fold(stays, |given, other| given | 1 << (indices[other] - explicit));
            if given >> (index - explicit) & 1 == 1 {
                continue;
            }
            let first = explicit + given.trailing_ones() as usize;
            // All that are the same go there together; what was there goes the other way.
            for other in at..ranges.len() {
                if ranges[other] == range {
                    indices[other] = match indices[other] {
                        same if same == index => first,
                        there if there == first => index,
                        unchanged => unchanged,
                    };
                }
            }
        }
        let places = indices.iter().take(ranges.len()).enumerate();
        places.fold(0, |flat, (at, index)| flat * self.program.length(symbol, at, &self.point.sizes) + index)
    }

    /// A quantity that this world defines anew, with what the worlds around did to it: its own motion by their
    /// derivative, or its being held fixed.
    fn moved_outside(&self, symbol: usize, entry: usize, mut value: T) -> T {
        let mut world = self.around;
        while let Some(outer) = world {
            if let Some(Change::Entry { symbol: own, entry: moved, fixed, .. }) = &outer.change {
                if fixed.contains(&symbol) {
                    value = value.without(outer.level - 1);
                } else if symbol == *own && entry == *moved {
                    value += T::unit(outer.level - 1);
                }
            }
            world = outer.around;
        }
        value
    }
}
