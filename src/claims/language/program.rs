//! A derivation whose names are resolved and whose indices have ranges: what can be evaluated.

use super::error::Place;
use super::lengths::Lengths;
use super::symbols::Symbols;
use super::syntax::{Condition, Expr, Range, Relation, Structure};
use std::collections::{HashMap, HashSet};

pub(in crate::claims) use super::node::{Affine, Case, Compared, Distribution, Form, Idx, Node, Set, Square};

/// A named quantity.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Symbol {
    /// Its name.
    pub(in crate::claims) name: String,
    /// The ranges of its indices.
    pub(in crate::claims) ranges: Vec<Range>,
    /// For each index whether it runs from 0, as that of a recurrence does.
    pub(in crate::claims) from_zero: Vec<bool>,
    /// Whether it is zero outside of its ranges.
    pub(in crate::claims) outside: bool,
    /// Whether it is defined by itself, at other indices.
    pub(in crate::claims) recursive: bool,
    /// What it is.
    pub(in crate::claims) value: Value,
    /// Symbols that it depends on, itself included.
    pub(in crate::claims) depends: Symbols,
    /// How deep derivatives are nested in it.
    pub(in crate::claims) order: usize,
    /// How deep expressions are nested in it, those of the definitions that it builds on counted.
    pub(in crate::claims) height: usize,
    /// Whether an eigenvalue occurs in it: then it has no derivative.
    pub(in crate::claims) eigenvalues: bool,
}

impl Symbol {
    /// What is known of the entries of a free matrix.
    pub(in crate::claims) fn structure(&self) -> Option<Structure> {
        match self.value {
            Value::Free { structure, .. } => structure,
            Value::Defined(..) => None,
        }
    }
}

/// Where a quantity comes from.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Value {
    /// Drawn at random.
    Free {
        /// Whether it is a parameter of the network.
        parameter: bool,
        /// What is known of its entries.
        structure: Option<Structure>,
    },
    /// Defined by a `let`; the first slots are its indices.
    Defined(Node, Vec<Range>),
}

/// A claim that can be checked.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Claim {
    /// Its name.
    pub(in crate::claims) name: String,
    /// Where it stands.
    pub(in crate::claims) place: Place,
    /// Left side.
    pub(in crate::claims) left: Node,
    /// How they compare.
    pub(in crate::claims) relation: Relation,
    /// Right side.
    pub(in crate::claims) right: Node,
    /// Left side as it was read.
    pub(in crate::claims) left_text: Expr,
    /// Right side as it was read, for edits.
    pub(in crate::claims) right_text: Expr,
    /// Free indices: their names and slots.
    pub(in crate::claims) free: Vec<(String, usize)>,
    /// The ranges of all slots of both sides.
    pub(in crate::claims) slots: Vec<Range>,
    /// What the free indices satisfy: `for n != m`.
    pub(in crate::claims) conditions: Vec<Compared>,
    /// The same as it was read.
    pub(in crate::claims) conditions_text: Vec<Condition>,
    /// How deep derivatives are nested.
    pub(in crate::claims) order: usize,
    /// Whether an eigenvalue occurs.
    pub(in crate::claims) eigenvalues: bool,
    /// The symbols that it depends on.
    pub(in crate::claims) used: Symbols,
    /// How many symbols and assumptions stood before it.
    pub(in crate::claims) seen: (usize, usize),
}

/// What may be taken for granted about free quantities and sizes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Assumption {
    /// What is assumed.
    pub(in crate::claims) kind: Assumed,
    /// Where it is stated.
    pub(in crate::claims) place: Place,
    /// The assumption as it was read.
    pub(in crate::claims) text: String,
}

/// The forms of an assumption.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Assumed {
    /// `sum[k] y[n,k] = 1`: the entries of a free quantity along its last index sum to one.
    SumsToOne {
        /// The quantity.
        symbol: usize,
    },
    /// `s > 0`, or `s[n] > 0`: every entry of a free quantity is positive. It may be assumed to sum to one as well:
    /// then its rows are probabilities, inside of the simplex.
    Positive {
        /// The quantity.
        symbol: usize,
    },
    /// `d >= 2`: a size is no smaller than this.
    SizeAtLeast {
        /// The range.
        range: Range,
        /// Its least size.
        least: usize,
    },
    /// A free matrix has the structure that its declaration says.
    Structured {
        /// The matrix.
        symbol: usize,
    },
    /// Every entry of a free quantity is one of these numbers.
    OneOf {
        /// The quantity.
        symbol: usize,
        /// The numbers, as numerators and denominators.
        values: Vec<(i64, i64)>,
    },
    /// `left = right`, solved for entries of free quantities.
    Equation(Box<Equation>),
    /// `left < right` and the like: points are drawn until it holds.
    Order(Box<Equation>),
}

/// An assumption with its two sides.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Equation {
    /// Left side.
    pub(in crate::claims) left: Node,
    /// How they compare.
    pub(in crate::claims) relation: Relation,
    /// Right side.
    pub(in crate::claims) right: Node,
    /// The slots of its free indices.
    pub(in crate::claims) free: Vec<usize>,
    /// The ranges of all slots.
    pub(in crate::claims) slots: Vec<Range>,
    /// How deep derivatives are nested.
    pub(in crate::claims) order: usize,
    /// The symbols that it depends on.
    pub(in crate::claims) used: Symbols,
    /// The free quantities that it may be solved for, in the order of preference.
    pub(in crate::claims) unknowns: Vec<usize>,
    /// The assumption as it was read.
    pub(in crate::claims) text: String,
}

/// A function that the derivation declares.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Declared {
    /// Its name.
    pub(in crate::claims) name: String,
    /// How many arguments it has.
    pub(in crate::claims) arguments: usize,
}

/// A function with parameters that the derivation defines.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Macro {
    /// Its parameters.
    pub(in crate::claims) parameters: Vec<String>,
    /// Its value.
    pub(in crate::claims) value: Expr,
}

/// A size with its least value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Size {
    /// Its name.
    pub(in crate::claims) name: String,
    /// The least value that it has.
    pub(in crate::claims) least: usize,
}

/// Statements of a derivation are no more: each quantity knows all that it depends on.
pub(in crate::claims) const MOST_STATEMENTS: usize = 20_000;

/// Claims of a derivation depend on no more quantities, each counted as often as a claim depends on it: for each claim all
/// of them are evaluated.
pub(in crate::claims) const MOST_USES: usize = 2_000_000;

/// A quantity has no more indices.
pub(in crate::claims) const MOST_INDICES: usize = 8;

/// Derivatives beyond this order are not carried. A product of numbers with `k` nested derivatives takes `3^k` products: 729
/// for six.
pub(in crate::claims) const HIGHEST_ORDER: usize = 6;

/// A derivation whose names are resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::claims) struct Program {
    /// All quantities, in the order of their definition.
    pub(in crate::claims) symbols: Vec<Symbol>,
    /// All assumptions.
    pub(in crate::claims) assumptions: Vec<Assumption>,
    /// All claims.
    pub(in crate::claims) claims: Vec<Claim>,
    /// The sizes of its own, behind the four that are known.
    pub(in crate::claims) sizes: Vec<Size>,
    /// The functions that it declares.
    pub(in crate::claims) functions: Vec<Declared>,
    /// The functions with parameters that it defines, by their names.
    pub(in crate::claims) macros: HashMap<String, Macro>,
    /// What it knows of them for looking up.
    pub(in crate::claims) index: Index,
}

/// What is looked up of a program, so that reading a statement takes no look at all the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::claims) struct Index {
    /// The symbols by their names.
    pub(in crate::claims) symbols: HashMap<String, usize>,
    /// The names of claims.
    pub(in crate::claims) claims: HashSet<String>,
    /// The parameters.
    pub(in crate::claims) parameters: Vec<usize>,
    /// How many quantities the claims depend on, each counted for each of them.
    pub(in crate::claims) uses: usize,
    /// The first quantity or claim that counts the parameters.
    pub(in crate::claims) counts: Option<String>,
    /// The ranges that a claim is about, in the part of a program that is its own.
    pub(in crate::claims) spanned: Vec<Range>,
    /// The range that an index with this name had in the statements so far; none where there were several.
    pub(in crate::claims) letters: HashMap<String, Option<Range>>,
}

impl Program {
    /// All ranges.
    pub(in crate::claims) fn ranges(&self) -> impl Iterator<Item = Range> + use<> {
        (0..Range::KNOWN.len() + self.sizes.len()).map(|number| Range(number as u8))
    }

    /// The range whose size has this name.
    pub(in crate::claims) fn range(&self, name: &str) -> Option<Range> {
        self.ranges().find(|range| self.size_name(*range) == name)
    }

    /// How the size of a range is written.
    pub(in crate::claims) fn size_name(&self, range: Range) -> &str {
        match Range::KNOWN.get(range.number()) {
            Some((name, _)) => name,
            None => self.sizes.get(range.number() - Range::KNOWN.len()).map_or("?", |size| &size.name),
        }
    }

    /// What a range counts, for messages.
    pub(in crate::claims) fn range_name(&self, range: Range) -> String {
        Range::KNOWN
            .get(range.number())
            .map_or_else(|| self.size_name(range).to_string(), |(_, name)| name.to_string())
    }

    /// The names of the sizes of a quantity, in brackets as it is declared.
    pub(in crate::claims) fn size_names(&self, ranges: &[Range]) -> String {
        ranges.iter().map(|range| self.size_name(*range)).collect::<Vec<_>>().join(",")
    }

    /// How many values the index of a quantity at this place takes.
    pub(in crate::claims) fn length(&self, symbol: usize, place: usize, lengths: &Lengths) -> usize {
        let symbol = &self.symbols[symbol];
        lengths.of(symbol.ranges[place]) + usize::from(symbol.from_zero[place])
    }

    /// How many entries a quantity has.
    pub(in crate::claims) fn entries(&self, symbol: usize, lengths: &Lengths) -> usize {
        let places = 0..self.symbols[symbol].ranges.len();
        places.fold(1, |entries: usize, place| entries.saturating_mul(self.length(symbol, place, lengths)))
    }

    /// The symbol with this name.
    pub(in crate::claims) fn find(&self, name: &str) -> Option<usize> {
        self.index.symbols.get(name).copied()
    }

    /// Whether a quantity with this name is a single number.
    pub(in crate::claims) fn is_number(&self, name: &str) -> bool {
        self.find(name).is_some_and(|symbol| self.symbols[symbol].ranges.is_empty())
    }

    /// The quantities that are parameters; each has at least one entry.
    pub(in crate::claims) fn parameters(&self) -> &[usize] {
        &self.index.parameters
    }

    /// Adds a quantity.
    pub(super) fn push(&mut self, symbol: Symbol) {
        let number = self.symbols.len();
        self.index.symbols.insert(symbol.name.clone(), number);
        if matches!(symbol.value, Value::Free { parameter: true, .. }) {
            self.index.parameters.push(number);
        }
        self.symbols.push(symbol);
    }

    /// The quantities that a claim depends on, with their numbers.
    pub(in crate::claims) fn used(&self, claim: &Claim) -> impl Iterator<Item = (usize, &Symbol)> {
        let all = claim.used.iter().take_while(|symbol| *symbol < self.symbols.len());
        all.map(|symbol| (symbol, &self.symbols[symbol])).collect::<Vec<_>>().into_iter()
    }

    /// The definitions that a claim depends on, with the ranges of their slots.
    pub(in crate::claims) fn definitions(&self, claim: &Claim) -> impl Iterator<Item = (&Node, &[Range])> {
        self.used(claim).filter_map(|(_, symbol)| match &symbol.value {
            Value::Defined(node, slots) => Some((node, slots.as_slice())),
            Value::Free { .. } => None,
        })
    }

    /// The assumptions that stand before a claim.
    pub(in crate::claims) fn assumed(&self, claim: &Claim) -> impl Iterator<Item = &Assumed> {
        self.assumptions[..claim.seen.1].iter().map(|assumption| &assumption.kind)
    }

    /// The quantities whose entries sum to one, where a claim stands.
    pub(in crate::claims) fn sums_to_one(&self, claim: &Claim) -> impl Iterator<Item = usize> {
        self.assumed(claim).filter_map(|assumed| match assumed {
            Assumed::SumsToOne { symbol } => Some(*symbol),
            _ => None,
        })
    }

    /// The quantities that are positive, where a claim stands.
    pub(in crate::claims) fn positive(&self, claim: &Claim) -> impl Iterator<Item = usize> {
        self.assumed(claim).filter_map(|assumed| match assumed {
            Assumed::Positive { symbol } => Some(*symbol),
            _ => None,
        })
    }
}
