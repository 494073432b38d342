//! End points of training runs: their measures and their kind.

use super::CompareError;
use crate::fast::{LayerPlan, LayerWorkspace};
use crate::model::{Batch, Loss, Network};
use crate::number::norm;
use crate::spectrum::{self, Extremes, network_ends, network_extremes};
use crate::terms::partition::{Partition, bound_matrix};
use crate::train::{Direction, Method, Record, TrainError, Trainer};
use serde::Serialize;
use std::fmt;

/// The kind of an end point: a minimum, a saddle, or not converged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// A minimum no sharper than the initial point.
    FlatMinimum,
    /// A minimum whose largest eigenvalue is above that of the initial point.
    SharpMinimum,
    /// A stationary point with an eigenvalue below `-0.01` times the largest.
    Saddle,
    /// The gradient that the method descends is more than a hundredth of the loss's at the initial point.
    NotConverged,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(match self {
            Kind::FlatMinimum => "flat minimum",
            Kind::SharpMinimum => "sharp minimum",
            Kind::Saddle => "saddle",
            Kind::NotConverged => "not converged",
        })
    }
}

/// A gradient below this share of the initial one counts as none.
const STATIONARY: f64 = 1e-2;
/// An eigenvalue counts as negative below this share of the largest, with the sign changed.
const NEGATIVE: f64 = 1e-2;

/// The initial point of a seed, by which end points are judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Start {
    /// Largest eigenvalue of the training loss's Hessian.
    pub lambda_max: f64,
    /// The bound by layers.
    pub ws_layers: f64,
    /// The bound by units.
    pub ws_units: f64,
    /// Norm of the training loss's gradient.
    pub gradient_norm: f64,
}

impl Start {
    pub(super) fn of(network: &Network<f64>, loss: Loss, train: &Batch<f64>) -> Result<Self, CompareError> {
        let (lambda_max, _) = network_ends(network, loss, train)?;
        let [ws_layers, ws_units] = bounds_by_groups(network, loss, train)?;
        let gradient_norm = descended(Method::Sgd, 0.0, network, loss, train)?;
        Ok(Start { lambda_max, ws_layers, ws_units, gradient_norm })
    }
}

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

/// The measures of an end point.
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
    /// Eigenvalues that are negative beyond rounding, where all are known.
    pub negative: Option<usize>,
    /// Seconds that a step took.
    pub step_seconds: f64,
    /// The kind of the end point.
    pub kind: Kind,
}

/// The norm of the gradient that a method descends, over all samples.
fn descended(
    method: Method,
    strength: f64,
    network: &Network<f64>,
    loss: Loss,
    train: &Batch<f64>,
) -> Result<f64, CompareError> {
    let mut gradient = vec![0.0; network.architecture().parameters()];
    Direction::new(method, 1).at(network, loss, train, strength, &mut gradient)?;
    Ok(norm(&gradient))
}

/// The largest residual of an eigenvalue, relative to the largest magnitude, where they are found by products.
const TOLERANCE: f64 = 1e-6;

/// Measures where a run stands, of which the last record tells a part, and gives the spectrum and the vector of the
/// largest eigenvalue with it.
pub(super) fn measure(
    trainer: &Trainer,
    record: &Record,
    start: &Start,
) -> Result<(EndPoint, Extremes), CompareError> {
    let (network, loss) = (&trainer.state().network, trainer.loss());
    let (method, strength) = (trainer.settings().method, trainer.settings().strength);
    let settings =
        spectrum::SpectrumSettings { tolerance: TOLERANCE, ..spectrum::SpectrumSettings::default() };
    let ends = network_extremes(network, loss, trainer.train(), &settings)?;
    let (lambda_max, lambda_min) = (ends.largest.value, ends.smallest.value);
    let descended_norm = descended(method, strength, network, loss, trainer.train())?;
    let [ws_layers, ws_units] = bounds_by_groups(network, loss, trainer.train())?;
    let kind = if descended_norm > STATIONARY * start.gradient_norm {
        Kind::NotConverged
    } else if lambda_min < -NEGATIVE * lambda_max {
        Kind::Saddle
    } else if lambda_max > start.lambda_max {
        Kind::SharpMinimum
    } else {
        Kind::FlatMinimum
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
        negative: ends.all.as_ref().map(spectrum::Spectrum::negative),
        step_seconds: trainer.state().seconds / trainer.state().step.max(1) as f64,
        kind,
    };
    Ok((end, ends))
}
