//! What contributors and releases rest on: workflows, issue templates, licences, the packaged crate, the documents. Each is
//! held against what it speaks of.

mod dependencies;
mod documents;
mod package;
mod workflows;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder with this ending, as paths from the root of the repository.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut paths: Vec<String> =
        names.filter(|name| name.ends_with(ending)).map(|name| format!("{folder}/{name}")).collect();
    paths.sort();
    paths
}

/// What a program prints; it must succeed.
fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    output.status.success().then_some(told).ok_or(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// This package as `cargo metadata` describes it.
fn manifest() -> Value {
    let told =
        output(env!("CARGO"), &["metadata", "--no-deps", "--offline", "--format-version", "1"]).unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    let packages = told["packages"].as_array().unwrap();
    packages.iter().find(|package| package["name"] == "hsr").unwrap().clone()
}

fn field(manifest: &Value, name: &str) -> String {
    manifest[name].as_str().unwrap_or_else(|| panic!("Cargo.toml has no {name}")).to_string()
}

/// The steps of `.ci/run`.
fn steps() -> Vec<String> {
    let told = output("bash", &[".ci/run", "--list"]).unwrap();
    let steps: Vec<String> =
        told.lines().map(|line| line.split_whitespace().next().unwrap().to_string()).collect();
    assert!(steps.len() > 5, "{told}");
    steps
}

/// The steps that a line of a shell calls: the words behind `.ci/run`, up to the end of the command.
fn called(line: &str) -> Vec<String> {
    let Some((_, rest)) = line.split_once(".ci/run") else { return Vec::new() };
    let ends = |word: &&str| ["&&", "||", ";", "|", "#"].contains(word);
    let words = rest.split_whitespace().take_while(|word| !ends(word));
    words.filter(|word| !word.starts_with('-')).map(str::to_string).collect()
}

/// A word that names a file of the repository: its first part is a file or a folder there. Not what is built there.
fn is_path(word: &str) -> bool {
    let first = word.split('/').next().unwrap_or_default();
    let plain = word.chars().all(|c| c.is_alphanumeric() || "./-_".contains(c));
    plain && !["", ".", "..", "target"].contains(&first) && root().join(first).exists()
}

/// The YAML of a file.
fn yaml(path: &str) -> Value {
    use saphyr::{LoadableYamlNode, Scalar, Yaml};
    fn value(node: &Yaml, path: &str) -> Value {
        match node {
            Yaml::Value(Scalar::Null) => Value::Null,
            Yaml::Value(Scalar::Boolean(truth)) => (*truth).into(),
            Yaml::Value(Scalar::Integer(number)) => (*number).into(),
            Yaml::Value(Scalar::FloatingPoint(number)) => number.into_inner().into(),
            Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
            Yaml::Sequence(nodes) => nodes.iter().map(|node| value(node, path)).collect(),
            Yaml::Mapping(entries) => {
                let entries = entries.iter().map(|(key, node)| {
                    let key = key.as_str().unwrap_or_else(|| panic!("{path}: {key:?} is no key"));
                    (key.to_string(), value(node, path))
                });
                Value::Object(entries.collect())
            }
            other => panic!("{path}: {other:?} is not expected"),
        }
    }
    let text = read(path);
    let documents = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(documents.len(), 1, "{path} holds one document");
    value(&documents[0], path)
}

#[test]
fn the_words_behind_a_call_are_steps() {
    assert_eq!(called(".ci/run lint docs && echo done"), ["lint", "docs"]);
    assert_eq!(called("ls .ci/run | wc"), [""; 0]);
    assert_eq!(called(".ci/run --list"), [""; 0]);
}

#[test]
fn a_misspelt_path_is_a_path() {
    assert!(is_path(".ci/rum") && is_path("tests/romos") && is_path("Cargo.toml"));
    assert!(!is_path("target/release/hsr") && !is_path("--locked") && !is_path("tests/*.rs"));
}

/// Where the commands of the documents lead.
fn exists(path: &str) -> bool {
    let path: PathBuf = root().join(path);
    path.exists()
}
