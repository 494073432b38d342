//! The documents agree with Cargo.toml and with each other, and what they name exists.

use crate::{called, exists, field, files, is_path, manifest, read, steps, yaml};
use serde_json::Value;

/// The version's heading in the changelog, with its date: none before the release.
fn release(version: &str) -> Option<String> {
    let changelog = read("CHANGELOG.md");
    let mut lines = changelog.lines();
    lines.find_map(|line| Some(line.strip_prefix(&format!("## {version} - "))?.to_string()))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| part.chars().all(|c| c.is_ascii_digit());
    parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(digits)
}

#[test]
fn the_changelog_is_dated() {
    const KINDS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];
    let version = field(&manifest(), "version");
    let changelog = read("CHANGELOG.md");
    let headings: Vec<&str> = changelog.lines().filter(|line| line.starts_with("## ")).collect();
    assert!(headings.contains(&"## Unreleased") || release(&version).is_some(), "no heading for {version}");
    for heading in headings.iter().filter(|heading| **heading != "## Unreleased") {
        let date = heading.split_once(" - ").map(|(_, date)| date);
        assert!(date.is_some_and(is_date), "not '## VERSION - DATE': {heading}");
    }
    let below: Vec<&str> = changelog.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    for heading in &below {
        assert!(
            is_date(heading) || KINDS.contains(heading),
            "neither a date nor a kind of change: {heading}"
        );
    }
    // Newest first.
    let dates: Vec<&str> = below.into_iter().filter(|heading| is_date(heading)).collect();
    assert!(dates.is_sorted_by(|a, b| a > b), "{dates:?}");
}

#[test]
fn the_citation_agrees_with_the_manifest() {
    let (manifest, citation) = (manifest(), yaml("CITATION.cff"));
    let version = field(&manifest, "version");
    assert_eq!(citation["cff-version"], "1.2.0");
    assert_eq!(citation["version"], version.as_str());
    assert_eq!(citation["date-released"].as_str(), release(&version).as_deref(), "the date of the release");
    assert!(citation["repository-code"].is_string());
    let licences: Vec<&str> =
        citation["license"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(licences.join(" OR "), field(&manifest, "license"));
    for name in ["message", "title", "abstract"] {
        assert!(citation[name].as_str().is_some_and(|text| text.len() > 20), "{name}");
    }
    assert!(citation["authors"].as_array().is_some_and(|authors| !authors.is_empty()));
    let references = citation["references"].as_array().unwrap();
    let paper = references.iter().any(|one| one["identifiers"][0]["value"] == "arXiv:2606.28662");
    assert!(paper, "the paper that poses the problem");
}

/// Cargo.toml is where the repository is filled in.
#[test]
fn the_repository_is_the_same_everywhere() {
    let repository = field(&manifest(), "repository");
    let mut places: Vec<String> =
        ["CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md", "README.md"].map(String::from).into();
    for folder in ["examples/ci", ".github/ISSUE_TEMPLATE", ".github/workflows"] {
        places.extend(files(folder, ".yml"));
    }
    let mut commands = Vec::new();
    for path in places {
        for part in read(&path).split("https://github.com/").skip(1) {
            let name: String =
                part.chars().take_while(|c| c.is_alphanumeric() || "/-_.".contains(*c)).collect();
            let mut parts = name.trim_end_matches('.').split('/');
            if let (Some(owner), Some("hsr")) = (parts.next(), parts.next()) {
                let told = format!("https://github.com/{owner}/hsr");
                if told != repository {
                    commands.push(format!("sed -i 's|{told}|{repository}|g' {path}"));
                }
            }
        }
    }
    commands.dedup();
    assert!(commands.is_empty(), "these bring all files in line with Cargo.toml:\n{}", commands.join("\n"));
}

#[test]
fn the_workflow_to_copy_takes_this_version_from_this_repository() {
    let (manifest, workflow) = (manifest(), yaml("examples/ci/conform.yml"));
    assert_eq!(workflow["env"]["HSR_REPOSITORY"], manifest["repository"]);
    assert_eq!(workflow["env"]["HSR_TAG"], format!("v{}", field(&manifest, "version")));
}

/// The commands in the console blocks of CONTRIBUTING.md.
fn commands() -> Vec<String> {
    let text = read("CONTRIBUTING.md");
    let mut commands = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            line if inside => commands.push(line.strip_prefix("$ ").unwrap_or(line).to_string()),
            _ => {}
        }
    }
    commands
}

#[test]
fn every_command_for_contributors_exists() {
    let (steps, commands, rust) = (steps(), commands(), field(&manifest(), "rust_version"));
    assert!(commands.len() > 10, "{commands:?}");
    for command in &commands {
        for step in called(command) {
            assert!(steps.contains(&step), "'{step}' is no step of .ci/run: {command}");
        }
        let words: Vec<&str> = command.split_whitespace().collect();
        for pair in words.windows(2) {
            let found = match pair {
                ["--test", name] => {
                    exists(&format!("tests/{name}.rs")) || exists(&format!("tests/{name}/main.rs"))
                }
                ["--bench", name] => exists(&format!("benches/{name}.rs")),
                ["--forever", name] => exists(&format!("fuzz/corpus/{name}")),
                ["--package", name] => {
                    read("examples/rust/Cargo.toml").contains(&format!("name = \"{name}\""))
                }
                ["--only", name] => read("tests/faults/list.txt").contains(&format!("\n{name} | ")),
                _ => true,
            };
            assert!(found, "there is no {}: {command}", pair[1]);
        }
        for word in words {
            assert!(!is_path(word) || exists(word), "there is no {word}: {command}");
            let toolchain = word.strip_prefix('+').unwrap_or(&rust);
            assert_eq!(toolchain, rust, "not the promised version of Rust: {command}");
        }
    }
    for step in steps {
        let told = commands.iter().any(|command| called(command).contains(&step));
        assert!(told, "CONTRIBUTING.md does not tell what `.ci/run {step}` is for");
    }
}

#[test]
fn every_path_for_contributors_exists() {
    let text = read("CONTRIBUTING.md");
    let code = text.split('`').skip(1).step_by(2).filter(|code| is_path(code));
    let links = text.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap());
    let paths: Vec<&str> =
        code.chain(links.filter(|link| !link.is_empty() && !link.starts_with("http"))).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        assert!(exists(path), "CONTRIBUTING.md: there is no {path}");
    }
}
