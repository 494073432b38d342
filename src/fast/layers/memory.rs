//! How much memory a plan takes, known before any of it is taken.

use super::features::{apart, keeps_derivative};
use super::plan::{LayerPlan, LayerRoute};
use super::sizes::{Sizes, at};
use crate::budget::numbers;
use crate::terms::pairs_of_layers;

/// The bytes of the block of two layers.
pub(super) fn block_bytes(sizes: &Sizes, m: usize, l: usize) -> u64 {
    numbers(&[sizes.input_pairs(m, l), sizes.units(m, l)])
}

/// The bytes that one sample takes in the buffers of a kind.
#[derive(Default)]
struct PerSample {
    forward: u64,
    features: u64,
    products: u64,
    partials: u64,
}

impl LayerPlan {
    /// The bytes that the buffers of a [`LayerWorkspace`](super::LayerWorkspace) take, about.
    pub fn bytes(&self) -> u64 {
        self.one_hidden.as_ref().map_or_else(|| self.deep_bytes(), |plan| plan.bytes())
    }

    /// Those of the buffers of chapters 9 to 13.
    pub(super) fn deep_bytes(&self) -> u64 {
        let (tile, threads) = (self.tile as u64, self.threads as u64);
        let PerSample { forward, features, products, partials } = self.per_sample();
        let (kept, own) = if self.keep { (features, 0) } else { (0, features.saturating_mul(2)) };
        let (kept_products, own_products) = if self.keeps_products() { (products, 0) } else { (0, products) };
        let sums = self.sums_bytes();
        let of_tile = partials.saturating_add(own).saturating_add(own_products).saturating_mul(tile);
        let worker = of_tile
            .saturating_add(sums)
            .saturating_add(numbers(&[self.tile, self.tile, 3 * self.sizes.layers() + 2]))
            .saturating_add(self.rooms_bytes())
            .saturating_add(numbers(&[self.architecture.parameters()]));
        let each = forward.saturating_add(kept).saturating_add(kept_products);
        let samples = each.saturating_mul(self.samples as u64);
        samples.saturating_add(sums).saturating_add(worker.saturating_mul(threads))
    }

    fn per_sample(&self) -> PerSample {
        let sizes = &self.sizes;
        let mut each = PerSample::default();
        let add = |sum: &mut u64, count: &[usize]| *sum = sum.saturating_add(numbers(count));
        for l in 0..sizes.layers() {
            let (inputs, outputs) = (sizes.inputs(l), sizes.outputs(l));
            add(&mut each.forward, &[inputs + 5 * outputs]);
            add(&mut each.partials, &[inputs + 3 * outputs + 1]);
            add(&mut each.features, &[outputs]);
        }
        let last = sizes.outputs(sizes.hidden());
        add(&mut each.forward, &[last, last + 2]);
        add(&mut each.partials, &[last, last]);
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (units, pairs) = (sizes.units(m, l), self.routes[at(m, l)].is_by_pairs());
            let hidden = m < sizes.hidden();
            add(&mut each.features, &[units, 1 + usize::from(hidden)]);
            add(&mut each.features, &[units, usize::from(keeps_derivative(sizes, m, l))]);
            add(&mut each.partials, &[units, usize::from(!pairs) + usize::from(hidden && m > l)]);
            add(&mut each.products, &[units, usize::from(pairs)]);
            add(&mut each.products, &[sizes.outputs(m), usize::from(pairs && m > l)]);
            add(&mut each.products, &[2, sizes.outputs(l), usize::from(pairs && m == l + 1)]);
        }
        each
    }

    /// The rooms of a worker.
    fn rooms_bytes(&self) -> u64 {
        let (sizes, tile) = (&self.sizes, self.tile);
        let mut rooms = [0; 6];
        let mut path = [0; 3];
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (outputs, inputs) = (sizes.outputs(m), sizes.augmented(l));
            let route = self.routes[at(m, l)];
            let weighted = if self.by_units { outputs } else { 0 };
            let by_pairs = tile * weighted.max(if apart(m, l) { outputs } else { 0 });
            let pairs = sizes.input_pairs(m, l);
            let of_block = match (route, m - l) {
                (LayerRoute::Parameters, 0) => {
                    [tile * pairs, tile * inputs, tile * pairs, pairs * weighted, 0, 0]
                }
                (LayerRoute::Parameters, 1) => {
                    let d = tile * outputs;
                    [tile * pairs, tile * inputs, tile * pairs.max(outputs), pairs * weighted, d, d]
                }
                (LayerRoute::Parameters, _) => {
                    [tile * pairs, tile * inputs, tile * pairs, pairs * weighted, tile * pairs, 0]
                }
                (LayerRoute::Inputs, _) => {
                    let (d, of_inputs) = (tile * outputs, tile * inputs);
                    [of_inputs.max(d), d.max(inputs * weighted), d.max(of_inputs), d, 0, 0]
                }
                (LayerRoute::Pairs, 0) => [tile * weighted, 0, 0, 0, 0, 0],
                (LayerRoute::Pairs, 1) => {
                    [tile * outputs, tile * outputs, tile * outputs, tile * outputs, 0, 0]
                }
                (LayerRoute::Pairs, _) => {
                    let pairs = tile * tile;
                    [by_pairs, by_pairs.max(pairs), pairs, pairs, pairs, 0]
                }
                (LayerRoute::Kernel, _) => [tile, 0, 0, 0, 0, 0],
            };
            rooms.iter_mut().zip(of_block).for_each(|(room, of)| *room = of.max(*room));
            let (own, outputs) = (tile * sizes.columns(m, l, 0), tile * sizes.units(sizes.hidden(), l));
            let of_path = [own, own, outputs];
            path.iter_mut().zip(of_path).for_each(|(room, of)| *room = of.max(*room));
        }
        let all = rooms.iter().map(|&room| numbers(&[room])).fold(0, u64::saturating_add);
        all.saturating_add(numbers(&[2, path[0] + path[1] + path[2]]))
    }

    fn sums_bytes(&self) -> u64 {
        let sizes = &self.sizes;
        let of = |(m, l): (usize, usize)| match self.routes[at(m, l)] {
            LayerRoute::Parameters => block_bytes(sizes, m, l),
            LayerRoute::Inputs => numbers(&[2, sizes.augmented(l), sizes.units(m, l)]),
            LayerRoute::Pairs | LayerRoute::Kernel => 0,
        };
        pairs_of_layers(sizes.layers()).map(of).fold(0, u64::saturating_add)
    }
}
