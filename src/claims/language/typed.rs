//! Expressions to resolved ones, numbers and whole arrays alike: an array is an expression with slots for its rows and its
//! columns, so that all that follows knows indices alone.

use super::error::{Place, SyntaxError};
use super::lexer::decimal;
use super::program::{Distribution, Form, HIGHEST_ORDER, Idx, Node, Set, Square, Value};
use super::scope::Scope;
use super::symbols::Symbols;
use super::syntax::{Expr, Function, Index, Kind, Law, Over, Range, Relation, Setting, Structure};
use super::words;
use std::collections::HashMap;

/// Forms that functions with parameters may bring in.
const MOST_EXPANDED: usize = 100_000;

/// An expression with the slots of its rows and columns: none for a number, one of rows for a column.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) rows: Vec<usize>,
    pub(super) columns: Vec<usize>,
}

/// An argument of a function with parameters.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    value: Node,
    order: usize,
    eigenvalues: bool,
}

type Resolved<T> = Result<T, SyntaxError>;

impl Typed {
    fn number(node: Node) -> Self {
        Typed { node, rows: Vec::new(), columns: Vec::new() }
    }

    /// Whether it is a number.
    pub(super) fn is_number(&self) -> bool {
        self.rows.is_empty() && self.columns.is_empty()
    }

    /// The slots of its rows and its columns.
    pub(super) fn slots(&self) -> Vec<usize> {
        self.rows.iter().chain(&self.columns).copied().collect()
    }

    /// The same with other slots for its own.
    fn renamed(&self, new: &[usize]) -> Typed {
        let old = self.slots();
        let other = |slot: usize| old.iter().position(|own| *own == slot).map_or(slot, |at| new[at]);
        Typed {
            node: self.node.substituted(&|slot| Idx::Slot(other(slot))),
            rows: self.rows.iter().map(|slot| other(*slot)).collect(),
            columns: self.columns.iter().map(|slot| other(*slot)).collect(),
        }
    }
}

fn boxed(node: Node) -> Box<Node> {
    Box::new(node)
}

impl Scope<'_> {
    /// A number.
    pub(super) fn resolve(&mut self, expr: &Expr) -> Resolved<Node> {
        let typed = self.typed(expr)?;
        if typed.is_number() {
            return Ok(typed.node);
        }
        let expected = "a number (an entry of an array has its indices, as in A[i,j])";
        Err(SyntaxError::new(expr.place, expected, &self.shape(&typed)))
    }

    /// The shape of an array in words.
    fn shape(&self, typed: &Typed) -> String {
        let group = |slots: &[usize]| {
            let names = slots
                .iter()
                .map(|slot| self.range_of(*slot).map_or("?", |range| self.program.size_name(range)));
            let names: Vec<&str> = names.collect();
            if names.is_empty() { "1".to_string() } else { names.join("*") }
        };
        if typed.is_number() {
            return "a number".to_string();
        }
        format!("an array of {} x {}", group(&typed.rows), group(&typed.columns))
    }

    fn ranges_of(&self, slots: &[usize]) -> Vec<Option<Range>> {
        slots.iter().map(|slot| self.range_of(*slot)).collect()
    }

    /// A number or an array.
    pub(super) fn typed(&mut self, expr: &Expr) -> Resolved<Typed> {
        let place = expr.place;
        let number = |form: Form| Ok(Typed::number(Node { form, place }));
        match &expr.kind {
            Kind::Number(value) => number(Form::Number(*value)),
            Kind::Decimal(text) => {
                let (above, below) = decimal(text).unwrap_or((0, 1));
                let of = |value| boxed(Node { form: Form::Number(value), place });
                number(if below == 1 { Form::Number(above) } else { Form::Divide(of(above), of(below)) })
            }
            Kind::Symbol(name, indices) => self.quantity(name, indices, place),
            Kind::Mask(left, relation, right) => {
                let value = |name: &str| {
                    let number = self.program.is_number(name) || self.parameters.contains_key(name);
                    number && self.find(name).is_none()
                };
                if left.names().chain(right.names()).any(value) {
                    let (left, right) = (expression(left, place), expression(right, place));
                    return number(Form::Test(
                        boxed(self.resolve(&left)?),
                        *relation,
                        boxed(self.resolve(&right)?),
                    ));
                }
                let compared = self.compared(left, *relation, right, place)?;
                number(Form::Mask(compared))
            }
            Kind::Test(x, relation, y) => {
                number(Form::Test(boxed(self.resolve(x)?), *relation, boxed(self.resolve(y)?)))
            }
            Kind::Call(function, arguments) => {
                let arguments = arguments.iter().map(|x| self.resolve(x)).collect::<Resolved<_>>()?;
                number(Form::Call(*function, arguments))
            }
            Kind::Apply(name, primes, arguments) => self.apply(name, *primes, arguments, place),
            Kind::Sum(over, body) => self.sum(over, body, place),
            Kind::Negate(x) => {
                let x = self.typed(x)?;
                Ok(Typed { node: Node { form: Form::Negate(boxed(x.node)), place }, ..x })
            }
            Kind::Add(x, y) => self.added(x, y, Form::Add, place),
            Kind::Subtract(x, y) => self.added(x, y, Form::Subtract, place),
            Kind::Multiply(x, y) => {
                let (left, right) = (self.typed(x)?, self.typed(y)?);
                if !left.is_number() && !right.is_number() {
                    let expected = format!(
                        "'@' between two arrays, as in {x} @ {y}, or hadamard({x}, {y}) entry by entry"
                    );
                    return Err(SyntaxError::new(place, &expected, "'*'"));
                }
                let array = if left.is_number() { &right } else { &left };
                let (rows, columns) = (array.rows.clone(), array.columns.clone());
                let node = Node { form: Form::Multiply(boxed(left.node), boxed(right.node)), place };
                Ok(Typed { node, rows, columns })
            }
            Kind::Divide(x, y) => {
                let x = self.typed(x)?;
                let divisor = self.resolve(y)?;
                Ok(Typed { node: Node { form: Form::Divide(boxed(x.node), boxed(divisor)), place }, ..x })
            }
            Kind::Power(x, exponent) => self.power(x, *exponent, place),
            Kind::Raise(x, y) => {
                let base = self.typed(x)?;
                if let Some(index) = self.index_of(y)
                    && base.is_number()
                {
                    return number(Form::IndexPower(boxed(base.node), self.index(&index, y.place)?));
                }
                if !base.is_number() {
                    let expected = format!("a whole exponent of an array, or {x}' for the transposed one");
                    return Err(SyntaxError::new(y.place, &expected, &format!("'{y}'")));
                }
                let exponent = self.resolve(y)?;
                Ok(Typed::number(raised(base.node, exponent, place)))
            }
            Kind::Product(x, y) => {
                let (left, right) = (self.typed(x)?, self.typed(y)?);
                self.product(&left, &right, place)
            }
            Kind::Transposed(x) => {
                let Typed { node, rows, columns } = self.typed(x)?;
                Ok(Typed { node, rows: columns, columns: rows })
            }
            Kind::Entry(x, indices) => self.entry_of(x, indices, place),
            Kind::Derivative { of, by, indices, fixed, along } => {
                self.derivative(of, (by, indices), fixed, along.as_deref(), place)
            }
            Kind::At(of, settings) => self.at(of, settings, place),
            Kind::Expect(name, law, body) => self.expectation(name, law, body, place),
        }
    }

    /// An expression as an index, where it is one: with the name of one in it.
    fn index_of(&self, expr: &Expr) -> Option<Index> {
        fn sum(expr: &Expr, factor: i64, index: &mut Index) -> Option<()> {
            match &expr.kind {
                Kind::Number(number) => index.constant += factor * number,
                Kind::Symbol(name, indices) if indices.is_empty() => index.terms.push((factor, name.clone())),
                Kind::Add(x, y) => sum(x, factor, index).and(sum(y, factor, index))?,
                Kind::Subtract(x, y) => sum(x, factor, index).and(sum(y, -factor, index))?,
                Kind::Negate(x) => sum(x, -factor, index)?,
                Kind::Multiply(x, y) => match x.kind {
                    Kind::Number(number) => sum(y, factor * number, index)?,
                    _ => return None,
                },
                _ => return None,
            }
            Some(())
        }
        let mut index = Index::default();
        sum(expr, 1, &mut index)?;
        let own = |name: &str| self.find(name).is_some() && !self.parameters.contains_key(name);
        let known = |name: &str| own(name) || self.program.range(name).is_some();
        (!index.terms.is_empty() && index.names().all(known)).then_some(index)
    }

    /// An entry of a quantity, or a quantity as a whole.
    fn quantity(&mut self, name: &str, indices: &[Index], place: Place) -> Resolved<Typed> {
        if let Some(parameter) = self.parameters.get(name).cloned() {
            if !indices.is_empty() {
                let expected = format!("'{name}' without indices: a parameter of a function is a number");
                return Err(SyntaxError::new(place, &expected, &format!("'{name}' with indices")));
            }
            self.order = self.order.max(parameter.order);
            self.eigenvalues |= parameter.eigenvalues;
            let value = self.fresh(&Typed::number(parameter.value))?;
            return Ok(value);
        }
        let index =
            self.find(name).is_some() || (self.open && self.expected.iter().any(|other| other == name));
        if indices.is_empty() && self.program.find(name).is_none() && index {
            let index = self.index(&Index::named(name), place)?;
            return Ok(Typed::number(Node { form: Form::Index(index), place }));
        }
        let ranges = match self.program.find(name) {
            Some(id) if indices.is_empty() => self.program.symbols[id].ranges.clone(),
            _ => Vec::new(),
        };
        if ranges.is_empty() {
            return Ok(Typed::number(Node { form: self.symbol(name, indices, place)?, place }));
        }
        let symbol = self.known(name, place)?;
        if self.program.symbols[symbol].from_zero.contains(&true) {
            let expected = format!(
                "{} indices for {name}[{}], which has an entry 0",
                ranges.len(),
                self.program.size_names(&ranges)
            );
            return Err(SyntaxError::new(place, &expected, "0"));
        }
        self.depend_on(symbol);
        self.order = self.order.max(self.program.symbols[symbol].order);
        self.eigenvalues |= self.program.symbols[symbol].eigenvalues;
        let slots: Vec<usize> = ranges.iter().map(|range| self.new_slot("", Some(*range))).collect();
        let all = slots.iter().map(|slot| Idx::Slot(*slot)).collect();
        let (rows, columns) = slots.split_at(1);
        Ok(Typed {
            node: Node { form: Form::Symbol(symbol, all), place },
            rows: rows.to_vec(),
            columns: columns.to_vec(),
        })
    }

    /// The same with slots of its own for all that it binds.
    fn fresh(&mut self, typed: &Typed) -> Resolved<Typed> {
        let mut old = typed.slots();
        typed.node.bound(&mut old);
        old.sort_unstable();
        old.dedup();
        let map: HashMap<usize, usize> = old.into_iter().map(|slot| (slot, self.copied_slot(slot))).collect();
        let new = |slot: usize| map.get(&slot).copied().unwrap_or(slot);
        self.expanded += typed.node.count();
        if self.expanded > MOST_EXPANDED {
            let expected = format!("functions whose values have at most {MOST_EXPANDED} parts together");
            return Err(SyntaxError::new(typed.node.place, &expected, "more"));
        }
        Ok(Typed {
            node: typed.node.substituted(&|slot| Idx::Slot(new(slot))),
            rows: typed.rows.iter().map(|slot| new(*slot)).collect(),
            columns: typed.columns.iter().map(|slot| new(*slot)).collect(),
        })
    }

    /// The second array with the slots of the first.
    ///
    /// # Errors
    /// Another shape.
    pub(super) fn alike(&self, first: &Typed, second: &Typed, place: Place) -> Resolved<Typed> {
        let same = self.ranges_of(&first.rows) == self.ranges_of(&second.rows)
            && self.ranges_of(&first.columns) == self.ranges_of(&second.columns);
        if same {
            return Ok(second.renamed(&first.slots()));
        }
        if second.node.form == Form::Number(0) {
            // Zero has every shape.
            return Ok(Typed { node: second.node.clone(), ..first.clone() });
        }
        let mut expected = format!("two sides of one shape: {} beside", self.shape(first));
        if first.is_number() || second.is_number() {
            expected = format!("{expected} the same (t*eye(n) for a multiple of the identity)");
        }
        Err(SyntaxError::new(place, &expected, &self.shape(second)))
    }

    fn added(
        &mut self,
        x: &Expr,
        y: &Expr,
        form: fn(Box<Node>, Box<Node>) -> Form,
        place: Place,
    ) -> Resolved<Typed> {
        let left = self.typed(x)?;
        let right = self.typed(y)?;
        let right = self.alike(&left, &right, place)?;
        Ok(Typed { node: Node { form: form(boxed(left.node.clone()), boxed(right.node)), place }, ..left })
    }

    fn product(&mut self, left: &Typed, right: &Typed, place: Place) -> Resolved<Typed> {
        let (inner, below) = (self.ranges_of(&left.columns), self.ranges_of(&right.rows));
        if inner != below {
            let (left, right) = (self.shape(left), self.shape(right));
            let expected = format!(
                "as many columns on the left of '@' as rows on the right, or a prime, as in x' @ y: {left}"
            );
            return Err(SyntaxError::new(place, &expected, &format!("{right} on the right")));
        }
        let slots: Vec<usize> = left.columns.iter().chain(&right.columns).copied().collect();
        let right = right.renamed(&slots);
        let factors = Form::Multiply(boxed(left.node.clone()), boxed(right.node));
        let mut node = Node { form: factors, place };
        if !left.columns.is_empty() {
            node = Node { form: Form::Sum(left.columns.clone(), boxed(node)), place };
        }
        Ok(Typed { node, rows: left.rows.clone(), columns: right.columns })
    }

    fn power(&mut self, x: &Expr, exponent: i64, place: Place) -> Resolved<Typed> {
        let base = self.typed(x)?;
        if base.is_number() {
            return Ok(Typed::number(Node { form: Form::Power(boxed(base.node), exponent), place }));
        }
        if exponent == 0 {
            let expected = "eye(n) for the identity";
            return Err(SyntaxError::new(place, expected, "an array to the power of 0"));
        }
        let base = if exponent < 0 { self.inverse(&base, place)? } else { base };
        let mut power = base.clone();
        for _ in 1..exponent.abs() {
            let next = self.fresh(&base)?;
            power = self.product(&power, &next, place)?;
        }
        Ok(power)
    }

    /// A square matrix with one index of rows and one of columns.
    fn square(&self, typed: Typed, what: &str, place: Place) -> Resolved<Square> {
        match (typed.rows.as_slice(), typed.columns.as_slice()) {
            ([row], [column]) if self.range_of(*row) == self.range_of(*column) => {
                Ok(Square { row: *row, column: *column, entry: typed.node })
            }
            _ => {
                let expected = format!("a square matrix in {what}");
                Err(SyntaxError::new(place, &expected, &self.shape(&typed)))
            }
        }
    }

    fn inverse(&mut self, typed: &Typed, place: Place) -> Resolved<Typed> {
        let square = self.square(typed.clone(), "inv(A)", place)?;
        let range = self.range_of(square.row);
        let (row, column) = (self.new_slot("", range), self.new_slot("", range));
        let at = Box::new([Idx::Slot(row), Idx::Slot(column)]);
        let node = Node { form: Form::Inverse(Box::new(square), at), place };
        Ok(Typed { node, rows: vec![row], columns: vec![column] })
    }

    /// A function of the derivation, or an operation on matrices.
    fn apply(&mut self, name: &str, primes: usize, arguments: &[Expr], place: Place) -> Resolved<Typed> {
        let counted = |expected: usize| match arguments.len() == expected {
            true => Ok(()),
            false => {
                let s = if expected == 1 { "" } else { "s" };
                let expected = format!("{expected} argument{s} of {name}");
                Err(SyntaxError::new(place, &expected, &arguments.len().to_string()))
            }
        };
        if let Some(own) = self.program.functions.iter().position(|function| function.name == name) {
            let count = self.program.functions[own].arguments;
            counted(count)?;
            if primes > 0 && count > 1 {
                let expected =
                    format!("d({name}(..))/d x for a derivative of a function of several arguments");
                return Err(SyntaxError::new(place, &expected, "a prime"));
            }
            if primes > HIGHEST_ORDER {
                let expected = format!("at most {HIGHEST_ORDER} primes");
                return Err(SyntaxError::new(place, &expected, &primes.to_string()));
            }
            let arguments = arguments.iter().map(|x| self.resolve(x)).collect::<Resolved<_>>()?;
            let mut orders = vec![0; count];
            orders[0] = primes as u8;
            return Ok(Typed::number(Node { form: Form::Own(own, orders, arguments), place }));
        }
        if primes > 0 {
            let expected =
                format!("d({name}(x))/d x for a derivative, or a function that 'function' declares");
            return Err(SyntaxError::new(place, &expected, &format!("'{name}' with a prime")));
        }
        if let Some(own) = self.program.macros.get(name).cloned() {
            counted(own.parameters.len())?;
            return self.expand(&own.parameters, &own.value, arguments);
        }
        let Some((_, count)) = words::OPERATIONS.into_iter().find(|(known, _)| *known == name) else {
            return Err(self.no_function(name, place));
        };
        counted(count)?;
        if name == "eye" || name == "ones" {
            return self.constant_array(name, &arguments[0], place);
        }
        if name == "grad" {
            return match &arguments[1].kind {
                Kind::Symbol(by, indices) => {
                    let (by, indices) = (by.clone(), indices.clone());
                    self.derivative(&arguments[0], (&by, &indices), &[], None, place)
                }
                _ => {
                    let expected = "a quantity as the second argument of grad";
                    Err(SyntaxError::new(arguments[1].place, expected, &format!("'{}'", arguments[1])))
                }
            };
        }
        let first = self.typed(&arguments[0])?;
        let node = |form: Form| Node { form, place };
        match name {
            "inv" => self.inverse(&first, place),
            "det" => {
                let square = self.square(first, "det(A)", place)?;
                Ok(Typed::number(node(Form::Determinant(Box::new(square)))))
            }
            "solve" => {
                let second = self.typed(&arguments[1])?;
                let inverse = self.inverse(&first, place)?;
                self.product(&inverse, &second, place)
            }
            "tr" => {
                let same = self.ranges_of(&first.rows) == self.ranges_of(&first.columns);
                if !same || first.is_number() {
                    let expected = "a square matrix in tr(A)";
                    return Err(SyntaxError::new(place, expected, &self.shape(&first)));
                }
                let both: Vec<usize> = first.rows.iter().chain(&first.rows).copied().collect();
                let diagonal = first.renamed(&both).node;
                Ok(Typed::number(node(Form::Sum(first.rows, boxed(diagonal)))))
            }
            "norm2" => {
                let square = node(Form::Power(boxed(first.node.clone()), 2));
                let slots = first.slots();
                Ok(Typed::number(if slots.is_empty() {
                    square
                } else {
                    node(Form::Sum(slots, boxed(square)))
                }))
            }
            "diag" => self.diagonal(first, place),
            "vec" => {
                let rows = first.columns.iter().chain(&first.rows).copied().collect();
                Ok(Typed { node: first.node, rows, columns: Vec::new() })
            }
            "hadamard" => {
                let second = self.typed(&arguments[1])?;
                let second = self.alike(&first, &second, place)?;
                let product = Form::Multiply(boxed(first.node.clone()), boxed(second.node));
                Ok(Typed { node: node(product), ..first })
            }
            _ => {
                let second = self.typed(&arguments[1])?;
                let both = |a: Vec<usize>, b: Vec<usize>| a.into_iter().chain(b).collect();
                Ok(Typed {
                    rows: both(first.rows, second.rows),
                    columns: both(first.columns, second.columns),
                    node: node(Form::Multiply(boxed(first.node), boxed(second.node))),
                })
            }
        }
    }

    /// `eye(n)` or `ones(n)`.
    fn constant_array(&mut self, name: &str, size: &Expr, place: Place) -> Resolved<Typed> {
        let range = match &size.kind {
            Kind::Symbol(size, indices) if indices.is_empty() => self.program.range(size),
            _ => None,
        };
        let Some(range) = range else {
            let expected = format!("a size in {name}(n)");
            return Err(SyntaxError::new(size.place, &expected, &format!("'{size}'")));
        };
        let row = self.new_slot("", Some(range));
        if name == "ones" {
            let node = Node { form: Form::Number(1), place };
            return Ok(Typed { node, rows: vec![row], columns: Vec::new() });
        }
        let column = self.new_slot("", Some(range));
        Ok(Typed { node: equal(row, column, place), rows: vec![row], columns: vec![column] })
    }

    /// A column as a diagonal matrix, or the diagonal of a matrix as a column.
    fn diagonal(&mut self, typed: Typed, place: Place) -> Resolved<Typed> {
        match (typed.rows.as_slice(), typed.columns.as_slice()) {
            ([row], []) => {
                let column = self.new_slot("", self.range_of(*row));
                let entry = Form::Multiply(boxed(equal(*row, column, place)), boxed(typed.node.clone()));
                Ok(Typed { node: Node { form: entry, place }, rows: vec![*row], columns: vec![column] })
            }
            ([row], [column]) if self.range_of(*row) == self.range_of(*column) => {
                let node = typed.renamed(&[*row, *row]).node;
                Ok(Typed { node, rows: vec![*row], columns: Vec::new() })
            }
            _ => {
                let expected = "a column or a square matrix in diag(x)";
                Err(SyntaxError::new(place, expected, &self.shape(&typed)))
            }
        }
    }

    /// The value of a function with parameters for these arguments.
    pub(super) fn expand(&mut self, names: &[String], value: &Expr, arguments: &[Expr]) -> Resolved<Typed> {
        let mut parameters = HashMap::new();
        let used = std::mem::take(&mut self.used);
        for (name, argument) in names.iter().zip(arguments) {
            let (order, eigenvalues) =
                (std::mem::take(&mut self.order), std::mem::take(&mut self.eigenvalues));
            let value = self.resolve(argument)?;
            let own = Parameter { value, order: self.order, eigenvalues: self.eigenvalues };
            (self.order, self.eigenvalues) = (order.max(own.order), eigenvalues | own.eigenvalues);
            parameters.insert(name.clone(), own);
        }
        // The value knows its parameters and its own indices alone.
        let around = std::mem::replace(&mut self.parameters, parameters);
        let free = std::mem::take(&mut self.free);
        let bound = std::mem::take(&mut self.bound);
        let summed = std::mem::take(&mut self.summed);
        let open = std::mem::replace(&mut self.open, false);
        let moved = std::mem::take(&mut self.moved);
        let own = self.used.clone();
        self.used.unite(&used);
        let resolved = self.resolve(value);
        if let Some(symbol) = self.moved.iter().find(|symbol| own.contains(*symbol)) {
            let name = &self.program.symbols[symbol].name;
            let expected = format!(
                "arguments that do not depend on '{name}', which the function differentiates by, sets or draws"
            );
            let place = arguments.first().map_or(value.place, |argument| argument.place);
            return Err(SyntaxError::new(place, &expected, "one that does"));
        }
        self.moved.unite(&moved);
        (self.parameters, self.free, self.bound, self.summed, self.open) =
            (around, free, bound, summed, open);
        Ok(Typed::number(resolved?))
    }

    fn sum(&mut self, over: &[Over], body: &Expr, place: Place) -> Resolved<Typed> {
        let around = self.bound.len();
        let mut slots = Vec::new();
        for Over { index, range, .. } in over {
            if self.find(index).is_some() {
                let found = format!("'{index}', which is taken");
                return Err(SyntaxError::new(place, "a new index for the sum", &found));
            }
            if self.program.range(index).is_some() {
                return Err(SyntaxError::new(
                    place,
                    "an index for the sum",
                    &format!("'{index}', which is a size"),
                ));
            }
            let slot = self.new_slot(index, None);
            self.bound.push((index.clone(), slot));
            self.summed.push(index.clone());
            if let Some(range) = range {
                self.within(slot, range, place)?;
            }
            slots.push(slot);
        }
        let mut masks = Vec::new();
        for Over { index, condition, .. } in over {
            if let Some((relation, other)) = condition {
                let compared = self.compared(&Index::named(index), *relation, other, place)?;
                masks.push(Node { form: Form::Mask(compared), place });
            }
        }
        let body = self.typed(body)?;
        self.bound.truncate(around);
        let product =
            |mask: Node, value: Node| Node { form: Form::Multiply(boxed(mask), boxed(value)), place };
        let value = masks.into_iter().rev().fold(body.node.clone(), |value, mask| product(mask, value));
        Ok(Typed { node: Node { form: Form::Sum(slots, boxed(value)), place }, ..body })
    }

    /// `(A @ B)[i,j]`.
    fn entry_of(&mut self, x: &Expr, indices: &[Index], place: Place) -> Resolved<Typed> {
        let array = self.typed(x)?;
        let slots = array.slots();
        if slots.len() != indices.len() || slots.is_empty() {
            let expected = format!("{} indices of {}", slots.len(), self.shape(&array));
            return Err(SyntaxError::new(place, &expected, &indices.len().to_string()));
        }
        let mut all = Vec::new();
        for (slot, index) in slots.iter().zip(indices) {
            let found = self.index(index, place)?;
            if let (Idx::Slot(own), Some(range)) = (&found, self.range_of(*slot)) {
                self.give(*own, range, place, &index.to_string())?;
            }
            all.push(found);
        }
        let new = |slot: usize| {
            slots.iter().position(|own| *own == slot).map_or(Idx::Slot(slot), |at| all[at].clone())
        };
        Ok(Typed::number(array.node.substituted(&new)))
    }

    fn derivative(
        &mut self,
        of: &Expr,
        (by, indices): (&str, &[Index]),
        fixed: &[String],
        along: Option<&Expr>,
        place: Place,
    ) -> Resolved<Typed> {
        let order = std::mem::take(&mut self.order);
        let eigenvalues = std::mem::take(&mut self.eigenvalues);
        let used = std::mem::take(&mut self.used);
        let value = self.typed(of)?;
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
        if self.parameters.contains_key(by) {
            let expected = "a quantity by which is differentiated (a parameter of a function is none)";
            return Err(SyntaxError::new(place, expected, &format!("'{by}'")));
        }
        let symbol = self.known(by, place)?;
        self.movable(symbol, place)?;
        self.moved.insert(symbol);
        let ranges = self.program.symbols[symbol].ranges.clone();
        let whole = indices.is_empty() && !ranges.is_empty();
        let (entry, slots) = if whole {
            if !value.is_number() {
                let expected =
                    format!("indices, as in d(y[i])/d {by}[j], where an array is differentiated by an array");
                return Err(SyntaxError::new(place, &expected, &self.shape(&value)));
            }
            self.depend_on(symbol);
            let slots: Vec<usize> = ranges.iter().map(|range| self.new_slot("", Some(*range))).collect();
            (slots.iter().map(|slot| Idx::Slot(*slot)).collect(), slots)
        } else {
            (self.entry(by, indices, place)?.1, Vec::new())
        };
        let held = self.held(fixed, by, symbol, &differentiated, place)?;
        self.used.unite(&used);
        let node = Node { form: Form::Derivative(boxed(value.node.clone()), symbol, entry, held), place };
        let (rows, columns) = if whole {
            let (rows, columns) = slots.split_at(1);
            (rows.to_vec(), columns.to_vec())
        } else {
            (value.rows, value.columns)
        };
        let gradient = Typed { node, rows, columns };
        let Some(direction) = along else { return Ok(gradient) };
        if !indices.is_empty() {
            let expected =
                format!("'d(..)/d {by} along' without indices: the direction has the shape of {by}");
            return Err(SyntaxError::new(place, &expected, "indices"));
        }
        let towards = self.typed(direction)?;
        if !whole {
            let towards = if towards.is_number() { towards.node } else { self.resolve(direction)? };
            let product = Form::Multiply(boxed(gradient.node), boxed(towards));
            return Ok(Typed { node: Node { form: product, place }, ..gradient });
        }
        let towards = self.alike(&gradient, &towards, direction.place)?;
        let mut product = Node { form: Form::Multiply(boxed(gradient.node), boxed(towards.node)), place };
        let structure = match self.program.symbols[symbol].value {
            Value::Free { structure, .. } => structure,
            Value::Defined(..) => None,
        };
        if let (Some(Structure::Symmetric | Structure::Positive | Structure::Antisymmetric), [row, column]) =
            (structure, slots.as_slice())
        {
            // An entry moves its mirror image too, so each pair would count twice: `(1 + [i = j])/2` of it.
            let of = |form: Form| boxed(Node { form, place });
            let sum = Form::Add(of(Form::Number(1)), boxed(equal(*row, *column, place)));
            let half = Form::Divide(of(sum), of(Form::Number(2)));
            product = Node { form: Form::Multiply(of(half), boxed(product)), place };
        }
        Ok(Typed::number(Node { form: Form::Sum(slots, boxed(product)), place }))
    }

    /// `(x at w[i] = value)`.
    fn at(&mut self, of: &Expr, settings: &[Setting], place: Place) -> Resolved<Typed> {
        let body = self.typed(of)?;
        let mut sets: Vec<Set> = Vec::new();
        for Setting { name, indices, value } in settings {
            let symbol = self.known(name, value.place)?;
            if sets.iter().any(|set| set.symbol == symbol) {
                return Err(SyntaxError::new(value.place, "each quantity once", &format!("'{name}' again")));
            }
            if !self.used.contains(symbol) {
                let expected = "a quantity on which the expression before 'at' depends";
                return Err(SyntaxError::new(value.place, expected, &format!("'{name}'")));
            }
            let ranges = self.program.symbols[symbol].ranges.clone();
            let around = self.bound.len();
            let mut slots = Vec::new();
            if !indices.is_empty() {
                if indices.len() != ranges.len() {
                    let expected =
                        format!("{} indices for {name}[{}]", ranges.len(), self.program.size_names(&ranges));
                    return Err(SyntaxError::new(value.place, &expected, &indices.len().to_string()));
                }
                for (index, range) in indices.iter().zip(&ranges) {
                    if self.find(index).is_some() {
                        let found = format!("'{index}', which is taken");
                        return Err(SyntaxError::new(value.place, "a new index behind 'at'", &found));
                    }
                    let slot = self.new_slot(index, Some(*range));
                    self.bound.push((index.clone(), slot));
                    self.summed.push(index.clone());
                    slots.push(slot);
                }
            }
            let mut new = self.typed(value)?;
            self.bound.truncate(around);
            if indices.is_empty() && !ranges.is_empty() {
                slots = ranges.iter().map(|range| self.new_slot("", Some(*range))).collect();
                // A number stands for an array of it.
                if !new.is_number() {
                    let (rows, columns) = slots.split_at(1);
                    let shape = Typed { rows: rows.to_vec(), columns: columns.to_vec(), ..new.clone() };
                    new = self.alike(&shape, &new, value.place)?;
                }
            } else if !new.is_number() {
                let found = self.shape(&new);
                return Err(SyntaxError::new(value.place, &format!("a number for {name}"), &found));
            }
            self.moved.insert(symbol);
            sets.push(Set { symbol, slots, value: new.node });
        }
        Ok(Typed { node: Node { form: Form::At(boxed(body.node.clone()), sets), place }, ..body })
    }

    /// `E[z ~ normal] x`.
    fn expectation(&mut self, name: &str, law: &Law, body: &Expr, place: Place) -> Resolved<Typed> {
        let symbol = self.known(name, place)?;
        self.moved.insert(symbol);
        let around: Symbols = std::mem::take(&mut self.used);
        let law = match law {
            Law::Normal => Distribution::Normal,
            Law::Signs => Distribution::Signs,
            Law::Bernoulli(q) => Distribution::Bernoulli(self.resolve(q)?),
        };
        if self.used.contains(symbol) {
            let expected = format!("a probability that does not depend on '{name}'");
            return Err(SyntaxError::new(place, &expected, "one that does"));
        }
        self.used.unite(&around);
        let body = self.typed(body)?;
        self.depend_on(symbol);
        if !matches!(self.program.symbols[symbol].value, Value::Free { structure: None, .. }) {
            let expected = "a free quantity without structure that is drawn";
            return Err(SyntaxError::new(place, expected, &format!("'{name}'")));
        }
        let Some(degree) = self.program.degree(&body.node, symbol) else {
            let expected =
                format!("a polynomial in the entries of {name}: expectations of others are not known here");
            return Err(SyntaxError::new(place, &expected, "a function of them, or a division by them"));
        };
        let node =
            Node { form: Form::Expect(symbol, Box::new(law), degree, boxed(body.node.clone())), place };
        Ok(Typed { node, ..body })
    }
}

/// `[row = column]`.
fn equal(row: usize, column: usize, place: Place) -> Node {
    let (left, right) = (Idx::Slot(row), Idx::Slot(column));
    let compared = super::program::Compared { left, relation: Relation::Equal, right };
    Node { form: Form::Mask(compared), place }
}

/// An index as an expression: where its names are quantities.
fn expression(index: &Index, place: Place) -> Expr {
    let of = |kind: Kind| Box::new(Expr { kind, place });
    let terms = index.terms.iter().map(|(factor, name)| {
        let symbol = Kind::Symbol(name.clone(), Vec::new());
        match factor {
            1 => symbol,
            factor => Kind::Multiply(of(Kind::Number(*factor)), of(symbol)),
        }
    });
    let constant = (index.constant != 0 || index.terms.is_empty()).then_some(Kind::Number(index.constant));
    let sum = terms.chain(constant).reduce(|sum, term| Kind::Add(of(sum), of(term)));
    Expr { kind: sum.unwrap_or(Kind::Number(0)), place }
}

/// A power with any exponent: whole numbers in it are powers of their own, and halves are roots, so that
/// `x^(a+1) = x^a*x` by its form.
fn raised(base: Node, exponent: Node, place: Place) -> Node {
    let whole = |number: i64| Node { form: Form::Power(boxed(base.clone()), number), place };
    let with = |form: fn(Box<Node>, Box<Node>) -> Form, rest: Node, number: i64| {
        let rest = raised(base.clone(), rest, place);
        Node { form: form(boxed(rest), boxed(whole(number))), place }
    };
    let small = |number: i64| number.abs() <= 64;
    match exponent.form {
        Form::Number(number) if small(number) => whole(number),
        Form::Negate(x) => match x.form {
            Form::Number(number) if small(number) => whole(-number),
            _ => {
                let one = Node { form: Form::Number(1), place };
                Node { form: Form::Divide(boxed(one), boxed(raised(base, *x, place))), place }
            }
        },
        Form::Add(x, y) => match (&x.form, &y.form) {
            (_, Form::Number(number)) if small(*number) => with(Form::Multiply, *x, *number),
            (Form::Number(number), _) if small(*number) => with(Form::Multiply, *y, *number),
            _ => Node { form: Form::Raise(boxed(base), boxed(Node { form: Form::Add(x, y), place })), place },
        },
        Form::Subtract(x, y) => match (&x.form, &y.form) {
            (_, Form::Number(number)) if small(*number) => with(Form::Divide, *x, *number),
            (Form::Number(number), _) if small(*number) => {
                let negative = Node { form: Form::Negate(y), place };
                with(Form::Multiply, negative, *number)
            }
            _ => Node {
                form: Form::Raise(boxed(base), boxed(Node { form: Form::Subtract(x, y), place })),
                place,
            },
        },
        Form::Divide(x, y) if matches!(&x.form, Form::Negate(inner) if matches!(inner.form, Form::Number(_))) =>
        {
            let Form::Negate(above) = x.form else { return base };
            let quotient = Node { form: Form::Divide(above, y), place };
            raised(base, Node { form: Form::Negate(boxed(quotient)), place }, place)
        }
        Form::Divide(x, y) => match (&x.form, &y.form) {
            (Form::Number(above), Form::Number(below)) if *below > 0 && root_of(*above, *below).is_some() => {
                let (power, halves) = root_of(*above, *below).unwrap_or((1, 0));
                let root = |x: Node, _| Node { form: Form::Call(Function::Sqrt, vec![x]), place };
                let root = (0..halves).fold(base, root);
                Node { form: Form::Power(boxed(root), power), place }
            }
            _ => Node {
                form: Form::Raise(boxed(base), boxed(Node { form: Form::Divide(x, y), place })),
                place,
            },
        },
        form => Node { form: Form::Raise(boxed(base), boxed(Node { form, place })), place },
    }
}

/// `above/below` as `power/2^halves`, where it is.
fn root_of(above: i64, below: i64) -> Option<(i64, u32)> {
    let divisor = common_divisor(above.unsigned_abs(), below.unsigned_abs()).max(1) as i64;
    let (power, below) = (above / divisor, below / divisor);
    let halves = below.trailing_zeros();
    (below == 1 << halves && halves <= 4 && power.abs() <= 64).then_some((power, halves))
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
