//! The verdict on a claim: two witnesses that must agree.
//!
//! Floats know signs, sizes of constants and laws of functions, and have tolerances; exact arithmetic has none, and knows no
//! order. What floats contradict is false, whatever the other says; what they confirm is never called false. A claim is
//! proved where both agree.

use super::adversary::{self, search};
use super::blame::blame;
use super::cases::{case, case_count};
use super::contents::{functions, uses};
use super::exact::{Exact, SIGN_POINTS, Verified, exact};
use super::extent::{Needs, needs};
use super::floats::{Floats, at_larger_sizes, component_count, floats, some_components};
use super::outcome::{
    Agreement, Counterexample, Doubt, Exactness, Operation, Outcome, Proof, Reach, Side, Signs, Undefined,
};
use super::plan::{MOST_ENTRIES, Plan};
use super::trial::{Style, Trial, Values, at_least, exists, rounded};
use crate::claims::language::program::{Claim, Form, Program};
use crate::claims::language::syntax::{Function, Range, Relation};
use crate::claims::point::place::{Phi, Sizes};
use crate::claims::point::points::{point_seed, sizes};
use crate::claims::point::work::work;
use crate::number::{Chain, Drawn, Field};

/// Elementary operations that one evaluation may take: some seconds.
const MOST_WORK: f64 = 1e8;
/// Cases of the free indices that are evaluated one by one.
const MOST_CASES: f64 = 1000.0;
/// Binary digits of the modulus of [`Field`].
const FIELD_BITS: f64 = 59.0;

/// Checks a claim of a program, at no fewer than `points` points of exact arithmetic.
pub(in crate::claims) fn decide(program: &Program, claim: &Claim, points: usize, seed: u64) -> Outcome {
    if case_count(claim) > MOST_CASES {
        return Outcome::Undecided(Doubt::TooMuchWork(case_count(claim) * MOST_WORK));
    }
    let (program, claim) = &program.about(claim);
    let needs = needs(program, claim);
    let plan = Plan { points, ..Plan::new(program, claim, needs.explicit, &needs) };
    let (work, entries) = (plan.work.max(smallest_work(program, claim)), plan.entries(program, claim));
    if work > MOST_WORK {
        return Outcome::Undecided(Doubt::TooMuchWork(work));
    }
    if entries > MOST_ENTRIES {
        return Outcome::Undecided(Doubt::TooManyEntries(entries));
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
        Floats::Undefined => match never_real(program, claim, seed) {
            // A value that is too large for a float is a real number all the same.
            Undefined { operation: Operation::Overflow, .. } => {
                Outcome::Undecided(Doubt::Rounding { tried: 0 })
            }
            undefined => Outcome::Undefined(undefined),
        },
        Floats::Unclear { tried } => match exactly(program, claim, &plan, &needs, seed) {
            Exactly::Pole(undefined) => Outcome::Undefined(undefined),
            _ => Outcome::Undecided(Doubt::Rounding { tried }),
        },
        Floats::Agree(floats) => match exactly(program, claim, &plan, &needs, seed) {
            // What is not proved at every size may be false at a larger one.
            Exactly::Equal(proof) => match larger(program, claim, &proof, seed) {
                Some(counterexample) => Outcome::False(counterexample),
                None => Outcome::Proved(Proof { floats, ..*proof }),
            },
            Exactly::Pole(undefined) => Outcome::Undefined(undefined),
            Exactly::Constants(bits) => Outcome::Undecided(Doubt::Constants { bits }),
            Exactly::FewPoints(points) => Outcome::Undecided(Doubt::FewPoints { floats, points }),
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

/// The work at the smallest sizes at which floats hold a claim.
fn smallest_work(program: &Program, claim: &Claim) -> f64 {
    let sizes = at_least(program, claim, sizes(2, 2, 2, 2));
    work(program, claim, &sizes, component_count(claim, sizes))
}

/// A counterexample at a larger size than those for which a claim is proved.
fn larger(program: &Program, claim: &Claim, proof: &Proof, seed: u64) -> Option<Counterexample> {
    if proof.sizes == Reach::Every { None } else { at_larger_sizes(program, claim, seed) }
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
fn exactly(program: &Program, claim: &Claim, plan: &Plan, needs: &Needs, seed: u64) -> Exactly {
    let (first, bits) = (at_all_sizes::<Field>(program, claim, plan, seed), needs.bits);
    let lawful = uses(program, claim, &|form| {
        use Function::{Cos, Exp, Ln, Sigmoid, Sin, Softplus, Sqrt, Tanh};
        matches!(form, Form::Call(Exp | Ln | Sqrt | Tanh | Sigmoid | Softplus | Sin | Cos, _))
    });
    match first {
        (Verified::Equal { .. }, _) if bits > FIELD_BITS => confirmed(program, claim, plan, first, seed),
        (Verified::Pole { .. }, _) if bits > FIELD_BITS => confirmed(program, claim, plan, first, seed),
        // Exponents are known modulo the smaller primes only.
        (Verified::Different(_), _) if lawful && bits > FIELD_BITS => Exactly::Constants(bits),
        (Verified::Different(_), _) if lawful => {
            let lawful = Plan { points: plan.points, ..Plan::new(program, claim, needs.lawful, needs) };
            concluded(claim, at_all_sizes::<Chain>(program, claim, &lawful, seed), Exactness::Chain)
        }
        _ => concluded(claim, first, Exactness::Field),
    }
}

/// What the field says of a claim whose constants may be as large as its modulus, if another modulus says so too, which is
/// drawn.
fn confirmed(program: &Program, claim: &Claim, plan: &Plan, first: (Verified, Reach), seed: u64) -> Exactly {
    Drawn::draw_modulus(seed);
    // One point that decides is enough: roots were seen to.
    match exact::<Drawn>(program, claim, &Plan { once: true, ..*plan }, seed ^ 0x5eed) {
        Verified::Equal { .. } => match first.0 {
            Verified::Pole { .. } => Exactly::FewPoints(0),
            _ => concluded(claim, first, Exactness::Field),
        },
        other => concluded(claim, (other, first.1), Exactness::Field),
    }
}

/// Sizes at which a claim is held besides, where an evaluation that is to speak for all sizes can afford no
/// index with entries of its own: all two or more, and one large and different.
const BESIDES: [Sizes; 3] = [sizes(2, 2, 2, 2), sizes(3, 2, 2, 3), sizes(2, 4, 3, 5)];
/// Elementary operations of one such evaluation.
const AFFORDABLE: f64 = 2e6;

/// Holds a claim at sizes that are numbers of the field, and, where these are few, at some more.
fn at_all_sizes<V: Exact>(program: &Program, claim: &Claim, plan: &Plan, seed: u64) -> (Verified, Reach) {
    let first = exact::<V>(program, claim, plan, seed);
    let few = Range::ALL.into_iter().any(|range| plan.explicit.of(range) < plan.needed.of(range).min(1));
    let reach = if plan.every { Reach::Every } else { Reach::UpTo(plan.reach()) };
    if plan.every || !few || !matches!(first, Verified::Equal { .. }) {
        return (first, reach);
    }
    let mut held = Vec::new();
    for sizes in BESIDES.map(|sizes| at_least(program, claim, sizes)) {
        let plan = plan.at(program, claim, sizes);
        if plan.work > AFFORDABLE {
            continue;
        }
        match exact::<V>(program, claim, &Plan { roots: 0, ..plan }, seed) {
            Verified::Equal { .. } => held.push(sizes),
            Verified::FewPoints(_) => {}
            other => return (other, reach),
        }
    }
    (first, if held.is_empty() { reach } else { Reach::At(held) })
}

fn concluded(claim: &Claim, (verified, sizes): (Verified, Reach), arithmetic: Exactness) -> Exactly {
    match verified {
        Verified::Equal { points, degree, log10_probability, undefined, roots } => {
            Exactly::Equal(Box::new(Proof {
                sizes,
                arithmetic,
                points,
                degree,
                log10_probability,
                signs: (roots > 0).then_some(if points >= SIGN_POINTS {
                    Signs::Points(points)
                } else {
                    Signs::Floats
                }),
                floats: Agreement::default(),
                undefined: undefined.iter().map(|component| case(claim, component)).collect(),
            }))
        }
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

/// The names of the functions of a claim whose laws are not all known.
fn without_all_laws(program: &Program, claim: &Claim) -> Vec<&'static str> {
    let functions = functions(program, claim);
    functions
        .into_iter()
        .filter(|function| !matches!(function, Function::Phi(_)))
        .map(Function::name)
        .collect()
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
