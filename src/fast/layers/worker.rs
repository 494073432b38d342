//! What one worker has for itself.

use super::features::Features;
use super::gradient::Gradient;
use super::kernel::Kernel;
use super::pair::Pair;
use super::partials::Partials;
use super::plan::LayerPlan;
use super::products::Products;
use super::sizes::{at, blocks};
use super::sums::Sums;
use super::sweep::Path;
use crate::terms::pairs_of_layers;

/// Sums over a worker's samples, and room for a tile.
pub(super) struct Worker {
    pub loss: f64,
    /// Traces of the units, a vector a layer.
    pub trace: Vec<Vec<f64>>,
    /// Squared norms of the blocks of units, at [`at`].
    pub squared: Vec<Vec<f64>>,
    pub sums: Sums,
    pub gradient: Gradient,
    pub partials: Partials,
    pub room: Room,
    /// Of a tile, where they are not kept.
    pub features: Features,
    pub products: Products,
}

/// Room for a tile against a chunk of samples.
pub(super) struct Room {
    pub pair: Pair,
    pub kernel: Kernel,
    pub path: Path,
    /// Of the chunk, where they are not kept.
    pub other: Features,
}

impl Worker {
    pub fn new(plan: &LayerPlan) -> Self {
        let sizes = &plan.sizes;
        let mut squared = vec![Vec::new(); blocks(sizes.layers())];
        for (m, l) in pairs_of_layers(sizes.layers()) {
            squared[at(m, l)] = vec![0.0; sizes.units(m, l)];
        }
        let features = || match plan.keep {
            true => Features::default(),
            false => Features::new(sizes, plan.tile),
        };
        Worker {
            loss: 0.0,
            trace: (0..sizes.layers()).map(|l| vec![0.0; sizes.outputs(l)]).collect(),
            squared,
            sums: Sums::new(plan),
            gradient: Gradient::new(sizes),
            partials: Partials::new(plan, plan.tile),
            room: Room {
                pair: Pair::new(sizes.layers()),
                kernel: Kernel::default(),
                path: Path::default(),
                other: features(),
            },
            features: features(),
            products: match plan.keeps_products() {
                true => Products::default(),
                false => Products::new(plan, plan.tile),
            },
        }
    }

    pub fn clear(&mut self) {
        self.loss = 0.0;
        self.trace.iter_mut().chain(&mut self.squared).for_each(|sum| sum.fill(0.0));
        self.sums.clear();
    }
}
