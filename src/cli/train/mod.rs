//! `hsr train`.

mod arguments;
mod output;
mod prepare;

pub(super) use arguments::TrainArguments;

use super::{interrupt, layers};
use hsr::audit::random_network;
use hsr::model::{Batch, ThreeLayer};
use hsr::spectrum::ends;
use hsr::train::{Checkpoint, Record, Recorder, Trainer, run};
use indicatif::{ProgressBar, ProgressStyle};
use output::Output;
use std::error::Error;

pub(super) fn train(arguments: &TrainArguments) -> Result<(), Box<dyn Error>> {
    // All that can be wrong with the input is found before the first file is written.
    output::files(arguments).check_apart()?;
    let checkpoint = arguments.resume.as_ref().map(Checkpoint::read).transpose()?;
    let (parts, label) = prepare::parts(arguments)?;
    let shape = layers::shape(&parts.train, arguments.hidden, !arguments.no_bias)?;
    let network = random_network(&shape, arguments.activation, arguments.seed);
    let mut trainer = Trainer::new(arguments.settings(), network, &parts.train)?;
    if let Some(checkpoint) = checkpoint {
        trainer.resume(checkpoint)?;
    }
    interrupt::listen()?;
    let mut output = Output::open(arguments, label, &trainer, &parts)?;

    // Drawn on standard error, and only where that is a terminal.
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} steps  {msg}  {elapsed}")?;
    let bar = ProgressBar::new(arguments.steps as u64).with_style(style);
    let along_the_way = |network: &ThreeLayer<f64>, batch: &Batch<f64>| ends(network, batch).ok();
    let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), arguments.threads);
    if !arguments.no_eigenvalues {
        recorder = recorder.with_extremes(&along_the_way);
    }
    let mut records = Vec::new();
    let ended = run(&mut trainer, &mut recorder, |trainer, record| {
        bar.set_position(trainer.state().step as u64);
        if let Some(record) = record {
            output.log(&record)?;
            bar.set_message(message(&record));
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

fn message(record: &Record) -> String {
    let Record { loss, accuracy, ws, .. } = record;
    format!("loss {loss:.4}  accuracy {accuracy:.3}  WS {ws:.4}")
}
