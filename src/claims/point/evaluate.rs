//! The value of an expression at a point, in any tower of numbers.
//!
//! A derivative `d(x)/d V[k,i] | p` opens a world in which one entry of `V` has moved by the unit of a level, what
//! stands behind the bar is what it was, and everything else is defined anew. A quantity that does not depend on `V`
//! is looked up in the world around.

use super::tower::{Base, Tower};
use crate::claims::language::program::{Form, Node, Program, Value};
use crate::claims::language::syntax::{Function, Range};
use crate::model::Activation;
use crate::witness::eigen::eigenvalues;
use std::cell::RefCell;
use std::fmt;

/// Sizes of the four ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// `N`.
    pub samples: usize,
    /// `d`.
    pub inputs: usize,
    /// `h`.
    pub hidden: usize,
    /// `C`.
    pub classes: usize,
}

impl Sizes {
    /// The size of a range.
    pub fn of(&self, range: Range) -> usize {
        match range {
            Range::Samples => self.samples,
            Range::Inputs => self.inputs,
            Range::Hidden => self.hidden,
            Range::Classes => self.classes,
        }
    }

    /// How many entries an array over these ranges has.
    pub fn entries(&self, ranges: &[Range]) -> usize {
        ranges.iter().map(|range| self.of(*range)).product()
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "N={} d={} h={} C={}", self.samples, self.inputs, self.hidden, self.classes)
    }
}

/// A point: sizes, and values for the free quantities.
pub struct Point<V> {
    /// The sizes.
    pub sizes: Sizes,
    /// For each symbol its entries, row-major; empty for those that are defined.
    pub free: Vec<Vec<V>>,
    /// What `phi` is; nothing where it is any smooth function.
    pub activation: Option<Activation>,
}

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
    known: RefCell<Vec<Vec<Option<T>>>>,
}

impl<'a, T: Base> World<'a, T> {
    /// The world in which nothing has moved.
    pub fn new(program: &'a Program, point: &'a Point<T::Value>) -> Self {
        let known = RefCell::new(vec![Vec::new(); program.symbols.len()]);
        World { program, point, around: None, change: None, level: 0, known }
    }

    /// The value of an expression, its indices assigned.
    pub fn value(&self, node: &Node, slots: &mut [usize], ranges: &[Range]) -> T {
        let two = |x: &Node, y: &Node, slots: &mut [usize]| {
            (self.value(x, slots, ranges), self.value(y, slots, ranges))
        };
        match &node.form {
            Form::Number(number) => T::integer(*number),
            Form::Size(range) => T::integer(self.point.sizes.of(*range) as i64),
            Form::Parameters => T::integer(self.parameters().len() as i64),
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
        let Some(activation) = self.point.activation else { return x.phi(order) };
        let derivatives = activation.derivatives(x);
        match order {
            0 => derivatives.value,
            1 => derivatives.first,
            2 => derivatives.second,
            _ => derivatives.third,
        }
    }

    /// The world in which one entry has moved by the unit of this level.
    fn moved<'b>(&'b self, symbol: usize, entry: usize, fixed: &'b [usize]) -> World<'b, T>
    where
        'a: 'b,
    {
        World {
            program: self.program,
            point: self.point,
            around: Some(self),
            change: Some(Change { symbol, entry, fixed }),
            level: self.level + 1,
            known: RefCell::new(vec![Vec::new(); self.program.symbols.len()]),
        }
    }

    fn sum(&self, over: &[usize], body: &Node, slots: &mut [usize], ranges: &[Range]) -> T {
        let Some((slot, rest)) = over.split_first() else { return self.value(body, slots, ranges) };
        let mut sum = T::integer(0);
        for index in 0..self.point.sizes.of(ranges[*slot]) {
            slots[*slot] = index;
            sum += self.sum(rest, body, slots, ranges);
        }
        sum
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
            return T::constant(self.point.free[symbol][entry]);
        };
        if let Some(Some(value)) = self.known.borrow()[symbol].get(entry) {
            return *value;
        }
        let mut slots = vec![0; ranges.len()];
        let mut rest = entry;
        for (slot, range) in info.ranges.iter().enumerate().rev() {
            slots[slot] = rest % self.point.sizes.of(*range);
            rest /= self.point.sizes.of(*range);
        }
        let value = self.moved_outside(symbol, entry, self.value(node, &mut slots, ranges));
        let mut known = self.known.borrow_mut();
        if known[symbol].is_empty() {
            known[symbol] = vec![None; self.point.sizes.entries(&info.ranges)];
        }
        known[symbol][entry] = Some(value);
        value
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
        let entry = |i: usize, j: usize| -> Option<f64> {
            let first = self.moved(parameters[i].0, parameters[i].1, &[]);
            let second = first.moved(parameters[j].0, parameters[j].1, &[]);
            let value = second.entry(loss, 0).coefficient(self.level + 1).coefficient(self.level);
            value.base().float()
        };
        let size = parameters.len();
        let entries: Option<Vec<f64>> =
            (0..size * size).map(|index| entry(index / size, index % size)).collect();
        let Some(entries) = entries else { return undefined };
        let Ok(values) = eigenvalues(&crate::number::Matrix::from_row_slice(size, size, &entries)) else {
            return undefined;
        };
        let extreme = if largest { values.last() } else { values.first() };
        extreme.and_then(|value| T::Value::from_float(*value)).map_or(undefined, T::constant)
    }
}
