//! The exact witness: both sides of an equality at random points of a field, where sizes are elements of it too.

use super::extent::Needs;
use crate::claims::language::program::{Claim, Form, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::claims::point::place::{Phi, Point, Sizes};
use crate::claims::point::points::{at_every_size, at_sizes, point_seed};
use crate::claims::point::tower::{Base, Tower};
use crate::claims::point::values::{side, together};
use crate::claims::point::work::{work, work_at_every_size};
use crate::number::{Chain, Degree, Drawn, Field, Gap, MODULUS, chance};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// An exact arithmetic.
pub(in crate::claims) trait Exact: Tower + Base<Value = Self> + Copy {
    /// A random element, from which exponentials can be nested this deep.
    fn random(random: &mut ChaCha8Rng, nesting: usize) -> Self;
    /// Logarithm to base 10 of a bound on the probability that a rational function of this degree vanishes at a random point.
    fn chance(degree: u64, roots: u32, nesting: usize) -> f64;
    /// Why a value does not exist.
    fn gap(&self) -> Option<Gap>;
}

impl Exact for Field {
    fn random(random: &mut ChaCha8Rng, _: usize) -> Self {
        Field::new(random.random_range(0..MODULUS))
    }
    fn chance(degree: u64, roots: u32, _: usize) -> f64 {
        chance(degree, roots, COINCIDENCES)
    }
    fn gap(&self) -> Option<Gap> {
        Field::gap(self)
    }
}

impl Exact for Drawn {
    fn random(random: &mut ChaCha8Rng, _: usize) -> Self {
        Drawn::new(random.random())
    }
    fn chance(degree: u64, roots: u32, _: usize) -> f64 {
        chance(degree, roots, COINCIDENCES)
    }
    fn gap(&self) -> Option<Gap> {
        Drawn::gap(self)
    }
}

impl Exact for Chain {
    fn random(random: &mut ChaCha8Rng, nesting: usize) -> Self {
        Chain::random(random.random(), nesting)
    }
    fn chance(degree: u64, roots: u32, nesting: usize) -> f64 {
        chance(degree, roots, COINCIDENCES) + Chain::SMALLER_CHANCE[nesting.min(3)]
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
    /// As many as it would take for every size.
    pub needed: Sizes,
    /// Whether they are so many that the evaluation speaks for every size.
    pub every: bool,
    /// Whether there are no others.
    pub alone: bool,
    /// Indices beyond them that can be told apart at a time.
    pub copies: Sizes,
    /// Elementary operations of one evaluation.
    pub work: f64,
    /// Roots.
    pub roots: u32,
    /// Elementary operations of a look at the roots alone.
    pub roots_work: f64,
    /// Points that must decide, at least.
    pub points: usize,
    /// How deep exponentials may be nested.
    pub nesting: usize,
    /// Whether one point that decides is enough.
    pub once: bool,
}

/// Elementary operations that one evaluation may take before sizes are made smaller.
const LARGE: f64 = 3e6;
/// Elementary operations that all points of a claim may take together, as a rule.
const BUDGET: f64 = 1e6;
/// Logarithm to base 10 of the probability that is aimed at.
const TARGET: f64 = -18.0;
/// So many points show that the signs of roots are right.
pub(in crate::claims) const SIGN_POINTS: usize = 64;
/// Points that are tried while too few decide.
const PATIENCE: u64 = 600;
/// A bound on the pairs of arguments of transcendental functions, times the degree of their difference.
const COINCIDENCES: f64 = 1e6;

impl Plan {
    /// As many explicit indices as are needed, or as the work allows.
    pub fn new(program: &Program, claim: &Claim, needed: Sizes, needs: &Needs) -> Plan {
        // Free indices are explicit ones, and of entries that sum to one, one is.
        let sum: Vec<Range> = program
            .sums_to_one(claim)
            .filter_map(|symbol| program.symbols[symbol].ranges.last().copied())
            .collect();
        let least = Range::ALL.map(|range| {
            let free = claim.free.iter().filter(|(_, slot)| claim.slots[*slot] == range).count();
            free.max(usize::from(sum.contains(&range)))
        });
        let mut explicit = Range::ALL.map(|range| needed.of(range).max(least[range as usize]));
        let (copies, cases) = (copies(program, claim), patterns(claim).len());
        let cost = |explicit: [usize; 4]| {
            let [samples, inputs, hidden, classes] = explicit;
            let sizes = Sizes { samples, inputs, hidden, classes };
            work_at_every_size(program, claim, &sizes, cases)
        };
        let mut every = true;
        // Points are many where roots exist at few of them.
        let large = LARGE / f64::from(1 << needs.roots.min(4));
        while cost(explicit) > large {
            // The range that is furthest above what it must be.
            let above = |r: usize| (explicit[r] + 1) as f64 / (least[r] + 1) as f64;
            let Some(r) =
                (0..4).filter(|r| explicit[*r] > least[*r]).max_by(|a, b| above(*a).total_cmp(&above(*b)))
            else {
                break;
            };
            explicit[r] = (explicit[r] * 3 / 4).max(least[r]).min(explicit[r] - 1);
            every = false;
        }
        let [samples, inputs, hidden, classes] = explicit;
        let sizes = Sizes { samples, inputs, hidden, classes };
        Plan {
            explicit: sizes,
            needed,
            every,
            alone: false,
            copies,
            work: cost(explicit),
            roots: needs.roots,
            roots_work: cost(explicit) / 3f64.powi(claim.order as i32 + 1),
            points: 1,
            nesting: nesting(program, claim),
            once: false,
        }
    }
}

impl Plan {
    /// The sizes that an evaluation speaks for in full: one of the others may have entries of its own too.
    pub fn reach(&self) -> Sizes {
        let Sizes { samples, inputs, hidden, classes } = self.explicit;
        Sizes { samples: samples + 1, inputs: inputs + 1, hidden: hidden + 1, classes: classes + 1 }
    }

    /// The same at these sizes, and no others.
    pub fn at(self, program: &Program, claim: &Claim, sizes: Sizes) -> Plan {
        let work = work(program, claim, &sizes, patterns(claim).len());
        let roots_work = work / 3f64.powi(claim.order as i32 + 1);
        Plan { explicit: sizes, every: false, alone: true, work, roots_work, ..self }
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
        /// Roots at a point, about.
        roots: u32,
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

/// Whether a root of a quantity without indices does not exist at a point: seen before anything is differentiated.
fn a_root_is_missing<V: Exact>(program: &Program, claim: &Claim, point: &Point<V>) -> bool {
    scalar_roots(program, claim).any(|name| {
        program
            .quantity(name, point)
            .is_some_and(|values| values.iter().any(|value| value.gap() == Some(Gap::Root)))
    })
}

/// The names of quantities without indices and without derivatives that have a root in their definition.
fn scalar_roots<'a>(program: &'a Program, claim: &'a Claim) -> impl Iterator<Item = &'a str> {
    let used = program.symbols.iter().zip(&claim.used).filter(|(_, used)| **used).map(|(symbol, _)| symbol);
    let scalars = used.filter(|symbol| symbol.ranges.is_empty() && symbol.order == 0);
    scalars.filter_map(|symbol| match &symbol.value {
        Value::Defined(node, _) if any(node, &|form| matches!(form, Form::Call(Function::Sqrt, _))) => {
            Some(symbol.name.as_str())
        }
        _ => None,
    })
}

/// What became of a component so far.
struct Component {
    indices: Vec<usize>,
    decided: usize,
    poles: bool,
}

/// Holds an equality against random points of an exact arithmetic.
pub(in crate::claims) fn exact<V: Exact>(
    program: &Program,
    claim: &Claim,
    plan: &Plan,
    seed: u64,
) -> Verified {
    let mut components: Vec<Component> = patterns(claim)
        .into_iter()
        .filter(|indices| !plan.alone || fits(claim, indices, plan.explicit))
        .map(|indices| Component { indices, decided: 0, poles: false })
        .collect();
    let degree = if plan.once { 0 } else { degree(program, claim, plan, &components) };
    let chance = V::chance(degree, plan.roots.min(12), plan.nesting).min(-0.3);
    let enough = ((TARGET / chance).ceil() as usize).clamp(1, SIGN_POINTS).max(plan.points);
    // Signs of roots are seen at half of the points.
    let affordable = (BUDGET / plan.work) as usize;
    let wanted = match (plan.once, plan.roots) {
        (true, _) => 1,
        (false, 0) => enough,
        _ => enough.max(SIGN_POINTS.min(affordable)),
    };
    let enough = enough.min(wanted);
    let mut spent = 0.0;
    for attempt in 0..PATIENCE {
        let open: Vec<usize> = (0..components.len())
            .filter(|i| !components[*i].poles && components[*i].decided < wanted)
            .collect();
        // Points at which all roots exist may be few: more is spent until there are as many as the probability asks for.
        let fewest =
            components.iter().filter(|component| !component.poles).map(|component| component.decided).min();
        let patience = if fewest.is_some_and(|decided| decided >= enough) { 2.0 } else { 16.0 };
        if open.is_empty() || (attempt as usize > enough && spent > patience * BUDGET) {
            break;
        }
        let point = draw::<V>(program, claim, plan, point_seed(seed, 0, attempt));
        spent += plan.roots_work;
        if plan.roots > 0 && a_root_is_missing(program, claim, &point) {
            continue;
        }
        spent += plan.work;
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
    conclusion(&components, degree, chance, plan.roots)
}

fn conclusion(components: &[Component], degree: u64, chance: f64, roots: u32) -> Verified {
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
        roots,
    }
}

/// A random point. What is assumed to be positive is a square.
pub(in crate::claims) fn draw<V: Exact>(
    program: &Program,
    claim: &Claim,
    plan: &Plan,
    seed: u64,
) -> Point<V> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut next = |positive| {
        let value = V::random(&mut random, plan.nesting);
        if positive { value * value } else { value }
    };
    if plan.alone {
        at_sizes(program, claim, plan.explicit, Phi::Any, |_, positive| next(positive))
    } else {
        at_every_size(program, claim, plan.explicit, plan.copies, next)
    }
}

/// Whether the indices are below the sizes.
fn fits(claim: &Claim, indices: &[usize], sizes: Sizes) -> bool {
    claim.free.iter().zip(indices).all(|((_, slot), index)| *index < sizes.of(claim.slots[*slot]))
}

/// One component for each way in which free indices of one range can be equal or different: what holds for it holds for all
/// like it, since no index is special.
pub(in crate::claims) fn patterns(claim: &Claim) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for (place, (_, slot)) in claim.free.iter().enumerate() {
        let range = claim.slots[*slot];
        let same: Vec<usize> =
            (0..place).filter(|other| claim.slots[claim.free[*other].1] == range).collect();
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
    let next = |positive| if positive { square } else { Degree::SYMBOL };
    let point = if plan.alone {
        at_sizes(program, claim, plan.explicit, Phi::Any, |_, positive| next(positive))
    } else {
        at_every_size(program, claim, plan.explicit, plan.copies, next)
    };
    let indices: Vec<Vec<usize>> = components.iter().map(|component| component.indices.clone()).collect();
    let left = side(program, claim, &point, &claim.left, &indices);
    let right = side(program, claim, &point, &claim.right, &indices);
    let differences = left.iter().zip(&right).filter_map(|(left, right)| (*left - *right).numerator);
    differences.max().unwrap_or(0)
}

/// How deep exponentials are nested, at most: the number of functions that are made of them, up to three.
pub(in crate::claims) fn nesting(program: &Program, claim: &Claim) -> usize {
    let mut nested = Nesting { program, known: vec![None; program.symbols.len()] };
    nested.node(&claim.left).max(nested.node(&claim.right)).min(3)
}

/// Counts exponentials within exponentials; the value of another function starts anew.
struct Nesting<'a> {
    program: &'a Program,
    known: Vec<Option<usize>>,
}

impl Nesting<'_> {
    fn node(&mut self, node: &Node) -> usize {
        let below = match &node.form {
            Form::Symbol(symbol, _) => self.symbol(*symbol),
            _ => node.children().into_iter().map(|child| self.node(child)).max().unwrap_or(0),
        };
        use Function::{Exp, Sigmoid, Softplus, Tanh};
        match &node.form {
            Form::Call(Exp | Sigmoid | Softplus | Tanh, _) => below + 1,
            _ => below,
        }
    }

    fn symbol(&mut self, symbol: usize) -> usize {
        if let Some(known) = self.known[symbol] {
            return known;
        }
        let depth = match &self.program.symbols[symbol].value {
            Value::Defined(node, _) => self.node(node),
            Value::Free { .. } => 0,
        };
        self.known[symbol] = Some(depth);
        depth
    }
}

/// Whether a claim uses a node of some form, directly or in definitions.
pub(in crate::claims) fn uses(program: &Program, claim: &Claim, what: &dyn Fn(&Form) -> bool) -> bool {
    let defined = program.symbols.iter().zip(&claim.used).filter_map(|(symbol, used)| match &symbol.value {
        Value::Defined(node, _) if *used => Some(node),
        _ => None,
    });
    [&claim.left, &claim.right].into_iter().chain(defined).any(|node| any(node, what))
}

fn any(node: &Node, what: &dyn Fn(&Form) -> bool) -> bool {
    what(&node.form) || node.children().into_iter().any(|child| any(child, what))
}
