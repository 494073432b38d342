//! The workspace for a network of any depth, any loss and weighted samples: tiles of samples against each other.

use super::features::Features;
use super::forward::Forward;
use super::moments::LayerValues;
use super::partials::Partials;
use super::plan::LayerPlan;
use super::products::{Given, Products};
use super::rows::{add_products_of_rows, add_scaled};
use super::sizes::{Sizes, at};
use super::sums::Sums;
use super::sweep::Sweep;
use super::weights::Weights;
use super::worker::{Room, Worker};
use crate::fast::share::{Rows, share};
use crate::fast::watch::{Watch, Watcher};
use crate::model::{Batch, Network};
use crate::number::Matrix;
use crate::terms::pairs_of_layers;

/// Buffers of all samples, and of the workers.
pub(super) struct Deep {
    tiles: Vec<Tile>,
    products: Vec<Products>,
    sums: Sums,
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
        let sizes = &plan.sizes;
        let starts = (0..plan.samples).step_by(plan.tile);
        let tile = |start: usize| {
            let rows = start..(start + plan.tile).min(plan.samples);
            let features = if plan.keep { Features::new(sizes, rows.len()) } else { Features::default() };
            Tile { forward: Forward::new(sizes, rows), features }
        };
        let tiles: Vec<Tile> = starts.map(tile).collect();
        let products = |tile: &Tile| match plan.keeps_products() {
            true => Products::new(plan, tile.forward.count()),
            false => Products::default(),
        };
        Deep {
            products: tiles.iter().map(products).collect(),
            tiles,
            sums: Sums::new(plan),
            workers: (0..plan.threads).map(|_| Worker::new(plan)).collect(),
        }
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
        self.forward(plan, network, batch);
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
        self.back(plan, network, weights, loss);
        out.fill(0.0);
        self.workers.iter().for_each(|worker| worker.gradient.add_to(out));
    }

    /// Everything that comes before the pairs.
    fn forward(&mut self, plan: &LayerPlan, network: &Network<f64>, batch: &Batch<f64>) {
        let Deep { tiles, sums, workers, .. } = self;
        let (sizes, loss) = (&plan.sizes, plan.loss);
        let total = batch.weights.as_ref().map_or(plan.samples as f64, |weights| weights.sum());
        workers.iter_mut().for_each(Worker::clear);
        share(Items { start: 0, items: tiles }, 1, workers, &|tiles: Items<Tile>, worker: &mut Worker| {
            for Tile { forward, features } in tiles.items {
                forward.fill(sizes, network, loss, batch, 1.0 / total);
                let Worker { features: own, sums, room, trace, .. } = worker;
                let features = if plan.keep { features } else { own };
                let more = &mut room.pair.more;
                features.fill(sizes, network, forward, more);
                sums.add(plan, forward, features, more);
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
    }

    /// The sums over pairs of samples.
    fn pairs(&mut self, plan: &LayerPlan, network: &Network<f64>, watch: &Watch) {
        let Deep { tiles, products, sums, workers, .. } = self;
        let job = Job { given: Given { plan, sums, weights: None }, network, tiles };
        let work = |products: Items<Products>, worker: &mut Worker| {
            for (index, kept) in (products.start..).zip(products.items) {
                let Worker { features, products, room, squared, .. } = worker;
                let products = if plan.keeps_products() { kept } else { products };
                let own = job.features(index, features, &mut room.pair.more);
                job.fill_products(index, own, products, squared, room);
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
            let index = at(m, l);
            let (first, others) = workers.split_at_mut(1);
            let squared = &mut first[0].squared[index];
            for worker in others.iter() {
                add_scaled(squared, 1.0, &worker.squared[index]);
            }
            if !sums.blocks[index].is_empty() {
                add_blocks(squared, sizes, (m, l), &sums.blocks[index]);
            }
            values.layers.squared[m][l] = squared.iter().sum();
            if let Some(all) = &mut values.units {
                set_units(&mut all.squared[m][l], sizes, (m, l), squared);
            }
        }
    }

    /// The gradient of the weighted moments, and of the loss with its share, in the workers' sums.
    fn back(&mut self, plan: &LayerPlan, network: &Network<f64>, weights: &Weights, loss: f64) {
        let Deep { tiles, products, sums, workers } = self;
        let sizes = &plan.sizes;
        let given = Given { plan, sums, weights: Some(weights) };
        let job = Job { given, network, tiles };
        let by_pairs = weights.any();
        for worker in workers.iter_mut() {
            worker.gradient.clear();
            if plan.kernel() {
                worker.room.kernel.clear(sizes);
            }
        }
        let work = |products: Items<Products>, worker: &mut Worker| {
            for (index, kept) in (products.start..).zip(products.items) {
                let Worker { features, products, room, partials, gradient, squared, .. } = worker;
                let tile = &job.tiles[index].forward;
                let own = job.features(index, features, &mut room.pair.more);
                if !plan.keeps_products() {
                    job.fill_products(index, own, products, squared, room);
                }
                let sums = if plan.keeps_products() { &*kept } else { products };
                partials.begin(given, (tile, own), sums, &mut room.pair.more);
                if by_pairs {
                    job.add_pairs(index, own, partials, room);
                }
                let path = &mut room.path;
                Sweep { given, network, tile, own, sums, by: partials, gradient, path }.run(loss);
            }
            if plan.kernel() {
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
    given: Given<'a>,
    network: &'a Network<f64>,
    tiles: &'a [Tile],
}

impl<'a> Job<'a> {
    /// The features of a tile: those that are kept, or made anew.
    fn features<'b>(&self, index: usize, own: &'b mut Features, more: &mut [Vec<f64>; 6]) -> &'b Features
    where
        'a: 'b,
    {
        let tile = &self.tiles[index];
        if self.given.plan.keep {
            return &tile.features;
        }
        own.fill(self.given.sizes(), self.network, &tile.forward, more);
        own
    }

    /// The products of a tile with all samples, and what they give the squares beyond the products with `K`.
    fn fill_products(
        &self,
        index: usize,
        own: &Features,
        products: &mut Products,
        squared: &mut [Vec<f64>],
        room: &mut Room,
    ) {
        let Job { given, tiles, .. } = *self;
        let tile = &tiles[index].forward;
        products.begin(given, (tile, own), squared, &mut room.pair.more);
        for (other, chunk) in tiles.iter().enumerate() {
            let Room { pair, other: anew, .. } = &mut *room;
            let features = self.features(other, anew, &mut pair.more);
            pair.fill(given.sizes(), tile, &chunk.forward);
            products.add(given, (tile, own), (&chunk.forward, features), squared, pair);
        }
    }

    /// The squared norm of the block of the kernel route, as far as a tile has part in it.
    fn square_by_kernel(&self, index: usize, own: &Features, room: &mut Room) -> f64 {
        let Job { given, tiles, network } = *self;
        let sizes = given.sizes();
        let (tile, last) = (&tiles[index].forward, sizes.hidden() - 1);
        room.kernel.begin(sizes, network, tile, own);
        let mut sum = 0.0;
        for (other, chunk) in tiles.iter().enumerate() {
            let Room { pair, kernel, other: anew, .. } = &mut *room;
            let features = self.features(other, anew, &mut pair.more);
            pair.fill(sizes, tile, &chunk.forward);
            pair.set_weight((last, last), 1.0);
            sum += kernel.add(sizes, tile, (&chunk.forward, features), pair, false);
        }
        sum
    }

    /// The partial derivatives that the pairs of a tile with all samples give.
    fn add_pairs(&self, index: usize, own: &Features, partials: &mut Partials, room: &mut Room) {
        let Job { given, tiles, network } = *self;
        let (plan, sizes, tile) = (given.plan, given.sizes(), &tiles[index].forward);
        if plan.kernel() {
            room.kernel.begin(sizes, network, tile, own);
        }
        for (other, chunk) in tiles.iter().enumerate() {
            let Room { pair, kernel, other: anew, .. } = &mut *room;
            let features = self.features(other, anew, &mut pair.more);
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
    let sizes = &plan.sizes;
    for (l, traces) in traces.iter_mut().enumerate() {
        let inputs = sizes.inputs(l);
        for (n, share) in tile.share.iter().enumerate() {
            let z = &tile.z[l][n * inputs..(n + 1) * inputs];
            let square = z.iter().map(|z| z * z).sum::<f64>() + sizes.bias(l) as f64;
            for (p, trace) in traces.iter_mut().enumerate() {
                let start = sizes.place((l, l), p, tile.count()).start;
                *trace += share * square * features.k[at(l, l)][start + n * sizes.columns(l, l, p)];
            }
        }
    }
}

/// Adds the squares of a block of the Hessian to those of its blocks of units.
fn add_blocks(squared: &mut [f64], sizes: &Sizes, (m, l): (usize, usize), block: &[f64]) {
    for p in 0..sizes.outputs(l) {
        let squared = &mut squared[sizes.entries((m, l), p)];
        let rows = &block[sizes.place((m, l), p, sizes.input_pairs(m, l))];
        add_products_of_rows(squared, rows, rows);
    }
}

/// Sets the squares of the blocks of units; those of two units of one layer stand for both orders.
fn set_units(out: &mut Matrix<f64>, sizes: &Sizes, (m, l): (usize, usize), squared: &[f64]) {
    for p in 0..sizes.outputs(l) {
        let entries = &squared[sizes.entries((m, l), p)];
        for (i, value) in entries.iter().enumerate() {
            if m != l {
                out[(i, p)] = *value;
            } else if i == 0 {
                out[(p, p)] = *value;
            } else {
                (out[(p + i, p)], out[(p, p + i)]) = (0.5 * value, 0.5 * value);
            }
        }
    }
}
