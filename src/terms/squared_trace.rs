//! Chapter 4, the squared trace `Q = tr H^2`, over pairs of samples. See `derivations/04-squared-trace.md`.

use super::algebra::{mean, outer, times};
use super::hessian::shape_of;
use super::model::covariance_times;
use super::sample::Curvature;
use crate::number::{Matrix, Number, Vector};
use crate::parallel::in_order;

/// `<S_n, S_m> = p.q - p.(q*q) - (p*p).q + (p.q)^2`, written as the sum of the products of entries, all of them
/// positive.
pub fn covariance_product<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    n.s.dot(&m.s)
}

/// `q_out = <S_n, S_m> zeta^2`: the product `<H_n, H_m>` of the `V, c` blocks.
pub fn q_out<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    let zeta = n.sample.zeta(&m.sample);
    covariance_product(n, m) * zeta * zeta
}

/// `<GN_n, GN_m>`, by the hidden route: the product of two `h x h` matrices.
pub fn gn_gn<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    n.gn.dot(&m.gn)
}

/// `t_kl = sum_i phi1_n[i] phi1_m[i] V_ki V_li`, `C x C`.
pub fn class_gram<T: Number>(n: &Curvature<T>, m: &Curvature<T>, v: &Matrix<T>) -> Matrix<T> {
    v * Matrix::from_diagonal(&times(&n.sample.phi1, &m.sample.phi1)) * v.transpose()
}

/// `<GN_n, GN_m>`, by the class route:
/// `sum_kl p_k q_l t_kl^2 - sum_k p_k (t q)_k^2 - sum_l q_l (t' p)_l^2 + (p' t q)^2 = tr(S_n t S_m t')`, from the last
/// form, whose two factors `S_n t` and `S_m t'` are sums of differences.
pub fn gn_gn_by_classes<T: Number>(n: &Curvature<T>, m: &Curvature<T>, v: &Matrix<T>) -> T {
    let t = class_gram(n, m, v);
    let left = covariance_times(&n.sample.p, &t);
    let right = covariance_times(&m.sample.p, &t.transpose());
    left.dot(&right.transpose())
}

/// `sum_i GN_n[ii] r_m[i]`; with the samples exchanged it is the term res.gn.
pub fn gn_res<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    n.gn.diagonal().dot(&m.r)
}

/// `r_n . r_m`.
pub fn res_res<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    n.r.dot(&m.r)
}

/// `q_hid = <M_n, M_m> xi^2 = (gn.gn + gn.res + res.gn + res.res) xi^2`: the product of the `W, b` blocks.
pub fn q_hid<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    let xi = n.sample.xi(&m.sample);
    (gn_gn(n, m) + gn_res(n, m) + gn_res(m, n) + res_res(n, m)) * xi * xi
}

/// `<A_n, A_m> zeta xi`: the Gauss-Newton parts of the coupling blocks.
pub fn q_cross_gauss_newton<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    n.a.dot(&m.a) * n.sample.zeta(&m.sample) * n.sample.xi(&m.sample)
}

/// `(delta_m' A_n (z_n*phi1_m) + delta_n' A_m (z_m*phi1_n)) xi`: Gauss-Newton part against residual part.
pub fn q_cross_mixed<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    let one_way =
        |n: &Curvature<T>, m: &Curvature<T>| (&n.a * times(&n.sample.z, &m.sample.phi1)).dot(&m.sample.delta);
    (one_way(n, m) + one_way(m, n)) * n.sample.xi(&m.sample)
}

/// `(delta_n.delta_m)(phi1_n.phi1_m) xi`: the residual parts of the coupling blocks.
pub fn q_cross_residual<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    let (n, m) = (&n.sample, &m.sample);
    n.delta.dot(&m.delta) * n.phi1.dot(&m.phi1) * n.xi(m)
}

/// The product of the blocks that couple `W, b` to `V, c`: the sum of its three parts.
pub fn q_cross<T: Number>(n: &Curvature<T>, m: &Curvature<T>) -> T {
    q_cross_gauss_newton(n, m) + q_cross_mixed(n, m) + q_cross_residual(n, m)
}

/// `(1/N^2) sum_{n,m} term(n, m)` of a term that is symmetric in its samples. Rows of pairs are added in parallel, their
/// sums in order: the result does not depend on the number of threads.
pub(super) fn pair_mean<T: Number>(
    points: &[Curvature<T>],
    term: &(dyn Fn(&Curvature<T>, &Curvature<T>) -> T + Sync),
) -> T {
    let row = |index: usize| {
        let n = &points[index];
        let above = points[index + 1..].iter().fold(T::zero(), |sum, m| sum + term(n, m));
        term(n, n) + T::integer(2) * above
    };
    let rows = in_order(points.len(), &row);
    let count = T::integer(points.len() as i64);
    rows.into_iter().fold(T::zero(), |sum, row| sum + row) / (count * count)
}

/// `Q = tr H^2 = (1/N^2) sum_{n,m} (q_out + q_hid + 2 q_cross)`.
pub fn trace_squared<T: Number>(points: &[Curvature<T>]) -> T {
    pair_mean(points, &|n, m| q_out(n, m) + q_hid(n, m) + T::integer(2) * q_cross(n, m))
}

/// `Q` by the parameter route, `|H|_F^2` from the blocks themselves, one matrix of inputs at a time: for each `i, j`
/// the mean of `M_ij xt xt'`, for each `k, l` the mean of `S_kl zt zt'`, for each `k, i, j` the mean of
/// `(A_ki zt_j + delta_k phi1_i [i = j]) xt`.
pub fn trace_squared_by_parameters<T: Number>(points: &[Curvature<T>]) -> T {
    hidden_deviation(points, T::zero())
        + output_deviation(points, T::zero(), false)
        + T::integer(2) * coupling_squared_by_parameters(points)
}

/// `|H_WW - m I|_F^2` for the blocks of `W, b`, from the blocks themselves: a sum of squares, which loses no digit
/// where `H_WW` is close to `m I`.
pub fn hidden_deviation<T: Number>(points: &[Curvature<T>], m: T) -> T {
    let Some(shape) = shape_of(points) else { return T::zero() };
    let mut sum = T::zero();
    for i in 0..shape.hidden {
        for j in 0..shape.hidden {
            let mut block = mean(points, &|n| outer(&n.sample.xt, &n.sample.xt) * n.m[(i, j)]);
            if i == j {
                for l in 0..block.nrows() {
                    block[(l, l)] -= m;
                }
            }
            sum += block.dot(&block);
        }
    }
    sum
}

/// `|H_VV - m I|_F^2` for the blocks of `V, c`; with `projected` the identity is replaced by the projector
/// `(I - 1 1'/C) (x) I` off the null space.
pub fn output_deviation<T: Number>(points: &[Curvature<T>], m: T, projected: bool) -> T {
    let Some(shape) = shape_of(points) else { return T::zero() };
    let share = if projected { T::one() / T::integer(shape.classes as i64) } else { T::zero() };
    let mut sum = T::zero();
    for k in 0..shape.classes {
        for l in 0..shape.classes {
            let unit = if k == l { T::one() } else { T::zero() } - share;
            let mut block = mean(points, &|n| outer(&n.sample.zt(), &n.sample.zt()) * n.s[(k, l)]);
            for j in 0..block.nrows() {
                block[(j, j)] -= m * unit;
            }
            sum += block.dot(&block);
        }
    }
    sum
}

/// `gamma^2 = |H_VW|_F^2` from the blocks that couple `V, c` to `W, b`; equals the pair mean of `q_cross`.
pub fn coupling_squared_by_parameters<T: Number>(points: &[Curvature<T>]) -> T {
    let Some(shape) = shape_of(points) else { return T::zero() };
    let mut sum = T::zero();
    for k in 0..shape.classes {
        for i in 0..shape.hidden {
            // Columns: the coupling of (k, j) to (i, .) for every j, the bias index included.
            let block = mean(points, &|n| {
                let mut weights: Vector<T> = n.sample.zt() * n.a[(k, i)];
                weights[i] += n.sample.delta[k] * n.sample.phi1[i];
                outer(&n.sample.xt, &weights)
            });
            sum += block.dot(&block);
        }
    }
    sum
}
