//! Residues modulo the primes of the chain, and modulo the order of the circle.

use crate::number::field::Residue;
use crate::number::modular::Wide;
use crate::number::symbols::mix;

/// The prime of 78 bits.
pub(super) const P2: u128 = 173_410_944_673_562_468_673_191;
/// The prime of 96 bits.
pub(super) const P1: u128 = 57_013_703_567_884_521_325_434_390_599;
/// The prime of 116 bits.
pub(super) const P0: u128 = 78_750_178_053_140_495_080_756_252_014_868_751;
/// The prime of 103 bits that divides the order of the circle.
const CIRCLE: u128 = 7_041_324_933_220_716_656_004_672_032_803;

pub(super) type Angle = Wide<CIRCLE>;
pub(super) type R2 = Wide<P2>;
pub(super) type R1 = Wide<P1>;
pub(super) type R0 = Wide<P0>;

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
    #[inline]
    pub(super) fn integer(n: i64) -> Self {
        Residues {
            lost: 0,
            r3: Residue::integer(n),
            r2: R2::integer(n),
            r1: R1::integer(n),
            r0: R0::integer(n),
            angle: Some(Angle::integer(n)),
        }
    }

    /// Whether the number is zero.
    #[inline]
    pub(super) fn is_nothing(&self) -> bool {
        self.r0 == R0::ZERO
    }

    /// Pseudo-random residues that depend on a key and on the largest residue, which is never used up; as many are left.
    #[inline]
    pub(super) fn symbol(&self, key: u64) -> Self {
        let largest = self.r0.residue();
        let (low, high) = (largest as u64, (largest >> 64) as u64);
        let seed = mix(mix(low) ^ mix(!high) ^ mix(key.wrapping_mul(3)));
        let word = |n: u64| mix(seed ^ mix(n));
        let wide = |n: u64| u128::from(word(n)) << 64 | u128::from(word(n + 1));
        Residues {
            lost: self.lost,
            r3: Residue::new(word(1)),
            r2: R2::new(wide(2)),
            r1: R1::new(wide(4)),
            r0: R0::new(wide(6)),
            angle: Some(Angle::new(wide(8))),
        }
    }

    #[inline]
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

    #[inline]
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

    #[inline]
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
    #[inline]
    pub(super) fn inverse(self) -> Option<Self> {
        Some(Residues {
            lost: self.lost,
            r3: left(self.lost, 0, Residue::ZERO, self.r3.inverse())?,
            r2: left(self.lost, 1, R2::ZERO, self.r2.inverse())?,
            r1: left(self.lost, 2, R1::ZERO, self.r1.inverse())?,
            r0: self.r0.inverse()?,
            angle: self.angle.and_then(|angle| angle.inverse()),
        })
    }

    /// The roots that are squares, where they exist modulo every prime that is left.
    #[inline]
    pub(super) fn root(self) -> Option<Self> {
        Some(Residues {
            lost: self.lost,
            r3: left(self.lost, 0, Residue::ZERO, self.r3.root())?,
            r2: left(self.lost, 1, R2::ZERO, self.r2.root())?,
            r1: left(self.lost, 2, R1::ZERO, self.r1.root())?,
            r0: self.r0.root()?,
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
            R2::new(130_849_472_050_807_761_557_610),
            R1::new(2_860_543_572_340_154_894_265_464_333),
            R0::new(61_896_234_976_095_071_626_243_644_075_030_800),
        );
        Some(Residues {
            lost: self.lost + 1,
            r3: Residue::ZERO,
            r2: if self.lost > 0 { R2::ZERO } else { g2.pow(self.r3.residue().into()) },
            r1: if self.lost > 1 { R1::ZERO } else { g1.pow(self.r2.residue()) },
            r0: g0.pow(self.r1.residue()),
            angle: None,
        })
    }

    /// Cosine and sine: a power of an element of the circle whose order is that of the angles.
    pub(super) fn turned(self) -> Option<(Self, Self)> {
        let mut exponent = self.angle?.residue();
        let mut square = (
            R0::new(51_903_715_129_394_555_904_705_604_449_006_961),
            R0::new(51_055_270_349_785_007_442_644_593_060_061_012),
        );
        let mut power = (R0::new(1), R0::ZERO);
        while exponent > 0 {
            if exponent % 2 == 1 {
                power = around(power, square);
            }
            square = around(square, square);
            exponent /= 2;
        }
        let only = |r0| Residues { lost: 3, r3: Residue::ZERO, r2: R2::ZERO, r1: R1::ZERO, r0, angle: None };
        Some((only(power.0), only(power.1)))
    }

    /// The one of a number and its negative that has the smaller representative.
    pub(super) fn absolute(self) -> Self {
        let negative = Residues::integer(0).minus(self);
        if self.r0.residue() > negative.r0.residue() { negative } else { self }
    }
}

/// The sum of two angles, each given by cosine and sine.
fn around(a: (R0, R0), b: (R0, R0)) -> (R0, R0) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// A residue that may be missing where it is used up: it is nothing then.
fn left<R>(lost: u8, floor: u8, nothing: R, value: Option<R>) -> Option<R> {
    if floor < lost { Some(nothing) } else { value }
}
