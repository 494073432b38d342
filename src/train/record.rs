//! Records of a training run: loss, score, bound and spectrum at a step.

use super::fit::score;
use super::paths::Paths;
use super::{TrainError, Trainer};
use crate::model::{Batch, Loss, Network};
use crate::number::norm;
use serde::{Deserialize, Serialize};

/// A record of a training run: measures at a step, over the whole training and test part.
///
/// ```
/// use hsr::train::Record;
/// let line = r#"{"step":0,"epoch":0,"loss":1.5,"accuracy":0.5,"test_loss":null,"test_accuracy":null,"trace":2.0,
///     "trace_squared":3.0,"ws":1.2,"lambda_max":null,"lambda_min":null,"gradient_norm":0.5,"seconds":0.0}"#;
/// let record: Record = serde_json::from_str(line)?;
/// assert_eq!((record.ws, record.score), (1.2, Some(0.5)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Steps that were taken before.
    pub step: usize,
    /// The epoch, counted from 0.
    pub epoch: usize,
    /// The loss of the training part, without penalty.
    pub loss: f64,
    /// The score of the training part, as [`score_name`](super::score_name) says: the accuracy of the softmax, and written as `accuracy` in its
    /// logs. `None` where it is not defined.
    #[serde(alias = "accuracy")]
    pub score: Option<f64>,
    /// The loss of the test part, if there is one.
    pub test_loss: Option<f64>,
    /// The score of the test part, if there is one.
    #[serde(alias = "test_accuracy")]
    pub test_score: Option<f64>,
    /// `T`, the trace of the training loss's Hessian.
    pub trace: f64,
    /// `Q`, the trace of its square.
    pub trace_squared: f64,
    /// `WS`, the upper bound on its largest eigenvalue.
    pub ws: f64,
    /// Its largest eigenvalue, where it was asked for.
    pub lambda_max: Option<f64>,
    /// Its smallest eigenvalue, where it was asked for.
    pub lambda_min: Option<f64>,
    /// The norm of the training loss's gradient, without penalty.
    pub gradient_norm: f64,
    /// Seconds that the steps took, without the records.
    pub seconds: f64,
}

/// A function that gives the largest and the smallest eigenvalue of the Hessian at a network, a loss and data, in this order, or nothing.
pub type Extremes<'a> = &'a dyn Fn(&Network<f64>, Loss, &Batch<f64>) -> Option<(f64, f64)>;

/// Takes records of a training run, in buffers that are reused. [The module](super) has an example.
pub struct Recorder<'a> {
    train: &'a Batch<f64>,
    test: Option<&'a Batch<f64>>,
    extremes: Option<Extremes<'a>>,
    paths: Paths,
}

impl<'a> Recorder<'a> {
    /// A recorder over a training and a test part, computing with so many threads.
    pub fn new(train: &'a Batch<f64>, test: Option<&'a Batch<f64>>, threads: usize) -> Self {
        Recorder { train, test, extremes: None, paths: Paths::new(threads) }
    }

    /// Adds both ends of the spectrum to the records, as this function gives them.
    pub fn with_extremes(self, extremes: Extremes<'a>) -> Self {
        Recorder { extremes: Some(extremes), ..self }
    }

    /// Takes a record where a run stands.
    ///
    /// # Errors
    /// [`TrainError::Fast`] where network and data do not go together.
    pub fn record(&mut self, trainer: &Trainer) -> Result<Record, TrainError> {
        let state = trainer.state();
        let (network, loss, train) = (&state.network, trainer.loss(), self.train);
        let mut gradient = vec![0.0; state.velocity.len()];
        let mut train_score = None;
        let look = |outputs: &[f64]| train_score = score(loss, outputs, train);
        let train_loss = self.paths.gradient(network, loss, train, &mut gradient, look)?;
        let test = self.test.map(|test| self.paths.fit(network, loss, test)).transpose()?;
        let bound = self.paths.bound(network, loss, train)?;
        let (lambda_max, lambda_min) =
            self.extremes.and_then(|extremes| extremes(network, loss, train)).unzip();
        Ok(Record {
            step: state.step,
            epoch: trainer.epoch(),
            loss: train_loss,
            score: train_score,
            test_loss: test.map(|fit| fit.loss),
            test_score: test.and_then(|fit| fit.score),
            trace: bound.trace,
            trace_squared: bound.trace_squared,
            ws: bound.ws,
            lambda_max,
            lambda_min,
            gradient_norm: norm(&gradient),
            seconds: state.seconds,
        })
    }
}
