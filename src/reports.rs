//! Reports for programs: JSON, and JUnit's XML, which CI systems read.

use crate::words::printable;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

/// Writes a report as a JSON object, with whether it `holds` and its `summary` beside its own fields.
///
/// ```
/// let text = hsr::reports::json_report(&std::collections::BTreeMap::from([("seed", 1)]), true, "all hold");
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
    /// Its outcome.
    pub outcome: JunitOutcome,
}

/// The outcome of a test.
pub enum JunitOutcome {
    /// It passed.
    Passed,
    /// It passed, with this output.
    PassedWith(String),
    /// It does not apply.
    Skipped,
    /// It failed: a message of one line, and a description.
    Failed(String, String),
}

/// Writes the report of a suite as JUnit XML.
///
/// Characters that XML cannot hold, and all others that are not seen as themselves but line breaks and tabs, are escaped,
/// such as `\u{1b}`.
/// ```
/// use hsr::reports::{JunitCase, JunitOutcome, junit};
/// let case = JunitCase { name: "t_gn".into(), class: "hsr.trace".into(), outcome: JunitOutcome::Passed };
/// let report = junit("hsr audit", [case]);
/// assert!(report.contains("<testsuites name=\"hsr audit\" tests=\"1\" failures=\"0\" errors=\"0\">"));
/// assert!(report.contains("<testsuite name=\"hsr audit\" tests=\"1\" skipped=\"0\" errors=\"0\" failures=\"0\">"));
/// ```
pub fn junit(name: &str, cases: impl IntoIterator<Item = JunitCase>) -> String {
    let name = printable(name);
    let mut suite = TestSuite::new(&*name);
    for case in cases {
        let mut output = None;
        let status = match case.outcome {
            JunitOutcome::PassedWith(evidence) => {
                output = Some(printable(&evidence));
                TestCaseStatus::success()
            }
            JunitOutcome::Passed => TestCaseStatus::success(),
            JunitOutcome::Skipped => TestCaseStatus::skipped(),
            JunitOutcome::Failed(message, story) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(printable(&message)).set_description(printable(&story));
                status
            }
        };
        let mut test = TestCase::new(printable(&case.name), status);
        test.set_classname(printable(&case.class));
        if let Some(output) = output {
            test.set_system_out(output);
        }
        suite.add_test_case(test);
    }
    let mut report = Report::new(&*name);
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

#[cfg(test)]
mod tests {
    use super::*;
    use quick_xml::events::Event;

    /// Every character that there is, those first that XML forbids.
    fn characters() -> String {
        (0..=u32::from(char::MAX)).filter_map(char::from_u32).step_by(37).collect::<String>()
            + "\0\u{1}\u{7}\u{8}\u{b}\u{c}\r\u{1b}[31m\u{7f}\u{85}\u{9b}\u{202e}\u{2028}\u{d7ff}\u{e000}\u{feff}\u{fffd}\u{fffe}\u{ffff}]]><&\"'"
    }

    fn is_allowed(c: char) -> bool {
        matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    }

    /// Whether a reader of XML takes the text, and none of its characters is one that XML forbids, written as itself or
    /// as a number.
    fn is_xml(text: &str) -> bool {
        let mut reader = quick_xml::Reader::from_str(text);
        let mut depth = 0;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => return depth == 0 && text.chars().all(is_allowed),
                Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                    Ok(Some(c)) if !is_allowed(c) => return false,
                    Ok(_) => {}
                    Err(_) => return false,
                },
                Ok(Event::Start(tag) | Event::Empty(tag)) if tag.attributes().any(|found| found.is_err()) => {
                    return false;
                }
                Ok(Event::Start(_)) => depth += 1,
                Ok(Event::End(_)) => depth -= 1,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    #[test]
    fn whatever_stands_in_a_report_it_is_xml() {
        let all = characters();
        let outcomes = [
            JunitOutcome::Passed,
            JunitOutcome::PassedWith(all.clone()),
            JunitOutcome::Skipped,
            JunitOutcome::Failed(all.clone(), all.clone()),
        ];
        let case = |outcome| JunitCase { name: all.clone(), class: all.clone(), outcome };
        let report = junit(&all, outcomes.map(case));
        assert!(is_xml(&report));
        let escaped =
            "\\0\\u{1}\\u{7}\\u{8}\\u{b}\\u{c}\\r\\u{1b}[31m\\u{7f}\\u{85}\\u{9b}\\u{202e}\\u{2028}";
        assert_eq!(
            report.matches(escaped).count(),
            2 + 8 + 3,
            "names, classes, and the texts of two outcomes"
        );
        assert!(!is_xml("<a b='\u{fffe}'/>") && !is_xml("<a>&#27;</a>") && !is_xml("<a>"));
    }
}
