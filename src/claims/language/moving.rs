//! Expressions at other values: derivatives, values of quantities that are set, and expectations.

use super::error::{Place, SyntaxError};
use super::matrices::equal;
use super::program::{Distribution, Form, HIGHEST_ORDER, Idx, Node, Set, Value};
use super::scope::Scope;
use super::symbols::Symbols;
use super::syntax::{Expr, Index, Law, Setting, Structure};
use super::typed::{Resolved, Typed, boxed};

impl Scope<'_> {
    pub(super) fn derivative(
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
        let mirrored = self.program.symbols[symbol].structure().and_then(Structure::mirrored);
        if let (Some(_), [row, column]) = (mirrored, slots.as_slice()) {
            // An entry moves its mirror image too, so each pair would count twice: `(1 + [i = j])/2` of it.
            let of = |form: Form| boxed(Node { form, place });
            let sum = Form::Add(of(Form::Number(1)), boxed(equal(*row, *column, place)));
            let half = Form::Divide(of(sum), of(Form::Number(2)));
            product = Node { form: Form::Multiply(of(half), boxed(product)), place };
        }
        Ok(Typed::number(Node { form: Form::Sum(slots, boxed(product)), place }))
    }

    /// `(x at w[i] = value)`.
    pub(super) fn at(&mut self, of: &Expr, settings: &[Setting], place: Place) -> Resolved<Typed> {
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
    pub(super) fn expectation(
        &mut self,
        name: &str,
        law: &Law,
        body: &Expr,
        place: Place,
    ) -> Resolved<Typed> {
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
