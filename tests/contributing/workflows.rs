//! Workflows are YAML of the form that GitHub reads, call steps that exist, and promise the version of Rust that Cargo.toml
//! promises.

use crate::{called, exists, field, files, is_path, manifest, steps, yaml};
use serde_json::Value;
use std::collections::BTreeSet;

/// The workflows of this repository.
fn own() -> Vec<String> {
    files(".github/workflows", ".yml")
}

/// Those that are there to be copied, too.
fn all() -> Vec<String> {
    [own(), files("examples/ci", ".yml")].concat()
}

/// The jobs of a workflow, with their names.
fn jobs(path: &str) -> Vec<(String, Value)> {
    let workflow = yaml(path);
    let jobs = workflow["jobs"].as_object().unwrap_or_else(|| panic!("{path} has no jobs"));
    jobs.iter().map(|(name, job)| (format!("{path}, {name}"), job.clone())).collect()
}

/// The lines that a job runs, once for each value of its matrix that stands in them.
fn lines(job: &Value) -> Vec<String> {
    let scripts = job["steps"].as_array().unwrap().iter().filter_map(|step| step["run"].as_str());
    let mut lines: Vec<String> = scripts.flat_map(|script| script.lines().map(str::to_string)).collect();
    for (name, values) in job["strategy"]["matrix"].as_object().into_iter().flatten() {
        let place = format!("${{{{ matrix.{name} }}}}");
        let fill = |line: String| -> Vec<String> {
            match values.as_array() {
                Some(values) if line.contains(&place) => {
                    values.iter().map(|value| line.replace(&place, value.as_str().unwrap())).collect()
                }
                _ => vec![line],
            }
        };
        lines = lines.into_iter().flat_map(fill).collect();
    }
    lines
}

#[test]
fn every_workflow_has_the_form_of_one() {
    assert!(own().len() >= 2, "{:?}", own());
    for path in all() {
        let workflow = yaml(&path);
        assert!(workflow["name"].is_string() && !workflow["on"].is_null(), "{path} has a name and a trigger");
        assert!(workflow["permissions"].is_object(), "{path} says what it may do");
        let names: BTreeSet<&String> = workflow["jobs"].as_object().unwrap().keys().collect();
        for (place, job) in jobs(&path) {
            assert!(job["runs-on"].is_string(), "{place} runs somewhere");
            for needed in [&job["needs"]].into_iter().filter_map(Value::as_str) {
                assert!(names.contains(&needed.to_string()), "{place} needs {needed}, which is no job");
            }
            let steps = job["steps"].as_array().unwrap_or_else(|| panic!("{place} has no steps"));
            for step in steps {
                let (uses, run) = (step["uses"].as_str(), step["run"].as_str());
                assert!(
                    uses.is_some() != run.is_some(),
                    "{place}: a step uses something or runs something: {step}"
                );
                assert!(uses.is_none_or(|action| action.contains('@')), "{place}: {step} names no version");
            }
        }
    }
}

#[test]
fn every_step_that_a_workflow_calls_exists() {
    let steps = steps();
    for path in own() {
        for (place, job) in jobs(&path) {
            for line in lines(&job) {
                for step in called(&line) {
                    assert!(steps.contains(&step), "{place}: '{step}' is no step of .ci/run: {line}");
                }
            }
        }
    }
}

#[test]
fn every_step_is_called_by_the_workflow_of_a_push() {
    let path = ".github/workflows/ci.yml";
    let lines: Vec<String> = jobs(path).iter().flat_map(|(_, job)| lines(job)).collect();
    let called: BTreeSet<String> = lines.iter().flat_map(|line| called(line)).collect();
    let left: Vec<String> = steps().into_iter().filter(|step| !called.contains(step)).collect();
    assert!(left.is_empty(), "{path} calls all steps of .ci/run but {left:?}");
}

#[test]
fn every_file_that_a_workflow_names_exists() {
    for path in own() {
        for (place, job) in jobs(&path) {
            for line in lines(&job) {
                for word in line.split_whitespace().filter(|word| is_path(word)) {
                    assert!(exists(word), "{place}: there is no {word}: {line}");
                }
            }
        }
    }
}

#[test]
fn the_claimed_version_of_rust_is_the_one_that_is_tried() {
    let (_, job) =
        jobs(".github/workflows/ci.yml").into_iter().find(|(name, _)| name.ends_with("msrv")).unwrap();
    assert_eq!(job["env"]["MSRV"].as_str(), Some(field(&manifest(), "rust_version").as_str()));
    let checks = lines(&job).iter().any(|line| line.starts_with("cargo \"+$MSRV\" check --locked"));
    assert!(checks, "{job}");
}

#[test]
fn every_issue_template_has_the_form_of_one() {
    let templates = files(".github/ISSUE_TEMPLATE", ".yml");
    assert!(templates.len() >= 4, "{templates:?}");
    for path in templates {
        let template = yaml(&path);
        if path.ends_with("/config.yml") {
            assert!(template["blank_issues_enabled"].is_boolean(), "{path}");
            continue;
        }
        for name in ["name", "description"] {
            assert!(template[name].is_string(), "{path} has no {name}");
        }
        let mut seen = BTreeSet::new();
        for element in template["body"].as_array().unwrap_or_else(|| panic!("{path} has no body")) {
            let kind = element["type"].as_str().unwrap_or_default();
            let attributes = &element["attributes"];
            match kind {
                "markdown" => assert!(attributes["value"].is_string(), "{path}: {element}"),
                "input" | "textarea" | "dropdown" => {
                    assert!(attributes["label"].is_string(), "{path}: {element}");
                    assert_eq!(attributes["options"].is_array(), kind == "dropdown", "{path}: {element}");
                    let id = element["id"].as_str().unwrap_or_else(|| panic!("{path}: no id: {element}"));
                    assert!(seen.insert(id.to_string()), "{path} has {id} twice");
                }
                _ => panic!("{path}: '{kind}' is no kind of element"),
            }
        }
        assert!(!seen.is_empty(), "{path} asks nothing");
    }
}
