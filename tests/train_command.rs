//! `hsr train` as a user meets it: what it leaves, how it goes on, and one clear error for each fault.
#![cfg(feature = "cli")]

use hsr::io::{Array, read_network, write_npz};
use hsr::model::Activation;
use hsr::train::{Checkpoint, Log, Record};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const DONE: Option<i32> = Some(0);
const STOPPED: Option<i32> = Some(2);

fn hsr(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hsr")).arg("train").args(arguments).current_dir(folder).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn untimed(folder: &Path) -> Vec<Record> {
    let records = Log::read(folder).unwrap();
    records.into_iter().map(|record| Record { seconds: 0.0, ..record }).collect()
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The log must be whole lines with a field for each name, in both files as many.
fn whole_lines(folder: &Path) {
    let csv = fs::read_to_string(folder.join("log.csv")).unwrap();
    let json = fs::read_to_string(folder.join("log.jsonl")).unwrap();
    assert!(csv.ends_with('\n') && (json.is_empty() || json.ends_with('\n')));
    let fields = |line: &str| line.split(',').count();
    let names = fields(csv.lines().next().unwrap());
    assert!(names > 1 && csv.lines().all(|line| fields(line) == names), "{csv}");
    assert!(csv.starts_with("step,epoch,loss,accuracy,test_loss,"), "{csv}");
    let lines = Log::read(folder).unwrap().len();
    assert!([lines, lines.saturating_sub(1)].contains(&(csv.lines().count() - 1)));
}

#[test]
fn a_run_leaves_log_checkpoint_settings_and_data_and_says_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let output = hsr(folder.path(), &["--data", "wine", "--steps", "60", "--out", "run"]);
    let run = folder.path().join("run");
    assert_eq!(output.status.code(), DONE, "{}", text(&output));
    assert!(output.stderr.is_empty(), "a progress bar is for terminals: {}", text(&output));
    assert!(
        text(&output).contains("hsr on wine: tanh, N=142 d=13 h=8 C=3 with biases, seed 0"),
        "{}",
        text(&output)
    );
    assert_eq!(
        names(&run),
        ["checkpoint.npz", "log.csv", "log.jsonl", "settings.json", "start.npz", "test.npz", "train.npz"]
    );
    whole_lines(&run);
    let records = untimed(&run);
    assert_eq!(records.iter().map(|record| record.step).collect::<Vec<_>>(), [0, 10, 20, 30, 40, 50, 60]);

    // The logged bound is the one that the oracle gives for the checkpoint on the training part.
    let oracle =
        ["oracle", "--network", "checkpoint.npz", "--data", "train.npz", "--activation", "tanh", "--json"];
    let answer = Command::new(env!("CARGO_BIN_EXE_hsr")).args(oracle).current_dir(&run).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    for (name, logged) in
        [("loss", records[6].loss), ("trace", records[6].trace), ("ws_upper", records[6].ws)]
    {
        let value = answer[name].as_f64().unwrap();
        assert!((value - logged).abs() <= 1e-10 * value.abs(), "{name}: {value} and {logged}");
    }

    // The command in the settings does the same again.
    let settings: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("settings.json")).unwrap()).unwrap();
    let command = settings["command"].as_str().unwrap().replace("--out run", "--out again");
    let words: Vec<&str> = command.strip_prefix("hsr train ").unwrap().split(' ').collect();
    assert_eq!(hsr(folder.path(), &words).status.code(), DONE);
    assert_eq!(untimed(&folder.path().join("again")), records);
}

#[test]
fn every_method_runs_on_files_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let csv: String = (0..30).map(|n| format!("{},{},{}\n", n % 5, (n * n) % 7, ["a", "b"][n % 2])).collect();
    fs::write(folder.path().join("own.csv"), csv).unwrap();
    let x = Array { shape: vec![12, 2], values: (0..24).map(|i| f64::from(i * i % 11)).collect() };
    let y = Array { shape: vec![12, 2], values: [0.75, 0.25, 0.1, 0.9].repeat(6) };
    write_npz(folder.path().join("own.npz"), &[("X", x), ("Y", y)]).unwrap();
    for method in hsr::train::Method::ALL {
        for (data, more) in [("own.csv", "--no-bias"), ("own.npz", "--as-is")] {
            let arguments =
                ["--data", data, "--method", method.name(), more, "--batch", "4", "--steps", "12"];
            let more =
                ["--rate", "0.01", "--schedule", "cosine", "--normalised", "--threads", "2", "--overwrite"];
            let output = hsr(folder.path(), &[&arguments[..], &more, &["--out", "run"]].concat());
            assert_eq!(output.status.code(), DONE, "{method} on {data}: {}", text(&output));
        }
    }
}

#[test]
fn constant_columns_become_zeros_and_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let csv: String = (0..30).map(|n| format!("{},7,{}\n", n % 5, ["a", "b"][n % 2])).collect();
    fs::write(folder.path().join("own.csv"), format!("width,height,label\n{csv}")).unwrap();
    let output = hsr(folder.path(), &["--data", "own.csv", "--steps", "5", "--out", "run"]);
    assert_eq!(output.status.code(), DONE, "{}", text(&output));
    let told = "constant in the training part, and so 0 everywhere: 1 of 2 columns (height)";
    assert!(text(&output).contains(told), "{}", text(&output));

    let csv: String = (0..30).map(|n| format!("7,{}\n", ["a", "b"][n % 2])).collect();
    fs::write(folder.path().join("own.csv"), csv).unwrap();
    refuses(folder.path(), &["--data", "own.csv"], "every column of X is constant in the training part");
}

/// The command must stop with exit code 2 and this, in one error, and leave nothing.
fn refuses(folder: &Path, arguments: &[&str], message: &str) {
    let output = hsr(folder, &[arguments, &["--out", "refused"]].concat());
    let told = text(&output);
    assert_eq!(output.status.code(), STOPPED, "{told}");
    assert!(told.contains(message), "expected '{message}' in: {told}");
    assert!(!told.contains("panicked"), "{told}");
    assert!(!folder.join("refused").exists(), "something was written for {arguments:?}");
}

#[test]
fn data_that_cannot_be_trained_on_is_one_clear_error_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (csv, message) in [
        (
            "a,b,label\n1,2,p\n3,,q\n",
            "line 3, column 2 ('b'): the value is missing (''): fill it in or drop the line",
        ),
        ("a,label\n1,p\n2,p\n", "every label (column 2 ('label')) is 'p': at least two classes are needed"),
        (
            "1,p\n2,p\n3,q\n",
            "class 'q' has 1 sample(s), and a stratified split into 2 parts needs one for each",
        ),
    ] {
        fs::write(folder.path().join("own.csv"), csv).unwrap();
        refuses(folder.path(), &["--data", "own.csv"], message);
    }
    let x = Array { shape: vec![4, 1], values: vec![1.0, 2.0, 3.0, 4.0] };
    write_npz(folder.path().join("own.npz"), &[("X", x), ("y", Array::vector(&[1.0; 4]))]).unwrap();
    refuses(
        folder.path(),
        &["--data", "own.npz"],
        "every sample is of class '1': at least two classes are needed",
    );
    refuses(folder.path(), &["--data", "none.csv"], "cannot read none.csv");
    refuses(folder.path(), &["--data", "irises"], "unknown data set 'irises'");
}

#[test]
fn settings_that_are_none_are_one_clear_error_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, message) in [
        (
            &["--method", "adam"][..],
            "choose sgd, hsr, ws, hsr-reduced, hsr-block, hsr-layers, hsr-units, trace, frobenius, sam or weight-decay",
        ),
        (&["--method", "sgd", "--strength", "0.1"], "strength is 0.1: 0 (sgd has no strength) is needed"),
        (&["--strength", "-1"], "lambda is -1: a number that is 0 or more is needed"),
        (&["--rate", "0"], "rate is 0"),
        (&["--rate", "NaN"], "rate is NaN"),
        (&["--momentum", "1"], "momentum is 1"),
        (&["--batch", "500"], "batch is 500: from 1 to 120, the training samples, is needed"),
        (&["--steps", "0"], "steps is 0"),
        (&["--hidden", "0"], "--hidden is 0"),
        (&["--hidden", "18446744073709551615"], "lower it"),
        (
            &["--layers", "8,18446744073709551615"],
            "--layers is 8,18446744073709551615: that makes more than 10000000 parameters",
        ),
        (
            &["--layers", "4000,4000"],
            "--layers is 4000,4000: that makes more than 10000000 parameters; lower it",
        ),
        (&["--layers", "8,0"], "'8,0' are no widths of layers, such as 16,8: each is 1 or more, or none"),
        (&["--layers", "eight"], "'eight' are no widths of layers"),
        (&["--layers", "8,8", "--hidden", "8"], "cannot be used with"),
        (
            &["--activation", "tanh,silu"],
            "--activation has 2 names for 1 hidden layers: give one for all, or one for each",
        ),
        (&["--loss", "huber"], "choose softmax, squared, multi-label, poisson or pseudo-huber"),
        (
            &["--method", "hsr-block", "--layers", "8,8"],
            "hsr-block is for one hidden layer with softmax, and this is N=120 4-8-8-3 with biases, softmax: take hsr-layers",
        ),
        (
            &["--method", "hsr-block", "--loss", "squared"],
            "hsr-block is for one hidden layer with softmax, and this is N=120 4-8-3 with biases, squared: take hsr-layers",
        ),
        (
            &["--init-scale", "-1"],
            "the factor of the initial weights is -1: a number above 0 is needed (--init-scale)",
        ),
        (&["--init-scale", "NaN"], "is NaN: a number above 0 is needed (--init-scale)"),
        (&["--init", "none.npz"], "--init: cannot read none.npz"),
        (&["--label-noise", "-0.1"], "--label-noise is -0.1: a share from 0 to below 1 is needed"),
        (&["--label-noise", "inf"], "--label-noise is inf"),
        (&["--switch", "500:sgd"], "switch is 500:sgd: a step from 1 to 499, before the last, is needed"),
        (&["--switch", "sgd"], "'sgd' is no switch: give STEP:METHOD or STEP:METHOD:STRENGTH"),
        (&["--switch", "5:sgd:0.1"], "strength is 0.1: 0 (sgd has no strength) is needed"),
        (&["--layers", "8,8", "--switch", "5:hsr-block"], "take hsr-layers"),
        (&["--method", "ws", "--strength", "1"], "strength is 1: 0 (ws has no strength) is needed"),
        (&["--threads", "0"], "threads is 0"),
        (&["--log-every", "0"], "log_every is 0"),
        (&["--checkpoint-every", "0"], "'0' is no whole number from 1 to "),
        (&["--test-share", "1"], "a share of 1 for testing"),
        (&["--schedule", "linear"], "choose constant or cosine"),
        (&["--resume", "none.npz"], "cannot read none.npz"),
    ] {
        refuses(folder.path(), arguments, message);
    }
}

/// A table with a number as target, two columns and 24 rows.
fn numbers(folder: &Path, name: &str, target: impl Fn(i32) -> String) {
    let rows: String = (0..24).map(|n| format!("{},{},{}\n", n % 5, (n * n) % 7, target(n))).collect();
    fs::write(folder.join(name), format!("width,height,target\n{rows}")).unwrap();
}

#[test]
fn a_deep_network_is_trained_on_numbers_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    numbers(folder.path(), "own.csv", |n| format!("{}.5", 100 + 20 * (n % 5) - 3 * ((n * n) % 7)));
    let network = ["--data", "own.csv", "--loss", "squared", "--layers", "4,3", "--activation", "tanh,silu"];
    let more = ["--method", "hsr-layers", "--steps", "40", "--rate", "0.02", "--out", "run"];
    let output = hsr(folder.path(), &[&network[..], &more].concat());
    let told = text(&output);
    assert_eq!(output.status.code(), DONE, "{told}");
    for line in [
        "own.csv: the targets are the 24 numbers of column 3 ('target')",
        "targets are standardised by the training part (mean 1",
        "hsr-layers on own.csv: tanh,silu, N=19 2-4-3-1 with biases, squared, seed 0",
        "score",
    ] {
        assert!(told.contains(line), "expected '{line}' in: {told}");
    }
    let run = folder.path().join("run");
    let csv = fs::read_to_string(run.join("log.csv")).unwrap();
    assert!(csv.starts_with("step,epoch,loss,score,test_loss,test_score,trace,"), "{csv}");
    let records = untimed(&run);
    let (first, last) = (&records[0], records.last().unwrap());
    assert!(last.loss < 0.5 * first.loss && last.score > Some(0.5), "{first:?} to {last:?}");
    assert!(
        records.iter().all(|record| record.lambda_max.unwrap() <= record.ws * (1.0 + 1e-9)),
        "{records:?}"
    );
    let read = Checkpoint::read(run.join("checkpoint.npz")).unwrap();
    assert_eq!(read.task.to_string(), "N=19 2-4-3-1 with biases, squared");

    // The command in the settings does the same again, and the deviation turns a prediction back into what was measured.
    let settings: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("settings.json")).unwrap()).unwrap();
    assert!(settings["targets_standardised"][0]["deviation"].as_f64().unwrap() > 10.0, "{settings}");
    let command = settings["command"].as_str().unwrap().replace("--out run", "--out again");
    let words: Vec<&str> = command.strip_prefix("hsr train ").unwrap().split(' ').collect();
    assert_eq!(hsr(folder.path(), &words).status.code(), DONE);
    assert_eq!(untimed(&folder.path().join("again")), records);

    // Half of it, and then the rest.
    let half = ["--method", "hsr-layers", "--rate", "0.02", "--out", "half"];
    assert_eq!(hsr(folder.path(), &[&network[..], &half, &["--steps", "20"]].concat()).status.code(), DONE);
    let resume = ["--steps", "40", "--resume", "half/checkpoint.npz"];
    let output = hsr(folder.path(), &[&network[..], &half, &resume].concat());
    assert_eq!(output.status.code(), DONE, "{}", text(&output));
    assert_eq!(untimed(&folder.path().join("half")), records);
}

#[test]
fn every_loss_trains_on_what_it_takes_with_and_without_hidden_layers() {
    let folder = tempfile::tempdir().unwrap();
    numbers(folder.path(), "counts.csv", |n| (n % 5).to_string());
    numbers(folder.path(), "binary.csv", |n| (n % 2).to_string());
    for (data, loss, task) in [
        ("counts.csv", "poisson", "N=19 2-"),
        ("counts.csv", "pseudo-huber", "N=19 2-"),
        ("binary.csv", "multi-label", "N=19 2-"),
        ("iris", "squared", "N=120 4-"),
        ("iris", "softmax", "N=120 4-"),
        ("diabetes", "squared", "N=354 10-"),
    ] {
        for layers in ["none", "3,2"] {
            let arguments = ["--data", data, "--loss", loss, "--layers", layers, "--method", "hsr-units"];
            let more = ["--steps", "6", "--rate", "0.01", "--no-eigenvalues", "--overwrite", "--out", "run"];
            let output = hsr(folder.path(), &[&arguments[..], &more].concat());
            assert_eq!(output.status.code(), DONE, "{loss} on {data}, {layers}: {}", text(&output));
            assert!(text(&output).contains(task), "{loss} on {data}, {layers}: {}", text(&output));
        }
    }
}

#[test]
fn targets_that_the_loss_does_not_take_are_one_clear_error_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let on = |loss: &'static str, data: &'static str| ["--data", data, "--loss", loss];
    numbers(folder.path(), "own.csv", |n| (3 - n).to_string());
    refuses(
        folder.path(),
        &on("poisson", "own.csv"),
        "line 6, column 3 ('target'): '-1' is no target: a count is a whole number, 0 or more",
    );
    numbers(folder.path(), "own.csv", |_| "2.5".to_string());
    refuses(
        folder.path(),
        &on("squared", "own.csv"),
        "every sample has the same targets: there is nothing to learn from them",
    );
    fs::write(folder.path().join("own.csv"), "a,target\n1,2.5\n").unwrap();
    refuses(folder.path(), &on("squared", "own.csv"), "own.csv: ");
    let x = Array { shape: vec![3, 1], values: vec![1.0, 2.0, 3.0] };
    write_npz(folder.path().join("own.npz"), &[("X", x), ("y", Array::vector(&[1.0, 2.0, -3.0]))]).unwrap();
    refuses(
        folder.path(),
        &on("poisson", "own.npz"),
        "Y[2,0] is -3, with the loss poisson: a count is a whole number, 0 or more",
    );
    refuses(
        folder.path(),
        &on("multi-label", "own.npz"),
        "Y[1,0] is 2, with the loss multi-label: a target is 0 or 1",
    );
    refuses(
        folder.path(),
        &on("softmax", "diabetes"),
        "diabetes has numbers as targets and no classes: choose another --loss",
    );
    refuses(
        folder.path(),
        &on("multi-label", "diabetes"),
        "diabetes: Y[0,0] is 151, with the loss multi-label",
    );
}

#[test]
fn a_network_that_does_not_fit_into_memory_is_one_clear_error_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_hsr"))
        .args(["train", "--layers", "2000,500", "--out", "refused"])
        .env("HSR_MEMORY_GIB", "0.005")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = text(&output);
    assert_eq!(output.status.code(), STOPPED, "{told}");
    assert!(told.starts_with("hsr: the way of 120 samples through 2503 units would take 9.6 MB"), "{told}");
    assert!(!folder.path().join("refused").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "mine").unwrap();
    for (out, message) in [
        ("none/run", "cannot write none/run: its folder does not exist: create it first"),
        ("file", "cannot write file"),
        ("file/run", "cannot write file/run"),
    ] {
        let output = hsr(folder.path(), &["--steps", "5", "--out", out]);
        assert_eq!(output.status.code(), STOPPED, "{}", text(&output));
        assert!(text(&output).contains(message), "{}", text(&output));
    }
    assert_eq!(names(folder.path()), ["file"]);
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn on_a_full_disk_the_log_ends_with_a_whole_line_and_the_checkpoint_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    // No file may grow beyond 16 KiB: the last line that does not fit is written in part.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" train --steps 300 --log-every 1 --out run";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_hsr")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), STOPPED, "{}", text(&output));
    assert!(text(&output).contains("cannot write run/log"), "{}", text(&output));
    let run = folder.path().join("run");
    whole_lines(&run);
    assert!(Log::read(&run).unwrap().len() > 20);
    let checkpoint = Checkpoint::read(run.join("checkpoint.npz")).unwrap();
    let logged = Log::read(&run).unwrap().last().unwrap().step;
    assert!(checkpoint.state.step.abs_diff(logged) <= 1, "{} and {logged}", checkpoint.state.step);
    assert!(!names(&run).iter().any(|name| name.starts_with(".tmp")), "{:?}", names(&run));
}

#[test]
fn a_checkpoint_of_another_shape_is_refused_with_both_shapes_and_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(hsr(folder.path(), &["--steps", "12", "--out", "run"]).status.code(), DONE);
    let log = fs::read_to_string(folder.path().join("run/log.csv")).unwrap();
    let resume = ["--resume", "run/checkpoint.npz", "--steps", "20", "--hidden", "3"];
    refuses(
        folder.path(),
        &resume,
        "the checkpoint has the shape N=120 d=4 h=8 C=3 with biases, this run has N=120 d=4 h=3 C=3 with biases",
    );
    let output = hsr(folder.path(), &[&resume[..], &["--out", "run"]].concat());
    assert_eq!(output.status.code(), STOPPED);
    assert_eq!(fs::read_to_string(folder.path().join("run/log.csv")).unwrap(), log);
}

#[test]
fn more_steps_go_on_where_a_run_ended_as_if_it_had_not() {
    let folder = tempfile::tempdir().unwrap();
    let run = |steps: &str, out: &str, more: &[&str]| {
        let arguments = ["--method", "hsr-block", "--batch", "50", "--steps", steps, "--out", out];
        let output = hsr(folder.path(), &[&arguments[..], more].concat());
        assert_eq!(output.status.code(), DONE, "{}", text(&output));
    };
    run("77", "parts", &[]);
    run("150", "parts", &["--resume", "parts/checkpoint.npz"]);
    run("150", "whole", &[]);
    let (parts, whole) = (folder.path().join("parts"), folder.path().join("whole"));
    assert_eq!(untimed(&parts), untimed(&whole));
    whole_lines(&parts);
    let network = |run: &Path| read_network(run.join("checkpoint.npz"), Activation::Tanh).unwrap();
    assert_eq!(network(&parts), network(&whole));
}

#[test]
fn a_rate_that_is_too_large_stops_with_the_step_and_leaves_whole_files() {
    let folder = tempfile::tempdir().unwrap();
    let output = hsr(folder.path(), &["--rate", "1e6", "--log-every", "1", "--out", "run"]);
    assert_eq!(output.status.code(), STOPPED, "{}", text(&output));
    let told = text(&output);
    assert!(told.starts_with("hsr: diverged at step "), "{told}");
    assert!(told.contains("lower the rate (1000000) or lambda (0.01)"), "{told}");
    let run = folder.path().join("run");
    whole_lines(&run);
    assert!(!Log::read(&run).unwrap().is_empty());
    assert!(read_network(run.join("checkpoint.npz"), Activation::Tanh).unwrap().check_finite().is_ok());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_whole_files_and_the_line_it_prints_goes_on_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--method", "hsr", "--batch", "40", "--steps", "3000", "--log-every", "5"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_hsr"))
        .arg("train")
        .args(arguments)
        .args(["--out", "run"])
        .current_dir(folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let run = folder.path().join("run");
    let logged = || fs::read_to_string(run.join("log.csv")).map_or(0, |text| text.lines().count());
    while logged() < 10 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it was interrupted");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told = text(&output);
    assert_eq!(output.status.code(), STOPPED, "{told}");
    assert!(told.starts_with("hsr: stopped at step "), "{told}");
    whole_lines(&run);

    let command = told.lines().find_map(|line| line.strip_prefix("  hsr train ")).unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    let output = hsr(folder.path(), &words);
    assert_eq!(output.status.code(), DONE, "{}", text(&output));
    assert_eq!(hsr(folder.path(), &[&arguments[..], &["--out", "whole"]].concat()).status.code(), DONE);
    assert_eq!(untimed(&run), untimed(&folder.path().join("whole")));
}

#[test]
fn a_switched_run_with_wrong_labels_goes_on_exactly_from_either_side_and_starts_again_from_its_first_checkpoint()
 {
    let folder = tempfile::tempdir().unwrap();
    let run = ["--data", "iris", "--method", "hsr", "--strength", "1", "--label-noise", "0.2", "--seed", "3"];
    let more = ["--batch", "32", "--init-scale", "0.7", "--switch", "23:sam:0.1", "--log-every", "5"];
    let with = |out: &str, last: &[&str]| {
        let output = hsr(folder.path(), &[&run[..], &more, last, &["--out", out]].concat());
        assert_eq!(output.status.code(), DONE, "{}", text(&output));
    };
    with("whole", &["--steps", "40"]);
    let whole = untimed(&folder.path().join("whole"));
    for stop in ["24", "23", "22"] {
        // A run that ends before the switch, as the option would say, has it still to come.
        let output = hsr(
            folder.path(),
            &[&run[..], &more[..4], &["--log-every", "5", "--steps", stop, "--out", stop]].concat(),
        );
        let has_no_switch = stop != "24";
        if has_no_switch {
            assert_eq!(output.status.code(), DONE, "{}", text(&output));
        } else {
            with("24", &["--steps", "24", "--overwrite"]);
        }
        let checkpoint = format!("{stop}/checkpoint.npz");
        with(stop, &["--steps", "40", "--resume", &checkpoint]);
        let resumed = untimed(&folder.path().join(stop));
        // The last record of the first half stands where none is due.
        let due: Vec<&Record> = resumed.iter().filter(|record| record.step % 5 == 0).collect();
        assert_eq!(due, whole.iter().collect::<Vec<_>>(), "resumed at {stop}");
    }
    // The first checkpoint has the weights as they were drawn and scaled.
    let start = Checkpoint::read(folder.path().join("whole/start.npz")).unwrap();
    assert_eq!(start.state.step, 0);
    let again = [
        "--init",
        "whole/start.npz",
        "--steps",
        "40",
        "--batch",
        "32",
        "--switch",
        "23:sam:0.1",
        "--log-every",
        "5",
    ];
    let output = hsr(folder.path(), &[&run[..], &again, &["--out", "again"]].concat());
    assert_eq!(output.status.code(), DONE, "{}", text(&output));
    assert_eq!(untimed(&folder.path().join("again")), whole);
    let settings: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("again/settings.json")).unwrap())
            .unwrap();
    let command = settings["command"].as_str().unwrap();
    assert!(
        command.contains(" --init whole/start.npz ") && command.contains(" --switch 23:sam:0.1 "),
        "{command}"
    );
    assert_eq!((&settings["label_noise"], &settings["init"]), (&0.2.into(), &"whole/start.npz".into()));
}
