//! The plan of a computation at any depth: a route for each block of the Hessian.

use super::memory::block_bytes;
use super::sizes::{Sizes, at, blocks};
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
    /// Whether features and products of all samples are kept, or made anew for each tile.
    pub(super) keep: bool,
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
            routes[at(m, l)] = route(&sizes, samples, threads, by_units, (m, l));
        }
        let rounds = samples.div_ceil(threads * MOST_SAMPLES).max(1);
        let tile = samples.div_ceil(threads * rounds).max(1);
        let mut plan = LayerPlan {
            architecture: architecture.clone(),
            sizes,
            loss,
            samples,
            threads,
            by_units,
            routes,
            tile,
            keep: true,
            one_hidden: None,
        };
        plan.keep = plan.deep_bytes() <= MOST_BYTES;
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

    /// Whether the sums over pairs that a value is made of are kept for its gradient. Where units count differently, the gradient has sums of
    /// its own.
    pub(super) fn keeps_products(&self) -> bool {
        self.keep && !self.by_units
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
        self.keep = self.deep_bytes() <= MOST_BYTES;
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

/// Samples of a tile at most.
const MOST_SAMPLES: usize = 128;
/// What is kept of all samples, and the blocks of the Hessian, may take this much.
const MOST_BYTES: u64 = 2 << 30;

/// The route that costs fewest multiplications, of those that have room.
fn route(
    sizes: &Sizes,
    samples: usize,
    threads: usize,
    by_units: bool,
    (m, l): (usize, usize),
) -> LayerRoute {
    let all = |bytes: u64| bytes.saturating_mul(threads as u64 + 2);
    let costs = LayerRoute::ALL.map(|route| match route {
        LayerRoute::Parameters if all(block_bytes(sizes, m, l)) > MOST_BYTES / 4 => f64::INFINITY,
        LayerRoute::Kernel if by_units => f64::INFINITY,
        _ => cost(sizes, samples, m, l, route),
    });
    let least = (0..costs.len()).fold(0, |best, index| if costs[index] < costs[best] { index } else { best });
    LayerRoute::ALL[least]
}

/// Whether a block is that of the last hidden layer with itself.
fn has_kernel(sizes: &Sizes, m: usize, l: usize) -> bool {
    m == l && m + 1 == sizes.hidden()
}

/// What a multiplication in the small matrices of the kernel route costs, at the speed of a large product: an estimate.
const SMALL: f64 = 2.5;

/// Multiplications of value and gradient for a block; what the routes have in common is left out.
fn cost(sizes: &Sizes, samples: usize, m: usize, l: usize, route: LayerRoute) -> f64 {
    let n = samples as f64;
    let units = sizes.units(m, l) as f64;
    let (inputs, between) =
        (sizes.augmented(l) as f64, if m > l { sizes.outputs(m - 1) as f64 } else { 0.0 });
    let grams = if m == 0 { 1.0 } else { 2.0 };
    let width = sizes.outputs(l) as f64;
    let apart = (if l > 0 { 7.5 } else { 5.75 }) * between * width + 6.0 * units;
    match (route, m - l) {
        (LayerRoute::Inputs, gap) if gap != 1 => f64::INFINITY,
        (LayerRoute::Kernel, _) if !has_kernel(sizes, m, l) => f64::INFINITY,
        (LayerRoute::Kernel, _) => {
            let outputs = sizes.outputs(m + 1) as f64;
            let pairs = outputs * (outputs + 1.0) / 2.0;
            n * n * (3.0 * pairs * width + 6.0 * width + SMALL * 7.0 * outputs * outputs * outputs)
        }
        (LayerRoute::Pairs, 0) => n * n * grams * units,
        (LayerRoute::Pairs, 1) => n * n * units * (grams + 2.0 + if l > 0 { 2.0 } else { 0.0 }),
        (LayerRoute::Pairs, _) => n * n * (grams * units + apart),
        (LayerRoute::Inputs, _) => n * n * grams * units + n * inputs * units * if l > 0 { 6.0 } else { 4.0 },
        (LayerRoute::Parameters, 0) => {
            n * sizes.input_pairs(m, l) as f64 * units * if m > 0 { 3.0 } else { 2.0 }
        }
        (LayerRoute::Parameters, 1) => n * units * (3.0 * sizes.input_pairs(m, l) as f64 + 3.0 * inputs),
        (LayerRoute::Parameters, _) => {
            n * units * (3.0 * sizes.input_pairs(m, l) as f64 + 3.0 * between * inputs)
        }
    }
}

impl fmt::Display for LayerPlan {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(plan) = &self.one_hidden {
            return plan.fmt(f);
        }
        writeln!(f, "N={} {}, {}", self.samples, self.architecture, self.loss)?;
        for (m, l) in pairs_of_layers(self.sizes.layers()) {
            writeln!(f, "layers {} and {}: {}", m + 1, l + 1, self.routes[at(m, l)])?;
        }
        let kept = if self.keep { "kept" } else { "made anew for each tile" };
        write!(f, "{} threads, tiles of {} samples, K and J {kept}", self.threads, self.tile)
    }
}
