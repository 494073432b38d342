//! Residues modulo the primes of the chain, and modulo the order of the circle.

// The derive macro of `ark-ff` asks for a feature of a crate that it is expanded in.
#![allow(unexpected_cfgs)]

use crate::number::field::{Residue, representative};
use crate::number::symbols::mix;
use ark_ff::{AdditiveGroup, BigInteger, Field as _, Fp128, MontBackend, MontConfig};
use num_traits::Zero;

/// The prime of 78 bits.
#[derive(MontConfig)]
#[modulus = "173410944673562468673191"]
#[generator = "37"]
pub struct Prime78;
/// The prime of 96 bits.
#[derive(MontConfig)]
#[modulus = "57013703567884521325434390599"]
#[generator = "41"]
pub struct Prime96;
/// The prime of 116 bits.
#[derive(MontConfig)]
#[modulus = "78750178053140495080756252014868751"]
#[generator = "53"]
pub struct Prime116;

/// The prime of 103 bits that divides the order of the circle.
#[derive(MontConfig)]
#[modulus = "7041324933220716656004672032803"]
#[generator = "3"]
pub struct Prime103;

pub(super) type Angle = Fp128<MontBackend<Prime103, 2>>;
pub(super) type R2 = Fp128<MontBackend<Prime78, 2>>;
pub(super) type R1 = Fp128<MontBackend<Prime96, 2>>;
pub(super) type R0 = Fp128<MontBackend<Prime116, 2>>;

/// Residues modulo the four primes, the smallest first. The first `lost` of them are used up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Residues {
    pub(super) lost: u8,
    pub(super) r3: Residue,
    pub(super) r2: R2,
    pub(super) r1: R1,
    pub(super) r0: R0,
    /// The residue for sine and cosine, where it is not used up.
    pub(super) angle: Option<Angle>,
}

impl Residues {
    pub(super) fn integer(n: i64) -> Self {
        Residues { lost: 0, r3: n.into(), r2: n.into(), r1: n.into(), r0: n.into(), angle: Some(n.into()) }
    }

    /// Whether the number is zero.
    pub(super) fn is_nothing(&self) -> bool {
        self.r0.is_zero()
    }

    /// Pseudo-random residues that depend on a key and on the largest residue, which is never used up; as many are left.
    pub(super) fn symbol(&self, key: u64) -> Self {
        let limbs = representative(self.r0).0;
        let seed = mix(mix(limbs[0]) ^ mix(!limbs[1]) ^ mix(key.wrapping_mul(3)));
        let word = |n: u64| mix(seed ^ mix(n));
        let wide = |n: u64| u128::from(word(n)) << 64 | u128::from(word(n + 1));
        Residues {
            lost: self.lost,
            r3: word(1).into(),
            r2: wide(2).into(),
            r1: wide(4).into(),
            r0: wide(6).into(),
            angle: Some(wide(8).into()),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Residues {
            lost: self.lost.max(other.lost),
            r3: self.r3 + other.r3,
            r2: self.r2 + other.r2,
            r1: self.r1 + other.r1,
            r0: self.r0 + other.r0,
            angle: self.angle.zip(other.angle).map(|(a, b)| a + b),
        }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Residues {
            lost: self.lost.max(other.lost),
            r3: self.r3 - other.r3,
            r2: self.r2 - other.r2,
            r1: self.r1 - other.r1,
            r0: self.r0 - other.r0,
            angle: self.angle.zip(other.angle).map(|(a, b)| a - b),
        }
    }

    pub(super) fn times(self, other: Self) -> Self {
        Residues {
            lost: self.lost.max(other.lost),
            r3: self.r3 * other.r3,
            r2: self.r2 * other.r2,
            r1: self.r1 * other.r1,
            r0: self.r0 * other.r0,
            angle: self.angle.zip(other.angle).map(|(a, b)| a * b),
        }
    }

    /// The inverse, where it exists modulo every prime that is left.
    pub(super) fn inverse(self) -> Option<Self> {
        Some(Residues {
            lost: self.lost,
            r3: left(self.lost, 0, self.r3.inverse())?,
            r2: left(self.lost, 1, self.r2.inverse())?,
            r1: left(self.lost, 2, self.r1.inverse())?,
            r0: self.r0.inverse()?,
            angle: self.angle.and_then(|angle| angle.inverse()),
        })
    }

    /// The roots that are squares, where they exist modulo every prime that is left.
    pub(super) fn root(self) -> Option<Self> {
        Some(Residues {
            lost: self.lost,
            r3: left(self.lost, 0, self.r3.sqrt())?,
            r2: left(self.lost, 1, self.r2.sqrt())?,
            r1: left(self.lost, 2, self.r1.sqrt())?,
            r0: self.r0.sqrt()?,
            angle: None,
        })
    }

    /// A power of the generators, one residue less being left; nothing where none would be.
    pub(super) fn exp(self) -> Option<Self> {
        if self.lost == 3 {
            return None;
        }
        // Elements of order p3, p2, p1 modulo p2, p1, p0: two to the cofactor.
        let (g2, g1, g0) = (
            R2::from(130_849_472_050_807_761_557_610_u128),
            R1::from(2_860_543_572_340_154_894_265_464_333_u128),
            R0::from(61_896_234_976_095_071_626_243_644_075_030_800_u128),
        );
        Some(Residues {
            lost: self.lost + 1,
            r3: Residue::ZERO,
            r2: if self.lost > 0 { R2::ZERO } else { g2.pow(representative(self.r3)) },
            r1: if self.lost > 1 { R1::ZERO } else { g1.pow(representative(self.r2)) },
            r0: g0.pow(representative(self.r1)),
            angle: None,
        })
    }

    /// Cosine and sine: a power of an element of the circle whose order is that of the angles.
    pub(super) fn turned(self) -> Option<(Self, Self)> {
        let mut exponent = representative(self.angle?);
        let mut square = (
            R0::from(51903715129394555904705604449006961_u128),
            R0::from(51055270349785007442644593060061012_u128),
        );
        let mut power = (R0::ONE, R0::ZERO);
        while !exponent.is_zero() {
            if exponent.is_odd() {
                power = around(power, square);
            }
            square = around(square, square);
            exponent.div2();
        }
        let only = |r0| Residues { lost: 3, r3: Residue::ZERO, r2: R2::ZERO, r1: R1::ZERO, r0, angle: None };
        Some((only(power.0), only(power.1)))
    }

    /// The one of a number and its negative that has the smaller representative.
    pub(super) fn absolute(self) -> Self {
        let negative = Residues::integer(0).minus(self);
        if representative(self.r0) > representative(negative.r0) { negative } else { self }
    }
}

/// The sum of two angles, each given by cosine and sine.
fn around(a: (R0, R0), b: (R0, R0)) -> (R0, R0) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// A residue that may be missing where it is used up.
fn left<R: Zero>(lost: u8, floor: u8, value: Option<R>) -> Option<R> {
    if floor < lost { Some(R::zero()) } else { value }
}
