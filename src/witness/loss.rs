//! Derivatives of the LOSS, by automatic differentiation of its definition.

use super::{Case, Covector, definition};
use crate::model::{Activation, Group, Parameters, Shape};
use crate::number::{Arithmetic, Halves, Matrix, Nilpotent};
use std::ops::Range;
use std::sync::OnceLock;

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

/// The loss at a case, with its derivatives along directions: all that the truth of an equation may ask for.
///
/// ```
/// use hsr::model::{Activation, Shape};
/// use hsr::number::Field;
/// use hsr::terms::{model::loss_gradient, samples};
/// use hsr::witness::{Case, Loss, Part};
///
/// let shape = Shape { samples: 2, inputs: 1, hidden: 2, classes: 2, biases: true };
/// let case = Case::<Field>::random(shape, Activation::Tanh, 7);
/// let closed = loss_gradient(&samples(&case.network, &case.batch), &case.network.parameters.v);
///
/// let loss = Loss::new(&case);
/// assert_eq!(closed.dot(&case.network.parameters)?, loss.slope(loss.theta()));
/// assert!(loss.curvature(Part::Whole, loss.theta(), loss.theta()).is_defined());
/// # Ok::<(), hsr::model::ParametersError>(())
/// ```
///
/// It leads to no closed form:
/// ```compile_fail,E0599
/// fn truth(loss: &hsr::witness::Loss<f64>) -> f64 {
///     loss.samples()[0].p[0]
/// }
/// ```
/// and to no network from which closed forms could be made:
/// ```compile_fail,E0616
/// fn truth(loss: &hsr::witness::Loss<f64>) -> f64 {
///     hsr::terms::model::loss(&loss.case.network, &loss.case.batch)
/// }
/// ```
/// Numbers that carry no derivatives, such as those of 106 bits, have no truth of this kind:
/// ```compile_fail,E0277
/// fn truth(case: &hsr::witness::Case<hsr::number::Precise>) {
///     hsr::witness::Loss::new(case);
/// }
/// ```
pub struct Loss<'a, A: Arithmetic> {
    case: &'a Case<A>,
    theta: Vec<A>,
    dense: OnceLock<Matrix<A>>,
}

impl<'a, A: Arithmetic> Loss<'a, A> {
    /// The loss at a case.
    pub fn new(case: &'a Case<A>) -> Self {
        Loss { case, theta: case.network.parameters.flat(), dense: OnceLock::new() }
    }

    /// Sizes of network and data.
    pub fn shape(&self) -> &Shape {
        &self.case.shape
    }

    /// The activation of the hidden units.
    pub fn activation(&self) -> Activation {
        self.case.network.activation
    }

    /// Flat parameters.
    pub fn theta(&self) -> &[A] {
        &self.theta
    }

    /// Output weights.
    pub fn v(&self) -> &Matrix<A> {
        &self.case.network.parameters.v
    }

    /// The random direction of the case.
    pub fn direction(&self) -> &Parameters<A> {
        &self.case.direction
    }

    /// The random partial derivatives of a sample.
    pub fn covector(&self, n: usize) -> &Covector<A> {
        &self.case.covectors[n]
    }

    /// The pairs of samples at which terms over pairs are compared.
    pub fn pairs(&self) -> &[(usize, usize)] {
        &self.case.pairs
    }

    /// Inputs of a sample.
    pub fn x(&self, n: usize) -> Vec<A> {
        self.case.batch.x.row(n).iter().copied().collect()
    }

    /// Targets of a sample.
    pub fn y(&self, n: usize) -> Vec<A> {
        self.case.batch.y.row(n).iter().copied().collect()
    }

    /// Preactivations of a sample.
    pub fn preactivations(&self, n: usize) -> Vec<A> {
        definition::preactivation(self.shape(), &self.theta, &self.x(n))
    }

    /// Hidden outputs of a sample.
    pub fn outputs(&self, n: usize) -> Vec<A> {
        definition::hidden(self.activation(), &self.preactivations(n))
    }

    /// Logits of a sample.
    pub fn logits(&self, n: usize) -> Vec<A> {
        definition::logits(self.shape(), self.activation(), &self.theta, &self.x(n))
    }

    /// Logits of a sample at parameters that carry derivatives.
    fn moving_logits<T: Nilpotent<A>>(&self, n: usize, theta: &[T]) -> Vec<T> {
        definition::logits(self.shape(), self.activation(), theta, &lift(&self.x(n), &[]))
    }

    /// `sum_n term(n)`.
    pub fn total(&self, term: &dyn Fn(usize) -> A) -> A {
        (0..self.shape().samples).map(term).fold(A::zero(), |sum, next| sum + next)
    }

    /// `(1/N) sum_n term(n)`.
    pub fn mean(&self, term: &dyn Fn(usize) -> A) -> A {
        self.total(term) / A::integer(self.shape().samples as i64)
    }

    /// Loss of one sample.
    pub fn of_sample(&self, n: usize) -> A {
        definition::cross_entropy(&self.logits(n), &self.y(n))
    }

    /// First derivative of the loss along a direction.
    pub fn slope(&self, direction: &[A]) -> A {
        let theta: Vec<A::First> = lift(&self.theta, &[direction]);
        self.mean(&|n| {
            let o = self.moving_logits(n, &theta);
            definition::cross_entropy(&o, &lift(&self.y(n), &[])).mixed(1)
        })
    }

    /// Second derivative of one sample's loss along two directions.
    pub fn sample_curvature(&self, n: usize, part: Part, left: &[A], right: &[A]) -> A {
        let theta: Vec<A::Second> = lift(&self.theta, &[left, right]);
        self.curvature_of_logits(part, n, &self.moving_logits(n, &theta))
    }

    /// Second derivative of the loss along two directions.
    pub fn curvature(&self, part: Part, left: &[A], right: &[A]) -> A {
        let theta: Vec<A::Second> = lift(&self.theta, &[left, right]);
        self.mean(&|n| {
            let o = self.moving_logits(n, &theta);
            self.curvature_of_logits(part, n, &o)
        })
    }

    /// Third derivative of the loss along three directions.
    pub fn third(&self, directions: [&[A]; 3]) -> A {
        let theta: Vec<A::Third> = lift(&self.theta, &directions);
        self.mean(&|n| {
            let o = self.moving_logits(n, &theta);
            definition::cross_entropy(&o, &lift(&self.y(n), &[])).mixed(3)
        })
    }

    /// Second derivative of a sample's cross entropy at logits that carry two directions, or one of its two parts.
    pub fn curvature_of_logits(&self, part: Part, n: usize, o: &[A::Second]) -> A {
        let keep = |logit: &A::Second| match part {
            Part::Whole => *logit,
            Part::GaussNewton => logit.linear(),
            Part::Residual => logit.bent(),
        };
        let o: Vec<A::Second> = o.iter().map(keep).collect();
        definition::cross_entropy(&o, &lift::<A, A::Second>(&self.y(n), &[])).mixed(2)
    }

    /// A direction that moves the parameters of one group alone.
    pub fn within(&self, group: Group, direction: &[A]) -> Vec<A> {
        let mut whole = vec![A::zero(); self.shape().parameters()];
        let start = self.shape().offset(group);
        whole[start..start + direction.len()].copy_from_slice(direction);
        whole
    }

    /// The direction of one parameter.
    pub fn unit(&self, index: usize) -> Vec<A> {
        unit(self.shape().parameters(), index)
    }

    /// One sample's Hessian, entry by entry, for the parameters in two ranges.
    pub fn sample_block(&self, n: usize, part: Part, rows: Range<usize>, columns: Range<usize>) -> Matrix<A> {
        Matrix::from_fn(rows.len(), columns.len(), |i, j| {
            let (left, right) = (self.unit(rows.start + i), self.unit(columns.start + j));
            self.sample_curvature(n, part, &left, &right)
        })
    }

    /// The Hessian of the loss, entry by entry. For small cases: `D^2/2` evaluations.
    pub fn hessian(&self) -> &Matrix<A> {
        self.dense.get_or_init(|| {
            symmetric(self.shape().parameters(), &|i, j| {
                self.curvature(Part::Whole, &self.unit(i), &self.unit(j))
            })
        })
    }

    /// `(d/dv)` of `sum_ij weight_ij H_ij` at fixed weights: third derivatives of the loss. For small cases.
    pub fn third_against(&self, weight: &Matrix<A>, direction: &[A]) -> A {
        let mut sum = A::zero();
        for i in 0..weight.nrows() {
            for j in 0..weight.ncols() {
                if !weight[(i, j)].is_zero() {
                    sum += weight[(i, j)] * self.third([&self.unit(i), &self.unit(j), direction]);
                }
            }
        }
        sum
    }
}

/// The symmetric matrix with these entries on and above its diagonal.
pub(super) fn symmetric<A: Arithmetic>(size: usize, entry: &dyn Fn(usize, usize) -> A) -> Matrix<A> {
    let mut matrix = Matrix::from_element(size, size, A::zero());
    for i in 0..size {
        for j in i..size {
            let entry = entry(i, j);
            matrix[(i, j)] = entry;
            matrix[(j, i)] = entry;
        }
    }
    matrix
}

/// The unit vector with a 1 at `index`.
pub fn unit<A: crate::number::Number>(length: usize, index: usize) -> Vec<A> {
    (0..length).map(|other| if other == index { A::one() } else { A::zero() }).collect()
}

/// Numbers that carry the given directions: entry by entry `value + E1 directions[0] + E2 directions[1] + ..`.
pub fn lift<A: Arithmetic, T: Nilpotent<A>>(values: &[A], directions: &[&[A]]) -> Vec<T> {
    let carry = |(index, value): (usize, &A)| {
        let parts: Vec<A> = directions.iter().map(|direction| direction[index]).collect();
        T::lift(*value, &parts)
    };
    values.iter().enumerate().map(carry).collect()
}
