//! The plan of a computation at any depth: a route for each block of the Hessian.

use super::cost::{cheapest, has_kernel};
use super::sizes::{Sizes, at, blocks};
use super::units::{Units, shared_out};
use crate::budget;
use crate::fast::{Plan, PlanError};
use crate::model::{Architecture, Layer, Loss, Network, Shape};
use crate::terms::pairs_of_layers;
use std::fmt;

/// A way to compute what a block of two layers gives to the squared trace and to its gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerRoute {
    /// Over pairs of samples: `N^2 n_m n_l` multiplications, and as many as the layers between have with those that stand apart.
    Pairs,
    /// Over pairs of samples, but for the terms with `J` of neighbouring layers, which are summed by way of the inputs of the earlier one.
    Inputs,
    /// The block itself, summed over the samples.
    Parameters,
    /// Over pairs of samples by their neural tangent kernel, `C x C`: of the last hidden layer with itself, where no moments by units
    /// are wanted.
    Kernel,
}

impl LayerRoute {
    /// Every route.
    pub const ALL: [LayerRoute; 4] =
        [LayerRoute::Pairs, LayerRoute::Inputs, LayerRoute::Parameters, LayerRoute::Kernel];

    /// Whether `K` goes over pairs of samples, entry by entry.
    pub(super) fn is_by_pairs(self) -> bool {
        matches!(self, LayerRoute::Pairs | LayerRoute::Inputs)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            LayerRoute::Pairs => "pairs",
            LayerRoute::Inputs => "inputs",
            LayerRoute::Parameters => "parameters",
            LayerRoute::Kernel => "kernel",
        }
    }
}

impl fmt::Display for LayerRoute {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
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
    pub(super) routes: Vec<LayerRoute>,
    /// Samples of a tile.
    pub(super) tile: usize,
    /// Batches of the units: where there are several, what belongs to them is not kept but made anew.
    pub(super) batches: usize,
    /// The plan of chapters 1 to 8 where they are enough: one hidden layer, softmax, no moments by units.
    pub(super) one_hidden: Option<Plan>,
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
        let threads = threads.clamp(1, samples.max(1));
        let mut routes = vec![LayerRoute::Pairs; blocks(sizes.layers())];
        for (m, l) in pairs_of_layers(sizes.layers()) {
            routes[at(m, l)] = cheapest(&sizes, samples, by_units, (m, l));
        }
        let rounds = samples.div_ceil(threads * MOST_SAMPLES).max(1);
        let tile = samples.div_ceil(threads * rounds).max(LEAST_SAMPLES.min(samples)).max(1);
        let mut plan = LayerPlan {
            architecture: architecture.clone(),
            sizes,
            loss,
            samples,
            threads,
            by_units,
            routes,
            tile,
            batches: 1,
            one_hidden: None,
        };
        plan.batches = plan.needed_batches();
        let alike = architecture.biases.iter().all(|&bias| bias == architecture.biases[0]);
        if architecture.layers() == 2 && loss == Loss::Softmax && alike && !by_units {
            plan.one_hidden = Some(Plan::new(&plan.shape(), threads, None)?);
        } else {
            plan.ask()?;
        }
        Ok(plan)
    }

    /// Whether there is room for the buffers of chapters 9 to 13.
    pub(super) fn ask(&self) -> Result<(), PlanError> {
        let (threads, architecture) = (self.threads, &self.architecture);
        let what = || format!("{architecture} at {} samples, on {threads} threads,", self.samples);
        budget::ask(self.deep_bytes(), what).map_err(|over| PlanError::OverBudget { over, threads })
    }

    /// The sizes of chapters 1 to 8, where there is one hidden layer.
    pub(super) fn shape(&self) -> Shape {
        Shape {
            samples: self.samples,
            inputs: self.sizes.inputs(0),
            hidden: self.sizes.outputs(0),
            classes: self.sizes.outputs(self.sizes.hidden()),
            biases: self.sizes.bias(0) == 1,
        }
    }

    /// Batches in which what belongs to units does not take too much memory.
    fn needed_batches(&self) -> usize {
        let most = (0..self.sizes.layers()).map(|l| self.sizes.outputs(l).div_ceil(self.threads)).max();
        (self.kept_bytes().div_ceil(MOST_BYTES) as usize).clamp(1, most.unwrap_or(1).max(1))
    }

    /// Of each worker the units, in batches.
    pub(super) fn units(&self) -> Vec<Vec<Units>> {
        let parts = shared_out(&self.sizes, self.threads * self.batches);
        parts.chunks(self.batches).map(|batches| batches.to_vec()).collect()
    }

    /// Whether the sums over pairs that a value is made of are kept for its gradient. Where units count differently, the gradient has sums of
    /// its own.
    pub(super) fn keeps_products(&self) -> bool {
        self.batches == 1 && !self.by_units
    }

    /// Whether any block goes over pairs of samples, entry by entry.
    pub(super) fn by_pairs(&self) -> bool {
        self.routes.iter().any(|route| route.is_by_pairs())
    }

    /// Pairs of tiles whose matrices are kept at once.
    pub(super) fn round(&self) -> usize {
        if !self.by_pairs() {
            return 0;
        }
        let tiles = self.samples.div_ceil(self.tile);
        let room = MOST_BYTES_OF_PAIRS / self.pair_bytes().max(1);
        (tiles * (tiles + 1) / 2).min(room as usize).max(1)
    }

    /// Steps that a watcher is told of.
    pub(super) fn steps(&self) -> usize {
        let tiles = self.samples.div_ceil(self.tile);
        let rounds = (tiles * (tiles + 1) / 2).div_ceil(self.round().max(1));
        let blocks =
            pairs_of_layers(self.sizes.layers()).filter(|&(m, l)| self.routes[at(m, l)].is_by_pairs());
        let units: usize = blocks.map(|(_, l)| self.sizes.outputs(l)).sum();
        (rounds * units).max(1)
    }

    /// Whether the last hidden layer's own block goes by the kernel route.
    pub(super) fn kernel(&self) -> bool {
        self.routes.contains(&LayerRoute::Kernel)
    }

    /// Whether it is for a network of these sizes.
    pub(super) fn is_for(&self, network: &Network<f64>, samples: usize) -> bool {
        let layers = &network.layers.0;
        let same = |(l, layer): (usize, &Layer<f64>)| {
            layer.w.shape() == (self.sizes.outputs(l), self.sizes.inputs(l))
                && usize::from(layer.b.is_some()) == self.sizes.bias(l)
        };
        samples == self.samples && layers.len() == self.sizes.layers() && layers.iter().enumerate().all(same)
    }

    /// Takes one route for every block that it is for; other blocks go by pairs.
    ///
    /// # Errors
    /// [`PlanError`] where the buffers would not fit into memory.
    pub fn by(mut self, route: LayerRoute) -> Result<Self, PlanError> {
        self.one_hidden = None;
        for (m, l) in pairs_of_layers(self.sizes.layers()) {
            self.routes[at(m, l)] = match route {
                LayerRoute::Inputs if m != l + 1 => LayerRoute::Pairs,
                LayerRoute::Kernel if self.by_units || !has_kernel(&self.sizes, m, l) => LayerRoute::Pairs,
                route => route,
            };
        }
        self.batches = self.needed_batches();
        self.ask()?;
        Ok(self)
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

/// Samples of a tile at most, and at least if there are as many.
const MOST_SAMPLES: usize = 128;
const LEAST_SAMPLES: usize = 32;
/// What is kept of all samples may take this much, and what is kept of pairs of samples.
const MOST_BYTES: u64 = 2 << 30;
const MOST_BYTES_OF_PAIRS: u64 = 64 << 20;

impl fmt::Display for LayerPlan {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(plan) = &self.one_hidden {
            return plan.fmt(f);
        }
        writeln!(f, "N={} {}, {}", self.samples, self.architecture, self.loss)?;
        for (m, l) in pairs_of_layers(self.sizes.layers()) {
            writeln!(f, "layers {} and {}: {}", m + 1, l + 1, self.routes[at(m, l)])?;
        }
        write!(f, "{} threads, tiles of {} samples, ", self.threads, self.tile)?;
        match self.batches {
            1 => write!(f, "K and J kept"),
            batches => write!(f, "K and J made anew in {batches} batches of units"),
        }
    }
}
