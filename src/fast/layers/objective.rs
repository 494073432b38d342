//! The objectives that training descends at any depth.

use super::{LayerMoments, LayerValues};
use crate::number::Matrix;
use crate::number::Vector;
use crate::terms::bound::{mean, spread, ws_upper};
use crate::terms::bound_gradient::NoGradient;
use crate::terms::layer_gradient::slopes;
use crate::terms::partition::{Partition, UnitMoments, bound_matrix, group_coupling, group_upper, objective};
use crate::terms::sweep::Objective;
use crate::terms::{NoLeadingVector, leading_vector};

/// An objective at any depth: a bound on the largest eigenvalue, or a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerObjective {
    /// `WS`, the upper bound on the largest eigenvalue.
    Upper,
    /// `WS` off the shifts that the loss ignores.
    Reduced,
    /// The bound with a group for each layer.
    Layers,
    /// The bound with a group for each unit; needs moments by units.
    Units,
    /// The bound with a group for each hidden unit and one for the output layer; needs moments by units.
    HiddenUnits,
    /// The trace `T`.
    Trace,
    /// The squared trace `Q`.
    TraceSquared,
}

/// Why an objective has no gradient at a point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoLayerGradient {
    /// The bound is flat or has a kink.
    #[error(transparent)]
    Bound(#[from] NoGradient),
    /// The matrix of groups has no single leading eigenvector.
    #[error(transparent)]
    Leading(#[from] NoLeadingVector),
}

impl LayerObjective {
    /// Every objective.
    pub const ALL: [LayerObjective; 7] = [
        LayerObjective::Upper,
        LayerObjective::Reduced,
        LayerObjective::Layers,
        LayerObjective::Units,
        LayerObjective::HiddenUnits,
        LayerObjective::Trace,
        LayerObjective::TraceSquared,
    ];

    /// Whether it needs moments by units.
    pub fn by_units(self) -> bool {
        matches!(self, LayerObjective::Units | LayerObjective::HiddenUnits)
    }

    /// Computes its value, and what each trace and each squared norm counts in its gradient.
    pub(super) fn shares(self, values: &LayerValues) -> (f64, Result<Objective<f64>, NoLayerGradient>) {
        let moments = &values.layers;
        let widths = &moments.architecture.widths;
        let (t, q) = (moments.total_trace(), moments.total_squared());
        let total = |size: usize| {
            let value = ws_upper(mean(t, size), spread(t, q, size), size);
            let shares = match slopes(t, q, size) {
                Some((by_t, by_q)) => Ok(Objective::of_totals(widths, by_t, by_q)),
                None => Err(NoGradient::ZeroSpread { of: "Hessian" }.into()),
            };
            (value, shares)
        };
        match (self, &values.units) {
            (LayerObjective::Trace, _) => (t, Ok(Objective::of_totals(widths, 1.0, 0.0))),
            (LayerObjective::TraceSquared, _) => (q, Ok(Objective::of_totals(widths, 0.0, 1.0))),
            (LayerObjective::Upper, _) => total(moments.architecture.parameters()),
            (LayerObjective::Reduced, _) => match total(moments.size()) {
                (value, _) if value <= 0.0 && moments.ignores_shifts => {
                    (0.0, Err(NoGradient::Clamped.into()))
                }
                found => found,
            },
            (LayerObjective::Layers, _) => by_layers(moments),
            (LayerObjective::Units, Some(units)) => by_groups(units, Partition::Units),
            (LayerObjective::HiddenUnits, Some(units)) => by_groups(units, Partition::HiddenUnits),
            (LayerObjective::Units | LayerObjective::HiddenUnits, None) => {
                (f64::NAN, Err(NoGradient::Empty.into()))
            }
        }
    }
}

fn by_layers(moments: &LayerMoments) -> (f64, Result<Objective<f64>, NoLayerGradient>) {
    let layers = moments.architecture.layers();
    let (ignores, last) = (moments.ignores_shifts, layers - 1);
    let alpha = |l: usize| {
        let alpha = group_upper(moments.trace[l], moments.squared[l][l], moments.size_of(l));
        if ignores && l == last { alpha.max(0.0) } else { alpha }
    };
    let mut matrix = Matrix::zeros(layers, layers);
    for m in 0..layers {
        matrix[(m, m)] = alpha(m);
        for l in 0..m {
            let gamma = group_coupling(moments.squared[m][l]);
            (matrix[(m, l)], matrix[(l, m)]) = (gamma, gamma);
        }
    }
    let value = matrix.symmetric_eigenvalues().max();
    let v = match leading_vector(&matrix) {
        Ok(v) => v,
        Err(error) => return (value, Err(error.into())),
    };
    let mut shares = Objective::of_totals(&moments.architecture.widths, 0.0, 0.0);
    for m in 0..layers {
        let size = moments.size_of(m);
        let clamped = ignores && m == last && matrix[(m, m)] == 0.0;
        let (by_t, by_q) = match slopes(moments.trace[m], moments.squared[m][m], size) {
            _ if clamped => (0.0, 0.0),
            found => found.unwrap_or((1.0 / size as f64, 0.0)),
        };
        shares.trace[m].fill(v[m] * v[m] * by_t);
        shares.squared[m][m].fill(v[m] * v[m] * by_q);
        for l in (0..m).filter(|&l| matrix[(m, l)] > 0.0) {
            shares.squared[m][l].fill(v[m] * v[l] / matrix[(m, l)]);
        }
    }
    (value, Ok(shares))
}

fn by_groups(
    units: &UnitMoments<f64>,
    partition: Partition,
) -> (f64, Result<Objective<f64>, NoLayerGradient>) {
    let matrix = bound_matrix(units, partition);
    let value = matrix.symmetric_eigenvalues().max();
    let shares = leading_vector(&matrix).map(|v: Vector<f64>| objective(units, partition, &v));
    (value, shares.map_err(NoLayerGradient::from))
}
