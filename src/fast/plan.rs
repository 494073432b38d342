//! The plan of a computation: which route, and tiles of what size.

use super::sizes::{Sizes, packed};
use crate::budget::{self, OverBudget};
use crate::model::Shape;
use crate::names::{UnknownName, find};
use std::fmt;
use std::str::FromStr;

/// A way to compute the squared trace (chapter 4) and its gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Over pairs of samples, `M` packed into `h(h+1)/2` numbers: `N^2 h(h+1)/2` multiplications.
    Hidden,
    /// Over pairs of samples and pairs of the `C-1` effective classes: `N^2 h C(C-1)/2` multiplications, twice that
    /// for the gradient.
    Class,
    /// The blocks of the Hessian themselves: `N h(h+1)/2 dt(dt+1)/2` multiplications, twice that for the gradient.
    Parameter,
}

impl Route {
    /// All of them.
    pub const ALL: [Route; 3] = [Route::Hidden, Route::Class, Route::Parameter];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Route::Hidden => "hidden",
            Route::Class => "class",
            Route::Parameter => "parameter",
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Route {
    type Err = UnknownName;
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        find("route", name, &Route::ALL, Route::name)
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The blocks of the Hessian would not fit.
    #[error(
        "the parameter route needs {gibibytes:.1} GiB for the blocks of the Hessian of {shape}, more than {most:.1} GiB: \
         take the hidden or the class route"
    )]
    TooLarge {
        /// The sizes.
        shape: Shape,
        /// What is needed.
        gibibytes: f64,
        /// What is allowed.
        most: f64,
    },
    /// The buffers would take more memory than may be taken.
    #[error("{over}; take fewer threads (now {threads}), fewer samples, hidden units or classes")]
    OverBudget {
        /// How much, and how much there is.
        #[source]
        over: OverBudget,
        /// Threads, each with buffers of its own.
        threads: usize,
    },
}

/// The plan by which value and gradient are computed at a shape.
///
/// Only [`Plan::new`] makes one, so tiles, threads and what is kept always fit the shape and the memory at hand.
///
/// ```
/// use hsr::fast::{Plan, Route};
/// use hsr::model::Shape;
/// let shape = Shape { samples: 128, inputs: 784, hidden: 256, classes: 10, biases: true };
/// let plan = Plan::new(&shape, 2, None)?;
/// assert_eq!(plan.route(), Route::Class);
/// println!("{plan}");
/// # Ok::<(), hsr::fast::PlanError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The sizes it is for.
    pub(super) shape: Shape,
    /// The route.
    pub(super) route: Route,
    /// Threads that work at once.
    pub(super) threads: usize,
    /// Samples that a thread treats at once.
    pub(super) tile: usize,
    /// Samples that they are paired with at once.
    pub(super) chunk: usize,
    /// Whether `M` of every sample is kept, rather than made anew for each tile.
    pub(super) keep: bool,
    /// Whether `A`, `A z` and `delta phi1'` of every sample are kept.
    pub(super) keep_couplings: bool,
    /// Whether sums of `xi` times something go by way of the inputs, rather than over pairs.
    pub(super) by_inputs: bool,
    /// For each route the estimated cost of value and gradient, in multiplications at the speed of a matrix product;
    /// infinite where it would not fit.
    pub(super) costs: [f64; 3],
}

/// The multiplications for which one more thread is worth waking: some tenth of a millisecond.
const FOR_A_THREAD: f64 = 5e6;
/// What each thread and all together may take.
const MOST_BYTES: f64 = 512.0 * 1024.0 * 1024.0;
/// A tile's buffers should stay within reach: about the second-level cache, three times over.
const NEAR_BYTES: usize = 3 * 1024 * 1024;
/// Samples of a chunk in the class route.
const CLASS_CHUNK: usize = 128;

impl Plan {
    /// Makes the cheapest plan for a shape, or the one of a given route.
    ///
    /// # Errors
    /// [`PlanError`] where the given route, or every route, needs more memory than may be taken.
    pub fn new(shape: &Shape, threads: usize, route: Option<Route>) -> Result<Self, PlanError> {
        let sizes = Sizes::of(shape);
        let threads = threads.clamp(1, shape.samples.max(1));
        let costs = Route::ALL.map(|route| cost(&sizes, route, threads));
        match route {
            Some(route) => Plan::by(route, &sizes, shape, threads, costs),
            None => Plan::cheapest(&sizes, shape, threads, costs),
        }
    }

    /// The cheapest of those that fit; where none does, why the cheapest does not.
    fn cheapest(sizes: &Sizes, shape: &Shape, threads: usize, costs: [f64; 3]) -> Result<Self, PlanError> {
        let mut order = [0, 1, 2];
        order.sort_by(|a: &usize, b| costs[*a].total_cmp(&costs[*b]));
        let plan = |route: usize| Plan::by(Route::ALL[route], sizes, shape, threads, costs);
        let first = plan(order[0]);
        if first.is_ok() {
            return first;
        }
        order[1..].iter().find_map(|route| plan(*route).ok()).map_or(first, Ok)
    }

    fn by(
        route: Route,
        sizes: &Sizes,
        shape: &Shape,
        threads: usize,
        costs: [f64; 3],
    ) -> Result<Self, PlanError> {
        if route == Route::Parameter && parameter_bytes(sizes, threads) > MOST_BYTES {
            let gibibyte = f64::from(1 << 30);
            return Err(PlanError::TooLarge {
                shape: *shape,
                gibibytes: parameter_bytes(sizes, threads) / gibibyte,
                most: MOST_BYTES / gibibyte,
            });
        }
        let threads = threads.min(1 + (costs[route as usize] / FOR_A_THREAD) as usize);
        let keep = route == Route::Hidden && keeps(sizes);
        let tile = tile(sizes, route, threads, keep);
        let chunk = match route {
            Route::Hidden if keep => 512,
            Route::Hidden => 256,
            Route::Class => CLASS_CHUNK,
            Route::Parameter => 1,
        };
        let by_inputs = route == Route::Parameter || by_inputs(sizes);
        let chunk = chunk.min(shape.samples.max(1));
        let couplings = (3 * 8 * shape.samples * sizes.coupling()) as f64;
        let keep_couplings = route != Route::Parameter && couplings <= MOST_BYTES / 4.0;
        let plan =
            Plan { shape: *shape, route, threads, tile, chunk, keep, keep_couplings, by_inputs, costs };
        budget::ask(plan.bytes(), || format!("the {route} route at {shape}, on {threads} threads,"))
            .map_err(|over| PlanError::OverBudget { over, threads })?;
        Ok(plan)
    }
}

impl Plan {
    /// The shape that it is for.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The route.
    pub fn route(&self) -> Route {
        self.route
    }

    /// How many threads work at once: no more than were given, and fewer where the work is not worth waking them.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Estimates what value and gradient would cost by a route, in multiplications at the speed of a matrix product;
    /// infinite where the route would not fit.
    pub fn cost(&self, route: Route) -> f64 {
        self.costs[route as usize]
    }

    /// The number of multiplications in the matrix products that value and gradient need by this route.
    ///
    /// Every product counts once, and Gram matrices, which are symmetric, half. The time that a computation takes is
    /// compared with it.
    pub fn multiplications(&self) -> f64 {
        let sizes = Sizes::of(&self.shape);
        let (n, d, h, c) =
            (sizes.samples as f64, sizes.inputs as f64, sizes.hidden as f64, sizes.contrasts as f64);
        let (s, p, ch) =
            (sizes.packed_contrasts() as f64, sizes.packed_hidden() as f64, sizes.coupling() as f64);
        // Forward, and back to W and V; what a sample's terms take from and give to the classes.
        let samples = n * (2.0 * h * d + 2.0 * h * (c + 1.0) + 8.0 * h * c + 4.0 * s * h + 3.0 * c * ch);
        let residual = if self.by_inputs { n * 4.0 * d * ch } else { n * n * 2.0 * ch };
        let grams = n * n * (d + h + s + ch) / 2.0;
        let pairs = grams + n * n * (ch + 2.0 * h + s) + residual;
        let packing = n * p * 4.0 * s;
        samples
            + match self.route {
                Route::Hidden => pairs + n * n * p + packing,
                Route::Class => pairs + n * n * (1.5 * s * h + 2.0 * h),
                Route::Parameter => {
                    let (dt, ht) = (d + sizes.bias as f64, h + sizes.bias as f64);
                    let (x, z) = (dt * (dt + 1.0) / 2.0, ht * (ht + 1.0) / 2.0);
                    n * (2.0 * p * x + 3.0 * z * s + 3.0 * dt * ht * ch + dt * ch) + packing
                }
            }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{}", self.shape)?;
        for (route, cost) in Route::ALL.into_iter().zip(self.costs) {
            let chosen = if route == self.route { "  <-" } else { "" };
            let cost =
                if cost.is_finite() { format!("{:10.4}", cost * 2e-9) } else { "too large".to_string() };
            writeln!(f, "{:<10} {cost:>10} GFLOP{chosen}", route.name())?;
        }
        let plural = if self.threads == 1 { "" } else { "s" };
        write!(f, "{} thread{plural}, tiles of {} samples", self.threads, self.tile)?;
        if self.route != Route::Parameter {
            let by = if self.by_inputs { "by way of the inputs" } else { "over pairs" };
            write!(f, " against {}, residual sums {by}", self.chunk)?;
        }
        if self.route == Route::Hidden {
            write!(f, ", M {}", if self.keep { "kept" } else { "made anew for each tile" })?;
        }
        Ok(())
    }
}

fn keeps(sizes: &Sizes) -> bool {
    (sizes.samples * sizes.packed_hidden() * 8) as f64 <= MOST_BYTES
}

fn by_inputs(sizes: &Sizes) -> bool {
    2 * (sizes.inputs + sizes.bias) < sizes.samples
}

/// Samples of a tile: no more than fit near, and all threads with as many tiles as each other.
fn tile(sizes: &Sizes, route: Route, threads: usize, keep: bool) -> usize {
    let most = match route {
        Route::Class => (NEAR_BYTES / 8 / (sizes.packed_contrasts() * CLASS_CHUNK).max(1)).clamp(8, 64),
        Route::Hidden if keep => 128,
        Route::Hidden => 512,
        Route::Parameter => (NEAR_BYTES / 8 / parameter_width(sizes)).clamp(16, 256),
    };
    let rounds = sizes.samples.div_ceil(threads * most).max(1);
    sizes.samples.div_ceil(threads * rounds).max(1)
}

/// Numbers that a sample of a tile takes in the parameter route.
fn parameter_width(sizes: &Sizes) -> usize {
    let (dt, ht) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias);
    packed(dt) + packed(ht) + dt * ht + sizes.packed_hidden() + 7 * sizes.coupling()
}

fn parameter_bytes(sizes: &Sizes, threads: usize) -> f64 {
    let (dt, ht) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias);
    let product = |a: usize, b: usize| a as f64 * b as f64;
    let blocks = product(packed(dt), sizes.packed_hidden())
        + product(packed(ht), sizes.packed_contrasts())
        + product(dt * ht, sizes.coupling());
    8.0 * blocks * (threads + 1) as f64
}

/// Elementwise work on a pair, and on an entry that is read and written once, in multiplications at the speed of a
/// matrix product: estimates.
const PAIR: f64 = 60.0;
const ENTRY: f64 = 12.0;
/// What a multiplication in the small matrices of the class route costs, in the same measure.
const SMALL: f64 = 2.5;

/// Multiplications of value and gradient; what the routes have in common is left out.
fn cost(sizes: &Sizes, route: Route, threads: usize) -> f64 {
    let (n, d, h, c) =
        (sizes.samples as f64, sizes.inputs as f64, sizes.hidden as f64, sizes.contrasts as f64);
    let (s, p, ch) = (sizes.packed_contrasts() as f64, sizes.packed_hidden() as f64, sizes.coupling() as f64);
    let pairs = {
        let residual = if by_inputs(sizes) { n * 4.0 * (d + 1.0) * ch } else { n * n * 2.0 * ch };
        n * n * (d + 3.0 * h + 2.0 * s + 2.0 * ch + PAIR) + residual
    };
    let packing = n * p * (4.0 * s + 3.0 * ENTRY);
    match route {
        Route::Hidden => {
            let anew = if keeps(sizes) { 0.0 } else { n / 512.0 * n * p * (s + ENTRY) };
            pairs + n * n * p + packing + anew
        }
        Route::Class => {
            pairs + n * n * (2.0 * s * h + 4.0 * h + SMALL * 3.5 * c * c * c) + 3.0 * n * s * h * ENTRY
        }
        Route::Parameter if parameter_bytes(sizes, threads) > MOST_BYTES => f64::INFINITY,
        Route::Parameter => {
            let (dt, ht) = (d + sizes.bias as f64, h + sizes.bias as f64);
            let (x, z) = (dt * (dt + 1.0) / 2.0, ht * (ht + 1.0) / 2.0);
            n * (2.0 * p * x
                + 3.0 * z * s
                + 3.0 * dt * ht * ch
                + ENTRY * (x + z + 2.0 * dt * ht + 2.0 * dt * ch))
                + packing
        }
    }
}
