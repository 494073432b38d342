//! `hsr compare`.

use super::files::{Files, OR_OVERWRITE};
use super::layers::NetworkArguments;
use super::named::{self, TableArguments};
use super::numbers;
use clap::Args;
use hsr::compare::{CompareSettings, Comparison, compare, html, pictures};
use hsr::data::{LabelColumn, SplitShares};
use hsr::io::{OutputFolder, check_writable, write_bytes, write_text};
use hsr::model::Activation;
use hsr::shell::quoted;
use hsr::train::{Method, Schedule, TrainSettings};
use hsr::words::shown;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hsr compare --data iris --out study
  hsr compare --data wine --methods hsr,sam --seeds 3 --trials 3 --steps 200 --out study
  hsr compare --data wine --methods hsr,sam --seeds 3 --seed 10 --out others
  hsr compare --data own.csv --hidden 16 --activation gelu --batch 32 --out study --png
  hsr compare --data own.csv --loss squared --layers 16,16 --methods hsr,hsr-layers,hsr-units --out study";

/// Arguments of `hsr compare`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompareArguments {
    /// iris, wine, breast-cancer, digits, diabetes (numbers as targets), or a file: .csv or .tsv with a label column, or
    /// .npz or .json with X and y or Y
    #[arg(long, default_value = "iris", value_name = "NAME|FILE")]
    data: String,
    #[command(flatten)]
    table: TableArguments,
    /// Methods, separated by commas; sgd is always among them
    /// [default: sgd,hsr,hsr-reduced,hsr-block,trace,frobenius,sam,weight-decay with one hidden layer and softmax, and
    /// with another network sgd,hsr,hsr-layers,hsr-units,trace,frobenius,sam,weight-decay]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    methods: Option<Vec<Method>>,
    /// How many seeds: as many splits and initial points, the same for every method
    #[arg(long, default_value_t = 10, value_name = "K", value_parser = numbers::whole(1..=10_000_u64))]
    seeds: u64,
    /// The first of the seeds; the others follow it. The same seed gives the same numbers, but for the times
    #[arg(long, default_value_t = 0, value_name = "SEED", allow_negative_numbers = true, value_parser = numbers::seed)]
    seed: u64,
    /// Strengths that each method chooses from by its validation loss
    #[arg(long, default_value_t = 5, value_name = "K", value_parser = numbers::whole(1..=50_u32))]
    trials: u32,
    #[command(flatten)]
    network: NetworkArguments,
    /// Updates of the weights in each run
    #[arg(long, default_value_t = 500, value_name = "N", allow_negative_numbers = true, value_parser = numbers::count)]
    steps: usize,
    /// Samples of a mini-batch [default: all]
    #[arg(long, value_name = "B", allow_negative_numbers = true, value_parser = numbers::count)]
    batch: Option<usize>,
    /// Learning rate
    #[arg(long, default_value_t = 0.1, value_name = "R", allow_negative_numbers = true, value_parser = numbers::number)]
    rate: f64,
    /// Momentum
    #[arg(long, default_value_t = 0.9, value_name = "M", allow_negative_numbers = true, value_parser = numbers::number)]
    momentum: f64,
    /// How the rate changes: constant, or cosine, down to nearly 0
    #[arg(long, default_value = "constant", value_name = "NAME")]
    schedule: Schedule,
    /// Steps between two records
    #[arg(long, default_value_t = 10, value_name = "K", allow_negative_numbers = true, value_parser = numbers::count)]
    log_every: usize,
    /// Folder for tables, pictures and the page; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Pictures as PNG too
    #[arg(long)]
    png: bool,
    /// Replace the files of another comparison in that folder
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn compare_methods(arguments: &CompareArguments) -> Result<(), Box<dyn Error>> {
    files(arguments).check_apart()?;
    let activations = arguments.network.activations()?;
    let data = named::load(&arguments.data, &arguments.table, arguments.network.loss)?;
    arguments.network.architecture(&data.batch)?;
    let settings = arguments.settings(activations);
    let command = arguments.command(data.label.as_ref());
    let folder = folder(arguments, &command)?;
    // Drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} runs {elapsed}, {eta} to go")?);
    let comparison = compare(&data.batch, &data.classes, &settings, &|done, runs| {
        bar.set_length(runs as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let comparison = comparison.map_err(|error| format!("{}: {error}", shown(&arguments.data)))?;
    write(arguments, &folder, &command, &comparison)?;
    super::print(&format!("{}\n{command}\n", comparison.table()))
}

/// The files of every comparison; which pictures there are depends on the methods.
const COMPARISON: &str = "comparison.json";
const FILES: [&str; 4] = [COMPARISON, "end-points.csv", "tables.txt", "report.html"];

fn files(arguments: &CompareArguments) -> Files<'_> {
    let mut files = Files::default();
    if named::is_file(&arguments.data) {
        files = files.reads("--data", &arguments.data);
    }
    FILES.iter().fold(files, |files, name| files.writes("--out", Some(arguments.out.join(name))))
}

/// The folder, unless it holds the files of another comparison that shall stay.
fn folder(arguments: &CompareArguments, command: &str) -> Result<OutputFolder, Box<dyn Error>> {
    let folder = OutputFolder::open(&arguments.out)?;
    let earlier = fs::read(folder.file(COMPARISON)).ok();
    let earlier: Option<Value> = earlier.and_then(|text| serde_json::from_slice(&text).ok());
    let is_same = earlier.is_some_and(|earlier| earlier["command"] == command);
    if !is_same && !arguments.overwrite {
        folder.refuse_others(&FILES, OR_OVERWRITE)?;
    }
    check_writable(folder.file(COMPARISON))?;
    Ok(folder)
}

fn write(
    arguments: &CompareArguments,
    folder: &OutputFolder,
    command: &str,
    comparison: &Comparison,
) -> Result<(), Box<dyn Error>> {
    let json = serde_json::json!({ "command": command, "comparison": comparison });
    write_text(folder.file(COMPARISON), &format!("{json:#}\n"))?;
    write_text(folder.file("end-points.csv"), &comparison.csv())?;
    write_text(folder.file("tables.txt"), &comparison.table())?;
    for (name, picture) in pictures(comparison) {
        write_text(folder.file(format!("{name}.svg")), &picture.svg()?)?;
        // One of an earlier comparison would show other numbers.
        folder.clear(&[&format!("{name}.png")])?;
        if arguments.png {
            write_bytes(folder.file(format!("{name}.png")), &picture.png()?)?;
        }
    }
    let page = html(comparison, &shown(&arguments.data), command)?;
    write_text(folder.file("report.html"), &page)?;
    Ok(())
}

impl CompareArguments {
    /// The methods that were named, or those that are usual for the network.
    fn methods(&self) -> Vec<Method> {
        let of_bounds = match self.network.is_of_one_hidden_layer() {
            true => [Method::HsrReduced, Method::HsrBlock],
            false => [Method::HsrLayers, Method::HsrUnits],
        };
        let others = [Method::Trace, Method::Frobenius, Method::Sam, Method::WeightDecay];
        let usual = || [&[Method::Sgd, Method::Hsr][..], &of_bounds, &others].concat();
        self.methods.clone().unwrap_or_else(usual)
    }

    fn settings(&self, activations: Vec<Activation>) -> CompareSettings {
        CompareSettings {
            methods: self.methods(),
            seed: self.seed,
            seeds: self.seeds,
            trials: self.trials,
            hidden: self.network.hidden(),
            activations,
            loss: self.network.loss,
            biases: !self.network.no_bias,
            shares: SplitShares { validation: 0.2, test: 0.2 },
            train: TrainSettings {
                steps: self.steps,
                batch: self.batch,
                rate: self.rate,
                momentum: self.momentum,
                schedule: self.schedule,
                log_every: self.log_every,
                ..TrainSettings::of(Method::Sgd)
            },
        }
    }

    /// The command that repeats the comparison, with every default written out, the label column of a table with them.
    fn command(&self, label: Option<&LabelColumn>) -> String {
        let methods: Vec<&str> = self.methods().into_iter().map(Method::name).collect();
        let mut command = format!(
            "hsr compare --data {}{} --methods {} --seeds {} --seed {} --trials {} {} --steps {} --rate {} \
             --momentum {} --schedule {} --log-every {}",
            quoted(&self.data),
            self.table.options(label),
            methods.join(","),
            self.seeds,
            self.seed,
            self.trials,
            self.network.options(),
            self.steps,
            self.rate,
            self.momentum,
            self.schedule,
            self.log_every
        );
        if let Some(batch) = self.batch {
            command += &format!(" --batch {batch}");
        }
        for (given, flag) in [(self.network.no_bias, "--no-bias"), (self.png, "--png")] {
            if given {
                command += &format!(" {flag}");
            }
        }
        command + &format!(" --out {}", quoted(&self.out.to_string_lossy()))
    }
}
