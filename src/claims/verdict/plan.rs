//! How an exact evaluation is made: how many indices have entries of their own, and what that takes.

use super::cases::patterns;
use super::concrete::Concrete;
use super::extent::Needs;
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::{Claim, Form, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::claims::point::place::ANY;
use crate::claims::point::work::{work, work_at_every_size};

/// How an exact evaluation is made.
#[derive(Clone, Copy, Debug)]
pub(in crate::claims) struct Plan {
    /// Indices with entries of their own.
    pub(in crate::claims) explicit: Lengths,
    /// As many as it would take for every size.
    pub(in crate::claims) needed: Lengths,
    /// Ranges with a size that is a number.
    pub(in crate::claims) concrete: Concrete,
    /// Whether they are so many that the evaluation speaks for every size.
    pub(in crate::claims) every: bool,
    /// Whether there are no others.
    pub(in crate::claims) alone: bool,
    /// Indices beyond them that can be distinguished at a time.
    pub(in crate::claims) copies: Lengths,
    /// Elementary operations of one evaluation.
    pub(in crate::claims) work: f64,
    /// Roots.
    pub(in crate::claims) roots: u32,
    /// Signs and the like.
    pub(in crate::claims) signs: u32,
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
/// Indices of one range that have entries of their own: where more are needed, or none would be enough, these are tried.
const MOST_EXPLICIT: usize = 48;
/// The same where none would be enough.
const FEW: usize = 5;
/// Entries of free quantities that are kept at a point: each takes some hundred bytes.
pub(super) const MOST_ENTRIES: f64 = 3e5;

impl Plan {
    /// As many explicit indices as are needed, or as the work allows.
    pub(in crate::claims) fn new(
        program: &Program,
        claim: &Claim,
        needed: Lengths,
        needs: &Needs,
        concrete: Concrete,
    ) -> Plan {
        // Free indices are explicit ones, and of entries that sum to one, one is.
        let sum: Vec<Range> = program
            .sums_to_one(claim)
            .filter_map(|symbol| program.symbols[symbol].ranges.last().copied())
            .collect();
        let least = Lengths::each(|range| {
            let free = claim.free.iter().filter(|(_, slot)| claim.slots[*slot] == range).count();
            free.max(usize::from(sum.contains(&range)))
        });
        let spanned: Vec<Range> = program.ranges().filter(|range| program.spans(claim, *range)).collect();
        let mut explicit = Lengths::each(|range| match concrete.length(range) {
            Some(length) => length,
            None if spanned.contains(&range) => {
                let enough = needed.of(range);
                let tried = if enough > MOST_EXPLICIT { FEW } else { enough };
                tried.max(least.of(range))
            }
            None => 1,
        });
        let copies = copies(program, claim, &spanned, &concrete);
        let cases = patterns(claim, &concrete).len();
        let cost = |explicit: &Lengths| work_at_every_size(program, claim, explicit, &copies, cases);
        let mut every = spanned.iter().all(|range| explicit.of(*range) >= needed.of(*range));
        // Points are many where roots exist at few of them.
        let large = LARGE / f64::from(1 << needs.roots.min(4));
        let entries = |explicit: &Lengths| entries(program, claim, explicit, &copies);
        while cost(&explicit) > large || entries(&explicit) > MOST_ENTRIES {
            // The range that is furthest above what it must be.
            let above = |range: &Range| (explicit.of(*range) + 1) as f64 / (least.of(*range) + 1) as f64;
            let reducible = spanned
                .iter()
                .copied()
                .filter(|range| concrete.length(*range).is_none() && explicit.of(*range) > least.of(*range));
            let Some(range) = reducible.max_by(|a, b| above(a).total_cmp(&above(b)).then(b.cmp(a))) else {
                break;
            };
            let own = explicit.of(range);
            explicit = explicit.with(range, (own * 3 / 4).max(least.of(range)).min(own - 1));
            every = false;
        }
        Plan {
            explicit,
            needed,
            concrete,
            every,
            alone: false,
            copies,
            work: cost(&explicit),
            roots: needs.roots,
            signs: needs.signs,
            roots_work: cost(&explicit) / 3f64.powi(claim.order as i32 + 1),
            points: 1,
            nesting: nesting(program, claim),
            once: false,
        }
    }
}

/// The entries of the free quantities of a claim at so many explicit indices and others.
fn entries(program: &Program, claim: &Claim, explicit: &Lengths, copies: &Lengths) -> f64 {
    let sizes = Lengths::each(|range| explicit.of(range).saturating_add(copies.of(range)));
    let free = program.used(claim).filter(|(_, symbol)| matches!(symbol.value, Value::Free { .. }));
    free.map(|(_, symbol)| sizes.entries(&symbol.ranges) as f64).sum()
}

impl Plan {
    /// The entries of free quantities at a point of this plan.
    pub(in crate::claims) fn entries(&self, program: &Program, claim: &Claim) -> f64 {
        entries(program, claim, &self.explicit, &self.copies)
    }

    /// The sizes up to which the evaluation speaks for in full: one of the others may have entries of its own too.
    pub(in crate::claims) fn reach(&self) -> Lengths {
        Lengths::each(|range| match self.concrete.length(range) {
            Some(length) => length,
            None if self.every => ANY,
            None => self.explicit.of(range) + 1,
        })
    }

    /// The same at these sizes, and no others.
    pub(in crate::claims) fn at(self, program: &Program, claim: &Claim, sizes: Lengths) -> Plan {
        let work = work(program, claim, &sizes, patterns(claim, &self.concrete).len());
        let roots_work = work / 3f64.powi(claim.order as i32 + 1);
        Plan { explicit: sizes, every: false, alone: true, work, roots_work, ..self }
    }
}

/// How many indices beyond the explicit ones can be distinguished at a time: those that a statement has, those that derivatives
/// around it have moved, and one more.
fn copies(program: &Program, claim: &Claim, spanned: &[Range], concrete: &Concrete) -> Lengths {
    let count = |slots: &[Range], range: Range| slots.iter().filter(|slot| **slot == range).count();
    let of = |range: Range| {
        if !spanned.contains(&range) || concrete.length(range).is_some() {
            return 0;
        }
        let statements = program.definitions(claim).map(|(_, slots)| count(slots, range));
        let most = statements.chain([count(&claim.slots, range)]).max().unwrap_or(0);
        let moved = program.symbols.iter().map(|symbol| count(&symbol.ranges, range)).max().unwrap_or(0);
        (most + claim.order * moved + 1).min(20)
    };
    Lengths::each(of)
}

/// How deep exponentials are nested, at most: the number of functions that are made of them, up to three.
pub(in crate::claims) fn nesting(program: &Program, claim: &Claim) -> usize {
    let mut nested = Nesting(Vec::new());
    for symbol in &program.symbols {
        let depth = match &symbol.value {
            // At each step of a recurrence once more.
            Value::Defined(..) if symbol.recursive => 3,
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
            Form::Symbol(symbol, _) => self.0.get(*symbol).copied().unwrap_or(3),
            _ => node.children().into_iter().map(|child| self.node(child)).max().unwrap_or(0),
        };
        use Function::{Erf, Exp, Expm1, Gelu, NormalCdf, NormalPdf, Sigmoid, Silu, Softplus, Tanh};
        match &node.form {
            Form::Call(Exp | Expm1 | Sigmoid | Silu | Softplus | Tanh, _) | Form::Raise(..) => below + 1,
            Form::Call(Erf | Gelu | NormalCdf | NormalPdf, _) => below + 1,
            _ => below,
        }
    }
}
