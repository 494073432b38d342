//! What a tile of samples meets in all samples: the sums over pairs that both the moments and the gradient are made of.

use super::features::{Features, apart};
use super::given::Given;
use super::plan::{LayerPlan, LayerRoute};
use super::room::room;
use super::round::{Pair, Way};
use super::rows::weighted;
use super::sizes::{at, blocks};
use super::worker::Room;
use super::{distant, neighbours};
use crate::fast::lanes::{add_to, row, row_mut, vectorised};
use crate::fast::product::{Then, product, view};
use crate::fast::watch::Watch;
use crate::terms::pairs_of_layers;

/// Half the partial derivatives of each `|H_ml|_F^2` by what the samples of a tile have, each quantity held independent of the others; but
/// for those by way of `ze` and `J`.
#[derive(Default)]
pub(super) struct Products {
    /// By `K^{ml}` of the worker's units, in its places.
    pub k: Vec<Vec<f64>>,
    /// By `g^m` of two different layers, at [`at`].
    pub g: Vec<Vec<f64>>,
    /// By the `z^l` and the `phi1^l` that meet `K^{l+1,l}` and `g^{l+1}`, at the earlier layer.
    pub z: Vec<Vec<f64>>,
    pub phi1: Vec<Vec<f64>>,
}

/// Where the sums of a tile go.
pub(super) struct Out<'a> {
    pub own: &'a mut Products,
    /// The squared norms of the blocks of units, at [`at`].
    pub squared: &'a mut [Vec<f64>],
}

impl Products {
    pub fn new(plan: &LayerPlan, most: &dyn Fn(usize, usize) -> usize, count: usize) -> Self {
        let (sizes, layers) = (&plan.sizes, plan.sizes.layers());
        let mut products = Products {
            k: vec![Vec::new(); blocks(layers)],
            g: vec![Vec::new(); blocks(layers)],
            z: vec![Vec::new(); sizes.hidden()],
            phi1: vec![Vec::new(); sizes.hidden()],
        };
        for (m, l) in pairs_of_layers(layers).filter(|&(m, l)| plan.routes[at(m, l)].is_by_pairs()) {
            products.k[at(m, l)] = vec![0.0; count * most(m, l)];
            if m > l {
                products.g[at(m, l)] = vec![0.0; count * sizes.outputs(m)];
            }
            if m == l + 1 {
                products.z[l] = vec![0.0; count * sizes.outputs(l)];
                products.phi1[l] = vec![0.0; count * sizes.outputs(l)];
            }
        }
        products
    }

    /// Forgets what is summed over units.
    pub fn clear_vectors(&mut self) {
        let Products { g, z, phi1, .. } = self;
        g.iter_mut().chain(z).chain(phi1).for_each(|sum| sum.fill(0.0));
    }

    /// Forgets everything, for a gradient without pairs.
    pub fn clear(&mut self) {
        self.clear_vectors();
        self.k.iter_mut().for_each(|sum| sum.fill(0.0));
    }
}

/// Adds what some pairs of tiles give, unless the watcher stops it.
pub(super) fn add(
    given: Given,
    pairs: &[Pair],
    features: &[Features],
    out: &mut [Products],
    squared: &mut [Vec<f64>],
    rooms: &mut Room,
    watch: Option<&Watch>,
) {
    for (m, l) in pairs_of_layers(given.sizes().layers()) {
        if !given.route(m, l).is_by_pairs() {
            continue;
        }
        for (pair, met) in pairs.iter().zip(&mut rooms.met) {
            pair.weigh(&mut met.weight, (m, l), 1.0);
        }
        let neighbours = m == l + 1 && given.route(m, l) == LayerRoute::Pairs;
        for p in given.units.of(l) {
            for (pair, met) in pairs.iter().zip(&rooms.met) {
                for way in pair.ways() {
                    let mut sums = Out { own: &mut out[way.own], squared: &mut *squared };
                    add_unit(given, (m, l, p), way, &met.weight, features, &mut sums, &mut rooms.more);
                    if neighbours {
                        let counted = &pair.counted[l];
                        neighbours::add(given, (l, p), way, counted, features, sums, &mut rooms.more);
                    }
                }
            }
            if !watch.is_none_or(Watch::done) {
                return;
            }
        }
        if apart(m, l) {
            distant::add(given, (m, l), pairs, features, out, squared, rooms);
        }
    }
}

/// Adds the terms `<K, K'>` of unit `p` of `l` and all units of `m`.
fn add_unit(
    given: Given,
    (m, l, p): (usize, usize, usize),
    way: Way,
    weight: &[f64],
    features: &[Features],
    out: &mut Out,
    [scaled, by_k, ..]: &mut [Vec<f64>; 6],
) {
    let (index, width) = (at(m, l), given.sizes().columns(m, l, p));
    let [own, other] = [way.own, way.other].map(|tile| given.place((m, l), p, given.tiles[tile].count()));
    let (rows, columns) = (own.len() / width, other.len() / width);
    let k = weighted(&features[way.other].k[index][other], given.kappa((m, l), p), scaled);
    let by_k = room(by_k, rows * width);
    product(by_k, Then::Set, 1.0, way.matrix(weight), view(k, columns, width));
    let squared = &mut out.squared[index][given.sizes().entries((m, l), p)];
    let (out, k) = (&mut out.own.k[index][own.clone()], &features[way.own].k[index][own]);
    take(out, way.first(), by_k, k, squared, 1.0);
}

/// Takes half the derivatives by `K` of a unit, in the place of those that are there or in addition to them, and adds `times` their product
/// with `K` to the squares.
pub(super) fn take(out: &mut [f64], then: Then, by_k: &[f64], k: &[f64], squared: &mut [f64], times: f64) {
    let width = squared.len();
    vectorised(
        #[inline(always)]
        || {
            for n in 0..out.len() / width {
                let (out, by_k, k) = (row_mut(out, n, width), row(by_k, n, width), row(k, n, width));
                match then {
                    Then::Set => out.copy_from_slice(by_k),
                    Then::Add => add_to(out, by_k),
                }
                for i in 0..width {
                    squared[i] += times * k[i] * by_k[i];
                }
            }
        },
    );
}
