//! Tokens to expressions.

use super::error::SyntaxError;
use super::lexer::Token;
use super::parser::{Parsed, Parser};
use super::syntax::{Expr, Kind};
use super::words;

/// A term or a factor; whether it ends with a sum of several factors that no bracket closes.
type Open = (Expr, bool);

/// A form of two operands.
type Make = fn(Box<Expr>, Box<Expr>) -> Kind;

impl Parser<'_> {
    /// Terms with `+` and `-` between them.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        let mut left = self.term()?.0;
        loop {
            self.bounded()?;
            let make: Make = if self.take("+") {
                Kind::Add
            } else if self.take("-") {
                Kind::Subtract
            } else {
                break;
            };
            left = join(make, left, self.term()?.0);
        }
        self.higher();
        Ok(left)
    }

    /// Factors with `*` and `/` between them. A sum takes all factors that follow it; as a divisor it must not, for a
    /// reader would take some of them for factors of the quotient.
    fn term(&mut self) -> Parsed<Open> {
        let (mut left, mut open) = self.factor()?;
        let mut several = false;
        loop {
            self.bounded()?;
            if self.take("*") {
                let (factor, ends_open) = self.factor()?;
                (left, open) = (join(Kind::Multiply, left, factor), ends_open);
            } else if self.take("/") {
                let (divisor, ends_open) = self.factor()?;
                if ends_open {
                    return Err(brackets(&left, &divisor));
                }
                (left, open) = (join(Kind::Divide, left, divisor), false);
            } else {
                return Ok((left, several || open));
            }
            several = true;
        }
    }

    fn factor(&mut self) -> Parsed<Open> {
        let start = self.place();
        if self.take("-") {
            self.deeper()?;
            let (inner, open) = self.factor()?;
            self.higher();
            let kind = Kind::Negate(Box::new(inner));
            return Ok((Expr { kind, place: start.to(self.last_place()) }, open));
        }
        if self.keyword("sum") {
            self.next();
            self.deeper()?;
            if !self.is("[") {
                return self.fail("'[' and the indices of the sum, as in sum[k] x[k]");
            }
            let indices = self.indices()?;
            let (body, open) = self.term()?;
            self.higher();
            let kind = Kind::Sum(indices, Box::new(body));
            return Ok((Expr { kind, place: start.to(self.last_place()) }, open));
        }
        let derivative = self.keyword("d") && self.followed_by("(");
        let base = self.atom()?;
        if !self.is("^") {
            return Ok((base, false));
        }
        if derivative {
            return self.fail("brackets around a derivative that is raised, as in (d(x)/d y)^2");
        }
        self.next();
        match self.next() {
            Token::Number(exponent) if (0..=8).contains(&exponent) => {
                let kind = Kind::Power(Box::new(base), exponent);
                Ok((Expr { kind, place: start.to(self.last_place()) }, false))
            }
            other => {
                let expected = "a whole exponent from 0 to 8 (1/x^2 for x^-2, sqrt(x) for a half)";
                Err(SyntaxError::new(self.last_place(), expected, &other.describe()))
            }
        }
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let start = self.place();
        let kind = match self.peek().clone() {
            Token::Number(number) => {
                self.next();
                Kind::Number(number)
            }
            Token::Sign("(") => {
                self.next();
                let inner = self.expression()?;
                self.expect(")", "that closes the bracket")?;
                return Ok(Expr { kind: inner.kind, place: start.to(self.last_place()) });
            }
            Token::Sign("[") => self.delta()?,
            Token::Sign("|") => return self.fail("sqrt(x^2) for an absolute value"),
            Token::Name(name) if name == "d" && self.followed_by("(") => self.derivative()?,
            Token::Name(name) if self.followed_by("(") => {
                let Some(function) = words::function(&name) else {
                    return self.fail(&words::instead_of_call(&name));
                };
                self.next();
                self.next();
                let argument = self.expression()?;
                self.expect(")", "after the argument")?;
                Kind::Call(function, Box::new(argument))
            }
            Token::Name(name) => self.symbol(name)?,
            _ => return self.fail("a number, a symbol, a function, a sum, a derivative or a bracket"),
        };
        Ok(Expr { kind, place: start.to(self.last_place()) })
    }

    /// `V[k,i]`, or a size.
    fn symbol(&mut self, name: String) -> Parsed<Kind> {
        let number = words::range(&name).is_some() || ["D", "lambda_max", "lambda_min"].contains(&&*name);
        match words::reserved(&name) {
            Some(_) if number && self.followed_by("[") => {
                let meaning = words::keyword(&name).unwrap_or_default();
                self.next();
                self.fail(&format!("no index: '{name}' is {meaning}, a single number"))
            }
            Some(_) if !number && words::function(&name).is_some() => {
                self.next();
                self.fail(&format!("'(' after the function {name}"))
            }
            Some(_) if !number && words::keyword(&name).is_some() => {
                self.fail("a number, a symbol, a function, a sum, a derivative or a bracket")
            }
            _ => {
                self.next();
                Ok(Kind::Symbol(name, self.indices()?))
            }
        }
    }

    /// `[i=j]`.
    fn delta(&mut self) -> Parsed<Kind> {
        let start = self.place();
        self.next();
        let left = self.index()?;
        self.expect("=", "between the two indices (1 - [i=j] where they differ)")?;
        let right = self.index()?;
        self.expect("]", "after the two indices")?;
        if left == right {
            let expected = format!("two different indices: '[{left}={right}]' is always 1");
            return Err(SyntaxError::new(start.to(self.last_place()), &expected, &format!("'{left}' twice")));
        }
        Ok(Kind::Delta(left, right))
    }

    /// `d(x)/d V[k,i]`, with `| p, delta` behind it where something is held fixed.
    fn derivative(&mut self) -> Parsed<Kind> {
        self.next();
        self.expect("(", "around what is differentiated")?;
        let of = Box::new(self.expression()?);
        self.expect(")", "after what is differentiated")?;
        self.expect("/", "and 'd' with the symbol by which")?;
        if !self.keyword("d") {
            return self.fail("'d' with the symbol by which, as in d(L)/d V[k,i]");
        }
        self.next();
        let by = self.quantity("the symbol by which")?;
        let indices = self.indices()?;
        let mut fixed = Vec::new();
        if self.take("|") {
            loop {
                fixed.push(self.quantity("a quantity that is held fixed")?);
                self.bounded()?;
                if self.is("[") {
                    return self.fail("a quantity as a whole behind '|', without indices");
                }
                if !self.take(",") {
                    break;
                }
            }
            if self.is("*") || self.is("/") || self.is("^") {
                return self.fail("brackets around a derivative with '|' before an operator follows");
            }
        }
        Ok(Kind::Derivative { of, by, indices, fixed })
    }

    /// The name of a quantity in a derivative.
    fn quantity(&mut self, what: &str) -> Parsed<String> {
        let place = self.place();
        let name = self.name(what)?;
        match words::reserved(&name) {
            Some(meaning) => {
                let found = format!("'{name}', which {meaning}");
                Err(SyntaxError::new(place, &format!("{what}, which is a quantity"), &found))
            }
            None => Ok(name),
        }
    }
}

fn join(make: Make, left: Expr, right: Expr) -> Expr {
    let place = left.place.to(right.place);
    Expr { kind: make(Box::new(left), Box::new(right)), place }
}

/// A sum of several factors as a divisor: it may be meant to end before its last factor, or behind it.
fn brackets(left: &Expr, divisor: &Expr) -> SyntaxError {
    let over = |divisor: &Expr| join(Kind::Divide, left.clone(), divisor.clone());
    let all = over(divisor);
    let early = split(divisor).map(|(sum, make, rest)| format!(" or {}", join(make, over(&sum), rest)));
    let expected = format!("brackets around a sum that divides: {all}{}", early.unwrap_or_default());
    SyntaxError::new(divisor.place, &expected, "a sum of several factors behind '/'")
}

/// A sum that ends before the last factor, and that factor with its operator.
fn split(sum: &Expr) -> Option<(Expr, Make, Expr)> {
    let Kind::Sum(indices, body) = &sum.kind else { return None };
    let (short, make, rest): (_, Make, _) = match &body.kind {
        Kind::Multiply(short, rest) => (short, Kind::Multiply, rest),
        Kind::Divide(short, rest) => (short, Kind::Divide, rest),
        _ => return None,
    };
    let kind = Kind::Sum(indices.clone(), short.clone());
    Some((Expr { kind, place: sum.place }, make, (**rest).clone()))
}
