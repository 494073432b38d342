//! The README does what it says: its commands run, and every output that it shows is what its command prints.
//!
//! A block that no test knows fails, so that a new one cannot be added without being held. Only what changes from run to
//! run, or with the rounding of a processor, is compared loosely, and [`same_row`] says how loosely.
#![cfg(feature = "cli")]

#[path = "readme/blocks.rs"]
mod blocks;
#[path = "readme/facts.rs"]
mod facts;
#[path = "readme/files.rs"]
mod files;

use blocks::{Block, assert_shown, block, blocks, same_but_seconds};
use files::{python, python_has, with_hsr};
use std::path::Path;
use std::process::{Command, Output};

/// What shows an output, by the beginning of its first line, with what holds it.
type Holder = (&'static str, fn(&Block));

const HOLDERS: [Holder; 5] = [
    (" equation", the_table_of_the_audit),
    ("$ hsr audit", the_table_of_a_deeper_network),
    ("h_wv_residual FAILS", the_report_of_a_fault),
    ("own.md:9:1: claim slope is false", the_report_of_a_false_claim),
    ("$ hsr conform", the_report_of_a_wrong_program),
];

/// Commands that CI runs, each with what `.ci/run` says of it.
const BY_CI: [(&str, &str); 3] = [
    ("cargo run --release", "main-command"),
    ("cargo test --release", "test-command"),
    ("fuzz/run 5000", "\n    fuzz/run "),
];

/// The beginnings of the blocks in Python that [`every_command_runs`] runs.
const PYTHON: [&str; 4] = [
    "import numpy as np\n\nrng",
    "import safetensors.torch",
    "import numpy as np\n\nanswer",
    "import subprocess",
];

/// A line of shell, where `hsr` is the one that is tested.
fn shell(folder: &Path, line: &str) -> Output {
    Command::new("sh").args(["-c", line]).current_dir(folder).env("PATH", with_hsr()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn every_block_is_held_by_a_test() {
    let ci = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).unwrap();
    let mut python = 0;
    for block in blocks() {
        let text = block.text();
        match block.language.as_str() {
            "console" => {
                for line in &block.lines {
                    let command = line.strip_prefix("$ ");
                    let command =
                        command.unwrap_or_else(|| panic!("an output belongs into a text block: {line}"));
                    let by_ci = BY_CI.iter().find(|(other, _)| *other == command);
                    assert!(
                        command.starts_with("hsr ") || by_ci.is_some_and(|(_, step)| ci.contains(step)),
                        "nobody runs {command}"
                    );
                }
            }
            "text" => {
                assert!(HOLDERS.iter().any(|(start, _)| text.starts_with(start)), "nobody holds\n{text}")
            }
            "python" => {
                assert!(text.starts_with(PYTHON[python]), "nobody runs\n{text}");
                python += 1;
            }
            // Doc tests of the library, and the derivation that the commands are given.
            "rust" => {}
            "markdown" => assert_eq!(text, own_derivation()),
            other => panic!("nobody holds a block of '{other}':\n{text}"),
        }
    }
    assert_eq!(python, PYTHON.len());
}

#[test]
fn every_output_is_what_the_command_prints() {
    for (start, holds) in HOLDERS {
        holds(&block("text", start));
    }
}

/// The text of `own.md`.
fn own_derivation() -> String {
    block("markdown", "```claims").text()
}

/// The command that needs no arguments. It takes ten seconds, so that its other promises are held here, too.
fn the_table_of_the_audit(shown: &Block) {
    let folder = tempfile::tempdir().unwrap();
    let output = shell(folder.path(), "hsr");
    let printed = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(output.stderr.is_empty(), "a progress bar is for terminals: {:?}", output.stderr);
    assert_shown(&shown.lines, &printed, same_row);
    let equations = hsr::audit::float_equations().len();
    let rows = printed.lines().filter(|line| line.split_whitespace().nth(1) == Some("holds")).count();
    assert_eq!(rows, equations);
    assert!(printed.contains(&format!("\n{equations} equations hold, 0 fail; ")), "{printed}");
    facts::states(&format!("({rows} rows, some of them here; "));
}

/// Another depth and another loss: the equations of chapters 9 to 13 alone.
fn the_table_of_a_deeper_network(shown: &Block) {
    let folder = tempfile::tempdir().unwrap();
    let (command, shown) = shown.lines.split_first().unwrap();
    let output = shell(folder.path(), command.strip_prefix("$ ").unwrap());
    let printed = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert_shown(shown, &printed, same_row);
    let is_row = |line: &&str| matches!(line.split_whitespace().nth(1), Some("holds" | "n/a"));
    let rows = printed.lines().filter(is_row).count();
    let equations = hsr::audit::float_equations();
    assert_eq!(rows, equations.iter().filter(|equation| equation.closed.is_of_any_depth()).count());
    let all = equations.len();
    facts::states(&format!(
        "One hidden layer with softmax has all {all} equations, any other network the {rows} of"
    ));
}

/// Columns of the audit's table that depend on how a processor rounds, and on its library of elementary functions: the
/// worst errors by dual numbers and of the fast path, and the right digits.
const ERRORS: [usize; 2] = [5, 7];
const DIGITS: usize = 8;

/// The same line of the audit but for the seconds; and errors within a factor of ten, digits within one.
fn same_row(shown: &str, line: &str) -> bool {
    let words = |line: &str| line.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let (of_readme, of_run) = (words(shown), words(line));
    if of_readme.get(1).map(String::as_str) != Some("holds") || of_readme.len() != of_run.len() {
        return same_but_seconds(shown, line);
    }
    let number = |word: &str| word.parse::<f64>().ok();
    let close = |(column, (a, b)): (usize, (&String, &String))| match (number(a), number(b)) {
        (Some(a), Some(b)) if ERRORS.contains(&column) && a > 0.0 => (0.1..=10.0).contains(&(b / a)),
        (Some(a), Some(b)) if column == DIGITS => (a - b).abs() <= 1.0,
        _ => a == b,
    };
    shown.len() == line.len() && of_readme.iter().zip(&of_run).enumerate().all(close)
}

/// The report itself needs a copy of the crate with a fault in it: `tests/faults.rs` builds one, and compares. What it
/// tells the reader to run is run here, where the equation is right.
fn the_report_of_a_fault(shown: &Block) {
    let replay = shown.lines.iter().find_map(|line| line.trim().strip_prefix("replay"));
    let folder = tempfile::tempdir().unwrap();
    let output = shell(folder.path(), replay.unwrap());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout(&output).contains("\n1 equations hold, 0 fail; "), "{}", stdout(&output));
}

fn the_report_of_a_false_claim(shown: &Block) {
    let folder = tempfile::tempdir().unwrap();
    let right = own_derivation();
    let (start, end) = right.rsplit_once("= sum").unwrap();
    std::fs::write(folder.path().join("own.md"), format!("{start}= 2*sum{end}")).unwrap();
    let output = shell(folder.path(), "hsr check own.md");
    assert_eq!(output.status.code(), Some(1));
    assert_shown(&shown.lines, &stdout(&output), |shown, line| shown == line);
}

fn the_report_of_a_wrong_program(shown: &Block) {
    if !python_has("numpy") {
        println!("numpy is not here: the output of conform is not compared");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("examples/python");
    std::fs::create_dir_all(&to).unwrap();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    let (command, shown) = shown.lines.split_first().unwrap();
    let output = shell(folder.path(), command.strip_prefix("$ ").unwrap());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    // The largest error of a right answer is one of rounding, by NumPy on this processor.
    let but_the_last = |line: &str| line.rsplit_once(' ').map(|(line, _)| line.trim_end().to_string());
    let same = |shown: &str, line: &str| {
        let is_row = shown.starts_with(" gradient ");
        if is_row { but_the_last(shown) == but_the_last(line) } else { same_but_seconds(shown, line) }
    };
    assert_shown(shown, &stdout(&output), same);
}

#[test]
fn every_command_runs() {
    let folder = tempfile::tempdir().unwrap();
    files::arrays(folder.path());
    files::others(folder.path());
    std::fs::write(folder.path().join("own.md"), own_derivation()).unwrap();
    let scripts: Vec<String> =
        blocks().iter().filter(|block| block.language == "python").map(Block::text).collect();
    let numpy = python_has("numpy");
    if numpy {
        python(folder.path(), &scripts[0]);
    } else {
        println!("numpy is not here: the Python blocks are skipped");
    }
    // Where there is no PyTorch, a file with the names that it gives stands in.
    if python_has("safetensors.torch, torch") {
        python(folder.path(), &scripts[1]);
    }
    let console = blocks().into_iter().filter(|block| block.language == "console");
    let lines: Vec<String> = console.flat_map(|block| block.lines).collect();
    let commands: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("$ "))
        .filter(|line| line.starts_with("hsr "))
        .collect();
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        let output = shell(folder.path(), command);
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        if command == "hsr check" {
            facts::of_the_claims(&stdout(&output));
        }
    }
    if numpy {
        python(folder.path(), &scripts[2]);
        // The program of one's own is the example.
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/python");
        std::fs::copy(examples.join("protocol.py"), folder.path().join("protocol.py")).unwrap();
        std::fs::copy(examples.join("closed_forms.py"), folder.path().join("mine.py")).unwrap();
        python(folder.path(), &format!("{}\ntest_mine_conforms()\n", scripts[3]));
    }
}

#[test]
fn numbers_and_lists_of_the_text_are_those_of_the_crate() {
    facts::of_the_variants();
    facts::of_the_labelled_claims();
    facts::of_activations_and_data();
    facts::of_the_answer();
}
