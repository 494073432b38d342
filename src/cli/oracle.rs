//! `hsr oracle`.

use super::subject::{Point, Subject};
use super::{hints, interrupt};
use clap::{Args, ValueEnum};
use hsr::fast::{LayerPlan, Plan, Route};
use hsr::io::{Array, write_npz};
use hsr::model::{Batch, ThreeLayer};
use hsr::oracle::{
    FEW_DIGITS, LayerDigits, LayerItem, Path, Wanted, answer_watched, days, days_of_layers, network_answer,
};
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::path::PathBuf;
use std::thread::available_parallelism;

const EXAMPLES: &str = "\
Examples:
  hsr oracle --network net.npz --data data.npz --activation tanh
  hsr oracle --network net.npz --data data.npz --activation tanh --out answer.npz --spectrum --terms
  hsr oracle --network net.safetensors --data own.csv --standardise --activation gelu --json
  hsr oracle --network net.safetensors --names W=encoder.weight,V=head.weight --data data.npz --activation silu
  hsr oracle --network case.json
  hsr oracle --network deep.safetensors --data own.csv --activation tanh,relu,relu --loss squared
  hsr oracle --network net.npz --names W1=in,b1=-,W2=out,b2=- --transposed yes --data data.npz --activation relu --loss multi-label
  hsr oracle --network - --json
  hsr oracle --network net.npz --data data.npz --activation tanh --plan";

/// Arguments of `hsr oracle`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct OracleArguments {
    #[command(flatten)]
    subject: Subject,
    /// Write all scalars, gradients and whatever else is asked for to this npz file
    #[arg(long, value_name = "OUT.npz")]
    out: Option<PathBuf>,
    /// Add all eigenvalues of the Hessian (needs a dense matrix)
    #[arg(long)]
    spectrum: bool,
    /// Add the Hessian itself (needs a dense matrix)
    #[arg(long)]
    hessian: bool,
    /// Add the single terms of trace and squared trace, with their gradients
    #[arg(long)]
    terms: bool,
    /// Count how many digits of each number are right, by the same equations at 106 bits, a pair of samples after the
    /// other. Without it an answer says how many are right at least, from bounds on its rounding errors
    #[arg(long)]
    digits: bool,
    /// Print the scalars as JSON
    #[arg(long)]
    json: bool,
    /// How: by matrix products, or by the equations as they are checked, which takes much longer
    #[arg(long, value_enum, default_value_t = PathName::Fast)]
    path: PathName,
    /// Take this route of the fast path: hidden, class or parameter [default: the cheapest]
    #[arg(long, value_name = "ROUTE")]
    route: Option<Route>,
    /// Threads of the fast path [default: all cores]
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Print how the fast path would go about it, and stop there
    #[arg(long)]
    plan: bool,
}

/// A path by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PathName {
    /// By matrix products.
    Fast,
    /// By the functions of the derivation.
    Terms,
}

pub(super) fn oracle(arguments: &OracleArguments) -> Result<(), Box<dyn Error>> {
    arguments.subject.files().writes("--out", arguments.out.as_ref()).check()?;
    let point = arguments.subject.read()?;
    let reply = match point.three_layer() {
        Some(network) => of_three_layers(arguments, &network, &point.batch)?,
        None => of_layers(arguments, &point)?,
    };
    let Some(reply) = reply else { return Ok(()) };
    for line in &reply.remarks {
        eprintln!("hsr: {line}");
    }
    if let Some(out) = &arguments.out {
        let arrays = reply.arrays.iter().map(|(name, array)| (name.as_str(), array.clone()));
        write_npz(out, &arrays.collect::<Vec<_>>())?;
    }
    match (arguments.json, &arguments.out) {
        (true, _) => super::print_json(&reply.json),
        (false, None) => super::print(&reply.table),
        (false, Some(_)) => Ok(()),
    }
}

/// An answer, in words, for files, and what is said beside it.
struct Reply {
    table: String,
    json: String,
    arrays: Vec<(String, Array)>,
    remarks: Vec<String>,
}

/// The answer for one hidden layer with the softmax; none where only the plan is asked for.
fn of_three_layers(
    arguments: &OracleArguments,
    network: &ThreeLayer<f64>,
    batch: &Batch<f64>,
) -> Result<Option<Reply>, Box<dyn Error>> {
    let shape = network.shape(batch.samples());
    if arguments.plan {
        let plan = Plan::new(&shape, arguments.threads(), arguments.route)?;
        super::print(&format!("{plan}\n"))?;
        return Ok(None);
    }
    if arguments.path != PathName::Terms {
        interrupt::listen()?;
    }
    let wanted = arguments.wanted()?.with_layers();
    warn_of(days(&shape, &wanted).map_err(hints::of_oracle)?);
    // Drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} tiles {elapsed}, {eta} to go")?);
    let answer = answer_watched(network, batch, wanted, &|done, tiles| {
        bar.set_length(tiles as u64);
        bar.set_position(done as u64);
        !interrupt::asked()
    });
    bar.finish_and_clear();
    let answer = answer.map_err(hints::of_oracle)?;
    let mut arrays = answer.arrays();
    arrays.extend(answer.digit_arrays());
    let few = answer.printed_digits().map(|(item, digits)| (item.to_string(), digits));
    let mut remarks = few_digits(few, answer.digits.counted);
    remarks.extend(answer.gradient.as_ref().err().map(ToString::to_string));
    Ok(Some(Reply { table: answer.table(), json: answer.json(), arrays, remarks }))
}

/// The answer for any other network.
fn of_layers(arguments: &OracleArguments, point: &Point) -> Result<Option<Reply>, Box<dyn Error>> {
    if arguments.route.is_some() {
        return Err("--route is for one hidden layer with the softmax: leave it out".into());
    }
    let wanted = arguments.wanted()?;
    let Point { network, batch, loss } = point;
    if arguments.plan {
        let (sizes, threads) = (network.architecture(), arguments.threads());
        let plan = LayerPlan::new(&sizes, *loss, batch.samples(), threads, true)?;
        super::print(&format!("{plan}\n"))?;
        return Ok(None);
    }
    let days = days_of_layers(&network.architecture(), batch.samples(), &wanted);
    warn_of(days.map_err(hints::of_oracle)?);
    let answer = network_answer(network, *loss, batch, wanted).map_err(hints::of_oracle)?;
    let mut arrays = answer.arrays();
    arrays.extend(answer.digit_arrays());
    let LayerDigits { counted, known } = &answer.digits;
    let mut remarks = few_digits(known.iter().map(|(item, digits)| (item.to_string(), *digits)), *counted);
    if known.is_empty() {
        remarks.push("how many digits are right is not known: --digits counts them".to_string());
    }
    if answer.scalar(LayerItem::WsUnits).is_none() && !answer.missing.contains_key(&LayerItem::WsUnits) {
        remarks.push("ws_units and ws_hidden_units are left out: there are too many units".to_string());
    }
    remarks.extend(answer.missing.iter().map(|(item, reason)| format!("{item}: {reason}")));
    Ok(Some(Reply { table: answer.table(), json: answer.json(), arrays, remarks }))
}

fn warn_of(days: f64) {
    if days > 1.0 {
        eprintln!("hsr: warning: this takes about {days:.0} days: fewer samples take less, as their square");
    }
}

/// That some numbers have few right digits.
fn few_digits(digits: impl Iterator<Item = (String, f64)>, counted: bool) -> Vec<String> {
    let few = digits.filter(|(_, digits)| *digits < FEW_DIGITS);
    let few: Vec<String> = few.map(|(item, digits)| format!("{item} ({digits:.1})")).collect();
    if few.is_empty() {
        return Vec::new();
    }
    let (least, how) = if counted { ("fewer", "") } else { ("perhaps fewer", "; --digits counts them") };
    vec![format!(
        "warning: {least} than {FEW_DIGITS} right digits of {}: terms cancel there, or leave the range of f64{how}",
        few.join(", ")
    )]
}

impl OracleArguments {
    fn threads(&self) -> usize {
        self.threads.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from)
    }

    fn wanted(&self) -> Result<Wanted, String> {
        let path = match (self.path, self.route) {
            (PathName::Fast, route) => Path::Fast { route, threads: self.threads() },
            (PathName::Terms, None) => Path::Terms,
            (PathName::Terms, Some(route)) => {
                return Err(format!("--route {route} is of the fast path: leave it out, or --path terms"));
            }
        };
        let mut wanted = Wanted::default().by(path);
        wanted.spectrum = self.spectrum;
        wanted.hessian = self.hessian;
        wanted.terms = self.terms;
        wanted.digits = self.digits;
        Ok(wanted)
    }
}
