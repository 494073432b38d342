//! Statements to a program.

use super::assume;
use super::error::{Place, SyntaxError};
use super::parser::too_many;
use super::program::{
    Assumption, Claim, Declared, Form, Idx, MOST_STATEMENTS, MOST_USES, Macro, Node, Program, Size, Symbol,
    Value,
};
use super::scope::Scope;
use super::symbols::Symbols;
use super::syntax::{Condition, Expr, Index, Kind, MOST_SIZES, Range, Relation, Statement, StatementKind};
use super::words;

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
            self.state(statement)?;
        }
        Ok(())
    }

    fn state(&mut self, statement: &Statement) -> Result<(), SyntaxError> {
        let place = statement.place;
        match &statement.kind {
            StatementKind::Sizes(sizes) => {
                for (name, least) in sizes {
                    self.new_size(name, *least, place)?;
                }
            }
            StatementKind::Function { name, arguments } => {
                self.new_function(name, place)?;
                self.functions.push(Declared { name: name.clone(), arguments: *arguments });
            }
            StatementKind::Macro { name, parameters, value } => {
                self.new_macro(name, parameters, value, place)?;
            }
            StatementKind::Free { name, ranges, parameter, structure, outside } => {
                self.new_name(name, place)?;
                if *parameter {
                    self.all_counted(name, place)?;
                }
                let ranges = ranges.iter().map(|(size, place)| self.size(size, *place));
                let ranges = ranges.collect::<Result<Vec<_>, _>>()?;
                if structure.is_some() && !matches!(ranges.as_slice(), [row, column] if row == column) {
                    let expected = format!("a square matrix, as in {name}[d,d], with a structure");
                    let found = format!("{name}[{}]", self.size_names(&ranges));
                    return Err(SyntaxError::new(place, &expected, &found));
                }
                let value = Value::Free { parameter: *parameter, structure: *structure };
                let from_zero = vec![false; ranges.len()];
                let symbol = Draft { ranges, from_zero, value, outside: *outside, ..Draft::default() };
                self.add(name, symbol);
            }
            StatementKind::Let { name, indices, value, conditions, outside } => {
                self.define(name, indices, value, conditions, *outside, place)?;
            }
            StatementKind::Assume { left, relation, right } => {
                let kind = self.assumption(left, *relation, right)?;
                let text = format!("{left} {} {right}", relation.sign());
                self.assumptions.push(Assumption { kind, place, text });
            }
            StatementKind::Claim { name, left, relation, right, conditions } => {
                if self.index.claims.contains(name) {
                    return Err(SyntaxError::new(
                        place,
                        "a new name for the claim",
                        &format!("'{name}' again"),
                    ));
                }
                self.apart_from_indices("", &[], &[left, right])?;
                let (claim, letters) = self.claim(name, place, left, *relation, right, conditions)?;
                self.note_letters(letters);
                self.note_counts(name, [&claim.left, &claim.right]);
                self.index.claims.insert(name.clone());
                self.index.uses += claim.used.iter().count();
                if self.index.uses > MOST_USES {
                    let expected = format!(
                        "claims that depend on at most {MOST_USES} quantities together: split the derivation"
                    );
                    return Err(SyntaxError::new(place, &expected, "one that depends on more"));
                }
                self.claims.push(claim);
            }
        }
        Ok(())
    }

    fn new_size(&mut self, name: &str, least: Option<i64>, place: Place) -> Result<(), SyntaxError> {
        self.new_name(name, place)?;
        if self.index.letters.contains_key(name) {
            let expected = "a new name for the size";
            return Err(SyntaxError::new(place, expected, &format!("'{name}', which was an index before")));
        }
        if Range::KNOWN.len() + self.sizes.len() >= MOST_SIZES {
            let expected = format!("at most {} sizes of one's own", MOST_SIZES - Range::KNOWN.len());
            return Err(SyntaxError::new(place, &expected, "one more"));
        }
        let least = least.unwrap_or(1);
        if !(1..=assume::LARGEST).contains(&least) {
            let expected = format!("a least size from 1 to {}", assume::LARGEST);
            return Err(SyntaxError::new(place, &expected, &least.to_string()));
        }
        self.sizes.push(Size { name: name.to_string(), least: least as usize });
        Ok(())
    }

    /// The range of a size that is declared.
    fn size(&self, name: &str, place: Place) -> Result<Range, SyntaxError> {
        self.range(name).ok_or_else(|| {
            let own: Vec<&str> = self.sizes.iter().map(|size| size.name.as_str()).collect();
            let own = if own.is_empty() { String::new() } else { format!(", {}", own.join(", ")) };
            let expected = format!("a size: N, d, h, C{own}, or one of your own, as in 'size {name}'");
            SyntaxError::new(place, &expected, &format!("'{name}'"))
        })
    }

    fn new_function(&self, name: &str, place: Place) -> Result<(), SyntaxError> {
        self.new_name(name, place)?;
        let taken =
            words::function(name).is_some() || words::OPERATIONS.iter().any(|(known, _)| *known == name);
        match taken {
            true => {
                Err(SyntaxError::new(place, "a new name", &format!("'{name}', which is a function already")))
            }
            false => Ok(()),
        }
    }

    fn new_macro(
        &mut self,
        name: &str,
        parameters: &[String],
        value: &Expr,
        place: Place,
    ) -> Result<(), SyntaxError> {
        self.new_function(name, place)?;
        for (at, parameter) in parameters.iter().enumerate() {
            if parameters[..at].contains(parameter) || self.find(parameter).is_some() {
                let found = format!("'{parameter}', which is taken");
                return Err(SyntaxError::new(place, "a new name for the parameter", &found));
            }
        }
        // Read once with numbers as its arguments, so that what is wrong is said here.
        let one = |_| Expr { kind: Kind::Number(1), place };
        let arguments: Vec<Expr> = parameters.iter().map(one).collect();
        let mut scope = Scope::new(self);
        scope.open = false;
        scope.expand(parameters, value, &arguments)?;
        scope.ranges(value.place)?;
        let letters = scope.letters();
        self.note_letters(letters);
        self.macros.insert(name.to_string(), Macro { parameters: parameters.to_vec(), value: value.clone() });
        Ok(())
    }

    /// Remembers what the indices of a statement ran over.
    pub(super) fn note_letters(&mut self, letters: Vec<(String, Range)>) {
        for (name, range) in letters {
            let known = self.index.letters.entry(name).or_insert(Some(range));
            if *known != Some(range) {
                *known = None;
            }
        }
    }

    /// A claim about the symbols that are known, and what its indices run over.
    fn claim(
        &self,
        name: &str,
        place: Place,
        left: &Expr,
        relation: Relation,
        right: &Expr,
        conditions: &[Condition],
    ) -> Result<(Claim, Vec<(String, Range)>), SyntaxError> {
        let mut scope = Scope::new(self);
        let mut quantities = Vec::new();
        [left, right].into_iter().for_each(|side| self.collect(side, &mut scope.expected, &mut quantities));
        let left_side = scope.typed(left)?;
        let count = scope.free.len();
        let right_side = scope.typed(right)?;
        if let Some((extra, _)) = scope.free.get(count) {
            let found = format!("the index {extra}, which the left side does not have");
            return Err(SyntaxError::new(right.place, "the free indices of the left side", &found));
        }
        let right_side = scope.alike(&left_side, &right_side, right.place)?;
        let mut free: Vec<(String, usize)> = Vec::new();
        for (index, found) in &scope.free {
            if let Idx::Slot(slot) = found {
                free.push((index.clone(), *slot));
            }
        }
        let named = free.len();
        let missing = free.iter().find(|(_, slot)| !mentions(&right_side.node, *slot));
        if let Some((missing, _)) = missing
            && has_entries(&right_side.node)
            && free.iter().any(|(_, slot)| mentions(&right_side.node, *slot))
        {
            let found = format!("no index {missing}, which the left side has");
            return Err(SyntaxError::new(right.place, "the free indices of the left side", &found));
        }
        let mut names =
            ["i", "j", "k", "l"].into_iter().filter(|name| free.iter().all(|(own, _)| own != name));
        let names: Vec<&str> = names.by_ref().collect();
        for (at, slot) in left_side.slots().into_iter().enumerate() {
            free.push((names.get(at).map_or_else(|| format!("i{at}"), ToString::to_string), slot));
        }
        scope.open = false;
        let mut compared = Vec::new();
        for condition in conditions {
            match condition {
                Condition::In(index, size) => match scope.find(index) {
                    Some(Idx::Slot(slot)) => scope.within(slot, size, place)?,
                    _ => return Err(no_free_index(index, place)),
                },
                Condition::Compare(left, relation, right) => {
                    for index in left.names().chain(right.names()) {
                        let known = free[..named].iter().any(|(name, _)| name == index);
                        if !known && self.range(index).is_none() {
                            return Err(no_free_index(index, place));
                        }
                    }
                    let range = |index: &Index| match index.alone().and_then(|name| scope.find(name)) {
                        Some(Idx::Slot(slot)) => scope.range_of(slot),
                        _ => None,
                    };
                    if let (Some(one), Some(other)) = (range(left), range(right))
                        && one != other
                    {
                        let expected = format!(
                            "indices of one range behind 'for': '{left}' over {}",
                            self.range_name(one)
                        );
                        let found = format!("'{right}' over {}", self.range_name(other));
                        return Err(SyntaxError::new(place, &expected, &found));
                    }
                    compared.push(scope.compared(left, *relation, right, place)?);
                }
            }
        }
        let slots = scope.ranges(right.place)?;
        self.complete(&scope.used, place)?;
        let letters = scope.letters();
        let claim = Claim {
            name: name.to_string(),
            place,
            left: left_side.node,
            relation,
            right: right_side.node,
            left_text: left.clone(),
            right_text: right.clone(),
            free,
            slots,
            conditions: compared,
            conditions_text: conditions.to_vec(),
            order: scope.order,
            eigenvalues: scope.eigenvalues,
            used: scope.used,
            seen: (self.symbols.len(), self.assumptions.len()),
        };
        Ok((claim, letters))
    }

    /// A claim with these sides, and otherwise as another one.
    pub(in crate::claims) fn edited(
        &self,
        claim: &Claim,
        left: &Expr,
        relation: Relation,
        right: &Expr,
    ) -> Result<Claim, SyntaxError> {
        let edited = self.claim(&claim.name, claim.place, left, relation, right, &claim.conditions_text)?.0;
        Ok(Claim { seen: (self.symbols.len(), claim.seen.1.min(self.assumptions.len())), ..edited })
    }

    pub(super) fn new_name(&self, name: &str, place: Place) -> Result<(), SyntaxError> {
        let function = self.functions.iter().any(|function| function.name == name);
        if self.find(name).is_some()
            || self.range(name).is_some()
            || function
            || self.macros.contains_key(name)
        {
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

    pub(super) fn add(&mut self, name: &str, draft: Draft) {
        let Draft { ranges, from_zero, value, mut depends, order, eigenvalues, outside } = draft;
        depends.insert(self.symbols.len());
        if let Value::Defined(node, _) = &value {
            self.note_counts(name, [node]);
        }
        let height = match &value {
            Value::Defined(node, _) => self.height(node),
            Value::Free { .. } => 0,
        };
        let name = name.to_string();
        self.push(Symbol {
            name,
            ranges,
            from_zero,
            outside,
            recursive: false,
            value,
            depends,
            order,
            eigenvalues,
            height,
        });
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

/// A quantity that is about to be added.
pub(super) struct Draft {
    pub(super) ranges: Vec<Range>,
    pub(super) from_zero: Vec<bool>,
    pub(super) value: Value,
    pub(super) depends: Symbols,
    pub(super) order: usize,
    pub(super) eigenvalues: bool,
    pub(super) outside: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Draft {
            ranges: Vec::new(),
            from_zero: Vec::new(),
            value: Value::Free { parameter: false, structure: None },
            depends: Symbols::default(),
            order: 0,
            eigenvalues: false,
            outside: false,
        }
    }
}

fn no_free_index(index: &str, place: Place) -> SyntaxError {
    let expected = "free indices of the claim behind 'for'";
    SyntaxError::new(place, expected, &format!("'{index}', which is none"))
}

impl Program {
    /// # Errors
    /// A name that is a quantity's and an index in one statement: nobody could tell which is meant.
    pub(super) fn apart_from_indices(
        &self,
        own: &str,
        indices: &[Index],
        sides: &[&Expr],
    ) -> Result<(), SyntaxError> {
        let mut names: Vec<String> = Vec::new();
        let mut places = Vec::new();
        self.note_indices(indices.iter(), &mut names);
        sides.iter().for_each(|side| self.collect(side, &mut names, &mut places));
        let place = sides.first().map_or(Place::default(), |side| side.place);
        places.push((own.to_string(), place));
        match places.into_iter().find(|(name, _)| names.contains(name)) {
            Some((name, place)) => {
                let found = format!("'{name}' as both");
                let expected = "different names for quantities and indices of a statement";
                Err(SyntaxError::new(place, expected, &found))
            }
            None => Ok(()),
        }
    }

    fn note_indices<'i>(&self, indices: impl Iterator<Item = &'i Index>, names: &mut Vec<String>) {
        let all = indices.flat_map(Index::names).filter(|name| self.range(name).is_none());
        names.extend(all.map(str::to_string));
    }

    /// The indices of an expression, and its quantities with their places.
    pub(super) fn collect(
        &self,
        expr: &Expr,
        indices: &mut Vec<String>,
        quantities: &mut Vec<(String, Place)>,
    ) {
        match &expr.kind {
            Kind::Symbol(name, _) if self.find(name).is_some() => quantities.push((name.clone(), expr.place)),
            Kind::Derivative { by, fixed, .. } => {
                quantities.extend(fixed.iter().chain([by]).map(|name| (name.clone(), expr.place)));
            }
            Kind::At(_, settings) => {
                quantities.extend(settings.iter().map(|setting| (setting.name.clone(), expr.place)));
            }
            Kind::Expect(name, ..) => quantities.push((name.clone(), expr.place)),
            _ => {}
        }
        // What stands in a comparison may be quantities.
        if !matches!(&expr.kind, Kind::Mask(a, _, b) if a.names().chain(b.names()).any(|name| self.is_number(name)))
        {
            self.note_indices(expr.kind.indices().into_iter(), indices);
        }
        indices.extend(expr.kind.binds().into_iter().map(str::to_string));
        expr.kind.children().into_iter().for_each(|child| self.collect(child, indices, quantities));
    }
}

/// Whether an index occurs in an expression.
fn mentions(node: &Node, slot: usize) -> bool {
    node.indices().into_iter().any(|index| index.slots().any(|own| own == slot))
        || node.children().into_iter().any(|child| mentions(child, slot))
}

/// Whether an entry of some quantity occurs: if not, the expression may be the same for all values of an index.
fn has_entries(node: &Node) -> bool {
    let here = match &node.form {
        Form::Symbol(_, indices) | Form::Derivative(_, _, indices, _) => !indices.is_empty(),
        _ => false,
    };
    here || node.children().into_iter().any(has_entries)
}
