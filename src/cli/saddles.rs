//! `hsr saddles`.

use super::files::{Files, OR_OVERWRITE};
use super::layers::{NetworkArguments, joined};
use super::named::{self, TableArguments};
use super::numbers;
use clap::Args;
use hsr::data::LabelColumn;
use hsr::io::{OutputFolder, check_writable, write_text};
use hsr::saddles::{Saddle, SaddleSettings, escapes};
use hsr::shell::quoted;
use hsr::train::{Method, TrainSettings};
use hsr::words::shown;
use std::error::Error;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hsr saddles --data iris --methods hsr,sam --out saddles
  hsr saddles --data iris --start origin --strength 0.1 --level 0.82 --out origin
  hsr saddles --data iris --start split,found --hidden 2 --label-noise 0.2 --level 0.98 --out others";

/// Arguments of `hsr saddles`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SaddlesArguments {
    /// iris, wine, breast-cancer, digits, diabetes (numbers as targets), or a file: .csv or .tsv with a label column, or
    /// .npz or .json with X and y or Y; all samples are for training
    #[arg(long, default_value = "iris", value_name = "NAME|FILE")]
    data: String,
    #[command(flatten)]
    table: TableArguments,
    /// Saddles, separated by commas: origin (all parameters 0), split (a stationary point of the network with one unit fewer in the first
    /// hidden layer, with a unit split in two), found (by lowering the norm of the gradient)
    #[arg(long, default_value = "origin,split,found", value_name = "NAMES", value_delimiter = ',')]
    start: Vec<Saddle>,
    /// Methods, separated by commas; sgd is always among them
    #[arg(long, default_value = "hsr,sam", value_name = "NAMES", value_delimiter = ',')]
    methods: Vec<Method>,
    /// How many seeds: as many points beside each saddle, the same for every method
    #[arg(long, default_value_t = 5, value_name = "K", value_parser = numbers::whole(1..=10_000_u64))]
    seeds: u64,
    /// The first of the seeds; the others follow it
    #[arg(long, default_value_t = 0, value_name = "SEED", allow_negative_numbers = true, value_parser = numbers::seed)]
    seed: u64,
    /// One strength for every method that has one [default: the default of each]
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = numbers::number)]
    strength: Option<f64>,
    #[command(flatten)]
    network: NetworkArguments,
    /// Share of the samples that get another class, drawn by the seed
    #[arg(long, default_value_t = 0.0, value_name = "SHARE", allow_negative_numbers = true, value_parser = numbers::number)]
    label_noise: f64,
    /// A run starts at the saddle plus this times drawn parameters
    #[arg(long, default_value_t = 1e-3, value_name = "S", allow_negative_numbers = true, value_parser = numbers::number)]
    distance: f64,
    /// What one of the two halves of a split unit takes of its outgoing weights; the other has the rest
    #[arg(long, default_value_t = 0.5, value_name = "A", allow_negative_numbers = true, value_parser = numbers::number)]
    share: f64,
    /// A run has left where its loss is below this share of that at the saddle
    #[arg(long, default_value_t = 0.9, value_name = "SHARE", allow_negative_numbers = true, value_parser = numbers::number)]
    level: f64,
    /// Updates of the weights, after which a run has not left
    #[arg(long, default_value_t = 500, value_name = "N", allow_negative_numbers = true, value_parser = numbers::count)]
    steps: usize,
    /// Learning rate
    #[arg(long, default_value_t = 0.1, value_name = "R", allow_negative_numbers = true, value_parser = numbers::number)]
    rate: f64,
    /// Momentum
    #[arg(long, default_value_t = 0.9, value_name = "M", allow_negative_numbers = true, value_parser = numbers::number)]
    momentum: f64,
    /// Folder for saddles.json, saddles.csv and tables.txt; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace the files of another study in that folder
    #[arg(long)]
    overwrite: bool,
}

/// The files of every study of saddles.
const JSON: &str = "saddles.json";
const FILES: [&str; 3] = [JSON, "saddles.csv", "tables.txt"];

pub(super) fn saddles(arguments: &SaddlesArguments) -> Result<(), Box<dyn Error>> {
    let mut files = Files::default();
    if named::is_file(&arguments.data) {
        files = files.reads("--data", &arguments.data);
    }
    let out = |name: &&str| Some(arguments.out.join(name));
    FILES.iter().fold(files, |files, name| files.writes("--out", out(name))).check_apart()?;
    let data = named::load(&arguments.data, &arguments.table, arguments.network.loss)?;
    arguments.network.architecture(&data.batch)?;
    arguments.check()?;
    let settings = arguments.settings()?;
    let found = escapes(&data.batch, &data.classes, &settings);
    let found = found.map_err(|error| format!("{}: {error}", shown(&arguments.data)))?;
    let command = arguments.command(data.label.as_ref());
    let folder = OutputFolder::open(&arguments.out)?;
    if !arguments.overwrite {
        folder.refuse_others(&FILES, OR_OVERWRITE)?;
    }
    check_writable(folder.file(JSON))?;
    let json = serde_json::json!({ "command": command, "saddles": found });
    write_text(folder.file(JSON), &format!("{json:#}\n"))?;
    write_text(folder.file("saddles.csv"), &found.csv())?;
    write_text(folder.file("tables.txt"), &found.table())?;
    super::print(&format!("{}\n{command}\n", found.table()))
}

impl SaddlesArguments {
    /// That every number is in its range, by the name of its option.
    fn check(&self) -> Result<(), String> {
        let above_0 = |value: f64| value > 0.0 && value.is_finite();
        let numbers = [
            ("--distance", self.distance, above_0(self.distance), "a number above 0"),
            ("--share", self.share, self.share.is_finite(), "a finite number"),
            ("--level", self.level, above_0(self.level) && self.level < 1.0, "a share above 0 and below 1"),
            (
                "--label-noise",
                self.label_noise,
                (0.0..1.0).contains(&self.label_noise),
                "a share from 0 to below 1",
            ),
        ];
        match numbers.into_iter().find(|(_, _, holds, _)| !holds) {
            Some((option, value, _, needed)) => Err(format!("{option} is {value}: {needed} is needed")),
            None => Ok(()),
        }
    }

    fn settings(&self) -> Result<SaddleSettings, String> {
        Ok(SaddleSettings {
            saddles: self.start.clone(),
            methods: self.methods.clone(),
            seed: self.seed,
            seeds: self.seeds,
            hidden: self.network.hidden(),
            activations: self.network.activations()?,
            loss: self.network.loss,
            biases: !self.network.no_bias,
            label_noise: self.label_noise,
            distance: self.distance,
            share: self.share,
            level: self.level,
            strength: self.strength,
            train: TrainSettings {
                steps: self.steps,
                rate: self.rate,
                momentum: self.momentum,
                ..TrainSettings::of(Method::Sgd)
            },
        })
    }

    /// The command that does it again, with every default written out, the label column of a table with them.
    fn command(&self, label: Option<&LabelColumn>) -> String {
        let mut command = format!(
            "hsr saddles --data {}{} --start {} --methods {} --seeds {} --seed {} {} --label-noise {} --distance {} --share {} \
             --level {} --steps {} --rate {} --momentum {}",
            quoted(&self.data),
            self.table.options(label),
            joined(&self.start),
            joined(&self.methods),
            self.seeds,
            self.seed,
            self.network.options(),
            self.label_noise,
            self.distance,
            self.share,
            self.level,
            self.steps,
            self.rate,
            self.momentum
        );
        if let Some(strength) = self.strength {
            command += &format!(" --strength {strength}");
        }
        if self.network.no_bias {
            command += " --no-bias";
        }
        command + &format!(" --out {}", quoted(&self.out.to_string_lossy()))
    }
}
