//! From a failure to what a reader needs: the smallest network that shows it, and the component that is wrong.

use super::compare::{Probe, compare};
use super::exact::{Outcome, at_point};
use super::{Forms, field_equations, float_equations, matching};
use crate::model::{Activation, Shape};
use crate::number::Field;
use crate::witness::Case;

/// A failure, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct SmallestFailure {
    /// The smallest sizes at which it shows.
    pub shape: Shape,
    /// The seed of the random case of that shape.
    pub seed: u64,
    /// Index of the truth that contradicts.
    pub check: usize,
    /// The first component that is wrong there.
    pub component: String,
    /// Both sides in the prime field.
    pub exact: (Field, Field),
    /// Both sides of the same component in `f64`, at a random case of the same shape.
    pub value: Option<(f64, f64)>,
}

/// Cases tried at each shape, since one may be undefined for want of a square root.
const TRIES: u64 = 64;

/// Looks for the smallest shape at which the equation fails exactly, and takes it apart there.
pub fn smallest(name: &str, activation: Activation, biases: bool, seed: u64) -> Option<SmallestFailure> {
    let fields = field_equations();
    let equation = matching(&fields, name)?;
    for shape in shapes(biases) {
        for seed in (0..TRIES).map(|attempt| seed.wrapping_add(attempt)) {
            let forms = Forms::new(Case::<Field>::random(shape, activation, seed));
            match at_point(equation, &forms, seed) {
                Outcome::Undefined => continue,
                Outcome::Holds | Outcome::NotApplicable => break,
                Outcome::Fails { check, compared } => {
                    let truth = &equation.checks[check];
                    let units = compare(&equation.closed, truth, &forms, Probe::Units).unwrap_or_default();
                    let wrong = units.iter().position(|pair| pair.closed != pair.truth);
                    let pair = wrong.map_or(compared, |index| units[index].clone());
                    return Some(SmallestFailure {
                        shape,
                        seed,
                        check,
                        component: pair.component,
                        exact: (pair.closed, pair.truth),
                        value: wrong.and_then(|index| in_floats(name, check, index, shape, activation, seed)),
                    });
                }
            }
        }
    }
    None
}

fn in_floats(
    name: &str,
    check: usize,
    index: usize,
    shape: Shape,
    activation: Activation,
    seed: u64,
) -> Option<(f64, f64)> {
    let floats = float_equations();
    let equation = matching(&floats, name)?;
    let forms = Forms::new(Case::<f64>::random(shape, activation, seed));
    let units = compare(&equation.closed, &equation.checks[check], &forms, Probe::Units).ok()?;
    units.get(index).map(|pair| (pair.closed, pair.truth))
}

/// Shapes of up to three of everything, fewest numbers first.
fn shapes(biases: bool) -> Vec<Shape> {
    let mut all = Vec::new();
    for samples in 1..=3 {
        for inputs in 1..=3 {
            for hidden in 1..=3 {
                for classes in 2..=3 {
                    all.push(Shape { samples, inputs, hidden, classes, biases });
                }
            }
        }
    }
    all.sort_by_key(|shape| shape.parameters() + shape.samples * (shape.inputs + shape.classes));
    all
}
