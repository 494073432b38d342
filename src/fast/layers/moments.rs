//! What the bounds are made of, by layers.

use crate::model::Architecture;
use crate::terms::partition::UnitMoments;

/// Trace of each layer's diagonal block, squared norm of the block of each pair of layers, and the sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerMoments {
    /// The sizes.
    pub architecture: Architecture,
    /// Whether the loss ignores a common shift of the outputs.
    pub ignores_shifts: bool,
    /// `T_l`, a number a layer.
    pub trace: Vec<f64>,
    /// `|H_ml|_F^2` for layers `m >= l`, at `[m][l]`.
    pub squared: Vec<Vec<f64>>,
}

impl LayerMoments {
    /// The trace `T`.
    pub fn total_trace(&self) -> f64 {
        self.trace.iter().sum()
    }

    /// The squared trace `Q`: blocks of different layers stand twice in the Hessian.
    pub fn total_squared(&self) -> f64 {
        let row = |(m, row): (usize, &Vec<f64>)| row[m] + 2.0 * row[..m].iter().sum::<f64>();
        self.squared.iter().enumerate().map(row).sum()
    }

    /// Directions of a layer's parameters on which the Hessian can be other than zero.
    pub fn size_of(&self, layer: usize) -> usize {
        let sizes = &self.architecture;
        let shifts =
            if self.ignores_shifts && layer + 1 == sizes.layers() { sizes.shift_dimension() } else { 0 };
        sizes.parameters_of(layer) - shifts
    }

    /// Directions of all parameters on which the Hessian can be other than zero.
    pub fn size(&self) -> usize {
        (0..self.architecture.layers()).map(|layer| self.size_of(layer)).sum()
    }
}

/// The loss and the moments at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerValues {
    /// The loss, a mean over samples.
    pub loss: f64,
    /// The moments by layers.
    pub layers: LayerMoments,
    /// The moments by units, if the plan is for them.
    pub units: Option<UnitMoments<f64>>,
}
