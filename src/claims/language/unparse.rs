//! Expressions back to text, as short as the grammar allows.

use super::syntax::{Expr, Kind};
use std::fmt;

/// How tightly a form binds; a looser one inside a tighter one needs brackets.
fn tightness(kind: &Kind) -> u8 {
    match kind {
        Kind::Add(..) | Kind::Subtract(..) => 0,
        Kind::Sum(..) => 1,
        Kind::Multiply(..) | Kind::Divide(..) => 2,
        Kind::Negate(_) => 3,
        Kind::Number(number) if *number < 0 => 3,
        Kind::Power(..) => 4,
        // The bar takes what follows it, so a derivative with one is bracketed in any product.
        Kind::Derivative { fixed, .. } => {
            if fixed.is_empty() {
                5
            } else {
                1
            }
        }
        _ => 5,
    }
}

fn inside(f: &mut fmt::Formatter, expr: &Expr, least: u8) -> fmt::Result {
    if tightness(&expr.kind) < least { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

/// The first of several factors: a sum at its end would take those that follow.
fn first(f: &mut fmt::Formatter, expr: &Expr) -> fmt::Result {
    inside(f, expr, if ends_open(expr) { u8::MAX } else { 2 })
}

fn ends_open(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Sum(..) => true,
        Kind::Multiply(_, last) => ends_open(last),
        _ => false,
    }
}

fn entry(name: &str, indices: &[String]) -> String {
    if indices.is_empty() { name.to_string() } else { format!("{name}[{}]", indices.join(",")) }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            Kind::Number(number) => write!(f, "{number}"),
            Kind::Symbol(name, indices) => f.write_str(&entry(name, indices)),
            Kind::Delta(a, b) => write!(f, "[{a}={b}]"),
            Kind::Call(function, x) => write!(f, "{}({x})", function.name()),
            Kind::Sum(indices, body) => {
                write!(f, "sum[{}] ", indices.join(","))?;
                inside(f, body, 1)
            }
            Kind::Negate(x) => {
                f.write_str("-")?;
                inside(f, x, 3)
            }
            Kind::Add(x, y) => {
                write!(f, "{x} + ")?;
                inside(f, y, 1)
            }
            Kind::Subtract(x, y) => {
                write!(f, "{x} - ")?;
                inside(f, y, 1)
            }
            Kind::Multiply(x, y) => {
                first(f, x)?;
                f.write_str("*")?;
                // A sum may stand last in a product: it takes nothing after it.
                inside(f, y, if matches!(y.kind, Kind::Sum(..)) { 1 } else { 3 })
            }
            Kind::Divide(x, y) => {
                first(f, x)?;
                f.write_str("/")?;
                inside(f, y, 3)
            }
            Kind::Power(x, n) => {
                let derivative = matches!(x.kind, Kind::Derivative { .. });
                inside(f, x, if derivative { u8::MAX } else { 5 })?;
                write!(f, "^{n}")
            }
            Kind::Derivative { of, by, indices, fixed } => {
                write!(f, "d({of})/d {}", entry(by, indices))?;
                if fixed.is_empty() { Ok(()) } else { write!(f, " | {}", fixed.join(", ")) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::claims::language::parser::parse;
    use crate::claims::language::source::Derivation;
    use crate::claims::language::syntax::StatementKind;

    fn again(text: &str) -> String {
        let block = format!("```claims\nlet value = {text}\n```\n");
        let statements = parse(&block).unwrap_or_else(|error| panic!("{}", error.render("f", &block)));
        match &statements[0].kind {
            StatementKind::Let { value, .. } => value.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_written_is_read_as_what_it_was() {
        for text in [
            "(x*sum[j] y[j])*z",
            "(sum[j] y[j])*sum[j] z[j]",
            "(sum[j] y[j])/z",
            "x/(sum[j] y[j]*z)",
            "(d(x)/d y)^2",
            "(d(x)/d y | z)*w",
            "d(x)/d y | z, w + 1",
            "-(x + y)",
            "(-x)^2",
            "x - (y - z)",
            "x/(y/z)",
        ] {
            assert_eq!(again(text), text);
        }
    }

    #[test]
    fn every_line_of_the_chapters_can_be_written_and_read_again() {
        for derivation in Derivation::embedded().unwrap() {
            for claim in &derivation.program.claims {
                for side in [&claim.left_text, &claim.right_text] {
                    assert_eq!(again(&side.to_string()), side.to_string());
                }
            }
        }
    }
}
