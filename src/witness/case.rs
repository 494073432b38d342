//! A network with data, in some arithmetic, and derivatives of functions of its parameters along directions.

use super::Draw;
use crate::model::{Activation, Batch, Network, Parameters, Shape};
use crate::number::{Arithmetic, Matrix, Nilpotent};
use crate::terms::{Curvature, Partials, Sample, curvatures, samples};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::OnceLock;

/// One point at which equations are checked.
///
/// ```
/// use hsr::model::{Activation, Shape};
/// use hsr::number::Field;
/// use hsr::terms::model::loss_gradient;
/// use hsr::witness::{Case, Part};
///
/// let shape = Shape { samples: 2, inputs: 1, hidden: 2, classes: 2, biases: true };
/// let case = Case::<Field>::random(shape, Activation::Tanh, 7);
/// let direction = case.theta();
/// let closed = loss_gradient(&case.samples, case.v()).dot(&case.network.parameters)?;
/// assert_eq!(closed, case.loss_slope(&direction));
/// assert!(case.loss_curvature(Part::Whole, &direction, &direction).is_defined());
/// # Ok::<(), hsr::model::ParametersError>(())
/// ```
pub struct Case<A: Arithmetic> {
    /// The network.
    pub network: Network<A>,
    /// The data.
    pub batch: Batch<A>,
    /// Sizes of both.
    pub shape: Shape,
    /// Forward quantities of every sample, by the closed forms of chapter 1.
    pub samples: Vec<Sample<A>>,
    /// The pieces of every sample's Hessian, by the closed forms of chapter 2.
    pub points: Vec<Curvature<A>>,
    /// Random partial derivatives, a set a sample, for checking chains that hold for any scalar.
    pub covectors: Vec<Partials<A>>,
    /// A random direction, for equations that take one.
    pub direction: Parameters<A>,
    /// The pairs of samples at which terms over pairs are compared: all of them for small data.
    pub pairs: Vec<(usize, usize)>,
    pub(super) dense: OnceLock<Matrix<A>>,
    pub(super) dense_from_loss: OnceLock<Matrix<A>>,
}

/// With this many samples or fewer all pairs are compared one by one.
const ALL_PAIRS: usize = 3;

impl<A: Draw> Case<A> {
    /// A case at a given network and data; `seed` picks the covectors and, for larger data, the pairs.
    pub fn new(network: Network<A>, batch: Batch<A>, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let samples = samples(&network, &batch);
        let points = curvatures(&samples, &network.parameters.v);
        let covectors = samples.iter().map(|sample| covector(sample, &mut random)).collect();
        let count = samples.len();
        let pairs = if count <= ALL_PAIRS {
            (0..count).flat_map(|n| (0..count).map(move |m| (n, m))).collect()
        } else {
            // One sample with itself, then pairs far apart in the order of the data, where classes differ.
            vec![(0, 0), (0, count / 2), (count - 1, 0), (count / 3, 2 * count / 3)]
        };
        let shape = network.shape(count);
        let entries: Vec<A> = (0..shape.parameters()).map(|_| A::draw(&mut random)).collect();
        let direction = Parameters::from_fn(&shape, |index| entries[index]);
        let (dense, dense_from_loss) = (OnceLock::new(), OnceLock::new());
        Case { network, batch, shape, samples, points, covectors, direction, pairs, dense, dense_from_loss }
    }

    /// A random case: every parameter, input and target is drawn, targets so that they sum to 1.
    pub fn random(shape: Shape, activation: Activation, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let theta: Vec<A> = (0..shape.parameters()).map(|_| A::draw(&mut random)).collect();
        let parameters = Parameters::from_fn(&shape, |index| theta[index]);
        let x = Matrix::from_fn(shape.samples, shape.inputs, |_, _| A::draw(&mut random));
        let mut y = Matrix::from_fn(shape.samples, shape.classes, |_, _| A::draw(&mut random));
        for n in 0..shape.samples {
            let others = y.row(n).columns(1, shape.classes - 1).sum();
            y[(n, 0)] = A::one() - others;
        }
        Case::new(Network { parameters, activation }, Batch { x, y }, seed ^ 0x5eed)
    }
}

fn covector<A: Draw>(sample: &Sample<A>, random: &mut ChaCha8Rng) -> Partials<A> {
    let mut next = |_: A| A::draw(random);
    let zeros = Partials::zeros(sample);
    Partials {
        p: zeros.p.map(&mut next),
        delta: zeros.delta.map(&mut next),
        z: zeros.z.map(&mut next),
        phi1: zeros.phi1.map(&mut next),
        phi2: zeros.phi2.map(&mut next),
        v: zeros.v.map(&mut next),
    }
}

impl<A: Arithmetic> Case<A> {
    /// Output weights.
    pub fn v(&self) -> &Matrix<A> {
        &self.network.parameters.v
    }

    /// Flat parameters.
    pub fn theta(&self) -> Vec<A> {
        self.network.parameters.flat()
    }

    /// Inputs of a sample.
    pub fn x(&self, n: usize) -> Vec<A> {
        self.batch.x.row(n).iter().copied().collect()
    }

    /// Targets of a sample.
    pub fn y(&self, n: usize) -> Vec<A> {
        self.batch.y.row(n).iter().copied().collect()
    }

    /// Derivative of a function of the parameters along a direction.
    pub fn slope(&self, direction: &[A], f: impl Fn(&[A::First]) -> A::First) -> A {
        f(&lift(&self.theta(), &[direction])).mixed()
    }

    /// Derivative along a direction of a function of the forward quantities and the output weights, both of which
    /// follow the parameters.
    pub fn slope_of(
        &self,
        direction: &[A],
        f: impl Fn(&[Sample<A::First>], &Matrix<A::First>) -> A::First,
    ) -> A {
        self.slope(direction, |theta| {
            let parameters = Parameters::from_fn(&self.shape, |index| theta[index]);
            let network = Network { parameters, activation: self.network.activation };
            let constant = |value: A| A::First::lift(value, &[]);
            f(&samples(&network, &self.batch.map(constant)), &network.parameters.v)
        })
    }
}

/// Numbers that carry the given directions: entry by entry `value + E1 directions[0] + E2 directions[1] + ..`.
pub fn lift<A: Arithmetic, T: Nilpotent<A>>(values: &[A], directions: &[&[A]]) -> Vec<T> {
    let carry = |(index, value): (usize, &A)| {
        let parts: Vec<A> = directions.iter().map(|direction| direction[index]).collect();
        T::lift(*value, &parts)
    };
    values.iter().enumerate().map(carry).collect()
}
