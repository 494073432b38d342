//! What each unit's trace and each pair of units' squared norm counts in an objective, in buffers that are kept.

use super::sizes::{Sizes, at, blocks};
use crate::terms::pairs_of_layers;

/// `tau` of each unit, and `kappa` of each pair of units of two layers, at [`at`], in the order of [`Sizes::entries`].
#[derive(Default)]
pub(super) struct Weights {
    pub tau: Vec<Vec<f64>>,
    pub kappa: Vec<Vec<f64>>,
}

impl Weights {
    pub fn new(sizes: &Sizes) -> Self {
        let layers = sizes.layers();
        let mut kappa = vec![Vec::new(); blocks(layers)];
        for (m, l) in pairs_of_layers(layers) {
            kappa[at(m, l)] = vec![0.0; sizes.units(m, l)];
        }
        Weights { tau: (0..layers).map(|l| vec![0.0; sizes.outputs(l)]).collect(), kappa }
    }

    /// `t T + q Q`: the squared norms of different layers count twice in `Q`.
    pub fn set_totals(&mut self, t: f64, q: f64) {
        self.tau.iter_mut().for_each(|tau| tau.fill(t));
        for (m, l) in pairs_of_layers(self.tau.len()) {
            self.kappa[at(m, l)].fill(if m == l { q } else { 2.0 * q });
        }
    }

    /// Whether any squared norm counts.
    pub fn any(&self) -> bool {
        self.kappa.iter().flatten().any(|kappa| *kappa != 0.0)
    }

    /// Nothing but the loss.
    pub fn clear(&mut self) {
        self.tau.iter_mut().chain(&mut self.kappa).for_each(|weights| weights.fill(0.0));
    }
}
