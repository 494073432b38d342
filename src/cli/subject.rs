//! The network and the data of a command that looks at one.

use super::activations::{self, kink};
use super::files::Files;
use super::hints;
use super::named::{TableArguments, read_file, say_aside};
use super::note;
use clap::Args;
use hsr::audit::nearest_kink;
use hsr::io::{Data, Names, Read, check_fit, ending, labelled_batch, open_network};
use hsr::model::{Activation, Batch, Loss, Targets, ThreeLayer};
use hsr::words::path;
use std::error::Error;
use std::path::PathBuf;

/// Where they are.
#[derive(Args)]
pub(super) struct Subject {
    /// Weights W (h,d), V (C,h) and, with biases, b (h) and c (C): .npz, .safetensors or .json. PyTorch's Linear has
    /// its weight as it is needed here
    #[arg(long, value_name = "FILE")]
    network: PathBuf,
    /// Data X (N,d) and either Y (N,C), a probability vector a row, or integer labels y (N): .npz or .json; or a .csv
    /// or .tsv table with a label column [default: the file of the network, if it is .json]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    #[arg(long, value_name = "NAME", help = activations::help_of_network())]
    activation: Option<Activation>,
    /// Which array of an .npz or .safetensors network is which, such as W=encoder.weight,V=head.weight; b and c too,
    /// or b=-,c=- for no biases [default: W, b, V, c; in .safetensors also 0.weight ... 2.bias and fc1.weight ... fc2.bias]
    #[arg(long, value_name = "W=NAME,...")]
    names: Option<Names>,
    #[command(flatten)]
    table: TableArguments,
    /// Standardise the features of a .csv file as audit does, instead of taking them as they are
    #[arg(long)]
    standardise: bool,
}

impl Subject {
    /// Both, if they fit together.
    pub fn read(&self) -> Result<(ThreeLayer<f64>, Batch<f64>), Box<dyn Error>> {
        let Read { value: network, aside } =
            open_network(&self.network, self.activation, self.names.as_ref()).map_err(hints::of_network)?;
        say_aside(&self.network, &aside);
        let batch = self.batch(network.parameters.v.nrows())?;
        check_fit(&network, &batch)?;
        if let Some((_, distance)) = nearest_kink(&network.clone().into(), &batch) {
            note(&kink(distance));
        }
        Ok((network, batch))
    }

    /// The files that are read.
    pub fn files(&self) -> Files<'_> {
        let files = Files::default().reads("--network", &self.network);
        match &self.data {
            Some(data) => files.reads("--data", data),
            None => files,
        }
    }

    fn batch(&self, classes: usize) -> Result<Batch<f64>, Box<dyn Error>> {
        let file = match &self.data {
            Some(file) => file,
            None if ending(&self.network) == "json" => &self.network,
            None => return Err("--data is needed: only a .json file holds both network and data".into()),
        };
        match read_file(file, &self.table, Some(classes))? {
            Data::Labelled(labelled) => Ok(labelled_batch(file, &labelled, classes, self.standardise)?),
            Data::Numbered(numbered) if self.standardise => {
                Ok(numbered.standardised(Targets::Counts).batch(Loss::Squared)?)
            }
            Data::Numbered(numbered) => Ok(numbered.batch(Loss::Squared)?),
            Data::Batch(_) if self.standardise => {
                Err(format!("--standardise is for .csv: {} is taken as it is", path(file)).into())
            }
            Data::Batch(batch) => Ok(batch),
        }
    }
}
