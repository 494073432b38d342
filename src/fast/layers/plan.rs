//! The plan of a computation at any depth: a route for each block of the Hessian.

use super::sizes::{Sizes, at, blocks};
use crate::fast::plan::PlanError;
use crate::model::{Architecture, Loss};

/// A way to compute what a block of two layers gives to the squared trace and to its gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Over pairs of samples.
    Pairs,
    /// Over pairs of samples, but for the terms of `J` of neighbouring layers, which are summed by way of the inputs of the earlier one.
    Inputs,
    /// The block itself, summed over the samples.
    Parameters,
}

impl Route {
    /// Every route.
    pub const ALL: [Route; 3] = [Route::Pairs, Route::Inputs, Route::Parameters];
}

/// Sizes, loss, threads, and whether moments are wanted by units: what a [`LayerWorkspace`](super::LayerWorkspace) is made for.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerPlan {
    pub(super) architecture: Architecture,
    pub(super) sizes: Sizes,
    pub(super) loss: Loss,
    pub(super) samples: usize,
    pub(super) threads: usize,
    pub(super) by_units: bool,
    /// The route of each block, at [`at`].
    pub(super) routes: Vec<Route>,
    /// Samples of a tile.
    pub(super) tile: usize,
    /// Whether features and products of all samples are kept, or made anew for each tile.
    pub(super) keep: bool,
}

impl LayerPlan {
    /// The plan for these sizes. Objectives by units ([`LayerObjective::Units`](super::LayerObjective::Units) and
    /// [`LayerObjective::HiddenUnits`](super::LayerObjective::HiddenUnits)) need `by_units`.
    ///
    /// # Errors
    /// [`PlanError`] where the buffers would not fit into memory.
    pub fn new(
        architecture: &Architecture,
        loss: Loss,
        samples: usize,
        threads: usize,
        by_units: bool,
    ) -> Result<Self, PlanError> {
        let sizes = Sizes::of(architecture);
        let threads = threads.max(1);
        let mut routes = vec![Route::Pairs; blocks(sizes.layers())];
        for (m, l) in crate::terms::pairs_of_layers(sizes.layers()) {
            routes[at(m, l)] = route(&sizes, samples, m, l);
        }
        let rounds = samples.div_ceil(threads * MOST_SAMPLES).max(1);
        let tile = samples.div_ceil(threads * rounds).max(1);
        Ok(LayerPlan {
            architecture: architecture.clone(),
            sizes,
            loss,
            samples,
            threads,
            by_units,
            routes,
            tile,
            keep: true,
        })
    }

    /// Takes a route for every block that it is for.
    #[cfg(test)]
    pub(super) fn set_route(&mut self, route: Route) {
        for (m, l) in crate::terms::pairs_of_layers(self.sizes.layers()) {
            self.routes[at(m, l)] = if route == Route::Inputs && m != l + 1 { Route::Pairs } else { route };
        }
    }

    /// The sizes that it is for.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The loss that it is for.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// The number of samples that it is for.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// How many threads work at once.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

/// Samples of a tile at most.
const MOST_SAMPLES: usize = 128;

/// The route that costs fewest multiplications.
fn route(sizes: &Sizes, samples: usize, m: usize, l: usize) -> Route {
    let costs =
        [Route::Pairs, Route::Inputs, Route::Parameters].map(|route| cost(sizes, samples, m, l, route));
    let least = (0..costs.len()).fold(0, |best, index| if costs[index] < costs[best] { index } else { best });
    [Route::Pairs, Route::Inputs, Route::Parameters][least]
}

/// Multiplications of value and gradient for a block; what the routes have in common is left out.
fn cost(sizes: &Sizes, samples: usize, m: usize, l: usize, route: Route) -> f64 {
    let n = samples as f64;
    let units = sizes.units(m, l) as f64;
    let (inputs, between) =
        (sizes.augmented(l) as f64, if m > l { sizes.outputs(m - 1) as f64 } else { 0.0 });
    let grams = if m == 0 { 1.0 } else { 2.0 };
    let width = sizes.outputs(l) as f64;
    let apart = 6.0 * (between * width + units);
    match (route, m - l) {
        (Route::Inputs, gap) if gap != 1 => f64::INFINITY,
        (Route::Pairs, 0) => n * n * grams * units,
        (Route::Pairs, 1) => n * n * units * (grams + 2.0 + if l > 0 { 2.0 } else { 0.0 }),
        (Route::Pairs, _) => n * n * (grams * units + apart),
        (Route::Inputs, _) => n * n * grams * units + n * inputs * units * if l > 0 { 6.0 } else { 4.0 },
        (Route::Parameters, 0) => n * sizes.input_pairs(m, l) as f64 * units * if m > 0 { 3.0 } else { 2.0 },
        (Route::Parameters, 1) => n * units * (3.0 * sizes.input_pairs(m, l) as f64 + 3.0 * inputs),
        (Route::Parameters, _) => n * units * (3.0 * sizes.input_pairs(m, l) as f64 + 3.0 * between * inputs),
    }
}
