//! A number modulo a chain of four primes: a field in which the exponential and the logarithm obey their laws.
//!
//! Each prime divides the one below it in the chain minus 1, so the exponents of a group of its order are numbers modulo it:
//!
//! ```text
//! p3 =                  1152921645326523959   (61 bits)
//! p2 =             173410944673562468673191   (78)
//! p1 =        57013703567884521325434390599   (96)
//! p0 =  78750178053140495080756252014868751   (116)
//! ```
//!
//! With `g` of order `p[i+1]` modulo `p[i]`, `exp(v)` is `g^v`, the exponent taken modulo `p[i+1]`: it obeys
//! `exp(a + b) = exp(a) exp(b)` exactly. One residue is used up by each level of nesting, so three levels are known; deeper
//! ones are pseudo-random functions, as `phi` and its like are at any depth. This is the signature of G. H. Gonnet
//! (*Determining equivalence of expressions in random polynomial time*, STOC 1984).
//!
//! Sine and cosine are the exponential into the group of the circle modulo `p0`, which has `p0 + 1` elements: their
//! arguments count modulo the largest prime factor of that number, a fifth residue.
//!
//! All four primes are 3 modulo 4, so squares stand for positive numbers as in [`Field`](super::Field); the primes up to 31
//! are squares modulo each, and so are all values of the exponential, whose group has odd order.
//!
//! Beside its residues a number carries its logarithm, where it has one that is known: the exponential sets it, products add,
//! quotients subtract, roots halve. That of a sum is a pseudo-random function of its value. And a logarithm carries what it
//! is the logarithm of, through sums and differences.

mod residues;

use super::operators::operators;
use super::symbols::{circle, mix, sigmoid, tanh};
use super::{Gap, Number, Smooth};
use num_traits::One;
use residues::Residues;

/// An element, or the reason why there is none.
///
/// ```
/// use hsr::number::{Chain, Number, Smooth};
/// let (x, y) = (Chain::random(1, 1), Chain::random(2, 1));
/// assert_eq!((x + y).exp(), x.exp() * y.exp());
/// assert_eq!(x.exp().ln(), x);
/// assert_ne!((x + y).exp(), x.exp() + y.exp());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    value: Result<Residues, Gap>,
    /// The logarithm, where it is not that of a sum.
    log: Option<Residues>,
    /// Where logarithms were added to it: what those are the logarithms of, and the rest.
    antilog: Option<Antilog>,
}

/// A number as the logarithm of something plus a rest.
#[derive(Clone, Copy, Debug)]
struct Antilog {
    of: Residues,
    rest: Residues,
}

/// Keys of functions among the symbols.
const LN: u64 = 2;
const CIRCLE: u64 = 6;
const DISTRIBUTION: u64 = 7;
const DENSITY: u64 = 8;
const DEEP: u64 = 9;

impl Chain {
    #[inline]
    fn new(value: Residues) -> Self {
        Chain { value: Ok(value), log: None, antilog: None }
    }

    fn undefined(gap: Gap) -> Self {
        Chain { value: Err(gap), log: None, antilog: None }
    }

    /// Logarithms to base 10 by which the probability that a rational function vanishes by chance is smaller than in
    /// [`Field`](super::Field), for 0 to 3 levels of nesting: exponents are drawn from the groups of the larger primes.
    pub const SMALLER_CHANCE: [f64; 4] = [-10.5, -10.5, -5.1, 0.0];

    /// A pseudo-random element for each seed, from which exponentials can be nested this deep, three at most.
    pub fn random(seed: u64, nesting: usize) -> Self {
        let mut value = Residues::integer(1).symbol(mix(seed) | 1 << 63);
        value.lost = 3 - nesting.min(3) as u8;
        Chain::new(value)
    }

    /// Whether the value exists.
    pub fn is_defined(&self) -> bool {
        self.value.is_ok()
    }

    /// Why the value is not defined, if it is not.
    pub fn gap(&self) -> Option<Gap> {
        self.value.err()
    }

    /// A pseudo-random element that depends on the argument and on the function's own key.
    #[inline]
    pub(crate) fn symbol(&self, function: u64) -> Self {
        Chain { value: self.value.map(|value| value.symbol(function)), log: None, antilog: None }
    }

    /// Both values, or the reason why one is missing; a division by zero outweighs a missing root.
    #[inline]
    fn both(&self, other: &Self) -> Result<(Residues, Residues), Gap> {
        match (self.value, other.value) {
            (Ok(a), Ok(b)) => Ok((a, b)),
            (Err(Gap::Pole), _) | (_, Err(Gap::Pole)) => Err(Gap::Pole),
            _ => Err(Gap::Root),
        }
    }

    /// The logarithm of a number that is not zero: of its absolute value, so that that of a square is twice that of the number.
    fn logarithm(&self, value: Residues) -> Residues {
        self.log.unwrap_or_else(|| value.absolute().symbol(LN))
    }

    #[inline]
    fn is_nothing(&self) -> bool {
        self.value.is_ok_and(|value| value.is_nothing())
    }

    /// Both as logarithms plus a rest, where one of them is one.
    #[inline]
    fn antilogs(&self, other: &Self) -> Option<(Antilog, Antilog)> {
        if self.antilog.is_none() && other.antilog.is_none() {
            return None;
        }
        let (a, b) = self.both(other).ok()?;
        let whole = |rest: Residues| Antilog { of: Residues::integer(1), rest };
        Some((self.antilog.unwrap_or_else(|| whole(a)), other.antilog.unwrap_or_else(|| whole(b))))
    }

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        // Nothing added leaves the logarithm what it is.
        if self.is_nothing() && other.is_defined() {
            return *other;
        }
        if other.is_nothing() && self.is_defined() {
            return *self;
        }
        let antilog =
            self.antilogs(other).map(|(a, b)| Antilog { of: a.of.times(b.of), rest: a.rest.plus(b.rest) });
        Chain { value: self.both(other).map(|(a, b)| a.plus(b)), log: None, antilog }
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        if other.is_nothing() && self.is_defined() {
            return *self;
        }
        let log = if self.is_nothing() { other.log } else { None };
        let antilog = self.antilogs(other).and_then(|(a, b)| {
            b.of.inverse().map(|inverse| Antilog { of: a.of.times(inverse), rest: a.rest.minus(b.rest) })
        });
        Chain { value: self.both(other).map(|(a, b)| a.minus(b)), log, antilog }
    }
    #[inline]
    fn times(&self, other: &Self) -> Self {
        match self.both(other) {
            Ok((a, b)) => {
                let log = !self.is_nothing() && !other.is_nothing();
                let log = log.then(|| self.logarithm(a).plus(other.logarithm(b)));
                Chain { value: Ok(a.times(b)), log, antilog: None }
            }
            Err(gap) => Chain::undefined(gap),
        }
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        let quotient = self.both(other).and_then(|(a, b)| b.inverse().map(|c| (a, b, c)).ok_or(Gap::Pole));
        match quotient {
            Ok((a, b, inverse)) => {
                let log = (!self.is_nothing()).then(|| self.logarithm(a).minus(other.logarithm(b)));
                Chain { value: Ok(a.times(inverse)), log, antilog: None }
            }
            Err(gap) => Chain::undefined(gap),
        }
    }
}

operators!([] Chain);

/// Equal modulo every prime that is left of both.
impl PartialEq for Chain {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.both(other).is_ok_and(|(a, b)| {
            let lost = a.lost.max(b.lost);
            a.r0 == b.r0
                && (lost > 2 || a.r1 == b.r1)
                && (lost > 1 || a.r2 == b.r2)
                && (lost > 0 || a.r3 == b.r3)
        })
    }
}

impl Number for Chain {
    #[inline]
    fn integer(n: i64) -> Self {
        Chain { value: Ok(Residues::integer(n)), log: logarithm_of_integer(n), antilog: None }
    }
}

/// Integers beyond this are not factored: their logarithm is that of a sum.
const LARGEST_FACTORED: u64 = 1 << 20;

/// The sum of the logarithms of the prime factors.
fn logarithm_of_integer(n: i64) -> Option<Residues> {
    let mut rest = n.unsigned_abs();
    if rest == 1 {
        return Some(Residues::integer(0));
    }
    if rest == 0 || rest > LARGEST_FACTORED {
        return None;
    }
    let mut sum = Residues::integer(0);
    let mut prime = 2;
    while rest > 1 {
        if prime * prime > rest {
            prime = rest;
        }
        while rest.is_multiple_of(prime) {
            sum = sum.plus(Residues::integer(prime as i64).absolute().symbol(LN));
            rest /= prime;
        }
        prime += 1;
    }
    Some(sum)
}

impl Smooth for Chain {
    fn exp(&self) -> Self {
        match self.value {
            Ok(exponent) => {
                let deep = || {
                    let root = exponent.symbol(DEEP);
                    root.times(root)
                };
                // `exp(ln a + b) = a exp(b)`; `exp(b)` is 1 where nothing is left.
                let known = self.antilog.and_then(|antilog| {
                    if antilog.rest.is_nothing() {
                        return Some(antilog.of);
                    }
                    antilog.rest.exp().map(|rest| antilog.of.times(rest))
                });
                let value = known.or_else(|| exponent.exp()).unwrap_or_else(deep);
                Chain { value: Ok(value), log: Some(exponent), antilog: None }
            }
            Err(gap) => Chain::undefined(gap),
        }
    }
    fn ln(&self) -> Self {
        match self.value {
            Ok(_) if self.is_nothing() => Chain::undefined(Gap::Pole),
            Ok(value) => Chain {
                value: Ok(self.logarithm(value)),
                log: None,
                antilog: Some(Antilog { of: value, rest: Residues::integer(0) }),
            },
            Err(gap) => Chain::undefined(gap),
        }
    }
    fn ln_1p(&self) -> Self {
        (Chain::one() + *self).ln()
    }
    fn sqrt(&self) -> Self {
        match self.value.and_then(|value| value.root().map(|root| (value, root)).ok_or(Gap::Root)) {
            Ok((value, root)) => {
                let half = Residues::integer(2).inverse();
                let log = half.filter(|_| !self.is_nothing()).map(|half| self.logarithm(value).times(half));
                Chain { value: Ok(root), log, antilog: None }
            }
            Err(gap) => Chain::undefined(gap),
        }
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        sigmoid(self.exp())
    }
    fn tanh_and_slope(&self) -> (Self, Self) {
        tanh((*self + *self).exp())
    }
    fn softplus(&self) -> Self {
        (Chain::one() + self.exp()).ln()
    }
    /// Where the angle is used up, a rational point of the circle: `(2t, 1 - t^2)/(1 + t^2)`, where `t` is an odd function.
    fn sin_cos(&self) -> (Self, Self) {
        let Ok(value) = self.value else { return (*self, *self) };
        if let Some((cos, sin)) = value.turned() {
            return (Chain::new(sin), Chain::new(cos));
        }
        let absolute = value.absolute();
        let t = Chain::new(absolute.symbol(CIRCLE));
        let t = if absolute.r0 == value.r0 { t } else { -t };
        circle(t)
    }
    fn normal(&self) -> (Self, Self) {
        let exponent = -*self * *self / Chain::integer(2);
        let odd = match self.value {
            Ok(value) if !self.is_nothing() => {
                let absolute = value.absolute();
                let odd = Chain::new(absolute.symbol(DISTRIBUTION));
                if absolute.r0 == value.r0 { odd } else { -odd }
            }
            _ => *self,
        };
        let distribution = Chain::integer(1) / Chain::integer(2) + odd;
        (distribution, exponent.exp() * Chain::integer(1).symbol(DENSITY))
    }
    fn largest(_: &[Self]) -> usize {
        0
    }
    fn positive_part(&self) -> Self {
        *self
    }
    fn step(&self) -> Self {
        let positive = |value: Residues| !self.is_nothing() && value.absolute().r0 == value.r0;
        match self.value {
            Ok(value) => Chain::integer(i64::from(positive(value))),
            Err(_) => *self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::residues::{Angle, P0, P1, P2, R0, R1, R2};
    use super::*;
    use crate::number::MODULUS;
    use num_traits::Zero;

    fn two() -> [Chain; 2] {
        [Chain::random(11, 3), Chain::random(12, 3)]
    }

    #[test]
    fn the_generators_have_the_orders_of_the_chain() {
        let one = Residues::integer(1).exp().unwrap();
        assert!(one.r2.pow(MODULUS.into()) == R2::new(1) && one.r2 != R2::new(1));
        assert!(one.r1.pow(P2) == R1::new(1) && one.r1 != R1::new(1));
        assert!(one.r0.pow(P1) == R0::new(1) && one.r0 != R0::new(1));
    }

    #[test]
    fn every_prime_is_three_modulo_four_and_small_primes_are_squares() {
        for prime in [P2, P1, P0, MODULUS.into()] {
            assert_eq!(prime % 4, 3);
        }
        for prime in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31] {
            assert!(Chain::integer(prime).sqrt().is_defined() && !Chain::integer(-prime).sqrt().is_defined());
        }
    }

    #[test]
    fn the_laws_of_the_exponential_hold_three_levels_deep() {
        let [x, y] = two();
        assert_eq!((x + y).exp().exp(), (x.exp() * y.exp()).exp());
        assert_eq!((x + y).exp().exp().exp(), (x.exp() * y.exp()).exp().exp());
        assert_eq!(x.exp() * (-x).exp(), Chain::one());
        assert_ne!((x + y).exp(), x.exp() + y.exp());
        assert_ne!(x.exp().exp(), (x + x).exp().exp());
    }

    #[test]
    fn the_laws_of_the_logarithm_hold() {
        let [x, y] = two();
        assert_eq!(x.exp().ln(), x);
        assert_eq!((x * y).ln(), x.ln() + y.ln());
        assert_eq!((x / (x + y)).ln(), x.ln() - (x + y).ln());
        assert_eq!((x * x).ln(), Chain::integer(2) * x.ln());
        assert_eq!(Chain::integer(6).ln(), Chain::integer(2).ln() + Chain::integer(3).ln());
        assert_ne!((x + y).ln(), x.ln() + y.ln());
    }

    #[test]
    fn the_exponential_of_a_logarithm_is_the_number_itself() {
        let [x, y] = two();
        assert_eq!(x.ln().exp(), x);
        assert_eq!((x.ln() - y.ln()).exp(), x / y);
        assert_eq!((-x.ln()).exp(), Chain::one() / x);
        assert_eq!(x.softplus().exp(), Chain::one() + x.exp());
        assert_eq!((-x).sin_cos(), (-x.sin_cos().0, x.sin_cos().1));
    }

    #[test]
    fn sine_and_cosine_know_the_sum_of_angles() {
        let [x, y] = two();
        let ((sin_x, cos_x), (sin_y, cos_y)) = (x.sin_cos(), y.sin_cos());
        let (sin, cos) = (x + y).sin_cos();
        assert_eq!(sin, sin_x * cos_y + cos_x * sin_y);
        assert_eq!(cos, cos_x * cos_y - sin_x * sin_y);
        assert_eq!(sin * sin + cos * cos, Chain::one());
        assert_eq!(Chain::zero().sin_cos(), (Chain::zero(), Chain::one()));
        let whole = Residues { angle: Some(Angle::integer(-1)), ..Residues::integer(1) }.turned();
        let (cos, sin) = Residues::integer(1).turned().unwrap();
        assert!(
            whole.is_some_and(|(c, s)| c.r0 == cos.r0 && s.r0 == -sin.r0),
            "the order is that of the angles"
        );
    }

    #[test]
    fn roots_are_positive() {
        let [x, y] = two();
        assert_eq!(x.exp().sqrt(), (x / Chain::integer(2)).exp());
        assert_ne!(x.exp().sqrt(), -(x / Chain::integer(2)).exp());
        let (square, other) = (x * x, y * y);
        assert_eq!((square * other).sqrt(), square.sqrt() * other.sqrt());
        assert_eq!((square.sqrt()).ln(), square.ln() / Chain::integer(2));
    }

    #[test]
    fn what_is_undefined_spreads_and_equals_nothing() {
        let pole = Chain::one() / Chain::zero();
        assert!(pole != pole && pole.gap() == Some(Gap::Pole) && !(pole * Chain::zero()).exp().is_defined());
        assert!(!Chain::zero().ln().is_defined());
    }
}
