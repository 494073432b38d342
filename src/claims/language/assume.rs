//! What an assumption says. What is assumed must be what the points are drawn by: a form that is known, or an equality that
//! can be solved for entries of a free quantity.

use super::error::{Place, SyntaxError};
use super::program::{Assumed, Claim, Compared, Equation, Form, Idx, Node, Program, Value};
use super::scope::Scope;
use super::symbols::Symbols;
use super::syntax::{Expr, Index, Kind, Range, Relation, Structure};
use super::words;

/// The largest number that a size may be assumed to reach.
pub(super) const LARGEST: i64 = 6;

impl Program {
    /// What is assumed by `left relation right`.
    ///
    /// # Errors
    /// [`SyntaxError`] for what cannot be used: an equality of which no free quantity can be a solution, what was assumed
    /// before, and a claim before it that would have needed it.
    pub(super) fn assumption(
        &mut self,
        left: &Expr,
        relation: Relation,
        right: &Expr,
    ) -> Result<Assumed, SyntaxError> {
        let place = left.place.to(right.place);
        let kind = match self.known_form(left, relation, right, place)? {
            Some(kind) => kind,
            None => self.equation(left, relation, right, place)?,
        };
        self.once(&kind, place)?;
        self.in_time(&kind, place)?;
        Ok(kind)
    }

    /// The forms by which entries are drawn.
    fn known_form(
        &mut self,
        left: &Expr,
        relation: Relation,
        right: &Expr,
        place: Place,
    ) -> Result<Option<Assumed>, SyntaxError> {
        let size = |expr: &Expr| match &expr.kind {
            Kind::Symbol(name, indices) if indices.is_empty() => self.range(name),
            _ => None,
        };
        match (size(left), size(right)) {
            (Some(range), _) => return self.at_least(range, relation, &right.kind, place).map(Some),
            (None, Some(range)) if matches!(left.kind, Kind::Number(_)) => {
                return self.at_least(range, mirrored(relation), &left.kind, place).map(Some);
            }
            _ => {}
        }
        Ok(match (&left.kind, relation, &right.kind) {
            (Kind::Symbol(name, _), ..) if words::keyword(name).is_some() => {
                let expected = "a bound of N, d, h or C, from which the number of parameters follows";
                let found = format!("'{left} {} {right}'", relation.sign());
                return Err(SyntaxError::new(place, expected, &found));
            }
            (Kind::Symbol(name, indices), Relation::Above, Kind::Number(0)) => {
                self.all_entries(name, indices, left.place)?.map(|symbol| Assumed::Positive { symbol })
            }
            (Kind::Number(0), Relation::Below, Kind::Symbol(name, indices)) => {
                self.all_entries(name, indices, right.place)?.map(|symbol| Assumed::Positive { symbol })
            }
            (Kind::Sum(over, body), Relation::Equal, Kind::Number(1)) => match &body.kind {
                Kind::Symbol(name, indices) if over.len() == 1 && over[0].condition.is_none() => {
                    let last = indices.last().and_then(Index::alone) == Some(&over[0].index);
                    let symbol = if last { self.all_entries(name, indices, body.place)? } else { None };
                    symbol.map(|symbol| Assumed::SumsToOne { symbol })
                }
                _ => None,
            },
            (Kind::Symbol(name, one), Relation::Equal, other) => {
                self.mirrored_matrix(name, one, other, place)?
            }
            _ => None,
        })
    }

    /// A free quantity whose indices are all different names.
    fn all_entries(&self, name: &str, indices: &[Index], place: Place) -> Result<Option<usize>, SyntaxError> {
        let Some(id) = self.find(name) else {
            let expected = "a quantity that is declared before the assumption";
            return Err(SyntaxError::new(place, expected, &format!("'{name}'")));
        };
        let symbol = &self.symbols[id];
        if matches!(symbol.value, Value::Defined(..)) {
            return Ok(None);
        }
        if symbol.ranges.len() != indices.len() && !indices.is_empty() {
            let names = self.size_names(&symbol.ranges);
            let expected = format!("{} indices for {name}[{names}]", symbol.ranges.len());
            return Err(SyntaxError::new(place, &expected, &format!("{}", indices.len())));
        }
        let names: Option<Vec<&str>> = indices.iter().map(Index::alone).collect();
        let Some(names) = names else { return Ok(None) };
        if let Some(twice) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
            let expected = format!("different indices: the assumption is about all entries of {name}");
            return Err(SyntaxError::new(place, &expected, &format!("'{}' twice", names[twice])));
        }
        Ok(Some(id))
    }

    /// `A[i,j] = A[j,i]`, also with a minus: the structure of a free matrix.
    fn mirrored_matrix(
        &mut self,
        name: &str,
        one: &[Index],
        other: &Kind,
        place: Place,
    ) -> Result<Option<Assumed>, SyntaxError> {
        let (kind, structure) = match other {
            Kind::Negate(x) => (&x.kind, Structure::Antisymmetric),
            kind => (kind, Structure::Symmetric),
        };
        let turned = match kind {
            Kind::Symbol(second, other) => match (one, other.as_slice()) {
                ([a, b], [c, d]) => second == name && a == d && b == c && a != b,
                _ => false,
            },
            Kind::Transposed(x) => x.kind == Kind::Symbol(name.to_string(), Vec::new()) && one.is_empty(),
            _ => false,
        };
        if !turned {
            return Ok(None);
        }
        let id = self.find(name).filter(|id| matches!(self.symbols[*id].ranges.as_slice(), [a, b] if a == b));
        let Some(id) = id else { return Ok(None) };
        let used = self.claims.iter().find(|claim| claim.used.contains(id));
        match &mut self.symbols[id].value {
            Value::Free { structure: own @ None, .. } if used.is_none() => {
                *own = Some(structure);
                Ok(Some(Assumed::Structured { symbol: id }))
            }
            Value::Free { structure: None, .. } => {
                let claim = used.map_or("", |claim| claim.name.as_str());
                let found = format!("claim '{claim}' before it, which would not know it");
                Err(SyntaxError::new(place, "an assumption before all claims that it is about", &found))
            }
            Value::Free { .. } => {
                Err(SyntaxError::new(place, "one structure of a matrix", "one that is assumed already"))
            }
            Value::Defined(..) => Ok(None),
        }
    }

    /// An equality that is solved, or an order by which points are chosen.
    fn equation(
        &mut self,
        left: &Expr,
        relation: Relation,
        right: &Expr,
        place: Place,
    ) -> Result<Assumed, SyntaxError> {
        self.apart_from_indices("", &[], &[left, right])?;
        let mut scope = Scope::new(self);
        let left_side = scope.typed(left)?;
        let right_side = scope.typed(right)?;
        let right_side = scope.alike(&left_side, &right_side, place)?;
        let mut free: Vec<usize> =
            scope.free.iter().flat_map(|(_, index)| index.slots().collect::<Vec<_>>()).collect();
        free.extend(left_side.slots());
        let slots = scope.ranges(place)?;
        self.complete(&scope.used, place)?;
        let used = scope.used.clone();
        let drawn = |symbol: &usize| matches!(self.symbols[*symbol].value, Value::Free { .. });
        let unknowns: Vec<usize> = used.iter().filter(drawn).collect();
        let letters = scope.letters();
        let equation = Equation {
            left: left_side.node,
            relation,
            right: right_side.node,
            free,
            slots,
            order: scope.order,
            used,
            unknowns,
            text: format!("{left} {} {right}", relation.sign()),
        };
        if equation.unknowns.is_empty() {
            let expected = "an assumption about a free quantity (of numbers alone it must be claimed)";
            let found = format!("'{left} {} {right}'", relation.sign());
            return Err(SyntaxError::new(place, expected, &found));
        }
        if scope.eigenvalues {
            let expected = "an assumption without eigenvalues";
            return Err(SyntaxError::new(place, expected, "lambda_max or lambda_min"));
        }
        if relation != Relation::Equal {
            self.note_letters(letters);
            return Ok(Assumed::Order(Box::new(equation)));
        }
        let kind = match self.orthogonal(&equation).or_else(|| self.one_of(&equation)) {
            Some(kind) => kind,
            None => Assumed::Equation(Box::new(self.solvable(equation, left, right, place)?)),
        };
        if let Assumed::Structured { symbol } = kind
            && let Value::Free { structure, .. } = &mut self.symbols[symbol].value
        {
            *structure = Some(Structure::Orthogonal);
        }
        self.note_letters(letters);
        Ok(kind)
    }

    /// `sum[k] Q[i,k]*Q[j,k] = [i=j]`, or over the first index.
    fn orthogonal(&self, equation: &Equation) -> Option<Assumed> {
        let [symbol] = equation.unknowns.as_slice() else { return None };
        let symbol = *symbol;
        let plain = matches!(self.symbols[symbol].value, Value::Free { structure: None, .. });
        let Form::Sum(over, body) = &equation.left.form else { return None };
        let (Form::Multiply(x, y), Form::Mask(mask)) = (&body.form, &equation.right.form) else {
            return None;
        };
        let (Form::Symbol(a, one), Form::Symbol(b, other)) = (&x.form, &y.form) else { return None };
        let slot = |index: &Idx| match index {
            Idx::Slot(slot) => Some(*slot),
            Idx::Affine(_) => None,
        };
        let slots = |indices: &[Idx]| indices.iter().map(slot).collect::<Option<Vec<_>>>();
        let ((one, other), [k]) = ((slots(one)?, slots(other)?), over.as_slice()) else { return None };
        let ([a0, a1], [b0, b1]) = (one.as_slice(), other.as_slice()) else { return None };
        let rows = a1 == k && b1 == k && a0 != b0;
        let columns = a0 == k && b0 == k && a1 != b1;
        let free = if rows { [*a0, *b0] } else { [*a1, *b1] };
        let delta = |Compared { left, relation, right }: &Compared| {
            let pair = [slot(left)?, slot(right)?];
            (*relation == Relation::Equal && (pair == free || pair == [free[1], free[0]])).then_some(())
        };
        let square = matches!(self.symbols[symbol].ranges.as_slice(), [row, column] if row == column);
        (square && plain && *a == symbol && *b == symbol && (rows || columns)).then_some(())?;
        delta(mask)?;
        Some(Assumed::Structured { symbol })
    }

    /// `y[n]^2 = 1`, `y[n]*(1-y[n]) = 0`: a polynomial of degree 2 in one entry, with whole or fractional roots.
    fn one_of(&self, equation: &Equation) -> Option<Assumed> {
        let [symbol] = equation.unknowns.as_slice() else { return None };
        let mut entries = Vec::new();
        if !polynomial(&equation.left, &mut entries) || !polynomial(&equation.right, &mut entries) {
            return None;
        }
        let (first, rest) = entries.split_first()?;
        let all = rest.iter().all(|other| other == first);
        let slots: Option<Vec<usize>> = first
            .1
            .iter()
            .map(|index| match index {
                Idx::Slot(slot) => Some(*slot),
                Idx::Affine(_) => None,
            })
            .collect();
        let slots = slots?;
        let different = (0..slots.len()).all(|at| !slots[..at].contains(&slots[at]));
        if !all || !different || first.0 != *symbol {
            return None;
        }
        let value = |x: f64| evaluated(&equation.left, x) - evaluated(&equation.right, x);
        // `a x^2 + b x + c` from three values, which are small whole numbers.
        let (c, plus, minus) = (value(0.0), value(1.0), value(-1.0));
        let (a, b) = ((plus + minus) / 2.0 - c, (plus - minus) / 2.0);
        if (value(3.0) - (9.0 * a + 3.0 * b + c)).abs() > 1e-9 || a == 0.0 {
            return None;
        }
        let root = (b * b - 4.0 * a * c).sqrt();
        let roots = [(-b - root) / (2.0 * a), (-b + root) / (2.0 * a)];
        let fraction = |x: f64| {
            (1..=12i64)
                .map(|below| (x * below as f64, below))
                .find(|(above, _)| (above - above.round()).abs() < 1e-9)
        };
        let values: Option<Vec<(i64, i64)>> = roots
            .into_iter()
            .map(|x| fraction(x).map(|(above, below)| (above.round() as i64, below)))
            .collect();
        let mut values = values?;
        values.dedup();
        Some(Assumed::OneOf { symbol: *symbol, values })
    }

    /// An equality that may be linear in the entries of one of its quantities.
    fn solvable(
        &self,
        mut equation: Equation,
        left: &Expr,
        right: &Expr,
        place: Place,
    ) -> Result<Equation, SyntaxError> {
        let plain = |symbol: &usize| {
            let structure = match self.symbols[*symbol].value {
                Value::Free { structure, .. } => structure,
                Value::Defined(..) => return false,
            };
            let free = matches!(
                structure,
                None | Some(
                    Structure::Symmetric
                        | Structure::Diagonal
                        | Structure::Lower
                        | Structure::Upper
                        | Structure::Antisymmetric
                )
            );
            free && self.linear(&equation.left, *symbol) && self.linear(&equation.right, *symbol)
        };
        let unknowns: Vec<usize> = equation.unknowns.iter().copied().filter(plain).collect();
        if unknowns.is_empty() {
            let expected = "an assumption that is linear in the entries of a free quantity, or says which of two values they \
                            have, or their order, as in sum[k] y[n,k] = 1, y[n]^2 = 1, s[n,k] > 0, d >= 2";
            return Err(SyntaxError::new(place, expected, &format!("'{left} = {right}'")));
        }
        // The quantity with most entries first: it is the least likely to have too few.
        let mut unknowns = unknowns;
        unknowns.sort_by_key(|symbol| std::cmp::Reverse((self.symbols[*symbol].ranges.len(), *symbol)));
        equation.unknowns = unknowns;
        Ok(equation)
    }

    /// Whether an expression may be linear in the entries of a quantity: a polynomial of degree 1, or, with derivatives,
    /// of degree 1 when they are taken.
    fn linear(&self, node: &Node, symbol: usize) -> bool {
        let derivatives = usize::from(node.any(&|form| matches!(form, Form::Derivative(..))));
        self.degree(node, symbol).is_some_and(|degree| degree <= 1 + derivatives)
    }

    fn once(&self, kind: &Assumed, place: Place) -> Result<(), SyntaxError> {
        let same = |other: &Assumed| match (kind, other) {
            (Assumed::SizeAtLeast { range, .. }, Assumed::SizeAtLeast { range: other, .. }) => range == other,
            (
                Assumed::Equation(own) | Assumed::Order(own),
                Assumed::Equation(other) | Assumed::Order(other),
            ) => own.text == other.text,
            _ => kind == other,
        };
        if self.assumptions.iter().any(|other| same(&other.kind)) {
            return Err(SyntaxError::new(place, "each assumption once", "one that is made already"));
        }
        Ok(())
    }

    fn in_time(&self, kind: &Assumed, place: Place) -> Result<(), SyntaxError> {
        let about = |claim: &&Claim| match kind {
            Assumed::SumsToOne { symbol }
            | Assumed::Positive { symbol }
            | Assumed::Structured { symbol }
            | Assumed::OneOf { symbol, .. } => claim.used.contains(*symbol),
            Assumed::Equation(equation) | Assumed::Order(equation) => {
                equation.unknowns.iter().any(|symbol| claim.used.contains(*symbol))
            }
            Assumed::SizeAtLeast { range, .. } => self.spans(claim, *range),
        };
        match self.claims.iter().find(about) {
            Some(claim) => {
                let found = format!("claim '{}' before it, which would not know it", claim.name);
                Err(SyntaxError::new(place, "an assumption before all claims that it is about", &found))
            }
            None => Ok(()),
        }
    }

    /// Whether the size of a range makes a difference to a claim.
    pub(in crate::claims) fn spans(&self, claim: &Claim, range: Range) -> bool {
        claim.slots.contains(&range)
            || claim.left.has_size(range)
            || claim.right.has_size(range)
            || claim.conditions.iter().any(|condition| condition.has_size(range))
            || self.used(claim).any(|(_, symbol)| {
                let defined = match &symbol.value {
                    Value::Defined(node, slots) => slots.contains(&range) || node.has_size(range),
                    Value::Free { .. } => false,
                };
                defined || symbol.ranges.contains(&range)
            })
    }

    /// `d >= 2`.
    fn at_least(
        &self,
        range: Range,
        relation: Relation,
        right: &Kind,
        place: Place,
    ) -> Result<Assumed, SyntaxError> {
        let size = self.size_name(range);
        let fail = |expected: &str, found: &str| Err(SyntaxError::new(place, expected, found));
        let Kind::Number(least) = *right else {
            return fail(&format!("a whole number behind '{size} >='"), "something else");
        };
        let least = if relation == Relation::Above { least.saturating_add(1) } else { least };
        match relation {
            Relation::AtLeast | Relation::Above if (1..=LARGEST).contains(&least) => {
                Ok(Assumed::SizeAtLeast { range, least: least as usize })
            }
            Relation::AtLeast | Relation::Above => {
                fail(&format!("a least size from 1 to {LARGEST}"), &format!("{least}"))
            }
            _ => fail(
                &format!("a bound from below, 'assume {size} >= {least}': a size cannot be fixed"),
                &format!("'{size} {} {least}'", relation.sign()),
            ),
        }
    }

    /// The symbols that an assumption is about.
    pub(in crate::claims) fn concerned(&self, kind: &Assumed) -> Symbols {
        match kind {
            Assumed::SumsToOne { symbol }
            | Assumed::Positive { symbol }
            | Assumed::Structured { symbol }
            | Assumed::OneOf { symbol, .. } => [*symbol].into_iter().collect(),
            Assumed::Equation(equation) | Assumed::Order(equation) => {
                let free = |symbol: &usize| matches!(self.symbols[*symbol].value, Value::Free { .. });
                equation.used.iter().filter(free).collect()
            }
            Assumed::SizeAtLeast { .. } => Symbols::default(),
        }
    }
}

/// The relation with its sides exchanged.
fn mirrored(relation: Relation) -> Relation {
    match relation {
        Relation::Below => Relation::Above,
        Relation::AtMost => Relation::AtLeast,
        Relation::Above => Relation::Below,
        Relation::AtLeast => Relation::AtMost,
        same => same,
    }
}

/// Whether an expression is made of numbers and entries by plus, minus and times; notes the entries.
fn polynomial(node: &Node, entries: &mut Vec<(usize, Vec<Idx>)>) -> bool {
    match &node.form {
        Form::Number(_) => true,
        Form::Symbol(symbol, indices) => {
            entries.push((*symbol, indices.clone()));
            true
        }
        Form::Divide(x, y) => matches!(y.form, Form::Number(_)) && polynomial(x, entries),
        Form::Power(x, exponent) => *exponent >= 0 && polynomial(x, entries),
        Form::Negate(_) | Form::Add(..) | Form::Subtract(..) | Form::Multiply(..) => {
            node.children().into_iter().all(|child| polynomial(child, entries))
        }
        _ => false,
    }
}

/// Its value where all entries have this one.
fn evaluated(node: &Node, x: f64) -> f64 {
    let of = |node: &Node| evaluated(node, x);
    match &node.form {
        Form::Number(number) => *number as f64,
        Form::Symbol(..) => x,
        Form::Negate(a) => -of(a),
        Form::Power(a, exponent) => of(a).powi(*exponent as i32),
        Form::Add(a, b) => of(a) + of(b),
        Form::Subtract(a, b) => of(a) - of(b),
        Form::Multiply(a, b) => of(a) * of(b),
        Form::Divide(a, b) => of(a) / of(b),
        _ => f64::NAN,
    }
}
