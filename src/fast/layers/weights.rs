//! What each unit's trace and each pair of units' squared norm counts in an objective, in buffers that are kept.

use super::sizes::{Sizes, at, blocks};
use crate::terms::pairs_of_layers;
use crate::terms::sweep::Objective;

/// `tau` of each unit, and `kappa` of each pair of units of two layers, at [`at`].
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

    /// Those of an objective, times its strength.
    pub fn set(&mut self, objective: &Objective<f64>, strength: f64) {
        for (out, tau) in self.tau.iter_mut().zip(&objective.trace) {
            out.iter_mut().zip(tau.iter()).for_each(|(out, tau)| *out = strength * tau);
        }
        let kappa = objective.squared.iter().flatten();
        for (out, kappa) in self.kappa.iter_mut().zip(kappa) {
            for (i, row) in out.chunks_mut(kappa.ncols()).enumerate() {
                row.iter_mut().enumerate().for_each(|(p, out)| *out = strength * kappa[(i, p)]);
            }
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
