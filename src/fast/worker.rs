//! What one worker has for itself: sums, and buffers for a tile of samples.

use super::adjoint::{AdjointRows, Partials};
use super::couplings::Couplings;
use super::forward::Forward;
use super::plan::{Plan, Route};
use super::sizes::{LANES, Sizes, packed};
use super::weights::Weights;
use crate::model::Batch;
use crate::terms::bound::{Moment, Moments};

/// What all workers look at.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub sizes: Sizes,
    pub plan: &'a Plan,
    pub batch: &'a Batch<f64>,
    pub weights: &'a Weights,
    pub forward: &'a Forward,
    /// `M` of every sample, packed, where the plan keeps it.
    pub kept: &'a [f64],
    /// `A`, `A z` and `D` of every sample, where the plan keeps them.
    pub couplings: &'a Couplings,
    /// The sums over samples that the plan wants before the pairs.
    pub sums: &'a Sums,
}

/// Sums over samples.
#[derive(Default)]
pub(super) struct Sums {
    /// `sum_m xt_m (x) D_m` and `sum_m xt_m (x) A_m z_m`, `dt x c h`, for products with `xi` by way of the inputs.
    pub residual: Vec<f64>,
    pub weighted: Vec<f64>,
    /// The blocks of `N H`, in the parameter route.
    pub hidden: Vec<f64>,
    pub output: Vec<f64>,
    pub coupling: Vec<f64>,
}

impl Sums {
    pub(super) fn new(sizes: &Sizes, plan: &Plan) -> Self {
        let (dt, ht) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias);
        let factored = if plan.by_inputs { dt * sizes.coupling() } else { 0 };
        let parameter = plan.route == Route::Parameter;
        let block = |size: usize| vec![0.0; if parameter { size } else { 0 }];
        Sums {
            residual: vec![0.0; factored],
            weighted: vec![0.0; factored],
            hidden: block(packed(dt) * sizes.packed_hidden()),
            output: block(packed(ht) * sizes.packed_contrasts()),
            coupling: block(dt * ht * sizes.coupling()),
        }
    }

    pub(super) fn all(&mut self) -> [&mut Vec<f64>; 5] {
        let Sums { residual, weighted, hidden, output, coupling } = self;
        [residual, weighted, hidden, output, coupling]
    }
}

/// What a pair of a tile and a chunk of samples needs.
#[derive(Default)]
pub(super) struct PairBuffers {
    /// Gram blocks and weights, tile x chunk.
    pub xi: Vec<f64>,
    pub zeta: Vec<f64>,
    pub ss: Vec<f64>,
    pub aa: Vec<f64>,
    pub weight: Vec<f64>,
    /// `A`, `A z` and `D` of the samples of the chunk, and their `M`, where they are not kept.
    pub a: Vec<f64>,
    pub az: Vec<f64>,
    pub d: Vec<f64>,
    pub m: Vec<f64>,
    /// Room for `S` as a matrix, of tile or chunk.
    pub square: Vec<f64>,
    /// `S V` of the tile or chunk.
    pub sv: Vec<f64>,
    /// In the class route: `phi1 V_k V_l` of the tile, its products with the chunk, and what comes back.
    pub left: Vec<f64>,
    pub t: Vec<f64>,
    pub back: Vec<f64>,
    pub s: Vec<f64>,
    /// Four `c x c` matrices of some pairs, side by side.
    pub strip: Vec<f64>,
    /// `diag(GN) + r`, `r` of the tile and the chunk, side by side.
    pub curvature: Vec<f64>,
}

/// What a tile of samples needs in the coupling term and the hidden term.
#[derive(Default)]
pub(super) struct TileBuffers {
    pub a: Vec<f64>,
    pub az: Vec<f64>,
    pub d: Vec<f64>,
    pub sv: Vec<f64>,
    /// Gradient by `A`; `sum xi D`; `sum xi A z`.
    pub by_a: Vec<f64>,
    pub e: Vec<f64>,
    pub g: Vec<f64>,
    /// `M` or `K`, packed, and the gradient by it.
    pub m: Vec<f64>,
    pub by_m: Vec<f64>,
    /// Gradients by `z` of the output term and of the coupling term, and by `S` of the output term.
    pub output_z: Vec<f64>,
    pub output_s: Vec<f64>,
    pub coupling_z: Vec<f64>,
    /// Gradient by `diag(GN)` and by `r`, side by side (class route).
    pub by_curvature: Vec<f64>,
}

/// Gradients by [`Weights::diagonals`]: of trace and squared trace of the hidden block.
pub(super) struct ByDiagonals {
    pub trace: Vec<f64>,
    pub squared: Vec<f64>,
}

/// One worker.
pub(super) struct Worker {
    pub moments: Moments<f64>,
    pub loss: f64,
    /// Gradients by `V` in contrasts at fixed `p` and `delta`.
    pub by_v: Moments<Vec<f64>>,
    pub by_diagonals: ByDiagonals,
    /// The gradient of the squared trace of the hidden block by [`Weights::pairs`].
    pub by_pairs: Vec<f64>,
    pub sums: Sums,
    pub partials: Partials,
    pub tile: Vec<f64>,
    pub square: Vec<f64>,
    pub pair: PairBuffers,
    pub buffers: TileBuffers,
}

impl Worker {
    pub(super) fn new(sizes: &Sizes, plan: &Plan) -> Self {
        let (tile, chunk) = (plan.tile, plan.chunk);
        let (h, c, classes) = (sizes.hidden, sizes.contrasts, sizes.classes);
        let (s, coupling, p) = (packed(c), sizes.coupling(), sizes.packed_hidden());
        let by_classes = plan.route == Route::Class;
        let if_class = |size: usize| vec![0.0; if by_classes { size } else { 0 }];
        let if_hidden = |size: usize| vec![0.0; if by_classes { 0 } else { size }];
        let if_pairs = |size: usize| vec![0.0; if plan.route == Route::Parameter { 0 } else { size }];
        let if_made = |size: usize| if plan.keep_couplings { Vec::new() } else { if_pairs(size) };
        let zeros = |size: usize| vec![0.0; size];
        let (dt, ht) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias);
        let parameter_tile =
            if plan.route == Route::Parameter { tile * (packed(dt) + packed(ht) + dt * ht + dt) } else { 0 };
        Worker {
            moments: Moments::default(),
            loss: 0.0,
            by_v: Moments::from_fn(|_| zeros(coupling)),
            by_diagonals: ByDiagonals { trace: zeros(s * h), squared: zeros(s * h) },
            by_pairs: if_hidden(s * p),
            sums: Sums::new(sizes, plan),
            partials: Partials::new(sizes, tile),
            tile: zeros((tile * 2 * h).max(parameter_tile)),
            square: zeros((classes * (c + 3)).max(ht)),
            pair: PairBuffers {
                xi: if_pairs(tile * chunk),
                zeta: if_pairs(tile * chunk),
                ss: if_pairs(tile * chunk),
                aa: if_pairs(tile * chunk),
                weight: if_pairs(tile * chunk),
                a: if_made(chunk * coupling),
                az: if_made(chunk * coupling),
                d: if_made(chunk * coupling),
                m: if plan.keep || plan.route != Route::Hidden { Vec::new() } else { zeros(chunk * p) },
                square: zeros(tile.max(chunk) * c * c),
                sv: zeros(tile.max(chunk) * coupling),
                left: if_class(tile * s * h),
                t: if_class(tile * s * chunk),
                back: if_class(tile * s * h),
                s: if_class(s * chunk),
                strip: if_class(4 * LANES * c * c),
                curvature: if_class((tile + chunk) * 2 * h),
            },
            buffers: TileBuffers {
                a: zeros(tile * coupling),
                az: zeros(tile * coupling),
                d: zeros(tile * coupling),
                sv: zeros(tile * coupling),
                by_a: zeros(tile * coupling),
                e: zeros(tile * coupling),
                g: zeros(tile * coupling),
                m: if_hidden(tile * p),
                by_m: if_hidden(tile * p),
                output_z: zeros(tile * h),
                output_s: zeros(tile * s),
                coupling_z: zeros(tile * h),
                by_curvature: if_class(tile * 2 * h),
            },
        }
    }

    /// Forgets the sums of the last call.
    pub(super) fn clear(&mut self) {
        (self.moments, self.loss) = (Moments::default(), 0.0);
        let ByDiagonals { trace, squared } = &mut self.by_diagonals;
        let by_v = self.by_v.each_mut().into_values();
        for sum in by_v.chain([trace, squared, &mut self.by_pairs]).chain(self.sums.all()) {
            sum.fill(0.0);
        }
    }

    /// Carries the gradient of the output term, which has no others than those by `S` and `z`.
    pub(super) fn pull_output(&mut self, shared: &Shared, rows: &mut AdjointRows) {
        self.partials.clear();
        let (by_s, by_z) = (rows.count * shared.sizes.packed_contrasts(), rows.count * shared.sizes.hidden);
        self.partials.s[..by_s].copy_from_slice(&self.buffers.output_s[..by_s]);
        self.partials.z[..by_z].copy_from_slice(&self.buffers.output_z[..by_z]);
        self.pull(shared, rows, Moment::OutputSquared);
    }

    /// Carries the partial derivatives of a moment to the logits and preactivations of these rows.
    pub(super) fn pull(&mut self, shared: &Shared, rows: &mut AdjointRows, moment: Moment) {
        let range = rows.range();
        let out = (&mut *rows.a[moment], &mut *rows.o[moment]);
        self.partials.pull(out, range, shared.forward, shared.weights, &shared.sizes, &mut self.square);
    }
}
