//! A network of any depth with data and a loss, in some arithmetic, and what an equation may need beside them.

use super::{Draw, definition};
use crate::model::{Activation, Architecture, Batch, Layers, Loss, Network};
use crate::number::{Matrix, Number, Smooth, Vector};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A network of any depth, data and a loss at which equations are checked, as [`Case`](super::Case) is for three layers.
///
/// ```
/// use hsr::model::{Activation, Architecture, Loss};
/// use hsr::number::Field;
/// use hsr::witness::LayerCase;
///
/// let architecture = Architecture::new(2, &[2, 1, 3], true);
/// let case = LayerCase::<Field>::random(architecture, &[Activation::Tanh, Activation::Relu], Loss::Softmax, 2, 7);
/// assert_eq!(case.batch.y.row(0).sum(), Field::new(1));
/// ```
#[derive(Clone, Debug)]
pub struct LayerCase<A: Smooth> {
    /// The network.
    pub network: Network<A>,
    /// The loss.
    pub loss: Loss,
    /// The data.
    pub batch: Batch<A>,
    /// Sizes of the network.
    pub architecture: Architecture,
    /// Random partial derivatives by the quantities of a sample, for the steps of the sweep, which hold for any.
    pub covector: LayerCovector<A>,
    /// A random direction, for equations that take one.
    pub direction: Layers<A>,
    /// The numbers at which bounds by groups are compared: any, or the top eigenvectors.
    pub vectors: GroupVectors<A>,
    /// The pairs of samples at which terms over pairs are compared.
    pub pairs: Vec<(usize, usize)>,
}

/// What some scalar's partial derivatives by the quantities of one sample may be: any numbers.
#[derive(Clone, Debug)]
pub struct LayerCovector<A> {
    /// By `K`, for each pair of layers.
    pub k: Vec<Vec<Matrix<A>>>,
    /// By `J`, for each pair of hidden layers.
    pub j: Vec<Vec<Matrix<A>>>,
    /// By `g`, a vector a layer.
    pub g: Vec<Vector<A>>,
    /// By `v`, a vector a hidden layer.
    pub v: Vec<Vector<A>>,
    /// By the input of each layer.
    pub z: Vec<Vector<A>>,
    /// By `phi1`, a vector a hidden layer.
    pub phi1: Vec<Vector<A>>,
    /// By `phi2`, a vector a hidden layer.
    pub phi2: Vec<Vector<A>>,
    /// By the preactivations, a vector a layer.
    pub a: Vec<Vector<A>>,
}

/// A number for each group of parameters, a vector a partition.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupVectors<A> {
    /// One a layer.
    pub layers: Vector<A>,
    /// One a unit, those of the output included.
    pub units: Vector<A>,
    /// One a hidden unit, and one for the output layer.
    pub hidden_units: Vector<A>,
    /// One a parameter.
    pub entries: Vector<A>,
}

impl<A: Number> GroupVectors<A> {
    /// The same numbers in another arithmetic.
    pub fn map<U: Number>(&self, f: impl Fn(A) -> U) -> GroupVectors<U> {
        GroupVectors {
            layers: self.layers.map(&f),
            units: self.units.map(&f),
            hidden_units: self.hidden_units.map(&f),
            entries: self.entries.map(&f),
        }
    }
}

/// With this many samples or fewer all pairs are compared one by one.
const ALL_PAIRS: usize = 3;

impl<A: Draw> LayerCase<A> {
    /// A case at a given network, data and loss; `seed` picks everything else.
    pub fn new(network: Network<A>, batch: Batch<A>, loss: Loss, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (count, architecture) = (batch.samples(), network.architecture());
        let covector = LayerCovector::draw(&architecture, &mut random);
        let pairs = if count <= ALL_PAIRS {
            (0..count).flat_map(|n| (0..count).map(move |m| (n, m))).collect()
        } else {
            vec![(0, 0), (0, count / 2), (count - 1, 0), (count / 3, 2 * count / 3)]
        };
        let direction = Layers::from_fn(&architecture, |_| A::draw(&mut random));
        let mut any = |groups: usize| Vector::from_fn(groups, |_, _| A::draw(&mut random));
        let vectors = GroupVectors {
            layers: any(architecture.layers()),
            units: any(architecture.units()),
            hidden_units: any(architecture.units() - architecture.outputs() + 1),
            entries: any(architecture.parameters()),
        };
        LayerCase { network, loss, batch, architecture, covector, direction, vectors, pairs }
    }

    /// A random case: every parameter, input, target and sample weight is drawn; targets of the softmax sum to 1.
    pub fn random(
        architecture: Architecture,
        activations: &[Activation],
        loss: Loss,
        samples: usize,
        seed: u64,
    ) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = || A::draw(&mut random);
        let layers = Layers::from_fn(&architecture, |_| draw());
        let x = Matrix::from_fn(samples, architecture.inputs, |_, _| draw());
        let mut y = Matrix::from_fn(samples, architecture.outputs(), |_, _| draw());
        for n in 0..samples {
            if loss == Loss::Softmax {
                let others = y.row(n).columns(1, architecture.outputs() - 1).sum();
                y[(n, 0)] = A::one() - others;
            }
        }
        // Squares plus one: positive wherever that means something.
        let weights = Vector::from_fn(samples, |_, _| {
            let root = draw();
            A::one() + root * root
        });
        let network = Network { layers, activations: activations.to_vec() };
        if loss == Loss::PseudoHuber {
            // Residuals (t^2 - 1)/2t, for which 1 + r^2 is the square of (t^2 + 1)/2t: in the field it then has a root.
            for n in 0..samples {
                let x: Vec<A> = x.row(n).iter().copied().collect();
                let theta = network.layers.flat();
                let pass = definition::pass(&architecture, activations, &theta, &x, &|_, value| value);
                for (k, output) in pass.outputs().iter().enumerate() {
                    let t = draw();
                    y[(n, k)] = *output - (t * t - A::one()) / (t + t);
                }
            }
        }
        LayerCase::new(network, Batch { x, y, weights: Some(weights) }, loss, seed ^ 0x5eed)
    }
}

impl<A: Draw> LayerCovector<A> {
    fn draw(architecture: &Architecture, random: &mut ChaCha8Rng) -> Self {
        let widths = &architecture.widths;
        let hidden = widths.len() - 1;
        let mut draw = |rows: usize, columns: usize| Matrix::from_fn(rows, columns, |_, _| A::draw(random));
        let mut pairs = |layers: usize| -> Vec<Vec<Matrix<A>>> {
            (0..layers).map(|m| (0..=m).map(|l| draw(widths[m], widths[l])).collect()).collect()
        };
        let (k, j) = (pairs(hidden + 1), pairs(hidden));
        let mut vectors = |count: usize| -> Vec<Vector<A>> {
            (0..count).map(|l| draw(widths[l], 1).column(0).into_owned()).collect()
        };
        let (g, v, phi1, phi2, a) =
            (vectors(hidden + 1), vectors(hidden), vectors(hidden), vectors(hidden), vectors(hidden + 1));
        let z = (0..=hidden).map(|l| draw(architecture.inputs_of(l), 1).column(0).into_owned()).collect();
        LayerCovector { k, j, g, v, z, phi1, phi2, a }
    }
}
