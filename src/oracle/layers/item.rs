//! What an answer of any depth holds, by name.

use crate::fast::LayerObjective;
use std::fmt;

/// A scalar or an array of a [`LayerAnswer`](super::LayerAnswer), by the name that it has in files, in the order of the file.
///
/// ```
/// use hsr::oracle::LayerItem;
/// assert_eq!(LayerItem::WsLayers.name(), "ws_layers");
/// assert!(LayerItem::Gradient.is_gradient() && !LayerItem::LayerTraces.is_scalar());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LayerItem {
    /// The loss, a mean over samples.
    Loss,
    /// `T = tr H`.
    Trace,
    /// `Q = tr H^2`.
    TraceSquared,
    /// `m = T/D`.
    Mean,
    /// `s = sqrt(Q/D - m^2)`.
    Spread,
    /// Upper bound on the largest eigenvalue.
    WsUpper,
    /// Lower bound on the largest eigenvalue.
    WsLower,
    /// Lower bound on the smallest eigenvalue.
    LambdaMinLower,
    /// Upper bound on the smallest eigenvalue.
    LambdaMinUpper,
    /// Upper bound on the spectral range.
    RangeUpper,
    /// Reduced bound on the largest eigenvalue: off the shifts that the loss ignores.
    WsReduced,
    /// Bound on the largest eigenvalue with a group for each layer.
    WsLayers,
    /// The same with a group for each unit.
    WsUnits,
    /// The same with a group for each hidden unit and one for the output layer.
    WsHiddenUnits,
    /// The trace of the diagonal block of each layer.
    LayerTraces,
    /// The gradient of `ws_upper`.
    Gradient,
    /// The gradient of `T`.
    TraceGradient,
    /// The gradient of `Q`.
    TraceSquaredGradient,
    /// The gradient of the loss.
    LossGradient,
    /// The gradient of `ws_reduced`.
    WsReducedGradient,
    /// The gradient of `ws_layers`.
    WsLayersGradient,
    /// The gradient of `ws_units`.
    WsUnitsGradient,
    /// The gradient of `ws_hidden_units`.
    WsHiddenUnitsGradient,
    /// The eigenvalues of the Hessian, ascending.
    Eigenvalues,
    /// The Hessian.
    Hessian,
    /// The Gauss-Newton part of the trace of each layer.
    LayerTracesGaussNewton,
    /// The residual part of the trace of each layer.
    LayerTracesResidual,
    /// The squared norm of the block of each two layers.
    LayerSquared,
    /// The trace of the diagonal block of each unit.
    UnitTraces,
    /// The squared norm of the block of each two units.
    UnitSquared,
}

impl LayerItem {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            LayerItem::Loss => "loss",
            LayerItem::Trace => "trace",
            LayerItem::TraceSquared => "trace_squared",
            LayerItem::Mean => "mean",
            LayerItem::Spread => "spread",
            LayerItem::WsUpper => "ws_upper",
            LayerItem::WsLower => "ws_lower",
            LayerItem::LambdaMinLower => "lambda_min_lower",
            LayerItem::LambdaMinUpper => "lambda_min_upper",
            LayerItem::RangeUpper => "range_upper",
            LayerItem::WsReduced => "ws_reduced",
            LayerItem::WsLayers => "ws_layers",
            LayerItem::WsUnits => "ws_units",
            LayerItem::WsHiddenUnits => "ws_hidden_units",
            LayerItem::LayerTraces => "layer_traces",
            LayerItem::Gradient => "gradient",
            LayerItem::TraceGradient => "trace_gradient",
            LayerItem::TraceSquaredGradient => "trace_squared_gradient",
            LayerItem::LossGradient => "loss_gradient",
            LayerItem::WsReducedGradient => "ws_reduced_gradient",
            LayerItem::WsLayersGradient => "ws_layers_gradient",
            LayerItem::WsUnitsGradient => "ws_units_gradient",
            LayerItem::WsHiddenUnitsGradient => "ws_hidden_units_gradient",
            LayerItem::Eigenvalues => "eigenvalues",
            LayerItem::Hessian => "hessian",
            LayerItem::LayerTracesGaussNewton => "layer_traces_gauss_newton",
            LayerItem::LayerTracesResidual => "layer_traces_residual",
            LayerItem::LayerSquared => "layer_squared",
            LayerItem::UnitTraces => "unit_traces",
            LayerItem::UnitSquared => "unit_squared",
        }
    }

    /// Whether it is one number.
    pub fn is_scalar(self) -> bool {
        self < LayerItem::LayerTraces
    }

    /// Whether it has a number for each parameter.
    pub fn is_gradient(self) -> bool {
        (LayerItem::Gradient..=LayerItem::WsHiddenUnitsGradient).contains(&self)
    }

    /// Whether an answer of one hidden layer with the softmax has it from its own blocks.
    pub(in crate::oracle) fn is_of_groups(self) -> bool {
        use LayerItem::*;
        matches!(
            self,
            WsLayers
                | WsUnits
                | WsHiddenUnits
                | LayerTraces
                | WsReducedGradient
                | WsLayersGradient
                | WsUnitsGradient
                | WsHiddenUnitsGradient
        )
    }
}

/// The bounds, each with its gradient, as objectives of the production path.
pub(super) const BOUNDS: [(LayerObjective, LayerItem, LayerItem); 5] = [
    (LayerObjective::Upper, LayerItem::WsUpper, LayerItem::Gradient),
    (LayerObjective::Reduced, LayerItem::WsReduced, LayerItem::WsReducedGradient),
    (LayerObjective::Layers, LayerItem::WsLayers, LayerItem::WsLayersGradient),
    (LayerObjective::Units, LayerItem::WsUnits, LayerItem::WsUnitsGradient),
    (LayerObjective::HiddenUnits, LayerItem::WsHiddenUnits, LayerItem::WsHiddenUnitsGradient),
];

/// All gradients.
pub(super) const GRADIENTS: [LayerItem; 8] = [
    LayerItem::Gradient,
    LayerItem::TraceGradient,
    LayerItem::TraceSquaredGradient,
    LayerItem::LossGradient,
    LayerItem::WsReducedGradient,
    LayerItem::WsLayersGradient,
    LayerItem::WsUnitsGradient,
    LayerItem::WsHiddenUnitsGradient,
];

impl fmt::Display for LayerItem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}
