//! A derivation whose names are resolved and whose indices have ranges: what can be evaluated.

use super::error::Place;
use super::symbols::Symbols;
use super::syntax::{Expr, Function, Range, Relation};
use std::collections::{HashMap, HashSet};

/// An expression whose names are resolved.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Node {
    /// What it is.
    pub(in crate::claims) form: Form,
    /// Where it stands.
    pub(in crate::claims) place: Place,
}

impl Node {
    /// The expressions that it is made of.
    pub(in crate::claims) fn children(&self) -> Vec<&Node> {
        match &self.form {
            Form::Number(_)
            | Form::Size(_)
            | Form::Parameters
            | Form::Eigenvalue { .. }
            | Form::Symbol(..)
            | Form::Delta(..) => Vec::new(),
            Form::Call(_, x)
            | Form::Negate(x)
            | Form::Power(x, _)
            | Form::Sum(_, x)
            | Form::Derivative(x, ..) => vec![x],
            Form::Add(x, y) | Form::Subtract(x, y) | Form::Multiply(x, y) | Form::Divide(x, y) => vec![x, y],
        }
    }

    /// Whether a form with some property occurs. Quantities are not looked into.
    pub(in crate::claims) fn any(&self, property: &dyn Fn(&Form) -> bool) -> bool {
        property(&self.form) || self.children().into_iter().any(|child| child.any(property))
    }
}

/// The forms of a resolved expression. An index is a slot in the assignment of its statement.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Form {
    /// A whole number.
    Number(i64),
    /// The size of a range.
    Size(Range),
    /// `D`, the number of parameters.
    Parameters,
    /// The largest or the smallest eigenvalue of the Hessian of `L` over all parameters.
    Eigenvalue {
        /// Whether the largest.
        largest: bool,
    },
    /// An entry of a symbol.
    Symbol(usize, Vec<usize>),
    /// 1 where two indices agree.
    Delta(usize, usize),
    /// A function.
    Call(Function, Box<Node>),
    /// A sum over slots.
    Sum(Vec<usize>, Box<Node>),
    /// `-x`.
    Negate(Box<Node>),
    /// `x + y`.
    Add(Box<Node>, Box<Node>),
    /// `x - y`.
    Subtract(Box<Node>, Box<Node>),
    /// `x * y`.
    Multiply(Box<Node>, Box<Node>),
    /// `x / y`.
    Divide(Box<Node>, Box<Node>),
    /// `x ^ n`.
    Power(Box<Node>, i64),
    /// A derivative by an entry of a symbol, some symbols held fixed.
    Derivative(Box<Node>, usize, Vec<usize>, Vec<usize>),
}

/// A named quantity.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Symbol {
    /// Its name.
    pub(in crate::claims) name: String,
    /// The ranges of its indices.
    pub(in crate::claims) ranges: Vec<Range>,
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

/// Where a quantity comes from.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Value {
    /// Drawn at random.
    Free {
        /// Whether it is a parameter of the network.
        parameter: bool,
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
    /// Pairs of slots of free indices that are not equal: `for n != m`.
    pub(in crate::claims) apart: Vec<(usize, usize)>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::claims) struct Assumption {
    /// What is assumed.
    pub(in crate::claims) kind: Assumed,
    /// Where it is stated.
    pub(in crate::claims) place: Place,
}

/// The forms of an assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// What it knows of them for looking up.
    pub(super) index: Index,
}

/// What is looked up of a program, so that reading a statement takes no look at all the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
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
}

impl Program {
    /// The symbol with this name.
    pub(in crate::claims) fn find(&self, name: &str) -> Option<usize> {
        self.index.symbols.get(name).copied()
    }

    /// The quantities that are parameters; each has at least one entry.
    pub(in crate::claims) fn parameters(&self) -> &[usize] {
        &self.index.parameters
    }

    /// Adds a quantity.
    pub(super) fn push(&mut self, symbol: Symbol) {
        let number = self.symbols.len();
        self.index.symbols.insert(symbol.name.clone(), number);
        if symbol.value == (Value::Free { parameter: true }) {
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
    pub(in crate::claims) fn assumed(&self, claim: &Claim) -> impl Iterator<Item = Assumed> {
        self.assumptions[..claim.seen.1].iter().map(|assumption| assumption.kind)
    }

    /// The quantities whose entries sum to one, where a claim stands.
    pub(in crate::claims) fn sums_to_one(&self, claim: &Claim) -> impl Iterator<Item = usize> {
        self.assumed(claim).filter_map(|assumed| match assumed {
            Assumed::SumsToOne { symbol } => Some(symbol),
            _ => None,
        })
    }

    /// The quantities that are positive, where a claim stands.
    pub(in crate::claims) fn positive(&self, claim: &Claim) -> impl Iterator<Item = usize> {
        self.assumed(claim).filter_map(|assumed| match assumed {
            Assumed::Positive { symbol } => Some(symbol),
            _ => None,
        })
    }
}
