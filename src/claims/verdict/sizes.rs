//! The sizes at which a claim is held exactly, and those for which it is proved then.

use super::concrete::{Concrete, ordered};
use super::exact::{Exact, Verified, exact};
use super::outcome::Reach;
use super::plan::Plan;
use super::trial::at_least;
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Claim, Program};
use crate::claims::language::syntax::Range;
use crate::claims::point::points::sizes;

/// Sizes at which a claim is held besides, where an evaluation that is to speak for all sizes can afford no
/// index with entries of its own: all two or more, and one large and different.
const BESIDES: [Lengths; 3] = [sizes(2, 2, 2, 2), sizes(3, 2, 2, 3), sizes(2, 4, 3, 5)];
/// Elementary operations of one such evaluation.
const AFFORDABLE: f64 = 2e6;
/// Elementary operations of an evaluation at further sizes that are numbers.
const FURTHER: f64 = 3e5;

/// The sizes of those ranges whose indices are not alike, from those that say most: a small and a large one in turn.
pub(super) fn rungs(program: &Program, claim: &Claim) -> Vec<Concrete> {
    let ordered = ordered(program, claim);
    if ordered.is_empty() {
        return vec![Concrete::default()];
    }
    let least = at_least(program, claim, sizes(1, 1, 1, 1));
    let mut rungs: Vec<Concrete> = Vec::new();
    for (even, odd) in [(2, 2), (3, 2), (2, 3), (3, 3), (1, 1), (4, 3), (3, 4), (5, 5)] {
        let size = |place: usize, range: Range| {
            least.of(range).max(if place.is_multiple_of(2) { even } else { odd })
        };
        let rung = Concrete::of(&ordered, size);
        if !rungs.contains(&rung) {
            rungs.push(rung);
        }
    }
    rungs
}

/// Holds a claim at sizes that are numbers of the field, and, where these are few or are none, at some more.
pub(super) fn at_all_sizes<V: Exact>(
    program: &Program,
    claim: &Claim,
    plans: &[Plan],
    seed: u64,
) -> (Verified, Reach) {
    let mut equal: Option<Verified> = None;
    let mut other: Option<Verified> = None;
    let (mut reached, mut every) = (Vec::new(), true);
    for (number, plan) in plans.iter().enumerate() {
        let few = program.ranges().any(|range| {
            plan.concrete.length(range).is_none() && plan.explicit.of(range) < plan.needed.of(range).min(1)
        });
        if number > 0 && plan.work > FURTHER {
            continue;
        }
        // Where no index can be afforded, or none would be enough, at sizes that are numbers.
        let alone = plan.alone || (few && plan.concrete.any());
        let held = if alone && !plan.alone { at_numbers(program, claim, plan) } else { *plan };
        match exact::<V>(program, claim, &held, seed) {
            Verified::Different(component) => return (Verified::Different(component), Reach::Every),
            found @ Verified::Equal { .. } => {
                reached.push((if alone { held.explicit } else { held.reach() }, alone));
                every &= plan.every && !alone;
                equal = Some(fewer(equal, found));
            }
            found => other = other.or(Some(found)),
        }
        if few && !plan.concrete.any() && !plan.alone && equal.is_some() {
            return besides::<V>(program, claim, plan, equal, seed);
        }
    }
    match equal {
        Some(equal) => (equal, reach(program, plans, reached, every)),
        None => (other.unwrap_or(Verified::FewPoints(0)), Reach::Every),
    }
}

/// The plan at sizes that are numbers, with those that it has already.
pub(super) fn at_numbers(program: &Program, claim: &Claim, plan: &Plan) -> Plan {
    let small = at_least(program, claim, sizes(2, 3, 2, 2));
    let sizes = Lengths::each(|range| plan.concrete.length(range).unwrap_or_else(|| small.of(range)));
    plan.at(program, claim, sizes)
}

/// Holds a claim at some sizes besides.
fn besides<V: Exact>(
    program: &Program,
    claim: &Claim,
    plan: &Plan,
    first: Option<Verified>,
    seed: u64,
) -> (Verified, Reach) {
    let first = first.unwrap_or(Verified::FewPoints(0));
    let reach = Reach::UpTo(program.named(&plan.reach()));
    let mut held = Vec::new();
    for sizes in BESIDES.map(|sizes| at_least(program, claim, sizes)) {
        let plan = plan.at(program, claim, sizes);
        if plan.work > AFFORDABLE {
            continue;
        }
        match exact::<V>(program, claim, &Plan { roots: 0, ..plan }, seed) {
            Verified::Equal { .. } => held.push(program.named(&sizes)),
            Verified::FewPoints(_) | Verified::Vacuous => {}
            other => return (other, reach),
        }
    }
    (first, if held.is_empty() { reach } else { Reach::At(held) })
}

/// The evidence of both: as many points as the one with fewer.
fn fewer(known: Option<Verified>, new: Verified) -> Verified {
    match (known, new) {
        (
            Some(Verified::Equal { points, degree, log10_probability, undefined, roots }),
            Verified::Equal { points: own, degree: large, log10_probability: chance, .. },
        ) => Verified::Equal {
            points: points.min(own),
            degree: degree.max(large),
            log10_probability: log10_probability.max(chance),
            undefined,
            roots,
        },
        (_, new) => new,
    }
}

/// The sizes for which a claim is proved that was held at these.
fn reach(program: &Program, plans: &[Plan], mut reached: Vec<(Lengths, bool)>, every: bool) -> Reach {
    if !plans[0].concrete.any() && plans[0].alone {
        return Reach::At(vec![program.named(&reached[0].0)]);
    }
    if !plans[0].concrete.any() {
        return if every { Reach::Every } else { Reach::UpTo(program.named(&reached[0].0)) };
    }
    reached.sort_by_key(|(sizes, _)| program.ranges().map(|range| sizes.of(range)).collect::<Vec<_>>());
    let ordered: Vec<Range> =
        program.ranges().filter(|range| plans[0].concrete.length(*range).is_some()).collect();
    // One such range, and all its sizes up to the largest.
    if let [range] = ordered.as_slice() {
        let smallest = plans.iter().filter_map(|plan| plan.concrete.length(*range)).min().unwrap_or(1);
        let all = reached.iter().enumerate().all(|(at, (sizes, _))| sizes.of(*range) == smallest + at);
        if all && let Some((last, _)) = reached.last() {
            let common =
                Lengths::each(|range| reached.iter().map(|(sizes, _)| sizes.of(range)).min().unwrap_or(1));
            return Reach::UpTo(program.named_spanned(&common.with(*range, last.of(*range)), |_| true));
        }
    }
    let named = |(sizes, numbers): &(Lengths, bool)| {
        program.named_spanned(sizes, |range| *numbers || ordered.contains(&range))
    };
    Reach::At(reached.iter().map(named).collect())
}
