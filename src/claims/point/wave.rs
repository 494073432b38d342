//! What a function that a derivation declares stands for in floats: a parabola and a sine of its arguments, unbounded, neither
//! odd nor even, with all derivatives at hand.

use super::evaluate::undefined;
use super::tower::Tower;
use std::fmt::Write;

/// The derivative of this order of the sine.
pub(super) fn sine<T: Tower>(angle: &T, order: usize) -> T {
    let (sin, cos) = angle.sin_cos();
    match order % 4 {
        0 => sin,
        1 => cos,
        2 => -sin,
        _ => -cos,
    }
}

/// `constant + sum l_i a_i + (sum q_i a_i)^2/2 + amplitude sin(sum w_i a_i + shift)`.
#[derive(Clone, Debug)]
pub(in crate::claims) struct Wave {
    constant: f64,
    amplitude: f64,
    shift: f64,
    /// Linear, square root of the quadratic, and frequency, for each argument.
    factors: Vec<[f64; 3]>,
}

impl Wave {
    /// The function with this number, in one of its variants.
    pub(in crate::claims) fn of(function: u64, variant: u64, arguments: usize) -> Self {
        let mut state =
            function.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ variant.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        // Two decimals, so that a reader can type them.
        let mut number = |low: f64, high: f64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let unit = (state >> 33) as f64 / (1u64 << 31) as f64;
            ((low + unit * (high - low)) * 100.0).round() / 100.0
        };
        let sign = if variant.is_multiple_of(2) { 1.0 } else { -1.0 };
        Wave {
            constant: sign * number(0.2, 2.0),
            amplitude: sign * number(0.5, 1.5),
            shift: number(0.2, 1.2),
            factors: (0..arguments)
                .map(|_| [sign * number(0.3, 1.5), number(0.3, 1.0), number(0.6, 1.9)])
                .collect(),
        }
    }

    /// So many derivatives by each argument.
    pub(in crate::claims) fn derivative<T: Tower>(&self, orders: &[u8], arguments: &[T]) -> T {
        let number = |value: f64| T::from_float(value).unwrap_or_else(undefined);
        let dot = |which: usize| {
            let terms = self.factors.iter().zip(arguments);
            terms.fold(T::integer(0), |sum, (factors, x)| sum + number(factors[which]) * *x)
        };
        let moved: Vec<usize> =
            orders.iter().enumerate().flat_map(|(at, order)| vec![at; usize::from(*order)]).collect();
        let polynomial = match moved.as_slice() {
            [] => number(self.constant) + dot(0) + dot(1) * dot(1) / T::integer(2),
            [one] => number(self.factors[*one][0]) + number(self.factors[*one][1]) * dot(1),
            [one, other] => number(self.factors[*one][1]) * number(self.factors[*other][1]),
            _ => T::integer(0),
        };
        let wave = sine(&(dot(2) + number(self.shift)), moved.len());
        let slope =
            moved.iter().fold(number(self.amplitude), |slope, at| slope * number(self.factors[*at][2]));
        polynomial + slope * wave
    }

    /// The function as a reader gets it, its arguments called `a`, or `a`, `b` and so on.
    pub(in crate::claims) fn shown(&self) -> String {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let dot = |which: usize| {
            let terms = self.factors.iter().zip(names);
            terms.map(|(factors, name)| format!("{}*{name}", factors[which])).collect::<Vec<_>>().join(" + ")
        };
        let names = names[..self.factors.len().min(names.len())].join(", ");
        let mut text =
            if self.factors.len() == 1 { format!("{names} -> ") } else { format!("({names}) -> ") };
        let Wave { constant, amplitude, shift, .. } = self;
        let _ = write!(
            text,
            "{constant} + {} + ({})^2/2 + {amplitude}*sin({} + {shift})",
            dot(0),
            dot(1),
            dot(2)
        );
        text
    }
}
