//! The quantities that a program may be asked for.

use super::cases::Case;
use crate::model::Architecture;
use crate::names::{UnknownName, find};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A quantity that a program may be asked for: a number or an array that belongs to a network with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// The loss, mean over samples.
    Loss,
    /// The gradient of the loss, `D` entries.
    LossGradient,
    /// The Hessian of the loss, `D x D`.
    Hessian,
    /// `T = tr H`.
    Trace,
    /// `Q = tr H^2`.
    TraceSquared,
    /// The bound `m + s sqrt(D-1)`.
    WsUpper,
    /// Gradient of `T`.
    TraceGradient,
    /// Gradient of `Q`.
    TraceSquaredGradient,
    /// Gradient of the bound.
    Gradient,
    /// The largest eigenvalue of `H`.
    LambdaMax,
    /// The trace of each layer's diagonal block, a number a layer.
    LayerTraces,
    /// The bound off the shifts that the loss ignores.
    WsReduced,
    /// The bound with a group for each layer.
    WsLayers,
    /// The bound with a group for each unit.
    WsUnits,
    /// Gradient of the bound by layers.
    WsLayersGradient,
    /// Gradient of the bound by units.
    WsUnitsGradient,
}

/// Quantities with their numbers.
pub type QuantityValues = Vec<(Quantity, Vec<f64>)>;

/// The layout of a quantity's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One number.
    Scalar,
    /// A number for each weight layer.
    Layers,
    /// A number for each parameter, order `W1, b1, W2, b2, ..`, each row-major.
    Theta,
    /// A row for each parameter.
    Matrix,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Quantity; 16] = [
        Quantity::Loss,
        Quantity::LossGradient,
        Quantity::Hessian,
        Quantity::Trace,
        Quantity::TraceSquared,
        Quantity::WsUpper,
        Quantity::TraceGradient,
        Quantity::TraceSquaredGradient,
        Quantity::Gradient,
        Quantity::LambdaMax,
        Quantity::LayerTraces,
        Quantity::WsReduced,
        Quantity::WsLayers,
        Quantity::WsUnits,
        Quantity::WsLayersGradient,
        Quantity::WsUnitsGradient,
    ];

    /// Those that a program is taken to have which does not list its own.
    pub const BASIC: [Quantity; 10] = [
        Quantity::Loss,
        Quantity::LossGradient,
        Quantity::Hessian,
        Quantity::Trace,
        Quantity::TraceSquared,
        Quantity::WsUpper,
        Quantity::TraceGradient,
        Quantity::TraceSquaredGradient,
        Quantity::Gradient,
        Quantity::LambdaMax,
    ];

    /// Its name in questions and answers: that of the item of an answer of the oracle, where there is one.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::Loss => "loss",
            Quantity::LossGradient => "loss_gradient",
            Quantity::Hessian => "hessian",
            Quantity::Trace => "trace",
            Quantity::TraceSquared => "trace_squared",
            Quantity::WsUpper => "ws_upper",
            Quantity::TraceGradient => "trace_gradient",
            Quantity::TraceSquaredGradient => "trace_squared_gradient",
            Quantity::Gradient => "gradient",
            Quantity::LambdaMax => "lambda_max",
            Quantity::LayerTraces => "layer_traces",
            Quantity::WsReduced => "ws_reduced",
            Quantity::WsLayers => "ws_layers",
            Quantity::WsUnits => "ws_units",
            Quantity::WsLayersGradient => "ws_layers_gradient",
            Quantity::WsUnitsGradient => "ws_units_gradient",
        }
    }

    /// The layout of its numbers.
    pub(super) fn layout(self) -> Layout {
        match self {
            Quantity::Hessian => Layout::Matrix,
            Quantity::LossGradient
            | Quantity::TraceGradient
            | Quantity::TraceSquaredGradient
            | Quantity::Gradient
            | Quantity::WsLayersGradient
            | Quantity::WsUnitsGradient => Layout::Theta,
            Quantity::LayerTraces => Layout::Layers,
            _ => Layout::Scalar,
        }
    }

    /// How many numbers it has at these sizes.
    pub fn count(self, architecture: &Architecture) -> usize {
        let size = architecture.parameters();
        match self.layout() {
            Layout::Scalar => 1,
            Layout::Layers => architecture.layers(),
            Layout::Theta => size,
            Layout::Matrix => size.saturating_mul(size),
        }
    }

    /// Name of one of its numbers, such as `W1[0,1]`, or `W1[0,1], b2[0]` in the Hessian; empty for a scalar.
    pub(super) fn component(self, case: &Case, index: usize) -> String {
        // A row of nothing has no entries to name.
        let size = case.network.architecture().parameters().max(1);
        match self.layout() {
            Layout::Scalar => String::new(),
            Layout::Layers => format!("layer {}", index + 1),
            Layout::Theta => case.parameter_name(index),
            Layout::Matrix => {
                format!("{}, {}", case.parameter_name(index / size), case.parameter_name(index % size))
            }
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Quantity {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("quantity", name, &Quantity::ALL, Quantity::name)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
