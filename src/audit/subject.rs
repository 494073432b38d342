//! What an equation is held against its truths at: a network with data, and the closed forms there.

use super::{Forms, LayerForms};
use crate::model::{Activation, Architecture, Batch, Loss, Network, Shape};
use crate::number::Smooth;
use crate::witness::{Case, Draw, GroupVectors, LayerCase};
use std::fmt;

/// The closed forms at a network with data: of chapters 1 to 8 where it is one of three layers with softmax cross entropy, of
/// chapters 9 to 13 where they are asked for.
pub struct Subject<A: Smooth> {
    /// Of chapters 1 to 8.
    pub three_layer: Option<Forms<A>>,
    /// Of chapters 9 to 13.
    pub layers: Option<LayerForms<A>>,
}

impl<A: Draw> Subject<A> {
    /// Both at a network with data.
    pub(super) fn new(
        network: Network<A>,
        batch: Batch<A>,
        loss: Loss,
        seed: u64,
        vectors: Option<GroupVectors<A>>,
    ) -> Self {
        let three_layer = network
            .three_layer()
            .filter(|_| loss == Loss::Softmax && batch.weights.is_none())
            .map(|network| Forms::new(Case::new(network, batch.clone(), seed)));
        let mut case = LayerCase::new(network, batch, loss, seed);
        if let Some(vectors) = vectors {
            case.vectors = vectors;
        }
        Subject { three_layer, layers: Some(LayerForms::new(case)) }
    }
}

impl<A: Smooth> Subject<A> {
    /// Whether an activation has a kink.
    pub(super) fn has_kink(&self) -> bool {
        let three_layer = self.three_layer.as_ref().map(|forms| forms.case.network.activation);
        let layers = self.layers.iter().flat_map(|forms| forms.case.network.activations.iter().copied());
        three_layer.into_iter().chain(layers).any(Activation::has_kink)
    }
}

impl<A: Smooth> From<Forms<A>> for Subject<A> {
    fn from(forms: Forms<A>) -> Self {
        Subject { three_layer: Some(forms), layers: None }
    }
}

impl<A: Smooth> From<LayerForms<A>> for Subject<A> {
    fn from(forms: LayerForms<A>) -> Self {
        Subject { three_layer: None, layers: Some(forms) }
    }
}

/// The size of a random network with data.
#[derive(Clone, Debug, PartialEq)]
pub enum Size {
    /// Of the three-layer network, and its activation.
    ThreeLayer(Shape, Activation),
    /// Of a network of any depth.
    AnyDepth {
        /// Samples.
        samples: usize,
        /// Widths and biases.
        architecture: Architecture,
        /// The activation of each hidden layer.
        activations: Vec<Activation>,
        /// The loss.
        loss: Loss,
    },
}

impl Size {
    /// A random network of this size with random data.
    pub fn random<A: Draw>(&self, seed: u64) -> Subject<A> {
        match self {
            Size::ThreeLayer(shape, activation) => Forms::new(Case::random(*shape, *activation, seed)).into(),
            Size::AnyDepth { samples, architecture, activations, loss } => {
                LayerForms::new(LayerCase::random(architecture.clone(), activations, *loss, *samples, seed))
                    .into()
            }
        }
    }

    /// How many values of functions a network of this size has on its data, and a bound on the degree of their arguments.
    pub(super) fn symbols(&self) -> (f64, f64) {
        match self {
            Size::ThreeLayer(shape, _) => {
                ((shape.samples * (shape.hidden + shape.classes)) as f64, 8.0 * (shape.hidden + 1) as f64)
            }
            Size::AnyDepth { samples, architecture, .. } => {
                // Each layer multiplies by a weight and adds up fractions, one a unit.
                let widest = architecture.widths.iter().max().copied().unwrap_or(1) + 1;
                let degree = (8.0 * widest as f64).powi(architecture.layers() as i32);
                ((samples * architecture.units()) as f64, degree)
            }
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Size::ThreeLayer(shape, _) => write!(f, "{shape}"),
            Size::AnyDepth { samples, architecture, activations, loss } => {
                write!(f, "N={samples} {architecture}, ")?;
                for activation in activations {
                    write!(f, "{activation}, ")?;
                }
                write!(f, "{loss}")
            }
        }
    }
}
