//! The bounds as functions of a spectrum: every sign of the mean, every size, the cases in which they are attained, and
//! the points at which they have no gradient.

use hsr::model::{Activation, Parameters, Shape};
use hsr::terms::bound::*;
use hsr::terms::bound_gradient::*;
use hsr::terms::{curvatures, samples};
use hsr::witness::Case;
use proptest::collection::vec;
use proptest::prelude::*;

/// Mean and spread of a spectrum, by the closed forms.
fn moments_of(spectrum: &[f64]) -> (f64, f64) {
    let (trace, squared) = (spectrum.iter().sum(), spectrum.iter().map(|value| value * value).sum());
    (mean(trace, spectrum.len()), spread(trace, squared, spectrum.len()))
}

/// The spread is a root of a difference: an error of some roundoffs of the squares becomes one of the root of that.
fn tolerance(spectrum: &[f64]) -> f64 {
    let largest = spectrum.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    spectrum.len() as f64 * largest * (16.0 * f64::EPSILON).sqrt()
}

proptest! {
    #[test]
    fn bounds_hold_on_both_sides_of_any_spectrum(values in vec(-3.0..3.0f64, 1..9), shift in -5.0..5.0f64) {
        let spectrum: Vec<f64> = values.iter().map(|value| value + shift).collect();
        let size = spectrum.len();
        let (m, s) = moments_of(&spectrum);
        let near = tolerance(&spectrum);
        let high = spectrum.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = spectrum.iter().copied().fold(f64::INFINITY, f64::min);
        prop_assert!(high <= ws_upper(m, s, size) + near);
        prop_assert!(m - near <= ws_lower(m, s, size) && ws_lower(m, s, size) <= high + near);
        prop_assert!(lambda_min_lower(m, s, size) <= low + near);
        prop_assert!(low <= lambda_min_upper(m, s, size) + near && lambda_min_upper(m, s, size) <= m + near);
        prop_assert!(high - low <= range_upper(s, size) + near);
        prop_assert!(0.0 <= range_lower(s, size) && range_lower(s, size) <= high - low + near);
    }

    #[test]
    fn bounds_are_attained_by_their_extremal_spectra(center in -3.0..3.0f64, gap in 0.1..3.0f64, size in 2..9usize) {
        let with = |value: f64, count: usize, other: f64| {
            let mut spectrum = vec![other; size];
            spectrum[..count].fill(value);
            let near = tolerance(&spectrum);
            (moments_of(&spectrum), near)
        };
        let ((m, s), near) = with(center + gap, 1, center);
        prop_assert!((ws_upper(m, s, size) - (center + gap)).abs() <= near);
        prop_assert!((lambda_min_upper(m, s, size) - center).abs() <= near);
        let ((m, s), near) = with(center - gap, 1, center);
        prop_assert!((lambda_min_lower(m, s, size) - (center - gap)).abs() <= near);
        prop_assert!((ws_lower(m, s, size) - center).abs() <= near);
        let ((_, s), near) = with(center + gap, size / 2, center);
        prop_assert!((range_lower(s, size) - gap).abs() <= near);
        let mut ends = vec![center; size];
        (ends[0], ends[1]) = (center + gap, center - gap);
        let (_, s) = moments_of(&ends);
        prop_assert!((range_upper(s, size) - 2.0 * gap).abs() <= tolerance(&ends));
    }

    #[test]
    fn the_block_bound_is_the_largest_eigenvalue_of_two_by_two(a in -3.0..3.0f64, b in -3.0..3.0f64, g in 0.0..2.0f64) {
        let matrix = nalgebra::dmatrix![a, g; g, b];
        let eigenvalues = hsr::witness::eigen::eigenvalues(&matrix).unwrap();
        prop_assert!((ws_block(a, b, g * g) - eigenvalues[1]).abs() <= 64.0 * f64::EPSILON * (1.0 + matrix.norm()));
    }
}

#[test]
fn rounding_below_zero_counts_as_zero() {
    assert_eq!(spread(3.0, 3.0 - 1e-12, 3), 0.0);
    let shape = Shape { samples: 1, inputs: 1, hidden: 1, classes: 2, biases: true };
    assert_eq!(ws_reduced(-1.0, 0.0, &shape), 0.0);
}

#[test]
fn a_bound_without_a_gradient_says_why() {
    let shape = Shape { samples: 2, inputs: 1, hidden: 1, classes: 2, biases: true };
    let zero = Parameters::zeros(&shape);
    let size = shape.parameters();
    let of = |error: NoGradient| error.to_string();
    assert!(
        of(spread_gradient(&zero, &zero, 1.0, 0.0, size).unwrap_err())
            .contains("spread s of the Hessian is 0")
    );
    assert!(
        of(ws_upper_gradient(&zero, &zero, 1.0, 0.0, size).unwrap_err()).contains("multiple of the identity")
    );
    assert_eq!(ws_reduced_gradient(&zero, &zero, 0.0, 0.0, &shape).unwrap_err(), NoGradient::Clamped);
    assert_eq!(descent_direction(&zero).unwrap_err(), NoGradient::Stationary);
    assert_eq!(moment_gradients::<f64>(&[], &nalgebra::dmatrix![1.0; 2.0]).unwrap_err(), NoGradient::Empty);

    let case = Case::<f64>::random(shape, Activation::Tanh, 1);
    let v = &case.network.parameters.v;
    let gradients = moment_gradients(&curvatures(&samples(&case.network, &case.batch), v), v).unwrap();
    let block = |hidden: [f64; 2], output: [f64; 2], coupling_squared: f64| {
        let moments = Moments {
            hidden_trace: hidden[0],
            hidden_squared: hidden[1],
            output_trace: output[0],
            output_squared: output[1],
            coupling_squared,
        };
        ws_block_gradient(&moments, &gradients, &shape)
    };
    // Two eigenvalues 1 each: a multiple of the identity; then 0 and 2, in both blocks, without coupling.
    assert!(of(block([2.0, 2.0], [2.0, 4.0], 1.0).unwrap_err()).contains("hidden block"));
    assert!(of(block([2.0, 4.0], [2.0, 2.0], 1.0).unwrap_err()).contains("output block"));
    assert_eq!(block([2.0, 4.0], [2.0, 4.0], 0.0).unwrap_err(), NoGradient::EqualBlocks);
    assert!(block([2.0, 4.0], [2.0, 4.0], 1.0).is_ok());
}

#[test]
fn the_sizes_of_a_network_are_those_of_its_arrays() {
    for (biases, one) in [(true, 1), (false, 0)] {
        let shape = Shape { samples: 5, inputs: 3, hidden: 4, classes: 6, biases };
        assert_eq!(shape.hidden_parameters(), 4 * (3 + one));
        assert_eq!(shape.output_parameters(), 6 * (4 + one));
        assert_eq!(shape.parameters(), 4 * (3 + one) + 6 * (4 + one));
        assert_eq!(shape.null_dimension(), 4 + one);
        assert_eq!(shape.reduced_parameters(), 4 * (3 + one) + 5 * (4 + one));
        assert_eq!(shape.reduced_output_parameters(), 5 * (4 + one));
    }
}
