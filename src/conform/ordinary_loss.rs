//! The losses as an ordinary program has them: by formulas that subtract what is almost the same, as automatic differentiation does.

use crate::model::Loss;
use crate::number::{Matrix, Smooth, Vector};
use crate::terms::{OutputLoss, model::softmax};

/// A loss with derivatives that lose the digits that an ordinary program loses.
#[derive(Clone, Copy)]
pub(super) struct OrdinaryLoss(pub Loss);

/// `sqrt(1 + r^2)`.
fn distance<T: Smooth>(r: T) -> T {
    (T::one() + r * r).sqrt()
}

impl OutputLoss for OrdinaryLoss {
    fn value<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> T {
        let sum = |of: &dyn Fn(T, T) -> T| o.iter().zip(y).fold(T::zero(), |sum, (o, y)| sum + of(*o, *y));
        match self.0 {
            Loss::Softmax => {
                let top = o[T::largest(o.as_slice())];
                let partition = o.iter().fold(T::zero(), |sum, logit| sum + (*logit - top).exp()).ln();
                sum(&|o, y| y * (top + partition - o))
            }
            Loss::MultiLabel => sum(&|o, y| o.softplus() - y * o),
            Loss::PseudoHuber => sum(&|o, y| distance(o - y) - T::one()),
            loss => loss.value(o, y),
        }
    }

    fn delta<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Vector<T> {
        match self.0 {
            Loss::Softmax => softmax(o) - y,
            Loss::MultiLabel => o.zip_map(y, |o, y| o.sigmoid_and_rest().0 - y),
            loss => loss.delta(o, y),
        }
    }

    fn curvature<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>) -> Matrix<T> {
        match self.0 {
            Loss::Softmax => {
                let p = softmax(o);
                Matrix::from_diagonal(&p) - &p * p.transpose()
            }
            Loss::PseudoHuber => Matrix::from_diagonal(&o.zip_map(y, |o, y| {
                let (r, d) = (o - y, distance(o - y));
                T::one() / d - r * r / (d * d * d)
            })),
            loss => loss.curvature(o, y),
        }
    }

    fn third<T: Smooth>(&self, o: &Vector<T>, y: &Vector<T>, f: &Matrix<T>) -> Vector<T> {
        match self.0 {
            Loss::Softmax => {
                let p = softmax(o);
                let inner = f.diagonal() - (f + f.transpose()) * &p;
                self.curvature(o, y) * inner
            }
            Loss::PseudoHuber => o
                .zip_map(y, |o, y| {
                    let (r, d) = (o - y, distance(o - y));
                    let (three, cube) = (T::integer(3), d * d * d);
                    three * r * r * r / (cube * d * d) - three * r / cube
                })
                .component_mul(&f.diagonal()),
            loss => loss.third(o, y, f),
        }
    }

    fn ignores_shifts(&self) -> bool {
        self.0.ignores_shifts()
    }
}
