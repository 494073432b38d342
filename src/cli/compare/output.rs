//! The folder of a comparison.

use super::CompareArguments;
use crate::cli::files::{Files, OR_OVERWRITE};
use crate::cli::named;
use hsr::compare::{Comparison, Start, html, pictures};
use hsr::io::{Array, InputError, OutputFolder, check_writable, write_bytes, write_npz, write_text};
use hsr::model::{Layer, Network};
use hsr::words::shown;
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// The files of every comparison; which pictures there are depends on the methods.
const COMPARISON: &str = "comparison.json";
const FILES: [&str; 4] = [COMPARISON, "end-points.csv", "tables.txt", "report.html"];

pub(super) fn files(arguments: &CompareArguments) -> Files<'_> {
    let mut files = Files::default();
    if named::is_file(&arguments.data) {
        files = files.reads("--data", &arguments.data);
    }
    if let Some(init) = &arguments.start.init {
        files = files.reads("--init", init);
    }
    FILES.iter().fold(files, |files, name| files.writes("--out", Some(arguments.out.join(name))))
}

/// The folder, unless it holds the files of another comparison that shall stay.
pub(super) fn folder(arguments: &CompareArguments, command: &str) -> Result<OutputFolder, Box<dyn Error>> {
    let folder = OutputFolder::open(&arguments.out)?;
    let earlier = fs::read(folder.file(COMPARISON)).ok();
    let earlier: Option<Value> = earlier.and_then(|text| serde_json::from_slice(&text).ok());
    let is_same = earlier.is_some_and(|earlier| earlier["command"] == command);
    if !is_same && !arguments.overwrite {
        folder.refuse_others(&FILES, OR_OVERWRITE)?;
    }
    check_writable(folder.file(COMPARISON))?;
    Ok(folder)
}

pub(super) fn write(
    arguments: &CompareArguments,
    folder: &OutputFolder,
    command: &str,
    comparison: &Comparison,
) -> Result<(), Box<dyn Error>> {
    let json = serde_json::json!({ "command": command, "comparison": comparison });
    write_text(folder.file(COMPARISON), &format!("{json:#}\n"))?;
    write_text(folder.file("end-points.csv"), &comparison.csv())?;
    write_text(folder.file("tables.txt"), &comparison.table())?;
    for (name, picture) in pictures(comparison) {
        write_text(folder.file(format!("{name}.svg")), &picture.svg()?)?;
        // One of an earlier comparison would show other numbers.
        folder.clear(&[&format!("{name}.png")])?;
        if arguments.png {
            write_bytes(folder.file(format!("{name}.png")), &picture.png()?)?;
        }
    }
    if arguments.keep {
        keep(arguments, comparison)?;
    }
    let page = html(comparison, &shown(&arguments.data), command)?;
    write_text(folder.file("report.html"), &page)?;
    Ok(())
}

/// The parts of each split, the initial points and the end points, in a folder for each seed: `seed-7/train.npz`, `start.npz`, `hsr.npz`.
fn keep(arguments: &CompareArguments, comparison: &Comparison) -> Result<(), Box<dyn Error>> {
    for (index, Start { parts, network, .. }) in comparison.starts.iter().enumerate() {
        let seed = comparison.settings.seed.wrapping_add(index as u64);
        let folder = OutputFolder::open(arguments.out.join(format!("seed-{seed}")))?;
        let all = [
            ("train", Some(&parts.train)),
            ("validation", parts.validation.as_ref()),
            ("test", parts.test.as_ref()),
        ];
        for (name, part) in all.into_iter().filter_map(|(name, part)| Some((name, part?))) {
            write_npz(
                folder.file(format!("{name}.npz")),
                &[("X", Array::from(&part.x)), ("Y", Array::from(&part.y))],
            )?;
        }
        write_network(folder.file("start.npz"), network)?;
        let runs = comparison.results.iter().map(|result| (result.method, &result.runs[index]));
        for (method, run) in runs.filter_map(|(method, run)| Some((method, run.as_ref()?))) {
            write_network(folder.file(format!("{method}.npz")), &run.network)?;
        }
    }
    Ok(())
}

/// A network as `hsr oracle` reads it.
fn write_network(file: PathBuf, network: &Network<f64>) -> Result<(), InputError> {
    let mut arrays = Vec::new();
    for (index, Layer { w, b }) in network.layers.0.iter().enumerate() {
        arrays.push((format!("W{}", index + 1), Array::from(w)));
        arrays.extend(b.as_ref().map(|b| (format!("b{}", index + 1), Array::from(b))));
    }
    let arrays: Vec<(&str, Array)> = arrays.iter().map(|(name, array)| (&name[..], array.clone())).collect();
    write_npz(file, &arrays)
}
