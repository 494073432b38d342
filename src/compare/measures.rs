//! The measures of end points, and what methods differ by in them.

use super::{Comparison, Difference, EndPoint, Kind, Mean, MethodResult, Run, bootstrap, mean};
use crate::model::Loss;
use crate::train::score_name;
use std::fmt::Write;

/// A measure of end points.
pub(super) struct Measure {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub of: fn(&EndPoint) -> f64,
    /// Whether a page shows it at once, or folded away.
    pub prominent: bool,
}

const fn prominent(name: &'static str, of: fn(&EndPoint) -> f64) -> Measure {
    Measure { name, of, prominent: true }
}

const fn aside(name: &'static str, of: fn(&EndPoint) -> f64) -> Measure {
    Measure { name, of, prominent: false }
}

/// All measures under a loss, in the order of the tables.
pub(super) fn measures(loss: Loss) -> [Measure; 12] {
    [
        prominent("train loss", |end| end.train_loss),
        prominent(test_score(loss), |end| end.test_score),
        prominent("lambda_max", |end| end.lambda_max),
        prominent(BOUND, |end| end.ws),
        aside("lambda_min", |end| end.lambda_min),
        aside("range", |end| end.lambda_max - end.lambda_min),
        aside("T", |end| end.trace),
        aside("WS by layers", |end| end.ws_layers),
        aside("WS by units", |end| end.ws_units),
        aside("|grad L|", |end| end.gradient_norm),
        aside("negative", |end| end.negative.map_or(f64::NAN, |count| count as f64)),
        aside(MILLISECONDS, |end| 1e3 * end.step_seconds),
    ]
}

/// What the score of the test part is called.
pub(super) fn test_score(loss: Loss) -> &'static str {
    if score_name(loss) == "accuracy" { "test accuracy" } else { "test score" }
}

/// The measure that the methods hold down.
pub(super) const BOUND: &str = "WS";
/// The measure that no two runs have in common.
pub(super) const MILLISECONDS: &str = "ms a step";

impl MethodResult {
    /// Mean and standard deviation of a measure over the seeds that did not diverge.
    pub fn mean(&self, measure: fn(&EndPoint) -> f64) -> Mean {
        mean(&self.ends().map(measure).collect::<Vec<_>>())
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
    pub fn difference(&self, result: &MethodResult, measure: fn(&EndPoint) -> f64) -> Option<Difference> {
        let differences: Vec<f64> =
            self.pairs(result).map(|(sgd, run)| measure(&run.end) - measure(&sgd.end)).collect();
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

    /// Every end point as CSV, with the seed of its split and initial point.
    pub fn csv(&self) -> String {
        let mut text = "method,strength,seed,kind".to_string();
        let measures = measures(self.settings.loss);
        measures.iter().for_each(|measure| text += &format!(",{}", measure.name.replace(' ', "_")));
        text.push('\n');
        for result in &self.results {
            for (seed, run) in self.settings.all_seeds().zip(&result.runs) {
                let kind = run.as_ref().map_or("diverged".to_string(), |run| run.end.kind.to_string());
                // Writing to a string cannot fail.
                let _ = write!(text, "{},{},{seed},{kind}", result.method, result.strength);
                for measure in &measures {
                    let value =
                        run.as_ref().map(|run| (measure.of)(&run.end)).filter(|value| value.is_finite());
                    text += &value.map_or(",".to_string(), |value| format!(",{value:e}"));
                }
                text.push('\n');
            }
        }
        text
    }
}
