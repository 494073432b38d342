//! The spectrum: the fast product against the equation, Krylov against the dense matrix, and both against nalgebra on
//! the Hessian of the closed blocks.
#![cfg(feature = "cli")]

use hsr::audit::{random_network, train};
use hsr::data::DataSet;
use hsr::io::{Array, read_vector, write_npz};
use hsr::model::{Activation, Batch, Parameters, Shape, ThreeLayer};
use hsr::number::{Matrix, Rounded};
use hsr::spectrum::{
    Extremes, HessianProduct, SpectrumError, SpectrumMethod, SpectrumSettings, extremes, loss_along, spectrum,
};
use hsr::terms::{curvatures, hessian, samples};
use hsr::witness::eigen::eigenvalues;
use proptest::collection::vec;
use proptest::prelude::*;
use std::process::Command;

fn krylov() -> SpectrumSettings {
    SpectrumSettings::default().with_method(SpectrumMethod::Krylov)
}

/// A random network on a data set, with the data.
fn network(data: DataSet, hidden: usize, activation: Activation) -> (ThreeLayer<f64>, Batch<f64>) {
    let batch = data.load().standardised().batch();
    (network_for(&batch, hidden, activation), batch)
}

fn network_for(batch: &Batch<f64>, hidden: usize, activation: Activation) -> ThreeLayer<f64> {
    let (samples, inputs) = batch.x.shape();
    let shape = Shape { samples, inputs, hidden, classes: batch.y.ncols(), biases: true };
    random_network(&shape, activation, 3)
}

/// The Hessian from the closed blocks.
fn dense(network: &ThreeLayer<f64>, batch: &Batch<f64>) -> Matrix<f64> {
    hessian::hessian(&curvatures(&samples(network, batch), &network.parameters.v))
}

fn direction(size: usize) -> Vec<f64> {
    (0..size).map(|i| ((i * i + 3) as f64 * 0.7).sin()).collect()
}

/// What a product may be off by: the running bound of the same equation, and as much for another order of its sums.
#[track_caller]
fn assert_product_is_the_equation(network: &ThreeLayer<f64>, batch: &Batch<f64>) {
    let shape = network.shape(batch.samples());
    let direction = direction(shape.parameters());
    let mut product = HessianProduct::new(network, batch).unwrap();
    let mut image = vec![0.0; direction.len()];
    product.apply(&direction, &mut image).unwrap();
    let rounded = samples(&network.map(Rounded::exact), &batch.map(Rounded::exact));
    let flat: Vec<Rounded> = direction.iter().copied().map(Rounded::exact).collect();
    let v = network.parameters.v.map(Rounded::exact);
    let closed = hessian::hessian_times(&rounded, &v, &Parameters::from_flat(&shape, &flat).unwrap()).flat();
    for (index, (fast, closed)) in image.iter().zip(&closed).enumerate() {
        let apart = (fast - closed.value).abs();
        let name = shape.parameter_name(index);
        assert!(apart <= 2.0 * closed.error, "{name}: {fast:e} and {closed:?} of {shape}");
    }
}

/// The ends that Krylov finds are those of the dense matrix, as far as its residuals say and rounding allows.
#[track_caller]
fn assert_ends_are_those_of(found: &Extremes, h: &Matrix<f64>) {
    let expected = eigenvalues(h).unwrap();
    let tolerance = 10.0 * h.nrows() as f64 * f64::EPSILON * h.norm();
    let ends = [(&found.smallest, expected[0]), (&found.largest, expected[expected.len() - 1])];
    for (found, expected) in ends {
        let apart = (found.value - expected).abs();
        assert!(apart <= found.residual + tolerance, "{} and {expected}, {}", found.value, found.residual);
        let image = h * Matrix::from_column_slice(found.vector.len(), 1, &found.vector);
        let residual = image - Matrix::from_column_slice(found.vector.len(), 1, &found.vector) * found.value;
        assert!((residual.norm() - found.residual).abs() <= tolerance, "{residual:?}");
        let length: f64 = found.vector.iter().map(|entry| entry * entry).sum();
        assert!((length - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_fast_product_is_the_equation() {
    for activation in Activation::ALL {
        let (network, batch) = network(DataSet::Digits, 7, activation);
        assert_product_is_the_equation(&network, &batch);
    }
}

#[test]
fn krylov_finds_the_ends_of_the_dense_matrix_at_random_and_trained_networks() {
    for (data, hidden) in [(DataSet::Iris, 12), (DataSet::Wine, 10), (DataSet::BreastCancer, 8)] {
        for activation in [Activation::Tanh, Activation::Sigmoid] {
            let (random, batch) = network(data, hidden, activation);
            for network in [train(&random, &batch), random] {
                let h = dense(&network, &batch);
                assert_ends_are_those_of(&extremes(&network, &batch, &krylov()).unwrap(), &h);
                let small = extremes(&network, &batch, &krylov().with_subspace(16)).unwrap();
                assert!(small.products > 18, "{} products: it was never restarted", small.products);
                assert_ends_are_those_of(&small, &h);
                let found = extremes(&network, &batch, &SpectrumSettings::default()).unwrap();
                assert_eq!(found.method, SpectrumMethod::Dense);
                assert_ends_are_those_of(&found, &h);
            }
        }
    }
}

#[test]
fn all_eigenvalues_are_those_of_the_closed_blocks_on_digits() {
    let batch = DataSet::Digits.load().subset(300, 1).unwrap().standardised().batch();
    let random = network_for(&batch, 6, Activation::Tanh);
    let network = train(&random, &batch);
    let h = dense(&network, &batch);
    let found = spectrum(&network, &batch).unwrap();
    let expected = eigenvalues(&h).unwrap();
    assert_eq!(found.values.len(), expected.len());
    for (found_value, expected) in found.values.iter().zip(&expected) {
        assert!((found_value - expected).abs() <= found.tolerance);
    }
    let negative = expected.iter().filter(|value| **value < -found.tolerance).count();
    assert_eq!(found.negative(), negative);
    assert!(negative > 0, "after 200 steps there are still directions of negative curvature");
    assert_ends_are_those_of(&extremes(&network, &batch, &krylov()).unwrap(), &h);
}

#[test]
fn above_three_thousand_parameters_residuals_hold_by_the_equation() {
    let batch = DataSet::Digits.load().subset(400, 1).unwrap().standardised().batch();
    let network = network_for(&batch, 48, Activation::Tanh);
    let shape = network.shape(batch.samples());
    assert!(shape.parameters() > 3000);
    let found = extremes(&network, &batch, &SpectrumSettings::default()).unwrap();
    assert_eq!(found.method, SpectrumMethod::Krylov);
    let samples = samples(&network, &batch);
    let times = |vector: &[f64]| {
        let direction = Parameters::from_flat(&shape, vector).unwrap();
        hessian::hessian_times(&samples, &network.parameters.v, &direction).flat()
    };
    for end in [&found.smallest, &found.largest] {
        let image = times(&end.vector);
        let residual: f64 = image.iter().zip(&end.vector).map(|(a, v)| (a - end.value * v).powi(2)).sum();
        assert!(residual.sqrt() < 2e-8 * found.largest.value, "{residual:e}");
    }
    let any = direction(shape.parameters());
    let quotient: f64 = any.iter().zip(times(&any)).map(|(v, image)| v * image).sum::<f64>()
        / any.iter().map(|v| v * v).sum::<f64>();
    assert!(found.smallest.value < quotient && quotient < found.largest.value);
    assert!(found.smallest.value < 0.0, "a random network is a saddle");
    let again = extremes(&network, &batch, &SpectrumSettings::default().with_seed(9)).unwrap();
    assert!((again.largest.value - found.largest.value).abs() < 1e-9 * found.largest.value);
    assert!((again.smallest.value - found.smallest.value).abs() < 1e-9 * found.largest.value);
    let all = spectrum(&network, &batch).unwrap_err().to_string();
    assert!(all.contains("3610 parameters") && all.contains("Krylov"), "{all}");
}

#[test]
fn a_hessian_of_zero_has_ends_of_zero() {
    let parameters = Parameters {
        w: Matrix::from_element(2, 2, 0.5),
        b: Some(vec![0.0, 0.1].into()),
        v: Matrix::from_element(2, 2, 0.3),
        c: Some(vec![2000.0, 0.0].into()),
    };
    let network = ThreeLayer::new(parameters, Activation::Tanh).unwrap();
    let x = Matrix::from_row_slice(2, 2, &[1.0, 2.0, -1.0, 0.5]);
    let batch = Batch::from_labels(x, &[0, 0], 2).unwrap();
    for settings in [krylov(), SpectrumSettings::default()] {
        let found = extremes(&network, &batch, &settings).unwrap();
        let numbers =
            [found.smallest.value, found.smallest.residual, found.largest.value, found.largest.residual];
        assert_eq!(numbers, [0.0; 4]);
    }
    assert_eq!(spectrum(&network, &batch).unwrap().negative(), 0);
}

#[test]
fn the_loss_along_an_eigenvector_bends_by_its_eigenvalue() {
    let (network, batch) = network(DataSet::Wine, 5, Activation::Sigmoid);
    let found = extremes(&network, &batch, &SpectrumSettings::default()).unwrap();
    for end in [&found.smallest, &found.largest] {
        let step = 1e-3;
        let losses = loss_along(&network, &batch, &end.vector, &[-step, 0.0, step]).unwrap();
        let second = (losses[0] - 2.0 * losses[1] + losses[2]) / (step * step);
        // The fourth derivative times step^2/12, and roundoff over step^2.
        assert!((second - end.value).abs() < 1e-5 * found.largest.value + 1e-9, "{second} {}", end.value);
    }
}

#[test]
fn each_wrong_input_is_one_clear_error() {
    let (network, batch) = network(DataSet::Iris, 30, Activation::Tanh);
    let few = krylov().with_products(1).with_tolerance(1e-300).with_subspace(20);
    let error = extremes(&network, &batch, &few).unwrap_err();
    assert!(matches!(error, SpectrumError::NotConverged { products: 20, .. }), "{error}");
    assert!(error.to_string().contains("allow more products"), "{error}");

    let nan = extremes(&network, &batch, &krylov().with_tolerance(f64::NAN)).unwrap_err();
    assert!(nan.to_string().contains("the tolerance is NaN"), "{nan}");

    let (_, wine) = self::network(DataSet::Wine, 2, Activation::Tanh);
    let error = extremes(&network, &wine, &SpectrumSettings::default()).unwrap_err();
    assert!(error.to_string().contains("X has 13 columns"), "{error}");

    let mut product = HessianProduct::new(&network, &batch).unwrap();
    let error = product.apply(&[0.0; 3], &mut [0.0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "a direction has 3 entries: this network has 243 parameters");
    let error = loss_along(&network, &batch, &[1.0], &[0.0]).unwrap_err().to_string();
    assert_eq!(error, "a direction has 1 entries: this network has 243 parameters");

    let mut large = network.clone();
    large.parameters.v *= 1e200;
    large.activation = Activation::Identity;
    for settings in [krylov(), SpectrumSettings::default()] {
        let found = extremes(&large, &batch, &settings);
        let is_finite = |found: &Extremes| found.largest.value.is_finite();
        assert!(found.as_ref().map_or(true, is_finite), "{found:?}");
    }
}

#[test]
fn the_command_prints_and_writes_what_the_library_finds() {
    let (network, batch) = network(DataSet::Iris, 4, Activation::Tanh);
    let folder = tempfile::tempdir().unwrap();
    let Parameters { w, b, v, c } = &network.parameters;
    let biases = [("b", b.as_ref().unwrap().into()), ("c", c.as_ref().unwrap().into())];
    let [b, c] = biases;
    let arrays: [(&str, Array); 4] = [("W", w.into()), b, ("V", v.into()), c];
    write_npz(folder.path().join("net.npz"), &arrays).unwrap();
    write_npz(folder.path().join("data.npz"), &[("X", (&batch.x).into()), ("Y", (&batch.y).into())]).unwrap();
    let run = |more: &[&str]| {
        let arguments = ["spectrum", "--network", "net.npz", "--data", "data.npz", "--activation", "tanh"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsr"));
        command.args(arguments).args(more).current_dir(folder.path()).output().unwrap()
    };
    let found = extremes(&network, &batch, &SpectrumSettings::default()).unwrap();
    let output = run(&["--json", "--out", "spectrum.npz"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["lambda_max"].as_f64(), Some(found.largest.value));
    assert_eq!(json["eigenvalues"].as_array().map(Vec::len), Some(35));
    assert_eq!(json["negative"].as_u64(), found.all.as_ref().map(|all| all.negative() as u64));
    let written = read_vector(folder.path().join("spectrum.npz"), "eigenvalues", "(D,)").unwrap();
    assert_eq!(Some(written), found.all.map(|all| all.values));
    let table = String::from_utf8(run(&["--krylov"]).stdout).unwrap();
    assert!(table.contains("D=35 krylov") && table.contains("lambda_max"), "{table}");
    assert_eq!(run(&["--krylov", "--dense"]).status.code(), Some(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_small_network_has_the_ends_of_its_dense_matrix(
        (count, inputs, hidden, classes) in (1..12usize, 1..5usize, 1..8usize, 2..5usize),
        (biases, activation) in (any::<bool>(), prop::sample::select(Activation::ALL.to_vec())),
        scale in prop::sample::select(vec![0.0, 0.1, 1.0, 5.0]),
        values in vec(-2.0..2.0f64, 200),
    ) {
        let shape = Shape { samples: count, inputs, hidden, classes, biases };
        let mut draws = values.iter().cycle().enumerate().map(|(i, value)| value + (i as f64).sin());
        let mut next = |length: usize| -> Vec<f64> { draws.by_ref().take(length).collect() };
        let theta: Vec<f64> = next(shape.parameters()).iter().map(|entry| scale * entry).collect();
        let network = ThreeLayer { parameters: Parameters::from_flat(&shape, &theta).unwrap(), activation };
        let x = Matrix::from_row_slice(count, inputs, &next(count * inputs));
        let labels: Vec<i64> = (0..count).map(|n| (n % classes) as i64).collect();
        let batch = Batch::from_labels(x, &labels, classes).unwrap();
        assert_product_is_the_equation(&network, &batch);
        let h = dense(&network, &batch);
        assert_ends_are_those_of(&extremes(&network, &batch, &krylov().with_subspace(24)).unwrap(), &h);
        assert_ends_are_those_of(&extremes(&network, &batch, &SpectrumSettings::default()).unwrap(), &h);
    }
}
