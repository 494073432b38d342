//! The part of a program that a claim is about: the quantities that it depends on, and no others. What checks a claim
//! looks at all quantities of its program at every point; so the claims of a long file are checked each on its own part.

use super::program::{Assumed, Assumption, Claim, Equation, Form, Node, Program, Symbol, Value};
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
        // What is assumed of a kept quantity may say something of others, of which more is assumed.
        let assumed = &self.assumptions[..claim.seen.1];
        loop {
            let before = kept.iter().count();
            for Assumption { kind, .. } in assumed {
                if let Assumed::Equation(equation) | Assumed::Order(equation) = kind
                    && equation.unknowns.iter().any(|symbol| kept.contains(*symbol))
                {
                    kept.unite(&equation.used);
                }
            }
            if kept.iter().count() == before {
                break;
            }
        }
        let old: Vec<usize> = kept.iter().collect();
        // What a kept quantity depends on is kept too.
        let new = |symbol: usize| old.binary_search(&symbol).unwrap_or(symbol);
        let mut part = Program {
            sizes: self.sizes.clone(),
            functions: self.functions.clone(),
            macros: self.macros.clone(),
            ..Program::default()
        };
        part.index.letters.clone_from(&self.index.letters);
        for symbol in &old {
            let own = &self.symbols[*symbol];
            let value = match &own.value {
                Value::Defined(node, slots) => Value::Defined(node.renumbered(&new), slots.clone()),
                free @ Value::Free { .. } => free.clone(),
            };
            let depends = own.depends.iter().filter(|symbol| kept.contains(*symbol)).map(new).collect();
            part.push(Symbol { value, depends, ..own.clone_without_value() });
        }
        for assumption in assumed {
            let kind = match &assumption.kind {
                Assumed::SumsToOne { symbol } if kept.contains(*symbol) => {
                    Assumed::SumsToOne { symbol: new(*symbol) }
                }
                Assumed::Positive { symbol } if kept.contains(*symbol) => {
                    Assumed::Positive { symbol: new(*symbol) }
                }
                Assumed::Structured { symbol } if kept.contains(*symbol) => {
                    Assumed::Structured { symbol: new(*symbol) }
                }
                Assumed::OneOf { symbol, values } if kept.contains(*symbol) => {
                    Assumed::OneOf { symbol: new(*symbol), values: values.clone() }
                }
                Assumed::Equation(equation) if equation.unknowns.iter().any(|s| kept.contains(*s)) => {
                    Assumed::Equation(Box::new(equation.renumbered(&new)))
                }
                Assumed::Order(equation) if equation.unknowns.iter().any(|s| kept.contains(*s)) => {
                    Assumed::Order(Box::new(equation.renumbered(&new)))
                }
                size @ Assumed::SizeAtLeast { .. } => size.clone(),
                _ => continue,
            };
            let Assumption { place, text, .. } = assumption.clone();
            part.assumptions.push(Assumption { kind, place, text });
        }
        part.index.spanned = self.ranges().filter(|range| self.spans(claim, *range)).collect();
        let claim = Claim {
            left: claim.left.renumbered(&new),
            right: claim.right.renumbered(&new),
            used: kept.iter().map(new).collect(),
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
            Form::Symbol(symbol, _) | Form::Derivative(_, symbol, ..) | Form::Expect(symbol, ..) => {
                add(*symbol)
            }
            Form::At(_, sets) => sets.iter().for_each(|set| add(set.symbol)),
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
            from_zero: self.from_zero.clone(),
            outside: self.outside,
            recursive: self.recursive,
            value: Value::Free { parameter: false, structure: None },
            depends: Symbols::default(),
            order: self.order,
            height: self.height,
            eigenvalues: self.eigenvalues,
        }
    }
}

impl Equation {
    fn renumbered(&self, new: &dyn Fn(usize) -> usize) -> Equation {
        Equation {
            left: self.left.renumbered(new),
            right: self.right.renumbered(new),
            used: self.used.iter().map(new).collect(),
            unknowns: self.unknowns.iter().map(|symbol| new(*symbol)).collect(),
            ..self.clone()
        }
    }
}

/// The names of quantities in an expression.
fn mentioned<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    if let Kind::Symbol(name, _) = &expr.kind {
        names.push(name);
    }
    expr.kind.children().into_iter().for_each(|child| mentioned(child, names));
}
