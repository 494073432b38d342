//! What one worker has for itself.

use super::features::Features;
use super::partials::Partials;
use super::plan::LayerPlan;
use super::products::{Pair, Products};
use super::sizes::{at, blocks};
use super::sums::Sums;
use super::sweep::Gradient;
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
    pub pair: Pair,
    pub scratch: [Vec<f64>; 2],
    /// Of a tile and of a chunk, where they are not kept.
    pub features: [Features; 2],
    pub products: Products,
}

impl Worker {
    pub fn new(plan: &LayerPlan) -> Self {
        let sizes = &plan.sizes;
        let mut squared = vec![Vec::new(); blocks(sizes.layers())];
        for (m, l) in pairs_of_layers(sizes.layers()) {
            squared[at(m, l)] = vec![0.0; sizes.units(m, l)];
        }
        Worker {
            loss: 0.0,
            trace: (0..sizes.layers()).map(|l| vec![0.0; sizes.outputs(l)]).collect(),
            squared,
            sums: Sums::new(sizes, &plan.routes),
            gradient: Gradient::new(sizes),
            partials: Partials::new(sizes, &plan.routes, plan.tile),
            pair: Pair::new(sizes.layers()),
            scratch: [Vec::new(), Vec::new()],
            features: [(); 2].map(|()| match plan.keep {
                true => Features::default(),
                false => Features::new(sizes, &plan.routes, plan.tile),
            }),
            products: match plan.keep {
                true => Products::default(),
                false => Products::new(sizes, &plan.routes, plan.tile),
            },
        }
    }

    pub fn clear(&mut self) {
        self.loss = 0.0;
        self.trace.iter_mut().chain(&mut self.squared).for_each(|sum| sum.fill(0.0));
        self.sums.clear();
    }
}
