//! The lines of a derivation.

use super::error::Place;
use super::syntax::{Condition, Expr, Index, Relation, Structure};

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
    /// `size T, K >= 2`: sizes with the least values that they may have.
    Sizes(Vec<(String, Option<i64>)>),
    /// `data x[N,d]` or `parameter W[h,d]`: a free quantity with the ranges of its indices.
    Free {
        /// Its name.
        name: String,
        /// Its ranges, and where each is written.
        ranges: Vec<(String, Place)>,
        /// Whether it is a parameter of the network, over which the Hessian is taken.
        parameter: bool,
        /// What is known of its entries.
        structure: Option<Structure>,
        /// Whether it is zero outside of its ranges.
        outside: bool,
    },
    /// `function k(x, y)`: any smooth function of so many arguments.
    Function {
        /// Its name.
        name: String,
        /// How many arguments it has.
        arguments: usize,
    },
    /// `let f(t) = value`: a function with parameters.
    Macro {
        /// Its name.
        name: String,
        /// Its parameters.
        parameters: Vec<String>,
        /// Its value.
        value: Expr,
    },
    /// `let name[i,j] = value`.
    Let {
        /// Its name.
        name: String,
        /// Its indices.
        indices: Vec<Index>,
        /// Its value.
        value: Expr,
        /// Conditions on its indices.
        conditions: Vec<Condition>,
        /// Whether it is zero outside of its ranges.
        outside: bool,
    },
    /// `assume left = right`, also with an order.
    Assume {
        /// The left side.
        left: Expr,
        /// How they compare.
        relation: Relation,
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
        /// Conditions on its free indices.
        conditions: Vec<Condition>,
    },
}
