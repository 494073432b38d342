//! `hsr audit`.

use super::activations;
use super::files::Files;
use super::layers::at_least_one;
use super::named::{self, TableArguments};
use super::{Format, numbers, tell};
use clap::Args;
use hsr::audit::{AuditSettings, Point, audit as run, random_network, train};
use hsr::data::LabelColumn;
use hsr::io::Data;
use hsr::model::{Activation, Batch, Shape};
use hsr::shell::quoted;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::path::PathBuf;

/// The audit decomposes the dense Hessian, which takes minutes beyond this many parameters.
const MOST_PARAMETERS: usize = 5_000;

/// The audit goes over pairs of samples at 106 bits, which takes hours beyond this many.
const MOST_SAMPLES: usize = 20_000;

const EXAMPLES: &str = "\
Examples:
  hsr audit                                                            every equation, on Iris
  hsr audit --data wine --samples 60 --hidden 3 --activation gelu      on 60 samples of another data set
  hsr audit --data own.csv --no-bias                                   on data of your own
  hsr audit --only ws_upper_gradient --points 20                       one equation, at more points
  hsr audit --format junit --out report.xml                            for a CI system";

/// Arguments of `hsr audit`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AuditArguments {
    /// iris, wine, breast-cancer, digits, or a file: .csv or .tsv (standardised), .npz or .json (taken as it is)
    #[arg(long, default_value = "iris", value_name = "NAME|FILE")]
    data: String,
    #[command(flatten)]
    table: TableArguments,
    /// Use this many samples of the data, stratified by class [default: all]
    #[arg(long, value_name = "N", value_parser = numbers::count)]
    samples: Option<usize>,
    /// Hidden units
    #[arg(long, default_value_t = 8, value_name = "H", value_parser = numbers::count)]
    hidden: usize,
    #[arg(long, default_value = "tanh", value_name = "NAME", help = activations::help())]
    activation: Activation,
    /// A network without biases
    #[arg(long)]
    no_bias: bool,
    /// Random points of the exact witness for each equation, at least; more where one point says less
    #[arg(long, default_value_t = 3, value_name = "P", value_parser = numbers::whole(1..=u16::MAX))]
    points: u16,
    /// Seed of everything random
    #[arg(long, default_value_t = 0, value_parser = numbers::seed)]
    seed: u64,
    /// Only the equation with this name
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// How to tell
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write the report to this file, and only the summary to the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Default for AuditArguments {
    /// What the bare command does, and the defaults above.
    fn default() -> Self {
        AuditArguments {
            data: "iris".to_string(),
            table: TableArguments::default(),
            samples: None,
            hidden: 8,
            activation: Activation::Tanh,
            no_bias: false,
            points: 3,
            seed: 0,
            only: None,
            format: Format::Table,
            out: None,
        }
    }
}

/// Whether every equation holds.
pub(super) fn audit(arguments: &AuditArguments) -> Result<bool, Box<dyn Error>> {
    let mut files = Files::default();
    if named::is_file(&arguments.data) {
        files = files.reads("--data", &arguments.data);
    }
    files.writes("--out", arguments.out.as_ref()).check()?;
    let (batch, label) = data(arguments)?;
    let shape = Shape {
        samples: batch.samples(),
        inputs: batch.x.ncols(),
        hidden: arguments.hidden,
        classes: batch.y.ncols(),
        biases: !arguments.no_bias,
    };
    check_size(&shape)?;
    let random = random_network(&shape, arguments.activation, arguments.seed);
    let trained = train(&random, &batch);
    let points = [
        Point::new("random", &random, &batch, arguments.seed),
        Point::new("trained", &trained, &batch, arguments.seed),
    ];
    let settings = AuditSettings {
        activation: arguments.activation,
        biases: shape.biases,
        points: arguments.points.into(),
        seed: arguments.seed,
        only: arguments.only.clone(),
        replay: replay(arguments, label.as_ref()),
    };
    // Drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} equations {elapsed}")?);
    let report = run(&settings, &points, |total| {
        bar.set_length(total as u64);
        bar.inc(1);
    });
    bar.finish_and_clear();
    let report = report?;
    tell(
        arguments.format,
        arguments.out.as_deref(),
        &report.summary(),
        [&|| report.table(), &|| report.json(), &|| report.junit()],
    )?;
    Ok(report.holds())
}

/// The data that is asked for, and the label column of a table; what has labels is standardised.
fn data(arguments: &AuditArguments) -> Result<(Batch<f64>, Option<LabelColumn>), Box<dyn Error>> {
    let labelled = match (named::find(&arguments.data, &arguments.table)?, arguments.samples) {
        (Data::Batch(batch), None) => return Ok((batch, None)),
        (Data::Batch(_), Some(_)) => {
            return Err("--samples is for data with labels: take fewer rows of X and Y in the file".into());
        }
        (Data::Labelled(labelled), None) => labelled,
        (Data::Labelled(labelled), Some(count)) => labelled.subset(count, arguments.seed)?,
    };
    let label = named::is_file(&arguments.data).then(|| labelled.label_column.clone());
    Ok((labelled.standardised().batch(), label))
}

fn check_size(shape: &Shape) -> Result<(), String> {
    at_least_one(shape.hidden)?;
    if shape.samples > MOST_SAMPLES {
        return Err(format!(
            "the data have {} samples, and the audit goes over all pairs of samples in several arithmetics, up to \
             {MOST_SAMPLES}: take fewer, with --samples where the data are a table",
            shape.samples
        ));
    }
    // The sizes of data are bounded by its file; only the hidden units can be absurd.
    let parameters = if shape.hidden > MOST_PARAMETERS { shape.hidden } else { shape.parameters() };
    if parameters > MOST_PARAMETERS {
        return Err(format!(
            "the network has {parameters} parameters or more, and the audit decomposes its dense Hessian, up to \
             {MOST_PARAMETERS}: lower --hidden ({}), or use hsr oracle for the bound alone",
            shape.hidden
        ));
    }
    Ok(())
}

/// The command that repeats this audit.
fn replay(arguments: &AuditArguments, label: Option<&LabelColumn>) -> String {
    let AuditArguments { data, hidden, activation, points, seed, .. } = arguments;
    let mut command = format!(
        "hsr audit --data {} --hidden {hidden} --activation {activation} --points {points} --seed {seed}",
        quoted(data)
    );
    command += &arguments.table.options(label);
    if let Some(samples) = arguments.samples {
        command += &format!(" --samples {samples}");
    }
    if arguments.no_bias {
        command += " --no-bias";
    }
    if let Some(only) = &arguments.only {
        command += &format!(" --only {}", quoted(only));
    }
    command
}
