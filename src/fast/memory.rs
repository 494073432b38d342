//! Room for buffers: taken, or only counted to know how much it would be.

use super::lanes::Lanes;
use super::plan::Plan;
use super::workspace::Workspace;
use crate::budget::numbers;

/// Gives every buffer its room. Who only wants to know how much it would be lets it count.
pub(super) enum Ledger {
    /// Room is taken.
    Taking,
    /// So many bytes would be taken: the buffers are empty.
    Counting(u64),
}

impl Ledger {
    /// A buffer of zeros, whose length is the product of the sizes.
    pub fn zeros(&mut self, sizes: &[usize]) -> Vec<f64> {
        self.room(sizes, numbers(sizes))
    }

    /// The same for numbers side by side.
    pub fn lanes(&mut self, sizes: &[usize]) -> Vec<Lanes> {
        let bytes = numbers(sizes).saturating_mul(size_of::<Lanes>() as u64 / 8);
        self.room(sizes, bytes)
    }

    fn room<T: Clone + Default>(&mut self, sizes: &[usize], bytes: u64) -> Vec<T> {
        match self {
            Ledger::Taking => vec![T::default(); sizes.iter().product()],
            Ledger::Counting(sum) => {
                *sum = sum.saturating_add(bytes);
                Vec::new()
            }
        }
    }
}

impl Plan {
    /// The bytes that the buffers of a [`Workspace`] take.
    pub fn bytes(&self) -> u64 {
        let mut ledger = Ledger::Counting(0);
        Workspace::with(self.clone(), &mut ledger);
        match ledger {
            Ledger::Taking => 0,
            Ledger::Counting(bytes) => bytes,
        }
    }
}
