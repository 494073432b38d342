//! Training, validation and test part, with the classes in proportion where there are any.

use super::classes;
use crate::model::Batch;
use crate::words::quoted;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// The stream of random numbers that splits draw from, apart from those of initial weights and mini-batches.
const STREAM: u64 = u64::MAX;

/// The parts of the samples that are not for training.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct SplitShares {
    /// The share of the validation part; none if 0.
    pub validation: f64,
    /// The share of the test part; none if 0.
    pub test: f64,
}

/// Why samples are not split.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// Shares that leave nothing to train on, or that are not between 0 and 1.
    #[error(
        "a share of {test} for testing and {validation} for validation: each is 0 or more, their sum below 1"
    )]
    Shares {
        /// The share for validation.
        validation: f64,
        /// The share for testing.
        test: f64,
    },
    /// Fewer samples of a class than there are parts.
    #[error(
        "class {class} has {samples} sample(s), and a stratified split into {parts} parts needs one for each: add \
         samples, or leave the class out"
    )]
    SmallClass {
        /// The class's name.
        class: String,
        /// Its samples.
        samples: usize,
        /// How many parts there are to be.
        parts: usize,
    },
    /// The same class everywhere.
    #[error("every sample is of class {class}: at least two classes are needed")]
    OneClass {
        /// The only class.
        class: String,
    },
    /// The same targets everywhere.
    #[error("every sample has the same targets: there is nothing to learn from them")]
    OneTarget,
    /// Fewer samples than there are parts.
    #[error("{samples} sample(s), and a split into {parts} parts needs one for each: add samples")]
    FewSamples {
        /// The samples.
        samples: usize,
        /// How many parts there are to be.
        parts: usize,
    },
}

/// The rows of the samples in each part, in their old order.
///
/// ```
/// use hsr::data::{DataSet, SplitShares, Split};
/// let iris = DataSet::Iris.load();
/// let shares = SplitShares { validation: 0.0, test: 0.2 };
/// let split = Split::stratified(&iris.labels, &iris.class_names, shares, 1)?;
/// assert_eq!((split.train.len(), split.validation.len(), split.test.len()), (120, 0, 30));
/// # Ok::<(), hsr::data::SplitError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Split {
    /// The rows of the training part.
    pub train: Vec<usize>,
    /// The rows of the validation part, by which strengths are chosen.
    pub validation: Vec<usize>,
    /// The rows of the test part.
    pub test: Vec<usize>,
}

impl SplitShares {
    /// How many parts there are to be, and whether the shares leave something for training.
    fn parts(self) -> Result<usize, SplitError> {
        let SplitShares { validation, test } = self;
        if !(validation >= 0.0 && test >= 0.0 && validation + test < 1.0) {
            return Err(SplitError::Shares { validation, test });
        }
        Ok(1 + usize::from(validation > 0.0) + usize::from(test > 0.0))
    }
}

impl Split {
    /// Draws a split of data: stratified by class where there are class names, and by chance alone where targets are numbers and there are
    /// none.
    ///
    /// ```
    /// use hsr::data::{RegressionSet, Split, SplitShares};
    /// use hsr::model::Loss;
    /// let batch = RegressionSet::Diabetes.batch(Loss::Squared)?;
    /// let split = Split::of(&batch, &[], SplitShares { validation: 0.0, test: 0.2 }, 1)?;
    /// assert_eq!((split.train.len(), split.test.len()), (354, 88));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SplitError`] as [`stratified`](Split::stratified), and where all targets are the same or there are fewer samples than parts.
    pub fn of(
        batch: &Batch<f64>,
        class_names: &[String],
        shares: SplitShares,
        seed: u64,
    ) -> Result<Self, SplitError> {
        if !class_names.is_empty() {
            return Split::stratified(&classes(batch), class_names, shares, seed);
        }
        let parts = shares.parts()?;
        let samples = batch.samples();
        if batch.y.row_iter().all(|row| row == batch.y.row(0)) {
            return Err(SplitError::OneTarget);
        }
        if samples < parts {
            return Err(SplitError::FewSamples { samples, parts });
        }
        let mut split = Split::default();
        split.draw((0..samples).collect(), shares, parts, &mut random(seed));
        split.sort();
        Ok(split)
    }

    /// Draws a stratified split: from each class its share, rounded, and at least one sample for every part that is asked for.
    /// The same seed draws the same parts on every machine.
    ///
    /// # Errors
    /// [`SplitError`] when the shares leave nothing for training, a class has fewer samples than there are parts, or
    /// all samples are of one class.
    pub fn stratified(
        labels: &[usize],
        class_names: &[String],
        shares: SplitShares,
        seed: u64,
    ) -> Result<Self, SplitError> {
        let parts = shares.parts()?;
        let name = |class: usize| quoted(class_names.get(class).map_or("", String::as_str));
        if let Some(&class) = labels.first().filter(|&first| labels.iter().all(|label| label == first)) {
            return Err(SplitError::OneClass { class: name(class) });
        }
        let mut random = random(seed);
        let mut split = Split::default();
        for (class, rows) in rows_of_classes(labels, class_names.len()).into_iter().enumerate() {
            if rows.is_empty() {
                continue;
            }
            if rows.len() < parts {
                let (class, samples) = (name(class), rows.len());
                return Err(SplitError::SmallClass { class, samples, parts });
            }
            split.draw(rows, shares, parts, &mut random);
        }
        split.sort();
        Ok(split)
    }

    /// Adds rows to every part by their shares, in an order that is drawn.
    fn draw(&mut self, mut rows: Vec<usize>, shares: SplitShares, parts: usize, random: &mut ChaCha8Rng) {
        rows.shuffle(random);
        // One sample is kept for each part that is still to be filled.
        let for_test = count(shares.test, rows.len(), rows.len() - (parts - 1));
        let rest = rows.split_off(for_test);
        let for_validation = count(shares.validation, rows.len() + rest.len(), rest.len() - 1);
        self.test.extend(rows);
        self.validation.extend(&rest[..for_validation]);
        self.train.extend(&rest[for_validation..]);
    }

    fn sort(&mut self) {
        for part in [&mut self.train, &mut self.validation, &mut self.test] {
            part.sort_unstable();
        }
    }
}

/// What splits draw from.
fn random(seed: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(STREAM);
    random
}

/// The rows of each class, in order; labels beyond the classes are left out.
pub(super) fn rows_of_classes(labels: &[usize], classes: usize) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); classes];
    for (row, &label) in labels.iter().enumerate() {
        if let Some(class) = rows.get_mut(label) {
            class.push(row);
        }
    }
    rows
}

/// This share of a number of samples: rounded, one at least and `most` at most, or none if the share is 0.
fn count(share: f64, samples: usize, most: usize) -> usize {
    let rounded = (share * samples as f64).round() as usize;
    if share > 0.0 { rounded.clamp(1, most) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(sizes: &[usize], validation: f64, test: f64) -> Result<Split, String> {
        let labels: Vec<usize> =
            sizes.iter().enumerate().flat_map(|(class, &size)| vec![class; size]).collect();
        let names: Vec<String> = (0..sizes.len()).map(|class| format!("k{class}")).collect();
        Split::stratified(&labels, &names, SplitShares { validation, test }, 3)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_sample_is_in_one_part_and_every_class_in_all() {
        for sizes in [vec![50, 30, 3], vec![3, 4], vec![7, 0, 9]] {
            let Split { train, validation, test } = split(&sizes, 0.3, 0.3).unwrap();
            let mut all = [train.clone(), validation.clone(), test.clone()].concat();
            all.sort_unstable();
            assert_eq!(all, (0..sizes.iter().sum()).collect::<Vec<_>>());
            for part in [train, validation, test] {
                let mut start = 0;
                for &size in sizes.iter().filter(|&&size| size > 0) {
                    assert!(part.iter().any(|&row| (start..start + size).contains(&row)), "{part:?}");
                    start += size;
                }
            }
        }
    }

    #[test]
    fn numbers_are_split_by_chance_into_parts_that_are_never_empty() {
        let batch = |y: Vec<f64>| {
            let y = crate::number::Matrix::from_vec(y.len(), 1, y);
            Batch { x: y.clone(), y, weights: None }
        };
        let draw = |count: u32, seed| {
            let shares = SplitShares { validation: 0.2, test: 0.3 };
            Split::of(&batch((0..count).map(f64::from).collect()), &[], shares, seed)
        };
        for count in [3, 4, 50] {
            let Split { train, validation, test } = draw(count, 7).unwrap();
            assert!([&train, &validation, &test].iter().all(|part| !part.is_empty()));
            let mut all = [train, validation, test].concat();
            all.sort_unstable();
            assert_eq!(all, (0..count as usize).collect::<Vec<_>>());
        }
        assert_eq!(draw(50, 7), draw(50, 7));
        assert_ne!(draw(50, 7), draw(50, 8));
        assert_eq!(draw(2, 7), Err(SplitError::FewSamples { samples: 2, parts: 3 }));
        let same = Split::of(&batch(vec![1.5; 9]), &[], SplitShares::default(), 7);
        assert_eq!(same, Err(SplitError::OneTarget));
    }

    #[test]
    fn parts_have_their_shares() {
        let parts = split(&[50, 100], 0.1, 0.2).unwrap();
        assert_eq!((parts.train.len(), parts.validation.len(), parts.test.len()), (105, 15, 30));
        assert_eq!(split(&[5, 1], 0.0, 0.0).unwrap().train, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn what_cannot_be_split_is_told() {
        assert_eq!(
            split(&[5, 1], 0.0, 0.2).unwrap_err(),
            "class 'k1' has 1 sample(s), and a stratified split into 2 parts needs one for each: add samples, or leave the \
             class out"
        );
        assert_eq!(
            split(&[0, 4], 0.0, 0.0).unwrap_err(),
            "every sample is of class 'k1': at least two classes are needed"
        );
        for (validation, test) in [(0.5, 0.5), (-0.1, 0.2), (0.0, f64::NAN)] {
            assert!(split(&[5, 5], validation, test).unwrap_err().contains("their sum below 1"));
        }
    }
}
