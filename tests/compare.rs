//! `hsr compare`: the same numbers each time, and one clear error for each fault.
#![cfg(feature = "cli")]

use hsr::compare::{EndPoint, Settings, compare};
use hsr::data::{DataSet, Shares};
use hsr::model::Activation;
use hsr::train::{self, Method};
use std::path::Path;
use std::process::{Command, Output};

fn settings(methods: &[Method], rate: f64) -> Settings {
    Settings {
        methods: methods.to_vec(),
        seeds: 3,
        trials: 3,
        hidden: 4,
        activation: Activation::Tanh,
        biases: true,
        shares: Shares { validation: 0.2, test: 0.2 },
        train: train::Settings { steps: 60, rate, ..train::Settings::of(Method::Sgd) },
    }
}

fn hsr(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hsr"))
        .arg("compare")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn every_method_sees_the_same_grounds_and_the_chosen_strength_is_the_best_by_validation() {
    let iris = DataSet::Iris.load();
    let comparison =
        compare(&iris.batch(), &iris.class_names, &settings(&Method::ALL, 0.1), &|_, _| {}).unwrap();
    assert_eq!(comparison.results.len(), Method::ALL.len());
    let first = |result: &hsr::compare::MethodResult| -> Vec<f64> {
        result.runs.iter().flatten().map(|run| run.records[0].loss).collect()
    };
    for result in &comparison.results {
        assert_eq!(first(result), first(&comparison.results[0]), "{}: other initial points", result.method);
        let mean = |strength: f64| {
            let of = result.trials.iter().filter(|trial| trial.strength == strength);
            of.filter_map(|trial| trial.validation_loss).sum::<f64>()
        };
        for trial in &result.trials {
            assert!(mean(result.strength) <= mean(trial.strength), "{}", result.method);
        }
    }
}

#[test]
fn a_comparison_gives_the_same_numbers_again() {
    let iris = DataSet::Iris.load();
    let run = || {
        let settings = settings(&[Method::Hsr], 0.1);
        let comparison = compare(&iris.batch(), &iris.class_names, &settings, &|_, _| {}).unwrap();
        let runs = comparison.results.into_iter().flat_map(|result| result.runs).flatten();
        runs.map(|run| EndPoint { step_seconds: 0.0, ..run.end }).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

#[test]
fn the_command_leaves_tables_pictures_and_a_page_with_the_command_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = hsr(
        folder.path(),
        &[
            "--methods",
            "hsr",
            "--seeds",
            "2",
            "--trials",
            "1",
            "--steps",
            "20",
            "--hidden",
            "3",
            "--png",
            "--out",
            "study",
        ],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told = text(&output.stdout);
    assert!(
        told.contains("step / sgd") && told.contains("difference from sgd") && told.contains("saddle"),
        "{told}"
    );
    let study = folder.path().join("study");
    for name in
        ["comparison.json", "end-points.csv", "tables.txt", "report.html", "spectra.svg", "tightness.png"]
    {
        assert!(study.join(name).is_file(), "no {name}");
    }
    let page = std::fs::read_to_string(study.join("report.html")).unwrap();
    assert!(page.contains("hsr compare --data iris --methods hsr --seeds 2"), "no command");
    let table = std::fs::read_to_string(study.join("end-points.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 2 * 2);
}

#[test]
fn what_cannot_be_compared_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.csv"), "a,label\n1,x\n2,x\n").unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for (arguments, message) in [
        (&["--data", "one.csv"][..], "at least two classes are needed"),
        (&["--data", "irises"], "unknown data set"),
        (&["--methods", "hrs"], "hrs"),
        (&["--seeds", "0"], "0"),
        (&["--hidden", "0"], "at least one hidden unit"),
        (&["--hidden", "18446744073709551615"], "lower it"),
        (&["--out", "file/study", "--steps", "1"], "file/study"),
        (&["--rate", "1e200", "--steps", "5", "--seeds", "1"], "lower the rate"),
    ] {
        let mut all = arguments.to_vec();
        if !arguments.contains(&"--out") {
            all.extend(["--out", "study"]);
        }
        let output = hsr(folder.path(), &all);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
        assert!(!folder.path().join("study/report.html").exists());
    }
}
