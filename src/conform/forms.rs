//! The closed forms of chapters 9 to 13 at a case, in any arithmetic.

use super::quantity::Quantity;
use crate::model::{Batch, Layers, Network};
use crate::number::{Matrix, Smooth, Vector};
use crate::terms::layer_gradient::{
    network_squared_gradient, network_trace_gradient, network_ws_reduced, network_ws_upper,
    network_ws_upper_gradient,
};
use crate::terms::layer_trace::{layer_trace_gauss_newton, layer_trace_residual};
use crate::terms::layers::{layer_hessian, layer_loss, layer_loss_gradient};
use crate::terms::partition::{Partition, UnitMoments, bound_matrix, ws_layers_gradient, ws_units_gradient};
use crate::terms::{LayerSample, OutputLoss, layer_samples};
use std::cell::OnceCell;

/// The closed forms at one network with data and a loss.
pub(super) struct Forms<T, L> {
    network: Network<T>,
    loss: L,
    samples: Vec<LayerSample<T>>,
    value: T,
    // Made when they are asked for.
    moments: OnceCell<UnitMoments<T>>,
    trace_gradient: OnceCell<Layers<T>>,
    squared_gradient: OnceCell<Layers<T>>,
}

impl<T: Smooth, L: OutputLoss> Forms<T, L> {
    /// The closed forms at a network and data.
    pub fn at(network: Network<T>, loss: L, batch: &Batch<T>) -> Self {
        let samples = layer_samples(&network, &loss, batch);
        Forms::of(network, loss, samples, batch)
    }

    /// The closed forms from samples in which something may have been changed.
    pub fn of(network: Network<T>, loss: L, samples: Vec<LayerSample<T>>, batch: &Batch<T>) -> Self {
        let value = layer_loss(&network, &loss, batch);
        let (moments, trace_gradient, squared_gradient) = Default::default();
        Forms { network, loss, samples, value, moments, trace_gradient, squared_gradient }
    }

    fn trace_gradient(&self) -> &Layers<T> {
        let new = || network_trace_gradient(&self.network, &self.loss, &self.samples);
        self.trace_gradient.get_or_init(new)
    }

    fn squared_gradient(&self) -> &Layers<T> {
        let new = || network_squared_gradient(&self.network, &self.loss, &self.samples);
        self.squared_gradient.get_or_init(new)
    }

    /// Traces of the units, and squared norms of the blocks between them.
    fn moments(&self) -> &UnitMoments<T> {
        let new = || UnitMoments::new(self.network.architecture(), &self.loss, &self.samples);
        self.moments.get_or_init(new)
    }

    pub fn hessian(&self) -> Matrix<T> {
        layer_hessian(&self.samples)
    }

    pub fn trace(&self) -> T {
        self.moments().total_trace()
    }

    pub fn squared(&self) -> T {
        self.moments().total_squared()
    }

    /// The matrix whose largest eigenvalue is the bound by groups.
    pub fn bound_matrix(&self, partition: Partition) -> Matrix<T> {
        bound_matrix(self.moments(), partition)
    }

    /// The gradient of the bound by groups, from the top eigenvector of that matrix.
    pub fn group_gradient(&self, partition: Partition, v: &Vector<T>) -> Vec<T> {
        let Forms { network, loss, samples, .. } = self;
        let moments = self.moments();
        match partition {
            Partition::Layers => ws_layers_gradient(network, loss, samples, moments, v).flat(),
            _ => ws_units_gradient(network, loss, samples, moments, v).flat(),
        }
    }

    /// The numbers of a quantity; none for what needs an eigenvector, and for the gradient where the bound has a kink.
    pub fn numbers(&self, quantity: Quantity) -> Option<Vec<T>> {
        let Forms { network, loss, samples, value, .. } = self;
        let sizes = network.architecture();
        Some(match quantity {
            Quantity::Loss => vec![*value],
            Quantity::LossGradient => layer_loss_gradient(samples).flat(),
            // Symmetric: by columns is by rows.
            Quantity::Hessian => self.hessian().as_slice().to_vec(),
            Quantity::Trace => vec![self.trace()],
            Quantity::TraceSquared => vec![self.squared()],
            Quantity::WsUpper => vec![network_ws_upper(self.trace(), self.squared(), &sizes)],
            Quantity::WsReduced => vec![network_ws_reduced(self.trace(), self.squared(), &sizes, loss)],
            Quantity::LayerTraces => {
                let parts = layer_trace_gauss_newton(samples).into_iter().zip(layer_trace_residual(samples));
                parts.map(|(gauss_newton, residual)| gauss_newton + residual).collect()
            }
            Quantity::TraceGradient => self.trace_gradient().flat(),
            Quantity::TraceSquaredGradient => self.squared_gradient().flat(),
            Quantity::Gradient => {
                let gradients = (self.trace_gradient(), self.squared_gradient());
                network_ws_upper_gradient((self.trace(), self.squared()), gradients, &sizes).ok()?.flat()
            }
            Quantity::LambdaMax
            | Quantity::WsLayers
            | Quantity::WsUnits
            | Quantity::WsLayersGradient
            | Quantity::WsUnitsGradient => return None,
        })
    }
}
