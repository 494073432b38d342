//! The pages: that of a check has the counts of the JSON and holds everything, that of a comparison all tables and
//! pictures; each needs nothing but itself, and a browser shows it.
#![cfg(feature = "cli")]

mod browser;
mod comparison;
mod content;
mod text;

use hsr::claims::{CheckReport, Derivation, Request, Shard, Source, check};
use serde_json::Value;

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

/// The five verdicts, as the page names their numbers.
const VERDICTS: [(&str, &str); 5] = [
    ("proved", "proved"),
    ("not refuted", "not-refuted"),
    ("undecided", "undecided"),
    ("false", "false"),
    ("undefined", "undefined"),
];

/// How many claims of the JSON have this verdict.
fn verdicts(json: &Value, verdict: &str) -> usize {
    count(json, |claim| claim["verdict"] == verdict)
}

/// How many claims of the JSON pass, and how many do not.
fn passing(json: &Value) -> (usize, usize) {
    let passing = verdicts(json, "proved") + verdicts(json, "not refuted");
    (passing, json["claims"].as_array().unwrap().len() - passing)
}

/// The chapters, of which a part is checked, and a derivation that fails.
fn all() -> (Vec<Derivation>, CheckReport) {
    let mut derivations = Derivation::embedded().unwrap();
    derivations.push(own());
    let mut report = check(&derivations, &Request::default().shard(Shard::new(5, 40).unwrap()));
    let failing = check(&derivations[derivations.len() - 1..], &Request::default());
    report.claims.retain(|claim| claim.file != "own.md");
    report.claims.extend(failing.claims);
    (derivations, report)
}
