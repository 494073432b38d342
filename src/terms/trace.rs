//! Chapter 3, the trace `T = tr H`. See `derivations/03-trace.md`.

use super::algebra::times;
use super::hessian::backpropagated_residual;
use super::sample::Sample;
use crate::number::{Matrix, Number, Vector};

/// `1 - |p|^2 = tr S`, written `sum_{k != l} p_k p_l`: positive terms only.
pub fn impurity<T: Number>(p: &Vector<T>) -> T {
    let mut sum = T::zero();
    for k in 0..p.len() {
        for l in 0..k {
            sum += p[k] * p[l];
        }
    }
    T::integer(2) * sum
}

/// `Var_i = sum_k p_k V_ki^2 - (sum_k p_k V_ki)^2`, written `sum_{k<l} p_k p_l (V_ki - V_li)^2`: positive terms only.
pub fn variance<T: Number>(p: &Vector<T>, v: &Matrix<T>) -> Vector<T> {
    Vector::from_fn(v.ncols(), |i, _| {
        let mut sum = T::zero();
        for k in 0..p.len() {
            for l in 0..k {
                let difference = v[(k, i)] - v[(l, i)];
                sum += p[k] * p[l] * difference * difference;
            }
        }
        sum
    })
}

/// `t_out = (1 - |p|^2) nz`: the trace of one sample's `V, c` blocks.
pub fn t_out<T: Number>(n: &Sample<T>) -> T {
    impurity(&n.p) * n.nz()
}

/// `t_gn = nx sum_i phi1_i^2 Var_i`: the trace of the Gauss-Newton part of one sample's `W, b` blocks.
pub fn t_gn<T: Number>(n: &Sample<T>, v: &Matrix<T>) -> T {
    n.nx() * times(&n.phi1, &n.phi1).dot(&variance(&n.p, v))
}

/// `t_res = nx sum_i phi2_i u_i`, `u = V' delta`: the trace of the residual part of one sample's `W, b` blocks.
pub fn t_res<T: Number>(n: &Sample<T>, v: &Matrix<T>) -> T {
    n.nx() * n.phi2.dot(&backpropagated_residual(v, &n.delta))
}

/// `T = tr H = (1/N) sum_n (t_out + t_gn + t_res)`.
pub fn trace<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> T {
    let terms = samples.iter().map(|n| t_out(n) + t_gn(n, v) + t_res(n, v));
    terms.fold(T::zero(), |sum, term| sum + term) / T::integer(samples.len() as i64)
}
