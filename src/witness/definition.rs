//! The network and its loss, written out with indices from the definition. Shares nothing with [`terms`](crate::terms)
//! but the activation functions themselves.

use crate::model::{Activation, Shape};
use crate::number::Smooth;

/// `a_i = sum_l W_il x_l + b_i`. `theta` is flat, order `W, b, V, c`.
pub fn preactivation<T: Smooth>(shape: &Shape, theta: &[T], x: &[T]) -> Vec<T> {
    let (h, d) = (shape.hidden, shape.inputs);
    let mut a = Vec::with_capacity(h);
    for i in 0..h {
        let mut sum = if shape.biases { theta[h * d + i] } else { T::zero() };
        for l in 0..d {
            sum += theta[i * d + l] * x[l];
        }
        a.push(sum);
    }
    a
}

/// `z_i = phi(a_i)`.
pub fn hidden<T: Smooth>(activation: Activation, a: &[T]) -> Vec<T> {
    a.iter().map(|a| activation.value(a)).collect()
}

/// `o_k = sum_j V_kj z_j + c_k`.
pub fn output<T: Smooth>(shape: &Shape, theta: &[T], z: &[T]) -> Vec<T> {
    let (h, d, classes) = (shape.hidden, shape.inputs, shape.classes);
    let v = h * d + if shape.biases { h } else { 0 };
    let c = v + classes * h;
    let mut o = Vec::with_capacity(classes);
    for k in 0..classes {
        let mut sum = if shape.biases { theta[c + k] } else { T::zero() };
        for j in 0..h {
            sum += theta[v + k * h + j] * z[j];
        }
        o.push(sum);
    }
    o
}

/// Logits of one sample.
pub fn logits<T: Smooth>(shape: &Shape, activation: Activation, theta: &[T], x: &[T]) -> Vec<T> {
    let a = preactivation(shape, theta, x);
    output(shape, theta, &hidden(activation, &a))
}

/// `-sum_k y_k ln p_k` with `ln p_k = (o_k - o_r) - ln(1 + sum_{l != r} e^(o_l - o_r))`, for any reference `r`: the
/// largest logit, so that no exponential overflows. Uses `sum_k y_k = 1` nowhere.
pub fn cross_entropy<T: Smooth>(o: &[T], y: &[T]) -> T {
    let reference = T::largest(o);
    let from_reference = |k: usize| if k == reference { T::zero() } else { o[k] - o[reference] };
    let mut others = T::zero();
    for k in (0..o.len()).filter(|&k| k != reference) {
        others += from_reference(k).exp();
    }
    let log_total = others.ln_1p();
    let mut sum = T::zero();
    for (k, weight) in y.iter().enumerate() {
        sum -= *weight * (from_reference(k) - log_total);
    }
    sum
}
