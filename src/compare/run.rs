//! The runs of a comparison, and the choice of strengths.

use super::end_point::{EndPoint, Initial, measure};
use super::kind::sensitivity;
use super::{CompareError, CompareSettings, Comparison, MethodResult, Run, Start, Trial};
use crate::data::{LabelNoiseError, Parts, Split, with_label_noise};
use crate::model::{Batch, Loss, Network};
use crate::spectrum::{Extremes, network_ends, network_loss_along};
use crate::train::{Method, Record, Recorder, Task, TrainError, Trainer, fit, run};
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The split and the initial point of a seed, which all methods share.
struct Ground {
    seed: u64,
    parts: Parts,
    network: Network<f64>,
    point: EndPoint,
}

/// A function that takes the progress, how many of how many runs are done, from any of the threads.
type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// A function that says whether to go on, asked before every step from any of the threads.
type GoOn<'a> = &'a (dyn Fn() -> bool + Sync);

/// Why a run, or a method, has no result.
enum Ended {
    Stopped,
    Failed(CompareError),
}

impl<E: Into<CompareError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Ended::Failed(error.into())
    }
}

/// What the runs of a comparison have in common.
struct Course<'a> {
    settings: &'a CompareSettings,
    go_on: GoOn<'a>,
    tick: &'a (dyn Fn() + Sync),
}

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
    compare_while(batch, class_names, settings, progress, &|| true)
}

/// Same as [`compare`], for as long as `go_on` says so. Once it does not, the methods that are done stay, and [`Comparison::unfinished`] names the
/// others.
///
/// # Errors
/// As [`compare`]; [`CompareError::Stopped`] where no method is done.
pub fn compare_while(
    batch: &Batch<f64>,
    class_names: &[String],
    settings: &CompareSettings,
    progress: Progress,
    go_on: GoOn,
) -> Result<Comparison, CompareError> {
    check(settings)?;
    let seeds: Vec<u64> = settings.all_seeds().collect();
    let grounds = seeds
        .into_par_iter()
        .map(|seed| ground(batch, class_names, settings, seed))
        .collect::<Result<Vec<_>, _>>()?;
    let methods = settings.all_methods();
    let runs: usize =
        methods.iter().map(|method| (settings.strengths(*method).len() + 1) * grounds.len()).sum();
    let done = AtomicUsize::new(0);
    let tick = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, runs);
    let course = Course { settings, go_on, tick: &tick };
    let mut results = Vec::new();
    for method in &methods {
        match of_method(*method, &grounds, &course) {
            Ok(result) => results.push(result),
            Err(Ended::Stopped) => break,
            Err(Ended::Failed(error)) => return Err(error),
        }
    }
    if results.is_empty() {
        return Err(CompareError::Stopped);
    }
    let task = Task::of(&grounds[0].network, settings.loss, &grounds[0].parts.train);
    let unfinished = methods[results.len()..].to_vec();
    let starts =
        grounds.into_iter().map(|Ground { parts, network, point, .. }| Start { point, network, parts });
    Ok(Comparison { settings: settings.clone(), task, starts: starts.collect(), results, unfinished })
}

/// Whether there is anything to run, with strengths that are some.
fn check(settings: &CompareSettings) -> Result<(), CompareError> {
    let strengths = settings.strengths.as_ref().map_or(1, |given| given.len() as u64);
    for (what, count) in [
        ("the number of seeds", settings.seeds),
        ("the number of trials", settings.trials.into()),
        ("the number of strengths", strengths),
    ] {
        if count == 0 {
            return Err(CompareError::TooFew { what, least: 1 });
        }
    }
    Ok(())
}

fn ground(
    batch: &Batch<f64>,
    class_names: &[String],
    settings: &CompareSettings,
    seed: u64,
) -> Result<Ground, CompareError> {
    let split = Split::of(batch, class_names, settings.shares, seed)?;
    let mut parts = Parts::for_loss(batch, class_names, &split, settings.loss)?;
    if settings.label_noise != 0.0 && class_names.is_empty() {
        return Err(LabelNoiseError::NoClasses.into());
    }
    parts.train = with_label_noise(&parts.train, settings.label_noise, seed)?;
    let network = settings.initial.network(&settings.architecture(batch), &settings.activations, seed)?;
    let trainer =
        Trainer::new(settings.of_run(Method::Sgd, 0.0, seed), network.clone(), settings.loss, &parts.train)?;
    let record = Recorder::new(&parts.train, parts.test.as_ref(), 1).record(&trainer)?;
    let point = measure(&trainer, &record, Initial::of(&record, settings.loss, &parts.train))?.0;
    Ok(Ground { seed, parts, network, point })
}

fn of_method(method: Method, grounds: &[Ground], course: &Course) -> Result<MethodResult, Ended> {
    let tried = course.settings.strengths(method);
    let pairs: Vec<(f64, &Ground)> =
        tried.iter().flat_map(|strength| grounds.iter().map(move |ground| (*strength, ground))).collect();
    let trials = pairs
        .par_iter()
        .map(|&(strength, ground)| {
            let trial = trial(method, strength, ground, course);
            (course.tick)();
            trial
        })
        .collect::<Result<Vec<_>, _>>()?;
    let rate = course.settings.train.rate;
    let strength = chosen(&tried, &trials).ok_or(CompareError::AllDiverged { method, rate })?;
    let runs = grounds
        .par_iter()
        .map(|ground| {
            let run = measured(method, strength, ground, course);
            (course.tick)();
            run
        })
        .collect::<Result<Vec<_>, _>>()?;
    let evidence: Vec<_> = runs.iter().flatten().map(|run| run.end.evidence).collect();
    Ok(MethodResult { method, strength, trials, runs, sensitivity: sensitivity(&evidence) })
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

fn trial(method: Method, strength: f64, ground: &Ground, course: &Course) -> Result<Trial, Ended> {
    let Ground { seed, parts, network, .. } = ground;
    let settings = course.settings;
    let mut trainer =
        Trainer::new(settings.of_run(method, strength, *seed), network.clone(), settings.loss, &parts.train)?;
    let mut steps = || -> Result<bool, TrainError> {
        while !trainer.is_done() {
            if !(course.go_on)() {
                return Ok(false);
            }
            trainer.step()?;
        }
        Ok(true)
    };
    let ended = match unless_diverged(steps())? {
        Some(false) => return Err(Ended::Stopped),
        all => all.is_some(),
    };
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

fn measured(method: Method, strength: f64, ground: &Ground, course: &Course) -> Result<Option<Run>, Ended> {
    let Ground { seed, parts, network, .. } = ground;
    let settings = course.settings;
    let mut trainer =
        Trainer::new(settings.of_run(method, strength, *seed), network.clone(), settings.loss, &parts.train)?;
    let along_the_way =
        |network: &Network<f64>, loss: Loss, batch: &Batch<f64>| network_ends(network, loss, batch).ok();
    let mut recorder = Recorder::new(&parts.train, parts.test.as_ref(), 1).with_extremes(&along_the_way);
    let mut records = Vec::new();
    let ended = run(&mut trainer, &mut recorder, |_, record| {
        records.extend(record);
        Ok((course.go_on)())
    });
    let Some(()) = unless_diverged(ended)? else { return Ok(None) };
    if !trainer.is_done() {
        return Err(Ended::Stopped);
    }
    Ok(Some(at_end(&trainer, records)?))
}

/// How far the line through an end point goes to either side, and points on each side.
const FAR: f64 = 1.0;
const POINTS: i32 = 20;

/// The measures where a run ended.
fn at_end(trainer: &Trainer, records: Vec<Record>) -> Result<Run, CompareError> {
    let (train, loss) = (trainer.train(), trainer.loss());
    let (first, last) = (&records[0], &records[records.len() - 1]);
    let (end, Extremes { largest, all, .. }) = measure(trainer, last, Initial::of(first, loss, train))?;
    let distances: Vec<f64> =
        (-POINTS..=POINTS).map(|point| FAR * f64::from(point) / f64::from(POINTS)).collect();
    let network = trainer.state().network.clone();
    let losses = network_loss_along(&network, loss, train, &largest.vector, &distances)?;
    let along = distances.into_iter().zip(losses).collect();
    Ok(Run { end, network, records, spectrum: all.map(|all| all.values), along })
}
