//! Tokens to statements. The grammar stands in `derivations/README.md`.

use super::blocks::blocks;
use super::error::{Place, SyntaxError};
use super::lexer::{Token, tokens};
use super::program::{MOST_INDICES, MOST_STATEMENTS};
use super::syntax::{Condition, Expr, Index, Over, Relation, Statement, StatementKind, Structure};
use super::words::{self, DECLARATIONS, STATEMENTS};

/// Brackets and signs may be nested this deep: more is no mathematics, and would overflow the stack.
const DEEPEST: usize = 60;
/// Tokens in one statement.
const LONGEST: usize = 1000;
/// What a statement starts with, for messages.
const START: &str = "a line that starts with size, data, parameter, function, let, assume or claim";

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
            parser.statement(&mut statements)?;
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
    pub(super) tokens: Vec<(Token, Place)>,
    pub(super) at: usize,
    pub(super) depth: usize,
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

    /// The name of a new index.
    pub(super) fn new_index(&mut self) -> Parsed<String> {
        self.new_name("an index, which is a name", words::check_index)
    }

    /// `i`, `t+1`, `2*i+j`, `1`, or `T`.
    pub(super) fn index(&mut self) -> Parsed<Index> {
        let mut index = Index::default();
        let mut sign = if self.take("-") { -1 } else { 1 };
        loop {
            match self.peek().clone() {
                Token::Number(number) => {
                    self.next();
                    let factor = sign * number.min(1 << 40);
                    // `2i` is a product, where nothing stands between.
                    let last = self.last_place();
                    let adjacent = last.start + last.length == self.place().start;
                    if self.take("*") || (adjacent && matches!(self.peek(), Token::Name(_))) {
                        let name = self.index_name()?;
                        index.terms.push((factor, name));
                    } else {
                        index.constant += factor;
                    }
                }
                _ => {
                    let name = self.index_name()?;
                    let mut factor = sign;
                    if self.take("*") {
                        match self.next() {
                            Token::Number(number) => factor *= number.min(1 << 40),
                            _ => return self.fail("a whole number behind '*' in an index"),
                        }
                    }
                    index.terms.push((factor, name));
                }
            }
            self.bounded()?;
            sign = match self.peek() {
                Token::Sign("+") => 1,
                Token::Sign("-") => -1,
                _ => return Ok(index),
            };
            self.next();
        }
    }

    /// An index, or a size.
    fn index_name(&mut self) -> Parsed<String> {
        let place = self.place();
        let name = self.name("an index, such as n, t+1 or 1")?;
        if !["N", "d", "h", "C"].contains(&&*name) {
            words::check_index(&name, place)?;
        }
        Ok(name)
    }

    /// `=`, `!=`, `<`, `<=`, `>` or `>=`.
    pub(super) fn comparison(&mut self) -> Option<Relation> {
        let Token::Sign(sign) = self.peek() else { return None };
        let found = Relation::ALL.into_iter().find(|relation| relation.sign() == *sign)?;
        self.next();
        Some(found)
    }

    pub(super) fn keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(name) if name == word)
    }

    pub(super) fn followed_by(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((Token::Sign(found), _)) if *found == sign)
    }

    /// Whether a word stands here that starts a statement.
    pub(super) fn starts_statement(&self) -> bool {
        let Token::Name(word) = self.peek() else { return false };
        let declares = matches!(self.tokens.get(self.at + 1), Some((Token::Name(_), _)));
        STATEMENTS.contains(&word.as_str()) || (DECLARATIONS.contains(&word.as_str()) && declares)
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

    /// Reads a statement, which may stand for several.
    fn statement(&mut self, statements: &mut Vec<Statement>) -> Parsed<()> {
        let start = self.place();
        let word = match self.peek() {
            Token::Name(word) if self.starts_statement() => word.clone(),
            Token::Name(word) if self.followed_by("=") || self.followed_by("[") => {
                return self
                    .fail(&format!("{START}: {}, if '{word}' is defined here", self.line_with("let ")));
            }
            _ => return self.fail(START),
        };
        self.depth = 0;
        self.statement_start = self.at;
        self.next();
        let kind = match word.as_str() {
            "let" => self.definition()?,
            "assume" => {
                let left = self.expression()?;
                let (relation, right) = self.assumed()?;
                let mut last = StatementKind::Assume { left, relation, right };
                // `0 < p < 1` assumes both.
                while let StatementKind::Assume { right, .. } = &last
                    && matches!(self.peek(), Token::Sign("<" | "<=" | ">" | ">="))
                {
                    let left = right.clone();
                    statements.push(Statement { kind: last, place: start.to(self.last_place()) });
                    let (relation, right) = self.assumed()?;
                    last = StatementKind::Assume { left, relation, right };
                }
                last
            }
            "claim" => {
                let name = self.claim_name()?;
                self.expect(":", "after the name of the claim")?;
                let left = self.expression()?;
                let relation = self.relation()?;
                let right = self.expression()?;
                StatementKind::Claim { name, left, relation, right, conditions: self.conditions()? }
            }
            "size" => self.sizes()?,
            "function" => {
                let name = self.new_name("the name of the function", words::check_quantity)?;
                let mut arguments = 1;
                if self.take("(") {
                    self.name("the name of an argument")?;
                    while self.take(",") {
                        self.name("the name of an argument")?;
                        arguments += 1;
                    }
                    self.expect(")", "after the arguments")?;
                }
                self.few(arguments)?;
                StatementKind::Function { name, arguments }
            }
            _ => {
                let name = self.new_name("the name of the quantity", words::check_quantity)?;
                let ranges = self.ranges()?;
                let (mut structure, mut outside) = (None, false);
                loop {
                    match self.peek() {
                        Token::Name(word) if word == "outside" => outside = self.outside()?,
                        Token::Name(word) => {
                            let known = Structure::ALL.into_iter().find(|(known, _)| known == word);
                            let Some((_, known)) = known else { break };
                            structure = Some(known);
                            self.next();
                        }
                        _ => break,
                    }
                }
                let parameter = word == "parameter";
                StatementKind::Free { name, ranges, parameter, structure, outside }
            }
        };
        self.ended(&kind)?;
        statements.push(Statement { kind, place: start.to(self.last_place()) });
        Ok(())
    }

    /// `outside 0`.
    fn outside(&mut self) -> Parsed<bool> {
        self.next();
        match self.next() {
            Token::Number(0) => Ok(true),
            _ => {
                self.at -= 1;
                self.fail(
                    "0 behind 'outside': a quantity is zero outside of its ranges, or has no value there",
                )
            }
        }
    }

    /// `name[i,j] = value`, or `name(t) = value`.
    fn definition(&mut self) -> Parsed<StatementKind> {
        let name = self.new_name("the name that is defined", words::check_quantity)?;
        if self.take("(") {
            let mut parameters = vec![self.new_name("a parameter of the function", words::check_quantity)?];
            while self.take(",") {
                parameters.push(self.new_name("a parameter of the function", words::check_quantity)?);
                self.few(parameters.len())?;
            }
            self.expect(")", "after the parameters")?;
            self.expect("=", "and the value of the function")?;
            return Ok(StatementKind::Macro { name, parameters, value: self.expression()? });
        }
        let (mut indices, mut conditions) = (Vec::new(), Vec::new());
        if self.take("[") {
            loop {
                let index = self.index()?;
                if self.keyword("in") {
                    let own = index.names().next().unwrap_or_default().to_string();
                    self.next();
                    conditions.push(Condition::In(own, self.name("a size behind 'in'")?));
                }
                indices.push(index);
                self.bounded()?;
                if !self.take(",") {
                    break;
                }
            }
            self.expect("]", "after the indices")?;
        }
        self.expect("=", "and the value of the new name")?;
        let value = self.expression()?;
        conditions.extend(self.conditions()?);
        let outside = self.keyword("outside") && self.outside()?;
        Ok(StatementKind::Let { name, indices, value, conditions, outside })
    }

    /// `size T, K >= 2`.
    fn sizes(&mut self) -> Parsed<StatementKind> {
        let mut sizes = Vec::new();
        loop {
            let name = self.new_name("the name of the size", words::check_quantity)?;
            let mut least = None;
            if self.take(">=") {
                least = match self.next() {
                    Token::Number(least) => Some(least),
                    _ => {
                        self.at -= 1;
                        return self.fail("the least value that the size has, as in size K >= 2");
                    }
                };
            }
            sizes.push((name, least));
            self.bounded()?;
            if !self.take(",") {
                return Ok(StatementKind::Sizes(sizes));
            }
        }
    }

    /// The name of a claim, which may have hyphens.
    fn claim_name(&mut self) -> Parsed<String> {
        let place = self.place();
        let mut name = self.name("the name of the claim")?;
        while self.take("-") {
            let part = match self.next() {
                Token::Name(part) => part,
                Token::Number(part) => part.to_string(),
                _ => {
                    self.at -= 1;
                    return self.fail("the rest of the name of the claim");
                }
            };
            name = format!("{name}-{part}");
        }
        words::check_claim(&name, place)?;
        Ok(name)
    }

    /// The relation of an assumption and its right side.
    fn assumed(&mut self) -> Parsed<(Relation, Expr)> {
        match self.comparison() {
            Some(Relation::Apart) | None => {
                self.fail("'=', '<', '<=', '>' or '>=' between the sides of the assumption")
            }
            Some(relation) => Ok((relation, self.expression()?)),
        }
    }

    /// `for n != m, t < T, i in P`, or nothing.
    fn conditions(&mut self) -> Parsed<Vec<Condition>> {
        let mut conditions: Vec<Condition> = Vec::new();
        if !self.keyword("for") {
            return Ok(conditions);
        }
        self.next();
        loop {
            let start = self.place();
            let left = self.index()?;
            let condition = match (left.alone(), self.keyword("in")) {
                (Some(index), true) => {
                    self.next();
                    Condition::In(index.to_string(), self.name("a size behind 'in'")?)
                }
                _ => {
                    let Some(relation) = self.comparison() else {
                        return self
                            .fail("'!=', '<' and the like between two indices, as in for n != m, or 'in'");
                    };
                    Condition::Compare(left, relation, self.index()?)
                }
            };
            let place = start.to(self.last_place());
            if let Condition::Compare(left, _, right) = &condition
                && left == right
            {
                let found = format!("'{left}' twice");
                return Err(SyntaxError::new(place, "two different indices", &found));
            }
            let turned = match &condition {
                Condition::Compare(left, Relation::Apart, right) => {
                    Condition::Compare(right.clone(), Relation::Apart, left.clone())
                }
                other => other.clone(),
            };
            if conditions.contains(&condition) || conditions.contains(&turned) {
                let found = format!("'{condition}' again");
                return Err(SyntaxError::new(place, "each condition on indices once", &found));
            }
            conditions.push(condition);
            self.bounded()?;
            if !self.take(",") {
                return Ok(conditions);
            }
        }
    }

    fn relation(&mut self) -> Parsed<Relation> {
        let otherwise = "an operator, or '=', '<=' or '>=' and the other side";
        match self.comparison() {
            Some(Relation::Apart) => {
                self.at -= 1;
                self.fail("'=', '<=' or '>=': what differs cannot be claimed")
            }
            Some(relation) => Ok(relation),
            None => self.fail(&self.operator(otherwise)),
        }
    }

    /// # Errors
    /// What follows a statement, where that is no new line with another statement.
    fn ended(&self, kind: &StatementKind) -> Parsed<()> {
        match self.peek() {
            Token::End => Ok(()),
            Token::Name(word) if self.starts_statement() => {
                let (last, place) = (self.last_place(), self.place());
                if self.text[last.start + last.length..place.start].contains('\n') {
                    return Ok(());
                }
                self.fail(&format!("a new line before '{word}'"))
            }
            _ if matches!(
                kind,
                StatementKind::Free { .. } | StatementKind::Sizes(_) | StatementKind::Function { .. }
            ) =>
            {
                self.fail(START)
            }
            Token::Name(word) if word == "for" => self.fail("'for' at the end of a claim or a definition"),
            Token::Name(word) if word == "at" => {
                self.fail("brackets around an expression at other values, as in (d(L)/d x at x = 0)")
            }
            Token::Sign("=" | "<=" | ">=" | "<" | ">" | "!=") => {
                self.fail("two sides: write another statement for a third one")
            }
            _ if matches!(kind, StatementKind::Claim { conditions, .. } if !conditions.is_empty()) => {
                self.fail(&format!("',' and another condition on indices, or {START}"))
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
                format!("{otherwise} (a product needs '*'): {}", self.line_with("*"))
            }
            _ => otherwise.to_string(),
        }
    }

    /// The line on which reading has come to a halt, with this before what stands there.
    fn line_with(&self, piece: &str) -> String {
        let at = self.place().start;
        let from = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let (before, behind) = (&self.text[from..at], self.text[at..].lines().next().unwrap_or_default());
        let glued = if piece == "*" { before.trim_end() } else { before };
        format!("{glued}{piece}{behind}").trim().to_string()
    }

    /// `[N,d]`, or nothing.
    fn ranges(&mut self) -> Parsed<Vec<(String, Place)>> {
        let mut ranges = Vec::new();
        if !self.take("[") {
            return Ok(ranges);
        }
        loop {
            let place = self.place();
            ranges.push((self.name("a size: N, d, h, C, or one of your own, as in size T")?, place));
            self.few(ranges.len())?;
            if !self.take(",") {
                break;
            }
        }
        self.expect("]", "after the sizes")?;
        Ok(ranges)
    }

    /// `[i,j+1]`, or nothing.
    pub(super) fn indices(&mut self) -> Parsed<Vec<Index>> {
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

    /// `[k, j <= n, i in P]`: the indices of a sum.
    pub(super) fn summed(&mut self) -> Parsed<Vec<Over>> {
        let mut all = Vec::new();
        self.next();
        loop {
            let index = self.new_index()?;
            let mut over = Over { index, range: None, condition: None };
            if self.keyword("in") {
                self.next();
                over.range = Some(self.name("a size behind 'in'")?);
            }
            if let Some(relation) = self.comparison() {
                over.condition = Some((relation, self.index()?));
            }
            all.push(over);
            self.bounded()?;
            if !self.take(",") {
                break;
            }
        }
        self.expect("]", "after the indices of the sum")?;
        Ok(all)
    }

    /// A quantity has few indices: its entries are kept.
    fn few(&self, count: usize) -> Parsed<()> {
        if count > MOST_INDICES {
            return self.fail(&format!("at most {MOST_INDICES} indices"));
        }
        Ok(())
    }
}
