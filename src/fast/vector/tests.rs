//! The elementary functions against 106 bits, in the code with fused multiply-add and in that without.

use super::elementary::{exp, ln_1p, sigmoid_and_rest, softplus, tanh_and_slope};
use super::*;
use crate::model::{Activation, Derivatives};
use crate::number::{Precise, Smooth};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The smallest number above 0.
const LEAST: f64 = f64::from_bits(1);

/// Numbers of every size and either sign, dense where the functions bend, and those beside the switch-overs: multiples of half
/// of `ln 2`, where the exponent changes, roots of 2 less 1, and where results overflow, underflow or turn constant.
fn points() -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut points = vec![0.0, LEAST, f64::MIN_POSITIVE, f64::EPSILON, 1e300, f64::MAX];
    for _ in 0..100 {
        points.push(2.0_f64.powf(random.random_range(-1074.0..1024.0)));
        points.push(2.0_f64.powf(random.random_range(-60.0..0.0)));
        points.push(random.random_range(0.0..3.0));
        points.push(random.random_range(0.0..40.0));
        points.push(random.random_range(0.0..760.0));
    }
    let halves = (0..12).map(|k| f64::from(k) * std::f64::consts::LN_2 / 2.0);
    let roots = (-3..4).map(|k| 2.0_f64.powf(f64::from(k) + 0.5) - 1.0);
    for near in halves.chain(roots).chain([22.0, 354.9, 372.6, 708.4, 709.8, 745.2]) {
        points.extend([-1e-9, -1e-16, 0.0, 1e-16, 1e-9].map(|part: f64| near + near * part));
    }
    points.extend(points.clone().iter().map(|point| -point));
    points
}

/// The distance of two numbers beside this one; that of the smallest ones is [`LEAST`].
fn unit(of: f64) -> f64 {
    let exponent = of.abs().max(f64::MIN_POSITIVE).to_bits() >> 52;
    2.0_f64.powi(exponent as i32 - 1023 - 26) * 2.0_f64.powi(-26)
}

/// Holds a function to a bound in units of the last place, and by two of the smallest number where that is none.
fn hold(what: &str, bound: f64, a: f64, found: f64, right: Precise) {
    let nearest = right.nearest();
    let off = if found == nearest && nearest.abs() < 1e-290 { 0.0 } else { right.error_of(found).abs() };
    let beyond = f64::MAX / 2.0;
    let overflows =
        found.abs() == f64::INFINITY && nearest.abs() > beyond && found.signum() == nearest.signum();
    let below = if nearest.abs() < f64::MIN_POSITIVE { 2.0 * LEAST } else { 0.0 };
    assert!(
        found == nearest || overflows && nearest.is_infinite() || off <= bound * unit(nearest) + below,
        "{what} at {a:e}: {found:e} for {nearest:e}, off by {} units",
        off / unit(nearest)
    );
}

/// Every function at one point, in one of the codes.
fn all<const FMA: bool>(a: f64) -> [f64; 7] {
    let ((tanh, slope), (sigmoid, rest)) = (tanh_and_slope::<FMA>(a), sigmoid_and_rest::<FMA>(a));
    [exp::<FMA>(a), tanh, slope, sigmoid, rest, softplus::<FMA>(a), ln_1p::<FMA>(a.abs())]
}

#[test]
fn the_functions_are_within_their_bounds_in_either_code() {
    for a in points() {
        let precise = Precise::exact(a);
        let ((tanh, slope), (sigmoid, rest)) = (precise.tanh_and_slope(), precise.sigmoid_and_rest());
        let logarithm = Precise::exact(a.abs()).ln_1p();
        let right = [precise.exp(), tanh, slope, sigmoid, rest, precise.softplus(), logarithm];
        let names = ["exp", "tanh", "1 - tanh^2", "sigmoid", "1 - sigmoid", "softplus", "ln(1 + x)"];
        for (code, found, bounds) in [
            ("fused", all::<true>(a), [1.0, 2.0, 6.0, 2.0, 2.0, 2.0, 1.5]),
            ("in two roundings", all::<false>(a), [1.0, 2.5, 6.0, 2.5, 2.5, 2.0, 1.5]),
        ] {
            for (((name, bound), found), right) in names.into_iter().zip(bounds).zip(found).zip(right) {
                if name != "ln(1 + x)" || a.abs() <= 2.0_f64.powi(53) {
                    hold(&format!("{name}, {code}"), bound, a, found, right);
                }
            }
        }
    }
}

fn limits<const FMA: bool>() {
    let (up, down) = (f64::INFINITY, f64::NEG_INFINITY);
    assert_eq!([exp::<FMA>(up), exp::<FMA>(down), exp::<FMA>(0.0)], [up, 0.0, 1.0]);
    assert_eq!([tanh_and_slope::<FMA>(up), tanh_and_slope::<FMA>(down)], [(1.0, 0.0), (-1.0, 0.0)]);
    assert_eq!([sigmoid_and_rest::<FMA>(up), sigmoid_and_rest::<FMA>(down)], [(1.0, 0.0), (0.0, 1.0)]);
    assert_eq!([softplus::<FMA>(up), softplus::<FMA>(down)], [up, 0.0]);
    for zero in [0.0_f64, -0.0] {
        assert_eq!(tanh_and_slope::<FMA>(zero).0.to_bits(), zero.to_bits());
        assert_eq!(tanh_and_slope::<FMA>(zero).1, 1.0);
    }
    let nan = f64::NAN;
    let (tanh, slope) = tanh_and_slope::<FMA>(nan);
    let (sigmoid, rest) = sigmoid_and_rest::<FMA>(nan);
    for value in [exp::<FMA>(nan), tanh, slope, sigmoid, rest, softplus::<FMA>(nan), ln_1p::<FMA>(nan)] {
        assert!(value.is_nan());
    }
}

#[test]
fn zeros_infinities_and_nan_give_their_limits() {
    limits::<true>();
    limits::<false>();
}

/// All four slices of an activation.
fn slices(activation: Activation, a: &[f64]) -> [Vec<f64>; 4] {
    let [mut z, mut phi1, mut phi2, mut phi3] = [(); 4].map(|()| a.to_vec());
    activate(activation, &mut z, &mut phi1, &mut phi2, &mut phi3);
    [z, phi1, phi2, phi3]
}

/// The terms of `phi` and its derivatives without their signs, summed, in units of which they are rounded; the argument of the
/// tanh form of GELU moves by its size.
fn sizes(activation: Activation, a: f64) -> [f64; 4] {
    let (s, rest) = Smooth::sigmoid_and_rest(&a);
    let (first, a) = (s * rest, a.abs());
    let slopes = [first, first, first * (1.0 + 6.0 * first)];
    let gated = |s: f64, [g1, g2, g3]: [f64; 3]| [a * s, s + a * g1, 2.0 * g1 + a * g2, 3.0 * g2 + a * g3];
    match activation {
        Activation::Tanh => {
            let (t, q) = Smooth::tanh_and_slope(&a);
            [t, q, 2.0 * t * q, q * (4.0 + 6.0 * q)]
        }
        Activation::Sigmoid => [s, slopes[0], slopes[1], slopes[2]],
        Activation::Softplus => [Activation::Softplus.value(&a), s, first, first],
        Activation::Silu => gated(s, slopes),
        Activation::GeluTanh if a <= 22.0 => {
            let v = 1.6 * a + 0.0714 * a * a * a;
            let (v1, v2, v3) = (1.6 + 0.215 * a * a, 0.43 * a, 0.43);
            let sign = if s < 0.5 { -1.0 } else { 1.0 };
            let (s, rest) = Smooth::sigmoid_and_rest(&(sign * v));
            let f = s * rest;
            let gate = [f * v1, f * (v1 * v1 + v2), f * (2.5 * v1 * v1 * v1 + 3.0 * v1 * v2 + v3)];
            gated(s, gate).map(|size| size * (1.0 + v))
        }
        other => {
            let Derivatives { value, first, second, third } = other.derivatives(&a);
            [value, first, second, third].map(f64::abs)
        }
    }
}

/// A slope is off by six units and a formula by few more. What underflows is multiplied by up to the cube of 22 or by 745.
#[test]
fn every_activation_and_its_derivatives_are_those_of_the_equations_to_106_bits() {
    let points = points();
    let in_vector_code = |activation: &Activation| ![Activation::Gelu, Activation::Sin].contains(activation);
    for activation in Activation::ALL.into_iter().filter(in_vector_code) {
        let found = slices(activation, &points);
        for (at, &a) in points.iter().enumerate() {
            let Derivatives { value, first, second, third } = activation.derivatives(&Precise::exact(a));
            let sizes = sizes(activation, a);
            for (order, right) in [value, first, second, third].into_iter().enumerate() {
                let found = found[order][at];
                let off = right.error_of(found).abs();
                let bound = 10.0 * f64::EPSILON * sizes[order] + 1e4 * LEAST;
                assert!(
                    off <= bound || found == right.nearest(),
                    "{activation}, derivative {order} at {a:e}: {found:e} for {:e}",
                    right.nearest()
                );
            }
        }
    }
}

#[test]
fn activations_at_infinities_and_nan_are_those_of_the_equations() {
    let points = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0];
    for activation in Activation::ALL {
        let found = slices(activation, &points);
        for (at, a) in points.iter().enumerate() {
            let Derivatives { value, first, second, third } = activation.derivatives(a);
            for (order, right) in [value, first, second, third].into_iter().enumerate() {
                let found = found[order][at];
                let same =
                    found.is_nan() && right.is_nan() || (found - right).abs() < 1e-15 || found == right;
                assert!(same, "{activation}, derivative {order} at {a}: {found} for {right}");
            }
        }
    }
}

#[test]
fn an_entry_depends_neither_on_its_place_nor_on_what_else_is_wanted() {
    let points = points();
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    for activation in Activation::ALL {
        let [z, phi1, phi2, phi3] = slices(activation, &points);
        let (mut value, mut slope) = (points.clone(), points.clone());
        activate_only(activation, &mut value);
        assert_eq!(bits(&value), bits(&z), "{activation}");
        value.clone_from(&points);
        activate_once(activation, &mut value, &mut slope);
        assert_eq!((bits(&value), bits(&slope)), (bits(&z), bits(&phi1)), "{activation}");
        for start in [1, 2, 3, 7] {
            let end = start + 13 * start;
            let part = slices(activation, &points[start..end]);
            for (part, all) in part.iter().zip([&z, &phi1, &phi2, &phi3]) {
                assert_eq!(bits(part), bits(&all[start..end]), "{activation}");
            }
        }
    }
}

/// The code that a machine without fused multiply-add runs.
#[test]
fn slices_are_filled_without_fused_multiply_add_too() {
    let (mut found, points) = (points(), points());
    Dispatched(Exp(&mut found)).with_simd(pulp::Scalar::new());
    for (found, a) in found.into_iter().zip(points) {
        assert_eq!(found.to_bits(), exp::<false>(a).to_bits());
    }
}

#[test]
fn a_bias_is_added_to_every_row() {
    let mut matrix = [1.0, 2.0, 3.0, 4.0];
    add_to_rows(&mut matrix, &[10.0, 20.0]);
    add_to_rows(&mut matrix, &[]);
    assert_eq!(matrix, [11.0, 22.0, 13.0, 24.0]);
}
