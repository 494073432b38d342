//! What is asked for.

use crate::cli::layers::NetworkArguments;
use crate::cli::named::TableArguments;
use crate::cli::numbers;
use crate::cli::start::StartArguments;
use clap::Args;
use hsr::data::LabelColumn;
use hsr::shell::quoted;
use hsr::train::{Method, Schedule, Switch, TrainSettings};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hsr train --data wine --method hsr --strength 0.02 --out run
  hsr train --data wine --method sam --batch 32 --steps 2000 --schedule cosine --out run
  hsr train --data own.csv --hidden 16 --activation gelu --test-share 0.3 --out run
  hsr train --data own.csv --loss squared --layers 32,32 --method hsr-layers --out run
  hsr train --data iris --method hsr --strength 1 --steps 2500 --switch 500:sgd --label-noise 0.2 --out run
  hsr train --data wine --method hsr --strength 0.02 --steps 1000 --out run --resume run/checkpoint.npz";

/// Arguments of `hsr train`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct TrainArguments {
    /// iris, wine, breast-cancer, digits, diabetes (numbers as targets), or a file: .csv or .tsv with a label column, or
    /// .npz or .json with X and y or Y
    #[arg(long, default_value = "iris", value_name = "NAME|FILE")]
    pub data: String,
    #[command(flatten)]
    pub table: TableArguments,
    /// sgd, hsr, ws (the bound alone, without the loss), hsr-reduced, hsr-block (of one hidden layer with softmax), hsr-layers,
    /// hsr-units, trace, frobenius, sam or weight-decay
    #[arg(long, default_value = "hsr", value_name = "NAME")]
    pub method: Method,
    /// lambda of hsr and the others of that name, trace, frobenius; rho of sam; decay of weight-decay
    /// [default: 0.01; 0.05; 0.001]
    #[arg(long, value_name = "S", allow_negative_numbers = true, value_parser = numbers::number)]
    pub strength: Option<f64>,
    #[command(flatten)]
    pub network: NetworkArguments,
    #[command(flatten)]
    pub start: StartArguments,
    /// Updates of the weights
    #[arg(long, default_value_t = 500, value_name = "N", allow_negative_numbers = true, value_parser = numbers::count)]
    pub steps: usize,
    /// Samples of a mini-batch [default: all]
    #[arg(long, value_name = "B", allow_negative_numbers = true, value_parser = numbers::count)]
    pub batch: Option<usize>,
    /// Learning rate
    #[arg(long, default_value_t = 0.1, value_name = "R", allow_negative_numbers = true, value_parser = numbers::number)]
    pub rate: f64,
    /// Momentum
    #[arg(long, default_value_t = 0.9, value_name = "M", allow_negative_numbers = true, value_parser = numbers::number)]
    pub momentum: f64,
    /// How the rate changes: constant, or cosine, down to nearly 0
    #[arg(long, default_value = "constant", value_name = "NAME")]
    pub schedule: Schedule,
    /// Steps over which the strength grows from 0
    #[arg(long, default_value_t = 0, value_name = "K", allow_negative_numbers = true, value_parser = numbers::count)]
    pub warm_up: usize,
    /// Go on with another method from this step on, counted from 0, at its default strength or this one
    #[arg(long, value_name = "STEP:METHOD[:S]", allow_hyphen_values = true)]
    pub switch: Option<Switch>,
    /// Divide each direction by its norm
    #[arg(long)]
    pub normalised: bool,
    /// Seed of the split, of the first weights and of mini-batches
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = numbers::seed)]
    pub seed: u64,
    /// Part of the samples that is kept for testing, stratified by class where there are classes; 0 for none
    #[arg(long, default_value_t = 0.2, value_name = "P", allow_negative_numbers = true, value_parser = numbers::number)]
    pub test_share: f64,
    /// Take the inputs, and numbers as targets, as they are, not standardised by the training part
    #[arg(long)]
    pub as_is: bool,
    /// Threads that work at once; their number changes the rounding
    #[arg(long, default_value_t = 1, value_name = "T", allow_negative_numbers = true, value_parser = numbers::count)]
    pub threads: usize,
    /// Steps between two lines of the log
    #[arg(long, default_value_t = 10, value_name = "K", allow_negative_numbers = true, value_parser = numbers::count)]
    pub log_every: usize,
    /// Leave the largest and the smallest eigenvalue out of the log, which take longer than all the rest
    #[arg(long)]
    pub no_eigenvalues: bool,
    /// Steps between two checkpoints
    #[arg(long, default_value_t = 100, value_name = "K", allow_negative_numbers = true, value_parser = numbers::at_least_one)]
    pub checkpoint_every: usize,
    /// Folder for log, checkpoint and settings; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace the files of another run in that folder
    #[arg(long)]
    pub overwrite: bool,
    /// Go on from this checkpoint, with the other arguments as they were
    #[arg(long, value_name = "CHECKPOINT.npz")]
    pub resume: Option<PathBuf>,
}

impl TrainArguments {
    /// The settings of the run.
    pub fn settings(&self) -> TrainSettings {
        TrainSettings {
            method: self.method,
            strength: self.strength.unwrap_or(self.method.default_strength()),
            steps: self.steps,
            batch: self.batch,
            rate: self.rate,
            momentum: self.momentum,
            schedule: self.schedule,
            warm_up: self.warm_up,
            switch: self.switch,
            normalised: self.normalised,
            seed: self.seed,
            threads: self.threads,
            log_every: self.log_every,
        }
    }

    /// The command that repeats this run from the first step, with every default written out, the label column of a
    /// table with them.
    pub fn command(&self, label: Option<&LabelColumn>) -> String {
        let settings = self.settings();
        let mut command = format!("hsr train --data {}", quoted(&self.data));
        command += &self.table.options(label);
        command += &format!(" --method {}", self.method);
        if self.method.strength_name().is_some() {
            command += &format!(" --strength {}", settings.strength);
        }
        command += &format!(" {}{}", self.network.options(), self.start.options());
        command += &format!(" --steps {} --rate {} --momentum {}", self.steps, self.rate, self.momentum);
        command += &format!(" --schedule {} --warm-up {} --seed {}", self.schedule, self.warm_up, self.seed);
        command += &format!(" --test-share {} --threads {}", self.test_share, self.threads);
        command += &format!(" --log-every {}", self.log_every);
        command += &format!(" --checkpoint-every {}", self.checkpoint_every);
        if let Some(switch) = self.switch {
            command += &format!(" --switch {switch}");
        }
        if let Some(batch) = self.batch {
            command += &format!(" --batch {batch}");
        }
        for (given, flag) in [
            (self.network.no_bias, "--no-bias"),
            (self.normalised, "--normalised"),
            (self.as_is, "--as-is"),
            (self.no_eigenvalues, "--no-eigenvalues"),
        ] {
            if given {
                command += &format!(" {flag}");
            }
        }
        command + &format!(" --out {}", quoted(&self.out.to_string_lossy()))
    }
}
