//! Test reports in JUnit's XML, which CI systems read.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

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
/// assert!(junit("hsr audit", [case]).contains("failures=\"0\""));
/// ```
pub fn junit(name: &str, cases: impl IntoIterator<Item = JunitCase>) -> String {
    let mut suite = TestSuite::new(name);
    for case in cases {
        let status = match case.outcome {
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
        suite.add_test_case(test);
    }
    let mut report = Report::new(name);
    report.add_test_suite(suite);
    // Writing to a string fails only for names that XML cannot hold, and the crate escapes those.
    report.to_string().unwrap_or_default()
}
