//! A batch from an npz archive.

use super::InputError;
use super::aside::{Read, beside_data};
use super::network::Arrays;
use super::npz::Archive;
use crate::budget;
use crate::data::whole;
use crate::model::{Batch, Loss, Targets};
use crate::number::{Matrix, Vector};
use std::path::Path;

/// Reads data from an npz archive: inputs `X` (`N x d`), and targets `Y` (`N x C`) or labels `y` (`N`).
///
/// A row of `Y` is a probability vector, a label a whole number from 0. Types and orders are those of
/// [`read_network`](super::read_network).
///
/// With labels, `classes` says how many classes there are, as a network's `V` has rows; without it there is one more
/// than the largest label.
///
/// # Errors
/// [`InputError`] says which file, array or entry is missing, damaged, of the wrong type or shape, or out of range,
/// and whether there is only one class.
///
/// [The module](super) has an example.
pub fn read_batch(path: impl AsRef<Path>, classes: Option<usize>) -> Result<Batch<f64>, InputError> {
    Ok(from_npz(path.as_ref(), Asked::labels(classes))?.value)
}

/// What the targets of a file are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// How many classes there are, where labels alone do not say it.
    pub classes: Option<usize>,
    /// The loss that takes them.
    pub loss: Loss,
}

impl Asked {
    /// Labels or probabilities.
    pub fn labels(classes: Option<usize>) -> Self {
        Asked { classes, loss: Loss::Softmax }
    }
}

/// [`read_batch`], with the names of the arrays that were not read.
pub(super) fn from_npz(file: &Path, asked: Asked) -> Result<Read<Batch<f64>>, InputError> {
    let mut archive = Archive::open(file)?;
    let x = archive.needed_matrix("X", "(N, d)")?;
    let distributions = archive.optional_matrix("Y", "(N, C)")?;
    let labels = archive.optional_vector("y", "(N,) (or the name Y for target distributions)")?;
    let aside = beside_data(archive.names());
    Ok(Read { value: batch(file, x, distributions, labels, asked)?, aside })
}

/// Inputs with the one kind of targets that there is.
pub(super) fn batch(
    file: &Path,
    x: Matrix<f64>,
    distributions: Option<Matrix<f64>>,
    labels: Option<Vector<f64>>,
    asked: Asked,
) -> Result<Batch<f64>, InputError> {
    let labelled = asked.loss.targets() == Targets::Probabilities;
    match (distributions, labels) {
        (Some(_), Some(_)) => Err(InputError::TwoTargets { file: file.to_path_buf() }),
        (None, None) => Err(InputError::NoTargets { file: file.to_path_buf() }),
        (Some(y), None) if labelled => with_distributions(file, x, y),
        (None, Some(y)) if labelled => with_labels(file, x, &y, asked.classes),
        (Some(y), None) => with_numbers(file, x, y, asked.loss),
        (None, Some(y)) => with_numbers(file, x, Matrix::from_columns(&[y]), asked.loss),
    }
}

/// Targets of a loss that takes numbers: `Y`, or `y` for a single output.
fn with_numbers(file: &Path, x: Matrix<f64>, y: Matrix<f64>, loss: Loss) -> Result<Batch<f64>, InputError> {
    Batch::for_loss(x, y, loss).map_err(|reason| InputError::Batch { file: file.to_path_buf(), reason })
}

fn with_distributions(file: &Path, x: Matrix<f64>, y: Matrix<f64>) -> Result<Batch<f64>, InputError> {
    let classes = y.ncols();
    let batch = Batch::new(x, y).map_err(|reason| InputError::Batch { file: file.to_path_buf(), reason })?;
    at_least_two(file, "Y", classes)?;
    Ok(batch)
}

fn with_labels(
    file: &Path,
    x: Matrix<f64>,
    y: &Vector<f64>,
    classes: Option<usize>,
) -> Result<Batch<f64>, InputError> {
    let labels = whole_numbers(file, y)?;
    let classes = match classes {
        Some(classes) => classes,
        None => count_classes(file, &labels)?,
    };
    let targets = || format!("targets for {} samples and {classes} classes", labels.len());
    budget::ask(budget::numbers(&[labels.len(), classes]), targets)
        .map_err(|reason| InputError::OverBudget { file: file.to_path_buf(), reason })?;
    let batch = Batch::from_labels(x, &labels, classes);
    let batch = batch.map_err(|reason| InputError::Batch { file: file.to_path_buf(), reason })?;
    at_least_two(file, "y", classes)?;
    Ok(batch)
}

fn at_least_two(file: &Path, array: &'static str, classes: usize) -> Result<(), InputError> {
    if classes < 2 {
        return Err(InputError::OneClass { file: file.to_path_buf(), array });
    }
    Ok(())
}

fn whole_numbers(file: &Path, y: &Vector<f64>) -> Result<Vec<i64>, InputError> {
    let label = |(row, &value)| {
        whole(value).ok_or_else(|| InputError::NotLabel { file: file.to_path_buf(), row, value })
    };
    y.iter().enumerate().map(label).collect()
}

/// One more than the largest label, if that is sensible: one stray label must not ask for all memory, and a column of
/// identifiers is no label.
fn count_classes(file: &Path, labels: &[i64]) -> Result<usize, InputError> {
    /// So many classes are common enough to need no question.
    const FEW_CLASSES: usize = 1000;
    let largest = labels.iter().enumerate().max_by_key(|&(_, label)| label);
    let Some((row, &label)) = largest else { return Ok(0) };
    let samples = labels.len();
    match usize::try_from(label) {
        Ok(last) if last < FEW_CLASSES || last < samples / 2 => Ok(last + 1),
        Ok(_) => Err(InputError::HugeLabel { file: file.to_path_buf(), row, label, samples }),
        // Every label is negative, which no number of classes makes right: the batch says so.
        Err(_) => Ok(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{Array, write_npz};
    use nalgebra::dmatrix;

    fn read(targets: &[(&str, Array)], classes: Option<usize>) -> Result<Batch<f64>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.npz");
        let x = ("X", Array::from(&dmatrix![0.5, 1.0; 2.0, 3.0]));
        write_npz(&path, &[&[x], targets].concat()).unwrap();
        let shorten = |error: InputError| error.to_string().replace(&path.display().to_string(), "data.npz");
        read_batch(&path, classes).map_err(shorten)
    }

    fn labels(values: &[f64], classes: Option<usize>) -> Result<Matrix<f64>, String> {
        read(&[("y", Array::vector(values))], classes).map(|batch| batch.y)
    }

    #[test]
    fn labels_become_one_hot_targets_with_the_classes_of_the_network() {
        assert_eq!(labels(&[1.0, 0.0], None), Ok(dmatrix![0.0, 1.0; 1.0, 0.0]));
        assert_eq!(labels(&[1.0, 0.0], Some(3)), Ok(dmatrix![0.0, 1.0, 0.0; 1.0, 0.0, 0.0]));
        assert_eq!(
            labels(&[1.0, 3.0], Some(3)).unwrap_err(),
            "data.npz: y[1] is 3: with 3 classes a label is 0 to 2"
        );
    }

    #[test]
    fn distributions_are_kept() {
        let y = dmatrix![0.25, 0.75; 1.0, 0.0];
        assert_eq!(read(&[("Y", (&y).into())], None).unwrap().y, y);
        let y = dmatrix![0.25, 0.25; 1.0, 0.0];
        assert_eq!(
            read(&[("Y", (&y).into())], None).unwrap_err(),
            "data.npz: row 0 of Y sums to 0.5: a probability vector sums to 1"
        );
    }

    #[test]
    fn exactly_one_kind_of_targets_is_needed() {
        let both = [("Y", Array::from(&dmatrix![1.0, 0.0; 0.0, 1.0])), ("y", Array::vector(&[0.0, 1.0]))];
        assert_eq!(read(&both, None).unwrap_err(), "data.npz holds both Y and y: keep one");
        assert_eq!(
            read(&[], None).unwrap_err(),
            "data.npz has X but no targets: Y of shape (N, C) or labels y of shape (N,) are needed"
        );
    }

    #[test]
    fn labels_that_are_not_whole_numbers_from_zero_are_refused() {
        for value in [1.5, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(
                labels(&[0.0, value], Some(2)).unwrap_err(),
                format!("data.npz: y[1] is {value}: a label is a whole number, 0 for the first class")
            );
        }
        assert_eq!(
            labels(&[1.0, -1.0], None).unwrap_err(),
            "data.npz: y[1] is -1: with 2 classes a label is 0 to 1"
        );
        assert_eq!(
            labels(&[-1.0, -1.0], None).unwrap_err(),
            "data.npz: y[0] is -1: with 2 classes a label is 0 to 1"
        );
    }

    #[test]
    fn a_stray_label_does_not_exhaust_the_memory() {
        assert_eq!(
            labels(&[0.0, 1e15], None).unwrap_err(),
            "data.npz: y[1] is 1000000000000000: that makes 1000000000000001 classes for 2 samples: is y the \
             label? Number the classes 0, 1, 2, ..., or give Y of shape (N, C)"
        );
    }

    #[test]
    fn one_class_only_is_refused() {
        let message = "data.npz: y has one class only: at least two are needed";
        assert_eq!(labels(&[0.0, 0.0], None).unwrap_err(), message);
        let message = "data.npz: Y has one class only: at least two are needed";
        assert_eq!(read(&[("Y", Array::from(&dmatrix![1.0; 1.0]))], None).unwrap_err(), message);
    }

    #[test]
    fn targets_of_the_wrong_size_or_shape_are_refused() {
        assert_eq!(
            labels(&[0.0, 1.0, 0.0], None).unwrap_err(),
            "data.npz: X has 2 rows but y has 3: one target for each sample is needed"
        );
        assert_eq!(
            read(&[("y", Array::from(&dmatrix![1.0, 0.0; 0.0, 1.0]))], None).unwrap_err(),
            "data.npz: y has shape (2, 2): shape (N,) (or the name Y for target distributions) is needed"
        );
        assert!(labels(&[], None).unwrap_err().starts_with("data.npz: X has 2 rows but y has 0"));
    }
}
