//! The derivation to read, the functions that compute, and the registry that checks have the same names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const CHAPTERS: [&str; 13] = [
    "model",
    "hessian",
    "trace",
    "squared_trace",
    "bound",
    "trace_gradient",
    "squared_trace_gradient",
    "bound_gradient",
    "layers",
    "layer_trace",
    "sweep",
    "layer_gradient",
    "partition",
];

fn read(path: String) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Headings of the form ``### `name` ``.
fn headings(number: usize, chapter: &str) -> BTreeSet<String> {
    let text = read(format!("derivations/{number:02}-{}.md", chapter.replace('_', "-")));
    let names = text.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
    let names: Vec<String> = names.map(str::to_string).collect();
    let unique: BTreeSet<String> = names.iter().cloned().collect();
    assert_eq!(names.len(), unique.len(), "a name is explained twice in chapter {chapter}");
    unique
}

/// Public functions at the top level of a chapter's file.
fn functions(chapter: &str) -> BTreeSet<String> {
    let text = read(format!("src/terms/{chapter}.rs"));
    let names = text.lines().filter_map(|line| line.strip_prefix("pub fn "));
    names.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

/// Equations that the audit checks.
fn checked(chapter: &str) -> BTreeSet<String> {
    let all = hsr::audit::float_equations();
    all.iter()
        .filter(|equation| equation.closed.chapter == chapter)
        .map(|equation| equation.closed.name.to_string())
        .collect()
}

#[test]
fn every_equation_that_is_explained_is_computed_and_the_other_way_round() {
    for (index, chapter) in CHAPTERS.iter().enumerate() {
        assert_eq!(headings(index + 1, chapter), functions(chapter), "chapter {chapter}");
    }
}

#[test]
fn every_equation_that_is_computed_is_checked_and_the_other_way_round() {
    for chapter in CHAPTERS {
        assert_eq!(functions(chapter), checked(chapter), "chapter {chapter}");
    }
}

#[test]
fn every_equation_has_a_truth() {
    for equation in hsr::audit::float_equations() {
        assert!(!equation.checks.is_empty(), "{} is held against nothing", equation.closed.name);
    }
}
