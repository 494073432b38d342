//! The page tells what the JSON tells.

use super::*;
use std::process::Command;

#[test]
fn the_counts_are_those_of_the_json() {
    let (derivations, report) = all();
    let (page, json) = (report.html(&derivations), json(&report));
    let (exact, float, failed) = counts(&json);
    assert!(exact > 3 && float > 0 && failed == 2);
    assert_eq!(number(&page, "hold"), exact + float);
    assert_eq!(number(&page, "exact"), exact);
    assert_eq!(number(&page, "float"), float);
    assert_eq!(number(&page, "fail"), failed);
    let written: usize = derivations.iter().map(|derivation| derivation.program.claims.len()).sum();
    let unchecked = written - exact - float - failed;
    assert_eq!(number(&page, "unchecked"), unchecked);
    assert_eq!(page.matches("class=\"claim holds\"").count(), exact + float);
    assert_eq!(page.matches("class=\"claim fails\"").count(), failed);
    assert_eq!(page.matches("class=\"claim unchecked\"").count(), unchecked);
    assert_eq!(page.matches("✗ fails").count(), failed);
    assert!(page.contains(&format!("<title>2 of {} claims fail", exact + float + failed)));
}

#[test]
fn each_claim_stands_with_its_evidence() {
    let (derivations, report) = all();
    let (page, json) = (report.html(&derivations), json(&report));
    for (index, claim) in json["claims"].as_array().unwrap().iter().enumerate() {
        let shown = between(&page, &format!("id=\"claim-{}\">", index + 1), "</p>");
        assert!(shown.contains(&format!("claim {}:", claim["name"].as_str().unwrap())), "{shown}");
        let evidence = &claim["evidence"];
        if evidence["kind"] == "exact" {
            let power = evidence["log10_probability"].as_f64().unwrap().ceil();
            assert!(shown.contains(&format!("degree {}", evidence["degree"])), "{shown}");
            assert!(shown.contains(&format!("10<sup>−{}</sup>", -power)), "{shown}");
        }
        assert!(shown.ends_with("ms") || shown.ends_with(" s"), "{shown}");
    }
}

#[test]
fn a_failure_is_told_in_full() {
    let report = run(&[own()], &request());
    let page = report.html(&[own()]);
    let json = json(&report);
    let mut told = 0;
    for failure in json["claims"].as_array().unwrap().iter().map(|claim| &claim["failure"]) {
        for value in failure.as_object().into_iter().flat_map(|failure| failure.values()) {
            let texts = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            for text in texts.iter().filter(|text| !text.is_null()) {
                let text = text.as_str().map_or_else(|| text.to_string(), str::to_string);
                assert!(page.contains(&escaped(&text)), "{text}\n{page}");
                told += 1;
            }
        }
    }
    assert!(told > 18, "{told}");
    assert!(page.contains("a missing 1/N") && page.contains("(a sign)"));
}

#[test]
fn the_edits_are_counted_too() {
    let report = run(&[own()], &Request { mutants: true, ..request() });
    let (page, json) = (report.html(&[own()]), json(&report));
    for what in ["edits", "rejected", "equivalent"] {
        assert_eq!(number(&page, what) as u64, json["mutants"][what].as_u64().unwrap());
    }
    assert!(number(&page, "edits") > 5);
}

#[test]
fn the_command_writes_the_page_beside_the_report_and_tells_early_that_it_cannot() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.md"), OWN).unwrap();
    let hsr = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_hsr")).args(arguments).current_dir(folder.path()).output().unwrap()
    };
    let output = hsr(&["check", "own.md", "--html", "page.html", "--format", "json", "--out", "report.json"]);
    assert_eq!(output.status.code(), Some(1));
    let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap();
    let json: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("report.json")).unwrap()).unwrap();
    let (exact, float, failed) = counts(&json);
    assert_eq!(
        (number(&page, "exact"), number(&page, "float"), number(&page, "fail")),
        (exact, float, failed)
    );
    let output = hsr(&["check", "own.md", "--html", "none/page.html", "--out", "late.txt"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("its folder does not exist"));
    assert!(output.stdout.is_empty() && !folder.path().join("late.txt").exists());
}
