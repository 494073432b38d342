//! The folder of a run.

use super::TrainArguments;
use crate::cli::files::{Files, OR_OVERWRITE};
use crate::cli::named::is_file;
use comfy_table::{CellAlignment, Table, presets};
use hsr::data::{LabelColumn, Parts, Standardiser};
use hsr::io::{Array, InputError, OutputFolder, check_writable, write_npz, write_text};
use hsr::model::Batch;
use hsr::shell::quoted;
use hsr::train::{Checkpoint, Log, Record, RunFileError, Trainer, score_name};
use hsr::words::{path, shown};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// The files of a run: what was done, the data that it saw, its records, where it started, and where it stands.
const SETTINGS: &str = "settings.json";
const TRAIN: &str = "train.npz";
const TEST: &str = "test.npz";
const START: &str = "start.npz";
const CHECKPOINT: &str = "checkpoint.npz";
const FILES: [&str; 7] = [SETTINGS, TRAIN, TEST, "log.csv", "log.jsonl", START, CHECKPOINT];

/// What is read and what is written. A run goes on from the checkpoint that it then replaces.
pub(super) fn files(arguments: &TrainArguments) -> Files<'_> {
    let mut files = Files::default();
    if is_file(&arguments.data) {
        files = files.reads("--data", &arguments.data);
    }
    if let Some(init) = &arguments.start.init {
        files = files.reads("--init", init);
    }
    FILES.iter().fold(files, |files, name| files.writes("--out", Some(arguments.out.join(name))))
}

/// Log, checkpoint and settings of a run, and the data that it saw.
pub(super) struct Output<'a> {
    arguments: &'a TrainArguments,
    label: Option<LabelColumn>,
    folder: OutputFolder,
    log: Log,
}

impl<'a> Output<'a> {
    /// Makes the folder, and writes what is known before the first step. A folder that holds the files of another run
    /// is refused, unless they shall be replaced; then those go that this run does not write.
    pub fn open(
        arguments: &'a TrainArguments,
        label: Option<LabelColumn>,
        trainer: &Trainer,
        parts: &Parts,
    ) -> Result<Self, RunFileError> {
        let folder = OutputFolder::open(&arguments.out)?;
        let goes_on =
            arguments.resume.as_ref().is_some_and(|checkpoint| is_same(&beside(checkpoint), &folder));
        let command = arguments.command(label.as_ref());
        if !goes_on && !arguments.overwrite && command_of(&folder).as_ref() != Some(&command) {
            folder.refuse_others(&FILES, OR_OVERWRITE)?;
        }
        check_writable(folder.file(SETTINGS))?;
        let earlier = match &arguments.resume {
            Some(checkpoint) => Log::before(&beside(checkpoint), trainer.state().step)?,
            None => Vec::new(),
        };
        if !goes_on {
            folder.clear(&FILES)?;
        }
        // First, so that who finds one of the other files finds whose it is.
        write_text(folder.file(SETTINGS), &settings(arguments, label.as_ref(), trainer, parts))?;
        let log = Log::holding(folder.path(), trainer.loss(), &earlier)?;
        write_data(&parts.train, folder.file(TRAIN))?;
        if let Some(test) = &parts.test {
            write_data(test, folder.file(TEST))?;
        }
        if trainer.state().step == 0 {
            Checkpoint::of(trainer).write(folder.file(START))?;
        }
        Ok(Output { arguments, label, folder, log })
    }

    pub fn log(&mut self, record: &Record) -> Result<(), RunFileError> {
        self.log.add(record)
    }

    pub fn checkpoint(&self, trainer: &Trainer) -> Result<(), RunFileError> {
        Ok(Checkpoint::of(trainer).write(self.folder.file(CHECKPOINT))?)
    }

    /// What an interrupted run leaves to say.
    pub fn interrupted(&self, trainer: &Trainer) -> String {
        let (step, command) = (trainer.state().step, self.arguments.command(self.label.as_ref()));
        let checkpoint = quoted(&self.folder.file(CHECKPOINT).to_string_lossy());
        format!("stopped at step {step}; go on with\n  {command} --resume {checkpoint}")
    }

    /// Where the run began, where it ended, and how long it took.
    pub fn summary(&self, trainer: &Trainer, records: &[Record]) -> String {
        let TrainArguments { data, method, network, seed, out, .. } = self.arguments;
        let state = trainer.state();
        let mut table = Table::new();
        let heads = ["step", "loss", score_name(trainer.loss()), "test", "T", "Q", "WS", "|gradient|"];
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
            "{method} on {}: {}, {}, seed {seed}\n{table}\n{flat}{} steps in {:.2} s, {:.0} a second \
             without the records\n{}: log.csv, log.jsonl, start.npz, checkpoint.npz, settings.json, and the parts of the data\n",
            shown(data),
            network.activations_said(),
            trainer.task(),
            state.step,
            state.seconds,
            state.step as f64 / state.seconds.max(f64::MIN_POSITIVE),
            path(out)
        )
    }
}

fn row(record: &Record) -> Vec<String> {
    let short = |value: f64| format!("{value:.4}");
    let if_any = |value: Option<f64>| value.map_or("-".to_string(), short);
    vec![
        record.step.to_string(),
        short(record.loss),
        if_any(record.score),
        if_any(record.test_score),
        short(record.trace),
        short(record.trace_squared),
        short(record.ws),
        format!("{:.2e}", record.gradient_norm),
    ]
}

/// What a reader needs to do it again.
fn settings(
    arguments: &TrainArguments,
    label: Option<&LabelColumn>,
    trainer: &Trainer,
    parts: &Parts,
) -> String {
    let settings = json!({
        "command": arguments.command(label),
        "version": env!("CARGO_PKG_VERSION"),
        "data": arguments.data,
        "label": label.map(ToString::to_string),
        "train_samples": parts.train.samples(),
        "test_samples": parts.test.as_ref().map_or(0, Batch::samples),
        "constant_columns": parts.constant_columns,
        "targets_standardised": parts.targets.as_ref().map(|targets| statistics(targets, parts.train.y.ncols())),
        "layers": arguments.network.hidden(),
        "activations": trainer.state().network.activations,
        "loss": trainer.loss(),
        "init": arguments.start.init,
        "init_scale": arguments.start.init_scale,
        "label_noise": arguments.start.label_noise,
        "biases": !arguments.network.no_bias,
        "settings": trainer.settings(),
    });
    format!("{settings:#}\n")
}

/// By which mean and deviation the numbers of each target were standardised.
fn statistics(targets: &Standardiser, count: usize) -> Vec<Value> {
    let known = |column| {
        targets.statistics(column).map(|(mean, deviation)| json!({ "mean": mean, "deviation": deviation }))
    };
    (0..count).map(|column| known(column).unwrap_or_default()).collect()
}

/// The command of the run whose files a folder holds, if it holds any.
fn command_of(folder: &OutputFolder) -> Option<String> {
    let settings: Value = serde_json::from_slice(&fs::read(folder.file(SETTINGS)).ok()?).ok()?;
    Some(settings.get("command")?.as_str()?.to_string())
}

fn is_same(path: &Path, folder: &OutputFolder) -> bool {
    // An empty path is the folder where the command runs.
    let whole = |path: &Path| fs::canonicalize(Path::new(".").join(path)).ok();
    whole(path).is_some_and(|path| Some(path) == whole(folder.path()))
}

/// The folder of a file.
fn beside(file: &Path) -> PathBuf {
    file.parent().map_or(PathBuf::new(), Path::to_path_buf)
}

/// A part as `hsr oracle` reads it.
fn write_data(batch: &Batch<f64>, file: PathBuf) -> Result<(), InputError> {
    write_npz(file, &[("X", Array::from(&batch.x)), ("Y", Array::from(&batch.y))])
}
