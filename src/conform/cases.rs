//! Networks with data to ask about: small ones first, and among them what implementations get wrong.

use crate::budget::{self, OverBudget};
use crate::model::{Activation, Batch, BatchError, Misfit, NetworkError, Parameters, Shape, ThreeLayer};
use crate::number::Matrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A network with data, to ask a program about.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The network.
    pub network: ThreeLayer<f64>,
    /// The data.
    pub batch: Batch<f64>,
}

/// Why a case is invalid, or too large to ask about.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// The arrays make no network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The arrays make no batch.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The network is for other data.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// The right values would take more memory than may be taken.
    #[error(transparent)]
    Memory(#[from] OverBudget),
}

/// What is special about the data or the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    SoftTargets,
    Saturated,
    Duplicated,
    Orthogonal,
    FarOut,
}

const KINDS: [Kind; 6] =
    [Kind::Plain, Kind::SoftTargets, Kind::Saturated, Kind::Duplicated, Kind::Orthogonal, Kind::FarOut];
/// What hidden weights are multiplied by where preactivations are to be far out in the tails.
const FAR: f64 = 8.0;

/// Every number is a multiple of this: exact in `float32`, and short to read.
const STEP: f64 = 1.0 / 16.0;
/// The share of the cases over which sizes grow; the others have all sizes up to the largest.
const GROWING: f64 = 2.0 / 3.0;

/// The largest number of samples, inputs, hidden units and classes of a drawn case: beyond it, right values take minutes.
pub const LARGEST_SIZE: usize = 100;

/// The settings from which random cases are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws {
    /// Activations that occur.
    pub activations: Vec<Activation>,
    /// Whether there are networks with biases, and without.
    pub biases: Vec<bool>,
    /// The most samples, inputs, hidden units and classes: from 1 (there are always two classes) to [`LARGEST_SIZE`],
    /// and what is beyond counts as the nearer of them.
    pub max_size: usize,
    /// How many cases there are.
    pub cases: usize,
    /// What weights `V` are multiplied by where logits are to be saturated: a power of two.
    pub saturation: f64,
    /// The seed of all of them.
    pub seed: u64,
}

impl Draws {
    /// Draws the case of this index, which depends on the settings alone.
    ///
    /// ```
    /// use hsr::conform::Draws;
    /// use hsr::model::Activation;
    /// let draws = Draws {
    ///     activations: vec![Activation::Tanh],
    ///     biases: vec![true, false],
    ///     max_size: 5,
    ///     cases: 100,
    ///     saturation: 64.0,
    ///     seed: 0,
    /// };
    /// assert_eq!(draws.case(0).shape().parameters(), 6);
    /// assert_eq!(draws.case(70), draws.case(70));
    /// ```
    pub fn case(&self, index: usize) -> Case {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(index as u64);
        let (activations, biases) = (self.activations.len().max(1), self.biases.len().max(1));
        let activation = self.activations.get(index % activations).copied().unwrap_or(Activation::Tanh);
        let round = index / activations;
        let kind = KINDS[round % KINDS.len()];
        // Every kind meets both, and so does every activation, within two rounds of kinds.
        let turn = (round + index % activations).wrapping_add(round / KINDS.len());
        let biases = self.biases.get(turn % biases).copied().unwrap_or(true);
        let shape = self.shape(index, biases, &mut random);
        let mut entries = |count: usize| -> Vec<f64> {
            (0..count).map(|_| f64::from(random.random_range(-24..=24_i32)) * STEP).collect()
        };
        let theta = entries(shape.parameters());
        let mut parameters = Parameters::from_fn(&shape, |index| theta[index]);
        let mut x =
            Matrix::from_row_slice(shape.samples, shape.inputs, &entries(shape.samples * shape.inputs));
        match kind {
            Kind::Saturated => parameters.v *= self.saturation,
            Kind::FarOut => parameters.w *= FAR,
            Kind::Duplicated => {
                for n in 1..shape.samples {
                    let first = x.row(n % 2).clone_owned();
                    x.row_mut(n).copy_from(&first);
                }
            }
            Kind::Orthogonal => x = orthogonal(&x),
            Kind::Plain | Kind::SoftTargets => {}
        }
        let soft = kind == Kind::SoftTargets;
        let y = targets(&shape, soft, || random.random_range(0..shape.classes));
        Case { network: ThreeLayer { parameters, activation }, batch: Batch { x, y, weights: None } }
    }

    fn shape(&self, index: usize, biases: bool, random: &mut ChaCha8Rng) -> Shape {
        let growing = (self.cases as f64 * GROWING).max(1.0);
        let share = (index as f64 / growing).min(1.0);
        let most = 1 + (share * (self.max_size.clamp(1, LARGEST_SIZE) - 1) as f64) as usize;
        let mut size = || random.random_range(1..=most);
        Shape { samples: size(), inputs: size(), hidden: size(), classes: size().max(2), biases }
    }
}

impl Case {
    /// The sizes.
    pub fn shape(&self) -> Shape {
        self.network.shape(self.batch.samples())
    }

    /// Checks that the arrays make a network and data that fit, and that their right values fit into memory.
    ///
    /// # Errors
    /// [`CaseError`] says what does not fit.
    pub fn check(&self) -> Result<(), CaseError> {
        let Case { network, batch } = self;
        ThreeLayer::new(network.parameters.clone(), network.activation)?.check_finite()?;
        Batch::new(batch.x.clone(), batch.y.clone())?;
        network.check_fit(batch)?;
        let (inputs, classes) = (network.parameters.w.ncols(), network.parameters.v.nrows());
        // The matrices of each sample, in two arithmetics of two numbers each, and as many again on the way.
        let (h, c) = (network.parameters.w.nrows(), classes);
        let sample = [3 * h * h, 2 * h * c, c * c, 5 * h, 2 * c, inputs].into_iter().sum();
        let needed = budget::numbers(&[batch.samples(), sample, 8]);
        Ok(budget::ask(needed, || format!("the right values of {}", self.shape()))?)
    }
}

/// Samples along the axes in turn, so that they are at right angles or parallel.
pub(super) fn orthogonal(x: &Matrix<f64>) -> Matrix<f64> {
    Matrix::from_fn(x.nrows(), x.ncols(), |n, l| if l == n % x.ncols() { 1.0 + x[(n, l)].abs() } else { 0.0 })
}

/// One-hot rows, or sixteen sixteenths dealt out to the classes: rows that sum to 1 exactly.
pub(super) fn targets(shape: &Shape, soft: bool, mut class: impl FnMut() -> usize) -> Matrix<f64> {
    let mut y = Matrix::zeros(shape.samples, shape.classes);
    for n in 0..shape.samples {
        let deals = if soft { 16 } else { 1 };
        for _ in 0..deals {
            y[(n, class())] += 1.0 / f64::from(deals);
        }
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::samples;

    fn draws() -> Draws {
        Draws {
            activations: Activation::ALL.to_vec(),
            biases: vec![true, false],
            max_size: 6,
            cases: 210,
            saturation: 64.0,
            seed: 3,
        }
    }

    #[test]
    fn every_case_is_a_network_with_data_that_fit() {
        for index in 0..210 {
            let case = draws().case(index);
            assert_eq!(case.check(), Ok(()));
            let Case { network, batch } = case;
            assert!(batch.y.row_iter().all(|targets| targets.sum() == 1.0), "{}", batch.y);
            assert!(network.parameters.flat().iter().all(|entry| f64::from(*entry as f32) == *entry));
        }
    }

    #[test]
    fn odd_draws_are_cases_too() {
        for (max_size, cases, saturation) in [(0, 0, 0.0), (usize::MAX, usize::MAX, 64.0), (1, 1, f64::NAN)] {
            let draws =
                Draws { activations: vec![], biases: vec![], max_size, cases, saturation, seed: u64::MAX };
            for index in [0, 7, usize::MAX] {
                let shape = draws.case(index).shape();
                let sizes = [shape.samples, shape.inputs, shape.hidden, shape.classes];
                assert!(sizes.iter().all(|size| (1..=LARGEST_SIZE).contains(size)), "{shape}");
            }
        }
    }

    #[test]
    fn arrays_that_make_no_case_are_errors() {
        let case = draws().case(209);
        assert_eq!(case.check(), Ok(()));
        let changed = |change: fn(&mut Case)| {
            let mut case = case.clone();
            change(&mut case);
            case.check().unwrap_err().to_string()
        };
        let wide = changed(|case| case.batch.x = Matrix::zeros(case.batch.samples(), 9));
        assert!(wide.starts_with("W is ") && wide.contains(" but X has 9 columns: "), "{wide}");
        let nan = changed(|case| case.network.parameters.v[(0, 0)] = f64::NAN);
        assert_eq!(nan, "V[0,0] is NaN: every entry must be finite");
        let none = changed(|case| {
            case.batch = Batch { x: Matrix::zeros(0, 0), y: Matrix::zeros(0, 0), weights: None }
        });
        assert!(none.starts_with("X is 0x0"), "{none}");
        let none = changed(|case| case.network.parameters.w = Matrix::zeros(0, 0));
        assert!(none.contains("W is 0x0"), "{none}");
    }

    /// A column of identifiers taken for units or classes.
    #[test]
    fn a_case_whose_right_values_fit_into_no_memory_is_refused_before_they_are_made() {
        let mut case = draws().case(209);
        let (h, c, n) = (60_000, case.shape().classes, case.batch.samples());
        case.network.parameters = Parameters {
            w: Matrix::zeros(h, case.batch.x.ncols()),
            b: None,
            v: Matrix::zeros(c, h),
            c: None,
        };
        let error = case.check().unwrap_err().to_string();
        assert!(error.starts_with(&format!("the right values of N={n} ")), "{error}");
    }

    #[test]
    fn sizes_grow_to_the_largest_and_every_special_kind_occurs() {
        let cases: Vec<Case> = (0..210).map(|index| draws().case(index)).collect();
        let most = |cases: &[Case]| cases.iter().map(|case| case.shape().hidden).max().unwrap();
        assert_eq!((most(&cases[..20]), most(&cases)), (1, 6));
        let saturated =
            |case: &Case| samples(&case.network, &case.batch).iter().all(|n| n.p.max() > 1.0 - 1e-9);
        let soft = |case: &Case| case.batch.y.iter().any(|y| *y != 0.0 && *y != 1.0);
        let doubled = |case: &Case| case.shape().samples > 2 && case.batch.x.row(0) == case.batch.x.row(2);
        let count = |which: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| which(case)).count();
        assert!(count(&saturated) > 10 && count(&soft) > 20 && count(&doubled) > 10);
    }
}
