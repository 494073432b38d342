//! Float points at which claims are tried: sizes, scales, shapes of values, activations.

use super::contents::uses;
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Assumed, Claim, Form, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::claims::point::impose::{impose, ordered_quantities, out_of_order};
use crate::claims::point::place::{Mixture, Phi, Point};
use crate::claims::point::points::{structure, values};
use crate::claims::point::values::side;
use crate::claims::point::wave::Wave;
use crate::claims::verdict::outcome::Counterexample;
use crate::model::Activation;
use crate::number::{Number, Rounded};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is assumed to be positive is no smaller: its square does not underflow.
const SMALLEST_POSITIVE: f64 = 1e-150;

/// How the entries of a quantity lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::claims) enum Style {
    /// Anywhere around the scale.
    Generic,
    /// Every symbol at a scale of its own, four orders of magnitude around.
    Mixed,
    /// Every other entry is zero.
    Sparse,
    /// All entries of a quantity are equal.
    Equal,
    /// Entries are the scale, or minus it.
    Signs,
    /// One entry of a quantity at the scale, all others close to zero: near a vertex of the simplex.
    Vertex,
    /// Rows along the last index are equal, up to one part in a million.
    Ties,
    /// Anywhere around the scale, and positive.
    Positive,
}

/// A float point to be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::claims) struct Trial {
    /// Its sizes.
    pub(in crate::claims) sizes: Lengths,
    /// What `phi` is.
    pub(in crate::claims) phi: Phi,
    /// How its entries lie.
    pub(in crate::claims) style: Style,
    /// About how large they are.
    pub(in crate::claims) scale: f64,
    /// The seed of its values.
    pub(in crate::claims) seed: u64,
}

impl Trial {
    /// The values of all free quantities, before assumptions are seen to.
    pub(in crate::claims) fn values(&self, program: &Program, claim: &Claim) -> Vec<Vec<f64>> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let (mut symbol_scale, mut kept, mut previous) = (self.scale, 0.0, usize::MAX);
        let mut hot = 0;
        let mut place = 0;
        let mut free = values::<f64>(program, claim, &self.sizes, |symbol, _| {
            if symbol != previous {
                (previous, place) = (symbol, 0);
                symbol_scale = self.scale;
                if self.style == Style::Mixed {
                    symbol_scale *= 10f64.powf(random.random_range(-2.0..2.0));
                }
                kept = signed(&mut random) * symbol_scale;
                let entries = program.entries(symbol, &self.sizes).max(1);
                hot = random.random_range(0..entries);
            }
            place += 1;
            let generic = signed(&mut random) * symbol_scale;
            match self.style {
                Style::Generic | Style::Mixed => generic,
                Style::Positive => generic.abs(),
                Style::Sparse => {
                    if random.random_bool(0.5) {
                        0.0
                    } else {
                        generic
                    }
                }
                Style::Equal => kept,
                Style::Signs => symbol_scale.copysign(generic),
                Style::Vertex => {
                    if place == hot + 1 {
                        kept
                    } else {
                        generic * 1e-9
                    }
                }
                Style::Ties => kept * (1.0 + generic.signum() * 1e-6 * random.random::<f64>()),
            }
        });
        // Entries that sum to one need not be positive, unless that is assumed too: half of the time they are.
        if random.random_bool(0.5) {
            for symbol in program.sums_to_one(claim) {
                free[symbol].iter_mut().for_each(|entry| *entry = entry.abs());
            }
        }
        free
    }
}

/// Between 0.1 and 1.7 with either sign.
fn signed(random: &mut ChaCha8Rng) -> f64 {
    let size: f64 = random.random_range(0.1..1.7);
    if random.random_bool(0.5) { size } else { -size }
}

/// A point with exactly these values.
pub(in crate::claims) fn plain(sizes: Lengths, phi: Phi, values: &[Vec<f64>]) -> Point<Rounded> {
    let exact = |entries: &Vec<f64>| entries.iter().map(|value| Rounded::exact(*value)).collect();
    Point::new(sizes, values.iter().map(exact).collect(), phi)
}

/// A point with these values: those that are assumed to be positive are made so, and those that are assumed to sum to one are
/// made shares of their sum, or, where one is negative, moved by what is missing. None where what is assumed does not hold.
pub(in crate::claims) fn rounded(
    program: &Program,
    claim: &Claim,
    sizes: Lengths,
    phi: Phi,
    values: &[Vec<f64>],
) -> Option<Point<Rounded>> {
    let mut point = plain(sizes, phi, values);
    let ordered = ordered_quantities(program, claim);
    let solved: Vec<usize> = program
        .assumed(claim)
        .flat_map(|assumed| match assumed {
            Assumed::Equation(equation) => equation.unknowns.clone(),
            _ => Vec::new(),
        })
        .collect();
    if ordered.is_empty() && solved.is_empty() {
        assume(program, claim, &mut point);
        return Some(point);
    }
    let mut random = ChaCha8Rng::seed_from_u64(
        values.iter().flatten().fold(0, |seed: u64, value| seed.rotate_left(5) ^ value.to_bits()),
    );
    for _ in 0..=ATTEMPTS {
        let mut tried = point.clone();
        if !ordered.is_empty() {
            put_in_order(program, claim, &mut tried, &ordered, &mut random);
        }
        assume(program, claim, &mut tried);
        if impose(program, claim, &mut tried).is_ok() && out_of_order(program, claim, &tried) == 0 {
            return Some(tried);
        }
        for symbol in &ordered {
            for entry in &mut point.free[*symbol] {
                *entry = Rounded::exact(signed(&mut random));
            }
        }
        // What is positive and solved for may need others that are small.
        for symbol in &solved {
            for entry in &mut point.free[*symbol] {
                *entry = Rounded::exact(entry.value * random.random_range(0.2..0.7));
            }
        }
    }
    None
}

/// Draws of a point whose entries must be in some order.
const ATTEMPTS: usize = 8;
/// Steps towards an order.
const STEPS: usize = 300;

/// Draws entries again until they are in the order that is assumed of them.
fn put_in_order(
    program: &Program,
    claim: &Claim,
    point: &mut Point<Rounded>,
    ordered: &[usize],
    random: &mut ChaCha8Rng,
) {
    let wrong = |point: &Point<Rounded>| {
        let mut point = point.clone();
        assume(program, claim, &mut point);
        out_of_order(program, claim, &point)
    };
    let mut left = wrong(point);
    for _ in 0..STEPS {
        if left == 0 {
            return;
        }
        let symbol = ordered[random.random_range(0..ordered.len())];
        if point.free[symbol].is_empty() {
            continue;
        }
        let entry = random.random_range(0..point.free[symbol].len());
        let before = point.free[symbol][entry];
        let value = match random.random_range(0..4) {
            0 => random.random_range(0.0..1.0),
            1 => before.value * random.random_range(-1.5..1.5),
            2 => before.value + signed(random),
            _ => signed(random),
        };
        point.free[symbol][entry] = Rounded::exact(value);
        let now = wrong(point);
        if now <= left {
            left = now;
        } else {
            point.free[symbol][entry] = before;
        }
    }
}

/// Makes positive what is assumed to be so, makes shares of what sums to one, and gives matrices their structure.
fn assume(program: &Program, claim: &Claim, point: &mut Point<Rounded>) {
    for symbol in program.positive(claim) {
        for entry in &mut point.free[symbol] {
            entry.value = entry.value.abs().max(SMALLEST_POSITIVE);
        }
    }
    for symbol in program.sums_to_one(claim) {
        let ranges = &program.symbols[symbol].ranges;
        let length = ranges.last().map_or(1, |range| point.sizes.of(*range));
        for row in point.free[symbol].chunks_mut(length) {
            let sum = row.iter().fold(Rounded::integer(0), |sum, entry| sum + *entry);
            let shares = row.iter().all(|entry| entry.value >= 0.0) && sum.value > 0.0;
            let each = (Rounded::integer(1) - sum) / Rounded::integer(length as i64);
            for entry in row {
                *entry = if shares { *entry / sum } else { *entry + each };
            }
        }
    }
    structure(program, claim, point);
}

/// Both sides of a claim at one point, for some assignments of its free indices.
pub(in crate::claims) struct Values {
    /// The left side.
    pub(in crate::claims) left: Vec<Rounded>,
    /// The right side.
    pub(in crate::claims) right: Vec<Rounded>,
}

impl Values {
    /// Evaluates both sides.
    pub(in crate::claims) fn of(
        program: &Program,
        claim: &Claim,
        point: &Point<Rounded>,
        components: &[Vec<usize>],
    ) -> Self {
        Values {
            left: side(program, claim, point, &claim.left, components),
            right: side(program, claim, point, &claim.right, components),
        }
    }
}

/// Whether a value exists, and its rounding error is known.
pub(in crate::claims) fn exists(value: &Rounded) -> bool {
    value.value.is_finite() && value.error.is_finite()
}

/// The point with one component, as a reader gets it.
pub(in crate::claims) fn counterexample(
    program: &Program,
    claim: &Claim,
    point: &Point<Rounded>,
    component: &[usize],
    left: Rounded,
    right: Rounded,
) -> Counterexample {
    let free = program.used(claim).filter(|(_, symbol)| matches!(symbol.value, Value::Free { .. }));
    let mut functions: Vec<usize> = Vec::new();
    super::contents::uses_node(program, claim, &mut |node: &Node, _: &[Range]| {
        if let Form::Own(function, ..) = node.form
            && !functions.contains(&function)
        {
            functions.push(function);
        }
    });
    let shown = |function: usize| {
        let declared = &program.functions[function];
        let wave = Wave::of(function as u64, point.functions, declared.arguments);
        (declared.name.clone(), wave.shown())
    };
    Counterexample {
        sizes: program.named(&point.sizes),
        phi: point.phi,
        functions: functions.into_iter().map(shown).collect(),
        values: free
            .map(|(index, symbol)| {
                (symbol.name.clone(), point.free[index].iter().map(|value| value.value).collect())
            })
            .collect(),
        component: component.to_vec(),
        left: left.value,
        right: right.value,
        error: left.error + right.error,
    }
}

/// Whether the sizes are in keeping with the assumptions.
pub(in crate::claims) fn allowed(program: &Program, claim: &Claim, sizes: &Lengths) -> bool {
    at_least(program, claim, *sizes) == *sizes
}

/// The largest size at which a recurrence is tried.
const MOST_STEPS_OF_A_RECURRENCE: usize = 70;

/// Sizes that are allowed: each no smaller than what is assumed of it.
pub(in crate::claims) fn at_least(program: &Program, claim: &Claim, mut sizes: Lengths) -> Lengths {
    for (size, range) in program.sizes.iter().zip(program.ranges().skip(Range::KNOWN.len())) {
        sizes = sizes.with(range, sizes.of(range).max(size.least));
    }
    // A recurrence is evaluated step within step.
    for (_, symbol) in program.used(claim).filter(|(_, symbol)| symbol.recursive) {
        for range in &symbol.ranges {
            sizes = sizes.with(*range, sizes.of(*range).min(MOST_STEPS_OF_A_RECURRENCE));
        }
    }
    for assumed in program.assumed(claim) {
        if let Assumed::SizeAtLeast { range, least } = assumed {
            sizes = sizes.with(*range, sizes.of(*range).max(*least));
        }
    }
    sizes
}

/// The functions to try for `phi`, the sine where a claim has none.
pub(in crate::claims) fn phis(program: &Program, claim: &Claim, seed: u64) -> Vec<Phi> {
    let any = uses(program, claim, &|form| matches!(form, Form::Call(Function::Phi(_), _)));
    if any { activations(seed) } else { vec![Phi::Any] }
}

/// Functions to try for `phi`: bounded and unbounded, odd, even and neither.
pub(in crate::claims) fn activations(seed: u64) -> Vec<Phi> {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x00f1);
    // Two decimals, so that a reader can type them.
    let mut number = |low: f64, high: f64| (random.random_range(low..high) * 100.0).round() / 100.0;
    let mut mixture = |sign: f64, constant: f64| {
        Phi::Mixture(Mixture {
            constant,
            linear: sign * number(0.3, 1.5),
            square: sign * number(0.2, 1.0),
            amplitude: sign * number(0.5, 1.5),
            frequency: number(0.6, 1.9),
            shift: number(0.2, 1.2),
        })
    };
    let (first, second, large) = (mixture(1.0, 0.0), mixture(-1.0, -3.0), mixture(1e3, 2e3));
    let known = |activation| Phi::Known(activation);
    vec![
        first,
        Phi::Any,
        known(Activation::Silu),
        known(Activation::Tanh),
        second,
        known(Activation::Softplus),
        known(Activation::Sigmoid),
        known(Activation::Identity),
        large,
    ]
}
