//! The README's commands work as they stand there.
#![cfg(feature = "cli")]

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../README.md");

/// The lines inside fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let parts = README.split(&opening).skip(1);
    parts.map(|part| part.split("\n```").next().unwrap_or_default().to_string()).collect()
}

/// The arguments of each `$ hsr ...` line.
fn commands() -> Vec<Vec<String>> {
    let lines: Vec<String> = blocks("console")
        .iter()
        .flat_map(|block| block.lines().map(str::to_string).collect::<Vec<_>>())
        .collect();
    let commands = lines.iter().filter_map(|line| line.strip_prefix("$ hsr "));
    commands.map(|command| command.split_whitespace().map(str::to_string).collect()).collect()
}

/// The path to look for commands along, `hsr` first.
fn with_hsr() -> OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_hsr")).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

/// Runs Python where it and numpy are there.
fn python(folder: &Path, code: &str) -> bool {
    let numpy = Command::new("python3").args(["-c", "import numpy"]).output();
    if !numpy.is_ok_and(|output| output.status.success()) {
        return false;
    }
    let mut command = Command::new("python3");
    let output = command.args(["-c", code]).current_dir(folder).env("PATH", with_hsr()).output().unwrap();
    assert!(output.status.success(), "{code}\n{}", String::from_utf8_lossy(&output.stderr));
    true
}

/// What the first Python block makes, for machines without numpy.
fn make_files(folder: &Path) {
    use hsr::io::{Array, write_npz};
    let matrix = |rows: usize, columns: usize| Array {
        shape: vec![rows, columns],
        values: (0..rows * columns).map(|index| (index as f64 * 0.7).sin()).collect(),
    };
    let network = [
        ("W", matrix(8, 4)),
        ("b", Array::vector(&[0.0; 8])),
        ("V", matrix(3, 8)),
        ("c", Array::vector(&[0.0; 3])),
    ];
    write_npz(folder.join("net.npz"), &network).unwrap();
    let labels: Vec<f64> = (0..40).map(|n| f64::from(n % 3)).collect();
    write_npz(folder.join("data.npz"), &[("X", matrix(40, 4)), ("y", Array::vector(&labels))]).unwrap();
}

#[test]
fn every_command_of_the_readme_runs() {
    let folder = tempfile::tempdir().unwrap();
    let scripts = blocks("python");
    assert_eq!(scripts.len(), 3);
    if !python(folder.path(), &scripts[0]) {
        println!("numpy is not here: the Python blocks are skipped");
        make_files(folder.path());
    }
    let own = README.split("````markdown\n").nth(1).and_then(|rest| rest.split("\n````").next()).unwrap();
    std::fs::write(folder.path().join("own.md"), own.to_string() + "\n").unwrap();
    let commands = commands();
    assert!(commands.len() >= 5, "{commands:?}");
    for arguments in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_hsr"))
            .args(&arguments)
            .current_dir(folder.path())
            .env("PATH", with_hsr())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    python(folder.path(), &scripts[1]);
    // The program of one's own is the example.
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python");
    std::fs::copy(examples.join("protocol.py"), folder.path().join("protocol.py")).unwrap();
    std::fs::copy(examples.join("closed_forms.py"), folder.path().join("mine.py")).unwrap();
    python(folder.path(), &format!("{}\ntest_mine_conforms()\n", scripts[2]));
}
