//! Buffers that are kept from call to call.

use crate::fast::loss_pass::LossPass;
use crate::fast::trace_pass::TracePass;
use crate::fast::{LayerPlan, LayerWorkspace, Plan, PlanError, Workspace};
use crate::model::{Architecture, Loss, Network, Shape};

/// The two that were used last: those for a whole mini-batch, and for the shorter one at the end of an epoch.
pub(super) struct Recent<T>(Vec<T>);

impl<T> Recent<T> {
    pub fn new() -> Self {
        Recent(Vec::new())
    }

    /// The buffers that fit, or new ones.
    fn get(&mut self, fits: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> &mut T {
        match self.0.iter().position(fits) {
            Some(place) => self.0.swap(0, place),
            None => {
                self.0.insert(0, make());
                self.0.truncate(2);
            }
        }
        &mut self.0[0]
    }
}

impl Recent<Workspace> {
    /// The one for a shape, by so many threads.
    pub fn at(&mut self, shape: &Shape, threads: usize) -> Result<&mut Workspace, PlanError> {
        let plan = Plan::new(shape, threads, None)?;
        Ok(self.get(|kept| *kept.plan() == plan, || Workspace::new(plan.clone())))
    }
}

impl Recent<LayerWorkspace> {
    /// The one for these sizes and this loss, by so many threads.
    pub fn of(
        &mut self,
        architecture: &Architecture,
        loss: Loss,
        samples: usize,
        threads: usize,
        by_units: bool,
    ) -> Result<&mut LayerWorkspace, PlanError> {
        let plan = LayerPlan::new(architecture, loss, samples, threads, by_units)?;
        Ok(self.get(|kept| *kept.plan() == plan, || LayerWorkspace::new(plan.clone())))
    }
}

impl Recent<LossPass> {
    /// The one for a network, this loss and so many samples.
    pub fn of(&mut self, network: &Network<f64>, loss: Loss, samples: usize) -> &mut LossPass {
        let fits = |kept: &LossPass| kept.is_for(network, loss, samples);
        self.get(fits, || LossPass::new(&network.architecture(), loss, samples))
    }
}

impl Recent<TracePass> {
    /// The one for a network of one hidden layer and so many samples.
    pub fn of(&mut self, network: &Network<f64>, samples: usize) -> &mut TracePass {
        self.get(|kept| kept.is_for(network, samples), || TracePass::new(network, samples))
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn two_sizes_in_turn_are_made_once_each() {
        let mut recent = Recent::new();
        let mut made = Vec::new();
        for size in [8, 8, 3, 8, 3, 5, 3, 8] {
            let make = || {
                made.push(size);
                size
            };
            assert_eq!(*recent.get(|kept| *kept == size, make), size);
        }
        assert_eq!(made, [8, 3, 5, 8]);
    }
}
