//! The smallest network and the smallest numbers at which a claim is false, and how its sides are related.

use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::syntax::{Range, Relation};
use crate::claims::point::impose::out_of_order;
use crate::claims::point::place::{Phi, Point};
use crate::claims::point::points::{at_sizes, point_seed};
use crate::claims::point::values::side;
use crate::claims::point::work::work;
use crate::claims::verdict::cases::patterns;
use crate::claims::verdict::concrete::{Concrete, ordered};
use crate::claims::verdict::exact::draw;
use crate::claims::verdict::extent::needs;
use crate::claims::verdict::floats::{component_count, first_difference};
use crate::claims::verdict::outcome::Counterexample;
use crate::claims::verdict::plan::Plan;
use crate::claims::verdict::trial::{allowed, at_least};
use crate::model::Activation;
use crate::number::{Field, Number, Rounded};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Where a false claim fails, and how its sides are related.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The smallest network at which the claim is false, with small whole numbers where such were found.
    pub at: Counterexample,
    /// How the sides are related everywhere, where that is simple.
    pub related: Option<Related>,
}

/// A simple relation between the two sides of a false equality.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Related {
    /// The left side is a number times the right side.
    Factor {
        /// The numerator of the number; negative if the sides differ in sign.
        numerator: i64,
        /// The denominator of the number.
        denominator: i64,
        /// A power of a size by which the right side is multiplied as well.
        size: SizeFactor,
    },
    /// The sides agree with two free indices exchanged.
    Transposed(String, String),
}

/// A size, or a power of it, that one side has and the other lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeFactor {
    /// The name of the size, such as `N`.
    pub size: String,
    /// Its power: 0 if neither side lacks it.
    pub power: i32,
}

/// Points that are tried at each of the smallest sizes.
const TRIES: u64 = 12;
/// Elementary operations of the search for the smallest sizes.
const MOST_WORK: f64 = 1e9;
/// Points at which a relation must hold, and points that are drawn to find them, since roots may not exist.
const RELATED: usize = 2;
const DRAWN: u64 = 40;

/// Explains a claim that is false at the given point.
pub(in crate::claims) fn diagnose(
    program: &Program,
    claim: &Claim,
    found: &Counterexample,
    seed: u64,
) -> Diagnosis {
    let (program, claim) = &program.about(claim);
    let equality = claim.relation == Relation::Equal && !claim.eigenvalues;
    let smallest = if equality { smallest(program, claim, seed) } else { None };
    Diagnosis {
        at: smallest.unwrap_or_else(|| found.clone()),
        related: if equality { related(program, claim, seed) } else { None },
    }
}

/// A counterexample in whole numbers at the smallest sizes.
fn smallest(program: &Program, claim: &Claim, seed: u64) -> Option<Counterexample> {
    let phis = [Phi::Any, Phi::Known(Activation::Tanh), Phi::Known(Activation::Silu)];
    let mut spent = 0.0;
    let sizes = smallest_sizes(program, claim);
    sizes.into_iter().filter(|sizes| allowed(program, claim, sizes)).find_map(|sizes| {
        (0..TRIES).find_map(|attempt| {
            spent += work(program, claim, &sizes, component_count(claim, sizes));
            if spent > MOST_WORK {
                return None;
            }
            let mut random = ChaCha8Rng::seed_from_u64(point_seed(seed, 4000, attempt));
            let phi = phis[attempt as usize % phis.len()];
            let point = at_sizes::<Rounded>(program, claim, sizes, phi, |_, positive| {
                Rounded::integer(i64::from(if positive {
                    random.random_range(1..=3_i32)
                } else {
                    random.random_range(-2..=3_i32)
                }))
            });
            let point = point.ok().filter(|point| out_of_order(program, claim, point) == 0)?;
            first_difference(program, claim, &point)
        })
    })
}

/// Sizes from 1 to 4 of the ranges of a claim, the smallest first.
fn smallest_sizes(program: &Program, claim: &Claim) -> Vec<Lengths> {
    let ranges: Vec<Range> = program.ranges().filter(|range| program.spans(claim, *range)).collect();
    // Of many ranges few can grow.
    let largest = match ranges.len() {
        0..=4 => 4,
        5 => 3,
        _ => 2,
    };
    let mut all = vec![Lengths::each(|_| 1)];
    for range in ranges.iter().take(8) {
        all = all.iter().flat_map(|sizes| (1..=largest).map(|size| sizes.with(*range, size))).collect();
    }
    // Two classes come before one, which is no classification.
    let classes = |sizes: &Lengths| match (ranges.contains(&Range::CLASSES), sizes.of(Range::CLASSES)) {
        (true, 1) => 1,
        _ => 0,
    };
    all.sort_by_key(|sizes| {
        (ranges.iter().map(|range| sizes.of(*range)).sum::<usize>() + classes(sizes), classes(sizes))
    });
    all
}

/// Both sides at points of the field, for each case of the free indices.
struct Sample {
    point: Point<Field>,
    left: Vec<Field>,
    right: Vec<Field>,
}

fn related(program: &Program, claim: &Claim, seed: u64) -> Option<Related> {
    let needs = needs(program, claim);
    let least = at_least(program, claim, Lengths::of_network(2, 2, 2, 2));
    let concrete = Concrete::of(&ordered(program, claim), |_, range| least.of(range));
    let plan = Plan::new(program, claim, needs.explicit, &needs, concrete);
    let cases = patterns(claim, &concrete);
    let mut samples = Vec::new();
    for attempt in 0..DRAWN {
        let drawn = draw::<Field>(program, claim, &plan, point_seed(seed, 4001, attempt));
        let Ok(point) = drawn else { continue };
        let right = side(program, claim, &point, &claim.right, &cases);
        let left = side(program, claim, &point, &claim.left, &cases);
        if left.iter().chain(&right).all(Field::is_defined) {
            samples.push(Sample { point, left, right });
        }
        if samples.len() == RELATED {
            return factor(program, &samples).or_else(|| transposition(program, claim, &cases, &samples));
        }
    }
    None
}

fn factor(program: &Program, samples: &[Sample]) -> Option<Related> {
    let zero = Field::integer(0);
    if samples.iter().all(|sample| sample.left.iter().all(|left| *left == zero)) {
        return None;
    }
    let samples_first = [0i32, -1, 1, -2, 2].map(|power| (Range::SAMPLES, power));
    let own = program.ranges().skip(Range::KNOWN.len()).filter(|range| program.index.spanned.contains(range));
    let others = [Range::CLASSES, Range::HIDDEN, Range::INPUTS].into_iter().chain(own);
    let sizes = samples_first.into_iter().chain(others.flat_map(|range| [(range, -1), (range, 1)]));
    let numbers = [(1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (4, 1), (1, 4), (3, 2), (2, 3)];
    for (range, power) in sizes {
        for (numerator, denominator) in numbers {
            for sign in [1, -1] {
                let holds = samples.iter().all(|sample| {
                    let size = sample.point.size(range);
                    let size = if power < 0 { Field::integer(1) / size } else { size };
                    let scale = Field::integer(sign * numerator) / Field::integer(denominator);
                    let scale = (0..power.abs()).fold(scale, |scale, _| scale * size);
                    sample.left.iter().zip(&sample.right).all(|(left, right)| *left == scale * *right)
                });
                if holds {
                    let size = SizeFactor { size: program.size_name(range).to_string(), power };
                    return Some(Related::Factor { numerator: sign * numerator, denominator, size });
                }
            }
        }
    }
    None
}

fn transposition(
    program: &Program,
    claim: &Claim,
    cases: &[Vec<usize>],
    samples: &[Sample],
) -> Option<Related> {
    for (a, (first, first_slot)) in claim.free.iter().enumerate() {
        for (b, (second, second_slot)) in claim.free.iter().enumerate().skip(a + 1) {
            if claim.slots[*first_slot] != claim.slots[*second_slot] {
                continue;
            }
            let exchanged: Vec<Vec<usize>> = cases
                .iter()
                .map(|case| {
                    let mut case = case.clone();
                    case.swap(a, b);
                    case
                })
                .collect();
            let holds = samples
                .iter()
                .all(|sample| sample.left == side(program, claim, &sample.point, &claim.right, &exchanged));
            if holds {
                return Some(Related::Transposed(first.clone(), second.clone()));
            }
        }
    }
    None
}
