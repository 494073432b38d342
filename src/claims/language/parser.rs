//! Tokens to statements. The grammar stands in `derivations/README.md`.

use super::blocks::blocks;
use super::error::{Place, SyntaxError};
use super::lexer::{Token, tokens};
use super::syntax::{Bound, Expr, Function, Kind, Range, Relation, Statement, StatementKind};

/// Brackets and signs may be nested this deep: more is no mathematics, and would overflow the stack.
const DEEPEST: usize = 60;
/// Tokens in one statement.
const LONGEST: usize = 1000;

/// Reads all blocks of a Markdown file.
///
/// ```
/// let text = "Prose.\n\n```claims\nparameter W[h,d]\nclaim symmetric: W[i,l]*2 = W[i,l] + W[i,l]\n```\n";
/// assert_eq!(hsr::claims::parse(text)?.len(), 2);
/// # Ok::<(), hsr::claims::SyntaxError>(())
/// ```
///
/// # Errors
/// [`SyntaxError`] at the first place that is not of the grammar.
pub fn parse(text: &str) -> Result<Vec<Statement>, SyntaxError> {
    let mut statements = Vec::new();
    for block in blocks(text)? {
        statements.extend(parse_block(&text[block.clone()], block.start)?);
    }
    Ok(statements)
}

fn parse_block(text: &str, start: usize) -> Result<Vec<Statement>, SyntaxError> {
    let mut parser = Parser { tokens: tokens(text, start)?, at: 0, depth: 0, statement_start: 0 };
    let mut statements = Vec::new();
    while *parser.peek() != Token::End {
        statements.push(parser.statement()?);
    }
    Ok(statements)
}

struct Parser {
    tokens: Vec<(Token, Place)>,
    at: usize,
    depth: usize,
    statement_start: usize,
}

type Parsed<T> = Result<T, SyntaxError>;

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn place(&self) -> Place {
        self.tokens[self.at].1
    }

    fn last_place(&self) -> Place {
        self.tokens[self.at.saturating_sub(1)].1
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        // The end stays where it is.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn fail<T>(&self, expected: &str) -> Parsed<T> {
        Err(SyntaxError::new(self.place(), expected, &self.peek().describe()))
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, sign: &'static str, why: &str) -> Parsed<()> {
        if self.take(sign) { Ok(()) } else { self.fail(&format!("'{sign}' {why}")) }
    }

    fn name(&mut self, what: &str) -> Parsed<String> {
        match self.peek() {
            Token::Name(_) => match self.next() {
                Token::Name(name) => Ok(name),
                _ => self.fail(what),
            },
            _ => self.fail(what),
        }
    }

    fn keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name == word)
    }

    fn statement(&mut self) -> Parsed<Statement> {
        let start = self.place();
        let Token::Name(word) = self.peek().clone() else {
            return self.fail("a line that starts with data, parameter, let, assume or claim");
        };
        self.depth = 0;
        self.statement_start = self.at;
        let kind = match word.as_str() {
            "data" | "parameter" => {
                self.next();
                let name = self.name("the name of the quantity")?;
                StatementKind::Free { name, ranges: self.ranges()?, parameter: word == "parameter" }
            }
            "let" => {
                self.next();
                let name = self.name("the name that is defined")?;
                let indices = self.indices()?;
                self.expect("=", "and the value of the new name")?;
                StatementKind::Let { name, indices, value: self.expression()? }
            }
            "assume" => {
                self.next();
                let left = self.expression()?;
                self.expect("=", "between the sides of the assumption")?;
                StatementKind::Assume { left, bound: Bound::Equal, right: self.expression()? }
            }
            "claim" => {
                self.next();
                let name = self.name("the name of the claim")?;
                self.expect(":", "after the name of the claim")?;
                let left = self.expression()?;
                let relation = self.relation()?;
                StatementKind::Claim { name, left, relation, right: self.expression()?, apart: Vec::new() }
            }
            _ => return self.fail("a line that starts with data, parameter, let, assume or claim"),
        };
        Ok(Statement { kind, place: start.to(self.last_place()) })
    }

    fn relation(&mut self) -> Parsed<Relation> {
        let found = [("=", Relation::Equal), ("<=", Relation::AtMost), (">=", Relation::AtLeast)]
            .into_iter()
            .find(|(sign, _)| self.is(sign));
        match found {
            Some((_, relation)) => {
                self.next();
                Ok(relation)
            }
            None => self.fail("an operator, or '=', '<=' or '>=' and the other side"),
        }
    }

    /// `[N,d]`, or nothing.
    fn ranges(&mut self) -> Parsed<Vec<Range>> {
        let mut ranges = Vec::new();
        if !self.take("[") {
            return Ok(ranges);
        }
        loop {
            let place = self.place();
            let name = self.name("a size: N, d, h or C")?;
            let range = Range::ALL.into_iter().find(|range| range.symbol() == name);
            ranges.push(
                range.ok_or_else(|| SyntaxError::new(place, "a size: N, d, h or C", &format!("'{name}'")))?,
            );
            if !self.take(",") {
                break;
            }
        }
        self.expect("]", "after the sizes")?;
        Ok(ranges)
    }

    /// `[i,j]`, or nothing.
    fn indices(&mut self) -> Parsed<Vec<String>> {
        let mut indices = Vec::new();
        if !self.take("[") {
            return Ok(indices);
        }
        loop {
            indices.push(self.name("an index")?);
            if !self.take(",") {
                break;
            }
        }
        self.expect("]", "after the indices")?;
        Ok(indices)
    }

    /// A line is no longer than this many tokens, so that no tree is deeper than the stack.
    fn bounded(&self) -> Parsed<()> {
        if self.at - self.statement_start > LONGEST {
            return self.fail(&format!("at most {LONGEST} tokens in a line: split it with let"));
        }
        Ok(())
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail(&format!("at most {DEEPEST} levels of brackets and signs"));
        }
        Ok(())
    }

    /// Terms with `+` and `-` between them.
    fn expression(&mut self) -> Parsed<Expr> {
        self.deeper()?;
        let mut left = self.term()?;
        loop {
            self.bounded()?;
            let make: fn(Box<Expr>, Box<Expr>) -> Kind = if self.take("+") {
                Kind::Add
            } else if self.take("-") {
                Kind::Subtract
            } else {
                break;
            };
            left = join(make, left, self.term()?);
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Factors with `*` and `/` between them. A sum takes all factors that follow it.
    fn term(&mut self) -> Parsed<Expr> {
        let mut left = self.factor()?;
        loop {
            self.bounded()?;
            let make: fn(Box<Expr>, Box<Expr>) -> Kind = if self.take("*") {
                Kind::Multiply
            } else if self.take("/") {
                Kind::Divide
            } else {
                break;
            };
            left = join(make, left, self.factor()?);
        }
        Ok(left)
    }

    fn factor(&mut self) -> Parsed<Expr> {
        let start = self.place();
        if self.take("-") {
            self.deeper()?;
            let inner = self.factor()?;
            self.depth -= 1;
            return Ok(Expr { kind: Kind::Negate(Box::new(inner)), place: start.to(self.last_place()) });
        }
        if self.keyword("sum") {
            self.next();
            self.deeper()?;
            let indices = self.indices()?;
            if indices.is_empty() {
                return self.fail("'[' and the indices of the sum");
            }
            let body = self.term()?;
            self.depth -= 1;
            return Ok(Expr { kind: Kind::Sum(indices, Box::new(body)), place: start.to(self.last_place()) });
        }
        let base = self.atom()?;
        if !self.take("^") {
            return Ok(base);
        }
        match self.next() {
            Token::Number(exponent) if (0..=8).contains(&exponent) => {
                Ok(Expr { kind: Kind::Power(Box::new(base), exponent), place: start.to(self.last_place()) })
            }
            other => {
                Err(SyntaxError::new(self.last_place(), "a whole exponent from 0 to 8", &other.describe()))
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
            Token::Sign("[") => {
                self.next();
                let left = self.name("an index")?;
                self.expect("=", "between the two indices")?;
                let right = self.name("an index")?;
                self.expect("]", "after the two indices")?;
                Kind::Delta(left, right)
            }
            Token::Name(name) if name == "d" && self.followed_by("(") => self.derivative()?,
            Token::Name(name) if self.followed_by("(") => {
                let function = Function::ALL.into_iter().find(|(known, _)| *known == name);
                let Some((_, function)) = function else {
                    return self.fail("a function: exp, ln, sqrt, phi, phi1, phi2 or phi3");
                };
                self.next();
                self.next();
                let argument = self.expression()?;
                self.expect(")", "after the argument")?;
                Kind::Call(function, Box::new(argument))
            }
            Token::Name(name)
                if !["let", "claim", "assume", "data", "parameter"].contains(&name.as_str()) =>
            {
                self.next();
                Kind::Symbol(name, self.indices()?)
            }
            _ => return self.fail("a number, a symbol, a function, a sum, a derivative or a bracket"),
        };
        Ok(Expr { kind, place: start.to(self.last_place()) })
    }

    fn followed_by(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((Token::Sign(found), _)) if *found == sign)
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
        let by = self.name("the symbol by which")?;
        let indices = self.indices()?;
        let mut fixed = Vec::new();
        if self.take("|") {
            fixed.push(self.name("a quantity that is held fixed")?);
            while self.take(",") {
                fixed.push(self.name("a quantity that is held fixed")?);
            }
        }
        Ok(Kind::Derivative { of, by, indices, fixed })
    }
}

fn join(make: fn(Box<Expr>, Box<Expr>) -> Kind, left: Expr, right: Expr) -> Expr {
    let place = left.place.to(right.place);
    Expr { kind: make(Box::new(left), Box::new(right)), place }
}
