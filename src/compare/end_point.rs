//! End points of training runs: their measures and their kind.

use super::CompareError;
use crate::fast::{Backward, Fit};
use crate::model::{Batch, ThreeLayer};
use crate::number::norm;
use crate::spectrum::{self, Extremes, ends, extremes};
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
    /// Norm of the training loss's gradient.
    pub gradient_norm: f64,
}

impl Start {
    pub(super) fn of(network: &ThreeLayer<f64>, train: &Batch<f64>) -> Result<Self, CompareError> {
        let (lambda_max, _) = ends(network, train)?;
        let gradient_norm = descended(Method::Sgd, 0.0, network, train)?;
        Ok(Start { lambda_max, gradient_norm })
    }
}

/// The measures of an end point.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EndPoint {
    /// Loss of the training part, without penalty.
    pub train_loss: f64,
    /// Loss of the test part.
    pub test_loss: f64,
    /// The share of the test samples whose class is predicted.
    pub test_accuracy: f64,
    /// Largest eigenvalue of the training loss's Hessian.
    pub lambda_max: f64,
    /// Smallest eigenvalue of the training loss's Hessian.
    pub lambda_min: f64,
    /// `T`, the trace of the Hessian.
    pub trace: f64,
    /// `WS`, the upper bound on the largest eigenvalue.
    pub ws: f64,
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
    network: &ThreeLayer<f64>,
    train: &Batch<f64>,
) -> Result<f64, CompareError> {
    let mut gradient = vec![0.0; network.shape(train.samples()).parameters()];
    Direction::new(method, 1).at(network, train, strength, &mut gradient)?;
    Ok(norm(&gradient))
}

/// How well a network fits a part.
pub(super) fn fit(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<Fit, CompareError> {
    let fit = Backward::new(&network.shape(batch.samples())).evaluate(network, batch);
    Ok(fit.map_err(TrainError::from)?)
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
    let network = &trainer.state().network;
    let (method, strength) = (trainer.settings().method, trainer.settings().strength);
    let settings =
        spectrum::SpectrumSettings { tolerance: TOLERANCE, ..spectrum::SpectrumSettings::default() };
    let ends = extremes(network, trainer.train(), &settings)?;
    let (lambda_max, lambda_min) = (ends.largest.value, ends.smallest.value);
    let descended_norm = descended(method, strength, network, trainer.train())?;
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
        test_accuracy: record.test_accuracy.unwrap_or(f64::NAN),
        lambda_max,
        lambda_min,
        trace: record.trace,
        ws: record.ws,
        gradient_norm: record.gradient_norm,
        descended_norm,
        negative: ends.all.as_ref().map(spectrum::Spectrum::negative),
        step_seconds: trainer.state().seconds / trainer.state().step.max(1) as f64,
        kind,
    };
    Ok((end, ends))
}
