//! Definitions: of a number or an array, of all entries at once or case by case.

use super::error::{Place, SyntaxError};
use super::program::{Affine, Case, Compared, Form, Idx, MOST_INDICES, Node, Program, Value};
use super::resolve::Draft;
use super::scope::Scope;
use super::symbols::Symbols;
use super::syntax::{Condition, Expr, Index, Range, Relation};

/// How high a recurrence counts: such that it is evaluated on a deep stack.
const DEEP: usize = 50;

/// What an index on the left of a definition says.
enum Pattern {
    /// `i`, or `t+1`: a name, and what is added to it.
    Named(String, i64),
    /// `0`, or `T`: one value.
    One(Affine),
}

/// A case of a definition, with what its statement depends on.
struct Read {
    case: Case,
    slots: Vec<Range>,
    depends: Symbols,
    order: usize,
    eigenvalues: bool,
    letters: Vec<(String, Range)>,
}

impl Program {
    /// `let name[i,j] = value`, or a case of it.
    pub(super) fn define(
        &mut self,
        name: &str,
        indices: &[Index],
        value: &Expr,
        conditions: &[Condition],
        outside: bool,
        place: Place,
    ) -> Result<(), SyntaxError> {
        self.apart_from_indices(name, indices, &[value])?;
        if indices.len() > MOST_INDICES {
            let expected = format!("at most {MOST_INDICES} indices");
            return Err(SyntaxError::new(place, &expected, &indices.len().to_string()));
        }
        let patterns =
            indices.iter().map(|index| self.pattern(index, place)).collect::<Result<Vec<_>, _>>()?;
        for (at, pattern) in patterns.iter().enumerate() {
            let twice = |other: &Pattern| matches!((other, pattern), (Pattern::Named(a, _), Pattern::Named(b, _)) if a == b);
            if patterns[..at].iter().any(twice) {
                return Err(SyntaxError::new(place, "different indices", &format!("{} twice", indices[at])));
            }
        }
        let plain = patterns.iter().all(|pattern| matches!(pattern, Pattern::Named(_, 0)));
        let compares = conditions.iter().any(|condition| matches!(condition, Condition::Compare(..)));
        let known = self.find(name);
        if known.is_none() {
            self.new_name(name, place)?;
        }
        match known {
            None if plain && !compares => self.define_all(name, &patterns, value, conditions, outside),
            _ => self.define_case(name, &patterns, value, conditions, outside, place),
        }
    }

    fn pattern(&self, index: &Index, place: Place) -> Result<Pattern, SyntaxError> {
        let mut sum = Affine { constant: index.constant, ..Affine::default() };
        let mut named = None;
        for (factor, name) in &index.terms {
            match self.range(name) {
                Some(range) => sum.add(*factor, &Affine { sizes: vec![(1, range)], ..Affine::default() }),
                None if named.is_none() && *factor == 1 => named = Some(name.clone()),
                None => {
                    let expected = "an index such as i, t+1 or 0 on the left of a definition";
                    return Err(SyntaxError::new(place, expected, &format!("'{index}'")));
                }
            }
        }
        match named {
            Some(name) if sum.sizes.is_empty() => Ok(Pattern::Named(name, sum.constant)),
            Some(_) => {
                let expected = "an index such as i, t+1 or 0 on the left of a definition";
                Err(SyntaxError::new(place, expected, &format!("'{index}'")))
            }
            None => Ok(Pattern::One(sum)),
        }
    }

    fn define_all(
        &mut self,
        name: &str,
        patterns: &[Pattern],
        value: &Expr,
        conditions: &[Condition],
        outside: bool,
    ) -> Result<(), SyntaxError> {
        let mut scope = Scope::new(self);
        for pattern in patterns {
            if let Pattern::Named(index, _) = pattern {
                let slot = scope.new_slot(index, None);
                scope.free.push((index.clone(), Idx::Slot(slot)));
            }
        }
        scope.open = false;
        let typed = scope.typed(value)?;
        within(&mut scope, conditions, value.place)?;
        if !typed.is_number() && !patterns.is_empty() {
            let expected = format!("'let {name} = ...' without indices for an array, or a number");
            return Err(SyntaxError::new(value.place, &expected, "an array"));
        }
        let slots = scope.ranges(value.place)?;
        let first: Vec<usize> = (0..patterns.len()).chain(typed.slots()).collect();
        let (node, arranged) = scope.arranged(&typed.node, &first);
        let slots: Vec<Range> = arranged.into_iter().map(|slot| slots[slot]).collect();
        let draft = Draft {
            ranges: slots[..first.len()].to_vec(),
            from_zero: vec![false; first.len()],
            depends: scope.used.clone(),
            order: scope.order,
            eigenvalues: scope.eigenvalues,
            outside,
            value: Value::Defined(node, slots),
        };
        let letters = scope.letters();
        self.note_letters(letters);
        self.add(name, draft);
        Ok(())
    }

    fn define_case(
        &mut self,
        name: &str,
        patterns: &[Pattern],
        value: &Expr,
        conditions: &[Condition],
        outside: bool,
        place: Place,
    ) -> Result<(), SyntaxError> {
        let from_zero: Vec<bool> = patterns
            .iter()
            .map(|pattern| matches!(pattern, Pattern::One(sum) if *sum == Affine::default()))
            .collect();
        let new = self.find(name).is_none();
        if new {
            // A place whose range a later case says.
            let ranges = vec![Range::UNKNOWN; patterns.len()];
            let nothing = Node { form: Form::Cases(Vec::new()), place };
            let value = Value::Defined(nothing, ranges.clone());
            self.add(
                name,
                Draft { ranges, from_zero: from_zero.clone(), outside, value, ..Draft::default() },
            );
        }
        let Some(id) = self.find(name) else { return Ok(()) };
        let cases = matches!(&self.symbols[id].value, Value::Defined(Node { form: Form::Cases(_), .. }, _));
        if !cases {
            let found = format!("'{name}', which is declared already");
            return Err(SyntaxError::new(place, "a new name", &found));
        }
        if self.symbols[id].ranges.len() != patterns.len() {
            let expected =
                format!("{} indices for {name}, as in its first case", self.symbols[id].ranges.len());
            return Err(SyntaxError::new(place, &expected, &patterns.len().to_string()));
        }
        if let Some(claim) = self.claims.iter().find(|claim| claim.used.contains(id)) {
            let found = format!("claim '{}' about {name} before it", claim.name);
            return Err(SyntaxError::new(place, "all cases of a definition before its claims", &found));
        }
        for (own, new) in self.symbols[id].from_zero.iter_mut().zip(&from_zero) {
            *own |= new;
        }
        let read = self.read_case(id, patterns, value, conditions, place)?;
        self.add_case(id, read, patterns, place)
    }

    /// A case as it is read: its places are the first slots.
    fn read_case(
        &self,
        id: usize,
        patterns: &[Pattern],
        value: &Expr,
        conditions: &[Condition],
        place: Place,
    ) -> Result<Read, SyntaxError> {
        let symbol = &self.symbols[id];
        let mut scope = Scope::new(self);
        let slots: Vec<usize> = symbol.ranges.iter().map(|range| scope.new_slot("", Some(*range))).collect();
        let mut own = Vec::new();
        for (slot, pattern) in slots.iter().zip(patterns) {
            match pattern {
                Pattern::Named(index, added) => {
                    let mut sum = Affine { slots: vec![(1, *slot)], ..Affine::default() };
                    sum.constant = -added;
                    // The place of `t+1` with t from 0 on, where the quantity has an entry 0, or else from 1.
                    if *added > 0 {
                        let least = added + i64::from(!symbol.from_zero[*slot]);
                        let least = Affine { constant: least, ..Affine::default() };
                        own.push(Compared {
                            left: Idx::Slot(*slot),
                            relation: Relation::AtLeast,
                            right: Idx::Affine(Box::new(least)),
                        });
                    }
                    scope.free.push((index.clone(), sum.index()));
                }
                Pattern::One(sum) => own.push(Compared {
                    left: Idx::Slot(*slot),
                    relation: Relation::Equal,
                    right: Idx::Affine(Box::new(sum.clone())),
                }),
            }
        }
        scope.open = false;
        let node = scope.resolve(value)?;
        for condition in conditions {
            if let Condition::Compare(left, relation, right) = condition {
                own.push(scope.compared(left, *relation, right, place)?);
            }
        }
        within(&mut scope, conditions, place)?;
        // A size in a case says what its place runs over.
        for (slot, pattern) in slots.iter().zip(patterns) {
            if let Pattern::One(sum) = pattern
                && let [(1, range)] = sum.sizes.as_slice()
                && scope.range_of(*slot).is_none()
            {
                scope.give(*slot, *range, place, "the index of the case")?;
            }
        }
        let ranges = scope.partial_ranges(place, &slots)?;
        Ok(Read {
            case: Case { conditions: own, value: node },
            slots: ranges,
            depends: scope.used.clone(),
            order: scope.order,
            eigenvalues: scope.eigenvalues,
            letters: scope.letters(),
        })
    }

    /// Adds a case to a definition, and updates all that depend on it.
    fn add_case(
        &mut self,
        id: usize,
        read: Read,
        patterns: &[Pattern],
        place: Place,
    ) -> Result<(), SyntaxError> {
        let Read { case, slots, depends, order, eigenvalues, letters } = read;
        let count = patterns.len();
        let one = patterns.iter().any(|pattern| matches!(pattern, Pattern::One(_)));
        self.note_letters(letters);
        let Value::Defined(mut node, mut known) = self.symbols[id].value.clone() else { return Ok(()) };
        // The slots of this case come behind those of the others.
        let moved = known.len() - count;
        let new = |slot: usize| Idx::Slot(if slot < count { slot } else { slot + moved });
        let case = Case {
            conditions: case.conditions.iter().map(|compared| compared.substituted(&new)).collect(),
            value: case.value.substituted(&new),
        };
        for (own, range) in known.iter_mut().zip(&slots[..count]) {
            if *own == Range::UNKNOWN {
                *own = *range;
            } else if *range != Range::UNKNOWN && own != range {
                let (own, range) = (*own, *range);
                let expected = format!("an index over {} as in the other cases", self.range_name(own));
                return Err(SyntaxError::new(
                    place,
                    &expected,
                    &format!("one over {}", self.range_name(range)),
                ));
            }
        }
        if itself(&case.value, id, count) {
            let expected = "a definition by entries at other indices";
            let found = format!("an entry of '{}' that is defined by itself", self.symbols[id].name);
            return Err(SyntaxError::new(place, expected, &found));
        }
        if let Form::Cases(cases) = &node.form
            && cases.iter().any(|other| other.conditions == case.conditions)
        {
            let expected = "each case of a definition once";
            let found = format!("another case of '{}' for the same indices", self.symbols[id].name);
            return Err(SyntaxError::new(place, expected, &found));
        }
        known.extend_from_slice(&slots[count..]);
        let ranges = known[..count].to_vec();
        if let Form::Cases(cases) = &mut node.form {
            // One value comes before all values.
            if one { cases.insert(0, case) } else { cases.push(case) }
        }
        let recursive = depends.contains(id);
        let symbol = &mut self.symbols[id];
        symbol.value = Value::Defined(node, known);
        symbol.ranges = ranges;
        symbol.recursive |= recursive;
        let mut all = symbol.depends.clone();
        all.unite(&depends);
        let order = symbol.order.max(order);
        let eigenvalues = symbol.eigenvalues | eigenvalues;
        for other in 0..self.symbols.len() {
            if self.symbols[other].depends.contains(id) {
                let other = &mut self.symbols[other];
                other.depends.unite(&all);
                other.order = other.order.max(order);
                other.eigenvalues |= eigenvalues;
                other.recursive |= recursive;
            }
        }
        let height = match &self.symbols[id].value {
            Value::Defined(node, _) => self.height(node),
            Value::Free { .. } => 0,
        };
        // Each step of a recurrence is as deep again as its definition.
        self.symbols[id].height = if recursive { height.max(DEEP) } else { height };
        Ok(())
    }

    /// # Errors
    /// A quantity whose cases leave open what one of its indices runs over.
    pub(super) fn complete(&self, claim: &Symbols, place: Place) -> Result<(), SyntaxError> {
        let open = claim.iter().find(|symbol| self.symbols[*symbol].ranges.contains(&Range::UNKNOWN));
        match open {
            Some(symbol) => {
                let name = &self.symbols[symbol].name;
                let expected =
                    format!("a case of {name} that says what its index runs over, or 'for t < T' behind one");
                Err(SyntaxError::new(place, &expected, "none"))
            }
            None => Ok(()),
        }
    }
}

/// Ranges that are written behind a definition.
fn within(scope: &mut Scope, conditions: &[Condition], place: Place) -> Result<(), SyntaxError> {
    for condition in conditions {
        if let Condition::In(index, size) = condition {
            let found = scope.find(index).map(|index| index.affine().slots);
            let Some([(1, slot)]) = found.as_deref() else {
                return Err(SyntaxError::new(place, "an index of the left side", &format!("'{index}'")));
            };
            scope.within(*slot, size, place)?;
        }
    }
    Ok(())
}

/// Whether the entry of a quantity at its own indices stands in its definition.
fn itself(node: &Node, id: usize, count: usize) -> bool {
    let own: Vec<Idx> = (0..count).map(Idx::Slot).collect();
    let here = matches!(&node.form, Form::Symbol(symbol, indices) if *symbol == id && *indices == own);
    here || node.children().into_iter().any(|child| itself(child, id, count))
}
