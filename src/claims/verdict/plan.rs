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
        Sizes::each(|range| self.explicit.of(range) + 1)
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
    Sizes::each(of)
}

/// How deep exponentials are nested, at most: the number of functions that are made of them, up to three.
pub(in crate::claims) fn nesting(program: &Program, claim: &Claim) -> usize {
    let mut nested = Nesting { program, known: vec![None; program.symbols.len()] };
    nested.node(&claim.left).max(nested.node(&claim.right)).min(3)
}

/// Counts exponentials within exponentials, also through other functions.
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
