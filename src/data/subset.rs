//! Fewer samples, with the classes in proportion.

use super::LabelledData;
use super::split::rows_of_classes;
use rand::SeedableRng;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;

/// Why a subset of that size cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubsetError {
    /// More samples than there are.
    #[error("{count} samples are asked for but the data has {samples}: ask for {samples} or fewer")]
    TooMany {
        /// The size asked for.
        count: usize,
        /// The number of samples.
        samples: usize,
    },
    /// Not one sample for each class.
    #[error("{count} samples are asked for but there are {classes} classes: ask for one each at least")]
    TooFew {
        /// The size asked for.
        count: usize,
        /// The number of classes.
        classes: usize,
    },
}

impl LabelledData {
    /// Draws a stratified subset: `count` of the samples, without replacement and in their old order: from each class as many as its
    /// share of the data, and at least one. The same seed draws the same samples on every machine.
    ///
    /// # Errors
    /// [`SubsetError`] when `count` is more than there are samples or fewer than there are classes.
    ///
    /// ```
    /// use hsr::data::{DataSet, SubsetError};
    /// let digits = DataSet::Digits.load();
    /// assert_eq!(digits.subset(100, 7)?.labels.len(), 100);
    /// assert_eq!(digits.subset(5, 7), Err(SubsetError::TooFew { count: 5, classes: 10 }));
    /// # Ok::<(), SubsetError>(())
    /// ```
    pub fn subset(&self, count: usize, seed: u64) -> Result<Self, SubsetError> {
        let samples = self.labels.len();
        if count > samples {
            return Err(SubsetError::TooMany { count, samples });
        }
        let mut members = rows_of_classes(&self.labels, self.class_names.len());
        members.retain(|rows| !rows.is_empty());
        if count < members.len() {
            return Err(SubsetError::TooFew { count, classes: members.len() });
        }

        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut chosen = Vec::with_capacity(count);
        let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
        for (rows, share) in members.iter().zip(shares(&sizes, count)) {
            chosen.extend(index::sample(&mut random, rows.len(), share).into_iter().map(|place| rows[place]));
        }
        chosen.sort_unstable();
        Ok(LabelledData {
            features: self.features.select_rows(&chosen),
            labels: chosen.iter().map(|&row| self.labels[row]).collect(),
            ..self.clone()
        })
    }
}

/// Divides `count` in proportion to `sizes`: one for each first, and each further one to the class that is furthest
/// below its share. As long as `count` is at most the sum of `sizes`, the shortfalls sum to something positive, so
/// the class that gets the next one is below its share, and no class gets more than its size.
fn shares(sizes: &[usize], count: usize) -> Vec<usize> {
    let total: usize = sizes.iter().sum();
    let mut shares = vec![1; sizes.len()];
    for _ in sizes.len()..count {
        let shortfall = |&class: &usize| {
            let (size, share) = (sizes[class] as i128, shares[class] as i128);
            let earlier_first = std::cmp::Reverse(class);
            (size * count as i128 - share * total as i128, earlier_first)
        };
        if let Some(class) = (0..sizes.len()).max_by_key(shortfall) {
            shares[class] += 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::LabelColumn;
    use crate::number::Matrix;

    fn data(sizes: &[usize]) -> LabelledData {
        let labels: Vec<usize> = (0..sizes.len()).flat_map(|class| vec![class; sizes[class]]).collect();
        LabelledData {
            features: Matrix::from_fn(labels.len(), 1, |row, _| row as f64),
            class_names: (0..sizes.len()).map(|class| class.to_string()).collect(),
            feature_names: vec!["row".to_string()],
            label_column: LabelColumn { number: 2, name: None },
            labels,
        }
    }

    fn counts(data: &LabelledData) -> Vec<usize> {
        (0..data.class_names.len())
            .map(|class| data.labels.iter().filter(|&&label| label == class).count())
            .collect()
    }

    #[test]
    fn every_class_keeps_its_share_and_at_least_one_sample() {
        assert_eq!(shares(&[50, 50, 50], 30), [10, 10, 10]);
        assert_eq!(shares(&[60, 30, 10], 10), [6, 3, 1]);
        assert_eq!(shares(&[98, 1, 1], 10), [8, 1, 1]);
        assert_eq!(shares(&[1, 1, 1], 2 + 1), [1, 1, 1]);
    }

    #[test]
    fn shares_sum_to_the_count_and_never_exceed_a_class() {
        for sizes in [vec![5, 1, 2], vec![1, 9], vec![3, 3, 3, 1], vec![20, 1, 1, 1, 1]] {
            for count in sizes.len()..=sizes.iter().sum() {
                let shares = shares(&sizes, count);
                assert_eq!(shares.iter().sum::<usize>(), count);
                assert!(shares.iter().zip(&sizes).all(|(share, size)| (1..=*size).contains(share)));
            }
        }
    }

    #[test]
    fn the_whole_is_a_subset_of_itself() {
        let data = data(&[4, 2]);
        assert_eq!(data.subset(6, 3).unwrap(), data);
    }

    #[test]
    fn the_seed_decides_which_samples_are_drawn() {
        let data = data(&[40, 20]);
        let drawn = data.subset(12, 1).unwrap();
        assert_eq!(counts(&drawn), [8, 4]);
        assert_eq!(drawn, data.subset(12, 1).unwrap());
        assert_ne!(drawn, data.subset(12, 2).unwrap());
    }

    #[test]
    fn more_samples_than_there_are_is_an_error() {
        let error = data(&[2, 1]).subset(4, 0).unwrap_err();
        assert_eq!(error.to_string(), "4 samples are asked for but the data has 3: ask for 3 or fewer");
    }
}
