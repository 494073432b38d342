//! Claims in floats: inequalities, and whatever contains an eigenvalue.

use super::outcome::{Counterexample, Evidence, Outcome, Sides};
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::syntax::Relation;
use crate::claims::point::evaluate::{Point, Sizes};
use crate::claims::point::points::{SIZES, arranged, point_seed};
use crate::claims::point::values::both;
use crate::witness::Draw;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Random points.
const POINTS: u64 = 20;

/// An eigensolver's backward error and the rounding of some thousand operations, relative to the size of the sides.
const TOLERANCE: f64 = 1e-10;

/// Checks a claim in floats, at random networks.
pub(in crate::claims) fn check_in_floats(program: &Program, claim: &Claim, seed: u64) -> Outcome {
    let mut points = 0;
    for attempt in 0..POINTS {
        let size = attempt as usize % SIZES.len();
        let (sizes, seed) = (SIZES[size], point_seed(seed, size, attempt));
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let point = positive_rows(program, claim, sizes, &mut random);
        let (left, right) = both::<f64>(program, claim, &point);
        if left.iter().chain(&right).any(|value| !value.is_finite()) {
            continue;
        }
        for (component, (left, right)) in left.iter().zip(&right).enumerate() {
            let tolerance = TOLERANCE * (1.0 + left.abs().max(right.abs()));
            let holds = match claim.relation {
                Relation::Equal => (left - right).abs() <= tolerance,
                Relation::AtMost => *left <= right + tolerance,
                Relation::AtLeast => left + tolerance >= *right,
            };
            if !holds {
                return Outcome::False(Counterexample {
                    sizes,
                    seed,
                    component,
                    sides: Sides::Float(*left, *right),
                });
            }
        }
        points += 1;
    }
    if points == 0 { Outcome::Undefined } else { Outcome::Holds(Evidence::Float { points }) }
}

/// Float values; where an assumption says that entries sum to one they are probabilities.
fn positive_rows(program: &Program, claim: &Claim, sizes: Sizes, random: &mut ChaCha8Rng) -> Point<f64> {
    let mut point = arranged(program, claim, sizes, || f64::draw(random));
    for symbol in program.sums_to_one(claim) {
        let ranges = &program.symbols[symbol].ranges;
        let length = ranges.last().map_or(1, |range| sizes.of(*range));
        for row in point.free[symbol].chunks_mut(length) {
            let sum: f64 = row.iter().map(|entry| entry.abs()).sum();
            for entry in row {
                *entry = entry.abs() / sum;
            }
        }
    }
    point
}
