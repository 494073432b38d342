//! The functions, for one number and without a branch.
//!
//! `e^x = 2^n e^r` with `r = x - n ln 2` at most half of `ln 2`, and `ln(1 + x) = k ln 2 + ln(1 + f)` with `1 + f` between the
//! roots of 1/2 and 2. The polynomials for `(e^r - 1 - r)/r^2` and `(ln(1 + f) - 2s)/s^3`, `s = f/(2 + f)`, in `s^2`, are those
//! of least error there, from Remez' exchange at 200 bits: off by 0.04 roundoffs of `e^r` and 0.02 of `ln(1 + f)`.

use std::f64::consts::LOG2_E;

/// `a b + c`.
#[inline(always)]
pub(super) fn fused<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// `ln 2` in two parts, the first of so few bits that it times an exponent is exact.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];
/// A number this large has no bits behind the point: adding it rounds to an integer, which its last bits show.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
/// The exponent of 1.
const BIAS: f64 = 1023.0;
/// How many bits a number has below its exponent.
const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;

/// `2^n` by the last bits of `n + BIAS + ROUNDING`, for `n` from -1022 to 1024; 1024 gives infinity.
#[inline(always)]
fn power(shifted: f64) -> f64 {
    f64::from_bits(shifted.to_bits() << MANTISSA)
}

/// `e^x = scale[0] (1 + rest) scale[1]`.
struct Parts {
    /// Powers of two that do not overflow or underflow, though their product may.
    scale: [f64; 2],
    /// `e^r - 1`.
    rest: f64,
}

#[inline(always)]
fn parts<const FMA: bool>(x: f64) -> Parts {
    // Beyond these it overflows and underflows. A NaN stays.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let n = fused::<FMA>(x, LOG2_E, ROUNDING) - ROUNDING;
    let exact = fused::<FMA>(-n, LN_2[0], x);
    let r = fused::<FMA>(-n, LN_2[1], exact);
    let left = fused::<FMA>(-n, LN_2[1], exact - r);
    let half = fused::<FMA>(n, 0.5, ROUNDING + BIAS);
    let rest_of_n = n - (half - (ROUNDING + BIAS));
    let scale = [power(half), power(rest_of_n + (ROUNDING + BIAS))];
    let square = r * r;
    let fourth = square * square;
    let pair = |first: f64, second: f64| fused::<FMA>(second, r, first);
    let low = fused::<FMA>(
        pair(0.041_666_666_666_515_45, 0.008_333_333_333_307_222),
        square,
        pair(0.500_000_000_000_001_2, 0.166_666_666_666_667),
    );
    let high = fused::<FMA>(
        pair(2.480_148_995_258_545e-5, 2.755_721_634_019_156_6e-6),
        square,
        pair(0.001_388_888_894_700_653_9, 0.000_198_412_699_173_428_8),
    );
    let top = pair(2.763_127_642_885_534e-7, 2.511_784_781_307_208e-8);
    let bent = fused::<FMA>(fused::<FMA>(top, fourth, high), fourth, low);
    Parts { scale, rest: r + fused::<FMA>(square, bent, left) }
}

/// `e^x`.
#[inline(always)]
pub(super) fn exp<const FMA: bool>(x: f64) -> f64 {
    let Parts { scale, rest } = parts::<FMA>(x);
    (1.0 + rest) * scale[0] * scale[1]
}

/// `a/(sum + left)` with `left` below a roundoff of the sum, given `1/sum`: off by little more than half a unit.
#[inline(always)]
fn quotient<const FMA: bool>(a: f64, sum: f64, left: f64, inverse: f64) -> f64 {
    // Without fused multiply-add the remainder of a quotient is rounded away, and the quotient is to be right by itself.
    let first = if FMA { a * inverse } else { a / sum };
    let remainder = if FMA { first.mul_add(-sum, a) } else { 0.0 };
    let missing = fused::<FMA>(-first, left, remainder);
    fused::<FMA>(missing, inverse, first)
}

/// `(tanh a, 1 - tanh^2 a)`: with `e = e^(-2|a|)`, `(1 - e)/(1 + e)` and `4 e/(1 + e)^2`.
#[inline(always)]
pub(super) fn tanh_and_slope<const FMA: bool>(a: f64) -> (f64, f64) {
    let Parts { scale, rest } = parts::<FMA>(-2.0 * a.abs());
    let e = (1.0 + rest) * scale[0] * scale[1];
    let both = scale[0] * scale[1];
    // 1 - e, without cancellation: where e is near 1 the powers are 1.
    let short = (1.0 - both) - both * rest;
    let sum = 2.0 - short;
    let left = (2.0 - sum) - short;
    let inverse = 1.0 / sum;
    let tanh = quotient::<FMA>(short, sum, left, inverse);
    (tanh.copysign(a), 4.0 * e * inverse * inverse)
}

/// `(sigmoid a, 1 - sigmoid a)`: with `e = e^-|a|`, `1/(1 + e)` and `e/(1 + e)`, the first where `a` is positive.
#[inline(always)]
pub(super) fn sigmoid_and_rest<const FMA: bool>(a: f64) -> (f64, f64) {
    let e = exp::<FMA>(-a.abs());
    let sum = 1.0 + e;
    let large = quotient::<FMA>(1.0, sum, e - (sum - 1.0), 1.0 / sum);
    let small = e * large;
    if a < 0.0 { (small, large) } else { (large, small) }
}

/// `ln(1 + x)` for `0 <= x <= 2^53`. A NaN stays.
#[inline(always)]
pub(super) fn ln_1p<const FMA: bool>(x: f64) -> f64 {
    /// What takes the exponent of the root of 1/2 to that of 1, mantissas left out.
    const ROOT: u64 = 1.0_f64.to_bits() - std::f64::consts::FRAC_1_SQRT_2.to_bits();
    // k + BIAS in the last bits of a number whose other bits are those of 2^52.
    const UNITS: f64 = 4_503_599_627_370_496.0;
    let exponent = ((1.0 + x).to_bits() + ROOT) >> MANTISSA;
    let shifted = f64::from_bits(exponent | UNITS.to_bits());
    let k = shifted - (UNITS + BIAS);
    let inverse_power = power((ROUNDING + BIAS) - k);
    // x - (2^k - 1), exact but for k = 1 and x below 1/2, where it is off by a quarter of a roundoff of the result.
    let f = (x - (power(k + (ROUNDING + BIAS)) - 1.0)) * inverse_power;
    let s = f / (2.0 + f);
    let square = s * s;
    let fourth = square * square;
    let pair = |first: f64, second: f64| fused::<FMA>(second, square, first);
    let low = fused::<FMA>(
        pair(0.285_714_287_424_749_64, 0.222_221_985_634_875_9),
        fourth,
        pair(0.666_666_666_666_673_4, 0.399_999_999_994_143_2),
    );
    let high = fused::<FMA>(
        0.147_961_051_590_112_64,
        fourth,
        pair(0.181_835_648_661_506_95, 0.153_140_358_568_587_9),
    );
    let bent = fused::<FMA>(high, fourth * fourth, low);
    let half = 0.5 * f * f;
    let tail = fused::<FMA>(s, fused::<FMA>(square, bent, half), k * LN_2[1]);
    fused::<FMA>(k, LN_2[0], f - (half - tail))
}

/// `ln(1 + e^a)`, given `e^-|a|`.
#[inline(always)]
pub(super) fn softplus<const FMA: bool>(a: f64) -> f64 {
    let positive = if a < 0.0 { 0.0 } else { a };
    positive + ln_1p::<FMA>(exp::<FMA>(-a.abs()))
}
