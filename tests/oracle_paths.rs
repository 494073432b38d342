//! `hsr oracle` by its two paths: the same answers, a plan that can be read, and an end when the user wants one.
#![cfg(feature = "cli")]

use hsr::io::{Array, write_npz};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn files(folder: &Path, samples: usize, inputs: usize, hidden: usize) {
    let wave = |rows: usize, columns: usize, step: f64| Array {
        shape: vec![rows, columns],
        values: (0..rows * columns).map(|index| (index as f64 * step).sin()).collect(),
    };
    let network = [("W", wave(hidden, inputs, 0.7)), ("V", wave(3, hidden, 1.3))];
    write_npz(folder.join("net.npz"), &network).unwrap();
    let labels: Vec<f64> = (0..samples).map(|n| (n % 3) as f64).collect();
    write_npz(folder.join("data.npz"), &[("X", wave(samples, inputs, 2.1)), ("y", Array::vector(&labels))])
        .unwrap();
}

fn command(folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsr"));
    command.current_dir(folder);
    command.args(["oracle", "--network", "net.npz", "--data", "data.npz", "--activation", "tanh"]).args(more);
    command
}

fn oracle(folder: &Path, more: &[&str]) -> Output {
    command(folder, more).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A number, or a list of them.
fn numbers(value: &serde_json::Value) -> Vec<f64> {
    let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    list.iter().map(|value| value.as_f64().unwrap()).collect()
}

#[test]
fn every_route_and_the_terms_print_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), 40, 4, 6);
    let scalars = |more: &[&str]| -> serde_json::Map<String, serde_json::Value> {
        let output = oracle(folder.path(), &[&["--json", "--terms"], more].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let terms = scalars(&["--path", "terms"]);
    for more in [
        &["--path", "fast"][..],
        &["--route", "hidden"],
        &["--route", "class", "--threads", "1"],
        &["--route", "parameter"],
    ] {
        let fast = scalars(more);
        assert_eq!(fast.len(), terms.len());
        for (name, value) in terms.iter().filter(|(name, _)| *name != "digits") {
            let (fast, slow) = (numbers(&fast[name]), numbers(value));
            assert_eq!(fast.len(), slow.len(), "{name}");
            for (fast, slow) in fast.into_iter().zip(slow) {
                // All of these are of order one, sums of a few thousand terms.
                assert!(
                    (fast - slow).abs() <= 1e-12 * slow.abs().max(1.0),
                    "{more:?}, {name}: {fast:e}, {slow:e}"
                );
            }
        }
    }
}

#[test]
fn the_plan_names_the_routes_with_their_costs_and_computes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), 40, 4, 6);
    let told = text(&oracle(folder.path(), &["--plan", "--threads", "2"]).stdout);
    // The work is not worth waking a second thread.
    for word in ["N=40", "hidden", "class", "parameter", "<-", "1 thread, tiles of 40 samples"] {
        assert!(told.contains(word), "no '{word}' in {told}");
    }
    let forced = text(&oracle(folder.path(), &["--plan", "--route", "hidden"]).stdout);
    assert!(forced.lines().any(|line| line.starts_with("hidden") && line.ends_with("<-")), "{forced}");
    // At these weights every computation ends in an overflow.
    let huge = |rows: usize, columns: usize| Array {
        shape: vec![rows, columns],
        values: vec![1e200; rows * columns],
    };
    write_npz(folder.path().join("net.npz"), &[("W", huge(6, 4)), ("V", huge(3, 6))]).unwrap();
    let computed = run_with(folder.path(), "identity", &[]);
    assert!(text(&computed.stderr).contains("overflow"), "{}", text(&computed.stderr));
    let planned = run_with(folder.path(), "identity", &["--plan", "--threads", "2", "--out", "out.npz"]);
    assert_eq!((planned.status.code(), text(&planned.stdout)), (Some(0), told));
    assert!(!folder.path().join("out.npz").exists());
}

#[test]
fn a_route_of_the_terms_and_an_unknown_route_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), 4, 2, 2);
    let refused = oracle(folder.path(), &["--path", "terms", "--route", "class"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("--route class is of the fast path"));
    let unknown = oracle(folder.path(), &["--route", "shortest"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("choose hidden, class or parameter"));
}

/// Whether a process has a handler for Ctrl-C, as the kernel tells it: the mask of the signals that it catches has bit 1
/// (signal 2) set.
#[cfg(target_os = "linux")]
fn listens(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & 0b10 != 0
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_it_with_a_word_and_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    // Minutes of work.
    files(folder.path(), 12_000, 300, 64);
    let mut command = command(folder.path(), &["--out", "answer.npz", "--route", "hidden"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    // It listens from its first moments on. A signal at any later time, while it reads or computes, must do.
    while !listens(child.id()) {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it listened");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "hsr: stopped before the end\n");
    assert!(!folder.path().join("answer.npz").exists());
}

#[test]
fn digits_are_told_of_every_number_that_is_printed_or_written() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), 20, 3, 4);
    let more = ["--digits", "--json", "--terms", "--spectrum", "--hessian", "--out", "out.npz"];
    let output = oracle(folder.path(), &more);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let digits = told["digits"].as_object().unwrap();
    for (name, _) in told.as_object().unwrap().iter().filter(|(name, _)| *name != "digits") {
        let right = digits[name].as_f64().unwrap();
        assert!((13.0..16.0).contains(&right), "{name}: {right}");
    }
    let written = with_digits(folder.path(), &[]);
    for name in ["gradient", "q_hid_gradient", "t_res", "hessian", "eigenvalues"] {
        assert!(written.contains(&name.to_string()), "no {name}");
    }
    for name in written {
        assert!(digits[&name].as_f64().unwrap() > 12.0, "{name}");
    }
    let table = text(&oracle(folder.path(), &["--digits"]).stdout);
    assert!(table.contains("right digits") && table.contains("(of its largest entry)"), "{table}");
}

/// Terms that are a number a sample: no bound runs along with them, so that their digits are told where they are counted.
/// Nor does one with gradients of bounds by groups, whose eigenvectors have errors of their own.
const ONLY_COUNTED: [&str; 6] =
    ["t_out", "t_gn", "t_res", "ws_layers_gradient", "ws_units_gradient", "ws_hidden_units_gradient"];

/// The arrays of `out.npz`, each of which must have the digits of it beside it; those of a group of parameters are told
/// with the whole gradient, and `without` has none.
fn with_digits(folder: &Path, without: &[&str]) -> Vec<String> {
    let file = std::fs::File::open(folder.join("out.npz")).unwrap();
    let archive = zip::ZipArchive::new(file).unwrap();
    let entries = archive.file_names().map(|name| name.unwrap().trim_end_matches(".npy").to_string());
    let (digits, arrays): (Vec<String>, Vec<String>) = entries.partition(|name| name.starts_with("digits_"));
    let is_group = |name: &str| {
        name.split_once("gradient_")
            .is_some_and(|(_, group)| group.len() <= 2 && group.starts_with(['W', 'b', 'V', 'c']))
    };
    let whole: Vec<String> =
        arrays.into_iter().filter(|name| !is_group(name) && !without.contains(&name.as_str())).collect();
    for name in &whole {
        assert!(digits.contains(&format!("digits_{name}")), "the digits of {name} are not told: {digits:?}");
    }
    whole
}

/// The count can fail: an error of 1e-9 is seen as nine digits.
#[test]
fn an_error_in_the_ninth_digit_leaves_nine() {
    use hsr::model::{Activation, Batch, Parameters, ThreeLayer};
    use hsr::oracle::{Item, Scalar, Wanted, answer, digits};
    let parameters =
        Parameters { w: nalgebra::dmatrix![0.5, -1.0], b: None, v: nalgebra::dmatrix![1.0; -1.0], c: None };
    let network = ThreeLayer::new(parameters, Activation::Gelu).unwrap();
    let batch = Batch::from_labels(nalgebra::dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2).unwrap();
    let mut wrong = answer(&network, &batch, Wanted::default()).unwrap();
    wrong.scalars.trace_squared *= 1.0 + 1e-9;
    let gradient = wrong.gradient.as_mut().unwrap();
    let largest = gradient.w.amax().max(gradient.v.amax());
    gradient.v[(0, 0)] += 1e-9 * largest;
    let counted = digits(&wrong, &network, &batch).unwrap();
    assert!((counted.scalars.trace_squared - 9.0).abs() < 0.1);
    assert!((counted.of(Item::Gradient).unwrap() - 9.0).abs() < 0.1);
    assert!(counted.scalars.trace > 14.0 && counted.of(Scalar::Loss).unwrap() > 14.0);
}

#[test]
fn every_answer_says_how_many_digits_are_right_at_least() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path(), 20, 3, 4);
    for more in [&[][..], &["--path", "terms"], &["--route", "parameter"]] {
        let output = oracle(folder.path(), &[&["--json", "--terms", "--out", "out.npz"], more].concat());
        assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        for (name, _) in told.as_object().unwrap().iter().filter(|(name, _)| *name != "digits") {
            let digits = told["digits"][name].as_f64().unwrap();
            assert!((11.0..16.0).contains(&digits), "{name}: {digits}");
        }
        let written = with_digits(folder.path(), &ONLY_COUNTED);
        for name in ["trace", "gradient", "q_hid_gradient", "loss_gradient"] {
            assert!(written.contains(&name.to_string()), "no {name}");
        }
        for name in written {
            assert!(told["digits"][&name].as_f64().unwrap() > 10.0, "{name}");
        }
    }
    let table = text(&oracle(folder.path(), &[]).stdout);
    assert!(table.contains("right digits, at least"), "{table}");
}

/// A network of two inputs, two hidden units and two classes without biases, on two samples.
fn small(folder: &Path, w: f64, v: f64, x: f64) {
    let matrix = |values: [f64; 4]| Array { shape: vec![2, 2], values: values.to_vec() };
    let network = [("W", matrix([w, 0.5 * w, -w, 0.3 * w])), ("V", matrix([v, 0.2 * v, -0.4 * v, 0.7 * v]))];
    write_npz(folder.join("net.npz"), &network).unwrap();
    let data = [("X", matrix([x, -x, 0.5 * x, 2.0 * x])), ("Y", matrix([1.0, 0.0, 1.0, 0.0]))];
    write_npz(folder.join("data.npz"), &data).unwrap();
}

const PATHS: [&[&str]; 4] =
    [&["--route", "hidden"], &["--route", "class"], &["--route", "parameter"], &["--path", "terms"]];

#[test]
fn few_digits_are_warned_of_by_name_on_every_path() {
    let folder = tempfile::tempdir().unwrap();
    // sin of 1e13 and more: the argument's last digit is a hundredth, and the sine's first.
    small(folder.path(), 1e7, 1.0, 1e7);
    for path in PATHS {
        let output = run_with(folder.path(), "sin", path);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let warning = text(&output.stderr);
        assert!(
            warning.starts_with("hsr: warning: perhaps fewer than 6 right digits of loss ("),
            "{warning}"
        );
        assert!(warning.contains("gradient (") && warning.contains("--digits counts them"), "{warning}");
    }
}

fn run_with(folder: &Path, activation: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hsr"));
    let arguments = ["oracle", "--network", "net.npz", "--data", "data.npz", "--activation", activation];
    command.current_dir(folder).args(arguments).args(more).output().unwrap()
}

#[test]
fn a_hessian_of_zero_has_an_answer_without_a_gradient_on_every_path_and_with_every_option() {
    let folder = tempfile::tempdir().unwrap();
    for (w, v, x) in [(0.0, 0.5, 0.0), (1.0, 1e4, 5.0)] {
        small(folder.path(), w, v, x);
        for path in PATHS {
            let more = ["--json", "--spectrum", "--hessian", "--terms", "--out", "out.npz"];
            for more in [&more[..], &["--json", "--digits", "--terms"]] {
                let output = oracle(folder.path(), &[path, more].concat());
                assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
                let said = text(&output.stderr);
                assert!(said.contains("the bound has no gradient") && !said.contains("warning"), "{said}");
                let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
                for name in ["trace", "trace_squared", "ws_upper", "ws_reduced", "ws_block"] {
                    assert_eq!(told[name].as_f64(), Some(0.0), "{name}");
                }
                assert!(told["loss"].as_f64().is_some_and(f64::is_finite));
                assert!(told["gradient"].is_null() && told["no_gradient"].is_string());
            }
            let written = std::fs::read(folder.path().join("out.npz")).unwrap();
            let has = |entry: &str| written.windows(entry.len()).any(|window| window == entry.as_bytes());
            assert!(has("loss_gradient.npy") && !has("gradient_W.npy"));
            let table = text(&oracle(folder.path(), path).stdout);
            assert!(table.contains("gradient               none: the spread s"), "{table}");
            assert!(!table.contains("-0.0"), "{table}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_does_not_fit_is_refused_with_its_size_before_it_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let wave = |rows: usize, columns: usize| Array {
        shape: vec![rows, columns],
        values: (0..rows * columns).map(|index| (index as f64 * 0.7).sin()).collect(),
    };
    let limited = |more: &str| -> (Option<i32>, String) {
        let line = format!(
            "ulimit -v 2000000; exec {} oracle --network net.npz --data data.npz --activation tanh {more}",
            env!("CARGO_BIN_EXE_hsr")
        );
        let output = Command::new("sh").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
        (output.status.code(), text(&output.stderr))
    };
    let net = |hidden: usize, classes: usize, samples: usize| {
        write_npz(folder.path().join("net.npz"), &[("W", wave(hidden, 2)), ("V", wave(classes, hidden))])
            .unwrap();
        let labels: Vec<f64> = (0..samples).map(|n| (n % classes) as f64).collect();
        let data = [("X", wave(samples, 2)), ("y", Array::vector(&labels))];
        write_npz(folder.path().join("data.npz"), &data).unwrap();
    };
    let refused = |more: &str| {
        let (code, message) = limited(more);
        assert_eq!(code, Some(2), "{more}: {message}");
        assert!(
            message.contains("would take") && message.contains("GB") && message.lines().count() == 1,
            "{message}"
        );
    };
    // Identifiers taken for labels; a wide layer; many samples.
    net(3, 60_000, 4);
    ["", "--route hidden", "--route class", "--path terms", "--digits"].into_iter().for_each(refused);
    net(20_000, 2, 4);
    ["--spectrum", "--hessian", "--path terms", "--digits", "--route hidden"].into_iter().for_each(refused);
    net(60, 3, 20_000);
    ["--path terms", "--digits", "--threads 65535 --route hidden"].into_iter().for_each(refused);
}
