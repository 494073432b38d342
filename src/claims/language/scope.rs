//! The names and indices of one statement: what they stand for, and what each index runs over.

use super::error::{Place, SyntaxError};
use super::program::{Form, HIGHEST_ORDER, Node, Program, Value};
use super::symbols::Symbols;
use super::syntax::{Expr, Kind, Range};
use super::words;
use crate::names::nearest;

/// The indices of one statement.
pub(super) struct Scope<'a> {
    program: &'a Program,
    /// Free indices, in the order in which they were met.
    pub(super) free: Vec<(String, usize)>,
    /// Indices of the sums around, innermost last.
    bound: Vec<(String, usize)>,
    /// Indices of all sums so far.
    summed: Vec<String>,
    /// What each slot runs over, and where that was first said.
    slots: Vec<Option<Range>>,
    /// Slots that a Kronecker delta ties together.
    tied: Vec<(usize, usize, Place)>,
    /// Whether an unknown index is a new free index.
    pub(super) open: bool,
    /// The symbols that the statement depends on.
    pub(super) used: Symbols,
    /// How deep derivatives are nested.
    pub(super) order: usize,
    /// Whether an eigenvalue occurs.
    pub(super) eigenvalues: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Scope {
            program,
            free: Vec::new(),
            bound: Vec::new(),
            summed: Vec::new(),
            slots: Vec::new(),
            tied: Vec::new(),
            open: true,
            used: Symbols::default(),
            order: 0,
            eigenvalues: false,
        }
    }

    pub(super) fn new_slot(&mut self) -> usize {
        self.slots.push(None);
        self.slots.len() - 1
    }

    pub(super) fn find(&self, index: &str) -> Option<usize> {
        let known = self.bound.iter().rev().chain(&self.free);
        known.into_iter().find(|(name, _)| name == index).map(|(_, slot)| *slot)
    }

    fn slot(&mut self, index: &str, place: Place) -> Result<usize, SyntaxError> {
        match self.find(index) {
            Some(slot) => Ok(slot),
            None if self.summed.iter().any(|other| other == index) => {
                let expected = format!("'{index}' inside of its sum, or another index");
                Err(SyntaxError::new(place, &expected, &format!("'{index}' where the sum has ended")))
            }
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
    pub(super) fn ranges(&mut self, place: Place) -> Result<Vec<Range>, SyntaxError> {
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

    fn known(&self, name: &str, place: Place) -> Result<usize, SyntaxError> {
        let unknown = || {
            let near = nearest(name, self.program.symbols.iter().map(|symbol| symbol.name.as_str()));
            let such = near.map_or(String::new(), |near| format!(", such as '{near}'"));
            SyntaxError::new(place, &format!("a known symbol{such}"), &format!("'{name}'"))
        };
        self.program.find(name).ok_or_else(unknown)
    }

    fn entry(
        &mut self,
        name: &str,
        indices: &[String],
        place: Place,
    ) -> Result<(usize, Vec<usize>), SyntaxError> {
        let id = self.known(name, place)?;
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
        self.depend_on(id);
        Ok((id, slots))
    }

    fn depend_on(&mut self, symbol: usize) {
        self.used.unite(&self.program.symbols[symbol].depends);
    }

    pub(super) fn resolve(&mut self, expr: &Expr) -> Result<Node, SyntaxError> {
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
                self.derivative(of, (by, indices), fixed, place)?
            }
        };
        Ok(Node { form, place })
    }

    fn boxed(&mut self, expr: &Expr) -> Result<Box<Node>, SyntaxError> {
        Ok(Box::new(self.resolve(expr)?))
    }

    fn derivative(
        &mut self,
        of: &Expr,
        (by, indices): (&str, &[String]),
        fixed: &[String],
        place: Place,
    ) -> Result<Form, SyntaxError> {
        let order = std::mem::take(&mut self.order);
        let eigenvalues = std::mem::take(&mut self.eigenvalues);
        let used = std::mem::take(&mut self.used);
        let node = self.boxed(of)?;
        if self.eigenvalues {
            let expected =
                "a derivative of something without eigenvalues, whose derivatives are not known here";
            return Err(SyntaxError::new(of.place, expected, "lambda_max or lambda_min in it"));
        }
        self.eigenvalues = eigenvalues;
        let inside = self.order + 1;
        if inside > HIGHEST_ORDER {
            let expected = format!("derivatives up to order {HIGHEST_ORDER}");
            return Err(SyntaxError::new(place, &expected, &format!("order {inside}")));
        }
        self.order = order.max(inside);
        let differentiated = self.used.clone();
        let (moved, slots) = self.entry(by, indices, place)?;
        let mut held = Vec::new();
        for name in fixed {
            let symbol = self.known(name, place)?;
            let idle = if held.contains(&symbol) {
                Some("which is named twice".to_string())
            } else if symbol == moved {
                Some("by which is differentiated: it moves".to_string())
            } else if !self.program.symbols[symbol].depends.contains(moved) {
                Some(format!("which does not depend on '{by}': it does not move anyway"))
            } else if !differentiated.contains(symbol) {
                Some("on which what is differentiated does not depend: nothing changes".to_string())
            } else {
                None
            };
            if let Some(why) = idle {
                let expected = "quantities behind '|' that would move what is differentiated";
                return Err(SyntaxError::new(place, expected, &format!("'{name}', {why}")));
            }
            held.push(symbol);
        }
        self.used.unite(&used);
        Ok(Form::Derivative(node, moved, slots, held))
    }

    fn symbol(&mut self, name: &str, indices: &[String], place: Place) -> Result<Form, SyntaxError> {
        let fail = |expected: &str| Err(SyntaxError::new(place, expected, &format!("'{name}'")));
        if let Some(range) = words::range(name) {
            return Ok(Form::Size(range));
        }
        let largest = match name {
            "D" if self.program.parameters().is_empty() => {
                return fail("a parameter before the number of them");
            }
            "D" => return Ok(Form::Parameters),
            "lambda_max" => true,
            "lambda_min" => false,
            _ => {
                let (id, slots) = self.entry(name, indices, place)?;
                self.order = self.order.max(self.program.symbols[id].order);
                self.eigenvalues |= self.program.symbols[id].eigenvalues;
                return Ok(Form::Symbol(id, slots));
            }
        };
        let Some(loss) = self.program.find("L") else {
            return fail("a loss named L before its eigenvalues");
        };
        let symbol = &self.program.symbols[loss];
        if !symbol.ranges.is_empty() || matches!(symbol.value, Value::Free { .. }) {
            return fail("a loss L without indices that let defines, before its eigenvalues");
        }
        if self.program.parameters().is_empty() {
            return fail("a parameter before the eigenvalues of the Hessian");
        }
        if symbol.eigenvalues {
            return fail("a loss L without eigenvalues in it");
        }
        let order = symbol.order + 2;
        if order > HIGHEST_ORDER {
            let expected = format!("derivatives up to order {HIGHEST_ORDER}");
            return Err(SyntaxError::new(place, &expected, &format!("order {order} in '{name}'")));
        }
        self.order = self.order.max(order);
        self.depend_on(loss);
        self.eigenvalues = true;
        Ok(Form::Eigenvalue { largest })
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
            self.summed.push(index.clone());
            slots.push(slot);
        }
        let body = self.boxed(body)?;
        self.bound.truncate(around);
        Ok(Form::Sum(slots, body))
    }
}
