//! The folder of a run.

use super::TrainArguments;
use crate::data::Parts;
use crate::io::{Array, InputError, make_folder, write_npz, write_text};
use crate::model::Batch;
use crate::shell::quoted;
use crate::train::{Checkpoint, Log, Record, TrainError, Trainer};
use comfy_table::{CellAlignment, Table, presets};
use std::path::{Path, PathBuf};

/// Log, checkpoint and settings of a run, and the data that it saw.
pub(super) struct Output<'a> {
    arguments: &'a TrainArguments,
    log: Log,
    checkpoint: PathBuf,
}

impl<'a> Output<'a> {
    /// Makes the folder, and writes what is known before the first step.
    pub fn open(arguments: &'a TrainArguments, trainer: &Trainer, parts: &Parts) -> Result<Self, TrainError> {
        let folder = &arguments.out;
        make_folder(folder)?;
        let log = match &arguments.resume {
            Some(checkpoint) => Log::resume(folder, &beside(checkpoint), trainer.state().step)?,
            None => Log::start(folder)?,
        };
        write_text(folder.join("settings.json"), &settings(arguments, trainer, parts))?;
        write_data(&parts.train, folder.join("train.npz"))?;
        if let Some(test) = &parts.test {
            write_data(test, folder.join("test.npz"))?;
        }
        Ok(Output { arguments, log, checkpoint: folder.join("checkpoint.npz") })
    }

    pub fn log(&mut self, record: &Record) -> Result<(), TrainError> {
        self.log.add(record)
    }

    pub fn checkpoint(&self, trainer: &Trainer) -> Result<(), TrainError> {
        Ok(Checkpoint::of(trainer).write(&self.checkpoint)?)
    }

    /// What an interrupted run leaves to say.
    pub fn interrupted(&self, trainer: &Trainer) -> String {
        let (step, command) = (trainer.state().step, self.arguments.command());
        let checkpoint = quoted(&self.checkpoint.to_string_lossy());
        format!("stopped at step {step}; go on with\n  {command} --resume {checkpoint}")
    }

    /// Where the run began, where it ended, and how long it took.
    pub fn summary(&self, trainer: &Trainer, records: &[Record]) -> String {
        let TrainArguments { data, method, activation, seed, out, .. } = self.arguments;
        let state = trainer.state();
        let shape = state.network.shape(trainer.train().samples());
        let mut table = Table::new();
        let heads = ["step", "loss", "accuracy", "test", "T", "Q", "WS", "|gradient|"];
        table.load_style(presets::NOTHING);
        table.set_header(heads);
        for record in records.first().into_iter().chain(records.last().filter(|_| records.len() > 1)) {
            table.add_row(row(record));
        }
        table.column_iter_mut().for_each(|column| {
            column.set_cell_alignment(CellAlignment::Right);
        });
        let flat = match trainer.flat_steps() {
            0 => String::new(),
            steps => format!("at {steps} steps the bound had no gradient, and only the loss was descended\n"),
        };
        format!(
            "{method} on {data}: {activation}, {shape}, seed {seed}\n{table}\n{flat}{} steps in {:.2} s, {:.0} a second \
             without the records\n{}: log.csv, log.jsonl, checkpoint.npz, settings.json, and the parts of the data\n",
            state.step,
            state.seconds,
            state.step as f64 / state.seconds.max(f64::MIN_POSITIVE),
            out.display()
        )
    }
}

fn row(record: &Record) -> Vec<String> {
    let short = |value: f64| format!("{value:.4}");
    vec![
        record.step.to_string(),
        short(record.loss),
        short(record.accuracy),
        record.test_accuracy.map_or("-".to_string(), short),
        short(record.trace),
        short(record.trace_squared),
        short(record.ws),
        format!("{:.2e}", record.gradient_norm),
    ]
}

/// What a reader needs to do it again.
fn settings(arguments: &TrainArguments, trainer: &Trainer, parts: &Parts) -> String {
    let settings = serde_json::json!({
        "command": arguments.command(),
        "version": env!("CARGO_PKG_VERSION"),
        "data": arguments.data,
        "train_samples": parts.train.samples(),
        "test_samples": parts.test.as_ref().map_or(0, Batch::samples),
        "constant_columns": parts.constant_columns,
        "hidden": arguments.hidden,
        "activation": arguments.activation.name(),
        "biases": !arguments.no_bias,
        "settings": trainer.settings(),
    });
    format!("{settings:#}\n")
}

/// The folder of a file.
fn beside(file: &Path) -> PathBuf {
    file.parent().map_or(PathBuf::new(), Path::to_path_buf)
}

/// A part as `hsr oracle` reads it.
fn write_data(batch: &Batch<f64>, file: PathBuf) -> Result<(), InputError> {
    write_npz(file, &[("X", Array::from(&batch.x)), ("Y", Array::from(&batch.y))])
}
