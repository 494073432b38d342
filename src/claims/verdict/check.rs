//! The verdict on a claim: two witnesses that must agree.
//!
//! Floats know signs, sizes of constants and laws of functions, and have tolerances; exact arithmetic has none, and knows no
//! order. What floats contradict is false, whatever the other says; what they confirm is never called false. A claim is
//! proved where both agree.

use super::adversary::{self, search};
use super::blame::blame;
use super::exact::{Plan, SIGN_POINTS, Verified, case, exact, uses};
use super::extent::needs;
use super::floats::{Floats, at_larger_sizes, floats, some_components};
use super::outcome::{Agreement, Doubt, Exactness, Operation, Outcome, Proof, Reach, Side, Signs, Undefined};
use super::trial::{Style, Trial, Values, at_least, exists, functions, rounded};
use crate::claims::language::program::{Claim, Form, Program};
use crate::claims::language::syntax::{Function, Relation};
use crate::claims::point::place::Phi;
use crate::claims::point::points::{point_seed, sizes};
use crate::number::{Chain, Field};

/// Elementary operations that one evaluation may take: some seconds.
const MOST_WORK: f64 = 1e8;
/// Binary digits of the modulus of [`Field`], and of the product of the one, two, three and four largest of [`Chain`].
const FIELD_BITS: f64 = 59.0;
const CHAIN_BITS: [f64; 4] = [115.0, 211.0, 289.0, 350.0];

/// Checks a claim of a program, at no fewer than `points` points of exact arithmetic.
pub fn check(program: &Program, claim: &Claim, points: usize, seed: u64) -> Outcome {
    let needs = needs(program, claim);
    let plan = Plan { points, ..Plan::new(program, claim, &needs) };
    if plan.work > MOST_WORK {
        return Outcome::Undecided(Doubt::TooMuchWork(plan.work));
    }
    if claim.relation != Relation::Equal || claim.eigenvalues {
        return match search(program, claim, seed) {
            adversary::Found::Violation(counterexample) => Outcome::False(counterexample),
            adversary::Found::Nothing(search) => Outcome::NotRefuted(search),
            adversary::Found::Undefined => Outcome::Undefined(never_real(program, claim, seed)),
        };
    }
    match floats(program, claim, seed) {
        Floats::Contradict(counterexample) => Outcome::False(counterexample),
        Floats::Undefined => Outcome::Undefined(never_real(program, claim, seed)),
        Floats::Unclear { tried } => match exactly(program, claim, &plan, needs.bits, seed) {
            Exactly::Pole(undefined) => Outcome::Undefined(undefined),
            _ => Outcome::Undecided(Doubt::Rounding { tried }),
        },
        Floats::Agree(floats) => match exactly(program, claim, &plan, needs.bits, seed) {
            Exactly::Equal(proof) => Outcome::Proved(Proof { floats, ..*proof }),
            Exactly::Pole(undefined) => Outcome::Undefined(undefined),
            Exactly::FewPoints(points) => Outcome::Undecided(Doubt::FewPoints { floats, points }),
            Exactly::Constants(bits) => Outcome::Undecided(Doubt::Constants { bits }),
            Exactly::Different(component) => match at_larger_sizes(program, claim, seed) {
                Some(counterexample) => Outcome::False(counterexample),
                None => Outcome::Undecided(Doubt::MissingLaw {
                    floats,
                    functions: without_all_laws(program, claim),
                    case: case(claim, &component),
                }),
            },
        },
    }
}

/// What the two exact arithmetics say together.
enum Exactly {
    Equal(Box<Proof>),
    Different(Vec<usize>),
    FewPoints(usize),
    Pole(Undefined),
    Constants(f64),
}

/// The small field first: what it accepts needs no more. What it refuses may need laws that only the chain of primes has.
fn exactly(program: &Program, claim: &Claim, plan: &Plan, bits: f64, seed: u64) -> Exactly {
    let first = exact::<Field>(program, claim, plan, seed);
    let lawful = uses(program, claim, &|form| {
        use Function::{Cos, Exp, Ln, Sigmoid, Sin, Softplus, Sqrt, Tanh};
        matches!(form, Form::Call(Exp | Ln | Sqrt | Tanh | Sigmoid | Softplus | Sin | Cos, _))
    });
    match first {
        Verified::Equal { .. } if bits > FIELD_BITS => {}
        Verified::Different(_) if lawful => {}
        _ => return concluded(claim, plan, first, Exactness::Field),
    }
    // Numbers that are too large for the largest prime are told apart by as many as it takes.
    let Some(more) = CHAIN_BITS[..4 - plan.nesting].iter().position(|digits| bits <= *digits) else {
        return Exactly::Constants(bits);
    };
    let nesting = plan.nesting + more;
    concluded(claim, plan, exact::<Chain>(program, claim, &Plan { nesting, ..*plan }, seed), Exactness::Chain)
}

fn concluded(claim: &Claim, plan: &Plan, verified: Verified, arithmetic: Exactness) -> Exactly {
    match verified {
        Verified::Equal { points, degree, log10_probability, undefined } => Exactly::Equal(Box::new(Proof {
            sizes: if plan.every { Reach::Every } else { Reach::UpTo(plan.explicit) },
            arithmetic,
            points,
            degree,
            log10_probability,
            signs: (plan.roots > 0).then_some(if points >= SIGN_POINTS {
                Signs::Points(points)
            } else {
                Signs::Floats
            }),
            floats: Agreement::default(),
            undefined: undefined.iter().map(|component| case(claim, component)).collect(),
        })),
        Verified::Different(component) => Exactly::Different(component),
        Verified::FewPoints(points) => Exactly::FewPoints(points),
        Verified::Pole { left, right, component } => {
            let side = match (left, right) {
                (true, false) => Some(Side::Left),
                (false, true) => Some(Side::Right),
                _ => None,
            };
            let place = case(claim, &component);
            Exactly::Pole(Undefined { side, case: place, operation: Operation::Division, place: None })
        }
    }
}

/// The functions of a claim whose laws are not all known.
fn without_all_laws(program: &Program, claim: &Claim) -> Vec<Function> {
    let mut functions = functions(program, claim);
    functions.retain(|function| !matches!(function, Function::Phi(_)));
    functions
}

/// Why a claim has no value at any point.
fn never_real(program: &Program, claim: &Claim, seed: u64) -> Undefined {
    let sizes = at_least(program, claim, sizes(2, 2, 2, 2));
    let trial =
        Trial { sizes, phi: Phi::Any, style: Style::Generic, scale: 1.0, seed: point_seed(seed, 3000, 0) };
    let point = rounded(program, claim, sizes, Phi::Any, &trial.values(program, claim));
    let some = some_components(claim, sizes, 0);
    let values = Values::of(program, claim, &point, &some);
    let free: Vec<usize> = claim.free.iter().map(|(_, slot)| *slot).collect();
    let missing = |values: &[_]| values.iter().position(|value| !exists(value));
    let (left, right) = (missing(&values.left), missing(&values.right));
    let (side, node, index) = match (left, right) {
        (Some(index), None) => (Some(Side::Left), &claim.left, index),
        (None, Some(index)) => (Some(Side::Right), &claim.right, index),
        (index, _) => (None, &claim.left, index.unwrap_or(0)),
    };
    let component = some.get(index).cloned().unwrap_or_default();
    let found = blame(program, &point, node, &free, &claim.slots, &component);
    let (operation, place) =
        found.map_or((Operation::Overflow, None), |(operation, place)| (operation, Some(place)));
    Undefined { side, case: case(claim, &component), operation, place }
}
