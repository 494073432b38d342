//! The runs of a comparison, and the choice of strengths.

use super::end_point::{Start, measure};
use super::{CompareError, CompareSettings, Comparison, MethodResult, Run, Trial, strengths};
use crate::audit::random_layers;
use crate::data::{Parts, Split};
use crate::model::{Batch, Loss, Network};
use crate::spectrum::{network_ends, network_loss_along};
use crate::train::{Method, Recorder, Task, TrainError, Trainer, fit, run};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The split and the initial point of a seed, which all methods share.
struct Ground {
    seed: u64,
    parts: Parts,
    network: Network<f64>,
    start: Start,
}

/// A function that takes the progress, how many of how many runs are done, from any of the threads.
type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Compares training methods: runs every method at every strength on every seed, chooses each method's strength by the mean validation loss, and
/// measures the runs with it. A strength at which a seed diverges is chosen only if all others are like that. Data whose targets are no
/// classes have no class names.
///
/// # Errors
/// [`CompareError`] for data that cannot be split, settings outside their range, or a method that diverges throughout.
pub fn compare(
    batch: &Batch<f64>,
    class_names: &[String],
    settings: &CompareSettings,
    progress: Progress,
) -> Result<Comparison, CompareError> {
    for (what, count) in
        [("the number of seeds", settings.seeds), ("the number of trials", settings.trials.into())]
    {
        if count == 0 {
            return Err(CompareError::TooFew { what, least: 1 });
        }
    }
    let seeds: Vec<u64> = settings.all_seeds().collect();
    let grounds = seeds
        .into_par_iter()
        .map(|seed| ground(batch, class_names, settings, seed))
        .collect::<Result<Vec<_>, _>>()?;
    let methods = settings.all_methods();
    let runs: usize =
        methods.iter().map(|method| (strengths(*method, settings.trials).len() + 1) * grounds.len()).sum();
    let done = AtomicUsize::new(0);
    let tick = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, runs);
    let results = methods
        .iter()
        .map(|method| of_method(*method, &grounds, settings, &tick))
        .collect::<Result<Vec<_>, _>>()?;
    let task = Task::of(&grounds[0].network, settings.loss, &grounds[0].parts.train);
    let starts = grounds.iter().map(|ground| ground.start).collect();
    Ok(Comparison { settings: settings.clone(), task, starts, results })
}

fn ground(
    batch: &Batch<f64>,
    class_names: &[String],
    settings: &CompareSettings,
    seed: u64,
) -> Result<Ground, CompareError> {
    let split = Split::of(batch, class_names, settings.shares, seed)?;
    let parts = Parts::for_loss(batch, class_names, &split, settings.loss)?;
    let network = random_layers(&settings.architecture(batch), &settings.activations, seed);
    let start = Start::of(&network, settings.loss, &parts.train)?;
    Ok(Ground { seed, parts, network, start })
}

fn of_method(
    method: Method,
    grounds: &[Ground],
    settings: &CompareSettings,
    tick: &(dyn Fn() + Sync),
) -> Result<MethodResult, CompareError> {
    let tried = strengths(method, settings.trials);
    let pairs: Vec<(f64, &Ground)> =
        tried.iter().flat_map(|strength| grounds.iter().map(move |ground| (*strength, ground))).collect();
    let trials = pairs
        .par_iter()
        .map(|&(strength, ground)| {
            let trial = trial(method, strength, ground, settings);
            tick();
            trial
        })
        .collect::<Result<Vec<_>, _>>()?;
    let strength =
        chosen(&tried, &trials).ok_or(CompareError::AllDiverged { method, rate: settings.train.rate })?;
    let runs = grounds
        .par_iter()
        .map(|ground| {
            let run = measured(method, strength, ground, settings);
            tick();
            run
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(MethodResult { method, strength, trials, runs })
}

/// The strength with the fewest seeds that diverge, and of those the one with the least mean validation loss.
fn chosen(tried: &[f64], trials: &[Trial]) -> Option<f64> {
    let score = |strength: &f64| {
        let of_strength = || trials.iter().filter(|trial| trial.strength == *strength);
        let losses: Vec<f64> = of_strength().filter_map(|trial| trial.validation_loss).collect();
        let diverged = of_strength().count() - losses.len();
        (diverged, losses.iter().sum::<f64>() / losses.len() as f64)
    };
    tried
        .iter()
        .filter(|strength| score(strength).1.is_finite())
        .min_by(|a, b| {
            let (a, b) = (score(a), score(b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
        .copied()
}

/// Nothing for a run that diverges; other errors are errors.
fn unless_diverged<T>(result: Result<T, TrainError>) -> Result<Option<T>, TrainError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(TrainError::Diverged { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn trial(
    method: Method,
    strength: f64,
    ground: &Ground,
    settings: &CompareSettings,
) -> Result<Trial, CompareError> {
    let Ground { seed, parts, network, .. } = ground;
    let mut trainer =
        Trainer::new(settings.of_run(method, strength, *seed), network.clone(), settings.loss, &parts.train)?;
    let mut steps = || -> Result<(), TrainError> {
        while !trainer.is_done() {
            trainer.step()?;
        }
        Ok(())
    };
    let ended = unless_diverged(steps())?.is_some();
    let (network, loss) = (&trainer.state().network, settings.loss);
    let of_ended = |value: f64| (ended && value.is_finite()).then_some(value);
    let validation = parts.validation.as_ref().unwrap_or(&parts.train);
    let test = parts.test.as_ref().map(|test| fit(network, loss, test)).transpose()?;
    let lambda_max = if ended { Some(network_ends(network, loss, &parts.train)?.0) } else { None };
    Ok(Trial {
        strength,
        seed: *seed,
        validation_loss: of_ended(fit(network, loss, validation)?.loss),
        test_score: test.and_then(|test| of_ended(test.score?)),
        lambda_max,
    })
}

/// How far the line through an end point goes to either side, and points on each side.
const FAR: f64 = 1.0;
const POINTS: i32 = 20;

fn measured(
    method: Method,
    strength: f64,
    ground: &Ground,
    settings: &CompareSettings,
) -> Result<Option<Run>, CompareError> {
    let Ground { seed, parts, network, start } = ground;
    let mut trainer =
        Trainer::new(settings.of_run(method, strength, *seed), network.clone(), settings.loss, &parts.train)?;
    let along_the_way =
        |network: &Network<f64>, loss: Loss, batch: &Batch<f64>| network_ends(network, loss, batch).ok();
    let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), 1).with_extremes(&along_the_way);
    let mut records = Vec::new();
    let ended = run(&mut trainer, &mut recorder, |_, record| {
        records.extend(record);
        Ok(true)
    });
    let (Some(()), Some(last)) = (unless_diverged(ended)?, records.last()) else { return Ok(None) };
    let (end, found) = measure(&trainer, last, start)?;
    let distances: Vec<f64> =
        (-POINTS..=POINTS).map(|point| FAR * f64::from(point) / f64::from(POINTS)).collect();
    let losses = network_loss_along(
        &trainer.state().network,
        settings.loss,
        &parts.train,
        &found.largest.vector,
        &distances,
    )?;
    Ok(Some(Run {
        end,
        records,
        spectrum: found.all.map(|all| all.values),
        along: distances.into_iter().zip(losses).collect(),
    }))
}
