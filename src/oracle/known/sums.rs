//! Sizes summed over samples: of the moments, and of what each sample adds to their gradients.
//!
//! A sum over pairs of samples is no larger than a product of two sums over samples, since `<H_n, H_m> <= |H_n| |H_m|`;
//! so all of this takes one pass over the samples.

use super::blocks::Blocks;
use super::forward::Known;
use super::size::{Size, length, length_of, size};
use crate::terms::bound::{Moment, Moments};

/// The sums.
#[derive(Clone)]
pub(super) struct Sums {
    pub loss: Size,
    /// `nx (GN + r)` and `S nz`, as traces.
    pub hidden_trace: Size,
    pub output_trace: Size,
    /// The norms of the blocks of each sample.
    pub blocks: Blocks<Size>,
    /// What a product that underflows on the way to these blocks may be multiplied by.
    pub factors: Blocks<f64>,
    pub loss_gradient: Entries,
    pub gradients: Moments<Entries>,
}

/// The entries of a gradient: for each hidden unit the largest by `W` and `b`, and by `V`; and the largest by `c`.
#[derive(Clone)]
pub(super) struct Entries {
    pub by_w: Vec<Size>,
    pub by_v: Vec<Size>,
    pub by_c: Size,
}

impl Entries {
    fn new(hidden: usize) -> Self {
        let zeros = vec![Size::ZERO; hidden];
        Entries { by_w: zeros.clone(), by_v: zeros, by_c: Size::ZERO }
    }

    /// Adds a sample with these partial derivatives; `columns` are the lengths `w` of the columns of `V`.
    fn add(&mut self, f: &Partials, n: &Known, columns: &[Size]) {
        let largest = Size::exact(n.largest_input);
        self.by_c += f.o;
        for (i, (unit, w)) in n.units.iter().zip(columns).enumerate() {
            let [phi, first, second, third] =
                [unit.value, unit.first, unit.second, unit.third].map(|part| size(&part));
            let by_z = f.z + f.z_own * phi;
            let by_phi1 = f.phi1 + *w * (f.phi1_w + f.phi1_ww * first * *w);
            let by_a = first * (*w * f.o + by_z) + second * by_phi1 + third * f.phi2_w * *w;
            self.by_w[i] += by_a * largest;
            let by_v = first * (f.v_phi1 + f.v_phi11_w * first * *w) + second * f.v_phi2;
            self.by_v[i] += by_v + f.o * phi;
        }
    }

    fn join(&mut self, other: &Entries) {
        let add = |sums: &mut [Size], others: &[Size]| {
            sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += *other);
        };
        add(&mut self.by_w, &other.by_w);
        add(&mut self.by_v, &other.by_v);
        self.by_c += other.by_c;
    }
}

/// The partial derivatives of a scalar at one sample, by their sizes: those by hidden unit `i` as factors of what
/// belongs to it.
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
        Sums {
            loss: zero,
            hidden_trace: zero,
            output_trace: zero,
            blocks: Blocks::all(zero),
            factors: Blocks::all(0.0),
            loss_gradient: Entries::new(hidden),
            gradients: Moments::from_fn(|_| Entries::new(hidden)),
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
        let blocks = Blocks {
            hidden: nx * (s * gg + r * delta),
            output: s * nz,
            coupling: x * (s * g * z + delta * slopes),
        };
        // Whichever of the factors are multiplied first, that product may underflow, and is multiplied by the others then.
        let one = Size::exact(1.0);
        let factors = Blocks {
            hidden: (nx + one) * (gg + r + one),
            output: nz + one,
            coupling: (x + one) * ((g + one) * (z + one) + slopes + one),
        };
        self.blocks = self.blocks.zip(blocks).map(|(sum, block)| sum + block);
        self.factors = self.factors.zip(factors).map(|(sum, factor)| sum + factor.value);

        // By M, by A and by D = delta phi1'; the sums over the other samples are factors that come later.
        let (by_m, by_a, by_d) = (two * nx, two * x * z, two * x);
        let none = Partials::none();
        let partials = Moments {
            hidden_trace: Partials {
                o: s * nx * (two * gg * p + residual),
                phi1_ww: two * nx * s,
                phi2_w: nx * delta,
                v_phi11_w: two * nx * s,
                v_phi2: nx * delta,
                ..none
            },
            hidden_squared: Partials {
                o: s * by_m * (two * gg * p + r),
                phi1_w: two * by_m * s * g,
                phi2_w: by_m * delta,
                v_phi1: two * by_m * s * g,
                v_phi2: by_m * delta,
                ..none
            },
            output_trace: Partials { o: s * two * nz * p, z_own: two * s, ..none },
            output_squared: Partials { o: s * two * two * nz * p, z: two * two * s * z, ..none },
            coupling_squared: Partials {
                o: s * (two * by_a * g * p + by_d * slopes),
                z: by_d * s * g,
                phi1: by_d * delta,
                phi1_w: by_a * s,
                v_phi1: by_a * s,
                ..none
            },
        };
        for moment in Moment::ALL {
            self.gradients[moment].add(&partials[moment], n, columns);
        }
        self.loss_gradient.add(&Partials { o: delta, ..none }, n, columns);
    }

    /// Adds the sums of other samples.
    pub fn join(mut self, other: &Sums) -> Self {
        self.loss += other.loss;
        self.hidden_trace += other.hidden_trace;
        self.output_trace += other.output_trace;
        self.blocks = self.blocks.zip(other.blocks).map(|(sum, block)| sum + block);
        self.factors = self.factors.zip(other.factors).map(|(sum, factor)| sum + factor);
        for moment in Moment::ALL {
            self.gradients[moment].join(&other.gradients[moment]);
        }
        self.loss_gradient.join(&other.loss_gradient);
        self
    }
}
