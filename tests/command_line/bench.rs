//! `hsr bench`: what it measures and tells, and that Ctrl-C stops it.

use super::{HOLDS, WRONG_INPUT, hsr, stderr, stdout};
use serde_json::Value;
use std::path::Path;
use std::process::Output;

fn bench(arguments: &str) -> Output {
    hsr(Path::new("."), &[&["bench"], &arguments.split(' ').collect::<Vec<_>>()[..]].concat())
}

fn report(arguments: &str) -> Value {
    let output = bench(&format!("{arguments} --json"));
    assert_eq!(output.status.code(), HOLDS, "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The runs of something, whose median, least and most must be theirs.
fn runs(spread: &Value, count: usize) -> Vec<f64> {
    let runs = numbers(&spread["runs"]);
    assert_eq!(runs.len(), count, "{spread}");
    let mut sorted = runs.clone();
    sorted.sort_by(f64::total_cmp);
    let told = ["least", "median", "most"].map(|name| spread[name].as_f64().unwrap());
    assert_eq!(told, [sorted[0], sorted[count / 2], sorted[count - 1]], "{spread}");
    assert!(sorted[0] > 0.0, "{spread}");
    runs
}

#[test]
fn every_quantity_is_measured_on_each_number_of_threads() {
    let all = "--measure value,gradient,products,training --threads 1,2 --runs 3 --seed 7";
    for (widths, route) in [("3-4-2", true), ("3-4-3-2", false), ("3-2", false)] {
        let report = report(&format!("--samples 12 --widths {widths} {all}"));
        let rows = report["shapes"].as_array().unwrap();
        let told: Vec<&Value> = rows.iter().map(|row| &row["threads"]).collect();
        assert_eq!(told, [1, 2], "{report}");
        for row in rows {
            let [_, gradient, products] = ["value", "gradient", "products"].map(|name| runs(&row[name], 3));
            let ratios: Vec<f64> = gradient.iter().zip(&products).map(|(own, other)| own / other).collect();
            assert_eq!(runs(&row["ratio"], 3), ratios, "each ratio is that of a round");
            assert_eq!(row["route"].is_string(), route, "{row}");
            assert!(row["plan"].as_str().unwrap().starts_with("N=12 "), "{row}");
            assert!(row["multiplications"].as_f64().unwrap() > 100.0, "{row}");
        }
        let training = report["training"].as_array().unwrap();
        let methods: Vec<&Value> = training.iter().map(|row| &row["method"]).collect();
        assert_eq!(methods, ["sgd", "hsr", "sam", "sgd", "hsr", "sam"]);
        training.iter().for_each(|row| drop(runs(&row["steps_per_second"], 3)));
        assert_eq!((&report["seed"], &report["runs"]), (&Value::from(7), &Value::from(3)));
        let machine = &report["machine"];
        assert!(machine["cores"].as_u64() > Some(0) && machine["processor"].is_string(), "{machine}");
    }
}

#[test]
fn a_shape_by_its_name_is_measured_as_it_is_asked_for_and_told_as_a_table() {
    let report = report("--shape iris --shape iris --measure gradient,gradient --threads 1,1 --runs 1");
    let rows = report["shapes"].as_array().unwrap();
    let [row] = &rows[..] else { panic!("{report}") };
    assert_eq!((&row["name"], numbers(&row["widths"])), (&Value::from("iris"), vec![4.0, 16.0, 3.0]));
    assert_eq!(row["parameters"], 131);
    runs(&row["gradient"], 1);
    for other in ["value", "products", "ratio"] {
        assert!(row[other].is_null(), "{row}");
    }
    assert_eq!(report["training"], Value::Array(Vec::new()));

    let output = bench("--samples 12 --widths 3-4-3-2 --measure gradient,training --threads 1 --runs 2");
    assert_eq!(output.status.code(), HOLDS, "{}", stderr(&output));
    let text = stdout(&output);
    for part in
        [" cores, ", "2 runs in turn, seed 0", "12, 3-4-3-2", "by blocks", "and gradient", "hsr ", "sam "]
    {
        assert!(text.contains(part), "no '{part}' in {text}");
    }
    let row = text.lines().find(|line| line.contains("12, 3-4-3-2")).unwrap();
    assert!(row.contains(" by blocks "), "{text}");
    assert!(text.contains("own by blocks: layers 1 and 1: "), "{text}");
    assert!(!text.contains("products") && !text.contains("value "), "{text}");
}

#[test]
fn what_cannot_be_measured_is_one_clear_error() {
    for (arguments, message) in [
        ("--shape irises", "possible values: iris, small, wide, digits, deep-small, deep-wide"),
        ("--samples 10", "--widths"),
        ("--widths 4-3", "--samples"),
        ("--samples 10 --widths 4-3 --shape iris", "cannot be used with"),
        ("--samples 0 --widths 4-3", "'0' is no whole number from 1 to 10000000"),
        ("--samples 10 --widths 64,32,10", "'64,32,10' are no widths, such as 784-128-10"),
        ("--samples 10 --widths 4-8-1", "at least two classes"),
        ("--measure speed", "possible values: value, gradient, products, training"),
        ("--threads 0", "'0' is no whole number from 1 to 1024"),
        ("--runs 0", "'0' is no whole number from 1 to 10000"),
        ("--seed x", "'x' is no whole number"),
        (
            "--samples 10000000 --widths 100000-4-2",
            "a network and data of the sizes 10000000, 100000-4-2 would take 8000.2 GB, and ",
        ),
        ("--samples 10 --widths 100000-100000-100000-2", "would take "),
        ("--samples 1000000 --widths 4-50000-1000", "would take "),
    ] {
        let output = bench(arguments);
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments}: {}", stdout(&output));
        assert!(stderr(&output).contains(message), "expected '{message}' in: {}", stderr(&output));
        assert!(output.stdout.is_empty() && !stderr(&output).contains("panicked"), "{}", stderr(&output));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_stops_it_with_a_word_and_no_report() {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    // The one is stopped at a tile, the other, which has none, after a run; each has minutes of runs.
    for measure in ["gradient", "products"] {
        let long = "bench --samples 500 --widths 64-24-10 --runs 1000 --json --measure";
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsr"));
        command.args(long.split(' ')).arg(measure).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it was stopped");
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stdout(&output)), (WRONG_INPUT, String::new()));
        assert_eq!(stderr(&output), "hsr: stopped before the end\n");
    }
}
