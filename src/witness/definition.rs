//! The network and its loss, written out with indices from the definition. Shares nothing with [`terms`](crate::terms)
//! but the activation functions themselves, and those are written out once more here, from exponentials and series.

use crate::model::{Activation, Architecture, Loss, Shape};
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

/// `p_k = e^(o_k - o_r) / sum_l e^(o_l - o_r)`, for any reference `r`: the largest logit, whose own exponential is 1.
pub fn softmax<T: Smooth>(o: &[T]) -> Vec<T> {
    let reference = T::largest(o);
    let weight = |k: usize| if k == reference { T::one() } else { (o[k] - o[reference]).exp() };
    let weights: Vec<T> = (0..o.len()).map(weight).collect();
    let total = weights.iter().fold(T::zero(), |sum, weight| sum + *weight);
    weights.into_iter().map(|weight| weight / total).collect()
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

/// What a place in a network of any depth is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// Preactivation `a` of a unit, the layer counted from 0.
    Preactivation(usize, usize),
    /// Output `z` of a unit of a hidden layer.
    Output(usize, usize),
}

/// All preactivations and hidden outputs of one sample, a list a layer. The last preactivations are the outputs `o`.
#[derive(Clone, Debug)]
pub struct Pass<T> {
    /// `a^l`.
    pub a: Vec<Vec<T>>,
    /// `z^l`.
    pub z: Vec<Vec<T>>,
}

impl<T> Pass<T> {
    /// The outputs `o`.
    pub fn outputs(&self) -> &[T] {
        &self.a[self.a.len() - 1]
    }
}

/// One sample's way through a network of any depth: `a^l_i = sum_j W^l_ij z^{l-1}_j + b^l_i`, `z^l_i = phi^l(a^l_i)`. `theta` is flat, order
/// `W1, b1, W2, b2, ..`. What is computed at a place is handed to `at`, which may shift it.
pub fn pass<T: Smooth>(
    architecture: &Architecture,
    activations: &[Activation],
    theta: &[T],
    x: &[T],
    at: &dyn Fn(Node, T) -> T,
) -> Pass<T> {
    let mut pass = Pass { a: Vec::new(), z: Vec::new() };
    let mut start = 0;
    for layer in 0..architecture.layers() {
        let input = if layer == 0 { x } else { &pass.z[layer - 1] };
        let (units, inputs) = (architecture.widths[layer], input.len());
        let biases = start + units * inputs;
        let mut a = Vec::with_capacity(units);
        for i in 0..units {
            let mut sum = if architecture.biases[layer] { theta[biases + i] } else { T::zero() };
            for j in 0..inputs {
                sum += theta[start + i * inputs + j] * input[j];
            }
            a.push(at(Node::Preactivation(layer, i), sum));
        }
        start = biases + if architecture.biases[layer] { units } else { 0 };
        if let Some(activation) = activations.get(layer) {
            let z = a.iter().enumerate().map(|(i, a)| at(Node::Output(layer, i), activation.value(a)));
            let z = z.collect();
            pass.z.push(z);
        }
        pass.a.push(a);
    }
    pass
}

/// The loss of one sample from its outputs and targets, as a textbook has it.
pub fn output_loss<T: Smooth>(loss: Loss, o: &[T], y: &[T]) -> T {
    let (one, two) = (T::one(), T::integer(2));
    let sum = |of: &dyn Fn(T, T) -> T| o.iter().zip(y).fold(T::zero(), |sum, (o, y)| sum + of(*o, *y));
    match loss {
        Loss::Softmax => cross_entropy(o, y),
        Loss::Squared => sum(&|o, y| (y - o) * (y - o) / two),
        // ln(1 + e^o) - y o; where o is large, ln(1 + e^o) = o + ln(1 + e^-o) does not overflow.
        Loss::MultiLabel => sum(&|o, y| match T::largest(&[T::zero(), o]) {
            0 => o.exp().ln_1p() - y * o,
            _ => (-o).exp().ln_1p() + (one - y) * o,
        }),
        Loss::Poisson => sum(&|o, y| o.exp() - y * o),
        // Far out sqrt(1 + r^2) is |r| sqrt(1 + 1/r^2), whose squares do not overflow.
        Loss::PseudoHuber => sum(&|o, y| {
            let far = |r: T| r * (one + one / r / r).sqrt() - one;
            match T::largest(&[T::integer(1000), o - y, y - o]) {
                0 => (one + (o - y) * (o - y)).sqrt() - one,
                1 => far(o - y),
                _ => far(y - o),
            }
        }),
        Loss::Cubic => cubic(o, y),
    }
}

/// `sum_j y_j o_j + sum_kl b_kl y_k o_k o_l + (1/6) sum_jkl c_jkl o_j o_k o_l` with the pseudo-random coefficients of
/// [`Loss::Cubic`]: those of three indices in any order are the same, and `b_kl` is that of `k`, `l` and 99.
fn cubic<T: Smooth>(o: &[T], y: &[T]) -> T {
    let coefficient = |mut indices: [usize; 3]| {
        indices.sort_unstable();
        let seed = indices.iter().fold(7u64, |seed, &index| seed * 31 + index as u64);
        T::integer((seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) as i64)
    };
    let outputs = o.len();
    let mut sum = T::zero();
    for j in 0..outputs {
        sum += y[j] * o[j];
        for k in 0..outputs {
            sum += coefficient([j, k, 99]) * y[j] * o[j] * o[k];
            for l in 0..outputs {
                sum += coefficient([j, k, l]) * o[j] * o[k] * o[l] / T::integer(6);
            }
        }
    }
    sum
}

/// Beyond arguments of this size a series has no digits left, or an exponential overflows.
const FAR: i64 = 20;

/// Terms of a series: enough for arguments up to [`FAR`], where those of `Phi` rise until the 200th and are below `1e-100` of the
/// sum from the 600th on.
const TERMS: i64 = 600;

/// `phi(a)` from exponentials and power series, as a textbook has it: for floats, where `phi` is more than a symbol. It loses
/// digits where terms cancel, which a bound on rounding errors says. Beyond arguments of 20 it is the activation itself.
pub fn activation<T: Smooth>(activation: Activation, a: &T) -> T {
    let (a, int) = (*a, T::integer);
    if T::largest(&[int(FAR), a, -a]) != 0 {
        return activation.value(&a);
    }
    let logistic = |a: T| int(1) / (int(1) + (-a).exp());
    let tanh = |a: T| (a.exp() - (-a).exp()) / (a.exp() + (-a).exp());
    // 18 digits: more than an f64 has.
    let pi = int(3_141_592_653_589_793_238) / int(1_000_000_000_000_000_000);
    match activation {
        Activation::Sigmoid => logistic(a),
        Activation::Tanh => tanh(a),
        Activation::Softplus => (int(1) + a.exp()).ln(),
        Activation::Silu => a * logistic(a),
        // Phi(a) = 1/2 + e^(-a^2/2)/sqrt(2 pi) sum_k a^(2k+1)/(1 3 5 .. (2k+1)).
        Activation::Gelu => {
            let density = (-(a * a) / int(2)).exp() / (int(2) * pi).sqrt();
            a * (int(1) / int(2) + density * series(a, a * a, |k| 2 * k + 1))
        }
        Activation::Sin => series(a, -(a * a), |k| 2 * k * (2 * k + 1)),
        Activation::Identity => a,
        Activation::GeluTanh => {
            let u = (int(2) / pi).sqrt() * (a + int(44_715) / int(1_000_000) * a * a * a);
            a * (int(1) + tanh(u)) / int(2)
        }
        Activation::Relu => (a + (a * a).sqrt()) / int(2),
        Activation::LeakyRelu => (int(101) * a + int(99) * (a * a).sqrt()) / int(200),
    }
}

/// `first (1 + step/below(1) (1 + step/below(2) (..)))`.
fn series<T: Smooth>(first: T, step: T, below: impl Fn(i64) -> i64) -> T {
    let (mut term, mut sum) = (first, first);
    for k in 1..TERMS {
        term = term * step / T::integer(below(k));
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Rounded;

    #[test]
    fn every_activation_is_what_its_textbook_says() {
        for activation in Activation::ALL {
            for a in [-6.5, -1.0, -0.01, 0.0, 0.3, 2.0, 5.0] {
                let a = Rounded::exact(a);
                let (found, written) = (activation.value(&a), super::activation(activation, &a));
                let off = (found.value - written.value).abs();
                assert!(off <= found.error + written.error, "{activation} at {a:?}: {found:?}, {written:?}");
                assert!(written.error < 1e-11, "{activation} at {a:?}: {written:?}");
            }
            for a in [-1e4, -21.0, -19.9, -11.3, 8.0, 11.3, 15.0, 19.9, 20.1, 800.0] {
                let a = Rounded::exact(a);
                let (found, written) = (activation.value(&a), super::activation(activation, &a));
                let off = (found.value - written.value).abs();
                assert!(off <= found.error + written.error, "{activation} at {a:?}: {found:?}, {written:?}");
            }
        }
    }

    #[test]
    fn the_softmax_of_logits_far_apart_is_a_distribution() {
        assert_eq!(softmax(&[1000.0, 0.0, 1000.0]), [0.5, 0.0, 0.5]);
    }
}
