//! How an exact evaluation is made: how many indices have entries of their own, and what that takes.

use super::cases::patterns;
use super::extent::Needs;
use crate::claims::language::program::{Claim, Form, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::claims::point::place::Sizes;
use crate::claims::point::work::{work, work_at_every_size};

/// How an exact evaluation is made.
#[derive(Clone, Copy, Debug)]
pub(in crate::claims) struct Plan {
    /// Indices with entries of their own.
    pub(in crate::claims) explicit: Sizes,
    /// As many as it would take for every size.
    pub(in crate::claims) needed: Sizes,
    /// Whether they are so many that the evaluation speaks for every size.
    pub(in crate::claims) every: bool,
    /// Whether there are no others.
    pub(in crate::claims) alone: bool,
    /// Indices beyond them that can be distinguished at a time.
    pub(in crate::claims) copies: Sizes,
    /// Elementary operations of one evaluation.
    pub(in crate::claims) work: f64,
    /// Roots.
    pub(in crate::claims) roots: u32,
    /// Elementary operations of a look at the roots alone.
    pub(in crate::claims) roots_work: f64,
    /// Points that must decide, at least.
    pub(in crate::claims) points: usize,
    /// How deep exponentials may be nested.
    pub(in crate::claims) nesting: usize,
    /// Whether one point that decides is enough.
    pub(in crate::claims) once: bool,
}

/// Elementary operations that one evaluation may take before sizes are made smaller.
const LARGE: f64 = 3e6;
/// Entries of free quantities that are kept at a point: each takes some hundred bytes.
pub(super) const MOST_ENTRIES: f64 = 3e5;

impl Plan {
    /// As many explicit indices as are needed, or as the work allows.
    pub(in crate::claims) fn new(program: &Program, claim: &Claim, needed: Sizes, needs: &Needs) -> Plan {
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
        let entries = |[samples, inputs, hidden, classes]: [usize; 4]| {
            entries(program, claim, Sizes { samples, inputs, hidden, classes }, copies)
        };
        while cost(explicit) > large || entries(explicit) > MOST_ENTRIES {
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

/// The entries of the free quantities of a claim at so many explicit indices and others.
fn entries(program: &Program, claim: &Claim, explicit: Sizes, copies: Sizes) -> f64 {
    let sizes = Sizes::each(|range| explicit.of(range) + copies.of(range));
    let free = program.used(claim).filter(|(_, symbol)| matches!(symbol.value, Value::Free { .. }));
    free.map(|(_, symbol)| sizes.entries(&symbol.ranges) as f64).sum()
}

impl Plan {
    /// The entries of free quantities at a point of it.
    pub(in crate::claims) fn entries(&self, program: &Program, claim: &Claim) -> f64 {
        entries(program, claim, self.explicit, self.copies)
    }

    /// The sizes that an evaluation speaks for in full: one of the others may have entries of its own too.
    pub(in crate::claims) fn reach(&self) -> Sizes {
        Sizes::each(|range| self.explicit.of(range) + 1)
    }

    /// The same at these sizes, and no others.
    pub(in crate::claims) fn at(self, program: &Program, claim: &Claim, sizes: Sizes) -> Plan {
        let work = work(program, claim, &sizes, patterns(claim).len());
        let roots_work = work / 3f64.powi(claim.order as i32 + 1);
        Plan { explicit: sizes, every: false, alone: true, work, roots_work, ..self }
    }
}

/// How many indices beyond the explicit ones can be distinguished at a time: those that a statement has, those that derivatives
/// around it have moved, and one more.
fn copies(program: &Program, claim: &Claim) -> Sizes {
    let count = |slots: &[Range], range: Range| slots.iter().filter(|slot| **slot == range).count();
    let of = |range: Range| {
        let statements = program.definitions(claim).map(|(_, slots)| count(slots, range));
        let most = statements.chain([count(&claim.slots, range)]).max().unwrap_or(0);
        let moved = program.symbols.iter().map(|symbol| count(&symbol.ranges, range)).max().unwrap_or(0);
        (most + claim.order * moved + 1).min(20)
    };
    Sizes::each(of)
}

/// How deep exponentials are nested, at most: the number of functions that are made of them, up to three.
pub(in crate::claims) fn nesting(program: &Program, claim: &Claim) -> usize {
    let mut nested = Nesting(Vec::new());
    for symbol in &program.symbols {
        let depth = match &symbol.value {
            Value::Defined(node, _) => nested.node(node),
            Value::Free { .. } => 0,
        };
        nested.0.push(depth);
    }
    nested.node(&claim.left).max(nested.node(&claim.right)).min(3)
}

/// Counts exponentials within exponentials, also through other functions: for each quantity, in order.
struct Nesting(Vec<usize>);

impl Nesting {
    fn node(&self, node: &Node) -> usize {
        let below = match &node.form {
            Form::Symbol(symbol, _) => self.0[*symbol],
            _ => node.children().into_iter().map(|child| self.node(child)).max().unwrap_or(0),
        };
        use Function::{Exp, Sigmoid, Softplus, Tanh};
        match &node.form {
            Form::Call(Exp | Sigmoid | Softplus | Tanh, _) => below + 1,
            _ => below,
        }
    }
}
