//! How much memory a plan takes, known before any of it is taken.

use super::features::apart;
use super::plan::{LayerPlan, LayerRoute};
use super::sizes::{Sizes, at};
use super::sums::through;
use crate::budget::numbers;
use crate::terms::pairs_of_layers;

/// The bytes of the block of two layers.
pub(super) fn block_bytes(sizes: &Sizes, m: usize, l: usize) -> u64 {
    let between = if apart(m, l) { numbers(&[through(sizes, m, l), sizes.outputs(m)]) } else { 0 };
    numbers(&[sizes.input_pairs(m, l), sizes.units(m, l)]).saturating_add(between)
}

/// The bytes that one sample takes in the buffers of a kind.
#[derive(Default)]
struct PerSample {
    forward: u64,
    features: u64,
    products: u64,
    partials: u64,
    scratch: u64,
}

impl LayerPlan {
    /// The bytes that the buffers of a [`LayerWorkspace`](super::LayerWorkspace) take, about.
    pub fn bytes(&self) -> u64 {
        self.one_hidden.as_ref().map_or_else(|| self.deep_bytes(), |plan| plan.bytes())
    }

    /// Those of the buffers of chapters 9 to 13.
    pub(super) fn deep_bytes(&self) -> u64 {
        let (tile, threads) = (self.tile as u64, self.threads as u64);
        let each = self.per_sample();
        let made = each.features.saturating_add(each.products);
        let (kept, own) = if self.keep { (made, 0) } else { (0, made.saturating_add(each.features)) };
        let sums = self.sums_bytes();
        let pairs = numbers(&[self.tile, self.tile, 2 * self.sizes.layers() + 5]);
        let of_tile = each.partials.saturating_add(each.scratch).saturating_add(own);
        let worker = of_tile
            .saturating_mul(tile)
            .saturating_add(sums)
            .saturating_add(pairs)
            .saturating_add(numbers(&[self.architecture.parameters()]));
        let samples = each.forward.saturating_add(kept).saturating_mul(self.samples as u64);
        samples.saturating_add(2_u64.saturating_mul(sums)).saturating_add(worker.saturating_mul(threads))
    }

    fn per_sample(&self) -> PerSample {
        let sizes = &self.sizes;
        let mut each = PerSample::default();
        let add = |sum: &mut u64, count: &[usize]| *sum = sum.saturating_add(numbers(count));
        for l in 0..sizes.layers() {
            let (inputs, outputs) = (sizes.inputs(l), sizes.outputs(l));
            add(&mut each.forward, &[inputs + 5 * outputs]);
            add(&mut each.partials, &[inputs + 3 * outputs]);
        }
        let last = sizes.outputs(sizes.hidden());
        add(&mut each.forward, &[last, last + 2]);
        // Share and loss.
        add(&mut each.forward, &[2]);
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (units, route) = (sizes.units(m, l), self.routes[at(m, l)]);
            let pairs = route.is_by_pairs();
            let hidden = m < sizes.hidden();
            add(&mut each.features, &[units, 1 + usize::from(hidden)]);
            add(&mut each.partials, &[units, 1 + usize::from(hidden && m > l) + usize::from(pairs && m > 0)]);
            add(&mut each.products, &[units, usize::from(pairs)]);
            if m == l + 1 {
                add(&mut each.features, &[2, units]);
                add(&mut each.products, &[2, units, usize::from(pairs)]);
                add(&mut each.partials, &[2, units, usize::from(pairs && l > 0)]);
            } else if apart(m, l) {
                add(&mut each.features, &[units, usize::from(pairs)]);
                add(&mut each.products, &[2, units, usize::from(pairs)]);
            }
            let width = if apart(m, l) && !pairs { through(sizes, m, l) } else { 0 };
            let inputs = if pairs { sizes.augmented(l) } else { sizes.input_pairs(m, l) };
            each.scratch = each.scratch.max(numbers(&[2, units.max(inputs).max(width)]));
        }
        each
    }

    fn sums_bytes(&self) -> u64 {
        let sizes = &self.sizes;
        let of = |(m, l): (usize, usize)| {
            let route = self.routes[at(m, l)];
            let inputs = numbers(&[sizes.augmented(l), sizes.units(m, l)]);
            match (route, m == l + 1) {
                (LayerRoute::Parameters, true) => block_bytes(sizes, m, l).saturating_add(inputs),
                (LayerRoute::Parameters, false) => block_bytes(sizes, m, l),
                (LayerRoute::Inputs, _) => inputs.saturating_mul(2),
                (LayerRoute::Pairs | LayerRoute::Kernel, _) => 0,
            }
        };
        pairs_of_layers(sizes.layers()).map(of).fold(0, u64::saturating_add)
    }
}
