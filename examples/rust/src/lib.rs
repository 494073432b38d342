//! The trace of the loss Hessian of a three-layer tanh network, written without `hsr`: what a project of your own might
//! hold. Its test holds it against the library.

/// A network with biases: rows of `w` are hidden units, rows of `v` classes.
pub struct ThreeLayer {
    /// Hidden weights.
    pub w: Vec<Vec<f64>>,
    /// Hidden biases.
    pub b: Vec<f64>,
    /// Output weights.
    pub v: Vec<Vec<f64>>,
    /// Output biases.
    pub c: Vec<f64>,
}

/// `tr H` of the mean cross entropy: for each sample `|zt|^2 (1 - |p|^2)` from the output layer, and from the hidden layer
/// `|xt|^2 sum_i (phi1_i^2 Var_p(V_.i) + phi2_i (V' (p - y))_i)`.
pub fn trace(network: &ThreeLayer, inputs: &[Vec<f64>], targets: &[Vec<f64>]) -> f64 {
    let samples = inputs.iter().zip(targets).map(|(x, y)| of_sample(network, x, y));
    samples.sum::<f64>() / inputs.len() as f64
}

fn of_sample(network: &ThreeLayer, x: &[f64], y: &[f64]) -> f64 {
    let ThreeLayer { w, b, v, c } = network;
    let z: Vec<f64> = w.iter().zip(b).map(|(row, bias)| (dot(row, x) + bias).tanh()).collect();
    let o: Vec<f64> = v.iter().zip(c).map(|(row, bias)| dot(row, &z) + bias).collect();
    let p = softmax(&o);
    let squares = |vector: &[f64]| dot(vector, vector);
    let output = (1.0 + squares(&z)) * p.iter().map(|p| p * (1.0 - p)).sum::<f64>();
    let mut hidden = 0.0;
    for (i, z) in z.iter().enumerate() {
        let column: Vec<f64> = v.iter().map(|row| row[i]).collect();
        let mean = dot(&p, &column);
        let variance: f64 = p.iter().zip(&column).map(|(p, v)| p * (v - mean) * (v - mean)).sum();
        let slope = 1.0 - z * z;
        let pull: f64 = column.iter().zip(p.iter().zip(y)).map(|(v, (p, y))| v * (p - y)).sum();
        hidden += slope * slope * variance - 2.0 * z * slope * pull;
    }
    output + (1.0 + squares(x)) * hidden
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn softmax(o: &[f64]) -> Vec<f64> {
    let top = o.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = o.iter().map(|o| (o - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}
