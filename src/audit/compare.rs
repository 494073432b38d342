//! One equation against one truth, at one case, in one arithmetic.

use super::Forms;
use super::equation::{Check, ClosedForm, Truth, Views};
use crate::number::{Arithmetic, Number};
use crate::witness::{Draw, unit};
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

/// How an equation that is stated by derivatives along directions is probed.
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
pub fn compare<A: Draw + Arithmetic>(
    closed: &ClosedForm<A>,
    check: &Check<A>,
    forms: &Forms<A>,
    probe: Probe,
) -> Result<Vec<Compared<A>>, Incomparable> {
    let expected = closed.size(&forms.case);
    if expected == Some(0) {
        return Err(Incomparable::NotApplicable);
    }
    let components = (closed.components)(forms);
    let found = components.len();
    if expected.is_some_and(|expected| found != expected) || found == 0 {
        return Err(Incomparable::WrongLength { found, expected: expected.unwrap_or(1) });
    }
    let side = Side { closed, forms, components };
    let see = Views::new(forms);
    let classes = forms.case.shape.classes;
    match &check.truth {
        Truth::Values(truth) => {
            let truth = truth(&see);
            if truth.len() != found {
                return Err(Incomparable::WrongLength { found, expected: truth.len() });
            }
            Ok(side.values(truth))
        }
        Truth::Along(truth) => Ok(side.along(probe, &|_| {}, &|direction| truth(&see, direction))),
        Truth::OnSimplex(truth) => {
            Ok(side.along(probe, &|direction| onto_simplex(direction, classes), &|direction| {
                truth(&see, direction)
            }))
        }
        Truth::Between(truth) => Ok(side.between(probe, &|left, right| truth(&see, left, right))),
        Truth::Solves(truth) => {
            let sides = truth(&see, &side.components).into_iter().enumerate();
            let compared = |(index, (closed, truth)): (usize, (A, A))| Compared {
                component: format!("condition {index}"),
                closed,
                truth,
            };
            Ok(sides.map(compared).collect())
        }
    }
}

/// The closed side at a case, with its components.
struct Side<'a, A: Arithmetic> {
    closed: &'a ClosedForm<A>,
    forms: &'a Forms<A>,
    components: Vec<A>,
}

impl<A: Draw + Arithmetic> Side<'_, A> {
    fn name(&self, index: usize) -> String {
        self.closed.component(&self.forms.case, index)
    }

    fn values(&self, truth: Vec<A>) -> Vec<Compared<A>> {
        let pairs = self.components.iter().zip(truth).enumerate();
        pairs
            .map(|(index, (closed, truth))| Compared { component: self.name(index), closed: *closed, truth })
            .collect()
    }

    fn along(&self, probe: Probe, adjust: &dyn Fn(&mut [A]), truth: &dyn Fn(&[A]) -> A) -> Vec<Compared<A>> {
        let length = self.components.len();
        let compared = |component: String, mut direction: Vec<A>| {
            adjust(&mut direction);
            Compared { component, closed: dot(&self.components, &direction), truth: truth(&direction) }
        };
        match probe {
            Probe::Random { directions, seed } => {
                let mut random = stream(seed);
                let draw = |index| {
                    let direction = (0..length).map(|_| A::draw(&mut random)).collect();
                    compared(format!("along random direction {index}"), direction)
                };
                (0..directions).map(draw).collect()
            }
            Probe::Units => {
                (0..length).map(|index| compared(self.name(index), unit(length, index))).collect()
            }
        }
    }

    fn between(&self, probe: Probe, truth: &dyn Fn(&[A], &[A]) -> A) -> Vec<Compared<A>> {
        let rows = self.closed.rows(&self.forms.case).max(1);
        let columns = self.components.len() / rows;
        let compared = |component: String, left: Vec<A>, right: Vec<A>| {
            let products: Vec<A> = self.components.chunks(columns).map(|row| dot(row, &right)).collect();
            Compared { component, closed: dot(&products, &left), truth: truth(&left, &right) }
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
            Probe::Units => (0..self.components.len())
                .map(|index| {
                    let (row, column) = (index / columns, index % columns);
                    compared(self.name(index), unit(rows, row), unit(columns, column))
                })
                .collect(),
        }
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

/// `sum_i a_i b_i`.
pub(super) fn dot<A: Number>(a: &[A], b: &[A]) -> A {
    a.iter().zip(b).fold(A::zero(), |sum, (a, b)| sum + *a * *b)
}
