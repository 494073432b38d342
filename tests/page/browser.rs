//! Chromium shows the page.

use super::*;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// What a browser tells of a page in a frame of this width: the members of an object, in JavaScript. The page itself
/// runs no script: its frame is asked.
pub(super) fn measured(page: &str, width: usize, members: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let frame = format!(
        r#"<!DOCTYPE html><iframe id="frame" width="{width}" height="800" style="border: 0" srcdoc="{}"></iframe>
<pre id="measured"></pre><script>
onload = () => {{
  const page = document.getElementById("frame").contentDocument;
  const all = (what) => [...page.querySelectorAll(what)];
  const box = (element) => element.getBoundingClientRect();
  // The numbers in cells, each as a range and as text.
  const numbers = () => all("td").flatMap((cell) => {{
    const found = [];
    const walker = page.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {{
      for (const match of walker.currentNode.data.matchAll(/-?[\d.]+(e-?\d+)?/g)) {{
        const range = page.createRange();
        range.setStart(walker.currentNode, match.index);
        range.setEnd(walker.currentNode, match.index + match[0].length);
        found.push([range, match[0]]);
      }}
    }}
    return found;
  }});
  const text = (id) => page.getElementById("number-" + id).textContent;
  document.getElementById("measured").textContent = JSON.stringify({{
    width: page.documentElement.scrollWidth,
    scripts: all("script").length,
    {members}
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

const OF_A_CHECK: &str = r#"
    proved: text("proved"), searched: text("not-refuted"),
    holding: all(".claim.holds").length, failing: all(".claim.fails").length,
    formulas: all("math").length,
    flat: all("math").filter((math) => !(box(math).width > 0 && box(math).height > 0)).length,
    fractions: all("mfrac").length,
    stacked: all("mfrac").filter((it) => box(it.children[0]).bottom <= box(it.children[1]).top).length,"#;

#[test]
#[ignore = "needs Chromium"]
fn a_browser_shows_the_page() {
    let (derivations, report) = all();
    let (page, json) = (report.html(&derivations), json(&report));
    let (passing, failing) = passing(&json);
    for width in [360, 1200] {
        let seen = measured(&page, width, OF_A_CHECK);
        println!("{width}: {seen}");
        let count = |what: &str| seen[what].as_str().unwrap().parse::<usize>().unwrap();
        assert_eq!(count("proved"), verdicts(&json, "proved"));
        assert_eq!(count("searched"), verdicts(&json, "not refuted"));
        assert_eq!(seen["holding"], passing);
        assert_eq!(seen["failing"], failing);
        assert_eq!(seen["scripts"], 0);
        assert_eq!(seen["formulas"], page.matches("<math ").count());
        assert_eq!(seen["flat"], 0, "formulas without extent");
        assert!(seen["fractions"].as_u64() > Some(100));
        assert_eq!(seen["stacked"], seen["fractions"], "numerators above denominators");
        assert!(seen["width"].as_u64().unwrap() <= width as u64, "the page scrolls sideways: {seen}");
    }
}
