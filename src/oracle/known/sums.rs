//! Sizes summed over samples: of the moments, and of what each sample adds to their gradients.
//!
//! A sum over pairs of samples is no larger than a product of two sums over samples, since `<H_n, H_m> <= |H_n| |H_m|`;
//! so all of this takes one pass over the samples. Moments stand in the order of
//! [`Moments`](crate::terms::bound::Moments), the loss behind them.

use super::forward::Known;
use super::size::{Size, length, length_of, size};

/// Loss and moments that have a gradient.
pub(super) const TERMS: usize = 6;
/// The place of the loss.
pub(super) const LOSS: usize = 5;

/// The sums.
#[derive(Clone)]
pub(super) struct Sums {
    pub loss: Size,
    /// `nx (GN + r)` and `S nz`, as traces.
    pub hidden_trace: Size,
    pub output_trace: Size,
    /// The norms of the blocks of each sample: `|H_WW|`, `|H_VV|`, `|H_VW|`.
    pub blocks: [Size; 3],
    /// What a product that underflows on the way to these blocks may be multiplied by.
    pub factors: [f64; 3],
    /// For each term the entries of its gradient: for each hidden unit the largest by `W` and `b`, and by `V`; and the
    /// largest by `c`.
    pub by_w: [Vec<Size>; TERMS],
    pub by_v: [Vec<Size>; TERMS],
    pub by_c: [Size; TERMS],
}

/// The partial derivatives of a term at one sample, by their sizes: those by hidden unit `i` as factors of what belongs
/// to it.
#[derive(Clone, Copy)]
struct Partials {
    /// By the logits.
    o: Size,
    /// By `z`: the same for all, and a factor of `z_i`.
    z: Size,
    z_own: Size,
    /// By `phi1`: the same for all, and factors of `w_i` and `phi1_i w_i^2`.
    phi1: Size,
    phi1_w: Size,
    phi1_ww: Size,
    /// By `phi2`: a factor of `w_i`.
    phi2_w: Size,
    /// By `V` at fixed `p` and `delta`: factors of `phi1_i`, `phi1_i^2 w_i` and `phi2_i`.
    v_phi1: Size,
    v_phi11_w: Size,
    v_phi2: Size,
}

impl Partials {
    fn none() -> Self {
        let zero = Size::ZERO;
        Partials {
            o: zero,
            z: zero,
            z_own: zero,
            phi1: zero,
            phi1_w: zero,
            phi1_ww: zero,
            phi2_w: zero,
            v_phi1: zero,
            v_phi11_w: zero,
            v_phi2: zero,
        }
    }
}

impl Sums {
    pub fn new(hidden: usize) -> Self {
        let zero = Size::ZERO;
        let units = || std::array::from_fn(|_| vec![zero; hidden]);
        Sums {
            loss: zero,
            hidden_trace: zero,
            output_trace: zero,
            blocks: [zero; 3],
            factors: [0.0; 3],
            by_w: units(),
            by_v: units(),
            by_c: [zero; TERMS],
        }
    }

    /// Adds a sample; `columns` are the lengths `w` of the columns of `V`.
    pub fn add(&mut self, n: &Known, columns: &[Size]) {
        let two = Size::exact(2.0);
        let Known { nx, nz, impurity: s, p, delta, .. } = *n;
        let (x, z) = (nx.sqrt(), nz.sqrt());
        let units = || n.units.iter().zip(columns);
        // |V diag(phi1)|, |V diag(phi2)| and |phi1|.
        let g = length_of(units().map(|(unit, w)| size(&unit.first) * *w));
        let r = length_of(units().map(|(unit, w)| size(&unit.second) * *w));
        let slopes = length(n.units.iter().map(|unit| unit.first));
        let residual = units().fold(Size::ZERO, |sum, (unit, w)| sum + size(&unit.second) * *w);
        let gg = g * g;

        self.loss += size(&n.loss);
        self.hidden_trace += nx * (s * gg + delta * residual);
        self.output_trace += s * nz;
        let blocks = [nx * (s * gg + r * delta), s * nz, x * (s * g * z + delta * slopes)];
        // Whichever of the factors are multiplied first, that product may underflow, and is multiplied by the others then.
        let one = Size::exact(1.0);
        let factors =
            [(nx + one) * (gg + r + one), nz + one, (x + one) * ((g + one) * (z + one) + slopes + one)];
        for (sum, block) in self.blocks.iter_mut().zip(blocks) {
            *sum += block;
        }
        for (sum, factor) in self.factors.iter_mut().zip(factors) {
            *sum += factor.value;
        }

        // By M, by A and by D = delta phi1'; the sums over the other samples are factors that come later.
        let (by_m, by_a, by_d) = (two * nx, two * x * z, two * x);
        let none = Partials::none();
        let terms = [
            Partials {
                o: s * nx * (two * gg * p + residual),
                phi1_ww: two * nx * s,
                phi2_w: nx * delta,
                v_phi11_w: two * nx * s,
                v_phi2: nx * delta,
                ..none
            },
            Partials {
                o: s * by_m * (two * gg * p + r),
                phi1_w: two * by_m * s * g,
                phi2_w: by_m * delta,
                v_phi1: two * by_m * s * g,
                v_phi2: by_m * delta,
                ..none
            },
            Partials { o: s * two * nz * p, z_own: two * s, ..none },
            Partials { o: s * two * two * nz * p, z: two * two * s * z, ..none },
            Partials {
                o: s * (two * by_a * g * p + by_d * slopes),
                z: by_d * s * g,
                phi1: by_d * delta,
                phi1_w: by_a * s,
                v_phi1: by_a * s,
                ..none
            },
            Partials { o: delta, ..none },
        ];
        let largest = Size::exact(n.largest_input);
        for (term, f) in terms.iter().enumerate() {
            self.by_c[term] += f.o;
            for (i, (unit, w)) in units().enumerate() {
                let [phi, first, second, third] =
                    [unit.value, unit.first, unit.second, unit.third].map(|part| size(&part));
                let by_z = f.z + f.z_own * phi;
                let by_phi1 = f.phi1 + *w * (f.phi1_w + f.phi1_ww * first * *w);
                let by_a = first * (*w * f.o + by_z) + second * by_phi1 + third * f.phi2_w * *w;
                self.by_w[term][i] += by_a * largest;
                let by_v = first * (f.v_phi1 + f.v_phi11_w * first * *w) + second * f.v_phi2;
                self.by_v[term][i] += by_v + f.o * phi;
            }
        }
    }

    /// Adds the sums of other samples.
    pub fn join(mut self, other: &Sums) -> Self {
        self.loss += other.loss;
        self.hidden_trace += other.hidden_trace;
        self.output_trace += other.output_trace;
        for at in 0..self.blocks.len() {
            self.blocks[at] += other.blocks[at];
            self.factors[at] += other.factors[at];
        }
        for term in 0..TERMS {
            self.by_c[term] += other.by_c[term];
            let add = |sums: &mut Vec<Size>, others: &Vec<Size>| {
                sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += *other);
            };
            add(&mut self.by_w[term], &other.by_w[term]);
            add(&mut self.by_v[term], &other.by_v[term]);
        }
        self
    }
}
