//! Tokens to statements. The grammar stands in `derivations/README.md`.

use super::assume;
use super::blocks::blocks;
use super::error::{Place, SyntaxError};
use super::lexer::{Token, tokens};
use super::program::{MOST_INDICES, MOST_STATEMENTS};
use super::syntax::{Bound, Range, Relation, Statement, StatementKind};
use super::words::{self, STATEMENTS};

/// Brackets and signs may be nested this deep: more is no mathematics, and would overflow the stack.
const DEEPEST: usize = 60;
/// Tokens in one statement.
const LONGEST: usize = 1000;
/// What a statement starts with, for messages.
const START: &str = "a line that starts with data, parameter, let, assume or claim";

/// Reads all blocks of a Markdown file.
///
/// # Errors
/// [`SyntaxError`] at the first place that is not of the grammar, and at a line that looks like the opening of a block
/// and is not one.
pub(in crate::claims) fn parse(text: &str) -> Result<Vec<Statement>, SyntaxError> {
    let mut statements = Vec::new();
    for block in blocks(text)? {
        let tokens = tokens(&text[block.clone()], block.start)?;
        let mut parser = Parser { text, tokens, at: 0, depth: 0, statement_start: 0 };
        while *parser.peek() != Token::End {
            if statements.len() >= MOST_STATEMENTS {
                return Err(too_many(parser.place()));
            }
            statements.push(parser.statement()?);
        }
    }
    Ok(statements)
}

/// One statement too many.
pub(super) fn too_many(place: Place) -> SyntaxError {
    let expected = format!("at most {MOST_STATEMENTS} statements in a derivation: split it");
    SyntaxError::new(place, &expected, "one more")
}

/// Where reading has come to.
pub(super) struct Parser<'t> {
    /// The whole file.
    text: &'t str,
    tokens: Vec<(Token, Place)>,
    at: usize,
    depth: usize,
    statement_start: usize,
}

pub(super) type Parsed<T> = Result<T, SyntaxError>;

impl Parser<'_> {
    pub(super) fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    pub(super) fn place(&self) -> Place {
        self.tokens[self.at].1
    }

    pub(super) fn last_place(&self) -> Place {
        self.tokens[self.at.saturating_sub(1)].1
    }

    pub(super) fn next(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        // The end stays where it is.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    pub(super) fn fail<T>(&self, expected: &str) -> Parsed<T> {
        Err(SyntaxError::new(self.place(), expected, &self.peek().describe()))
    }

    pub(super) fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        if found {
            self.next();
        }
        found
    }

    pub(super) fn expect(&mut self, sign: &'static str, why: &str) -> Parsed<()> {
        if self.take(sign) { Ok(()) } else { self.fail(&format!("'{sign}' {why}")) }
    }

    pub(super) fn name(&mut self, what: &str) -> Parsed<String> {
        match self.peek() {
            Token::Name(_) => match self.next() {
                Token::Name(name) => Ok(name),
                _ => self.fail(what),
            },
            _ => self.fail(what),
        }
    }

    /// A name that is no word of the language.
    fn new_name(&mut self, what: &str, check: fn(&str, Place) -> Parsed<()>) -> Parsed<String> {
        let place = self.place();
        let name = self.name(what)?;
        check(&name, place)?;
        Ok(name)
    }

    pub(super) fn index(&mut self) -> Parsed<String> {
        self.new_name("an index, which is a name", words::check_index)
    }

    pub(super) fn keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name == word)
    }

    pub(super) fn followed_by(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((Token::Sign(found), _)) if *found == sign)
    }

    /// A line is no longer than this many tokens, so that no tree is deeper than the stack.
    pub(super) fn bounded(&self) -> Parsed<()> {
        if self.at - self.statement_start > LONGEST {
            return self.fail(&format!("at most {LONGEST} tokens in a line: split it with let"));
        }
        Ok(())
    }

    pub(super) fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail(&format!("at most {DEEPEST} levels of brackets and signs"));
        }
        Ok(())
    }

    pub(super) fn higher(&mut self) {
        self.depth -= 1;
    }

    fn statement(&mut self) -> Parsed<Statement> {
        let start = self.place();
        let word = match self.peek() {
            Token::Name(word) if STATEMENTS.contains(&word.as_str()) => word.clone(),
            _ => return self.fail(START),
        };
        self.depth = 0;
        self.statement_start = self.at;
        self.next();
        let kind = match word.as_str() {
            "let" => {
                let name = self.new_name("the name that is defined", words::check_quantity)?;
                let indices = self.indices()?;
                self.expect("=", "and the value of the new name")?;
                StatementKind::Let { name, indices, value: self.expression()? }
            }
            "assume" => self.assumption()?,
            "claim" => {
                let name = self.new_name("the name of the claim", words::check_claim)?;
                self.expect(":", "after the name of the claim")?;
                let left = self.expression()?;
                let relation = self.relation()?;
                let right = self.expression()?;
                StatementKind::Claim { name, left, relation, right, apart: self.apart()? }
            }
            _ => {
                let name = self.new_name("the name of the quantity", words::check_quantity)?;
                StatementKind::Free { name, ranges: self.ranges()?, parameter: word == "parameter" }
            }
        };
        self.ended(&kind)?;
        Ok(Statement { kind, place: start.to(self.last_place()) })
    }

    fn assumption(&mut self) -> Parsed<StatementKind> {
        let left = self.expression()?;
        let Token::Sign(sign) = *self.peek() else {
            return self.fail("'=', '>' or '>=' between the sides of the assumption");
        };
        let bound = match sign {
            "=" => Bound::Equal,
            ">" => Bound::Above,
            ">=" => Bound::AtLeast,
            "<" | "<=" => {
                let place = self.place();
                self.next();
                let right = self.expression()?;
                let expected = assume::turned(&left, sign, &right);
                return Err(SyntaxError::new(place, &expected, &format!("'{left} {sign} {right}'")));
            }
            _ => return self.fail("'=', '>' or '>=' between the sides of the assumption"),
        };
        self.next();
        Ok(StatementKind::Assume { left, bound, right: self.expression()? })
    }

    /// `for n != m, k != l`, or nothing.
    fn apart(&mut self) -> Parsed<Vec<(String, String)>> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        if !self.keyword("for") {
            return Ok(pairs);
        }
        self.next();
        loop {
            let start = self.place();
            let first = self.index()?;
            self.expect("!=", "between two free indices, as in for n != m")?;
            let second = self.index()?;
            let place = start.to(self.last_place());
            if first == second {
                let found = format!("'{first}' twice");
                return Err(SyntaxError::new(place, "two different indices", &found));
            }
            let same = |(a, b): &(String, String)| (a, b) == (&first, &second) || (a, b) == (&second, &first);
            if pairs.iter().any(same) {
                let found = format!("'{first} != {second}' again");
                return Err(SyntaxError::new(place, "each pair of indices once", &found));
            }
            pairs.push((first, second));
            self.bounded()?;
            if !self.take(",") {
                return Ok(pairs);
            }
        }
    }

    fn relation(&mut self) -> Parsed<Relation> {
        let Token::Sign(sign) = *self.peek() else {
            return self.fail("an operator, or '=', '<=' or '>=' and the other side");
        };
        let relation = match sign {
            "=" => Relation::Equal,
            "<=" => Relation::AtMost,
            ">=" => Relation::AtLeast,
            "<" => return self.fail("'<=': a claim cannot exclude that both sides are equal"),
            ">" => return self.fail("'>=': a claim cannot exclude that both sides are equal"),
            "!=" => return self.fail("'=', '<=' or '>=': what differs cannot be claimed"),
            _ => return self.fail(&self.operator("an operator, or '=', '<=' or '>=' and the other side")),
        };
        self.next();
        Ok(relation)
    }

    /// # Errors
    /// What follows a statement, where that is no new line with another statement.
    fn ended(&self, kind: &StatementKind) -> Parsed<()> {
        match self.peek() {
            Token::End => Ok(()),
            Token::Name(word) if STATEMENTS.contains(&word.as_str()) => {
                let (last, place) = (self.last_place(), self.place());
                if self.text[last.start + last.length..place.start].contains('\n') {
                    return Ok(());
                }
                self.fail(&format!("a new line before '{word}'"))
            }
            _ if matches!(kind, StatementKind::Free { .. }) => self.fail(START),
            Token::Name(word) if word == "for" => self.fail("'for' at the end of a claim, and nowhere else"),
            Token::Sign("=" | "<=" | ">=" | "<" | ">" | "!=") => {
                self.fail("two sides: write another statement for a third one")
            }
            _ if matches!(kind, StatementKind::Claim { apart, .. } if !apart.is_empty()) => {
                self.fail(&format!("',' and another pair of indices, or {START}"))
            }
            _ => self.fail(&self.operator(&format!("an operator, or {START}"))),
        }
    }

    /// What is missing or wrong between two operands.
    fn operator(&self, otherwise: &str) -> String {
        match self.peek() {
            Token::Sign("^") => "brackets around a power that is raised again".to_string(),
            Token::Sign("|") => "'|' behind a derivative, as in d(L)/d z[n,i] | p".to_string(),
            Token::Sign("(" | "[") | Token::Name(_) | Token::Number(_) => {
                format!("{otherwise} (a product needs '*')")
            }
            _ => otherwise.to_string(),
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
            let size = || SyntaxError::new(place, "a size: N, d, h or C", &format!("'{name}'"));
            ranges.push(words::range(&name).ok_or_else(size)?);
            self.few(ranges.len())?;
            if !self.take(",") {
                break;
            }
        }
        self.expect("]", "after the sizes")?;
        Ok(ranges)
    }

    /// `[i,j]`, or nothing.
    pub(super) fn indices(&mut self) -> Parsed<Vec<String>> {
        let mut indices = Vec::new();
        if !self.take("[") {
            return Ok(indices);
        }
        loop {
            indices.push(self.index()?);
            self.bounded()?;
            if !self.take(",") {
                break;
            }
        }
        self.expect("]", "after the indices")?;
        Ok(indices)
    }

    /// A quantity has few indices: its entries are kept.
    fn few(&self, count: usize) -> Parsed<()> {
        if count > MOST_INDICES {
            return self.fail(&format!("at most {MOST_INDICES} indices"));
        }
        Ok(())
    }
}
