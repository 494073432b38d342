//! The value of an expression at a point, in any tower of numbers.
//!
//! A derivative `d(x)/d V[k,i] | p` opens a world in which one entry of `V` has moved by the unit of a level, what
//! stands behind the bar is what it was, and everything else is defined anew. A quantity that does not depend on `V`
//! is looked up in the world around.

use super::known::{Known, unknown};
use super::place::Point;
use super::positive::Positive;
use super::tower::{Base, Tower};
use crate::claims::language::program::{Compared, Form, Idx, Node, Program, Set, Value};
use crate::claims::language::symbols::Symbols;
use crate::claims::language::syntax::{Function, MOST_SIZES, Range, Structure};
use crate::claims::stack::with_deep_stack;
use crate::number::{Matrix, Number, norm};
use crate::witness::eigen::eigenvalues;
use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// An index of a sum that is not open. As an index that counts from 0, it is the one before the first: entry 0 of a
/// recurrence.
pub(in crate::claims) const UNASSIGNED: usize = usize::MAX;

/// For each range a set of indices beyond the explicit ones: bits, from the first.
pub(super) type Moved = [u64; MOST_SIZES];

/// What has no value.
pub(super) fn undefined<T: Tower>() -> T {
    T::integer(0) / T::integer(0)
}

/// Where definitions build on each other higher than this, they are computed from the bottom up.
const LOW: usize = 100;
/// What is higher than this may need more than the stack that a thread has by default.
const SHALLOW: usize = 40;

/// Evaluates what builds on so many definitions, on a deep stack if it needs one.
pub(in crate::claims) fn at_height<T: Send>(height: usize, evaluate: impl FnOnce() -> T + Send) -> T {
    if height > SHALLOW { with_deep_stack(evaluate) } else { evaluate() }
}

/// What a world changes.
pub(super) enum Change<'a, T> {
    /// One entry moves, and with it its mirror image in a symmetric matrix, or against it in an antisymmetric one.
    Entry {
        /// The quantity.
        symbol: usize,
        /// The entry.
        entry: usize,
        /// What is held fixed.
        fixed: &'a [usize],
        /// The mirror image, and whether it moves the other way.
        mirror: Option<(usize, bool)>,
    },
    /// Quantities have the values that an expression gives them, in the world around.
    Set {
        /// The quantities with their values.
        sets: &'a [Set],
        /// The assignment of the statement.
        slots: Vec<usize>,
        /// The ranges of its slots.
        ranges: &'a [Range],
    },
    /// A quantity has these values.
    Values {
        /// The quantity.
        symbol: usize,
        /// Its entries.
        values: Vec<T>,
    },
}

impl<T> Change<'_, T> {
    /// Whether a quantity has the values here that the change gives it. Of a recurrence one entry moves by itself, and others
    /// with it.
    pub(super) fn gives(&self, symbol: usize, recursive: bool) -> bool {
        match self {
            Change::Entry { symbol: own, .. } => *own == symbol && !recursive,
            Change::Values { symbol: own, .. } => *own == symbol,
            Change::Set { sets, .. } => sets.iter().any(|set| set.symbol == symbol),
        }
    }

    /// Whether a quantity that is not changed itself moves with what is.
    pub(super) fn reaches(&self, symbol: usize, depends: &Symbols) -> bool {
        match self {
            Change::Entry { symbol: own, fixed, .. } => depends.contains(*own) && !fixed.contains(&symbol),
            Change::Values { symbol: own, .. } => depends.contains(*own),
            Change::Set { sets, .. } => sets.iter().any(|set| depends.contains(set.symbol)),
        }
    }
}

/// The values of all quantities, some of them changed by the derivatives around.
pub(in crate::claims) struct World<'a, T: Base> {
    pub(super) program: &'a Program,
    pub(super) point: &'a Point<T::Value>,
    pub(super) around: Option<&'a World<'a, T>>,
    pub(super) change: Option<Change<'a, T>>,
    pub(super) level: usize,
    /// For each range the indices beyond the explicit ones that a derivative here or around moved.
    pub(super) moved: Moved,
    positive: Rc<OnceCell<Positive>>,
    /// Whether definitions build on each other so high that they are computed from the bottom up.
    pub(super) high: bool,
    pub(super) known: RefCell<Vec<Known<T>>>,
    /// Entries of recurrences that are being computed.
    pub(super) busy: RefCell<HashSet<(usize, usize)>>,
    /// Matrices that were inverted.
    pub(super) inverses: RefCell<Inverses<T>>,
}

/// Inverted matrices, by their expressions and the indices that these have.
pub(super) type Inverses<T> = HashMap<(*const Node, Vec<usize>), Rc<Option<Vec<T>>>>;

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
            moved: [0; MOST_SIZES],
            positive,
            high: program.symbols.iter().any(|symbol| symbol.height > LOW),
            known: unknown(program),
            busy: RefCell::default(),
            inverses: RefCell::default(),
        }
    }

    /// How many indices a range has here.
    pub(in crate::claims) fn size(&self, range: Range) -> usize {
        self.point.sizes.of(range)
    }

    /// An entry of a quantity.
    pub(in crate::claims) fn at(&self, symbol: usize, entry: usize) -> T {
        self.entry(symbol, entry, true)
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
        let changes = |change: &Change<T>| {
            !change.gives(symbol, info.recursive) && change.reaches(symbol, &info.depends)
        };
        matches!(info.value, Value::Defined(..)) && self.change.as_ref().is_none_or(changes)
    }

    /// Computes the entries of a quantity that can be different.
    fn fill(&self, symbol: usize) {
        let ranges = &self.program.symbols[symbol].ranges;
        // Of the indices beyond the explicit ones, the first ones stand for all others.
        let distinguished = |(at, range): (usize, &Range)| {
            let size = self.program.length(symbol, at, &self.point.sizes);
            if self.point.others.is_none() {
                return size;
            }
            let before = ranges[..at].iter().filter(|other| *other == range).count();
            let moved = u64::BITS - self.moved[range.number()].leading_zeros();
            size.min(self.point.explicit(*range) + moved as usize + before + 1)
        };
        let lengths: Vec<usize> = ranges.iter().enumerate().map(distinguished).collect();
        for number in 0..lengths.iter().product() {
            let (mut rest, mut entry, mut step) = (number, 0, 1);
            for (at, length) in lengths.iter().enumerate().rev() {
                entry += rest % length * step;
                rest /= length;
                step *= self.program.length(symbol, at, &self.point.sizes);
            }
            self.entry(symbol, entry, true);
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
            Form::Symbol(symbol, indices) => match self.flat(*symbol, indices, slots) {
                Some((entry, beyond)) => self.entry(*symbol, entry, beyond),
                None if self.program.symbols[*symbol].outside => T::integer(0),
                None => undefined(),
            },
            Form::Index(index) => T::integer(index.value(slots, |range| self.point.sizes.of(range))),
            Form::IndexPower(x, index) => {
                let exponent = index.value(slots, |range| self.point.sizes.of(range));
                let x = self.value(x, slots, ranges);
                let one = if x.base().exists() { T::integer(1) } else { x };
                let power = super::functions::power(x, one, exponent.unsigned_abs());
                if exponent < 0 { one / power } else { power }
            }
            Form::Mask(compared) => T::integer(i64::from(self.holds(compared, slots))),
            Form::Test(x, relation, y) => {
                let (x, y) = two(x, y, slots);
                self.test(x, *relation, y)
            }
            Form::Call(Function::Sqrt, arguments) => {
                let x = &arguments[0];
                if !self.factors_stand_for_positive(x, slots, ranges) {
                    // A number that has no root, in a field.
                    return T::integer(-1).sqrt();
                }
                let x = self.value(x, slots, ranges);
                // Whether the root of what may be negative is a real number, nobody knows.
                if x.base().is_surely_not_negative() { x.sqrt() } else { undefined() }
            }
            Form::Call(function, arguments) => {
                let x = self.value(&arguments[0], slots, ranges);
                let rest = |at: usize, slots: &mut [usize]| self.value(&arguments[at], slots, ranges);
                match function {
                    Function::Max => super::functions::larger(x, rest(1, slots)),
                    Function::Min => -super::functions::larger(-x, -rest(1, slots)),
                    Function::Clip => {
                        let (low, high) = (rest(1, slots), rest(2, slots));
                        -super::functions::larger(-super::functions::larger(x, low), -high)
                    }
                    function => self.call(*function, &x),
                }
            }
            Form::Own(function, orders, arguments) => {
                let arguments: Vec<T> = arguments.iter().map(|x| self.value(x, slots, ranges)).collect();
                self.own(*function, orders, &arguments)
            }
            Form::Sum(over, body) => self.sum(over, body, slots, ranges),
            Form::Negate(x) => -self.value(x, slots, ranges),
            // A comparison that does not hold guards what it is a factor of, which may have no value there.
            Form::Multiply(..) | Form::Divide(..) if self.is_guarded(node, slots, ranges) => T::integer(0),
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
                let power = super::functions::power(x, one, exponent.unsigned_abs());
                if *exponent < 0 { one / power } else { power }
            }
            Form::Raise(x, y) => {
                let (x, y) = two(x, y, slots);
                super::functions::raised(x, y)
            }
            Form::Derivative(of, symbol, indices, fixed) => {
                let Some((entry, _)) = self.flat(*symbol, indices, slots) else {
                    let zero = self.program.symbols[*symbol].outside;
                    return if zero { T::integer(0) } else { undefined() };
                };
                let moved = self.moved(*symbol, entry, fixed);
                moved.prepare(of);
                let value = moved.value(of, slots, ranges);
                // What has no value has no derivative.
                if value.base().exists() { value.coefficient(self.level) } else { T::constant(value.base()) }
            }
            Form::At(of, sets) => {
                let change = Change::Set { sets, slots: slots.to_vec(), ranges };
                let elsewhere = self.changed(change, self.level, self.moved);
                elsewhere.prepare(of);
                elsewhere.value(of, slots, ranges)
            }
            Form::Expect(symbol, law, degree, body) => {
                self.expectation(*symbol, law, *degree, body, slots, ranges)
            }
            Form::Cases(cases) => {
                let case = cases
                    .iter()
                    .find(|case| case.conditions.iter().all(|compared| self.holds(compared, slots)));
                case.map_or_else(undefined, |case| self.value(&case.value, slots, ranges))
            }
            Form::Inverse(matrix, at) => self.inverse(matrix, at, slots, ranges),
            Form::Determinant(matrix) => self.determinant(matrix, slots, ranges),
        }
    }

    /// Whether two indices compare as they should.
    pub(super) fn holds(&self, compared: &Compared, slots: &[usize]) -> bool {
        compared.holds(slots, |range| self.point.sizes.of(range))
    }

    /// Whether a factor is a comparison that does not hold.
    fn is_guarded(&self, node: &Node, slots: &mut [usize], ranges: &[Range]) -> bool {
        match &node.form {
            Form::Mask(compared) => !self.holds(compared, slots),
            Form::Test(x, relation, y) => {
                let difference = self.value(x, slots, ranges) - self.value(y, slots, ranges);
                let sign = difference.base().sign();
                sign.is_some_and(|sign| !relation.holds(sign, 0) && (sign != 0 || difference.is_constant()))
            }
            Form::Multiply(x, y) => self.is_guarded(x, slots, ranges) || self.is_guarded(y, slots, ranges),
            Form::Divide(x, _) | Form::Negate(x) => self.is_guarded(x, slots, ranges),
            _ => false,
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
    pub(super) fn moved<'b>(&'b self, symbol: usize, entry: usize, fixed: &'b [usize]) -> World<'b, T>
    where
        'a: 'b,
    {
        let info = &self.program.symbols[symbol];
        let indices = self.indices(symbol, entry).0;
        let mut moved = self.moved;
        for (index, range) in indices.into_iter().zip(&info.ranges) {
            let explicit = self.point.explicit(*range);
            if index >= explicit && index - explicit < 64 {
                moved[range.number()] |= 1 << (index - explicit);
            }
        }
        let size = info.ranges.first().map_or(1, |range| self.point.sizes.of(*range));
        let (row, column) = (indices[0], indices[1]);
        let structure = info.structure();
        let negative = structure.filter(|_| row != column).and_then(Structure::mirrored);
        let mirror = negative.map(|negative| (column * size + row, negative));
        // An entry that is always zero does not move.
        let zero = structure.is_some_and(|structure| structure.is_zero(row, column));
        let entry = if zero { usize::MAX } else { entry };
        self.changed(Change::Entry { symbol, entry, fixed, mirror }, self.level + 1, moved)
    }

    /// The world with this change.
    pub(super) fn changed<'b>(&'b self, change: Change<'b, T>, level: usize, moved: Moved) -> World<'b, T>
    where
        'a: 'b,
    {
        World {
            program: self.program,
            point: self.point,
            around: Some(self),
            change: Some(change),
            level,
            moved,
            positive: Rc::clone(&self.positive),
            high: self.high,
            known: unknown(self.program),
            busy: RefCell::default(),
            inverses: RefCell::default(),
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
        around.fold(self.moved[range.number()], |taken, (index, _)| taken | 1 << (index - explicit))
    }

    /// The entry with these indices, and whether one of them is beyond the explicit ones; none outside of its ranges.
    fn flat(&self, symbol: usize, indices: &[Idx], slots: &[usize]) -> Option<(usize, bool)> {
        let info = &self.program.symbols[symbol];
        let (mut flat, mut beyond) = (0, false);
        for (at, index) in indices.iter().enumerate() {
            let zero = info.from_zero[at];
            let length = self.point.sizes.of(info.ranges[at]) + usize::from(zero);
            let place = match index {
                Idx::Slot(slot) if zero => slots[*slot].wrapping_add(1),
                Idx::Slot(slot) => slots[*slot],
                index => {
                    let value = index.value(slots, |range| self.point.sizes.of(range));
                    usize::try_from(value - i64::from(!zero)).ok()?
                }
            };
            if place >= length {
                return None;
            }
            flat = flat * length + place;
            beyond |= place >= self.point.explicit(info.ranges[at]);
        }
        Some((flat, beyond))
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
            let entries = self.program.entries(symbol, &self.point.sizes);
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
            let value =
                second.entry(loss, 0, false).coefficient(self.level + 1).coefficient(self.level).base();
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
