//! Sets of quantities. Each quantity knows all that it depends on, so a set must be small: a bit for each quantity before.

/// A set of quantities, by their number in the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::claims) struct Symbols(Vec<u64>);

impl Symbols {
    /// The first so many quantities.
    pub(in crate::claims) fn first(count: usize) -> Self {
        (0..count).collect()
    }

    /// Whether a quantity is among them.
    pub(in crate::claims) fn contains(&self, symbol: usize) -> bool {
        self.0.get(symbol / 64).is_some_and(|word| word >> (symbol % 64) & 1 == 1)
    }

    /// Adds a quantity.
    pub(in crate::claims) fn insert(&mut self, symbol: usize) {
        self.reach(symbol / 64 + 1);
        self.0[symbol / 64] |= 1 << (symbol % 64);
    }

    /// Adds all of another set.
    pub(in crate::claims) fn unite(&mut self, other: &Symbols) {
        self.reach(other.0.len());
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own |= other;
        }
    }

    /// The quantities, in order.
    pub(in crate::claims) fn iter(&self) -> impl Iterator<Item = usize> {
        const NONE: &Symbols = &Symbols(Vec::new());
        self.besides(NONE)
    }

    /// Those that are not in another set, in order.
    pub(in crate::claims) fn besides<'a>(&'a self, other: &'a Symbols) -> impl Iterator<Item = usize> + 'a {
        let bits = |(at, word): (usize, &u64)| {
            let mut rest = word & !other.0.get(at).copied().unwrap_or(0);
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(at * 64 + bit)
            })
        };
        self.0.iter().enumerate().flat_map(bits)
    }

    fn reach(&mut self, words: usize) {
        if self.0.len() < words {
            self.0.resize(words, 0);
        }
    }
}

impl FromIterator<usize> for Symbols {
    fn from_iter<I: IntoIterator<Item = usize>>(symbols: I) -> Self {
        let mut set = Symbols::default();
        symbols.into_iter().for_each(|symbol| set.insert(symbol));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::Symbols;

    #[test]
    fn a_set_holds_what_was_added_in_order() {
        let mut set: Symbols = [130, 3, 64].into_iter().collect();
        set.unite(&Symbols::first(2));
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 1, 3, 64, 130]);
        assert_eq!(set.besides(&Symbols::first(3)).collect::<Vec<_>>(), [3, 64, 130]);
        assert!(set.contains(64) && !set.contains(65) && !set.contains(1000));
    }
}
