//! The workspace at any depth.

use super::features::Features;
use super::forward::Forward;
use super::moments::{LayerMoments, LayerValues};
use super::objective::{LayerObjective, NoLayerGradient};
use super::partials::Given;
use super::plan::LayerPlan;
use super::products::Products;
use super::sizes::at;
use super::sums::Sums;
use super::sweep::Sweep;
use super::weights::Weights;
use super::worker::Worker;
use crate::fast::FastError;
use crate::fast::share::{Rows, share};
use crate::model::{Batch, Network};
use crate::number::{Matrix, Vector};
use crate::terms::OutputLoss;
use crate::terms::pairs_of_layers;
use crate::terms::partition::UnitMoments;

/// Computes loss, moments and gradients of a network of any depth under any loss.
///
/// ```
/// use hsr::fast::{LayerObjective, LayerPlan, LayerWorkspace};
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use nalgebra::dmatrix;
///
/// let layers = Layers(vec![
///     Layer { w: dmatrix![0.3, -0.2; 0.1, 0.4], b: None },
///     Layer { w: dmatrix![0.5, -0.3], b: None },
///     Layer { w: dmatrix![0.7], b: None },
/// ]);
/// let network = Network::new(layers, vec![Activation::Tanh, Activation::Silu])?;
/// let batch = Batch::for_loss(dmatrix![1.0, 2.0; -0.5, 0.3], dmatrix![0.2; -1.0], Loss::Squared)?;
///
/// let plan = LayerPlan::new(&network.architecture(), Loss::Squared, batch.samples(), 1, false)?;
/// let mut workspace = LayerWorkspace::new(plan);
/// workspace.differentiate(&network, &batch)?;
/// let mut gradient = vec![0.0; 7];
/// let found = workspace.gradient(&network, &batch, 0.0, Some((LayerObjective::Upper, 1.0)), &mut gradient)?;
/// println!("{} has the gradient {gradient:?}", found.penalty);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LayerWorkspace {
    plan: LayerPlan,
    tiles: Vec<Tile>,
    products: Vec<Products>,
    sums: Sums,
    by_sums: Sums,
    weights: Weights,
    workers: Vec<Worker>,
    values: LayerValues,
    differentiated: bool,
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

/// What a gradient was taken of.
#[derive(Clone, Debug, PartialEq)]
pub struct Penalised {
    /// The loss.
    pub loss: f64,
    /// The objective, without its strength; 0 where none was asked for.
    pub penalty: f64,
    /// Why the objective has no gradient here, if it has none: then that of the loss alone was taken.
    pub flat: Option<NoLayerGradient>,
}

impl LayerWorkspace {
    /// Allocates the buffers for a plan.
    pub fn new(plan: LayerPlan) -> Self {
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
        LayerWorkspace {
            products: tiles.iter().map(products).collect(),
            tiles,
            sums: Sums::new(sizes, routes),
            by_sums: Sums::new(sizes, routes),
            weights: Weights::new(sizes),
            workers: (0..plan.threads).map(|_| Worker::new(&plan)).collect(),
            values: empty_values(&plan),
            differentiated: false,
            plan,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &LayerPlan {
        &self.plan
    }

    /// Computes loss and moments.
    ///
    /// # Errors
    /// [`FastError`] for a network and data of other sizes.
    pub fn evaluate(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
    ) -> Result<&LayerValues, FastError> {
        self.differentiate(network, batch)
    }

    /// Computes loss and moments, and all that [`gradient`](LayerWorkspace::gradient) needs.
    ///
    /// # Errors
    /// [`FastError`] for a network and data of other sizes.
    pub fn differentiate(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
    ) -> Result<&LayerValues, FastError> {
        network.check_fit(batch, self.plan.loss)?;
        self.differentiated = false;
        self.forward(network, batch);
        self.pairs(network);
        self.gather();
        self.differentiated = true;
        Ok(&self.values)
    }

    /// The loss and the moments of the last call of [`evaluate`](LayerWorkspace::evaluate) or
    /// [`differentiate`](LayerWorkspace::differentiate).
    pub fn values(&self) -> &LayerValues {
        &self.values
    }

    /// Computes `loss` times the gradient of the loss and, with an objective and its strength, strength times the gradient of the
    /// objective, in `out`: order `W1, b1, W2, ..`, row-major.
    ///
    /// It is the gradient at the point of the last call of [`differentiate`](LayerWorkspace::differentiate), whose network and batch are
    /// given again. It may be asked for several times, for several objectives.
    ///
    /// # Errors
    /// [`FastError`] where there was no such call, or for a buffer of another length than `D`. That an objective has no gradient is no
    /// error: [`Penalised::flat`] says so.
    pub fn gradient(
        &mut self,
        network: &Network<f64>,
        batch: &Batch<f64>,
        loss: f64,
        objective: Option<(LayerObjective, f64)>,
        out: &mut [f64],
    ) -> Result<Penalised, FastError> {
        network.check_fit(batch, self.plan.loss)?;
        let expected = self.plan.architecture.parameters();
        if out.len() != expected {
            return Err(FastError::Buffer { expected, found: out.len() });
        }
        if !self.differentiated {
            return Err(FastError::NotDifferentiated);
        }
        let mut penalised = Penalised { loss: self.values.loss, penalty: 0.0, flat: None };
        self.weights.clear();
        if let Some((objective, strength)) = objective {
            let (value, shares) = objective.shares(&self.values);
            penalised.penalty = value;
            match shares {
                Ok(shares) => self.weights.set(&shares, strength),
                Err(flat) => penalised.flat = Some(flat),
            }
        }
        self.by_sums.set_weighted(&self.plan.sizes, &self.sums, &self.weights.kappa);
        self.back(network, loss);
        out.fill(0.0);
        self.workers.iter().for_each(|worker| worker.gradient.add_to(out));
        Ok(penalised)
    }

    /// Everything that comes before the pairs.
    fn forward(&mut self, network: &Network<f64>, batch: &Batch<f64>) {
        let LayerWorkspace { plan, tiles, sums, workers, .. } = self;
        let (sizes, loss) = (&plan.sizes, plan.loss);
        let total = batch.weights.as_ref().map_or(plan.samples as f64, |weights| weights.sum());
        workers.iter_mut().for_each(Worker::clear);
        share(Items { start: 0, items: tiles }, 1, workers, &|tiles: Items<Tile>, worker: &mut Worker| {
            for Tile { forward, features } in tiles.items {
                forward.fill(sizes, network, loss, batch, 1.0 / total);
                let Worker { features: [own, _], sums, scratch, trace, .. } = worker;
                let features = if plan.keep { features } else { own };
                features.fill(sizes, network, forward);
                sums.add(sizes, forward, features, scratch);
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
        sums.close(sizes);
    }

    /// The sums over pairs of samples.
    fn pairs(&mut self, network: &Network<f64>) {
        let LayerWorkspace { plan, tiles, products, sums, workers, .. } = self;
        let (tiles, sums) = (&*tiles, &*sums);
        let work = |products: Items<Products>, worker: &mut Worker| {
            for (index, kept) in (products.start..).zip(products.items) {
                let Worker { features: [own, other], products, pair, scratch, squared, .. } = worker;
                let products = if plan.keep { kept } else { products };
                let own = plan.features(network, &tiles[index], own);
                fill_products(
                    plan,
                    network,
                    (tiles, index),
                    own,
                    other,
                    sums,
                    products,
                    pair,
                    &mut scratch[0],
                );
                products.add_squares(&plan.sizes, &plan.routes, (&tiles[index].forward, own), squared);
            }
        };
        share(Items { start: 0, items: products }, 1, workers, &work);
    }

    /// The values from what the workers summed.
    fn gather(&mut self) {
        let LayerWorkspace { plan, sums, workers, values, .. } = self;
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
    fn back(&mut self, network: &Network<f64>, loss: f64) {
        let LayerWorkspace { plan, tiles, products, sums, by_sums, weights, workers, .. } = self;
        let (sizes, routes, tiles, sums) = (&plan.sizes, &plan.routes[..], &*tiles, &*sums);
        let given = Given { sizes, routes, weights, sums, by_sums };
        workers.iter_mut().for_each(|worker| worker.gradient.clear());
        let work = |products: Items<Products>, worker: &mut Worker| {
            for (index, kept) in (products.start..).zip(products.items) {
                let Worker { features: [own, other], products, pair, scratch, partials, gradient, .. } =
                    worker;
                let tile = &tiles[index].forward;
                let own = plan.features(network, &tiles[index], own);
                let products = if plan.keep {
                    &*kept
                } else {
                    fill_products(
                        plan,
                        network,
                        (tiles, index),
                        own,
                        other,
                        sums,
                        products,
                        pair,
                        &mut scratch[0],
                    );
                    products
                };
                partials.begin(given, (tile, own), products, scratch);
                if given.weights.any() {
                    for chunk in tiles {
                        let other = plan.features(network, chunk, other);
                        pair.fill(sizes, tile, &chunk.forward);
                        partials.add(given, (tile, own), (&chunk.forward, other), pair);
                    }
                }
                partials.finish(sizes, tile);
                Sweep { sizes, network, loss: plan.loss, tile, own, by: partials, gradient, scratch }
                    .run(loss);
            }
        };
        share(Items { start: 0, items: products }, 1, workers, &work);
    }
}

impl LayerPlan {
    /// The features of a tile: those that are kept, or made anew.
    fn features<'a>(&self, network: &Network<f64>, tile: &'a Tile, own: &'a mut Features) -> &'a Features {
        if self.keep {
            return &tile.features;
        }
        own.fill(&self.sizes, network, &tile.forward);
        own
    }
}

/// The products of a tile with all samples.
#[allow(clippy::too_many_arguments, reason = "buffers of a worker, each borrowed for itself")]
fn fill_products(
    plan: &LayerPlan,
    network: &Network<f64>,
    (tiles, index): (&[Tile], usize),
    own: &Features,
    other: &mut Features,
    sums: &Sums,
    products: &mut Products,
    pair: &mut super::products::Pair,
    scratch: &mut Vec<f64>,
) {
    let tile = &tiles[index].forward;
    products.begin(&plan.sizes, &plan.routes, tile, sums, scratch);
    for chunk in tiles {
        let other = plan.features(network, chunk, other);
        pair.fill(&plan.sizes, tile, &chunk.forward);
        products.add(&plan.sizes, &plan.routes, (tile, own), (&chunk.forward, other), pair);
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

fn empty_values(plan: &LayerPlan) -> LayerValues {
    let (architecture, ignores_shifts) = (plan.architecture.clone(), plan.loss.ignores_shifts());
    let layers = architecture.layers();
    let width = |l: usize| architecture.outputs_of(l);
    let units = plan.by_units.then(|| UnitMoments {
        architecture: architecture.clone(),
        ignores_shifts,
        trace: (0..layers).map(|l| Vector::zeros(width(l))).collect(),
        squared: (0..layers).map(|m| (0..=m).map(|l| Matrix::zeros(width(m), width(l))).collect()).collect(),
    });
    let layers = LayerMoments {
        ignores_shifts,
        trace: vec![0.0; layers],
        squared: (0..layers).map(|m| vec![0.0; m + 1]).collect(),
        architecture,
    };
    LayerValues { loss: 0.0, layers, units }
}
