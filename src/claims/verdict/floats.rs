//! The witness of floats: both sides of an equality at points of many sizes and scales, each with a running bound on its
//! rounding error.

use super::concrete::ordered;
use super::contents::{uses, whole_numbers};
use super::outcome::{Agreement, Counterexample};
use super::trial::{Style, Trial, Values, allowed, at_least, counterexample, exists, phis, rounded};
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Claim, Form, Program};
use crate::claims::language::syntax::Range;
use crate::claims::point::place::Point;
use crate::claims::point::points::{point_seed, sizes};
use crate::claims::point::values::{components, excluded};
use crate::claims::point::work::work;
use crate::number::Rounded;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Sizes of the points, in the order in which they are tried: all ranges two or more, one at which each is alone, and some
/// that are large and different.
const SIZES: [Lengths; 9] = [
    sizes(2, 2, 2, 2),
    sizes(3, 4, 2, 3),
    sizes(2, 3, 4, 5),
    sizes(1, 1, 1, 2),
    sizes(4, 2, 3, 3),
    sizes(5, 3, 2, 4),
    sizes(3, 5, 6, 4),
    sizes(7, 6, 5, 8),
    sizes(2, 1, 2, 1),
];

/// How large entries are, in turn.
const SCALES: [f64; 8] = [1.0, 0.5, 2.0, 0.05, 6.0, 1e-3, 40.0, 1.0];

/// How large they are where sides have no value at most points.
const PATIENT_SCALES: [f64; 8] = [1.0, 0.5, 2.0, 0.05, 1e2, 1e4, 1e6, 1e-3];

/// Points that must agree before floats confirm a claim.
pub(in crate::claims) const ENOUGH: usize = 3;
/// Points that are tried while fewer agree, since roots and logarithms may have no real value at most.
const PATIENCE: u64 = 160;
/// Elementary operations that the regular points may take together.
const BUDGET: f64 = 1e6;
/// Elementary operations after which no more points are tried, however few agree.
const MOST: f64 = 1e10;
/// Elementary operations of one point; sizes at which there are more are left out.
const ONE: f64 = 1e8;
/// Whole numbers of a claim that are tried as sizes.
const LARGEST_NUMBER: i64 = 64;
/// Components of a claim that are compared at a point.
const COMPONENTS: usize = 24;
/// Where there are more, they are drawn and not listed.
const LISTED: usize = 1 << 12;
/// A difference counts when it is so many times the bound on the rounding errors, which is of first order in the roundoff.
const CERTAIN: f64 = 64.0;
/// A point says something for a claim where the error is no more than this, relative to the sides or to one.
const INFORMATIVE: f64 = 1e-6;

/// What floats say of an equality.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Floats {
    /// The sides differ by far more than their rounding errors.
    Contradict(Counterexample),
    /// They agree, at enough points.
    Agree(Agreement),
    /// There is a point at which both sides have values, but rounding errors are too large at too many.
    Unclear { tried: usize },
    /// No point was found at which both sides have values.
    Undefined,
    /// No point was found at which everything holds that is assumed.
    Contradiction,
}

/// Holds an equality against float points.
pub(in crate::claims) fn floats(program: &Program, claim: &Claim, seed: u64) -> Floats {
    let mut found = Found::default();
    let phis = phis(program, claim, seed);
    let mut spent = 0.0;
    for round in 0..SIZES.len() * 2 {
        let sizes = at_least(program, claim, SIZES[round % SIZES.len()]);
        let cost = work(program, claim, &sizes, component_count(claim, sizes));
        if round > 0 && cost > ONE {
            continue;
        }
        spent += cost;
        if (round >= ENOUGH && spent > BUDGET) || (round > 0 && spent > MOST) {
            break;
        }
        let trial = Trial {
            sizes,
            phi: phis[round % phis.len()],
            style: if round % 3 == 2 { Style::Mixed } else { Style::Generic },
            scale: SCALES[(round + round / SIZES.len() * 3) % SCALES.len()],
            seed: point_seed(seed, 1000, round as u64),
        };
        if let Some(counterexample) = found.at(program, claim, &trial) {
            return Floats::Contradict(counterexample);
        }
    }
    // Beyond the sizes that stand in the claim itself, where indices are not alike.
    let numbers = whole_numbers(program, claim);
    for (range, number) in ordered(program, claim).into_iter().flat_map(|range| {
        numbers
            .iter()
            .filter(|number| (3..=LARGEST_NUMBER).contains(*number))
            .map(move |number| (range, *number))
    }) {
        for size in [number, number + 1] {
            let sizes = at_least(program, claim, sizes(2, 2, 2, 2)).with(range, size as usize);
            if work(program, claim, &sizes, component_count(claim, sizes)) > BUDGET {
                continue;
            }
            let seed = point_seed(seed, 1003 + range.number(), size as u64);
            let trial = Trial { sizes, phi: phis[0], style: Style::Generic, scale: 1.0, seed };
            if let Some(counterexample) = found.at(program, claim, &trial) {
                return Floats::Contradict(counterexample);
            }
        }
    }
    spent = 0.0;
    for attempt in 0..PATIENCE {
        let costs = |place: &usize| {
            let sizes = at_least(program, claim, SIZES[*place]);
            (sizes, work(program, claim, &sizes, component_count(claim, sizes)))
        };
        // Small sizes, and the smallest where others take too long.
        let places = [(attempt % 2) as usize, 0, 8, 3];
        let affordable = places.iter().map(costs).find(|(_, cost)| *cost <= ONE);
        let (sizes, cost) = affordable.unwrap_or_else(|| costs(&places[0]));
        spent += cost;
        if found.agreement.points >= ENOUGH || spent > MOST {
            break;
        }
        let trial = Trial {
            sizes,
            phi: phis[attempt as usize % phis.len()],
            style: if attempt % 4 < 2 { Style::Generic } else { Style::Positive },
            scale: PATIENT_SCALES[attempt as usize / 4 % PATIENT_SCALES.len()],
            seed: point_seed(seed, 1001, attempt),
        };
        if let Some(counterexample) = found.at(program, claim, &trial) {
            return Floats::Contradict(counterexample);
        }
    }
    match found {
        Found { agreement, .. } if agreement.points >= ENOUGH => Floats::Agree(agreement),
        Found { drawn: 0, tried, .. } if tried > 0 => Floats::Contradiction,
        Found { defined: 0, .. } => Floats::Undefined,
        Found { tried, .. } => Floats::Unclear { tried },
    }
}

/// Looks for a counterexample at larger sizes, one range after the other: for a claim that exact arithmetic refuses.
pub(in crate::claims) fn at_larger_sizes(
    program: &Program,
    claim: &Claim,
    seed: u64,
) -> Option<Counterexample> {
    let phis = phis(program, claim, seed);
    let mut found = Found::default();
    let ranges: Vec<Range> = program.ranges().filter(|range| uses_range(program, claim, *range)).collect();
    let mut spent = 0.0;
    for size in [5, 6, 7, 8, 9, 11, 13, 17] {
        for range in ranges.iter().copied() {
            let sizes = at_least(program, claim, sizes(2, 2, 2, 2).with(range, size as usize));
            let cost = work(program, claim, &sizes, component_count(claim, sizes));
            if spent + cost > BUDGET {
                continue;
            }
            spent += cost;
            let trial = Trial {
                sizes,
                phi: phis[0],
                style: Style::Generic,
                scale: 1.0,
                seed: point_seed(seed, 1002 + range.number(), size as u64),
            };
            if let Some(counterexample) = found.at(program, claim, &trial) {
                return Some(counterexample);
            }
        }
    }
    None
}

/// Whether a claim depends on the size of a range.
fn uses_range(program: &Program, claim: &Claim, range: Range) -> bool {
    let in_symbols = program.used(claim).flat_map(|(_, symbol)| &symbol.ranges).any(|own| *own == range);
    in_symbols || uses(program, claim, &|form| matches!(form, Form::Size(own) if *own == range))
}

/// How many components are compared at a point.
pub(in crate::claims) fn component_count(claim: &Claim, sizes: Lengths) -> usize {
    claim
        .free
        .iter()
        .fold(1, |count: usize, (_, slot)| count.saturating_mul(sizes.of(claim.slots[*slot])))
        .min(COMPONENTS)
}

/// What the points said so far.
#[derive(Default)]
struct Found {
    agreement: Agreement,
    tried: usize,
    /// Points at which everything holds that is assumed.
    drawn: usize,
    defined: usize,
    /// The volume of the largest sizes.
    largest: usize,
}

impl Found {
    /// Tries one point.
    fn at(&mut self, program: &Program, claim: &Claim, trial: &Trial) -> Option<Counterexample> {
        if !allowed(program, claim, &trial.sizes) {
            return None;
        }
        let mut point = rounded(program, claim, trial.sizes, trial.phi, &trial.values(program, claim));
        if let Some(point) = &mut point {
            point.functions = trial.seed % 4;
        }
        self.tried += 1;
        let point = point?;
        self.drawn += 1;
        let some = some_components(claim, trial.sizes, trial.seed);
        let values = Values::of(program, claim, &point, &some);
        let (mut defined, mut informative, mut coarsest) = (false, true, 0f64);
        for (index, (left, right)) in values.left.iter().zip(&values.right).enumerate() {
            if !exists(left) || !exists(right) {
                continue;
            }
            defined = true;
            match compare(*left, *right) {
                Comparison::Different => {
                    return Some(counterexample(program, claim, &point, &some[index], *left, *right));
                }
                Comparison::Unclear => informative = false,
                Comparison::Same(error) => coarsest = coarsest.max(error),
            }
        }
        self.defined += usize::from(defined);
        if defined && informative {
            self.note(program, trial.sizes, coarsest);
        }
        None
    }

    fn note(&mut self, program: &Program, sizes: Lengths, coarsest: f64) {
        let agreement = &mut self.agreement;
        agreement.points += 1;
        agreement.coarsest = agreement.coarsest.max(coarsest);
        let volume = sizes.volume(program);
        if volume > self.largest {
            self.largest = volume;
            agreement.largest = Some(program.named(&sizes));
        }
    }
}

/// All components, or some at random where they are many.
pub(in crate::claims) fn some_components(claim: &Claim, sizes: Lengths, seed: u64) -> Vec<Vec<usize>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let lengths: Vec<usize> = claim.free.iter().map(|(_, slot)| sizes.of(claim.slots[*slot])).collect();
    let count = lengths.iter().fold(1, |count: usize, length| count.saturating_mul(*length));
    if count > LISTED {
        let one = |_| lengths.iter().map(|length| random.random_range(0..*length)).collect();
        let drawn =
            (0..COMPONENTS).map(one).filter(|component: &Vec<usize>| !excluded(claim, component, &sizes));
        return drawn.collect();
    }
    let mut all = components(claim, &sizes);
    if all.len() > COMPONENTS {
        all.shuffle(&mut random);
        all.truncate(COMPONENTS);
        all.sort();
    }
    all
}

/// How two values compare.
enum Comparison {
    Different,
    /// Within their rounding errors, which are this large relative to them.
    Same(f64),
    Unclear,
}

fn compare(left: Rounded, right: Rounded) -> Comparison {
    let (difference, error) = ((left.value - right.value).abs(), left.error + right.error);
    let size = left.value.abs().max(right.value.abs());
    if difference > CERTAIN * error {
        Comparison::Different
    } else if difference <= 2.0 * error && error <= INFORMATIVE * size.max(1.0) {
        Comparison::Same(error / size.max(1.0))
    } else {
        Comparison::Unclear
    }
}

/// Whether both sides differ beyond doubt in a component of a point.
pub(in crate::claims) fn differ(left: Rounded, right: Rounded) -> bool {
    exists(&left) && exists(&right) && matches!(compare(left, right), Comparison::Different)
}

/// A point of plain numbers with the components at which the sides differ beyond doubt, if any.
pub(in crate::claims) fn first_difference(
    program: &Program,
    claim: &Claim,
    point: &Point<Rounded>,
) -> Option<Counterexample> {
    let some = some_components(claim, point.sizes, 0);
    let values = Values::of(program, claim, point, &some);
    (0..some.len()).find(|index| differ(values.left[*index], values.right[*index])).map(|index| {
        counterexample(program, claim, point, &some[index], values.left[index], values.right[index])
    })
}
