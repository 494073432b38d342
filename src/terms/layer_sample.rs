//! What the closed forms of chapters 9 to 13 are made of: one sample's way through a network of any depth.

use super::layers;
use super::losses::OutputLoss;
use super::model::{phi1, phi2, phi3};
use crate::model::{Batch, Network};
use crate::number::{Matrix, Number, Smooth, Vector};

/// A matrix for each pair of layers `m >= l`, at `[m][l]`. Layers are counted from 0 here.
pub type Lower<T> = Vec<Vec<Matrix<T>>>;

/// One sample's quantities in all layers, by the equations of chapter 9.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerSample<T> {
    /// What the sample counts in a mean, `omega`.
    pub share: T,
    /// The input of each layer, without the 1 of a bias: `x` for the first.
    pub z: Vec<Vector<T>>,
    /// Whether each layer has a bias.
    pub biases: Vec<bool>,
    /// `phi'` at the preactivations of each hidden layer.
    pub phi1: Vec<Vector<T>>,
    /// `phi''` at the preactivations of each hidden layer.
    pub phi2: Vec<Vector<T>>,
    /// `phi'''` at the preactivations of each hidden layer.
    pub phi3: Vec<Vector<T>>,
    /// Outputs `o`.
    pub o: Vector<T>,
    /// Targets `y`.
    pub y: Vector<T>,
    /// The loss's derivative by the output of each hidden layer.
    pub v: Vec<Vector<T>>,
    /// The loss's derivative by the preactivations of each layer.
    pub g: Vec<Vector<T>>,
    /// The loss's second derivative by the outputs, `S`.
    pub s: Matrix<T>,
    /// Gauss-Newton part of [`LayerSample::k`].
    pub gauss_newton: Lower<T>,
    /// Residual part of [`LayerSample::k`].
    pub residual: Lower<T>,
    /// The loss's second derivative by the preactivations of two layers, `K`.
    pub k: Lower<T>,
    /// The derivative of a hidden layer's output by an earlier layer's preactivations, `J`.
    pub j: Lower<T>,
    /// The derivative of the outputs by the preactivations of each layer, `B`.
    pub b: Vec<Matrix<T>>,
}

impl<T: Number> LayerSample<T> {
    /// Number of weight layers, `L`.
    pub fn layers(&self) -> usize {
        self.z.len()
    }

    /// The input of a layer, with a 1 appended where it has a bias.
    pub fn zt(&self, layer: usize) -> Vector<T> {
        if self.biases[layer] { self.z[layer].push(T::one()) } else { self.z[layer].clone() }
    }

    /// Gram entry of the inputs of a layer, `ze = zt_n . zt_n'`.
    pub fn ze(&self, other: &Self, layer: usize) -> T {
        let product = self.z[layer].dot(&other.z[layer]);
        if self.biases[layer] { product + T::one() } else { product }
    }
}

/// All pairs of layers `m >= l`.
pub(crate) fn pairs_of_layers(layers: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..layers).flat_map(|m| (0..=m).map(move |l| (m, l)))
}

/// Runs a network of any depth on every sample of the batch, and back.
///
/// ```
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::terms::{layer_samples, layer_trace, layers};
/// use nalgebra::dmatrix;
///
/// let layers = Layers(vec![
///     Layer { w: dmatrix![0.3, -0.2; 0.1, 0.4], b: None },
///     Layer { w: dmatrix![0.5, -0.3], b: None },
///     Layer { w: dmatrix![0.7], b: None },
/// ]);
/// let network = Network::new(layers, vec![Activation::Tanh, Activation::Silu])?;
/// let batch = Batch::for_loss(dmatrix![1.0, 2.0; -0.5, 0.3], dmatrix![0.2; -1.0], Loss::Squared)?;
/// let samples = layer_samples(&network, &Loss::Squared, &batch);
/// let h = layers::layer_hessian(&samples);
/// let (t, q): (f64, f64) = (layer_trace::network_trace(&samples), layer_trace::network_squared(&samples));
/// assert!((t - h.trace()).abs() < 1e-15 && (q - h.norm_squared()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn layer_samples<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    batch: &Batch<T>,
) -> Vec<LayerSample<T>> {
    let shares = batch.shares();
    let sample = |(n, share): (usize, T)| {
        layer_sample(network, loss, share, batch.x.row(n).transpose(), batch.y.row(n).transpose())
    };
    shares.into_iter().enumerate().map(sample).collect()
}

fn layer_sample<T: Smooth, L: OutputLoss>(
    network: &Network<T>,
    loss: &L,
    share: T,
    x: Vector<T>,
    y: Vector<T>,
) -> LayerSample<T> {
    let (all, hidden) = (&network.layers.0, network.activations.len());
    let (mut z, mut a) = (vec![x], Vec::new());
    for (l, activation) in network.activations.iter().enumerate() {
        a.push(layers::layer_preactivation(&all[l], &z[l]));
        z.push(layers::layer_output(*activation, &a[l]));
    }
    let o = layers::layer_preactivation(&all[hidden], &z[hidden]);
    let slopes = |of: fn(crate::model::Activation, &Vector<T>) -> Vector<T>| -> Vec<Vector<T>> {
        network.activations.iter().zip(&a).map(|(activation, a)| of(*activation, a)).collect()
    };
    let (phi1, phi2, phi3) = (slopes(phi1), slopes(phi2), slopes(phi3));
    let (v, g) = backward(all, &phi1, layers::loss_delta(loss, &o, &y));
    let s = layers::loss_curvature(loss, &o, &y);
    let gauss_newton = layers::layer_gauss_newton(all, &phi1, &s);
    let residual = layers::layer_residual(all, &phi1, &phi2, &v);
    LayerSample {
        share,
        biases: all.iter().map(|layer| layer.b.is_some()).collect(),
        k: layers::layer_curvature(&gauss_newton, &residual),
        j: layers::layer_jacobian(all, &phi1),
        b: layers::logits_jacobian(all, &phi1),
        z,
        phi1,
        phi2,
        phi3,
        o,
        y,
        v,
        g,
        s,
        gauss_newton,
        residual,
    }
}

/// `v` of the hidden layers and `g` of all, from `delta` back.
fn backward<T: Number>(
    layers: &[crate::model::Layer<T>],
    phi1: &[Vector<T>],
    delta: Vector<T>,
) -> (Vec<Vector<T>>, Vec<Vector<T>>) {
    let (mut v, mut g) = (Vec::new(), vec![delta]);
    for l in (0..phi1.len()).rev() {
        v.push(layers::layer_output_adjoint(&layers[l + 1], &g[g.len() - 1]));
        g.push(layers::layer_adjoint(&phi1[l], &v[v.len() - 1]));
    }
    v.reverse();
    g.reverse();
    (v, g)
}
