//! Derivatives of the LOSS, by automatic differentiation of its definition.

use super::{Case, definition, lift};
use crate::model::Group;
use crate::number::{Arithmetic, Matrix, Nilpotent, Parts};

/// Which part of a second derivative of the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The loss of the linearised logits: what remains without the second derivative of the logits.
    GaussNewton,
    /// The slope of the loss along the second derivative of the logits.
    Residual,
}

impl<A: Arithmetic> Case<A> {
    /// Loss of one sample at parameters that may carry derivatives.
    pub fn sample_loss<T: Nilpotent<A>>(&self, n: usize, theta: &[T]) -> T {
        definition::cross_entropy(&self.sample_logits(n, theta), &lift(&self.y(n), &[]))
    }

    /// Logits of one sample at parameters that may carry derivatives.
    pub fn sample_logits<T: Nilpotent<A>>(&self, n: usize, theta: &[T]) -> Vec<T> {
        definition::logits(&self.shape, self.network.activation, theta, &lift(&self.x(n), &[]))
    }

    /// `sum_n term(n)`.
    pub fn total(&self, term: impl Fn(usize) -> A) -> A {
        (0..self.shape.samples).map(term).fold(A::zero(), |sum, next| sum + next)
    }

    /// `(1/N) sum_n term(n)`.
    pub fn mean(&self, term: impl Fn(usize) -> A) -> A {
        self.total(term) / A::integer(self.shape.samples as i64)
    }

    /// First derivative of the loss along a direction.
    pub fn loss_slope(&self, direction: &[A]) -> A {
        let theta: Vec<A::First> = lift(&self.theta(), &[direction]);
        self.mean(|n| self.sample_loss(n, &theta).mixed())
    }

    /// Second derivative of one sample's loss along two directions.
    pub fn sample_curvature(&self, n: usize, part: Part, left: &[A], right: &[A]) -> A {
        let theta: Vec<A::Second> = lift(&self.theta(), &[left, right]);
        curvature_of_logits(part, self.sample_logits(n, &theta), &self.y(n))
    }

    /// Second derivative of the loss along two directions.
    pub fn loss_curvature(&self, part: Part, left: &[A], right: &[A]) -> A {
        let theta: Vec<A::Second> = lift(&self.theta(), &[left, right]);
        self.mean(|n| curvature_of_logits(part, self.sample_logits(n, &theta), &self.y(n)))
    }

    /// Third derivative of the loss along three directions.
    pub fn loss_third(&self, first: &[A], second: &[A], third: &[A]) -> A {
        let theta: Vec<A::Third> = lift(&self.theta(), &[first, second, third]);
        self.mean(|n| self.sample_loss(n, &theta).mixed())
    }

    /// A direction that moves the parameters of one group alone.
    pub fn within(&self, group: Group, direction: &[A]) -> Vec<A> {
        let mut whole = vec![A::zero(); self.shape.parameters()];
        let start = self.shape.offset(group);
        whole[start..start + direction.len()].clone_from_slice(direction);
        whole
    }

    /// The direction of one parameter.
    pub fn unit(&self, index: usize) -> Vec<A> {
        unit(self.shape.parameters(), index)
    }

    /// One sample's Hessian, entry by entry from the loss, for the parameters in two ranges.
    pub fn sample_block(
        &self,
        n: usize,
        part: Part,
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
    ) -> Matrix<A> {
        Matrix::from_fn(rows.len(), columns.len(), |i, j| {
            let (left, right) = (self.unit(rows.start + i), self.unit(columns.start + j));
            self.sample_curvature(n, part, &left, &right)
        })
    }

    /// The Hessian of the loss, entry by entry from the loss. For small cases: `D^2/2` evaluations.
    pub fn hessian_from_loss(&self) -> &Matrix<A> {
        self.dense_from_loss.get_or_init(|| {
            let size = self.shape.parameters();
            let mut h = Matrix::from_element(size, size, A::zero());
            for i in 0..size {
                for j in i..size {
                    let entry = self.loss_curvature(Part::Whole, &self.unit(i), &self.unit(j));
                    h[(i, j)] = entry;
                    h[(j, i)] = entry;
                }
            }
            h
        })
    }

    /// The Hessian assembled from the closed blocks, each of which is held against the loss on its own.
    pub fn hessian(&self) -> &Matrix<A> {
        self.dense.get_or_init(|| crate::terms::hessian::hessian(&self.points))
    }

    /// `(d/dv)` of `sum_ij weight_ij H_ij` at fixed weights: third derivatives of the loss. For small cases.
    pub fn third_against(&self, weight: &Matrix<A>, direction: &[A]) -> A {
        let mut sum = A::zero();
        for i in 0..weight.nrows() {
            for j in 0..weight.ncols() {
                if !weight[(i, j)].is_zero() {
                    let third = self.loss_third(&self.unit(i), &self.unit(j), direction);
                    sum += weight[(i, j)] * third;
                }
            }
        }
        sum
    }
}

/// Second derivative of the cross entropy at logits that carry two directions, or one of its two parts.
pub fn curvature_of_logits<A: Arithmetic>(part: Part, mut o: Vec<A::Second>, y: &[A]) -> A {
    for logit in &mut o {
        let [value, left, right, both] = &logit.parts()[..] else { continue };
        let (zero, keep) = (A::zero(), A::clone);
        *logit = match part {
            Part::Whole => continue,
            Part::GaussNewton => Parts::from_parts(&[keep(value), keep(left), keep(right), zero]),
            Part::Residual => Parts::from_parts(&[keep(value), zero, zero, keep(both)]),
        };
    }
    definition::cross_entropy(&o, &lift::<A, A::Second>(y, &[])).mixed()
}

/// The unit vector with a 1 at `index`.
pub fn unit<A: Arithmetic>(length: usize, index: usize) -> Vec<A> {
    (0..length).map(|other| if other == index { A::one() } else { A::zero() }).collect()
}
