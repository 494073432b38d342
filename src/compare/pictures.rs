//! The pictures of a comparison: curves, spectra, and results over strengths.

use super::measures::test_score;
use super::{Comparison, Mean, MethodResult, Run, mean};
use crate::model::Loss;
use crate::pictures::{Axis, Picture, Scale, Series, curves, scatter, spectra};
use crate::train::{Record, score_name};

impl MethodResult {
    /// The first seed whose run did not diverge.
    fn first(&self) -> Option<&Run> {
        self.runs.iter().flatten().next()
    }

    /// The mean of a quantity over the seeds at each record, with a standard deviation to either side; of its logarithm where the axis is
    /// logarithmic, so that the band stays on it.
    fn over_steps(&self, quantity: fn(&Record) -> f64, scale: &Scale) -> Series {
        let records = self.first().map(|run| run.records.as_slice()).unwrap_or_default();
        let [into, back]: [fn(f64) -> f64; 2] = match scale {
            Scale::Log => [f64::ln, f64::exp],
            _ => [|value| value, |value| value],
        };
        let at = |index: usize| {
            let seeds = self.runs.iter().flatten().filter_map(|run| run.records.get(index));
            mean(&seeds.map(|record| into(quantity(record))).collect::<Vec<f64>>())
        };
        let means: Vec<Mean> = (0..records.len()).map(at).collect();
        let steps: Vec<f64> = records.iter().map(|record| record.step as f64).collect();
        let values: Vec<f64> = means.iter().map(|at| back(at.mean)).collect();
        let series = Series::new(self.method.name(), &steps, &values);
        // One seed has no deviation.
        if means.iter().any(|at| at.deviation.is_nan()) {
            return series;
        }
        let side =
            |sign: f64| means.iter().map(|at| back(at.mean + sign * at.deviation)).collect::<Vec<f64>>();
        series.with_band(&side(-1.0), &side(1.0))
    }
}

impl Comparison {
    /// A quantity over the steps, a curve a method.
    fn over_steps(&self, title: &str, axis: Axis, quantity: fn(&Record) -> f64) -> Picture {
        let of = |result: &MethodResult| result.over_steps(quantity, &axis.scale);
        let all: Vec<Series> = self.results.iter().map(of).collect();
        curves(title, Axis::linear("step"), axis, &all)
    }

    /// An axis on which smallest eigenvalues of either sign can be told apart over four decades below the largest in size.
    fn axis_of_smallest(&self) -> Axis {
        const LINEAR_SHARE: f64 = 1e-4;
        let records =
            self.results.iter().flat_map(|result| result.runs.iter().flatten()).flat_map(|run| &run.records);
        let sizes = records.map(|record| smallest(record).abs()).filter(|size| size.is_finite());
        let scale = Scale::Symlog(LINEAR_SHARE * sizes.fold(0.0, f64::max));
        Axis { label: "lambda_min".to_string(), scale }
    }
}

/// The pictures of a comparison, each with the name of its file.
///
/// Curves over steps and over strengths are means over seeds, with a standard deviation to either side; those along the top eigenvector,
/// and the spectra, are of the first seed.
pub fn pictures(comparison: &Comparison) -> Vec<(&'static str, Picture)> {
    let over_steps = |title: &str, axis, quantity| comparison.over_steps(title, axis, quantity);
    let score = |record: &Record| record.test_score.unwrap_or(f64::NAN);
    let test_loss = |record: &Record| record.test_loss.unwrap_or(f64::NAN);
    let loss = comparison.settings.loss;
    let test_score = format!("T{}", &test_score(loss)[1..]);
    let [of_score, over_strength] = match score_name(loss) {
        "accuracy" => ["accuracy", "strength-accuracy"],
        _ => ["score", "strength-score"],
    };
    vec![
        ("spectra", of_spectra(comparison)),
        ("lambda-max", over_steps("Largest eigenvalue", Axis::log("lambda_max"), largest)),
        ("ws", over_steps("Wolkowicz-Styan bound", Axis::log("WS"), |record| record.ws)),
        ("lambda-min", over_steps("Smallest eigenvalue", comparison.axis_of_smallest(), smallest)),
        ("tightness", tightness(comparison)),
        ("loss", over_steps("Training loss", loss_axis(loss, "loss"), |record| record.loss)),
        ("test-loss", over_steps("Test loss", loss_axis(loss, "test loss"), test_loss)),
        (
            "gradient",
            over_steps("Gradient of the training loss", Axis::log("|grad L|"), |record| record.gradient_norm),
        ),
        (of_score, over_steps(&test_score, Axis::linear(score_name(loss)), score)),
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
