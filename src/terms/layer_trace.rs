//! Chapter 10, traces at any depth: the trace `T` and the squared trace `Q` by layers and by units. See
//! `derivations/10-layer-trace.md`.
//!
//! A unit `(m, i)` is row `i` of `(W^m, b^m)`, those of the output included.

use super::layer_sample::{LayerSample, Lower, pairs_of_layers};
use super::layers::{places, summed_block};
use crate::number::{Matrix, Number, Vector};
use crate::parallel::sum;

/// `T_(m,i) = sum_n omega_n K^{mm}_ii |zt^{m-1}|^2`, the trace of each unit's diagonal block: a vector a layer.
pub fn unit_trace<T: Number>(samples: &[LayerSample<T>]) -> Vec<Vector<T>> {
    let of = |n: &LayerSample<T>, m: usize| n.k[m][m].diagonal() * (n.share * n.ze(n, m));
    let layers = samples.first().map_or(0, LayerSample::layers);
    let total = |m: usize| samples.iter().map(|n| of(n, m)).reduce(|sum, next| sum + next);
    (0..layers).filter_map(total).collect()
}

/// `sum_n omega_n tr(K^{ll}) |zt^{l-1}|^2` with the Gauss-Newton part of `K`, a number a layer.
pub fn layer_trace_gauss_newton<T: Number>(samples: &[LayerSample<T>]) -> Vec<T> {
    by_layer(samples, &|n, l| n.gauss_newton[l][l].trace() * n.ze(n, l))
}

/// `sum_n omega_n tr(K^{ll}) |zt^{l-1}|^2` with the residual part of `K`, a number a layer.
pub fn layer_trace_residual<T: Number>(samples: &[LayerSample<T>]) -> Vec<T> {
    by_layer(samples, &|n, l| n.residual[l][l].trace() * n.ze(n, l))
}

fn by_layer<T: Number>(samples: &[LayerSample<T>], term: &dyn Fn(&LayerSample<T>, usize) -> T) -> Vec<T> {
    let layers = samples.first().map_or(0, LayerSample::layers);
    let sum = |l: usize| samples.iter().fold(T::zero(), |sum, n| sum + n.share * term(n, l));
    (0..layers).map(sum).collect()
}

/// The trace `T` of the Hessian: both parts of all layers.
pub fn network_trace<T: Number>(samples: &[LayerSample<T>]) -> T {
    let parts = layer_trace_gauss_newton(samples).into_iter().chain(layer_trace_residual(samples));
    parts.fold(T::zero(), |sum, part| sum + part)
}

/// For units `i`, `p` of one layer the product of the blocks of two samples: `K_ip K'_ip (ze^{m-1})^2`. Their sum is `q_mm`.
pub fn pair_diagonal<T: Number>(n: &LayerSample<T>, other: &LayerSample<T>, m: usize) -> Matrix<T> {
    let ze = n.ze(other, m);
    n.k[m][m].component_mul(&other.k[m][m]) * (ze * ze)
}

/// For units `i` of layer `m` and `p` of an earlier layer `l` the product of the blocks of two samples:
/// `ze^{l-1} (K_ip K'_ip ze^{m-1} + g'_i K_ip (J'^T z)_p + g_i K'_ip (J^T z')_p + g_i g'_i (J^T J')_pp)`. Their sum is `q_ml`.
pub fn pair_coupling<T: Number>(n: &LayerSample<T>, other: &LayerSample<T>, m: usize, l: usize) -> Matrix<T> {
    bracket(n, other, m, l) * n.ze(other, l)
}

/// [`pair_coupling`] without its factor `ze^{l-1}`.
pub(super) fn bracket<T: Number>(
    n: &LayerSample<T>,
    other: &LayerSample<T>,
    m: usize,
    l: usize,
) -> Matrix<T> {
    let (k, k_other) = (&n.k[m][l], &other.k[m][l]);
    let (g, g_other) = (&n.g[m], &other.g[m]);
    let through = other.j[m - 1][l].transpose() * &n.z[m];
    let through_other = n.j[m - 1][l].transpose() * &other.z[m];
    let jj = jacobian_products(n, other, m, l);
    let ze = n.ze(other, m);
    Matrix::from_fn(k.nrows(), k.ncols(), |i, p| {
        k[(i, p)] * k_other[(i, p)] * ze
            + g_other[i] * k[(i, p)] * through[p]
            + g[i] * k_other[(i, p)] * through_other[p]
            + g[i] * g_other[i] * jj[p]
    })
}

/// `(J^T J')_pp` for `J = J^{m-1,l}`.
pub(super) fn jacobian_products<T: Number>(
    n: &LayerSample<T>,
    other: &LayerSample<T>,
    m: usize,
    l: usize,
) -> Vector<T> {
    let (j, j_other) = (&n.j[m - 1][l], &other.j[m - 1][l]);
    Vector::from_fn(j.ncols(), |p, _| j.column(p).dot(&j_other.column(p)))
}

/// Of two samples, the products of the blocks of all units of layers `m >= l`.
pub(super) fn pair_product<T: Number>(
    n: &LayerSample<T>,
    other: &LayerSample<T>,
    m: usize,
    l: usize,
) -> Matrix<T> {
    if m == l { pair_diagonal(n, other, m) } else { pair_coupling(n, other, m, l) }
}

/// `|H_(m,i),(l,p)|_F^2 = sum_{n,n'} omega_n omega_n'` of the pairs' products, for all units of layers `m >= l`.
pub fn unit_squared<T: Number>(samples: &[LayerSample<T>]) -> Lower<T> {
    let layers = samples.first().map_or(0, LayerSample::layers);
    let of = |m: usize, l: usize| {
        // A pair of two samples counts once each way.
        let row = |index: usize| {
            let n = &samples[index];
            let pairs = samples[..index]
                .iter()
                .map(|other| pair_product(n, other, m, l) * (T::integer(2) * n.share * other.share));
            pairs.fold(pair_product(n, n, m, l) * (n.share * n.share), |sum, pair| sum + pair)
        };
        sum(samples.len(), &row, &|sum, row| sum + row)
    };
    (0..layers).map(|m| (0..=m).filter_map(|l| of(m, l)).collect()).collect()
}

/// The squared trace `Q = tr H^2 = |H|_F^2`: all of [`unit_squared`], those of different layers twice.
pub fn network_squared<T: Number>(samples: &[LayerSample<T>]) -> T {
    total_squared(&unit_squared(samples))
}

/// `Q` from the squared norms of the blocks of units.
pub(super) fn total_squared<T: Number>(squared: &Lower<T>) -> T {
    let mut sum = T::zero();
    for (m, l) in pairs_of_layers(squared.len()) {
        let twice = if m == l { T::one() } else { T::integer(2) };
        sum += twice * squared[m][l].sum();
    }
    sum
}

/// [`unit_squared`] from the blocks summed over the samples first: no pairs of samples, but all entries of the Hessian.
pub fn unit_squared_by_parameters<T: Number>(samples: &[LayerSample<T>]) -> Lower<T> {
    let Some(first) = samples.first() else { return Vec::new() };
    let of = |m: usize, l: usize| {
        let block = summed_block(samples, m, l);
        let mut sum = Matrix::from_element(first.g[m].len(), first.g[l].len(), T::zero());
        for (row, (i, _)) in places(first, m).into_iter().enumerate() {
            for (column, (p, _)) in places(first, l).into_iter().enumerate() {
                sum[(i, p)] += block[(row, column)] * block[(row, column)];
            }
        }
        sum
    };
    (0..first.layers()).map(|m| (0..=m).map(|l| of(m, l)).collect()).collect()
}

/// The neural tangent kernel of two samples, `Theta = sum_l ze^{l-1} B^l B'^l'`, a row and a column an output.
pub fn tangent_kernel<T: Number>(n: &LayerSample<T>, other: &LayerSample<T>) -> Matrix<T> {
    let outputs = n.o.len();
    let none = Matrix::from_element(outputs, outputs, T::zero());
    (0..n.layers()).fold(none, |sum, l| sum + &n.b[l] * other.b[l].transpose() * n.ze(other, l))
}

/// The product of the Gauss-Newton matrices of two samples, `tr(S Theta S' Theta')`: one small matrix a pair at any depth.
pub fn gauss_newton_squared_by_kernel<T: Number>(n: &LayerSample<T>, other: &LayerSample<T>) -> T {
    let theta = tangent_kernel(n, other);
    (&n.s * &theta).dot(&(&theta * &other.s))
}
