//! What was found, as a table and as JSON.

use super::machine::Machine;
use super::spread::Spread;
use super::subjects::{Sizes, Subject};
use comfy_table::{CellAlignment, Table, presets};
use hsr::train::Method;
use serde::Serialize;

/// The times at one shape on so many threads.
#[derive(Clone, Serialize)]
pub(super) struct Row {
    #[serde(flatten)]
    pub sizes: Sizes,
    pub parameters: usize,
    pub threads: usize,
    /// The route; none where each block has one of its own.
    pub route: Option<&'static str>,
    pub plan: String,
    pub multiplications: f64,
    pub value: Option<Spread>,
    pub gradient: Option<Spread>,
    pub products: Option<Spread>,
    /// Value and gradient as a multiple of the products of the same round.
    pub ratio: Option<Spread>,
}

impl Row {
    /// A row before anything is measured.
    pub fn new(
        subject: &Subject,
        threads: usize,
        route: Option<&'static str>,
        plan: String,
        multiplications: f64,
    ) -> Self {
        Row {
            sizes: subject.sizes.clone(),
            parameters: subject.network.architecture().parameters(),
            threads,
            route,
            plan,
            multiplications,
            value: None,
            gradient: None,
            products: None,
            ratio: None,
        }
    }
}

/// The steps of a method in a second.
#[derive(Clone, Serialize)]
pub(super) struct Training {
    pub name: &'static str,
    pub method: Method,
    pub threads: usize,
    pub steps_per_second: Option<Spread>,
}

/// A measurement whose runs lie far apart, by this factor.
#[derive(Serialize)]
pub(super) struct Disturbed {
    pub what: String,
    pub factor: f64,
}

/// All of it.
#[derive(Serialize)]
pub(super) struct Report {
    pub version: &'static str,
    pub machine: Machine,
    /// How many processes wanted to run, before and after.
    pub load: [Option<f64>; 2],
    pub seed: u64,
    pub runs: usize,
    pub shapes: Vec<Row>,
    pub training: Vec<Training>,
    /// Measurements whose runs lie far apart, those first that lie farthest.
    pub disturbed: Vec<Disturbed>,
    /// Seconds that all took.
    pub seconds: f64,
}

impl Report {
    pub fn json(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }

    /// That the times are not those of a quiet machine, if they are not.
    pub fn warning(&self) -> Option<String> {
        let Disturbed { what, factor } = self.disturbed.first()?;
        let others = match self.disturbed.len() {
            1 => String::new(),
            count => format!(", and less of {} others", count - 1),
        };
        Some(format!(
            "warning: the runs differ by {factor:.1} times of {what}{others}: something else runs on this machine, or its clock changes"
        ))
    }

    pub fn table(&self) -> String {
        let load = self.load.map(|load| load.map_or("unknown".to_string(), |load| format!("{load:.2}")));
        let mut text = format!(
            "hsr {} on {}\nload {} before and {} after; {} in turn, seed {}, {:.0} s\n",
            self.version,
            self.machine.describe(),
            load[0],
            load[1],
            if self.runs == 1 { "1 run".to_string() } else { format!("{} runs", self.runs) },
            self.seed,
            self.seconds
        );
        if !self.shapes.is_empty() {
            text += &format!("\nmilliseconds, median (least-most)\n{}\n", self.times());
        }
        if !self.training.is_empty() {
            text += &format!("\nsteps of training a second, median (least-most)\n{}\n", self.steps());
        }
        text + &self.routes()
    }

    fn times(&self) -> Table {
        let milliseconds = |spread: &Spread| spread.map(|seconds| 1e3 * seconds);
        let told = |of: fn(&Row) -> &Option<Spread>, scale: &dyn Fn(&Spread) -> Option<Spread>| {
            let cell = |row| of(row).as_ref().and_then(scale).map(|spread| spread.describe());
            self.shapes.iter().map(cell).collect::<Vec<Option<String>>>()
        };
        let text = |of: &dyn Fn(&Row) -> String| self.shapes.iter().map(|row| Some(of(row))).collect();
        as_table(vec![
            ("shape", text(&|row| row.sizes.name.to_string())),
            ("N, widths", text(&|row| row.sizes.describe())),
            ("threads", text(&|row| row.threads.to_string())),
            ("route", text(&|row| row.route.unwrap_or("by blocks").to_string())),
            ("value", told(|row| &row.value, &milliseconds)),
            ("and gradient", told(|row| &row.gradient, &milliseconds)),
            ("products", told(|row| &row.products, &milliseconds)),
            ("ratio", told(|row| &row.ratio, &|ratio| Some(ratio.clone()))),
        ])
    }

    fn steps(&self) -> Table {
        let text = |of: &dyn Fn(&Training) -> String| self.training.iter().map(|row| Some(of(row))).collect();
        let steps = self.training.iter().map(|row| Some(row.steps_per_second.as_ref()?.describe()));
        as_table(vec![
            ("shape", text(&|row| row.name.to_string())),
            ("method", text(&|row| row.method.to_string())),
            ("threads", text(&|row| row.threads.to_string())),
            ("steps", steps.collect()),
        ])
    }

    /// The routes of each shape whose blocks have routes of their own.
    fn routes(&self) -> String {
        let mut told: Vec<String> = Vec::new();
        for row in self.shapes.iter().filter(|row| row.route.is_none()) {
            let blocks: Vec<&str> = row.plan.lines().filter(|line| line.starts_with("layers ")).collect();
            told.push(format!("{} by blocks: {}\n", row.sizes.name, blocks.join("; ")));
        }
        told.dedup();
        if told.is_empty() { String::new() } else { format!("\n{}", told.concat()) }
    }
}

/// A table of columns, those without any cell left out; numbers stand to the right.
fn as_table(columns: Vec<(&'static str, Vec<Option<String>>)>) -> Table {
    let columns: Vec<_> =
        columns.into_iter().filter(|(_, cells)| cells.iter().any(Option::is_some)).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.add_row(columns.iter().map(|(name, _)| *name));
    for at in 0..columns.first().map_or(0, |(_, cells)| cells.len()) {
        table.add_row(columns.iter().map(|(_, cells)| cells[at].as_deref().unwrap_or("-")));
    }
    for (column, (name, _)) in table.column_iter_mut().zip(&columns) {
        if !["shape", "N, widths", "route", "method"].contains(name) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
