//! The exact witness: closed forms against derivatives of the loss in the prime field, with no tolerance.

use super::compare::{Compared, Incomparable, Probe, compare};
use super::equation::{Check, Equation};
use super::{equations, matching};
use crate::model::{Activation, Shape};
use crate::number::{Degree, Field, chance};
use crate::witness::Case;

/// Sizes `(N, d, h, C)` that are checked in turn: small, so that third derivatives stay cheap, and each with some
/// size that the others lack, so that no two indices can be confused everywhere.
const SIZES: [(usize, usize, usize, usize); 6] =
    [(2, 2, 2, 3), (3, 1, 3, 2), (2, 2, 3, 3), (3, 2, 2, 2), (2, 3, 2, 3), (2, 1, 2, 4)];

/// Square roots exist at every second point, and an equation takes at most this many that are independent of each
/// other (of three radicands and of three sizes, in the block bound).
const ROOTS: u32 = 6;

/// Points that are tried before an equation counts as undefined everywhere: with [`ROOTS`] roots one in 64 serves.
const ATTEMPTS: u64 = 64 * 30;

/// Logarithm to base 10 of the probability that no equation may exceed.
const TARGET: f64 = -18.0;

/// What the exact witness says of an equation.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact {
    /// Whether the equation has components with these biases.
    pub applies: bool,
    /// Random points at which all components agreed.
    pub points: usize,
    /// The largest degree, over the points, of the rational function that would have to vanish by chance.
    pub degree: u64,
    /// Logarithm to base 10 of the probability that a wrong equation passes.
    pub log10_probability: f64,
    /// The point at which it failed, if it did.
    pub failure: Option<ExactFailure>,
}

/// Where an equation failed exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactFailure {
    /// The sizes.
    pub shape: Shape,
    /// The seed of the case.
    pub seed: u64,
    /// Index of the truth that it was held against.
    pub check: usize,
    /// The first comparison that failed.
    pub compared: Compared<Field>,
}

/// Checks one equation, by name: every truth at `points` random points, and at more where its degree is so high that
/// they would leave a wrong equation a chance above 1e-18.
pub fn exact(name: &str, activation: Activation, biases: bool, points: usize, seed: u64) -> Exact {
    let mut result = Exact { applies: true, points: 0, degree: 0, log10_probability: 0.0, failure: None };
    let fields = equations::<Field>();
    let degrees = equations::<Degree>();
    let (Some(equation), Some(degree)) = (matching(&fields, name), matching(&degrees, name)) else {
        return result;
    };
    for attempt in 0..ATTEMPTS {
        if result.points >= points && result.log10_probability <= TARGET {
            break;
        }
        let seed = seed.wrapping_mul(0x9e37_79b9).wrapping_add(attempt);
        let shape = shape_of(attempt as usize, biases);
        let case = Case::<Field>::random(shape, activation, seed);
        match at_point(equation, &case, seed) {
            Outcome::Holds => {
                let bound = degree_bound(degree, shape, activation);
                result.points += 1;
                result.degree = result.degree.max(bound);
                result.log10_probability += log10_probability(bound, &shape);
            }
            Outcome::NotApplicable => {
                result.applies = false;
                break;
            }
            Outcome::Undefined => {}
            Outcome::Fails { check, compared } => {
                result.failure = Some(ExactFailure { shape, seed, check, compared });
                break;
            }
        }
    }
    result
}

fn shape_of(index: usize, biases: bool) -> Shape {
    let (samples, inputs, hidden, classes) = SIZES[index % SIZES.len()];
    Shape { samples, inputs, hidden, classes, biases }
}

/// What a single point says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// Both sides are equal in every truth.
    Holds,
    /// The equation has no components at this shape.
    NotApplicable,
    /// A division by zero or a root of a non-square: another point must be drawn.
    Undefined,
    /// The two sides differ.
    Fails {
        /// Index of the truth.
        check: usize,
        /// The two sides.
        compared: Compared<Field>,
    },
}

/// Holds an equation against each of its truths at one case.
pub(super) fn at_point(equation: &Equation<Field>, case: &Case<Field>, seed: u64) -> Outcome {
    let probe = Probe::Random { directions: 1, seed };
    for (check, truth) in equation.checks.iter().enumerate() {
        match compare(equation, truth, case, probe) {
            Err(Incomparable::NotApplicable) => return Outcome::NotApplicable,
            Err(Incomparable::WrongLength { found, expected }) => {
                return Outcome::Fails { check, compared: wrong_length(found, expected) };
            }
            Ok(all) => {
                if let Some(outcome) = judge(check, all) {
                    return outcome;
                }
            }
        }
    }
    Outcome::Holds
}

fn judge(check: usize, all: Vec<Compared<Field>>) -> Option<Outcome> {
    if all.iter().any(|pair| !pair.closed.is_defined() || !pair.truth.is_defined()) {
        return Some(Outcome::Undefined);
    }
    let compared = all.into_iter().find(|pair| pair.closed != pair.truth)?;
    Some(Outcome::Fails { check, compared })
}

fn wrong_length(found: usize, expected: usize) -> Compared<Field> {
    Compared {
        component: "number of components".to_string(),
        closed: Field::new(found as u64),
        truth: Field::new(expected as u64),
    }
}

/// The greatest degree among the differences of the two sides, found by running both in the arithmetic of degrees.
fn degree_bound(equation: &Equation<Degree>, shape: Shape, activation: Activation) -> u64 {
    let case = Case::<Degree>::random(shape, activation, 0);
    let probe = Probe::Random { directions: 1, seed: 0 };
    let of_check = |check: &Check<Degree>| {
        let all = compare(equation, check, &case, probe).unwrap_or_default();
        all.iter().filter_map(|pair| (pair.closed - pair.truth).numerator).max().unwrap_or(0)
    };
    equation.checks.iter().map(of_check).max().unwrap_or(0)
}

/// Logarithm of the probability that a wrong equation passes one point.
fn log10_probability(degree: u64, shape: &Shape) -> f64 {
    let symbols = (shape.samples * (shape.hidden + shape.classes)) as f64;
    let argument_degree = 8.0 * (shape.hidden + 1) as f64;
    chance(degree, ROOTS, symbols * symbols / 2.0 * argument_degree)
}
