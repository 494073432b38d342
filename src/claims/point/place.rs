//! A point: sizes, values for everything free, and what `phi` is.

use super::tower::Tower;
use crate::claims::language::syntax::Range;
use crate::model::Activation;
use std::fmt;

/// The sizes of a network: samples, inputs, hidden units and classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
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
    pub(in crate::claims) fn of(&self, range: Range) -> usize {
        match range {
            Range::Samples => self.samples,
            Range::Inputs => self.inputs,
            Range::Hidden => self.hidden,
            Range::Classes => self.classes,
        }
    }

    /// Sizes of which each is a function of its range.
    pub(in crate::claims) fn each(size: impl FnMut(Range) -> usize) -> Self {
        let [samples, inputs, hidden, classes] = Range::ALL.map(size);
        Sizes { samples, inputs, hidden, classes }
    }

    /// The same with another size of one range.
    pub(in crate::claims) fn with(self, range: Range, size: usize) -> Self {
        Sizes::each(|other| if other == range { size } else { self.of(other) })
    }

    /// The product of the four.
    pub(in crate::claims) fn volume(&self) -> usize {
        self.entries(&Range::ALL)
    }

    /// How many entries an array over these ranges has.
    pub(in crate::claims) fn entries(&self, ranges: &[Range]) -> usize {
        ranges.iter().fold(1, |entries, range| entries.saturating_mul(self.of(*range)))
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "N={} d={} h={} C={}", self.samples, self.inputs, self.hidden, self.classes)
    }
}

/// A point at which a derivation can be evaluated: sizes, values for its free quantities, and a function for `phi`.
///
/// [`Derivation::point`](crate::claims::Derivation::point) makes one.
#[derive(Clone, Debug)]
pub struct Point<V> {
    /// The sizes of the arrays below.
    pub(in crate::claims) sizes: Sizes,
    /// For each symbol its entries, row-major; empty for those that are defined.
    pub(in crate::claims) free: Vec<Vec<V>>,
    /// What `phi` is.
    pub(in crate::claims) phi: Phi,
    /// Where sizes are numbers of the arithmetic: how many indices of each range are explicit, and how many others, all
    /// with equal entries, there are besides. The arrays hold as many of the others as can be distinguished at a time.
    pub(in crate::claims) others: Option<Others<V>>,
}

/// The indices of each range that are equal to each other.
#[derive(Clone, Debug)]
pub(in crate::claims) struct Others<V> {
    /// How many indices come before them.
    pub(in crate::claims) explicit: Sizes,
    /// How many there are, for each range.
    pub(in crate::claims) count: [V; 4],
}

impl<V: Tower> Point<V> {
    /// A point of these sizes and values.
    pub(in crate::claims) fn new(sizes: Sizes, free: Vec<Vec<V>>, phi: Phi) -> Self {
        Point { sizes, free, phi, others: None }
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
        self.others.as_ref().map(|others| others.count[range as usize])
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
        let number = |value: f64| T::from_float(value).unwrap_or_else(|| T::integer(0) / T::integer(0));
        let (sin, cos) = (number(self.frequency) * *x + number(self.shift)).sin_cos();
        let wave = match order % 4 {
            0 => sin,
            1 => cos,
            2 => -sin,
            _ => -cos,
        };
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
