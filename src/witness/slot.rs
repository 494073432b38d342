//! Derivatives of a term by one of the quantities that it is made of, all others held fixed.

use super::Case;
use crate::number::{Arithmetic, Matrix, Nilpotent};
use crate::terms::{Curvature, Sample, curvatures};

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

impl<A: Arithmetic> Case<A> {
    /// Derivative of a function of samples and output weights along a direction in one slot. The direction runs over
    /// all samples, each with its entries; for `V` over its entries, row-major.
    pub fn slope_by(
        &self,
        slot: Slot,
        direction: &[A],
        f: impl Fn(&[Sample<A::First>], &Matrix<A::First>) -> A::First,
    ) -> A {
        let mut steps = direction.iter();
        let samples: Vec<_> = self.samples.iter().map(|n| lift_sample(n, slot, &mut steps)).collect();
        let v = match slot {
            Slot::V => lift_matrix(self.v(), &mut steps),
            _ => self.v().map(constant::<A>),
        };
        f(&samples, &v).mixed()
    }

    /// Derivative of a function of the samples' Hessian pieces along a direction in one of the slots `S`, `Gn`, `A`.
    pub fn slope_by_piece(
        &self,
        slot: Slot,
        direction: &[A],
        f: impl Fn(&[Curvature<A::First>]) -> A::First,
    ) -> A {
        let mut steps = direction.iter();
        let samples: Vec<_> = self.samples.iter().map(|n| lift_sample(n, slot, &mut steps)).collect();
        let mut points = curvatures(&samples, &self.v().map(constant::<A>));
        for (point, n) in points.iter_mut().zip(&self.points) {
            match slot {
                Slot::S => point.s = lift_matrix(&n.s, &mut steps),
                Slot::Gn => point.gn = lift_matrix(&n.gn, &mut steps),
                Slot::A => point.a = lift_matrix(&n.a, &mut steps),
                _ => {}
            }
        }
        f(&points).mixed()
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
    let mut field = |this: Slot, values: &crate::number::Vector<A>| {
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
