//! The parameter route: the blocks of the Hessian themselves, each a sum over samples of a product of two packed
//! pieces. It wins where samples are many against the squares of inputs and hidden units.

use super::coupling::CouplingRoom;
use super::couplings::Couplings;
use super::factors::{Factors, slopes_of_outputs};
use super::hessians;
use super::hidden::{self, Covariances};
use super::lanes::{dot, vectorised};
use super::memory::Ledger;
use super::plan::Plan;
use super::point::{Blocks, GradientRows, Gradients, Point, SquaredTraces, TileGradients};
use super::product::{Then, product, product_into, strided, strided_mut, view};
use super::share::{Span, add_up, pieces, share};
use super::sizes::{Sizes, packed};
use super::watch::{Watch, each_tile};
use std::ops::Range;

/// The blocks of `N H`.
struct BlockSums {
    /// `sum xt xt' (x) M`, both packed.
    hidden: Vec<f64>,
    /// `sum zt zt' (x) S`, both packed.
    output: Vec<f64>,
    /// `sum xt zt' (x) A`, `dt ht x c h`, and the residual part where both indices are the same hidden unit.
    coupling: Vec<f64>,
    /// `sum xt (x) D`, `dt x c h`; then the entries of the block where both indices are the same hidden unit.
    diagonal: Vec<f64>,
}

impl BlockSums {
    fn new(sizes: &Sizes, ledger: &mut Ledger) -> Self {
        let (dt, ht, coupling) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias, sizes.coupling());
        BlockSums {
            hidden: ledger.zeros(&[packed(dt), sizes.packed_hidden()]),
            output: ledger.zeros(&[packed(ht), sizes.packed_contrasts()]),
            coupling: ledger.zeros(&[dt, ht, coupling]),
            diagonal: ledger.zeros(&[dt, coupling]),
        }
    }

    fn all(&mut self) -> [&mut Vec<f64>; 4] {
        let BlockSums { hidden, output, coupling, diagonal } = self;
        [hidden, output, coupling, diagonal]
    }

    /// Adds the residual part to the coupling block, and puts the entries where it is in its place.
    fn close(&mut self, sizes: &Sizes) {
        let (h, c, ht, coupling) =
            (sizes.hidden, sizes.contrasts, sizes.hidden + sizes.bias, sizes.coupling());
        for (block, diagonal) in self
            .coupling
            .chunks_exact_mut((ht * coupling).max(1))
            .zip(self.diagonal.chunks_exact_mut(coupling.max(1)))
        {
            for (k, i) in (0..c).flat_map(|k| (0..h).map(move |i| (k, i))) {
                let (entry, own) = (&mut block[i * coupling + k * h + i], &mut diagonal[k * h + i]);
                *entry += *own;
                *own = *entry;
            }
        }
    }

    /// The squared norms of the blocks.
    fn squares(&self, sizes: &Sizes) -> Blocks<f64> {
        let norm = |block: &[f64]| {
            sizes.pair_weight()
                * vectorised(
                    #[inline(always)]
                    || dot(block, block),
                )
        };
        Blocks { hidden: norm(&self.hidden), output: norm(&self.output), coupling: norm(&self.coupling) }
    }
}

/// One worker.
struct Worker {
    sums: BlockSums,
    factors: Factors,
    couplings: Couplings,
    coupling: CouplingRoom,
    /// `K` of a tile; `M`, or the gradient by it.
    k: Vec<f64>,
    m: Vec<f64>,
    /// The samples of which there is room, and of which these are.
    made: Range<usize>,
    by_pairs: Vec<f64>,
    twice: Vec<f64>,
}

impl Worker {
    fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        let (s, p) = (sizes.packed_contrasts(), sizes.packed_hidden());
        Worker {
            sums: BlockSums::new(sizes, ledger),
            factors: Factors::new(sizes, plan.tile, ledger),
            couplings: Couplings::new(sizes, plan.tile, ledger),
            coupling: CouplingRoom::new(sizes, plan, ledger),
            k: ledger.zeros(&[plan.tile, p]),
            m: ledger.zeros(&[plan.tile, p]),
            made: 0..0,
            by_pairs: ledger.zeros(&[s, p]),
            twice: ledger.zeros(&[4, sizes.hidden]),
        }
    }

    fn clear(&mut self) {
        let sums = self.sums.all().into_iter();
        sums.chain([&mut self.by_pairs, &mut self.coupling.by_v]).for_each(|sum| sum.fill(0.0));
        self.made = 0..0;
    }

    /// What a tile brings to the blocks, unless it is there from before.
    fn make(&mut self, point: &Point, range: &Range<usize>) {
        if self.made == *range {
            return;
        }
        let Worker { factors, couplings, coupling, k, .. } = self;
        factors.fill(point, range);
        couplings.fill((point.forward, point.weights, point.sizes), range, &mut coupling.square);
        hessians::covariances(k, point.forward.seen(range), point.weights, point.sizes);
        self.made = range.clone();
    }

    /// Adds what a tile gives to the blocks.
    fn add(&mut self, point: &Point, range: &Range<usize>) {
        self.make(point, range);
        let (sizes, seen, count) = (point.sizes, point.forward.seen(range), range.len());
        let Worker { sums, factors, couplings, k, m, twice, .. } = self;
        let (dt, ht) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias);
        let (s, p, coupling) = (sizes.packed_contrasts(), sizes.packed_hidden(), sizes.coupling());
        let m = &mut m[..count * p];
        m.copy_from_slice(&k[..count * p]);
        hessians::hidden_hessians(m, seen, sizes, twice);
        let own = couplings.seen(&(0..count), sizes);
        let add = |sum: &mut [f64], factor: &[f64], width: usize, right| {
            product(sum, Then::Add, 1.0, view(factor, count, width).transpose(), right);
        };
        add(&mut sums.hidden, &factors.xx, packed(dt), view(m, count, p));
        add(&mut sums.output, &factors.zz, packed(ht), view(seen.s, count, s));
        add(&mut sums.coupling, &factors.xz, dt * ht, view(own.a, count, coupling));
        if coupling > 0 {
            let d = strided(&own.shifted[coupling..], (count, coupling), 2 * coupling);
            add(&mut sums.diagonal, &factors.x, dt, d);
        }
    }

    /// The gradients at a tile of samples, from the blocks.
    fn gradient(&mut self, point: &Point, sums: &BlockSums, rows: GradientRows) {
        let (sizes, tile) = (point.sizes, rows.range());
        self.make(point, &tile);
        // The products below stand in the place of what was made.
        self.made = 0..0;
        let (seen, count) = (point.forward.seen(&tile), tile.len());
        let Worker { factors, couplings, coupling: room, m, k, by_pairs, twice, .. } = self;
        let mut out = TileGradients::of(rows);
        let (dt, ht) = (sizes.inputs + sizes.bias, sizes.hidden + sizes.bias);
        let (s, p, coupling) = (sizes.packed_contrasts(), sizes.packed_hidden(), sizes.coupling());
        let scale = 2.0 * sizes.pair_weight();
        let own = couplings.seen(&(0..count), sizes);

        let (xx, block) = (view(&factors.xx, count, packed(dt)), view(&sums.hidden, packed(dt), p));
        product(m, Then::Set, scale, xx, block);
        hidden::close(point, &tile, Covariances::Kept(k), m, (by_pairs, twice), out.hidden);

        let block = view(&sums.output, packed(ht), s);
        product(out.output.s, Then::Set, scale, view(&factors.zz, count, packed(ht)), block);
        product(&mut factors.zz, Then::Set, scale, view(seen.s, count, s), block.transpose());
        factors.slopes_of_squares(seen, sizes, out.output.z);

        if coupling > 0 {
            let block = view(&sums.coupling, dt * ht, coupling);
            let xz = view(&factors.xz, count, dt * ht);
            product(&mut room.by_a, Then::Set, scale, xz, block);
            let by_d = strided_mut(&mut room.spread[coupling..], (count, coupling), 2 * coupling);
            let diagonal = view(&sums.diagonal, dt, coupling);
            product_into(by_d, Then::Set, scale, view(&factors.x, count, dt), diagonal);
            product(&mut factors.xz, Then::Set, scale, view(own.a, count, coupling), block.transpose());
        }
        slopes_of_outputs(&factors.xz, &factors.x, sizes, out.coupling.z);
        room.chain(point, seen, own.sv, &mut out.coupling);
    }
}

/// The route, with the blocks.
pub(super) struct Parameter {
    tile: usize,
    sums: BlockSums,
    workers: Vec<Worker>,
}

impl Parameter {
    pub fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        let sums = BlockSums::new(sizes, ledger);
        let workers = (0..plan.threads).map(|_| Worker::new(sizes, plan, ledger)).collect();
        Parameter { tile: plan.tile, sums, workers }
    }
}

impl SquaredTraces for Parameter {
    fn value(&mut self, point: &Point, _: &Watch) -> Blocks<f64> {
        let Parameter { tile, sums, workers } = self;
        workers.iter_mut().for_each(Worker::clear);
        share(Span(0..point.sizes.samples), *tile, workers, &|rows: Span, worker: &mut Worker| {
            pieces(rows.0, *tile).for_each(|tile| worker.add(point, &tile));
        });
        for (index, sum) in sums.all().into_iter().enumerate() {
            sum.fill(0.0);
            for worker in workers.iter_mut() {
                add_up(sum, std::iter::once(&worker.sums.all()[index][..]));
            }
        }
        sums.close(point.sizes);
        sums.squares(point.sizes)
    }

    fn gradient(&mut self, point: &Point, out: &mut Gradients, watch: &Watch) -> Blocks<f64> {
        let squares = self.value(point, watch);
        let Parameter { tile, sums, workers } = self;
        let (rows, [hidden_v, coupling_v]) = out.parts(point.sizes.samples);
        share(rows, *tile, workers, &|rows: GradientRows, worker: &mut Worker| {
            each_tile(rows, *tile, watch, |rows| worker.gradient(point, sums, rows));
        });
        hidden_v.fill(0.0);
        coupling_v.fill(0.0);
        add_up(coupling_v, workers.iter().map(|worker| &worker.coupling.by_v[..]));
        if let [first, others @ ..] = &mut workers[..] {
            add_up(&mut first.by_pairs, others.iter().map(|worker| &worker.by_pairs[..]));
            point.weights.add_through_pairs(hidden_v, &first.by_pairs, &mut first.twice, point.sizes);
        }
        squares
    }
}
