//! An expression whose names are resolved and whose indices have ranges.

use super::error::Place;
use super::syntax::{Function, Range, Relation};

/// An expression whose names are resolved.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Node {
    /// What it is.
    pub(in crate::claims) form: Form,
    /// Where it stands.
    pub(in crate::claims) place: Place,
}

/// An index: a slot in the assignment of its statement, or a sum of such with whole factors.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Idx {
    /// The value of a slot.
    Slot(usize),
    /// Index arithmetic.
    Affine(Box<Affine>),
}

/// `sum of factor * term + constant`, where indices count from 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::claims) struct Affine {
    /// Slots with their factors.
    pub(in crate::claims) slots: Vec<(i64, usize)>,
    /// Sizes with their factors.
    pub(in crate::claims) sizes: Vec<(i64, Range)>,
    /// What is added.
    pub(in crate::claims) constant: i64,
}

impl Idx {
    /// The slots in it.
    pub(in crate::claims) fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        let (one, more) = match self {
            Idx::Slot(slot) => (Some(*slot), None),
            Idx::Affine(affine) => (None, Some(affine)),
        };
        one.into_iter().chain(more.into_iter().flat_map(|affine| affine.slots.iter().map(|(_, slot)| *slot)))
    }

    /// As a sum, whatever it is.
    pub(in crate::claims) fn affine(&self) -> Affine {
        match self {
            Idx::Slot(slot) => Affine { slots: vec![(1, *slot)], ..Affine::default() },
            Idx::Affine(affine) => (**affine).clone(),
        }
    }

    /// Whether a size stands in it.
    fn has_size(&self, range: Range) -> bool {
        match self {
            Idx::Slot(_) => false,
            Idx::Affine(affine) => affine.sizes.iter().any(|(_, other)| *other == range),
        }
    }

    /// Another index for each slot.
    pub(in crate::claims) fn substituted(&self, new: &dyn Fn(usize) -> Idx) -> Idx {
        match self {
            Idx::Slot(slot) => new(*slot),
            Idx::Affine(affine) => {
                let mut all =
                    Affine { sizes: affine.sizes.clone(), constant: affine.constant, slots: Vec::new() };
                for (factor, slot) in &affine.slots {
                    all.add(*factor, &new(*slot).affine());
                }
                all.index()
            }
        }
    }

    /// The value, counted from 1: `slots` count from 0, and sizes are those of `size`.
    pub(in crate::claims) fn value(&self, slots: &[usize], size: impl Fn(Range) -> usize) -> i64 {
        match self {
            Idx::Slot(slot) => slots[*slot] as i64 + 1,
            Idx::Affine(affine) => {
                let own = affine.slots.iter().map(|(factor, slot)| factor * (slots[*slot] as i64 + 1));
                let sizes = affine.sizes.iter().map(|(factor, range)| factor * size(*range) as i64);
                own.chain(sizes).sum::<i64>() + affine.constant
            }
        }
    }
}

impl Affine {
    /// Adds a multiple of another sum.
    pub(in crate::claims) fn add(&mut self, factor: i64, other: &Affine) {
        for (own, slot) in &other.slots {
            match self.slots.iter_mut().find(|(_, known)| known == slot) {
                Some((known, _)) => *known += factor * own,
                None => self.slots.push((factor * own, *slot)),
            }
        }
        for (own, range) in &other.sizes {
            match self.sizes.iter_mut().find(|(_, known)| known == range) {
                Some((known, _)) => *known += factor * own,
                None => self.sizes.push((factor * own, *range)),
            }
        }
        self.slots.retain(|(factor, _)| *factor != 0);
        self.sizes.retain(|(factor, _)| *factor != 0);
        self.constant += factor * other.constant;
    }

    /// The index, a slot where it is one.
    pub(in crate::claims) fn index(self) -> Idx {
        match (self.slots.as_slice(), self.sizes.is_empty(), self.constant) {
            ([(1, slot)], true, 0) => Idx::Slot(*slot),
            _ => Idx::Affine(Box::new(self)),
        }
    }
}

/// Two indices that compare so.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Compared {
    /// The left one.
    pub(in crate::claims) left: Idx,
    /// How they compare.
    pub(in crate::claims) relation: Relation,
    /// The right one.
    pub(in crate::claims) right: Idx,
}

impl Compared {
    /// Whether it holds for the values of the slots.
    pub(in crate::claims) fn holds(&self, slots: &[usize], size: impl Fn(Range) -> usize + Copy) -> bool {
        self.relation.holds(self.left.value(slots, size), self.right.value(slots, size))
    }

    /// Another index for each slot.
    pub(in crate::claims) fn substituted(&self, new: &dyn Fn(usize) -> Idx) -> Compared {
        Compared {
            left: self.left.substituted(new),
            relation: self.relation,
            right: self.right.substituted(new),
        }
    }

    /// Whether a size stands in it.
    pub(in crate::claims) fn has_size(&self, range: Range) -> bool {
        self.left.has_size(range) || self.right.has_size(range)
    }

    /// Whether it says only that two indices are equal or not: then no index is special.
    pub(in crate::claims) fn is_symmetric(&self) -> bool {
        matches!(self.relation, Relation::Equal | Relation::Apart)
            && matches!((&self.left, &self.right), (Idx::Slot(_), Idx::Slot(_)))
    }
}

/// How the entries of a quantity are distributed.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) enum Distribution {
    /// Standard normal.
    Normal,
    /// -1 or 1.
    Signs,
    /// 1 with this probability, else 0.
    Bernoulli(Node),
}

/// A quantity with other values: `at w[i] = value`.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Set {
    /// The quantity.
    pub(in crate::claims) symbol: usize,
    /// The slots of its indices.
    pub(in crate::claims) slots: Vec<usize>,
    /// Its value.
    pub(in crate::claims) value: Node,
}

/// A case of a definition: the conditions on its indices, and its value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Case {
    /// The conditions.
    pub(in crate::claims) conditions: Vec<Compared>,
    /// The value.
    pub(in crate::claims) value: Node,
}

/// A square matrix as an expression with two slots of its own.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::claims) struct Square {
    /// Its entries.
    pub(in crate::claims) entry: Node,
    /// The slot of its rows.
    pub(in crate::claims) row: usize,
    /// The slot of its columns.
    pub(in crate::claims) column: usize,
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
    Symbol(usize, Vec<Idx>),
    /// 1 where two indices compare so.
    Mask(Compared),
    /// 1 where two numbers compare so.
    Test(Box<Node>, Relation, Box<Node>),
    /// A function of the language.
    Call(Function, Vec<Node>),
    /// A derivative of a function of the derivation, so often by each of its arguments.
    Own(usize, Vec<u8>, Vec<Node>),
    /// An index as a number.
    Index(Idx),
    /// A power with an index as its exponent.
    IndexPower(Box<Node>, Idx),
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
    /// `x ^ y`, of a positive `x`.
    Raise(Box<Node>, Box<Node>),
    /// A derivative by an entry of a symbol, some symbols held fixed.
    Derivative(Box<Node>, usize, Vec<Idx>, Vec<usize>),
    /// With other values of some quantities.
    At(Box<Node>, Vec<Set>),
    /// The expectation over the entries of a quantity, in which the expression is a polynomial of this degree.
    Expect(usize, Box<Distribution>, usize, Box<Node>),
    /// The first case whose conditions hold.
    Cases(Vec<Case>),
    /// An entry of the inverse of a matrix.
    Inverse(Box<Square>, Box<[Idx; 2]>),
    /// The determinant of a matrix.
    Determinant(Box<Square>),
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
            | Form::Index(_)
            | Form::Mask(_) => Vec::new(),
            Form::Call(_, arguments) | Form::Own(_, _, arguments) => arguments.iter().collect(),
            Form::Negate(x)
            | Form::Power(x, _)
            | Form::IndexPower(x, _)
            | Form::Sum(_, x)
            | Form::Derivative(x, ..) => {
                vec![x]
            }
            Form::Add(x, y)
            | Form::Subtract(x, y)
            | Form::Multiply(x, y)
            | Form::Divide(x, y)
            | Form::Raise(x, y)
            | Form::Test(x, _, y) => vec![x, y],
            Form::At(x, settings) => {
                [&**x].into_iter().chain(settings.iter().map(|set| &set.value)).collect()
            }
            Form::Expect(_, law, _, x) => match &**law {
                Distribution::Bernoulli(q) => vec![x, q],
                _ => vec![x],
            },
            Form::Cases(cases) => cases.iter().map(|case| &case.value).collect(),
            Form::Inverse(matrix, _) | Form::Determinant(matrix) => vec![&matrix.entry],
        }
    }

    /// The expressions that it is made of, to be changed.
    fn children_mut(&mut self) -> Vec<&mut Node> {
        match &mut self.form {
            Form::Number(_)
            | Form::Size(_)
            | Form::Parameters
            | Form::Eigenvalue { .. }
            | Form::Symbol(..)
            | Form::Index(_)
            | Form::Mask(_) => Vec::new(),
            Form::Call(_, arguments) | Form::Own(_, _, arguments) => arguments.iter_mut().collect(),
            Form::Negate(x)
            | Form::Power(x, _)
            | Form::IndexPower(x, _)
            | Form::Sum(_, x)
            | Form::Derivative(x, ..) => {
                vec![x]
            }
            Form::Add(x, y)
            | Form::Subtract(x, y)
            | Form::Multiply(x, y)
            | Form::Divide(x, y)
            | Form::Raise(x, y)
            | Form::Test(x, _, y) => vec![x, y],
            Form::At(x, settings) => {
                [&mut **x].into_iter().chain(settings.iter_mut().map(|set| &mut set.value)).collect()
            }
            Form::Expect(_, law, _, x) => match &mut **law {
                Distribution::Bernoulli(q) => vec![x, q],
                _ => vec![x],
            },
            Form::Cases(cases) => cases.iter_mut().map(|case| &mut case.value).collect(),
            Form::Inverse(matrix, _) | Form::Determinant(matrix) => vec![&mut matrix.entry],
        }
    }

    /// Whether a form with some property occurs. Quantities are not looked into.
    pub(in crate::claims) fn any(&self, property: &dyn Fn(&Form) -> bool) -> bool {
        property(&self.form) || self.children().into_iter().any(|child| child.any(property))
    }

    /// Whether a size stands in it, or all that are counted by the number of parameters.
    pub(in crate::claims) fn has_size(&self, range: Range) -> bool {
        let here = match &self.form {
            Form::Size(other) => *other == range,
            Form::Parameters | Form::Eigenvalue { .. } => true,
            _ => self.indices().into_iter().any(|index| index.has_size(range)),
        };
        here || self.children().into_iter().any(|child| child.has_size(range))
    }

    /// The indices that stand in it itself.
    pub(in crate::claims) fn indices(&self) -> Vec<&Idx> {
        match &self.form {
            Form::Symbol(_, indices) | Form::Derivative(_, _, indices, _) => indices.iter().collect(),
            Form::Mask(compared) => vec![&compared.left, &compared.right],
            Form::Index(index) | Form::IndexPower(_, index) => vec![index],
            Form::Inverse(_, at) => at.iter().collect(),
            Form::Cases(cases) => {
                let conditions = cases.iter().flat_map(|case| &case.conditions);
                conditions.flat_map(|compared| [&compared.left, &compared.right]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The slots that it binds: those of its sums and of its matrices.
    pub(in crate::claims) fn binds(&self) -> Vec<usize> {
        match &self.form {
            Form::Sum(over, _) => over.clone(),
            Form::At(_, settings) => settings.iter().flat_map(|set| set.slots.clone()).collect(),
            Form::Inverse(matrix, _) | Form::Determinant(matrix) => vec![matrix.row, matrix.column],
            _ => Vec::new(),
        }
    }

    /// All slots that are bound in it.
    pub(in crate::claims) fn bound(&self, found: &mut Vec<usize>) {
        found.extend(self.binds());
        self.children().into_iter().for_each(|child| child.bound(found));
    }

    /// The same about quantities with other numbers, the functions of the derivation left as they are.
    pub(in crate::claims) fn renumbered(&self, new: &dyn Fn(usize) -> usize) -> Node {
        let mut node = self.clone();
        node.renumber(new);
        node
    }

    fn renumber(&mut self, new: &dyn Fn(usize) -> usize) {
        match &mut self.form {
            Form::Symbol(symbol, _) | Form::Expect(symbol, ..) => *symbol = new(*symbol),
            Form::Derivative(_, by, _, fixed) => {
                *by = new(*by);
                fixed.iter_mut().for_each(|symbol| *symbol = new(*symbol));
            }
            Form::At(_, settings) => settings.iter_mut().for_each(|set| set.symbol = new(set.symbol)),
            _ => {}
        }
        self.children_mut().into_iter().for_each(|child| child.renumber(new));
    }

    /// The same with another index for each slot; what is bound must become a slot.
    pub(in crate::claims) fn substituted(&self, new: &dyn Fn(usize) -> Idx) -> Node {
        let mut node = self.clone();
        node.substitute(new);
        node
    }

    fn substitute(&mut self, new: &dyn Fn(usize) -> Idx) {
        let slot = |slot: &mut usize| {
            if let Idx::Slot(other) = new(*slot) {
                *slot = other;
            }
        };
        match &mut self.form {
            Form::Symbol(_, indices) | Form::Derivative(_, _, indices, _) => {
                indices.iter_mut().for_each(|index| *index = index.substituted(new));
            }
            Form::Mask(compared) => *compared = compared.substituted(new),
            Form::Index(index) | Form::IndexPower(_, index) => *index = index.substituted(new),
            Form::Sum(over, _) => over.iter_mut().for_each(slot),
            Form::At(_, settings) => {
                settings.iter_mut().flat_map(|set| &mut set.slots).for_each(slot);
            }
            Form::Cases(cases) => {
                for compared in cases.iter_mut().flat_map(|case| &mut case.conditions) {
                    *compared = compared.substituted(new);
                }
            }
            Form::Inverse(matrix, at) => {
                slot(&mut matrix.row);
                slot(&mut matrix.column);
                at.iter_mut().for_each(|index| *index = index.substituted(new));
            }
            Form::Determinant(matrix) => {
                slot(&mut matrix.row);
                slot(&mut matrix.column);
            }
            _ => {}
        }
        self.children_mut().into_iter().for_each(|child| child.substitute(new));
    }

    /// How many forms it is made of.
    pub(in crate::claims) fn count(&self) -> usize {
        1 + self.children().into_iter().map(Node::count).sum::<usize>()
    }
}
