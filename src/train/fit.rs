//! How well a network fits its data, and how well guessing does.

use super::TrainError;
use super::paths::Paths;
use crate::model::{Batch, Loss, Network, Targets};
use crate::number::Vector;
use crate::terms::OutputLoss;

/// The loss and the score of a network on a part of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fit {
    /// The loss, a mean over samples.
    pub loss: f64,
    /// The score, 1 for a perfect fit, as [`score_name`] says; `None` where it is not defined, as that of targets that are all the same.
    pub score: Option<f64>,
    /// The least margin of a sample: by how much the output of its class exceeds the largest other one, or, of several labels, how far each
    /// output is on its label's side of 0. `None` where targets are not all 0 and 1, or the loss is of another kind.
    ///
    /// Where it is above 0 the loss falls to 0 as the output layer grows, and the derivative in that direction is not 0: neither a minimum
    /// nor a saddle is here.
    pub margin: Option<f64>,
}

/// How well a network fits a part of the data.
///
/// ```
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::train::fit;
/// use nalgebra::dmatrix;
/// let layers = Layers(vec![Layer { w: dmatrix![1.0], b: None }, Layer { w: dmatrix![1.0], b: None }]);
/// let network = Network::new(layers, vec![Activation::Identity])?;
/// let batch = Batch::for_loss(dmatrix![1.0; 2.0; 4.0; 0.0], dmatrix![1.5; 1.0; 3.0; 0.5], Loss::Squared)?;
/// let fit = fit(&network, Loss::Squared, &batch)?;
/// assert_eq!((fit.loss, fit.score), (0.3125, Some(1.0 - 2.5 / 3.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TrainError::Misfit`] where network, loss and data do not go together.
pub fn fit(network: &Network<f64>, loss: Loss, batch: &Batch<f64>) -> Result<Fit, TrainError> {
    Paths::new(1).fit(network, loss, batch)
}

/// The name of the score of a loss in tables and logs: `accuracy` for the softmax, else `score`. A score is a mean over samples, weighted as
/// they are.
///
/// | loss | score |
/// | --- | --- |
/// | softmax | accuracy: the share of samples whose most likely class is that of the target |
/// | multi-label | the share of outputs on the right side of the probability 0.5 |
/// | squared, pseudo-huber | `R^2 = 1 - sum (o - y)^2 / sum (y - mean y)^2`, sums over samples and outputs |
/// | poisson | the deviance explained, `1 - D(e^o) / D(mean y)` with `D(m) = 2 sum y ln(y/m) - y + m` |
///
/// The mean is that of the part which the score is of; there `R^2` and the deviance explained are 0 for predicting the mean, and
/// negative for anything worse.
///
/// ```
/// use hsr::model::Loss;
/// use hsr::train::score_name;
/// assert_eq!((score_name(Loss::Softmax), score_name(Loss::Squared)), ("accuracy", "score"));
/// ```
pub fn score_name(loss: Loss) -> &'static str {
    if loss == Loss::Softmax { "accuracy" } else { "score" }
}

fn mean_loss(loss: Loss, outputs: &[f64], batch: &Batch<f64>) -> f64 {
    let width = batch.y.ncols();
    let row = |n: usize| Vector::from_column_slice(&outputs[n * width..(n + 1) * width]);
    mean(batch, &|n| loss.value(&row(n), &batch.y.row(n).transpose()))
}

/// The score of outputs, a row a sample.
pub(super) fn score(loss: Loss, outputs: &[f64], batch: &Batch<f64>) -> Option<f64> {
    let (y, width) = (&batch.y, batch.y.ncols());
    let o = |n: usize, k: usize| outputs[n * width + k];
    match loss {
        Loss::Softmax => {
            let right = |n: usize| largest(width, |k| o(n, k)) == largest(width, |k| y[(n, k)]);
            Some(mean(batch, &|n| f64::from(u8::from(right(n)))))
        }
        Loss::MultiLabel => {
            let right = |n: usize, k: usize| (o(n, k) > 0.0) == (y[(n, k)] > 0.5);
            let of = |n: usize| (0..y.ncols()).filter(|&k| right(n, k)).count() as f64;
            Some(mean(batch, &of) / y.ncols() as f64)
        }
        Loss::Poisson => explained(loss, outputs, batch),
        Loss::Squared | Loss::PseudoHuber | Loss::Cubic => explained(Loss::Squared, outputs, batch),
    }
}

/// The least margin of outputs, a row a sample.
pub(super) fn margin(loss: Loss, outputs: &[f64], batch: &Batch<f64>) -> Option<f64> {
    let (y, width) = (&batch.y, batch.y.ncols());
    let o = |n: usize, k: usize| outputs[n * width + k];
    let of_sample = |n: usize| match loss {
        Loss::Softmax => {
            let own = largest(width, |k| y[(n, k)]);
            let others = (0..width).filter(|&k| k != own).map(|k| o(n, k));
            o(n, own) - others.fold(f64::NEG_INFINITY, f64::max)
        }
        _ => {
            (0..width).map(|k| if y[(n, k)] > 0.5 { o(n, k) } else { -o(n, k) }).fold(f64::INFINITY, f64::min)
        }
    };
    let hard = y.iter().all(|target| *target == 0.0 || *target == 1.0);
    let of_labels = matches!(loss, Loss::Softmax | Loss::MultiLabel);
    (hard && of_labels).then(|| (0..batch.samples()).map(of_sample).fold(f64::INFINITY, f64::min))
}

/// The part of the loss of guessing that outputs do without, both from the least that there is.
fn explained(loss: Loss, outputs: &[f64], batch: &Batch<f64>) -> Option<f64> {
    let least = least(loss, batch);
    let guessed = mean_loss(loss, &guess(loss, batch), batch) - least;
    (guessed > 0.0).then(|| 1.0 - (mean_loss(loss, outputs, batch) - least) / guessed)
}

/// The outputs that know the targets' means alone.
fn guess(loss: Loss, batch: &Batch<f64>) -> Vec<f64> {
    let of_mean = |mean: f64| match loss.targets() {
        Targets::Numbers => mean,
        // An output at which e^o is 0 where all counts are 0.
        Targets::Counts => mean.ln().max(f64::MIN),
        Targets::Probabilities | Targets::ZerosAndOnes => 0.0,
    };
    let output = |k: usize| of_mean(mean(batch, &|n| batch.y[(n, k)]));
    (0..batch.y.ncols()).map(output).collect::<Vec<f64>>().repeat(batch.samples())
}

/// The least loss that outputs can have at these targets: 0 but for counts, which leave out a constant.
pub(crate) fn least(loss: Loss, batch: &Batch<f64>) -> f64 {
    match loss {
        Loss::Poisson => {
            let of = |y: f64| if y > 0.0 { y - y * y.ln() } else { 0.0 };
            mean(batch, &|n| batch.y.row(n).iter().map(|y| of(*y)).sum())
        }
        _ => 0.0,
    }
}

/// The loss from which on a run is taken to diverge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    /// The loss.
    pub loss: f64,
    /// What it is 100 times of.
    pub of: &'static str,
}

impl Limit {
    /// A loss that exceeds that of guessing, or what it is at the start if that is more, by this factor.
    const EXPLODED: f64 = 100.0;

    /// The limit for training data, of a run that starts from this loss. For the softmax guessing is what counts, `ln C`.
    pub fn new(loss: Loss, train: &Batch<f64>, start: f64) -> Self {
        let least = least(loss, train);
        let (guessed, start) = match loss {
            Loss::Softmax => ((train.y.ncols() as f64).ln(), 0.0),
            _ => (mean_loss(loss, &guess(loss, train), train) - least, start - least),
        };
        let of = match (loss == Loss::Poisson, start > guessed) {
            (false, false) => "that of guessing",
            (false, true) => "that at the start",
            (true, false) => "the deviance of guessing",
            (true, true) => "the deviance at the start",
        };
        Limit { loss: least + Limit::EXPLODED * guessed.max(start), of }
    }
}

/// `sum_n omega_n of(n)`.
fn mean(batch: &Batch<f64>, of: &dyn Fn(usize) -> f64) -> f64 {
    batch.shares().into_iter().enumerate().map(|(n, share)| share * of(n)).sum()
}

/// The index of the largest entry, the first of several.
fn largest(count: usize, entry: impl Fn(usize) -> f64) -> usize {
    (0..count).fold(0, |best, index| if entry(index) > entry(best) { index } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Matrix;
    use nalgebra::{dmatrix, dvector};

    fn scored(loss: Loss, outputs: &Matrix<f64>, batch: &Batch<f64>) -> Option<f64> {
        score(loss, outputs.transpose().as_slice(), batch)
    }

    fn batch(y: Matrix<f64>) -> Batch<f64> {
        Batch { x: Matrix::zeros(y.nrows(), 1), y, weights: None }
    }

    #[test]
    fn scores_are_those_of_scikit_learn() {
        // r2_score, d2_tweedie_score(power=1), and accuracies, by scikit-learn 1.9.1.
        let (y, o) = (dmatrix![1.0; 2.0; 4.0; 0.0], dmatrix![1.5; 1.0; 3.0; 0.5]);
        let of = |loss, o: &Matrix<f64>, y: &Matrix<f64>| scored(loss, o, &batch(y.clone())).unwrap();
        assert!((of(Loss::Squared, &o, &y) - 0.714_285_714_285_714_3).abs() < 1e-15);
        assert_eq!(of(Loss::PseudoHuber, &o, &y), of(Loss::Squared, &o, &y));
        let logarithms = o.map(f64::ln);
        assert!((of(Loss::Poisson, &logarithms, &y) - 0.624_586_266_649_480_6).abs() < 1e-12);
        let (y, o) = (dmatrix![1.0, 0.0; 0.0, 1.0], dmatrix![0.3, -1.0; 0.2, 0.1]);
        assert_eq!((of(Loss::MultiLabel, &o, &y), of(Loss::Softmax, &o, &y)), (0.75, 0.5));
    }

    #[test]
    fn a_margin_is_that_of_the_worst_sample_and_only_hard_labels_have_one() {
        let (hard, soft) = (batch(dmatrix![1.0, 0.0; 0.0, 1.0]), batch(dmatrix![0.75, 0.25; 0.0, 1.0]));
        let outputs = [3.0, -1.0, 0.5, 2.0];
        assert_eq!(margin(Loss::Softmax, &outputs, &hard), Some(1.5));
        assert_eq!(margin(Loss::MultiLabel, &outputs, &hard), Some(-0.5));
        assert_eq!(margin(Loss::Softmax, &outputs, &soft), None);
        assert_eq!(margin(Loss::Squared, &outputs, &hard), None);
    }

    #[test]
    fn weights_count_and_constant_targets_have_no_score() {
        let weighted = batch(dmatrix![1.0, 0.0; 0.0, 1.0]).weighted(dvector![3.0, 1.0]).unwrap();
        assert_eq!(scored(Loss::Softmax, &dmatrix![1.0, 0.0; 1.0, 0.0], &weighted), Some(0.75));
        for loss in [Loss::Squared, Loss::Poisson, Loss::PseudoHuber] {
            for target in [0.0, 2.0] {
                let constant = batch(dmatrix![target; target]);
                assert_eq!(scored(loss, &dmatrix![0.1; 0.2], &constant), None, "{loss}, {target}");
            }
        }
    }

    #[test]
    fn the_limit_is_above_what_guessing_and_the_start_cost() {
        let counts = batch(dmatrix![150.0; 90.0; 310.0]);
        for loss in [Loss::Squared, Loss::Poisson, Loss::PseudoHuber] {
            let guessed = mean_loss(loss, &guess(loss, &counts), &counts);
            let limit = Limit::new(loss, &counts, f64::NEG_INFINITY);
            assert!(limit.loss > guessed && limit.of.ends_with("guessing"), "{loss}: {limit:?}, {guessed}");
            let limit = Limit::new(loss, &counts, 1e6);
            assert!(limit.loss > 9e7 && limit.of.ends_with("start"), "{loss}: {limit:?}");
        }
        let softmax = Limit::new(Loss::Softmax, &batch(dmatrix![1.0, 0.0; 0.0, 1.0]), 1e9);
        assert_eq!(softmax, Limit { loss: 100.0 * 2.0_f64.ln(), of: "that of guessing" });
    }
}
