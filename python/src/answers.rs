//! Bounds by the production path, and the reference answer.

use crate::arrays;
use crate::errors::{of_oracle, value};
use crate::network::Network;
use crate::points::{Point, Targets};
use crate::running;
use hsr::fast::Watcher;
use hsr::io::Array;
use hsr::model::Loss;
use hsr::oracle as reference;
use hsr::oracle::{
    Item, LayerAnswer, LayerItem, OracleError, Path, Scalar, Wanted, WantedBounds, answer_watched,
    network_answer_watched, network_bounds,
};
use hsr::terms::bound::Moment;
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::collections::BTreeMap;

/// The gradients by the names of what they are gradients of.
const GRADIENTS: [(&str, LayerItem); 8] = [
    ("ws_upper", LayerItem::Gradient),
    ("ws_reduced", LayerItem::WsReducedGradient),
    ("ws_layers", LayerItem::WsLayersGradient),
    ("ws_units", LayerItem::WsUnitsGradient),
    ("ws_hidden_units", LayerItem::WsHiddenUnitsGradient),
    ("trace", LayerItem::TraceGradient),
    ("trace_squared", LayerItem::TraceSquaredGradient),
    ("loss", LayerItem::LossGradient),
];

/// Numbers by name, gradients by the name of what they are gradients of, and why there is none of others.
pub type Bounds<'py> = (Bound<'py, PyDict>, Bound<'py, PyDict>, BTreeMap<String, String>);

/// The numbers of the production path, the gradients that are asked for, and why some do not exist.
#[pyfunction]
#[pyo3(signature = (network, x, y, weights, gradients, units, threads))]
#[allow(clippy::too_many_arguments, reason = "the arguments of Python's function")]
pub fn bound<'py>(
    py: Python<'py>,
    network: &Network,
    x: PyReadonlyArray2<'py, f64>,
    y: Targets<'py>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    gradients: Vec<String>,
    units: bool,
    threads: Option<usize>,
) -> PyResult<Bounds<'py>> {
    let point = Point::new(network, &x, &y, weights.as_ref())?;
    let mut wanted = WantedBounds::default();
    if let Some(threads) = threads {
        wanted = wanted.on(threads);
    }
    if units {
        wanted = wanted.with_units();
    }
    for name in &gradients {
        wanted = wanted.with_gradient(gradient(name)?);
    }
    let answer = running::run(py, point.is_brief(), move |stop| {
        let Point { network, loss, batch } = &point;
        network_bounds(network, *loss, batch, &wanted, &|_, _| stop.goes_on())
    })?;
    of_layers(py, &answer.map_err(of_oracle)?)
}

fn gradient(name: &str) -> PyResult<LayerItem> {
    let found = GRADIENTS.iter().find(|(known, _)| *known == name);
    found.map(|(_, item)| *item).ok_or_else(|| {
        let known: Vec<&str> = GRADIENTS.iter().map(|(known, _)| *known).collect();
        value(format!("there is no gradient of {name:?}: choose {}", known.join(", ")))
    })
}

pub fn of_layers<'py>(py: Python<'py>, answer: &LayerAnswer) -> PyResult<Bounds<'py>> {
    let name_of = |item: LayerItem| {
        let found = GRADIENTS.iter().find(|(_, known)| *known == item);
        found.map_or(item.name(), |(name, _)| *name)
    };
    let (numbers, gradients) = (PyDict::new(py), PyDict::new(py));
    for (item, values) in answer.iter() {
        if item.is_gradient() {
            gradients.set_item(name_of(item), arrays::shaped(py, &[values.len()], values)?)?;
        } else if item.is_scalar() {
            numbers.set_item(item.name(), values[0])?;
        } else {
            numbers.set_item(item.name(), arrays::shaped(py, &[values.len()], values)?)?;
        }
    }
    let missing = answer.missing.iter().map(|(item, reason)| (name_of(*item).to_string(), reason.clone()));
    Ok((numbers, gradients, missing.collect()))
}

/// The single terms at any depth.
const TERMS: [LayerItem; 5] = [
    LayerItem::LayerTracesGaussNewton,
    LayerItem::LayerTracesResidual,
    LayerItem::LayerSquared,
    LayerItem::UnitTraces,
    LayerItem::UnitSquared,
];

/// An answer as the arrays of its file, which of them are single terms, its digits, whether these are counted, why numbers are missing, and its table.
struct Reply {
    arrays: Vec<(String, Array)>,
    terms: Vec<String>,
    digits: Vec<(String, Array)>,
    counted: bool,
    missing: BTreeMap<String, String>,
    table: String,
}

/// What the interpreter gets of it.
type Answer<'py> =
    (Bound<'py, PyDict>, Vec<String>, Bound<'py, PyDict>, bool, BTreeMap<String, String>, String);

/// The reference answer: what `hsr oracle --out` writes.
#[pyfunction]
#[pyo3(signature = (network, x, y, weights, spectrum, hessian, terms, digits, by_terms, threads))]
#[allow(
    clippy::too_many_arguments,
    clippy::fn_params_excessive_bools,
    reason = "the arguments of Python's function"
)]
pub fn oracle<'py>(
    py: Python<'py>,
    network: &Network,
    x: PyReadonlyArray2<'py, f64>,
    y: Targets<'py>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    spectrum: bool,
    hessian: bool,
    terms: bool,
    digits: bool,
    by_terms: bool,
    threads: Option<usize>,
) -> PyResult<Answer<'py>> {
    let point = Point::new(network, &x, &y, weights.as_ref())?;
    let mut wanted = Wanted::default().with_layers();
    if let Some(threads) = threads {
        wanted = wanted.by(Path::Fast { route: None, threads });
    }
    if by_terms {
        wanted = wanted.by(Path::Terms);
    }
    wanted.spectrum = spectrum;
    wanted.hessian = hessian;
    wanted.terms = terms;
    wanted.digits = digits;
    let reply = running::run(py, false, move |stop| {
        let watcher = |_, _| stop.goes_on();
        replied(&point, wanted, &watcher)
    })?;
    let Reply { arrays, terms, digits, counted, missing, table } = reply.map_err(of_oracle)?;
    Ok((dictionary(py, &arrays)?, terms, dictionary(py, &digits)?, counted, missing, table))
}

/// The answer of one hidden layer with the softmax, which has single terms of its own, or that of any other network.
fn replied(point: &Point, wanted: Wanted, watcher: Watcher) -> Result<Reply, OracleError> {
    let Point { network, loss, batch } = point;
    let is_plain = *loss == Loss::Softmax && batch.weights.is_none();
    match network.three_layer().filter(|_| is_plain) {
        Some(three) => answer_watched(&three, batch, wanted, watcher).map(|answer| of_three_layers(&answer)),
        None => network_answer_watched(network, *loss, batch, wanted, watcher).map(|answer| of_any(&answer)),
    }
}

fn of_three_layers(answer: &reference::Answer) -> Reply {
    let arrays = answer.arrays();
    let reasons = answer.layers.iter().flat_map(|layers| &layers.missing);
    let mut missing: BTreeMap<String, String> =
        reasons.map(|(item, reason)| (item.to_string(), reason.clone())).collect();
    // That of the bound itself speaks of W, b, V and c.
    missing.extend(
        answer.gradient.as_ref().err().map(|reason| (Item::Gradient.to_string(), reason.to_string())),
    );
    missing.retain(|name, _| arrays.iter().all(|(there, _)| there != name));
    let scalars = Scalar::ALL.into_iter().filter(|scalar| scalar.is_of_a_block()).map(Item::Scalar);
    let terms = scalars
        .chain([Item::TOut, Item::TGn, Item::TRes])
        .chain(Moment::ALL.map(Item::MomentGradient))
        .map(|item| item.to_string())
        .collect();
    let (digits, table) = (answer.digit_arrays(), answer.table());
    Reply { arrays, terms, digits, counted: answer.digits.counted, missing, table }
}

fn of_any(answer: &LayerAnswer) -> Reply {
    let missing = answer.missing.iter().map(|(item, reason)| (item.to_string(), reason.clone())).collect();
    let terms = TERMS.iter().map(ToString::to_string).collect();
    let (arrays, digits, table) = (answer.arrays(), answer.digit_arrays(), answer.table());
    Reply { arrays, terms, digits, counted: answer.digits.counted, missing, table }
}

fn dictionary<'py>(py: Python<'py>, arrays: &[(String, Array)]) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    for (name, array) in arrays {
        all.set_item(name, arrays::answer(py, array)?)?;
    }
    Ok(all)
}
