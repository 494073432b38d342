//! The workspace: value and gradient of the bound from buffers that are allocated once.

use super::adjoint::{AdjointRows, Adjoints};
use super::couplings::{CouplingRows, Couplings};
use super::error::{FastError, check_shape};
use super::features::Features;
use super::forward::Forward;
use super::plan::{Plan, Route};
use super::share::{Array, Rows, Span, pieces, share};
use super::sizes::Sizes;
use super::watch::{Watch, Watcher, each_tile};
use super::weights::Weights;
use super::worker::{Shared, Sums, Worker};
use super::{coupling, features, pairs, parameter, trace};
use crate::model::{Batch, ThreeLayer};
use crate::terms::bound::Moments;

/// The loss and the moments at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    /// Mean cross entropy.
    pub loss: f64,
    /// Trace and squared trace of the blocks.
    pub moments: Moments<f64>,
}

/// Computes loss, moments and their gradients from buffers that are allocated once: after the first call nothing is.
///
/// ```
/// use hsr::fast::{Objective, Plan, Workspace};
/// use hsr::model::{Activation, Batch, ThreeLayer, Parameters};
/// use nalgebra::dmatrix;
/// let parameters = Parameters { w: dmatrix![0.5, -1.0], b: None, v: dmatrix![1.0; -1.0], c: None };
/// let network = ThreeLayer::new(parameters, Activation::Tanh)?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let shape = network.shape(2);
///
/// let mut workspace = Workspace::new(Plan::new(&shape, 1, None)?);
/// let values = workspace.differentiate(&network, &batch)?;
/// let shares = Objective::Upper.shares(&values.moments, &shape)?;
/// let mut gradient = vec![0.0; shape.parameters()];
/// workspace.gradient(&batch, &shares, &mut gradient)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Workspace {
    pub(super) plan: Plan,
    pub(super) sizes: Sizes,
    pub(super) weights: Weights,
    pub(super) forward: Forward,
    pub(super) kept: Vec<f64>,
    pub(super) couplings: Couplings,
    pub(super) sums: Sums,
    pub(super) adjoints: Adjoints,
    pub(super) workers: Vec<Worker>,
    pub(super) by_v: Moments<Vec<f64>>,
    pub(super) combined_a: Vec<f64>,
    pub(super) combined_o: Vec<f64>,
    pub(super) column: Vec<f64>,
    pub(super) differentiated: bool,
}

impl Workspace {
    /// Allocates the buffers for a plan.
    pub fn new(plan: Plan) -> Self {
        let sizes = Sizes::of(&plan.shape);
        let zeros = |size: usize| vec![0.0; size];
        Workspace {
            sizes,
            weights: Weights::new(&sizes, plan.route != Route::Class),
            forward: Forward::new(&sizes),
            kept: zeros(if plan.keep { sizes.samples * sizes.packed_hidden() } else { 0 }),
            couplings: Couplings::new(&sizes, &plan),
            sums: Sums::new(&sizes, &plan),
            adjoints: Adjoints::new(&sizes),
            workers: (0..plan.threads).map(|_| Worker::new(&sizes, &plan)).collect(),
            by_v: Moments::from_fn(|_| zeros(sizes.coupling())),
            combined_a: zeros(sizes.samples * sizes.hidden),
            combined_o: zeros(sizes.samples * sizes.contrasts),
            column: zeros(sizes.classes),
            differentiated: false,
            plan,
        }
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Computes loss and moments.
    ///
    /// # Errors
    /// [`FastError::Shape`] for a network and data of another shape.
    pub fn evaluate(&mut self, network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Result<Values, FastError> {
        self.run(network, batch, false, &|_, _| true)
    }

    /// Computes loss and moments, and all that [`gradient`](Workspace::gradient) needs.
    ///
    /// # Errors
    /// [`FastError::Shape`] for a network and data of another shape.
    pub fn differentiate(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
    ) -> Result<Values, FastError> {
        self.run(network, batch, true, &|_, _| true)
    }

    /// [`differentiate`](Workspace::differentiate) that reports its progress and can be stopped.
    ///
    /// # Errors
    /// [`FastError`] for another shape, or where the watcher stops it.
    pub fn differentiate_watched(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        watcher: Watcher,
    ) -> Result<Values, FastError> {
        self.run(network, batch, true, watcher)
    }

    fn run(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        with_gradient: bool,
        watcher: Watcher,
    ) -> Result<Values, FastError> {
        check_shape(&self.plan.shape, network, batch)?;
        self.differentiated = false;
        self.forward_pass(network, batch);
        let Workspace { plan, sizes, weights, forward, kept, couplings, sums, adjoints, workers, .. } = self;
        let couplings = &*couplings;
        let watch = Watch::new(watcher, plan.shape.samples.div_ceil(plan.tile));
        let shared = Shared {
            sizes: *sizes,
            plan,
            batch,
            weights,
            forward: &*forward,
            kept: &*kept,
            couplings,
            sums: &*sums,
        };
        if with_gradient {
            share(
                adjoints.rows(sizes.samples),
                plan.tile,
                workers,
                &|rows: AdjointRows, worker: &mut Worker| {
                    trace::value(&shared, rows.range(), worker);
                    each_tile(rows, plan.tile, &watch, |mut tile| {
                        trace::gradient(&shared, &mut tile, worker);
                        match plan.route {
                            Route::Parameter => parameter::gradient(&shared, &mut tile, worker),
                            Route::Hidden | Route::Class => pairs::gradient(&shared, &mut tile, worker),
                        }
                    });
                },
            );
        } else {
            share(Span(0..sizes.samples), plan.tile, workers, &|rows: Span, worker: &mut Worker| {
                trace::value(&shared, rows.0.clone(), worker);
                if plan.route != Route::Parameter {
                    each_tile(rows, plan.tile, &watch, |tile| pairs::value(&shared, tile.0, worker));
                }
            });
        }
        if watch.stopped() {
            return Err(FastError::Stopped);
        }
        let mut moments = Moments::default();
        for worker in workers.iter() {
            moments = worker.moments.zip(moments).map(|(own, sum)| sum + own);
        }
        // With the gradient the tiles have given all of the values.
        if !with_gradient && plan.route == Route::Parameter {
            parameter::set_squares(&mut moments, &shared);
        } else if !with_gradient {
            moments.coupling_squared += coupling::value_by_inputs(&shared);
        }
        let loss = workers.iter().map(|worker| worker.loss).sum();
        if with_gradient {
            self.gather_by_v();
            self.differentiated = true;
        }
        Ok(Values { loss, moments })
    }

    /// Everything that comes before the pairs.
    fn forward_pass(&mut self, network: &ThreeLayer<f64>, batch: &Batch<f64>) {
        let Workspace { plan, sizes, weights, forward, kept, couplings, sums, workers, column, .. } = self;
        workers.iter_mut().for_each(Worker::clear);
        weights.set(sizes, network, column);
        let weights = &*weights;
        share(
            forward.rows(),
            plan.tile,
            workers,
            &|mut rows: super::forward::ForwardRows, worker: &mut Worker| {
                rows.fill(sizes, network, batch, weights, &mut worker.square);
            },
        );
        let (no_sums, no_couplings) = (Sums::default(), Couplings::default());
        let shared = Shared {
            sizes: *sizes,
            plan,
            batch,
            weights,
            forward: &*forward,
            kept: &[],
            couplings: &no_couplings,
            sums: &no_sums,
        };
        if plan.keep_couplings {
            let rows = couplings.rows(sizes.coupling());
            share(rows, plan.tile, workers, &|rows: CouplingRows, worker: &mut Worker| {
                let range = rows.start..rows.start + rows.count();
                let coupling = sizes.coupling();
                let chunks = |data| <[f64]>::chunks_mut(data, (plan.tile * coupling).max(1));
                let parts = chunks(rows.a).zip(chunks(rows.az)).zip(chunks(rows.d));
                for (tile, ((a, az), d)) in pieces(range, plan.tile).zip(parts) {
                    let (sv, square) = (&mut worker.pair.sv[..], &mut worker.pair.square[..]);
                    Features { a, az, d, sv, square }.fill(&shared, tile);
                }
            });
        }
        if plan.keep {
            let rows = Array { start: 0, width: sizes.packed_hidden(), data: kept };
            share(rows, plan.tile, workers, &|rows: Array, _: &mut Worker| {
                let range = rows.start..rows.start + rows.count();
                features::hidden_hessians(rows.data, &shared, range);
            });
        }
        let shared = Shared { couplings: &*couplings, ..shared };
        if plan.by_inputs {
            share(Span(0..sizes.samples), plan.tile, workers, &|rows: Span, worker: &mut Worker| {
                for tile in pieces(rows.0, plan.tile) {
                    match plan.route {
                        Route::Parameter => parameter::sum(&shared, tile, worker),
                        Route::Hidden | Route::Class => coupling::sum_by_inputs(&shared, tile, worker),
                    }
                }
            });
            for (index, sum) in sums.all().into_iter().enumerate() {
                sum.fill(0.0);
                for worker in workers.iter_mut() {
                    let own = worker.sums.all();
                    sum.iter_mut().zip(own[index].iter()).for_each(|(sum, own)| *sum += own);
                }
            }
            if plan.route == Route::Parameter {
                parameter::close(sizes, sums);
            }
        }
    }
}
