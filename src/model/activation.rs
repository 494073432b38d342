//! The activations `phi`, each with its first three derivatives.

use crate::number::Smooth;
use std::fmt;
use std::str::FromStr;

/// A smooth activation function, applied to each hidden unit.
///
/// ```
/// use hsr::model::Activation;
/// let tanh: Activation = "tanh".parse()?;
/// assert_eq!(tanh.value(&0.0_f64), 0.0);
/// assert_eq!(tanh.derivatives(&0.0_f64).first, 1.0);
/// # Ok::<(), hsr::model::NetworkError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `1/(1 + e^-a)`.
    Sigmoid,
    /// `tanh a`.
    Tanh,
    /// `ln(1 + e^a)`.
    Softplus,
    /// `a Phi(a)` with `Phi` the standard normal distribution function (exact, by `erf`).
    Gelu,
    /// `a sigmoid(a)`.
    Silu,
    /// `sin a`.
    Sin,
    /// `a`: a linear network.
    Identity,
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
    pub const ALL: [Activation; 7] = [
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus,
        Activation::Gelu,
        Activation::Silu,
        Activation::Sin,
        Activation::Identity,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
            Activation::Softplus => "softplus",
            Activation::Gelu => "gelu",
            Activation::Silu => "silu",
            Activation::Sin => "sin",
            Activation::Identity => "identity",
        }
    }

    /// `phi(a)`.
    pub fn value<T: Smooth>(self, a: &T) -> T {
        match self {
            Activation::Sigmoid => a.sigmoid().0,
            Activation::Tanh => a.tanh().0,
            Activation::Softplus => a.softplus(),
            Activation::Gelu => a.clone() * a.gaussian().0,
            Activation::Silu => a.clone() * a.sigmoid().0,
            Activation::Sin => a.sin_cos().0,
            Activation::Identity => a.clone(),
        }
    }

    /// `phi`, `phi1`, `phi2`, `phi3` at `a`, in closed form and without cancellation in the tails.
    pub fn derivatives<T: Smooth>(self, a: &T) -> Derivatives<T> {
        let int = T::integer;
        let a = a.clone();
        let (value, [first, second, third]) = match self {
            Activation::Sigmoid => {
                let (s, rest) = a.sigmoid();
                (s.clone(), sigmoid_slopes(&s, &rest))
            }
            Activation::Tanh => {
                let (t, q) = a.tanh();
                let slopes = [q.clone(), -int(2) * t.clone() * q.clone(), q.clone() * (int(4) - int(6) * q)];
                (t, slopes)
            }
            Activation::Softplus => {
                let (s, rest) = a.sigmoid();
                let [first, second, _] = sigmoid_slopes(&s, &rest);
                (a.softplus(), [s, first, second])
            }
            Activation::Gelu => {
                let (distribution, density) = a.gaussian();
                let square = a.clone() * a.clone();
                let slopes = [
                    distribution.clone() + a.clone() * density.clone(),
                    (int(2) - square.clone()) * density.clone(),
                    (square - int(4)) * a.clone() * density,
                ];
                (a * distribution, slopes)
            }
            Activation::Silu => {
                let (s, rest) = a.sigmoid();
                let [s1, s2, s3] = sigmoid_slopes(&s, &rest);
                let slopes = [
                    s.clone() + a.clone() * s1.clone(),
                    int(2) * s1 + a.clone() * s2.clone(),
                    int(3) * s2 + a.clone() * s3,
                ];
                (a * s, slopes)
            }
            Activation::Sin => {
                let (sin, cos) = a.sin_cos();
                (sin.clone(), [cos.clone(), -sin, -cos])
            }
            Activation::Identity => (a, [int(1), int(0), int(0)]),
        };
        Derivatives { value, first, second, third }
    }
}

/// The first three derivatives of the sigmoid, from `s` and `1 - s`.
fn sigmoid_slopes<T: Smooth>(s: &T, rest: &T) -> [T; 3] {
    let first = s.clone() * rest.clone();
    let third = first.clone() * (T::one() - T::integer(6) * first.clone());
    [first.clone(), first * (rest.clone() - s.clone()), third]
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Activation {
    type Err = super::NetworkError;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Activation::ALL
            .into_iter()
            .find(|activation| activation.name() == name)
            .ok_or_else(|| super::NetworkError::UnknownActivation(name.to_string()))
    }
}
