//! The workspace for a network of any depth, any loss and weighted samples: every worker has units of its own, and all of them look at
//! tiles of samples against each other.

use super::back::Back;
use super::forward::Forward;
use super::gather::gather;
use super::given::Given;
use super::items::Items;
use super::kernel::Extent;
use super::moments::LayerValues;
use super::partials::Partials;
use super::plan::LayerPlan;
use super::products::Products;
use super::round::{Pair, pairs_of_tiles};
use super::sizes::at;
use super::units::Units;
use super::weights::Weights;
use super::worker::{Worker, most_entries};
use crate::fast::share::{Span, share, within_the_pool};
use crate::fast::watch::{Watch, Watcher};
use crate::model::{Batch, Network};

/// Buffers of all samples, and of the workers.
pub(super) struct Deep {
    tiles: Vec<Forward>,
    /// Pairs of tiles, as many as there is room for at once, and which round of them it is.
    pairs: Vec<Pair>,
    round: Option<usize>,
    /// Of each worker the units, in batches that are dealt with one after the other.
    units: Vec<Vec<Units>>,
    workers: Vec<Worker>,
    /// Of each worker, of each tile.
    partials: Vec<Vec<Partials>>,
}

/// What a call is about.
#[derive(Clone, Copy)]
struct Call<'a> {
    plan: &'a LayerPlan,
    network: &'a Network<f64>,
    weights: Option<&'a Weights>,
    batch: usize,
}

impl Deep {
    pub fn new(plan: &LayerPlan) -> Self {
        let sizes = &plan.sizes;
        let starts = (0..plan.samples).step_by(plan.tile);
        let tile = |start: usize| Forward::new(sizes, start..(start + plan.tile).min(plan.samples));
        let tiles: Vec<Forward> = starts.map(tile).collect();
        let units = plan.units();
        let partials = |batches: &Vec<Units>| -> Vec<Partials> {
            let most = |m, l| most_entries(batches, sizes, m, l);
            tiles.iter().map(|tile| Partials::new(sizes, &most, tile.count())).collect()
        };
        Deep {
            pairs: (0..plan.round()).map(|_| Pair::default()).collect(),
            round: None,
            partials: units.iter().map(partials).collect(),
            workers: units.iter().map(|batches| Worker::new(plan, batches, &tiles)).collect(),
            units,
            tiles,
        }
    }

    /// Computes the loss and the traces alone, without pairs of samples. The squared norms are 0 then, and no gradient of theirs can be
    /// asked for.
    pub fn differentiate_traces(
        &mut self,
        plan: &LayerPlan,
        network: &Network<f64>,
        batch: &Batch<f64>,
        values: &mut LayerValues,
    ) {
        self.forward(plan, network, batch);
        for batch in 0..plan.batches {
            let call = Call { plan, network, weights: None, batch };
            self.each(call, |worker, given| {
                worker.open(given);
                worker.add_values(given);
                worker.products.iter_mut().for_each(Products::clear);
            });
        }
        gather(&plan.sizes, &mut self.workers, values);
    }

    /// Computes loss and moments; whether the watcher let it come to the end.
    pub fn differentiate(
        &mut self,
        plan: &LayerPlan,
        network: &Network<f64>,
        batch: &Batch<f64>,
        values: &mut LayerValues,
        watcher: Watcher,
    ) -> bool {
        within_the_pool(plan.threads, || self.differentiate_there(plan, network, batch, values, watcher))
    }

    /// The gradient of the weighted moments, and of the loss with its share, in `out`.
    pub fn gradient(
        &mut self,
        plan: &LayerPlan,
        network: &Network<f64>,
        weights: &Weights,
        loss: f64,
        out: &mut [f64],
    ) {
        within_the_pool(plan.threads, || self.gradient_there(plan, network, weights, loss));
        out.fill(0.0);
        self.workers.iter().for_each(|worker| worker.gradient.add_to(out));
    }

    fn differentiate_there(
        &mut self,
        plan: &LayerPlan,
        network: &Network<f64>,
        batch: &Batch<f64>,
        values: &mut LayerValues,
        watcher: Watcher,
    ) -> bool {
        self.forward(plan, network, batch);
        let watch = Watch::new(watcher, plan.steps());
        for batch in 0..plan.batches {
            let call = Call { plan, network, weights: None, batch };
            self.each(call, |worker, given| {
                worker.open(given);
                worker.add_values(given);
            });
            if !self.meet(call, Some(&watch)) {
                return false;
            }
        }
        if plan.kernel() {
            self.kernel(plan, network);
        }
        gather(&plan.sizes, &mut self.workers, values);
        plan.by_pairs() || watch.done()
    }

    fn gradient_there(&mut self, plan: &LayerPlan, network: &Network<f64>, weights: &Weights, loss: f64) {
        let by_pairs = plan.by_pairs() && weights.any();
        for worker in &mut self.workers {
            worker.gradient.clear();
            if !plan.keeps_products() {
                worker.products.iter_mut().for_each(Products::clear);
            }
        }
        let all = self.partials.iter_mut().flatten();
        all.flat_map(Partials::vectors).for_each(|by| by.fill(0.0));
        for batch in 0..plan.batches {
            let call = Call { plan, network, weights: Some(weights), batch };
            if plan.batches > 1 {
                self.each(call, |worker, given| worker.open(given));
            }
            if by_pairs && !plan.keeps_products() {
                self.meet(call, None);
            }
            self.each_with_partials(call, |worker, given, by| worker.begin_partials(given, by));
            if by_pairs {
                self.rounds(plan, |deep, pairs| {
                    deep.each_with_partials(call, |worker, given, by| worker.meet_again(given, pairs, by));
                    true
                });
            }
            self.each_with_partials(call, |worker, given, by| worker.sweep(given, by));
        }
        let call = Call { plan, network, weights: Some(weights), batch: 0 };
        self.each_with_partials(call, |worker, given, by| worker.finish(given, by));
        self.back(call, loss);
    }

    /// Everything that belongs to single samples.
    fn forward(&mut self, plan: &LayerPlan, network: &Network<f64>, batch: &Batch<f64>) {
        let Deep { tiles, workers, round, .. } = self;
        let total = batch.weights.as_ref().map_or(plan.samples as f64, |weights| weights.sum());
        workers.iter_mut().for_each(Worker::clear);
        share(Items::all(tiles), 1, workers, &|tiles: Items<Forward>, worker: &mut Worker| {
            for tile in tiles.items {
                tile.fill(&plan.sizes, network, plan.loss, batch, 1.0 / total);
                worker.loss += tile.loss;
            }
        });
        *round = None;
    }

    /// The sums over pairs; whether the watcher let it come to the end.
    fn meet(&mut self, call: Call, watch: Option<&Watch>) -> bool {
        if !call.plan.by_pairs() {
            return true;
        }
        let all = self.rounds(call.plan, |deep, pairs| {
            deep.each(call, |worker, given| worker.meet(given, pairs, watch));
            watch.is_none_or(|watch| !watch.stopped())
        });
        self.each(call, |worker, given| worker.add_by_inputs(given));
        all
    }

    /// Does the work for all pairs of tiles, a round after the other, until it says no; whether it did not.
    fn rounds(&mut self, plan: &LayerPlan, mut work: impl FnMut(&mut Self, &[Pair]) -> bool) -> bool {
        let all = pairs_of_tiles(self.tiles.len()).count();
        for (round, start) in (0..all).step_by(self.pairs.len().max(1)).enumerate() {
            let mut pairs = std::mem::take(&mut self.pairs);
            let length = pairs.len().min(all - start);
            if self.round != Some(round) {
                self.set(plan, start, &mut pairs[..length]);
                self.round = Some(round);
            }
            let go_on = work(self, &pairs[..length]);
            self.pairs = pairs;
            if !go_on {
                return false;
            }
        }
        true
    }

    /// Sets consecutive pairs of tiles.
    fn set(&mut self, plan: &LayerPlan, start: usize, pairs: &mut [Pair]) {
        let Deep { tiles, workers, .. } = self;
        share(Items::all(pairs), 1, workers, &|pairs: Items<Pair>, _: &mut Worker| {
            let which = pairs_of_tiles(tiles.len()).skip(start + pairs.start);
            pairs.items.iter_mut().zip(which).for_each(|(pair, which)| pair.set(&plan.sizes, tiles, which));
        });
    }

    /// The square of the block by the kernel.
    fn kernel(&mut self, plan: &LayerPlan, network: &Network<f64>) {
        let Deep { tiles, workers, .. } = self;
        let (extent, last) = (Extent::of(&plan.sizes, network, tiles), plan.sizes.hidden() - 1);
        share(Span(0..tiles.len()), 1, workers, &|rows: Span, worker: &mut Worker| {
            for tile in &tiles[rows.0] {
                worker.squared[at(last, last)][0] += worker.kernel.square(extent, tile);
            }
        });
    }

    /// The way back through the samples, with what all workers have for them.
    fn back(&mut self, call: Call, loss: f64) {
        let Deep { tiles, workers, partials, units, .. } = self;
        let Call { plan, network, .. } = call;
        let sizes = &plan.sizes;
        let by_kernel = plan.kernel().then(|| {
            let last = sizes.hidden() - 1;
            (Extent::of(sizes, network, tiles), call.given(tiles, &units[0][0]).factor(last, last))
        });
        if let Some((extent, _)) = by_kernel {
            workers.iter_mut().for_each(|worker| worker.kernel.clear(extent));
        }
        let (first, others) = partials.split_at_mut(1);
        share(Items::all(&mut first[0]), 1, workers, &|by: Items<Partials>, worker: &mut Worker| {
            let Worker { kernel, gradient, rooms, .. } = worker;
            for (index, by) in (by.start..).zip(by.items) {
                let tile = &tiles[index];
                others.iter().for_each(|other| by.add_vectors(&other[index]));
                if let Some((extent, factor)) = by_kernel {
                    kernel.add_partials(extent, tile, factor, plan.loss, by);
                }
                Back { sizes, network, tile, by, gradient, scratch: &mut rooms.scratch }.run(loss);
            }
            if let Some((extent, _)) = by_kernel {
                kernel.add_to_weights(extent, &mut gradient.w[sizes.hidden()]);
            }
        });
    }

    /// Every worker does it with its units.
    fn each(&mut self, call: Call, work: impl Fn(&mut Worker, Given) + Sync) {
        let Deep { tiles, units, workers, .. } = self;
        share(Span(0..units.len()), 1, workers, &|own: Span, worker: &mut Worker| {
            work(worker, call.given(tiles, &units[own.0.start][call.batch]));
        });
    }

    /// Same as [`each`](Deep::each), with room for partial derivatives.
    fn each_with_partials(&mut self, call: Call, work: impl Fn(&mut Worker, Given, &mut [Partials]) + Sync) {
        let Deep { tiles, units, workers, partials, .. } = self;
        share(Items::all(partials), 1, workers, &|own: Items<Vec<Partials>>, worker: &mut Worker| {
            work(worker, call.given(tiles, &units[own.start][call.batch]), &mut own.items[0]);
        });
    }
}

impl<'a> Call<'a> {
    fn given(&self, tiles: &'a [Forward], units: &'a Units) -> Given<'a> {
        let Call { plan, network, weights, .. } = *self;
        Given { plan, network, tiles, units, weights }
    }
}
