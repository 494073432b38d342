//! Functions of Python against the reference.

use crate::errors::value;
use crate::running;
use hsr::conform::{Case, ConformError, ConformReport, ConformSettings, check_function};
use hsr::io::{network_case_from_json, network_case_json};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// What was found: whether it holds, the report as a table and as JSON, and for each wrong quantity its name and the smallest case, as
/// JSON.
type Found = (bool, String, String, Vec<(String, String)>);

/// Asks a function of lines of JSON about drawn cases, or about one that is given.
#[pyfunction]
#[pyo3(signature = (name, answer, cases, seed, max_size, case, replay))]
#[allow(clippy::too_many_arguments, reason = "the arguments of Python's function")]
pub fn conform(
    py: Python,
    name: String,
    answer: Py<PyAny>,
    cases: usize,
    seed: u64,
    max_size: usize,
    case: Option<&str>,
    replay: String,
) -> PyResult<Found> {
    let mut settings = ConformSettings::new([name]);
    settings.cases = cases;
    settings.seed = seed;
    settings.max_size = max_size;
    settings.given = case.map(given).transpose()?;
    let (report, raised) = running::here(py, || {
        let mut raised: Option<PyErr> = None;
        let mut ask = |line: &str| {
            Python::attach(|py| answer.call1(py, (line,)).and_then(|reply| reply.extract::<String>(py)))
                .map_err(|error| {
                    let reason = error.to_string();
                    raised = Some(error);
                    reason
                })
        };
        let report = check_function(&settings, &mut ask, &|_| {}, &|| false);
        (report, raised)
    })?;
    // Its own exception says more than a report that it broke off.
    if let Some(raised) = raised {
        return Err(raised);
    }
    let report = report.map_err(|error| match error {
        ConformError::Broken(_) => PyRuntimeError::new_err(error.to_string()),
        _ => value(error),
    })?;
    Ok(found(report, &replay))
}

fn given(text: &str) -> PyResult<Case> {
    let object = serde_json::from_str(text).map_err(value)?;
    let (network, batch, loss) = network_case_from_json(&object).map_err(value)?;
    Ok(Case::new(network, batch, loss))
}

fn found(mut report: ConformReport, replay: &str) -> Found {
    for mismatch in &mut report.mismatches {
        mismatch.replay = replay.to_string();
    }
    let smallest = |case: &Case| {
        let object = network_case_json(&case.network, &case.batch, case.loss);
        serde_json::Value::Object(object).to_string()
    };
    let wrong = report.mismatches.iter();
    let wrong = wrong.map(|mismatch| (mismatch.quantity.to_string(), smallest(&mismatch.case))).collect();
    (report.holds(), report.table(), report.json(), wrong)
}
