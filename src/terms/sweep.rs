//! Chapter 11, the adjoint sweep: partial derivatives of a sum of traces and squared norms by the quantities of one sample, and
//! their way back to the parameters. See `derivations/11-sweep.md`.
//!
//! The scalar is `F = sum tau_(m,i) T_(m,i) + sum_{m >= l} kappa^{ml}_ip |H_(m,i),(l,p)|_F^2`, an [`Objective`].

#![allow(clippy::needless_range_loop, reason = "the indices are those of the derivation")]

use super::algebra::{outer, scale_columns, scale_rows, times};
use super::layer_sample::{LayerSample, Lower, pairs_of_layers};
use super::layer_trace::{bracket, jacobian_products};
use super::layers::from_augmented;
use super::losses::OutputLoss;
use crate::model::{Layer, Layers};
use crate::number::{Matrix, Number, Smooth, Vector};

/// What each unit's trace and each pair of units' squared norm counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective<T> {
    /// `tau`, a vector a layer.
    pub trace: Vec<Vector<T>>,
    /// `kappa`, symmetric on the diagonal: a matrix for each pair of layers.
    pub squared: Lower<T>,
}

impl<T: Number> Objective<T> {
    /// `t T + q Q` for a network of these widths: the squared norms of different layers count twice in `Q`.
    pub fn of_totals(widths: &[usize], t: T, q: T) -> Self {
        let kappa = |m: usize, l: usize| {
            let value = if m == l { q } else { T::integer(2) * q };
            Matrix::from_element(widths[m], widths[l], value)
        };
        Objective {
            trace: widths.iter().map(|&width| Vector::from_element(width, t)).collect(),
            squared: (0..widths.len()).map(|m| (0..=m).map(|l| kappa(m, l)).collect()).collect(),
        }
    }
}

/// Partial derivatives of a scalar by the quantities of one sample, each held independent of the others.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerPartials<T> {
    /// By `K`.
    pub k: Lower<T>,
    /// By `J`.
    pub j: Lower<T>,
    /// By `g`.
    pub g: Vec<Vector<T>>,
    /// By the input of each layer, without the 1 of a bias; that by `x`, which leads to no parameter, is left at 0.
    pub z: Vec<Vector<T>>,
}

/// `F_K^{mm} = omega |zt^{m-1}|^2 diag(tau_m)`, of the traces.
pub fn trace_by_curvature<T: Number>(n: &LayerSample<T>, m: usize, tau: &Vector<T>) -> Matrix<T> {
    Matrix::from_diagonal(&(tau * (n.share * n.ze(n, m))))
}

/// `F_z^{m-1} = 2 omega (sum_i tau_i K^{mm}_ii) z^{m-1}`, of the traces.
pub fn trace_by_output<T: Number>(n: &LayerSample<T>, m: usize, tau: &Vector<T>) -> Vector<T> {
    &n.z[m] * (T::integer(2) * n.share * times(&n.k[m][m].diagonal(), tau).sum())
}

/// `2 omega_n sum_n' omega_n' term(n')`: `F` is a sum over pairs, in which a sample stands on either side.
fn against<T: Number>(
    n: &LayerSample<T>,
    samples: &[LayerSample<T>],
    term: &dyn Fn(&LayerSample<T>) -> Matrix<T>,
) -> Matrix<T> {
    let terms = samples.iter().map(|other| term(other) * (T::integer(2) * n.share * other.share));
    terms.reduce(|sum, next| sum + next).unwrap_or_else(|| Matrix::from_element(0, 0, T::zero()))
}

/// The same for a vector.
fn vector_against<T: Number>(
    n: &LayerSample<T>,
    samples: &[LayerSample<T>],
    term: &dyn Fn(&LayerSample<T>) -> Vector<T>,
) -> Vector<T> {
    let column = |vector: Vector<T>| Matrix::from_columns(&[vector]);
    against(n, samples, &|other| column(term(other))).column(0).into_owned()
}

/// `F_K^{ml} = 2 omega_n sum_n' omega_n' kappa * ze^{l-1} (ze^{m-1} K' + [m > l] g' (J'^T z)^T)`, of the squared norms.
pub fn squared_by_curvature<T: Number>(
    n: &LayerSample<T>,
    samples: &[LayerSample<T>],
    kappa: &Lower<T>,
    m: usize,
    l: usize,
) -> Matrix<T> {
    against(n, samples, &|other| {
        let mut term = &other.k[m][l] * n.ze(other, m);
        if m > l {
            term += outer(&other.g[m], &(other.j[m - 1][l].transpose() * &n.z[m]));
        }
        kappa[m][l].component_mul(&term) * n.ze(other, l)
    })
}

/// `F_g^m_i = 2 omega_n sum_n' omega_n' sum_{l<m} ze^{l-1} sum_p kappa_ip (K'_ip (J^T z')_p + g'_i (J^T J')_pp)`.
pub fn squared_by_adjoint<T: Number>(
    n: &LayerSample<T>,
    samples: &[LayerSample<T>],
    kappa: &Lower<T>,
    m: usize,
) -> Vector<T> {
    vector_against(n, samples, &|other| {
        let mut sum = Vector::from_element(n.g[m].len(), T::zero());
        for l in 0..m {
            let through_other = n.j[m - 1][l].transpose() * &other.z[m];
            let by_k = kappa[m][l].component_mul(&other.k[m][l]) * through_other;
            let by_g = times(&other.g[m], &(&kappa[m][l] * jacobian_products(n, other, m, l)));
            sum += (by_k + by_g) * n.ze(other, l);
        }
        sum
    })
}

/// `F_J^{m-1,l}_jp = 2 omega_n sum_n' omega_n' ze^{l-1} (z'_j sum_i kappa_ip g_i K'_ip + J'_jp sum_i kappa_ip g_i g'_i)`.
pub fn squared_by_jacobian<T: Number>(
    n: &LayerSample<T>,
    samples: &[LayerSample<T>],
    kappa: &Lower<T>,
    m: usize,
    l: usize,
) -> Matrix<T> {
    against(n, samples, &|other| {
        let by_k = kappa[m][l].component_mul(&other.k[m][l]).transpose() * &n.g[m];
        let by_g = kappa[m][l].transpose() * times(&n.g[m], &other.g[m]);
        let both = outer(&other.z[m], &by_k) + scale_columns(&other.j[m - 1][l], &by_g);
        both * n.ze(other, l)
    })
}

/// `F_z` of the input of a layer: from the layer's own pairs `4 omega_n sum_n' omega_n' ze <kappa, K * K'> z'` and, for each earlier
/// layer `l`, `2 omega_n sum_n' omega_n' ze^{l-1} (<kappa, K * K'> z'_j + sum_p J'_jp sum_i kappa_ip g'_i K_ip)`; from later layers `m`
/// the pair's product without `ze^{l-1}`, times `z'`.
pub fn squared_by_output<T: Number>(
    n: &LayerSample<T>,
    samples: &[LayerSample<T>],
    kappa: &Lower<T>,
    layer: usize,
) -> Vector<T> {
    vector_against(n, samples, &|other| {
        let inner = |m: usize, l: usize| kappa[m][l].component_mul(&n.k[m][l]).dot(&other.k[m][l]);
        let mut along = T::integer(2) * n.ze(other, layer) * inner(layer, layer);
        let mut across = Vector::from_element(n.z[layer].len(), T::zero());
        for l in 0..layer {
            let ze = n.ze(other, l);
            along += ze * inner(layer, l);
            let by_p = kappa[layer][l].component_mul(&n.k[layer][l]).transpose() * &other.g[layer];
            across += &other.j[layer - 1][l] * by_p * ze;
        }
        for m in layer + 1..n.layers() {
            along += kappa[m][layer].dot(&bracket(n, other, m, layer));
        }
        &other.z[layer] * along + across
    })
}

/// All partial derivatives of an objective by the quantities of one sample.
pub(super) fn partials<T: Number>(
    n: &LayerSample<T>,
    samples: &[LayerSample<T>],
    objective: &Objective<T>,
) -> LayerPartials<T> {
    let Objective { trace, squared: kappa } = objective;
    let layers = n.layers();
    // The squared norms are a sum over pairs, which a trace alone need not pay for.
    let pairs = kappa.iter().flatten().any(|kappa| kappa.iter().any(|entry| !entry.is_zero()));
    let samples = if pairs { samples } else { &[] };
    let zeros = zeros_like(n);
    let mut partials = zeros.clone();
    for m in 0..layers {
        partials.k[m][m] = trace_by_curvature(n, m, &trace[m]);
    }
    for m in 1..layers {
        partials.z[m] = trace_by_output(n, m, &trace[m]);
    }
    if samples.is_empty() {
        return partials;
    }
    for (m, l) in pairs_of_layers(layers) {
        partials.k[m][l] += squared_by_curvature(n, samples, kappa, m, l);
        if m > l {
            partials.j[m - 1][l] = squared_by_jacobian(n, samples, kappa, m, l);
        }
    }
    for m in 0..layers {
        partials.g[m] = squared_by_adjoint(n, samples, kappa, m);
    }
    for m in 1..layers {
        partials.z[m] += squared_by_output(n, samples, kappa, m);
    }
    partials
}

fn zeros_like<T: Number>(n: &LayerSample<T>) -> LayerPartials<T> {
    let matrices = |lower: &Lower<T>| -> Lower<T> {
        lower.iter().map(|row| row.iter().map(|matrix| matrix * T::zero()).collect()).collect()
    };
    let vectors = |all: &[Vector<T>]| all.iter().map(|vector| vector * T::zero()).collect();
    LayerPartials { k: matrices(&n.k), j: matrices(&n.j), g: vectors(&n.g), z: vectors(&n.z) }
}

/// `F_J^{k-1,l}` gets `W^k' (phi1^k F_J^{kl})`.
pub fn jacobian_inner<T: Number>(w: &Matrix<T>, phi1: &Vector<T>, f: &Matrix<T>) -> Matrix<T> {
    w.transpose() * scale_rows(f, phi1)
}

/// `G^k`, the gradient by `W^k`, gets `(phi1^k F_J^{kl}) J^{k-1,l}'`.
pub fn jacobian_weights<T: Number>(phi1: &Vector<T>, f: &Matrix<T>, j: &Matrix<T>) -> Matrix<T> {
    scale_rows(f, phi1) * j.transpose()
}

/// `f1^k`, the derivative by `phi1^k`, gets the row sums of `(W^k J^{k-1,l}) * F_J^{kl}`.
pub fn jacobian_slopes<T: Number>(w: &Matrix<T>, j: &Matrix<T>, f: &Matrix<T>) -> Vector<T> {
    (w * j).component_mul(f).column_sum()
}

/// `f1^l` gets the diagonal of `F_J^{ll}`.
pub fn jacobian_first<T: Number>(f: &Matrix<T>) -> Vector<T> {
    f.diagonal()
}

/// `F_K^{m,l+1}` gets `F_K^{ml} phi1^l W^{l+1}'`, for `m > l`.
pub fn coupling_inner<T: Number>(w: &Matrix<T>, phi1: &Vector<T>, f: &Matrix<T>) -> Matrix<T> {
    scale_columns(f, phi1) * w.transpose()
}

/// `G^{l+1}` gets `K^{m,l+1}' F_K^{ml} phi1^l`.
pub fn coupling_weights<T: Number>(k: &Matrix<T>, phi1: &Vector<T>, f: &Matrix<T>) -> Matrix<T> {
    k.transpose() * scale_columns(f, phi1)
}

/// `f1^l` gets the column sums of `(K^{m,l+1} W^{l+1}) * F_K^{ml}`.
pub fn coupling_slopes<T: Number>(k: &Matrix<T>, w: &Matrix<T>, f: &Matrix<T>) -> Vector<T> {
    (k * w).component_mul(f).row_sum_tr()
}

/// `F_K^{l+1,l+1}` gets `W (phi1 F_K^{ll} phi1) W'` with `W = W^{l+1}`.
pub fn curvature_inner<T: Number>(w: &Matrix<T>, phi1: &Vector<T>, f: &Matrix<T>) -> Matrix<T> {
    w * both_sides(f, phi1) * w.transpose()
}

/// `G^{l+1}` gets `K^{l+1,l+1} W (X + X')` with `X = phi1 F_K^{ll} phi1`, for symmetric `K`.
pub fn curvature_weights<T: Number>(
    k: &Matrix<T>,
    w: &Matrix<T>,
    phi1: &Vector<T>,
    f: &Matrix<T>,
) -> Matrix<T> {
    let x = both_sides(f, phi1);
    k * w * (&x + x.transpose())
}

/// `f1^l` gets `((F_K^{ll} + F_K^{ll}') * (W' K^{l+1,l+1} W)) phi1`, for symmetric `K`.
pub fn curvature_slopes<T: Number>(
    k: &Matrix<T>,
    w: &Matrix<T>,
    phi1: &Vector<T>,
    f: &Matrix<T>,
) -> Vector<T> {
    (f + f.transpose()).component_mul(&(w.transpose() * (k * w))) * phi1
}

/// `phi1 f phi1` with `phi1` as a diagonal.
fn both_sides<T: Number>(f: &Matrix<T>, phi1: &Vector<T>) -> Matrix<T> {
    scale_rows(&scale_columns(f, phi1), phi1)
}

/// `f2^l`, the derivative by `phi2^l`, gets `diag(F_K^{ll}) * v^l`.
pub fn curvature_bends<T: Number>(f: &Matrix<T>, v: &Vector<T>) -> Vector<T> {
    times(&f.diagonal(), v)
}

/// `F_v^l` gets `diag(F_K^{ll}) * phi2^l`.
pub fn curvature_output<T: Number>(f: &Matrix<T>, phi2: &Vector<T>) -> Vector<T> {
    times(&f.diagonal(), phi2)
}

/// `F_v^l` gets `F_g^l * phi1^l`.
pub fn adjoint_output<T: Number>(f: &Vector<T>, phi1: &Vector<T>) -> Vector<T> {
    times(f, phi1)
}

/// `f1^l` gets `F_g^l * v^l`.
pub fn adjoint_slopes<T: Number>(f: &Vector<T>, v: &Vector<T>) -> Vector<T> {
    times(f, v)
}

/// `F_g^{l+1}` gets `W^{l+1} F_v^l`.
pub fn adjoint_inner<T: Number>(w: &Matrix<T>, f_v: &Vector<T>) -> Vector<T> {
    w * f_v
}

/// `G^{l+1}` gets `g^{l+1} F_v^l'`.
pub fn adjoint_weights<T: Number>(g: &Vector<T>, f_v: &Vector<T>) -> Matrix<T> {
    outer(g, f_v)
}

/// `a*`, the derivative by the outputs: `S F_g^L + R[F_K^{LL}]`.
pub fn output_adjoint<T: Smooth, L: OutputLoss>(
    loss: &L,
    n: &LayerSample<T>,
    f_g: &Vector<T>,
    f_k: &Matrix<T>,
) -> Vector<T> {
    &n.s * f_g + loss.third(&n.o, &n.y, f_k)
}

/// `G^l` gets `a* zt^{l-1}'`; its last column is the gradient by the bias.
pub fn preactivation_weights<T: Number>(a: &Vector<T>, zt: &Vector<T>) -> Matrix<T> {
    outer(a, zt)
}

/// `z* = W^l' a* + F_z^{l-1}`, the derivative by the input of layer `l`.
pub fn preactivation_output<T: Number>(w: &Matrix<T>, a: &Vector<T>, f_z: &Vector<T>) -> Vector<T> {
    w.transpose() * a + f_z
}

/// `a* = phi1^l z* + phi2^l f1^l + phi3^l f2^l`, the derivative by the preactivations of hidden layer `l`.
pub fn preactivation_inner<T: Number>(
    n: &LayerSample<T>,
    l: usize,
    z: &Vector<T>,
    f1: &Vector<T>,
    f2: &Vector<T>,
) -> Vector<T> {
    times(&n.phi1[l], z) + times(&n.phi2[l], f1) + times(&n.phi3[l], f2)
}

/// One sample's share of the gradient by all parameters, from the partial derivatives by its quantities.
pub(super) fn sweep<T: Smooth, L: OutputLoss>(
    layers: &[Layer<T>],
    loss: &L,
    n: &LayerSample<T>,
    partials: LayerPartials<T>,
) -> Layers<T> {
    let LayerPartials { k: mut f_k, j: mut f_j, g: mut f_g, z: f_z } = partials;
    let hidden = n.phi1.len();
    let zeros = |of: &[Vector<T>]| -> Vec<Vector<T>> { of.iter().map(|vector| vector * T::zero()).collect() };
    let (mut f1, mut f2) = (zeros(&n.phi1), zeros(&n.phi1));
    let mut weights: Vec<Matrix<T>> = layers.iter().map(|layer| &layer.w * T::zero()).collect();
    for l in 0..hidden {
        for k in (l + 1..hidden).rev() {
            let (w, f, j) = (&layers[k].w, f_j[k][l].clone(), &n.j[k - 1][l]);
            f_j[k - 1][l] += jacobian_inner(w, &n.phi1[k], &f);
            weights[k] += jacobian_weights(&n.phi1[k], &f, j);
            f1[k] += jacobian_slopes(w, j, &f);
        }
        f1[l] += jacobian_first(&f_j[l][l]);
    }
    for l in 0..hidden {
        let (w, phi1) = (&layers[l + 1].w, &n.phi1[l]);
        for m in l + 1..=hidden {
            let (f, k) = (f_k[m][l].clone(), &n.k[m][l + 1]);
            f_k[m][l + 1] += coupling_inner(w, phi1, &f);
            weights[l + 1] += coupling_weights(k, phi1, &f);
            f1[l] += coupling_slopes(k, w, &f);
        }
        let (f, k) = (f_k[l][l].clone(), &n.k[l + 1][l + 1]);
        f_k[l + 1][l + 1] += curvature_inner(w, phi1, &f);
        weights[l + 1] += curvature_weights(k, w, phi1, &f);
        f1[l] += curvature_slopes(k, w, phi1, &f) + adjoint_slopes(&f_g[l], &n.v[l]);
        f2[l] += curvature_bends(&f, &n.v[l]);
        let f_v = curvature_output(&f, &n.phi2[l]) + adjoint_output(&f_g[l], phi1);
        f_g[l + 1] += adjoint_inner(w, &f_v);
        weights[l + 1] += adjoint_weights(&n.g[l + 1], &f_v);
    }
    let mut a = output_adjoint(loss, n, &f_g[hidden], &f_k[hidden][hidden]);
    let mut gradient = Vec::new();
    for l in (0..=hidden).rev() {
        let mut layer = from_augmented(&preactivation_weights(&a, &n.zt(l)), n.biases[l]);
        layer.w += &weights[l];
        gradient.push(layer);
        if l > 0 {
            let z = preactivation_output(&layers[l].w, &a, &f_z[l]);
            a = preactivation_inner(n, l - 1, &z, &f1[l - 1], &f2[l - 1]);
        }
    }
    gradient.reverse();
    Layers(gradient)
}
