//! The text of the chapters on the page: formulas, links, and what is kept out.

use super::*;
use std::collections::BTreeSet;

#[test]
fn a_text_brings_no_script_and_nothing_from_elsewhere() {
    let hostile = format!(
        "{OWN}\n\n$\\operatorname{{<img src=x onerror=alert(1)>}}$ $\\mathop{{<b>}}$ $\\text{{<i>}}$\n\n\
         <div onclick=\"x()\">\n</div>\n\n```<i>\n<s>\n```\n\n[x]: javascript:alert(1)\n\n[x] <https://a.b/?\"><u>>\n"
    );
    let derivations = [Derivation::read(vec![source("<em>.md", &hostile)], 0).unwrap()];
    let page = check(&derivations, &Request::default()).html(&derivations);
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
    let preface = include_str!("../../derivations/README.md").replace("```` ```claims ````", "a fence")
        + "\n```claims\ndata x[N,d]\nclaim same: x[n,l] = x[n,l]\n```\n";
    derivations.push(Derivation::read(vec![source("README.md", &preface)], 0).unwrap());
    let page = check(&derivations, &Request::default().only("same")).html(&derivations);
    let texts = derivations.iter().flat_map(Derivation::sources);
    let (displayed, inline) = texts
        .map(|source| formulas(&source.text))
        .fold((0, 0), |(a, b), (displayed, inline)| (a + displayed, b + inline));
    let untypeset: Vec<&str> =
        page.split("class=\"untypeset\">").skip(1).filter_map(|rest| rest.split("</span>").next()).collect();
    assert!(untypeset.is_empty(), "{untypeset:#?}");
    // Each claim is shown as mathematics too.
    let stated = page.matches("class=\"stated\"").count();
    let claims: usize = derivations.iter().map(|derivation| derivation.claims().count()).sum();
    assert_eq!(stated, claims);
    assert_eq!(page.matches("<math display=\"block\"").count(), displayed + stated);
    assert_eq!(page.matches("<math display=\"inline\"").count(), inline);
    assert!(displayed > 150 && inline > 1000);
}

#[test]
fn every_claim_of_the_gallery_and_the_cookbook_is_shown_as_mathematics() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("derivations");
    for folder in ["gallery", "cookbook"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("README.md") {
                continue;
            }
            let derivations = [Derivation::open(&path).unwrap()];
            let page = check(&derivations, &Request::default().only("none")).html(&derivations);
            let claims = derivations[0].claims().count();
            assert_eq!(page.matches("class=\"stated\"").count(), claims, "{}", path.display());
            assert!(!page.contains("class=\"untypeset\""), "{}", path.display());
        }
    }
}

#[test]
fn a_formula_that_is_none_is_shown_as_it_is_written_with_the_reason() {
    let text = format!("{OWN}\n\n$\\frobnicate{{x}}$\n");
    let derivations = [Derivation::read(vec![source("own.md", &text)], 0).unwrap()];
    let page = check(&derivations, &Request::default()).html(&derivations);
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
    let page = check(&derivations, &Request::default()).html(&derivations);
    let mut links = 0;
    for target in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(target.is_empty() || page.contains(&format!("id=\"{target}\"")), "{target}");
        links += usize::from(!target.is_empty());
    }
    // Two in the contents, three in the texts.
    assert_eq!(links, 5);
    assert!(!page.contains("README"));
    assert_eq!((number(&page, "proved"), number(&page, "unchecked")), (1, 1));
    assert_eq!(page.matches("class=\"claim unchecked\"").count(), 1);
}

#[test]
fn files_that_are_given_twice_are_shown() {
    let derivations = [own(), own()];
    let report = check(&derivations, &Request::default());
    let page = report.html(&derivations);
    assert_eq!(report.claims.len(), 8);
    assert_eq!(page.matches("class=\"claim ").count(), 8);
    assert_eq!((number(&page, "proved"), number(&page, "not-refuted"), number(&page, "false")), (2, 2, 4));
}
