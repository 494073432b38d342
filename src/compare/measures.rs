//! The measures of end points, and what methods differ by in them.

use super::{Comparison, Difference, EndPoint, Kind, Mean, MethodResult, Run, bootstrap, mean};
use crate::model::Loss;
use crate::train::score_name;

/// The name of the ratio of largest eigenvalues at equal training loss: what is flatter than sgd's is below 1.
pub(super) const RATIO: &str = "lambda_max ratio at equal loss";

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
pub(super) fn measures(loss: Loss) -> [Measure; 21] {
    [
        prominent("train loss", |end| end.train_loss),
        prominent("test loss", |end| end.test_loss),
        prominent(test_score(loss), |end| end.test_score),
        prominent("lambda_max", |end| end.lambda_max),
        prominent(BOUND, |end| end.ws),
        aside("lambda_min", |end| end.lambda_min),
        aside("lambda_min / lambda_max", |end| end.evidence.smallest),
        aside("range", |end| end.lambda_max - end.lambda_min),
        aside("T", |end| end.trace),
        aside("WS by layers", |end| end.ws_layers),
        aside("WS by units", |end| end.ws_units),
        aside("|grad L|", |end| end.gradient_norm),
        aside("|grad L| / start", |end| end.evidence.gradient),
        aside("|grad L|^2 / (lambda_max L)", |end| end.evidence.decrease),
        aside("curvature along grad L", |end| end.curvature.unwrap_or(f64::NAN)),
        aside("|descended|", |end| end.descended_norm),
        aside("curvature along descended", |end| end.descended_curvature.unwrap_or(f64::NAN)),
        aside("objective along v_min", |end| end.objective_along_smallest),
        aside("least margin", |end| end.evidence.margin.unwrap_or(f64::NAN)),
        aside("negative", |end| end.negative.map_or(f64::NAN, |count| count as f64)),
        aside(MILLISECONDS, |end| 1e3 * end.step_seconds),
    ]
}

/// What the score of the test part is called.
pub(super) fn test_score(loss: Loss) -> &'static str {
    if score_name(loss) == "accuracy" { "test accuracy" } else { "test score" }
}

/// The row of the initial points.
pub(super) const START: &str = "start";
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

    /// The paired ratio of the largest eigenvalues to sgd's at equal training loss, which says how sharp end points are: of each pair the
    /// higher of the two final losses, and the first record of either run that is at or below it.
    pub fn ratio_at_equal_loss(&self, result: &MethodResult) -> Option<Difference> {
        let ratios: Vec<f64> = self.pairs(result).filter_map(|(sgd, run)| ratio(sgd, run)).collect();
        bootstrap(&ratios, 0)
    }

    /// Every initial point and every end point as CSV, with its seed. Initial points have `start` for a method, and no kind.
    pub fn csv(&self) -> String {
        let measures = measures(self.settings.loss);
        let mut text = "method,strength,seed,kind".to_string();
        let names = measures.iter().map(|measure| measure.name).chain([RATIO]);
        names.for_each(|name| text += &format!(",{}", name.replace(' ', "_")));
        text.push('\n');
        let mut line = |head: String, point: Option<&EndPoint>, ratio: Option<f64>| {
            text += &head;
            let values = measures.iter().map(|measure| point.map(|point| (measure.of)(point)));
            for value in values.chain([ratio]) {
                let value = value.filter(|value| value.is_finite());
                text += &value.map_or(",".to_string(), |value| format!(",{value:e}"));
            }
            text.push('\n');
        };
        for (seed, start) in self.settings.all_seeds().zip(&self.starts) {
            line(format!("{START},,{seed},"), Some(&start.point), None);
        }
        for result in &self.results {
            for ((seed, run), sgd) in self.settings.all_seeds().zip(&result.runs).zip(&self.results[0].runs) {
                let kind = run.as_ref().map_or("diverged".to_string(), |run| run.end.kind.to_string());
                let head = format!("{},{},{seed},{kind}", result.method, result.strength);
                let both = sgd.as_ref().zip(run.as_ref());
                let ratio = both.and_then(|(sgd, run)| ratio(sgd, run));
                line(head, run.as_ref().map(|run| &run.end), ratio);
            }
        }
        text
    }
}

/// The largest eigenvalue of a run relative to sgd's at equal training loss.
fn ratio(sgd: &Run, run: &Run) -> Option<f64> {
    let level = sgd.end.train_loss.max(run.end.train_loss);
    let at = |run: &Run| {
        run.records.iter().find(|record| record.loss <= level).and_then(|record| record.lambda_max)
    };
    Some(at(run)? / at(sgd)?)
}
