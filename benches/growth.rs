//! How the time of value and gradient grows with each of the sizes, and with the number of multiplications.
//!
//! `cargo bench --bench growth` prints the section of `docs/speed.md`; with `-- --write` it is put there, and its pictures
//! into `docs/pictures`. About a minute.

#[path = "growth/fit.rs"]
mod fit;
#[path = "growth/grid.rs"]
mod grid;
#[path = "growth/section.rs"]
mod section;

use grid::{BASE, Line, measure, usual};
use hsr::pictures::{Axis, Picture, Series, curves, scatter};
use std::error::Error;
use std::fs;
use std::path::Path;

/// Rounds, each of which goes through all points.
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut lines = usual();
    let machine = measure(&mut lines, RUNS)?;
    let text = section::text(&lines, &machine, RUNS);
    if !std::env::args().any(|word| word == "--write") {
        println!("{text}");
        return Ok(());
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let old = fs::read_to_string(docs.join("speed.md"))?;
    fs::write(docs.join("speed.md"), section::put(&old, &text)?)?;
    for (name, picture) in [("growth", growth(&lines)), ("growth-model", model(&lines))] {
        fs::write(docs.join(format!("pictures/{name}.svg")), picture.svg()?)?;
    }
    Ok(())
}

/// Milliseconds over each size as a multiple of the base's.
fn growth(lines: &[Line]) -> Picture {
    let series = |line: &Line| {
        let sizes: Vec<f64> =
            line.points.iter().map(|point| line.size(point) / BASE[line.index] as f64).collect();
        let milliseconds: Vec<f64> = line.points.iter().map(|point| 1e3 * point.median()).collect();
        Series::new(line.letter, &sizes, &milliseconds)
    };
    let series: Vec<Series> = lines.iter().map(series).collect();
    let [samples, inputs, hidden, classes] = BASE;
    let base = format!("size, as a multiple of N={samples}, d={inputs}, h={hidden}, C={classes}");
    curves("Value and gradient as one size grows", Axis::log(&base), Axis::log("ms, one thread"), &series)
}

/// The time of every point, over that at the usual speed of its route.
fn model(lines: &[Line]) -> Picture {
    let speeds = fit::speeds(lines.iter().flat_map(|line| &line.points));
    let group = |speed: &fit::Speed| {
        let points = lines.iter().flat_map(|line| &line.points).filter(|point| point.route == speed.route);
        let (mut told, mut found) = (Vec::new(), Vec::new());
        for point in points {
            told.push(1e3 * point.multiplications / speed.median);
            found.push(1e3 * point.median());
        }
        Series::new(&speed.route, &told, &found)
    };
    let groups: Vec<Series> = speeds.iter().map(group).collect();
    let x = Axis::log("ms, multiplications at the usual speed of the route");
    scatter("Value and gradient against multiplications", x, Axis::log("ms, measured"), &groups)
}
