//! The exact witness: both sides of an equality at random points of a field, where sizes are elements of it too.

use super::extent::Needs;
use crate::claims::language::program::{Claim, Form, Node, Program, Value};
use crate::claims::language::syntax::Range;
use crate::claims::point::place::{Point, Sizes};
use crate::claims::point::points::{at_every_size, point_seed};
use crate::claims::point::tower::{Base, Tower};
use crate::claims::point::values::{side, together};
use crate::claims::point::work::work;
use crate::number::{Chain, Degree, Field, Gap, MODULUS, chance};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// An exact arithmetic.
pub(in crate::claims) trait Exact: Tower + Base<Value = Self> + Copy {
    /// A random element.
    fn random(random: &mut ChaCha8Rng) -> Self;
    /// Why a value does not exist.
    fn gap(&self) -> Option<Gap>;
}

impl Exact for Field {
    fn random(random: &mut ChaCha8Rng) -> Self {
        Field::new(random.random_range(0..MODULUS))
    }
    fn gap(&self) -> Option<Gap> {
        Field::gap(self)
    }
}

impl Exact for Chain {
    fn random(random: &mut ChaCha8Rng) -> Self {
        Chain::random(random.random())
    }
    fn gap(&self) -> Option<Gap> {
        Chain::gap(self)
    }
}

/// How an exact evaluation is made.
#[derive(Clone, Copy, Debug)]
pub(in crate::claims) struct Plan {
    /// Indices with entries of their own.
    pub explicit: Sizes,
    /// Whether they are so many that the evaluation speaks for every size.
    pub every: bool,
    /// Indices beyond them that can be told apart at a time.
    pub copies: Sizes,
    /// Elementary operations of one evaluation.
    pub work: f64,
    /// Roots.
    pub roots: u32,
    /// Points that must decide, at least.
    pub points: usize,
}

/// Elementary operations that one evaluation may take before sizes are made smaller.
const LARGE: f64 = 1.5e6;
/// Elementary operations that all points of a claim may take together, as a rule.
const BUDGET: f64 = 6e6;
/// Logarithm to base 10 of the probability that is aimed at.
const TARGET: f64 = -18.0;
/// So many points show that the signs of roots are right.
pub(in crate::claims) const SIGN_POINTS: usize = 64;
/// Points that are tried while too few decide.
const PATIENCE: u64 = 600;
/// A bound on the pairs of arguments of transcendental functions, times the degree of their difference.
const COINCIDENCES: f64 = 1e6;

impl Plan {
    /// As many explicit indices as the claim needs, or as the work allows.
    pub fn new(program: &Program, claim: &Claim, needs: &Needs) -> Plan {
        let mut least = [1; 4];
        for range in Range::ALL {
            least[range as usize] =
                claim.free.iter().filter(|(_, slot)| claim.slots[*slot] == range).count().max(1);
        }
        let mut explicit = Range::ALL.map(|range| needs.explicit.of(range));
        let (copies, cases) = (copies(program, claim), patterns(claim).len());
        let cost = |explicit: [usize; 4]| {
            let [samples, inputs, hidden, classes] = explicit.map(|count| count + 1);
            let sizes = Sizes { samples, inputs, hidden, classes };
            work(program, claim, &sizes, cases)
        };
        let mut every = true;
        while cost(explicit) > LARGE {
            // The range that is furthest above what it must be.
            let above = |r: usize| explicit[r] as f64 / least[r] as f64;
            let Some(r) = (0..4).filter(|r| explicit[*r] > least[*r]).max_by(|a, b| above(*a).total_cmp(&above(*b)))
            else {
                break;
            };
            explicit[r] = (explicit[r] * 3 / 4).max(least[r]).min(explicit[r] - 1);
            every = false;
        }
        let [samples, inputs, hidden, classes] = explicit;
        let sizes = Sizes { samples, inputs, hidden, classes };
        Plan { explicit: sizes, every, copies, work: cost(explicit), roots: needs.roots, points: 1 }
    }
}

/// How many indices beyond the explicit ones can be told apart at a time: those that a statement has, those that derivatives
/// around it have moved, and one more.
fn copies(program: &Program, claim: &Claim) -> Sizes {
    let count = |slots: &[Range], range: Range| slots.iter().filter(|slot| **slot == range).count();
    let of = |range: Range| {
        let used = program.symbols.iter().zip(&claim.used).filter(|(_, used)| **used);
        let statements = used.filter_map(|(symbol, _)| match &symbol.value {
            Value::Defined(_, slots) => Some(count(slots, range)),
            Value::Free { .. } => None,
        });
        let most = statements.chain([count(&claim.slots, range)]).max().unwrap_or(0);
        let moved = program.symbols.iter().map(|symbol| count(&symbol.ranges, range)).max().unwrap_or(0);
        (most + claim.order * moved + 1).min(20)
    };
    Sizes {
        samples: of(Range::Samples),
        inputs: of(Range::Inputs),
        hidden: of(Range::Hidden),
        classes: of(Range::Classes),
    }
}

/// What an exact arithmetic says of an equality.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Verified {
    /// The sides are equal at all points that decide.
    Equal {
        /// How many, at the component with fewest.
        points: usize,
        /// A bound on the degree of their difference.
        degree: u64,
        /// Logarithm to base 10 of the probability of that, were they not equal.
        log10_probability: f64,
        /// Components at which neither side has a value.
        undefined: Vec<Vec<usize>>,
    },
    /// They are not, in this component.
    Different(Vec<usize>),
    /// The roots exist at too few points; in no component do the sides differ.
    FewPoints(usize),
    /// One side divides by zero in this component, whatever the values, and the other does not; or both do in every component.
    Pole {
        /// Whether the left side does.
        left: bool,
        /// Whether the right side does.
        right: bool,
        /// The component.
        component: Vec<usize>,
    },
}

/// What became of a component so far.
struct Component {
    indices: Vec<usize>,
    decided: usize,
    poles: bool,
}

/// Holds an equality against random points of an exact arithmetic.
pub(in crate::claims) fn exact<V: Exact>(program: &Program, claim: &Claim, plan: &Plan, seed: u64) -> Verified {
    let mut components: Vec<Component> = patterns(claim)
        .into_iter()
        .map(|indices| Component { indices, decided: 0, poles: false })
        .collect();
    let degree = degree(program, claim, plan, &components);
    let chance = chance(degree, plan.roots.min(12), COINCIDENCES).min(-0.3);
    let enough = ((TARGET / chance).ceil() as usize).clamp(1, SIGN_POINTS).max(plan.points);
    // Signs of roots are seen at half of the points.
    let affordable = (BUDGET / plan.work) as usize;
    let wanted = if plan.roots == 0 { enough } else { enough.max(SIGN_POINTS.min(affordable)) };
    let mut spent = 0.0;
    for attempt in 0..PATIENCE {
        let open: Vec<usize> =
            (0..components.len()).filter(|i| !components[*i].poles && components[*i].decided < wanted).collect();
        if open.is_empty() || (attempt as usize > wanted && spent > 4.0 * BUDGET) {
            break;
        }
        spent += plan.work;
        let point = draw::<V>(program, claim, plan, point_seed(seed, 0, attempt));
        let indices: Vec<Vec<usize>> = open.iter().map(|i| components[*i].indices.clone()).collect();
        // The right side is the cheaper one, as a rule, and the one with the roots.
        let right = side(program, claim, &point, &claim.right, &indices);
        if right.iter().all(|value| value.gap() == Some(Gap::Root)) {
            continue;
        }
        let left = side(program, claim, &point, &claim.left, &indices);
        for ((i, left), right) in open.into_iter().zip(&left).zip(&right) {
            match (left.gap(), right.gap()) {
                (None, None) if left == right => components[i].decided += 1,
                (None, None) => return Verified::Different(components[i].indices.clone()),
                (Some(Gap::Pole), Some(Gap::Pole)) => components[i].poles = true,
                (Some(Gap::Pole), None) | (None, Some(Gap::Pole)) => {
                    let (left, right) = (left.gap().is_some(), right.gap().is_some());
                    return Verified::Pole { left, right, component: components[i].indices.clone() };
                }
                _ => {}
            }
        }
    }
    conclusion(&components, degree, chance)
}

fn conclusion(components: &[Component], degree: u64, chance: f64) -> Verified {
    let defined = components.iter().filter(|component| !component.poles);
    let Some(points) = defined.map(|component| component.decided).min() else {
        let component = components.first().map(|component| component.indices.clone()).unwrap_or_default();
        return Verified::Pole { left: true, right: true, component };
    };
    if points == 0 {
        return Verified::FewPoints(0);
    }
    let undefined = components.iter().filter(|component| component.poles);
    Verified::Equal {
        points,
        degree,
        log10_probability: points as f64 * chance,
        undefined: undefined.map(|component| component.indices.clone()).collect(),
    }
}

/// A random point. What is assumed to be positive is a square.
pub(in crate::claims) fn draw<V: Exact>(program: &Program, claim: &Claim, plan: &Plan, seed: u64) -> Point<V> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    at_every_size(program, claim, plan.explicit, plan.copies, |positive| {
        let value = V::random(&mut random);
        if positive { value * value } else { value }
    })
}

/// One component for each way in which free indices of one range can be equal or different: what holds for it holds for all
/// like it, since no index is special.
pub(in crate::claims) fn patterns(claim: &Claim) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for (place, (_, slot)) in claim.free.iter().enumerate() {
        let range = claim.slots[*slot];
        let same: Vec<usize> = (0..place).filter(|other| claim.slots[claim.free[*other].1] == range).collect();
        let mut longer = Vec::new();
        for pattern in &all {
            let new = same.iter().map(|other| pattern[*other] + 1).max().unwrap_or(0);
            for index in (0..=new).rev() {
                let mut next = pattern.clone();
                next.push(index);
                longer.push(next);
            }
        }
        all = longer;
    }
    all.retain(|pattern| !together(claim, pattern));
    all
}

/// Which free indices of one range are equal and which are not, such as `n = m, k != l`; nothing where there is one case.
pub(in crate::claims) fn case(claim: &Claim, component: &[usize]) -> String {
    let mut words = Vec::new();
    for (a, (first, slot)) in claim.free.iter().enumerate() {
        for (b, (second, other)) in claim.free.iter().enumerate().skip(a + 1) {
            if claim.slots[*slot] == claim.slots[*other] {
                let sign = if component.get(a) == component.get(b) { "=" } else { "!=" };
                words.push(format!("{first} {sign} {second}"));
            }
        }
    }
    words.join(", ")
}

fn degree(program: &Program, claim: &Claim, plan: &Plan, components: &[Component]) -> u64 {
    let square = Degree::SYMBOL * Degree::SYMBOL;
    let point = at_every_size::<Degree>(program, claim, plan.explicit, plan.copies, |positive| {
        if positive { square } else { Degree::SYMBOL }
    });
    let indices: Vec<Vec<usize>> = components.iter().map(|component| component.indices.clone()).collect();
    let left = side(program, claim, &point, &claim.left, &indices);
    let right = side(program, claim, &point, &claim.right, &indices);
    let differences = left.iter().zip(&right).filter_map(|(left, right)| (*left - *right).numerator);
    differences.max().unwrap_or(0)
}

/// Whether a claim uses a node of some form, directly or in definitions.
pub(in crate::claims) fn uses(program: &Program, claim: &Claim, what: &dyn Fn(&Form) -> bool) -> bool {
    fn any(node: &Node, what: &dyn Fn(&Form) -> bool) -> bool {
        what(&node.form) || node.children().into_iter().any(|child| any(child, what))
    }
    let defined = program.symbols.iter().zip(&claim.used).filter_map(|(symbol, used)| match &symbol.value {
        Value::Defined(node, _) if *used => Some(node),
        _ => None,
    });
    [&claim.left, &claim.right].into_iter().chain(defined).any(|node| any(node, what))
}
