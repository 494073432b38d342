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
                inside(f, x, 2)?;
                f.write_str("*")?;
                // A sum may stand last in a product: it takes nothing after it.
                inside(f, y, if matches!(y.kind, Kind::Sum(..)) { 1 } else { 3 })
            }
            Kind::Divide(x, y) => {
                inside(f, x, 2)?;
                f.write_str("/")?;
                inside(f, y, 3)
            }
            Kind::Power(x, n) => {
                inside(f, x, 5)?;
                write!(f, "^{n}")
            }
            Kind::Derivative { of, by, indices, fixed } => {
                write!(f, "d({of})/d {}", entry(by, indices))?;
                if fixed.is_empty() { Ok(()) } else { write!(f, " | {}", fixed.join(", ")) }
            }
        }
    }
}
