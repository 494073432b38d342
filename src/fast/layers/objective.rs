//! The objectives that training descends at any depth.

use super::groups::Groups;
use super::weights::Weights;
use super::{LayerMoments, LayerValues};
use crate::terms::NoLeadingVector;
use crate::terms::bound::{mean, spread, ws_upper};
use crate::terms::bound_gradient::NoGradient;
use crate::terms::layer_gradient::slopes;
use crate::terms::partition::Partition;

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
    /// The plan is not for objectives by units.
    #[error("the plan has no moments by units: make it with by_units")]
    NoUnits,
    /// The bound is a function of more than is summed over pairs of samples.
    #[error(
        "sums over pairs have gradients of functions of T and Q alone: of ws_upper, ws_reduced, the trace and the squared trace"
    )]
    NoSums,
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

    /// Computes its value, for which no gradient is needed. NaN for a bound by units where there are no moments by units, and where
    /// a moment is not finite.
    ///
    /// ```
    /// use hsr::fast::{LayerMoments, LayerObjective, LayerValues};
    /// use hsr::model::Architecture;
    /// let layers = LayerMoments {
    ///     architecture: Architecture::new(1, &[1, 1], false),
    ///     ignores_shifts: false,
    ///     trace: vec![1.0, 2.0],
    ///     squared: vec![vec![1.0], vec![0.0, 4.0]],
    /// };
    /// let values = LayerValues { loss: 0.5, layers, units: None };
    /// assert_eq!(LayerObjective::Layers.value(&values), 2.0);
    /// assert!(LayerObjective::Upper.value(&values) >= 2.0);
    /// ```
    pub fn value(self, values: &LayerValues) -> f64 {
        let moments = &values.layers;
        let (t, q) = (moments.total_trace(), moments.total_squared());
        let upper = |size: usize| ws_upper(mean(t, size), spread(t, q, size), size);
        let by_groups =
            |partition| Groups::new(&moments.architecture, moments.ignores_shifts, partition).value(values);
        match self {
            LayerObjective::Trace => t,
            LayerObjective::TraceSquared => q,
            LayerObjective::Upper => upper(moments.architecture.parameters()),
            LayerObjective::Reduced if moments.ignores_shifts => upper(moments.size()).max(0.0),
            LayerObjective::Reduced => upper(moments.size()),
            LayerObjective::Layers => by_groups(Partition::Layers),
            _ if values.units.is_none() => f64::NAN,
            LayerObjective::Units => by_groups(Partition::Units),
            LayerObjective::HiddenUnits => by_groups(Partition::HiddenUnits),
        }
    }

    /// Computes its value, and sets what each trace and each squared norm counts in its gradient, times a strength.
    pub(super) fn weigh(
        self,
        values: &LayerValues,
        groups: &mut AllGroups,
        strength: f64,
        weights: &mut Weights,
    ) -> (f64, Result<(), NoLayerGradient>) {
        let moments = &values.layers;
        let (t, q) = (moments.total_trace(), moments.total_squared());
        match self {
            LayerObjective::Trace => {
                weights.set_totals(strength, 0.0);
                (t, Ok(()))
            }
            LayerObjective::TraceSquared => {
                weights.set_totals(0.0, strength);
                (q, Ok(()))
            }
            LayerObjective::Upper => by_totals(t, q, moments.architecture.parameters(), strength, weights),
            LayerObjective::Reduced => {
                let found = by_totals(t, q, moments.size(), strength, weights);
                if found.0 <= 0.0 && moments.ignores_shifts {
                    weights.clear();
                    return (0.0, Err(NoGradient::Clamped.into()));
                }
                found
            }
            LayerObjective::Layers => groups.layers.weigh(values, strength, weights),
            LayerObjective::Units | LayerObjective::HiddenUnits if values.units.is_none() => {
                (f64::NAN, Err(NoLayerGradient::NoUnits))
            }
            LayerObjective::Units => {
                let new = || Groups::new(&moments.architecture, moments.ignores_shifts, Partition::Units);
                groups.units.get_or_insert_with(new).weigh(values, strength, weights)
            }
            LayerObjective::HiddenUnits => {
                let new =
                    || Groups::new(&moments.architecture, moments.ignores_shifts, Partition::HiddenUnits);
                groups.hidden_units.get_or_insert_with(new).weigh(values, strength, weights)
            }
        }
    }
}

/// The groups of each partition, made where they are first asked for.
pub(super) struct AllGroups {
    layers: Groups,
    units: Option<Groups>,
    hidden_units: Option<Groups>,
}

impl AllGroups {
    pub fn new(moments: &LayerMoments) -> Self {
        let layers = Groups::new(&moments.architecture, moments.ignores_shifts, Partition::Layers);
        AllGroups { layers, units: None, hidden_units: None }
    }
}

/// `WS` at a size.
fn by_totals(
    t: f64,
    q: f64,
    size: usize,
    strength: f64,
    weights: &mut Weights,
) -> (f64, Result<(), NoLayerGradient>) {
    let value = ws_upper(mean(t, size), spread(t, q, size), size);
    match slopes(t, q, size) {
        Some((by_t, by_q)) => {
            weights.set_totals(strength * by_t, strength * by_q);
            (value, Ok(()))
        }
        None => (value, Err(NoGradient::ZeroSpread { of: "Hessian" }.into())),
    }
}
