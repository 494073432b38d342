//! One equation against one truth, at one case, in one arithmetic.

use super::equation::{Check, Equation, Truth};
use crate::number::Number;
use crate::witness::{Case, Draw, unit};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Two numbers that must be equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared<A> {
    /// Which component, or which random direction.
    pub component: String,
    /// What the closed form gives.
    pub closed: A,
    /// What the truth is.
    pub truth: A,
}

/// How an equation that is told by derivatives along directions is probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// This many random directions, from this seed: one evaluation checks all components at once.
    Random {
        /// How many.
        directions: usize,
        /// Where they come from.
        seed: u64,
    },
    /// Every unit direction: says which component is wrong.
    Units,
}

/// Why there is nothing to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incomparable {
    /// The equation has no components here, such as the block of a bias that the network lacks.
    NotApplicable,
    /// The closed form does not have as many components as it should.
    WrongLength {
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
}

/// Evaluates the closed form and the truth.
///
/// # Errors
/// [`Incomparable`] where the two cannot be set side by side.
pub fn compare<A: Draw>(
    equation: &Equation<A>,
    check: &Check<A>,
    case: &Case<A>,
    probe: Probe,
) -> Result<Vec<Compared<A>>, Incomparable> {
    let expected = equation.size(case);
    if expected == Some(0) {
        return Err(Incomparable::NotApplicable);
    }
    let closed = (equation.closed)(case);
    let found = closed.len();
    if expected.is_some_and(|expected| found != expected) || found == 0 {
        return Err(Incomparable::WrongLength { found, expected: expected.unwrap_or(1) });
    }
    let classes = case.shape.classes;
    match check.truth {
        Truth::Values(truth) => {
            let truth = truth(case);
            if truth.len() != found {
                return Err(Incomparable::WrongLength { found, expected: truth.len() });
            }
            let pairs = closed.into_iter().zip(truth).enumerate();
            Ok(pairs
                .map(|(index, (closed, truth))| Compared {
                    component: equation.component(case, index),
                    closed,
                    truth,
                })
                .collect())
        }
        Truth::Along(truth) => Ok(along(equation, case, &closed, probe, |_| {}, truth)),
        Truth::OnSimplex(truth) => {
            Ok(along(equation, case, &closed, probe, |direction| onto_simplex(direction, classes), truth))
        }
        Truth::Between(truth) => Ok(between(equation, case, &closed, probe, truth)),
    }
}

fn along<A: Draw>(
    equation: &Equation<A>,
    case: &Case<A>,
    closed: &[A],
    probe: Probe,
    adjust: impl Fn(&mut [A]),
    truth: fn(&Case<A>, &[A]) -> A,
) -> Vec<Compared<A>> {
    let compared = |component: String, mut direction: Vec<A>| {
        adjust(&mut direction);
        Compared { component, closed: dot(closed, &direction), truth: truth(case, &direction) }
    };
    match probe {
        Probe::Random { directions, seed } => {
            let mut random = stream(seed);
            let draw = |index| {
                let direction = (0..closed.len()).map(|_| A::draw(&mut random)).collect();
                compared(format!("along random direction {index}"), direction)
            };
            (0..directions).map(draw).collect()
        }
        Probe::Units => (0..closed.len())
            .map(|index| compared(equation.component(case, index), unit(closed.len(), index)))
            .collect(),
    }
}

fn between<A: Draw>(
    equation: &Equation<A>,
    case: &Case<A>,
    closed: &[A],
    probe: Probe,
    truth: fn(&Case<A>, &[A], &[A]) -> A,
) -> Vec<Compared<A>> {
    let rows = equation.rows(case).max(1);
    let columns = closed.len() / rows;
    let compared = |component: String, left: Vec<A>, right: Vec<A>| {
        let products: Vec<A> = closed.chunks(columns).map(|row| dot(row, &right)).collect();
        Compared { component, closed: dot(&products, &left), truth: truth(case, &left, &right) }
    };
    match probe {
        Probe::Random { directions, seed } => {
            let mut random = stream(seed);
            let draw = |index| {
                let left = (0..rows).map(|_| A::draw(&mut random)).collect();
                let right = (0..columns).map(|_| A::draw(&mut random)).collect();
                compared(format!("between random directions {index}"), left, right)
            };
            (0..directions).map(draw).collect()
        }
        Probe::Units => (0..closed.len())
            .map(|index| {
                let (row, column) = (index / columns, index % columns);
                let name = equation.component(case, index);
                compared(name, unit(rows, row), unit(columns, column))
            })
            .collect(),
    }
}

/// Directions come from a stream of their own: a case drawn from the same seed must not be one of them, since an error
/// that is orthogonal to the parameters would vanish along the parameters.
fn stream(seed: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(1);
    random
}

/// Makes the entries of each sample sum to zero, by the first of them.
fn onto_simplex<A: Number>(direction: &mut [A], classes: usize) {
    for sample in direction.chunks_mut(classes) {
        let others = sample[1..].iter().fold(A::zero(), |sum, entry| sum + *entry);
        sample[0] = -others;
    }
}

fn dot<A: Number>(a: &[A], b: &[A]) -> A {
    a.iter().zip(b).fold(A::zero(), |sum, (a, b)| sum + *a * *b)
}
