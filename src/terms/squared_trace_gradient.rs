//! Chapter 7, the gradient of the squared trace. See `derivations/07-squared-trace-gradient.md`.
//!
//! Each `q_` term stands for its sum over all pairs, `w sum_{n,m} q(n, m)` with `w = 1/N^2`; sums over `m` run over all
//! samples, `n` included. A pair occurs twice, which gives the factors 2.

use super::algebra::{differences, outer, scale_columns, times};
use super::model::{centred, covariance_times};
use super::sample::{Curvature, Partials};
use super::trace_gradient::parameter_gradient;
use crate::model::Parameters;
use crate::number::{Matrix, Number, Vector};
use crate::parallel::in_order;

/// From `F_S` to `F_p` through `S = diag(p) - p p'`: `F_p[k] = F_S[kk] - ((F_S + F_S') p)_k`.
pub fn covariance_pullback<T: Number>(p: &Vector<T>, f_s: &Matrix<T>) -> Vector<T> {
    f_s.diagonal() - (f_s + f_s.transpose()) * p
}

/// `q_out`: `F_S[n] = 2 w sum_m zeta^2 S_m`.
pub fn q_out_s<T: Number>(n: &Curvature<T>, all: &[Curvature<T>]) -> Matrix<T> {
    twice_mean(all, &|m| {
        let zeta = n.sample.zeta(&m.sample);
        &m.s * (zeta * zeta)
    })
}

/// `q_out`: `F_p`, through `S`. Takes `F_S`.
pub fn q_out_p<T: Number>(n: &Curvature<T>, f_s: &Matrix<T>) -> Vector<T> {
    covariance_pullback(&n.sample.p, f_s)
}

/// `q_out`: `F_z[n] = 4 w sum_m <S_n, S_m> zeta z_m`.
pub fn q_out_z<T: Number>(n: &Curvature<T>, all: &[Curvature<T>]) -> Vector<T> {
    let sum = twice_mean(all, &|m| {
        let factor = n.s.dot(&m.s) * n.sample.zeta(&m.sample);
        column(&m.sample.z) * factor
    });
    sum.column(0) * T::integer(2)
}

/// `q_hid`: `B = F_M[n] = 2 w sum_m xi^2 M_m`.
pub fn q_hid_m<T: Number>(n: &Curvature<T>, all: &[Curvature<T>]) -> Matrix<T> {
    twice_mean(all, &|m| {
        let xi = n.sample.xi(&m.sample);
        &m.m * (xi * xi)
    })
}

/// `q_hid`: `F_phi2 = diag(B) * u`. Takes `B = F_M`.
pub fn q_hid_phi2<T: Number>(n: &Curvature<T>, f_m: &Matrix<T>) -> Vector<T> {
    times(&f_m.diagonal(), &n.u)
}

/// `q_hid`: `F_delta = V F_u` with `F_u = diag(B) * phi2`, less its first entry, since `delta` sums to 0.
pub fn q_hid_delta<T: Number>(n: &Curvature<T>, v: &Matrix<T>, f_m: &Matrix<T>) -> Vector<T> {
    differences(v) * times(&f_m.diagonal(), &n.sample.phi2)
}

/// `q_hid`: `F_phi1[i] = 2 sum_j B_ij K_ij phi1_j`.
pub fn q_hid_phi1<T: Number>(n: &Curvature<T>, f_m: &Matrix<T>) -> Vector<T> {
    f_m.component_mul(&n.k) * &n.sample.phi1 * T::integer(2)
}

/// `q_hid`: `F_p` through `F_S = V Bk V'`, `Bk = diag(phi1) B diag(phi1)`; with the mean of the rows of `V` taken away, which
/// changes `F_p` by one number for all classes.
pub fn q_hid_p<T: Number>(n: &Curvature<T>, v: &Matrix<T>, f_m: &Matrix<T>) -> Vector<T> {
    let v = centred(&n.sample.p, v);
    covariance_pullback(&n.sample.p, &(&v * between_slopes(n, f_m) * v.transpose()))
}

/// `q_hid`: `F_V = 2 S V Bk + delta F_u'`.
pub fn q_hid_v<T: Number>(n: &Curvature<T>, f_m: &Matrix<T>) -> Matrix<T> {
    let f_u = times(&f_m.diagonal(), &n.sample.phi2);
    &n.sv * between_slopes(n, f_m) * T::integer(2) + outer(&n.sample.delta, &f_u)
}

/// `Bk = diag(phi1) B diag(phi1)`.
fn between_slopes<T: Number>(n: &Curvature<T>, f_m: &Matrix<T>) -> Matrix<T> {
    f_m.component_mul(&outer(&n.sample.phi1, &n.sample.phi1))
}

/// `q_cross`: `E_n = 2 w sum_m xi delta_m phi1_m'`, `C x h`.
pub fn q_cross_e<T: Number>(n: &Curvature<T>, all: &[Curvature<T>]) -> Matrix<T> {
    twice_mean(all, &|m| outer(&m.sample.delta, &m.sample.phi1) * n.sample.xi(&m.sample))
}

/// `q_cross`: `G_n = 2 w sum_m xi (A_m * z_m)` (each row of `A_m` times `z_m`), `C x h`.
pub fn q_cross_g<T: Number>(n: &Curvature<T>, all: &[Curvature<T>]) -> Matrix<T> {
    twice_mean(all, &|m| scale_columns(&m.a, &m.sample.z) * n.sample.xi(&m.sample))
}

/// `q_cross`: `F_A[n] = 2 w sum_m xi zeta A_m + E_n * z_n`. Takes `E_n`.
pub fn q_cross_a<T: Number>(n: &Curvature<T>, all: &[Curvature<T>], e: &Matrix<T>) -> Matrix<T> {
    let sum = twice_mean(all, &|m| &m.a * (n.sample.xi(&m.sample) * n.sample.zeta(&m.sample)));
    sum + scale_columns(e, &n.sample.z)
}

/// `q_cross`: `F_z[n] = 2 w sum_m xi <A_n, A_m> z_m + sum_k (E_n * A_n)_k`. Takes `E_n`.
pub fn q_cross_z<T: Number>(n: &Curvature<T>, all: &[Curvature<T>], e: &Matrix<T>) -> Vector<T> {
    let sum = twice_mean(all, &|m| column(&m.sample.z) * (n.sample.xi(&m.sample) * n.a.dot(&m.a)));
    sum.column(0) + e.component_mul(&n.a).row_sum_tr()
}

/// `q_cross`: `F_delta[n] = G_n phi1_n + 2 w sum_m xi (phi1_n.phi1_m) delta_m`. Takes `G_n`.
pub fn q_cross_delta<T: Number>(n: &Curvature<T>, all: &[Curvature<T>], g: &Matrix<T>) -> Vector<T> {
    let sum = twice_mean(all, &|m| {
        column(&m.sample.delta) * (n.sample.xi(&m.sample) * n.sample.phi1.dot(&m.sample.phi1))
    });
    sum.column(0) + g * &n.sample.phi1
}

/// `q_cross`: `F_phi1[n] = G_n' delta_n + 2 w sum_m xi (delta_n.delta_m) phi1_m`, and through `A` the sum over `k` of
/// `F_A * (S V)`. Takes `G_n` and `F_A`.
pub fn q_cross_phi1<T: Number>(
    n: &Curvature<T>,
    all: &[Curvature<T>],
    g: &Matrix<T>,
    f_a: &Matrix<T>,
) -> Vector<T> {
    let sum = twice_mean(all, &|m| {
        column(&m.sample.phi1) * (n.sample.xi(&m.sample) * n.sample.delta.dot(&m.sample.delta))
    });
    sum.column(0) + g.transpose() * &n.sample.delta + coupling_phi1(n, f_a)
}

/// Through `A = S V diag(phi1)`: `F_phi1[i] = sum_k F_A[ki] (S V)_ki`.
pub(super) fn coupling_phi1<T: Number>(n: &Curvature<T>, f_a: &Matrix<T>) -> Vector<T> {
    f_a.component_mul(&n.sv).row_sum_tr()
}

/// `q_cross`: `F_p` through `F_S = Y V'`, `Y = F_A diag(phi1)`, with the mean of the rows of `V` taken away. Takes `F_A`.
pub fn q_cross_p<T: Number>(n: &Curvature<T>, v: &Matrix<T>, f_a: &Matrix<T>) -> Vector<T> {
    let v = centred(&n.sample.p, v);
    covariance_pullback(&n.sample.p, &(scale_columns(f_a, &n.sample.phi1) * v.transpose()))
}

/// `q_cross`: `F_V = S Y`, `Y = F_A diag(phi1)`. Takes `F_A`.
pub fn q_cross_v<T: Number>(n: &Curvature<T>, f_a: &Matrix<T>) -> Matrix<T> {
    covariance_times(&n.sample.p, &scale_columns(f_a, &n.sample.phi1))
}

/// Gradient of `w sum_{n,m} q_out`. `None` for no samples.
pub fn q_out_gradient<T: Number>(points: &[Curvature<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    gradient_of(points, v, &|n| Partials {
        p: q_out_p(n, &q_out_s(n, points)),
        z: q_out_z(n, points),
        ..Partials::zeros(&n.sample)
    })
}

/// Gradient of `w sum_{n,m} q_hid`. `None` for no samples.
pub fn q_hid_gradient<T: Number>(points: &[Curvature<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    gradient_of(points, v, &|n| through_hidden_hessian(n, v, &q_hid_m(n, points)))
}

/// The partial derivatives of an `F` that depends on the sample through `M` alone. Takes `F_M`, symmetric.
pub(super) fn through_hidden_hessian<T: Number>(
    n: &Curvature<T>,
    v: &Matrix<T>,
    f_m: &Matrix<T>,
) -> Partials<T> {
    Partials {
        p: q_hid_p(n, v, f_m),
        delta: q_hid_delta(n, v, f_m),
        phi1: q_hid_phi1(n, f_m),
        phi2: q_hid_phi2(n, f_m),
        v: q_hid_v(n, f_m),
        ..Partials::zeros(&n.sample)
    }
}

/// Gradient of `w sum_{n,m} q_cross`, which is `gamma^2`. `None` for no samples.
pub fn q_cross_gradient<T: Number>(points: &[Curvature<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    gradient_of(points, v, &|n| {
        let (e, g) = (q_cross_e(n, points), q_cross_g(n, points));
        let f_a = q_cross_a(n, points, &e);
        Partials {
            p: q_cross_p(n, v, &f_a),
            delta: q_cross_delta(n, points, &g),
            z: q_cross_z(n, points, &e),
            phi1: q_cross_phi1(n, points, &g, &f_a),
            v: q_cross_v(n, &f_a),
            ..Partials::zeros(&n.sample)
        }
    })
}

/// Gradient of `Q`: that of `q_out` and `q_hid`, and twice that of `q_cross`. `None` for no samples.
pub fn trace_squared_gradient<T: Number>(points: &[Curvature<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    let diagonal = q_out_gradient(points, v)?.moved(&T::one(), &q_hid_gradient(points, v)?);
    Some(diagonal.moved(&T::integer(2), &q_cross_gradient(points, v)?))
}

fn gradient_of<T: Number>(
    points: &[Curvature<T>],
    v: &Matrix<T>,
    partials: &(dyn Fn(&Curvature<T>) -> Partials<T> + Sync),
) -> Option<Parameters<T>> {
    let terms = in_order(points.len(), &|n| partials(&points[n]));
    parameter_gradient(points.iter().map(|n| &n.sample).zip(terms), v)
}

/// `2 w sum_m term(m)` with `w = 1/N^2`.
fn twice_mean<T: Number>(all: &[Curvature<T>], term: &dyn Fn(&Curvature<T>) -> Matrix<T>) -> Matrix<T> {
    super::algebra::mean(all, term) * (T::integer(2) / T::integer(all.len() as i64))
}

fn column<T: Number>(vector: &Vector<T>) -> Matrix<T> {
    Matrix::from_column_slice(vector.len(), 1, vector.as_slice())
}
