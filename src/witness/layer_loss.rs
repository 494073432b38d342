//! Derivatives of the LOSS of a network of any depth, by automatic differentiation of its definition.

use super::definition::{self, Node, Pass};
use super::loss::symmetric;
use super::{GroupVectors, LayerCase, LayerCovector, Part, lift, unit};
use crate::model::{Activation, Architecture, Layers, Loss};
use crate::number::{Arithmetic, Halves, Matrix, Nilpotent};
use std::ops::Range;
use std::sync::OnceLock;

/// The loss at a case of any depth, with its derivatives along directions: all that the truth of an equation of chapters 9 to 13
/// may ask for. Like [`Loss`](super::Loss) it leads to no closed form.
///
/// ```
/// use hsr::model::{Activation, Architecture, Loss};
/// use hsr::number::Field;
/// use hsr::terms::{layer_samples, layers::layer_loss_gradient};
/// use hsr::witness::{LayerCase, LayerLoss};
///
/// let architecture = Architecture::new(1, &[2, 2, 2], true);
/// let case = LayerCase::<Field>::random(architecture, &[Activation::Tanh, Activation::Silu], Loss::Poisson, 2, 7);
/// let closed = layer_loss_gradient(&layer_samples(&case.network, &case.loss, &case.batch));
/// let loss = LayerLoss::new(&case);
/// let along: Field = closed.flat().iter().zip(loss.theta()).map(|(a, b)| *a * *b).fold(Field::new(0), |a, b| a + b);
/// assert_eq!(along, loss.slope(loss.theta()));
/// ```
/// It leads to no closed form:
/// ```compile_fail,E0599
/// fn truth(loss: &hsr::witness::LayerLoss<f64>) -> f64 {
///     loss.samples()[0].s[(0, 0)]
/// }
/// ```
pub struct LayerLoss<'a, A: Arithmetic> {
    case: &'a LayerCase<A>,
    theta: Vec<A>,
    shares: Vec<A>,
    dense: OnceLock<Matrix<A>>,
}

impl<'a, A: Arithmetic> LayerLoss<'a, A> {
    /// The loss at a case.
    pub fn new(case: &'a LayerCase<A>) -> Self {
        let total = match &case.batch.weights {
            Some(weights) => weights.iter().fold(A::zero(), |sum, weight| sum + *weight),
            None => A::integer(case.batch.x.nrows() as i64),
        };
        let weight = |n: usize| case.batch.weights.as_ref().map_or(A::one(), |weights| weights[n]);
        let shares = (0..case.batch.x.nrows()).map(|n| weight(n) / total).collect();
        LayerLoss { case, theta: case.network.layers.flat(), shares, dense: OnceLock::new() }
    }

    /// Sizes of the network.
    pub fn architecture(&self) -> &Architecture {
        &self.case.architecture
    }

    /// The activation of each hidden layer.
    pub fn activations(&self) -> &[Activation] {
        &self.case.network.activations
    }

    /// Which loss it is.
    pub fn kind(&self) -> Loss {
        self.case.loss
    }

    /// Flat parameters.
    pub fn theta(&self) -> &[A] {
        &self.theta
    }

    /// The random direction of the case.
    pub fn direction(&self) -> &Layers<A> {
        &self.case.direction
    }

    /// The random partial derivatives of the case.
    pub fn covector(&self) -> &LayerCovector<A> {
        &self.case.covector
    }

    /// The pairs of samples at which terms over pairs are compared.
    pub fn pairs(&self) -> &[(usize, usize)] {
        &self.case.pairs
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.shares.len()
    }

    /// What a sample counts.
    pub fn share(&self, n: usize) -> A {
        self.shares[n]
    }

    /// Targets of a sample.
    pub fn y(&self, n: usize) -> Vec<A> {
        self.case.batch.y.row(n).iter().copied().collect()
    }

    /// Targets of a sample as a vector.
    fn moving_y<T: Nilpotent<A>>(&self, n: usize) -> Vec<T> {
        lift(&self.y(n), &[])
    }

    /// A sample's way through the network.
    pub fn pass(&self, n: usize) -> Pass<A> {
        let x: Vec<A> = self.case.batch.x.row(n).iter().copied().collect();
        definition::pass(self.architecture(), self.activations(), &self.theta, &x, &|_, value| value)
    }

    /// The same at parameters that carry derivatives.
    pub fn at<T: Nilpotent<A>>(&self, n: usize, theta: &[T]) -> Pass<T> {
        self.moving_pass(n, theta, &|_, value| value)
    }

    /// The same at parameters that carry derivatives, with shifts of what is computed on the way.
    fn moving_pass<T: Nilpotent<A>>(&self, n: usize, theta: &[T], at: &dyn Fn(Node, T) -> T) -> Pass<T> {
        let x: Vec<A> = self.case.batch.x.row(n).iter().copied().collect();
        definition::pass(self.architecture(), self.activations(), theta, &lift::<A, T>(&x, &[]), at)
    }

    /// A sample's way through the network where the preactivations of layers are shifted, each along a direction of its own.
    pub fn shifted<T: Nilpotent<A>>(&self, n: usize, shifts: &[(usize, &[A])]) -> Pass<T> {
        let theta: Vec<T> = lift(&self.theta, &[]);
        let at = |node: Node, value: T| {
            let Node::Preactivation(layer, i) = node else { return value };
            let parts: Vec<A> =
                shifts.iter().map(|(at, d)| if *at == layer { d[i] } else { A::zero() }).collect();
            value + T::lift(A::zero(), &parts)
        };
        self.moving_pass(n, &theta, &at)
    }

    /// Derivative of a sample's loss where the output of a hidden layer is shifted along a direction.
    pub fn slope_by_output(&self, n: usize, layer: usize, direction: &[A]) -> A {
        let theta: Vec<A::First> = lift(&self.theta, &[]);
        let at = |node: Node, value: A::First| match node {
            Node::Output(l, i) if l == layer => value + A::First::lift(A::zero(), &[direction[i]]),
            _ => value,
        };
        let pass = self.moving_pass(n, &theta, &at);
        self.of_outputs(n, pass.outputs()).mixed(1)
    }

    /// A sample's loss at outputs that carry derivatives.
    pub fn of_outputs<T: Nilpotent<A>>(&self, n: usize, o: &[T]) -> T {
        definition::output_loss(self.kind(), o, &self.moving_y::<T>(n))
    }

    /// Loss, the mean over samples.
    pub fn value(&self) -> A {
        let of = |n: usize| definition::output_loss(self.kind(), self.pass(n).outputs(), &self.y(n));
        self.mean(&of)
    }

    /// `sum_n omega_n term(n)`.
    pub fn mean(&self, term: &dyn Fn(usize) -> A) -> A {
        (0..self.samples()).fold(A::zero(), |sum, n| sum + self.shares[n] * term(n))
    }

    /// First derivative of the loss along a direction.
    pub fn slope(&self, direction: &[A]) -> A {
        let theta: Vec<A::First> = lift(&self.theta, &[direction]);
        self.mean(&|n| {
            let pass = self.moving_pass(n, &theta, &|_, value| value);
            self.of_outputs(n, pass.outputs()).mixed(1)
        })
    }

    /// Second derivative of a sample's loss at outputs that carry two directions, or one of its two parts.
    pub fn curvature_of_outputs(&self, part: Part, n: usize, o: &[A::Second]) -> A {
        let keep = |output: &A::Second| match part {
            Part::Whole => *output,
            Part::GaussNewton => output.linear(),
            Part::Residual => output.bent(),
        };
        let o: Vec<A::Second> = o.iter().map(keep).collect();
        self.of_outputs(n, &o).mixed(2)
    }

    /// Second derivative of one sample's loss along two directions.
    pub fn sample_curvature(&self, n: usize, part: Part, left: &[A], right: &[A]) -> A {
        let theta: Vec<A::Second> = lift(&self.theta, &[left, right]);
        let pass = self.moving_pass(n, &theta, &|_, value| value);
        self.curvature_of_outputs(part, n, pass.outputs())
    }

    /// Second derivative of the loss along two directions.
    pub fn curvature(&self, part: Part, left: &[A], right: &[A]) -> A {
        let theta: Vec<A::Second> = lift(&self.theta, &[left, right]);
        self.mean(&|n| {
            let pass = self.moving_pass(n, &theta, &|_, value| value);
            self.curvature_of_outputs(part, n, pass.outputs())
        })
    }

    /// Third derivative of the loss along three directions.
    pub fn third(&self, directions: [&[A]; 3]) -> A {
        let theta: Vec<A::Third> = lift(&self.theta, &directions);
        self.mean(&|n| {
            let pass = self.moving_pass(n, &theta, &|_, value| value);
            self.of_outputs(n, pass.outputs()).mixed(3)
        })
    }

    /// The direction of one parameter.
    pub fn unit(&self, index: usize) -> Vec<A> {
        unit(self.theta.len(), index)
    }

    /// The indices of the parameters of a layer.
    pub fn layer(&self, layer: usize) -> Range<usize> {
        let start = self.architecture().offset(layer);
        start..start + self.architecture().parameters_of(layer)
    }

    /// A direction that moves the parameters of one layer alone.
    pub fn within(&self, layer: usize, direction: &[A]) -> Vec<A> {
        let mut whole = vec![A::zero(); self.theta.len()];
        whole[self.layer(layer)].copy_from_slice(direction);
        whole
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
            symmetric(self.theta.len(), &|i, j| self.curvature(Part::Whole, &self.unit(i), &self.unit(j)))
        })
    }

    /// `(d/dv)` of `sum_ij weight_ij H_ij` at fixed weights: third derivatives of the loss. For small cases.
    pub fn third_against(&self, weight: &Matrix<A>, direction: &[A]) -> A {
        let mut sum = A::zero();
        for i in 0..weight.nrows() {
            for j in 0..=i {
                let both = if i == j { weight[(i, i)] } else { weight[(i, j)] + weight[(j, i)] };
                if !both.is_zero() {
                    sum += both * self.third([&self.unit(i), &self.unit(j), direction]);
                }
            }
        }
        sum
    }

    /// The numbers at which bounds by groups are compared.
    pub fn vectors(&self) -> &GroupVectors<A> {
        &self.case.vectors
    }
}
