//! Derivatives of a term of any depth by the parameters, or by one of the quantities that it is made of, all others held fixed.

use crate::audit::LayerForms;
use crate::audit::truths::Steps;
use crate::model::{Architecture, Layer, Layers, Loss, Network};
use crate::number::{Arithmetic, Matrix, Nilpotent, Vector};
use crate::terms::partition::UnitMoments;
use crate::terms::{LayerSample, Lower, layer_samples, sweep::Objective};
use crate::witness::{GroupVectors, LayerCovector, lift};

/// A quantity of a sample, taken as an independent variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerSlot {
    /// Second derivatives by preactivations, `K`.
    K,
    /// Derivatives of hidden outputs, `J`.
    J,
    /// Derivatives of the loss by preactivations, `g`.
    G,
    /// Inputs of the layers, `z`.
    Z,
}

/// A function of the samples.
pub type OfLayerSamples<'f, T> = &'f dyn Fn(&[LayerSample<T>]) -> T;

/// The terms of earlier chapters at any depth, as what they are made of moves: as [`Moving`](super::Moving), and like it without a way
/// to a closed form of the chapter that is checked.
pub struct LayerMoving<'a, A: Arithmetic> {
    forms: &'a LayerForms<A>,
}

impl<'a, A: Arithmetic> LayerMoving<'a, A> {
    /// Terms at a case.
    pub fn new(forms: &'a LayerForms<A>) -> Self {
        LayerMoving { forms }
    }

    /// Derivative along a direction of a function of the traces and squared norms of the units, which follow the parameters.
    pub fn slope(&self, direction: &[A], f: &dyn Fn(&UnitMoments<A::First>) -> A::First) -> A {
        f(&self.forms.moved.of(direction, || self.moments(direction))).mixed(1)
    }

    fn moments(&self, direction: &[A]) -> UnitMoments<A::First> {
        let case = &self.forms.case;
        let theta: Vec<A::First> = lift(&case.network.layers.flat(), &[direction]);
        let layers = Layers::from_fn(&case.architecture, |index| theta[index]);
        let network = Network { layers, activations: case.network.activations.clone() };
        let samples = layer_samples(&network, &case.loss, &case.batch.map(constant::<A>));
        UnitMoments::new(case.architecture.clone(), &case.loss, &samples)
    }

    /// Derivative of a function of the first samples along a direction in one slot, which runs over samples, then layers, each with its
    /// entries row-major.
    pub fn slope_by(&self, slot: LayerSlot, direction: &[A], f: OfLayerSamples<A::First>) -> A {
        let mut steps = Steps::new(direction);
        let samples: Vec<_> = self.forms.few().iter().map(|n| lifted::<A>(n, slot, &mut steps)).collect();
        f(&samples).mixed(1)
    }

    /// The random weights of traces and squared norms.
    pub fn objective(&self) -> Objective<A::First> {
        let Objective { trace, squared } = self.forms.objective();
        Objective {
            trace: trace.iter().map(|vector| vector.map(constant::<A>)).collect(),
            squared: constants::<A>(&squared),
        }
    }

    /// The quantities of the first samples as numbers.
    pub(super) fn few(&self) -> &'a [LayerSample<A>] {
        self.forms.few()
    }

    /// The weights of the network as numbers.
    pub(super) fn layers(&self) -> &'a [Layer<A>] {
        &self.forms.case.network.layers.0
    }

    /// The activations.
    pub(super) fn activations(&self) -> &'a [crate::model::Activation] {
        &self.forms.case.network.activations
    }

    /// The random partial derivatives.
    pub(super) fn any(&self) -> &'a LayerCovector<A> {
        &self.forms.case.covector
    }

    /// The sizes.
    pub fn architecture(&self) -> &'a Architecture {
        &self.forms.case.architecture
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.forms.case.loss
    }

    /// The random direction of the case.
    pub fn direction(&self) -> Vec<A> {
        self.forms.case.direction.flat()
    }

    /// The numbers at which bounds by groups are compared.
    pub fn vectors(&self) -> GroupVectors<A::First> {
        self.forms.case.vectors.map(constant::<A>)
    }
}

pub(super) fn constant<A: Arithmetic>(value: A) -> A::First {
    A::First::lift(value, &[])
}

/// A matrix that moves along another.
pub(super) fn moving<A: Arithmetic>(matrix: &Matrix<A>, step: &Matrix<A>) -> Matrix<A::First> {
    matrix.zip_map(step, |value, step| A::First::lift(value, &[step]))
}

/// A vector that moves along another.
pub(super) fn moving_vector<A: Arithmetic>(vector: &Vector<A>, step: &[A]) -> Vector<A::First> {
    vector.map_with_location(|i, _, value| A::First::lift(value, &[step[i]]))
}

fn constants<A: Arithmetic>(all: &Lower<A>) -> Lower<A::First> {
    all.iter().map(|row| row.iter().map(|matrix| matrix.map(constant::<A>)).collect()).collect()
}

fn lifted<A: Arithmetic>(n: &LayerSample<A>, slot: LayerSlot, steps: &mut Steps<A>) -> LayerSample<A::First> {
    let still = |all: &[Vector<A>]| -> Vec<Vector<A::First>> {
        all.iter().map(|vector| vector.map(constant::<A>)).collect()
    };
    let mut sample = LayerSample {
        share: constant::<A>(n.share),
        z: still(&n.z),
        biases: n.biases.clone(),
        phi1: still(&n.phi1),
        phi2: still(&n.phi2),
        phi3: still(&n.phi3),
        o: n.o.map(constant::<A>),
        y: n.y.map(constant::<A>),
        v: still(&n.v),
        g: still(&n.g),
        s: n.s.map(constant::<A>),
        gauss_newton: constants::<A>(&n.gauss_newton),
        residual: constants::<A>(&n.residual),
        k: constants::<A>(&n.k),
        j: constants::<A>(&n.j),
        b: n.b.iter().map(|matrix| matrix.map(constant::<A>)).collect(),
    };
    let mut matrices = |all: &Lower<A>| -> Lower<A::First> {
        let mut of = |matrix: &Matrix<A>| moving(matrix, &steps.matrix(matrix.nrows(), matrix.ncols()));
        all.iter().map(|row| row.iter().map(&mut of).collect()).collect()
    };
    match slot {
        LayerSlot::K => sample.k = matrices(&n.k),
        LayerSlot::J => sample.j = matrices(&n.j),
        LayerSlot::G => sample.g = n.g.iter().map(|g| moving_vector(g, steps.vector(g.len()))).collect(),
        LayerSlot::Z => sample.z = n.z.iter().map(|z| moving_vector(z, steps.vector(z.len()))).collect(),
    }
    sample
}
