//! The value of an expression at a point, in any tower of numbers.
//!
//! A derivative `d(x)/d V[k,i] | p` opens a world in which one entry of `V` has moved by the unit of a level, what
//! stands behind the bar is what it was, and everything else is defined anew. A quantity that does not depend on `V`
//! is looked up in the world around.

use super::known::{Known, unknown};
use super::place::{Phi, Point};
use super::positive::Positive;
use super::tower::{Base, Tower};
use crate::claims::language::program::{Form, MOST_INDICES, Node, Program, Value};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::{Function, Range};
use crate::claims::stack::with_deep_stack;
use crate::number::{Matrix, Number, norm};
use crate::witness::eigen::eigenvalues;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// An index of a sum that is not open.
pub(in crate::claims) const UNASSIGNED: usize = usize::MAX;

/// The indices of an entry, those beyond its quantity's unassigned.
type Indices = [usize; MOST_INDICES];

/// Where definitions build on each other higher than this, they are computed from the bottom up.
const LOW: usize = 100;
/// What is higher than this may need more than the stack that a thread has by default.
const SHALLOW: usize = 40;

/// Evaluates what builds on so many definitions, on a deep stack if it needs one.
pub(in crate::claims) fn at_height<T: Send>(height: usize, evaluate: impl FnOnce() -> T + Send) -> T {
    if height > SHALLOW { with_deep_stack(evaluate) } else { evaluate() }
}

/// What one derivative changes.
struct Change<'a> {
    symbol: usize,
    entry: usize,
    fixed: &'a [usize],
}

/// The values of all quantities, some of them changed by the derivatives around.
pub(in crate::claims) struct World<'a, T: Base> {
    program: &'a Program,
    point: &'a Point<T::Value>,
    around: Option<&'a World<'a, T>>,
    change: Option<Change<'a>>,
    level: usize,
    /// For each range the indices beyond the explicit ones that a derivative here or around moved: bits, from the first.
    moved: [u64; 4],
    positive: Rc<OnceCell<Positive>>,
    /// Whether definitions build on each other so high that they are computed from the bottom up.
    high: bool,
    known: RefCell<Vec<Known<T>>>,
}

impl<'a, T: Base> World<'a, T> {
    /// The world in which nothing has moved.
    pub(in crate::claims) fn new(program: &'a Program, point: &'a Point<T::Value>) -> Self {
        let positive = Rc::new(OnceCell::new());
        World {
            program,
            point,
            around: None,
            change: None,
            level: 0,
            moved: [0; 4],
            positive,
            high: program.symbols.iter().any(|symbol| symbol.height > LOW),
            known: unknown(program),
        }
    }

    /// How many indices a range has here.
    pub(in crate::claims) fn size(&self, range: Range) -> usize {
        self.point.sizes.of(range)
    }

    /// The value of a quantity without indices.
    pub(in crate::claims) fn scalar(&self, symbol: usize) -> T {
        self.entry(symbol, 0)
    }

    /// Computes what an expression builds on from the bottom up, where that is high: no evaluation is deeper than a
    /// statement then, however many build on each other.
    pub(in crate::claims) fn prepare(&self, node: &Node) {
        if self.high {
            let mut used = Symbols::default();
            self.program.dependencies(node, &mut used);
            self.prepare_all(&used);
        }
    }

    fn prepare_all(&self, used: &Symbols) {
        self.prepare_besides(used, &Symbols::default());
    }

    /// The same for these quantities, where others are computed already.
    pub(in crate::claims) fn prepare_besides(&self, used: &Symbols, known: &Symbols) {
        if self.high {
            let new = used.besides(known).filter(|symbol| self.defines(*symbol));
            new.for_each(|symbol| self.fill(symbol));
        }
    }

    /// Whether a definition has another value here than in the world around.
    fn defines(&self, symbol: usize) -> bool {
        let info = &self.program.symbols[symbol];
        let changes = |change: &Change| {
            symbol != change.symbol && info.depends.contains(change.symbol) && !change.fixed.contains(&symbol)
        };
        matches!(info.value, Value::Defined(..)) && self.change.as_ref().is_none_or(changes)
    }

    /// Computes the entries of a quantity that can be different.
    fn fill(&self, symbol: usize) {
        let ranges = &self.program.symbols[symbol].ranges;
        // Of the indices beyond the explicit ones, the first ones stand for all others.
        let distinguished = |(at, range): (usize, &Range)| {
            let size = self.point.sizes.of(*range);
            if self.point.others.is_none() {
                return size;
            }
            let before = ranges[..at].iter().filter(|other| *other == range).count();
            let moved = u64::BITS - self.moved[*range as usize].leading_zeros();
            size.min(self.point.explicit(*range) + moved as usize + before + 1)
        };
        let lengths: Vec<usize> = ranges.iter().enumerate().map(distinguished).collect();
        for number in 0..lengths.iter().product() {
            let (mut rest, mut entry, mut step) = (number, 0, 1);
            for (length, range) in lengths.iter().zip(ranges).rev() {
                entry += rest % length * step;
                rest /= length;
                step *= self.point.sizes.of(*range);
            }
            self.entry(symbol, entry);
        }
    }

    /// The value of an expression, its indices assigned.
    pub(in crate::claims) fn value(&self, node: &Node, slots: &mut [usize], ranges: &[Range]) -> T {
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
                if *function == Function::Sqrt && !self.factors_stand_for_positive(x, slots, ranges) {
                    // A number that has no root, in a field.
                    return T::integer(-1).sqrt();
                }
                let x = self.value(x, slots, ranges);
                match function {
                    Function::Exp => x.exp(),
                    Function::Ln => x.ln(),
                    // Whether the root of what may be negative is a real number, nobody knows.
                    Function::Sqrt if !x.base().is_surely_not_negative() => T::integer(0) / T::integer(0),
                    Function::Sqrt => x.sqrt(),
                    Function::Tanh => x.tanh_and_slope().0,
                    Function::Sigmoid => x.sigmoid_and_rest().0,
                    Function::Softplus => x.softplus(),
                    Function::Sin => x.sin_cos().0,
                    Function::Cos => x.sin_cos().1,
                    Function::Phi(order) => self.phi(&x, *order),
                }
            }
            Form::Sum(over, body) => self.sum(over, body, slots, ranges),
            Form::Negate(x) => -self.value(x, slots, ranges),
            Form::Add(..) | Form::Subtract(..) | Form::Multiply(..) | Form::Divide(..) if self.high => {
                self.chained(node, slots, ranges)
            }
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
                // Nothing to the power of 0 is nothing.
                let one = if x.base().exists() { T::integer(1) } else { x };
                (0..*exponent).fold(one, |power, _| power * x)
            }
            Form::Derivative(of, symbol, indices, fixed) => {
                let entry = self.flat(*symbol, indices, slots);
                let moved = self.moved(*symbol, entry, fixed);
                moved.prepare(of);
                let value = moved.value(of, slots, ranges);
                // What has no value has no derivative.
                if value.base().exists() { value.coefficient(self.level) } else { T::constant(value.base()) }
            }
        }
    }

    /// The value of operands with operators between them, from the left: a line of them may be long.
    fn chained(&self, node: &Node, slots: &mut [usize], ranges: &[Range]) -> T {
        let (mut first, mut links) = (node, Vec::new());
        while let Form::Add(x, y) | Form::Subtract(x, y) | Form::Multiply(x, y) | Form::Divide(x, y) =
            &first.form
        {
            links.push((&first.form, y));
            first = x;
        }
        let mut value = self.value(first, slots, ranges);
        for (form, operand) in links.into_iter().rev() {
            let operand = self.value(operand, slots, ranges);
            value = match form {
                Form::Add(..) => value + operand,
                Form::Subtract(..) => value - operand,
                Form::Multiply(..) => value * operand,
                _ => value / operand,
            };
        }
        value
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

    /// Whether the factors of what stands under a root that are positive as real numbers are squares here. Where one is not,
    /// the root of its square would be its negative.
    fn factors_stand_for_positive(&self, node: &Node, slots: &mut [usize], ranges: &[Range]) -> bool {
        if !T::IN_A_FIELD {
            return true;
        }
        match &node.form {
            Form::Multiply(x, y) | Form::Divide(x, y) => {
                self.factors_stand_for_positive(x, slots, ranges)
                    && self.factors_stand_for_positive(y, slots, ranges)
            }
            Form::Power(x, _) | Form::Negate(x) => self.factors_stand_for_positive(x, slots, ranges),
            _ => {
                !self.positive.get_or_init(|| Positive::new(self.program)).node(node)
                    || self.value(node, slots, ranges).base().stands_for_positive()
            }
        }
    }

    /// The world in which one entry has moved by the unit of this level.
    fn moved<'b>(&'b self, symbol: usize, entry: usize, fixed: &'b [usize]) -> World<'b, T>
    where
        'a: 'b,
    {
        let mut moved = self.moved;
        for (index, range) in
            self.indices(symbol, entry).0.into_iter().zip(&self.program.symbols[symbol].ranges)
        {
            if index >= self.point.explicit(*range) {
                moved[*range as usize] |= 1 << (index - self.point.explicit(*range));
            }
        }
        World {
            program: self.program,
            point: self.point,
            around: Some(self),
            change: Some(Change { symbol, entry, fixed }),
            level: self.level + 1,
            moved,
            positive: Rc::clone(&self.positive),
            high: self.high,
            known: unknown(self.program),
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
            let equal = 0..self.point.sizes.of(range) - explicit;
            for index in equal.filter(|index| taken >> index & 1 == 1) {
                slots[*slot] = explicit + index;
                sum += self.sum(rest, body, slots, ranges);
            }
            slots[*slot] = explicit + taken.trailing_ones() as usize;
            let left = others - T::Value::integer(i64::from(taken.count_ones()));
            sum += T::constant(left) * self.sum(rest, body, slots, ranges);
        }
        slots[*slot] = UNASSIGNED;
        sum
    }

    /// The indices beyond the explicit ones that an index around or a moved entry has: bits, from the first.
    fn taken(&self, range: Range, slots: &[usize], ranges: &[Range]) -> u64 {
        let explicit = self.point.explicit(range);
        let around = slots
            .iter()
            .zip(ranges)
            .filter(|(index, other)| **other == range && **index != UNASSIGNED && **index >= explicit);
        around.fold(self.moved[range as usize], |taken, (index, _)| taken | 1 << (index - explicit))
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
            let depends = self.program.symbols[symbol].depends.contains(change.symbol);
            if !depends || change.fixed.contains(&symbol) {
                return around.entry(symbol, entry);
            }
        }
        let info = &self.program.symbols[symbol];
        let Value::Defined(node, ranges) = &info.value else {
            return T::constant(self.point.free[symbol][self.canonical(symbol, entry, [0; 4])]);
        };
        let entry = self.canonical(symbol, entry, self.moved);
        if let Some(value) = self.known.borrow()[symbol].get(entry) {
            return value;
        }
        let mut slots = self.indices(symbol, entry).0[..info.ranges.len()].to_vec();
        slots.resize(ranges.len(), UNASSIGNED);
        let value = self.moved_outside(symbol, entry, self.value(node, &mut slots, ranges));
        let entries = self.point.sizes.entries(&info.ranges);
        self.known.borrow_mut()[symbol].set(entry, value, entries);
        value
    }

    /// The indices of an entry, and whether one of them is beyond the explicit ones.
    fn indices(&self, symbol: usize, mut entry: usize) -> (Indices, bool) {
        let ranges = &self.program.symbols[symbol].ranges;
        let (mut indices, mut beyond) = ([UNASSIGNED; MOST_INDICES], false);
        for (index, range) in indices[..ranges.len()].iter_mut().zip(ranges).rev() {
            let size = self.point.sizes.of(*range);
            *index = entry % size;
            entry /= size;
            beyond |= *index >= self.point.explicit(*range);
        }
        (indices, beyond)
    }

    /// The entry with the same value whose indices beyond the explicit ones are the first such, in their order. Those that
    /// are moved stay.
    fn canonical(&self, symbol: usize, entry: usize, moved: [u64; 4]) -> usize {
        if self.point.others.is_none() {
            return entry;
        }
        let (mut indices, beyond) = self.indices(symbol, entry);
        if !beyond {
            return entry;
        }
        let ranges = &self.program.symbols[symbol].ranges;
        for at in 0..ranges.len() {
            let (range, index) = (ranges[at], indices[at]);
            let (explicit, stays) = (self.point.explicit(range), moved[range as usize]);
            if index < explicit || stays >> (index - explicit) & 1 == 1 {
                continue;
            }
            // The first index that neither stays nor was given to another one before.
            let before = (0..at).filter(|other| ranges[*other] == range && indices[*other] >= explicit);
            let given = before.fold(stays, |given, other| given | 1 << (indices[other] - explicit));
            if given >> (index - explicit) & 1 == 1 {
                continue;
            }
            let first = explicit + given.trailing_ones() as usize;
            // All that are the same go there together; what was there goes the other way.
            for other in at..ranges.len() {
                if ranges[other] == range {
                    indices[other] = match indices[other] {
                        same if same == index => first,
                        there if there == first => index,
                        unchanged => unchanged,
                    };
                }
            }
        }
        indices.iter().zip(ranges).fold(0, |flat, (index, range)| flat * self.point.sizes.of(*range) + index)
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
        let sizes = self.program.parameters().iter().map(|parameter| {
            self.program.symbols[*parameter]
                .ranges
                .iter()
                .fold(T::integer(1), |size, range| size * T::constant(self.point.size(*range)))
        });
        sizes.fold(T::integer(0), |sum, size| sum + size)
    }

    /// Every entry of every parameter, in the order of their declaration.
    fn parameters(&self) -> Vec<(usize, usize)> {
        let entries = |symbol: &usize| {
            let symbol = *symbol;
            let entries = self.point.sizes.entries(&self.program.symbols[symbol].ranges);
            (0..entries).map(move |entry| (symbol, entry))
        };
        self.program.parameters().iter().flat_map(entries).collect()
    }

    /// An extreme eigenvalue of the Hessian of `L`; not a number where there is none, as in the field.
    fn eigenvalue(&self, largest: bool) -> T {
        let undefined = T::integer(0) / T::integer(0);
        let Some(loss) = self.program.find("L") else { return undefined };
        let parameters = self.parameters();
        let entry = |i: usize, j: usize| -> Option<(f64, f64)> {
            let first = self.moved(parameters[i].0, parameters[i].1, &[]);
            let second = first.moved(parameters[j].0, parameters[j].1, &[]);
            first.prepare_all(&self.program.symbols[loss].depends);
            second.prepare_all(&self.program.symbols[loss].depends);
            let value = second.entry(loss, 0).coefficient(self.level + 1).coefficient(self.level).base();
            value.float().map(|float| (float, value.error()))
        };
        let size = parameters.len();
        let lower = (0..size).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let entries: Option<Vec<(f64, f64)>> = lower.map(|(i, j)| entry(i, j)).collect();
        let Some(entries) = entries else { return undefined };
        let hessian = Matrix::from_fn(size, size, |i, j| entries[i.max(j) * (i.max(j) + 1) / 2 + i.min(j)].0);
        let Ok(eigenvalues) = eigenvalues(&hessian) else { return undefined };
        // An eigenvalue moves by no more than the norm of what the matrix is off by: the rounding of its entries, and the
        // backward error of the eigensolver, some roundoffs of the norm for each row.
        let errors: Vec<f64> = entries.iter().map(|(_, error)| *error).collect();
        // An error that is not known would be lost in the norm.
        if errors.iter().any(|error| !error.is_finite()) {
            return undefined;
        }
        let off = norm(&errors) * std::f64::consts::SQRT_2 + f64::MIN_POSITIVE;
        let error = off + 8.0 * size as f64 * f64::EPSILON * norm(hessian.as_slice());
        let extreme = if largest { eigenvalues.last() } else { eigenvalues.first() };
        extreme
            .and_then(|value| T::Value::from_float(*value))
            .map_or(undefined, |value| T::constant(value.with_error(error)))
    }
}
