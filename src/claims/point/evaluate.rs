//! The value of an expression at a point, in any tower of numbers.
//!
//! A derivative `d(x)/d V[k,i] | p` opens a world in which one entry of `V` has moved by the unit of a level, what
//! stands behind the bar is what it was, and everything else is defined anew. A quantity that does not depend on `V`
//! is looked up in the world around.

use super::place::{Phi, Point};
use super::tower::{Base, Tower};
use crate::claims::language::program::{Form, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::number::Number;
use crate::witness::eigen::eigenvalues;
use std::cell::RefCell;

/// An index of a sum that is not open.
pub(in crate::claims) const UNASSIGNED: usize = usize::MAX;

/// What one derivative changes.
struct Change<'a> {
    symbol: usize,
    entry: usize,
    fixed: &'a [usize],
}

/// The values of all quantities, some of them changed by the derivatives around.
pub struct World<'a, T: Base> {
    program: &'a Program,
    point: &'a Point<T::Value>,
    around: Option<&'a World<'a, T>>,
    change: Option<Change<'a>>,
    level: usize,
    /// For each range the indices that stand for more than themselves and were moved by a derivative around: bits.
    moved: [u64; 4],
    known: RefCell<Vec<Vec<Option<T>>>>,
}

impl<'a, T: Base> World<'a, T> {
    /// The world in which nothing has moved.
    pub fn new(program: &'a Program, point: &'a Point<T::Value>) -> Self {
        let known = RefCell::new(vec![Vec::new(); program.symbols.len()]);
        World { program, point, around: None, change: None, level: 0, moved: [0; 4], known }
    }

    /// How many indices a range has here.
    pub fn size(&self, range: Range) -> usize {
        self.point.sizes.of(range)
    }

    /// The value of an expression, its indices assigned.
    pub fn value(&self, node: &Node, slots: &mut [usize], ranges: &[Range]) -> T {
        let two = |x: &Node, y: &Node, slots: &mut [usize]| {
            (self.value(x, slots, ranges), self.value(y, slots, ranges))
        };
        match &node.form {
            Form::Number(number) => T::integer(*number),
            Form::Size(range) => T::constant(self.point.size(*range)),
            Form::Parameters => self.number_of_parameters(),
            Form::Eigenvalue { largest } => self.eigenvalue(*largest),
            Form::Symbol(symbol, indices) => {
                let entry = self.flat(*symbol, indices, slots);
                self.entry(*symbol, entry)
            }
            Form::Delta(a, b) => T::integer(i64::from(slots[*a] == slots[*b])),
            Form::Call(function, x) => {
                let x = self.value(x, slots, ranges);
                match function {
                    Function::Exp => x.exp(),
                    Function::Ln => x.ln(),
                    Function::Sqrt => x.sqrt(),
                    Function::Tanh => x.tanh().0,
                    Function::Sigmoid => x.sigmoid().0,
                    Function::Softplus => x.softplus(),
                    Function::Sin => x.sin_cos().0,
                    Function::Cos => x.sin_cos().1,
                    Function::Phi(order) => self.phi(&x, *order),
                }
            }
            Form::Sum(over, body) => self.sum(over, body, slots, ranges),
            Form::Negate(x) => -self.value(x, slots, ranges),
            Form::Add(x, y) => {
                let (x, y) = two(x, y, slots);
                x + y
            }
            Form::Subtract(x, y) => {
                let (x, y) = two(x, y, slots);
                x - y
            }
            Form::Multiply(x, y) => {
                let (x, y) = two(x, y, slots);
                x * y
            }
            Form::Divide(x, y) => {
                let (x, y) = two(x, y, slots);
                x / y
            }
            Form::Power(x, exponent) => {
                let x = self.value(x, slots, ranges);
                (0..*exponent).fold(T::integer(1), |power, _| power * x)
            }
            Form::Derivative(of, symbol, indices, fixed) => {
                let entry = self.flat(*symbol, indices, slots);
                self.moved(*symbol, entry, fixed).value(of, slots, ranges).coefficient(self.level)
            }
        }
    }

    /// The activation's derivative of this order.
    fn phi(&self, x: &T, order: u8) -> T {
        match self.point.phi {
            Phi::Any => x.phi(order),
            Phi::Known(activation) => {
                let derivatives = activation.derivatives(x);
                match order {
                    0 => derivatives.value,
                    1 => derivatives.first,
                    2 => derivatives.second,
                    _ => derivatives.third,
                }
            }
            Phi::Mixture(mixture) => mixture.derivative(x, order),
        }
    }

    /// The world in which one entry has moved by the unit of this level.
    fn moved<'b>(&'b self, symbol: usize, entry: usize, fixed: &'b [usize]) -> World<'b, T>
    where
        'a: 'b,
    {
        let mut moved = self.moved;
        for (index, range) in self.indices(symbol, entry).into_iter().zip(&self.program.symbols[symbol].ranges) {
            if index >= self.point.explicit(*range) {
                moved[*range as usize] |= 1 << index;
            }
        }
        World {
            program: self.program,
            point: self.point,
            around: Some(self),
            change: Some(Change { symbol, entry, fixed }),
            level: self.level + 1,
            moved,
            known: RefCell::new(vec![Vec::new(); self.program.symbols.len()]),
        }
    }

    /// A sum over slots, each over its range. The indices beyond the explicit ones are equal to each other: those that stand
    /// for something already are terms of their own, and one more stands for all others, as often as there are such.
    fn sum(&self, over: &[usize], body: &Node, slots: &mut [usize], ranges: &[Range]) -> T {
        let Some((slot, rest)) = over.split_first() else { return self.value(body, slots, ranges) };
        let range = ranges[*slot];
        let explicit = self.point.explicit(range);
        let mut sum = T::integer(0);
        for index in 0..explicit {
            slots[*slot] = index;
            sum += self.sum(rest, body, slots, ranges);
        }
        if let Some(others) = self.point.others(range) {
            let taken = self.taken(range, slots, ranges);
            for index in (explicit..self.point.sizes.of(range)).filter(|index| taken >> index & 1 == 1) {
                slots[*slot] = index;
                sum += self.sum(rest, body, slots, ranges);
            }
            slots[*slot] = explicit + (taken >> explicit).trailing_ones() as usize;
            let left = others - T::Value::integer(i64::from(taken.count_ones()));
            sum += T::constant(left) * self.sum(rest, body, slots, ranges);
        }
        slots[*slot] = UNASSIGNED;
        sum
    }

    /// The indices beyond the explicit ones that an index around or a moved entry has: bits.
    fn taken(&self, range: Range, slots: &[usize], ranges: &[Range]) -> u64 {
        let explicit = self.point.explicit(range);
        let around = slots.iter().zip(ranges).filter(|(index, other)| {
            **other == range && **index != UNASSIGNED && **index >= explicit
        });
        around.fold(self.moved[range as usize], |taken, (index, _)| taken | 1 << index)
    }

    fn flat(&self, symbol: usize, indices: &[usize], slots: &[usize]) -> usize {
        let ranges = &self.program.symbols[symbol].ranges;
        indices
            .iter()
            .zip(ranges)
            .fold(0, |flat, (slot, range)| flat * self.point.sizes.of(*range) + slots[*slot])
    }

    /// An entry of a quantity in this world.
    fn entry(&self, symbol: usize, entry: usize) -> T {
        if let (Some(change), Some(around)) = (&self.change, self.around) {
            if symbol == change.symbol {
                let value = around.entry(symbol, entry);
                return if entry == change.entry { value + T::unit(self.level - 1) } else { value };
            }
            let depends = self.program.symbols[symbol].depends.get(change.symbol) == Some(&true);
            if !depends || change.fixed.contains(&symbol) {
                return around.entry(symbol, entry);
            }
        }
        let info = &self.program.symbols[symbol];
        let Value::Defined(node, ranges) = &info.value else {
            return T::constant(self.point.free[symbol][self.canonical(symbol, entry)]);
        };
        if let Some(Some(value)) = self.known.borrow()[symbol].get(entry) {
            return *value;
        }
        let mut slots = self.indices(symbol, entry);
        slots.resize(ranges.len(), UNASSIGNED);
        let value = self.moved_outside(symbol, entry, self.value(node, &mut slots, ranges));
        let mut known = self.known.borrow_mut();
        if known[symbol].is_empty() {
            known[symbol] = vec![None; self.point.sizes.entries(&info.ranges)];
        }
        known[symbol][entry] = Some(value);
        value
    }

    /// The indices of an entry.
    fn indices(&self, symbol: usize, entry: usize) -> Vec<usize> {
        let mut rest = entry;
        let ranges = self.program.symbols[symbol].ranges.iter().rev();
        let mut indices: Vec<usize> = ranges
            .map(|range| {
                let index = rest % self.point.sizes.of(*range);
                rest /= self.point.sizes.of(*range);
                index
            })
            .collect();
        indices.reverse();
        indices
    }

    /// The entry with the same value whose indices beyond the explicit ones are the first such, in their order.
    fn canonical(&self, symbol: usize, entry: usize) -> usize {
        let ranges = &self.program.symbols[symbol].ranges;
        if ranges.iter().all(|range| self.point.others(*range).is_none()) {
            return entry;
        }
        let mut indices = self.indices(symbol, entry);
        for range in Range::ALL {
            let explicit = self.point.explicit(range);
            let mut met: Vec<usize> = Vec::new();
            for (index, _) in
                indices.iter_mut().zip(ranges).filter(|(index, own)| **own == range && **index >= explicit)
            {
                let place = met.iter().position(|other| other == index).unwrap_or(met.len());
                if place == met.len() {
                    met.push(*index);
                }
                *index = explicit + place;
            }
        }
        let slots: Vec<usize> = (0..indices.len()).collect();
        self.flat(symbol, &slots, &indices)
    }

    /// A quantity that this world defines anew, with what the worlds around did to it: its own motion by their
    /// derivative, or its being held fixed.
    fn moved_outside(&self, symbol: usize, entry: usize, mut value: T) -> T {
        let mut world = self.around;
        while let Some(outer) = world {
            if let Some(change) = &outer.change {
                if change.fixed.contains(&symbol) {
                    value = value.without(outer.level - 1);
                } else if symbol == change.symbol && entry == change.entry {
                    value += T::unit(outer.level - 1);
                }
            }
            world = outer.around;
        }
        value
    }

    /// `D`: the sizes of the parameters, multiplied and added.
    fn number_of_parameters(&self) -> T {
        let parameters =
            self.program.symbols.iter().filter(|symbol| symbol.value == Value::Free { parameter: true });
        let sizes = parameters.map(|symbol| {
            symbol.ranges.iter().fold(T::integer(1), |size, range| size * T::constant(self.point.size(*range)))
        });
        sizes.fold(T::integer(0), |sum, size| sum + size)
    }

    /// Every entry of every parameter, in the order of their declaration.
    fn parameters(&self) -> Vec<(usize, usize)> {
        let is_parameter =
            |symbol: &usize| self.program.symbols[*symbol].value == Value::Free { parameter: true };
        let symbols = (0..self.program.symbols.len()).filter(is_parameter);
        symbols
            .flat_map(|symbol| {
                let entries = self.point.sizes.entries(&self.program.symbols[symbol].ranges);
                (0..entries).map(move |entry| (symbol, entry))
            })
            .collect()
    }

    /// An extreme eigenvalue of the Hessian of `L`; not a number where there is none, as in the field.
    fn eigenvalue(&self, largest: bool) -> T {
        let undefined = T::integer(0) / T::integer(0);
        let Some(loss) = self.program.find("L") else { return undefined };
        let parameters = self.parameters();
        let entry = |i: usize, j: usize| -> Option<(f64, f64)> {
            let first = self.moved(parameters[i].0, parameters[i].1, &[]);
            let second = first.moved(parameters[j].0, parameters[j].1, &[]);
            let value = second.entry(loss, 0).coefficient(self.level + 1).coefficient(self.level).base();
            value.float().map(|float| (float, value.error()))
        };
        let size = parameters.len();
        let entries: Option<Vec<(f64, f64)>> =
            (0..size * size).map(|index| entry(index / size, index % size)).collect();
        let Some(entries) = entries else { return undefined };
        let values: Vec<f64> = entries.iter().map(|(value, _)| *value).collect();
        let Ok(eigenvalues) = eigenvalues(&crate::number::Matrix::from_row_slice(size, size, &values)) else {
            return undefined;
        };
        // An eigenvalue moves by no more than the norm of what the matrix is off by: the rounding of its entries, and the
        // backward error of the eigensolver, some roundoffs of the norm for each row.
        let squares = entries.iter().fold((0.0, 0.0), |(value, error), entry| {
            (value + entry.0 * entry.0, error + entry.1 * entry.1)
        });
        let error = squares.1.sqrt() + 8.0 * size as f64 * f64::EPSILON * squares.0.sqrt();
        let extreme = if largest { eigenvalues.last() } else { eigenvalues.first() };
        extreme
            .and_then(|value| T::Value::from_float(*value))
            .map_or(undefined, |value| T::constant(value.with_error(error)))
    }
}
