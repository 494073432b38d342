//! Names to what they stand for, and the range of every index.

use super::error::{Place, SyntaxError};
use super::program::{Assumed, Assumption, Claim, Form, HIGHEST_ORDER, Node, Program, Symbol, Value};
use super::syntax::{Expr, Kind, Range, Relation, Statement, StatementKind};
use crate::nearest::nearest;

impl Program {
    /// Adds statements that follow those already there.
    ///
    /// # Errors
    /// [`SyntaxError`] for an unknown or repeated name, a wrong number of indices, an index of two ranges or none, or
    /// sides whose free indices differ.
    pub fn extend(&mut self, statements: &[Statement]) -> Result<(), SyntaxError> {
        for statement in statements {
            match &statement.kind {
                StatementKind::Free { name, ranges, parameter } => {
                    self.new_name(name, statement.place)?;
                    let value = Value::Free { parameter: *parameter };
                    self.add(name, ranges.clone(), value, Vec::new(), 0);
                }
                StatementKind::Let { name, indices, value } => {
                    self.new_name(name, statement.place)?;
                    let mut scope = Scope::new(self);
                    for index in indices {
                        if scope.find(index).is_some() {
                            return Err(SyntaxError::new(
                                statement.place,
                                "different indices",
                                &format!("{index} twice"),
                            ));
                        }
                        let slot = scope.new_slot();
                        scope.free.push((index.clone(), slot));
                    }
                    scope.open = false;
                    let node = scope.resolve(value)?;
                    let slots = scope.ranges(value.place)?;
                    let (depends, order) = (scope.used, scope.order);
                    let ranges = slots[..indices.len()].to_vec();
                    self.add(name, ranges, Value::Defined(node, slots), depends, order);
                }
                StatementKind::Assume { left, right, .. } => {
                    let symbol = self.sum_to_one(left, right)?;
                    let kind = Assumed::SumsToOne { symbol };
                    self.assumptions.push(Assumption { kind, place: statement.place });
                }
                StatementKind::Claim { name, left, relation, right, .. } => {
                    if self.claims.iter().any(|claim| claim.name == *name) {
                        return Err(SyntaxError::new(
                            statement.place,
                            "a new name for the claim",
                            &format!("'{name}' again"),
                        ));
                    }
                    let claim = self.claim(name, statement.place, left, *relation, right)?;
                    self.claims.push(claim);
                }
            }
        }
        Ok(())
    }

    /// A claim about the symbols that are known; also how an edited right side is read.
    pub(in crate::claims) fn claim(
        &self,
        name: &str,
        place: Place,
        left: &Expr,
        relation: Relation,
        right: &Expr,
    ) -> Result<Claim, SyntaxError> {
        let mut scope = Scope::new(self);
        let left_node = scope.resolve(left)?;
        let free = scope.free.clone();
        let right_node = scope.resolve(right)?;
        if let Some((extra, _)) = scope.free.get(free.len()) {
            let found = format!("the index {extra}, which the left side does not have");
            return Err(SyntaxError::new(right.place, "the free indices of the left side", &found));
        }
        if let Some((missing, _)) = free.iter().find(|(index, _)| !mentions(right, index))
            && has_entries(right)
        {
            let found = format!("no index {missing}, which the left side has");
            return Err(SyntaxError::new(right.place, "the free indices of the left side", &found));
        }
        let slots = scope.ranges(right.place)?;
        Ok(Claim {
            name: name.to_string(),
            place,
            left: left_node,
            relation,
            right: right_node,
            left_text: left.clone(),
            right_text: right.clone(),
            free,
            slots,
            apart: Vec::new(),
            order: scope.order,
            eigenvalues: scope.eigenvalues,
            used: scope.used,
            seen: (self.symbols.len(), self.assumptions.len()),
        })
    }

    fn new_name(&self, name: &str, place: Place) -> Result<(), SyntaxError> {
        let taken =
            self.find(name).is_some() || ["d", "sum", "D", "lambda_max", "lambda_min"].contains(&name);
        if taken {
            Err(SyntaxError::new(place, "a new name", &format!("'{name}', which is taken")))
        } else {
            Ok(())
        }
    }

    fn add(&mut self, name: &str, ranges: Vec<Range>, value: Value, mut depends: Vec<bool>, order: usize) {
        depends.resize(self.symbols.len(), false);
        depends.push(true);
        self.symbols.push(Symbol { name: name.to_string(), ranges, value, depends, order });
    }

    fn sum_to_one(&self, left: &Expr, right: &Expr) -> Result<usize, SyntaxError> {
        let form = "an assumption of the form sum[k] y[n,k] = 1, over the last index of a data symbol";
        let wrong = |place| SyntaxError::new(place, form, "another one");
        let Kind::Sum(over, body) = &left.kind else { return Err(wrong(left.place)) };
        let Kind::Symbol(name, indices) = &body.kind else { return Err(wrong(body.place)) };
        let symbol = self.find(name).ok_or_else(|| wrong(body.place))?;
        let free = matches!(self.symbols[symbol].value, Value::Free { .. });
        let whole = indices.len() == self.symbols[symbol].ranges.len() && Some(&over[0]) == indices.last();
        if !free || !whole || over.len() != 1 || right.kind != Kind::Number(1) {
            return Err(wrong(left.place.to(right.place)));
        }
        Ok(symbol)
    }
}

/// Whether an index occurs in an expression.
fn mentions(expr: &Expr, index: &str) -> bool {
    let has = |indices: &[String]| indices.iter().any(|other| other == index);
    match &expr.kind {
        Kind::Number(_) => false,
        Kind::Symbol(_, indices) => has(indices),
        Kind::Delta(a, b) => a == index || b == index,
        Kind::Call(_, x) | Kind::Sum(_, x) | Kind::Negate(x) | Kind::Power(x, _) => mentions(x, index),
        Kind::Add(x, y) | Kind::Subtract(x, y) | Kind::Multiply(x, y) | Kind::Divide(x, y) => {
            mentions(x, index) || mentions(y, index)
        }
        Kind::Derivative { of, indices, .. } => has(indices) || mentions(of, index),
    }
}

/// Whether an entry of some quantity occurs: if not, the expression may be the same for all values of an index.
fn has_entries(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Number(_) | Kind::Delta(..) => false,
        Kind::Symbol(_, indices) => !indices.is_empty(),
        Kind::Call(_, x) | Kind::Sum(_, x) | Kind::Negate(x) | Kind::Power(x, _) => has_entries(x),
        Kind::Add(x, y) | Kind::Subtract(x, y) | Kind::Multiply(x, y) | Kind::Divide(x, y) => {
            has_entries(x) || has_entries(y)
        }
        Kind::Derivative { of, indices, .. } => !indices.is_empty() || has_entries(of),
    }
}

/// The indices of one statement.
struct Scope<'a> {
    program: &'a Program,
    /// Free indices, in the order in which they were met.
    free: Vec<(String, usize)>,
    /// Indices of the sums around, innermost last.
    bound: Vec<(String, usize)>,
    /// What each slot runs over, and where that was first said.
    slots: Vec<Option<Range>>,
    /// Slots that a Kronecker delta ties together.
    tied: Vec<(usize, usize, Place)>,
    /// Whether an unknown index is a new free index.
    open: bool,
    used: Vec<bool>,
    order: usize,
    eigenvalues: bool,
}

impl<'a> Scope<'a> {
    fn new(program: &'a Program) -> Self {
        let used = vec![false; program.symbols.len()];
        Scope {
            program,
            free: Vec::new(),
            bound: Vec::new(),
            slots: Vec::new(),
            tied: Vec::new(),
            open: true,
            used,
            order: 0,
            eigenvalues: false,
        }
    }

    fn new_slot(&mut self) -> usize {
        self.slots.push(None);
        self.slots.len() - 1
    }

    fn find(&self, index: &str) -> Option<usize> {
        let known = self.bound.iter().rev().chain(&self.free);
        known.into_iter().find(|(name, _)| name == index).map(|(_, slot)| *slot)
    }

    fn slot(&mut self, index: &str, place: Place) -> Result<usize, SyntaxError> {
        match self.find(index) {
            Some(slot) => Ok(slot),
            None if self.open => {
                let slot = self.new_slot();
                self.free.push((index.to_string(), slot));
                Ok(slot)
            }
            None => {
                let known: Vec<&str> =
                    self.free.iter().chain(&self.bound).map(|(name, _)| name.as_str()).collect();
                let expected = format!("an index of the left side or of a sum ({})", known.join(", "));
                Err(SyntaxError::new(place, &expected, &format!("'{index}'")))
            }
        }
    }

    fn give(&mut self, slot: usize, range: Range, place: Place, index: &str) -> Result<(), SyntaxError> {
        match self.slots[slot] {
            Some(known) if known != range => {
                let expected = format!("an index over {}", range.name());
                Err(SyntaxError::new(
                    place,
                    &expected,
                    &format!("'{index}', which runs over {}", known.name()),
                ))
            }
            _ => {
                self.slots[slot] = Some(range);
                Ok(())
            }
        }
    }

    /// The range of every slot.
    fn ranges(&mut self, place: Place) -> Result<Vec<Range>, SyntaxError> {
        for _ in 0..=self.tied.len() {
            for (a, b, place) in self.tied.clone() {
                match (self.slots[a], self.slots[b]) {
                    (Some(range), _) => self.give(b, range, place, "the second index")?,
                    (None, Some(range)) => self.give(a, range, place, "the first index")?,
                    (None, None) => {}
                }
            }
        }
        let all: Option<Vec<Range>> = self.slots.iter().copied().collect();
        all.ok_or_else(|| {
            SyntaxError::new(place, "indices that some symbol gives a range", "one that none does")
        })
    }

    fn entry(
        &mut self,
        name: &str,
        indices: &[String],
        place: Place,
    ) -> Result<(usize, Vec<usize>), SyntaxError> {
        let Some(id) = self.program.find(name) else {
            let near = nearest(name, self.program.symbols.iter().map(|symbol| symbol.name.as_str()));
            let expected =
                near.map_or("a known symbol".to_string(), |near| format!("a known symbol, such as '{near}'"));
            return Err(SyntaxError::new(place, &expected, &format!("'{name}'")));
        };
        let ranges = self.program.symbols[id].ranges.clone();
        if ranges.len() != indices.len() {
            let sizes: Vec<&str> = ranges.iter().map(|range| range.symbol()).collect();
            let expected = format!("{} indices for {name}[{}]", ranges.len(), sizes.join(","));
            return Err(SyntaxError::new(place, &expected, &format!("{}", indices.len())));
        }
        let mut slots = Vec::new();
        for (index, range) in indices.iter().zip(ranges) {
            let slot = self.slot(index, place)?;
            self.give(slot, range, place, index)?;
            slots.push(slot);
        }
        for (used, depends) in self.used.iter_mut().zip(&self.program.symbols[id].depends) {
            *used |= depends;
        }
        Ok((id, slots))
    }

    fn resolve(&mut self, expr: &Expr) -> Result<Node, SyntaxError> {
        let place = expr.place;
        let form = match &expr.kind {
            Kind::Number(number) => Form::Number(*number),
            Kind::Symbol(name, indices) => self.symbol(name, indices, place)?,
            Kind::Delta(a, b) => {
                let (a, b) = (self.slot(a, place)?, self.slot(b, place)?);
                self.tied.push((a, b, place));
                Form::Delta(a, b)
            }
            Kind::Call(function, x) => Form::Call(*function, self.boxed(x)?),
            Kind::Sum(indices, body) => self.sum(indices, body, place)?,
            Kind::Negate(x) => Form::Negate(self.boxed(x)?),
            Kind::Add(x, y) => Form::Add(self.boxed(x)?, self.boxed(y)?),
            Kind::Subtract(x, y) => Form::Subtract(self.boxed(x)?, self.boxed(y)?),
            Kind::Multiply(x, y) => Form::Multiply(self.boxed(x)?, self.boxed(y)?),
            Kind::Divide(x, y) => Form::Divide(self.boxed(x)?, self.boxed(y)?),
            Kind::Power(x, n) => Form::Power(self.boxed(x)?, *n),
            Kind::Derivative { of, by, indices, fixed } => {
                let outside = std::mem::take(&mut self.order);
                let of = self.boxed(of)?;
                let inside = self.order + 1;
                if inside > HIGHEST_ORDER {
                    let expected = format!("derivatives up to order {HIGHEST_ORDER}");
                    return Err(SyntaxError::new(place, &expected, &format!("order {inside}")));
                }
                self.order = outside.max(inside);
                let (by, slots) = self.entry(by, indices, place)?;
                let mut held = Vec::new();
                for name in fixed {
                    let known = self.program.find(name);
                    held.push(known.ok_or_else(|| {
                        SyntaxError::new(place, "known symbols behind '|'", &format!("'{name}'"))
                    })?);
                }
                Form::Derivative(of, by, slots, held)
            }
        };
        Ok(Node { form, place })
    }

    fn boxed(&mut self, expr: &Expr) -> Result<Box<Node>, SyntaxError> {
        Ok(Box::new(self.resolve(expr)?))
    }

    fn symbol(&mut self, name: &str, indices: &[String], place: Place) -> Result<Form, SyntaxError> {
        if indices.is_empty() && self.program.find(name).is_none() {
            if let Some(range) = Range::ALL.into_iter().find(|range| range.symbol() == name) {
                return Ok(Form::Size(range));
            }
            match name {
                "D" => return Ok(Form::Parameters),
                "lambda_max" | "lambda_min" => {
                    let Some(loss) = self.program.find("L") else {
                        return Err(SyntaxError::new(
                            place,
                            "a loss named L before its eigenvalues",
                            &format!("'{name}'"),
                        ));
                    };
                    self.used[loss] = true;
                    self.eigenvalues = true;
                    self.order = self.order.max(2);
                    return Ok(Form::Eigenvalue { largest: name == "lambda_max" });
                }
                _ => {}
            }
        }
        let (id, slots) = self.entry(name, indices, place)?;
        self.order = self.order.max(self.program.symbols[id].order);
        Ok(Form::Symbol(id, slots))
    }

    fn sum(&mut self, indices: &[String], body: &Expr, place: Place) -> Result<Form, SyntaxError> {
        let around = self.bound.len();
        let mut slots = Vec::new();
        for index in indices {
            if self.find(index).is_some() {
                let found = format!("'{index}', which is taken");
                return Err(SyntaxError::new(place, "a new index for the sum", &found));
            }
            let slot = self.new_slot();
            self.bound.push((index.clone(), slot));
            slots.push(slot);
        }
        let body = self.boxed(body)?;
        self.bound.truncate(around);
        Ok(Form::Sum(slots, body))
    }
}
