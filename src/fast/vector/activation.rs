//! Activations and their derivatives over slices.

use super::elementary::{fused, sigmoid_and_rest, softplus, tanh_and_slope};
use super::{Work, dispatch};
use crate::model::{Activation, Derivatives};
use std::f64::consts::FRAC_2_SQRT_PI;

/// `z` holds preactivations and becomes `phi`; the others become the first three derivatives.
///
/// Slices of different lengths are filled as far as the shortest reaches.
pub(crate) fn activate(
    activation: Activation,
    z: &mut [f64],
    phi1: &mut [f64],
    phi2: &mut [f64],
    phi3: &mut [f64],
) {
    by(activation, Slices { z, slopes: [phi1, phi2, phi3] });
}

/// The same with the first derivative alone.
pub(crate) fn activate_once(activation: Activation, z: &mut [f64], phi1: &mut [f64]) {
    by(activation, Slices { z, slopes: [phi1] });
}

/// The same without derivatives.
pub(crate) fn activate_only(activation: Activation, z: &mut [f64]) {
    by(activation, Slices { z, slopes: [] });
}

/// Preactivations, which become values, and as many derivatives as are wanted.
struct Slices<'a, const ORDERS: usize> {
    z: &'a mut [f64],
    slopes: [&'a mut [f64]; ORDERS],
}

fn by<const ORDERS: usize>(activation: Activation, slices: Slices<ORDERS>)
where
    for<'a> Slices<'a, ORDERS>: Fill,
{
    match activation {
        Activation::Sigmoid => dispatch(By(slices, Sigmoid)),
        Activation::Tanh => dispatch(By(slices, Tanh)),
        Activation::Softplus => dispatch(By(slices, Softplus)),
        Activation::Silu => dispatch(By(slices, Silu)),
        Activation::GeluTanh => dispatch(By(slices, GeluTanh)),
        Activation::Relu => dispatch(By(slices, Line { leak: 0.0 })),
        Activation::LeakyRelu => dispatch(By(slices, Line { leak: 0.01 })),
        Activation::Identity => dispatch(By(slices, Line { leak: 1.0 })),
        Activation::Gelu | Activation::Sin => slices.fill(|a| activation.derivatives(&a)),
    }
}

/// Filled by a function of one preactivation.
trait Fill {
    fn fill(self, function: impl Fn(f64) -> Derivatives<f64>);
}

impl Fill for Slices<'_, 3> {
    #[inline(always)]
    fn fill(self, function: impl Fn(f64) -> Derivatives<f64>) {
        let [phi1, phi2, phi3] = self.slopes;
        for (((z, phi1), phi2), phi3) in self.z.iter_mut().zip(phi1).zip(phi2).zip(phi3) {
            let phi = function(*z);
            (*z, *phi1, *phi2, *phi3) = (phi.value, phi.first, phi.second, phi.third);
        }
    }
}

impl Fill for Slices<'_, 1> {
    #[inline(always)]
    fn fill(self, function: impl Fn(f64) -> Derivatives<f64>) {
        let [phi1] = self.slopes;
        for (z, phi1) in self.z.iter_mut().zip(phi1) {
            let phi = function(*z);
            (*z, *phi1) = (phi.value, phi.first);
        }
    }
}

impl Fill for Slices<'_, 0> {
    #[inline(always)]
    fn fill(self, function: impl Fn(f64) -> Derivatives<f64>) {
        self.z.iter_mut().for_each(|z| *z = function(*z).value);
    }
}

/// An activation in vector code.
trait Kernel {
    fn at<const FMA: bool>(&self, a: f64) -> Derivatives<f64>;
}

struct By<S, K>(S, K);

impl<S: Fill, K: Kernel> Work for By<S, K> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let By(slices, kernel) = self;
        slices.fill(
            #[inline(always)]
            |a| kernel.at::<FMA>(a),
        );
    }
}

struct Tanh;

impl Kernel for Tanh {
    #[inline(always)]
    fn at<const FMA: bool>(&self, a: f64) -> Derivatives<f64> {
        let (t, q) = tanh_and_slope::<FMA>(a);
        Derivatives { value: t, first: q, second: -2.0 * t * q, third: q * fused::<FMA>(-6.0, q, 4.0) }
    }
}

/// The first three derivatives of the sigmoid, from it and what it leaves to 1.
#[inline(always)]
fn sigmoid_slopes<const FMA: bool>(s: f64, rest: f64) -> [f64; 3] {
    let first = s * rest;
    [first, first * (rest - s), first * fused::<FMA>(-6.0, first, 1.0)]
}

struct Sigmoid;

impl Kernel for Sigmoid {
    #[inline(always)]
    fn at<const FMA: bool>(&self, a: f64) -> Derivatives<f64> {
        let (value, rest) = sigmoid_and_rest::<FMA>(a);
        let [first, second, third] = sigmoid_slopes::<FMA>(value, rest);
        Derivatives { value, first, second, third }
    }
}

struct Softplus;

impl Kernel for Softplus {
    #[inline(always)]
    fn at<const FMA: bool>(&self, a: f64) -> Derivatives<f64> {
        let (s, rest) = sigmoid_and_rest::<FMA>(a);
        let [second, third, _] = sigmoid_slopes::<FMA>(s, rest);
        Derivatives { value: softplus::<FMA>(a), first: s, second, third }
    }
}

/// `a g(a)` and its first three derivatives, from a gate `g` and its own.
#[inline(always)]
fn gated<const FMA: bool>(a: f64, gate: f64, [g1, g2, g3]: [f64; 3]) -> Derivatives<f64> {
    Derivatives {
        value: a * gate,
        first: fused::<FMA>(a, g1, gate),
        second: fused::<FMA>(a, g2, 2.0 * g1),
        third: fused::<FMA>(a, g3, 3.0 * g2),
    }
}

struct Silu;

impl Kernel for Silu {
    #[inline(always)]
    fn at<const FMA: bool>(&self, a: f64) -> Derivatives<f64> {
        let (s, rest) = sigmoid_and_rest::<FMA>(a);
        gated::<FMA>(a, s, sigmoid_slopes::<FMA>(s, rest))
    }
}

struct GeluTanh;

impl Kernel for GeluTanh {
    /// The gate is the sigmoid of `v = sqrt(8/pi) (a + 0.044715 a^3)`; beyond 22 it is constant, as in [`Activation`].
    #[inline(always)]
    fn at<const FMA: bool>(&self, a: f64) -> Derivatives<f64> {
        const SCALE: f64 = FRAC_2_SQRT_PI * std::f64::consts::SQRT_2;
        const CUBIC: f64 = SCALE * 0.044_715;
        let far = a.abs() > 22.0;
        let near = |value: f64| if far { 0.0 } else { value };
        let square = a * a;
        let v = a * fused::<FMA>(CUBIC, square, SCALE);
        let v = if far { 800.0_f64.copysign(a) } else { v };
        let v1 = near(fused::<FMA>(3.0 * CUBIC, square, SCALE));
        let v2 = near(6.0 * CUBIC * a);
        let v3 = near(6.0 * CUBIC);
        let (s, rest) = sigmoid_and_rest::<FMA>(v);
        let [s1, s2, s3] = sigmoid_slopes::<FMA>(s, rest);
        let slope = v1 * v1;
        let gate = [
            s1 * v1,
            fused::<FMA>(s2, slope, s1 * v2),
            fused::<FMA>(s3 * slope, v1, fused::<FMA>(3.0 * s2 * v1, v2, s1 * v3)),
        ];
        gated::<FMA>(a, s, gate)
    }
}

/// `a` where it is positive, `leak a` elsewhere.
struct Line {
    leak: f64,
}

impl Kernel for Line {
    #[inline(always)]
    fn at<const FMA: bool>(&self, a: f64) -> Derivatives<f64> {
        let slope = if a > 0.0 { 1.0 } else { self.leak };
        Derivatives { value: a * slope, first: slope, second: 0.0, third: 0.0 }
    }
}
