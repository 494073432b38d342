//! Items of a list shared out among workers.

use crate::fast::share::Rows;

/// Consecutive items of a list, with the number of the first.
pub(super) struct Items<'a, T> {
    pub start: usize,
    pub items: &'a mut [T],
}

impl<'a, T> Items<'a, T> {
    pub fn all(items: &'a mut [T]) -> Self {
        Items { start: 0, items }
    }
}

impl<T: Send> Rows for Items<'_, T> {
    fn count(&self) -> usize {
        self.items.len()
    }
    fn split(self, at: usize) -> (Self, Self) {
        let Items { start, items } = self;
        let (first, second) = items.split_at_mut(at);
        (Items { start, items: first }, Items { start: start + at, items: second })
    }
}
