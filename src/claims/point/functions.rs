//! The values of functions: those of the language, those that a derivation declares, powers and comparisons.

use super::evaluate::{World, undefined};
use super::place::Phi;
use super::tower::{Base, Tower};
use crate::claims::language::program::HIGHEST_ORDER;
use crate::claims::language::syntax::{Function, Relation};

impl<T: Base> World<'_, T> {
    /// A function of one argument, the square root left out.
    pub(super) fn call(&self, function: Function, x: &T) -> T {
        let one = T::integer(1);
        match function {
            Function::Exp => x.exp(),
            Function::Ln => x.ln(),
            Function::Sqrt => x.sqrt(),
            Function::Tanh => x.tanh_and_slope().0,
            Function::Sigmoid => x.sigmoid_and_rest().0,
            Function::Softplus => x.softplus(),
            Function::Sin => x.sin_cos().0,
            Function::Cos => x.sin_cos().1,
            Function::Phi(order) => self.phi(x, order),
            Function::Silu => *x * x.sigmoid_and_rest().0,
            Function::Gelu => *x * x.normal().0,
            // `erf(x) = 2 F(x sqrt 2) - 1` with the normal distribution function `F`.
            Function::Erf => {
                let two = T::integer(2);
                two * (*x * two.sqrt()).normal().0 - one
            }
            Function::NormalCdf => x.normal().0,
            Function::NormalPdf => x.normal().1,
            Function::Log1p => x.ln_1p(),
            Function::Expm1 => x.exp() - one,
            Function::Relu => larger(*x, T::integer(0)),
            Function::Abs => larger(*x, -*x),
            Function::Sign => sign(x).map_or_else(|unknown| unknown, |sign| T::integer(i64::from(sign))),
            Function::Max | Function::Min | Function::Clip => *x,
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

    /// 1 where two numbers compare so, and 0 elsewhere.
    pub(super) fn test(&self, x: T, relation: Relation, y: T) -> T {
        sign(&(x - y)).map_or_else(|unknown| unknown, |sign| T::integer(i64::from(relation.holds(sign, 0))))
    }

    /// A derivative of a function that the derivation declares, by Taylor's formula: what moves its arguments is nilpotent.
    pub(super) fn own(&self, function: usize, orders: &[u8], arguments: &[T]) -> T {
        let base: Vec<T::Value> = arguments.iter().map(Base::base).collect();
        if let Some(missing) = base.iter().find(|value| !value.exists()) {
            return T::constant(*missing);
        }
        let moves: Vec<T> =
            arguments.iter().zip(&base).map(|(argument, base)| *argument - T::constant(*base)).collect();
        let value =
            |orders: &[u8]| T::constant(T::Value::own(function as u64, self.point.functions, orders, &base));
        taylor(orders, &moves, HIGHEST_ORDER, &value)
    }
}

/// `sum over a of f^(orders + a) / a! * moves^a`, up to so many factors.
fn taylor<T: Tower>(orders: &[u8], moves: &[T], most: usize, value: &dyn Fn(&[u8]) -> T) -> T {
    let Some((last, before)) = moves.split_last() else { return value(orders) };
    let at = before.len();
    let mut orders = orders.to_vec();
    let (mut sum, mut factor) = (T::integer(0), T::integer(1));
    for power in 0..=most {
        let further = |own: &[u8]| {
            let mut all = own.to_vec();
            all.extend_from_slice(&orders[own.len()..]);
            value(&all)
        };
        sum += factor * taylor(&orders[..at], before, most - power, &further);
        if last.is_nothing() {
            break;
        }
        factor = factor * *last / T::integer(power as i64 + 1);
        if factor.is_nothing() {
            break;
        }
        orders[at] += 1;
    }
    sum
}

/// The sign of a number.
///
/// # Errors
/// What has no value: at zero, where the number moves, for there is a kink, and where rounding hides the sign. In a field the
/// latter is no more than a point that does not decide.
fn sign<T: Base>(x: &T) -> Result<i8, T> {
    match x.base().sign() {
        Some(0) if !x.is_constant() => Err(undefined()),
        Some(sign) => Ok(sign),
        None if T::IN_A_FIELD && x.base().exists() => Err(T::integer(-1).sqrt()),
        None => Err(undefined()),
    }
}

/// The larger of two numbers.
pub(super) fn larger<T: Base>(x: T, y: T) -> T {
    if !x.base().exists() || !y.base().exists() {
        return x - y;
    }
    match sign(&(x - y)) {
        Ok(-1) => y,
        Ok(_) => x,
        // Rounding hides which it is, but not by how much they differ.
        Err(_) if !T::IN_A_FIELD && x.is_constant() && y.is_constant() => {
            let (one, other) = (x.base(), y.base());
            let apart = (one - other).float().map_or(f64::INFINITY, f64::abs);
            T::constant(one.with_error(one.error() + other.error() + apart))
        }
        Err(unknown) => unknown,
    }
}

/// A whole power.
pub(super) fn power<T: Tower>(x: T, one: T, exponent: u64) -> T {
    let (mut power, mut square, mut rest) = (one, x, exponent);
    if exponent < 8 {
        // As it is written, so that rounding errors are bounded as closely.
        return (0..exponent).fold(one, |power, _| power * x);
    }
    while rest > 0 {
        if rest & 1 == 1 {
            power *= square;
        }
        square *= square;
        rest >>= 1;
    }
    power
}

/// A power of a positive number: at the values, times the exponential of what moves, which is nilpotent.
pub(super) fn raised<T: Base>(x: T, y: T) -> T {
    let (base, exponent) = (x.base(), y.base());
    if !base.exists() || !exponent.exists() {
        return x + y;
    }
    if !base.is_surely_positive() {
        return undefined();
    }
    // In a field it is a symbol, whether the base stands for a positive number or not: no law needs to know.
    let value = T::constant(base.raised(&exponent));
    let moves = y - T::constant(exponent);
    // `ln(x/base) = u - u^2/2 + ..` with `u = x/base - 1`.
    let u = (x - T::constant(base)) / T::constant(base);
    let (mut logarithm, mut power) = (T::integer(0), u);
    for order in 1..=HIGHEST_ORDER as i64 {
        if power.is_nothing() {
            break;
        }
        logarithm += power / T::integer(if order % 2 == 0 { -order } else { order });
        power *= u;
    }
    let mut shift = y * logarithm;
    if !moves.is_nothing() {
        shift += moves * T::constant(base).ln();
    }
    let (mut sum, mut term) = (T::integer(1), T::integer(1));
    for order in 1..=HIGHEST_ORDER as i64 {
        term = term * shift / T::integer(order);
        if term.is_nothing() {
            break;
        }
        sum += term;
    }
    value * sum
}
