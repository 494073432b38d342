//! A comparison in words and numbers.

use super::{Comparison, Difference, EndPoint, Kind, Mean, MethodResult, Run, bootstrap, mean};
use crate::model::Shape;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serializer;
use std::fmt::Write;

/// A measure of end points: its name and its value.
pub type Metric = (&'static str, fn(&EndPoint) -> f64);

/// What is told of end points, in this order.
pub const METRICS: [Metric; 10] = [
    ("train loss", |end| end.train_loss),
    ("test accuracy", |end| end.test_accuracy),
    ("lambda_max", |end| end.lambda_max),
    ("lambda_min", |end| end.lambda_min),
    ("range", |end| end.lambda_max - end.lambda_min),
    ("T", |end| end.trace),
    ("WS", |end| end.ws),
    ("|grad L|", |end| end.gradient_norm),
    ("negative", |end| end.negative.map_or(f64::NAN, |count| count as f64)),
    ("ms a step", |end| 1e3 * end.step_seconds),
];

pub(super) fn shape<S: Serializer>(shape: &Shape, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&shape.to_string())
}

impl MethodResult {
    /// Mean and standard deviation of a measure over the seeds that did not diverge.
    pub fn mean(&self, metric: fn(&EndPoint) -> f64) -> Mean {
        mean(&self.ends().map(metric).collect::<Vec<_>>())
    }

    fn ends(&self) -> impl Iterator<Item = &EndPoint> {
        self.runs.iter().flatten().map(|run| &run.end)
    }

    /// How many end points are of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.ends().filter(|end| end.kind == kind).count()
    }

    /// How many runs diverged.
    pub fn diverged(&self) -> usize {
        self.runs.iter().filter(|run| run.is_none()).count()
    }

    /// The method with its strength.
    pub fn label(&self) -> String {
        match self.method.strength_name() {
            Some(name) => format!("{} ({name} {:.3e})", self.method, self.strength),
            None => self.method.to_string(),
        }
    }
}

impl Comparison {
    /// The runs of sgd and of a method on the same seeds, where neither diverged.
    fn pairs<'a>(&'a self, result: &'a MethodResult) -> impl Iterator<Item = (&'a Run, &'a Run)> {
        let all = self.results[0].runs.iter().zip(&result.runs);
        all.filter_map(|(sgd, run)| Some((sgd.as_ref()?, run.as_ref()?)))
    }

    /// The paired difference of a measure from sgd, seed by seed.
    pub fn difference(&self, result: &MethodResult, metric: fn(&EndPoint) -> f64) -> Option<Difference> {
        let differences: Vec<f64> =
            self.pairs(result).map(|(sgd, run)| metric(&run.end) - metric(&sgd.end)).collect();
        bootstrap(&differences, 0)
    }

    /// Mean and standard deviation of the time of a step relative to sgd's, seed by seed.
    pub fn relative_time(&self, result: &MethodResult) -> Mean {
        let ratios = self.pairs(result).map(|(sgd, run)| run.end.step_seconds / sgd.end.step_seconds);
        mean(&ratios.collect::<Vec<_>>())
    }

    /// The paired ratio of the largest eigenvalues to sgd's at equal training loss: of each pair the higher of the two
    /// final losses, and the first record of either run that is at or below it.
    pub fn ratio_at_equal_loss(&self, result: &MethodResult) -> Option<Difference> {
        let ratios: Vec<f64> = self
            .pairs(result)
            .filter_map(|(sgd, run)| {
                let level = sgd.end.train_loss.max(run.end.train_loss);
                let at = |run: &Run| {
                    run.records
                        .iter()
                        .find(|record| record.loss <= level)
                        .and_then(|record| record.lambda_max)
                };
                Some(at(run)? / at(sgd)?)
            })
            .collect();
        bootstrap(&ratios, 0)
    }

    /// The tables: end points, differences from sgd, kinds.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{}, {} seeds, {} strengths a method\n\n",
            self.shape,
            self.starts.len(),
            self.settings.trials
        );
        text +=
            &format!("end points, mean (standard deviation) over seeds\n{}\n\n", table(&self.end_points()));
        text += &format!(
            "difference from sgd, mean [95% bootstrap interval]; * where that leaves out 0\n{}\n\n",
            table(&self.differences())
        );
        text += &format!("kinds of end points\n{}\n", table(&self.kinds()));
        text
    }

    /// Means, a row a method, with a head.
    pub fn end_points(&self) -> Vec<Vec<String>> {
        let mut rows = vec![head("method")];
        rows[0].push("step / sgd".to_string());
        for result in &self.results {
            let means = METRICS.iter().map(|(_, metric)| result.mean(*metric));
            let cells = means.chain([self.relative_time(result)]).map(|Mean { mean, deviation }| {
                if mean.is_nan() {
                    "-".to_string()
                } else {
                    format!("{} ({})", short(mean), short(deviation))
                }
            });
            rows.push([result.label()].into_iter().chain(cells).collect());
        }
        rows
    }

    /// Differences from sgd, a row a method, with a head.
    pub fn differences(&self) -> Vec<Vec<String>> {
        let mut rows = vec![head("method")];
        rows[0].push("lambda_max ratio at equal loss".to_string());
        for result in &self.results[1..] {
            let mut row = vec![result.label()];
            row.extend(METRICS.iter().map(|(_, metric)| interval(self.difference(result, *metric), 0.0)));
            row.push(interval(self.ratio_at_equal_loss(result), 1.0));
            rows.push(row);
        }
        rows
    }

    /// Kinds of end points, a row a method, with a head.
    pub fn kinds(&self) -> Vec<Vec<String>> {
        let kinds = [Kind::FlatMinimum, Kind::SharpMinimum, Kind::Saddle, Kind::NotConverged];
        let mut rows = vec![
            ["method".to_string()].into_iter().chain(kinds.map(|kind| kind.to_string())).collect::<Vec<_>>(),
        ];
        rows[0].push("diverged".to_string());
        for result in &self.results {
            let mut row = vec![result.label()];
            row.extend(kinds.map(|kind| result.count(kind).to_string()));
            row.push(result.diverged().to_string());
            rows.push(row);
        }
        rows
    }

    /// Every end point as CSV.
    pub fn csv(&self) -> String {
        let mut text = "method,strength,seed,kind".to_string();
        METRICS.iter().for_each(|(name, _)| text += &format!(",{}", name.replace(' ', "_")));
        text.push('\n');
        for result in &self.results {
            for (seed, run) in result.runs.iter().enumerate() {
                let kind = run.as_ref().map_or("diverged".to_string(), |run| run.end.kind.to_string());
                // Writing to a string cannot fail.
                let _ = write!(text, "{},{},{seed},{kind}", result.method, result.strength);
                for (_, metric) in &METRICS {
                    let value = run.as_ref().map(|run| metric(&run.end)).filter(|value| value.is_finite());
                    text += &value.map_or(",".to_string(), |value| format!(",{value:e}"));
                }
                text.push('\n');
            }
        }
        text
    }
}

fn head(first: &str) -> Vec<String> {
    [first].into_iter().chain(METRICS.iter().map(|(name, _)| *name)).map(str::to_string).collect()
}

fn table(rows: &[Vec<String>]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for row in rows {
        table.add_row(row);
    }
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    table
}

/// Three digits, without a power of ten where that is not needed.
fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_string(),
        size if !(1e-3..1e5).contains(&size) => format!("{value:.2e}"),
        size if size < 0.1 => format!("{value:.4}"),
        size if size < 10.0 => format!("{value:.3}"),
        _ => format!("{value:.1}"),
    }
}

fn interval(difference: Option<Difference>, none: f64) -> String {
    match difference {
        Some(difference @ Difference { mean, low, high }) if mean.is_finite() => {
            let clear = if difference.leaves_out(none) { "*" } else { "" };
            format!("{} [{}, {}]{clear}", short(mean), short(low), short(high))
        }
        _ => "-".to_string(),
    }
}
