//! The workspace: value and gradient of the bound from buffers that are allocated once.

use super::class::Class;
use super::contrast::Contrasts;
use super::error::{FastError, check_buffer, check_shape};
use super::forward::Forward;
use super::hidden::Hidden;
use super::memory::Ledger;
use super::objective::GradientShares;
use super::pairs::Pairs;
use super::parameter::Parameter;
use super::plan::{Plan, Route};
use super::point::{Blocks, Gradients, Point, SquaredTraces};
use super::pull::{self, PullRoom};
use super::share::within_the_pool;
use super::sizes::Sizes;
use super::trace;
use super::watch::{Watch, Watcher};
use super::weights::{Wanted, Weights};
use crate::model::{Batch, Shape, ThreeLayer};
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
    plan: Plan,
    sizes: Sizes,
    contrasts: Contrasts,
    weights: Weights,
    forward: Forward,
    squared_traces: Box<dyn SquaredTraces + Send + Sync>,
    gradients: Gradients,
    pull: Vec<PullRoom>,
    differentiated: bool,
}

impl Workspace {
    /// Allocates the buffers for a plan.
    pub fn new(plan: Plan) -> Self {
        Workspace::with(plan, &mut Ledger::Taking)
    }

    /// The same with room from a ledger.
    pub(super) fn with(plan: Plan, ledger: &mut Ledger) -> Self {
        let sizes = Sizes::of(&plan.shape);
        let (squared_traces, wanted): (Box<dyn SquaredTraces + Send + Sync>, Wanted) = match plan.route {
            Route::Hidden => {
                let hidden = Hidden::new(&sizes, &plan, ledger);
                let room = |ledger: &mut Ledger| Hidden::room(&sizes, &plan, ledger);
                (Box::new(Pairs::new(&sizes, &plan, hidden, room, ledger)), Wanted::Pairs)
            }
            Route::Class => {
                let room = |ledger: &mut Ledger| Class::room(&sizes, &plan, ledger);
                (Box::new(Pairs::new(&sizes, &plan, Class, room, ledger)), Wanted::Diagonals)
            }
            Route::Parameter => (Box::new(Parameter::new(&sizes, &plan, ledger)), Wanted::Pairs),
        };
        Workspace {
            contrasts: Contrasts::new(sizes.classes, ledger),
            weights: Weights::new(&sizes, &wanted, ledger),
            forward: Forward::new(&sizes, plan.threads, ledger),
            squared_traces,
            gradients: Gradients::new(&sizes, ledger),
            pull: (0..plan.threads).map(|_| PullRoom::new(&sizes, &plan, ledger)).collect(),
            differentiated: false,
            sizes,
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
        self.run(network, batch, &|_, _| true, |squared, point, _, watch| squared.value(point, watch))
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
        self.differentiate_watched(network, batch, &|_, _| true)
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
        let values = self
            .run(network, batch, watcher, |squared, point, out, watch| squared.gradient(point, out, watch))?;
        self.differentiated = true;
        Ok(values)
    }

    /// Sends all samples through the network, and lets the route go over what that gives.
    fn run(
        &mut self,
        network: &ThreeLayer<f64>,
        batch: &Batch<f64>,
        watcher: Watcher,
        squares: impl FnOnce(&mut dyn SquaredTraces, &Point, &mut Gradients, &Watch) -> Blocks<f64> + Send,
    ) -> Result<Values, FastError> {
        check_shape(&self.plan.shape, network, batch)?;
        self.differentiated = false;
        let Workspace { plan, sizes, contrasts, weights, forward, squared_traces, gradients, .. } = self;
        let watch = Watch::new(watcher, plan.shape.samples.div_ceil(plan.tile));
        let (point, squares) = within_the_pool(plan.threads, || {
            weights.set(sizes, network, contrasts);
            forward.fill(network, batch, weights, contrasts);
            let point = Point { sizes, batch, weights, forward };
            let squares = squares(&mut **squared_traces, &point, gradients, &watch);
            (point, squares)
        });
        if watch.stopped() {
            return Err(FastError::Stopped);
        }
        Ok(trace::values(&point, &squares))
    }

    /// Computes the sum of the gradients of loss and moments with these shares; order `W, b, V, c`, row-major.
    ///
    /// It is the gradient at the point of the last call of [`differentiate`](Workspace::differentiate), whose batch is
    /// given again.
    ///
    /// # Errors
    /// [`FastError`] where there was no such call, for a batch of another shape, or a buffer of another length than
    /// `D`; the buffer is then unchanged.
    pub fn gradient(
        &mut self,
        batch: &Batch<f64>,
        shares: &GradientShares,
        out: &mut [f64],
    ) -> Result<(), FastError> {
        let expected = self.plan.shape;
        let found =
            Shape { samples: batch.samples(), inputs: batch.x.ncols(), classes: batch.y.ncols(), ..expected };
        if found != expected {
            return Err(FastError::Shape { expected, found });
        }
        check_buffer(&expected, out)?;
        if !self.differentiated {
            return Err(FastError::NotDifferentiated);
        }
        let Workspace { plan, sizes, contrasts, weights, forward, gradients, pull, .. } = self;
        let point = Point { sizes, batch, weights, forward };
        within_the_pool(plan.threads, || {
            pull::gradient(&point, contrasts, gradients, shares, pull, plan.shape.groups_mut(out));
        });
        Ok(())
    }
}
