//! The adversary: a search for real numbers that violate an inequality, or a claim about eigenvalues.
//!
//! It tries entries over many scales, zeros, equal entries, ties, vertices of the simplex, small and large sizes, and several
//! functions for `phi`; then it ascends from the worst of them. A violation is a difference beyond the rounding errors of the
//! two sides, never one beyond an absolute tolerance.

use super::contents::{literals, whole_numbers};
use super::floats::{component_count, some_components};
use super::outcome::{Counterexample, Search};
use super::trial::{Style, Trial, Values, at_least, counterexample, exists, phis, rounded};
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Assumed, Claim, Program};
use crate::claims::language::syntax::Relation;
use crate::claims::point::place::{Phi, Point};
use crate::claims::point::points::{point_seed, sizes};
use crate::claims::point::values::side;
use crate::claims::point::work::work;
use crate::number::{Field, Number, Rounded};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Small and large, every range alone large at least once.
const SIZES: [Lengths; 19] = [
    sizes(2, 2, 2, 2),
    sizes(3, 2, 2, 3),
    sizes(1, 1, 1, 2),
    sizes(2, 1, 3, 4),
    sizes(4, 3, 2, 2),
    sizes(1, 3, 1, 5),
    sizes(2, 2, 2, 12),
    sizes(12, 2, 2, 2),
    sizes(2, 9, 2, 3),
    sizes(3, 2, 8, 3),
    sizes(1, 1, 1, 40),
    sizes(40, 1, 1, 2),
    sizes(1, 40, 1, 2),
    sizes(1, 1, 40, 2),
    sizes(1, 1, 1, 1),
    sizes(3, 2, 2, 1),
    sizes(300, 1, 1, 1),
    sizes(1, 300, 1, 1),
    sizes(1, 1, 300, 300),
];

const STYLES: [Style; 7] =
    [Style::Generic, Style::Mixed, Style::Sparse, Style::Equal, Style::Signs, Style::Vertex, Style::Ties];

const SCALES: [f64; 9] = [1.0, 10.0, 0.1, 1e-3, 100.0, 3.0, 1e-6, 1e4, 30.0];

/// Points, as far as the work allows.
const POINTS: usize = 400;
/// Points whose entries are numbers of the claim.
const LITERAL_POINTS: usize = 400;
/// Points that are tried whatever the work.
const FEWEST: usize = 40;
/// Elementary operations of all points.
const BUDGET: f64 = 4e6;
/// Elementary operations after which no more points are tried, however few they were.
const MOST: f64 = 3e8;
/// Elementary operations of the ascent.
const ASCENT: f64 = 3e6;
/// Points that it starts from.
const STARTS: usize = 6;
/// Steps from each of them.
const STEPS: usize = 120;
/// A violation is this many times the bound on the rounding errors, which is of first order in the roundoff.
const CERTAIN: f64 = 16.0;

/// What the search found.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Found {
    /// A violation.
    Violation(Counterexample),
    /// None.
    Nothing(Search),
    /// At no point both sides have values.
    Undefined,
    /// At no point everything holds that is assumed.
    Contradiction,
}

/// A point with how close it comes to a violation.
#[derive(Clone)]
struct Candidate {
    sizes: Lengths,
    phi: Phi,
    values: Vec<Vec<f64>>,
    badness: f64,
}

struct Adversary<'a> {
    program: &'a Program,
    claim: &'a Claim,
    points: usize,
    /// Points at which everything holds that is assumed.
    drawn: usize,
    steps: usize,
    largest: Lengths,
    /// The whole numbers of the claim.
    numbers: Vec<f64>,
    /// The numbers of the claim, fractions and neighbours too.
    more_numbers: Vec<f64>,
    nearest: Option<(f64, Box<Counterexample>)>,
}

/// Searches for a violation.
pub(in crate::claims) fn search(program: &Program, claim: &Claim, seed: u64) -> Found {
    let mut adversary = Adversary {
        program,
        claim,
        points: 0,
        drawn: 0,
        steps: 0,
        largest: at_least(program, claim, SIZES[0]),
        numbers: whole_numbers(program, claim).into_iter().map(|number| number as f64).chain([1.0]).collect(),
        more_numbers: literals(program, claim),
        nearest: None,
    };
    let phis = phis(program, claim, seed);
    match adversary.points(&phis, seed).and_then(|candidates| adversary.ascend(candidates, seed)) {
        Err(violation) => Found::Violation(*violation),
        Ok(()) => match adversary.nearest {
            None if adversary.drawn == 0 => Found::Contradiction,
            None => Found::Undefined,
            Some((margin, nearest)) => Found::Nothing(Search {
                points: adversary.points,
                steps: adversary.steps,
                largest: program.named(&adversary.largest),
                smallest_margin: margin,
                nearest: Some(nearest),
            }),
        },
    }
}

impl Adversary<'_> {
    /// Tries points of all kinds; the worst first.
    ///
    /// # Errors
    /// A violation.
    fn points(&mut self, phis: &[Phi], seed: u64) -> Result<Vec<Candidate>, Box<Counterexample>> {
        let mut candidates = Vec::new();
        let sizes = self.affordable();
        let mut spent = 0.0;
        for round in 0..POINTS {
            let (sizes, cost) = sizes[round % sizes.len()];
            spent += cost;
            if round >= FEWEST && spent > BUDGET || round > 0 && spent > MOST {
                break;
            }
            // The cycles have lengths without common factors, so that all combinations come up.
            let trial = Trial {
                sizes,
                phi: phis[(round / 3) % phis.len()],
                style: STYLES[round % STYLES.len()],
                scale: SCALES[round % SCALES.len()],
                seed: point_seed(seed, 2000, round as u64),
            };
            let values = trial.values(self.program, self.claim);
            if let Some(candidate) = self.judge(trial.sizes, trial.phi, values)? {
                candidates.push(candidate);
            }
            self.points += 1;
        }
        self.literals(phis, seed, &mut candidates)?;
        candidates.sort_by(|a, b| b.badness.total_cmp(&a.badness));
        Ok(candidates)
    }

    /// Tries the numbers that the claim is made of, each with either sign, for all entries at random: a reader would.
    ///
    /// # Errors
    /// A violation.
    fn literals(
        &mut self,
        phis: &[Phi],
        seed: u64,
        candidates: &mut Vec<Candidate>,
    ) -> Result<(), Box<Counterexample>> {
        let mut numbers = self.numbers.clone();
        numbers.push(0.0);
        let mut random = ChaCha8Rng::seed_from_u64(point_seed(seed, 2002, 0));
        let mut spent = 0.0;
        for round in 0..LITERAL_POINTS {
            let sizes = at_least(self.program, self.claim, SIZES[[0, 2][round % 2]]);
            spent += work(self.program, self.claim, &sizes, component_count(self.claim, sizes));
            if round >= FEWEST && spent > BUDGET / 4.0 || spent > MOST {
                break;
            }
            let mut values = Trial {
                sizes,
                phi: phis[round % phis.len()],
                style: Style::Generic,
                scale: 1.0,
                seed: point_seed(seed, 2003, round as u64),
            }
            .values(self.program, self.claim);
            for entry in values.iter_mut().flatten() {
                let numbers = if round.is_multiple_of(2) { &numbers } else { &self.more_numbers };
                let number = numbers[random.random_range(0..numbers.len())];
                *entry = if random.random_bool(0.7) { number } else { -number };
            }
            candidates.extend(self.judge(sizes, phis[round % phis.len()], values)?);
            self.points += 1;
        }
        Ok(())
    }

    /// The sizes that leave work for a fair number of points, with the work of each; the smallest in any case.
    fn affordable(&self) -> Vec<(Lengths, f64)> {
        let cost =
            |sizes: Lengths| work(self.program, self.claim, &sizes, component_count(self.claim, sizes));
        let all = SIZES.map(|sizes| at_least(self.program, self.claim, sizes));
        let mut all: Vec<(Lengths, f64)> = all.into_iter().map(|sizes| (sizes, cost(sizes))).collect();
        let least = all.iter().map(|(_, cost)| *cost).fold(f64::INFINITY, f64::min);
        all.retain(|(_, cost)| *cost <= (BUDGET / FEWEST as f64).max(least));
        all
    }

    /// Climbs from the worst points.
    ///
    /// # Errors
    /// A violation.
    fn ascend(&mut self, candidates: Vec<Candidate>, seed: u64) -> Result<(), Box<Counterexample>> {
        let mut random = ChaCha8Rng::seed_from_u64(point_seed(seed, 2001, 0));
        let mut spent = 0.0;
        // The worst, and some at random, since the worst may all stand before the same wall.
        let step = (candidates.len() / STARTS).max(1);
        let starts: Vec<Candidate> = candidates
            .iter()
            .take(STARTS / 2)
            .chain(candidates.iter().step_by(step))
            .take(STARTS)
            .cloned()
            .collect();
        for mut at in starts {
            let cost = work(self.program, self.claim, &at.sizes, component_count(self.claim, at.sizes));
            for _ in 0..STEPS {
                if spent + cost > ASCENT {
                    break;
                }
                spent += cost;
                self.steps += 1;
                let numbers = if self.steps.is_multiple_of(2) { &self.numbers } else { &self.more_numbers };
                let values = neighbour(&at.values, numbers, &mut random);
                if let Some(next) = self.judge(at.sizes, at.phi, values)?
                    && next.badness > at.badness
                {
                    at = next;
                }
            }
        }
        Ok(())
    }

    /// How close a point comes to a violation; nothing where a side has no value.
    ///
    /// # Errors
    /// A violation.
    fn judge(
        &mut self,
        sizes: Lengths,
        phi: Phi,
        values: Vec<Vec<f64>>,
    ) -> Result<Option<Candidate>, Box<Counterexample>> {
        let Some(mut point) = rounded(self.program, self.claim, sizes, phi, &values) else { return Ok(None) };
        self.drawn += 1;
        point.functions = self.points as u64 % 4;
        let some = some_components(self.claim, sizes, self.points as u64);
        let sides = Values::of(self.program, self.claim, &point, &some);
        let mut badness = f64::NEG_INFINITY;
        for (index, (left, right)) in sides.left.iter().zip(&sides.right).enumerate() {
            let strict = matches!(self.claim.relation, Relation::Below | Relation::Above);
            let at = |left, right| {
                Box::new(counterexample(self.program, self.claim, &point, &some[index], left, right))
            };
            if !exists(left) || !exists(right) {
                // Where rounding hides a sign, equal sides are seen in the field.
                if strict && (exists(left) || exists(right)) && self.ties(&point, &some[index]) {
                    let known = if exists(left) { *left } else { *right };
                    return Err(at(known, known));
                }
                continue;
            }
            let excess = excess(self.claim.relation, left.value, right.value);
            let error = left.error + right.error;
            // Equal sides, without a rounding error, violate what is strict.
            let tie = strict && excess.abs() <= error && self.ties(&point, &some[index]);
            if excess > CERTAIN * error || (strict && excess == 0.0 && error == 0.0) || tie {
                return Err(at(*left, *right));
            }
            let relative = excess / left.value.abs().max(right.value.abs()).max(f64::MIN_POSITIVE);
            badness = badness.max(distance(self.claim.relation, left.value, right.value));
            // A margin within the rounding errors is none.
            let margin = if relative < 0.0 { -relative } else { 0.0 };
            if self.nearest.as_ref().is_none_or(|(nearest, _)| margin < *nearest) {
                self.nearest = Some((margin, at(*left, *right)));
            }
        }
        if badness == f64::NEG_INFINITY {
            return Ok(None);
        }
        if sizes.volume(self.program) > self.largest.volume(self.program) {
            self.largest = sizes;
        }
        Ok(Some(Candidate { sizes, phi, values, badness }))
    }
}

/// The largest denominator of a number that is taken for a fraction.
const LARGEST_DENOMINATOR: i64 = 128;

impl Adversary<'_> {
    /// Whether both sides are equal beyond doubt at a point of small fractions: in the field, where these are exact.
    fn ties(&self, point: &Point<Rounded>, component: &[usize]) -> bool {
        if self.program.assumed(self.claim).any(|assumed| !matches!(assumed, Assumed::SizeAtLeast { .. })) {
            return false;
        }
        let fraction = |value: &Rounded| {
            let below = (1..=LARGEST_DENOMINATOR).find(|below| {
                let above = value.value * *below as f64;
                (above - above.round()).abs() < 1e-12 && above.abs() < 1e12
            })?;
            let above = (value.value * below as f64).round() as i64;
            Some(Field::integer(above) / Field::integer(below))
        };
        let free: Option<Vec<Vec<Field>>> =
            point.free.iter().map(|entries| entries.iter().map(fraction).collect()).collect();
        let Some(free) = free else { return false };
        let exact = Point::new(point.sizes, free, Phi::Any);
        let components = [component.to_vec()];
        let left = side(self.program, self.claim, &exact, &self.claim.left, &components);
        let right = side(self.program, self.claim, &exact, &self.claim.right, &components);
        left == right && left.iter().all(Field::is_defined)
    }
}

/// By how much a relation is violated.
fn excess(relation: Relation, left: f64, right: f64) -> f64 {
    match relation {
        Relation::Equal | Relation::Apart => (left - right).abs(),
        Relation::AtMost | Relation::Below => left - right,
        Relation::AtLeast | Relation::Above => right - left,
    }
}

/// How bad a point is, for the ascent: a violation of the relation between monotone functions of the sides, so that sides many
/// orders of magnitude apart are drawn together too.
fn distance(relation: Relation, left: f64, right: f64) -> f64 {
    excess(relation, (left * 1e6).asinh(), (right * 1e6).asinh())
}

/// A step from a point: one entry, or a whole quantity, is scaled, moved, flipped, set to zero, to another entry or to a number
/// of the claim.
fn neighbour(values: &[Vec<f64>], numbers: &[f64], random: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let mut next = values.to_vec();
    let filled: Vec<usize> = (0..next.len()).filter(|symbol| !next[*symbol].is_empty()).collect();
    if filled.is_empty() {
        return next;
    }
    for _ in 0..random.random_range(1..=2) {
        let symbol = filled[random.random_range(0..filled.len())];
        let entries = &mut next[symbol];
        let (one, other) = (random.random_range(0..entries.len()), random.random_range(0..entries.len()));
        let factor = 10f64.powf(random.random_range(-1.0..1.0f64).powi(3));
        match random.random_range(0..9) {
            0 | 1 => entries[one] *= factor,
            2 => entries[one] += random.random_range(-0.5..0.5),
            3 => entries.iter_mut().for_each(|entry| *entry *= factor),
            4 => entries[one] = entries[other],
            5 => entries[one] = -entries[one],
            6 | 7 => entries[one] = numbers[random.random_range(0..numbers.len())],
            _ => entries[one] = 0.0,
        }
    }
    next
}
