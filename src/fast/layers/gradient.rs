//! A gradient by all weights and biases.

use super::sizes::Sizes;

/// A row-major matrix and a vector a layer.
#[derive(Default)]
pub(super) struct Gradient {
    pub w: Vec<Vec<f64>>,
    pub b: Vec<Vec<f64>>,
}

impl Gradient {
    pub fn new(sizes: &Sizes) -> Self {
        let layers = sizes.layers();
        Gradient {
            w: (0..layers).map(|l| vec![0.0; sizes.outputs(l) * sizes.inputs(l)]).collect(),
            b: (0..layers).map(|l| vec![0.0; sizes.outputs(l) * sizes.bias(l)]).collect(),
        }
    }

    pub fn clear(&mut self) {
        self.w.iter_mut().chain(&mut self.b).for_each(|sum| sum.fill(0.0));
    }

    /// Adds it to a flat one: order `W1, b1, W2, ..`.
    pub fn add_to(&self, out: &mut [f64]) {
        let own = self.w.iter().zip(&self.b).flat_map(|(w, b)| w.iter().chain(b));
        out.iter_mut().zip(own).for_each(|(out, own)| *out += own);
    }
}
