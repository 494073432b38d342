//! `hsr audit`.

use super::activations;
use super::files::Files;
use super::layers::at_least_one;
use super::named::{self, TableArguments};
use super::{Format, note, numbers, tell};
use clap::Args;
use hsr::audit::{AuditSettings, Point, audit as run, nearest_kink, random_layers, train_layers};
use hsr::data::{LabelColumn, RegressionSet};
use hsr::io::Data;
use hsr::model::{Activation, Architecture, Batch, Loss};
use hsr::shell::quoted;
use hsr::words;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::path::PathBuf;
use std::str::FromStr;

/// The audit decomposes the dense Hessian, which takes minutes beyond this many parameters.
const MOST_PARAMETERS: usize = 5_000;

/// The audit goes over pairs of samples at 106 bits, which takes hours beyond this many.
const MOST_SAMPLES: usize = 20_000;

const EXAMPLES: &str = "\
Examples:
  hsr audit                                                            every equation, on Iris
  hsr audit --data wine --samples 60 --hidden 3 --activation gelu      on 60 samples of another data set
  hsr audit --data own.csv --no-bias                                   on data of your own
  hsr audit --layers 16,8 --loss squared --activation tanh,gelu        a deeper network with another loss
  hsr audit --data diabetes --loss pseudo-huber --layers 8             on data with numbers as targets
  hsr audit --only ws_upper_gradient --points 20                       one equation, at more points
  hsr audit --format junit --out report.xml                            for a CI system";

/// Arguments of `hsr audit`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AuditArguments {
    /// iris, wine, breast-cancer, digits, or a file: .csv or .tsv (standardised), .npz or .json (taken as it is); diabetes
    /// with a loss that takes its numbers as targets
    #[arg(long, default_value = "iris", value_name = "NAME|FILE")]
    data: String,
    #[command(flatten)]
    table: TableArguments,
    /// Use this many samples of the data, stratified by class [default: all]
    #[arg(long, value_name = "N", value_parser = numbers::count)]
    samples: Option<usize>,
    /// Hidden units, of one hidden layer
    #[arg(long, default_value_t = 8, value_name = "H", value_parser = numbers::count, conflicts_with = "layers")]
    hidden: usize,
    /// The width of each hidden layer, such as 16,8, or none for a network without one. With another depth or loss than one hidden
    /// layer and softmax the chapters on any depth are audited alone
    #[arg(long, value_name = "H,H,..|none", value_parser = Widths::from_str)]
    layers: Option<Widths>,
    /// softmax, squared, multi-label, poisson or pseudo-huber; classes are zeros and ones where it takes numbers
    #[arg(long, default_value = "softmax", value_name = "NAME")]
    loss: Loss,
    /// One for all hidden layers, or one for each, such as tanh,gelu
    #[arg(long, default_value = "tanh", value_name = "NAME,..", value_delimiter = ',', long_help = activations::help())]
    activation: Vec<Activation>,
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
            layers: None,
            loss: Loss::Softmax,
            activation: vec![Activation::Tanh],
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
    let (architecture, activations) = network(arguments, &batch)?;
    check_size(&architecture, batch.samples())?;
    let random = random_layers(&architecture, &activations, arguments.seed);
    random.check_fit(&batch, arguments.loss)?;
    let trained = train_layers(&random, &batch, arguments.loss);
    let point = |name, network| Point::new(name, network, &batch, arguments.loss, arguments.seed);
    let points = [point("random", &random), point("trained", &trained)];
    for point in &points {
        say_nearest_kink(point, &batch);
    }
    let settings = AuditSettings {
        activations: if activations.is_empty() { arguments.activation.clone() } else { activations },
        loss: arguments.loss,
        layers: architecture.layers(),
        biases: !arguments.no_bias,
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

/// The widths of the hidden layers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Widths(Vec<usize>);

impl FromStr for Widths {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Widths(Vec::new()));
        }
        let width = |part: &str| numbers::at_least_one(part.trim()).ok();
        let widths: Option<Vec<usize>> = text.split(',').map(width).collect();
        widths.map(Widths).ok_or_else(|| {
            format!(
                "{} are no widths of layers, such as 16,8: each is 1 or more, or none",
                words::quoted(text)
            )
        })
    }
}

/// The sizes that are asked for, and an activation for each hidden layer.
fn network(
    arguments: &AuditArguments,
    batch: &Batch<f64>,
) -> Result<(Architecture, Vec<Activation>), String> {
    let mut widths = match &arguments.layers {
        Some(Widths(hidden)) => hidden.clone(),
        None => {
            at_least_one(arguments.hidden)?;
            vec![arguments.hidden]
        }
    };
    let (hidden, given) = (widths.len(), arguments.activation.len());
    if given != 1 && given != hidden {
        return Err(format!(
            "--activation has {given} names for {hidden} hidden layers: give one for all, or one for each"
        ));
    }
    let activations = arguments.activation.iter().copied().cycle().take(hidden).collect();
    widths.push(batch.y.ncols());
    Ok((Architecture::new(batch.x.ncols(), &widths, !arguments.no_bias), activations))
}

/// Where an activation has a kink, the closed forms hold wherever no preactivation is 0: how close the nearest is.
fn say_nearest_kink(point: &Point, batch: &Batch<f64>) {
    if let Some((layer, distance)) = nearest_kink(point.network(), batch) {
        note(&format!("{} point, layer {layer}: {}", point.name, activations::kink(distance)));
    }
}

/// The data that is asked for, and the label column of a table; what has labels is standardised.
fn data(arguments: &AuditArguments) -> Result<(Batch<f64>, Option<LabelColumn>), Box<dyn Error>> {
    if let Ok(set) = arguments.data.parse::<RegressionSet>() {
        return Ok((regression(set, arguments)?, None));
    }
    let labelled =
        match (named::find_for(&arguments.data, &arguments.table, arguments.loss)?, arguments.samples) {
            (Data::Batch(batch), None) => return Ok((batch, None)),
            (Data::Numbered(numbered), samples) => {
                let standard = numbered.standardised(arguments.loss.targets());
                let batch = first_samples(standard.batch(arguments.loss)?, samples, &arguments.data)?;
                return Ok((batch, Some(numbered.target_column)));
            }
            (Data::Batch(_), Some(_)) => {
                return Err(
                    "--samples is for data with labels: take fewer rows of X and Y in the file".into()
                );
            }
            (Data::Labelled(labelled), None) => labelled,
            (Data::Labelled(labelled), Some(count)) => labelled.subset(count, arguments.seed)?,
        };
    let label = named::is_file(&arguments.data).then(|| labelled.label_column.clone());
    Ok((labelled.standardised().batch(), label))
}

/// The first samples of a set with numbers as targets, or all.
fn regression(set: RegressionSet, arguments: &AuditArguments) -> Result<Batch<f64>, Box<dyn Error>> {
    arguments.table.refuse(&arguments.data)?;
    if arguments.loss == Loss::Softmax {
        return Err(format!(
            "{set} has numbers as targets and no classes: choose another --loss than softmax"
        )
        .into());
    }
    first_samples(set.batch(arguments.loss)?, arguments.samples, &set.to_string())
}

/// So many samples, the first, or all.
fn first_samples(
    batch: Batch<f64>,
    samples: Option<usize>,
    data: &str,
) -> Result<Batch<f64>, Box<dyn Error>> {
    match samples {
        None => Ok(batch),
        Some(count) if (1..=batch.samples()).contains(&count) => {
            Ok(batch.select(&(0..count).collect::<Vec<_>>()))
        }
        Some(count) => Err(format!(
            "--samples is {count}, but {} has {} samples: take 1 to that many",
            words::shown(data),
            batch.samples()
        )
        .into()),
    }
}

fn check_size(architecture: &Architecture, samples: usize) -> Result<(), String> {
    if samples > MOST_SAMPLES {
        return Err(format!(
            "the data have {samples} samples, and the audit goes over all pairs of samples in several arithmetics, up to \
             {MOST_SAMPLES}: take fewer, with --samples where the data are a table"
        ));
    }
    // The sizes of data are bounded by its file; only the hidden layers can be absurd.
    let widest = architecture.widths.iter().copied().max().unwrap_or(0);
    let many = widest > MOST_PARAMETERS || architecture.widths.len() > MOST_PARAMETERS;
    let parameters = if many { widest } else { architecture.parameters() };
    if many || parameters > MOST_PARAMETERS {
        let hidden: Vec<String> =
            architecture.widths[..architecture.layers() - 1].iter().take(8).map(usize::to_string).collect();
        let hidden = hidden.join(",");
        return Err(format!(
            "the network has {parameters} parameters or more, and the audit decomposes its dense Hessian, up to \
             {MOST_PARAMETERS}: lower --hidden or --layers ({hidden}), or use hsr oracle for the bound alone"
        ));
    }
    Ok(())
}

/// The command that repeats this audit.
fn replay(arguments: &AuditArguments, label: Option<&LabelColumn>) -> String {
    let AuditArguments { data, hidden, layers, loss, activation, points, seed, .. } = arguments;
    let network = match layers {
        None => format!("--hidden {hidden}"),
        Some(Widths(widths)) if widths.is_empty() => "--layers none".to_string(),
        Some(Widths(widths)) => format!("--layers {}", joined(widths)),
    };
    let loss = if *loss == Loss::Softmax { String::new() } else { format!(" --loss {loss}") };
    let mut command = format!(
        "hsr audit --data {} {network}{loss} --activation {} --points {points} --seed {seed}",
        quoted(data),
        joined(activation)
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

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}
