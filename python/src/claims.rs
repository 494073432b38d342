//! Derivations written as text.

use crate::arrays;
use crate::errors::value;
use crate::running;
use hsr::claims::{self, Counterexample, Derivation, Request, Source, SourceError};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;

/// What is to be checked.
#[derive(FromPyObject)]
pub enum Texts {
    /// A name and a text.
    Text(String, String),
    /// Files.
    Files(Vec<PathBuf>),
}

/// The report of a check, and the derivations that it is about.
#[pyclass(frozen, module = "hsr._hsr")]
pub struct CheckReport {
    derivations: Vec<Derivation>,
    report: claims::CheckReport,
}

/// Checks the claims of a text, of files, or of the derivations that the library brings along.
#[pyfunction]
#[pyo3(signature = (texts, only, points, seed, repair, mutants))]
pub fn check(
    py: Python,
    texts: Option<Texts>,
    only: Option<String>,
    points: usize,
    seed: u64,
    repair: bool,
    mutants: bool,
) -> PyResult<CheckReport> {
    let derivations = py.detach(|| read(texts)).map_err(|error| match &error {
        SourceError::Read { .. } => PyOSError::new_err(error.to_string()),
        _ => value(error),
    })?;
    let all = Request::default().points(points).seed(seed).repair(repair).mutants(mutants);
    let request = only.iter().fold(all, |request, name| request.only(name));
    running::run(py, false, move |_| {
        let report = claims::check(&derivations, &request);
        CheckReport { derivations, report }
    })
}

fn read(texts: Option<Texts>) -> Result<Vec<Derivation>, SourceError> {
    match texts {
        None => Derivation::embedded(),
        Some(Texts::Files(files)) => files.iter().map(|file| Derivation::open(file)).collect(),
        Some(Texts::Text(name, text)) => {
            let derivation = Derivation::read(vec![Source { name: name.clone(), text }], 0)?;
            let has_claims = derivation.claims().next().is_some();
            if has_claims { Ok(vec![derivation]) } else { Err(SourceError::NoClaims(name)) }
        }
    }
}

#[pymethods]
impl CheckReport {
    /// Whether every claim passes.
    #[getter]
    fn holds(&self) -> bool {
        self.report.holds()
    }

    /// The report as JSON.
    fn json(&self) -> String {
        self.report.json()
    }

    /// The report as a table.
    fn table(&self) -> String {
        self.report.table()
    }

    /// The report as JUnit XML.
    fn junit(&self) -> String {
        self.report.junit()
    }

    /// The report in a line.
    fn summary(&self) -> String {
        self.report.summary()
    }

    /// The report as a page.
    fn html(&self, py: Python) -> String {
        py.detach(|| self.report.html(&self.derivations))
    }

    /// For each claim the failure in words, if it fails.
    fn failures(&self) -> Vec<Option<String>> {
        let described =
            |claim: &claims::ClaimReport| claim.failure.as_ref().map(|failure| failure.describe());
        self.report.claims.iter().map(described).collect()
    }

    /// For each claim the smallest counterexample, if it is false.
    fn counterexamples<'py>(&self, py: Python<'py>) -> PyResult<Vec<Option<Bound<'py, PyDict>>>> {
        let found = |claim: &claims::ClaimReport| {
            let at = claim.diagnosis.as_ref().map(|diagnosis| &diagnosis.at);
            at.map(|at| self.counterexample(py, &claim.file, at)).transpose()
        };
        self.report.claims.iter().map(found).collect()
    }
}

impl CheckReport {
    fn counterexample<'py>(
        &self,
        py: Python<'py>,
        file: &str,
        at: &Counterexample,
    ) -> PyResult<Bound<'py, PyDict>> {
        // Any that reads the file knows its quantities.
        let of_file =
            |derivation: &&Derivation| derivation.sources().iter().any(|source| source.name == file);
        let derivation = self.derivations.iter().find(of_file);
        let values = PyDict::new(py);
        for (name, entries) in &at.values {
            let shape = derivation.and_then(|derivation| derivation.shape(name, &at.sizes));
            let shape = shape.filter(|shape| shape.iter().product::<usize>() == entries.len());
            match shape.as_deref() {
                Some([]) => values.set_item(name, entries[0])?,
                Some(shape) => values.set_item(name, arrays::shaped(py, shape, entries)?)?,
                None => values.set_item(name, arrays::shaped(py, &[entries.len()], entries)?)?,
            }
        }
        let sizes = PyDict::new(py);
        for (name, size) in at.sizes.iter() {
            sizes.set_item(name, size)?;
        }
        let all = PyDict::new(py);
        all.set_item("sizes", sizes)?;
        all.set_item("values", values)?;
        all.set_item("component", &at.component)?;
        all.set_item("functions", at.functions.clone())?;
        all.set_item("phi", at.phi.to_string())?;
        all.set_item("left", at.left)?;
        all.set_item("right", at.right)?;
        all.set_item("error", at.error)?;
        Ok(all)
    }
}
