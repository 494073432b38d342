//! Numbers that carry nested derivatives, to an order that is known when they run.

use super::operators::operators;
use super::{Number, Smooth};

/// `sum_S a_S E_S` over the subsets `S` of some units `E1, E2, ..` with `E_i^2 = 0`: a value with its mixed derivatives.
///
/// The `2^k` coefficients of `k` units lie inside the number, at the index whose bits say which units a coefficient
/// belongs to. There is room for `C` of them: eight, unless said otherwise, which is three units. Fewer units cost less: only
/// those in use are computed with.
///
/// ```
/// use hsr::number::{Field, Jet, Number};
/// let x = Jet::<Field>::constant(Field::integer(5)) + Jet::unit(0) + Jet::unit(1);
/// let cube = x * x * x;
/// assert_eq!(cube.value(), Field::integer(125));
/// assert_eq!(cube.mixed(1), Field::integer(75));
/// assert_eq!(cube.mixed(2), Field::integer(30));
/// assert_eq!(cube.mixed(3), Field::integer(0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Jet<T, const C: usize = 8> {
    /// How many units are in use; the coefficients beyond are zero.
    units: u32,
    coefficients: [T; C],
}

impl<T: Number, const C: usize> Jet<T, C> {
    /// How many units there is room for.
    pub const UNITS: usize = C.ilog2() as usize;

    /// A number without derivatives.
    #[inline]
    pub fn constant(value: T) -> Self {
        let mut coefficients = [T::integer(0); C];
        coefficients[0] = value;
        Jet { units: 0, coefficients }
    }

    /// The unit with this index, counted from 0: a step along one derivative.
    ///
    /// # Panics
    /// Where there is no room for it.
    pub fn unit(index: usize) -> Self {
        let mut unit = Jet::constant(T::integer(0));
        unit.coefficients[1 << index] = T::integer(1);
        unit.units = index as u32 + 1;
        unit
    }

    /// `value + E1 directions[0] + E2 directions[1] + ..`.
    ///
    /// # Panics
    /// Where there are more directions than units.
    #[inline]
    pub fn along(value: T, directions: &[T]) -> Self {
        let mut moving = Jet::constant(value);
        for (index, direction) in directions.iter().enumerate() {
            moving.coefficients[1 << index] = *direction;
        }
        moving.units = directions.len() as u32;
        moving
    }

    /// A number with one unit more: `re + eps E`, both without that unit.
    #[inline]
    fn join(re: Self, eps: Self, unit: u32) -> Self {
        let mut joined = re;
        let half = 1 << unit;
        // Over all places: loops of a length that is known are copied without a call.
        for index in 0..C {
            if index & half != 0 {
                joined.coefficients[index] = eps.coefficients[index ^ half];
            }
        }
        joined.units = unit + 1;
        joined
    }

    /// `re` and `eps` of `re + eps E` for the last unit in use, which neither has; none where no unit is in use.
    #[inline]
    fn split(&self) -> Option<(Self, Self, u32)> {
        let unit = self.units.checked_sub(1)?;
        let half = 1 << unit;
        let (mut re, mut eps) = (*self, *self);
        for index in 0..C {
            eps.coefficients[index] =
                if index < half { self.coefficients[index ^ half] } else { T::integer(0) };
            if index >= half {
                re.coefficients[index] = T::integer(0);
            }
        }
        (re.units, eps.units) = (unit, unit);
        Some((re, eps, unit))
    }

    /// The number with all units set to zero.
    #[inline]
    pub fn value(&self) -> T {
        self.coefficients[0]
    }

    /// The coefficient of the product of the first so many units: the mixed derivative along them.
    pub fn mixed(&self, order: usize) -> T {
        self.coefficients[(1 << order) - 1]
    }

    /// The number with one unit set to zero.
    pub fn without(&self, unit: usize) -> Self {
        let mut rest = *self;
        for (index, coefficient) in rest.coefficients.iter_mut().enumerate() {
            if index >> unit & 1 == 1 {
                *coefficient = T::integer(0);
            }
        }
        rest
    }

    /// What stands at one unit: the derivative along it, which carries the other units still.
    pub fn coefficient(&self, unit: usize) -> Self {
        let mut along = self.without(unit);
        for index in (0..C).filter(|index| index >> unit & 1 == 0) {
            along.coefficients[index] = self.coefficients[index | 1 << unit];
        }
        along
    }

    /// Whether all coefficients have a property.
    #[cfg(feature = "check")]
    pub(crate) fn all(&self, property: impl Fn(&T) -> bool) -> bool {
        self.in_use().iter().all(property)
    }

    /// The coefficients in use, that of no unit first.
    #[inline]
    fn in_use(&self) -> &[T] {
        &self.coefficients[..1 << self.units]
    }

    #[inline]
    fn entrywise(&self, other: &Self, of: impl Fn(T, T) -> T) -> Self {
        let mut result = *self;
        result.units = self.units.max(other.units);
        for index in 0..1 << result.units {
            result.coefficients[index] = of(self.coefficients[index], other.coefficients[index]);
        }
        result
    }
    #[inline]
    fn plus(&self, other: &Self) -> Self {
        self.entrywise(other, |a, b| a + b)
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        self.entrywise(other, |a, b| a - b)
    }
    /// `(a b)_S = sum_(R in S) a_R b_(S - R)`.
    #[inline]
    fn times(&self, other: &Self) -> Self {
        match (self.units, other.units) {
            (0, _) => other.scaled(self.value()),
            (_, 0) => self.scaled(other.value()),
            (1, 1) => {
                let (a, b) = (&self.coefficients, &other.coefficients);
                let mut product = Jet::constant(a[0] * b[0]);
                product.coefficients[1] = a[0] * b[1] + a[1] * b[0];
                product.units = 1;
                product
            }
            _ => self.times_of_many(other),
        }
    }
    #[inline]
    fn scaled(&self, factor: T) -> Self {
        let mut scaled = *self;
        for coefficient in &mut scaled.coefficients[..1 << self.units] {
            *coefficient *= factor;
        }
        scaled
    }
    /// The product in general.
    fn times_of_many(&self, other: &Self) -> Self {
        let (a, b) = (self.in_use(), other.in_use());
        let mut product = Jet::constant(a[0] * b[0]);
        product.units = self.units.max(other.units);
        for whole in 1..1 << product.units {
            let mut sum = T::integer(0);
            let mut subset = whole;
            loop {
                if let (Some(a), Some(b)) = (a.get(subset), b.get(whole ^ subset)) {
                    sum += *a * *b;
                }
                if subset == 0 {
                    break;
                }
                subset = (subset - 1) & whole;
            }
            product.coefficients[whole] = sum;
        }
        product
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        let units = self.units.max(other.units);
        match (Jet { units, ..*self }.split(), Jet { units, ..*other }.split()) {
            (Some((re, eps, unit)), Some((re_below, eps_below, _))) => {
                let quotient = re.over(&re_below);
                let slope = eps.minus(&quotient.times(&eps_below)).over(&re_below);
                Jet::join(quotient, slope, unit)
            }
            _ => Jet::constant(self.value() / other.value()),
        }
    }

    /// A function by the chain rule: at the value alone, or, for `re + eps E`, its value and its slope at `re`.
    fn chain(&self, base: impl Fn(&T) -> T, rule: impl Fn(&Self) -> (Self, Self)) -> Self {
        let Some((re, eps, unit)) = self.split() else { return Jet::constant(base(&self.value())) };
        let (value, slope) = rule(&re);
        Jet::join(value, slope.times(&eps), unit)
    }

    /// The same for two functions, each of whose slopes is made of both.
    fn chain_both(
        &self,
        base: impl Fn(&T) -> (T, T),
        rule: impl Fn(&Self) -> [(Self, Self); 2],
    ) -> (Self, Self) {
        let Some((re, eps, unit)) = self.split() else {
            let (one, other) = base(&self.value());
            return (Jet::constant(one), Jet::constant(other));
        };
        let [one, other] = rule(&re).map(|(value, slope)| Jet::join(value, slope.times(&eps), unit));
        (one, other)
    }

    /// A function that is given with all its derivatives: its derivative of this order, by the chain rule.
    ///
    /// ```
    /// use hsr::number::Jet;
    /// // The derivatives of e^(2a) are 2^order e^(2a).
    /// let x = Jet::<f64>::constant(0.0) + Jet::unit(0);
    /// let exp = x.compose(0, &|a: &f64, order| f64::from(1 << order) * (2.0 * a).exp());
    /// assert_eq!((exp.value(), exp.mixed(1)), (1.0, 2.0));
    /// ```
    pub fn compose(&self, order: u8, derivative: &impl Fn(&T, u8) -> T) -> Self {
        let Some((re, eps, unit)) = self.split() else {
            return Jet::constant(derivative(&self.value(), order));
        };
        let slope = re.compose(order + 1, derivative);
        Jet::join(re.compose(order, derivative), slope.times(&eps), unit)
    }
}

impl<T: Number, const C: usize> PartialEq for Jet<T, C> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let all = 1 << self.units.max(other.units);
        self.coefficients[..all] == other.coefficients[..all]
    }
}

operators!([T: Number, const C: usize] Jet<T, C>);

impl<T: Number, const C: usize> Number for Jet<T, C> {
    #[inline]
    fn integer(n: i64) -> Self {
        Jet::constant(T::integer(n))
    }
}

impl<T: Smooth, const C: usize> Smooth for Jet<T, C> {
    fn exp(&self) -> Self {
        self.chain(T::exp, |re| {
            let exp = re.exp();
            (exp, exp)
        })
    }
    fn ln(&self) -> Self {
        self.chain(T::ln, |re| (re.ln(), Self::integer(1) / *re))
    }
    fn ln_1p(&self) -> Self {
        self.chain(T::ln_1p, |re| (re.ln_1p(), Self::integer(1) / (Self::integer(1) + *re)))
    }
    fn sqrt(&self) -> Self {
        self.chain(T::sqrt, |re| {
            let root = re.sqrt();
            (root, Self::integer(1) / (root + root))
        })
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        self.chain_both(T::sigmoid_and_rest, |re| {
            let (sigma, rest) = re.sigmoid_and_rest();
            let slope = sigma * rest;
            [(sigma, slope), (rest, -slope)]
        })
    }
    fn tanh_and_slope(&self) -> (Self, Self) {
        self.chain_both(T::tanh_and_slope, |re| {
            let (tanh, rest) = re.tanh_and_slope();
            [(tanh, rest), (rest, -(tanh + tanh) * rest)]
        })
    }
    fn softplus(&self) -> Self {
        self.chain(T::softplus, |re| (re.softplus(), re.sigmoid_and_rest().0))
    }
    fn sin_cos(&self) -> (Self, Self) {
        self.chain_both(T::sin_cos, |re| {
            let (sin, cos) = re.sin_cos();
            [(sin, cos), (cos, -sin)]
        })
    }
    fn normal(&self) -> (Self, Self) {
        self.chain_both(T::normal, |re| {
            let (distribution, density) = re.normal();
            [(distribution, density), (density, -*re * density)]
        })
    }
    fn largest(values: &[Self]) -> usize {
        let parts: Vec<T> = values.iter().map(Jet::value).collect();
        T::largest(&parts)
    }
    fn positive_part(&self) -> Self {
        let kept = self.value().positive_part();
        if kept == self.value() { *self } else { Jet::constant(kept) }
    }
    fn step(&self) -> Self {
        Jet::constant(self.value().step())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Field;

    /// A number with four units: `v + E1 + 2 E2 + 3 E3 + 5 E4`.
    fn moving(v: f64) -> Jet<f64, 16> {
        let steps = [1, 2, 3, 5].into_iter().enumerate();
        steps.fold(Jet::constant(v), |x, (index, step)| x + Jet::unit(index) * Jet::integer(step))
    }

    /// Derivatives that a reader knows, each of the fourth order, along directions whose product is 30.
    #[test]
    fn the_fourth_derivatives_are_those_of_the_tables() {
        let v = 0.7;
        let x = moving(v);
        let (tanh, rest) = Smooth::tanh_and_slope(&v);
        let normal = (-v * v / 2.0).exp() / std::f64::consts::TAU.sqrt();
        for (found, fourth) in [
            (x.exp(), v.exp()),
            (x.ln(), -6.0 / v.powi(4)),
            (x.sqrt(), -15.0 / 16.0 * v.powf(-3.5)),
            (Jet::integer(1) / x, 24.0 / v.powi(5)),
            (x.sin_cos().0, v.sin()),
            (x.tanh_and_slope().0, 8.0 * tanh * rest * (2.0 - 3.0 * tanh * tanh)),
            (x.normal().0, (3.0 * v - v * v * v) * normal),
            (x * x * x * x, 24.0),
            (x.ln_1p(), -6.0 / (1.0 + v).powi(4)),
        ] {
            approx::assert_relative_eq!(found.mixed(4), 30.0 * fourth, max_relative = 1e-13);
        }
    }

    /// The derivative of softplus is the sigmoid, and sigmoid and its complement add up to one: at every coefficient.
    #[test]
    fn functions_that_belong_together_agree_in_every_coefficient() {
        let x = moving(-0.4);
        let (sigma, rest) = x.sigmoid_and_rest();
        let one = sigma + rest;
        assert!((0..16).all(|index| (one.coefficients[index] - f64::from(index == 0)).abs() < 1e-15));
        let softplus = x.softplus();
        approx::assert_relative_eq!(
            softplus.coefficient(3).mixed(3),
            5.0 * sigma.mixed(3),
            max_relative = 1e-13
        );
    }

    #[test]
    fn a_unit_that_is_not_there_counts_as_zero() {
        let x = Jet::<Field>::constant(Field::integer(3)) + Jet::unit(1);
        assert_eq!(
            (x.mixed(0), x.mixed(1), x.mixed(2)),
            (Field::integer(3), Field::integer(0), Field::integer(0))
        );
        assert_eq!((x * x).coefficient(1).value(), Field::integer(6));
        assert_eq!(x.without(1), Jet::integer(3));
        assert_eq!(x / x, Jet::integer(1));
        assert_eq!(Jet::<Field>::UNITS, 3);
    }
}
