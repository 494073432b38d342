//! Tokens to expressions.

use super::error::SyntaxError;
use super::lexer::Token;
use super::parser::{Parsed, Parser};
use super::syntax::{Expr, Function, Index, Kind, Law, Relation, Setting};
use super::words;

/// A term or a factor; whether it ends with a sum of several factors that no bracket closes.
type Open = (Expr, bool);

/// Whole exponents go from minus this to this.
const HIGHEST_POWER: i64 = 64;

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

    /// Factors with `*`, `/` and `@` between them. A sum takes all factors that follow it; as a divisor it must not, for a
    /// reader would take some of them for factors of the quotient.
    fn term(&mut self) -> Parsed<Open> {
        let start = self.at;
        let (mut left, mut open) = self.factor()?;
        let (mut several, mut divided) = (false, false);
        loop {
            self.bounded()?;
            if self.take("*") || self.implied_product(start, divided)? {
                let (factor, ends_open) = self.factor()?;
                (left, open) = (join(Kind::Multiply, left, factor), ends_open);
                divided = false;
            } else if self.take("@") {
                let (factor, ends_open) = self.factor()?;
                (left, open) = (join(Kind::Product, left, factor), ends_open);
                divided = false;
            } else if self.take("/") {
                let (divisor, ends_open) = self.factor()?;
                if ends_open {
                    return Err(brackets(&left, &divisor));
                }
                (left, open) = (join(Kind::Divide, left, divisor), false);
                divided = true;
            } else {
                return Ok((left, several || open));
            }
            several = true;
        }
    }

    /// Whether a product goes on without a sign: a number before a name or a bracket, as in `2x`, or a sum behind what
    /// is no sum, as in `1/N sum[n] x[n]`.
    fn implied_product(&self, start: usize, divided: bool) -> Parsed<bool> {
        if self.at == start {
            return Ok(false);
        }
        if self.keyword("sum") {
            return Ok(true);
        }
        let number = matches!(self.tokens[self.at - 1].0, Token::Number(_) | Token::Decimal(_));
        let follows = match self.peek() {
            Token::Name(name) => {
                !self.starts_statement() && !["for", "at", "along", "outside", "in"].contains(&&**name)
            }
            Token::Sign("(") => true,
            _ => false,
        };
        // The exponent of a power is no factor.
        let raised = self.at >= 2 && matches!(self.tokens[self.at - 2].0, Token::Sign("^"));
        if !number || !follows || raised {
            return Ok(false);
        }
        let (number, next) = (self.tokens[self.at - 1].0.describe(), self.peek().describe());
        let (number, next) = (number.trim_matches('\''), next.trim_matches('\''));
        if divided {
            let next = if next == "(" { "(..)" } else { next };
            return self.fail(&format!("'*' or brackets: 1/{number}*{next}, or 1/({number}*{next})"));
        }
        Ok(true)
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
            let over = self.summed()?;
            let (body, open) = self.term()?;
            self.higher();
            let kind = Kind::Sum(over, Box::new(body));
            return Ok((Expr { kind, place: start.to(self.last_place()) }, open));
        }
        if self.is_expectation() {
            self.deeper()?;
            let (name, law) = self.law()?;
            let (body, open) = self.term()?;
            self.higher();
            let kind = Kind::Expect(name, law, Box::new(body));
            return Ok((Expr { kind, place: start.to(self.last_place()) }, open));
        }
        let derivative = self.keyword("d") && self.followed_by("(");
        let base = self.primary()?;
        if !self.is("^") {
            return Ok((base, false));
        }
        if derivative {
            return self.fail("brackets around a derivative that is raised, as in (d(x)/d y)^2");
        }
        self.next();
        let kind = self.exponent(base)?;
        Ok((Expr { kind, place: start.to(self.last_place()) }, false))
    }

    /// What follows `^`: a number, a name, or brackets, with a minus or without.
    fn exponent(&mut self, base: Expr) -> Parsed<Kind> {
        let start = self.place();
        let minus = self.take("-");
        if let Token::Number(exponent) = *self.peek() {
            if exponent > HIGHEST_POWER {
                let expected = format!("a whole exponent from -{HIGHEST_POWER} to {HIGHEST_POWER}");
                return self.fail(&expected);
            }
            self.next();
            return Ok(Kind::Power(Box::new(base), if minus { -exponent } else { exponent }));
        }
        if !matches!(self.peek(), Token::Decimal(_) | Token::Name(_) | Token::Sign("(")) {
            return self.fail("an exponent: a number, a quantity, or an expression in brackets");
        }
        let exponent = self.primary()?;
        // `x^(-2)` is a whole power.
        let whole = match &exponent.kind {
            Kind::Number(number) => Some(*number),
            Kind::Negate(x) => match x.kind {
                Kind::Number(number) => Some(-number),
                _ => None,
            },
            _ => None,
        };
        if let Some(whole) = whole.filter(|whole| whole.abs() <= HIGHEST_POWER) {
            return Ok(Kind::Power(Box::new(base), if minus { -whole } else { whole }));
        }
        let place = start.to(self.last_place());
        let exponent = if minus { Expr { kind: Kind::Negate(Box::new(exponent)), place } } else { exponent };
        Ok(Kind::Raise(Box::new(base), Box::new(exponent)))
    }

    /// An atom with what stands behind it: primes, and indices of an expression in brackets.
    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.place();
        let mut expr = self.atom()?;
        loop {
            let closed = matches!(self.tokens[self.at - 1].0, Token::Sign(")" | "'"));
            let kind = if self.take("'") {
                Kind::Transposed(Box::new(expr))
            } else if closed && self.is("[") && !self.compares(self.at + 1) {
                Kind::Entry(Box::new(expr), self.indices()?)
            } else {
                return Ok(expr);
            };
            self.bounded()?;
            expr = Expr { kind, place: start.to(self.last_place()) };
        }
    }

    /// Whether a comparison stands in the bracket that is open before this token.
    fn compares(&self, from: usize) -> bool {
        let inside = self.tokens[from.min(self.tokens.len())..].iter().map(|(token, _)| token);
        let mut inside =
            inside.take_while(|token| !matches!(token, Token::Sign("]" | "[" | "(") | Token::End));
        inside.any(|token| matches!(token, Token::Sign("=" | "!=" | "<" | "<=" | ">" | ">=")))
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let start = self.place();
        let kind = match self.peek().clone() {
            Token::Number(number) => {
                self.next();
                Kind::Number(number)
            }
            Token::Decimal(number) => {
                self.next();
                Kind::Decimal(number)
            }
            Token::Sign("(") => {
                self.next();
                let inner = self.expression()?;
                let kind = if self.keyword("at") { self.at_values(inner)? } else { inner.kind };
                self.expect(")", "that closes the bracket")?;
                return Ok(Expr { kind, place: start.to(self.last_place()) });
            }
            Token::Sign("[") => self.comparison_in_brackets()?,
            Token::Sign("|") => return self.fail("abs(x) for an absolute value"),
            Token::Name(name) if name == "d" && self.followed_by("(") => self.derivative()?,
            Token::Name(name) if self.followed_by("(") || self.is_primed_call() => self.call(&name)?,
            Token::Name(name) => self.symbol(name)?,
            _ => return self.fail("a number, a symbol, a function, a sum, a derivative or a bracket"),
        };
        Ok(Expr { kind, place: start.to(self.last_place()) })
    }

    /// Whether primes and a bracket follow a name.
    fn is_primed_call(&self) -> bool {
        let behind = self.tokens[self.at + 1..].iter().map(|(token, _)| token);
        let mut behind = behind.skip_while(|token| **token == Token::Sign("'"));
        self.followed_by("'") && behind.next() == Some(&Token::Sign("("))
    }

    /// `exp(x)`, `max(x, y)`, `psi'(x)`, `inv(A)`.
    fn call(&mut self, name: &str) -> Parsed<Kind> {
        let place = self.place();
        self.next();
        let mut primes = 0;
        while self.take("'") {
            primes += 1;
        }
        self.next();
        self.deeper()?;
        let mut arguments = vec![self.expression()?];
        while self.take(",") {
            arguments.push(self.expression()?);
            self.bounded()?;
        }
        self.higher();
        self.expect(")", "after the argument")?;
        let Some(function) = words::function(name) else {
            return Ok(Kind::Apply(name.to_string(), primes, arguments));
        };
        let function = match (function, primes) {
            (function, 0) => function,
            (Function::Phi(order), primes) if usize::from(order) + primes <= 3 => {
                Function::Phi(order + primes as u8)
            }
            _ => {
                let expected = "d(f(x))/d x for the derivative of a function of the language";
                return Err(SyntaxError::new(place, expected, &format!("'{name}' with a prime")));
            }
        };
        if arguments.len() != function.arguments() {
            let expected = match function.arguments() {
                1 => format!("one argument of {name}"),
                number => format!("{number} arguments of {name}"),
            };
            return Err(SyntaxError::new(place, &expected, &arguments.len().to_string()));
        }
        Ok(Kind::Call(function, arguments))
    }

    /// `at w[i] = value, y = value`, behind an expression in brackets.
    fn at_values(&mut self, of: Expr) -> Parsed<Kind> {
        self.next();
        let mut settings = Vec::new();
        loop {
            let name = self.quantity("the quantity that has another value")?;
            let mut indices = Vec::new();
            if self.take("[") {
                indices.push(self.new_index()?);
                while self.take(",") {
                    indices.push(self.new_index()?);
                    self.bounded()?;
                }
                self.expect("]", "after the indices")?;
            }
            self.expect("=", "and the value of the quantity")?;
            settings.push(Setting { name, indices, value: self.expression()? });
            self.bounded()?;
            if !self.take(",") {
                return Ok(Kind::At(Box::new(of), settings));
            }
        }
    }

    /// Whether `E[z ~` stands here.
    fn is_expectation(&self) -> bool {
        self.keyword("E")
            && self.followed_by("[")
            && matches!(self.tokens.get(self.at + 3), Some((Token::Sign("~"), _)))
    }

    /// `E[z ~ normal]`.
    fn law(&mut self) -> Parsed<(String, Law)> {
        self.next();
        self.next();
        let name = self.quantity("the quantity that is drawn")?;
        self.expect("~", "between a quantity and its distribution")?;
        let place = self.place();
        let law = match self.name("a distribution: normal, signs or bernoulli(q)")?.as_str() {
            "normal" => Law::Normal,
            "signs" => Law::Signs,
            "bernoulli" => {
                self.expect("(", "and the probability of 1")?;
                let probability = self.expression()?;
                self.expect(")", "after the probability")?;
                Law::Bernoulli(Box::new(probability))
            }
            other => {
                let expected = "a distribution: normal, signs or bernoulli(q)";
                return Err(SyntaxError::new(place, expected, &format!("'{other}'")));
            }
        };
        self.expect("]", "after the distribution")?;
        Ok((name, law))
    }

    /// `V[k,i]`, or a size.
    fn symbol(&mut self, name: String) -> Parsed<Kind> {
        let number = ["N", "d", "h", "C", "D", "lambda_max", "lambda_min"].contains(&&*name);
        match words::reserved(&name) {
            Some(_) if number && self.followed_by("[") && !self.followed_by_comparison() => {
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
            _ if self.followed_by_comparison() => {
                self.next();
                Ok(Kind::Symbol(name, Vec::new()))
            }
            _ => {
                self.next();
                Ok(Kind::Symbol(name, self.indices()?))
            }
        }
    }

    /// Whether a bracket with a comparison follows.
    fn followed_by_comparison(&self) -> bool {
        self.followed_by("[") && self.compares(self.at + 2)
    }

    /// `[i=j]`, `[j <= n]`, or `[x > y]` between numbers.
    fn comparison_in_brackets(&mut self) -> Parsed<Kind> {
        let start = self.place();
        self.next();
        let inside = self.at;
        if let Some((left, relation, right)) = self.mask() {
            if left == right {
                let (sign, always) = (relation.sign(), u8::from(relation.holds(0, 0)));
                let expected = format!("two different indices: '[{left}{sign}{right}]' is always {always}");
                let place = start.to(self.last_place());
                return Err(SyntaxError::new(place, &expected, &format!("'{left}' twice")));
            }
            return Ok(Kind::Mask(left, relation, right));
        }
        self.at = inside;
        let left = self.expression()?;
        let Some(relation) = self.comparison() else {
            return self.fail("'=', '!=', '<', '<=', '>' or '>=' between two indices or two numbers");
        };
        let right = self.expression()?;
        self.expect("]", "after the comparison")?;
        Ok(Kind::Test(Box::new(left), relation, Box::new(right)))
    }

    /// A comparison of indices up to its bracket, if it is one.
    fn mask(&mut self) -> Option<(Index, Relation, Index)> {
        let left = self.index().ok()?;
        let relation = self.comparison()?;
        let right = self.index().ok()?;
        self.take("]").then_some((left, relation, right))
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
        let mut along = None;
        if self.keyword("along") {
            self.next();
            along = Some(Box::new(self.primary()?));
        }
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
        Ok(Kind::Derivative { of, by, indices, fixed, along })
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
