//! How many different indices of each range a claim can tell apart: from one exact evaluation to every size.
//!
//! Left minus right, brought to a common denominator, is a sum of terms, each over a tuple of indices; a term depends on the
//! entries at its indices alone. With at most `v` indices of a range in a term, beside `f` free ones, the difference is
//! determined by its values where `v - 1 + f` indices have entries of their own and all others have equal ones. The argument
//! stands in `derivations/README.md`; this file counts.
//!
//! - The value of a function is an entry of its own. Sums inside its argument do not count there, but they do where two
//!   arguments are distinguished, and where the function is differentiated.
//! - A denominator counts as often as terms have to be multiplied by it.
//! - An entry of a quantity whose rows sum to one counts one index: one entry of the row is what the others leave.

use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Assumed, Claim, Form, Idx, Node, Program, Value};
use crate::claims::language::syntax::{Function, MOST_SIZES, Range, Structure};
use std::collections::BTreeMap;

/// A count for each range.
type Counts = [u32; MOST_SIZES];

const NOTHING: Counts = [0; MOST_SIZES];

/// Counts beyond this are as good as infinite.
const MANY: u32 = 1 << 20;

/// Denominators that are distinguished.
const MOST_DIVISORS: usize = 200;

/// What a claim needs of an exact evaluation that is to speak for every size.
pub(in crate::claims) struct Needs {
    /// So many indices of each range with entries of their own, where the values of functions are symbols.
    pub(in crate::claims) explicit: Lengths,
    /// So many, where exponents add up: two products of exponentials, each with the indices of a term, are distinguished.
    pub(in crate::claims) lawful: Lengths,
    /// A bound on the binary digits of the whole numbers that the claim builds from constants.
    pub(in crate::claims) bits: f64,
    /// Roots that are evaluated at such a point, about.
    pub(in crate::claims) roots: u32,
    /// Signs and the like that are asked for at such a point, about.
    pub(in crate::claims) signs: u32,
}

/// Counts what a claim needs.
pub(in crate::claims) fn needs(program: &Program, claim: &Claim) -> Needs {
    let mut counting = Counting { program, claim, known: BTreeMap::new() };
    // In order: each builds on those before.
    for symbol in claim.used.iter() {
        counting.known.insert(symbol, counting.symbol(symbol));
    }
    let left = counting.node(&claim.left, &claim.slots);
    let right = counting.node(&claim.right, &claim.slots);
    let both = left.plus(&right);
    let mut free = NOTHING;
    for (_, slot) in &claim.free {
        free[claim.slots[*slot].number()] += 1;
    }
    let count = program.ranges().count();
    let each =
        |of: &dyn Fn(usize) -> u32| -> Counts { std::array::from_fn(|r| if r < count { of(r) } else { 0 }) };
    let terms = each(&|r| {
        let rows = |other: usize| both.top[other] + free[other];
        // Each denominator once more for every choice of its own indices among those of a term.
        let again: u32 = both
            .below
            .values()
            .map(|divisor| {
                let choices = (0..count).map(|other| rows(other).max(1).saturating_pow(divisor.free[other]));
                let choices = choices.fold(1u32, |all, some| all.saturating_mul(some)).min(MANY);
                (u64::from(divisor.power) * u64::from(divisor.counts[r]) * u64::from(choices - 1))
                    .min(u64::from(MANY)) as u32
            })
            .sum();
        (rows(r) + again).min(4 * MANY)
    });
    let explicit = each(&|r| {
        let term = free[r] + but_one(terms[r] - free[r]);
        term.max(both.apart[r])
    });
    let lawful = each(&|r| explicit[r].max(but_one(both.inside[r]) + 2 * terms[r]));
    // What must not vanish is the norm, over the signs of all roots.
    let roots = roots(program, claim);
    let bits = (both.bits.0 + both.bits.1).max(both.inside_bits);
    Needs {
        explicit: sizes_of(explicit),
        lawful: sizes_of(lawful),
        bits: bits * f64::from(1 << roots.min(10)),
        roots,
        signs: signs(program, claim),
    }
}

fn sizes_of(counts: Counts) -> Lengths {
    Lengths::each(|range| counts[range.number()].min(MANY) as usize)
}

/// A sum of terms over a common denominator.
#[derive(Clone, Debug, Default)]
struct Extent {
    /// Indices that are summed over in a term.
    top: Counts,
    /// Denominators.
    below: BTreeMap<*const Node, Divisor>,
    /// Indices that are summed over in the argument of a function.
    inside: Counts,
    /// Indices that it takes to tell two arguments of a function apart.
    apart: Counts,
    /// Denominators in arguments of functions.
    inside_below: BTreeMap<*const Node, Divisor>,
    /// Binary digits of constants, above and below the line.
    bits: (f64, f64),
    /// Binary digits of those in arguments of functions.
    inside_bits: f64,
}

/// A denominator.
#[derive(Clone, Copy, Debug)]
struct Divisor {
    power: u32,
    /// Indices that are summed over in it.
    counts: Counts,
    /// Indices that it has itself.
    free: Counts,
}

fn add(a: Counts, b: Counts, times: u32) -> Counts {
    std::array::from_fn(|r| (a[r] + b[r].saturating_mul(times)).min(MANY))
}

/// Where an index is summed over, one of the indices of a term may be one of the equal ones.
fn but_one(summed: u32) -> u32 {
    summed - summed.min(1)
}

/// Binary digits of a sum.
fn larger_bits(a: f64, b: f64) -> f64 {
    let (large, small) = (a.max(b), a.min(b));
    large + (small - large).exp2().ln_1p() / std::f64::consts::LN_2
}

fn larger(a: Counts, b: Counts) -> Counts {
    std::array::from_fn(|r| a[r].max(b[r]))
}

/// Both sets of denominators, each with the power that `combine` makes of its two.
fn merged(
    a: &BTreeMap<*const Node, Divisor>,
    b: &BTreeMap<*const Node, Divisor>,
    combine: fn(u32, u32) -> u32,
) -> BTreeMap<*const Node, Divisor> {
    let mut all = a.clone();
    for (key, divisor) in b {
        all.entry(*key)
            .and_modify(|known| known.power = combine(known.power, divisor.power).min(MANY))
            .or_insert(*divisor);
    }
    all
}

impl Extent {
    /// The numerator of this side over a larger common denominator.
    fn over(&self, common: &BTreeMap<*const Node, Divisor>) -> Counts {
        common.iter().fold(self.top, |top, (key, divisor)| {
            let own = self.below.get(key).map_or(0, |own| own.power);
            add(top, divisor.counts, divisor.power - own)
        })
    }

    fn plus(&self, other: &Extent) -> Extent {
        let below = merged(&self.below, &other.below, u32::max);
        Extent {
            top: larger(self.over(&below), other.over(&below)),
            below,
            bits: (
                larger_bits(self.bits.0 + other.bits.1, other.bits.0 + self.bits.1),
                self.bits.1 + other.bits.1,
            ),
            ..self.besides(other)
        }
    }

    fn times(&self, other: &Extent) -> Extent {
        Extent {
            top: add(self.top, other.top, 1),
            below: merged(&self.below, &other.below, |a, b| a + b),
            bits: (self.bits.0 + other.bits.0, self.bits.1 + other.bits.1),
            ..self.besides(other)
        }
    }

    /// What stands inside functions on either side.
    fn besides(&self, other: &Extent) -> Extent {
        Extent {
            inside: larger(self.inside, other.inside),
            apart: larger(self.apart, other.apart),
            inside_bits: self.inside_bits.max(other.inside_bits),
            inside_below: merged(&self.inside_below, &other.inside_below, u32::max),
            ..Extent::default()
        }
    }

    /// One over this, which is the divisor `node` with its own indices.
    fn inverse(&self, node: &Node, free: Counts) -> Extent {
        let top = self.below.values().fold(NOTHING, |top, divisor| add(top, divisor.counts, divisor.power));
        let own = Divisor { power: 1, counts: self.top, free };
        Extent {
            top,
            below: BTreeMap::from([(std::ptr::from_ref(node), own)]),
            bits: (self.bits.1, self.bits.0),
            ..self.besides(self)
        }
    }

    /// The same, where so many denominators are distinguished; where there are more, no size is enough.
    fn countable(self) -> Extent {
        if self.below.len() + self.inside_below.len() <= MOST_DIVISORS {
            return self;
        }
        Extent { top: [MANY; MOST_SIZES], below: BTreeMap::new(), inside_below: BTreeMap::new(), ..self }
    }

    /// Everything multiplied out.
    fn whole(&self) -> Counts {
        self.below.values().fold(self.top, |top, divisor| add(top, divisor.counts, divisor.power))
    }

    /// The value of a function of this, which has these indices itself.
    fn argument(&self, rows: Counts) -> Extent {
        // The derivative of a quotient has its denominator once more.
        let more = |divisor: &Divisor| Divisor { power: divisor.power + 1, ..*divisor };
        let below = self.below.iter().map(|(key, divisor)| (*key, more(divisor))).collect();
        let apart = add(self.whole().map(but_one), rows, 2);
        Extent {
            inside: add(self.inside, self.whole(), 1),
            apart: larger(self.apart, apart),
            // Two arguments are distinguished by their difference.
            inside_bits: self.inside_bits.max(2.0 * (self.bits.0 + self.bits.1)),
            inside_below: merged(&self.inside_below, &below, u32::max),
            ..Extent::default()
        }
    }

    /// A derivative: of an entry, of a function, or of a denominator.
    fn derivative(&self) -> Extent {
        let mut below = self.below.clone();
        let mut top = add(self.top, self.inside, 1);
        for divisor in below.values_mut() {
            divisor.power += 1;
            top = add(top, divisor.counts, 1);
        }
        Extent {
            top,
            below: merged(&below, &self.inside_below, |a, b| a + b),
            inside: self.inside,
            apart: self.apart,
            inside_bits: self.inside_bits,
            inside_below: self.inside_below.clone(),
            bits: (self.bits.0 + 2.0, self.bits.1),
        }
    }
}

struct Counting<'a> {
    program: &'a Program,
    claim: &'a Claim,
    known: BTreeMap<usize, Extent>,
}

impl Counting<'_> {
    fn symbol(&self, symbol: usize) -> Extent {
        if let Some(known) = self.known.get(&symbol) {
            return known.clone();
        }
        match &self.program.symbols[symbol].value {
            Value::Defined(node, slots) => self.node(node, slots),
            Value::Free { .. } => {
                let mut extent = Extent::default();
                if self.program.sums_to_one(self.claim).any(|other| other == symbol)
                    && let Some(range) = self.program.symbols[symbol].ranges.last()
                {
                    extent.top[range.number()] = 1;
                }
                extent
            }
        }
    }

    fn node(&self, node: &Node, slots: &[Range]) -> Extent {
        let extent = match &node.form {
            Form::Number(number) => {
                Extent { bits: ((number.unsigned_abs().max(1) as f64).log2(), 0.0), ..Extent::default() }
            }
            Form::Size(_) | Form::Parameters | Form::Eigenvalue { .. } | Form::Mask(..) | Form::Index(_) => {
                Extent::default()
            }
            Form::Symbol(symbol, _) => self.symbol(*symbol),
            Form::Negate(x) => self.node(x, slots),
            Form::Add(x, y) | Form::Subtract(x, y) => self.node(x, slots).plus(&self.node(y, slots)),
            Form::Multiply(x, y) => self.node(x, slots).times(&self.node(y, slots)),
            Form::Divide(x, y) => {
                let divisor = self.node(y, slots).inverse(y, own_indices(y, slots));
                self.node(x, slots).times(&divisor)
            }
            Form::Power(x, exponent) => {
                let base = self.node(x, slots);
                let base = if *exponent < 0 { base.inverse(x, own_indices(x, slots)) } else { base };
                (0..exponent.unsigned_abs()).fold(Extent::default(), |power, _| power.times(&base))
            }
            Form::Sum(over, body) => {
                let mut extent = self.node(body, slots);
                for slot in over {
                    let count = &mut extent.top[slots[*slot].number()];
                    *count = (*count + 1).min(MANY);
                }
                extent
            }
            Form::Call(Function::Sqrt, arguments) => {
                let x = &arguments[0];
                let argument = self.node(x, slots);
                let root = argument.inverse(x, own_indices(x, slots)).below;
                let mut extent = argument.argument(own_indices(x, slots));
                extent.inside_below = merged(&extent.inside_below, &root, u32::max);
                Extent { top: argument.top, below: argument.below, bits: argument.bits, ..extent }
            }
            // Piecewise functions are one of their arguments, or that times a function of their difference.
            Form::Call(
                Function::Max | Function::Min | Function::Clip | Function::Relu | Function::Abs,
                arguments,
            ) => {
                let all = arguments.iter().map(|x| self.node(x, slots));
                let sum = all.reduce(|a, b| a.plus(&b)).unwrap_or_default();
                sum.times(&sum.argument(own_indices(node, slots)))
            }
            Form::Call(_, arguments) | Form::Own(_, _, arguments) => {
                let all = arguments.iter().map(|x| self.node(x, slots).argument(own_indices(node, slots)));
                all.reduce(|a, b| a.times(&b)).unwrap_or_default()
            }
            Form::Test(x, _, y) => {
                self.node(x, slots).plus(&self.node(y, slots)).argument(own_indices(node, slots))
            }
            // A power brings itself out when it is differentiated, and its exponent.
            Form::Raise(x, y) => {
                let both = self.node(x, slots).plus(&self.node(y, slots));
                let own = both.argument(own_indices(node, slots));
                let below = self.node(x, slots).inverse(x, own_indices(x, slots)).below;
                Extent { inside_below: merged(&own.inside_below, &below, u32::max), ..own }
            }
            Form::Derivative(x, ..) => self.node(x, slots).derivative(),
            // Not counted: no number of indices is enough for every range that occurs.
            Form::At(..)
            | Form::Expect(..)
            | Form::Cases(_)
            | Form::IndexPower(..)
            | Form::Inverse(..)
            | Form::Determinant(_) => Extent { top: [MANY; MOST_SIZES], ..Extent::default() },
        };
        extent.countable()
    }
}

/// The indices that an expression has itself, for each range.
pub(super) fn own_indices(node: &Node, slots: &[Range]) -> Counts {
    let (mut used, mut bound) = (vec![false; slots.len()], vec![false; slots.len()]);
    indices(node, &mut used, &mut bound);
    let mut counts = NOTHING;
    for ((range, used), bound) in slots.iter().zip(used).zip(bound) {
        counts[range.number()] += u32::from(used && !bound);
    }
    counts
}

fn indices(node: &Node, used: &mut [bool], bound: &mut [bool]) {
    node.indices().into_iter().flat_map(Idx::slots).for_each(|slot| used[slot] = true);
    node.binds().into_iter().for_each(|slot| bound[slot] = true);
    for child in node.children() {
        indices(child, used, bound);
    }
}

/// How many roots there are of which each may exist or not, by the indices that they have: two of each.
fn roots(program: &Program, claim: &Claim) -> u32 {
    let mut count = roots_of(&claim.left, &claim.slots) + roots_of(&claim.right, &claim.slots);
    count += program.definitions(claim).map(|(node, slots)| roots_of(node, slots)).sum::<u32>();
    count
}

fn roots_of(node: &Node, slots: &[Range]) -> u32 {
    let here = match &node.form {
        Form::Call(Function::Sqrt, _) => 1 << own_indices(node, slots).iter().sum::<u32>().min(3),
        _ => 0,
    };
    here + node.children().into_iter().map(|child| roots_of(child, slots)).sum::<u32>()
}

/// How many signs and comparisons are asked for, by the indices that they have.
fn signs(program: &Program, claim: &Claim) -> u32 {
    let mut count = 0;
    super::contents::uses_node(program, claim, &mut |node, slots| {
        count += match &node.form {
            Form::Call(function, _) if function.has_a_kink() => {
                1 << own_indices(node, slots).iter().sum::<u32>().min(3)
            }
            Form::Test(..) => 1 << own_indices(node, slots).iter().sum::<u32>().min(3),
            _ => 0,
        };
    });
    // Entries that are one of two numbers.
    let choices = program.assumed(claim).filter(|assumed| match assumed {
        Assumed::OneOf { .. } => true,
        // Which of its quantities it is solved for makes a difference.
        Assumed::Equation(equation) => equation.unknowns.len() > 1,
        _ => false,
    });
    let turned = program.used(claim).filter(|(_, symbol)| {
        matches!(symbol.value, Value::Free { structure: Some(Structure::Orthogonal), .. })
    });
    let choices = choices.count() + turned.count();
    count + 4 * choices as u32
}
