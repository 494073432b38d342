//! A suite of labelled claims: what is false is not accepted, and what is true is not called false.
//!
//! Each file of this folder is a program. Above each claim stands what is expected of it: one of the five verdicts, or
//! `true` (anything but `false` and `undefined`), or `not accepted` (`false` or `undecided`), or `not at every size` (a proof
//! for the sizes that it names is right). `refused.txt` holds texts that the reader must refuse.
#![cfg(feature = "check")]

mod laws;

use hsr::claims::{CheckReport, ClaimReport, Derivation, Reach, Request, Source, check};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/soundness")
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    files.sort();
    files
}

/// The label of each claim, by its name.
fn labels(text: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut expected = None;
    for line in text.lines() {
        if let Some(label) = line.strip_prefix("# expect: ") {
            expected = Some(label.trim().to_string());
        } else if let Some(claim) = line.strip_prefix("claim ") {
            let name = claim.split(':').next().unwrap().trim().to_string();
            let label = expected.take().unwrap_or_else(|| panic!("the claim {name} has no label"));
            assert!(labels.insert(name.clone(), label).is_none(), "{name} stands twice");
        }
    }
    labels
}

fn meets(label: &str, claim: &ClaimReport) -> bool {
    let verdict = claim.verdict.word();
    match label {
        "not at every size" => claim.proof.as_ref().is_none_or(|proof| proof.sizes != Reach::Every),
        "true" => ["proved", "not refuted", "undecided"].contains(&verdict),
        "not accepted" => ["false", "undecided"].contains(&verdict),
        _ => label == verdict,
    }
}

/// Label, verdict, and how many claims have both.
type Counts = BTreeMap<(String, String), usize>;

fn checked(path: &Path) -> (CheckReport, BTreeMap<String, String>) {
    let text = std::fs::read_to_string(path).unwrap();
    let labels = labels(&text);
    let source = Source { name: path.file_name().unwrap().to_string_lossy().into_owned(), text };
    let derivation = Derivation::read(vec![source], 0).unwrap_or_else(|error| panic!("{error}"));
    let request = Request::default().repair(false);
    (check(&[derivation], &request), labels)
}

#[test]
fn every_labelled_claim_gets_its_verdict() {
    let mut counts = Counts::new();
    let mut wrong = Vec::new();
    for path in files() {
        let (report, labels) = checked(&path);
        assert_eq!(report.claims.len(), labels.len(), "{}", path.display());
        for claim in &report.claims {
            let (label, verdict) = (&labels[&claim.name], claim.verdict.word());
            *counts.entry((label.clone(), verdict.to_string())).or_default() += 1;
            if !meets(label, claim) {
                wrong.push(format!(
                    "{} {}: {} is {verdict}, where {label} is right ({})",
                    claim.file, claim.name, claim.text, claim.evidence
                ));
            }
        }
    }
    let total: usize = counts.values().sum();
    for ((label, verdict), count) in &counts {
        println!("{label:<13} {verdict:<12} {count}");
    }
    assert!(total >= 200, "only {total} claims");
    assert!(wrong.is_empty(), "{} of {total} claims:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_text_that_says_something_else_than_it_seems_is_refused() {
    let all = std::fs::read_to_string(folder().join("refused.txt")).unwrap();
    let mut sections = Vec::new();
    for line in all.split_inclusive('\n') {
        match line.strip_prefix("===") {
            Some(words) => sections.push((words.trim().to_string(), String::new())),
            None => sections.last_mut().unwrap().1.push_str(line),
        }
    }
    assert!(sections.len() > 50, "only {} texts", sections.len());
    for (words, text) in sections {
        let source = Source { name: "own.md".to_string(), text: text.clone() };
        let message = match Derivation::read(vec![source], 0) {
            Ok(derivation) => panic!("read as {} claims:\n{text}", derivation.claims().count()),
            Err(error) => error.to_string(),
        };
        assert!(message.contains(&words), "'{words}' is not in the message:\n{message}\nfor\n{text}");
    }
}
