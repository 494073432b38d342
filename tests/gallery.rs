//! The gallery, the cookbook and the examples of the language: all of it passes, and what their lists say of it is so.
#![cfg(feature = "check")]

use hsr::claims::{Derivation, Request, Source, check};
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("derivations").join(name)
}

fn pages(name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(name)).unwrap();
    let mut pages: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md"))
        .collect();
    pages.sort();
    pages
}

/// Opens derivations, each on its own, and holds that every claim of them passes.
fn all_pass(derivations: &[Derivation]) {
    let report = check(derivations, &Request::default().repair(false));
    let failing = report.claims.iter().filter(|claim| !claim.verdict.passes());
    let failing: Vec<String> = failing
        .map(|claim| format!("{} {}: {} ({})", claim.file, claim.name, claim.verdict.word(), claim.evidence))
        .collect();
    assert_eq!(failing, [""; 0]);
}

fn opened(paths: &[PathBuf]) -> Vec<Derivation> {
    paths.iter().map(|path| Derivation::open(path).unwrap_or_else(|error| panic!("{error}"))).collect()
}

#[test]
fn every_claim_of_the_gallery_passes() {
    let pages = pages("gallery");
    assert!(pages.len() >= 30, "{}", pages.len());
    all_pass(&opened(&pages));
}

#[test]
fn every_claim_of_the_cookbook_passes() {
    all_pass(&opened(&pages("cookbook")));
}

#[test]
fn the_walk_from_paper_to_claims_passes() {
    all_pass(&opened(&[folder("from-paper-to-claims.md")]));
}

/// Each block of text with a claim in the description of the language is a derivation of its own.
#[test]
fn every_example_of_the_description_of_the_language_passes() {
    let text = std::fs::read_to_string(folder("README.md")).unwrap();
    let examples: Vec<Derivation> = text
        .split("\n```")
        .filter_map(|block| block.strip_prefix("text\n"))
        .filter(|block| block.contains("\nclaim "))
        .enumerate()
        .map(|(number, block)| {
            let text = format!("```claims\n{block}\n```\n");
            let source = Source { name: format!("example-{number}.md"), text };
            Derivation::read(vec![source], 0).unwrap_or_else(|error| panic!("{error}"))
        })
        .collect();
    assert!(examples.len() >= 10, "{}", examples.len());
    all_pass(&examples);
}

#[test]
fn the_list_of_the_gallery_counts_its_claims() {
    let list = std::fs::read_to_string(folder("gallery/README.md")).unwrap();
    let (mut pages_, mut claims) = (0, 0);
    for page in pages("gallery") {
        let name = page.file_name().unwrap().to_str().unwrap();
        let count = Derivation::open(&page).unwrap().claims().count();
        let row = list.lines().find(|line| line.contains(&format!("]({name})")));
        let row = row.unwrap_or_else(|| panic!("{name} is not listed"));
        assert!(row.ends_with(&format!("| {count} |")), "{count} claims: {row}");
        pages_ += 1;
        claims += count;
    }
    assert!(
        list.contains(&format!("{pages_} pages with {claims} claims")),
        "{pages_} pages, {claims} claims"
    );
}

#[test]
fn the_table_of_the_cookbook_has_every_equation_and_names_claims_that_exist() {
    let table = std::fs::read_to_string(folder("cookbook/README.md")).unwrap();
    let claims: Vec<String> = opened(&pages("cookbook"))
        .iter()
        .flat_map(|derivation| derivation.claims().map(str::to_string).collect::<Vec<_>>())
        .collect();
    for equation in 1..=144 {
        let name = format!("eq_{equation}");
        assert!(claims.contains(&name), "{name} is claimed nowhere");
        assert!(table.contains(&format!("`{name}`")), "{name} is not in the table");
    }
    for named in table.split('`').skip(1).step_by(2).filter(|name| name.starts_with("eq_")) {
        assert!(claims.iter().any(|claim| claim == named), "{named} is in the table and claimed nowhere");
    }
}
