//! The degree of an expression as a polynomial in the entries of a quantity.

use super::program::{Form, Node, Program, Value};

/// Expectations are known of polynomials up to this degree.
const HIGHEST: usize = 16;

impl Program {
    /// The degree; `None` where the expression is no polynomial, or of too high a degree.
    pub(super) fn degree(&self, node: &Node, symbol: usize) -> Option<usize> {
        let of = |node: &Node| self.degree(node, symbol);
        let degree = match &node.form {
            Form::Number(_) | Form::Size(_) | Form::Parameters | Form::Eigenvalue { .. } => 0,
            Form::Mask(_) | Form::Index(_) => 0,
            Form::Symbol(own, _) if *own == symbol => 1,
            Form::Symbol(own, _) if !self.symbols[*own].depends.contains(symbol) => 0,
            Form::Symbol(own, _) => match &self.symbols[*own].value {
                Value::Defined(node, _) if !self.symbols[*own].recursive => of(node)?,
                _ => return None,
            },
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
