//! No file of the user's is lost: an output is no input and no other output, two runs do not mix, and what cannot be
//! written is found before the work.
#![cfg(feature = "cli")]

use hsr::io::{Array, write_npz};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const WRONG_INPUT: Option<i32> = Some(2);

fn hsr(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hsr")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A network, data as npz, as a table and as JSON, a case, a derivation, and a program.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let numbers = |count: usize| (0..count).map(|i| (i * i % 11) as f64 / 4.0 - 1.0).collect::<Vec<f64>>();
    let array = |shape: &[usize]| Array { shape: shape.to_vec(), values: numbers(shape.iter().product()) };
    write_npz(at("net.npz"), &[("W", array(&[3, 2])), ("V", array(&[2, 3]))]).unwrap();
    let labels = Array::vector(&[0.0, 1.0].repeat(6));
    write_npz(at("train.npz"), &[("X", array(&[12, 2])), ("y", labels)]).unwrap();
    let table: String =
        (0..12).map(|row| format!("{},{},{}\n", row, row * row % 7, ["p", "q"][row % 2])).collect();
    fs::write(at("own.csv"), format!("a,b,label\n{table}")).unwrap();
    let case =
        r#"{"activation": "tanh", "W": [[1, 2]], "V": [[1], [-1]], "X": [[0.5, 1], [1, 0]], "y": [0, 1]}"#;
    fs::write(at("case.json"), case).unwrap();
    fs::write(at("own.md"), "# Own\n\n```claims\nclaim one: 1 = 1\n```\n").unwrap();
    fs::write(at("mine.sh"), "exec hsr answer\n").unwrap();
    fs::write(at("loss.json"), "exec hsr answer\n").unwrap();
    folder
}

/// The bytes of every file.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn an_output_that_is_an_input_or_another_output_is_refused_by_every_command() {
    let folder = folder();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("net.npz", folder.path().join("link.npz")).unwrap();
        fs::hard_link(folder.path().join("own.csv"), folder.path().join("hard.csv")).unwrap();
    }
    fs::create_dir(folder.path().join("sub")).unwrap();
    let before = contents(folder.path());
    let network = "--network net.npz --data train.npz --activation tanh";
    for (arguments, both) in [
        ("train --data train.npz --out .".to_string(), ["./train.npz", "train.npz"]),
        (format!("oracle {network} --out net.npz"), ["--out", "--network"]),
        (format!("oracle {network} --out sub/../train.npz"), ["sub/../train.npz", "--data"]),
        (format!("spectrum {network} --out ./net.npz"), ["--out", "--network"]),
        ("oracle --network case.json --out case.json".to_string(), ["--out", "--network"]),
        ("check own.md --html own.md".to_string(), ["--html", "own.md"]),
        ("check own.md --out own.md".to_string(), ["--out", "own.md"]),
        ("check own.md --out o --html o".to_string(), ["--out", "--html"]),
        ("check own.md --out new --html sub/../new".to_string(), ["new", "sub/../new"]),
        ("audit --data own.csv --out own.csv".to_string(), ["--out", "--data"]),
        ("audit --data train.npz --out train.npz".to_string(), ["--out", "--data"]),
        ("conform --case case.json --out case.json -- hsr answer".to_string(), ["--out", "--case"]),
        ("conform --out mine.sh -- sh mine.sh".to_string(), ["--out", "mine.sh"]),
        ("conform --failures . -- sh loss.json".to_string(), ["--failures", "loss.json"]),
        (
            "conform --failures . --out gradient.json -- sh mine.sh".to_string(),
            ["--failures", "gradient.json"],
        ),
        ("conform --failures mine.sh -- hsr answer".to_string(), ["--failures mine.sh", "folder"]),
        ("conform --failures . -- hsr answer".to_string(), ["loss.json", "no case of an earlier run"]),
        #[cfg(unix)]
        (format!("oracle {network} --out link.npz"), ["link.npz", "net.npz"]),
        #[cfg(unix)]
        ("audit --data hard.csv --out own.csv".to_string(), ["own.csv", "hard.csv"]),
    ] {
        let output = hsr(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments}: {}", text(&output));
        for name in both {
            assert!(text(&output).contains(name), "{arguments}: {}", text(&output));
        }
        assert_eq!(contents(folder.path()), before, "{arguments}");
    }
}

#[test]
fn a_folder_with_files_of_something_else_is_refused_and_replaced_where_it_is_said() {
    let folder = folder();
    let run = ["train", "--data", "own.csv", "--no-eigenvalues", "--out", "run"];
    let with = |more: &[&str]| hsr(folder.path(), &[&run, more].concat());
    let steps = ["--steps", "3"];
    assert!(with(&steps).status.success());
    // The same run again.
    assert!(with(&steps).status.success());
    let before = contents(&folder.path().join("run"));
    for other in
        [&["--steps", "3", "--test-share", "0"][..], &["--steps", "3", "--seed", "1"], &["--steps", "4"]]
    {
        let output = with(other);
        assert_eq!(output.status.code(), WRONG_INPUT);
        let told = "hsr: run holds settings.json, train.npz, test.npz, log.csv, log.jsonl, start.npz, checkpoint.npz, not \
                    of this run: give another folder, or say --overwrite to replace them";
        assert!(text(&output).contains(told), "{}", text(&output));
        assert_eq!(contents(&folder.path().join("run")), before);
    }
    let output = with(&["--steps", "3", "--test-share", "0", "--overwrite"]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(!folder.path().join("run/test.npz").exists());

    // A folder of the user's own.
    fs::create_dir(folder.path().join("own")).unwrap();
    fs::write(folder.path().join("own/test.npz"), "mine").unwrap();
    let output = hsr(folder.path(), &["train", "--data", "own.csv", "--steps", "3", "--out", "own"]);
    assert_eq!(output.status.code(), WRONG_INPUT);
    assert!(text(&output).contains("own holds test.npz, not of this run"), "{}", text(&output));
    assert_eq!(fs::read(folder.path().join("own/test.npz")).unwrap(), b"mine");
}

#[test]
fn a_comparison_and_vectors_do_not_replace_what_is_not_theirs() {
    let folder = folder();
    fs::write(folder.path().join("tables.txt"), "mine").unwrap();
    fs::write(folder.path().join("smallest_tanh.json"), "mine").unwrap();
    let before = contents(folder.path());
    for (arguments, told) in [
        ("compare --data own.csv --seeds 1 --out .", "holds tables.txt, not of this run"),
        ("vectors --out .", "holds smallest_tanh.json, not of this run"),
    ] {
        let output = hsr(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), WRONG_INPUT, "{}", text(&output));
        assert!(text(&output).contains(told), "{}", text(&output));
        assert_eq!(contents(folder.path()), before);
    }
}

#[cfg(unix)]
#[test]
fn two_runs_into_one_folder_at_once_do_not_mix() {
    let folder = folder();
    let run = |seed: &str| {
        let arguments =
            ["train", "--data", "own.csv", "--steps", "200000", "--no-eigenvalues", "--seed", seed];
        let mut command = Command::new(env!("CARGO_BIN_EXE_hsr"));
        command.args(arguments).args(["--out", "run"]).current_dir(folder.path());
        command
    };
    let mut first = run("1").stderr(std::process::Stdio::null()).spawn().unwrap();
    while !folder.path().join("run/log.csv").exists() {
        assert_eq!(first.try_wait().unwrap(), None);
        std::thread::sleep(Duration::from_millis(2));
    }
    for (seed, more) in [("2", "--as-is"), ("2", "--overwrite"), ("1", "--as-is")] {
        let output = run(seed).arg(more).output().unwrap();
        assert_eq!(output.status.code(), WRONG_INPUT);
        assert!(
            text(&output).contains("another hsr writes into run: wait until it ends"),
            "{}",
            text(&output)
        );
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // A lock ends with its process.
    let arguments = ["train", "--data", "own.csv", "--steps", "3", "--out", "run", "--overwrite"];
    let output = hsr(folder.path(), &arguments);
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn what_cannot_be_written_is_found_before_the_work() {
    let folder = folder();
    for arguments in [
        "audit --out none/report.txt",
        "check --out none/report.txt",
        "check --html none/page.html",
        "oracle --network net.npz --data train.npz --activation tanh --spectrum --out none/answer.npz",
        "spectrum --network net.npz --data train.npz --activation tanh --out none/answer.npz",
        "conform --out none/report.xml -- hsr answer",
        "vectors --out none/vectors",
        "compare --out none/study",
        "train --out none/run",
        "man --out none/man",
    ] {
        let begun = Instant::now();
        let output = hsr(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments}: {}", text(&output));
        assert!(text(&output).contains("cannot write none/"), "{arguments}: {}", text(&output));
        assert!(!text(&output).contains(".hsr-part"), "{arguments}: {}", text(&output));
        // Seconds of work come first otherwise.
        assert!(begun.elapsed() < Duration::from_secs(4), "{arguments} took {:?}", begun.elapsed());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_one_clear_error() {
    let folder = folder();
    for arguments in [
        "--help",
        "audit --help",
        "check own.md",
        "check own.md --format json",
        "oracle --network net.npz --data train.npz --activation tanh",
        "oracle --network net.npz --data train.npz --activation tanh --json",
        "spectrum --network case.json --json",
        "train --data own.csv --steps 2 --out run",
        "bench --samples 9 --widths 3-4-2 --measure gradient --threads 1 --runs 1",
        "completions bash",
        "man",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_hsr"))
            .args(arguments.split(' '))
            .current_dir(folder.path())
            .stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), WRONG_INPUT, "{arguments}: {}", text(&output));
        let told = "hsr: cannot write to standard output: No space left on device";
        assert!(text(&output).contains(told), "{arguments}: {}", text(&output));
    }
}
