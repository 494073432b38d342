//! Chapter 13, partition bounds: sharper than `WS` from the same sums. See `derivations/13-partition.md`.
//!
//! The parameters fall into groups. `alpha_g` is `WS` of a group's diagonal block, `gamma_gh = |H_gh|_F`, and the largest eigenvalue of
//! the small symmetric matrix with `alpha` on its diagonal and `gamma` off it is a bound, never above `WS`. With its top eigenvector
//! `v` that eigenvalue is `v' C v / v' v`, which is how it stands here: [`leading_vector`](super::leading_vector) finds `v`.

use super::bound::{mean, spread, ws_upper};
use super::layer_gradient::{objective_gradient_of, slopes};
use super::layer_sample::{LayerSample, Lower};
use super::layer_trace::{total_squared, unit_squared, unit_trace};
use super::losses::OutputLoss;
use super::sweep::Objective;
use crate::model::{Architecture, Layers, Network};
use crate::number::{Matrix, Number, Smooth, Vector};
use std::ops::Range;

/// How the parameters fall into groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// A group for each layer.
    Layers,
    /// A group for each unit: a row of `(W^l, b^l)`, those of the output included.
    Units,
    /// A group for each hidden unit, and one for the output layer.
    HiddenUnits,
}

impl Partition {
    /// Every partition.
    pub const ALL: [Partition; 3] = [Partition::Layers, Partition::Units, Partition::HiddenUnits];
}

/// Traces of the units' diagonal blocks, squared norms of the blocks between units, and the sizes.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitMoments<T> {
    /// The sizes.
    pub architecture: Architecture,
    /// Whether the loss ignores a common shift of the outputs.
    pub ignores_shifts: bool,
    /// By [`unit_trace`].
    pub trace: Vec<Vector<T>>,
    /// By [`unit_squared`].
    pub squared: Lower<T>,
}

/// Units of one layer that form a group.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    layer: usize,
    units: Range<usize>,
    /// Directions of the group on which the Hessian can be other than zero.
    size: usize,
}

impl<T: Number> UnitMoments<T> {
    /// The moments of a network at data.
    pub fn new<L: OutputLoss>(architecture: Architecture, loss: &L, samples: &[LayerSample<T>]) -> Self {
        UnitMoments {
            architecture,
            ignores_shifts: loss.ignores_shifts(),
            trace: unit_trace(samples),
            squared: unit_squared(samples),
        }
    }

    /// The trace `T`.
    pub fn total_trace(&self) -> T {
        self.trace.iter().fold(T::zero(), |sum, traces| sum + traces.sum())
    }

    /// The squared trace `Q`.
    pub fn total_squared(&self) -> T {
        total_squared(&self.squared)
    }

    fn groups(&self, partition: Partition) -> Vec<Group> {
        let sizes = &self.architecture;
        let last = sizes.layers() - 1;
        let whole = |layer: usize| {
            // The shifts of all outputs lie in the output layer as a whole, and in none of its units.
            let shifts = if layer == last && self.ignores_shifts { sizes.shift_dimension() } else { 0 };
            vec![Group {
                layer,
                units: 0..sizes.outputs_of(layer),
                size: sizes.parameters_of(layer) - shifts,
            }]
        };
        let units = |layer: usize| {
            let of = |unit| Group { layer, units: unit..unit + 1, size: sizes.parameters_of_unit(layer) };
            (0..sizes.outputs_of(layer)).map(of).collect()
        };
        let of_layer = |layer: usize| match partition {
            Partition::Layers => whole(layer),
            Partition::Units => units(layer),
            Partition::HiddenUnits if layer == last => whole(layer),
            Partition::HiddenUnits => units(layer),
        };
        (0..=last).flat_map(of_layer).collect()
    }

    /// Whether a group has directions that are left out.
    fn is_reduced(&self, group: &Group) -> bool {
        group.size < self.architecture.parameters_of_unit(group.layer) * group.units.len()
    }

    fn trace_of(&self, group: &Group) -> T {
        self.trace[group.layer].rows(group.units.start, group.units.len()).sum()
    }

    /// Squared norm of the block between two groups, in either order of their layers.
    fn squared_of(&self, one: &Group, two: &Group) -> T {
        let (late, early) = if one.layer >= two.layer { (one, two) } else { (two, one) };
        let all = &self.squared[late.layer][early.layer];
        let (rows, columns) = (late.units.len(), early.units.len());
        all.view((late.units.start, early.units.start), (rows, columns)).sum()
    }
}

impl<T: Smooth> UnitMoments<T> {
    /// `alpha` of a group. On directions that are left out the Hessian is 0, which an eigenvalue is no less than.
    fn upper(&self, group: &Group) -> T {
        let alpha = group_upper(self.trace_of(group), self.squared_of(group, group), group.size);
        if self.is_reduced(group) { alpha.positive_part() } else { alpha }
    }
}

/// `alpha`: `WS` of a group's diagonal block from its own trace, squared trace and size; 0 for a block of zeros.
pub fn group_upper<T: Smooth>(trace: T, squared: T, size: usize) -> T {
    if squared.is_zero() {
        // Such as that of a unit that a relu has switched off, where the spread has no derivative and needs none.
        return mean(trace, size);
    }
    ws_upper(mean(trace, size), spread(trace, squared, size), size)
}

/// `gamma = |H_gh|_F` from the squared norm of the block between two groups.
pub fn group_coupling<T: Smooth>(squared: T) -> T {
    // Blocks that are zero for all parameters are common: of two outputs of a loss that is a sum over outputs.
    if squared.is_zero() { squared } else { squared.sqrt() }
}

/// The symmetric matrix `C` with `alpha` of each group on its diagonal and `gamma` off it.
pub fn bound_matrix<T: Smooth>(moments: &UnitMoments<T>, partition: Partition) -> Matrix<T> {
    let groups = moments.groups(partition);
    let mut matrix = Matrix::from_element(groups.len(), groups.len(), T::zero());
    for (g, one) in groups.iter().enumerate() {
        matrix[(g, g)] = moments.upper(one);
        for (h, two) in groups[..g].iter().enumerate() {
            let gamma = group_coupling(moments.squared_of(one, two));
            matrix[(g, h)] = gamma;
            matrix[(h, g)] = gamma;
        }
    }
    matrix
}

/// The bound by layers, `v' C v / v' v` at the top eigenvector `v` of `C`. The group of the output layer has its reduced size where the
/// loss ignores shifts.
pub fn ws_layers<T: Smooth>(moments: &UnitMoments<T>, v: &Vector<T>) -> T {
    rayleigh(&bound_matrix(moments, Partition::Layers), v)
}

/// The bound by units, at the top eigenvector of their matrix.
pub fn ws_units<T: Smooth>(moments: &UnitMoments<T>, v: &Vector<T>) -> T {
    rayleigh(&bound_matrix(moments, Partition::Units), v)
}

/// The bound by hidden units, with the output layer as one group, at the top eigenvector of their matrix.
pub fn ws_hidden_units<T: Smooth>(moments: &UnitMoments<T>, v: &Vector<T>) -> T {
    rayleigh(&bound_matrix(moments, Partition::HiddenUnits), v)
}

/// The bound with a group for each parameter, which needs all of `H`: at the top eigenvector of the matrix with `H_ii` on its diagonal
/// and `|H_ij|` off it.
pub fn ws_entries<T: Smooth>(hessian: &Matrix<T>, v: &Vector<T>) -> T {
    rayleigh(&entry_matrix(hessian), v)
}

/// `H_ii` on the diagonal and `|H_ij|` off it.
pub(crate) fn entry_matrix<T: Smooth>(hessian: &Matrix<T>) -> Matrix<T> {
    hessian.map_with_location(|i, j, entry| if i == j { entry } else { (entry * entry).sqrt() })
}

/// `v' C v / v' v`.
fn rayleigh<T: Number>(matrix: &Matrix<T>, v: &Vector<T>) -> T {
    v.dot(&(matrix * v)) / v.dot(v)
}

/// Gradient of the bound by layers, where the top eigenvalue of `C` is simple, with eigenvector `v`:
/// `sum_g v_g^2 grad alpha_g + sum_{g>h} v_g v_h grad(gamma_gh^2)/gamma_gh`, over `v' v`.
///
/// Where a coupling vanishes, or the spread of a group, the subgradient that leaves it out is taken.
pub fn ws_layers_gradient<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    samples: &[LayerSample<T>],
    moments: &UnitMoments<T>,
    v: &Vector<T>,
) -> Layers<T> {
    objective_gradient_of(network, loss, samples, &objective(moments, Partition::Layers, v))
}

/// The same for the bound by units.
pub fn ws_units_gradient<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    samples: &[LayerSample<T>],
    moments: &UnitMoments<T>,
    v: &Vector<T>,
) -> Layers<T> {
    objective_gradient_of(network, loss, samples, &objective(moments, Partition::Units, v))
}

/// The same for the bound by hidden units.
pub fn ws_hidden_units_gradient<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    samples: &[LayerSample<T>],
    moments: &UnitMoments<T>,
    v: &Vector<T>,
) -> Layers<T> {
    objective_gradient_of(network, loss, samples, &objective(moments, Partition::HiddenUnits, v))
}

/// What each unit's trace and each pair's squared norm counts in the derivative of `v' C v / v' v` at fixed `v`.
pub(crate) fn objective<T: Smooth>(
    moments: &UnitMoments<T>,
    partition: Partition,
    v: &Vector<T>,
) -> Objective<T> {
    let groups = moments.groups(partition);
    let norm = v.dot(v);
    let mut objective = Objective::of_totals(&moments.architecture.widths, T::zero(), T::zero());
    for (g, one) in groups.iter().enumerate() {
        let count = v[g] * v[g] / norm;
        let (trace, squared) = (moments.trace_of(one), moments.squared_of(one, one));
        // At zero spread the mean alone.
        let flat = (T::one() / T::integer(one.size as i64), T::zero());
        let clamped = moments.is_reduced(one) && moments.upper(one).is_zero();
        let (by_t, by_q) = match slopes(trace, squared, one.size) {
            _ if clamped => (T::zero(), T::zero()),
            found => found.unwrap_or(flat),
        };
        for i in one.units.clone() {
            objective.trace[one.layer][i] += count * by_t;
            for p in one.units.clone() {
                objective.squared[one.layer][one.layer][(i, p)] += count * by_q;
            }
        }
        for (h, two) in groups[..g].iter().enumerate() {
            let gamma = group_coupling(moments.squared_of(one, two));
            if gamma.is_zero() {
                continue;
            }
            // Groups follow their layers, so the layer of `two` is no later. In one layer both orders of two units are summed.
            let count = v[g] * v[h] / (norm * gamma);
            let kappa = &mut objective.squared[one.layer][two.layer];
            for i in one.units.clone() {
                for p in two.units.clone() {
                    if one.layer == two.layer {
                        let half = count / T::integer(2);
                        kappa[(i, p)] += half;
                        kappa[(p, i)] += half;
                    } else {
                        kappa[(i, p)] += count;
                    }
                }
            }
        }
    }
    objective
}
