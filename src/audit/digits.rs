//! How many digits of a closed form's `f64` value are right, by the same closed form at 106 bits.

use super::closed::{closed_forms, precise_forms};
use super::float::Point;
use crate::oracle::right_digits;

/// The right digits of an equation's components together, from the largest of them; none where it has no components or
/// no value.
pub fn digits(name: &str, point: &Point) -> Option<f64> {
    let value = closed_forms::<f64>().into_iter().find(|form| form.name == name)?;
    let precise = precise_forms().into_iter().find(|form| form.name == name)?;
    let found = value.at(&point.value)?;
    let truth = precise.at(point.precise())?;
    Some(right_digits(&found, &truth)).filter(|digits| !digits.is_nan())
}
