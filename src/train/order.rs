//! Which samples a step sees.

use crate::model::Batch;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::borrow::Cow;

/// Mini-batches in an order that is a function of seed and epoch alone, shuffled anew in each: a run that is resumed
/// sees the samples that an uninterrupted one sees.
pub(super) struct Order {
    samples: usize,
    batch: usize,
    seed: u64,
    epoch: Option<usize>,
    rows: Vec<usize>,
}

impl Order {
    pub fn new(samples: usize, batch: Option<usize>, seed: u64) -> Self {
        let batch = batch.unwrap_or(samples).clamp(1, samples.max(1));
        Order { samples, batch, seed, epoch: None, rows: Vec::new() }
    }

    /// The epoch of a step, both counted from 0.
    pub fn epoch(&self, step: usize) -> usize {
        step / self.samples.div_ceil(self.batch).max(1)
    }

    /// The samples of a step; all of them, in their own order, where a batch is the whole.
    pub fn batch<'a>(&mut self, all: &'a Batch<f64>, step: usize) -> Cow<'a, Batch<f64>> {
        if self.batch == self.samples {
            return Cow::Borrowed(all);
        }
        let rows = self.rows(step);
        Cow::Owned(all.select(rows))
    }

    fn rows(&mut self, step: usize) -> &[usize] {
        let epoch = self.epoch(step);
        if self.epoch != Some(epoch) {
            let mut random = ChaCha8Rng::seed_from_u64(self.seed);
            // Stream 0 is for initial weights.
            random.set_stream(epoch as u64 + 1);
            self.rows = (0..self.samples).collect();
            self.rows.shuffle(&mut random);
            self.epoch = Some(epoch);
        }
        let start = step % self.samples.div_ceil(self.batch) * self.batch;
        &self.rows[start..(start + self.batch).min(self.samples)]
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn an_epoch_sees_every_sample_once_and_each_epoch_in_another_order() {
        let mut order = Order::new(10, Some(4), 7);
        let mut epoch = |first: usize| -> Vec<usize> {
            (first..first + 3).flat_map(|step| order.rows(step).to_vec()).collect()
        };
        let (first, second) = (epoch(0), epoch(3));
        assert_ne!(first, second);
        for mut rows in [first, second] {
            rows.sort_unstable();
            assert_eq!(rows, (0..10).collect::<Vec<_>>());
        }
        assert_eq!([0, 2, 3, 8].map(|step| order.epoch(step)), [0, 0, 1, 2]);
    }

    #[test]
    fn a_step_sees_the_same_samples_whichever_step_came_before() {
        let mut through = Order::new(9, Some(2), 7);
        let all: Vec<Vec<usize>> = (0..20).map(|step| through.rows(step).to_vec()).collect();
        for (step, rows) in all.iter().enumerate() {
            assert_eq!(Order::new(9, Some(2), 7).rows(step), rows);
        }
        assert_eq!(all[4].len(), 1);
        assert_ne!(Order::new(9, Some(2), 8).rows(0), all[0]);
    }
}
