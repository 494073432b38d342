//! What is known at a point once all samples have been sent through the network, and what is wanted there.

use super::forward::{Forward, rows};
use super::memory::Ledger;
use super::share::RowsOf;
use super::sizes::Sizes;
use super::watch::Watch;
use super::weights::Weights;
use crate::model::Batch;
use std::ops::Range;

/// Network, data and the forward pass.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub sizes: &'a Sizes,
    pub batch: &'a Batch<f64>,
    pub weights: &'a Weights,
    pub forward: &'a Forward,
}

/// Something of the hidden block, of the output block and of the coupling block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Blocks<T> {
    pub hidden: T,
    pub output: T,
    pub coupling: T,
}

impl Blocks<f64> {
    /// Adds another one, so many times.
    pub fn add(&mut self, factor: f64, other: &Blocks<f64>) {
        self.hidden += factor * other.hidden;
        self.output += factor * other.output;
        self.coupling += factor * other.coupling;
    }
}

/// A way to the squared traces, with all the room that it needs.
pub(super) trait SquaredTraces: Send {
    /// The squared traces of the three blocks.
    fn value(&mut self, point: &Point, watch: &Watch) -> Blocks<f64>;

    /// The squared traces, and their gradients.
    fn gradient(&mut self, point: &Point, out: &mut Gradients, watch: &Watch) -> Blocks<f64>;
}

/// The gradients of the squared traces: by what each sample has, in rows, and by `V` in contrasts at fixed `p` and `delta`.
pub(super) struct Gradients {
    pub hidden: HiddenBy<Vec<f64>>,
    pub output: OutputBy<Vec<f64>>,
    pub coupling: CouplingBy<Vec<f64>>,
    /// Of the hidden block by `V`, `c x h`.
    pub hidden_v: Vec<f64>,
    /// Of the coupling block by `V`, `c x h`.
    pub coupling_v: Vec<f64>,
}

/// The gradient of the hidden block by `S` (packed), `phi1` and `r = phi2 u`.
pub(super) struct HiddenBy<D> {
    pub s: D,
    pub phi1: D,
    pub r: D,
}

/// The gradient of the output block by `S` (packed) and `z`.
pub(super) struct OutputBy<D> {
    pub s: D,
    pub z: D,
}

/// The gradient of the coupling block by `S` (packed), `delta`, `z` and `phi1`.
pub(super) struct CouplingBy<D> {
    pub s: D,
    pub delta: D,
    pub z: D,
    pub phi1: D,
}

/// How many arrays of rows they are.
const ARRAYS: usize = 9;

/// The rows of some samples, to be filled.
pub(super) type GradientRows<'a> = RowsOf<'a, ARRAYS>;

/// Those of one tile.
pub(super) struct TileGradients<'a> {
    pub hidden: HiddenBy<&'a mut [f64]>,
    pub output: OutputBy<&'a mut [f64]>,
    pub coupling: CouplingBy<&'a mut [f64]>,
}

impl Gradients {
    pub fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        let mut rows = |width: usize| ledger.zeros(&[sizes.samples, width]);
        Gradients {
            hidden: HiddenBy { s: rows(s), phi1: rows(h), r: rows(h) },
            output: OutputBy { s: rows(s), z: rows(h) },
            coupling: CouplingBy { s: rows(s), delta: rows(c), z: rows(h), phi1: rows(h) },
            hidden_v: ledger.zeros(&[sizes.coupling()]),
            coupling_v: ledger.zeros(&[sizes.coupling()]),
        }
    }

    /// The rows of some samples.
    pub fn seen(
        &self,
        range: &Range<usize>,
        sizes: &Sizes,
    ) -> (HiddenBy<&[f64]>, OutputBy<&[f64]>, CouplingBy<&[f64]>) {
        let Gradients { hidden, output, coupling, .. } = self;
        let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        let rows = |data, width| rows(data, range, width);
        (
            HiddenBy { s: rows(&hidden.s, s), phi1: rows(&hidden.phi1, h), r: rows(&hidden.r, h) },
            OutputBy { s: rows(&output.s, s), z: rows(&output.z, h) },
            CouplingBy {
                s: rows(&coupling.s, s),
                delta: rows(&coupling.delta, c),
                z: rows(&coupling.z, h),
                phi1: rows(&coupling.phi1, h),
            },
        )
    }

    /// All rows, and the gradients by `V`.
    pub fn parts(&mut self, samples: usize) -> (GradientRows<'_>, [&mut [f64]; 2]) {
        let Gradients { hidden, output, coupling, hidden_v, coupling_v } = self;
        let arrays: [&mut [f64]; ARRAYS] = [
            &mut hidden.s,
            &mut hidden.phi1,
            &mut hidden.r,
            &mut output.s,
            &mut output.z,
            &mut coupling.s,
            &mut coupling.delta,
            &mut coupling.z,
            &mut coupling.phi1,
        ];
        (RowsOf::all(samples, arrays), [hidden_v, coupling_v])
    }
}

impl<'a> TileGradients<'a> {
    /// The arrays of some rows under their names.
    pub fn of(rows: GradientRows<'a>) -> Self {
        let [hs, hphi1, hr, os, oz, cs, cdelta, cz, cphi1] = rows.arrays;
        TileGradients {
            hidden: HiddenBy { s: hs, phi1: hphi1, r: hr },
            output: OutputBy { s: os, z: oz },
            coupling: CouplingBy { s: cs, delta: cdelta, z: cz, phi1: cphi1 },
        }
    }
}
