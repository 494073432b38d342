//! From a failure to what a reader needs: the smallest network that shows it, and the component that is wrong.

use super::compare::{Probe, compare};
use super::exact::{Outcome, at_point};
use super::sizes::smallest_first;
use super::{AuditSettings, Size, field_equations, float_equations, matching};
use crate::number::Field;

/// A failure, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct SmallestFailure {
    /// The smallest size at which it shows.
    pub size: Size,
    /// The seed of the random case of that size.
    pub seed: u64,
    /// Index of the truth that contradicts.
    pub check: usize,
    /// The first component that is wrong there.
    pub component: String,
    /// Both sides in the prime field.
    pub exact: (Field, Field),
    /// Both sides of the same component in `f64`, at a random case of the same size.
    pub value: Option<(f64, f64)>,
}

/// Cases tried at each size, since one may be undefined for want of a square root.
const TRIES: u64 = 64;

/// Looks for the smallest size at which the equation fails exactly, and takes it apart there.
pub fn smallest(name: &str, settings: &AuditSettings) -> Option<SmallestFailure> {
    let fields = field_equations();
    let equation = matching(&fields, name)?;
    for size in smallest_first(equation.closed.is_of_any_depth(), settings) {
        for seed in (0..TRIES).map(|attempt| settings.seed.wrapping_add(attempt)) {
            let subject = size.random::<Field>(seed);
            match at_point(equation, &subject, seed) {
                Outcome::Undefined => continue,
                Outcome::Holds | Outcome::NotApplicable => break,
                Outcome::Fails { check, compared } => {
                    let truth = &equation.checks[check];
                    let units = compare(&equation.closed, truth, &subject, Probe::Units).unwrap_or_default();
                    let wrong = units.iter().position(|pair| pair.closed != pair.truth);
                    let pair = wrong.map_or(compared, |index| units[index].clone());
                    return Some(SmallestFailure {
                        seed,
                        check,
                        component: pair.component,
                        exact: (pair.closed, pair.truth),
                        value: wrong.and_then(|index| in_floats(name, check, index, &size, seed)),
                        size,
                    });
                }
            }
        }
    }
    None
}

fn in_floats(name: &str, check: usize, index: usize, size: &Size, seed: u64) -> Option<(f64, f64)> {
    let floats = float_equations();
    let equation = matching(&floats, name)?;
    let subject = size.random::<f64>(seed);
    let units = compare(&equation.closed, &equation.checks[check], &subject, Probe::Units).ok()?;
    units.get(index).map(|pair| (pair.closed, pair.truth))
}
