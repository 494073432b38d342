//! How many digits of a closed form's `f64` value are right, by the same closed form at 106 bits.

use super::float::Point;
use super::{float_equations, matching, precise_equations};
use crate::oracle::right_digits;

/// The right digits of an equation's components together, from the largest of them; none where it has no components or
/// no value.
pub fn digits(name: &str, point: &Point) -> Option<f64> {
    let (values, precise) = (float_equations(), precise_equations());
    let found = (matching(&values, name)?.closed)(&point.value);
    let truth = (matching(&precise, name)?.closed)(point.precise());
    Some(right_digits(&found, &truth)).filter(|digits| !digits.is_nan())
}
