//! The quantities that a program may be asked for.

use crate::model::Shape;
use crate::names::{UnknownName, find};
use crate::number::{Matrix, Smooth};
use crate::oracle::{ClosedForms, Item, Scalar};
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A quantity that a program may be asked for: a number or an array that belongs to a network with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// Cross entropy, mean over samples.
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
}

/// Quantities with their numbers.
pub type QuantityValues = Vec<(Quantity, Vec<f64>)>;

/// The layout of a quantity's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One number.
    Scalar,
    /// A number for each parameter, order `W, b, V, c`, each row-major.
    Theta,
    /// A row for each parameter.
    Matrix,
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

    /// The item of an answer of the oracle that it is; none for the eigenvalue, which is the last one of an item.
    pub(super) fn item(self) -> Option<Item> {
        Some(match self {
            Quantity::Loss => Item::Scalar(Scalar::Loss),
            Quantity::LossGradient => Item::LossGradient,
            Quantity::Hessian => Item::Hessian,
            Quantity::Trace => Item::Scalar(Scalar::Trace),
            Quantity::TraceSquared => Item::Scalar(Scalar::TraceSquared),
            Quantity::WsUpper => Item::Scalar(Scalar::WsUpper),
            Quantity::TraceGradient => Item::TraceGradient,
            Quantity::TraceSquaredGradient => Item::TraceSquaredGradient,
            Quantity::Gradient => Item::Gradient,
            Quantity::LambdaMax => return None,
        })
    }

    /// Its name in questions and answers: that of the item.
    pub fn name(self) -> &'static str {
        self.item().map_or("lambda_max", Item::name)
    }

    /// The layout of its numbers.
    pub(super) fn layout(self) -> Layout {
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
    pub(super) fn component(self, shape: &Shape, index: usize) -> String {
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
        match self.item()? {
            Item::Hessian => Some(hessian().as_slice().to_vec()),
            item => forms.numbers(item),
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
