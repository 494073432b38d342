//! The verdict on a claim: two witnesses that must agree.
//!
//! Floats know signs, sizes of constants and laws of functions, and have tolerances; exact arithmetic has none, and knows no
//! order. What floats contradict is false, whatever the other says; what they confirm is never called false. A claim is
//! proved where both agree.

use super::adversary::{self, search};
use super::blame::blame;
use super::cases::{case, case_count};
use super::contents::{functions, uses};
use super::exact::{SIGN_POINTS, Verified};
use super::extent::{Needs, needs};
use super::floats::{Floats, at_larger_sizes, component_count, floats, some_components};
use super::outcome::{
    Agreement, Counterexample, Doubt, Exactness, Operation, Outcome, Proof, Reach, Side, Signs, Undefined,
};
use super::plan::{MOST_ENTRIES, Plan};
use super::sizes::{at_all_sizes, at_numbers, rungs};
use super::trial::{Style, Trial, Values, at_least, exists, rounded};
use crate::claims::language::program::{Claim, Form, Program};
use crate::claims::language::syntax::{Function, Relation};
use crate::claims::point::place::Phi;
use crate::claims::point::points::{point_seed, sizes};
use crate::claims::point::work::work;
use crate::number::{Chain, Drawn, Field, Ordered};

/// Elementary operations that one evaluation may take: some seconds.
const MOST_WORK: f64 = 1e8;
/// Cases of the free indices that are evaluated one by one.
const MOST_CASES: f64 = 1000.0;
/// Binary digits of the modulus of [`Field`].
const FIELD_BITS: f64 = 59.0;

/// Checks a claim of a program, at no fewer than `points` points of exact arithmetic.
pub(in crate::claims) fn decide(program: &Program, claim: &Claim, points: usize, seed: u64) -> Outcome {
    let (program, claim) = &program.about(claim);
    let rungs = rungs(program, claim);
    if case_count(claim, &rungs[0]) > MOST_CASES {
        return Outcome::Undecided(Doubt::TooMuchWork(case_count(claim, &rungs[0]) * MOST_WORK));
    }
    let needs = needs(program, claim);
    let plans: Vec<Plan> = rungs
        .into_iter()
        .filter(|rung| case_count(claim, rung) <= MOST_CASES)
        .map(|rung| Plan { points, ..Plan::new(program, claim, needs.explicit, &needs, rung) })
        .collect();
    let plan = &plans[0];
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
            adversary::Found::Contradiction => Outcome::Undecided(Doubt::Contradiction),
            adversary::Found::Undefined => Outcome::Undefined(never_real(program, claim, seed)),
        };
    }
    match floats(program, claim, seed) {
        Floats::Contradict(counterexample) => Outcome::False(counterexample),
        Floats::Contradiction => Outcome::Undecided(Doubt::Contradiction),
        Floats::Undefined => match never_real(program, claim, seed) {
            // A value that is too large for a float is a real number all the same.
            Undefined { operation: Operation::Overflow, .. } => {
                Outcome::Undecided(Doubt::Rounding { tried: 0 })
            }
            undefined => Outcome::Undefined(undefined),
        },
        Floats::Unclear { tried } => match exactly(program, claim, &plans, &needs, seed) {
            Exactly::Pole(undefined) => Outcome::Undefined(undefined),
            _ => Outcome::Undecided(Doubt::Rounding { tried }),
        },
        Floats::Agree(floats) => match exactly(program, claim, &plans, &needs, seed) {
            // Ties and kinks are met by nothing that is drawn at random.
            Exactly::Equal(_) if let Some(tie) = at_ties(program, claim, &needs, seed) => Outcome::False(tie),
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

/// A counterexample at zeros, ties and the numbers of a claim, where it asks for signs.
fn at_ties(program: &Program, claim: &Claim, needs: &Needs, seed: u64) -> Option<Counterexample> {
    if needs.signs == 0 {
        return None;
    }
    match search(program, claim, seed) {
        adversary::Found::Violation(counterexample) => Some(counterexample),
        _ => None,
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
fn exactly(program: &Program, claim: &Claim, plans: &[Plan], needs: &Needs, seed: u64) -> Exactly {
    let (first, bits) = (at_all_sizes::<Field>(program, claim, plans, seed), needs.bits);
    let lawful = uses(program, claim, &|form| match form {
        Form::Call(function, _) => has_laws(*function),
        Form::Raise(..) => true,
        _ => false,
    });
    if needs.signs > 0 && matches!(first.0, Verified::Different(_)) {
        // What follows from the order of numbers, region by region.
        let regions =
            plans.iter().map(|plan| Plan { roots: needs.roots.max(1), ..at_numbers(program, claim, plan) });
        let regions: Vec<Plan> = regions.collect();
        let found = at_all_sizes::<Ordered>(program, claim, &regions, seed);
        if matches!(found.0, Verified::Equal { .. }) || !lawful {
            return concluded(claim, found, Exactness::Regions);
        }
    }
    // Equal entries beyond the explicit ones may make a divisor vanish that does not vanish as a rule.
    if matches!(first.0, Verified::Pole { .. }) && plans.iter().any(|plan| !plan.alone) {
        let plans: Vec<Plan> = plans.iter().map(|plan| at_numbers(program, claim, plan)).collect();
        if let found @ (Verified::Equal { .. }, _) = at_all_sizes::<Field>(program, claim, &plans, seed) {
            return concluded(claim, found, Exactness::Field);
        }
    }
    match first {
        (Verified::Equal { .. }, _) if bits > FIELD_BITS => confirmed(program, claim, plans, first, seed),
        (Verified::Pole { .. }, _) if bits > FIELD_BITS => confirmed(program, claim, plans, first, seed),
        // Exponents are known modulo the smaller primes only.
        (Verified::Different(_), _) if lawful && bits > FIELD_BITS => Exactly::Constants(bits),
        (Verified::Different(_), _) if lawful => {
            let again = |plan: &Plan| Plan {
                points: plan.points,
                ..Plan::new(program, claim, needs.lawful, needs, plan.concrete)
            };
            let lawful: Vec<Plan> = plans.iter().map(again).collect();
            concluded(claim, at_all_sizes::<Chain>(program, claim, &lawful, seed), Exactness::Chain)
        }
        _ => concluded(claim, first, Exactness::Field),
    }
}

/// Whether the chain of primes knows laws of a function that the field does not.
fn has_laws(function: Function) -> bool {
    use Function::{Cos, Exp, Expm1, Gelu, Ln, Log1p, NormalPdf, Sigmoid, Silu, Sin, Softplus, Sqrt, Tanh};
    matches!(
        function,
        Exp | Expm1 | Ln | Log1p | Sqrt | Tanh | Sigmoid | Silu | Softplus | Sin | Cos | NormalPdf | Gelu
    )
}

/// What the field says of a claim whose constants may be as large as its modulus, if another modulus says so too, which is
/// drawn.
fn confirmed(
    program: &Program,
    claim: &Claim,
    plans: &[Plan],
    first: (Verified, Reach),
    seed: u64,
) -> Exactly {
    Drawn::draw_modulus(seed);
    // One point that decides is enough: roots were seen to.
    let once: Vec<Plan> = plans.iter().map(|plan| Plan { once: true, ..*plan }).collect();
    match at_all_sizes::<Drawn>(program, claim, &once, seed ^ 0x5eed).0 {
        Verified::Equal { .. } => match first.0 {
            Verified::Pole { .. } => Exactly::FewPoints(0),
            _ => concluded(claim, first, Exactness::Field),
        },
        other => concluded(claim, (other, first.1), Exactness::Field),
    }
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
                undefined: undefined.iter().map(|component| case_or_values(claim, component)).collect(),
            }))
        }
        Verified::Different(component) => Exactly::Different(component),
        Verified::FewPoints(points) => Exactly::FewPoints(points),
        Verified::Vacuous => Exactly::FewPoints(0),
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

/// A case of the free indices; where there is but one, their values, since not all are alike.
fn case_or_values(claim: &Claim, component: &[usize]) -> String {
    let values = claim.free.iter().zip(component).map(|((name, _), index)| format!("{name} = {}", index + 1));
    let case = case(claim, component);
    if case.is_empty() { values.collect::<Vec<_>>().join(", ") } else { case }
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
    let nowhere = Undefined { side: None, case: String::new(), operation: Operation::Overflow, place: None };
    let Some(point) = rounded(program, claim, sizes, Phi::Any, &trial.values(program, claim)) else {
        return nowhere;
    };
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
