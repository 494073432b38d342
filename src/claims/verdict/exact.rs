//! The exact witness: both sides of an equality at random points of a field, where sizes are elements of it too.

use super::cases::{fits, patterns};
use super::contents::any;
use super::extent::own_indices;
use super::plan::Plan;
use crate::claims::language::program::{Assumed, Claim, Form, Node, Program, Symbol, Value};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::{Function, Range};
use crate::claims::point::evaluate::{World, at_height};
use crate::claims::point::impose::{Unusable, out_of_order, solved_degree};
use crate::claims::point::place::{Phi, Point};
use crate::claims::point::points::{at_every_size, at_sizes, point_seed};
use crate::claims::point::tower::{Base, Tower};
use crate::claims::point::values::side;
use crate::number::{Chain, Degree, Drawn, Field, Gap, MODULUS, Ordered, Rounded, chance};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// An exact arithmetic.
pub(in crate::claims) trait Exact: Tower + Base<Value = Self> + Copy {
    /// A random element, from which exponentials can be nested this deep.
    fn random(random: &mut ChaCha8Rng, nesting: usize) -> Self;
    /// Logarithm to base 10 of a bound on the probability that a rational function of this degree vanishes at a random point.
    fn chance(degree: u64, roots: u32, nesting: usize) -> f64;
    /// Whether its numbers have an order.
    const ORDERED: bool = false;
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

impl Exact for Ordered {
    const ORDERED: bool = true;
    fn random(random: &mut ChaCha8Rng, nesting: usize) -> Self {
        // Over several scales: the constants of a claim lie on either side of some.
        let size = 10f64.powf(random.random_range(-1.0..1.2));
        let real = if random.random_bool(0.5) { size } else { -size };
        Ordered::new(Field::random(random, nesting), Rounded::exact(real))
    }
    fn chance(degree: u64, roots: u32, _: usize) -> f64 {
        chance(degree, roots, COINCIDENCES)
    }
    fn gap(&self) -> Option<Gap> {
        Ordered::gap(self)
    }
}

/// Elementary operations that all points of a claim may take together, as a rule.
const BUDGET: f64 = 1e6;
/// Logarithm to base 10 of the probability that is aimed at.
const TARGET: f64 = -18.0;
/// So many points show that the signs of roots are right.
pub(in crate::claims) const SIGN_POINTS: usize = 64;
/// Points that are tried while too few decide.
const PATIENCE: u64 = 600;
/// No more points are made, whatever is asked for.
const MOST_POINTS: u64 = 100_000;
/// Elementary operations of a root, about.
const ROOT: f64 = 100.0;
/// A bound on the pairs of arguments of transcendental functions, times the degree of their difference.
const COINCIDENCES: f64 = 1e6;

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
    /// There is nothing to compare: the conditions of the claim hold for no values of its indices at this size.
    Vacuous,
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

/// The first of these quantities that lacks roots at a point, as its place from the end, and how many: seen before anything is
/// differentiated. Nothing is left where all roots exist.
fn missing_roots<V: Exact>(program: &Program, point: &Point<V>, symbols: &[usize]) -> (usize, usize) {
    let height = symbols.iter().map(|symbol| program.symbols[*symbol].height).max().unwrap_or(0);
    at_height(height, || {
        let world = World::<V>::new(program, point);
        let mut built_upon = Symbols::default();
        for (place, symbol) in symbols.iter().enumerate() {
            // What the roots before built upon is computed already.
            world.prepare_besides(&program.symbols[*symbol].depends, &built_upon);
            built_upon.unite(&program.symbols[*symbol].depends);
            let missing = (0..program.entries(*symbol, &point.sizes))
                .filter(|entry| world.at(*symbol, *entry).gap() == Some(Gap::Root))
                .count();
            if missing > 0 {
                return (symbols.len() - place, missing);
            }
        }
        (0, 0)
    })
}

/// The quantities without derivatives that have a root in their definition: numbers, and those whose roots have indices.
fn with_roots(program: &Program, claim: &Claim) -> Vec<usize> {
    fn indexed(node: &Node, slots: &[Range]) -> bool {
        let own = |x: &Node| own_indices(x, slots).iter().any(|count| *count > 0);
        let here = matches!(&node.form, Form::Call(Function::Sqrt, arguments) if arguments.iter().any(own));
        here || node.children().into_iter().any(|child| indexed(child, slots))
    }
    let has_roots = |symbol: &Symbol| match &symbol.value {
        Value::Defined(node, _) if symbol.ranges.is_empty() => {
            any(node, &|form| matches!(form, Form::Call(Function::Sqrt, _)))
        }
        Value::Defined(node, slots) => indexed(node, slots),
        Value::Free { .. } => false,
    };
    let used = program.used(claim);
    let plain = used.filter(|(_, symbol)| symbol.order == 0 && !symbol.recursive && has_roots(symbol));
    plain.map(|(symbol, _)| symbol).collect()
}

/// Steps towards a point at which all roots exist.
const STEPS: usize = 600;
/// Entries with roots that are looked after, from more than the one to no more than the other.
const FEW_ROOTS: usize = 3;
const MOST_ROOTS: usize = 400;

/// Draws entries again, one by one, until all roots exist: where there are many, each of which exists at half of the points, no
/// point would be found otherwise. Says whether they do, and how many steps that took.
fn settle<V: Exact>(
    program: &Program,
    claim: &Claim,
    point: &mut Point<V>,
    roots: &[usize],
    plan: &Plan,
    seed: u64,
) -> (bool, usize) {
    let entries: usize = roots.iter().map(|symbol| program.entries(*symbol, &point.sizes)).sum();
    let mut left = missing_roots(program, point, roots);
    // Few roots, and such as move with all entries, exist at many points: another one is drawn as a whole.
    let numbers = roots.iter().all(|symbol| program.symbols[*symbol].ranges.is_empty());
    if left == (0, 0) || numbers || entries <= FEW_ROOTS || entries > MOST_ROOTS {
        return (left == (0, 0), 1);
    }
    let steps = ((BUDGET / plan.roots_work.max(1.0)) as usize).min(STEPS);
    // What is assumed of others is more than being positive: their entries are not drawn one by one.
    let mut bound = Symbols::default();
    for assumed in program.assumed(claim) {
        if !matches!(assumed, Assumed::Positive { .. }) {
            bound.unite(&program.concerned(assumed));
        }
    }
    let positive: Symbols = program.positive(claim).collect();
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x005e_771e);
    for step in 1..=steps {
        let symbol = roots[roots.len() - left.0];
        let free: Vec<usize> = program.symbols[symbol]
            .depends
            .iter()
            .filter(|own| {
                matches!(program.symbols[*own].value, Value::Free { structure: None, .. })
                    && !point.free[*own].is_empty()
                    && !bound.contains(*own)
            })
            .collect();
        if free.is_empty() {
            return (false, step);
        }
        let own = free[random.random_range(0..free.len())];
        let entry = random.random_range(0..point.free[own].len());
        let before = point.free[own][entry];
        let value = V::random(&mut random, plan.nesting);
        point.free[own][entry] = if positive.contains(own) { value * value } else { value };
        let now = missing_roots(program, point, roots);
        if now <= left {
            left = now;
        } else {
            point.free[own][entry] = before;
        }
        if left == (0, 0) {
            return (true, step);
        }
    }
    (false, steps)
}

/// What is known of a component so far.
struct Component {
    indices: Vec<usize>,
    decided: usize,
    /// Points at which a side divides by zero, and which side did.
    poles: usize,
    sides: (bool, bool),
}

/// By chance a random point is a pole about as often as a false claim passes; but where there are roots, a root that is the
/// negative one there can make a sum vanish, at half of the points.
const POLES_BY_ROOTS: usize = 16;

impl Component {
    /// Whether a side divides by zero whatever the values.
    fn is_a_pole(&self, roots: u32) -> bool {
        self.decided == 0 && self.poles >= if roots == 0 { 1 } else { POLES_BY_ROOTS }
    }
}

/// Holds an equality against random points of an exact arithmetic.
pub(in crate::claims) fn exact<V: Exact>(
    program: &Program,
    claim: &Claim,
    plan: &Plan,
    seed: u64,
) -> Verified {
    let mut components: Vec<Component> = patterns(claim, &plan.concrete)
        .into_iter()
        .filter(|indices| !plan.alone || fits(claim, indices, plan.explicit))
        .map(|indices| Component { indices, decided: 0, poles: 0, sides: (false, false) })
        .collect();
    if components.is_empty() {
        return Verified::Vacuous;
    }
    let degree = if plan.once { 0 } else { degree(program, claim, plan, &components) };
    let chance = V::chance(degree, plan.roots.min(12), plan.nesting).min(-0.3);
    let enough = ((TARGET / chance).ceil() as usize).clamp(1, SIGN_POINTS).max(plan.points);
    // Signs of roots are seen at half of the points.
    let affordable = (BUDGET / plan.work) as usize;
    let wanted = match (plan.once, plan.roots + plan.signs) {
        (true, _) => 1,
        (false, 0) => enough,
        _ => enough.max(SIGN_POINTS.min(affordable)),
    };
    let enough = enough.min(wanted);
    let roots = if plan.roots > 0 { with_roots(program, claim) } else { Vec::new() };
    let mut spent = 0.0;
    for attempt in 0..PATIENCE.max((plan.points as u64).saturating_mul(4)).min(MOST_POINTS) {
        let open: Vec<usize> = (0..components.len())
            .filter(|i| !components[*i].is_a_pole(plan.roots) && components[*i].decided < wanted)
            .collect();
        // Points at which all roots exist may be few: more is spent until there are as many as the probability asks for.
        let defined = components.iter().filter(|component| !component.is_a_pole(plan.roots));
        let fewest = defined.map(|component| component.decided).min();
        let patience = if fewest.is_some_and(|decided| decided >= enough) { 2.0 } else { 16.0 };
        if open.is_empty() || (attempt as usize > enough && spent > patience * BUDGET) {
            break;
        }
        let Ok(mut point) = draw::<V>(program, claim, plan, point_seed(seed, 0, attempt)) else {
            // What is assumed has no solution there.
            spent += plan.work / 16.0;
            continue;
        };
        spent += plan.roots_work + ROOT * f64::from(plan.roots);
        if !roots.is_empty() {
            let own = point_seed(seed, 1, attempt);
            let (settled, steps) = settle(program, claim, &mut point, &roots, plan, own);
            spent += steps as f64 * plan.roots_work / 4.0;
            if !settled {
                continue;
            }
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
                (left, right) if left == Some(Gap::Pole) || right == Some(Gap::Pole) => {
                    let component = &mut components[i];
                    component.poles += 1;
                    component.sides.0 |= left == Some(Gap::Pole);
                    component.sides.1 |= right == Some(Gap::Pole);
                    let (left, right) = component.sides;
                    if left != right && component.is_a_pole(plan.roots) {
                        return Verified::Pole { left, right, component: component.indices.clone() };
                    }
                }
                _ => {}
            }
        }
    }
    conclusion(&components, degree, chance, plan)
}

fn conclusion(components: &[Component], degree: u64, chance: f64, plan: &Plan) -> Verified {
    let roots = plan.roots;
    let defined = components.iter().filter(|component| !component.is_a_pole(roots));
    let Some(points) = defined.map(|component| component.decided).min() else {
        let component = components.first().map(|component| component.indices.clone()).unwrap_or_default();
        return Verified::Pole { left: true, right: true, component };
    };
    if points == 0 {
        return Verified::FewPoints(0);
    }
    let undefined = components.iter().filter(|component| component.is_a_pole(roots));
    Verified::Equal {
        points,
        degree,
        log10_probability: points as f64 * chance,
        undefined: undefined.map(|component| component.indices.clone()).collect(),
        roots: roots + plan.signs,
    }
}

/// A random point.
pub(in crate::claims) fn draw<V: Exact>(
    program: &Program,
    claim: &Claim,
    plan: &Plan,
    seed: u64,
) -> Result<Point<V>, Unusable> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let point = point(program, claim, plan, || V::random(&mut random, plan.nesting))?;
    // Where numbers have an order it is the one that is assumed.
    if V::ORDERED && out_of_order(program, claim, &point) > 0 {
        return Err(Unusable);
    }
    Ok(point)
}

/// A point of a plan. What is assumed to be positive is a square.
///
/// # Errors
/// [`Unusable`] where what is assumed has no solution there.
fn point<V: Tower + Base<Value = V>>(
    program: &Program,
    claim: &Claim,
    plan: &Plan,
    mut next: impl FnMut() -> V,
) -> Result<Point<V>, Unusable> {
    let mut entry = |positive| {
        let value = next();
        if positive { value * value } else { value }
    };
    if plan.alone {
        at_sizes(program, claim, plan.explicit, Phi::Any, |_, positive| entry(positive))
    } else {
        at_every_size(program, claim, plan.explicit, plan.copies, entry)
    }
}

fn degree(program: &Program, claim: &Claim, plan: &Plan, components: &[Component]) -> u64 {
    let Ok(point) = point(program, claim, plan, || Degree::SYMBOL) else { return 0 };
    let indices: Vec<Vec<usize>> = components.iter().map(|component| component.indices.clone()).collect();
    let left = side(program, claim, &point, &claim.left, &indices);
    let right = side(program, claim, &point, &claim.right, &indices);
    let differences = left.iter().zip(&right).filter_map(|(left, right)| (*left - *right).numerator);
    differences.max().unwrap_or(0).saturating_mul(solved_degree(program, claim, &point))
}
