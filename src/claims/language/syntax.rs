//! The tree that a derivation is read into.

use super::error::Place;

/// What an index runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::claims) enum Range {
    /// Samples, `N`.
    Samples,
    /// Inputs, `d`.
    Inputs,
    /// Hidden units, `h`.
    Hidden,
    /// Classes, `C`.
    Classes,
}

impl Range {
    /// All four.
    pub(in crate::claims) const ALL: [Range; 4] =
        [Range::Samples, Range::Inputs, Range::Hidden, Range::Classes];

    /// How the size is written.
    pub(in crate::claims) fn symbol(self) -> &'static str {
        match self {
            Range::Samples => "N",
            Range::Inputs => "d",
            Range::Hidden => "h",
            Range::Classes => "C",
        }
    }

    /// What it counts.
    pub(in crate::claims) fn name(self) -> &'static str {
        match self {
            Range::Samples => "samples (N)",
            Range::Inputs => "inputs (d)",
            Range::Hidden => "hidden units (h)",
            Range::Classes => "classes (C)",
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

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Kind {
    /// A whole number.
    Number(i64),
    /// A symbol with its indices: `V[k,i]`.
    Symbol(String, Vec<String>),
    /// `[i = j]`, 1 where the indices agree and 0 elsewhere.
    Delta(String, String),
    /// A function of one argument: `exp(x)`.
    Call(Function, Box<Expr>),
    /// `sum[k] term`.
    Sum(Vec<String>, Box<Expr>),
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
    /// `x ^ n`.
    Power(Box<Expr>, i64),
    /// `d(x)/d V[k,i] | p, delta`: the derivative by one entry, the quantities behind the bar held fixed.
    Derivative {
        /// What is differentiated.
        of: Box<Expr>,
        /// The symbol by which.
        by: String,
        /// Its entry.
        indices: Vec<String>,
        /// What is held fixed.
        fixed: Vec<String>,
    },
}

/// The functions of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::claims) enum Function {
    /// Exponential.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Square root.
    Sqrt,
    /// Hyperbolic tangent.
    Tanh,
    /// `1/(1 + exp(-x))`.
    Sigmoid,
    /// `ln(1 + exp(x))`.
    Softplus,
    /// Sine.
    Sin,
    /// Cosine.
    Cos,
    /// The activation's derivative of this order, 0 to 3; any smooth function.
    Phi(u8),
}

impl Function {
    /// The functions with their names.
    pub(in crate::claims) const ALL: [(&'static str, Function); 12] = [
        ("exp", Function::Exp),
        ("ln", Function::Ln),
        ("sqrt", Function::Sqrt),
        ("tanh", Function::Tanh),
        ("sigmoid", Function::Sigmoid),
        ("softplus", Function::Softplus),
        ("sin", Function::Sin),
        ("cos", Function::Cos),
        ("phi", Function::Phi(0)),
        ("phi1", Function::Phi(1)),
        ("phi2", Function::Phi(2)),
        ("phi3", Function::Phi(3)),
    ];

    /// The name as it is written.
    pub(in crate::claims) fn name(self) -> &'static str {
        Function::ALL.into_iter().find(|(_, function)| *function == self).map_or("phi", |(name, _)| name)
    }
}

/// How the two sides of a claim compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::claims) enum Relation {
    /// `=`.
    Equal,
    /// `<=`.
    AtMost,
    /// `>=`.
    AtLeast,
}

impl Relation {
    /// How it is written.
    pub(in crate::claims) fn sign(self) -> &'static str {
        match self {
            Relation::Equal => "=",
            Relation::AtMost => "<=",
            Relation::AtLeast => ">=",
        }
    }
}

/// How the sides of an assumption compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::claims) enum Bound {
    /// `=`.
    Equal,
    /// `>`.
    Above,
    /// `>=`.
    AtLeast,
}

/// A line of a derivation.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Statement {
    /// What it says.
    pub(in crate::claims) kind: StatementKind,
    /// Where it stands.
    pub(in crate::claims) place: Place,
}

/// The kinds of lines.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum StatementKind {
    /// `data x[N,d]` or `parameter W[h,d]`: a free quantity with the ranges of its indices.
    Free {
        /// Its name.
        name: String,
        /// Its ranges.
        ranges: Vec<Range>,
        /// Whether it is a parameter of the network, over which the Hessian is taken.
        parameter: bool,
    },
    /// `let name[i,j] = value`.
    Let {
        /// Its name.
        name: String,
        /// Its indices.
        indices: Vec<String>,
        /// Its value.
        value: Expr,
    },
    /// `assume left = right`, also with `>` and `>=`.
    Assume {
        /// The left side.
        left: Expr,
        /// How they compare.
        bound: Bound,
        /// The right side.
        right: Expr,
    },
    /// `claim name: left = right for n != m`.
    Claim {
        /// Its name.
        name: String,
        /// The left side.
        left: Expr,
        /// How they compare.
        relation: Relation,
        /// The right side.
        right: Expr,
        /// Pairs of free indices that are not equal.
        apart: Vec<(String, String)>,
    },
}
