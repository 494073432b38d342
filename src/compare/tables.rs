//! The tables of a comparison: end points, differences from sgd, kinds of end points.

use super::measures::{BOUND, MILLISECONDS, Measure, measures};
use super::number_format::{MISSING, NumberFormat};
use super::{Comparison, Difference, Kind, Mean, MethodResult};
use crate::train::Task;
use comfy_table::{CellAlignment, presets};
use serde::Serializer;

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
        let mut text =
            format!("{}, {}, {} strengths a method\n\n", self.task, self.seeds(), self.settings.trials);
        for (about, table) in [
            ("end points, mean (standard deviation) over seeds", self.end_points()),
            (
                "difference from sgd, mean [95% bootstrap interval]; * where that leaves out 0",
                self.differences(),
            ),
        ] {
            text += &format!("{about}\n{}\n\n", as_text(&table));
        }
        text + &format!("kinds of end points\n{}\n", as_text(&self.kinds()))
    }

    /// How many seeds there are, and which.
    pub(super) fn seeds(&self) -> String {
        format!("{} seeds from {}", self.starts.len(), self.settings.seed)
    }

    /// Means and standard deviations over the seeds.
    pub(super) fn end_points(&self) -> Table {
        let mut columns: Vec<Column> = measures(self.settings.loss)
            .iter()
            .map(|measure| {
                let means: Vec<Mean> = self.results.iter().map(|result| result.mean(measure.of)).collect();
                Column::of(measure, with_deviations(&means))
            })
            .collect();
        let times: Vec<Mean> = self.results.iter().map(|result| self.relative_time(result)).collect();
        columns.push(Column {
            name: "step / sgd".to_string(),
            cells: with_deviations(&times),
            prominent: true,
            timed: true,
        });
        Table { methods: labels(&self.results), columns }
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
            name: "lambda_max ratio at equal loss".to_string(),
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
        let kinds = [Kind::FlatMinimum, Kind::SharpMinimum, Kind::Saddle, Kind::NotConverged];
        let counted = kinds.map(|kind| column(kind.to_string(), &|result| result.count(kind)));
        let diverged = column("diverged".to_string(), &MethodResult::diverged);
        Table { methods: labels(&self.results), columns: counted.into_iter().chain([diverged]).collect() }
    }
}

fn labels(results: &[MethodResult]) -> Vec<String> {
    results.iter().map(MethodResult::label).collect()
}

/// Means with their standard deviations in parentheses.
fn with_deviations(means: &[Mean]) -> Vec<String> {
    let format = NumberFormat::of_sizes(&means.iter().map(|at| at.mean).collect::<Vec<_>>());
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
