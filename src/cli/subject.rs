//! The network and the data of a command that looks at one, and the loss between them.

use super::activations::{self, kink};
use super::files::Files;
use super::hints;
use super::named::{TableArguments, read_file, say_aside};
use super::note;
use clap::Args;
use hsr::audit::nearest_kink;
use hsr::io::{
    Data, InputError, JsonFile, Names, NetworkReading, Read, check_fit, ending, labelled_batch, open_network,
};
use hsr::model::{Activation, Batch, Loss, Misfit, Network, ThreeLayer};
use hsr::words::path;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Where they are.
#[derive(Args)]
pub(super) struct Subject {
    /// The weights of a network of any depth: .npz, .safetensors or .json, or - for JSON on standard input. By the names W1, b1, W2, ..
    /// or W, b, V, c of one hidden layer, or as torch.nn.Sequential and other modules of PyTorch, Keras, Flax and scikit-learn have them
    #[arg(long, value_name = "FILE")]
    network: PathBuf,
    /// Data X (N,d) and Y (N,C), targets as the loss takes them, or y (N): integer labels, or the numbers of a single output; .npz or
    /// .json; or a .csv or .tsv table with a column of labels or numbers [default: the file of the network, if it is .json]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', help = activations::help_of_network())]
    activation: Vec<Activation>,
    /// softmax, squared, multi-label, poisson or pseudo-huber [default: the one that a .json network names, or softmax]
    #[arg(long, value_name = "NAME")]
    loss: Option<Loss>,
    /// Which array of the network is which, such as W1=encoder.weight,b1=encoder.bias,W2=head.weight,b2=- (for no bias), first layer
    /// first [default: by the names of the arrays, where they say it]
    #[arg(long, value_name = "W1=NAME,...")]
    names: Option<Names>,
    /// Whether the weights stand as inputs x outputs, yes or no [default: by the names and shapes of the arrays]
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    transposed: Option<bool>,
    #[command(flatten)]
    table: TableArguments,
    /// Standardise the features of a .csv file as audit does, instead of taking them as they are
    #[arg(long)]
    standardise: bool,
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(format!("{} is neither yes nor no", hsr::words::quoted(other))),
    }
}

/// A network with data that fit, and the loss.
pub(super) struct Point {
    pub network: Network<f64>,
    pub batch: Batch<f64>,
    pub loss: Loss,
}

impl Point {
    /// The network of chapters 1 to 8, if it is one: with one hidden layer and the softmax.
    pub fn three_layer(&self) -> Option<ThreeLayer<f64>> {
        let is_plain = self.loss == Loss::Softmax && self.batch.weights.is_none();
        self.network.three_layer().filter(|_| is_plain)
    }
}

impl Subject {
    /// Network, data and loss, if they fit together.
    pub fn read(&self) -> Result<Point, Box<dyn Error>> {
        let reading = NetworkReading {
            activations: self.activation.clone(),
            names: self.names.clone(),
            transposed: self.transposed,
        };
        let object = if is_json(&self.network) { Some(JsonFile::open(&self.network)?) } else { None };
        let read = match &object {
            Some(object) => object.network(&reading),
            None => open_network(&self.network, &reading),
        };
        let Read { value: network, aside } = read.map_err(hints::of_network)?;
        say_aside(&self.network, &aside);
        let named = object.as_ref().map(JsonFile::loss).transpose()?.flatten();
        let loss = self.loss(named)?;
        let outputs = network.architecture().outputs();
        if loss == Loss::Softmax && outputs == 1 {
            return Err(format!("{} (--loss)", Misfit::OneClass).into());
        }
        let batch = self.batch(object.as_ref(), loss, outputs)?;
        let point = Point { network, batch, loss };
        match point.three_layer() {
            Some(three) => check_fit(&three, &point.batch)?,
            None => point.network.check_fit(&point.batch, loss)?,
        }
        if let Some((layer, distance)) = nearest_kink(&point.network, &point.batch) {
            let of_layer =
                if point.network.activations.len() > 1 { format!("layer {layer}: ") } else { String::new() };
            note(&format!("{of_layer}{}", kink(distance)));
        }
        Ok(point)
    }

    /// The files that are read.
    pub fn files(&self) -> Files<'_> {
        let files = Files::default().reads("--network", &self.network);
        match &self.data {
            Some(data) => files.reads("--data", data),
            None => files,
        }
    }

    /// The loss that is given or named.
    fn loss(&self, named: Option<Loss>) -> Result<Loss, Box<dyn Error>> {
        match (self.loss, named) {
            (Some(given), Some(found)) if given != found => {
                Err(hints::of_network(InputError::TwoLosses { file: self.network.clone(), given, found }))
            }
            (given, named) => Ok(given.or(named).unwrap_or(Loss::Softmax)),
        }
    }

    /// The data, from the object of the network where no other file holds them.
    fn batch(
        &self,
        object: Option<&JsonFile>,
        loss: Loss,
        outputs: usize,
    ) -> Result<Batch<f64>, Box<dyn Error>> {
        let is_elsewhere = |data: &&PathBuf| !is_standard_input(data) || !is_standard_input(&self.network);
        let data = match (self.data.as_ref().filter(is_elsewhere), object) {
            (Some(file), _) if is_standard_input(file) => {
                JsonFile::open(file)?.batch(loss, Some(outputs))?.value
            }
            (Some(file), _) => return self.batch_of_file(file, loss, outputs),
            (None, Some(object)) => object.batch(loss, Some(outputs))?.value,
            (None, None) => {
                return Err("--data is needed: only a .json file holds both network and data".into());
            }
        };
        self.table.refuse(&self.data.as_ref().unwrap_or(&self.network).to_string_lossy())?;
        if self.standardise { Err(as_it_is(self.data.as_ref().unwrap_or(&self.network))) } else { Ok(data) }
    }

    fn batch_of_file(&self, file: &Path, loss: Loss, outputs: usize) -> Result<Batch<f64>, Box<dyn Error>> {
        match read_file(file, &self.table, loss, outputs)? {
            Data::Labelled(labelled) => Ok(labelled_batch(file, &labelled, outputs, self.standardise)?),
            Data::Numbered(numbered) => {
                let batch = numbered.batch(loss)?;
                let standard = numbered.standardised(loss.targets()).features;
                Ok(if self.standardise { Batch { x: standard, ..batch } } else { batch })
            }
            Data::Batch(_) if self.standardise => Err(as_it_is(file)),
            Data::Batch(batch) => Ok(batch),
        }
    }
}

fn as_it_is(file: &Path) -> Box<dyn Error> {
    format!("--standardise is for .csv: {} is taken as it is", path(file)).into()
}

fn is_json(file: &Path) -> bool {
    ending(file) == "json" || is_standard_input(file)
}

/// Whether a name is that of standard input.
fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}
