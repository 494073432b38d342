//! What a program may be asked for.

use crate::model::Shape;
use crate::nearest::nearest;
use crate::number::{Matrix, Smooth};
use crate::oracle::ClosedForms;
use crate::words::quoted;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A number, or an array of numbers, that the reference knows of a network with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Cross entropy, mean over samples.
    Loss,
    /// Its gradient by all parameters, `D` entries.
    LossGradient,
    /// Its Hessian, `D x D`.
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
}

/// Quantities with their numbers.
pub type Values = Vec<(Quantity, Vec<f64>)>;

/// How a quantity's numbers are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One number.
    Scalar,
    /// A number a parameter, order `W, b, V, c`, each row-major.
    Theta,
    /// A row a parameter.
    Matrix,
}

/// A name that no quantity has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no quantity is named {name}; the nearest is '{nearest}'")]
pub struct UnknownQuantity {
    /// What was asked for, in quotes.
    name: String,
    /// The name that differs least.
    nearest: String,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Quantity; 10] = [
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

    /// Its name in questions and answers.
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
        }
    }

    /// How its numbers are laid out.
    pub fn layout(self) -> Layout {
        match self {
            Quantity::Hessian => Layout::Matrix,
            Quantity::LossGradient
            | Quantity::TraceGradient
            | Quantity::TraceSquaredGradient
            | Quantity::Gradient => Layout::Theta,
            _ => Layout::Scalar,
        }
    }

    /// How many numbers it has at these sizes.
    pub fn count(self, shape: &Shape) -> usize {
        let size = shape.parameters();
        match self.layout() {
            Layout::Scalar => 1,
            Layout::Theta => size,
            Layout::Matrix => size.saturating_mul(size),
        }
    }

    /// Name of one of its numbers, such as `W[0,1]`, or `W[0,1], c[0]` in the Hessian; empty for a scalar.
    pub fn component(self, shape: &Shape, index: usize) -> String {
        // A row of nothing has no entries to name.
        let size = shape.parameters().max(1);
        match self.layout() {
            Layout::Scalar => String::new(),
            Layout::Theta => shape.parameter_name(index),
            Layout::Matrix => {
                format!("{}, {}", shape.parameter_name(index / size), shape.parameter_name(index % size))
            }
        }
    }

    /// Its numbers, from the closed forms and the Hessian; none for the eigenvalue, and for the gradient where the bound
    /// has a kink.
    pub(super) fn of<T: Smooth>(
        self,
        forms: &ClosedForms<T>,
        hessian: impl Fn() -> Matrix<T>,
    ) -> Option<Vec<T>> {
        Some(match self {
            Quantity::Loss => vec![forms.loss],
            Quantity::LossGradient => forms.loss_gradient.flat(),
            Quantity::Hessian => hessian().as_slice().to_vec(),
            Quantity::Trace => vec![forms.moments.trace()],
            Quantity::TraceSquared => vec![forms.moments.squared()],
            Quantity::WsUpper => vec![forms.ws_upper()],
            Quantity::TraceGradient => forms.gradients.trace().flat(),
            Quantity::TraceSquaredGradient => forms.gradients.squared().flat(),
            Quantity::Gradient => forms.gradient().ok()?.flat(),
            Quantity::LambdaMax => return None,
        })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Quantity {
    type Err = UnknownQuantity;
    fn from_str(name: &str) -> Result<Self, UnknownQuantity> {
        let known = Quantity::ALL.into_iter().find(|quantity| quantity.name() == name);
        known.ok_or_else(|| {
            let nearest = nearest(name, Quantity::ALL.map(Quantity::name)).unwrap_or_default();
            UnknownQuantity { name: quoted(name), nearest: nearest.to_string() }
        })
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
