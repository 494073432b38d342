//! `f64` and every dual number of [`num_dual`] over it.
//!
//! The branches on the real part keep each function accurate for `|a|` up to 700 and more: no exponential overflows
//! and no `1 - x` is formed with `x` near 1.

use super::{Number, Smooth};
use num_dual::DualNum;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

impl<D: DualNum<Primitive = f64> + Copy + Send + Sync> Number for D {
    #[inline]
    fn integer(n: i64) -> Self {
        D::from(n as f64)
    }
}

/// `|a|`, on the same side of zero (and of minus zero) as the branches below.
fn magnitude<D: DualNum<Primitive = f64>>(a: &D) -> D {
    if a.re() < 0.0 { -a.clone() } else { a.clone() }
}

impl<D: DualNum<Primitive = f64> + Copy + Send + Sync> Smooth for D {
    fn exp(&self) -> Self {
        DualNum::exp(self)
    }
    fn ln(&self) -> Self {
        DualNum::ln(self)
    }
    fn ln_1p(&self) -> Self {
        DualNum::ln_1p(self)
    }
    fn sqrt(&self) -> Self {
        DualNum::sqrt(self)
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        let exp = DualNum::exp(&-magnitude(self));
        let large = (exp + 1.0).recip();
        let small = exp * large;
        if self.re() < 0.0 { (small, large) } else { (large, small) }
    }
    /// From `e = e^(-2|a|)`: `tanh |a| = (1 - e)/(1 + e)` and `1 - tanh^2 a = 4 e/(1 + e)^2`.
    fn tanh_and_slope(&self) -> (Self, Self) {
        let twice = magnitude(self) * -2.0;
        let sum = (DualNum::exp(&twice) + 1.0).recip();
        let tanh = -DualNum::exp_m1(&twice) * sum;
        let rest = DualNum::exp(&twice) * sum * sum * 4.0;
        (if self.re() < 0.0 { -tanh } else { tanh }, rest)
    }
    fn softplus(&self) -> Self {
        let tail = DualNum::ln_1p(&DualNum::exp(&-magnitude(self)));
        if self.re() < 0.0 { tail } else { tail + *self }
    }
    fn sin_cos(&self) -> (Self, Self) {
        DualNum::sin_cos(self)
    }
    /// The Taylor polynomial of third order around the real part, which is exact for dual numbers up to third order:
    /// `Phi' = f`, `Phi'' = -a f`, `Phi''' = (a^2 - 1) f` with `f` the density.
    fn normal(&self) -> (Self, Self) {
        const { assert!(D::NDERIV <= 3, "the Taylor polynomial stops at third order") };
        let a = self.re();
        let at = 0.5 * libm::erfc(-a * FRAC_1_SQRT_2);
        let slope = libm::exp(-0.5 * a * a) / (2.0 * PI).sqrt();
        let step = *self - a;
        let third = step * ((a * a - 1.0) * slope / 6.0);
        let second = step * (third - 0.5 * a * slope);
        let distribution = step * (second + slope) + at;
        let density = DualNum::exp(&(*self * *self * -0.5)) / (2.0 * PI).sqrt();
        (distribution, density)
    }
    fn largest(values: &[Self]) -> usize {
        let mut best = 0;
        for (index, value) in values.iter().enumerate() {
            if value.re() > values[best].re() {
                best = index;
            }
        }
        best
    }
    fn positive_part(&self) -> Self {
        if self.re() < 0.0 { D::from(0.0) } else { *self }
    }
    fn step(&self) -> Self {
        D::from(if self.re() > 0.0 { 1.0 } else { 0.0 })
    }
}
