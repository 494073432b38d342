//! A point: sizes, values for everything free, and what `phi` is.

use super::evaluate::undefined;
use super::tower::Tower;
use super::wave::sine;
use crate::claims::language::lengths::Lengths;
use crate::claims::language::program::Program;
use crate::claims::language::syntax::Range;
use crate::model::Activation;
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// The sizes of a derivation by their names: `N` samples, `d` inputs, `h` hidden units and `C` classes, and those that it
/// declares itself.
///
/// ```
/// use hsr::claims::Sizes;
/// let sizes = Sizes::of_network(2, 3, 1, 4).with("T", 5);
/// assert_eq!(sizes.to_string(), "N=2 d=3 h=1 C=4 T=5");
/// assert_eq!(sizes.of("T"), Some(5));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes(Vec<(String, Extent)>);

/// What is said of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// It is this.
    Is(usize),
    /// It is no larger than this.
    UpTo(usize),
    /// It is any.
    Any,
}

impl Sizes {
    /// Samples, inputs, hidden units and classes.
    pub fn of_network(samples: usize, inputs: usize, hidden: usize, classes: usize) -> Self {
        let known = Range::KNOWN.iter().zip([samples, inputs, hidden, classes]);
        Sizes(known.map(|((name, _), size)| (name.to_string(), Extent::Is(size))).collect())
    }

    /// The same with a size of this name.
    #[must_use]
    pub fn with(mut self, name: &str, size: usize) -> Self {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = Extent::Is(size),
            None => self.0.push((name.to_string(), Extent::Is(size))),
        }
        self
    }

    /// The names of the sizes, each with what [`of`](Sizes::of) says of it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<usize>)> {
        self.0.iter().map(|(name, _)| (name.as_str(), self.of(name)))
    }

    /// The size with this name, or the largest that it may have; `None` where there is none, or where it is any.
    pub fn of(&self, name: &str) -> Option<usize> {
        self.0.iter().find(|(known, _)| known == name).and_then(|(_, size)| match size {
            Extent::Is(size) | Extent::UpTo(size) => Some(*size),
            Extent::Any => None,
        })
    }

    /// The sizes of the ranges of a derivation, 1 where none is given.
    pub(in crate::claims) fn lengths(&self, program: &Program) -> Lengths {
        let count = program.ranges().count();
        Lengths::each(|range| {
            if range.number() >= count { 1 } else { self.of(program.size_name(range)).unwrap_or(1) }
        })
    }
}

/// Larger than any size: no bound.
pub(in crate::claims) const ANY: usize = u32::MAX as usize;

impl Program {
    /// The sizes of those ranges that a claim is about, by their names; those that are `exact` are no bounds.
    pub(in crate::claims) fn named_spanned(&self, lengths: &Lengths, exact: impl Fn(Range) -> bool) -> Sizes {
        let size = |range: Range| match lengths.of(range) {
            ANY => Extent::Any,
            length if exact(range) => Extent::Is(length),
            length => Extent::UpTo(length),
        };
        let spanned = self.ranges().filter(|range| self.index.spanned.contains(range));
        Sizes(spanned.map(|range| (self.size_name(range).to_string(), size(range))).collect())
    }

    /// Sizes by their names: the four that are known, or, where there are others, those that are used.
    pub(in crate::claims) fn named(&self, lengths: &Lengths) -> Sizes {
        let used = |range: &Range| self.sizes.is_empty() || self.index.spanned.contains(range);
        let size = |range: Range| match lengths.of(range) {
            ANY => Extent::Any,
            length => Extent::Is(length),
        };
        let mut named: Vec<(String, Extent)> = self
            .ranges()
            .filter(used)
            .map(|range| (self.size_name(range).to_string(), size(range)))
            .collect();
        // The four say which network it is, where nothing else is used.
        if named.is_empty() {
            named =
                self.ranges().take(4).map(|range| (self.size_name(range).to_string(), size(range))).collect();
        }
        Sizes(named)
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (at, (name, size)) in self.0.iter().enumerate() {
            let blank = if at > 0 { " " } else { "" };
            match size {
                Extent::Is(size) => write!(f, "{blank}{name}={size}")?,
                Extent::UpTo(size) => write!(f, "{blank}{name}<={size}")?,
                Extent::Any => write!(f, "{blank}{name}=any")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Sizes {
    /// The four that are known by what they count, others by their names; `null` where a size may be any.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, _) in &self.0 {
            let size = self.of(name);
            let name = match name.as_str() {
                "N" => "samples",
                "d" => "inputs",
                "h" => "hidden",
                "C" => "classes",
                own => own,
            };
            map.serialize_entry(name, &size)?;
        }
        map.end()
    }
}

/// A point at which a derivation can be evaluated: sizes, values for its free quantities, and a function for `phi`.
///
/// [`Derivation::point`](crate::claims::Derivation::point) makes one.
#[derive(Clone, Debug)]
pub struct Point<V> {
    /// The sizes of the arrays below.
    pub(in crate::claims) sizes: Lengths,
    /// For each symbol its entries, row-major; empty for those that are defined.
    pub(in crate::claims) free: Vec<Vec<V>>,
    /// What `phi` is.
    pub(in crate::claims) phi: Phi,
    /// Which functions those are that the derivation declares, where numbers are floats.
    pub(in crate::claims) functions: u64,
    /// Where sizes are numbers of the arithmetic: how many indices of each range are explicit, and how many others, all
    /// with equal entries, there are besides. The arrays hold as many of the others as can be distinguished at a time.
    pub(in crate::claims) others: Option<Others<V>>,
}

/// The indices of each range that are equal to each other.
#[derive(Clone, Debug)]
pub(in crate::claims) struct Others<V> {
    /// How many indices come before them.
    pub(in crate::claims) explicit: Lengths,
    /// How many there are, for each range; none for a range whose indices are all explicit.
    pub(in crate::claims) count: Vec<Option<V>>,
}

impl<V: Tower> Point<V> {
    /// A point of these sizes and values.
    pub(in crate::claims) fn new(sizes: Lengths, free: Vec<Vec<V>>, phi: Phi) -> Self {
        Point { sizes, free, phi, functions: 0, others: None }
    }

    /// The size of a range as a number.
    pub(in crate::claims) fn size(&self, range: Range) -> V {
        match self.others(range) {
            Some(others) => V::integer(self.explicit(range) as i64) + others,
            None => V::integer(self.sizes.of(range) as i64),
        }
    }

    /// How many indices of a range stand for themselves alone.
    pub(in crate::claims) fn explicit(&self, range: Range) -> usize {
        self.others.as_ref().map_or(self.sizes.of(range), |others| others.explicit.of(range))
    }

    /// How many indices are equal to each other, where sizes are numbers of the arithmetic.
    pub(in crate::claims) fn others(&self, range: Range) -> Option<V> {
        self.others.as_ref().and_then(|others| others.count.get(range.number()).copied().flatten())
    }
}

/// The function that `phi` stands for at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Phi {
    /// Any smooth function: a symbol, where the arithmetic has symbols, and the sine where it has not.
    Any,
    /// An activation of this crate.
    Known(Activation),
    /// A mixture of a parabola and a sine.
    Mixture(Mixture),
}

/// A mixture of a parabola and a sine: `phi(a) = constant + linear a + square a^2/2 + amplitude sin(frequency a + shift)`.
///
/// It is unbounded, neither odd nor even, and solves no differential equation that anybody would claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture {
    /// The constant term.
    pub constant: f64,
    /// The factor of `a`.
    pub linear: f64,
    /// The factor of `a^2/2`.
    pub square: f64,
    /// The factor of the sine.
    pub amplitude: f64,
    /// The frequency of the sine.
    pub frequency: f64,
    /// The shift of the sine.
    pub shift: f64,
}

impl Mixture {
    /// The derivative of this order.
    pub(in crate::claims) fn derivative<T: Tower>(&self, x: &T, order: u8) -> T {
        let number = |value: f64| T::from_float(value).unwrap_or_else(undefined);
        let wave = sine(&(number(self.frequency) * *x + number(self.shift)), usize::from(order));
        let factor = (0..order).fold(number(self.amplitude), |factor, _| factor * number(self.frequency));
        let polynomial = match order {
            0 => number(self.constant) + number(self.linear) * *x + number(self.square / 2.0) * *x * *x,
            1 => number(self.linear) + number(self.square) * *x,
            2 => number(self.square),
            _ => T::integer(0),
        };
        polynomial + factor * wave
    }
}

impl fmt::Display for Phi {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Phi::Any => f.write_str("sin"),
            Phi::Known(activation) => write!(f, "{activation}"),
            Phi::Mixture(Mixture { constant, linear, square, amplitude, frequency, shift }) => {
                write!(
                    f,
                    "{constant} + {linear}*a + {}*a^2 + {amplitude}*sin({frequency}*a + {shift})",
                    square / 2.0
                )
            }
        }
    }
}
