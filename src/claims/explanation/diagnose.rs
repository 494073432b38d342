//! From a false claim to what its author needs: the smallest network that shows it, small numbers, and how the two sides
//! are related.

use crate::claims::language::program::{Claim, Program, Value};
use crate::claims::point::evaluate::{Point, Sizes};
use crate::claims::point::points::{SIZES, arranged, draw, sizes};
use crate::claims::point::values::both;
use crate::claims::verdict::check::{at_point, check};
use crate::claims::verdict::outcome::{Counterexample, Outcome, Sides};
use crate::number::{Field, Gap, Number};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A false claim, explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// Where it is false, with the smallest sizes that show it.
    pub at: Counterexample,
    /// The assignment of the free indices, such as `n = 0, k = 1`.
    pub component: String,
    /// How the sides are related everywhere, where that is simple.
    pub relation: Option<String>,
    /// Small whole numbers that show it too, and both sides there.
    pub integers: Option<Integers>,
}

/// Small whole numbers for everything free.
#[derive(Clone, Debug, PartialEq)]
pub struct Integers {
    /// The values, such as `W = [1, -2]`, row-major.
    pub values: String,
    /// The left side.
    pub left: f64,
    /// The right side.
    pub right: f64,
}

/// Cases tried at each size, since one may be undefined.
const TRIES: u64 = 24;
/// Two floats that differ by more than this, relative to their size, differ.
const APART: f64 = 1e-6;

/// Explains a claim that is false at the given point.
pub fn diagnose(program: &Program, claim: &Claim, found: &Counterexample) -> Diagnosis {
    let exact = matches!(found.sides, Sides::Exact(..));
    let at = if exact { smallest(program, claim, found.seed) } else { None };
    let at = at.unwrap_or_else(|| found.clone());
    Diagnosis {
        component: component(claim, &at),
        relation: if exact { relation(program, claim, found.seed) } else { None },
        integers: if exact { integers(program, claim, at.sizes, at.component, found.seed) } else { None },
        at,
    }
}

fn smallest(program: &Program, claim: &Claim, seed: u64) -> Option<Counterexample> {
    let mut all = Vec::new();
    for samples in 1..=2 {
        for inputs in 1..=2 {
            for hidden in 1..=2 {
                for classes in 2..=3 {
                    all.push(sizes(samples, inputs, hidden, classes));
                }
            }
        }
    }
    all.sort_by_key(|sizes| sizes.samples + sizes.inputs + sizes.hidden + sizes.classes);
    for sizes in all {
        for attempt in 0..TRIES {
            match at_point(program, claim, sizes, seed.wrapping_add(attempt)) {
                Ok(Some(counterexample)) => return Some(counterexample),
                Ok(None) | Err(Gap::Pole) => break,
                Err(Gap::Root) => {}
            }
        }
    }
    None
}

fn component(claim: &Claim, at: &Counterexample) -> String {
    let mut rest = at.component;
    let mut labels = Vec::new();
    for (name, slot) in claim.free.iter().rev() {
        let size = at.sizes.of(claim.slots[*slot]);
        labels.push(format!("{name} = {}", rest % size));
        rest /= size;
    }
    labels.reverse();
    labels.join(", ")
}

/// All values of both sides at one point for each of the sizes of a check.
fn samples(program: &Program, claim: &Claim, seed: u64) -> Vec<(Sizes, Vec<Field>, Vec<Field>)> {
    let mut all = Vec::new();
    for sizes in SIZES {
        for attempt in 0..TRIES {
            let point = draw::<Field>(program, claim, sizes, seed.wrapping_add(attempt));
            let (left, right) = both::<Field>(program, claim, &point);
            if left.iter().chain(&right).all(Field::is_defined) {
                all.push((sizes, left, right));
                break;
            }
        }
    }
    all
}

/// A simple relation that holds between the sides at every point: a factor, a sign, a power of `N`, a transposition.
fn relation(program: &Program, claim: &Claim, seed: u64) -> Option<String> {
    let samples = samples(program, claim, seed);
    let alive =
        samples.iter().any(|(_, left, right)| left.iter().chain(right).any(|v| *v != Field::integer(0)));
    if samples.is_empty() || !alive {
        return None;
    }
    factor(&samples).or_else(|| transposition(claim, &samples))
}

/// A power of a size, as a fraction.
type Power = fn(&Sizes) -> (i64, i64);

fn factor(samples: &[(Sizes, Vec<Field>, Vec<Field>)]) -> Option<String> {
    let powers: [(&str, Power); 7] = [
        ("", |_| (1, 1)),
        (" divided by N (a missing 1/N)", |s| (1, s.samples as i64)),
        (" times N (a 1/N too many)", |s| (s.samples as i64, 1)),
        (" divided by N^2", |s| (1, (s.samples * s.samples) as i64)),
        (" times N^2", |s| ((s.samples * s.samples) as i64, 1)),
        (" divided by C", |s| (1, s.classes as i64)),
        (" times C", |s| (s.classes as i64, 1)),
    ];
    let numbers = [(1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (4, 1), (1, 4), (3, 2), (2, 3)];
    for (words, power) in powers {
        for (numerator, denominator) in numbers {
            for sign in [1, -1] {
                let holds = samples.iter().all(|(sizes, left, right)| {
                    let (up, down) = power(sizes);
                    let scale = Field::integer(sign * numerator * up) / Field::integer(denominator * down);
                    left.iter().zip(right).all(|(left, right)| *left == scale * *right)
                });
                if holds {
                    let number = match (numerator, denominator) {
                        (1, 1) => String::new(),
                        (_, 1) => format!("{numerator} times "),
                        _ => format!("{numerator}/{denominator} times "),
                    };
                    let minus = if sign < 0 { "minus " } else { "" };
                    let kind = if number.is_empty() && words.is_empty() { " (a sign)" } else { "" };
                    return Some(format!("the left side is {minus}{number}the right side{words}{kind}"));
                }
            }
        }
    }
    None
}

fn transposition(claim: &Claim, samples: &[(Sizes, Vec<Field>, Vec<Field>)]) -> Option<String> {
    for (a, (first, first_slot)) in claim.free.iter().enumerate() {
        for (b, (second, second_slot)) in claim.free.iter().enumerate().skip(a + 1) {
            if claim.slots[*first_slot] != claim.slots[*second_slot] {
                continue;
            }
            let holds = samples.iter().all(|(sizes, left, right)| {
                (0..left.len()).all(|index| left[index] == right[exchanged(claim, sizes, index, a, b)])
            });
            if holds {
                return Some(format!(
                    "the sides agree with {first} and {second} exchanged (a transposition)"
                ));
            }
        }
    }
    None
}

/// The component whose free indices `a` and `b` are exchanged.
fn exchanged(claim: &Claim, sizes: &Sizes, component: usize, a: usize, b: usize) -> usize {
    let lengths: Vec<usize> = claim.free.iter().map(|(_, slot)| sizes.of(claim.slots[*slot])).collect();
    let mut rest = component;
    let mut digits = vec![0; lengths.len()];
    for (digit, length) in digits.iter_mut().zip(&lengths).rev() {
        *digit = rest % length;
        rest /= length;
    }
    digits.swap(a, b);
    digits.iter().zip(&lengths).fold(0, |flat, (digit, length)| flat * length + digit)
}

/// Small whole numbers at which the two sides differ in floats, in the given component.
fn integers(program: &Program, claim: &Claim, sizes: Sizes, component: usize, seed: u64) -> Option<Integers> {
    for attempt in 0..TRIES {
        let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_add(attempt));
        let point = arranged(program, claim, sizes, || f64::from(random.random_range(-2..=3_i32)));
        let (left, right) = both::<f64>(program, claim, &point);
        let (left, right) = (*left.get(component)?, *right.get(component)?);
        let differ = (left - right).abs() > APART * (1.0 + left.abs().max(right.abs()));
        if left.is_finite() && right.is_finite() && differ {
            return Some(Integers { values: describe(program, claim, &point), left, right });
        }
    }
    None
}

fn describe(program: &Program, claim: &Claim, point: &Point<f64>) -> String {
    let mut parts = Vec::new();
    for (symbol, values) in program.symbols.iter().zip(&point.free) {
        let free = matches!(symbol.value, Value::Free { .. });
        if free && !values.is_empty() && claim.uses(program, &symbol.name) {
            let numbers: Vec<String> = values.iter().map(f64::to_string).collect();
            parts.push(format!("{} = [{}]", symbol.name, numbers.join(", ")));
        }
    }
    parts.join(", ")
}

/// Whether an edited claim is true beyond doubt, at points that were not used to find it.
pub(in crate::claims) fn confirmed(program: &Program, claim: &Claim, seed: u64) -> bool {
    matches!(check(program, claim, 1, seed ^ 0xc0ffee), Outcome::Holds(_))
}
