//! The section in words and tables.

use crate::fit::{exponent, speeds};
use crate::grid::{Line, Point};
use serde_json::Value;

/// The lines between which the section stands in the document.
const BEGIN: &str = "<!-- From here to the end of growth: cargo bench --bench growth -- --write -->";
const END: &str = "<!-- The end of growth -->";

/// The document with the section put in.
pub fn put(document: &str, section: &str) -> Result<String, String> {
    let missing = |mark: &str| format!("the document has no line {mark}");
    let (before, rest) = document.split_once(BEGIN).ok_or_else(|| missing(BEGIN))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| missing(END))?;
    Ok(format!("{before}{BEGIN}\n\n{section}\n{END}{after}"))
}

/// The tables, with what they were measured on.
pub fn text(lines: &[Line], machine: &Value, runs: usize) -> String {
    let instructions: Vec<&str> =
        machine["instructions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let processor = machine["processor"].as_str().unwrap_or("an unknown processor");
    let head = format!(
        "One thread of {processor} ({}), medians of {runs} runs in turn:\n\n\
         | size | from | to | time from | to | exponent | over the last three | routes |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        instructions.join(", ")
    );
    let rows: String = lines.iter().map(row).collect();
    let speeds = speeds(lines.iter().flat_map(|line| &line.points));
    let of_route = |speed: &crate::fit::Speed| {
        let [median, least, most] = [speed.median, speed.least, speed.most].map(|speed| speed / 1e9);
        format!("| {} | {} | {median:.1} | {least:.1} | {most:.1} |\n", speed.route, speed.points)
    };
    head + &rows
        + "\nMultiplications that value and gradient need by the route, in 1e9 a second:\n\n\
           | route | points | median | least | most |\n| --- | --- | --- | --- | --- |\n"
        + &speeds.iter().map(of_route).collect::<String>()
}

fn row(line: &Line) -> String {
    let sizes: Vec<f64> = line.points.iter().map(|point| line.size(point)).collect();
    let seconds: Vec<f64> = line.points.iter().map(Point::median).collect();
    let last = sizes.len() - 1;
    let mut routes: Vec<&str> = line.points.iter().map(|point| point.route.as_str()).collect();
    routes.dedup();
    format!(
        "| `{}` | {} | {} | {} | {} | {:.2} | {:.2} | {} |\n",
        line.letter,
        sizes[0],
        sizes[last],
        time(seconds[0]),
        time(seconds[last]),
        exponent(&sizes, &seconds),
        exponent(&sizes[last - 2..], &seconds[last - 2..]),
        routes.join(", then ")
    )
}

fn time(seconds: f64) -> String {
    if seconds < 0.01 { format!("{:.2} ms", 1e3 * seconds) } else { format!("{:.0} ms", 1e3 * seconds) }
}
