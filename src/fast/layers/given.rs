//! What a worker computes from.

use super::forward::Forward;
use super::plan::{LayerPlan, LayerRoute};
use super::sizes::{Sizes, at};
use super::units::Units;
use super::weights::Weights;
use crate::model::{Layer, Network};
use std::ops::Range;

/// The plan, the network, the samples, and which units are its own.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub plan: &'a LayerPlan,
    pub network: &'a Network<f64>,
    pub tiles: &'a [Forward],
    pub units: &'a Units,
    /// What each trace and each square counts, once it is known.
    pub weights: Option<&'a Weights>,
}

impl<'a> Given<'a> {
    pub fn sizes(&self) -> &'a Sizes {
        &self.plan.sizes
    }

    pub fn layer(&self, l: usize) -> &'a Layer<f64> {
        &self.network.layers.0[l]
    }

    pub fn route(&self, m: usize, l: usize) -> LayerRoute {
        self.plan.routes[at(m, l)]
    }

    /// The rows of own unit `p` of `l` in what belongs to a block.
    pub fn place(&self, layers: (usize, usize), p: usize, rows: usize) -> Range<usize> {
        self.units.place(self.sizes(), layers, p, rows)
    }

    /// What the pairs of unit `p` of `l` with units of `m` count, where that differs from pair to pair.
    pub fn kappa(&self, layers: (usize, usize), p: usize) -> Option<&'a [f64]> {
        let weights = self.weights.filter(|_| self.plan.by_units)?;
        Some(&weights.kappa[at(layers.0, layers.1)][self.sizes().entries(layers, p)])
    }

    /// What the sums of a block are multiplied by beside that: twice what the square counts, as half the derivatives are summed.
    pub fn factor(&self, m: usize, l: usize) -> f64 {
        let Some(weights) = self.weights else { return 0.0 };
        2.0 * if self.plan.by_units { 1.0 } else { weights.kappa[at(m, l)][0] }
    }

    /// What unit `p` of `l` counts in the trace.
    pub fn tau(&self, l: usize, p: usize) -> f64 {
        self.weights.map_or(0.0, |weights| weights.tau[l][p])
    }

    /// Own units of `l` in groups for which one sum is enough: all of them where their pairs count the same.
    pub fn groups(
        &self,
        l: usize,
    ) -> impl Iterator<Item = impl Iterator<Item = usize> + Clone + use<>> + use<> {
        let own = self.units.of(l);
        let all = own.clone().count();
        let length = if self.plan.by_units { 1 } else { all.max(1) };
        (0..all).step_by(length).map(move |start| own.clone().skip(start).take(length))
    }
}
