//! Saddles that are constructed or found are saddles, and what starts beside them is counted until it has left.
#![cfg(feature = "cli")]

use hsr::audit::random_layers;
use hsr::data::DataSet;
use hsr::model::{Activation, Architecture, Batch, Loss, Network};
use hsr::saddles::{Saddle, SaddleSettings, escapes, split_unit, stationary_point};
use hsr::spectrum::{SpectrumSettings, network_extremes};
use hsr::train::{Direction, Method, TrainSettings, fit};
use std::process::Command;

fn iris() -> Batch<f64> {
    DataSet::Iris.load().standardised().batch()
}

fn gradient_norm(network: &Network<f64>, batch: &Batch<f64>) -> f64 {
    let mut gradient = vec![0.0; network.architecture().parameters()];
    Direction::new(Method::Sgd, 1).at(network, Loss::Softmax, batch, 0.0, &mut gradient).unwrap();
    gradient.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}

#[test]
fn a_split_unit_leaves_the_loss_as_it_was_and_a_stationary_point_stationary() {
    let batch = iris();
    let network = random_layers(&Architecture::new(4, &[2, 3], true), &[Activation::Tanh], 5);
    let wider = split_unit(&network, 1, 0.3).unwrap();
    let loss = |network: &Network<f64>| fit(network, Loss::Softmax, &batch).unwrap().loss;
    assert!((loss(&network) - loss(&wider)).abs() < 1e-15);
    assert_eq!(wider.architecture(), Architecture::new(4, &[3, 3], true));
    assert!(split_unit(&network, 2, 0.3).is_none());
    // With wrong labels one unit cannot fit, and has a stationary point.
    let noisy = hsr::data::with_label_noise(&batch, 0.2, 1).unwrap();
    let found = (0..20)
        .map(|seed| random_layers(&Architecture::new(4, &[1, 3], true), &[Activation::Tanh], seed))
        .map(|network| stationary_point(&network, Loss::Softmax, &noisy).unwrap())
        .find(|found| found.is_reached())
        .expect("a stationary point from one of twenty networks");
    assert!((gradient_norm(&found.network, &noisy) - found.gradient_norm).abs() < 1e-15);
    for share in [0.5, 0.3, -1.0, 2.0] {
        let split = split_unit(&found.network, 0, share).unwrap();
        // The gradient of a half is its share of that of the whole, up to the rounding of its sums.
        let most = 4.0 * found.gradient_norm * (1.0 + f64::abs(share)) + 1e-14;
        assert!(gradient_norm(&split, &noisy) <= most, "{share}: {:e}", gradient_norm(&split, &noisy));
    }
}

#[test]
fn every_saddle_is_one_and_each_method_starts_beside_the_same() {
    let iris = DataSet::Iris.load();
    let settings = SaddleSettings {
        methods: vec![Method::Hsr, Method::Sam],
        seeds: 3,
        hidden: vec![2],
        label_noise: 0.2,
        level: 0.99,
        train: TrainSettings { steps: 400, ..TrainSettings::of(Method::Sgd) },
        ..SaddleSettings::default()
    };
    let found = escapes(&iris.batch(), &iris.class_names, &settings).unwrap();
    println!("{}", found.table());
    assert_eq!(found.points.len() + found.absent.len(), 9);
    assert_eq!(found.escapes.len(), 3 * found.points.len());
    let origins = found.points.iter().filter(|point| point.saddle == Saddle::Origin);
    // At the origin the classes are as likely as each other; with wrong labels among them they are not as frequent, so that the biases have a gradient.
    assert!(origins.count() < 3 || found.absent.is_empty());
    assert!(found.points.iter().any(|point| point.saddle != Saddle::Origin), "{}", found.table());
    for point in &found.points {
        assert!(point.lambda_min < 0.0 && point.gradient_norm < 1e-6, "{point:?}");
    }
    assert_eq!(found, escapes(&iris.batch(), &iris.class_names, &settings).unwrap());
}

#[test]
fn the_origin_of_balanced_classes_is_a_saddle_that_descent_leaves() {
    let iris = DataSet::Iris.load();
    let settings = SaddleSettings {
        saddles: vec![Saddle::Origin],
        methods: vec![Method::Hsr],
        seeds: 2,
        strength: Some(0.1),
        level: 0.82,
        ..SaddleSettings::default()
    };
    let found = escapes(&iris.batch(), &iris.class_names, &settings).unwrap();
    assert!(found.absent.is_empty(), "{}", found.table());
    for point in &found.points {
        // A mean of 150 logarithms, each rounded.
        assert!((point.loss - 3.0_f64.ln()).abs() < 150.0 * f64::EPSILON, "{point:?}");
        let ends =
            network_extremes(&point.network, Loss::Softmax, &iris_as_trained(), &SpectrumSettings::default());
        let ends = ends.unwrap();
        assert!(
            (ends.smallest.value - point.lambda_min).abs() < 1e-12 && point.lambda_min < -0.1,
            "{point:?}"
        );
    }
    for run in &found.escapes {
        assert!(run.steps.is_some_and(|steps| steps > 5 && steps < 200), "{run:?}");
    }
    // The steps that are counted are those after which the loss is below the level, and not before.
    let run = found.escapes[0];
    let within = |steps: usize| {
        let settings =
            SaddleSettings { train: TrainSettings { steps, ..settings.train.clone() }, ..settings.clone() };
        escapes(&iris.batch(), &iris.class_names, &settings).unwrap().escapes[0].steps
    };
    assert_eq!(within(run.steps.unwrap()), run.steps);
    assert_eq!(within(run.steps.unwrap() - 1), None);
}

/// All samples, as runs from saddles see them.
fn iris_as_trained() -> Batch<f64> {
    let iris = DataSet::Iris.load();
    let split = hsr::data::Split::of(&iris.batch(), &iris.class_names, Default::default(), 0).unwrap();
    hsr::data::Parts::standardised(&iris.batch(), &split).unwrap().train
}

#[test]
fn the_command_leaves_its_files_and_names_the_option_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let hsr = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_hsr"))
            .arg("saddles")
            .args(arguments)
            .current_dir(folder.path())
            .output();
        let output = output.unwrap();
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), told)
    };
    let (code, told) = hsr(&["--start", "origin", "--seeds", "2", "--steps", "60", "--out", "saddles"]);
    assert_eq!(code, Some(0), "{told}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join("saddles").join(name)).unwrap();
    assert!(
        told.starts_with(&read("tables.txt")) && told.contains("origin: 2 saddles, loss 1.0986"),
        "{told}"
    );
    assert_eq!(read("saddles.csv").lines().count(), 1 + 2 * 3);
    let json: serde_json::Value = serde_json::from_str(&read("saddles.json")).unwrap();
    assert_eq!(json["saddles"]["escapes"].as_array().unwrap().len(), 6);
    let csv = read("saddles.csv");
    let command =
        told.lines().last().unwrap().strip_prefix("hsr saddles ").unwrap().to_string() + " --overwrite";
    let (code, told) = hsr(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(read("saddles.csv"), csv);
    for (arguments, message) in [
        (&["--distance", "0"][..], "--distance is 0: a number above 0 is needed"),
        (&["--distance", "NaN"], "--distance is NaN"),
        (&["--share", "inf"], "--share is inf: a finite number is needed"),
        (&["--level", "1"], "--level is 1: a share above 0 and below 1 is needed"),
        (&["--label-noise", "-1"], "--label-noise is -1"),
        (&["--start", "hill"], "unknown saddle 'hill': choose origin, split or found"),
        (&["--methods", "adam"], "unknown method 'adam'"),
        (&["--strength", "-1"], "lambda is -1"),
        (&["--rate", "0"], "rate is 0"),
        (&["--steps", "0"], "steps is 0"),
        (
            &["--hidden", "1", "--start", "split"],
            "the first hidden layer, of which a unit is split, is 1: 2 units or more is needed",
        ),
        (
            &["--hidden", "600", "--start", "found"],
            "parameters: a stationary point is searched for with up to 600",
        ),
        (&["--data", "none.csv"], "cannot read none.csv"),
    ] {
        let (code, told) = hsr(&[arguments, &["--out", "none"]].concat());
        assert_eq!(code, Some(2), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
        assert!(!folder.path().join("none").exists(), "{arguments:?}");
    }
}
