//! From the gradients by what each sample has to those by the parameters: every share is added up first, and goes the way
//! back through the network once.

use super::classes::ClassRoom;
use super::contrast::Contrasts;
use super::forward::inputs;
use super::lanes::vectorised;
use super::memory::Ledger;
use super::objective::GradientShares;
use super::plan::Plan;
use super::point::{Gradients, Point};
use super::product::{Then, add_rows, product, view};
use super::share::{Span, add_up, pieces, share};
use super::sizes::{Sizes, diagonal};
use std::ops::Range;

/// Samples that go the way back at once.
const AT_ONCE: usize = 128;

/// What a worker has for the way back.
pub(super) struct PullRoom {
    classes: ClassRoom,
    /// Of some samples, the gradient by `S` (packed), `delta`, `phi1`, `phi2`; by the diagonal of `K`, by `u`; by `o` and by `a`.
    by_s: Vec<f64>,
    by_delta: Vec<f64>,
    by_phi1: Vec<f64>,
    by_phi2: Vec<f64>,
    by_k: Vec<f64>,
    by_u: Vec<f64>,
    by_o: Vec<f64>,
    by_a: Vec<f64>,
    /// Of all samples of a worker, by `W`, `b`, `V` and `c`, the last two in contrasts, and by the products of the rows of `V`.
    w: Vec<f64>,
    b: Vec<f64>,
    v: Vec<f64>,
    c: Vec<f64>,
    diagonals: Vec<f64>,
}

impl PullRoom {
    pub fn new(sizes: &Sizes, plan: &Plan, ledger: &mut Ledger) -> Self {
        let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        let mut rows = |width: usize| ledger.zeros(&[AT_ONCE.min(plan.shape.samples), width]);
        let [by_s, by_delta, by_o] = [s, c, c].map(&mut rows);
        let [by_phi1, by_phi2, by_k, by_u, by_a] = [h; 5].map(&mut rows);
        PullRoom {
            classes: ClassRoom::new(sizes, ledger),
            by_s,
            by_delta,
            by_phi1,
            by_phi2,
            by_k,
            by_u,
            by_o,
            by_a,
            w: ledger.zeros(&[h, sizes.inputs]),
            b: ledger.zeros(&[h]),
            v: ledger.zeros(&[sizes.coupling()]),
            c: ledger.zeros(&[c]),
            diagonals: ledger.zeros(&[s, h]),
        }
    }

    fn sums(&mut self) -> [&mut Vec<f64>; 5] {
        let PullRoom { w, b, v, c, diagonals, .. } = self;
        [w, b, v, c, diagonals]
    }
}

/// Puts the gradient with these shares into the blocks `W`, `b`, `V`, `c` of a vector.
pub(super) fn gradient(
    point: &Point,
    contrasts: &Contrasts,
    gradients: &Gradients,
    shares: &GradientShares,
    rooms: &mut [PullRoom],
    [by_w, by_b, by_v, by_c]: [&mut [f64]; 4],
) {
    let sizes = point.sizes;
    rooms.iter_mut().flat_map(PullRoom::sums).for_each(|sum| sum.fill(0.0));
    share(Span(0..sizes.samples), 1, rooms, &|rows: Span, room: &mut PullRoom| {
        for piece in pieces(rows.0, AT_ONCE) {
            room.add_up(point, gradients, shares, &piece);
            room.pull(point, contrasts, shares, &piece);
        }
    });
    let [first, others @ ..] = rooms else { return };
    for (index, sum) in first.sums().into_iter().enumerate() {
        for other in &mut *others {
            add_up(sum, std::iter::once(&other.sums()[index][..]));
        }
    }
    let by_moments = [
        (shares.moments.hidden_squared, &gradients.hidden_v),
        (shares.moments.coupling_squared, &gradients.coupling_v),
    ];
    for (share, more) in by_moments {
        first.v.iter_mut().zip(more).for_each(|(sum, more)| *sum += share * more);
    }
    point.weights.add_through_diagonals(&mut first.v, &first.diagonals, sizes);
    by_w.copy_from_slice(&first.w);
    by_v.fill(0.0);
    first.classes.add_to_classes(contrasts, by_v, &first.v, sizes.hidden);
    if sizes.bias == 1 {
        by_b.copy_from_slice(&first.b);
        by_c.fill(0.0);
        first.classes.add_to_classes(contrasts, by_c, &first.c, 1);
    }
}

impl PullRoom {
    /// Adds up the gradients by what each sample has, those of both traces among them (chapters 3 and 6).
    fn add_up(
        &mut self,
        point: &Point,
        gradients: &Gradients,
        shares: &GradientShares,
        range: &Range<usize>,
    ) {
        let (sizes, seen) = (point.sizes, point.forward.seen(range));
        let (hidden, output, coupling) = gradients.seen(range, sizes);
        let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        let (shares, mean) = (&shares.moments, 1.0 / sizes.samples as f64);
        let (hidden_trace, output_trace) = (mean * shares.hidden_trace, mean * shares.output_trace);
        let PullRoom { by_s, by_delta, by_phi1, by_phi2, by_k, by_u, by_a, .. } = self;
        vectorised(
            #[inline(always)]
            || {
                for row in 0..range.len() {
                    let (at_s, at) = (row * s..(row + 1) * s, row * h..(row + 1) * h);
                    let by_s = &mut by_s[at_s.clone()];
                    let (hidden_s, output_s) = (&hidden.s[at_s.clone()], &output.s[at_s.clone()]);
                    let coupling_s = &coupling.s[at_s.clone()];
                    for i in 0..s {
                        by_s[i] = shares.hidden_squared * hidden_s[i]
                            + shares.output_squared * output_s[i]
                            + shares.coupling_squared * coupling_s[i];
                    }
                    let own_s = &seen.s[at_s];
                    let mut impurity = 0.0;
                    for j in (0..c).map(|j| diagonal(c, j)) {
                        by_s[j] += output_trace * seen.nz[row];
                        impurity += own_s[j];
                    }
                    let (by_nz, by_nx) = (2.0 * output_trace * impurity, hidden_trace * seen.nx[row]);
                    let (hidden_phi1, hidden_r) = (&hidden.phi1[at.clone()], &hidden.r[at.clone()]);
                    let (coupling_phi1, coupling_z) = (&coupling.phi1[at.clone()], &coupling.z[at.clone()]);
                    let output_z = &output.z[at.clone()];
                    let (z, phi1, phi2) =
                        (&seen.z[at.clone()], &seen.phi1[at.clone()], &seen.phi2[at.clone()]);
                    let (k, u) = (&seen.k[at.clone()], &seen.u[at.clone()]);
                    let (by_phi1, by_phi2) = (&mut by_phi1[at.clone()], &mut by_phi2[at.clone()]);
                    let (by_k, by_u, by_z) = (&mut by_k[at.clone()], &mut by_u[at.clone()], &mut by_a[at]);
                    for i in 0..h {
                        let by_r = shares.hidden_squared * hidden_r[i] + by_nx;
                        by_u[i] = by_r * phi2[i];
                        by_phi2[i] = by_r * u[i];
                        by_k[i] = by_nx * phi1[i] * phi1[i];
                        by_phi1[i] = shares.hidden_squared * hidden_phi1[i]
                            + shares.coupling_squared * coupling_phi1[i]
                            + 2.0 * by_nx * phi1[i] * k[i];
                        by_z[i] = shares.output_squared * output_z[i]
                            + shares.coupling_squared * coupling_z[i]
                            + by_nz * z[i];
                    }
                }
                for i in 0..coupling.delta.len() {
                    by_delta[i] = shares.coupling_squared * coupling.delta[i];
                }
            },
        );
    }

    /// Takes what was added up back through the network.
    fn pull(&mut self, point: &Point, contrasts: &Contrasts, shares: &GradientShares, range: &Range<usize>) {
        let (sizes, seen, count) = (point.sizes, point.forward.seen(range), range.len());
        let (h, c, s) = (sizes.hidden, sizes.contrasts, sizes.packed_contrasts());
        let PullRoom { by_s, by_delta, by_phi1, by_phi2, by_k, by_u, by_o, by_a, .. } = self;
        let (by_k, by_u) = (view(by_k, count, h), view(by_u, count, h));
        let (v, diagonals) = (view(&point.weights.v, c, h), view(&point.weights.diagonals, s, h));
        product(by_s, Then::Add, 1.0, by_k, diagonals.transpose());
        product(by_delta, Then::Add, 1.0, by_u, v.transpose());
        product(&mut self.diagonals, Then::Add, 1.0, view(seen.s, count, s).transpose(), by_k);
        product(&mut self.v, Then::Add, 1.0, view(seen.delta, count, c).transpose(), by_u);
        self.classes.pull(contrasts, seen.p, (by_s, by_delta), by_o, count);
        let loss = shares.loss / sizes.samples as f64;
        by_o.iter_mut().zip(seen.delta).for_each(|(o, delta)| *o += loss * delta);
        let by_o = &by_o[..count * c];
        product(by_a, Then::Add, 1.0, view(by_o, count, c), v);
        let by_a = &mut by_a[..count * h];
        vectorised(
            #[inline(always)]
            || {
                let count = by_a.len();
                let (phi1, phi2, phi3) = (&seen.phi1[..count], &seen.phi2[..count], &seen.phi3[..count]);
                let (by_phi1, by_phi2) = (&by_phi1[..count], &by_phi2[..count]);
                for i in 0..count {
                    by_a[i] = phi1[i] * by_a[i] + phi2[i] * by_phi1[i] + phi3[i] * by_phi2[i];
                }
            },
        );
        let columns = view(by_a, count, h).transpose();
        product(&mut self.w, Then::Add, 1.0, columns, inputs(point.batch, range.start, count));
        product(&mut self.v, Then::Add, 1.0, view(by_o, count, c).transpose(), view(seen.z, count, h));
        add_rows(&mut self.b, by_a);
        add_rows(&mut self.c, by_o);
    }
}
