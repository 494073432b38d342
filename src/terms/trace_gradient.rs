//! Chapter 6, the gradient of the trace, and the chain from a scalar's partial derivatives to the parameters. See
//! `derivations/06-trace-gradient.md`.
//!
//! `F_p` stands for the partial derivative of a scalar `F` by `p`, and so on: [`Partials`] says what is held fixed.

use super::algebra::{differences, outer, times};
use super::hessian::backpropagated_residual;
use super::model::{centred, covariance_times};
use super::sample::{Partials, Sample};
use super::trace::variance;
use crate::model::Parameters;
use crate::number::{Matrix, Number, Vector};

/// `o* = S (F_p + F_delta)`: the derivative of `F` by the logits.
pub fn logits_adjoint<T: Number>(n: &Sample<T>, f: &Partials<T>) -> Vector<T> {
    let sum = &f.p + &f.delta;
    let column = Matrix::from_column_slice(sum.len(), 1, sum.as_slice());
    covariance_times(&n.p, &column).column(0).into_owned()
}

/// `a* = phi1 * (V' o* + F_z) + phi2 * F_phi1 + phi3 * F_phi2`: the derivative of `F` by the preactivations.
pub fn preactivation_adjoint<T: Number>(n: &Sample<T>, v: &Matrix<T>, f: &Partials<T>) -> Vector<T> {
    let through_z = backpropagated_residual(v, &logits_adjoint(n, f)) + &f.z;
    times(&n.phi1, &through_z) + times(&n.phi2, &f.phi1) + times(&n.phi3, &f.phi2)
}

/// `grad_W F = sum_n a* x'`, `grad_b F = sum_n a*`, `grad_V F = sum_n (F_V + o* z')`, `grad_c F = sum_n o*`.
pub fn parameter_gradient<'a, T: Number>(
    terms: impl IntoIterator<Item = (&'a Sample<T>, Partials<T>)>,
    v: &Matrix<T>,
) -> Option<Parameters<T>> {
    let gradients = terms.into_iter().map(|(n, f)| {
        let (o, a) = (logits_adjoint(n, &f), preactivation_adjoint(n, v, &f));
        Parameters {
            w: outer(&a, &n.x()),
            v: f.v + outer(&o, &n.z),
            b: n.biases.then_some(a),
            c: n.biases.then_some(o),
        }
    });
    gradients.reduce(|sum, next| sum.moved(&T::one(), &next))
}

/// `t_out`: `F_p = -2 p nz`.
pub fn t_out_p<T: Number>(n: &Sample<T>) -> Vector<T> {
    &n.p * (-T::integer(2) * n.nz())
}

/// `t_out`: `F_z = 2 (1 - |p|^2) z`.
pub fn t_out_z<T: Number>(n: &Sample<T>) -> Vector<T> {
    &n.z * (T::integer(2) * super::trace::impurity(&n.p))
}

/// `t_gn`: `F_p[k] = nx sum_i phi1_i^2 (V_ki^2 - 2 V_ki vbar_i)` with `vbar = V' p`, written
/// `nx sum_i phi1_i^2 (V_ki - vbar_i)^2`, which is more by one number for all classes and sums positive terms only.
pub fn t_gn_p<T: Number>(n: &Sample<T>, v: &Matrix<T>) -> Vector<T> {
    let centred = centred(&n.p, v);
    centred.component_mul(&centred) * times(&n.phi1, &n.phi1) * n.nx()
}

/// `t_gn`: `F_phi1[i] = 2 nx phi1_i Var_i`.
pub fn t_gn_phi1<T: Number>(n: &Sample<T>, v: &Matrix<T>) -> Vector<T> {
    times(&n.phi1, &variance(&n.p, v)) * (T::integer(2) * n.nx())
}

/// `t_gn`: `F_V[ki] = 2 nx p_k phi1_i^2 (V_ki - vbar_i)`, that is `2 nx (S V)_ki phi1_i^2`.
pub fn t_gn_v<T: Number>(n: &Sample<T>, v: &Matrix<T>) -> Matrix<T> {
    let squares = times(&n.phi1, &n.phi1);
    super::algebra::scale_columns(&covariance_times(&n.p, v), &squares) * (T::integer(2) * n.nx())
}

/// `t_res`: `F_delta[k] = nx sum_i phi2_i V_ki`, less its first entry, since `delta` sums to 0.
pub fn t_res_delta<T: Number>(n: &Sample<T>, v: &Matrix<T>) -> Vector<T> {
    differences(v) * &n.phi2 * n.nx()
}

/// `t_res`: `F_phi2 = nx u` with `u = V' delta`.
pub fn t_res_phi2<T: Number>(n: &Sample<T>, v: &Matrix<T>) -> Vector<T> {
    backpropagated_residual(v, &n.delta) * n.nx()
}

/// `t_res`: `F_V[ki] = nx delta_k phi2_i`.
pub fn t_res_v<T: Number>(n: &Sample<T>) -> Matrix<T> {
    outer(&n.delta, &n.phi2) * n.nx()
}

/// Gradient of `(1/N) sum_n t_out`.
pub fn t_out_gradient<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    mean_gradient_of(samples, v, &|n| Partials { p: t_out_p(n), z: t_out_z(n), ..Partials::zeros(n) })
}

/// Gradient of `(1/N) sum_n t_gn`.
pub fn t_gn_gradient<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    mean_gradient_of(samples, v, &|n| Partials {
        p: t_gn_p(n, v),
        phi1: t_gn_phi1(n, v),
        v: t_gn_v(n, v),
        ..Partials::zeros(n)
    })
}

/// Gradient of `(1/N) sum_n t_res`.
pub fn t_res_gradient<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    mean_gradient_of(samples, v, &|n| Partials {
        delta: t_res_delta(n, v),
        phi2: t_res_phi2(n, v),
        v: t_res_v(n),
        ..Partials::zeros(n)
    })
}

/// Gradient of `T`: the sum of the three. `None` for no samples.
pub fn trace_gradient<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Option<Parameters<T>> {
    let gauss_newton = t_out_gradient(samples, v)?.moved(&T::one(), &t_gn_gradient(samples, v)?);
    Some(gauss_newton.moved(&T::one(), &t_res_gradient(samples, v)?))
}

fn mean_gradient_of<T: Number>(
    samples: &[Sample<T>],
    v: &Matrix<T>,
    partials: &dyn Fn(&Sample<T>) -> Partials<T>,
) -> Option<Parameters<T>> {
    let sum = parameter_gradient(samples.iter().map(|n| (n, partials(n))), v)?;
    Some(sum.scale(&(T::one() / T::integer(samples.len() as i64))))
}
