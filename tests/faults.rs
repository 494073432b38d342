//! Every check can fail: one deliberate fault is put into the function of each equation, and the audit must go red at
//! that equation, by name.
//!
//! The faults of `tests/faults/list.txt` are built into one copy of the sources, each behind a switch that the
//! environment variable `HSR_FAULT` throws. Building that copy takes minutes, so the test runs only when asked:
//! `cargo test --release --test faults -- --ignored`.
//!
//! The texts of the derivation have faults, too: every small edit of a claim, which `hsr check --mutants` makes.

#![cfg(feature = "cli")]

#[path = "readme/blocks.rs"]
#[allow(dead_code, reason = "the tests of the README use all of it")]
mod blocks;

use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A fault of the list.
struct Fault {
    equation: String,
    right: String,
    wrong: String,
}

fn faults() -> Vec<Fault> {
    let list =
        include_str!("faults/list.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    list.map(|line| {
        let fields: Vec<&str> = line.split(" | ").collect();
        let [equation, right, wrong] = fields[..] else { panic!("not a fault: {line}") };
        Fault { equation: equation.into(), right: right.into(), wrong: wrong.into() }
    })
    .collect()
}

#[test]
fn every_equation_has_exactly_one_fault() {
    let mut with_faults: Vec<String> = faults().into_iter().map(|fault| fault.equation).collect();
    let mut equations: Vec<String> =
        hsr::audit::float_equations().iter().map(|equation| equation.closed.name.to_string()).collect();
    with_faults.sort();
    equations.sort();
    assert_eq!(with_faults, equations);
}

#[test]
#[ignore = "builds a second copy of the crate: minutes"]
fn every_fault_is_caught_at_its_equation_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let faults = faults();
    copy_with_switches(folder.path(), &faults);
    let binary = build(folder.path());

    let sound = audit(&binary, None, "trace");
    assert!(sound.status.success(), "without a fault the copy must hold: {}", text(&sound));
    let told: Vec<(bool, String)> = faults
        .par_iter()
        .map(|fault| {
            let output = audit(&binary, Some(&fault.equation), &fault.equation);
            let named = text(&output).contains(&format!("{} FAILS", fault.equation));
            (output.status.code() == Some(1) && named, text(&output))
        })
        .collect();
    let mut missed = Vec::new();
    for (fault, (caught, told)) in faults.iter().zip(told) {
        println!("{:<32} {}", fault.equation, if caught { "caught" } else { "MISSED" });
        if !caught {
            missed.push(format!("{}: {told}", fault.equation));
        }
    }
    println!("{} faults put in, {} caught", faults.len(), faults.len() - missed.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    the_readme_shows_the_report_of_a_fault(&binary);
}

/// The report that the README shows is that of its fault, on the network that its last line asks for.
fn the_readme_shows_the_report_of_a_fault(binary: &Path) {
    let shown = blocks::block("text", "h_wv_residual FAILS");
    let replay = shown.lines.iter().find_map(|line| line.trim().strip_prefix("replay     hsr ")).unwrap();
    let output =
        Command::new(binary).args(replay.split(' ')).env("HSR_FAULT", "h_wv_residual").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    blocks::assert_shown(&shown.lines, &text(&output), blocks::same_but_seconds);
}

/// The README says how many edits there are, and what becomes of them, in round numbers.
#[test]
#[ignore = "checks tens of thousands of claims: minutes"]
fn no_small_edit_of_the_texts_survives() {
    let output = Command::new(env!("CARGO_BIN_EXE_hsr")).args(["check", "--mutants", "--no-repair"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let told = text(&output);
    let summary = told.lines().find(|line| line.contains(" edits of true claims: ")).unwrap();
    assert!(summary.ends_with(", 0 survivors") && summary.contains(" 0 undecided, "), "{summary}");
    let edits: usize = summary.split(' ').next().unwrap().parse().unwrap();
    assert!(edits > 26_000, "{summary}");
    let readme = blocks::README.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains("of more than 26,000 small edits of them none survives"));
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The audit of one equation, on few samples; the exact witness does not depend on them.
fn audit(binary: &Path, fault: Option<&str>, equation: &str) -> Output {
    let mut command = Command::new(binary);
    // The audits run side by side.
    command.env("RAYON_NUM_THREADS", "1");
    command.args(["audit", "--samples", "12", "--hidden", "2", "--points", "2", "--only", equation]);
    if let Some(fault) = fault {
        command.env("HSR_FAULT", fault);
    }
    command.output().unwrap()
}

/// Copies the crate and puts each fault behind its switch.
fn copy_with_switches(to: &Path, faults: &[Fault]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["Cargo.toml", "Cargo.lock"] {
        let text = fs::read_to_string(root.join(file)).unwrap().replace(MEMBERS, "");
        fs::write(to.join(file), text.replace("name = \"hsr\"", &format!("name = \"{COPY}\""))).unwrap();
    }
    // The sources call the library by the name that it has.
    let manifest = fs::read_to_string(to.join("Cargo.toml")).unwrap() + "\n[lib]\nname = \"hsr\"\n";
    fs::write(to.join("Cargo.toml"), manifest).unwrap();
    copy_folder(&root.join("src"), &to.join("src"));
    for folder in ["benches", "derivations"] {
        copy_folder(&root.join(folder), &to.join(folder));
    }
    let chapters: Vec<PathBuf> =
        fs::read_dir(to.join("src/terms")).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in &chapters {
        let mut source = fs::read_to_string(path).unwrap();
        for fault in faults {
            if let Some(switched) = switch(&source, fault) {
                source = switched;
            }
        }
        fs::write(path, source).unwrap();
    }
    let sources: String = chapters.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for fault in faults {
        assert!(sources.contains(&condition(fault)), "no function has the fault of {}", fault.equation);
    }
    let library = to.join("src/lib.rs");
    let source = fs::read_to_string(&library).unwrap() + SWITCH;
    fs::write(library, source).unwrap();
}

/// The example that stands beside the crate, and the package of Python, are not copied.
const MEMBERS: &str = "members = [\"examples/rust\", \"python\"]\n";

/// The package of the copy, and so its command: beside the right one in the same folder.
const COPY: &str = "hsr-with-faults";

const SWITCH: &str = "
/// Whether this fault is switched on.
pub(crate) fn fault(name: &str) -> bool {
    static NAME: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    NAME.get_or_init(|| std::env::var(\"HSR_FAULT\").ok()).as_deref() == Some(name)
}
";

fn condition(fault: &Fault) -> String {
    format!("if crate::fault(\"{}\")", fault.equation)
}

/// The source with the fault behind its switch, if the equation's function is in it.
fn switch(source: &str, fault: &Fault) -> Option<String> {
    let (equation, right, wrong) = (&fault.equation, &fault.right, &fault.wrong);
    let start = source.find(&format!("\npub fn {equation}<"))?;
    let end = start + source[start..].find("\n}\n").unwrap();
    let body = &source[start..end];
    assert_eq!(body.matches(right.as_str()).count(), 1, "'{right}' must stand once in {equation}:\n{body}");
    let switched = format!("({} {{ {wrong} }} else {{ {right} }})", condition(fault));
    Some(format!("{}{}{}", &source[..start], body.replacen(right.as_str(), &switched, 1), &source[end..]))
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_folder(&source, &target);
        } else {
            fs::copy(source, target).unwrap();
        }
    }
}

/// Builds the copy among the artefacts of this test run, so that the packages that both need are built once.
fn build(folder: &Path) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    // CI builds the copy with LAPACK, and runs it with no fault put in as well: one build for two checks.
    let features = std::env::var("HSR_COPY_FEATURES").unwrap_or_default();
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--bin", COPY, "--features", &features, "--target-dir"])
        .arg(target)
        // Thousands of small checks run fast enough without the slowest optimisations.
        .args(["--config", &format!("profile.release.package.{COPY}.opt-level=1")])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "the copy does not build:\n{}", text(&output));
    target.join("release").join(COPY)
}
