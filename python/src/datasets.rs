//! The data sets that the library brings along.

use crate::arrays;
use crate::errors::value;
use hsr::data::{DataSet, RegressionSet, Standardiser};
use pyo3::prelude::*;

/// The names of all data sets.
#[pyfunction]
pub fn names() -> Vec<&'static str> {
    let classes = DataSet::ALL.iter().map(|set| set.name());
    classes.chain(RegressionSet::ALL.iter().map(|set| set.name())).collect()
}

/// Features, targets, their names, the names of the classes, and where it comes from.
type Table<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Vec<String>, Option<Vec<String>>, &'static str);

/// A data set by its name. Its targets are numbers of classes where it has classes.
#[pyfunction]
pub fn data_set<'py>(py: Python<'py>, name: &str, standardised: bool) -> PyResult<Table<'py>> {
    if let Ok(set) = name.parse::<RegressionSet>() {
        let (x, y) = set.load();
        let x = if standardised { Standardiser::fit(&x).apply(&x) } else { x };
        let y = arrays::shaped(py, &[y.len()], y.as_slice())?;
        return Ok((arrays::array(py, &x)?, y, set.feature_names(), None, set.source()));
    }
    let set: DataSet = name.parse().map_err(value)?;
    let data = set.load();
    let data = if standardised { data.standardised() } else { data };
    let labels: Vec<f64> = data.labels.iter().map(|&label| label as f64).collect();
    let x = arrays::array(py, &data.features)?;
    let y = arrays::shaped(py, &[labels.len()], &labels)?;
    Ok((x, y, data.feature_names, Some(data.class_names), set.source()))
}
