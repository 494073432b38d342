//! `hsr oracle`.

use crate::io::{check_fit, read_batch, read_network, write_npz};
use crate::model::Activation;
use crate::oracle::{Wanted, answer};
use clap::Args;
use std::error::Error;
use std::path::PathBuf;

/// Arguments of `hsr oracle`.
#[derive(Args)]
pub(super) struct OracleArguments {
    /// Weights: W (h,d), V (C,h) and, with biases, b (h) and c (C); as numpy.savez writes them
    #[arg(long, value_name = "NET.npz")]
    network: PathBuf,
    /// Data: X (N,d) and either Y (N,C), a probability vector a row, or integer labels y (N)
    #[arg(long, value_name = "DATA.npz")]
    data: PathBuf,
    /// sigmoid, tanh, softplus, gelu, silu, sin or identity
    #[arg(long, value_name = "NAME")]
    activation: Activation,
    /// Write all scalars, gradients and whatever else is asked for to this npz file
    #[arg(long, value_name = "OUT.npz")]
    out: Option<PathBuf>,
    /// Add all eigenvalues of the Hessian (needs a dense matrix)
    #[arg(long)]
    spectrum: bool,
    /// Add the Hessian itself (needs a dense matrix)
    #[arg(long)]
    hessian: bool,
    /// Add the single terms of trace and squared trace, with their gradients
    #[arg(long)]
    terms: bool,
    /// Print the scalars as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn oracle(arguments: &OracleArguments) -> Result<(), Box<dyn Error>> {
    let network = read_network(&arguments.network, arguments.activation)?;
    let batch = read_batch(&arguments.data, Some(network.parameters.v.nrows()))?;
    check_fit(&network, &batch)?;
    let wanted = Wanted { spectrum: arguments.spectrum, hessian: arguments.hessian, terms: arguments.terms };
    let answer = answer(&network, &batch, wanted)?;
    if let Some(out) = &arguments.out {
        write_npz(out, &answer.arrays())?;
    }
    match (arguments.json, &arguments.out) {
        (true, _) => super::print(&answer.json()),
        (false, None) => super::print(&answer.table()),
        (false, Some(_)) => Ok(()),
    }
}
