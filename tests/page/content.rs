//! The page says what the JSON says.

use super::*;
use std::process::Command;

#[test]
fn the_counts_are_those_of_the_json() {
    let (derivations, report) = all();
    let (page, json) = (report.html(&derivations), json(&report));
    for (verdict, id) in VERDICTS {
        assert_eq!(number(&page, id), verdicts(&json, verdict), "{verdict}");
    }
    let (passing, failing) = passing(&json);
    assert!(verdicts(&json, "proved") > 3 && verdicts(&json, "not refuted") > 0 && failing == 2);
    assert_eq!(number(&page, "every-size"), count(&json, |claim| claim["proof"]["sizes"] == "every"));
    let written: usize = derivations.iter().map(|derivation| derivation.claims().count()).sum();
    let unchecked = written - passing - failing;
    assert_eq!(number(&page, "unchecked"), unchecked);
    assert_eq!(page.matches("class=\"claim holds\"").count(), passing);
    assert_eq!(page.matches("class=\"claim fails\"").count(), failing);
    assert_eq!(page.matches("class=\"claim unchecked\"").count(), unchecked);
    assert_eq!(page.matches("✗ false").count(), failing);
    assert!(page.contains(&format!("<title>2 of {} claims do not hold", passing + failing)));
}

#[test]
fn each_claim_stands_with_its_evidence() {
    let (derivations, report) = all();
    let (page, json) = (report.html(&derivations), json(&report));
    for (index, claim) in json["claims"].as_array().unwrap().iter().enumerate() {
        let shown = between(&page, &format!("id=\"claim-{}\">", index + 1), "</p>");
        assert!(shown.contains(&format!("claim {}:", claim["name"].as_str().unwrap())), "{shown}");
        assert!(shown.contains(claim["verdict"].as_str().unwrap()), "{shown}");
        assert!(shown.contains(&escaped(claim["evidence"].as_str().unwrap())), "{shown}");
        let proof = &claim["proof"];
        if !proof.is_null() {
            let power = proof["log10_probability"].as_f64().unwrap().ceil();
            assert!(
                shown.contains(&format!("degree {}, P(fooled) 1e{power:.0}", proof["degree"])),
                "{shown}"
            );
        }
        assert!(shown.ends_with("ms") || shown.ends_with(" s"), "{shown}");
    }
}

#[test]
fn a_failure_is_shown_in_full() {
    let report = check(&[own()], &Request::default());
    let page = report.html(&[own()]);
    let json = json(&report);
    let mut shown = 0;
    for failure in json["claims"].as_array().unwrap().iter().map(|claim| &claim["failure"]) {
        for value in failure.as_object().into_iter().flat_map(|failure| failure.values()) {
            let texts = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            for text in texts.iter().filter(|text| !text.is_null()) {
                let text = text.as_str().map_or_else(|| text.to_string(), str::to_string);
                assert!(page.contains(&escaped(&text)), "{text}\n{page}");
                shown += 1;
            }
        }
    }
    assert!(shown > 18, "{shown}");
    assert!(page.contains("a missing 1/N") && page.contains("(a sign)"));
}

#[test]
fn the_edits_are_counted_too() {
    let report = check(&[own()], &Request::default().mutants(true));
    let (page, json) = (report.html(&[own()]), json(&report));
    let edits = json["mutants"]["edits"].as_array().unwrap();
    assert_eq!(number(&page, "edits"), edits.len());
    for (id, fallen) in [("edits-false", "false"), ("edits-undecided", "undecided"), ("equivalent", "equal")]
    {
        assert_eq!(number(&page, id), edits.iter().filter(|edit| edit[1] == fallen).count(), "{fallen}");
    }
    assert!(edits.len() > 5);
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
    for (verdict, id) in VERDICTS {
        assert_eq!(number(&page, id), verdicts(&json, verdict), "{verdict}");
    }
    let output = hsr(&["check", "own.md", "--html", "none/page.html", "--out", "late.txt"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("its folder does not exist"));
    assert!(output.stdout.is_empty() && !folder.path().join("late.txt").exists());
}
