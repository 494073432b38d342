//! Labels that are wrong on purpose.

use super::classes;
use crate::model::Batch;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The stream of random numbers that wrong labels draw from, apart from those of splits, initial weights and mini-batches.
const STREAM: u64 = u64::MAX - 1;

/// Why no labels are made wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelNoiseError {
    /// A share that is none.
    #[error("a share of {0} of wrong labels: a number from 0 to below 1 is needed")]
    Share(f64),
    /// Targets that are no classes.
    #[error("wrong labels are for classes, and these targets are numbers")]
    NoClasses,
}

/// Gives a share of the samples, rounded to whole ones, another class each: which samples and which class are drawn by the seed. The
/// target of the class and that of the other one change places, so that soft targets stay probabilities.
///
/// ```
/// use hsr::data::{DataSet, classes, with_label_noise};
/// let clean = DataSet::Iris.load().batch();
/// let noisy = with_label_noise(&clean, 0.2, 7)?;
/// let wrong = classes(&clean).iter().zip(classes(&noisy)).filter(|(own, other)| *own != other).count();
/// assert_eq!(wrong, 30);
/// # Ok::<(), hsr::data::LabelNoiseError>(())
/// ```
///
/// # Errors
/// [`LabelNoiseError::Share`] unless the share is from 0 to below 1; [`LabelNoiseError::NoClasses`] for a single column of targets.
pub fn with_label_noise(batch: &Batch<f64>, share: f64, seed: u64) -> Result<Batch<f64>, LabelNoiseError> {
    if !(0.0..1.0).contains(&share) {
        return Err(LabelNoiseError::Share(share));
    }
    let mut noisy = batch.clone();
    if share == 0.0 {
        return Ok(noisy);
    }
    let count = batch.y.ncols();
    if count < 2 {
        return Err(LabelNoiseError::NoClasses);
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(STREAM);
    let mut rows: Vec<usize> = (0..batch.samples()).collect();
    rows.shuffle(&mut random);
    let labels = classes(batch);
    let wrong = (share * batch.samples() as f64).round() as usize;
    for &row in &rows[..wrong] {
        let other = random.random_range(0..count - 1);
        let other = if other < labels[row] { other } else { other + 1 };
        noisy.y.swap((row, labels[row]), (row, other));
    }
    Ok(noisy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataSet;
    use nalgebra::dmatrix;

    #[test]
    fn the_seed_says_which_labels_are_wrong_and_every_other_class_comes_up() {
        let iris = DataSet::Iris.load().batch();
        let noisy = |share, seed| classes(&with_label_noise(&iris, share, seed).unwrap());
        assert_eq!(noisy(0.0, 1), classes(&iris));
        assert_eq!(noisy(0.5, 1), noisy(0.5, 1));
        assert_ne!(noisy(0.5, 1), noisy(0.5, 2));
        let pairs: std::collections::BTreeSet<_> = classes(&iris).into_iter().zip(noisy(0.9, 1)).collect();
        assert_eq!(pairs.len(), 9, "of three classes each into each, the tenth that stays with them");
    }

    #[test]
    fn what_cannot_be_made_wrong_is_told() {
        let iris = DataSet::Iris.load().batch();
        for share in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
            let told = with_label_noise(&iris, share, 0).unwrap_err().to_string();
            assert!(told.contains("a number from 0 to below 1 is needed"), "{told}");
        }
        let numbers = Batch { x: dmatrix![1.0; 2.0], y: dmatrix![0.5; 1.5], weights: None };
        assert_eq!(with_label_noise(&numbers, 0.5, 0), Err(LabelNoiseError::NoClasses));
        assert_eq!(with_label_noise(&numbers, 0.0, 0), Ok(numbers));
    }
}
