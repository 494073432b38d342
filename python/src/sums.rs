//! Sums over pairs of parts of the data, and what they are once they are added up.

use crate::answers::{Bounds, of_layers};
use crate::arrays;
use crate::errors::{of_oracle, value};
use crate::network::Network;
use crate::points::{Point, Targets};
use crate::running;
use hsr::fast::{PairCover, PairSums};
use hsr::oracle::{OracleError, bounds_of_sums};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

/// The sums over the samples that are given, and over their pairs, as numbers that can be added.
#[pyfunction]
#[pyo3(signature = (network, x, y, weights, threads))]
pub fn partial<'py>(
    py: Python<'py>,
    network: &Network,
    x: PyReadonlyArray2<'py, f64>,
    y: Targets<'py>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    threads: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let point = Point::new(network, &x, &y, weights.as_ref())?;
    let sums = running::run(py, point.is_brief(), move |stop| {
        let Point { network, loss, batch } = &point;
        PairSums::of(network, *loss, batch, threads, &|_, _| stop.goes_on())
    })?;
    let numbers = sums.map_err(OracleError::from).map_err(of_oracle)?.numbers();
    arrays::shaped(py, &[numbers.len()], &numbers)
}

/// What sums are that were added up: numbers, gradients, and why some do not exist.
#[pyfunction]
#[pyo3(signature = (network, numbers))]
pub fn bound_of_sums<'py>(
    py: Python<'py>,
    network: &Network,
    numbers: PyReadonlyArray1<'py, f64>,
) -> PyResult<Bounds<'py>> {
    let numbers = arrays::vector(&numbers);
    let sums = PairSums::from_numbers(&network.network, network.loss, numbers.as_slice()).map_err(value)?;
    let answer = bounds_of_sums(&network.network, network.loss, &sums).map_err(of_oracle)?;
    of_layers(py, &answer)
}

/// The parts that cover the pairs of so many samples: where the ranges of each begin and end, and its factor.
#[pyfunction]
#[pyo3(signature = (samples, lines))]
pub fn pair_cover(samples: usize, lines: usize) -> Vec<(Vec<(usize, usize)>, f64)> {
    let parts = PairCover::new(samples, lines).parts();
    let ranges = |part: &hsr::fast::Part| part.ranges.iter().map(|range| (range.start, range.end)).collect();
    parts.iter().map(|part| (ranges(part), part.factor)).collect()
}
