//! What is told of the runs: a table for people, lines for programs.

use super::{Escape, Escapes, Saddle};
use crate::compare::{Difference, Mean, bootstrap, mean};
use crate::train::Method;
use comfy_table::{CellAlignment, Table, presets};
use std::fmt::Write;

impl Escapes {
    /// The runs of a method from a kind of saddle.
    fn of(&self, saddle: Saddle, method: Method) -> impl Iterator<Item = &Escape> {
        self.escapes.iter().filter(move |run| run.saddle == saddle && run.method == method)
    }

    /// The steps of a method relative to sgd's, seed by seed where both left: the mean ratio with its bootstrap interval.
    pub fn ratio(&self, saddle: Saddle, method: Method) -> Option<Difference> {
        let pairs = self.of(saddle, Method::Sgd).zip(self.of(saddle, method));
        let ratios = pairs.filter_map(|(sgd, run)| Some(run.steps? as f64 / (sgd.steps? as f64).max(1.0)));
        bootstrap(&ratios.collect::<Vec<_>>(), 0)
    }

    /// The tables as text: the saddles, and what each method does there.
    pub fn table(&self) -> String {
        let settings = &self.settings;
        let mut text = format!(
            "{}, {} seeds from {}; a run has left where the loss is below {} of the saddle's, within {} steps\n",
            self.task, settings.seeds, settings.seed, settings.level, settings.train.steps
        );
        for &saddle in &settings.saddles {
            let points: Vec<_> = self.points.iter().filter(|point| point.saddle == saddle).collect();
            let of = |measure: fn(&super::SaddlePoint) -> f64| {
                mean(&points.iter().map(|at| measure(at)).collect::<Vec<_>>()).mean
            };
            if points.is_empty() {
                let _ = write!(text, "\n{saddle}: none\n");
            } else {
                let _ = write!(
                    text,
                    "\n{saddle}: {} saddles, loss {:.4}, |grad L| {:.1e}, lambda_max {:.4}, lambda_min {:.4} (means)\n{}\n",
                    points.len(),
                    of(|at| at.loss),
                    of(|at| at.gradient_norm),
                    of(|at| at.lambda_max),
                    of(|at| at.lambda_min),
                    self.of_methods(saddle)
                );
            }
            for none in self.absent.iter().filter(|none| none.saddle == saddle) {
                let _ = writeln!(text, "seed {}: {}", none.seed, none.reason);
            }
        }
        text
    }

    fn of_methods(&self, saddle: Saddle) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.add_row(["method", "left", "of", "steps, mean (deviation)", "steps / sgd [95% interval]"]);
        for method in self.settings.all_methods() {
            let runs: Vec<&Escape> = self.of(saddle, method).collect();
            let steps: Vec<f64> = runs.iter().filter_map(|run| run.steps).map(|steps| steps as f64).collect();
            let label = match (method.strength_name(), runs.first()) {
                (Some(name), Some(run)) => format!("{method} ({name} {})", run.strength),
                _ => method.to_string(),
            };
            let mean = mean(&steps);
            let taken = if steps.is_empty() { "-".to_string() } else { taken(mean) };
            let ratio = self.ratio(saddle, method);
            let ratio = ratio.map(|it| format!("{:.2} [{:.2}, {:.2}]", it.mean, it.low, it.high));
            let (left, all) = (steps.len().to_string(), runs.len().to_string());
            table.add_row([label, left, all, taken, ratio.unwrap_or("-".to_string())]);
        }
        table.column_iter_mut().skip(1).for_each(|column| {
            column.set_cell_alignment(CellAlignment::Right);
        });
        table
    }

    /// Every run as CSV; the steps are empty for one that did not leave.
    pub fn csv(&self) -> String {
        let mut text = "saddle,method,strength,seed,steps\n".to_string();
        for Escape { saddle, method, strength, seed, steps } in &self.escapes {
            let steps = steps.map_or(String::new(), |steps| steps.to_string());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{saddle},{method},{strength},{seed},{steps}");
        }
        text
    }
}

/// A mean of steps with its deviation, which one run has not.
fn taken(Mean { mean, deviation }: Mean) -> String {
    if deviation.is_nan() { format!("{mean:.1}") } else { format!("{mean:.1} ({deviation:.1})") }
}
