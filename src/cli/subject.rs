//! The network and the data of a command that looks at one.

use crate::io::{check_fit, read_batch, read_network};
use crate::model::{Activation, Batch, Network};
use clap::Args;
use std::error::Error;
use std::path::PathBuf;

/// Where they are.
#[derive(Args)]
pub(super) struct Subject {
    /// Weights: W (h,d), V (C,h) and, with biases, b (h) and c (C); as numpy.savez writes them
    #[arg(long, value_name = "NET.npz")]
    network: PathBuf,
    /// Data: X (N,d) and either Y (N,C), a probability vector a row, or integer labels y (N)
    #[arg(long, value_name = "DATA.npz")]
    data: PathBuf,
    /// sigmoid, tanh, softplus, gelu, silu, sin or identity
    #[arg(long, value_name = "NAME")]
    activation: Activation,
}

impl Subject {
    /// Both, if they fit together.
    pub fn read(&self) -> Result<(Network<f64>, Batch<f64>), Box<dyn Error>> {
        let network = read_network(&self.network, self.activation)?;
        let batch = read_batch(&self.data, Some(network.parameters.v.nrows()))?;
        check_fit(&network, &batch)?;
        Ok((network, batch))
    }
}
