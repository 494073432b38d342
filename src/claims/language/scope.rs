//! The names and indices of one statement: what they stand for, and what each index runs over.

use super::error::{Place, SyntaxError};
use super::program::{Affine, Compared, Form, Idx, Node, Program, Value};
use super::symbols::Symbols;
use super::syntax::{Index, Range, Relation, Structure};
use super::typed::Parameter;
use super::words;
use crate::names::nearest;
use std::collections::HashMap;

/// The indices of one statement.
pub(super) struct Scope<'a> {
    pub(super) program: &'a Program,
    /// Free indices, in the order in which they were met.
    pub(super) free: Vec<(String, Idx)>,
    /// Indices of the sums around, innermost last.
    pub(super) bound: Vec<(String, usize)>,
    /// Indices of all sums so far.
    pub(super) summed: Vec<String>,
    /// What each slot runs over.
    slots: Vec<Option<Range>>,
    /// What it may run over, from index arithmetic, if nothing else says it.
    weak: Vec<Option<Range>>,
    /// How each slot is called.
    names: Vec<String>,
    /// Slots that a comparison ties together; whether they must have one range.
    tied: Vec<(usize, usize, Place, bool)>,
    /// Whether an unknown index is a new free index.
    pub(super) open: bool,
    /// Names that are indices somewhere in the statement.
    pub(super) expected: Vec<String>,
    /// The arguments of the function whose value is being read.
    pub(super) parameters: HashMap<String, Parameter>,
    /// The symbols that the statement depends on.
    pub(super) used: Symbols,
    /// Those by which it differentiates, that it sets or draws.
    pub(super) moved: Symbols,
    /// How deep derivatives are nested.
    pub(super) order: usize,
    /// Whether an eigenvalue occurs.
    pub(super) eigenvalues: bool,
    /// Forms that functions with parameters have brought in.
    pub(super) expanded: usize,
}

impl<'a> Scope<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Scope {
            program,
            free: Vec::new(),
            bound: Vec::new(),
            summed: Vec::new(),
            slots: Vec::new(),
            weak: Vec::new(),
            names: Vec::new(),
            tied: Vec::new(),
            open: true,
            expected: Vec::new(),
            parameters: HashMap::new(),
            used: Symbols::default(),
            moved: Symbols::default(),
            order: 0,
            eigenvalues: false,
            expanded: 0,
        }
    }

    /// A new slot, with the name of its index; none for that of a matrix.
    pub(super) fn new_slot(&mut self, name: &str, range: Option<Range>) -> usize {
        self.slots.push(range.filter(|range| *range != Range::UNKNOWN));
        self.weak.push(None);
        self.names.push(name.to_string());
        self.slots.len() - 1
    }

    /// A slot like another one.
    pub(super) fn copied_slot(&mut self, slot: usize) -> usize {
        let name = self.names[slot].clone();
        let copy = self.new_slot(&name, self.slots[slot]);
        self.weak[copy] = self.weak[slot];
        self.tied.push((slot, copy, Place::default(), true));
        copy
    }

    /// What a slot runs over, as far as it is known.
    pub(super) fn range_of(&self, slot: usize) -> Option<Range> {
        self.slots[slot].or(self.weak[slot])
    }

    pub(super) fn find(&self, index: &str) -> Option<Idx> {
        let bound = self.bound.iter().rev().find(|(name, _)| name == index).map(|(_, slot)| Idx::Slot(*slot));
        bound.or_else(|| self.free.iter().find(|(name, _)| name == index).map(|(_, index)| index.clone()))
    }

    fn lookup(&mut self, index: &str, place: Place) -> Result<Idx, SyntaxError> {
        match self.find(index) {
            Some(found) => Ok(found),
            None if self.summed.iter().any(|other| other == index) => {
                let expected = format!("'{index}' inside of its sum, or another index");
                Err(SyntaxError::new(place, &expected, &format!("'{index}' where the sum has ended")))
            }
            None if self.program.is_number(index) || self.parameters.contains_key(index) => {
                Err(SyntaxError::new(place, "an index", &format!("'{index}', which is a quantity")))
            }
            None if self.open => {
                let slot = self.new_slot(index, None);
                self.free.push((index.to_string(), Idx::Slot(slot)));
                Ok(Idx::Slot(slot))
            }
            None => {
                let free = self.free.iter().map(|(name, _)| name.as_str());
                let known: Vec<&str> = free.chain(self.bound.iter().map(|(name, _)| name.as_str())).collect();
                let expected = format!("an index of the left side or of a sum ({})", known.join(", "));
                Err(SyntaxError::new(place, &expected, &format!("'{index}'")))
            }
        }
    }

    /// An index with its names looked up.
    pub(super) fn index(&mut self, index: &Index, place: Place) -> Result<Idx, SyntaxError> {
        let mut sum = Affine { constant: index.constant, ..Affine::default() };
        for (factor, name) in &index.terms {
            match self.program.range(name) {
                Some(range) => {
                    sum.add(*factor, &Affine { sizes: vec![(1, range)], ..Affine::default() });
                }
                None => {
                    let found = self.lookup(name, place)?;
                    sum.add(*factor, &found.affine());
                }
            }
        }
        Ok(sum.index())
    }

    /// Two indices that compare so: both run over one range, where nothing else is known of one of them.
    pub(super) fn compared(
        &mut self,
        left: &Index,
        relation: Relation,
        right: &Index,
        place: Place,
    ) -> Result<Compared, SyntaxError> {
        let compared =
            Compared { left: self.index(left, place)?, relation, right: self.index(right, place)? };
        match (&compared.left, &compared.right) {
            (Idx::Slot(a), Idx::Slot(b)) => {
                let strict = matches!(relation, Relation::Equal | Relation::Apart);
                self.tied.push((*a, *b, place, strict));
            }
            // `t < T` says what t runs over.
            (Idx::Slot(slot), Idx::Affine(other)) | (Idx::Affine(other), Idx::Slot(slot)) => {
                match (other.slots.as_slice(), other.sizes.as_slice()) {
                    ([], [(1, range)]) => self.suggest(*slot, *range),
                    ([(1, other)], []) => self.tied.push((*slot, *other, place, false)),
                    _ => {}
                }
            }
            (Idx::Affine(one), Idx::Affine(other)) => {
                let single = |sum: &Affine| match (sum.slots.as_slice(), sum.sizes.as_slice()) {
                    ([(1, slot)], []) => Some(*slot),
                    _ => None,
                };
                let size = |sum: &Affine| match (sum.slots.as_slice(), sum.sizes.as_slice()) {
                    ([], [(1, range)]) => Some(*range),
                    _ => None,
                };
                match (single(one), single(other)) {
                    (Some(slot), None) => size(other).into_iter().for_each(|range| self.suggest(slot, range)),
                    (None, Some(slot)) => size(one).into_iter().for_each(|range| self.suggest(slot, range)),
                    (Some(a), Some(b)) => self.tied.push((a, b, place, false)),
                    (None, None) => {}
                }
            }
        }
        Ok(compared)
    }

    /// What a slot runs over if nothing else says it.
    fn suggest(&mut self, slot: usize, range: Range) {
        if range != Range::UNKNOWN {
            self.weak[slot].get_or_insert(range);
        }
    }

    /// The index runs up to the size with this name.
    pub(super) fn within(&mut self, slot: usize, size: &str, place: Place) -> Result<(), SyntaxError> {
        let Some(range) = self.program.range(size) else {
            let sizes: Vec<String> =
                self.program.ranges().map(|range| self.program.size_name(range).to_string()).collect();
            let expected = format!("a size behind 'in': {}, or one that 'size' declares", sizes.join(", "));
            return Err(SyntaxError::new(place, &expected, &format!("'{size}'")));
        };
        let name = self.names[slot].clone();
        self.give(slot, range, place, &name)
    }

    pub(super) fn give(
        &mut self,
        slot: usize,
        range: Range,
        place: Place,
        index: &str,
    ) -> Result<(), SyntaxError> {
        if range == Range::UNKNOWN {
            return Ok(());
        }
        match self.slots[slot] {
            Some(known) if known != range => {
                let expected = format!("an index over {}", self.program.range_name(range));
                let found = format!("'{index}', which runs over {}", self.program.range_name(known));
                Err(SyntaxError::new(place, &expected, &found))
            }
            _ => {
                self.slots[slot] = Some(range);
                Ok(())
            }
        }
    }

    /// The range of every slot.
    pub(super) fn ranges(&mut self, place: Place) -> Result<Vec<Range>, SyntaxError> {
        self.tie(true)?;
        self.tie(false)?;
        for slot in 0..self.slots.len() {
            self.slots[slot] = self.slots[slot].or(self.weak[slot]);
        }
        self.tie(true)?;
        self.tie(false)?;
        for slot in 0..self.slots.len() {
            let letter = self.program.index.letters.get(&self.names[slot]);
            self.slots[slot] = self.slots[slot].or(letter.copied().flatten());
        }
        self.tie(true)?;
        let all: Option<Vec<Range>> = self.slots.iter().copied().collect();
        all.ok_or_else(|| {
            let lacks = self.slots.iter().position(Option::is_none).map(|slot| self.names[slot].as_str());
            let lacks = lacks.filter(|name| !name.is_empty()).unwrap_or("k");
            let expected =
                format!("indices that some symbol gives a range, or that say it, as in '{lacks} in C'");
            SyntaxError::new(place, &expected, "one that none does")
        })
    }

    /// Same as [`Scope::ranges`], but these slots may be without a range.
    pub(super) fn partial_ranges(&mut self, place: Place, open: &[usize]) -> Result<Vec<Range>, SyntaxError> {
        let known = self.ranges(place);
        if known.is_ok() || !open.iter().any(|slot| self.slots[*slot].is_none()) {
            return known;
        }
        let lacking: Vec<usize> = open.iter().copied().filter(|slot| self.slots[*slot].is_none()).collect();
        for slot in &lacking {
            self.slots[*slot] = Some(Range::UNKNOWN);
        }
        self.ranges(place)
    }

    /// Hands ranges on between indices that are compared.
    fn tie(&mut self, strictly: bool) -> Result<(), SyntaxError> {
        for _ in 0..=self.tied.len() {
            for (a, b, place, strict) in self.tied.clone() {
                if strict != strictly {
                    continue;
                }
                match (self.slots[a], self.slots[b]) {
                    (Some(range), _) if strict => self.give(b, range, place, "the second index")?,
                    (Some(range), None) if range != Range::UNKNOWN => self.slots[b] = Some(range),
                    (None, Some(range)) if range != Range::UNKNOWN => self.slots[a] = Some(range),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// The names of the indices with their ranges, for what follows.
    pub(super) fn letters(&self) -> Vec<(String, Range)> {
        let known = self.names.iter().zip(&self.slots);
        known
            .filter(|(name, _)| !name.is_empty())
            .filter_map(|(name, range)| range.map(|range| (name.clone(), range)))
            .collect()
    }

    pub(super) fn known(&self, name: &str, place: Place) -> Result<usize, SyntaxError> {
        let unknown = || {
            let near = nearest(name, self.program.symbols.iter().map(|symbol| symbol.name.as_str()));
            let such = near.map_or(String::new(), |near| format!(", such as '{near}'"));
            SyntaxError::new(place, &format!("a known symbol{such}"), &format!("'{name}'"))
        };
        self.program.find(name).ok_or_else(unknown)
    }

    pub(super) fn entry(
        &mut self,
        name: &str,
        indices: &[Index],
        place: Place,
    ) -> Result<(usize, Vec<Idx>), SyntaxError> {
        let id = self.known(name, place)?;
        let symbol = &self.program.symbols[id];
        let ranges = symbol.ranges.clone();
        if ranges.len() != indices.len() {
            let expected =
                format!("{} indices for {name}[{}]", ranges.len(), self.program.size_names(&ranges));
            return Err(SyntaxError::new(place, &expected, &format!("{}", indices.len())));
        }
        let mut all = Vec::new();
        for (at, (index, range)) in indices.iter().zip(ranges).enumerate() {
            let found = self.index(index, place)?;
            match &found {
                Idx::Slot(slot) => self.give(*slot, range, place, &index.to_string())?,
                Idx::Affine(sum) => match (sum.slots.as_slice(), sum.sizes.is_empty()) {
                    ([(1, slot)], true) => self.suggest(*slot, range),
                    ([], true) if !symbol.outside => {
                        let least = if symbol.from_zero[at] { 0 } else { 1 };
                        if sum.constant < least {
                            let expected = format!(
                                "an index from {least} for {name}, or 'outside 0' behind its declaration"
                            );
                            return Err(SyntaxError::new(place, &expected, &format!("'{index}'")));
                        }
                    }
                    _ => {}
                },
            }
            all.push(found);
        }
        self.depend_on(id);
        Ok((id, all))
    }

    pub(super) fn depend_on(&mut self, symbol: usize) {
        self.used.unite(&self.program.symbols[symbol].depends);
    }

    /// A size, `D`, an eigenvalue or a quantity.
    pub(super) fn symbol(
        &mut self,
        name: &str,
        indices: &[Index],
        place: Place,
    ) -> Result<Form, SyntaxError> {
        let fail = |expected: &str| Err(SyntaxError::new(place, expected, &format!("'{name}'")));
        if let Some(range) = self.program.range(name) {
            if !indices.is_empty() {
                return fail("a size without indices");
            }
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
                let (id, all) = self.entry(name, indices, place)?;
                self.order = self.order.max(self.program.symbols[id].order);
                self.eigenvalues |= self.program.symbols[id].eigenvalues;
                return Ok(Form::Symbol(id, all));
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
        if order > super::program::HIGHEST_ORDER {
            let expected = format!("derivatives up to order {}", super::program::HIGHEST_ORDER);
            return Err(SyntaxError::new(place, &expected, &format!("order {order} in '{name}'")));
        }
        self.order = self.order.max(order);
        self.depend_on(loss);
        self.eigenvalues = true;
        Ok(Form::Eigenvalue { largest })
    }

    /// The quantities behind the bar of a derivative.
    pub(super) fn held(
        &self,
        fixed: &[String],
        by: &str,
        moved: usize,
        differentiated: &Symbols,
        place: Place,
    ) -> Result<Vec<usize>, SyntaxError> {
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
        Ok(held)
    }

    /// # Errors
    /// An orthogonal matrix: its entries cannot move by themselves.
    pub(super) fn movable(&self, symbol: usize, place: Place) -> Result<(), SyntaxError> {
        match self.program.symbols[symbol].value {
            Value::Free { structure: Some(Structure::Orthogonal), .. } => {
                let expected = "a derivative by a quantity whose entries can move: those of an orthogonal matrix cannot one by one";
                let found = format!("'{}'", self.program.symbols[symbol].name);
                Err(SyntaxError::new(place, expected, &found))
            }
            _ => Ok(()),
        }
    }

    /// The same statement with these slots first, in this order.
    pub(super) fn arranged(&self, node: &Node, first: &[usize]) -> (Node, Vec<usize>) {
        let mut order: Vec<usize> = first.to_vec();
        order.extend((0..self.slots.len()).filter(|slot| !first.contains(slot)));
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        (node.substituted(&|slot| Idx::Slot(place[slot])), order)
    }

    /// What is wrong with a call of a function that is not known.
    pub(super) fn no_function(&self, name: &str, place: Place) -> SyntaxError {
        let own = self.program.functions.iter().map(|function| function.name.as_str());
        let own = own.chain(self.program.macros.keys().map(String::as_str));
        let expected = match nearest(name, own) {
            Some(near) => format!("a function, such as {near}(x)"),
            None => words::instead_of_call(name),
        };
        SyntaxError::new(place, &expected, &format!("'{name}'"))
    }
}
