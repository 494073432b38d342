//! What is asked for.

use crate::cli::layers::{NetworkArguments, joined};
use crate::cli::named::TableArguments;
use crate::cli::numbers;
use crate::cli::start::StartArguments;
use clap::Args;
use hsr::compare::{CompareSettings, InitialPoint};
use hsr::data::{LabelColumn, SplitShares};
use hsr::model::Activation;
use hsr::shell::quoted;
use hsr::train::{Method, Schedule, Switch, TrainSettings};
use std::error::Error;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hsr compare --data iris --out study
  hsr compare --data wine --methods hsr,sam --seeds 3 --trials 3 --steps 200 --out study
  hsr compare --data wine --methods hsr,sam --seeds 3 --seed 10 --out others
  hsr compare --data iris --methods hsr,ws --strengths 0.01,0.1,1 --label-noise 0.2 --steps 5000 --log-every 500 --out noisy
  hsr compare --data iris --methods hsr --strength 1 --steps 2500 --switch 500:sgd --out switched
  hsr compare --data own.csv --hidden 16 --activation gelu --batch 32 --out study --png
  hsr compare --data own.csv --loss squared --layers 16,16 --methods hsr,hsr-layers,hsr-units --out study";

/// Arguments of `hsr compare`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct CompareArguments {
    /// iris, wine, breast-cancer, digits, diabetes (numbers as targets), or a file: .csv or .tsv with a label column, or
    /// .npz or .json with X and y or Y
    #[arg(long, default_value = "iris", value_name = "NAME|FILE")]
    pub data: String,
    #[command(flatten)]
    pub table: TableArguments,
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
    /// One strength for every method that has one, in place of those that it would choose from
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = numbers::number, conflicts_with_all = ["strengths", "trials"])]
    strength: Option<f64>,
    /// Strengths that every method that has one chooses from, separated by commas, in place of its default and powers of 4 times it
    #[arg(
        long,
        value_name = "S,S,..",
        value_delimiter = ',',
        allow_negative_numbers = true,
        value_parser = numbers::number,
        conflicts_with = "trials"
    )]
    strengths: Option<Vec<f64>>,
    #[command(flatten)]
    pub network: NetworkArguments,
    #[command(flatten)]
    pub start: StartArguments,
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
    /// Steps over which the strength grows from 0
    #[arg(long, default_value_t = 0, value_name = "K", allow_negative_numbers = true, value_parser = numbers::count)]
    warm_up: usize,
    /// Divide each direction by its norm
    #[arg(long)]
    normalised: bool,
    /// Go on with another method from this step on, counted from 0, at its default strength or this one: every run does
    #[arg(long, value_name = "STEP:METHOD[:S]", allow_hyphen_values = true)]
    switch: Option<Switch>,
    /// Runs that are made at once; their number changes the rounding of eigenvalues [default: as many as there are cores]
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = numbers::whole(1..=1024_usize))]
    pub threads: Option<usize>,
    /// Steps between two records
    #[arg(long, default_value_t = 10, value_name = "K", allow_negative_numbers = true, value_parser = numbers::count)]
    log_every: usize,
    /// Folder for tables, pictures and the page; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Keep the parts of each split, the initial points and the end points too, as .npz in a folder for each seed
    #[arg(long)]
    pub keep: bool,
    /// Pictures as PNG too
    #[arg(long)]
    pub png: bool,
    /// Replace the files of another comparison in that folder
    #[arg(long)]
    pub overwrite: bool,
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

    /// The strengths that were named.
    fn strengths(&self) -> Option<Vec<f64>> {
        self.strength.map(|strength| vec![strength]).or_else(|| self.strengths.clone())
    }

    /// That what was named is in its range, before anything is made.
    pub fn check(&self, settings: &CompareSettings) -> Result<(), Box<dyn Error>> {
        let option = if self.strength.is_some() { "--strength" } else { "--strengths" };
        for strength in settings.strengths.iter().flatten() {
            if !(strength.is_finite() && *strength >= 0.0) {
                return Err(format!("{option} has {strength}: numbers that are 0 or more are needed").into());
            }
        }
        // What is wrong without the switch as well is told where the runs begin.
        let all = TrainSettings { batch: None, ..settings.train.clone() };
        let is_right = TrainSettings { switch: None, ..all.clone() }.check(1).is_ok();
        match (self.switch, all.check(1)) {
            (Some(switch), Err(error)) if is_right => Err(format!("{error} (--switch {switch})").into()),
            _ => Ok(()),
        }
    }

    pub fn settings(&self, activations: Vec<Activation>, initial: InitialPoint) -> CompareSettings {
        CompareSettings {
            methods: self.methods(),
            seed: self.seed,
            seeds: self.seeds,
            trials: self.trials,
            strengths: self.strengths(),
            hidden: self.network.hidden(),
            activations,
            loss: self.network.loss,
            biases: !self.network.no_bias,
            initial,
            label_noise: self.start.label_noise,
            shares: SplitShares { validation: 0.2, test: 0.2 },
            train: TrainSettings {
                steps: self.steps,
                batch: self.batch,
                rate: self.rate,
                momentum: self.momentum,
                schedule: self.schedule,
                log_every: self.log_every,
                warm_up: self.warm_up,
                normalised: self.normalised,
                switch: self.switch,
                ..TrainSettings::of(Method::Sgd)
            },
        }
    }

    /// The command that repeats the comparison, with every default written out, the label column of a table with them.
    pub fn command(&self, label: Option<&LabelColumn>) -> String {
        let methods: Vec<&str> = self.methods().into_iter().map(Method::name).collect();
        let tried = match self.strengths() {
            Some(strengths) => format!("--strengths {}", joined(&strengths)),
            None => format!("--trials {}", self.trials),
        };
        let mut command = format!(
            "hsr compare --data {}{} --methods {} --seeds {} --seed {} {tried} {}{} --steps {} --rate {} \
             --momentum {} --schedule {} --log-every {}",
            quoted(&self.data),
            self.table.options(label),
            methods.join(","),
            self.seeds,
            self.seed,
            self.network.options(),
            self.start.options(),
            self.steps,
            self.rate,
            self.momentum,
            self.schedule,
            self.log_every
        );
        if self.warm_up > 0 {
            command += &format!(" --warm-up {}", self.warm_up);
        }
        if let Some(switch) = self.switch {
            command += &format!(" --switch {switch}");
        }
        if let Some(threads) = self.threads {
            command += &format!(" --threads {threads}");
        }
        if let Some(batch) = self.batch {
            command += &format!(" --batch {batch}");
        }
        for (given, flag) in [
            (self.network.no_bias, "--no-bias"),
            (self.normalised, "--normalised"),
            (self.keep, "--keep"),
            (self.png, "--png"),
        ] {
            if given {
                command += &format!(" {flag}");
            }
        }
        command + &format!(" --out {}", quoted(&self.out.to_string_lossy()))
    }
}
