//! Records of a training run: loss, score, bound and spectrum at a step.

use super::fit::score;
use super::paths::Paths;
use super::{Direction, TrainError, Trainer};
use crate::model::{Batch, Loss, Network};
use crate::number::norm;
use crate::spectrum::HessianProduct;
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
    /// The norm of the gradient that the method descends at the step, over all samples; logs of earlier versions have none.
    pub descended_norm: Option<f64>,
    /// The training loss's curvature along its gradient, `g'Hg / |g|^2`; none where the gradient is 0.
    pub curvature: Option<f64>,
    /// The training loss's curvature along the gradient that the method descends; none where that is 0.
    pub descended_curvature: Option<f64>,
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
    threads: usize,
    direction: Option<Direction>,
}

impl<'a> Recorder<'a> {
    /// A recorder over a training and a test part, computing with so many threads.
    pub fn new(train: &'a Batch<f64>, test: Option<&'a Batch<f64>>, threads: usize) -> Self {
        Recorder { train, test, extremes: None, paths: Paths::new(threads), threads, direction: None }
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
        let descended = self.descended(trainer)?;
        let [curvature, descended_curvature] = curvatures(network, loss, train, [&gradient, &descended]);
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
            descended_norm: Some(norm(&descended)),
            curvature,
            descended_curvature,
            seconds: state.seconds,
        })
    }

    /// The gradient that the method of the next step descends, over all samples.
    fn descended(&mut self, trainer: &Trainer) -> Result<Vec<f64>, TrainError> {
        let (method, strength) = trainer.settings().at(trainer.state().step);
        let kept = self.direction.take().filter(|kept| kept.method() == method);
        let direction = self.direction.insert(kept.unwrap_or_else(|| Direction::new(method, self.threads)));
        let mut gradient = vec![0.0; trainer.state().velocity.len()];
        direction.at(&trainer.state().network, trainer.loss(), self.train, strength, &mut gradient)?;
        Ok(gradient)
    }
}

/// The curvature of the loss along each direction; none along 0, or where a product with the Hessian overflows.
fn curvatures(
    network: &Network<f64>,
    loss: Loss,
    batch: &Batch<f64>,
    directions: [&[f64]; 2],
) -> [Option<f64>; 2] {
    let Ok(mut hessian) = HessianProduct::of_network(network, loss, batch) else { return [None; 2] };
    directions.map(|direction| {
        let length = norm(direction);
        if !(length > 0.0 && length.is_finite()) {
            return None;
        }
        let unit: Vec<f64> = direction.iter().map(|entry| entry / length).collect();
        let mut image = vec![0.0; unit.len()];
        hessian.apply(&unit, &mut image).ok()?;
        Some(unit.iter().zip(&image).map(|(entry, image)| entry * image).sum())
    })
}
