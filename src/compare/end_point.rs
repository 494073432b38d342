//! Points of training runs, the initial ones and the end points, with their measures.

use super::CompareError;
use super::kind::{Evidence, Kind, Thresholds};
use crate::fast::{LayerPlan, LayerWorkspace};
use crate::model::{Batch, Loss, Network};
use crate::spectrum::{self, Extremes, network_extremes};
use crate::terms::partition::{Partition, bound_matrix};
use crate::train::{Direction, Method, Record, TrainError, Trainer, fit, least_loss};
use serde::Serialize;

/// The bounds by layers and by units.
fn bounds_by_groups(
    network: &Network<f64>,
    loss: Loss,
    train: &Batch<f64>,
) -> Result<[f64; 2], CompareError> {
    let plan = LayerPlan::new(&network.architecture(), loss, train.samples(), 1, true);
    let mut workspace = LayerWorkspace::new(plan.map_err(TrainError::from)?);
    let units = &workspace.evaluate(network, train).map_err(TrainError::from)?.units;
    let bound = |partition| {
        units.as_ref().map_or(f64::NAN, |units| bound_matrix(units, partition).symmetric_eigenvalues().max())
    };
    Ok([Partition::Layers, Partition::Units].map(bound))
}

/// The measures of a point of a run: an end point, or the initial one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EndPoint {
    /// Loss of the training part, without penalty.
    pub train_loss: f64,
    /// Loss of the test part.
    pub test_loss: f64,
    /// The score of the test part, such as the accuracy: see [`score_name`](crate::train::score_name).
    pub test_score: f64,
    /// Largest eigenvalue of the training loss's Hessian.
    pub lambda_max: f64,
    /// Smallest eigenvalue of the training loss's Hessian.
    pub lambda_min: f64,
    /// `T`, the trace of the Hessian.
    pub trace: f64,
    /// `WS`, the upper bound on the largest eigenvalue.
    pub ws: f64,
    /// The bound by layers.
    pub ws_layers: f64,
    /// The bound by units.
    pub ws_units: f64,
    /// Norm of the training loss's gradient.
    pub gradient_norm: f64,
    /// Norm of the gradient that the method descends.
    pub descended_norm: f64,
    /// The training loss's curvature along its gradient, `g'Hg / |g|^2`.
    pub curvature: Option<f64>,
    /// The training loss's curvature along the gradient that the method descends.
    pub descended_curvature: Option<f64>,
    /// The curvature of what the method descends along the eigenvector of the smallest eigenvalue of the loss. Above 0 where that is
    /// negative, the penalty holds the point there: it is no saddle of the objective in that direction.
    pub objective_along_smallest: f64,
    /// Eigenvalues that are negative beyond rounding, where all are known.
    pub negative: Option<usize>,
    /// Seconds that a step took; 0 where none was taken.
    pub step_seconds: f64,
    /// What the kind follows from.
    pub evidence: Evidence,
    /// The kind of the point.
    pub kind: Kind,
}

/// The curvature of what a method descends along a unit vector `v`: `v'(d(theta + h v) - d(theta - h v)) / 2h` of its gradient `d`, which
/// is exact but for rounding.
///
/// The difference is off by `h^2/6` times a third derivative and by some `eps |d| / h`. Both are least, to within a factor of order 1,
/// at `h = eps^(1/3)` on the scale on which the gradient changes: that of the parameters, and at least 1.
fn objective_along(
    (method, strength): (Method, f64),
    network: &Network<f64>,
    loss: Loss,
    train: &Batch<f64>,
    vector: &[f64],
) -> Result<f64, CompareError> {
    let theta = network.layers.flat();
    let step = f64::EPSILON.cbrt() * theta.iter().fold(1.0, |most: f64, entry| most.max(entry.abs()));
    let (mut direction, mut moved) = (Direction::new(method, 1), network.clone());
    let mut slope = |distance: f64| -> Result<f64, CompareError> {
        moved.set_moved(network, distance, vector);
        let mut gradient = vec![0.0; theta.len()];
        direction.at(&moved, loss, train, strength, &mut gradient)?;
        Ok(gradient.iter().zip(vector).map(|(entry, v)| entry * v).sum())
    };
    Ok((slope(step)? - slope(-step)?) / (2.0 * step))
}

/// The largest residual of an eigenvalue, relative to the largest magnitude, where they are found by products.
const TOLERANCE: f64 = 1e-6;

/// What a point is judged against: the initial one.
#[derive(Clone, Copy)]
pub(super) struct Initial {
    /// The loss there, above its infimum.
    pub loss: f64,
    /// The norm of the loss's gradient there.
    pub gradient: f64,
    /// The norm of the gradient that the method descends there.
    pub descended: f64,
}

impl Initial {
    /// That of a run, by its first record.
    pub fn of(record: &Record, loss: Loss, train: &Batch<f64>) -> Self {
        Initial {
            loss: record.loss - least_loss(loss, train),
            gradient: record.gradient_norm,
            descended: record.descended_norm.unwrap_or(record.gradient_norm),
        }
    }
}

/// Measures where a run stands, of which a record tells a part, and gives the spectrum and the vectors of its ends with it.
pub(super) fn measure(
    trainer: &Trainer,
    record: &Record,
    initial: Initial,
) -> Result<(EndPoint, Extremes), CompareError> {
    let (network, loss, train) = (&trainer.state().network, trainer.loss(), trainer.train());
    let settings =
        spectrum::SpectrumSettings { tolerance: TOLERANCE, ..spectrum::SpectrumSettings::default() };
    let ends = network_extremes(network, loss, train, &settings)?;
    let (lambda_max, lambda_min) = (ends.largest.value, ends.smallest.value);
    let [ws_layers, ws_units] = bounds_by_groups(network, loss, train)?;
    let of_step = trainer.settings().at(trainer.state().step);
    let descended_norm = record.descended_norm.unwrap_or(record.gradient_norm);
    // Below the rounding of the initial loss nothing is left to decrease.
    let left = (record.loss - least_loss(loss, train)).max(f64::EPSILON * initial.loss.abs());
    let evidence = Evidence {
        gradient: share(record.gradient_norm, initial.gradient),
        decrease: share(record.gradient_norm.powi(2), lambda_max.abs() * left),
        descended: share(descended_norm, initial.gradient.min(initial.descended)),
        balance: share(descended_norm, record.gradient_norm),
        smallest: share(lambda_min, lambda_max.abs()),
        rounding: share(
            ends.all.as_ref().map_or(ends.smallest.residual, |all| all.tolerance),
            lambda_max.abs(),
        ),
        margin: fit(network, loss, train)?.margin,
    };
    let end = EndPoint {
        train_loss: record.loss,
        test_loss: record.test_loss.unwrap_or(f64::NAN),
        test_score: record.test_score.unwrap_or(f64::NAN),
        lambda_max,
        lambda_min,
        trace: record.trace,
        ws: record.ws,
        ws_layers,
        ws_units,
        gradient_norm: record.gradient_norm,
        descended_norm,
        curvature: record.curvature,
        descended_curvature: record.descended_curvature,
        objective_along_smallest: objective_along(of_step, network, loss, train, &ends.smallest.vector)?,
        negative: ends.all.as_ref().map(spectrum::Spectrum::negative),
        step_seconds: trainer.state().seconds / trainer.state().step.max(1) as f64,
        evidence,
        kind: evidence.kind(&Thresholds::default()),
    };
    Ok((end, ends))
}

/// A ratio; 0 of nothing to anything.
fn share(part: f64, whole: f64) -> f64 {
    if part == 0.0 { 0.0 } else { part / whole }
}
