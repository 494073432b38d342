//! The workspace for a network of any depth, any loss and weighted samples: tiles of samples against each other.

use super::features::Features;
use super::forward::Forward;
use super::moments::LayerValues;
use super::partials::{Given, Partials};
use super::plan::LayerPlan;
use super::products::Products;
use super::sizes::at;
use super::sums::Sums;
use super::sweep::Sweep;
use super::weights::Weights;
use super::worker::{Room, Worker};
use crate::fast::share::{Rows, share};
use crate::fast::watch::{Watch, Watcher};
use crate::model::{Batch, Network};
use crate::terms::pairs_of_layers;

/// Buffers of all samples, and of the workers.
pub(super) struct Deep {
    tiles: Vec<Tile>,
    products: Vec<Products>,
    sums: Sums,
    by_sums: Sums,
    workers: Vec<Worker>,
}

/// A tile of samples.
struct Tile {
    forward: Forward,
    /// Empty where they are not kept.
    features: Features,
}

/// Consecutive items of a list, with the number of the first.
struct Items<'a, T> {
    start: usize,
    items: &'a mut [T],
}

impl<T: Send> Rows for Items<'_, T> {
    fn count(&self) -> usize {
        self.items.len()
    }
    fn split(self, at: usize) -> (Self, Self) {
        let Items { start, items } = self;
        let (first, second) = items.split_at_mut(at);
        (Items { start, items: first }, Items { start: start + at, items: second })
    }
}

impl Deep {
    pub fn new(plan: &LayerPlan) -> Self {
        let (sizes, routes) = (&plan.sizes, &plan.routes);
        let starts = (0..plan.samples).step_by(plan.tile);
        let tile = |start: usize| {
            let rows = start..(start + plan.tile).min(plan.samples);
            let features =
                if plan.keep { Features::new(sizes, routes, rows.len()) } else { Features::default() };
            Tile { forward: Forward::new(sizes, rows), features }
        };
        let tiles: Vec<Tile> = starts.map(tile).collect();
        let products = |tile: &Tile| match plan.keep {
            true => Products::new(sizes, routes, tile.forward.count()),
            false => Products::default(),
        };
        Deep {
            products: tiles.iter().map(products).collect(),
            tiles,
            sums: Sums::new(sizes, routes),
            by_sums: Sums::new(sizes, routes),
            workers: (0..plan.threads).map(|_| Worker::new(plan)).collect(),
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
        self.forward(plan, network, batch, false);
        self.gather(plan, values);
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
        self.forward(plan, network, batch, true);
        let watch = Watch::new(watcher, self.tiles.len());
        self.pairs(plan, network, &watch);
        self.gather(plan, values);
        !watch.stopped()
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
        if weights.any() {
            self.by_sums.set_weighted(&plan.sizes, &self.sums, &weights.kappa);
        }
        self.back(plan, network, weights, loss);
        out.fill(0.0);
        self.workers.iter().for_each(|worker| worker.gradient.add_to(out));
    }

    /// Everything that comes before the pairs.
    fn forward(&mut self, plan: &LayerPlan, network: &Network<f64>, batch: &Batch<f64>, with_sums: bool) {
        let Deep { tiles, sums, workers, .. } = self;
        let (sizes, loss) = (&plan.sizes, plan.loss);
        let total = batch.weights.as_ref().map_or(plan.samples as f64, |weights| weights.sum());
        workers.iter_mut().for_each(Worker::clear);
        share(Items { start: 0, items: tiles }, 1, workers, &|tiles: Items<Tile>, worker: &mut Worker| {
            for Tile { forward, features } in tiles.items {
                forward.fill(sizes, network, loss, batch, 1.0 / total);
                let Worker { features: own, sums, room, trace, .. } = worker;
                let features = if plan.keep { features } else { own };
                features.fill(sizes, network, forward);
                if with_sums {
                    sums.add(sizes, forward, features, &mut room.scratch);
                }
                add_traces(plan, forward, features, trace);
                worker.loss += forward.loss;
            }
        });
        sums.clear();
        for worker in workers.iter_mut() {
            for (sum, own) in sums.all().zip(worker.sums.all()) {
                sum.iter_mut().zip(own.iter()).for_each(|(sum, own)| *sum += own);
            }
        }
        if with_sums {
            sums.close(sizes);
        }
    }

    /// The sums over pairs of samples.
    fn pairs(&mut self, plan: &LayerPlan, network: &Network<f64>, watch: &Watch) {
        let Deep { tiles, products, sums, workers, .. } = self;
        let job = Job { plan, network, tiles, sums };
        let work = |products: Items<Products>, worker: &mut Worker| {
            for (index, kept) in (products.start..).zip(products.items) {
                let Worker { features, products, room, squared, .. } = worker;
                let products = if plan.keep { kept } else { products };
                let own = job.features(index, features);
                job.fill_products(index, own, products, room);
                let tile = (&job.tiles[index].forward, own);
                products.add_squares(&plan.sizes, &plan.routes, tile, squared);
                if plan.kernel() {
                    let last = plan.sizes.hidden() - 1;
                    squared[at(last, last)][0] += job.square_by_kernel(index, own, room);
                }
                if !watch.done() {
                    return;
                }
            }
        };
        share(Items { start: 0, items: products }, 1, workers, &work);
    }

    /// The values from what the workers summed.
    fn gather(&mut self, plan: &LayerPlan, values: &mut LayerValues) {
        let Deep { sums, workers, .. } = self;
        let sizes = &plan.sizes;
        values.loss = workers.iter().map(|worker| worker.loss).sum();
        for l in 0..sizes.layers() {
            let of = |i: usize| workers.iter().map(|worker| worker.trace[l][i]).sum::<f64>();
            values.layers.trace[l] = (0..sizes.outputs(l)).map(of).sum();
            if let Some(units) = &mut values.units {
                units.trace[l].iter_mut().enumerate().for_each(|(i, trace)| *trace = of(i));
            }
        }
        for (m, l) in pairs_of_layers(sizes.layers()) {
            let (index, units) = (at(m, l), sizes.units(m, l));
            let (first, others) = workers.split_at_mut(1);
            let squared = &mut first[0].squared[index];
            for worker in others.iter() {
                squared.iter_mut().zip(&worker.squared[index]).for_each(|(sum, own)| *sum += own);
            }
            for row in sums.blocks[index].chunks(units) {
                squared.iter_mut().zip(row).for_each(|(sum, h)| *sum += h * h);
            }
            values.layers.squared[m][l] = squared.iter().sum();
            if let Some(all) = &mut values.units {
                let width = sizes.outputs(l);
                for (entry, value) in squared.iter().enumerate() {
                    all.squared[m][l][(entry / width, entry % width)] = *value;
                }
            }
        }
    }

    /// The gradient of the weighted moments, and of the loss with its share, in the workers' sums.
    fn back(&mut self, plan: &LayerPlan, network: &Network<f64>, weights: &Weights, loss: f64) {
        let Deep { tiles, products, sums, by_sums, workers } = self;
        let sizes = &plan.sizes;
        let given = Given { sizes, routes: &plan.routes, weights, sums, by_sums };
        let job = Job { plan, network, tiles, sums };
        let by_pairs = weights.any();
        for worker in workers.iter_mut() {
            worker.gradient.clear();
            if plan.kernel() {
                worker.room.kernel.clear(sizes);
            }
        }
        let work = |products: Items<Products>, worker: &mut Worker| {
            for (index, kept) in (products.start..).zip(products.items) {
                let Worker { features, products, room, partials, gradient, .. } = worker;
                let tile = &job.tiles[index].forward;
                let own = job.features(index, features);
                if by_pairs {
                    if !plan.keep {
                        job.fill_products(index, own, products, room);
                    }
                    let products = if plan.keep { &*kept } else { products };
                    partials.begin(given, (tile, own), products, &mut room.scratch);
                    job.add_pairs(index, own, given, partials, room);
                } else {
                    partials.begin_traces(given, (tile, own));
                }
                partials.finish(sizes, tile);
                let scratch = &mut room.scratch;
                Sweep { sizes, network, loss: plan.loss, tile, own, by: partials, gradient, scratch }
                    .run(loss);
            }
            if plan.kernel() && by_pairs {
                let out = &mut worker.gradient.w[sizes.hidden()];
                worker.room.kernel.add_to_weights(sizes, network, out);
            }
        };
        share(Items { start: 0, items: products }, 1, workers, &work);
    }
}

/// What all workers look at.
#[derive(Clone, Copy)]
struct Job<'a> {
    plan: &'a LayerPlan,
    network: &'a Network<f64>,
    tiles: &'a [Tile],
    sums: &'a Sums,
}

impl<'a> Job<'a> {
    /// The features of a tile: those that are kept, or made anew.
    fn features<'b>(&self, index: usize, own: &'b mut Features) -> &'b Features
    where
        'a: 'b,
    {
        let tile = &self.tiles[index];
        if self.plan.keep {
            return &tile.features;
        }
        own.fill(&self.plan.sizes, self.network, &tile.forward);
        own
    }

    /// The products of a tile with all samples.
    fn fill_products(&self, index: usize, own: &Features, products: &mut Products, room: &mut Room) {
        let Job { plan: LayerPlan { sizes, routes, .. }, tiles, sums, .. } = *self;
        let tile = &tiles[index].forward;
        products.begin(sizes, routes, tile, sums, &mut room.scratch[0]);
        for (other, chunk) in tiles.iter().enumerate() {
            let features = self.features(other, &mut room.other);
            room.pair.fill(sizes, tile, &chunk.forward);
            products.add(sizes, routes, (tile, own), (&chunk.forward, features), &mut room.pair);
        }
    }

    /// The squared norm of the block of the kernel route, as far as a tile has part in it.
    fn square_by_kernel(&self, index: usize, own: &Features, room: &mut Room) -> f64 {
        let Job { plan: LayerPlan { sizes, .. }, tiles, network, .. } = *self;
        let (tile, last) = (&tiles[index].forward, sizes.hidden() - 1);
        room.kernel.begin(sizes, network, tile, own);
        let mut sum = 0.0;
        for (other, chunk) in tiles.iter().enumerate() {
            let features = self.features(other, &mut room.other);
            room.pair.fill(sizes, tile, &chunk.forward);
            room.pair.set_squares(&chunk.forward, last, 1.0);
            let chunk = (&chunk.forward, features);
            sum += room.kernel.add(sizes, tile, chunk, &mut room.pair, false);
        }
        sum
    }

    /// The partial derivatives that the pairs of a tile with all samples give.
    fn add_pairs(
        &self,
        index: usize,
        own: &Features,
        given: Given,
        partials: &mut Partials,
        room: &mut Room,
    ) {
        let Job { plan, tiles, network, .. } = *self;
        let (sizes, tile) = (&plan.sizes, &tiles[index].forward);
        if plan.kernel() {
            room.kernel.begin(sizes, network, tile, own);
        }
        for (other, chunk) in tiles.iter().enumerate() {
            let features = self.features(other, &mut room.other);
            let Room { pair, kernel, .. } = room;
            pair.fill(sizes, tile, &chunk.forward);
            partials.add(given, (tile, own), (&chunk.forward, features), pair);
            if plan.kernel() {
                partials.add_by_kernel(given, tile, (&chunk.forward, features), pair, kernel);
            }
            partials.add_inputs(sizes, tile, &chunk.forward, pair);
        }
        if plan.kernel() {
            room.kernel.finish(sizes, network, tile, own, partials);
        }
    }
}

/// Adds `omega K_ii |zt|^2` of each unit.
fn add_traces(plan: &LayerPlan, tile: &Forward, features: &Features, traces: &mut [Vec<f64>]) {
    for (l, traces) in traces.iter_mut().enumerate() {
        let (inputs, outputs) = (plan.sizes.inputs(l), plan.sizes.outputs(l));
        for (n, share) in tile.share.iter().enumerate() {
            let z = &tile.z[l][n * inputs..(n + 1) * inputs];
            let square = z.iter().map(|z| z * z).sum::<f64>() + plan.sizes.bias(l) as f64;
            let k = &features.k[at(l, l)][n * outputs * outputs..(n + 1) * outputs * outputs];
            for (trace, k) in traces.iter_mut().zip(k.iter().step_by(outputs + 1)) {
                *trace += share * square * k;
            }
        }
    }
}
