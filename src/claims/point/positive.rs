//! Which expressions are positive by their form, whatever the values.

use crate::claims::language::program::{Assumed, Form, Node, Program, Value};
use crate::claims::language::syntax::Function;

/// For each quantity whether it is positive.
pub(in crate::claims) struct Positive(Vec<bool>);

impl Positive {
    /// Of a program, whose quantities build on those before them.
    pub(in crate::claims) fn new(program: &Program) -> Self {
        let mut positive = Positive(Vec::new());
        for (index, symbol) in program.symbols.iter().enumerate() {
            let assumed = |kind: &Assumed| matches!(kind, Assumed::Positive { symbol } if *symbol == index);
            let own = match &symbol.value {
                Value::Defined(_, _) if symbol.recursive => false,
                Value::Defined(node, _) => positive.node(node),
                Value::Free { .. } => program.assumptions.iter().any(|assumption| assumed(&assumption.kind)),
            };
            positive.0.push(own);
        }
        positive
    }

    /// Whether an expression is positive: sums, products, quotients and roots of positive numbers, sizes, exponentials, and
    /// what is assumed to be. Squares count, since they are zero at special points only.
    pub(in crate::claims) fn node(&self, node: &Node) -> bool {
        let positive = |node: &Node| self.node(node);
        match &node.form {
            Form::Number(number) => *number > 0,
            Form::Size(_) | Form::Parameters => true,
            Form::IndexPower(x, _) => positive(x),
            Form::Index(_) => false,
            Form::Symbol(symbol, _) => self.0.get(*symbol) == Some(&true),
            Form::Call(Function::Exp | Function::Sigmoid | Function::Softplus | Function::Sqrt, _) => true,
            Form::Call(Function::NormalPdf | Function::NormalCdf | Function::Abs, _) | Form::Raise(..) => {
                true
            }
            Form::Sum(_, x) | Form::Expect(.., x) => positive(x),
            Form::Power(x, exponent) => exponent % 2 == 0 || positive(x),
            Form::Cases(cases) => cases.iter().all(|case| positive(&case.value)),
            Form::Add(x, y) | Form::Multiply(x, y) | Form::Divide(x, y) => positive(x) && positive(y),
            Form::Call(..)
            | Form::Eigenvalue { .. }
            | Form::Mask(..)
            | Form::Test(..)
            | Form::Own(..)
            | Form::Negate(_)
            | Form::Subtract(..)
            | Form::At(..)
            | Form::Inverse(..)
            | Form::Determinant(..)
            | Form::Derivative(..) => false,
        }
    }
}
