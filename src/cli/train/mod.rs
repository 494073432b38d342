//! `hsr train`.

mod arguments;
mod output;
mod prepare;

pub(super) use arguments::TrainArguments;

use super::interrupt;
use super::start::of_point;
use hsr::model::{Batch, Loss, Network};
use hsr::spectrum::network_ends;
use hsr::train::{Checkpoint, Record, Recorder, Trainer, run, score_name};
use indicatif::{ProgressBar, ProgressStyle};
use output::Output;
use std::error::Error;

pub(super) fn train(arguments: &TrainArguments) -> Result<(), Box<dyn Error>> {
    // All that can be wrong with the input is found before the first file is written.
    output::files(arguments).check_apart()?;
    let checkpoint = arguments.resume.as_ref().map(Checkpoint::read).transpose()?;
    let activations = arguments.network.activations()?;
    let (parts, label) = prepare::parts(arguments)?;
    let architecture = arguments.network.architecture(&parts.train)?;
    let point = arguments.start.point(&activations)?;
    let network = point.network(&architecture, &activations, arguments.seed).map_err(of_point)?;
    let mut trainer = Trainer::new(arguments.settings(), network, arguments.network.loss, &parts.train)?;
    if let Some(checkpoint) = checkpoint {
        trainer.resume(checkpoint)?;
    }
    interrupt::listen()?;
    let mut output = Output::open(arguments, label, &trainer, &parts)?;

    // Drawn on standard error, and only where that is a terminal.
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} steps  {msg}  {elapsed}")?;
    let bar = ProgressBar::new(arguments.steps as u64).with_style(style);
    let along_the_way =
        |network: &Network<f64>, loss: Loss, batch: &Batch<f64>| network_ends(network, loss, batch).ok();
    let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), arguments.threads);
    if !arguments.no_eigenvalues {
        recorder = recorder.with_extremes(&along_the_way);
    }
    let mut records = Vec::new();
    let ended = run(&mut trainer, &mut recorder, |trainer, record| {
        bar.set_position(trainer.state().step as u64);
        if let Some(record) = record {
            output.log(&record)?;
            bar.set_message(message(&record, trainer.loss()));
            records.push(record);
        }
        if trainer.state().step.is_multiple_of(arguments.checkpoint_every) {
            output.checkpoint(trainer)?;
        }
        Ok(!interrupt::asked())
    });
    bar.finish_and_clear();
    let saved = output.checkpoint(&trainer);
    ended?;
    saved?;
    if !trainer.is_done() {
        return Err(output.interrupted(&trainer).into());
    }
    super::print(&output.summary(&trainer, &records))
}

fn message(record: &Record, of: Loss) -> String {
    let Record { loss, score, ws, .. } = record;
    let score = score.map_or(String::new(), |score| format!("{} {score:.3}  ", score_name(of)));
    format!("loss {loss:.4}  {score}WS {ws:.4}")
}
