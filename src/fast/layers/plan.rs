//! The plan of a computation at any depth.

use super::super::plan::PlanError;
use crate::model::{Architecture, Loss};

/// Sizes, loss, threads, and whether moments are wanted by units: what a [`LayerWorkspace`](super::LayerWorkspace) is made for.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerPlan {
    pub(super) architecture: Architecture,
    pub(super) loss: Loss,
    pub(super) samples: usize,
    pub(super) threads: usize,
    pub(super) by_units: bool,
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
        Ok(LayerPlan { architecture: architecture.clone(), loss, samples, threads: threads.max(1), by_units })
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
