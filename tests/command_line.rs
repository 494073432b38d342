//! The command as a user meets it: outputs, exit codes, and one clear error for each wrong input.
#![cfg(feature = "cli")]

#[path = "command_line/any_depth.rs"]
mod any_depth;
#[path = "command_line/bench.rs"]
mod bench;
#[path = "command_line/formats.rs"]
mod formats;
#[path = "command_line/layouts.rs"]
mod layouts;
#[path = "command_line/pages.rs"]
mod pages;

use hsr::io::{Array, read_batch, read_network, read_vector, write_npz};
use hsr::model::Activation;
use hsr::oracle::{Wanted, answer};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HOLDS: Option<i32> = Some(0);
const WRONG_INPUT: Option<i32> = Some(2);

fn hsr(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hsr")).args(arguments).current_dir(folder).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn matrix(rows: usize, columns: usize, values: &[f64]) -> Array {
    Array { shape: vec![rows, columns], values: values.to_vec() }
}

/// The arrays of a file, with their names.
type Arrays = Vec<(&'static str, Array)>;

/// A network of two inputs, two hidden units and two classes, and data for it.
fn well_formed() -> (Arrays, Arrays) {
    let network = vec![
        ("W", matrix(2, 2, &[0.5, -0.25, 1.0, 0.75])),
        ("b", Array::vector(&[0.1, -0.2])),
        ("V", matrix(2, 2, &[1.0, -1.0, 0.5, 0.25])),
        ("c", Array::vector(&[0.0, 0.3])),
    ];
    let data = vec![
        ("X", matrix(3, 2, &[1.0, 2.0, -0.5, 0.25, 0.0, 1.5])),
        ("Y", matrix(3, 2, &[1.0, 0.0, 0.25, 0.75, 0.0, 1.0])),
    ];
    (network, data)
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(network: &[(&str, Array)], data: &[(&str, Array)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_npz(folder.path().join("net.npz"), network).unwrap();
        write_npz(folder.path().join("data.npz"), data).unwrap();
        Files { folder }
    }

    fn oracle(&self, more: &[&str]) -> Output {
        let mut arguments = vec!["oracle", "--network", "net.npz", "--data", "data.npz"];
        if !more.contains(&"--activation") {
            arguments.extend(["--activation", "tanh"]);
        }
        arguments.extend(more);
        hsr(self.folder.path(), &arguments)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The oracle must refuse with exit code 2, say this, and write nothing.
    fn refuses(&self, more: &[&str], message: &str) {
        let mut arguments = more.to_vec();
        arguments.extend(["--out", "answer.npz"]);
        let output = self.oracle(&arguments);
        let text = stderr(&output);
        assert_eq!(output.status.code(), WRONG_INPUT, "{text}");
        assert!(text.contains(message), "expected '{message}' in: {text}");
        assert!(!text.contains("panicked"), "{text}");
        assert!(!self.path("answer.npz").exists(), "something was written");
    }
}

/// The well-formed files with one array replaced, added or, with `None`, taken away.
fn with(array: &'static str, value: Option<Array>) -> Files {
    let (mut network, mut data) = well_formed();
    let list = if ["X", "Y", "y"].contains(&array) { &mut data } else { &mut network };
    list.retain(|(name, _)| *name != array);
    list.extend(value.map(|value| (array, value)));
    Files::new(&network, &data)
}

#[test]
fn an_audit_runs_on_every_data_set_without_biases_and_on_files() {
    let folder = tempfile::tempdir().unwrap();
    let csv: String = (0..12).map(|n| format!("{},{},{}\n", n % 5, (n * n) % 7, ["a", "b"][n % 2])).collect();
    fs::write(folder.path().join("own.csv"), csv).unwrap();
    let (_, data) = well_formed();
    write_npz(folder.path().join("own.npz"), &data).unwrap();
    let embedded = hsr::data::DataSet::ALL.map(hsr::data::DataSet::name);
    for data in embedded.into_iter().chain(["own.csv", "own.npz"]) {
        let samples: &[&str] = if data.ends_with(".npz") { &[] } else { &["--samples", "12"] };
        let mut arguments = vec!["audit", "--data", data, "--hidden", "2", "--no-bias", "--points", "1"];
        arguments.extend(samples);
        let output = hsr(folder.path(), &arguments);
        assert_eq!(output.status.code(), HOLDS, "{data}: {}{}", stdout(&output), stderr(&output));
        assert!(stdout(&output).contains("do not apply to this network"));
    }
}

#[test]
fn an_audit_holds_for_every_activation() {
    let folder = tempfile::tempdir().unwrap();
    for activation in hsr::model::Activation::ALL {
        let name = activation.name();
        let arguments = ["audit", "--samples", "15", "--hidden", "2", "--activation", name, "--points", "1"];
        let output = hsr(folder.path(), &arguments);
        assert_eq!(output.status.code(), HOLDS, "{name}: {}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn a_report_is_written_as_json_and_junit() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["audit", "--samples", "9", "--hidden", "2", "--only", "t_gn"];
    let output = hsr(folder.path(), &[&small[..], &["--format", "json"]].concat());
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["holds"], true);
    assert_eq!(report["equations"][0]["name"], "t_gn");
    assert_eq!(report["equations"].as_array().unwrap().len(), 1);
    assert!(report["equations"][0]["exact"]["log10_probability"].as_f64().unwrap() < -18.0);

    let output = hsr(folder.path(), &[&small[..], &["--format", "junit", "--out", "report.xml"]].concat());
    assert_eq!(output.status.code(), HOLDS);
    let xml = fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(xml.contains("<testcase name=\"t_gn\"") && xml.contains("failures=\"0\""), "{xml}");
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let folder = tempfile::tempdir().unwrap();
    let run = |seed: &str| {
        let arguments = ["audit", "--samples", "9", "--hidden", "2", "--seed", seed, "--format", "json"];
        let mut report: serde_json::Value =
            serde_json::from_str(&stdout(&hsr(folder.path(), &arguments))).unwrap();
        assert_eq!(report["seed"].as_u64().unwrap().to_string(), seed);
        for varying in ["seconds", "summary", "seed"] {
            report[varying].take();
        }
        report
    };
    assert_eq!(run("5"), run("5"));
    assert_ne!(run("5"), run("6"));
}

#[test]
fn an_audit_that_cannot_run_says_why() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, message) in [
        (&["--only", "t_gm"][..], "no equation is named 't_gm'; the nearest is 't_gn'"),
        (&["--data", "irises"], "unknown data set 'irises': choose iris, wine, breast-cancer or digits"),
        (&["--data", "none.csv"], "cannot read none.csv"),
        (&["--hidden", "0"], "--hidden is 0"),
        (&["--hidden", "100000"], "lower --hidden"),
        (&["--samples", "1000"], "1000 samples are asked for but the data has 150: ask for 150 or fewer"),
        (&["--points", "0"], "'0' is no whole number from 1 to 65535"),
        (
            &["--activation", "swish"],
            "choose sigmoid, tanh, softplus, gelu, silu, sin, identity, gelu-tanh, relu or leaky-relu",
        ),
        (&["--out", "no/such/folder/report.txt", "--samples", "9", "--only", "mean"], "cannot write"),
    ] {
        let output = hsr(folder.path(), &[&["audit"], arguments].concat());
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments:?}: {}", stdout(&output));
        assert!(stderr(&output).contains(message), "expected '{message}' in: {}", stderr(&output));
    }
}

#[test]
fn the_oracle_prints_the_scalars_and_writes_every_array() {
    let (network, data) = well_formed();
    let files = Files::new(&network, &data);
    // One thread on either side: their number changes the rounding.
    let network = read_network(files.path("net.npz"), Activation::Tanh).unwrap();
    let batch = read_batch(files.path("data.npz"), None).unwrap();
    let path = hsr::oracle::Path::Fast { route: None, threads: 1 };
    let wanted = Wanted::default().by(path).with_terms().with_spectrum().with_hessian().with_layers();
    let expected = answer(&network, &batch, wanted).unwrap();

    let one = ["--threads", "1", "--terms"];
    let printed = stdout(&files.oracle(&one));
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&files.oracle(&[&one[..], &["--json"]].concat()))).unwrap();
    for (scalar, value) in expected.printed_scalars() {
        let name = scalar.name();
        assert_eq!(json[name].as_f64(), Some(value), "{name}");
        let row = printed.lines().find(|line| line.split_whitespace().next() == Some(name));
        let shown: f64 = row
            .unwrap_or_else(|| panic!("no {name} in {printed}"))
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        assert!((shown - value).abs() <= 1e-9 * value.abs(), "{name}: {shown} for {value}");
    }

    let all = ["--out", "answer.npz", "--spectrum", "--hessian"];
    let output = files.oracle(&[&one[..], &all].concat());
    assert_eq!(output.status.code(), HOLDS, "{}", stderr(&output));
    let archive = zip::ZipArchive::new(fs::File::open(files.path("answer.npz")).unwrap()).unwrap();
    let written: BTreeSet<String> = archive.file_names().map(|name| name.unwrap().to_string()).collect();
    let digits = expected.digit_arrays().into_iter().map(|(name, _)| name);
    let arrays = expected.arrays();
    let names = arrays.iter().map(|(name, _)| name.to_string()).chain(digits);
    assert_eq!(written, names.map(|name| format!("{name}.npy")).collect());
    let vectors = arrays.iter().filter(|(_, array)| array.shape.len() == 1);
    for (name, array) in vectors {
        assert_eq!(read_vector(files.path("answer.npz"), name, "(D,)").unwrap(), array.values, "{name}");
    }
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    with("W", Some(matrix(2, 3, &[0.0; 6]))).refuses(&[], "W is 2x3 but X has 2 columns");
    with("V", Some(matrix(2, 3, &[0.0; 6]))).refuses(&[], "W is 2x2 but V is 2x3");
    with("V", Some(matrix(3, 2, &[0.0; 6]))).refuses(&[], "V is 3x2 but c is of length 2");
    let (network, data) = well_formed();
    let three_classes = [network[0].clone(), ("V", matrix(3, 2, &[0.0; 6]))];
    Files::new(&three_classes, &data).refuses(&[], "V is 3x2 but Y has 2 columns");
    let one_output = [network[0].clone(), ("V", matrix(1, 2, &[0.0; 2]))];
    Files::new(&one_output, &data)
        .refuses(&[], "it needs at least two classes, and multi-label takes one logit");
    with("b", Some(Array::vector(&[0.0; 3]))).refuses(&[], "b is of length 3");
    with("c", Some(Array::vector(&[0.0; 3]))).refuses(&[], "c is of length 3");
    with("Y", Some(matrix(2, 2, &[1.0, 0.0, 0.0, 1.0]))).refuses(&[], "X has 3 rows but Y has 2");
    with("W", Some(Array::vector(&[0.0; 4]))).refuses(&[], "W has shape");
}

#[test]
fn one_bias_without_the_other_is_refused() {
    with("b", None).refuses(&[], "c is given but b is not");
    with("c", None).refuses(&[], "b is given but c is not");
}

#[test]
fn targets_that_are_no_probabilities_are_named() {
    with("Y", Some(matrix(3, 2, &[1.0, 0.0, 0.5, 0.6, 0.0, 1.0]))).refuses(&[], "row 1 of Y sums to 1.1");
    with("Y", Some(matrix(3, 2, &[1.0, 0.0, 1.5, -0.5, 0.0, 1.0]))).refuses(&[], "Y[1,1] is -0.5");
    let (network, data) = well_formed();
    let labels = |y: &[f64]| Files::new(&network, &[data[0].clone(), ("y", Array::vector(y))]);
    labels(&[0.0, 2.0, 1.0]).refuses(&[], "y[1] is 2: with 2 classes a label is 0 to 1");
    labels(&[0.0, -1.0, 1.0]).refuses(&[], "y[1] is -1");
    labels(&[0.0, 0.5, 1.0]).refuses(&[], "y[1] is 0.5");
    with("Y", None).refuses(&[], "has X but no targets");
}

#[test]
fn numbers_that_are_not_finite_are_named() {
    with("X", Some(matrix(3, 2, &[0.0, 0.0, 0.0, f64::NAN, 0.0, 0.0]))).refuses(&[], "X[1,1] is NaN");
    with("W", Some(matrix(2, 2, &[0.0, f64::INFINITY, 0.0, 0.0]))).refuses(&[], "W[0,1] is inf");
    with("W", Some(matrix(2, 2, &[1e200; 4]))).refuses(&["--activation", "identity"], "overflow");
}

#[test]
fn an_empty_set_is_refused_and_a_vanishing_hessian_has_no_gradient() {
    with("X", Some(matrix(0, 2, &[]))).refuses(&[], "X is 0x2");
    let network = [("W", matrix(1, 1, &[0.5])), ("V", matrix(2, 1, &[1.0, -1.0]))];
    let data = [("X", matrix(1, 1, &[0.0])), ("Y", matrix(1, 2, &[1.0, 0.0]))];
    let output = Files::new(&network, &data).oracle(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the spread s of the Hessian is 0"));
    assert!(stdout(&output).contains("gradient               none: the spread s"));
}

#[test]
fn files_that_are_no_archives_are_refused() {
    let (network, data) = well_formed();
    let files = Files::new(&network, &data);
    let whole = fs::read(files.path("net.npz")).unwrap();
    fs::write(files.path("net.npz"), &whole[..whole.len() / 2]).unwrap();
    files.refuses(&[], "net.npz is not an npz archive");
    fs::write(files.path("net.npz"), "not an archive").unwrap();
    files.refuses(&[], "is not an npz archive");
    fs::remove_file(files.path("net.npz")).unwrap();
    files.refuses(&[], "cannot read net.npz");
}

#[test]
fn an_unknown_activation_lists_those_that_there_are() {
    let (network, data) = well_formed();
    let files = Files::new(&network, &data);
    files.refuses(
        &["--activation", "swish"],
        "choose sigmoid, tanh, softplus, gelu, silu, sin, identity, gelu-tanh, relu or leaky-relu",
    );
}

#[test]
fn help_has_examples_and_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&hsr(folder.path(), &["--help"]));
    assert!(text.contains("Examples:") && text.contains("Exit codes:"), "{text}");
}
