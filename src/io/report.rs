//! Reports for programs: JSON, and JUnit's XML, which CI systems read.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

/// A report as a JSON object, with whether it `holds` and its `summary` beside its own fields.
///
/// ```
/// let text = hsr::io::json_report(&std::collections::BTreeMap::from([("seed", 1)]), true, "all hold");
/// assert_eq!(text, "{\n  \"holds\": true,\n  \"seed\": 1,\n  \"summary\": \"all hold\"\n}\n");
/// ```
pub fn json_report(report: &impl Serialize, holds: bool, summary: &str) -> String {
    let mut value = serde_json::json!(report);
    value["holds"] = holds.into();
    value["summary"] = summary.into();
    format!("{value:#}\n")
}

/// One test of a report.
pub struct JunitCase {
    /// Its name.
    pub name: String,
    /// The group that it belongs to.
    pub class: String,
    /// What became of it.
    pub outcome: JunitOutcome,
}

/// What became of a test.
pub enum JunitOutcome {
    /// It passed.
    Passed,
    /// It passed, and this is what it rests on.
    PassedWith(String),
    /// It does not apply.
    Skipped,
    /// It failed: a line, and the whole story.
    Failed(String, String),
}

/// The report of a suite.
///
/// ```
/// use hsr::io::{JunitCase, JunitOutcome, junit};
/// let case = JunitCase { name: "t_gn".into(), class: "hsr.trace".into(), outcome: JunitOutcome::Passed };
/// let report = junit("hsr audit", [case]);
/// assert!(report.contains("<testsuites name=\"hsr audit\" tests=\"1\" failures=\"0\" errors=\"0\">"));
/// assert!(report.contains("<testsuite name=\"hsr audit\" tests=\"1\" skipped=\"0\" errors=\"0\" failures=\"0\">"));
/// ```
pub fn junit(name: &str, cases: impl IntoIterator<Item = JunitCase>) -> String {
    let mut suite = TestSuite::new(name);
    for case in cases {
        let mut output = None;
        let status = match case.outcome {
            JunitOutcome::PassedWith(evidence) => {
                output = Some(evidence);
                TestCaseStatus::success()
            }
            JunitOutcome::Passed => TestCaseStatus::success(),
            JunitOutcome::Skipped => TestCaseStatus::skipped(),
            JunitOutcome::Failed(message, story) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(message).set_description(story);
                status
            }
        };
        let mut test = TestCase::new(case.name, status);
        test.set_classname(case.class);
        if let Some(output) = output {
            test.set_system_out(output);
        }
        suite.add_test_case(test);
    }
    let mut report = Report::new(name);
    report.add_test_suite(suite);
    // Writing to a string fails only for names that XML cannot hold, and the crate escapes those.
    without_skipped(report.to_string().unwrap_or_default())
}

/// The schema of Jenkins has no `skipped` on the root, only on the suite.
fn without_skipped(mut text: String) -> String {
    let root = text.find("<testsuites").unwrap_or(0);
    let end = text[root..].find('>').map_or(root, |length| root + length);
    let attribute = text[root..end].find(" skipped=\"").map(|start| root + start);
    if let Some(start) = attribute {
        let value = start + " skipped=\"".len();
        if let Some(length) = text[value..end].find('"') {
            text.replace_range(start..=value + length, "");
        }
    }
    text
}
