//! The part of a program that a claim is about: the quantities that it depends on, and no others. What checks a claim
//! looks at all quantities of its program at every point; so the claims of a long file are checked each on its own part.

use super::program::{Assumed, Assumption, Claim, Form, Node, Program, Symbol, Value};
use super::symbols::Symbols;
use super::syntax::{Expr, Kind, Range};

/// Quantities of one shape that an edit may put in the place of another.
const MOST_ALIKE: usize = 300;

impl Program {
    /// The part that a claim depends on, with the claim.
    pub(in crate::claims) fn about(&self, claim: &Claim) -> (Program, Claim) {
        self.part(claim.used.clone(), claim)
    }

    /// The same with the quantities that stood before it and have the shape of one of its right side: an edit may put them
    /// there.
    pub(in crate::claims) fn around(&self, claim: &Claim) -> (Program, Claim) {
        let mut shapes: Vec<(Vec<Range>, usize)> = Vec::new();
        let mut names = Vec::new();
        mentioned(&claim.right_text, &mut names);
        for symbol in names.into_iter().filter_map(|name| self.find(name)) {
            let ranges = &self.symbols[symbol].ranges;
            if shapes.iter().all(|(other, _)| other != ranges) {
                shapes.push((ranges.clone(), 0));
            }
        }
        let mut kept = claim.used.clone();
        for symbol in &self.symbols[..claim.seen.0] {
            if let Some((_, count)) = shapes.iter_mut().find(|(ranges, _)| *ranges == symbol.ranges)
                && *count < MOST_ALIKE
            {
                *count += 1;
                kept.unite(&symbol.depends);
            }
        }
        self.part(kept, claim)
    }

    /// These quantities, which depend on no others, with what is assumed of them, and the claim.
    fn part(&self, mut kept: Symbols, claim: &Claim) -> (Program, Claim) {
        let counts = |form: &Form| matches!(form, Form::Parameters | Form::Eigenvalue { .. });
        let within = |symbol: usize| match &self.symbols[symbol].value {
            Value::Defined(node, _) => node.any(&counts),
            Value::Free { .. } => false,
        };
        if claim.left.any(&counts) || claim.right.any(&counts) || kept.iter().any(within) {
            self.parameters().iter().for_each(|parameter| kept.insert(*parameter));
        }
        let old: Vec<usize> = kept.iter().collect();
        // What a kept quantity depends on is kept too.
        let new = |symbol: usize| old.binary_search(&symbol).unwrap_or(symbol);
        let mut part = Program::default();
        for symbol in &old {
            let value = match &self.symbols[*symbol].value {
                Value::Defined(node, slots) => Value::Defined(renumbered(node, &new), slots.clone()),
                free @ Value::Free { .. } => free.clone(),
            };
            let mut depends: Symbols = [part.symbols.len()].into_iter().collect();
            if let Value::Defined(node, _) = &value {
                part.dependencies(node, &mut depends);
            }
            part.push(Symbol { value, depends, ..self.symbols[*symbol].clone_without_value() });
        }
        for assumption in &self.assumptions[..claim.seen.1] {
            let kind = match assumption.kind {
                Assumed::SumsToOne { symbol } if kept.contains(symbol) => {
                    Assumed::SumsToOne { symbol: new(symbol) }
                }
                Assumed::Positive { symbol } if kept.contains(symbol) => {
                    Assumed::Positive { symbol: new(symbol) }
                }
                size @ Assumed::SizeAtLeast { .. } => size,
                _ => continue,
            };
            part.assumptions.push(Assumption { kind, place: assumption.place });
        }
        let claim = Claim {
            left: renumbered(&claim.left, &new),
            right: renumbered(&claim.right, &new),
            used: claim.used.iter().map(new).collect(),
            seen: (part.symbols.len(), part.assumptions.len()),
            ..claim.clone()
        };
        (part, claim)
    }

    /// Adds what an expression depends on, directly or through others.
    pub(in crate::claims) fn dependencies(&self, node: &Node, found: &mut Symbols) {
        let mut add = |symbol: usize| {
            if !found.contains(symbol) {
                found.unite(&self.symbols[symbol].depends);
            }
        };
        match &node.form {
            Form::Symbol(symbol, _) | Form::Derivative(_, symbol, ..) => add(*symbol),
            Form::Eigenvalue { .. } => self.find("L").into_iter().for_each(add),
            _ => {}
        }
        node.children().into_iter().for_each(|child| self.dependencies(child, found));
    }
}

impl Symbol {
    fn clone_without_value(&self) -> Symbol {
        Symbol {
            name: self.name.clone(),
            ranges: self.ranges.clone(),
            value: Value::Free { parameter: false },
            depends: Symbols::default(),
            order: self.order,
            height: self.height,
            eigenvalues: self.eigenvalues,
        }
    }
}

/// An expression about quantities with other numbers.
fn renumbered(node: &Node, new: &dyn Fn(usize) -> usize) -> Node {
    let inner = |x: &Node| Box::new(renumbered(x, new));
    let form = match &node.form {
        Form::Symbol(symbol, indices) => Form::Symbol(new(*symbol), indices.clone()),
        Form::Derivative(of, by, indices, fixed) => {
            let fixed = fixed.iter().map(|symbol| new(*symbol)).collect();
            Form::Derivative(inner(of), new(*by), indices.clone(), fixed)
        }
        Form::Call(function, x) => Form::Call(*function, inner(x)),
        Form::Sum(over, x) => Form::Sum(over.clone(), inner(x)),
        Form::Negate(x) => Form::Negate(inner(x)),
        Form::Power(x, exponent) => Form::Power(inner(x), *exponent),
        Form::Add(x, y) => Form::Add(inner(x), inner(y)),
        Form::Subtract(x, y) => Form::Subtract(inner(x), inner(y)),
        Form::Multiply(x, y) => Form::Multiply(inner(x), inner(y)),
        Form::Divide(x, y) => Form::Divide(inner(x), inner(y)),
        Form::Number(_) | Form::Size(_) | Form::Parameters | Form::Eigenvalue { .. } | Form::Delta(..) => {
            node.form.clone()
        }
    };
    Node { form, place: node.place }
}

/// The names of quantities in an expression.
fn mentioned<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    match &expr.kind {
        Kind::Symbol(name, _) => names.push(name),
        Kind::Number(_) | Kind::Delta(..) => {}
        Kind::Call(_, x) | Kind::Sum(_, x) | Kind::Negate(x) | Kind::Power(x, _) => mentioned(x, names),
        Kind::Derivative { of, .. } => mentioned(of, names),
        Kind::Add(x, y) | Kind::Subtract(x, y) | Kind::Multiply(x, y) | Kind::Divide(x, y) => {
            mentioned(x, names);
            mentioned(y, names);
        }
    }
}
