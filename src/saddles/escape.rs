//! The saddles of each seed, and the runs that start beside them.

use super::settings::{Saddle, SaddleSettings};
use super::{SaddlesError, split_unit, stationary_point};
use crate::audit::random_layers;
use crate::data::{Parts, Split, SplitShares, with_label_noise};
use crate::model::{Architecture, Batch, Network};
use crate::number::norm;
use crate::spectrum::{SpectrumSettings, network_extremes};
use crate::train::{Direction, Method, Task, TrainError, Trainer, fit, least_loss};
use rayon::prelude::*;
use serde::Serialize;

/// A saddle with its measures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SaddlePoint {
    /// Of which kind it is.
    pub saddle: Saddle,
    /// The seed.
    pub seed: u64,
    /// The loss there.
    pub loss: f64,
    /// The norm of the loss's gradient there.
    pub gradient_norm: f64,
    /// The largest eigenvalue of the loss's Hessian there.
    pub lambda_max: f64,
    /// The smallest eigenvalue.
    pub lambda_min: f64,
    /// The network there.
    #[serde(skip)]
    pub network: Network<f64>,
}

/// A run that starts beside a saddle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Escape {
    /// The kind of the saddle.
    pub saddle: Saddle,
    /// The method.
    pub method: Method,
    /// Its strength.
    pub strength: f64,
    /// The seed.
    pub seed: u64,
    /// Steps until the loss is below the level; none for a run that stays above it to the last step, or diverges.
    pub steps: Option<usize>,
}

/// A saddle that is none, or was not found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Absent {
    /// Of which kind it was to be.
    pub saddle: Saddle,
    /// The seed.
    pub seed: u64,
    /// Why.
    pub reason: String,
}

/// The saddles and the runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Escapes {
    /// The settings.
    pub settings: SaddleSettings,
    /// The sizes, the loss and the number of samples, as text.
    pub task: String,
    /// The saddles, a kind after the other, of each the seeds in order.
    pub points: Vec<SaddlePoint>,
    /// The saddles that there are not.
    pub absent: Vec<Absent>,
    /// The runs: of each saddle the methods in order, [`Method::Sgd`] first.
    pub escapes: Vec<Escape>,
}

/// Starts every method beside every saddle of every seed, and counts the steps until it has left. All samples are for training.
///
/// # Errors
/// [`SaddlesError`] for data that are not for training, settings outside their range, or networks that are too large for a search.
pub fn escapes(
    batch: &Batch<f64>,
    class_names: &[String],
    settings: &SaddleSettings,
) -> Result<Escapes, SaddlesError> {
    settings.check()?;
    let pairs: Vec<(Saddle, u64)> = settings
        .saddles
        .iter()
        .flat_map(|&saddle| settings.all_seeds().map(move |seed| (saddle, seed)))
        .collect();
    let all = pairs
        .into_par_iter()
        .map(|(saddle, seed)| of_saddle(batch, class_names, settings, saddle, seed))
        .collect::<Result<Vec<_>, _>>()?;
    let architecture = architecture(settings, batch);
    let task = Task { architecture, loss: settings.loss, samples: batch.samples() }.to_string();
    let (mut points, mut absent, mut escapes) = (Vec::new(), Vec::new(), Vec::new());
    for found in all {
        match found {
            Ok((point, runs)) => {
                points.push(point);
                escapes.extend(runs);
            }
            Err(none) => absent.push(none),
        }
    }
    Ok(Escapes { settings: settings.clone(), task, points, absent, escapes })
}

fn architecture(settings: &SaddleSettings, batch: &Batch<f64>) -> Architecture {
    let widths: Vec<usize> = settings.hidden.iter().copied().chain([batch.y.ncols()]).collect();
    Architecture::new(batch.x.ncols(), &widths, settings.biases)
}

type OfSaddle = Result<(SaddlePoint, Vec<Escape>), Absent>;

fn of_saddle(
    batch: &Batch<f64>,
    class_names: &[String],
    settings: &SaddleSettings,
    saddle: Saddle,
    seed: u64,
) -> Result<OfSaddle, SaddlesError> {
    let split = Split::of(batch, class_names, SplitShares::default(), seed)?;
    let train = Parts::for_loss(batch, class_names, &split, settings.loss)?.train;
    let train = with_label_noise(&train, settings.label_noise, seed)?;
    let drawn = random_layers(&architecture(settings, batch), &settings.activations, seed);
    let at = match saddle {
        Saddle::Origin => Ok(Network { layers: drawn.layers.scale(&0.0), ..drawn.clone() }),
        Saddle::Split => by_splitting(settings, &train, seed)?,
        Saddle::Found => by_search(&drawn, settings, &train, seed)?,
    };
    let point = match at {
        Ok(network) => measured(saddle, seed, network, &drawn, settings, &train)?,
        Err(reason) => Err(reason),
    };
    let point = match point {
        Ok(point) => point,
        Err(reason) => return Ok(Err(Absent { saddle, seed, reason })),
    };
    let mut runs = Vec::new();
    for method in settings.all_methods() {
        let of_run = settings.of_run(method, seed);
        let mut beside = point.network.clone();
        beside.set_moved(&point.network, settings.distance, &drawn.layers.flat());
        let strength = of_run.strength;
        let mut trainer = Trainer::new(of_run, beside, settings.loss, &train)?;
        let least = least_loss(settings.loss, &train);
        let steps = steps_to_leave(&mut trainer, least + settings.level * (point.loss - least))?;
        runs.push(Escape { saddle, method, strength, seed, steps });
    }
    Ok(Ok((point, runs)))
}

/// Steps until the loss is below a level.
fn steps_to_leave(trainer: &mut Trainer, level: f64) -> Result<Option<usize>, TrainError> {
    loop {
        let taken = trainer.state().step;
        if trainer.is_done() {
            let loss = fit(&trainer.state().network, trainer.loss(), trainer.train())?.loss;
            return Ok((loss < level).then_some(taken));
        }
        // The loss of a step is that before it.
        match trainer.step() {
            Ok(descent) if descent.loss < level => return Ok(Some(taken)),
            Ok(_) => {}
            Err(TrainError::Diverged { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}

/// Steps of descent before a stationary point of the narrower network is searched for, so that the search ends near a minimum.
const DESCENT: usize = 2000;

/// A stationary point of a narrower network with a unit split.
fn by_splitting(
    settings: &SaddleSettings,
    train: &Batch<f64>,
    seed: u64,
) -> Result<Result<Network<f64>, String>, SaddlesError> {
    let mut narrower = settings.clone();
    narrower.hidden[0] -= 1;
    narrower.train.steps = DESCENT;
    narrower.train.switch = None;
    let network = random_layers(&architecture(&narrower, train), &settings.activations, seed);
    let mut trainer = Trainer::new(narrower.of_run(Method::Sgd, seed), network, settings.loss, train)?;
    while !trainer.is_done() {
        trainer.step()?;
    }
    let found = stationary_point(&trainer.state().network, settings.loss, train)?;
    if !found.is_reached() || is_fitted(&found.network, settings, train)? {
        return Ok(Err("no stationary point of the network with one unit fewer was found: its loss may have none, as where every \
                       sample can be fitted; take fewer units, or wrong labels"
            .to_string()));
    }
    Ok(split_unit(&found.network, 0, settings.share).ok_or_else(|| "there is no hidden layer".to_string()))
}

/// Draws from which a search starts.
const DRAWS: u64 = 10;

/// A stationary point that the search finds from a drawn network, or from another one if that leads nowhere.
fn by_search(
    drawn: &Network<f64>,
    settings: &SaddleSettings,
    train: &Batch<f64>,
    seed: u64,
) -> Result<Result<Network<f64>, String>, SaddlesError> {
    for draw in 0..DRAWS {
        // Other draws have seeds that no other run has, the high half of the number being free.
        let from = match draw {
            0 => drawn.clone(),
            _ => random_layers(&drawn.architecture(), &drawn.activations, seed.wrapping_add(draw << 32)),
        };
        let found = stationary_point(&from, settings.loss, train)?;
        if !found.is_reached() || is_fitted(&found.network, settings, train)? {
            continue;
        }
        if measured(Saddle::Found, seed, found.network.clone(), drawn, settings, train)?.is_ok() {
            return Ok(Ok(found.network));
        }
    }
    Ok(Err(format!("from {DRAWS} drawn points the search found no saddle")))
}

/// Whether the loss falls to 0 as the output layer grows, and a small gradient means that it has grown.
fn is_fitted(
    network: &Network<f64>,
    settings: &SaddleSettings,
    train: &Batch<f64>,
) -> Result<bool, SaddlesError> {
    Ok(fit(network, settings.loss, train)?.margin.is_some_and(|margin| margin > 0.0))
}

/// The gradient at a saddle, relative to that at the drawn point, is at most this; that at the origin is not searched for, and exactly 0 or not small.
const NO_GRADIENT: f64 = 1e-6;

/// The measures of a point, if it is a saddle: its gradient vanishes, and an eigenvalue is negative beyond rounding.
fn measured(
    saddle: Saddle,
    seed: u64,
    network: Network<f64>,
    drawn: &Network<f64>,
    settings: &SaddleSettings,
    train: &Batch<f64>,
) -> Result<Result<SaddlePoint, String>, SaddlesError> {
    let loss = settings.loss;
    let gradient_at = |network: &Network<f64>| -> Result<f64, SaddlesError> {
        let mut gradient = vec![0.0; network.architecture().parameters()];
        Direction::new(Method::Sgd, 1).at(network, loss, train, 0.0, &mut gradient)?;
        Ok(norm(&gradient))
    };
    let (gradient_norm, usual) = (gradient_at(&network)?, gradient_at(drawn)?);
    if gradient_norm > NO_GRADIENT * usual {
        return Ok(Err(format!("it is not stationary: the gradient is {gradient_norm:.2e}")));
    }
    let ends = network_extremes(&network, loss, train, &SpectrumSettings::default())?;
    let (lambda_max, lambda_min) = (ends.largest.value, ends.smallest.value);
    let rounding = ends.all.as_ref().map_or(ends.smallest.residual, |all| all.tolerance);
    if lambda_min >= -rounding {
        return Ok(Err(format!("it is no saddle: the smallest eigenvalue is {lambda_min:.2e}")));
    }
    let loss = fit(&network, loss, train)?.loss;
    Ok(Ok(SaddlePoint { saddle, seed, loss, gradient_norm, lambda_max, lambda_min, network }))
}
