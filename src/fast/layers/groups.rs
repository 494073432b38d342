//! Bounds by groups of units (chapter 13) from buffers that are kept: their matrix, its leading eigenvector, and what each unit counts.

use super::moments::LayerValues;
use super::objective::NoLayerGradient;
use super::sizes::at;
use super::weights::Weights;
use crate::fast::sizes::diagonal;
use crate::model::Architecture;
use crate::terms::NoLeadingVector;
use crate::terms::layer_gradient::slopes;
use crate::terms::partition::{Partition, group_coupling, group_upper};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, Par};
use std::ops::Range;

/// Units of one layer that form a group.
struct Group {
    layer: usize,
    units: Range<usize>,
    /// Directions on which the Hessian can be other than zero.
    size: usize,
    /// Whether there are others.
    reduced: bool,
}

/// The groups of a partition, with room for their matrix and its eigenvectors.
pub(super) struct Groups {
    partition: Partition,
    groups: Vec<Group>,
    matrix: Mat<f64>,
    vectors: Mat<f64>,
    eigenvalues: Mat<f64>,
    memory: MemBuffer,
}

impl Groups {
    pub fn new(architecture: &Architecture, ignores_shifts: bool, partition: Partition) -> Self {
        let last = architecture.layers() - 1;
        let mut groups = Vec::new();
        for layer in 0..=last {
            let (outputs, each) = (architecture.outputs_of(layer), architecture.parameters_of_unit(layer));
            let whole = match partition {
                Partition::Layers => true,
                Partition::Units => false,
                Partition::HiddenUnits => layer == last,
            };
            if whole {
                let reduced = ignores_shifts && layer == last;
                let shifts = if reduced { each } else { 0 };
                groups.push(Group { layer, units: 0..outputs, size: outputs * each - shifts, reduced });
            } else {
                let unit = |unit: usize| Group { layer, units: unit..unit + 1, size: each, reduced: false };
                groups.extend((0..outputs).map(unit));
            }
        }
        let count = groups.len();
        let scratch =
            self_adjoint_evd_scratch::<f64>(count, ComputeEigenvectors::Yes, Par::Seq, Default::default());
        Groups {
            partition,
            groups,
            matrix: Mat::zeros(count, count),
            vectors: Mat::zeros(count, count),
            eigenvalues: Mat::zeros(count, 1),
            memory: MemBuffer::new(scratch),
        }
    }

    /// Computes the bound.
    pub fn value(&mut self, values: &LayerValues) -> f64 {
        self.fill(&self.sums(values));
        self.decompose().map_or(f64::NAN, |(first, _)| first)
    }

    /// Computes the bound, and sets what each unit counts in its gradient, times a strength.
    pub fn weigh(
        &mut self,
        values: &LayerValues,
        strength: f64,
        weights: &mut Weights,
    ) -> (f64, Result<(), NoLayerGradient>) {
        let sums = self.sums(values);
        self.fill(&sums);
        match self.decompose() {
            Err(error) => (f64::NAN, Err(error.into())),
            Ok((first, Err(tie))) => (first, Err(tie.into())),
            Ok((first, Ok(()))) => {
                self.set(&sums, strength, weights);
                (first, Ok(()))
            }
        }
    }

    fn sums<'a>(&self, values: &'a LayerValues) -> Sums<'a> {
        Sums { values, by_layers: self.partition == Partition::Layers }
    }

    /// Sets the matrix of groups.
    fn fill(&mut self, sums: &Sums) {
        for g in 0..self.groups.len() {
            let one = &self.groups[g];
            let alpha = group_upper(sums.trace(one), sums.squared(one, one), one.size);
            self.matrix[(g, g)] = if one.reduced { alpha.max(0.0) } else { alpha };
            for h in 0..g {
                let gamma = group_coupling(sums.squared(one, &self.groups[h]));
                (self.matrix[(g, h)], self.matrix[(h, g)]) = (gamma, gamma);
            }
        }
    }

    /// The largest eigenvalue of the matrix, and whether it is the only one of its size.
    fn decompose(&mut self) -> Result<(f64, Result<(), NoLeadingVector>), NoLeadingVector> {
        let count = self.groups.len();
        let finite = (0..count).all(|g| (0..=g).all(|h| self.matrix[(g, h)].is_finite()));
        if count == 0 || !finite {
            return Err(NoLeadingVector::NotFinite);
        }
        let found = self_adjoint_evd(
            self.matrix.as_ref(),
            self.eigenvalues.col_mut(0).as_diagonal_mut(),
            Some(self.vectors.as_mut()),
            Par::Seq,
            MemStack::new(&mut self.memory),
            Default::default(),
        );
        found.map_err(|_| NoLeadingVector::NotFinite)?;
        let first = self.eigenvalues[(count - 1, 0)];
        if count > 1 {
            let second = self.eigenvalues[(count - 2, 0)];
            // Each eigenvalue is off by a modest multiple of `count eps |C|`.
            if first - second <= 10.0 * count as f64 * f64::EPSILON * self.matrix.norm_l2() {
                return Ok((first, Err(NoLeadingVector::Tie { first, second })));
            }
        }
        Ok((first, Ok(())))
    }

    /// `tau` and `kappa` of the derivative of `v' C v` at the leading eigenvector `v`. At zero spread the mean alone counts, and a coupling
    /// that vanishes is left out.
    fn set(&self, sums: &Sums, strength: f64, weights: &mut Weights) {
        let v = self.vectors.col(self.groups.len() - 1);
        for (g, one) in self.groups.iter().enumerate() {
            let count = strength * v[g] * v[g];
            let clamped = one.reduced && self.matrix[(g, g)] == 0.0;
            let (by_t, by_q) = match slopes(sums.trace(one), sums.squared(one, one), one.size) {
                _ if clamped => (0.0, 0.0),
                found => found.unwrap_or((1.0 / one.size as f64, 0.0)),
            };
            weights.tau[one.layer][one.units.clone()].fill(count * by_t);
            weights.fill((one.layer, one.units.clone()), (one.layer, one.units.clone()), count * by_q);
            for (h, two) in self.groups[..g].iter().enumerate() {
                let gamma = self.matrix[(g, h)];
                if gamma == 0.0 {
                    continue;
                }
                let count = strength * v[g] * v[h] / gamma;
                let (units, others) = ((one.layer, one.units.clone()), (two.layer, two.units.clone()));
                if one.layer == two.layer {
                    // Both orders of two units of a layer are summed.
                    weights.fill(units.clone(), others.clone(), 0.5 * count);
                    weights.fill(others, units, 0.5 * count);
                } else {
                    weights.fill(units, others, count);
                }
            }
        }
    }
}

/// Traces and squared norms of groups.
struct Sums<'a> {
    values: &'a LayerValues,
    by_layers: bool,
}

impl Sums<'_> {
    fn trace(&self, group: &Group) -> f64 {
        match &self.values.units {
            Some(units) if !self.by_layers => group.units.clone().map(|i| units.trace[group.layer][i]).sum(),
            _ => self.values.layers.trace[group.layer],
        }
    }

    /// The later layer first.
    fn squared(&self, one: &Group, two: &Group) -> f64 {
        match &self.values.units {
            Some(units) if !self.by_layers => {
                let block = &units.squared[one.layer][two.layer];
                let row = |i: usize| two.units.clone().map(|p| block[(i, p)]).sum::<f64>();
                one.units.clone().map(row).sum()
            }
            _ => self.values.layers.squared[one.layer][two.layer],
        }
    }
}

impl Weights {
    /// Sets `kappa` of all pairs of units of two ranges, the later layer first.
    fn fill(&mut self, (m, rows): (usize, Range<usize>), (l, columns): (usize, Range<usize>), value: f64) {
        let height = self.tau[m].len();
        for p in columns {
            for i in rows.clone() {
                let entry = if m == l { diagonal(height, p.min(i)) + p.abs_diff(i) } else { p * height + i };
                self.kappa[at(m, l)][entry] = value;
            }
        }
    }
}
