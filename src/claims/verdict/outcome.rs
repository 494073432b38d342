//! What becomes of a claim that is checked.

use crate::claims::point::evaluate::Sizes;
use crate::number::Field;

/// What a claim rests on.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// Both sides are equal in the prime field, for every assignment of the free indices.
    Exact {
        /// Sizes of networks.
        sizes: usize,
        /// Random points, over all sizes.
        points: usize,
        /// Largest degree of the difference of the two sides, as a rational function.
        degree: u64,
        /// Logarithm to base 10 of the probability that a claim passes which is false at one of the sizes.
        log10_probability: f64,
    },
    /// The relation holds in floats, at random networks.
    Float {
        /// Random points.
        points: usize,
    },
}

/// A point at which a claim is false.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterexample {
    /// The sizes.
    pub sizes: Sizes,
    /// The seed of the values.
    pub seed: u64,
    /// Which of the assignments of the free indices.
    pub component: usize,
    /// Left and right side.
    pub sides: Sides,
}

/// The values of the two sides.
#[derive(Clone, Debug, PartialEq)]
pub enum Sides {
    /// In the prime field.
    Exact(Field, Field),
    /// In floats.
    Float(f64, f64),
}

/// What checking a claim gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It holds.
    Holds(Evidence),
    /// It does not.
    False(Counterexample),
    /// At too few sizes are both sides defined, for want of roots in the field.
    Undefined,
    /// At some sizes a side divides by zero, whatever the values.
    DividesByZero(Sizes),
    /// Checking it would take too long.
    TooMuchWork(f64),
}
