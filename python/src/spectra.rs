//! The Hessian and its eigenvalues.

use crate::arrays;
use crate::errors::of_spectrum;
use crate::network::Network;
use crate::points::{Point, Targets};
use crate::running;
use hsr::budget::{self, numbers};
use hsr::spectrum::{Eigenpair, SpectrumMethod, SpectrumSettings, network_extremes};
use hsr::terms::{layer_samples, layers::layer_hessian};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyMemoryError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Copies of the Hessian while it is put together: blocks of a sample in both parts, their sum, the sum over samples, the array.
const COPIES: usize = 6;

/// The Hessian of the loss, by the closed form of its blocks.
#[pyfunction]
#[pyo3(signature = (network, x, y, weights))]
pub fn hessian<'py>(
    py: Python<'py>,
    network: &Network,
    x: PyReadonlyArray2<'py, f64>,
    y: Targets<'py>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
) -> PyResult<Bound<'py, PyAny>> {
    let point = Point::new(network, &x, &y, weights.as_ref())?;
    let size = point.network.architecture().parameters();
    budget::ask(numbers(&[COPIES, size, size]), || format!("the Hessian of {size} parameters"))
        .map_err(|over| PyMemoryError::new_err(format!("{over}; hsr.spectrum needs no matrix")))?;
    let matrix = running::run(py, point.is_brief(), move |_| {
        let Point { network, loss, batch } = &point;
        layer_hessian(&layer_samples(network, loss, batch))
    })?;
    arrays::array(py, &matrix)
}

/// Both ends of the spectrum, and all of it where the matrix was decomposed.
#[pyfunction]
#[pyo3(signature = (network, x, y, weights, method, tolerance, products, seed))]
#[allow(clippy::too_many_arguments, reason = "the arguments of Python's function")]
pub fn spectrum<'py>(
    py: Python<'py>,
    network: &Network,
    x: PyReadonlyArray2<'py, f64>,
    y: Targets<'py>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    method: Option<&str>,
    tolerance: f64,
    products: usize,
    seed: u64,
) -> PyResult<Bound<'py, PyDict>> {
    let point = Point::new(network, &x, &y, weights.as_ref())?;
    let mut settings =
        SpectrumSettings::default().with_tolerance(tolerance).with_products(products).with_seed(seed);
    settings.method = [SpectrumMethod::Dense, SpectrumMethod::Krylov]
        .into_iter()
        .find(|known| Some(known.name()) == method);
    let found = running::run(py, false, move |_| {
        let Point { network, loss, batch } = &point;
        network_extremes(network, *loss, batch, &settings)
    })?;
    let found = found.map_err(of_spectrum)?;
    let answer = PyDict::new(py);
    for (name, Eigenpair { value, vector, residual }) in
        [("smallest", &found.smallest), ("largest", &found.largest)]
    {
        answer.set_item(name, (*value, arrays::shaped(py, &[vector.len()], vector)?, *residual))?;
    }
    if let Some(all) = &found.all {
        answer.set_item("eigenvalues", arrays::shaped(py, &[all.values.len()], &all.values)?)?;
        answer.set_item("tolerance", all.tolerance)?;
        answer.set_item("negative", all.negative())?;
    }
    answer.set_item("method", found.method.name())?;
    answer.set_item("products", found.products)?;
    Ok(answer)
}
