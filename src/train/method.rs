//! Training methods: what is descended beside the loss.

use super::{Task, TrainError};
use crate::fast::LayerObjective;
use crate::names::{UnknownName, find};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A training method: plain descent, a penalty on the Hessian, sharpness-aware minimization, or weight decay.
///
/// ```
/// use hsr::train::Method;
/// let method: Method = "hsr-block".parse()?;
/// assert_eq!(method.strength_name(), Some("lambda"));
/// assert_eq!(Method::Sgd.strength_name(), None);
/// # Ok::<(), hsr::names::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// The gradient of the loss `L`.
    Sgd,
    /// `L + lambda WS`: the upper bound on the largest eigenvalue. arXiv:2606.28662.
    Hsr,
    /// `WS` alone, without the loss: the direction of steepest descent of the bound. arXiv:2606.28662.
    Ws,
    /// `L + lambda` times the reduced bound.
    HsrReduced,
    /// `L + lambda` times the block bound, which is of one hidden layer with softmax. [`Method::HsrLayers`] is the same there, and the one to
    /// take for other networks.
    HsrBlock,
    /// `L + lambda` times the bound by layers: sharper than `WS`.
    HsrLayers,
    /// `L + lambda` times the bound by units: sharper than that by layers.
    HsrUnits,
    /// `L + lambda T`: the trace of the Hessian.
    Trace,
    /// `L + lambda Q`: the trace of its square, its squared Frobenius norm.
    Frobenius,
    /// The gradient of `L` at `theta + rho g/|g|`, with `g` the one at `theta`: sharpness-aware minimization. P. Foret,
    /// A. Kleiner, H. Mobahi, B. Neyshabur, *Sharpness-aware minimization for efficiently improving generalization*,
    /// ICLR 2021.
    Sam,
    /// `L + decay/2 |theta|^2`, over all parameters, biases too: a penalty like the others, whose gradient goes through
    /// momentum and normalisation with that of the loss (not decoupled from it).
    WeightDecay,
}

impl Method {
    /// All methods, plain descent first.
    pub const ALL: [Method; 11] = [
        Method::Sgd,
        Method::Hsr,
        Method::Ws,
        Method::HsrReduced,
        Method::HsrBlock,
        Method::HsrLayers,
        Method::HsrUnits,
        Method::Trace,
        Method::Frobenius,
        Method::Sam,
        Method::WeightDecay,
    ];

    /// The name of the method, as it is written in files and read back.
    pub fn name(self) -> &'static str {
        match self {
            Method::Sgd => "sgd",
            Method::Hsr => "hsr",
            Method::Ws => "ws",
            Method::HsrReduced => "hsr-reduced",
            Method::HsrBlock => "hsr-block",
            Method::HsrLayers => "hsr-layers",
            Method::HsrUnits => "hsr-units",
            Method::Trace => "trace",
            Method::Frobenius => "frobenius",
            Method::Sam => "sam",
            Method::WeightDecay => "weight-decay",
        }
    }

    /// The function of the Hessian that is added to the loss, or descended in its place by [`Method::Ws`]; nothing for the methods that
    /// have none.
    pub fn objective(self) -> Option<LayerObjective> {
        match self {
            Method::Hsr | Method::Ws => Some(LayerObjective::Upper),
            Method::HsrReduced => Some(LayerObjective::Reduced),
            Method::HsrBlock | Method::HsrLayers => Some(LayerObjective::Layers),
            Method::HsrUnits => Some(LayerObjective::Units),
            Method::Trace => Some(LayerObjective::Trace),
            Method::Frobenius => Some(LayerObjective::TraceSquared),
            Method::Sgd | Method::Sam | Method::WeightDecay => None,
        }
    }

    /// Checks that it is a method for a task: the block bound is that of one hidden layer with softmax.
    ///
    /// # Errors
    /// [`TrainError::Block`] for that one and another task.
    pub fn check(self, task: &Task) -> Result<(), TrainError> {
        if self == Method::HsrBlock && !task.is_of_one_hidden_layer() {
            return Err(TrainError::Block { task: task.clone() });
        }
        Ok(())
    }

    /// The name of the strength: `lambda`, `rho` or `decay`; nothing for a method without one.
    pub fn strength_name(self) -> Option<&'static str> {
        match self {
            Method::Sgd | Method::Ws => None,
            Method::Sam => Some("rho"),
            Method::WeightDecay => Some("decay"),
            _ => Some("lambda"),
        }
    }

    /// The default strength: that of Foret et al. for sharpness-aware minimization, and else one that changes the
    /// end point on the embedded data sets and does not hinder the fit. Not tuned.
    pub fn default_strength(self) -> f64 {
        match self {
            Method::Sgd | Method::Ws => 0.0,
            Method::Hsr
            | Method::HsrReduced
            | Method::HsrBlock
            | Method::HsrLayers
            | Method::HsrUnits
            | Method::Trace
            | Method::Frobenius => 0.01,
            Method::Sam => 0.05,
            Method::WeightDecay => 0.001,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Method {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("method", name, &Method::ALL, Method::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_here_and_in_files_and_an_unknown_one_gets_the_choices() {
        for method in Method::ALL {
            assert_eq!(method.name().parse(), Ok(method));
            assert_eq!(serde_json::to_string(&method).unwrap(), format!("\"{method}\""));
        }
        let message = "adam".parse::<Method>().unwrap_err().to_string();
        for method in Method::ALL {
            assert!(message.contains(method.name()), "{message}");
        }
    }
}
