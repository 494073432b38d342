//! Expressions to resolved ones, numbers and whole arrays alike: an array is an expression with slots for its rows and its
//! columns, so that all that follows knows indices alone.

use super::error::{Place, SyntaxError};
use super::lexer::decimal;
use super::powers::raised;
use super::program::{Form, Idx, Node};
use super::scope::Scope;
use super::syntax::{Expr, Index, Kind, Over, Range};
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

pub(super) type Resolved<T> = Result<T, SyntaxError>;

impl Typed {
    pub(super) fn number(node: Node) -> Self {
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
    pub(super) fn renamed(&self, new: &[usize]) -> Typed {
        let old = self.slots();
        let other = |slot: usize| old.iter().position(|own| *own == slot).map_or(slot, |at| new[at]);
        Typed {
            node: self.node.substituted(&|slot| Idx::Slot(other(slot))),
            rows: self.rows.iter().map(|slot| other(*slot)).collect(),
            columns: self.columns.iter().map(|slot| other(*slot)).collect(),
        }
    }
}

pub(super) fn boxed(node: Node) -> Box<Node> {
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
    pub(super) fn shape(&self, typed: &Typed) -> String {
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

    pub(super) fn ranges_of(&self, slots: &[usize]) -> Vec<Option<Range>> {
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
    pub(super) fn index_of(&self, expr: &Expr) -> Option<Index> {
        fn sum(expr: &Expr, factor: i64, index: &mut Index) -> Option<()> {
            match &expr.kind {
                Kind::Number(number) => {
                    index.constant = index.constant.checked_add(factor.checked_mul(*number)?)?;
                }
                Kind::Symbol(name, indices) if indices.is_empty() => index.terms.push((factor, name.clone())),
                Kind::Add(x, y) => sum(x, factor, index).and(sum(y, factor, index))?,
                Kind::Subtract(x, y) => sum(x, factor, index).and(sum(y, -factor, index))?,
                Kind::Negate(x) => sum(x, -factor, index)?,
                Kind::Multiply(x, y) => match x.kind {
                    Kind::Number(number) => sum(y, factor.checked_mul(number)?, index)?,
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
    pub(super) fn quantity(&mut self, name: &str, indices: &[Index], place: Place) -> Resolved<Typed> {
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
    pub(super) fn fresh(&mut self, typed: &Typed) -> Resolved<Typed> {
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

    pub(super) fn added(
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

    pub(super) fn sum(&mut self, over: &[Over], body: &Expr, place: Place) -> Resolved<Typed> {
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
