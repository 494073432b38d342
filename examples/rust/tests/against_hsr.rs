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
    let [hidden, output] = &case.network.layers.0[..] else { panic!("one hidden layer is drawn") };
    let network =
        ThreeLayer { w: rows(&hidden.w), b: entries(&hidden.b), v: rows(&output.w), c: entries(&output.b) };
    trace(&network, &rows(&case.batch.x), &rows(&case.batch.y))
}

#[test]
fn the_trace_is_right_on_every_case() {
    let draws = Draws { activations: vec![Activation::Tanh], biases: vec![true], ..Draws::default() };
    for case in (0..200).map(|index| draws.case(index)) {
        let right = &expected(&case, &[Quantity::Trace], Precision::Float64).unwrap()[0];
        let judged = judge(right, &Ok(vec![own(&case)]));
        assert!(judged.is_right(), "{case}: {judged:?}");
    }
}
