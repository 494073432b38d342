//! The tables of a comparison: end points, differences from sgd, kinds of end points.

use super::kind::counts;
use super::measures::{BOUND, MILLISECONDS, Measure, RATIO, START, measures};
use super::number_format::{MISSING, NumberFormat};
use super::{Comparison, Difference, Kind, Mean, MethodResult, Thresholds, mean};
use crate::train::Task;
use comfy_table::{CellAlignment, presets};
use serde::Serializer;
use std::collections::BTreeSet;

/// A column of a table, a cell a method.
pub(super) struct Column {
    /// Its head.
    pub name: String,
    /// Its cells, numbers in one format.
    pub cells: Vec<String>,
    /// Whether a page shows it at once, or folded away.
    pub prominent: bool,
    /// Whether it holds times, which no two runs have in common.
    pub timed: bool,
}

/// A table with a row for each method.
pub(super) struct Table {
    /// The methods, each with its strength in parentheses, if it has one.
    pub methods: Vec<String>,
    /// What the table shows of them.
    pub columns: Vec<Column>,
}

impl Column {
    fn of(measure: &Measure, cells: Vec<String>) -> Self {
        let timed = measure.name == MILLISECONDS;
        Column { name: measure.name.to_string(), cells, prominent: measure.prominent, timed }
    }
}

/// The sizes of a network and the loss as text, in a file of a comparison.
pub(super) fn task<S: Serializer>(task: &Task, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&task.to_string())
}

impl Comparison {
    /// All tables as text, for a terminal.
    pub fn table(&self) -> String {
        let mut text = format!("{}, {}, {}\n", self.task, self.seeds(), self.strengths());
        text += &self.stopped().map_or("\n".to_string(), |stopped| format!("{stopped}\n\n"));
        for (about, table) in [
            ("end points, mean (standard deviation) over seeds", self.end_points()),
            (
                "difference from sgd, mean [95% bootstrap interval]; * where that leaves out 0",
                self.differences(),
            ),
        ] {
            text += &format!("{about}\n{}\n\n", as_text(&table));
        }
        text += &format!("kinds of end points\n{}\n\n", as_text(&self.kinds()));
        text + &format!("{SENSITIVITY}\n{}\n", as_text(&self.sensitivity()))
    }

    /// How strengths were chosen.
    pub(super) fn strengths(&self) -> String {
        format!("{} strengths a method", self.settings.tried())
    }

    /// Which methods are missing, where the comparison was stopped.
    pub(super) fn stopped(&self) -> Option<String> {
        let missing: Vec<&str> = self.unfinished.iter().map(|method| method.name()).collect();
        (!missing.is_empty()).then(|| format!("stopped before the end, without {}", missing.join(", ")))
    }

    /// How many seeds there are, and which.
    pub(super) fn seeds(&self) -> String {
        format!("{} seeds from {}", self.starts.len(), self.settings.seed)
    }

    /// Means and standard deviations over the seeds, those of the initial points first.
    pub(super) fn end_points(&self) -> Table {
        let mut columns: Vec<Column> = measures(self.settings.loss)
            .iter()
            .map(|measure| {
                let starts: Vec<f64> = self.starts.iter().map(|start| (measure.of)(&start.point)).collect();
                let ends = self.results.iter().map(|result| result.mean(measure.of));
                let ends: Vec<Mean> = ends.collect();
                // In the digits that the end points need, whose losses are small beside those at the start.
                let format = NumberFormat::of_sizes(&ends.iter().map(|at| at.mean).collect::<Vec<_>>());
                let means: Vec<Mean> = [mean(&starts)].into_iter().chain(ends).collect();
                Column::of(measure, with_deviations(&means, format))
            })
            .collect();
        let of_starts = [mean(&[])];
        let times = self.results.iter().map(|result| self.relative_time(result));
        let times: Vec<Mean> = of_starts.into_iter().chain(times).collect();
        let sizes: Vec<f64> = times.iter().map(|at| at.mean).collect();
        columns.push(Column {
            name: "step / sgd".to_string(),
            cells: with_deviations(&times, NumberFormat::of_sizes(&sizes)),
            prominent: true,
            timed: true,
        });
        let methods = [START.to_string()].into_iter().chain(labels(&self.results)).collect();
        Table { methods, columns }
    }

    /// Differences from sgd with their intervals, and the ratio of largest eigenvalues.
    pub(super) fn differences(&self) -> Table {
        let others = &self.results[1..];
        let mut columns: Vec<Column> = measures(self.settings.loss)
            .iter()
            .map(|measure| {
                let all: Vec<_> = others.iter().map(|result| self.difference(result, measure.of)).collect();
                let column = Column::of(measure, with_intervals(&all, 0.0));
                // It differs as the largest eigenvalue does, which stands beside it.
                Column { prominent: column.prominent && measure.name != BOUND, ..column }
            })
            .collect();
        let ratios: Vec<_> = others.iter().map(|result| self.ratio_at_equal_loss(result)).collect();
        columns.push(Column {
            name: RATIO.to_string(),
            cells: with_intervals(&ratios, 1.0),
            prominent: true,
            timed: false,
        });
        Table { methods: labels(others), columns }
    }

    /// How many end points are of each kind.
    pub(super) fn kinds(&self) -> Table {
        let column = |name: String, count: &dyn Fn(&MethodResult) -> usize| Column {
            name,
            cells: self.results.iter().map(|result| count(result).to_string()).collect(),
            prominent: true,
            timed: false,
        };
        let counted = Kind::ALL.map(|kind| column(kind.to_string(), &|result| result.count(kind)));
        let diverged = column("diverged".to_string(), &MethodResult::diverged);
        Table { methods: labels(&self.results), columns: counted.into_iter().chain([diverged]).collect() }
    }
}

impl Comparison {
    /// The kinds again with each threshold moved.
    pub(super) fn sensitivity(&self) -> Table {
        let as_they_are = |result: &MethodResult| {
            let evidence: Vec<_> = result.runs.iter().flatten().map(|run| run.end.evidence).collect();
            said(&counts(&evidence, &Thresholds::default()))
        };
        let moved: BTreeSet<(usize, String)> = self
            .results
            .iter()
            .flat_map(|result| result.sensitivity.iter().enumerate())
            .map(|(at, moved)| (at, format!("{} x{}", moved.threshold, moved.factor)))
            .collect();
        let column = |name: String, cells: Vec<String>| Column { name, cells, prominent: true, timed: false };
        let first = column("as they are".to_string(), self.results.iter().map(as_they_are).collect());
        let others = moved.into_iter().map(|(at, name)| {
            column(name, self.results.iter().map(|result| said(&result.sensitivity[at].counts)).collect())
        });
        Table { methods: labels(&self.results), columns: [first].into_iter().chain(others).collect() }
    }
}

/// What the table of the sensitivity shows.
pub(super) const SENSITIVITY: &str = "kinds with each threshold at a tenth and at ten times: minimum/saddle/of the objective only/\
    no finite minimum/not converged";

/// Counts of kinds in one cell.
fn said(counts: &[usize; 5]) -> String {
    counts.map(|count| count.to_string()).join("/")
}

fn labels(results: &[MethodResult]) -> Vec<String> {
    results.iter().map(MethodResult::label).collect()
}

/// Means with their standard deviations in parentheses.
fn with_deviations(means: &[Mean], format: NumberFormat) -> Vec<String> {
    let cell = |Mean { mean, deviation }: &Mean| match mean.is_finite() {
        true => format!("{} ({})", format.write(*mean), format.write(*deviation)),
        false => MISSING.to_string(),
    };
    means.iter().map(cell).collect()
}

/// Means with their intervals, and a star where an interval leaves out what stands for no difference.
fn with_intervals(differences: &[Option<Difference>], none: f64) -> Vec<String> {
    let known = |difference: &Option<Difference>| difference.filter(|difference| difference.mean.is_finite());
    let numbers: Vec<f64> =
        differences.iter().filter_map(known).flat_map(|it| [it.mean, it.low, it.high]).collect();
    let format = NumberFormat::of_differences(&numbers);
    let cell = |difference: &Option<Difference>| match known(difference) {
        Some(difference @ Difference { mean, low, high }) => {
            let clear = if difference.leaves_out(none) { "*" } else { "" };
            format!("{} [{}, {}]{clear}", format.write(mean), format.write(low), format.write(high))
        }
        None => MISSING.to_string(),
    };
    differences.iter().map(cell).collect()
}

fn as_text(table: &Table) -> comfy_table::Table {
    let mut text = comfy_table::Table::new();
    text.load_style(presets::NOTHING);
    text.add_row(["method"].into_iter().chain(table.columns.iter().map(|column| column.name.as_str())));
    for (at, method) in table.methods.iter().enumerate() {
        text.add_row([method].into_iter().chain(table.columns.iter().map(|column| &column.cells[at])));
    }
    text.column_iter_mut().skip(1).for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    text
}
