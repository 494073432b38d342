//! The page of a check: its counts are those of the JSON, it holds everything, it needs nothing but itself, and a browser
//! shows it.

use hsr::claims::{CheckReport, Derivation, Request, Source, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn request() -> Request {
    Request { points: 1, seed: 0, only: None, shard: (1, 1), repair: true, mutants: false }
}

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_string(), text: text.to_string() }
}

/// Two claims that hold, one of them in floats, and two that fail; with what somebody else's text may bring along.
const OWN: &str = r#"# Own & <b>others'</b>

<script>alert(1)</script> ![a cat](https://example.org/cat.png) [go](javascript:alert(1)) [web](https://example.org/)

$$ \nabla_W L = \Bigl(\frac1N\sum_n x_n\Bigr)^2 , \qquad \lambda_{\max}\lt 1 $$

```claims
data x[N,d]
parameter V[C,h]
let L = sum[k,i] V[k,i]^2 / N
claim slope: d(L)/d V[k,i] = 2*V[k,i] / N
claim slope_sum: d(L)/d V[k,i] = 2*V[k,i]   # lacks <the mean>
```

```claims
claim bound: lambda_max >= 0
claim slope_sign: d(L)/d V[k,i] = -2*V[k,i]/N
```
"#;

fn own() -> Derivation {
    Derivation::read(vec![source("own.md", OWN)], 0).unwrap()
}

/// The text between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from}")) + from.len();
    text[start..].split(to).next().unwrap()
}

/// A number of the page's summary.
fn number(page: &str, id: &str) -> usize {
    between(page, &format!("id=\"number-{id}\">"), "<").parse().unwrap()
}

fn count(json: &Value, what: impl Fn(&Value) -> bool) -> usize {
    json["claims"].as_array().unwrap().iter().filter(|claim| what(claim)).count()
}

/// As HTML writes it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn json(report: &CheckReport) -> Value {
    serde_json::from_str(&report.json()).unwrap()
}

/// Claims of the JSON by what became of them: exactly, in floats, failed.
fn counts(json: &Value) -> (usize, usize, usize) {
    (
        count(json, |claim| claim["evidence"]["kind"] == "exact"),
        count(json, |claim| claim["evidence"]["kind"] == "float"),
        count(json, |claim| !claim["failure"].is_null()),
    )
}

/// The chapters, of which a part is checked, and a derivation that fails.
fn all() -> (Vec<Derivation>, CheckReport) {
    let mut derivations = Derivation::embedded().unwrap();
    derivations.push(own());
    let mut report = run(&derivations, &Request { shard: (5, 40), ..request() });
    let failing = run(&derivations[derivations.len() - 1..], &request());
    report.claims.retain(|claim| claim.file != "own.md");
    report.claims.extend(failing.claims);
    (derivations, report)
}

#[test]
fn the_counts_are_those_of_the_json() {
    let (derivations, report) = all();
    let (page, json) = (report.html(&derivations), json(&report));
    let (exact, float, failed) = counts(&json);
    assert!(exact > 3 && float == 1 && failed == 2);
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
fn a_text_brings_no_script_and_nothing_from_elsewhere() {
    let hostile = format!(
        "{OWN}\n\n$\\operatorname{{<img src=x onerror=alert(1)>}}$ $\\mathop{{<b>}}$ $\\text{{<i>}}$\n\n\
         <div onclick=\"x()\">\n</div>\n\n```<i>\n<s>\n```\n\n[x]: javascript:alert(1)\n\n[x] <https://a.b/?\"><u>>\n"
    );
    let derivations = [Derivation::read(vec![source("<em>.md", &hostile)], 0).unwrap()];
    let page = run(&derivations, &request()).html(&derivations);
    let tags: BTreeSet<&str> =
        page.split('<').skip(1).filter_map(|tag| tag.split([' ', '>', '/']).next()).collect();
    let foreign = ["script", "img", "link", "iframe", "object", "b", "i", "s", "u", "base", "form"];
    assert!(foreign.iter().all(|tag| !tags.contains(tag)), "{tags:?}");
    for mark in ["url(", "@import", "href=\"javascript"] {
        assert!(!page.contains(mark), "{mark}");
    }
    // No attribute but those that are written by us.
    let attributes = page.split('<').skip(1).filter_map(|tag| tag.split_once('>').map(|(tag, _)| tag));
    for tag in attributes {
        assert!(!tag.contains(" src=") && !tag.contains(" on"), "<{tag}>");
    }
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("default-src 'none'"));
    assert_eq!(page.matches("class=\"untypeset\"").count(), 2);
}

/// The formulas of a Markdown text, counted without a Markdown reader: displayed, and in a line.
fn formulas(text: &str) -> (usize, usize) {
    let fenced: String = text.split("```").step_by(2).collect();
    let plain: String = fenced.split('`').step_by(2).collect();
    let displayed = plain.matches("$$").count() / 2;
    (displayed, plain.replace("$$", "").matches('$').count() / 2)
}

#[test]
fn every_formula_of_the_derivation_is_typeset() {
    let mut derivations = Derivation::embedded().unwrap();
    let preface = include_str!("../derivations/README.md").replace("````", "```")
        + "\n```claims\ndata x[N,d]\nclaim same: x[n,l] = x[n,l]\n```\n";
    derivations.push(Derivation::read(vec![source("README.md", &preface)], 0).unwrap());
    let page = run(&derivations, &Request { only: Some("same".to_string()), ..request() }).html(&derivations);
    let texts = derivations.iter().flat_map(|derivation| &derivation.sources);
    let (displayed, inline) = texts
        .map(|source| formulas(&source.text))
        .fold((0, 0), |(a, b), (displayed, inline)| (a + displayed, b + inline));
    let untypeset: Vec<&str> =
        page.split("class=\"untypeset\">").skip(1).filter_map(|rest| rest.split("</span>").next()).collect();
    assert!(untypeset.is_empty(), "{untypeset:#?}");
    assert_eq!(page.matches("<math display=\"block\"").count(), displayed);
    assert_eq!(page.matches("<math display=\"inline\"").count(), inline);
    assert!(displayed > 150 && inline > 1000);
}

#[test]
fn a_formula_that_is_none_is_shown_as_it_is_written_with_the_reason() {
    let text = format!("{OWN}\n\n$\\frobnicate{{x}}$\n");
    let derivations = [Derivation::read(vec![source("own.md", &text)], 0).unwrap()];
    let page = run(&derivations, &request()).html(&derivations);
    let shown = between(&page, "class=\"untypeset\">", "</span>");
    assert!(shown.contains("\\frobnicate{x}") && shown.contains("cannot be typeset"), "{shown}");
}

#[test]
fn links_lead_to_chapters_on_the_page_and_files_that_are_built_upon_are_marked() {
    let first = "# First\n\n## The `slope`\n\n```claims\nparameter V[C,h]\nlet q[k] = sum[i] V[k,i]^2\n\
                 claim slope: d(q[k])/d V[k,i] = 2*V[k,i]\n```\n\n[on](./02-b.md) [away](../README.md)\n";
    let second = "# Second\n\nSee [it](01-a.md#the-slope), [above](#second).\n\n\
                  ```claims\nclaim twice: d(q[k])/d V[k,i] = V[k,i] + V[k,i]\n```\n";
    let sources = vec![source("own/01-a.md", first), source("own/02-b.md", second)];
    let derivations = [Derivation::read(sources, 1).unwrap()];
    let page = run(&derivations, &request()).html(&derivations);
    let mut links = 0;
    for target in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(target.is_empty() || page.contains(&format!("id=\"{target}\"")), "{target}");
        links += usize::from(!target.is_empty());
    }
    // Two in the contents, three in the texts.
    assert_eq!(links, 5);
    assert!(!page.contains("README"));
    assert_eq!((number(&page, "hold"), number(&page, "unchecked")), (1, 1));
    assert_eq!(page.matches("class=\"claim unchecked\"").count(), 1);
}

#[test]
fn claims_that_markdown_does_not_see_and_files_that_are_given_twice_are_shown() {
    let text = OWN.replace("```claims\ndata", "<!--\n```claims\ndata");
    let derivation = Derivation::read(vec![source("own.md", &text)], 0).unwrap();
    let derivations = [derivation.clone(), derivation];
    let report = run(&derivations, &request());
    let page = report.html(&derivations);
    assert_eq!(report.claims.len(), 8);
    assert_eq!(page.matches("class=\"claim ").count(), 8);
    assert_eq!((number(&page, "hold"), number(&page, "fail")), (4, 4));
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

/// A browser: the one that `HSR_CHROMIUM` names, or one on the path.
fn browser() -> PathBuf {
    if let Some(named) = std::env::var_os("HSR_CHROMIUM") {
        return named.into();
    }
    let folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file());
    found.expect("no Chromium: install one, or name it in HSR_CHROMIUM")
}

/// What a browser tells of a page in a frame of this width. The page itself runs no script: its frame is asked.
fn measured(page: &str, width: usize) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let frame = format!(
        r#"<!DOCTYPE html><iframe id="frame" width="{width}" height="800" style="border: 0" srcdoc="{}"></iframe>
<pre id="measured"></pre><script>
onload = () => {{
  const page = document.getElementById("frame").contentDocument;
  const all = (what) => [...page.querySelectorAll(what)];
  const box = (element) => element.getBoundingClientRect();
  const text = (id) => page.getElementById("number-" + id).textContent;
  document.getElementById("measured").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    hold: text("hold"), exact: text("exact"), float: text("float"), fail: text("fail"),
    holding: all(".claim.holds").length, failing: all(".claim.fails").length,
    formulas: all("math").length,
    flat: all("math").filter((math) => !(box(math).width > 0 && box(math).height > 0)).length,
    fractions: all("mfrac").length,
    stacked: all("mfrac").filter((it) => box(it.children[0]).bottom <= box(it.children[1]).top).length,
    scripts: all("script").length,
  }});
}};
</script>"#,
        escaped(page)
    );
    let path = folder.path().join("frame.html");
    std::fs::write(&path, frame).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let output = Command::new(browser())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=1400,900",
            "--dump-dom",
            &profile,
        ])
        .arg(url(&path))
        .output()
        .expect("the browser starts");
    let dom = String::from_utf8_lossy(&output.stdout);
    assert!(dom.contains("id=\"measured\""), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(between(&dom, "<pre id=\"measured\">", "</pre>")).unwrap()
}

fn url(path: &Path) -> String {
    format!("file://{}", path.display())
}

#[test]
#[ignore = "needs Chromium"]
fn a_browser_shows_the_page() {
    let (derivations, report) = all();
    let (page, json) = (report.html(&derivations), json(&report));
    let (exact, float, failed) = counts(&json);
    for width in [360, 1200] {
        let seen = measured(&page, width);
        println!("{width}: {seen}");
        let count = |what: &str| seen[what].as_str().unwrap().parse::<usize>().unwrap();
        assert_eq!((count("exact"), count("float"), count("fail")), (exact, float, failed));
        assert_eq!(count("hold"), exact + float);
        assert_eq!(seen["holding"], exact + float);
        assert_eq!(seen["failing"], failed);
        assert_eq!(seen["scripts"], 0);
        assert_eq!(seen["formulas"], page.matches("<math ").count());
        assert_eq!(seen["flat"], 0, "formulas without extent");
        assert!(seen["fractions"].as_u64() > Some(100));
        assert_eq!(seen["stacked"], seen["fractions"], "numerators above denominators");
        assert!(seen["width"].as_u64().unwrap() <= width as u64, "the page scrolls sideways: {seen}");
    }
}
