//! Operations on whole arrays: products, powers, inverses, and functions such as `tr` and `kron`.

use super::error::{Place, SyntaxError};
use super::program::{Compared, Form, HIGHEST_ORDER, Idx, Node, Square};
use super::scope::Scope;
use super::syntax::{Expr, Index, Kind, Relation};
use super::typed::{Resolved, Typed, boxed};
use super::words;

impl Scope<'_> {
    pub(super) fn product(&mut self, left: &Typed, right: &Typed, place: Place) -> Resolved<Typed> {
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

    pub(super) fn power(&mut self, x: &Expr, exponent: i64, place: Place) -> Resolved<Typed> {
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
    pub(super) fn square(&self, typed: Typed, what: &str, place: Place) -> Resolved<Square> {
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

    pub(super) fn inverse(&mut self, typed: &Typed, place: Place) -> Resolved<Typed> {
        let square = self.square(typed.clone(), "inv(A)", place)?;
        let range = self.range_of(square.row);
        let (row, column) = (self.new_slot("", range), self.new_slot("", range));
        let at = Box::new([Idx::Slot(row), Idx::Slot(column)]);
        let node = Node { form: Form::Inverse(Box::new(square), at), place };
        Ok(Typed { node, rows: vec![row], columns: vec![column] })
    }

    /// A function of the derivation, or an operation on matrices.
    pub(super) fn apply(
        &mut self,
        name: &str,
        primes: usize,
        arguments: &[Expr],
        place: Place,
    ) -> Resolved<Typed> {
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
    pub(super) fn constant_array(&mut self, name: &str, size: &Expr, place: Place) -> Resolved<Typed> {
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
    pub(super) fn diagonal(&mut self, typed: Typed, place: Place) -> Resolved<Typed> {
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

    /// `(A @ B)[i,j]`.
    pub(super) fn entry_of(&mut self, x: &Expr, indices: &[Index], place: Place) -> Resolved<Typed> {
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
}

/// `[row = column]`.
pub(super) fn equal(row: usize, column: usize, place: Place) -> Node {
    let (left, right) = (Idx::Slot(row), Idx::Slot(column));
    let compared = Compared { left, relation: Relation::Equal, right };
    Node { form: Form::Mask(compared), place }
}
