//! `hsr compare`.

use super::activations;
use super::{layers, named};
use crate::compare::{Comparison, Settings, compare, html, pictures};
use crate::data::Shares;
use crate::io::{make_folder, write_bytes, write_text};
use crate::model::Activation;
use crate::shell::quoted;
use crate::train::{self, Method, Schedule};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  hsr compare --data iris --out study
  hsr compare --data wine --methods hsr,sam --seeds 3 --trials 3 --steps 200 --out study
  hsr compare --data own.csv --hidden 16 --activation gelu --batch 32 --out study --png";

/// Arguments of `hsr compare`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompareArguments {
    /// iris, wine, breast-cancer, digits, or a file: .csv with a label column, or .npz with X and y or Y
    #[arg(long, default_value = "iris", value_name = "NAME|FILE")]
    data: String,
    /// Methods, separated by commas; sgd is always among them
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "sgd,hsr,hsr-reduced,hsr-block,trace,frobenius,sam,weight-decay"
    )]
    methods: Vec<Method>,
    /// Splits and initial points
    #[arg(long, default_value_t = 10, value_name = "K", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: u64,
    /// Strengths that each method chooses from by its validation loss
    #[arg(long, default_value_t = 5, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=50))]
    trials: u32,
    /// Hidden units
    #[arg(long, default_value_t = 8, value_name = "H")]
    hidden: usize,
    #[arg(long, default_value = "tanh", value_name = "NAME", help = activations::help())]
    activation: Activation,
    /// A network without biases
    #[arg(long)]
    no_bias: bool,
    /// Updates of the weights in each run
    #[arg(long, default_value_t = 500, value_name = "N")]
    steps: usize,
    /// Samples of a mini-batch [default: all]
    #[arg(long, value_name = "B")]
    batch: Option<usize>,
    /// Learning rate
    #[arg(long, default_value_t = 0.1, value_name = "R")]
    rate: f64,
    /// Momentum
    #[arg(long, default_value_t = 0.9, value_name = "M")]
    momentum: f64,
    /// How the rate changes: constant, or cosine, down to nearly 0
    #[arg(long, default_value = "constant", value_name = "NAME")]
    schedule: Schedule,
    /// Steps between two records
    #[arg(long, default_value_t = 10, value_name = "K")]
    log_every: usize,
    /// Folder for tables, pictures and the page; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Pictures as PNG too
    #[arg(long)]
    png: bool,
}

pub(super) fn compare_methods(arguments: &CompareArguments) -> Result<(), Box<dyn Error>> {
    let data = named::load(&arguments.data)?;
    layers::shape(&data.batch, arguments.hidden, !arguments.no_bias)?;
    let settings = arguments.settings();
    make_folder(&arguments.out)?;
    // Drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} runs {elapsed}, {eta} to go")?);
    let comparison = compare(&data.batch, &data.classes, &settings, &|done, runs| {
        bar.set_length(runs as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let comparison = comparison.map_err(|error| format!("{}: {error}", arguments.data))?;
    write(arguments, &comparison)?;
    super::print(&format!("{}\n{}\n", comparison.table(), arguments.command()))
}

fn write(arguments: &CompareArguments, comparison: &Comparison) -> Result<(), Box<dyn Error>> {
    let folder: &Path = &arguments.out;
    let json = serde_json::to_string_pretty(&serde_json::json!({
        "command": arguments.command(),
        "comparison": comparison,
    }))?;
    write_text(folder.join("comparison.json"), &(json + "\n"))?;
    write_text(folder.join("end-points.csv"), &comparison.csv())?;
    write_text(folder.join("tables.txt"), &comparison.table())?;
    for (name, picture) in pictures(comparison) {
        write_text(folder.join(format!("{name}.svg")), &picture.svg()?)?;
        if arguments.png {
            write_bytes(folder.join(format!("{name}.png")), &picture.png()?)?;
        }
    }
    let page = html(comparison, &arguments.data, &arguments.command())?;
    write_text(folder.join("report.html"), &page)?;
    Ok(())
}

impl CompareArguments {
    fn settings(&self) -> Settings {
        Settings {
            methods: self.methods.clone(),
            seeds: self.seeds,
            trials: self.trials,
            hidden: self.hidden,
            activation: self.activation,
            biases: !self.no_bias,
            shares: Shares { validation: 0.2, test: 0.2 },
            train: train::Settings {
                steps: self.steps,
                batch: self.batch,
                rate: self.rate,
                momentum: self.momentum,
                schedule: self.schedule,
                log_every: self.log_every,
                ..train::Settings::of(Method::Sgd)
            },
        }
    }

    /// The command that repeats the comparison, with every default written out.
    fn command(&self) -> String {
        let methods: Vec<&str> = self.methods.iter().map(|method| method.name()).collect();
        let mut command = format!(
            "hsr compare --data {} --methods {} --seeds {} --trials {} --hidden {} --activation {} --steps {} --rate {} \
             --momentum {} --schedule {} --log-every {}",
            quoted(&self.data),
            methods.join(","),
            self.seeds,
            self.trials,
            self.hidden,
            self.activation,
            self.steps,
            self.rate,
            self.momentum,
            self.schedule,
            self.log_every
        );
        if let Some(batch) = self.batch {
            command += &format!(" --batch {batch}");
        }
        for (given, flag) in [(self.no_bias, "--no-bias"), (self.png, "--png")] {
            if given {
                command += &format!(" {flag}");
            }
        }
        command + &format!(" --out {}", quoted(&self.out.to_string_lossy()))
    }
}
