//! Expressions back to text, as short as the grammar allows.

use super::syntax::{Expr, Index, Kind, Law, listed};
use std::fmt;

/// How tightly a form binds; a looser one inside a tighter one needs brackets.
fn tightness(kind: &Kind) -> u8 {
    match kind {
        Kind::Add(..) | Kind::Subtract(..) => 0,
        Kind::Sum(..) | Kind::Expect(..) => 1,
        Kind::Multiply(..) | Kind::Divide(..) | Kind::Product(..) => 2,
        Kind::Negate(_) => 3,
        Kind::Number(number) if *number < 0 => 3,
        Kind::Power(..) | Kind::Raise(..) => 4,
        // The bar takes what follows it, so a derivative with one is bracketed in any product.
        Kind::Derivative { fixed, along, .. } => {
            if fixed.is_empty() && along.is_none() {
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
        Kind::Sum(..) | Kind::Expect(..) => true,
        Kind::Multiply(_, last) | Kind::Product(_, last) => ends_open(last),
        _ => false,
    }
}

fn entry(name: &str, indices: &[Index]) -> String {
    if indices.is_empty() { name.to_string() } else { format!("{name}[{}]", listed(indices)) }
}

/// Expressions with commas between them.
fn all(arguments: &[Expr]) -> String {
    arguments.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            Kind::Number(number) => write!(f, "{number}"),
            Kind::Symbol(name, indices) => f.write_str(&entry(name, indices)),
            Kind::Decimal(number) => f.write_str(number),
            Kind::Mask(a, relation, b) => write!(f, "[{a}{}{b}]", relation.sign()),
            Kind::Test(a, relation, b) => write!(f, "[{a} {} {b}]", relation.sign()),
            Kind::Call(function, arguments) => write!(f, "{}({})", function.name(), all(arguments)),
            Kind::Apply(name, primes, arguments) => {
                write!(f, "{name}{}({})", "'".repeat(*primes), all(arguments))
            }
            Kind::Sum(over, body) => {
                let over: Vec<String> = over.iter().map(ToString::to_string).collect();
                write!(f, "sum[{}] ", over.join(","))?;
                inside(f, body, 1)
            }
            Kind::Expect(name, law, body) => {
                match law {
                    Law::Normal => write!(f, "E[{name} ~ normal] ")?,
                    Law::Signs => write!(f, "E[{name} ~ signs] ")?,
                    Law::Bernoulli(q) => write!(f, "E[{name} ~ bernoulli({q})] ")?,
                }
                inside(f, body, 1)
            }
            Kind::At(of, settings) => {
                write!(f, "({of} at ")?;
                for (at, setting) in settings.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", setting.name)?;
                    if !setting.indices.is_empty() {
                        write!(f, "[{}]", setting.indices.join(","))?;
                    }
                    write!(f, " = {}", setting.value)?;
                }
                f.write_str(")")
            }
            Kind::Product(x, y) => {
                first(f, x)?;
                f.write_str(" @ ")?;
                inside(f, y, 3)
            }
            Kind::Transposed(x) => {
                inside(f, x, 5)?;
                f.write_str("'")
            }
            Kind::Entry(x, indices) => {
                let closed = matches!(x.kind, Kind::Apply(..) | Kind::Transposed(_) | Kind::At(..));
                if closed {
                    write!(f, "{x}")?
                } else {
                    write!(f, "({x})")?
                }
                write!(f, "[{}]", listed(indices))
            }
            Kind::Raise(x, y) => {
                let derivative = matches!(x.kind, Kind::Derivative { .. });
                inside(f, x, if derivative { u8::MAX } else { 5 })?;
                let simple = matches!(&y.kind, Kind::Symbol(_, indices) if indices.is_empty());
                if simple || matches!(y.kind, Kind::Decimal(_)) {
                    write!(f, "^{y}")
                } else {
                    write!(f, "^({y})")
                }
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
                inside(f, y, if matches!(y.kind, Kind::Sum(..) | Kind::Expect(..)) { 1 } else { 3 })
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
            Kind::Derivative { of, by, indices, fixed, along } => {
                write!(f, "d({of})/d {}", entry(by, indices))?;
                if let Some(direction) = along {
                    f.write_str(" along ")?;
                    inside(f, direction, 5)?;
                }
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
