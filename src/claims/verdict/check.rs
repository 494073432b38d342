//! Whether a claim is true: exactly, at random points of the prime field; or, where it is an inequality or speaks of
//! eigenvalues, in floats.

use super::outcome::{Counterexample, Evidence, Outcome, Sides};
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::syntax::Relation;
use crate::claims::point::evaluate::Sizes;
use crate::claims::point::points::{SIZES, draw, point_seed};
use crate::claims::point::values::{both, side};
use crate::number::{Degree, Field, Gap, chance};

/// A claim must be decided at so many sizes.
const FEWEST_SIZES: usize = 2;

/// Points that are tried at a size before the claim counts as undecidable there, for want of a root.
pub(in crate::claims) const ATTEMPTS: u64 = 24;
/// So many are tried where the claim would be decided at too few sizes otherwise. Three roots of random numbers exist
/// at one point in eight; none of 150 points has them with probability 2e-9.
const PATIENCE: u64 = 150;
/// Logarithm to base 10 of the largest probability with which a false claim may pass.
const TARGET: f64 = -18.0;
/// Elementary operations that a check may take: some ten seconds.
const MOST_WORK: f64 = 3e8;
/// Square roots of one claim, for the probability.
const ROOTS: u32 = 6;
/// A bound on the pairs of arguments of transcendental functions at these sizes, times the degree of their difference.
const COINCIDENCES: f64 = 1e6;

/// Checks a claim of a program, at `points` random points of each size, or more.
pub fn check(program: &Program, claim: &Claim, points: usize, seed: u64) -> Outcome {
    let work =
        SIZES.iter().map(|sizes| crate::claims::point::work::work(program, claim, sizes)).fold(0.0, f64::max);
    if work > MOST_WORK {
        return Outcome::TooMuchWork(work);
    }
    if claim.relation != Relation::Equal || claim.eigenvalues {
        return super::floats::check_in_floats(program, claim, seed);
    }
    let mut decided = [None; SIZES.len()];
    for attempts in [0..ATTEMPTS, ATTEMPTS..PATIENCE] {
        for (index, size) in decided.iter_mut().enumerate().filter(|(_, size)| size.is_none()) {
            match at_size(program, claim, index, points, seed, attempts.clone()) {
                Ok(found) => *size = found,
                Err(outcome) => return outcome,
            }
        }
        if decided.iter().flatten().count() >= FEWEST_SIZES {
            break;
        }
    }
    let decided: Vec<Decided> = decided.into_iter().flatten().collect();
    if decided.len() < FEWEST_SIZES {
        return Outcome::Undefined;
    }
    Outcome::Holds(Evidence::Exact {
        sizes: decided.len(),
        points: decided.iter().map(|size| size.points).sum(),
        degree: decided.iter().map(|size| size.degree).max().unwrap_or(0),
        log10_probability: decided
            .iter()
            .map(|size| size.log10_probability)
            .fold(f64::NEG_INFINITY, f64::max),
    })
}

/// What the points at one size say for a claim.
#[derive(Clone, Copy)]
struct Decided {
    points: usize,
    degree: u64,
    log10_probability: f64,
}

/// Holds a claim against random points of one size, until it is sure; nothing where no attempt finds both sides defined.
///
/// # Errors
/// What the check comes to, where a point refutes the claim.
fn at_size(
    program: &Program,
    claim: &Claim,
    index: usize,
    points: usize,
    seed: u64,
    attempts: std::ops::Range<u64>,
) -> Result<Option<Decided>, Outcome> {
    let sizes = SIZES[index];
    let mut found = Decided { points: 0, degree: 0, log10_probability: 0.0 };
    let mut end = attempts.end;
    for attempt in attempts.start.. {
        if attempt >= end || (found.points >= points && found.log10_probability <= TARGET) {
            break;
        }
        match at_point(program, claim, sizes, point_seed(seed, index, attempt)) {
            // By chance a random point is a pole about as often as a false claim passes.
            Err(Gap::Pole) => return Err(Outcome::DividesByZero(sizes)),
            Err(Gap::Root) => {}
            Ok(Some(counterexample)) => return Err(Outcome::False(counterexample)),
            Ok(None) => {
                if found.points == 0 {
                    found.degree = degree_at(program, claim, sizes);
                }
                found.log10_probability += chance(found.degree, ROOTS, COINCIDENCES);
                found.points += 1;
                // The roots that never exist do exist here. The others do so at one point in eight, or more.
                end = attempt + PATIENCE;
            }
        }
    }
    Ok((found.points > 0).then_some(found))
}

/// The first difference of the sides at one random point of the field, if any.
///
/// # Errors
/// Why a side is undefined there.
pub(in crate::claims) fn at_point(
    program: &Program,
    claim: &Claim,
    sizes: Sizes,
    seed: u64,
) -> Result<Option<Counterexample>, Gap> {
    let point = draw::<Field>(program, claim, sizes, seed);
    // The right side is the cheaper one, as a rule, and the one with the roots.
    let right = side(program, claim, &point, &claim.right);
    defined(right.iter())?;
    let left = side(program, claim, &point, &claim.left);
    compare(&left, &right).map(|component| {
        component.map(|component| Counterexample {
            sizes,
            seed,
            component,
            sides: Sides::Exact(left[component], right[component]),
        })
    })
}

/// # Errors
/// Why a value is undefined: a division by zero, before a missing root.
fn defined<'a>(values: impl Iterator<Item = &'a Field>) -> Result<(), Gap> {
    let gaps: Vec<Gap> = values.filter_map(Field::gap).collect();
    let worst = gaps.iter().find(|gap| **gap == Gap::Pole).or(gaps.first());
    worst.map_or(Ok(()), |gap| Err(*gap))
}

/// The first component in which two sides differ, if any.
///
/// # Errors
/// Why a side is undefined.
pub(in crate::claims) fn compare(left: &[Field], right: &[Field]) -> Result<Option<usize>, Gap> {
    defined(left.iter().chain(right))?;
    Ok(left.iter().zip(right).position(|(left, right)| left != right))
}

fn degree_at(program: &Program, claim: &Claim, sizes: Sizes) -> u64 {
    let point = draw::<Degree>(program, claim, sizes, 0);
    let (left, right) = both::<Degree>(program, claim, &point);
    let differences = left.iter().zip(&right).filter_map(|(left, right)| (*left - *right).numerator);
    differences.max().unwrap_or(0)
}
