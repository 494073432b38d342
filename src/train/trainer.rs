//! One step after the other.

use super::error::advice;
use super::fit::{Limit, fit};
use super::order::Order;
use super::paths::check_fit;
use super::{Checkpoint, Descent, Direction, Record, Symptom, Task, TrainError, TrainSettings};
use crate::model::{Batch, Loss, Network};
use crate::number::norm;
use std::time::Instant;

/// All that changes from step to step.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The network.
    pub network: Network<f64>,
    /// What momentum keeps of earlier directions, order `W1, b1, W2, b2, ..`, row-major.
    pub velocity: Vec<f64>,
    /// The number of steps that were taken.
    pub step: usize,
    /// Seconds that the steps took.
    pub seconds: f64,
}

/// Takes steps: `velocity = momentum velocity + g`, `theta -= rate velocity`, with `g` the gradient of the method, divided
/// by its norm where that is set.
///
/// What a step does is a function of settings, data and [`State`] alone, so a run that is resumed from a checkpoint
/// gives the numbers of an uninterrupted one, to the last bit.
///
/// ```
/// use hsr::model::{Activation, Batch, Layer, Layers, Loss, Network};
/// use hsr::train::{Method, TrainSettings, Trainer};
/// use nalgebra::dmatrix;
/// let layers = Layers(vec![Layer { w: dmatrix![0.5, -1.0], b: None }, Layer { w: dmatrix![1.0; -1.0], b: None }]);
/// let network = Network::new(layers, vec![Activation::Tanh])?;
/// let batch = Batch::from_labels(dmatrix![1.0, 0.2; -0.3, 0.8], &[0, 1], 2)?;
/// let mut trainer = Trainer::new(TrainSettings::of(Method::HsrLayers), network, Loss::Softmax, &batch)?;
/// let first = trainer.step()?.loss;
/// assert!(trainer.step()?.loss < first);
/// assert_eq!(trainer.state().step, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Trainer<'a> {
    settings: TrainSettings,
    loss: Loss,
    train: &'a Batch<f64>,
    state: State,
    /// The state before the last step, to go back to where that led astray; and room for the next one.
    other: State,
    has_before: bool,
    order: Order,
    direction: Direction,
    /// The loss from which on the run diverges.
    limit: Limit,
    gradient: Vec<f64>,
    flat_steps: usize,
}

impl<'a> Trainer<'a> {
    /// A trainer before its first step. A [`ThreeLayer`](crate::model::ThreeLayer) is a network, too.
    ///
    /// # Errors
    /// [`TrainError`] for settings out of their range, a network or a method for other data or another loss, or weights that are not finite.
    pub fn new(
        settings: TrainSettings,
        network: impl Into<Network<f64>>,
        loss: Loss,
        train: &'a Batch<f64>,
    ) -> Result<Self, TrainError> {
        let network = network.into();
        settings.check(train.samples())?;
        let task = Task::of(&network, loss, train);
        settings.method.check(&task)?;
        settings.switch.map_or(Ok(()), |switch| switch.method.check(&task))?;
        check_fit(&network, loss, train)?;
        network.check_finite()?;
        let size = network.architecture().parameters();
        let start = fit(&network, loss, train)?.loss;
        let state = State { network, velocity: vec![0.0; size], step: 0, seconds: 0.0 };
        Ok(Trainer {
            order: Order::new(train.samples(), settings.batch, settings.seed),
            direction: Direction::new(settings.method, settings.threads),
            other: state.clone(),
            state,
            has_before: false,
            gradient: vec![0.0; size],
            limit: Limit::new(loss, train, start),
            flat_steps: 0,
            settings,
            loss,
            train,
        })
    }

    /// Resumes a checkpoint of the same run.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] names what the checkpoint has otherwise: sizes, loss, activations, training data, or a setting
    /// that changes the numbers.
    pub fn resume(&mut self, checkpoint: Checkpoint) -> Result<(), TrainError> {
        checkpoint.check(self)?;
        self.other = checkpoint.state.clone();
        self.state = checkpoint.state;
        self.has_before = false;
        Ok(())
    }

    /// The settings of the run.
    pub fn settings(&self) -> &TrainSettings {
        &self.settings
    }

    /// The loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// What is trained: sizes, loss and samples.
    pub fn task(&self) -> Task {
        Task::of(&self.state.network, self.loss, self.train)
    }

    /// The training part.
    pub fn train(&self) -> &'a Batch<f64> {
        self.train
    }

    /// The state of the run. After an error, the last state whose loss was sound.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The epoch, counted from 0.
    pub fn epoch(&self) -> usize {
        self.order.epoch(self.state.step)
    }

    /// Whether all steps are done.
    pub fn is_done(&self) -> bool {
        self.state.step >= self.settings.steps
    }

    /// Steps of this process at which the bound had no gradient, and only the loss was descended.
    pub fn flat_steps(&self) -> usize {
        self.flat_steps
    }

    /// Takes a step, and gives the loss and the penalty before it.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] when the loss is above 100 times that of guessing, `100 ln C` for the softmax, and for other losses above
    /// 100 times what predicting the mean costs, or the start if that is more (for counts: 100 times the deviance); or when loss, bound,
    /// gradient or weights are not finite. The state is the last one whose loss was sound then.
    pub fn step(&mut self) -> Result<Descent, TrainError> {
        let start = Instant::now();
        let step = self.state.step;
        let (method, strength) = self.settings.at(step);
        if self.direction.method() != method {
            self.direction = Direction::new(method, self.settings.threads);
        }
        let batch = self.order.batch(self.train, step);
        let descent =
            self.direction.at(&self.state.network, self.loss, &batch, strength, &mut self.gradient)?;
        let numbers = [("the loss", descent.loss), ("the objective", descent.penalty)];
        self.check(&numbers, descent.loss)?;
        if !self.gradient.iter().all(|entry| entry.is_finite()) {
            return Err(self.diverged(Symptom::NotFinite { quantity: "the gradient" }));
        }
        // The loss here is sound: a step from here that is not taken leads no further back.
        self.has_before = false;
        self.advance();
        if !self.other.network.is_finite() {
            return Err(self.diverged(Symptom::NotFinite { quantity: "a weight" }));
        }
        std::mem::swap(&mut self.state, &mut self.other);
        self.has_before = true;
        self.state.seconds += start.elapsed().as_secs_f64();
        self.flat_steps += usize::from(descent.flat.is_some());
        Ok(descent)
    }

    /// Makes the other state the one after a step along the gradient.
    fn advance(&mut self) {
        let TrainSettings { rate, momentum, schedule, steps, normalised, .. } = &self.settings;
        let State { network, velocity, step, seconds } = &self.state;
        let norm = if *normalised { norm(&self.gradient) } else { 1.0 };
        let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        let rate = rate * schedule.factor(*step, *steps);
        let next = &mut self.other;
        let kept = velocity.iter().zip(&self.gradient);
        for (next, (kept, gradient)) in next.velocity.iter_mut().zip(kept) {
            *next = momentum * kept + scale * gradient;
        }
        next.network.set_moved(network, -rate, &next.velocity);
        (next.step, next.seconds) = (step + 1, *seconds);
    }

    /// Whether a record shows that the run diverges.
    pub(super) fn check_record(&mut self, record: &Record) -> Result<(), TrainError> {
        let numbers = [
            ("the loss", record.loss),
            ("the test loss", record.test_loss.unwrap_or(0.0)),
            ("the trace", record.trace),
            ("the squared trace", record.trace_squared),
            ("the bound", record.ws),
            ("the gradient", record.gradient_norm),
            ("the descended gradient", record.descended_norm.unwrap_or(0.0)),
        ];
        self.check(&numbers, record.loss)
    }

    fn check(&mut self, numbers: &[(&'static str, f64)], loss: f64) -> Result<(), TrainError> {
        let Limit { loss: limit, of } = self.limit;
        match numbers.iter().find(|(_, value)| !value.is_finite()) {
            Some(&(quantity, _)) => Err(self.diverged(Symptom::NotFinite { quantity })),
            None if loss > limit => Err(self.diverged(Symptom::Loss { loss, limit, of })),
            None => Ok(()),
        }
    }

    /// Goes back to the last sound state.
    fn diverged(&mut self, symptom: Symptom) -> TrainError {
        let step = self.state.step;
        if std::mem::take(&mut self.has_before) {
            std::mem::swap(&mut self.state, &mut self.other);
        }
        TrainError::Diverged { step, symptom, advice: advice(&self.settings, step) }
    }
}
