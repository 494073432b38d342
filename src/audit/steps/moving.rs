//! Derivatives of a term by the parameters, or by one of the quantities that it is made of, all others held fixed.

use crate::audit::Forms;
use crate::model::{Parameters, Shape, ThreeLayer};
use crate::number::{Arithmetic, Matrix, Nilpotent, Vector};
use crate::terms::bound::{Moments, moments};
use crate::terms::{Curvature, Sample, curvature, curvatures, samples};
use crate::witness::lift;

/// A quantity of the samples, or the output weights, taken as an independent variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Probabilities.
    P,
    /// Residuals.
    Delta,
    /// Hidden outputs.
    Z,
    /// First derivatives of the activation.
    Phi1,
    /// Second derivatives of the activation.
    Phi2,
    /// Output weights.
    V,
    /// Softmax covariances, in [`Curvature`].
    S,
    /// Gauss-Newton matrices, in [`Curvature`]; where `M = GN + diag(r)` enters as a whole this moves `M`.
    Gn,
    /// Couplings, in [`Curvature`].
    A,
}

/// A function of the forward quantities and the output weights.
pub type OfSamples<'f, T> = &'f dyn Fn(&[Sample<T>], &Matrix<T>) -> T;

/// A function of the pieces of the samples' Hessians.
pub type OfPieces<'f, T> = &'f dyn Fn(&[Curvature<T>]) -> T;

/// The terms of earlier chapters, as what they are made of moves: all that a truth may ask for that is the derivative of a
/// term. A closed form at the case itself it cannot reach.
///
/// ```compile_fail,E0616
/// fn truth(moving: &hsr::audit::Moving<f64>) -> f64 {
///     moving.forms.points[0].s[(0, 0)]
/// }
/// ```
pub struct Moving<'a, A: Arithmetic> {
    forms: &'a Forms<A>,
}

impl<'a, A: Arithmetic> Moving<'a, A> {
    /// Terms at a case.
    pub fn new(forms: &'a Forms<A>) -> Self {
        Moving { forms }
    }

    /// Sizes of network and data.
    pub fn shape(&self) -> &Shape {
        &self.forms.case.shape
    }

    /// The random direction of the case.
    pub fn direction(&self) -> Vec<A> {
        self.forms.case.direction.flat()
    }

    /// Derivative along a direction of a function of the forward quantities and the output weights, both of which
    /// follow the parameters.
    pub fn slope(&self, direction: &[A], f: OfSamples<A::First>) -> A {
        let (samples, v) = self.along(direction);
        f(&samples, &v).mixed(1)
    }

    /// Forward quantities and output weights, which follow the parameters along a direction.
    fn along(&self, direction: &[A]) -> (Vec<Sample<A::First>>, Matrix<A::First>) {
        let case = &self.forms.case;
        let theta: Vec<A::First> = lift(&case.network.parameters.flat(), &[direction]);
        let parameters = Parameters::from_fn(&case.shape, |index| theta[index]);
        let network = ThreeLayer { parameters, activation: case.network.activation };
        (samples(&network, &case.batch.map(constant::<A>)), network.parameters.v)
    }

    /// The moments, the parameters of which move along a direction.
    pub(super) fn moments(&self, direction: &[A]) -> Moments<A::First> {
        *self.forms.moved.of(direction, || {
            let (samples, v) = self.along(direction);
            moments(&curvatures(&samples, &v), &v)
        })
    }

    /// Derivative of a function of samples and output weights along a direction in one slot. The direction runs over
    /// all samples, each with its entries; for `V` over its entries, row-major.
    pub fn slope_by(&self, slot: Slot, direction: &[A], f: OfSamples<A::First>) -> A {
        let mut steps = direction.iter();
        let samples: Vec<_> =
            self.forms.samples.iter().map(|n| lift_sample::<A>(n, slot, &mut steps)).collect();
        let v = match slot {
            Slot::V => lift_matrix::<A>(self.forms.v(), &mut steps),
            _ => self.forms.v().map(constant::<A>),
        };
        f(&samples, &v).mixed(1)
    }

    /// Derivative of a function of the samples' Hessian pieces along a direction in one of the slots `S`, `Gn`, `A`.
    pub fn slope_by_piece(&self, slot: Slot, direction: &[A], f: OfPieces<A::First>) -> A {
        let mut steps = direction.iter();
        let samples: Vec<_> =
            self.forms.samples.iter().map(|n| lift_sample::<A>(n, slot, &mut steps)).collect();
        let mut points = curvatures(&samples, &self.forms.v().map(constant::<A>));
        for (point, n) in points.iter_mut().zip(&self.forms.points) {
            match slot {
                Slot::S => point.s = lift_matrix::<A>(&n.s, &mut steps),
                Slot::Gn => point.gn = lift_matrix::<A>(&n.gn, &mut steps),
                Slot::A => point.a = lift_matrix::<A>(&n.a, &mut steps),
                _ => {}
            }
        }
        f(&points).mixed(1)
    }

    /// Second derivative of a function of the samples' Hessian pieces, by one entry of `delta` and one of `phi1` of a sample,
    /// with all `A` held fixed.
    pub fn by_delta_and_phi1(&self, n: usize, (k, i): (usize, usize), f: OfPieces<A::Second>) -> A {
        let constant = |value: A| A::Second::lift(value, &[]);
        let v = self.forms.v().map(constant);
        let points: Vec<Curvature<A::Second>> = (self.forms.points.iter().enumerate())
            .map(|(m, point)| {
                let step = |moves: bool| if moves { A::one() } else { A::zero() };
                let s = &point.sample;
                let delta = s.delta.map_with_location(|l, _, value| {
                    A::Second::lift(value, &[step(m == n && l == k), A::zero()])
                });
                let phi1 = s.phi1.map_with_location(|j, _, value| {
                    A::Second::lift(value, &[A::zero(), step(m == n && j == i)])
                });
                let sample = Sample {
                    delta,
                    phi1,
                    xt: s.xt.map(constant),
                    z: s.z.map(constant),
                    phi2: s.phi2.map(constant),
                    phi3: s.phi3.map(constant),
                    p: s.p.map(constant),
                    biases: s.biases,
                };
                Curvature { a: point.a.map(constant), ..curvature(&sample, &v) }
            })
            .collect();
        f(&points).mixed(2)
    }
}

fn constant<A: Arithmetic>(value: A) -> A::First {
    A::First::lift(value, &[])
}

fn moving<'a, A: Arithmetic>(value: A, steps: &mut impl Iterator<Item = &'a A>) -> A::First {
    let step = steps.next().copied().unwrap_or_else(A::zero);
    A::First::lift(value, &[step])
}

/// Row-major, as directions are.
fn lift_matrix<'a, A: Arithmetic>(
    matrix: &Matrix<A>,
    steps: &mut impl Iterator<Item = &'a A>,
) -> Matrix<A::First> {
    let entries = matrix.transpose();
    let lifted = entries.iter().map(|value| moving(*value, &mut *steps));
    Matrix::from_row_iterator(matrix.nrows(), matrix.ncols(), lifted)
}

fn lift_sample<'a, A: Arithmetic>(
    n: &Sample<A>,
    slot: Slot,
    steps: &mut impl Iterator<Item = &'a A>,
) -> Sample<A::First> {
    let mut field = |this: Slot, values: &Vector<A>| {
        values.map(|value| if this == slot { moving(value, &mut *steps) } else { constant::<A>(value) })
    };
    Sample {
        p: field(Slot::P, &n.p),
        delta: field(Slot::Delta, &n.delta),
        z: field(Slot::Z, &n.z),
        phi1: field(Slot::Phi1, &n.phi1),
        phi2: field(Slot::Phi2, &n.phi2),
        phi3: n.phi3.map(constant::<A>),
        xt: n.xt.map(constant::<A>),
        biases: n.biases,
    }
}
