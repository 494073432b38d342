//! What implementations forget or misunderstand, built into the closed forms.

use super::cases::{Case, Form};
use super::forms::Forms;
use crate::model::{Activation, Batch, Layer, Loss, Network};
use crate::number::{Matrix, Smooth, Vector};
use crate::terms::layers::*;
use crate::terms::model::{phi1, phi2, phi3};
use crate::terms::{LayerSample, OutputLoss, layer_samples};

/// A part that is forgotten or misunderstood. Layers are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twist {
    /// No residual part at all.
    NoResidual,
    /// `K` of a layer without `diag(phi2 v)`.
    NoLayerResidual(usize),
    /// No term `g J` in the couplings.
    NoJacobian,
    /// No block of these two layers.
    NoCoupling(usize, usize),
    /// No block of any two layers.
    NoCouplings,
    /// Biases are no parameters.
    FixedBiases,
    /// `zt` is `z`, in all layers.
    NoBiasInput,
    /// There are no biases.
    NoBiases,
    /// The squared error without the half.
    NoHalf,
    /// Another loss.
    OtherLoss(Loss),
    /// The size without the shifts of all outputs.
    ReducedSize,
    /// The gradient without the loss's third derivative.
    NoThird,
    /// A derivative of the activation of a layer, of this order, is 0.
    NoSlope(usize, u8),
    /// It is that of another activation; order 0 stands for all three.
    OtherSlope(usize, u8, Activation),
}

/// Everything that may be forgotten in a case, the likelier first.
pub(super) fn twists(case: &Case) -> Vec<Twist> {
    let sizes = case.architecture();
    let (hidden, biases) = (sizes.layers() - 1, sizes.biases.contains(&true));
    let mut all = vec![Twist::NoResidual];
    all.extend((0..hidden).map(Twist::NoLayerResidual));
    all.push(Twist::NoJacobian);
    for m in 1..=hidden {
        all.extend((0..m).map(|l| Twist::NoCoupling(m, l)));
    }
    all.push(Twist::NoCouplings);
    if biases {
        all.extend([Twist::NoBiasInput, Twist::FixedBiases, Twist::NoBiases]);
    }
    if case.loss == Loss::Squared {
        all.push(Twist::NoHalf);
    }
    if case.loss == Loss::Softmax {
        all.push(Twist::ReducedSize);
    }
    all.push(Twist::NoThird);
    all.extend((0..hidden).flat_map(|layer| [2, 3].map(|order| Twist::NoSlope(layer, order))));
    for (layer, own) in case.network.activations.iter().enumerate() {
        for other in Activation::ALL.into_iter().filter(|other| other != own) {
            all.extend([1, 2, 3, 0].map(|order| Twist::OtherSlope(layer, order, other)));
        }
    }
    all.extend(Loss::ALL.into_iter().filter(|other| *other != case.loss).map(Twist::OtherLoss));
    all
}

impl Twist {
    /// In words, after `the value`.
    pub fn words(self, form: Form) -> String {
        match self {
            Twist::NoResidual => "without the residual part (Gauss-Newton)".to_string(),
            Twist::NoLayerResidual(_) if form == Form::ThreeLayer => {
                "without the residual part of the hidden block".to_string()
            }
            Twist::NoLayerResidual(l) => format!("without the residual part of layer {}", l + 1),
            Twist::NoJacobian => "without the term g J in the couplings of layers".to_string(),
            Twist::NoCoupling(m, l) => format!("without the coupling of layers {} and {}", l + 1, m + 1),
            Twist::NoCouplings => "without all couplings of layers".to_string(),
            Twist::FixedBiases => "with the biases held fixed instead of counted as parameters".to_string(),
            Twist::NoBiasInput => {
                "with z in the place of zt = (z, 1), the 1 of the biases left out".to_string()
            }
            Twist::NoBiases => "of the network without biases".to_string(),
            Twist::NoHalf => "with the squared error without the half".to_string(),
            Twist::OtherLoss(loss) => format!("with the loss {loss}"),
            Twist::ReducedSize => "with the size without the null space in the place of D".to_string(),
            Twist::NoThird => "without the third derivative of the loss".to_string(),
            Twist::NoSlope(l, order) => format!("with {} of layer {} as 0", primes(order), l + 1),
            Twist::OtherSlope(l, 0, other) => {
                format!("with the derivatives of {other} in layer {}", l + 1)
            }
            Twist::OtherSlope(l, order, other) => {
                format!("with {} of layer {} that of {other}", primes(order), l + 1)
            }
        }
    }

    /// Whether only the gradients can show it.
    pub fn is_of_gradients(self) -> bool {
        matches!(self, Twist::NoThird | Twist::NoSlope(_, 3) | Twist::OtherSlope(_, 3, _))
    }

    /// Whether the equations of the gradient, run with it, are another gradient than that of the twisted scalar.
    pub fn has_equations(self) -> bool {
        // Without biases there are no entries for them, and the equations know nothing of couplings that are left out.
        !matches!(
            self,
            Twist::FixedBiases
                | Twist::NoBiasInput
                | Twist::NoBiases
                | Twist::NoCoupling(..)
                | Twist::NoCouplings
                | Twist::ReducedSize
        )
    }

    /// How many parameters the bound counts.
    pub fn size(self, case: &Case) -> usize {
        let sizes = case.architecture();
        match self {
            Twist::FixedBiases | Twist::NoBiases => {
                (0..sizes.layers()).map(|layer| sizes.outputs_of(layer) * sizes.inputs_of(layer)).sum()
            }
            Twist::ReducedSize => sizes.parameters() - sizes.shift_dimension(),
            _ => sizes.parameters(),
        }
    }

    /// The closed forms with it.
    pub fn forms<T: Smooth>(
        self,
        network: &Network<T>,
        loss: Loss,
        batch: &Batch<T>,
    ) -> Forms<T, TwistedLoss> {
        let mut network = network.clone();
        if self == Twist::NoBiases {
            network.layers.0.iter_mut().for_each(|layer| layer.b = None);
        }
        let loss = match self {
            Twist::NoHalf => TwistedLoss { loss, factor: 2, third: 2 },
            Twist::NoThird => TwistedLoss { loss, factor: 1, third: 0 },
            Twist::OtherLoss(loss) => TwistedLoss { loss, factor: 1, third: 1 },
            _ => TwistedLoss { loss, factor: 1, third: 1 },
        };
        let mut samples = layer_samples(&network, &loss, batch);
        samples.iter_mut().for_each(|sample| self.change(&network, sample));
        Forms::of(network, loss, samples, batch)
    }

    fn change<T: Smooth>(self, network: &Network<T>, n: &mut LayerSample<T>) {
        let layers = &network.layers.0;
        let last = layers.len() - 1;
        let nothing = |matrix: &mut Matrix<T>| matrix.fill(T::zero());
        match self {
            Twist::NoResidual => {
                n.g[last].fill(T::zero());
                derive(layers, n);
            }
            Twist::NoLayerResidual(layer) => {
                let mut phi2 = n.phi2.clone();
                phi2[layer].fill(T::zero());
                n.residual = layer_residual(layers, &n.phi1, &phi2, &n.v);
                n.k = layer_curvature(&n.gauss_newton, &n.residual);
            }
            Twist::NoJacobian => n.j.iter_mut().flatten().for_each(nothing),
            Twist::NoCoupling(m, l) => {
                nothing(&mut n.k[m][l]);
                nothing(&mut n.j[m - 1][l]);
            }
            Twist::NoCouplings => {
                n.j.iter_mut().flatten().for_each(nothing);
                for m in 1..=last {
                    n.k[m][..m].iter_mut().for_each(nothing);
                }
            }
            Twist::FixedBiases | Twist::NoBiasInput => n.biases.fill(false),
            Twist::NoSlope(layer, order) => {
                let zeros = n.phi1[layer].map(|_| T::zero());
                self.slope(n, layer, order, |_| zeros.clone());
                derive(layers, n);
            }
            Twist::OtherSlope(layer, order, other) => {
                let a = layer_preactivation(&layers[layer], &n.z[layer]);
                let of = |order: u8| match order {
                    1 => phi1(other, &a),
                    2 => phi2(other, &a),
                    _ => phi3(other, &a),
                };
                self.slope(n, layer, order, of);
                derive(layers, n);
            }
            Twist::NoBiases | Twist::NoHalf | Twist::OtherLoss(_) | Twist::ReducedSize | Twist::NoThird => {}
        }
    }

    /// Replaces the derivative of this order, or with 0 all of them.
    fn slope<T: Smooth>(self, n: &mut LayerSample<T>, layer: usize, order: u8, by: impl Fn(u8) -> Vector<T>) {
        for (which, slopes) in [(1, &mut n.phi1), (2, &mut n.phi2), (3, &mut n.phi3)] {
            if order == 0 || order == which {
                slopes[layer] = by(which);
            }
        }
    }
}

fn primes(order: u8) -> String {
    format!("phi{}", "'".repeat(order.into()))
}

/// What follows from `delta`, `S` and the slopes of a sample.
fn derive<T: Smooth>(layers: &[Layer<T>], n: &mut LayerSample<T>) {
    for l in (0..n.phi1.len()).rev() {
        n.v[l] = layer_output_adjoint(&layers[l + 1], &n.g[l + 1]);
        n.g[l] = layer_adjoint(&n.phi1[l], &n.v[l]);
    }
    n.gauss_newton = layer_gauss_newton(layers, &n.phi1, &n.s);
    n.residual = layer_residual(layers, &n.phi1, &n.phi2, &n.v);
    n.k = layer_curvature(&n.gauss_newton, &n.residual);
    n.j = layer_jacobian(layers, &n.phi1);
    n.b = logits_jacobian(layers, &n.phi1);
}

/// A loss times a number, with another factor in its third derivative.
#[derive(Clone, Copy)]
pub(super) struct TwistedLoss {
    loss: Loss,
    factor: i64,
    third: i64,
}

impl OutputLoss for TwistedLoss {
    fn value<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> T {
        self.loss.value(o, y) * T::integer(self.factor)
    }
    fn delta<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Vector<T> {
        self.loss.delta(o, y) * T::integer(self.factor)
    }
    fn curvature<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Matrix<T> {
        self.loss.curvature(o, y) * T::integer(self.factor)
    }
    fn third<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>, f: &Matrix<T>) -> Vector<T> {
        self.loss.third(o, y, f) * T::integer(self.third)
    }
    fn ignores_shifts(&self) -> bool {
        self.loss.ignores_shifts()
    }
}
