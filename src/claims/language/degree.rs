//! The degree of an expression as a polynomial in the entries of a quantity.

use super::program::{Form, Node, Program, Value};
use std::collections::HashMap;

/// Expectations are known of polynomials up to this degree.
const HIGHEST: usize = 16;

/// Rounds in which the degrees of recurrences must settle.
const ROUNDS: usize = 24;

impl Program {
    /// The degree; `None` where the expression is no polynomial, or of too high a degree.
    pub(super) fn degree(&self, node: &Node, symbol: usize) -> Option<usize> {
        // A recurrence has the degree that its own definition gives it, if there is one.
        let recurrences = self.symbols.iter().enumerate();
        let recurrences: Vec<usize> = recurrences
            .filter(|(_, own)| own.recursive && own.depends.contains(symbol))
            .map(|(number, _)| number)
            .collect();
        let mut known: HashMap<usize, usize> = recurrences.iter().map(|own| (*own, 0)).collect();
        for _ in 0..ROUNDS {
            let mut next = known.clone();
            for own in &recurrences {
                if let Value::Defined(node, _) = &self.symbols[*own].value {
                    next.insert(*own, self.degree_with(node, symbol, &known).unwrap_or(HIGHEST + 1));
                }
            }
            if next == known {
                return self.degree_with(node, symbol, &known);
            }
            known = next;
        }
        None
    }

    fn degree_with(&self, node: &Node, symbol: usize, known: &HashMap<usize, usize>) -> Option<usize> {
        let of = |node: &Node| self.degree_with(node, symbol, known);
        let degree = match &node.form {
            Form::Number(_) | Form::Size(_) | Form::Parameters | Form::Eigenvalue { .. } => 0,
            Form::Mask(_) | Form::Index(_) => 0,
            Form::Symbol(own, _) if *own == symbol => 1,
            Form::Symbol(own, _) if !self.symbols[*own].depends.contains(symbol) => 0,
            Form::Symbol(own, _) => match (&self.symbols[*own].value, known.get(own)) {
                (_, Some(degree)) => *degree,
                (Value::Defined(node, _), None) => of(node)?,
                _ => return None,
            },
            Form::Cases(cases) => {
                let degrees: Option<Vec<usize>> = cases.iter().map(|case| of(&case.value)).collect();
                degrees?.into_iter().max().unwrap_or(0)
            }
            Form::Negate(x) | Form::Sum(_, x) | Form::Derivative(x, ..) => of(x)?,
            // The degree in what is set, times that of its value.
            Form::At(x, sets) => {
                let own = if sets.iter().any(|set| set.symbol == symbol) { 0 } else { of(x)? };
                let mut degree = own;
                for set in sets {
                    let value = of(&set.value)?;
                    if value > 0 {
                        degree = degree.max(own + self.degree(x, set.symbol)? * value);
                    }
                }
                degree
            }
            Form::Expect(own, _, _, x) if *own != symbol => of(x)?,
            Form::Add(x, y) | Form::Subtract(x, y) => of(x)?.max(of(y)?),
            Form::Multiply(x, y) => of(x)? + of(y)?,
            Form::Divide(x, y) if of(y) == Some(0) => of(x)?,
            Form::Power(x, exponent) => of(x)? * usize::try_from(*exponent).ok()?,
            _ if node.children().into_iter().all(|child| of(child) == Some(0)) => 0,
            _ => return None,
        };
        (degree <= HIGHEST).then_some(degree)
    }
}
