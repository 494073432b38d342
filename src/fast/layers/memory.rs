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
    /// What belongs to samples.
    forward: u64,
    /// What belongs to units.
    units: u64,
    /// What every worker sums.
    vectors: u64,
}

impl LayerPlan {
    /// The bytes that the buffers of a [`LayerWorkspace`](super::LayerWorkspace) take, about.
    pub fn bytes(&self) -> u64 {
        self.one_hidden.as_ref().map_or_else(|| self.deep_bytes(), |plan| plan.bytes())
    }

    /// Those of the buffers of chapters 9 to 13.
    pub(super) fn deep_bytes(&self) -> u64 {
        let threads = self.threads as u64;
        let PerSample { forward, vectors, .. } = self.per_sample();
        let squares = pairs_of_layers(self.sizes.layers()).map(|(m, l)| self.sizes.units(m, l)).sum();
        let own = self.rooms_bytes().saturating_add(numbers(&[self.architecture.parameters()]));
        let worker = own.saturating_add(numbers(&[squares]));
        let samples = forward.saturating_add(threads.saturating_mul(vectors));
        self.kept_bytes()
            .div_ceil(self.batches as u64)
            .saturating_add(samples.saturating_mul(self.samples as u64))
            .saturating_add(self.pair_bytes().saturating_mul(self.round() as u64))
            .saturating_add(self.handles_bytes())
            .saturating_add(worker.saturating_mul(threads))
    }

    /// Those of the vectors themselves, beside the numbers that they hold: of every tile some six a layer, and of each worker
    /// seven a block and six a layer more.
    fn handles_bytes(&self) -> u64 {
        let (layers, tiles) = (self.sizes.layers(), self.samples.div_ceil(self.tile.max(1)));
        let blocks = pairs_of_layers(layers).count();
        let vectors = 6 * layers + self.threads * (7 * blocks + 6 * layers);
        (tiles as u64).saturating_mul((vectors * size_of::<Vec<f64>>()) as u64)
    }

    /// Those of what belongs to units, if all of it is there at once.
    pub(super) fn kept_bytes(&self) -> u64 {
        self.per_sample().units.saturating_mul(self.samples as u64).saturating_add(self.sums_bytes())
    }

    /// Those of the matrices of a pair of tiles: two a layer for all, and of each worker one a layer and two more.
    pub(super) fn pair_bytes(&self) -> u64 {
        let layers = self.sizes.layers();
        numbers(&[self.tile, self.tile, 2 * layers + self.threads * (layers + 1)])
    }

    fn per_sample(&self) -> PerSample {
        let sizes = &self.sizes;
        let mut each = PerSample::default();
        let add = |sum: &mut u64, count: &[usize]| *sum = sum.saturating_add(numbers(count));
        for l in 0..sizes.layers() {
            let (inputs, outputs) = (sizes.inputs(l), sizes.outputs(l));
            add(&mut each.forward, &[inputs + 5 * outputs]);
            add(&mut each.vectors, &[if l > 0 { inputs } else { 0 } + outputs]);
            add(&mut each.vectors, &[2, if l < sizes.hidden() { outputs } else { outputs.div_ceil(2) }]);
        }
        let last = sizes.outputs(sizes.hidden());
        add(&mut each.forward, &[last, last + 2]);
        // Share and loss.
        add(&mut each.forward, &[2]);
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (units, pairs) = (sizes.units(m, l), self.routes[at(m, l)].is_by_pairs());
            let hidden = usize::from(m < sizes.hidden());
            // K and what it is half of, or J and its derivative; A; the derivatives by K.
            let features = 1 + if m == l { hidden } else { 2 * hidden };
            add(
                &mut each.units,
                &[units, features + usize::from(keeps_derivative(sizes, m, l)) + usize::from(pairs)],
            );
            add(&mut each.vectors, &[sizes.outputs(m), usize::from(pairs && m > l)]);
            add(&mut each.vectors, &[2, sizes.outputs(l), usize::from(pairs && m == l + 1)]);
        }
        each
    }

    /// The rooms of a worker.
    fn rooms_bytes(&self) -> u64 {
        let (sizes, tile) = (&self.sizes, self.tile);
        let share = |units: usize| units.div_ceil(self.threads * self.batches);
        let last = sizes.outputs(sizes.hidden());
        let (mut rooms, mut path, mut known) = ([0; 6], [0; 2], 0);
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (outputs, route) = (sizes.outputs(m), self.routes[at(m, l)]);
            rooms.iter_mut().zip(self.rooms_of(m, l)).for_each(|(room, of)| *room = of.max(*room));
            let of_path = [outputs.max(sizes.inputs(m)), share(sizes.units(sizes.hidden(), l))];
            path.iter_mut().zip(of_path).for_each(|(room, of)| *room = of.max(*room));
            known += if route.is_by_pairs() { 0 } else { share(sizes.units(m, l)) };
        }
        let all = rooms.iter().map(|&room| numbers(&[room])).fold(0, u64::saturating_add);
        all.saturating_add(numbers(&[tile, 6 * path[0] + 2 * path[1] + last * last + 1 + known]))
    }

    /// The rooms that a worker needs for a block.
    fn rooms_of(&self, m: usize, l: usize) -> [usize; 6] {
        let (sizes, tile) = (&self.sizes, self.tile);
        let (outputs, inputs, pairs) = (sizes.outputs(m), sizes.augmented(l), sizes.input_pairs(m, l));
        let weighted = if self.by_units { outputs } else { 0 };
        let (d, zz) = (tile * outputs, tile * pairs);
        match (self.routes[at(m, l)], m - l) {
            (LayerRoute::Parameters, 0) => [zz, tile * inputs, zz, pairs * weighted, 0, 0],
            (LayerRoute::Parameters, 1) => [zz, tile * inputs, zz.max(d), pairs * weighted, d, d],
            (LayerRoute::Parameters, _) => [zz, tile * inputs, zz, pairs * weighted, zz, 0],
            (LayerRoute::Inputs, _) => {
                [d.max(tile * inputs), d.max(inputs * weighted), d.max(tile * inputs), d, 0, 0]
            }
            (LayerRoute::Pairs, 1) => [d, d, d, d, 0, 0],
            (LayerRoute::Pairs, _) if apart(m, l) => {
                let pairs = tile * tile;
                [tile * weighted, d.max(pairs), pairs, pairs, pairs, 0]
            }
            (LayerRoute::Pairs, _) => [tile * weighted, d, 0, 0, 0, 0],
            (LayerRoute::Kernel, _) => [0; 6],
        }
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
