//! The network of the library, checked and kept in its own form.

use crate::arrays;
use crate::errors::value;
use crate::running;
use hsr::audit::random_layers;
use hsr::io::{Names, NetworkReading, Read, open_network};
use hsr::model::{self, Activation, Architecture, Batch, Layer, Layers, Loss, ThreeLayer};
use nalgebra::DMatrix;
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// A network with the loss that it is trained by; it never changes.
#[pyclass(frozen, module = "hsr._hsr")]
pub struct Network {
    /// The network.
    pub network: Arc<model::Network<f64>>,
    /// The loss.
    pub loss: Loss,
    /// The same by the names `W`, `b`, `V` and `c`, if those are the names that its owner gave.
    named: Option<Arc<ThreeLayer<f64>>>,
}

impl Network {
    /// Whether network and data go together, in the names that the owner of the network uses.
    pub fn check_fit(&self, batch: &Batch<f64>) -> PyResult<()> {
        if let Some(named) = self.named.as_ref().filter(|_| batch.weights.is_none()) {
            named.check_fit(batch).map_err(value)?;
        }
        self.network.check_fit(batch, self.loss).map_err(value)
    }

    /// The name of the weights of the first layer.
    fn first_name(&self) -> &'static str {
        if self.named.is_some() { "W" } else { "W1" }
    }

    fn new(network: model::Network<f64>, loss: Loss, named: bool) -> PyResult<Self> {
        let named = if named {
            let [first, last] = &network.layers.0[..] else {
                return Err(value("W, b, V and c are the parameters of two layers"));
            };
            let parameters = model::Parameters {
                w: first.w.clone(),
                b: first.b.clone(),
                v: last.w.clone(),
                c: last.b.clone(),
            };
            let three = ThreeLayer::new(parameters, network.activations[0]).map_err(value)?;
            three.check_finite().map_err(value)?;
            Some(Arc::new(three))
        } else {
            None
        };
        let network = model::Network::new(network.layers, network.activations).map_err(value)?;
        network.check_finite().map_err(value)?;
        if loss == Loss::Softmax && network.architecture().outputs() == 1 {
            return Err(value(model::Misfit::OneClass));
        }
        Ok(Network { network: Arc::new(network), loss, named })
    }
}

#[pymethods]
impl Network {
    #[new]
    fn from_arrays(
        weights: Vec<PyReadonlyArray2<f64>>,
        biases: Vec<Option<PyReadonlyArray1<f64>>>,
        activations: Vec<String>,
        loss: &str,
        named: bool,
    ) -> PyResult<Self> {
        let layer = |(w, b): (&PyReadonlyArray2<f64>, &Option<PyReadonlyArray1<f64>>)| Layer {
            w: arrays::matrix(w),
            b: b.as_ref().map(arrays::vector),
        };
        let layers = Layers(weights.iter().zip(&biases).map(layer).collect());
        let network = model::Network { layers, activations: parsed(&activations)? };
        Network::new(network, loss.parse().map_err(value)?, named)
    }

    /// A network of random weights, at which preactivations are of order one for standardised inputs.
    #[staticmethod]
    fn random(
        inputs: usize,
        widths: Vec<usize>,
        biases: bool,
        activations: Vec<String>,
        loss: &str,
        seed: u64,
    ) -> PyResult<Self> {
        let sizes = Architecture::new(inputs, &widths, biases);
        let network = random_layers(&sizes, &parsed(&activations)?, seed);
        Network::new(network, loss.parse().map_err(value)?, false)
    }

    /// The network of a file, and the names of the arrays that were not read.
    #[staticmethod]
    fn from_file(
        py: Python,
        path: PathBuf,
        activations: Vec<String>,
        loss: &str,
        names: Option<&str>,
        transposed: Option<bool>,
    ) -> PyResult<(Self, Vec<String>)> {
        let names: Option<Names> = names.map(|names| names.parse().map_err(value)).transpose()?;
        let reading = NetworkReading { activations: parsed(&activations)?, names, transposed };
        let Read { value: network, aside } = py.detach(|| open_network(&path, &reading)).map_err(value)?;
        Ok((Network::new(network, loss.parse().map_err(value)?, false)?, aside))
    }

    /// The outputs of samples, a row a sample.
    fn outputs<'py>(&self, py: Python<'py>, x: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyAny>> {
        let x = arrays::matrix(&x);
        let (first, columns) = (&self.network.layers.0[0].w, x.ncols());
        if first.ncols() != columns {
            let (name, rows, inputs) = (self.first_name(), first.nrows(), first.ncols());
            return Err(value(format!(
                "{name} is {rows}x{inputs} but X has {columns} columns: {name} needs one column for each column (input) of X"
            )));
        }
        let network = self.network.clone();
        let outputs = running::here(py, move || forward(&network, &x))?;
        arrays::array(py, &outputs)
    }

    /// The weights of each layer, a row an output.
    #[getter]
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.network.layers.0.iter().map(|layer| arrays::array(py, &layer.w)).collect()
    }

    /// The bias of each layer, or none.
    #[getter]
    fn biases<'py>(&self, py: Python<'py>) -> PyResult<Vec<Option<Bound<'py, PyAny>>>> {
        let bias = |layer: &Layer<f64>| {
            layer.b.as_ref().map(|b| arrays::shaped(py, &[b.len()], b.as_slice())).transpose()
        };
        self.network.layers.0.iter().map(bias).collect()
    }

    /// The names of the activations.
    #[getter]
    fn activations(&self) -> Vec<&'static str> {
        self.network.activations.iter().map(|activation| activation.name()).collect()
    }

    /// The name of the loss.
    #[getter]
    fn loss(&self) -> &'static str {
        self.loss.name()
    }

    /// The sizes in words, such as `4-8-3 with biases`.
    #[getter]
    fn sizes(&self) -> String {
        self.network.architecture().to_string()
    }
}

/// The outputs of all samples at once, a row a sample.
fn forward(network: &model::Network<f64>, x: &DMatrix<f64>) -> DMatrix<f64> {
    let mut z = x.transpose();
    for (l, layer) in network.layers.0.iter().enumerate() {
        z = &layer.w * &z;
        if let Some(b) = &layer.b {
            z.column_iter_mut().for_each(|mut column| column += b);
        }
        if let Some(activation) = network.activations.get(l) {
            z.apply(|a| *a = activation.value(a));
        }
    }
    z.transpose()
}

/// Activations by their names.
fn parsed(names: &[String]) -> PyResult<Vec<Activation>> {
    names.iter().map(|name| name.parse().map_err(value)).collect()
}
