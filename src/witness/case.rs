//! A network with data, in some arithmetic, and what an equation may need beside them.

use super::Draw;
use crate::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use crate::number::{Matrix, Smooth, Vector};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A network and data at which equations are checked. Neither closed forms nor derivatives: those are made from it, the former
/// by [`Forms`](crate::audit::Forms), the latter by [`Loss`](super::Loss).
///
/// ```
/// use hsr::model::{Activation, Shape};
/// use hsr::number::Field;
/// use hsr::witness::Case;
///
/// let shape = Shape { samples: 2, inputs: 1, hidden: 2, classes: 2, biases: true };
/// let case = Case::<Field>::random(shape, Activation::Tanh, 7);
/// assert_eq!(case.batch.y.row(0).sum(), Field::new(1));
/// ```
#[derive(Clone, Debug)]
pub struct Case<A: Smooth> {
    /// The network.
    pub network: ThreeLayer<A>,
    /// The data.
    pub batch: Batch<A>,
    /// Sizes of both.
    pub shape: Shape,
    /// Random partial derivatives, a set a sample, for checking chains that hold for any scalar.
    pub covectors: Vec<Covector<A>>,
    /// A random direction, for equations that take one.
    pub direction: Parameters<A>,
    /// The pairs of samples at which terms over pairs are compared: all of them for small data.
    pub pairs: Vec<(usize, usize)>,
}

/// What some scalar's partial derivatives by the quantities of one sample may be: any numbers.
#[derive(Clone, Debug)]
pub struct Covector<A> {
    /// By the probabilities.
    pub p: Vector<A>,
    /// By the residuals.
    pub delta: Vector<A>,
    /// By the hidden outputs.
    pub z: Vector<A>,
    /// By the first derivatives of the activation.
    pub phi1: Vector<A>,
    /// By the second derivatives of the activation.
    pub phi2: Vector<A>,
    /// This sample's share of those by the output weights.
    pub v: Matrix<A>,
}

/// With this many samples or fewer all pairs are compared one by one.
const ALL_PAIRS: usize = 3;

impl<A: Draw> Case<A> {
    /// A case at a given network and data; `seed` picks the covectors and, for larger data, the pairs.
    pub fn new(network: ThreeLayer<A>, batch: Batch<A>, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let count = batch.x.nrows();
        let shape = network.shape(count);
        let covectors = (0..count).map(|_| Covector::draw(&shape, &mut random)).collect();
        let pairs = if count <= ALL_PAIRS {
            (0..count).flat_map(|n| (0..count).map(move |m| (n, m))).collect()
        } else {
            // One sample with itself, then pairs far apart in the order of the data, where classes differ.
            vec![(0, 0), (0, count / 2), (count - 1, 0), (count / 3, 2 * count / 3)]
        };
        let entries: Vec<A> = (0..shape.parameters()).map(|_| A::draw(&mut random)).collect();
        let direction = Parameters::from_fn(&shape, |index| entries[index]);
        Case { network, batch, shape, covectors, direction, pairs }
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
        Case::new(ThreeLayer { parameters, activation }, Batch { x, y, weights: None }, seed ^ 0x5eed)
    }
}

impl<A: Draw> Covector<A> {
    fn draw(shape: &Shape, random: &mut ChaCha8Rng) -> Self {
        let (hidden, classes) = (shape.hidden, shape.classes);
        Covector {
            p: Vector::from_fn(classes, |_, _| A::draw(random)),
            delta: Vector::from_fn(classes, |_, _| A::draw(random)),
            z: Vector::from_fn(hidden, |_, _| A::draw(random)),
            phi1: Vector::from_fn(hidden, |_, _| A::draw(random)),
            phi2: Vector::from_fn(hidden, |_, _| A::draw(random)),
            v: Matrix::from_fn(classes, hidden, |_, _| A::draw(random)),
        }
    }
}
