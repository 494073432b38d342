//! `hsr oracle`.

use super::subject::Subject;
use super::{hints, interrupt};
use clap::{Args, ValueEnum};
use hsr::fast::{Plan, Route};
use hsr::io::write_npz;
use hsr::oracle::{Answer, FEW_DIGITS, Path, Wanted, answer_watched, days};
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
    if !arguments.plan && arguments.path != PathName::Terms {
        interrupt::listen()?;
    }
    let (network, batch) = arguments.subject.read()?;
    let all = || available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.map_or_else(all, usize::from);
    if arguments.plan {
        let plan = Plan::new(&network.shape(batch.samples()), threads, arguments.route)?;
        return super::print(&format!("{plan}\n"));
    }
    let path = match (arguments.path, arguments.route) {
        (PathName::Fast, route) => Path::Fast { route, threads },
        (PathName::Terms, None) => Path::Terms,
        (PathName::Terms, Some(route)) => {
            return Err(format!("--route {route} is of the fast path: leave it out, or --path terms").into());
        }
    };
    let mut wanted = Wanted::default().by(path);
    wanted.spectrum = arguments.spectrum;
    wanted.hessian = arguments.hessian;
    wanted.terms = arguments.terms;
    wanted.digits = arguments.digits;
    let days = days(&network.shape(batch.samples()), &wanted).map_err(hints::of_oracle)?;
    if days > 1.0 {
        eprintln!("hsr: warning: this takes about {days:.0} days: fewer samples take less, as their square");
    }
    // Drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} tiles {elapsed}, {eta} to go")?);
    let answer = answer_watched(&network, &batch, wanted, &|done, tiles| {
        bar.set_length(tiles as u64);
        bar.set_position(done as u64);
        !interrupt::asked()
    });
    bar.finish_and_clear();
    let answer = answer.map_err(hints::of_oracle)?;
    for line in remarks(&answer) {
        eprintln!("hsr: {line}");
    }
    if let Some(out) = &arguments.out {
        let digits = answer.digit_arrays();
        let digits = digits.iter().map(|(name, array)| (name.as_str(), array.clone()));
        write_npz(out, &answer.arrays().into_iter().chain(digits).collect::<Vec<_>>())?;
    }
    match (arguments.json, &arguments.out) {
        (true, _) => super::print_json(&answer.json()),
        (false, None) => super::print(&answer.table()),
        (false, Some(_)) => Ok(()),
    }
}

/// What is said beside the numbers: those that have few right digits, and a gradient that does not exist.
fn remarks(answer: &Answer) -> Vec<String> {
    let few = answer.printed_digits().filter(|(_, digits)| *digits < FEW_DIGITS);
    let few: Vec<String> = few.map(|(item, digits)| format!("{item} ({digits:.1})")).collect();
    let mut remarks = Vec::new();
    if !few.is_empty() {
        let (least, how) =
            if answer.digits.counted { ("fewer", "") } else { ("perhaps fewer", "; --digits counts them") };
        remarks.push(format!(
            "warning: {least} than {FEW_DIGITS} right digits of {}: terms cancel there, or leave the range of f64{how}",
            few.join(", ")
        ));
    }
    remarks.extend(answer.gradient.as_ref().err().map(ToString::to_string));
    remarks
}
