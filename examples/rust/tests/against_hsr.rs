//! The library as a test oracle: its cases, its right values, and how far off each may be.

use hsr::conform::{Case, Draws, Precision, Quantity, expected, judge};
use hsr::model::Activation;
use hsr::number::{Matrix, Vector};
use own_trace::{ThreeLayer, trace};

fn rows(matrix: &Matrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

fn entries(bias: &Option<Vector<f64>>) -> Vec<f64> {
    bias.iter().flatten().copied().collect()
}

fn own(case: &Case) -> f64 {
    let parameters = &case.network.parameters;
    let network = ThreeLayer {
        w: rows(&parameters.w),
        b: entries(&parameters.b),
        v: rows(&parameters.v),
        c: entries(&parameters.c),
    };
    trace(&network, &rows(&case.batch.x), &rows(&case.batch.y))
}

#[test]
fn the_trace_is_right_on_every_case() {
    let draws = Draws {
        activations: vec![Activation::Tanh],
        biases: vec![true],
        max_size: 5,
        cases: 200,
        saturation: 64.0,
        seed: 0,
    };
    for case in (0..200).map(|index| draws.case(index)) {
        let right = &expected(&case, &[Quantity::Trace], Precision::Float64).unwrap()[0];
        let judged = judge(right, &Ok(vec![own(&case)]));
        assert!(judged.is_right(), "{}: {judged:?}", case.shape());
    }
}
