//! An element of the field that knows its order: beside it runs a real number, drawn on its own, that says which of two is the
//! larger.

use super::operators::operators;
use super::{Field, Gap, Number, Rounded, Smooth};

/// An element of [`Field`] with a real number that decides all comparisons.
///
/// A piecewise function is one of its pieces around almost every real point. Which one it is the real number says, and the
/// element of the field, which is drawn apart from it, says whether an equality holds on that piece as one of rational
/// functions.
///
/// ```
/// use hsr::number::{Field, Number, Ordered, Rounded};
/// let x = Ordered::new(Field::new(12345), Rounded::exact(0.5));
/// let y = Ordered::new(Field::new(678), Rounded::exact(-2.0));
/// assert_eq!((x - y).sign(), Some(1));
/// assert_eq!((x + y) - y, x);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ordered {
    exact: Field,
    real: Rounded,
}

impl Ordered {
    /// An element of the field beside a real number.
    pub fn new(exact: Field, real: Rounded) -> Self {
        Ordered { exact, real }
    }

    /// The sign of the real number; none where rounding hides it.
    pub fn sign(&self) -> Option<i8> {
        // Zero in the field is zero everywhere, whatever the rounding.
        if self.exact == Field::integer(0) {
            return Some(0);
        }
        let known = self.real.value.abs() > self.real.error;
        known.then(|| i8::from(self.real.value > 0.0) - i8::from(self.real.value < 0.0))
    }

    /// Why the element is not defined, if it is not.
    pub fn gap(&self) -> Option<Gap> {
        self.exact.gap()
    }

    /// Both, by functions of each.
    #[inline]
    fn by(&self, exact: impl Fn(&Field) -> Field, real: impl Fn(&Rounded) -> Rounded) -> Self {
        Ordered { exact: exact(&self.exact), real: real(&self.real) }
    }

    /// A pseudo-random element that depends on the argument and on the function's own key, beside a real number.
    #[cfg(feature = "check")]
    pub(crate) fn symbol(&self, function: u64, real: Rounded) -> Self {
        Ordered { exact: self.exact.symbol(function), real }
    }

    /// The element alone.
    #[cfg(feature = "check")]
    pub(crate) fn exact(&self) -> Field {
        self.exact
    }

    /// The real number alone.
    #[cfg(feature = "check")]
    pub(crate) fn real(&self) -> Rounded {
        self.real
    }

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        Ordered { exact: self.exact + other.exact, real: self.real + other.real }
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        Ordered { exact: self.exact - other.exact, real: self.real - other.real }
    }
    #[inline]
    fn times(&self, other: &Self) -> Self {
        Ordered { exact: self.exact * other.exact, real: self.real * other.real }
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        Ordered { exact: self.exact / other.exact, real: self.real / other.real }
    }
}

operators!([] Ordered);

/// Equal as elements of the field.
impl PartialEq for Ordered {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.exact == other.exact
    }
}

impl Number for Ordered {
    #[inline]
    fn integer(n: i64) -> Self {
        Ordered { exact: Field::integer(n), real: Rounded::integer(n) }
    }
}

impl Smooth for Ordered {
    fn exp(&self) -> Self {
        self.by(Smooth::exp, Smooth::exp)
    }
    fn ln(&self) -> Self {
        self.by(Smooth::ln, Smooth::ln)
    }
    fn ln_1p(&self) -> Self {
        self.by(Smooth::ln_1p, Smooth::ln_1p)
    }
    fn sqrt(&self) -> Self {
        self.by(Smooth::sqrt, Smooth::sqrt)
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        let (exact, real) = (self.exact.sigmoid_and_rest(), self.real.sigmoid_and_rest());
        (Ordered::new(exact.0, real.0), Ordered::new(exact.1, real.1))
    }
    fn tanh_and_slope(&self) -> (Self, Self) {
        let (exact, real) = (self.exact.tanh_and_slope(), Smooth::tanh_and_slope(&self.real));
        (Ordered::new(exact.0, real.0), Ordered::new(exact.1, real.1))
    }
    fn softplus(&self) -> Self {
        self.by(Smooth::softplus, Smooth::softplus)
    }
    fn sin_cos(&self) -> (Self, Self) {
        let (exact, real) = (self.exact.sin_cos(), self.real.sin_cos());
        (Ordered::new(exact.0, real.0), Ordered::new(exact.1, real.1))
    }
    fn normal(&self) -> (Self, Self) {
        let (exact, real) = (self.exact.normal(), self.real.normal());
        (Ordered::new(exact.0, real.0), Ordered::new(exact.1, real.1))
    }
    fn largest(_: &[Self]) -> usize {
        0
    }
    fn positive_part(&self) -> Self {
        *self
    }
    fn step(&self) -> Self {
        match self.sign() {
            Some(sign) => Self::integer(i64::from(sign > 0)),
            None => Self::integer(1) / Self::integer(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_number_decides_and_the_element_is_compared() {
        let new = |exact, real| Ordered::new(Field::new(exact), Rounded::exact(real));
        let (x, y) = (new(11, -1.5), new(7, 2.0));
        assert_eq!((x.sign(), y.sign(), (x - x).sign()), (Some(-1), Some(1), Some(0)));
        assert_eq!(x * y / y, x);
        assert_ne!(x, new(12, -1.5));
        let hidden = new(11, 1e16) + new(1, 0.3) - new(13, 1e16);
        assert_eq!(hidden.sign(), None);
    }
}
