//! Chapter 1, the model: forward quantities, loss, loss gradient. See `derivations/01-model.md`.
//!
//! Differences are formed so that none cancels: probabilities come from the largest logit, `1 - p_k` is the sum of the
//! other probabilities, and a covariance is a sum over pairs of classes. So saturated logits keep all their digits.

use super::algebra::{as_column, differences, mean, outer, times};
use super::sample::Sample;
use crate::model::{Activation, Batch, Parameters, ThreeLayer};
use crate::number::{Matrix, Number, Smooth, Vector};

/// Preactivation `a = W x + b`, `h` entries; `x` has `d`.
pub fn preactivation<T: Number>(network: &ThreeLayer<T>, x: &Vector<T>) -> Vector<T> {
    let a = &network.parameters.w * x;
    match &network.parameters.b {
        Some(b) => a + b,
        None => a,
    }
}

/// Hidden output `z = phi(a)`, elementwise.
pub fn hidden<T: Smooth>(activation: Activation, a: &Vector<T>) -> Vector<T> {
    a.map(|a| activation.value(&a))
}

/// First derivative `phi'(a)`, elementwise.
pub fn phi1<T: Smooth>(activation: Activation, a: &Vector<T>) -> Vector<T> {
    a.map(|a| activation.derivatives(&a).first)
}

/// Second derivative `phi''(a)`, elementwise.
pub fn phi2<T: Smooth>(activation: Activation, a: &Vector<T>) -> Vector<T> {
    a.map(|a| activation.derivatives(&a).second)
}

/// Third derivative `phi'''(a)`, elementwise.
pub fn phi3<T: Smooth>(activation: Activation, a: &Vector<T>) -> Vector<T> {
    a.map(|a| activation.derivatives(&a).third)
}

/// Sigmoid's three derivatives as polynomials in its value `f`:
/// `f(1-f)`, `f(1-f)(1-2f)`, `f(1-f)(1-6f+6f^2)`.
pub fn sigmoid_polynomials<T: Number>(f: &T) -> [T; 3] {
    let (f, int) = (*f, T::integer);
    let first = f * (int(1) - f);
    [first, first * (int(1) - int(2) * f), first * (int(1) - int(6) * f + int(6) * f * f)]
}

/// Tanh's three derivatives as polynomials in its value `f`: `1-f^2`, `-2f(1-f^2)`, `(6f^2-2)(1-f^2)`.
pub fn tanh_polynomials<T: Number>(f: &T) -> [T; 3] {
    let (f, int) = (*f, T::integer);
    let square = f * f;
    let first = int(1) - square;
    [first, -int(2) * f * first, (int(6) * square - int(2)) * first]
}

/// Logits `o = V z + c`, `C` entries.
pub fn logits<T: Number>(network: &ThreeLayer<T>, z: &Vector<T>) -> Vector<T> {
    let o = &network.parameters.v * z;
    match &network.parameters.c {
        Some(c) => o + c,
        None => o,
    }
}

/// `p_k = e^(o_k) / sum_l e^(o_l)`, each exponent taken relative to the largest logit.
pub fn softmax<T: Smooth>(o: &Vector<T>) -> Vector<T> {
    let top = T::largest(o.as_slice());
    let weights = o.map_with_location(|k, _, logit| if k == top { T::one() } else { (logit - o[top]).exp() });
    let total = weights.sum();
    weights.map(|weight| weight / total)
}

/// Cross entropy of one sample, `-sum_k y_k ln p_k = sum_k y_k ((o_top - o_k) + ln(1 + sum_{l != top} e^(o_l - o_top)))`.
///
/// Accurate to the last digits where the right class is certain and the loss tiny.
pub fn cross_entropy<T: Smooth>(o: &Vector<T>, y: &Vector<T>) -> T {
    let top = T::largest(o.as_slice());
    let mut others = T::zero();
    for (k, logit) in o.iter().enumerate() {
        if k != top {
            others += (*logit - o[top]).exp();
        }
    }
    let excess = others.ln_1p();
    let surprisal =
        o.map_with_location(|k, _, logit| if k == top { excess } else { o[top] - logit + excess });
    surprisal.dot(y)
}

/// Loss `L = (1/N) sum_n cross_entropy(o_n, y_n)`.
pub fn loss<T: Smooth>(network: &ThreeLayer<T>, batch: &Batch<T>) -> T {
    let mut sum = T::zero();
    for n in 0..batch.samples() {
        let a = preactivation(network, &batch.x.row(n).transpose());
        let o = logits(network, &hidden(network.activation, &a));
        sum += cross_entropy(&o, &batch.y.row(n).transpose());
    }
    sum / T::integer(batch.samples() as i64)
}

/// Residual `delta = p - y`, the derivative of the cross entropy by the logits where `sum y = 1`; written as
/// `delta_k = p_k sum_{l != k} y_l - y_k sum_{l != k} p_l`, which does not cancel when `p` is close to a one-hot `y`.
pub fn residual<T: Number>(p: &Vector<T>, y: &Vector<T>) -> Vector<T> {
    let (other_p, other_y) = (others(p), others(y));
    p.component_mul(&other_y) - y.component_mul(&other_p)
}

/// For each entry the sum of the others, `sum_{l != k} v_l`: of those before it, and of those behind it.
pub(crate) fn others<T: Number>(v: &Vector<T>) -> Vector<T> {
    let mut others = Vector::from_element(v.len(), T::zero());
    let mut sum = T::zero();
    for k in 0..v.len() {
        others[k] = sum;
        sum += v[k];
    }
    sum = T::zero();
    for k in (0..v.len()).rev() {
        others[k] += sum;
        sum += v[k];
    }
    others
}

/// Softmax covariance `S = diag(p) - p p'`, `C x C`; the diagonal is `p_k sum_{l != k} p_l`. Equals the derivative of
/// `delta` by the logits; `S 1 = 0`, and `S` is positive semidefinite.
pub fn softmax_covariance<T: Number>(p: &Vector<T>) -> Matrix<T> {
    let others = others(p);
    Matrix::from_fn(p.len(), p.len(), |k, l| if k == l { p[k] * others[k] } else { -p[k] * p[l] })
}

/// `S m` for a matrix `m` with `C` rows, as differences of its rows: `(S m)_ki = p_k sum_l p_l (m_ki - m_li)`.
pub fn covariance_times<T: Number>(p: &Vector<T>, m: &Matrix<T>) -> Matrix<T> {
    let centred = centred(p, m);
    Matrix::from_fn(m.nrows(), m.ncols(), |k, i| p[k] * centred[(k, i)])
}

/// The rows of a matrix less their mean under `p`, as differences of rows: `sum_l p_l (m_ki - m_li)`. What all rows have in
/// common, however large, leaves no trace.
pub(super) fn centred<T: Number>(p: &Vector<T>, m: &Matrix<T>) -> Matrix<T> {
    Matrix::from_fn(m.nrows(), m.ncols(), |k, i| {
        let mut sum = T::zero();
        for l in 0..p.len() {
            sum += p[l] * (m[(k, i)] - m[(l, i)]);
        }
        sum
    })
}

/// Derivative of `S` by the logits, the third cumulant of the one-hot variable:
/// `dS_kl/do_m = sum_j p_j (1_jk - p_k)(1_jl - p_l)(1_jm - p_m)`, flat with `m` fastest.
pub fn third_cumulant<T: Number>(p: &Vector<T>) -> Vec<T> {
    let classes = p.len();
    let centred = |j: usize, k: usize| if j == k { T::one() - p[k] } else { -p[k] };
    let mut cumulant = Vec::with_capacity(classes.pow(3));
    for k in 0..classes {
        for l in 0..classes {
            for m in 0..classes {
                let terms = (0..classes).map(|j| p[j] * centred(j, k) * centred(j, l) * centred(j, m));
                cumulant.push(terms.fold(T::zero(), |sum, term| sum + term));
            }
        }
    }
    cumulant
}

/// `grad_W L = (1/N) sum_n (phi1 * u) x'` with `u = V' delta`; `h x d`.
pub fn loss_gradient_w<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Matrix<T> {
    mean(samples, &|n| outer(&times(&n.phi1, &(differences(v).transpose() * &n.delta)), &n.x()))
}

/// `grad_b L = (1/N) sum_n phi1 * u`; `h` entries.
pub fn loss_gradient_b<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Matrix<T> {
    mean(samples, &|n| as_column(times(&n.phi1, &(differences(v).transpose() * &n.delta))))
}

/// `grad_V L = (1/N) sum_n delta z'`; `C x h`.
pub fn loss_gradient_v<T: Number>(samples: &[Sample<T>]) -> Matrix<T> {
    mean(samples, &|n| outer(&n.delta, &n.z))
}

/// `grad_c L = (1/N) sum_n delta`; `C` entries.
pub fn loss_gradient_c<T: Number>(samples: &[Sample<T>]) -> Matrix<T> {
    mean(samples, &|n| as_column(n.delta.clone()))
}

/// Gradient of the loss with respect to `W, b, V, c`.
pub fn loss_gradient<T: Number>(samples: &[Sample<T>], v: &Matrix<T>) -> Parameters<T> {
    let biases = samples.first().is_some_and(|sample| sample.biases);
    Parameters {
        w: loss_gradient_w(samples, v),
        b: biases.then(|| loss_gradient_b(samples, v).column(0).into_owned()),
        v: loss_gradient_v(samples),
        c: biases.then(|| loss_gradient_c(samples).column(0).into_owned()),
    }
}
