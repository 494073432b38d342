//! The tree that a derivation is read into.

use super::error::Place;
use std::fmt;

pub(in crate::claims) use super::functions::{Function, Structure};
pub(in crate::claims) use super::statements::{Statement, StatementKind};

/// What an index runs over: the number of a size in its derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::claims) struct Range(pub(in crate::claims) u8);

impl Range {
    /// Samples, `N`.
    pub(in crate::claims) const SAMPLES: Range = Range(0);
    /// Inputs, `d`.
    pub(in crate::claims) const INPUTS: Range = Range(1);
    /// Hidden units, `h`.
    pub(in crate::claims) const HIDDEN: Range = Range(2);
    /// Classes, `C`.
    pub(in crate::claims) const CLASSES: Range = Range(3);
    /// The sizes that are known without a word: how each is written, and what it counts.
    pub(in crate::claims) const KNOWN: [(&'static str, &'static str); 4] =
        [("N", "samples (N)"), ("d", "inputs (d)"), ("h", "hidden units (h)"), ("C", "classes (C)")];
    /// That of a place of a recurrence before the case that says it.
    pub(in crate::claims) const UNKNOWN: Range = Range(u8::MAX);

    /// Its number.
    pub(in crate::claims) fn number(self) -> usize {
        usize::from(self.0)
    }
}

/// A derivation has no more sizes, the four that are known counted.
pub(in crate::claims) const MOST_SIZES: usize = 24;

/// An index as it is written: `i`, `t+1`, `2*i+j`, `1`, or `T`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::claims) struct Index {
    /// Names with their whole factors.
    pub(in crate::claims) terms: Vec<(i64, String)>,
    /// What is added.
    pub(in crate::claims) constant: i64,
}

impl Index {
    /// The index with this name.
    pub(in crate::claims) fn named(name: &str) -> Self {
        Index { terms: vec![(1, name.to_string())], constant: 0 }
    }

    /// The name, where it is nothing else.
    pub(in crate::claims) fn alone(&self) -> Option<&str> {
        match self.terms.as_slice() {
            [(1, name)] if self.constant == 0 => Some(name),
            _ => None,
        }
    }

    /// The names in it.
    pub(in crate::claims) fn names(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|(_, name)| name.as_str())
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (at, (factor, name)) in self.terms.iter().enumerate() {
            let sign = match (at, *factor < 0) {
                (_, true) => "-",
                (0, false) => "",
                _ => "+",
            };
            f.write_str(sign)?;
            if factor.abs() != 1 {
                write!(f, "{}*", factor.abs())?;
            }
            f.write_str(name)?;
        }
        match (self.terms.is_empty(), self.constant) {
            (true, constant) => write!(f, "{constant}"),
            (false, 0) => Ok(()),
            (false, constant) => write!(f, "{constant:+}"),
        }
    }
}

/// Indices with commas between them.
pub(in crate::claims) fn listed(indices: &[Index]) -> String {
    indices.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// How two numbers, or two indices, compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::claims) enum Relation {
    /// `=`.
    Equal,
    /// `!=`.
    Apart,
    /// `<`.
    Below,
    /// `<=`.
    AtMost,
    /// `>`.
    Above,
    /// `>=`.
    AtLeast,
}

impl Relation {
    /// All of them.
    pub(in crate::claims) const ALL: [Relation; 6] = [
        Relation::Equal,
        Relation::Apart,
        Relation::AtMost,
        Relation::AtLeast,
        Relation::Below,
        Relation::Above,
    ];

    /// How it is written.
    pub(in crate::claims) fn sign(self) -> &'static str {
        match self {
            Relation::Equal => "=",
            Relation::Apart => "!=",
            Relation::Below => "<",
            Relation::AtMost => "<=",
            Relation::Above => ">",
            Relation::AtLeast => ">=",
        }
    }

    /// Whether it holds between two numbers.
    pub(in crate::claims) fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Relation::Equal => left == right,
            Relation::Apart => left != right,
            Relation::Below => left < right,
            Relation::AtMost => left <= right,
            Relation::Above => left > right,
            Relation::AtLeast => left >= right,
        }
    }
}

/// An index of a sum: `k`, `k in C`, or with a condition, as in `j <= n`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Over {
    /// The index.
    pub(in crate::claims) index: String,
    /// The size up to which it runs, where that is written.
    pub(in crate::claims) range: Option<String>,
    /// What its values must satisfy.
    pub(in crate::claims) condition: Option<(Relation, Index)>,
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.index)?;
        if let Some(range) = &self.range {
            write!(f, " in {range}")?;
        }
        match &self.condition {
            Some((relation, other)) => write!(f, " {} {other}", relation.sign()),
            None => Ok(()),
        }
    }
}

/// What stands behind `for`: `n != m`, `t < T`, `t in T`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Condition {
    /// Two indices that compare so.
    Compare(Index, Relation, Index),
    /// An index with the size up to which it runs.
    In(String, String),
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Condition::Compare(left, relation, right) => write!(f, "{left} {} {right}", relation.sign()),
            Condition::In(index, range) => write!(f, "{index} in {range}"),
        }
    }
}

/// An expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Expr {
    /// What it is.
    pub(in crate::claims) kind: Kind,
    /// Where it stands.
    pub(in crate::claims) place: Place,
}

/// How the entries of a quantity are distributed.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Law {
    /// Standard normal.
    Normal,
    /// -1 or 1, each with probability 1/2.
    Signs,
    /// 1 with this probability, else 0.
    Bernoulli(Box<Expr>),
}

/// `at w[i] = value`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Setting {
    /// The quantity.
    pub(in crate::claims) name: String,
    /// Its indices; none for a whole array.
    pub(in crate::claims) indices: Vec<String>,
    /// Its value.
    pub(in crate::claims) value: Expr,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Kind {
    /// A whole number.
    Number(i64),
    /// A decimal number as it is written: `0.5`, `1e-3`.
    Decimal(String),
    /// A symbol with its indices: `V[k,i]`.
    Symbol(String, Vec<Index>),
    /// `[i = j]`, `[j <= n]`: 1 where the indices compare so and 0 elsewhere.
    Mask(Index, Relation, Index),
    /// `[x > y]`: the same for numbers.
    Test(Box<Expr>, Relation, Box<Expr>),
    /// A function of the language: `exp(x)`, `max(x, y)`.
    Call(Function, Vec<Expr>),
    /// A function of the derivation, with the number of its primes, or an operation on matrices: `psi'(x)`, `inv(A)`.
    Apply(String, usize, Vec<Expr>),
    /// `sum[k] term`.
    Sum(Vec<Over>, Box<Expr>),
    /// `-x`.
    Negate(Box<Expr>),
    /// `x + y`.
    Add(Box<Expr>, Box<Expr>),
    /// `x - y`.
    Subtract(Box<Expr>, Box<Expr>),
    /// `x * y`.
    Multiply(Box<Expr>, Box<Expr>),
    /// `x / y`.
    Divide(Box<Expr>, Box<Expr>),
    /// `x ^ n` with a whole number.
    Power(Box<Expr>, i64),
    /// `x ^ y`.
    Raise(Box<Expr>, Box<Expr>),
    /// `A @ B`, a product of matrices.
    Product(Box<Expr>, Box<Expr>),
    /// `A'`, a transposed matrix.
    Transposed(Box<Expr>),
    /// `(A @ B)[i,j]`, an entry of a matrix.
    Entry(Box<Expr>, Vec<Index>),
    /// `d(x)/d V[k,i] | p, delta`: the derivative by one entry, the quantities behind the bar held fixed.
    Derivative {
        /// What is differentiated.
        of: Box<Expr>,
        /// The symbol by which.
        by: String,
        /// Its entry; none for all entries of an array.
        indices: Vec<Index>,
        /// What is held fixed.
        fixed: Vec<String>,
        /// The direction, where there is one.
        along: Option<Box<Expr>>,
    },
    /// `(x at w[i] = y)`: with other values of quantities.
    At(Box<Expr>, Vec<Setting>),
    /// `E[z ~ normal] x`.
    Expect(String, Law, Box<Expr>),
}

impl Kind {
    /// The expressions that it is made of, in the order in which they are written.
    pub(in crate::claims) fn children(&self) -> Vec<&Expr> {
        match self {
            Kind::Number(_) | Kind::Decimal(_) | Kind::Symbol(..) | Kind::Mask(..) => Vec::new(),
            Kind::Call(_, arguments) | Kind::Apply(_, _, arguments) => arguments.iter().collect(),
            Kind::Sum(_, x)
            | Kind::Negate(x)
            | Kind::Power(x, _)
            | Kind::Transposed(x)
            | Kind::Entry(x, _)
            | Kind::Expect(_, Law::Normal | Law::Signs, x) => vec![x],
            Kind::Derivative { of, along, .. } => {
                [of].into_iter().chain(along).map(|child| &**child).collect()
            }
            Kind::Test(x, _, y)
            | Kind::Add(x, y)
            | Kind::Subtract(x, y)
            | Kind::Multiply(x, y)
            | Kind::Divide(x, y)
            | Kind::Raise(x, y)
            | Kind::Product(x, y)
            | Kind::Expect(_, Law::Bernoulli(x), y) => vec![x, y],
            Kind::At(x, settings) => {
                [&**x].into_iter().chain(settings.iter().map(|setting| &setting.value)).collect()
            }
        }
    }

    /// The expressions that it is made of, in the same order, to be changed.
    pub(in crate::claims) fn children_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Kind::Number(_) | Kind::Decimal(_) | Kind::Symbol(..) | Kind::Mask(..) => Vec::new(),
            Kind::Call(_, arguments) | Kind::Apply(_, _, arguments) => arguments.iter_mut().collect(),
            Kind::Sum(_, x)
            | Kind::Negate(x)
            | Kind::Power(x, _)
            | Kind::Transposed(x)
            | Kind::Entry(x, _)
            | Kind::Expect(_, Law::Normal | Law::Signs, x) => vec![x],
            Kind::Derivative { of, along, .. } => {
                [of].into_iter().chain(along).map(|child| &mut **child).collect()
            }
            Kind::Test(x, _, y)
            | Kind::Add(x, y)
            | Kind::Subtract(x, y)
            | Kind::Multiply(x, y)
            | Kind::Divide(x, y)
            | Kind::Raise(x, y)
            | Kind::Product(x, y)
            | Kind::Expect(_, Law::Bernoulli(x), y) => vec![x, y],
            Kind::At(x, settings) => {
                [&mut **x].into_iter().chain(settings.iter_mut().map(|setting| &mut setting.value)).collect()
            }
        }
    }

    /// The indices that stand in it itself, those that it binds left out.
    pub(in crate::claims) fn indices(&self) -> Vec<&Index> {
        match self {
            Kind::Symbol(_, indices) | Kind::Entry(_, indices) | Kind::Derivative { indices, .. } => {
                indices.iter().collect()
            }
            Kind::Mask(left, _, right) => vec![left, right],
            Kind::Sum(over, _) => {
                over.iter().filter_map(|over| over.condition.as_ref().map(|(_, index)| index)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The names of the indices that it binds.
    pub(in crate::claims) fn binds(&self) -> Vec<&str> {
        match self {
            Kind::Sum(over, _) => over.iter().map(|over| over.index.as_str()).collect(),
            Kind::At(_, settings) => {
                settings.iter().flat_map(|setting| &setting.indices).map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }
}
