//! The activations `phi`, each with its first three derivatives.
//!
//! `relu` and `leaky-relu` have a kink at 0. Every closed form holds wherever no preactivation is 0, with second and third
//! derivatives 0; at 0 itself the slope is that of the left side, as PyTorch and JAX have it.

use crate::names::{UnknownName, find, in_a_sentence};
use crate::number::Smooth;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// An activation function, applied to each hidden unit: smooth, or smooth but for a kink at 0.
///
/// ```
/// use hsr::model::Activation;
/// let tanh: Activation = "tanh".parse()?;
/// assert_eq!(tanh.value(&0.0_f64), 0.0);
/// assert_eq!(tanh.derivatives(&0.0_f64).first, 1.0);
/// # Ok::<(), hsr::names::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `1/(1 + e^-a)`.
    Sigmoid,
    /// `tanh a`.
    Tanh,
    /// `ln(1 + e^a)`.
    Softplus,
    /// `a Phi(a)` with `Phi` the standard normal distribution function: exact, by `erf`. The default of PyTorch; JAX has it
    /// with `approximate=False`.
    Gelu,
    /// `a sigmoid(a)`.
    Silu,
    /// `sin a`.
    Sin,
    /// `a`: a linear network.
    Identity,
    /// `a (1 + tanh(sqrt(2/pi) (a + 0.044715 a^3)))/2`: the tanh form of GELU. The default of JAX; PyTorch has it with
    /// `approximate='tanh'`, and others call it `gelu_new`. It differs from [`Gelu`](Activation::Gelu) by up to 0.0005.
    GeluTanh,
    /// `max(a, 0)`.
    Relu,
    /// `a` where it is positive, `0.01 a` elsewhere: the slope of PyTorch and JAX.
    LeakyRelu,
}

/// `phi`, `phi1`, `phi2`, `phi3` at one preactivation.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivatives<T> {
    /// `phi(a)`.
    pub value: T,
    /// `phi'(a)`.
    pub first: T,
    /// `phi''(a)`.
    pub second: T,
    /// `phi'''(a)`.
    pub third: T,
}

impl Activation {
    /// Every activation of the crate.
    pub const ALL: [Activation; 10] = [
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus,
        Activation::Gelu,
        Activation::Silu,
        Activation::Sin,
        Activation::Identity,
        Activation::GeluTanh,
        Activation::Relu,
        Activation::LeakyRelu,
    ];

    /// Those that are smooth everywhere.
    pub const SMOOTH: [Activation; 8] = [
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus,
        Activation::Gelu,
        Activation::Silu,
        Activation::Sin,
        Activation::Identity,
        Activation::GeluTanh,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
            Activation::Softplus => "softplus",
            Activation::Gelu => "gelu",
            Activation::Silu => "silu",
            Activation::Sin => "sin",
            Activation::Identity => "identity",
            Activation::GeluTanh => "gelu-tanh",
            Activation::Relu => "relu",
            Activation::LeakyRelu => "leaky-relu",
        }
    }

    /// Whether it has a kink at 0.
    pub fn has_kink(self) -> bool {
        !Activation::SMOOTH.contains(&self)
    }

    /// All names in a sentence, for messages: `sigmoid, tanh, .. or leaky-relu`.
    ///
    /// ```
    /// use hsr::model::Activation;
    /// assert!(Activation::names().ends_with("relu or leaky-relu"));
    /// ```
    pub fn names() -> &'static str {
        static NAMES: LazyLock<String> =
            LazyLock::new(|| in_a_sentence(&Activation::ALL.map(Activation::name)));
        &NAMES
    }

    /// `phi(a)`.
    pub fn value<T: Smooth>(self, a: &T) -> T {
        match self {
            Activation::Sigmoid => a.sigmoid_and_rest().0,
            Activation::Tanh => a.tanh_and_slope().0,
            Activation::Softplus => a.softplus(),
            Activation::Gelu => *a * a.normal().0,
            Activation::Silu => *a * a.sigmoid_and_rest().0,
            Activation::Sin => a.sin_cos().0,
            Activation::Identity => *a,
            Activation::GeluTanh => *a * tanh_argument(a)[0].sigmoid_and_rest().0,
            Activation::Relu => *a * a.step(),
            Activation::LeakyRelu => *a * leaky_slope(a),
        }
    }

    /// `phi`, `phi1`, `phi2`, `phi3` at `a`, in closed form and without cancellation in the tails.
    pub fn derivatives<T: Smooth>(self, a: &T) -> Derivatives<T> {
        let int = T::integer;
        let a = *a;
        let (value, [first, second, third]) = match self {
            Activation::Sigmoid => {
                let (s, rest) = a.sigmoid_and_rest();
                (s, sigmoid_slopes(&s, &rest))
            }
            Activation::Tanh => {
                let (t, q) = a.tanh_and_slope();
                let slopes = [q, -int(2) * t * q, q * (int(4) - int(6) * q)];
                (t, slopes)
            }
            Activation::Softplus => {
                let (s, rest) = a.sigmoid_and_rest();
                let [first, second, _] = sigmoid_slopes(&s, &rest);
                (a.softplus(), [s, first, second])
            }
            Activation::Gelu => {
                let (distribution, density) = a.normal();
                let square = a * a;
                let slopes = [
                    distribution + a * density,
                    (int(2) - square) * density,
                    (square - int(4)) * a * density,
                ];
                (a * distribution, slopes)
            }
            Activation::Silu => {
                let (s, rest) = a.sigmoid_and_rest();
                let slopes = sigmoid_slopes(&s, &rest);
                gated(a, s, slopes)
            }
            Activation::Sin => {
                let (sin, cos) = a.sin_cos();
                (sin, [cos, -sin, -cos])
            }
            Activation::Identity => (a, [int(1), int(0), int(0)]),
            Activation::GeluTanh => {
                let [v, v1, v2, v3] = tanh_argument(&a);
                let (s, rest) = v.sigmoid_and_rest();
                let [s1, s2, s3] = sigmoid_slopes(&s, &rest);
                let square = v1 * v1;
                let slopes =
                    [s1 * v1, s2 * square + s1 * v2, s3 * square * v1 + int(3) * s2 * v1 * v2 + s1 * v3];
                gated(a, s, slopes)
            }
            Activation::Relu => (a * a.step(), [a.step(), int(0), int(0)]),
            Activation::LeakyRelu => (a * leaky_slope(&a), [leaky_slope(&a), int(0), int(0)]),
        };
        Derivatives { value, first, second, third }
    }
}

/// 1 where `a` is positive, 0.01 elsewhere.
fn leaky_slope<T: Smooth>(a: &T) -> T {
    let leak = T::one() / T::integer(100);
    leak + (T::one() - leak) * a.step()
}

/// The first three derivatives of the sigmoid, from `s` and `1 - s`.
fn sigmoid_slopes<T: Smooth>(s: &T, rest: &T) -> [T; 3] {
    let first = *s * *rest;
    let third = first * (T::one() - T::integer(6) * first);
    [first, first * (*rest - *s), third]
}

/// `a g(a)` and its first three derivatives, from a gate `g` and its own.
fn gated<T: Smooth>(a: T, gate: T, [g1, g2, g3]: [T; 3]) -> (T, [T; 3]) {
    let slopes = [gate + a * g1, T::integer(2) * g1 + a * g2, T::integer(3) * g2 + a * g3];
    (a * gate, slopes)
}

/// `2u` with `u = sqrt(2/pi) (a + 0.044715 a^3)`, and its first three derivatives: `(1 + tanh u)/2` is `sigmoid(2u)`, which
/// keeps its digits where `tanh u` is near -1.
///
/// Beyond `|a| = 22` the sigmoid is 0 or 1 to every digit that an `f64` has room for, and its derivatives vanish, so that a
/// constant does as well there. It does not overflow, and so makes no NaN out of a vanishing slope times infinity.
fn tanh_argument<T: Smooth>(a: &T) -> [T; 4] {
    let int = T::integer;
    match T::largest(&[int(22), *a, -*a]) {
        0 => {}
        1 => return [800, 0, 0, 0].map(int),
        _ => return [-800, 0, 0, 0].map(int),
    }
    // sqrt(8/pi) is four times the density 1/sqrt(2 pi) of the normal distribution at 0, which every arithmetic has.
    let scale = int(4) * int(0).normal().1;
    let cubic = scale * int(44_715) / int(1_000_000);
    let square = *a * *a;
    [*a * (scale + cubic * square), scale + int(3) * cubic * square, int(6) * cubic * *a, int(6) * cubic]
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Activation {
    type Err = UnknownName;
    /// `logistic` is another name of the sigmoid.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        if name == "logistic" {
            return Ok(Activation::Sigmoid);
        }
        find("activation", name, &Activation::ALL, Activation::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Number, Precise};
    use num_dual::Dual64;

    #[test]
    fn a_name_is_the_same_in_words_and_in_files_and_is_read_back() {
        for activation in Activation::ALL {
            assert_eq!(activation.name().parse(), Ok(activation));
            assert_eq!(serde_json::to_value(activation).unwrap(), activation.name());
        }
        assert_eq!("logistic".parse(), Ok(Activation::Sigmoid));
        assert_eq!(
            Activation::names(),
            "sigmoid, tanh, softplus, gelu, silu, sin, identity, gelu-tanh, relu or leaky-relu"
        );
    }

    #[test]
    fn an_unknown_name_is_told_escaped_and_with_those_that_there_are() {
        assert_eq!(
            "swish\u{1b}[2J".parse::<Activation>().unwrap_err().to_string(),
            r"unknown activation 'swish\u{1b}[2J': choose sigmoid, tanh, softplus, gelu, silu, sin, identity, gelu-tanh, relu or leaky-relu"
        );
    }

    /// Values of `jax.nn.gelu(a)` and `jax.nn.gelu(a, approximate=False)` of JAX 0.10.2 in double precision.
    #[test]
    fn the_two_forms_of_gelu_are_those_of_jax() {
        for (a, tanh_form, exact) in [
            (-3.0, -0.003637392081773161, -0.004049694094890279),
            (-1.0, -0.1588080093917233, -0.15865525393145707),
            (-0.25, -0.100324649298315, -0.10032341857926907),
            (0.5, 0.3457140098251439, 0.34573123063700656),
            (2.0, 1.954597694087775, 1.9544997361036416),
        ] {
            let off = |activation: Activation, right: f64| (activation.value(&a) - right).abs();
            assert!(
                off(Activation::GeluTanh, tanh_form) < 1e-15 && off(Activation::Gelu, exact) < 1e-15,
                "{a}"
            );
        }
    }

    /// Against differences of the definition `a (1 + tanh u)/2` at 400 digits by mpmath, as the nearest `f64` and the rest of
    /// it. The sigmoid's argument at -9.5 is 76, and by so many units its rounding moves the tail.
    #[test]
    fn the_tanh_form_and_its_derivatives_are_right_to_106_bits() {
        let rows = [
            (
                0.3,
                [
                    (0.18537092354275925, -7.216592239306015e-18),
                    (0.7322954516388018, -1.6808024504045035e-17),
                    (0.7281484484339119, 3.059555299642221e-17),
                    (-0.44904373507101075, -2.2088308193951104e-17),
                ],
            ),
            (
                -1.7,
                [
                    (-0.07589410444884384, 8.33798695425938e-19),
                    (-0.115914631452605, 2.912548258028287e-18),
                    (-0.082133979306327, 9.157840773659684e-20),
                    (0.1806682438198223, 1.249798440552527e-17),
                ],
            ),
            (
                -9.5,
                [
                    (-6.678928766783882e-33, 1.4592889723578775e-49),
                    (-1.389873219233261e-31, -5.041976851608095e-48),
                    (-2.865062787089273e-30, -1.2646705555314695e-46),
                    (-5.849062648486941e-29, -1.447758511931588e-45),
                ],
            ),
        ];
        for (a, right) in rows {
            let Derivatives { value, first, second, third } =
                Activation::GeluTanh.derivatives(&Precise::exact(a));
            for (order, (found, (nearest, rest))) in
                [value, first, second, third].into_iter().zip(right).enumerate()
            {
                let off = (found - Precise::exact(nearest) - Precise::exact(rest)).nearest().abs();
                assert!(off <= 400.0 * 2.0_f64.powi(-106) * nearest.abs(), "{order} at {a}: {off:e}");
            }
        }
    }

    #[test]
    fn a_kink_has_the_slopes_of_its_sides_and_that_of_the_left_at_zero() {
        for (a, relu, leaky) in
            [(3.0, (3.0, 1.0), (3.0, 1.0)), (-2.0, (0.0, 0.0), (-0.02, 0.01)), (0.0, (0.0, 0.0), (0.0, 0.01))]
        {
            for (activation, (value, slope)) in [(Activation::Relu, relu), (Activation::LeakyRelu, leaky)] {
                let found = activation.derivatives(&a);
                assert_eq!(
                    (found.value, found.first, found.second, found.third),
                    (value, slope, 0.0, 0.0),
                    "{a}"
                );
                assert_eq!(activation.value(&Dual64::new(a, 1.0)).eps, slope);
            }
        }
    }

    /// To the left it is 0 and to the right the line `a`, also where the cubic overflows and where the straight line takes over.
    #[test]
    fn far_out_the_tanh_form_has_its_limits_in_every_arithmetic() {
        for a in [21.9, 22.0, 22.1, 40.0, 1e100, 1e160, 1e308, f64::MAX] {
            for (a, side) in [(a, 1.0), (-a, 0.0)] {
                let Derivatives { value, first, second, third } = Activation::GeluTanh.derivatives(&a);
                assert_eq!((value, first, second, third), (side * a, side, 0.0, 0.0), "{a:e}");
                let dual = Activation::GeluTanh.value(&Dual64::new(a, 1.0));
                assert_eq!((dual.re, dual.eps), (side * a, side), "{a:e}");
                let precise = Activation::GeluTanh.derivatives(&Precise::exact(a));
                let slope = Precise::integer(side as i64);
                assert_eq!((precise.value, precise.first), (slope * Precise::exact(a), slope), "{a:e}");
                assert_eq!((precise.second.nearest(), precise.third.nearest()), (0.0, 0.0), "{a:e}");
            }
        }
        assert!(Activation::GeluTanh.value(&f64::NAN).is_nan());
    }
}
