//! `hsr check`.

use super::files::Files;
use super::{Format, numbers, tell};
use clap::Args;
use hsr::claims::{self, Derivation, Request, Shard};
use hsr::io::write_text;
use hsr::words::quoted;
use std::error::Error;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  hsr check                                            the chapters and variants that come with hsr
  hsr check own.md                                     a derivation of your own
  hsr check own.md --only slope --mutants              one claim, and that each small edit of it is rejected
  hsr check own.md --html own.html                     as a page to read: formulas, and the verdict on each claim
  hsr check --shard 1/4 --format junit --out part.xml  a quarter of the claims, for a CI system";

/// Arguments of `hsr check`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CheckArguments {
    /// Markdown files with blocks of claims [default: the chapters and variants that come with hsr]
    files: Vec<PathBuf>,
    /// Only the claim with this name, in each derivation that has one
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Only the I-th of N parts of the claims
    #[arg(long, default_value_t = Shard::ALL, value_name = "I/N")]
    shard: Shard,
    /// Random points of the prime field at each size, at least
    #[arg(long, default_value_t = 1, value_name = "P", value_parser = numbers::whole(1..=u16::MAX))]
    points: u16,
    /// Seed of everything random
    #[arg(long, default_value_t = 0, value_parser = numbers::seed)]
    seed: u64,
    /// Make every small edit of every true claim, and show that it is rejected
    #[arg(long)]
    mutants: bool,
    /// Do not search for the true line nearest to a false claim
    #[arg(long)]
    no_repair: bool,
    /// How to tell
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write the report to this file, and only the summary to the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write a page to this file: the chapters with their formulas, and the verdict on each claim
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Whether every claim holds.
pub(super) fn check(arguments: &CheckArguments) -> Result<bool, Box<dyn Error>> {
    // A check takes long, so files that cannot be read or written are reported before it starts.
    let files = arguments.files.iter().fold(Files::default(), |files, file| files.reads("hsr check", file));
    files.writes("--out", arguments.out.as_ref()).writes("--html", arguments.html.as_ref()).check()?;
    let derivations = if arguments.files.is_empty() {
        Derivation::embedded()?
    } else {
        arguments.files.iter().map(|file| Derivation::open(file)).collect::<Result<_, _>>()?
    };
    let all = Request::default()
        .points(arguments.points.into())
        .seed(arguments.seed)
        .shard(arguments.shard)
        .repair(!arguments.no_repair)
        .mutants(arguments.mutants);
    let request = arguments.only.iter().fold(all, |request, name| request.only(name));
    let report = claims::check(&derivations, &request);
    if let (Some(name), true) = (&arguments.only, report.claims.is_empty()) {
        return Err(format!("no claim is named {} in these files", quoted(name)).into());
    }
    if let Some(file) = &arguments.html {
        write_text(file, &report.html(&derivations))?;
    }
    tell(
        arguments.format,
        arguments.out.as_deref(),
        &report.summary(),
        [&|| report.table(), &|| report.json(), &|| report.junit()],
    )?;
    Ok(report.holds())
}
