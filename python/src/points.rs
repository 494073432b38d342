//! A network with data: where every answer begins.

use crate::arrays;
use crate::errors::value;
use crate::network::Network;
use crate::running;
use hsr::model::{self, Batch, Loss};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use std::sync::Arc;

/// Targets: a number of a class a sample, or a row a sample.
#[derive(FromPyObject)]
pub enum Targets<'py> {
    /// Classes, from 0.
    Labels(PyReadonlyArray1<'py, i64>),
    /// What the loss takes, an output a column.
    Rows(PyReadonlyArray2<'py, f64>),
}

/// A network with data that fit, owned, so that it may go to another thread.
#[derive(Clone)]
pub struct Point {
    /// The network.
    pub network: Arc<model::Network<f64>>,
    /// The loss.
    pub loss: Loss,
    /// The data.
    pub batch: Batch<f64>,
}

impl Point {
    /// The network with these data, if they go together.
    pub fn new(
        network: &Network,
        x: &PyReadonlyArray2<f64>,
        y: &Targets,
        weights: Option<&PyReadonlyArray1<f64>>,
    ) -> PyResult<Self> {
        let x = arrays::matrix(x);
        let batch = match y {
            Targets::Labels(labels) => {
                let labels: Vec<i64> = labels.as_array().iter().copied().collect();
                Batch::from_labels(x, &labels, network.network.architecture().outputs())
            }
            Targets::Rows(rows) => Batch::for_loss(x, arrays::matrix(rows), network.loss),
        };
        let mut batch = batch.map_err(value)?;
        if let Some(weights) = weights {
            batch = batch.weighted(arrays::vector(weights)).map_err(value)?;
        }
        network.check_fit(&batch)?;
        Ok(Point { network: network.network.clone(), loss: network.loss, batch })
    }

    /// Whether sums over it take some milliseconds.
    pub fn is_brief(&self) -> bool {
        running::is_brief(self.batch.samples(), self.network.architecture().parameters())
    }
}
