//! About 106 bits: the sum of two `f64`, one as large as the rounding error of the other.
//!
//! Sums, products and quotients are those of [`qd`], off by a few units of `2^-106` (sums by its accurate form: the one
//! behind its operator loses digits where terms cancel). Roots and elementary functions are those of [`dashu_float`],
//! evaluated at [`WORKING`] bits and rounded once. None of it calls the
//! platform's mathematics library, so it gives the same bits on every machine.
//!
//! The range is that of `f64`: what is below `1e-290` carries fewer bits, what is below `1e-320` none. There `f64`
//! itself has no digits that could be counted.

use super::operators::operators;
use super::{Number, Smooth};
use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use qd::Quad;

/// A binary number of as many bits as are asked for.
type Big = FBig<HalfEven, 2>;

/// Bits at which elementary functions are evaluated.
const WORKING: usize = 128;
/// `e^-a` is 0 in `f64`, subnormal numbers included, from here on.
const VANISHES: f64 = 746.0;
/// `e^(-a^2/2)` is 0 in `f64` from here on.
const DENSITY_VANISHES: f64 = 38.7;

/// A number of about 106 bits.
///
/// ```
/// use hsr::number::{Number, Precise};
/// let third = Precise::integer(1) / Precise::integer(3);
/// let rest = third + third + third - Precise::integer(1);
/// assert!(rest.nearest().abs() < 1e-31);
/// assert_eq!(third.nearest(), 1.0 / 3.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precise(Quad);

impl Precise {
    /// An `f64`, exactly.
    #[inline]
    pub fn exact(value: f64) -> Self {
        Precise(Quad::from_f64(value))
    }

    /// The nearest `f64`.
    pub fn nearest(&self) -> f64 {
        self.0.0
    }

    /// What the nearest `f64` leaves, at most half a unit of its last place.
    pub fn rest(&self) -> f64 {
        self.0.1
    }

    /// `value - self`, rounded once: how far an `f64` is off.
    ///
    /// ```
    /// use hsr::number::{Number, Precise};
    /// let third = Precise::integer(1) / Precise::integer(3);
    /// assert!(third.error_of(1.0 / 3.0).abs() < 2e-17);
    /// ```
    pub fn error_of(&self, value: f64) -> f64 {
        (Precise::exact(value).minus(self)).nearest()
    }

    #[inline]
    fn plus(&self, other: &Self) -> Self {
        Precise(self.0.add_accurate(other.0))
    }
    #[inline]
    fn minus(&self, other: &Self) -> Self {
        Precise(self.0.sub_accurate(other.0))
    }
    #[inline]
    fn times(&self, other: &Self) -> Self {
        Precise(self.0.mul(other.0))
    }
    #[inline]
    fn over(&self, other: &Self) -> Self {
        Precise(self.0.div(other.0))
    }

    fn is_finite(&self) -> bool {
        self.0.0.is_finite() && self.0.1.is_finite()
    }

    fn magnitude(&self) -> Self {
        if self.0.0 < 0.0 { -*self } else { *self }
    }

    /// The same number with [`WORKING`] bits; none for infinities and NaN.
    fn big(&self) -> Option<Big> {
        if !self.is_finite() {
            return None;
        }
        let part = |value: f64| Big::try_from(value).ok().map(working);
        Some(part(self.0.0)? + part(self.0.1)?)
    }

    fn round(value: &Big) -> Self {
        let high = value.to_f64().value();
        // Of infinity nothing is left.
        if high.is_infinite() {
            return Precise::exact(high);
        }
        let rest = Big::try_from(high).map_or(0.0, |high| (value - high).to_f64().value());
        Precise(Quad(high, rest))
    }

    /// A function of a finite number; NaN of any other.
    fn by(&self, function: impl Fn(&Big) -> Big) -> Self {
        self.big().map_or(Precise::exact(f64::NAN), |big| Precise::round(&function(&big)))
    }
}

operators!([] Precise);

impl Number for Precise {
    #[inline]
    fn integer(n: i64) -> Self {
        let near = n as f64;
        // What an i64 has beyond 53 bits; the difference is exact.
        let rest = (i128::from(n) - near as i128) as f64;
        Precise(Quad(near, rest))
    }
}

/// With [`WORKING`] bits: what is exact, such as `e^0`, comes without a precision, in which nothing can be divided.
fn working(value: Big) -> Big {
    value.with_precision(WORKING).value()
}

/// `e^-|a|`.
fn decay(a: &Big) -> Big {
    working(if *a > Big::ZERO { (-a).exp() } else { a.exp() })
}

#[inline]
fn one() -> Big {
    working(Big::ONE)
}

impl Smooth for Precise {
    fn exp(&self) -> Self {
        match self.0.0 {
            large if large > VANISHES => Precise::exact(f64::INFINITY),
            small if small < -VANISHES => Precise::exact(0.0),
            _ => self.by(Big::exp),
        }
    }
    fn ln(&self) -> Self {
        match self.0.0 {
            0.0 => Precise::exact(f64::NEG_INFINITY),
            negative if negative < 0.0 => Precise::exact(f64::NAN),
            _ => self.by(Big::ln),
        }
    }
    fn ln_1p(&self) -> Self {
        match self.0.0 {
            -1.0 => Precise::exact(f64::NEG_INFINITY),
            beyond if beyond < -1.0 => Precise::exact(f64::NAN),
            _ => self.by(Big::ln_1p),
        }
    }
    fn sqrt(&self) -> Self {
        match self.0.0 {
            0.0 => Precise::exact(0.0),
            negative if negative < 0.0 => Precise::exact(f64::NAN),
            _ => self.by(Big::sqrt),
        }
    }
    fn sigmoid_and_rest(&self) -> (Self, Self) {
        let (large, small) = if self.magnitude().nearest() > VANISHES {
            (Precise::exact(1.0), Precise::exact(0.0))
        } else {
            let small = |a: &Big| decay(a) / (one() + decay(a));
            (self.by(|a| one() / (one() + decay(a))), self.by(small))
        };
        if self.0.0 < 0.0 { (small, large) } else { (large, small) }
    }
    /// `tanh |a| = (1 - e)/(1 + e)` and `1 - tanh^2 a = 4 e/(1 + e)^2` with `e = e^(-2|a|)`.
    fn tanh_and_slope(&self) -> (Self, Self) {
        let magnitude = self.magnitude();
        if magnitude.nearest() > VANISHES / 2.0 {
            return (Precise::exact(self.0.0.signum()), Precise::exact(0.0));
        }
        let tanh = magnitude.by(|a| {
            let short = working((a * Big::from(-2)).exp_m1());
            -&short / (short + Big::from(2))
        });
        let rest = magnitude.by(|a| {
            let e = working((a * Big::from(-2)).exp());
            let sum = one() + &e;
            Big::from(4) * e / (&sum * &sum)
        });
        (if self.0.0 < 0.0 { -tanh } else { tanh }, rest)
    }
    fn softplus(&self) -> Self {
        let tail = if self.magnitude().nearest() > VANISHES {
            Precise::exact(0.0)
        } else {
            self.by(|a| decay(a).ln_1p())
        };
        if self.0.0 < 0.0 { tail } else { tail + *self }
    }
    fn sin_cos(&self) -> (Self, Self) {
        (self.by(Big::sin), self.by(Big::cos))
    }
    /// `Phi(|a|) = 1/2 + f(a) sum_k |a|^(2k+1)/(1 3 5 .. (2k+1))` with the density `f`, a sum without cancellation; the
    /// tail is what is left to 1, from as many more bits as that subtraction takes away.
    fn normal(&self) -> (Self, Self) {
        let magnitude = self.magnitude();
        if !magnitude.is_finite() || magnitude.nearest() > DENSITY_VANISHES {
            let above = if self.0.0.is_nan() { f64::NAN } else { f64::from(self.0.0 > 0.0) };
            return (Precise::exact(above), Precise::exact(0.0 * above));
        }
        let square = magnitude.nearest() * magnitude.nearest();
        // The tail is about e^(-a^2/2), so that a^2/2 log2(e) < 0.73 a^2 bits go, and a few for the factor 1/a.
        let bits = WORKING + 16 + (0.75 * square) as usize;
        let Some(a) = magnitude.big().map(|a| a.with_precision(bits).value()) else {
            return (Precise::exact(f64::NAN), Precise::exact(f64::NAN));
        };
        let squared = &a * &a;
        let peak = (Big::pi(bits) * Big::from(2)).sqrt();
        let density = (-&squared / Big::from(2)).exp().with_precision(bits).value() / peak;
        let mut term = a;
        let mut sum = term.clone();
        let least = Big::from_parts(1.into(), -(bits as isize));
        for odd in (3..).step_by(2) {
            term = term * &squared / Big::from(odd);
            sum += &term;
            if term <= &sum * &least {
                break;
            }
        }
        let half = (Big::ONE / Big::from(2)).with_precision(bits).value();
        let above = &density * sum;
        let side = if self.0.0 < 0.0 { half - above } else { half + above };
        (Precise::round(&side), Precise::round(&density))
    }
    fn largest(values: &[Self]) -> usize {
        let parts: Vec<f64> = values.iter().map(Precise::nearest).collect();
        f64::largest(&parts)
    }
    fn positive_part(&self) -> Self {
        if self.0.0 < 0.0 { Precise::exact(0.0) } else { *self }
    }
    fn step(&self) -> Self {
        Precise::exact(if self.0.0 > 0.0 { 1.0 } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Few units of `2^-106` of the value.
    fn close(what: &str, found: Precise, (nearest, rest): (f64, f64)) {
        assert_eq!(found.nearest(), nearest, "{what}");
        let off = (found.rest() - rest).abs();
        assert!(off <= 4.0 * 2.0_f64.powi(-106) * nearest.abs(), "{what}: {:e} for {rest:e}", found.rest());
    }

    /// Against 300 bits, terms that cancel among them.
    #[test]
    fn sums_products_and_quotients_are_off_by_a_few_units_of_the_last_place() {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let wide = |number: Precise| {
            let part = |part: f64| Big::try_from(part).unwrap().with_precision(300).value();
            part(number.0.0) + part(number.0.1)
        };
        for _ in 0..2000 {
            let mut next = || Precise::exact(random.random_range(-1.0..1.0));
            let tiny = Precise::exact(1e-17);
            let (a, b) = (next() + next() * tiny, next() + next() * tiny);
            let c = -a + next() * Precise::exact(1e-12);
            for (found, right) in [
                (a + b, wide(a) + wide(b)),
                (a + c, wide(a) + wide(c)),
                (a - b, wide(a) - wide(b)),
                (a * b, wide(a) * wide(b)),
                (a / b, wide(a) / wide(b)),
                (a.tanh_and_slope().1.sqrt(), wide(a.tanh_and_slope().1).sqrt()),
            ] {
                let off = ((wide(found) - &right) / right).to_f64().value().abs();
                assert!(off < 4.0 * 2.0_f64.powi(-106), "{off:e} at {a:?}, {b:?}, {c:?}");
            }
        }
    }

    #[test]
    fn integers_are_exact() {
        let large = i64::MAX - 1;
        assert_eq!(Precise::integer(large) - Precise::integer(large - 3), Precise::integer(3));
    }

    /// Values to 400 bits by mpmath, as the nearest `f64` and the rest of it.
    #[test]
    fn functions_are_right_to_106_bits() {
        type Pair = (f64, f64);
        // a; e^a; sigmoid; 1 - sigmoid; tanh; 1 - tanh^2; softplus; sin; cos; Phi; density
        let rows: [(f64, [Pair; 10]); 4] = [
            (
                0.3,
                [
                    (1.3498588075760032, -9.447314673432387e-17),
                    (0.574442516811659, -4.7456482573436975e-17),
                    (0.425557483188341, -8.05466865782085e-18),
                    (0.2913126124515909, -6.4602656586469586e-18),
                    (0.9151369618266292, 2.850713922057346e-17),
                    (0.8543552444685271, 4.828698568625145e-17),
                    (0.29552020666133955, 1.8315357276792536e-17),
                    (0.955336489125606, 4.1935600297907467e-17),
                    (0.6179114221889527, -4.172211963776293e-17),
                    (0.3813878154605241, 4.6555030573574275e-18),
                ],
            ),
            (
                -1.7,
                [
                    (0.18268352405273466, -5.430659906894856e-18),
                    (0.1544652650835347, 1.2712828152030675e-17),
                    (0.8455347349164652, 4.2798323079227154e-17),
                    (-0.935409070603099, -6.160665782786146e-18),
                    (0.1250098706334466, 1.1563879227679223e-18),
                    (0.1677860293862659, 1.2518835779606483e-17),
                    (-0.9916648104524686, -5.077812604198573e-17),
                    (-0.12884449429552464, -3.6530675885303595e-18),
                    (0.04456546275854304, 2.6532230165189648e-18),
                    (0.09404907737688693, -2.8808120337943517e-18),
                ],
            ),
            (
                -20.0,
                [
                    (2.061153622438558e-9, -4.19755767595054e-26),
                    (2.0611536181902037e-9, -1.573719952885692e-25),
                    (0.9999999979388464, -3.704475624817485e-17),
                    (-1.0, 8.496708510583178e-18),
                    (1.6993417021166355e-17, 3.5311072107819773e-34),
                    (2.061153620314381e-9, -1.0113320447997458e-25),
                    (-0.9129452507276277, 1.1889007125365703e-17),
                    (0.40808206181339196, 2.5226139669269e-17),
                    (2.7536241186062337e-89, -4.205855543202273e-106),
                    (5.520948362159764e-88, -3.4249648341667627e-104),
                ],
            ),
            (
                30.5,
                [
                    (17619017951355.633, -0.001400339015239068),
                    (0.9999999999999433, -2.4455767978504063e-17),
                    (5.6756852326324e-14, 7.790731367469167e-31),
                    (1.0, -6.442680571985032e-27),
                    (1.2885361143970064e-26, 6.346408970704415e-43),
                    (30.500000000000057, -8.656653448240092e-17),
                    (-0.7931272394572851, -2.2941711215350827e-18),
                    (0.6090559761063562, -4.753894649453199e-17),
                    (1.0, 0.0),
                    (3.97822342728212e-203, 1.8941223329427958e-219),
                ],
            ),
        ];
        for (at, [exp, sigmoid, other, tanh, slope, softplus, sin, cos, distribution, density]) in rows {
            let a = Precise::exact(at);
            close("exp", a.exp(), exp);
            close("ln", Precise(Quad(exp.0, exp.1)).ln() - a + a, (at, 0.0));
            close("sigmoid", a.sigmoid_and_rest().0, sigmoid);
            close("1 - sigmoid", a.sigmoid_and_rest().1, other);
            close("tanh", a.tanh_and_slope().0, tanh);
            close("1 - tanh^2", a.tanh_and_slope().1, slope);
            close("softplus", a.softplus(), softplus);
            close("sin", a.sin_cos().0, sin);
            close("cos", a.sin_cos().1, cos);
            close("distribution", a.normal().0, distribution);
            close("density", a.normal().1, density);
        }
    }

    #[test]
    fn the_second_part_of_an_argument_counts() {
        // ln 2 to 106 bits: e to that power is 2, but e to its nearest f64 is not.
        let two = Precise::integer(2);
        close("e^(ln 2)", two.ln().exp(), (2.0, 0.0));
        assert!(Precise::exact(2.0_f64.ln()).exp().rest() != 0.0);
        close("sqrt(2)^2", two.sqrt() * two.sqrt(), (2.0, 0.0));
        close("ln(1 + e)", Precise::exact(1e-20).ln_1p(), (1e-20, -5e-41));
    }

    #[test]
    fn far_out_the_functions_have_their_limits_and_nothing_panics() {
        let huge = Precise::exact(1e308);
        assert_eq!(huge.sigmoid_and_rest(), (Precise::exact(1.0), Precise::exact(0.0)));
        assert_eq!((-huge).tanh_and_slope(), (Precise::exact(-1.0), Precise::exact(0.0)));
        assert_eq!(huge.softplus(), huge);
        assert_eq!((-huge).softplus(), Precise::exact(0.0));
        assert_eq!(huge.normal(), (Precise::exact(1.0), Precise::exact(0.0)));
        assert_eq!((-huge).exp(), Precise::exact(0.0));
        // More than an f64 holds, less than what is taken for infinite at once.
        assert_eq!(Precise::exact(720.0).exp(), Precise::exact(f64::INFINITY));
        let (sin, cos) = huge.sin_cos();
        close("sin^2 + cos^2", sin * sin + cos * cos, (1.0, 0.0));
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, f64::MIN_POSITIVE, 5e-324] {
            let a = Precise::exact(odd);
            let _ = (
                a.exp(),
                a.ln(),
                a.ln_1p(),
                a.sqrt(),
                a.sigmoid_and_rest(),
                a.tanh_and_slope(),
                a.softplus(),
            );
            let _ = (a.sin_cos(), a.normal(), a.positive_part(), Precise::largest(&[a, a]));
        }
        assert!(Precise::exact(f64::NAN).tanh_and_slope().0.nearest().is_nan());
    }
}
