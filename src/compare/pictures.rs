//! The pictures of a comparison: curves, spectra, and results over strengths.

use super::measures::test_score;
use super::{Comparison, MethodResult, Run, mean};
use crate::model::Loss;
use crate::pictures::{Axis, Picture, Series, curves, scatter, spectra};
use crate::train::{Record, score_name};

impl MethodResult {
    /// The first seed whose run did not diverge.
    fn first(&self) -> Option<&Run> {
        self.runs.iter().flatten().next()
    }

    fn over_steps(&self, quantity: impl Fn(&Record) -> f64, name: &str) -> Series {
        let records = self.first().map(|run| run.records.as_slice()).unwrap_or_default();
        let points = |value: &dyn Fn(&Record) -> f64| records.iter().map(value).collect::<Vec<f64>>();
        Series::new(name, &points(&|record| record.step as f64), &points(&quantity))
    }
}

/// The pictures of a comparison, each with the name of its file.
///
/// Curves over steps and along the top eigenvector, and the spectra, are of the first seed; results over strengths are
/// means over seeds, with a standard deviation to either side.
pub fn pictures(comparison: &Comparison) -> Vec<(&'static str, Picture)> {
    let steps = || Axis::linear("step");
    let all = |quantity: fn(&Record) -> f64| -> Vec<Series> {
        let of = |result: &MethodResult| result.over_steps(quantity, result.method.name());
        comparison.results.iter().map(of).collect()
    };
    let score = |record: &Record| record.test_score.unwrap_or(f64::NAN);
    let loss = comparison.settings.loss;
    let test_score = format!("T{}", &test_score(loss)[1..]);
    let [of_score, over_strength] = match score_name(loss) {
        "accuracy" => ["accuracy", "strength-accuracy"],
        _ => ["score", "strength-score"],
    };
    vec![
        ("spectra", of_spectra(comparison)),
        ("lambda-max", curves("Largest eigenvalue", steps(), Axis::log("lambda_max"), &all(largest))),
        ("ws", curves("Wolkowicz-Styan bound", steps(), Axis::log("WS"), &all(|record| record.ws))),
        ("lambda-min", curves("Smallest eigenvalue", steps(), Axis::linear("lambda_min"), &all(smallest))),
        ("tightness", tightness(comparison)),
        ("loss", curves("Training loss", steps(), loss_axis(loss, "loss"), &all(|record| record.loss))),
        (of_score, curves(&test_score, steps(), Axis::linear(score_name(loss)), &all(score))),
        (over_strength, over_strengths(comparison, &test_score, |trial| trial.test_score)),
        ("strength-lambda-max", over_strengths(comparison, "lambda_max", |trial| trial.lambda_max)),
        ("along", along(comparison)),
    ]
}

/// An axis of losses: that of counts leaves out a constant, and may be negative.
fn loss_axis(loss: Loss, name: &str) -> Axis {
    if loss == Loss::Poisson { Axis::linear(name) } else { Axis::log(name) }
}

fn largest(record: &Record) -> f64 {
    record.lambda_max.unwrap_or(f64::NAN)
}

fn smallest(record: &Record) -> f64 {
    record.lambda_min.unwrap_or(f64::NAN)
}

fn of_spectra(comparison: &Comparison) -> Picture {
    let values =
        |result: &MethodResult| result.first().and_then(|run| run.spectrum.clone()).unwrap_or_default();
    let all: Vec<(&str, Vec<f64>)> =
        comparison.results.iter().map(|result| (result.method.name(), values(result))).collect();
    let groups: Vec<(&str, &[f64])> = all.iter().map(|(name, values)| (*name, values.as_slice())).collect();
    spectra("Eigenvalues at the end points", &groups)
}

/// Every record of every seed.
fn tightness(comparison: &Comparison) -> Picture {
    let group = |result: &MethodResult| {
        let records: Vec<&Record> = result.runs.iter().flatten().flat_map(|run| &run.records).collect();
        let lambda: Vec<f64> = records.iter().map(|record| largest(record)).collect();
        let ws: Vec<f64> = records.iter().map(|record| record.ws).collect();
        Series::new(result.method.name(), &lambda, &ws)
    };
    let groups: Vec<Series> = comparison.results.iter().map(group).collect();
    scatter("How tight the bound is along the way", Axis::log("lambda_max"), Axis::log("WS"), &groups)
}

fn over_strengths(
    comparison: &Comparison,
    what: &str,
    quantity: fn(&super::Trial) -> Option<f64>,
) -> Picture {
    let series = |result: &MethodResult| {
        let mut strengths: Vec<f64> = result.trials.iter().map(|trial| trial.strength).collect();
        strengths.dedup();
        let at = |strength: &f64| {
            let same = result.trials.iter().filter(|trial| trial.strength == *strength);
            mean(&same.filter_map(quantity).collect::<Vec<_>>())
        };
        let means: Vec<_> = strengths.iter().map(at).collect();
        let values: Vec<f64> = means.iter().map(|at| at.mean).collect();
        let low: Vec<f64> = means.iter().map(|at| at.mean - at.deviation).collect();
        let high: Vec<f64> = means.iter().map(|at| at.mean + at.deviation).collect();
        Series::new(result.method.name(), &strengths, &values).with_band(&low, &high)
    };
    let with_strength = comparison.results.iter().filter(|result| result.method.strength_name().is_some());
    let title = format!("{what} over the strength");
    curves(&title, Axis::log("strength"), Axis::linear(what), &with_strength.map(series).collect::<Vec<_>>())
}

fn along(comparison: &Comparison) -> Picture {
    let series = |result: &MethodResult| Series {
        name: result.method.name().to_string(),
        points: result.first().map(|run| run.along.clone()).unwrap_or_default(),
        band: Vec::new(),
    };
    let all: Vec<Series> = comparison.results.iter().map(series).collect();
    curves(
        "Loss along the top eigenvector",
        Axis::linear("distance"),
        loss_axis(comparison.settings.loss, "training loss"),
        &all,
    )
}
