//! `hsr conform`.

use super::files::{Files, is_same_file};
use super::{Format, interrupt, tell};
use clap::{Args, ValueEnum};
use hsr::conform::{
    Case, ConformError, ConformReport, ConformSettings, Precision, Quantity, adopt_orphans, check_program,
    expected, write_case,
};
use hsr::io::{InputError, read_network_case};
use hsr::shell::quoted;
use hsr::words;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Arguments of `hsr conform`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  hsr conform -- python3 examples/python/closed_forms.py
  hsr conform --cases 500 --seed 7 --format junit --out conform.xml -- python3 mine.py
  hsr conform --only gradient --max-size 3 -- julia mine.jl
  hsr conform --shard 2/4 -- ./mine               every fourth case, from the second
  hsr conform --case conform-failures/gradient.json -- python3 mine.py
  hsr conform -- hsr answer                       the reference against itself

The lines that go to and fro are described in examples/python/README.md.
Ctrl-C ends the run with a report of what was found until then, a second one ends it at once; the program and
whatever it started end with it.
Exit codes: 0 every answer is right, 1 one is wrong, or the program broke off or answered nothing, 2 it cannot be
started, or was stopped before anything was wrong.")]
pub(super) struct ConformArguments {
    /// How many cases: small ones first
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    cases: u32,
    /// Seed of all cases
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only this quantity, such as ws_upper or gradient
    #[arg(long, value_name = "QUANTITY")]
    only: Option<Quantity>,
    /// The most samples, inputs, units of a layer and outputs; the Hessian is asked for up to 500 parameters
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=40))]
    max_size: u8,
    /// Part I of N: for N jobs that share the cases
    #[arg(long, default_value = "1/1", value_name = "I/N", value_parser = shard)]
    shard: (usize, usize),
    /// Seconds that an answer may take
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS", value_parser = seconds)]
    timeout: f64,
    /// The arithmetic of the program [default: what it says, or float64]
    #[arg(long, value_enum, value_name = "NAME")]
    precision: Option<PrecisionName>,
    /// Ask about the network and data of this JSON file alone, and shrink nothing
    #[arg(long, value_name = "CASE.json")]
    case: Option<PathBuf>,
    /// Where cases go that show a wrong answer
    #[arg(long, default_value = "conform-failures", value_name = "DIR")]
    failures: PathBuf,
    /// How to tell
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write the report to this file, and only the summary to the terminal
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// An arithmetic by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
enum PrecisionName {
    /// 53 bits.
    Float64,
    /// 24 bits.
    Float32,
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts =
        text.split_once('/').and_then(|(part, parts)| Some((part.parse().ok()?, parts.parse().ok()?)));
    match parts {
        Some((part, parts)) if (1..=parts).contains(&part) => Ok((part, parts)),
        _ => Err("a part of the cases is needed, such as 1/4 to 4/4".to_string()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    const LONGEST: f64 = 1e6;
    match text.parse() {
        Ok(seconds) if seconds > 0.0 && seconds <= LONGEST => Ok(seconds),
        _ => Err(format!("{} is no number of seconds above 0 and up to {LONGEST}", words::quoted(text))),
    }
}

/// Whether every answer is right.
pub(super) fn conform(arguments: &ConformArguments) -> Result<bool, Box<dyn Error>> {
    let failures = Failures::of(&arguments.failures);
    files(arguments, &failures).check_apart()?;
    Files::default().writes("--out", arguments.out.as_ref()).check()?;
    failures.check(arguments.case.as_deref())?;
    let settings = settings(arguments)?;
    interrupt::listen()?;
    adopt_orphans();
    let count = if settings.given.is_some() { 1 } else { settings.cases.div_ceil(settings.shard.1) };
    // Drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(count as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} cases {elapsed}, {eta} to go")?);
    let report = check_program(&settings, &|done| bar.set_position(done as u64), &interrupt::asked);
    bar.finish_and_clear();
    let mut report = report?;
    let kept = keep(&mut report, arguments);
    tell(
        arguments.format,
        arguments.out.as_deref(),
        &report.summary(),
        [&|| report.table(), &|| report.json(), &|| report.junit()],
    )?;
    // Told first: a folder that cannot be written must not cost the report.
    kept?;
    match &report.stopped {
        Some(stopped) if report.wrong() == 0 => Err(format!("stopped {stopped}").into()),
        _ => Ok(report.holds()),
    }
}

/// The case and the words of the command that are files, such as a script, are read; the report is written, and cases that
/// show what is wrong. The one that is given is left as it is where it would be written again.
fn files<'a>(arguments: &'a ConformArguments, failures: &Failures) -> Files<'a> {
    let files =
        arguments.command.iter().fold(Files::default(), |files, word| files.reads("the program", word));
    let files = failures.files.iter().fold(files, |files, file| files.writes("--failures", Some(file)));
    match &arguments.case {
        Some(case) if failures.files.iter().any(|file| is_same_file(file, case)) => files,
        Some(case) => files.reads("--case", case),
        None => files,
    }
    .writes("--out", arguments.out.as_ref())
}

/// The files that cases may go to which show a wrong answer.
struct Failures {
    folder: PathBuf,
    files: Vec<PathBuf>,
}

impl Failures {
    fn of(folder: &Path) -> Self {
        let names = Quantity::ALL.iter().map(|quantity| quantity.name()).chain([BROKE_OFF]);
        let files = names.flat_map(|name| ["json", "npz"].map(|kind| folder.join(format!("{name}.{kind}"))));
        Failures { folder: folder.to_path_buf(), files: files.collect() }
    }

    /// That the folder is one, or is not there, and that what would be replaced in it are cases of an earlier run. The one
    /// that is given is not replaced.
    fn check(&self, given: Option<&Path>) -> Result<(), Box<dyn Error>> {
        if fs::metadata(&self.folder).is_ok_and(|found| !found.is_dir()) {
            let folder = words::path(&self.folder);
            return Err(format!("--failures {folder} is a file: give the name of a folder").into());
        }
        let is_case = |file: &Path| {
            let object: Option<Value> =
                fs::read(file).ok().and_then(|text| serde_json::from_slice(&text).ok());
            object.is_some_and(|object| object.get("hsr").is_some())
        };
        let is_given = |file: &Path| given.is_some_and(|given| is_same_file(file, given));
        let is_foreign =
            |file: &&PathBuf| file.exists() && !is_given(file) && !is_case(&file.with_extension("json"));
        let foreign = self.files.iter().find(is_foreign);
        match foreign {
            Some(file) => {
                let file = words::path(file);
                Err(format!("{file} is no case of an earlier run: give another folder with --failures")
                    .into())
            }
            None => Ok(()),
        }
    }
}

fn settings(arguments: &ConformArguments) -> Result<ConformSettings, Box<dyn Error>> {
    let mut settings = ConformSettings::new(arguments.command.iter().cloned());
    settings.cases = arguments.cases as usize;
    settings.seed = arguments.seed;
    settings.only = arguments.only;
    settings.max_size = arguments.max_size.into();
    settings.shard = arguments.shard;
    settings.timeout = Duration::from_secs_f64(arguments.timeout);
    settings.precision = arguments.precision.map(|name| match name {
        PrecisionName::Float64 => Precision::Float64,
        PrecisionName::Float32 => Precision::Float32,
    });
    settings.given = arguments.case.as_deref().map(given).transpose()?;
    Ok(settings)
}

fn given(file: &Path) -> Result<Case, InputError> {
    let (network, batch, loss) = read_network_case(file)?;
    Ok(Case::new(network, batch, loss))
}

/// The name of the case at which a program broke off.
const BROKE_OFF: &str = "broke_off";

/// Writes the cases that show what is wrong, and says how to ask about each again.
fn keep(report: &mut ConformReport, arguments: &ConformArguments) -> Result<(), Box<dyn Error>> {
    let precision = report.precision;
    for mismatch in &mut report.mismatches {
        let quantity = mismatch.quantity;
        let about = format!("{quantity} was wrong here: {}", report.command);
        let files = write(arguments, precision, quantity.name(), &about, &mismatch.case, &[quantity])?;
        mismatch.replay = replay(arguments, &files[0], Some(quantity));
        mismatch.files = files.iter().map(|file| words::path(file)).collect();
    }
    if let Some(interruption) = &mut report.interruption
        && let Some(case) = &interruption.case
    {
        let about = format!("the program broke off here: {}", report.command);
        let files = write(arguments, precision, BROKE_OFF, &about, case, &Quantity::ALL)?;
        interruption.replay = replay(arguments, &files[0], arguments.only);
        interruption.files = files.iter().map(|file| words::path(file)).collect();
    }
    Ok(())
}

/// Writes a case into the folder of failures. Where that would replace the file that the case came from, it is in that
/// file already, which stays as it is.
fn write(
    arguments: &ConformArguments,
    precision: Precision,
    name: &str,
    about: &str,
    case: &Case,
    quantities: &[Quantity],
) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let folder = &arguments.failures;
    let file = folder.join(format!("{name}.json"));
    if let Some(given) = arguments.case.as_deref().filter(|given| are_the_same(given, &file)) {
        return Ok(vec![given.to_path_buf()]);
    }
    let right = expected(case, quantities, precision).map_err(ConformError::from)?;
    let right = right.into_iter().map(|expected| {
        let values = expected.values.iter().map(|value| value.nearest()).collect();
        (expected.quantity, values)
    });
    Ok(write_case(folder, name, about, case, &right.collect::<Vec<_>>())?.to_vec())
}

/// Whether two paths lead to one file, whatever links are on the way.
fn are_the_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| -> std::io::Result<_> {
        #[cfg(unix)]
        return std::fs::metadata(path).map(|data| {
            use std::os::unix::fs::MetadataExt;
            (data.dev(), data.ino())
        });
        #[cfg(not(unix))]
        return std::fs::canonicalize(path);
    };
    matches!((place(one), place(other)), (Ok(one), Ok(other)) if one == other)
}

fn replay(arguments: &ConformArguments, file: &Path, only: Option<Quantity>) -> String {
    let mut command = format!("hsr conform --case {}", quoted(&file.display().to_string()));
    if let Some(only) = only {
        command += &format!(" --only {only}");
    }
    if let Some(precision) = arguments.precision {
        command += match precision {
            PrecisionName::Float64 => " --precision float64",
            PrecisionName::Float32 => " --precision float32",
        };
    }
    let words: Vec<String> = arguments.command.iter().map(|word| quoted(word)).collect();
    format!("{command} -- {}", words.join(" "))
}
