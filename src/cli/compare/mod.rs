//! `hsr compare`.

mod arguments;
mod output;

pub(super) use arguments::CompareArguments;

use super::interrupt;
use super::named;
use super::start::of_point;
use hsr::compare::{CompareError, compare_while};
use hsr::words::{path, shown};
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;

pub(super) fn compare_methods(arguments: &CompareArguments) -> Result<(), Box<dyn Error>> {
    output::files(arguments).check_apart()?;
    let activations = arguments.network.activations()?;
    let data = named::load(&arguments.data, &arguments.table, arguments.network.loss)?;
    arguments.network.architecture(&data.batch)?;
    arguments.start.check_labels(&data.classes)?;
    let initial = arguments.start.point(&activations)?;
    let settings = arguments.settings(activations, initial);
    arguments.check(&settings)?;
    let command = arguments.command(data.label.as_ref());
    interrupt::listen()?;
    let folder = output::folder(arguments, &command)?;
    // Drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} runs {elapsed}, {eta} to go")?);
    let progress = |done, runs| {
        bar.set_length(runs as u64);
        bar.set_position(done as u64);
    };
    let work = || compare_while(&data.batch, &data.classes, &settings, &progress, &|| !interrupt::asked());
    let comparison = match arguments.threads {
        Some(threads) => rayon::ThreadPoolBuilder::new().num_threads(threads).build()?.install(work),
        None => work(),
    };
    bar.finish_and_clear();
    let comparison = comparison.map_err(|error| match error {
        CompareError::InitialPoint(error) => of_point(error),
        CompareError::Stopped => format!("{error}; begin again with\n  {command}").into(),
        error => format!("{}: {error}", shown(&arguments.data)).into(),
    })?;
    output::write(arguments, &folder, &command, &comparison)?;
    super::print(&format!("{}\n{command}\n", comparison.table()))?;
    if comparison.unfinished.is_empty() {
        return Ok(());
    }
    let all = comparison.results.len() + comparison.unfinished.len();
    Err(format!(
        "stopped after {} of {all} methods: their results are in {}; begin again with\n  {command}",
        comparison.results.len(),
        path(&arguments.out)
    )
    .into())
}
