//! Statements to a program.

use super::error::{Place, SyntaxError};
use super::parser::too_many;
use super::program::{
    Assumption, Claim, Form, MOST_INDICES, MOST_STATEMENTS, MOST_USES, Node, Program, Symbol, Value,
};
use super::scope::Scope;
use super::symbols::Symbols;
use super::syntax::{Expr, Kind, Range, Relation, Statement, StatementKind};

impl Program {
    /// Adds statements that follow those already there.
    ///
    /// # Errors
    /// [`SyntaxError`] for an unknown or repeated name, a wrong number of indices, an index of two ranges or none, or
    /// sides whose free indices differ.
    pub(super) fn extend(&mut self, statements: &[Statement]) -> Result<(), SyntaxError> {
        for statement in statements {
            if self.symbols.len() + self.assumptions.len() + self.claims.len() >= MOST_STATEMENTS {
                return Err(too_many(statement.place));
            }
            match &statement.kind {
                StatementKind::Free { name, ranges, parameter } => {
                    self.new_name(name, statement.place)?;
                    if *parameter {
                        self.all_counted(name, statement.place)?;
                    }
                    let value = Value::Free { parameter: *parameter };
                    self.add(name, ranges.clone(), value, Symbols::default(), (0, false));
                }
                StatementKind::Let { name, indices, value } => {
                    self.new_name(name, statement.place)?;
                    apart_from_indices(name, indices, &[value])?;
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
                    let (depends, inside) = (scope.used, (scope.order, scope.eigenvalues));
                    let ranges = slots[..indices.len()].to_vec();
                    if indices.len() > MOST_INDICES {
                        let expected = format!("at most {MOST_INDICES} indices");
                        return Err(SyntaxError::new(statement.place, &expected, &indices.len().to_string()));
                    }
                    self.add(name, ranges, Value::Defined(node, slots), depends, inside);
                }
                StatementKind::Assume { left, bound, right } => {
                    let kind = self.assumption(left, *bound, right)?;
                    self.assumptions.push(Assumption { kind, place: statement.place });
                }
                StatementKind::Claim { name, left, relation, right, apart } => {
                    if self.index.claims.contains(name) {
                        return Err(SyntaxError::new(
                            statement.place,
                            "a new name for the claim",
                            &format!("'{name}' again"),
                        ));
                    }
                    apart_from_indices("", &[], &[left, right])?;
                    let claim = self.claim(name, statement.place, left, *relation, right)?.apart(apart)?;
                    self.note_counts(name, [&claim.left, &claim.right]);
                    self.index.claims.insert(name.clone());
                    self.index.uses += claim.used.iter().count();
                    if self.index.uses > MOST_USES {
                        let expected = format!(
                            "claims that depend on at most {MOST_USES} quantities together: split the derivation"
                        );
                        return Err(SyntaxError::new(statement.place, &expected, "one that depends on more"));
                    }
                    self.claims.push(claim);
                }
            }
        }
        Ok(())
    }

    /// A claim about the symbols that are known.
    fn claim(
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

    /// A claim with these sides, and otherwise as another one.
    pub(in crate::claims) fn edited(
        &self,
        claim: &Claim,
        left: &Expr,
        relation: Relation,
        right: &Expr,
    ) -> Result<Claim, SyntaxError> {
        let name = |slot: usize| {
            claim
                .free
                .iter()
                .find(|(_, other)| *other == slot)
                .map_or(String::new(), |(name, _)| name.clone())
        };
        let pairs: Vec<_> = claim.apart.iter().map(|(a, b)| (name(*a), name(*b))).collect();
        self.claim(&claim.name, claim.place, left, relation, right)?.apart(&pairs)
    }

    fn new_name(&self, name: &str, place: Place) -> Result<(), SyntaxError> {
        if self.find(name).is_some() {
            let found = format!("'{name}', which is declared already");
            Err(SyntaxError::new(place, "a new name", &found))
        } else {
            Ok(())
        }
    }

    /// # Errors
    /// A parameter behind what counts the parameters: it would not be counted there.
    fn all_counted(&self, name: &str, place: Place) -> Result<(), SyntaxError> {
        match &self.index.counts {
            Some(user) => Err(SyntaxError::new(
                place,
                "all parameters before the first line with D, lambda_max or lambda_min",
                &format!("'{name}' behind '{user}', which has one of these"),
            )),
            None => Ok(()),
        }
    }

    /// Notes a quantity or a claim if it is the first that counts the parameters.
    fn note_counts<'n>(&mut self, name: &str, nodes: impl IntoIterator<Item = &'n Node>) {
        let counts = |form: &Form| matches!(form, Form::Parameters | Form::Eigenvalue { .. });
        if self.index.counts.is_none() && nodes.into_iter().any(|node| node.any(&counts)) {
            self.index.counts = Some(name.to_string());
        }
    }

    fn add(
        &mut self,
        name: &str,
        ranges: Vec<Range>,
        value: Value,
        mut depends: Symbols,
        (order, eigenvalues): (usize, bool),
    ) {
        depends.insert(self.symbols.len());
        if let Value::Defined(node, _) = &value {
            self.note_counts(name, [node]);
        }
        let height = match &value {
            Value::Defined(node, _) => self.height(node),
            Value::Free { .. } => 0,
        };
        self.push(Symbol { name: name.to_string(), ranges, value, depends, order, eigenvalues, height });
    }

    /// How deep expressions are nested in a node and in the definitions that it builds on.
    pub(in crate::claims) fn height(&self, node: &Node) -> usize {
        let below = match &node.form {
            Form::Symbol(symbol, _) => self.symbols[*symbol].height,
            Form::Eigenvalue { .. } => self.find("L").map_or(0, |loss| self.symbols[loss].height),
            _ => node.children().into_iter().map(|child| self.height(child)).max().unwrap_or(0),
        };
        below + 1
    }
}

impl Claim {
    /// The claim for those values of its free indices at which these pairs differ.
    fn apart(mut self, pairs: &[(String, String)]) -> Result<Self, SyntaxError> {
        for (first, second) in pairs {
            let slot = |index: &String| {
                let known = self.free.iter().find(|(name, _)| name == index).map(|(_, slot)| *slot);
                let found = format!("'{index}', which is none");
                let expected = "free indices of the claim behind 'for'";
                known.ok_or_else(|| SyntaxError::new(self.place, expected, &found))
            };
            let (a, b) = (slot(first)?, slot(second)?);
            let (one, other) = (self.slots[a], self.slots[b]);
            if one != other {
                let expected = format!("indices of one range behind 'for': '{first}' over {}", one.name());
                let found = format!("'{second}' over {}", other.name());
                return Err(SyntaxError::new(self.place, &expected, &found));
            }
            self.apart.push((a, b));
        }
        Ok(self)
    }
}

/// # Errors
/// A name that is a quantity's and an index in one statement: nobody could tell which is meant.
fn apart_from_indices(own: &str, indices: &[String], sides: &[&Expr]) -> Result<(), SyntaxError> {
    let (mut names, mut places) = (indices.to_vec(), Vec::new());
    sides.iter().for_each(|side| collect(side, &mut names, &mut places));
    let place = sides.first().map_or(Place::default(), |side| side.place);
    places.push((own.to_string(), place));
    match places.into_iter().find(|(name, _)| names.contains(name)) {
        Some((name, place)) => {
            let found = format!("'{name}' as both");
            Err(SyntaxError::new(place, "different names for quantities and indices of a statement", &found))
        }
        None => Ok(()),
    }
}

/// The indices of an expression, and its quantities with their places.
fn collect(expr: &Expr, indices: &mut Vec<String>, quantities: &mut Vec<(String, Place)>) {
    match &expr.kind {
        Kind::Number(_) => {}
        Kind::Symbol(name, own) => {
            quantities.push((name.clone(), expr.place));
            indices.extend_from_slice(own);
        }
        Kind::Delta(a, b) => indices.extend([a.clone(), b.clone()]),
        Kind::Call(_, x) | Kind::Negate(x) | Kind::Power(x, _) => collect(x, indices, quantities),
        Kind::Sum(over, x) => {
            indices.extend_from_slice(over);
            collect(x, indices, quantities);
        }
        Kind::Add(x, y) | Kind::Subtract(x, y) | Kind::Multiply(x, y) | Kind::Divide(x, y) => {
            collect(x, indices, quantities);
            collect(y, indices, quantities);
        }
        Kind::Derivative { of, by, indices: own, fixed } => {
            indices.extend_from_slice(own);
            quantities.extend(fixed.iter().chain([by]).map(|name| (name.clone(), expr.place)));
            collect(of, indices, quantities);
        }
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
