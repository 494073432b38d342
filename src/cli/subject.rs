//! The network and the data of a command that looks at one.

use super::activations;
use crate::io::{
    InputError, Names, check_fit, read_batch, read_batch_json, read_csv_batch, read_network,
    read_network_json, read_network_named, read_safetensors,
};
use crate::model::{Activation, Batch, Network};
use clap::Args;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Where they are.
#[derive(Args)]
pub(super) struct Subject {
    /// Weights W (h,d), V (C,h) and, with biases, b (h) and c (C): .npz, .safetensors or .json. PyTorch's Linear has
    /// its weight as it is needed here
    #[arg(long, value_name = "FILE")]
    network: PathBuf,
    /// Data X (N,d) and either Y (N,C), a probability vector a row, or integer labels y (N): .npz or .json; or a .csv
    /// with a label column [default: the file of the network, if it is .json]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    #[arg(long, value_name = "NAME", help = activations::help_of_network())]
    activation: Option<Activation>,
    /// Which array of an .npz or .safetensors network is which, such as W=encoder.weight,V=head.weight; b and c too,
    /// or no biases [default: W, b, V, c; in .safetensors also 0.weight ... 2.bias and fc1.weight ... fc2.bias]
    #[arg(long, value_name = "W=NAME,...")]
    names: Option<Names>,
    /// Standardise the features of a .csv file as audit does, instead of taking them as they are
    #[arg(long)]
    standardise: bool,
}

impl Subject {
    /// Both, if they fit together.
    pub fn read(&self) -> Result<(Network<f64>, Batch<f64>), Box<dyn Error>> {
        let network = self.network()?;
        let batch = self.batch(network.parameters.v.nrows())?;
        check_fit(&network, &batch)?;
        Ok((network, batch))
    }

    fn network(&self) -> Result<Network<f64>, Box<dyn Error>> {
        let file = &self.network;
        let activation = || self.activation.ok_or_else(|| InputError::NoActivation { file: file.clone() });
        let network = match (ending(file), &self.names) {
            ("npz", None) => read_network(file, activation()?),
            ("npz", Some(names)) => read_network_named(file, activation()?, names),
            ("safetensors", names) => read_safetensors(file, activation()?, names.as_ref()),
            ("json", None) => read_network_json(file, self.activation),
            ("json", Some(_)) => {
                return Err(
                    "--names is for .npz and .safetensors: in .json the keys are W, b, V and c".into()
                );
            }
            _ => {
                let readable = ".npz, .safetensors or .json";
                Err(InputError::Ending { file: file.clone(), readable })
            }
        };
        Ok(network?)
    }

    fn batch(&self, classes: usize) -> Result<Batch<f64>, Box<dyn Error>> {
        let file = match &self.data {
            Some(file) => file,
            None if ending(&self.network) == "json" => &self.network,
            None => return Err("--data is needed: only a .json file holds both network and data".into()),
        };
        let batch = match ending(file) {
            "csv" => read_csv_batch(file, classes, self.standardise),
            _ if self.standardise => {
                let file = file.display();
                return Err(format!("--standardise is for .csv: {file} is taken as it is").into());
            }
            "npz" => read_batch(file, Some(classes)),
            "json" => read_batch_json(file, Some(classes)),
            _ => Err(InputError::Ending { file: file.clone(), readable: ".npz, .json or .csv" }),
        };
        Ok(batch?)
    }
}

/// What tells the format of a file.
fn ending(file: &Path) -> &str {
    file.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}
