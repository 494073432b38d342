//! Sums over pairs of samples, a tile of samples against a chunk of samples at a time: the hidden and the class route
//! (chapters 4 and 7). The two differ in the hidden term alone.

use super::circle::half_circle;
use super::coupling::{CouplingRoom, ThroughInputs};
use super::couplings::{self, Couplings, of_samples};
use super::grams::{Pair, PairRoom, Side};
use super::hidden_term::HiddenTerm;
use super::lanes::{dot, vectorised};
use super::memory::Ledger;
use super::plan::Plan;
use super::point::{Blocks, GradientRows, Gradients, Point, SquaredTraces, TileGradients};
use super::product::Then;
use super::share::{RowsOf, Span, add_up, each_piece, pieces, share};
use super::sizes::Sizes;
use super::watch::{Watch, each_tile};
use std::ops::Range;

/// One worker.
pub(super) struct Worker<R> {
    squares: Blocks<f64>,
    through: Option<ThroughInputs>,
    pair: PairRoom,
    pub coupling: CouplingRoom,
    /// `A` and what goes with it, of the tile and of the chunk, where it is not kept.
    pub made: [Couplings; 2],
    pub hidden: R,
}

/// Both routes over pairs.
pub(super) struct Pairs<H: HiddenTerm> {
    tile: usize,
    chunk: usize,
    /// `A` and what goes with it of every sample, where there is room.
    couplings: Option<Couplings>,
    /// What sums with `xi` go through, where they go by way of the inputs.
    through: Option<ThroughInputs>,
    hidden: H,
    workers: Vec<Worker<H::Room>>,
}

/// What all workers look at.
struct Given<'a, H> {
    point: &'a Point<'a>,
    tile: usize,
    chunk: usize,
    couplings: Option<&'a Couplings>,
    through: Option<&'a ThroughInputs>,
    hidden: &'a H,
}

impl<H: HiddenTerm> Pairs<H> {
    pub fn new(
        sizes: &Sizes,
        plan: &Plan,
        hidden: H,
        room: impl Fn(&mut Ledger) -> H::Room,
        ledger: &mut Ledger,
    ) -> Self {
        let couplings = plan.keep_couplings.then(|| Couplings::new(sizes, sizes.samples, ledger));
        let through = plan.by_inputs.then(|| ThroughInputs::new(sizes, ledger));
        let workers = (0..plan.threads).map(|_| Worker::new(sizes, plan, room(ledger), ledger)).collect();
        Pairs { tile: plan.tile, chunk: plan.chunk, couplings, through, hidden, workers }
    }

    /// Makes what is wanted of every sample before there are pairs.
    fn prepare(&mut self, point: &Point) {
        let Pairs { tile, couplings, through, hidden, workers, .. } = self;
        for worker in &mut *workers {
            worker.squares = Blocks::default();
            worker.coupling.by_v.fill(0.0);
            worker.through.iter_mut().for_each(ThroughInputs::clear);
            hidden.clear(&mut worker.hidden);
        }
        if let Some(couplings) = couplings {
            let rows = couplings.rows(point.sizes.samples);
            share(rows, *tile, workers, &|rows: RowsOf<3>, worker: &mut Worker<H::Room>| {
                each_piece(rows, *tile, |rows| {
                    let range = rows.range();
                    couplings::fill(rows.arrays, point, &range, &mut worker.coupling.square);
                });
            });
        }
        if let Some(through) = through {
            let kept = couplings.as_ref();
            let all = Span(0..point.sizes.samples);
            share(all, *tile, workers, &|rows: Span, worker: &mut Worker<H::Room>| {
                let Worker { through, made, coupling, .. } = worker;
                let Some(through) = through else { return };
                for tile in pieces(rows.0, *tile) {
                    let own = of_samples(kept, &mut made[0], point, &tile, &mut coupling.square);
                    through.add_samples(point, &tile, own.shifted);
                }
            });
            through.clear();
            workers.iter().filter_map(|worker| worker.through.as_ref()).for_each(|own| through.add(own));
        }
        hidden.keep(point, *tile, couplings.as_ref(), workers);
    }

    /// The workers, and what they look at.
    fn parts<'a>(&'a mut self, point: &'a Point) -> (Given<'a, H>, &'a mut [Worker<H::Room>]) {
        let Pairs { tile, chunk, couplings, through, hidden, workers } = self;
        let (couplings, through) = (couplings.as_ref(), through.as_ref());
        (Given { point, tile: *tile, chunk: *chunk, couplings, through, hidden }, workers)
    }

    fn squares(&self) -> Blocks<f64> {
        let mut sum = Blocks::default();
        self.workers.iter().for_each(|worker| sum.add(1.0, &worker.squares));
        sum
    }
}

impl<R> Worker<R> {
    fn new(sizes: &Sizes, plan: &Plan, hidden: R, ledger: &mut Ledger) -> Self {
        let made = if plan.keep_couplings { [0, 0] } else { [plan.tile, plan.chunk] };
        Worker {
            squares: Blocks::default(),
            through: plan.by_inputs.then(|| ThroughInputs::new(sizes, ledger)),
            pair: PairRoom::new(sizes, plan, ledger),
            coupling: CouplingRoom::new(sizes, plan, ledger),
            made: made.map(|samples| Couplings::new(sizes, samples, ledger)),
            hidden,
        }
    }
}

impl<H: HiddenTerm> SquaredTraces for Pairs<H> {
    /// Each tile with itself and, twice, with the samples that follow it around the circle of all samples up to half of
    /// it: each pair of samples once, and every tile the same work.
    fn value(&mut self, point: &Point, watch: &Watch) -> Blocks<f64> {
        self.prepare(point);
        let (given, workers) = self.parts(point);
        share(
            Span(0..point.sizes.samples),
            given.tile,
            workers,
            &|rows: Span, worker: &mut Worker<H::Room>| {
                each_tile(rows, given.tile, watch, |tile| worker.value(&given, tile.0));
            },
        );
        let mut squares = self.squares();
        if let Some(through) = &self.through {
            squares.coupling += point.sizes.pair_weight() * through.value(point.sizes);
        }
        squares
    }

    fn gradient(&mut self, point: &Point, out: &mut Gradients, watch: &Watch) -> Blocks<f64> {
        self.prepare(point);
        let (given, workers) = self.parts(point);
        let (rows, [hidden_v, coupling_v]) = out.parts(point.sizes.samples);
        share(rows, given.tile, workers, &|rows: GradientRows, worker: &mut Worker<H::Room>| {
            each_tile(rows, given.tile, watch, |rows| worker.gradient(&given, rows));
        });
        hidden_v.fill(0.0);
        coupling_v.fill(0.0);
        add_up(coupling_v, workers.iter().map(|worker| &worker.coupling.by_v[..]));
        given.hidden.add_by_v(point, &mut workers.iter_mut().map(|worker| &mut worker.hidden), hidden_v);
        self.squares()
    }
}

impl<R> Worker<R> {
    /// Adds what a tile and its chunks give to the squared traces, the parts left out that come by way of the inputs.
    fn value<H: HiddenTerm<Room = R>>(&mut self, given: &Given<H>, tile: Range<usize>) {
        let &Given { point, tile: length, chunk, couplings: kept, through, hidden } = given;
        let Worker {
            pair: room, made: [own_room, other_room], coupling, hidden: hidden_room, squares, ..
        } = self;
        let others = half_circle(&tile, point.sizes.samples, length);
        let own = of_samples(kept, own_room, point, &tile, &mut coupling.square);
        let tile = Side { range: tile, couplings: own };
        hidden.open(point, &tile, hidden_room);
        for (others, twice) in others {
            for range in pieces(others, chunk) {
                let couplings = of_samples(kept, other_room, point, &range, &mut coupling.square);
                let pair = Pair { tile: &tile, chunk: &Side { range, couplings } };
                room.grams(point, &pair);
                let mut values = room.values(pair.count());
                if through.is_none() {
                    values.coupling += coupling.value_over_pairs(&room.xi, &pair, &mut room.zeta_squared);
                }
                room.weigh(pair.count());
                let PairRoom { xi_squared, zeta_squared, .. } = room;
                values.hidden = hidden.value(point, &pair, xi_squared, zeta_squared, hidden_room);
                squares.add(point.sizes.pair_weight() * twice, &values);
            }
        }
    }

    /// The gradients at the rows of a tile, from its pairs with all samples.
    fn gradient<H: HiddenTerm<Room = R>>(&mut self, given: &Given<H>, rows: GradientRows) {
        let &Given { point, chunk, couplings: kept, through, hidden, .. } = given;
        let Worker {
            pair: room, made: [own_room, other_room], coupling, hidden: hidden_room, squares, ..
        } = self;
        let (range, sizes) = (rows.range(), point.sizes);
        let couplings = of_samples(kept, own_room, point, &range, &mut coupling.square);
        let tile = Side { range, couplings };
        hidden.open(point, &tile, hidden_room);
        let mut then = Then::Set;
        for range in pieces(0..sizes.samples, chunk) {
            let couplings = of_samples(kept, other_room, point, &range, &mut coupling.square);
            let pair = Pair { tile: &tile, chunk: &Side { range, couplings } };
            room.grams(point, &pair);
            room.weigh(pair.count());
            room.add(point, &pair, then);
            coupling.add_pairs(sizes, &pair, then, &room.zeta);
            if through.is_none() {
                coupling.add_spread(&pair, then, &room.xi);
            }
            hidden.add(point, &pair, then, &room.xi_squared, hidden_room);
            then = Then::Add;
        }
        let seen = point.forward.seen(&tile.range);
        let mut out = TileGradients::of(rows);
        let (output_z, coupling_z) = room.by_z.split_at(tile.range.len() * sizes.hidden);
        out.output.z.copy_from_slice(output_z);
        out.coupling.z.copy_from_slice(&coupling_z[..output_z.len()]);
        out.output.s.copy_from_slice(&room.by_s[..seen.s.len()]);
        squares.output += 0.5
            * vectorised(
                #[inline(always)]
                || dot(seen.s, out.output.s),
            );
        squares.coupling += coupling.close(point, &tile, through, out.coupling.z);
        coupling.chain(point, seen, tile.couplings.sv, &mut out.coupling);
        squares.hidden += hidden.close(point, &tile, out.hidden, hidden_room);
    }
}
