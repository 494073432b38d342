//! One equation against one truth, at one case, in one arithmetic.

use super::checks::Views;
use super::equation::{Check, ClosedForm, Components, Truth, rows};
use super::layer_forms::Piece;
use super::{Forms, LayerForms, Subject};
use crate::number::{Arithmetic, Number};
use crate::witness::{Draw, LayerLoss, Loss, unit};
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
    subject: &Subject<A>,
    probe: Probe,
) -> Result<Vec<Compared<A>>, Incomparable> {
    let (side, see) = sides(closed, subject)?;
    let found = side.components.len();
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
            let classes = side.classes();
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

/// The components of a closed form at a subject, and what truths see there.
fn sides<'a, A: Draw + Arithmetic>(
    closed: &'a ClosedForm<A>,
    subject: &'a Subject<A>,
) -> Result<(Side<'a, A>, Views<'a, A>), Incomparable> {
    match closed.components {
        Components::ThreeLayer(of) => {
            let forms = subject.three_layer.as_ref().ok_or(Incomparable::NotApplicable)?;
            let expected = closed.size(&forms.case);
            if expected == Some(0) {
                return Err(Incomparable::NotApplicable);
            }
            let components = of(forms);
            let found = components.len();
            if expected.is_some_and(|expected| found != expected) || found == 0 {
                return Err(Incomparable::WrongLength { found, expected: expected.unwrap_or(1) });
            }
            let names = Names::Axes(closed, forms);
            Ok((Side { names, components }, Views::ThreeLayer { loss: Loss::new(&forms.case), forms }))
        }
        Components::AnyDepth(of) => {
            let forms = subject.layers.as_ref().ok_or(Incomparable::NotApplicable)?;
            let pieces = of(forms);
            let components: Vec<A> = pieces.iter().flat_map(|piece| rows(&piece.entries)).collect();
            if components.is_empty() {
                return Err(Incomparable::NotApplicable);
            }
            let names = Names::Pieces(pieces, forms);
            Ok((Side { names, components }, Views::AnyDepth { loss: LayerLoss::new(&forms.case), forms }))
        }
    }
}

/// The components of a closed form, and their names.
struct Side<'a, A: Arithmetic> {
    names: Names<'a, A>,
    components: Vec<A>,
}

enum Names<'a, A: Arithmetic> {
    Axes(&'a ClosedForm<A>, &'a Forms<A>),
    Pieces(Vec<Piece<A>>, &'a LayerForms<A>),
}

impl<A: Draw + Arithmetic> Side<'_, A> {
    fn name(&self, index: usize) -> String {
        match &self.names {
            Names::Axes(closed, forms) => closed.component(&forms.case, index),
            Names::Pieces(pieces, forms) => {
                let mut index = index;
                for piece in pieces {
                    if index < piece.entries.len() {
                        return piece.name(index, forms);
                    }
                    index -= piece.entries.len();
                }
                format!("entry {index}")
            }
        }
    }

    /// Rows of what is a matrix.
    fn rows(&self) -> usize {
        match &self.names {
            Names::Axes(closed, forms) => closed.rows(&forms.case),
            Names::Pieces(pieces, _) => pieces.first().map_or(1, |piece| piece.entries.nrows()),
        }
    }

    /// Classes of a three-layer network.
    fn classes(&self) -> usize {
        match &self.names {
            Names::Axes(_, forms) => forms.case.shape.classes,
            Names::Pieces(_, forms) => forms.case.architecture.outputs(),
        }
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
        let rows = self.rows().max(1);
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
